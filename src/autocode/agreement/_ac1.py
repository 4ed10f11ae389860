"""Gwet's AC1."""

from collections.abc import Callable

import numpy as np

from autocode.agreement._intervals import Array, Interval, estimate
from autocode.agreement._pairs import judgements, ratio, share_alike, times_used
from autocode.agreement._reliability import ReliabilityData, Values
from autocode.agreement._result import Agreement, Undefined


def statistics(n_labels: int) -> Callable[[Values], Array]:
    """Return a function to each unit's contribution: pairable, share alike, judged, and its share of each category."""

    def of(patterns: Values) -> Array:
        m = judgements(patterns)
        shares = [times_used(patterns, k) / np.maximum(m, 1.0) for k in range(n_labels)]
        return np.column_stack([m >= 2, share_alike(patterns), m >= 1, *shares]).astype(float)

    return of


def definition(totals: Array) -> Array:
    """Return AC1; NaN where there is but one category."""
    n_pairable, alike, n = totals[..., 0], totals[..., 1], totals[..., 2]
    q = totals.shape[-1] - 3
    pi_k = ratio(totals[..., 3:], n[..., None])
    p_a = ratio(alike, n_pairable)
    p_e = ratio((pi_k * (1 - pi_k)).sum(axis=-1), np.asarray(float(q - 1)))
    ac1 = ratio(p_a - p_e, 1 - p_e)
    return ac1[..., None]


def gwet_ac1(
    data: ReliabilityData,
    *,
    interval: Interval | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Gwet's AC1, which unlike kappa and alpha does not fall when a code is rare.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement.
    British Journal of Mathematical and Statistical Psychology 61, 29-48.
    """
    return estimate(
        data,
        "gwet_ac1",
        statistics(len(data.labels)),
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": "agreement from units judged at least twice, chance from every judged unit (Gwet)",
            "categories": data.categories,
            "distance": "nominal: 0 if the same, else 1",
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
