"""Brennan and Prediger's kappa, whose chance is an even choice among the categories; PABAK for two of them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._category_shares import agreement_and_shares, statistics
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import Interval, estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa; NaN where there is but one category."""

    def of(totals: Array) -> Array:
        p_a, _ = agreement_and_shares(totals)
        p_e = np.full(p_a.shape, w.sum() / len(w) ** 2 if len(w) else 1.0)
        return beyond_chance(p_a, p_e)

    return of


def brennan_prediger(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Brennan and Prediger's kappa_n, also known as Randolph's free-marginal kappa and Bennett's S.

    References
    ----------
    Brennan, R. L. & Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and alternatives.
    Educational and Psychological Measurement 41, 687-699.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _free_marginal(data, "brennan_prediger", weights, spacing, how)


def pabak(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the kappa of two categories adjusted for prevalence and bias, 2 p_o - 1.

    References
    ----------
    Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
    Journal of Clinical Epidemiology 46, 423-429.
    """
    if len(data.labels) != 2:
        raise ValueError(f"PABAK is for two categories and these are {len(data.labels)}; use brennan_prediger.")
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _free_marginal(data, "pabak", "unweighted", "values", how)


def _free_marginal(
    data: ReliabilityData, name: str, weights: Weights, spacing: Spacing, how: dict[str, Any]
) -> Agreement:
    w, said = weights_of(data, weights, spacing)
    brings = statistics(len(data.labels), w)
    return estimate(
        data,
        name,
        brings,
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": "units judged once are left out; mean over units (Gwet), not over pairs",
            "categories": data.categories,
            "distance": said,
        },
        gwet=single_coded_as_zero(brings, definition(w)),
        **how,
    )
