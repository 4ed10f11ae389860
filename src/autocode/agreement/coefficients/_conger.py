"""Conger's kappa: Cohen's kappa for more than two fixed coders, each with their own margins."""

from collections.abc import Callable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected, judgements, ratio, share_agreeing
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented


def statistics(w: Array) -> Callable[[Values], Array]:
    """Return a function from patterns to the statistics of a unit.

    They are: pairable or not, the share of its pairs that agree, and for each coder whether they gave each category.
    """

    def per_unit(patterns: Values) -> Array:
        given = patterns[:, :, None] == np.arange(len(w))
        flat = given.reshape(len(patterns), given.shape[1] * given.shape[2])  # -1 fails where there are no patterns
        return np.column_stack([judgements(patterns) >= 2, share_agreeing(patterns, w), flat]).astype(float)

    return per_unit


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa."""

    def kappa(totals: Array) -> Array:
        p_a = ratio(totals[..., 1], totals[..., 0])
        n_gk = totals[..., 2:].reshape(*totals.shape[:-1], -1, len(w))
        n_g = n_gk.sum(axis=-1)
        judges = n_g != 0
        r = judges.sum(axis=-1)
        p_gk = n_gk / np.where(judges, n_g, 1.0)[..., None]
        p_k = p_gk.sum(axis=-2)
        # agreement by chance over ordered pairs of different coders: all pairs, minus each coder with themselves
        by_chance = ((p_k @ w) * p_k).sum(axis=-1) - ((p_gk @ w) * p_gk).sum(axis=(-1, -2))
        p_e = ratio(by_chance, np.asarray(r * (r - 1), dtype=float))
        return chance_corrected(p_a, p_e)

    return kappa


@documented
def conger_kappa(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Conger's kappa; a coder's margins are those of all units that the coder judged.

    Parameters
    ----------
    {data}
    {weights}
    {spacing}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If an option is not one of those above.

    References
    ----------
    Conger, A. J. (1980). Integration and generalization of kappas for multiple raters.
    Psychological Bulletin 88, 322-328.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, conger_kappa
    >>> data = ReliabilityData.from_table([[0, 1, 1, 0, 1], [0, 1, 1, 1, 1], [0, 0, 1, 0, None]])
    >>> print(conger_kappa(data, interval=None))
    0.51 (3 coders, 5 lines)
    """
    w, description = weight_matrix(data, weights, spacing)
    unit_statistics = statistics(w)
    return estimate(
        data,
        "conger_kappa",
        unit_statistics,
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": "agreement from units judged at least twice, chance from all that each coder judged (Gwet); "
            "coders who judged nothing are left out",
            "categories": data.categories,
            "distance": description,
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=single_coded_as_zero(unit_statistics, definition(w)),
    )
