"""What is worth saying of a batch of lines, before it becomes suggestions, rows of a table or spans of a document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.coding import Band, Reason
from autocode.suggester.features._contributions import TextFeatures
from autocode.transcripts import Line

SHOWN = 3
# From which probability on a suggestion is strong, or fair; below, it is weak.
STRONG, FAIR = 0.7, 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """What is worth saying of a batch of lines.

    Attributes
    ----------
    reasons : why nothing is said of a line, or None.
    line, code : ndarrays of int, shape (n_said,): which code is worth saying of which line, best first.
    probabilities : ndarray of float, shape (n_lines, n_codes).
    heard, rows : what the lines bring, and the same as rows of length one.
    beside : ndarray of float, shape (n_lines, n_codes), the share of each score that comes from the lines beside.
    """

    lines: Sequence[Line]
    reasons: Sequence[Reason | None]
    line: NDArray[np.int64]
    code: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    text_features: TextFeatures
    rows: sp.csr_matrix
    beside: NDArray[np.float64]


def band(probability: float, *, supported: bool = True) -> Band:
    """Return how strong a suggestion of this probability is; of a code that has not earned it, it is weak."""
    if not supported:
        return Band.WEAK
    return Band.STRONG if probability >= STRONG else Band.FAIR if probability >= FAIR else Band.WEAK
