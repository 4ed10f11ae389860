"""The cluster bootstrap: how often whole interviews are drawn, in one place for every interval that resamples them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["interview_draws", "stratified_draws"]


def interview_draws(n_interviews: int, *, resamples: int, seed: int, with_sample: bool = False) -> NDArray[np.float64]:
    """Return how often each interview is drawn in each resample.

    Lines of one interview are not independent, so whole interviews are drawn, with replacement, as many as there are.

    Parameters
    ----------
    n_interviews : int
        Number of interviews; 0 gives an array without columns.
    resamples : int
        Number of bootstrap resamples.
    seed : int
        Random seed; the same seed gives the same draws everywhere in autocode.
    with_sample : bool, default False
        Whether row 0 is the sample itself, each interview once, so that the estimate and its replicates are computed
        together.

    Returns
    -------
    ndarray of float, shape (resamples, n_interviews)
        With the sample, one row more.

    References
    ----------
    Efron, B. & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall, chapter 6.
    Davison, A. C. & Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge, section 3.8.

    Examples
    --------
    >>> from autocode.resampling import interview_draws
    >>> interview_draws(4, resamples=1000, seed=7).sum(axis=1).tolist() == [4.0] * 1000
    True
    """
    once = np.ones(n_interviews, dtype=np.int64)
    draws = stratified_draws(np.random.default_rng(seed), once, [np.arange(n_interviews)], resamples)
    return np.vstack([once, draws]) if with_sample else draws


def stratified_draws(
    rng: np.random.Generator,
    multiplicity: NDArray[np.int64],
    strata: Sequence[NDArray[np.int64]],
    resamples: int,
) -> NDArray[np.float64]:
    """Return how often each cluster is drawn in each resample, shape (resamples, n_clusters).

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from; it is advanced, so that many resamples can be drawn in parts.
    multiplicity : ndarray of int, shape (n_clusters,)
        How many clusters each entry stands for.
    strata : sequence of ndarray of int
        The positions of the clusters of each stratum; each stratum is resampled by itself.
    resamples : int
        Number of bootstrap resamples.
    """
    draws = np.zeros((resamples, len(multiplicity)))
    for stratum in strata:
        times = multiplicity[stratum]
        draws[:, stratum] = rng.multinomial(times.sum(), times / times.sum(), size=resamples)
    return draws
