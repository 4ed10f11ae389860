"""Context: neighbouring lines of a speaker tend to be about the same topic, so their scores inform each other's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.display import displayed
from autocode.transcripts import Line


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ContextWindow:
    """How the scores of neighbouring lines count for a line.

    Attributes
    ----------
    share : float
        Weight of the next line's scores; 0 for no context.
    reach : int, default 1
        Largest distance, in lines, at which a line counts.
    fading : float, default 1.0
        Weight of each further line relative to the line before it.
    """

    share: float
    reach: int = 1
    fading: float = 1.0

    def context_scores(self, lines: Sequence[Line], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what neighbouring lines add to the scores of each line, shape (n_lines, n_codes).

        Each line's mean score is subtracted first: neighbours inform which code a line has, not whether it has any.

        Parameters
        ----------
        lines : sequence of Line
            The lines.
        scores : ndarray of float, shape (n_lines, n_codes)
            Their scores without context.
        """
        if not self.share or not len(lines):
            return np.zeros(scores.shape)
        near = neighbour_matrix(lines, reach=self.reach, fading=self.fading)
        return self.share * np.asarray(near @ (scores - scores.mean(axis=1, keepdims=True)))


def neighbour_matrix(lines: Sequence[Line], *, reach: int = 1, fading: float = 1.0) -> sp.csr_matrix:
    """Return the weight of each line as a neighbour of each other, shape (n_lines, n_lines): 1 for adjacent lines.

    Only lines of the same speaker in the same transcript are neighbours.
    """
    speakers: dict[tuple[str, str], int] = {}
    speaker = np.array(
        [speakers.setdefault((line.transcript, line.speaker), len(speakers)) for line in lines], dtype=int
    )
    order = np.array([line.order for line in lines], dtype=int)
    # One integer for speaker and order, with gaps wider than `reach` between speakers.
    place = speaker * (np.ptp(order) + reach + 1) + order if len(lines) else order
    by_place = np.argsort(place, kind="stable")
    places = place[by_place]
    rows, columns, weights = [], [], []
    for distance in range(1, reach + 1):
        at = np.minimum(np.searchsorted(places, places + distance), max(len(places) - 1, 0))
        has_neighbour = np.flatnonzero(places[at] == places + distance)
        rows.append(by_place[has_neighbour])
        columns.append(by_place[at[has_neighbour]])
        weights.append(np.full(len(has_neighbour), fading ** (distance - 1)))
    row, column, weight = (np.concatenate(parts) for parts in (rows, columns, weights))
    upper = sp.csr_matrix((weight, (row, column)), shape=(len(lines), len(lines)))
    return (upper + upper.T).tocsr()
