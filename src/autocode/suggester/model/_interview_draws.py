"""Cluster bootstrap: whole interviews drawn with replacement."""

import numpy as np
from numpy.typing import NDArray


def draws_of_interviews(n_interviews: int, *, resamples: int, seed: int) -> NDArray[np.float64]:
    """Return how often each interview is drawn, shape (1 + resamples, n_interviews); row 0 is the sample itself."""
    probability = np.full(n_interviews, 1 / max(n_interviews, 1))
    drawn = np.random.default_rng(seed).multinomial(n_interviews, probability, size=resamples)
    return np.vstack([np.ones((1, n_interviews)), drawn])
