"""Standard errors from what each interview or line contributes: exact linearisation, and leaving one out at a time."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import CELLS_AT_ONCE, Definition

# f(x + ih) = f(x) + ih f'(x) + ..., so the imaginary part over h is the derivative, without the cancellation of finite
# differences; h may be so small that the next term vanishes (Squire & Trapp 1998).
_STEP = 1e-30


def influence_values(definition: Definition, by_cluster: Any, totals: Array) -> Array:
    """Return the derivative of each quantity by the weight of each cluster, shape (n_clusters, n_quantities).

    References
    ----------
    Squire, W. & Trapp, G. (1998). Using complex variables to estimate derivatives of real functions.
    SIAM Review 40, 110-112.
    """
    n_clusters, n_statistics = by_cluster.shape
    if n_statistics > n_clusters:
        return _derivatives(definition, totals, n_clusters, lambda start, end: dense(by_cluster[start:end]))
    unit = np.identity(n_statistics)
    by_statistic = _derivatives(definition, totals, n_statistics, lambda start, end: unit[start:end])
    return np.asarray(by_cluster @ by_statistic)


def _derivatives(
    definition: Callable[[Any], Any], totals: Array, n: int, directions: Callable[[int, int], Array]
) -> Array:
    """Return the derivative of each quantity in each of n directions."""
    at_once = max(1, CELLS_AT_ONCE // totals.shape[-1])
    starts = range(0, n, at_once)
    with np.errstate(invalid="ignore", over="ignore"):  # a quantity without a value has no derivative either
        parts = [definition(totals + 1j * _STEP * directions(s, min(n, s + at_once))).imag / _STEP for s in starts]
    return np.concatenate(parts)


def linearised(influence: Array, times: Array, *, small_sample: bool = True) -> Array:
    """Return the standard error of each quantity by the infinitesimal jackknife.

    `influence` are the influence values of clusters that occur `times` times. The factor n / (n - 1) is left out of a
    large-sample error.

    References
    ----------
    Jaeckel, L. A. (1972). The infinitesimal jackknife. Bell Laboratories Memorandum MM 72-1215-11.
    Efron, B. (1982). The jackknife, the bootstrap and other resampling plans. SIAM, chapter 6.
    """
    n = times.sum()
    if n < 2:
        return np.full(influence.shape[1], math.nan)
    centred = influence - times @ influence / n
    variance = times @ centred**2
    return np.asarray(np.sqrt(variance * n / (n - 1) if small_sample else variance))


def leave_one_out(definition: Definition, by_cluster: Any, totals: Array) -> Array:
    """Return each quantity without one of each cluster, shape (n_clusters, n_quantities)."""
    n_clusters, n_statistics = by_cluster.shape
    at_once = max(1, CELLS_AT_ONCE // n_statistics)
    parts = [definition(totals - dense(by_cluster[s : s + at_once])) for s in range(0, n_clusters, at_once)]
    return np.concatenate(parts)


def jackknife(without: Array, times: Array, strata: tuple[NDArray[np.int64], ...]) -> Array:
    """Return the standard error of each quantity from its values without one of each cluster; NaN if one is NaN.

    The clusters with pairable units and the others are strata, as in the bootstrap.

    References
    ----------
    Efron, B. & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall, chapter 11.
    """
    variance = np.zeros(without.shape[1])
    for stratum in strata:
        n = times[stratum].sum()
        centred = without[stratum] - times[stratum] @ without[stratum] / n
        variance += (n - 1) / n * (times[stratum] @ centred**2)
    return np.asarray(np.sqrt(variance))


def dense(rows: Any) -> Array:
    """Return sparse or dense rows as an array."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows)
