"""Percent agreement."""

from collections.abc import Callable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import judgements, ratio, share_agreeing
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero
from autocode.agreement.intervals._methods import SHARE_RANGE, Interval
from autocode.doctext import documented


def statistics(patterns: Values) -> Array:
    """Return for each unit whether it is pairable, and the share of its pairs that agree."""
    return np.stack([judgements(patterns) >= 2, share_agreeing(patterns)], axis=1).astype(float)


def weighted(w: Array) -> Callable[[Values], Array]:
    """Return the function of `statistics` with the weighted share of pairs that agree."""
    return lambda patterns: np.stack([judgements(patterns) >= 2, share_agreeing(patterns, w)], axis=1).astype(float)


def definition(totals: Array) -> Array:
    """Return p_a."""
    n_pairable, agreeing = totals[..., 0], totals[..., 1]
    p_a = ratio(agreeing, n_pairable)
    return p_a[..., None]


@documented
def percent_agreement(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the share of pairs of judgements that are the same, between 0 and 1.

    It is the mean over the units judged at least twice. With weights, a pair of close categories counts in part.

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
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), p_a with missing ratings.

    Examples
    --------
    >>> from autocode import ReliabilityData, percent_agreement
    >>> data = ReliabilityData.from_table([[0, 1, 1, 0, 1], [0, 1, 1, 1, 1], [0, 0, 1, 0, None]])
    >>> print(percent_agreement(data, interval=None))
    0.73 (3 coders, 5 lines)
    """
    w, description = weight_matrix(data, weights, spacing)
    return estimate(
        data,
        "percent_agreement",
        weighted(w),
        definition,
        reason=lambda totals: [Undefined.NO_PAIRS],
        conventions={
            "unit": "line",
            "missing": "units judged once are left out; mean over units (Gwet), not over pairs",
            "categories": data.categories,
            "distance": description,
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=single_coded_as_zero(weighted(w), definition),
        value_range=SHARE_RANGE,
    )
