"""Brennan and Prediger's kappa, by chance each category equally probable; PABAK for two categories."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._category_shares import agreement_and_shares, statistics
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa; NaN where there is only one category."""

    def kappa(totals: Array) -> Array:
        p_a, _ = agreement_and_shares(totals)
        p_e = np.full(p_a.shape, w.sum() / len(w) ** 2 if len(w) else 1.0)
        return chance_corrected(p_a, p_e)

    return kappa


@documented
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
    Brennan, R. L. & Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and alternatives.
    Educational and Psychological Measurement 41, 687-699.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, brennan_prediger
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 1]])
    >>> print(brennan_prediger(data, interval=None))
    0.40 (2 coders, 5 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _free_marginal(data, "brennan_prediger", weights, spacing, options)


@documented
def pabak(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the kappa of two categories adjusted for prevalence and bias, 2 p_o - 1.

    Parameters
    ----------
    {data}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If there are not exactly two categories, or an option is not one of those above.

    References
    ----------
    Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
    Journal of Clinical Epidemiology 46, 423-429.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, pabak
    >>> data = ReliabilityData.from_table([[0, 0, 1, 0, 1], [0, 0, 1, 1, 1]])
    >>> print(pabak(data, interval=None))
    0.60 (2 coders, 5 lines)
    """
    if len(data.labels) != 2:
        raise ValueError(f"PABAK is for two categories and these are {len(data.labels)}; use brennan_prediger.")
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _free_marginal(data, "pabak", "unweighted", "values", options)


def _free_marginal(
    data: ReliabilityData, name: str, weights: Weights, spacing: Spacing, options: dict[str, Any]
) -> Agreement:
    w, description = weight_matrix(data, weights, spacing)
    unit_statistics = statistics(len(data.labels), w)
    return estimate(
        data,
        name,
        unit_statistics,
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": "units judged once are left out; mean over units (Gwet), not over pairs",
            "categories": data.categories,
            "distance": description,
        },
        gwet=single_coded_as_zero(unit_statistics, definition(w)),
        **options,
    )
