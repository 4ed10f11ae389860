"""Gwet's AC1, and AC2 for categories that are more or less alike."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _category_shares
from autocode.agreement.coefficients._category_shares import MISSING, agreement_and_shares
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance, ratio
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import Interval, estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero

statistics = _category_shares.statistics


def definition(totals: Array) -> Array:
    """Return AC1; NaN where there is but one category."""
    return weighted(np.identity(totals.shape[-1] - 3))(totals)


def weighted(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to AC2; NaN where there is but one category."""
    T_w, q = w.sum(), len(w)

    def of(totals: Array) -> Array:
        p_a, pi_k = agreement_and_shares(totals)
        p_e = ratio(T_w * (pi_k * (1 - pi_k)).sum(axis=-1), np.asarray(float(q * (q - 1))))
        return beyond_chance(p_a, p_e)

    return of


def gwet_ac1(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
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
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _gwet_ac(data, "gwet_ac1", "unweighted", "values", how)


def gwet_ac2(
    data: ReliabilityData,
    *,
    weights: Weights = "quadratic",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Gwet's AC2: AC1 for categories of which some are more alike than others.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), chapter 4.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _gwet_ac(data, "gwet_ac2", weights, spacing, how)


def _gwet_ac(data: ReliabilityData, name: str, weights: Weights, spacing: Spacing, how: dict[str, Any]) -> Agreement:
    w, said = weights_of(data, weights, spacing)
    brings = statistics(len(data.labels), w)
    return estimate(
        data,
        name,
        brings,
        weighted(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={"unit": "line", "missing": MISSING, "categories": data.categories, "distance": said},
        gwet=single_coded_as_zero(brings, weighted(w)),
        **how,
    )
