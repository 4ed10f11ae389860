"""Bootstrap intervals, of interviews or of lines: percentiles, and BCa."""

import math

import numpy as np
from scipy.special import ndtr, ndtri

from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import Bounds, Interval
from autocode.agreement.intervals._standard_errors import leave_one_out
from autocode.agreement.intervals._tabulation import PointEstimates
from autocode.wording import count_of


def bootstrap_bounds(point: PointEstimates, interval: Interval, *, level: float, resamples: int, seed: int) -> Bounds:
    """Return percentile intervals, or BCa intervals for "bca", from resampled clusters.

    References
    ----------
    Efron, B. & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall, chapters 13 and 14.
    """
    table, by_cluster = point.table.merge_identical_clusters(point.by_cluster)
    draws = table.draws(resamples, seed, n_statistics=by_cluster.shape[1])
    replicates = np.concatenate([point.definition(np.asarray(weights @ by_cluster)) for weights in draws])
    if interval == "bca":
        pairable = table.strata[0]
        without = leave_one_out(point.definition, by_cluster[pairable], point.totals)
        low, high = _accelerated(replicates, point.values, without, table.multiplicity[pairable].astype(float), level)
    else:
        low, high = _percentiles(replicates, level)
    n_undefined = np.isnan(replicates).sum(axis=0)
    return Bounds(
        low=low,
        high=high,
        se=_standard_deviation(replicates),
        n_undefined=n_undefined,
        resamples=resamples,
        conventions={"resamples": f"{resamples}", "seed": f"{seed}"},
        notes=tuple(
            {"left out": f"{n} of {count_of(resamples, 'resample')}, in which the coefficient is undefined"}
            if n
            else {}
            for n in n_undefined
        ),
    )


def _percentiles(replicates: Array, level: float) -> tuple[Array, Array]:
    """Return the percentile interval of each quantity over the resamples in which it is defined."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    bounds = np.full((2, replicates.shape[1]), math.nan)
    always = ~np.isnan(replicates).any(axis=0)
    bounds[:, always] = np.quantile(replicates[:, always], tails, axis=0)
    for i in np.flatnonzero(~always):
        defined = replicates[~np.isnan(replicates[:, i]), i]
        if len(defined):
            bounds[:, i] = np.quantile(defined, tails)
    return bounds[0], bounds[1]


def _standard_deviation(replicates: Array) -> Array:
    """Return the standard deviation of each quantity over the resamples in which it is defined."""
    defined = ~np.isnan(replicates)
    n = defined.sum(axis=0)
    mean = np.where(defined, replicates, 0.0).sum(axis=0) / np.maximum(n, 1)
    squares = np.where(defined, replicates - mean, 0.0) ** 2
    return np.where(n >= 2, np.sqrt(squares.sum(axis=0) / np.maximum(n - 1, 1)), math.nan)


def _accelerated(replicates: Array, values: Array, without: Array, times: Array, level: float) -> tuple[Array, Array]:
    """Return the BCa interval of each quantity."""
    bounds = [_bca(replicates[:, i], value, without[:, i], times, level) for i, value in enumerate(values)]
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


def _bca(replicates: Array, value: float, without: Array, times: Array, level: float) -> tuple[float, float]:
    """Return the bias-corrected and accelerated percentile interval of one quantity.

    `without` are its values without one of each cluster, of which there are `times`.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals.
    Journal of the American Statistical Association 82, 171-185.
    """
    replicates = replicates[~np.isnan(replicates)]
    if not len(replicates) or np.isnan(without).any():
        return math.nan, math.nan
    below = ((replicates < value).mean() + (replicates <= value).mean()) / 2
    deviation = times @ without / times.sum() - without
    variation = float(times @ deviation**2)
    if not 0 < below < 1 or variation == 0:
        return float(replicates.min()), float(replicates.max())
    z_0, a = ndtri(below), float(times @ deviation**3) / (6 * variation**1.5)
    z = z_0 + ndtri([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(replicates, ndtr(z_0 + z / (1 - a * z)))
    return float(low), float(high)
