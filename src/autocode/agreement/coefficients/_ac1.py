"""Gwet's AC1, and AC2, which gives partial credit for categories that are close to each other."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _category_shares
from autocode.agreement.coefficients._category_shares import MISSING, agreement_and_shares
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected, ratio
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented

statistics = _category_shares.statistics


def definition(totals: Array) -> Array:
    """Return AC1; NaN where there is only one category."""
    return weighted(np.identity(totals.shape[-1] - 3))(totals)


def weighted(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to AC2; NaN where there is only one category."""
    T_w, q = w.sum(), len(w)

    def ac2(totals: Array) -> Array:
        p_a, pi_k = agreement_and_shares(totals)
        p_e = ratio(T_w * (pi_k * (1 - pi_k)).sum(axis=-1), np.asarray(float(q * (q - 1))))
        return chance_corrected(p_a, p_e)

    return ac2


@documented
def gwet_ac1(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Gwet's AC1, which unlike kappa and alpha does not fall when a code is rare.

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
        If an option is not one of those above.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement.
    British Journal of Mathematical and Statistical Psychology 61, 29-48.

    Examples
    --------
    >>> from autocode import ReliabilityData, gwet_ac1
    >>> data = ReliabilityData.from_table([[0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1]])
    >>> print(gwet_ac1(data, interval=None))
    0.73 (2 coders, 6 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _gwet_ac(data, "gwet_ac1", "unweighted", "values", options)


@documented
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
    """Return Gwet's AC2: AC1 with partial credit for categories that are close to each other.

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
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), chapter 4.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, gwet_ac2
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 1]])
    >>> print(gwet_ac2(data, weights="linear", interval=None))
    0.56 (2 coders, 5 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _gwet_ac(data, "gwet_ac2", weights, spacing, options)


def _gwet_ac(
    data: ReliabilityData, name: str, weights: Weights, spacing: Spacing, options: dict[str, Any]
) -> Agreement:
    w, description = weight_matrix(data, weights, spacing)
    unit_statistics = statistics(len(data.labels), w)
    return estimate(
        data,
        name,
        unit_statistics,
        weighted(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={"unit": "line", "missing": MISSING, "categories": data.categories, "distance": description},
        gwet=single_coded_as_zero(unit_statistics, weighted(w)),
        **options,
    )
