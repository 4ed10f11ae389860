"""From which probability on a code is said, and from which strength on a line is spoken of at all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A code's own threshold counts npos / (npos + this), the threshold of all codes together the rest. Chosen on splits
# that are not the reported ones (evaluation/README.md).
SHRINK = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thresholds:
    """Where saying begins.

    Attributes
    ----------
    codes : ndarray of float, shape (n_codes,), the probability from which on a code is said.
    line : the least value of `strength` at which a line gets a suggestion at all.
    least : the probability below which nothing is said, be it the best code of a line; 0 unless precision was promised.
    """

    codes: NDArray[np.float64]
    line: float
    least: float = 0.0

    def strength(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how strongly some code applies to each line, shape (n_lines,): the chance that not all stay away."""
        return np.asarray(1 - np.prod(1 - probabilities, axis=1), dtype=np.float64)


def thresholds(probabilities: NDArray[np.float64], applied: NDArray[np.bool_]) -> Thresholds:
    """Return the thresholds for out-of-fold probabilities, both arrays of shape (n_lines, n_codes).

    A code is said as often as humans give it: whoever says a code more often or more rarely than the others do agrees
    less than need be by chance alone, and the threshold of best F1 on few lines says most codes too often. A line is
    spoken of where that has the best F1.

    References
    ----------
    Lewis (1992), An evaluation of phrasal and clustered representations on a text categorization task: the threshold
    in proportion to how often a category is given.
    """
    everywhere = _as_often(probabilities.ravel(), applied.ravel(), fallback=0.5)
    codes = np.full(applied.shape[1], everywhere)
    for j in range(applied.shape[1]):
        n_positive = float(applied[:, j].sum())
        own = _as_often(probabilities[:, j], applied[:, j], fallback=everywhere)
        trust = n_positive / (n_positive + SHRINK)
        codes[j] = everywhere + trust * (own - everywhere)
    cut = Thresholds(codes=codes, line=0.0)
    line = _best(cut.strength(probabilities), np.asarray(applied.any(axis=1), dtype=np.bool_), fallback=0.0)
    return Thresholds(codes=codes, line=line)


def _as_often(score: NDArray[np.float64], truth: NDArray[np.bool_], *, fallback: float) -> float:
    """Return the score at which saying `score >= threshold` says as many as are true."""
    n = int(truth.sum())
    if not n:
        return fallback
    falling = np.sort(score)[::-1]
    return float((falling[n - 1] + falling[min(n, len(falling) - 1)]) / 2)


def _best(score: NDArray[np.float64], truth: NDArray[np.bool_], *, fallback: float) -> float:
    """Return the score at which saying `score >= threshold` has the best F1."""
    if not truth.any():
        return fallback
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    said = np.arange(1, len(order) + 1)
    f1 = 2 * hits / (said + truth.sum())
    # Only between different scores can a threshold lie.
    last_of_ties = np.append(score[order][:-1] != score[order][1:], True)
    best = int(np.argmax(np.where(last_of_ties, f1, -1.0)))
    below = score[order][best + 1] if best + 1 < len(order) else score[order][best]
    return float((score[order][best] + below) / 2)
