"""From scores to probabilities: one Platt curve per code, shrunk towards the curve of all codes together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from autocode.suggester.model._hyperparameters import DEFAULTS, Hyperparameters

# The prior of the pooled curve: a slope of 1 is that of log-odds that need no calibration, and the wide intercept
# leaves the frequency of codes to the lines.
POOLED_CENTRE, POOLED_SD = (1.0, 0.0), (1.0, 10.0)
# Slopes stay positive: calibration must not reverse the order of lines.
LEAST_SLOPE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Platt:
    """Calibration curves, one per code: the log-odds of a probability are slope times score plus intercept.

    Parameters
    ----------
    slopes, intercepts : ndarray of float, shape (n_codes,)
        Slope and intercept of each code's curve.
    """

    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities for scores, both of shape (n_lines, n_codes)."""
        return np.asarray(expit(self.log_odds(scores)), dtype=np.float64)

    def log_odds(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds of the probabilities for scores.

        Parameters
        ----------
        scores : ndarray of float, shape (n_lines, n_codes)
            Scores before calibration.
        """
        return np.asarray(scores * self.slopes + self.intercepts, dtype=np.float64)


def fit_platt(
    scores: NDArray[np.float64],
    applied: NDArray[np.bool_],
    *,
    judged: NDArray[np.bool_] | None = None,
    n_interviews: int,
    hyperparameters: Hyperparameters = DEFAULTS,
) -> Platt:
    """Return calibration curves fitted to out-of-fold scores.

    With lines of a single interview all codes get the same curve, so that calibration does not change the order of
    codes either; the more interviews there are, the more each code's own curve counts.

    Parameters
    ----------
    scores : ndarray of float, shape (n_lines, n_codes)
        Scores by models that were fitted without the line's fold.
    applied : ndarray of bool, shape (n_lines, n_codes)
        Which codes humans gave each line.
    judged : ndarray of bool, shape (n_lines, n_codes), or None, default None
        Which codes were judged on each line; None for all. The others are left out.
    n_interviews : int
        Number of interviews that the lines come from.
    hyperparameters : Hyperparameters
        How strongly the curves are shrunk towards the pooled one.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines. The targets are smoothed as in the paper.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.suggester import fit_platt
    >>> scores = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> calibration = fit_platt(scores, scores > 0, n_interviews=4)
    >>> calibration(scores).round(2).ravel().tolist()
    [0.17, 0.31, 0.69, 0.83]
    """
    rows: list[NDArray[np.intp] | slice] = [
        slice(None) if judged is None else np.flatnonzero(judged[:, j]) for j in range(scores.shape[1])
    ]
    counted = np.ones(applied.shape, dtype=bool) if judged is None else judged
    pooled = _curve(scores[counted], applied[counted], centre=np.array(POOLED_CENTRE), sd=np.array(POOLED_SD))
    sd = np.array([hyperparameters.slope_sd, hyperparameters.intercept_sd])
    curves = np.array(
        [_curve(scores[of_code, j], applied[of_code, j], centre=pooled, sd=sd) for j, of_code in enumerate(rows)]
    ).reshape(-1, 2)
    own = (n_interviews - 1) / (n_interviews - 1 + hyperparameters.calibration_interviews)
    return Platt(
        slopes=pooled[0] ** (1 - own) * curves[:, 0] ** own,
        intercepts=(1 - own) * pooled[1] + own * curves[:, 1],
    )


def cold_start_calibration(n_codes: int, *, hyperparameters: Hyperparameters = DEFAULTS) -> Platt:
    """Return the calibration where no line is coded: flat curves, at about one code per line."""
    share = 1 / (n_codes + 1)
    return Platt(
        slopes=np.full(n_codes, hyperparameters.cold_start_slope),
        intercepts=np.full(n_codes, np.log(share / (1 - share))),
    )


def _curve(
    score: NDArray[np.float64], applied: NDArray[np.bool_], *, centre: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the posterior mode of (slope, intercept) under a normal prior."""
    positives = applied.sum()
    target = np.where(applied, (positives + 1) / (positives + 2), 1 / (len(applied) - positives + 2))

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = score * theta[0] + theta[1]
        deviation = (theta - centre) / sd
        residual = expit(z) - target
        value = float(np.logaddexp(0, z).sum() - target @ z + 0.5 * deviation @ deviation)
        return value, np.array([residual @ score, residual.sum()]) + deviation / sd

    best = minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=[(LEAST_SLOPE, None), (None, None)])
    return np.asarray(best.x, dtype=np.float64)
