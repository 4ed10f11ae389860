"""Standard errors from what each interview or line contributes: exact linearisation, and leaving one out at a time."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from autocode.agreement.data._reliability import Array, Values

# f(x + ih) = f(x) + ih f'(x) + ..., so the imaginary part over h is the derivative without any rounding of differences
_STEP = 1e-30
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GwetError:
    """How Gwet's published variance differs from the exact linearisation of the same coefficient.

    Attributes
    ----------
    influence : from patterns and how often each occurs to each unit's linearised value, shape (n_patterns, 1). Units
        that the published formula leaves out are NaN.
    counts_single : whether lines judged once enter, as 0 where p_a would be right (Gwet 2014; irrCAC).
    """

    influence: Callable[[Values, Array], Array]
    counts_single: bool


def contributions(definition: Callable[[Array], Array], by_cluster: Any, totals: Array) -> Array:
    """Return how far one more of each cluster moves each quantity, shape (n_clusters, n_quantities).

    References
    ----------
    Squire, W. & Trapp, G. (1998). Using complex variables to estimate derivatives of real functions.
    SIAM Review 40, 110-112.
    """
    n_clusters, n_statistics = by_cluster.shape
    if n_statistics > n_clusters:
        return _along(definition, totals, n_clusters, lambda start, end: dense(by_cluster[start:end]))
    unit = np.identity(n_statistics)
    return np.asarray(by_cluster @ _along(definition, totals, n_statistics, lambda start, end: unit[start:end]))


def _along(definition: Callable[[Any], Any], totals: Array, n: int, directions: Callable[[int, int], Array]) -> Array:
    """Return the derivative of each quantity in each of n directions."""
    at_once = max(1, _CELLS_AT_ONCE // totals.shape[-1])
    starts = range(0, n, at_once)
    with np.errstate(invalid="ignore", over="ignore"):  # a quantity without a value has no derivative either
        parts = [definition(totals + 1j * _STEP * directions(s, min(n, s + at_once))).imag / _STEP for s in starts]
    return np.concatenate(parts)


def linearised(moves: Array, times: Array, *, small_sample: bool = True) -> Array:
    """Return the standard error of each quantity by the infinitesimal jackknife.

    `moves` are the contributions of clusters that occur `times` times; n / (n - 1) is left out of a large-sample error.

    References
    ----------
    Jaeckel, L. A. (1972). The infinitesimal jackknife. Bell Laboratories Memorandum MM 72-1215-11.
    Efron, B. (1982). The jackknife, the bootstrap and other resampling plans. SIAM, chapter 6.
    """
    n = times.sum()
    if n < 2:
        return np.full(moves.shape[1], math.nan)
    centred = moves - times @ moves / n
    variance = times @ centred**2
    return np.asarray(np.sqrt(variance * n / (n - 1) if small_sample else variance))


def left_out(definition: Callable[[Array], Array], by_cluster: Any, totals: Array) -> Array:
    """Return each quantity without one of each cluster, shape (n_clusters, n_quantities)."""
    n_clusters, n_statistics = by_cluster.shape
    at_once = max(1, _CELLS_AT_ONCE // n_statistics)
    parts = [definition(totals - dense(by_cluster[s : s + at_once])) for s in range(0, n_clusters, at_once)]
    return np.concatenate(parts)


def jackknife(without: Array, times: Array, strata: tuple[NDArray[np.int64], ...]) -> Array:
    """Return the standard error of each quantity from its values without one of each cluster; NaN if one is NaN.

    The clusters that hold agreement and the others are strata, as in the bootstrap.

    References
    ----------
    Efron, B. & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall, chapter 11.
    """
    variance = np.zeros(without.shape[1])
    for part in strata:
        n = times[part].sum()
        centred = without[part] - times[part] @ without[part] / n
        variance += (n - 1) / n * (times[part] @ centred**2)
    return np.asarray(np.sqrt(variance))


def cube_root_errors(
    definition: Callable[[Array], Array],
    by_cluster: Any,
    totals: Array,
    times: Array,
    strata: tuple[NDArray[np.int64], ...],
    rooted: NDArray[np.bool_],
    *,
    one_at_a_time: bool,
) -> tuple[Array, NDArray[np.int64]]:
    """Return the standard error of each quantity, and without how many clusters it would be undefined.

    Of a `rooted` quantity it is that of the cube root of 1 - quantity, brought back to the quantity's own scale by the
    derivative. It is the jackknife's where clusters are left out one at a time, and the linearised one where they are
    not, or where a quantity is undefined without one of them.

    References
    ----------
    Bell, R. M. & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage
    samples. Survey Methodology 28, 169-181.
    """
    if not one_at_a_time:
        return linearised(contributions(definition, by_cluster, totals), times), np.zeros(len(rooted), dtype=np.int64)
    without = left_out(definition, by_cluster, totals)
    roots = np.where(rooted, np.cbrt(1 - without), without)
    slope = np.where(rooted, 3 * np.cbrt(1 - definition(totals)[0]) ** 2, 1.0)
    errors = slope * jackknife(roots, times, strata)
    gone = np.isnan(without).sum(axis=0)
    if gone.any():
        errors = np.where(gone > 0, linearised(contributions(definition, by_cluster, totals), times), errors)
    return errors, gone


def symmetric_on_cube_root(
    values: Array, errors: Array, level: float, freedom: float, least: Array, rooted: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return bounds that are symmetric in the cube root of 1 - quantity, with Student's t, cut at `least` and at 1.

    1 - quantity is a ratio of sums of what is nearly always small and sometimes large, so its distribution is skewed;
    that of its cube root is nearly not, as of a gamma variable. Quantities that are not `rooted` have symmetric bounds.

    References
    ----------
    Wilson, E. B. & Hilferty, M. M. (1931). The distribution of chi-square.
    Proceedings of the National Academy of Sciences 17, 684-688.
    """
    if not freedom > 0:
        return np.full_like(values, math.nan), np.full_like(values, math.nan)
    t = stdtrit(freedom, (1 + level) / 2)
    root = np.cbrt(1 - values)
    with np.errstate(divide="ignore", invalid="ignore"):  # without disagreement there is no slope, nor a reach
        reach = t * errors / (3 * root**2)
        lows, highs = 1 - (root + reach) ** 3, 1 - (root - reach) ** 3
    lows = np.where(rooted, np.maximum(lows, np.minimum(least, values)), values - t * errors)
    highs = np.where(rooted, np.minimum(highs, np.maximum(1.0, values)), values + t * errors)
    return lows, highs


def accelerated(again: Array, value: float, without: Array, times: Array, level: float) -> tuple[float, float]:
    """Return the bias-corrected and accelerated percentile interval (BCa) of one quantity.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals.
    Journal of the American Statistical Association 82, 171-185.
    """
    again = again[~np.isnan(again)]
    if not len(again) or np.isnan(without).any():
        return math.nan, math.nan
    below = ((again < value).mean() + (again <= value).mean()) / 2
    away = times @ without / times.sum() - without
    spread = float(times @ away**2)
    if not 0 < below < 1 or spread == 0:
        return float(again.min()), float(again.max())
    z_0, a = ndtri(below), float(times @ away**3) / (6 * spread**1.5)
    z = z_0 + ndtri([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(again, ndtr(z_0 + z / (1 - a * z)))
    return float(low), float(high)


def symmetric(
    values: Array, errors: Array, level: float, freedom: float, *, least: Array, most: Array
) -> tuple[Array, Array]:
    """Return value less and plus Student's t times the error, cut where the quantity ends; the normal's is uncut."""
    tail = (1 + level) / 2
    if math.isinf(freedom):
        return values - ndtri(tail) * errors, values + ndtri(tail) * errors
    reach = stdtrit(freedom, tail) * errors if freedom > 0 else np.full_like(errors, math.nan)
    return np.maximum(values - reach, np.minimum(least, values)), np.minimum(values + reach, np.maximum(most, values))


def dense(rows: Any) -> Array:
    """Return sparse or dense rows as an array."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)
