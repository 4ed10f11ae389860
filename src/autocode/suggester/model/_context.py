"""What is said around a line: people stay with a matter for a while, so neighbouring lines tell about each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.transcripts import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextWindow:
    """How a line takes on what the lines around it say.

    Attributes
    ----------
    share : how much of the score of the line next to it; 0 where each line speaks for itself.
    reach : how many lines away one still counts.
    fading : what each further line counts, as a share of the one before it.
    """

    share: float
    reach: int = 1
    fading: float = 1.0

    def context_scores(self, lines: Sequence[Line], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the lines around say for one code against others, shape (n_lines, n_codes).

        Whether a line deserves any code at all is its own affair: neighbours tell which, so their mean is taken off.
        """
        if not self.share or not len(lines):
            return np.zeros(scores.shape)
        near = neighbour_matrix(lines, reach=self.reach, fading=self.fading)
        return self.share * np.asarray(near @ (scores - scores.mean(axis=1, keepdims=True)))


def neighbour_matrix(lines: Sequence[Line], *, reach: int = 1, fading: float = 1.0) -> sp.csr_matrix:
    """Return how much lines count beside each other, shape (n, n): 1 for the next ones, less for those further away.

    Only lines of the same speaker in the same transcript stand beside each other.
    """
    speakers: dict[tuple[str, str], int] = {}
    who = np.array([speakers.setdefault((line.transcript, line.speaker), len(speakers)) for line in lines], dtype=int)
    order = np.array([line.order for line in lines], dtype=int)
    # One number for who speaks where: wide enough apart that nobody reaches into the lines of another.
    place = who * (np.ptp(order) + reach + 1) + order if len(lines) else order
    sort = np.argsort(place, kind="stable")
    found = place[sort]
    rows, columns, weights = [], [], []
    for away in range(1, reach + 1):
        at = np.minimum(np.searchsorted(found, found + away), max(len(found) - 1, 0))
        there = np.flatnonzero(found[at] == found + away)
        rows.append(sort[there])
        columns.append(sort[at[there]])
        weights.append(np.full(len(there), fading ** (away - 1)))
    row, column, weight = (np.concatenate(parts) for parts in (rows, columns, weights))
    half = sp.csr_matrix((weight, (row, column)), shape=(len(lines), len(lines)))
    return (half + half.T).tocsr()
