"""Intraclass correlation, for ratings on a numeric scale."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.special import fdtri

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.frozen import FrozenMapping

Model: TypeAlias = Literal["oneway", "twoway"]
Kind: TypeAlias = Literal["agreement", "consistency"]
Unit: TypeAlias = Literal["single", "average"]


class _MeanSquares(NamedTuple):
    """Mean squares of an analysis of variance of n units by k coders.

    Attributes
    ----------
    n, k : number of units and of coders.
    R : between rows, the units.
    C : between columns, the coders.
    E : error, what neither units nor coders explain.
    W : within rows.
    """

    n: Array
    k: int
    R: Array
    C: Array
    E: Array
    W: Array


def statistics(x: Array) -> Callable[[Values], Array]:
    """Return a function from patterns to the statistics of a unit.

    They are, for a unit judged by all coders, 1, its ratings, the sum of their squares and the square of their sum; for
    any other unit 0.
    """

    def per_unit(patterns: Values) -> Array:
        complete = np.asarray((patterns >= 0).all(axis=1))
        ratings = np.where(complete[:, None], x[patterns], 0.0)
        return np.column_stack([complete, ratings, (ratings**2).sum(axis=1), ratings.sum(axis=1) ** 2]).astype(float)

    return per_unit


def definition(model: Model, kind: Kind, unit: Unit) -> Callable[[Array], Array]:
    """Return the function from totals to the coefficient."""

    def correlation(totals: Array) -> Array:
        return _coefficient(_mean_squares(totals), model, kind, unit)[..., None]

    return correlation


@documented
def icc(
    data: ReliabilityData,
    *,
    model: Model = "twoway",
    kind: Kind = "agreement",
    unit: Unit = "single",
    interval: Interval | Literal["f"] | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the intraclass correlation of a single rating, or of the mean of the coders' ratings.

    Parameters
    ----------
    {data}
    model : {"oneway", "twoway"}, default "twoway"
        "oneway" where each unit has other coders, "twoway" where the same coders rate all units.
    kind : {"agreement", "consistency"}, default "agreement"
        Whether a coder who rates all units higher than the others disagrees ("agreement") or not ("consistency"). The
        one-way model cannot separate the two, and ignores this.
    unit : {"single", "average"}, default "single"
        Whether the reliability is that of one coder's rating or of the mean over the coders.
    {interval}

        In addition, "f" is the classical interval from the F distribution, for normally distributed ratings of
        independent units (McGraw & Wong 1996, table 7).
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a category is not a number.
    ValueError
        If an option is not one of those above.

    References
    ----------
    Shrout, P. E. & Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater reliability.
    Psychological Bulletin 86, 420-428.
    McGraw, K. O. & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
    Psychological Methods 1, 30-46.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, icc
    >>> data = ReliabilityData.from_table(
    ...     [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
    ... )
    >>> print(icc(data, interval="f"))
    0.29 [0.02, 0.76] (4 coders, 6 lines)
    >>> print(icc(data, kind="consistency", unit="average", interval=None))
    0.91 (4 coders, 6 lines)
    """
    for value, choices in (
        (model, ("oneway", "twoway")),
        (kind, ("agreement", "consistency")),
        (unit, ("single", "average")),
    ):
        if value not in choices:
            raise ValueError(f"an intraclass correlation is {choices[0]!r} or {choices[1]!r}, not {value!r}.")
    judges = np.flatnonzero(data.judged.any(axis=1))
    judging = replace(data, coders=tuple(data.coders[c] for c in judges), values=data.values[judges])
    unit_statistics = statistics(_ratings(judging))
    n_complete = int(judging.judged.all(axis=0).sum()) if len(judges) else 0
    agreement = estimate(
        judging,
        "icc",
        unit_statistics,
        definition(model, kind, unit),
        reason=lambda totals: [Undefined.FEW_UNITS if n_complete < 2 else Undefined.NO_VARIATION],
        conventions={
            "unit": "line",
            "missing": "only units that every coder judged; coders who judged nothing are left out",
            "categories": data.categories,
            "distance": "ratings as numbers",
            "model": model if model == "oneway" else f"{model}, {kind}",
            "rating": unit,
        },
        interval=None if interval == "f" else interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    if interval != "f":
        return agreement
    description = f"{100 * level:g} % interval from the F distribution"
    conventions = FrozenMapping({**agreement.conventions, "interval": description})
    if agreement.undefined:
        return replace(agreement, conventions=conventions)
    squares = _mean_squares(unit_statistics(judging.values.T).sum(axis=0))
    low, high = _f_interval(squares, agreement.value, level, model, kind, unit)
    return replace(agreement, low=low, high=high, resampled="lines", conventions=conventions)


def _mean_squares(totals: Array) -> _MeanSquares:
    n, sums, squares, squared_sums = totals[..., 0], totals[..., 1:-2], totals[..., -2], totals[..., -1]
    k = sums.shape[-1]
    correction = ratio(sums.sum(axis=-1) ** 2, n * k)
    rows = squared_sums / k - correction
    columns = ratio((sums**2).sum(axis=-1), n) - correction
    total = squares - correction
    return _MeanSquares(
        n=n,
        k=k,
        R=ratio(rows, n - 1),
        C=columns / max(k - 1, 1),
        E=ratio(total - rows - columns, (n - 1) * (k - 1)),
        W=ratio(total - rows, n * (k - 1)),
    )


def _coefficient(ms: _MeanSquares, model: Model, kind: Kind, unit: Unit) -> Array:
    n, k = ms.n, ms.k
    if model == "oneway":
        return ratio(ms.R - ms.W, ms.R if unit == "average" else ms.R + (k - 1) * ms.W)
    if kind == "consistency":
        return ratio(ms.R - ms.E, ms.R if unit == "average" else ms.R + (k - 1) * ms.E)
    if unit == "average":
        return ratio(ms.R - ms.E, ms.R + ratio(ms.C - ms.E, n))
    return ratio(ms.R - ms.E, ms.R + (k - 1) * ms.E + k * ratio(ms.C - ms.E, n))


def _f_interval(
    ms: _MeanSquares, value: float, level: float, model: Model, kind: Kind, unit: Unit
) -> tuple[float, float]:
    """Return the interval of McGraw & Wong (1996), table 7."""
    n, k, tail = float(ms.n), ms.k, (1 + level) / 2
    R, C, E = float(ms.R), float(ms.C), float(ms.E)
    if model == "oneway" or kind == "consistency":
        residual, freedom = (float(ms.W), n * (k - 1)) if model == "oneway" else (E, (n - 1) * (k - 1))
        if residual <= 0:
            return math.nan, math.nan
        F_low = R / residual / fdtri(n - 1, freedom, tail)
        F_high = R / residual * fdtri(freedom, n - 1, tail)
        if unit == "average":
            return float(1 - 1 / F_low), float(1 - 1 / F_high)
        return float((F_low - 1) / (F_low + k - 1)), float((F_high - 1) / (F_high + k - 1))
    if value >= 1:
        return math.nan, math.nan
    # for single ratings a and b, for averages c and d of table 7
    ratings = 1 if unit == "average" else k
    a = ratings * value / (n * (1 - value))
    b = 1 + ratings * value * (n - 1) / (n * (1 - value))
    v = (a * C + b * E) ** 2 / ((a * C) ** 2 / (k - 1) + (b * E) ** 2 / ((n - 1) * (k - 1)))
    F_low, F_high = fdtri(n - 1, v, tail), fdtri(v, n - 1, tail)
    between = C - E if unit == "average" else k * C + (k * n - k - n) * E
    return (
        float(n * (R - F_low * E) / (F_low * between + n * R)),
        float(n * (F_high * R - E) / (between + n * F_high * R)),
    )


def _ratings(data: ReliabilityData) -> Array:
    """Return the labels as numbers, minus one that was used, so that ratings that are all the same are exactly 0."""
    for label in data.labels:
        if not isinstance(label, int | float):
            raise AgreementError(
                f"an intraclass correlation needs numbers, but {label!r} is not a number; give ratings."
            )
    x = np.array(data.labels, dtype=float)
    used = data.values[data.judged]
    return x - x[used[0]] if len(used) else x
