"""Symmetric intervals: the coefficient, minus and plus a quantile of Student's t or of the normal times its error."""

import math

import numpy as np
from scipy.special import ndtri, stdtrit

from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._gwet_error import GwetError
from autocode.agreement.intervals._methods import Bounds, Interval
from autocode.agreement.intervals._standard_errors import influence_values, jackknife, leave_one_out, linearised
from autocode.agreement.intervals._tabulation import PointEstimates

_SINGLE = (
    "some lines were judged once: Gwet's standard error then also measures which lines were judged twice, "
    "and is wrong, mostly too large; 'linearised' is exact"
)
_UNDEFINED_WITHOUT = "without one of its clusters the coefficient is undefined"


def symmetric_bounds(point: PointEstimates, interval: Interval, *, level: float, gwet: GwetError | None) -> Bounds:
    """Return the intervals "linearised", "jackknife", "gwet" or "asymptotic"."""
    if interval == "gwet" and gwet is not None:
        se, freedom, caution = _gwet_errors(point, gwet)
    elif interval == "jackknife":
        se, freedom, caution = _jackknife_errors(point)
    else:
        influence = influence_values(point.definition, point.by_cluster, point.totals)
        se = linearised(influence, point.times, small_sample=interval != "asymptotic")
        freedom, caution = math.inf if interval == "asymptotic" else point.degrees_of_freedom, None
    low, high = _interval(point, se, level, freedom, cut_below=interval != "gwet")
    conventions = {} if caution is None else {"caution": caution}
    if not math.isinf(freedom):
        conventions["degrees of freedom"] = f"{freedom:g}"
    return Bounds(
        low=low,
        high=high,
        se=se,
        n_undefined=np.zeros(len(se), dtype=np.int64),
        degrees_of_freedom=math.nan if math.isinf(freedom) else freedom,
        conventions=conventions,
        notes=tuple({} for _ in se),
    )


def _jackknife_errors(point: PointEstimates) -> tuple[Array, float, str | None]:
    """Return the standard errors, the degrees of freedom, and what to beware of."""
    without = leave_one_out(point.definition, point.by_cluster, point.totals)
    errors = jackknife(without, point.times, point.table.strata)
    undefined = np.isnan(errors) & ~np.isnan(point.values)
    return errors, point.degrees_of_freedom, _UNDEFINED_WITHOUT if undefined.any() else None


def _gwet_errors(point: PointEstimates, gwet: GwetError) -> tuple[Array, float, str | None]:
    """Return the standard errors, the degrees of freedom, and what to beware of."""
    influence = gwet.influence(point.table.patterns, point.times)
    counted = ~np.isnan(influence[:, 0])
    times = point.times[counted]
    n = float(times.sum())
    single = gwet.counts_single and len(point.table.strata) > 1
    return linearised(influence[counted] / n, times), n - 1, _SINGLE if single else None


def _interval(
    point: PointEstimates, errors: Array, level: float, freedom: float, *, cut_below: bool
) -> tuple[Array, Array]:
    """Return the bounds, cut where the range of the quantity ends; those by the normal distribution are not cut."""
    values, tail = point.values, (1 + level) / 2
    if math.isinf(freedom):
        return values - ndtri(tail) * errors, values + ndtri(tail) * errors
    reach = stdtrit(freedom, tail) * errors if freedom > 0 else np.full_like(errors, math.nan)
    low = values - reach
    if cut_below:
        low = np.maximum(low, np.minimum(point.lowest, values))
    return low, np.minimum(values + reach, np.maximum(point.highest, values))
