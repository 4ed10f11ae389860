"""From which probability on a code is suggested, and from which strength on a line gets any suggestion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.suggester.model._hyperparameters import DEFAULTS, Hyperparameters


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thresholds:
    """The thresholds of codes and lines.

    Attributes
    ----------
    codes : ndarray of float, shape (n_codes,)
        Least probability at which each code is suggested.
    line : float
        Least `strength` at which a line gets any suggestion.
    least : float, default 0.0
        Least probability at which the best code of a line is suggested; 0 unless a precision was promised.
    """

    codes: NDArray[np.float64]
    line: float
    least: float = 0.0

    def strength(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability that a line has at least one code, shape (n_lines,), as if codes were independent.

        Parameters
        ----------
        probabilities : ndarray of float, shape (n_lines, n_codes)
            Calibrated probability of each code.
        """
        return np.asarray(1 - np.prod(1 - probabilities, axis=1), dtype=np.float64)


def fit_thresholds(
    probabilities: NDArray[np.float64],
    applied: NDArray[np.bool_],
    *,
    judged: NDArray[np.bool_] | None = None,
    hyperparameters: Hyperparameters = DEFAULTS,
) -> Thresholds:
    """Return the thresholds that fit out-of-fold probabilities.

    Each code's threshold makes its predicted count match its observed count: a coder, or a model, who gives a code more
    or less often than the others agrees less with them, and on few lines the threshold of best F1 predicts most codes
    too often. The threshold of lines is that of best F1.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_lines, n_codes)
        Calibrated probabilities by models that were fitted without the line's fold.
    applied : ndarray of bool, shape (n_lines, n_codes)
        Which codes humans gave each line.
    judged : ndarray of bool, shape (n_lines, n_codes), or None, default None
        Which codes were judged on each line; None for all. The others are left out.
    hyperparameters : Hyperparameters
        How strongly thresholds are shrunk towards that of all codes together.

    References
    ----------
    Lewis (1992), An evaluation of phrasal and clustered representations on a text categorization task: thresholds in
    proportion to how often a category is given.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.suggester import fit_thresholds
    >>> probabilities = np.array([[0.9], [0.7], [0.4], [0.2]])
    >>> fit_thresholds(probabilities, np.array([[True], [True], [False], [False]])).codes.round(2).tolist()
    [0.55]
    """
    counted = np.ones(applied.shape, dtype=bool) if judged is None else judged
    pooled = _count_matching(probabilities[counted], applied[counted], fallback=0.5)
    codes = np.full(applied.shape[1], pooled)
    for j in range(applied.shape[1]):
        n_positive = float(applied[:, j].sum())
        own = _count_matching(probabilities[counted[:, j], j], applied[counted[:, j], j], fallback=pooled)
        weight = n_positive / (n_positive + hyperparameters.threshold_shrinkage)
        codes[j] = pooled + weight * (own - pooled)
    strength = Thresholds(codes=codes, line=0.0).strength(probabilities)
    has_code = np.asarray(applied.any(axis=1), dtype=np.bool_)
    is_known = has_code | counted.all(axis=1)  # of the others it is not known whether they have a code
    line = _best_f1(strength[is_known], has_code[is_known], fallback=0.0)
    return Thresholds(codes=codes, line=line)


def _count_matching(score: NDArray[np.float64], truth: NDArray[np.bool_], *, fallback: float) -> float:
    """Return the threshold at which as many scores are at least the threshold as are true."""
    n = int(truth.sum())
    if not n:
        return fallback
    descending = np.sort(score)[::-1]
    return float((descending[n - 1] + descending[min(n, len(descending) - 1)]) / 2)


def _best_f1(score: NDArray[np.float64], truth: NDArray[np.bool_], *, fallback: float) -> float:
    """Return the threshold with the best F1 of `score >= threshold`."""
    if not truth.any():
        return fallback
    order = np.argsort(-score, kind="stable")
    true_positives = np.cumsum(truth[order])
    predicted = np.arange(1, len(order) + 1)
    f1 = 2 * true_positives / (predicted + truth.sum())
    # A threshold can lie only between different scores.
    last_of_ties = np.append(score[order][:-1] != score[order][1:], True)
    best = int(np.argmax(np.where(last_of_ties, f1, -1.0)))
    next_score = score[order][best + 1] if best + 1 < len(order) else score[order][best]
    return float((score[order][best] + next_score) / 2)
