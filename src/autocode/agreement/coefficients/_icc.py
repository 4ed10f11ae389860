"""Intraclass correlation, for ratings on a numeric scale."""

import math
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.special import fdtri

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Interval, estimate
from autocode.errors import AgreementError

Model: TypeAlias = Literal["oneway", "twoway"]
Kind: TypeAlias = Literal["agreement", "consistency"]
Unit: TypeAlias = Literal["single", "average"]


class _MeanSquares(NamedTuple):
    """Mean squares of rows (units), columns (coders), error and within units; n units and k coders."""

    n: Array
    k: int
    R: Array
    C: Array
    E: Array
    W: Array


def statistics(x: Array) -> Callable[[Values], Array]:
    """Return a function to what each unit judged by all brings: 1, its ratings, their squares, their sum squared."""

    def of(patterns: Values) -> Array:
        whole = np.asarray((patterns >= 0).all(axis=1))
        given = np.where(whole[:, None], x[patterns], 0.0)
        return np.column_stack([whole, given, (given**2).sum(axis=1), given.sum(axis=1) ** 2]).astype(float)

    return of


def definition(model: Model, kind: Kind, unit: Unit) -> Callable[[Array], Array]:
    """Return the function from totals to the coefficient."""

    def of(totals: Array) -> Array:
        return _coefficient(_mean_squares(totals), model, kind, unit)[..., None]

    return of


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
    """Return the intraclass correlation of one rating (`unit` "single") or of the coders' mean ("average").

    `model` "oneway" has other coders for each unit, "twoway" the same for all; `kind` says whether a coder who rates
    everything higher disagrees ("agreement") or does not ("consistency"); oneway cannot tell. The interval "f" is the
    classical one from the F distribution, for normal ratings and independent units.

    References
    ----------
    Shrout, P. E. & Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater reliability.
    Psychological Bulletin 86, 420-428.
    McGraw, K. O. & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
    Psychological Methods 1, 30-46.
    """
    for given, known in (
        (model, ("oneway", "twoway")),
        (kind, ("agreement", "consistency")),
        (unit, ("single", "average")),
    ):
        if given not in known:
            raise ValueError(f"an intraclass correlation is {known[0]!r} or {known[1]!r}, not {given!r}.")
    judges = np.flatnonzero(data.judged.any(axis=1))
    kept = replace(data, coders=tuple(data.coders[c] for c in judges), values=data.values[judges])
    brings = statistics(_ratings(kept))
    whole = int(kept.judged.all(axis=0).sum()) if len(judges) else 0
    agreement = estimate(
        kept,
        "icc",
        brings,
        definition(model, kind, unit),
        reason=lambda totals: [Undefined.FEW_UNITS if whole < 2 else Undefined.NO_VARIATION],
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
    by = f"{100 * level:g} % interval from the F distribution"
    told = MappingProxyType({**agreement.conventions, "interval": by})
    if agreement.undefined:
        return replace(agreement, conventions=told)
    squares = _mean_squares(brings(kept.values.T).sum(axis=0))
    low, high = _f_interval(squares, agreement.value, level, model, kind, unit)
    return replace(agreement, low=low, high=high, conventions=told)


def _mean_squares(totals: Array) -> _MeanSquares:
    n, sums, squares, of_rows = totals[..., 0], totals[..., 1:-2], totals[..., -2], totals[..., -1]
    k = sums.shape[-1]
    about_mean = ratio(sums.sum(axis=-1) ** 2, n * k)
    rows = of_rows / k - about_mean
    columns = ratio((sums**2).sum(axis=-1), n) - about_mean
    everything = squares - about_mean
    return _MeanSquares(
        n=n,
        k=k,
        R=ratio(rows, n - 1),
        C=columns / max(k - 1, 1),
        E=ratio(everything - rows - columns, (n - 1) * (k - 1)),
        W=ratio(everything - rows, n * (k - 1)),
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
        below, freedom = (float(ms.W), n * (k - 1)) if model == "oneway" else (E, (n - 1) * (k - 1))
        if below <= 0:
            return math.nan, math.nan
        F_low = R / below / fdtri(n - 1, freedom, tail)
        F_high = R / below * fdtri(freedom, n - 1, tail)
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
    """Return the labels as numbers, less one that was used: ratings that are all the same are exactly 0."""
    for label in data.labels:
        if not isinstance(label, int | float):
            raise AgreementError(f"an intraclass correlation needs numbers, but {label!r} is none; give ratings.")
    x = np.array(data.labels, dtype=float)
    used = data.values[data.judged]
    return x - x[used[0]] if len(used) else x
