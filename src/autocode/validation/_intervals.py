"""Means over splits with percentile intervals from a cluster bootstrap over interviews."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autocode import resampling
from autocode.suggester import CodedLines
from autocode.validation._protocol import Split
from autocode.validation._results import Estimate

LEVEL = 0.95  # of every interval, as the promised JSON says


def interview_draws(
    table: CodedLines, splits: Sequence[Split], *, resamples: int, seed: int
) -> list[NDArray[np.float64]]:
    """Return how often each test line is drawn in a cluster bootstrap over interviews.

    All splits share the draws, because an interview may be in the test part of several of them.

    Parameters
    ----------
    table : CodedLines
        The lines of the validation.
    splits : sequence of Split
        Their splits into pool and test.
    resamples : int
        Number of bootstrap resamples.
    seed : int
        Random seed.

    Returns
    -------
    list of ndarray of float, shape (1 + resamples, n_test_lines)
        One array per split. Row 0 is the sample itself, each line once.
    """
    names = sorted({table.lines[i].transcript for part in splits for i in part.test})
    times = resampling.interview_draws(len(names), resamples=resamples, seed=seed, with_sample=True)
    column = {name: d for d, name in enumerate(names)}
    return [times[:, [column[table.lines[i].transcript] for i in part.test]] for part in splits]


def mean_over_splits(values: NDArray[np.float64]) -> Estimate:
    """Return the mean of a metric over splits, with its percentile interval.

    Parameters
    ----------
    values : ndarray of float, shape (n_splits, 1 + resamples)
        The metric in the sample, column 0, and in each resample; NaN where it is undefined. Undefined splits are left
        out of the mean.
    """
    known = ~np.isnan(values)
    if not known[:, 0].any():
        return Estimate(mean=np.nan, low=np.nan, high=np.nan)
    counts = known.sum(axis=0)
    means = np.divide(
        np.where(known, values, 0).sum(axis=0), counts, out=np.full(len(counts), np.nan), where=counts > 0
    )
    replicates = means[1:][~np.isnan(means[1:])]
    if not len(replicates):
        return Estimate(mean=float(means[0]), low=np.nan, high=np.nan)
    low, high = np.quantile(replicates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(mean=float(means[0]), low=float(low), high=float(high))
