"""The default interval: symmetric on the scale of the cube root of 1 - coefficient, with Student's t."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from autocode.agreement._result import ResamplingUnit
from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import Bounds
from autocode.agreement.intervals._standard_errors import influence_values, jackknife, leave_one_out, linearised
from autocode.agreement.intervals._tabulation import PointEstimates
from autocode.agreement.intervals._unanimous import UNANIMOUS, is_unanimous, unanimous_bounds
from autocode.wording import count_of


def cube_root_bounds(point: PointEstimates, unit: ResamplingUnit, *, level: float, n_categories: int) -> Bounds:
    """Return intervals on the cube-root scale, and on their own scale those of differences and ratios.

    Where nobody disagreed there is no standard error, and the interval is that of `unanimous_bounds`.
    """
    freedom = point.degrees_of_freedom
    se, n_undefined = _standard_errors(point, one_at_a_time=unit == "interviews")
    low, high = _symmetric_on_cube_root(point, se, level)
    unanimous = is_unanimous(point)
    if unanimous.any() and freedom > 0:
        bounds = unanimous_bounds(point, level, n_categories=n_categories)
        low = np.where(unanimous, np.maximum(bounds, point.lowest), low)
        high = np.where(unanimous, np.where(np.isnan(bounds), math.nan, 1.0), high)
        se = np.where(unanimous, (1 - low) / stdtrit(freedom, (1 + level) / 2), se)
    notes: list[dict[str, str]] = [{} for _ in point.values]
    for i, note in enumerate(notes):
        if n_undefined[i]:
            note["left out"] = (
                f"{n_undefined[i]} of {count_of(point.table.n_pairable_clusters, 'interview')}, without which "
                "the coefficient is "
                "undefined; its interval is by exact linearisation instead"
            )
        if unanimous[i]:
            note["no disagreement"] = UNANIMOUS
    return Bounds(
        low=low,
        high=high,
        se=se,
        n_undefined=n_undefined,
        degrees_of_freedom=freedom,
        conventions={"degrees of freedom": f"{freedom:g}"},
        notes=tuple(notes),
    )


def _standard_errors(point: PointEstimates, *, one_at_a_time: bool) -> tuple[Array, NDArray[np.int64]]:
    """Return the standard error of each quantity, and without how many clusters it would be undefined.

    The error of a coefficient is that of the cube root of 1 - coefficient, brought back to the coefficient's own scale
    by the derivative. It is the jackknife's where clusters are left out one at a time, and the linearised one where
    they are not, or where the quantity is undefined without one of them.

    References
    ----------
    Bell, R. M. & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage
    samples. Survey Methodology 28, 169-181.
    """
    definition, by_cluster, totals = point.definition, point.by_cluster, point.totals
    if not one_at_a_time:
        none = np.zeros(len(point.values), dtype=np.int64)
        return linearised(influence_values(definition, by_cluster, totals), point.times), none
    without = leave_one_out(definition, by_cluster, totals)
    roots = np.where(point.is_coefficient, np.cbrt(1 - without), without)
    slope = np.where(point.is_coefficient, 3 * np.cbrt(1 - point.values) ** 2, 1.0)
    errors = slope * jackknife(roots, point.times, point.table.strata)
    n_undefined = np.isnan(without).sum(axis=0)
    if n_undefined.any():
        exact = linearised(influence_values(definition, by_cluster, totals), point.times)
        errors = np.where(n_undefined > 0, exact, errors)
    return errors, n_undefined


def _symmetric_on_cube_root(point: PointEstimates, errors: Array, level: float) -> tuple[Array, Array]:
    """Return bounds that are symmetric in the cube root of 1 - coefficient, cut at the smallest value and at 1.

    1 - coefficient is a ratio of sums of terms that are mostly small and sometimes large, so its distribution is
    skewed. The distribution of its cube root is nearly symmetric, as that of a gamma variable. Differences and ratios
    have symmetric bounds.

    References
    ----------
    Wilson, E. B. & Hilferty, M. M. (1931). The distribution of chi-square.
    Proceedings of the National Academy of Sciences 17, 684-688.
    """
    values, freedom = point.values, point.degrees_of_freedom
    if not freedom > 0:
        return np.full_like(values, math.nan), np.full_like(values, math.nan)
    t = stdtrit(freedom, (1 + level) / 2)
    root = np.cbrt(1 - values)
    with np.errstate(divide="ignore", invalid="ignore"):  # without disagreement the slope is 0 and the reach infinite
        reach = t * errors / (3 * root**2)
        low, high = 1 - (root + reach) ** 3, 1 - (root - reach) ** 3
    low = np.where(point.is_coefficient, np.maximum(low, np.minimum(point.lowest, values)), values - t * errors)
    high = np.where(point.is_coefficient, np.minimum(high, np.maximum(1.0, values)), values + t * errors)
    return low, np.maximum(high, low)  # by rounding, high may lie below a lower bound that was cut
