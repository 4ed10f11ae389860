"""From scores to probabilities: one Platt curve a code, drawn towards the curve of all codes together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

# How far a code's own slope and intercept may stray from the pooled ones, as standard deviations of a normal prior.
SLOPE, INTERCEPT = 0.3, 1.0
# After so many interviews more than one, a code's own curve counts half. How often a code comes up is its interview's
# affair too: one interview alone says nothing of how often it will come up in others. Chosen on splits that are not the
# reported ones (evaluation/README.md).
INTERVIEWS = 16
# The slope of scores that nothing has been tried on.
UNTRIED = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Platt:
    """Slopes and intercepts, each of shape (n_codes,)."""

    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities for scores, both of shape (n_lines, n_codes)."""
        return np.asarray(expit(self.log_odds(scores)), dtype=np.float64)

    def log_odds(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds of the probabilities for scores, both of shape (n_lines, n_codes)."""
        return np.asarray(scores * self.slopes + self.intercepts, dtype=np.float64)


def platt(scores: NDArray[np.float64], applied: NDArray[np.bool_], *, interviews: int) -> Platt:
    """Return calibration curves from out-of-fold scores and the truth, both of shape (n_lines, n_codes).

    Slopes are kept positive: calibration may not turn the order of lines around. From lines of one interview all codes
    get the same curve, so that it does not turn the order of codes around either; the more `interviews` the lines are
    of, the more each code's own curve counts.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines. The targets are smoothed as in the paper.
    """
    pooled = _curve(scores.ravel(), applied.ravel(), centre=np.array([1.0, 0.0]), spread=np.array([1.0, 10.0]))
    spread = np.array([SLOPE, INTERCEPT])
    curves = np.array(
        [_curve(scores[:, j], applied[:, j], centre=pooled, spread=spread) for j in range(scores.shape[1])]
    ).reshape(-1, 2)
    own = (interviews - 1) / (interviews - 1 + INTERVIEWS)
    return Platt(
        slopes=pooled[0] ** (1 - own) * curves[:, 0] ** own,
        intercepts=(1 - own) * pooled[1] + own * curves[:, 1],
    )


def untried(n_codes: int) -> Platt:
    """Return the curves for scores that nothing has been tried on: flat, about one code a line.

    Without a coded line nobody can say how often a likeness to the codebook is right, so none is called strong.
    """
    share = 1 / (n_codes + 1)
    return Platt(slopes=np.full(n_codes, UNTRIED), intercepts=np.full(n_codes, np.log(share / (1 - share))))


def _curve(
    score: NDArray[np.float64], applied: NDArray[np.bool_], *, centre: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the (slope, intercept) of greatest posterior density under a normal prior around `centre`."""
    positives = applied.sum()
    target = np.where(applied, (positives + 1) / (positives + 2), 1 / (len(applied) - positives + 2))

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = score * theta[0] + theta[1]
        away = (theta - centre) / spread
        slack = expit(z) - target
        value = float(np.logaddexp(0, z).sum() - target @ z + 0.5 * away @ away)
        return value, np.array([slack @ score, slack.sum()]) + away / spread

    best = minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=[(0.05, None), (None, None)])
    return np.asarray(best.x, dtype=np.float64)
