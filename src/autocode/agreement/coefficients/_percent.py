"""Percent agreement."""

from collections.abc import Callable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import judgements, ratio, share_alike
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Interval, estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero


def statistics(patterns: Values) -> Array:
    """Return for each unit whether it is pairable, and the share of its pairs that are alike."""
    return np.stack([judgements(patterns) >= 2, share_alike(patterns)], axis=1).astype(float)


def weighted(w: Array) -> Callable[[Values], Array]:
    """Return the function to whether each unit is pairable, and the weighted share of its pairs that agree."""
    return lambda patterns: np.stack([judgements(patterns) >= 2, share_alike(patterns, w)], axis=1).astype(float)


def definition(totals: Array) -> Array:
    """Return p_a."""
    n_pairable, alike = totals[..., 0], totals[..., 1]
    p_a = ratio(alike, n_pairable)
    return p_a[..., None]


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
    """Return the share of pairs of judgements that are the same, as the mean over the units judged at least twice.

    With `weights` a pair that is nearly the same counts in part.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), p_a with missing ratings.
    """
    w, said = weights_of(data, weights, spacing)
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
            "distance": said,
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=single_coded_as_zero(weighted(w), definition),
    )
