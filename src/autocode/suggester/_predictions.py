"""What a suggester predicts for lines: codes and reasons as arrays, before they become suggestions or table cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code
from autocode.coding import Band, Reason
from autocode.suggester.features._contributions import TextFeatures
from autocode.transcripts import Line

# A coder reads at most this many suggestions per line; validation reports recall at the same number (R@3).
SHOWN = 3
# Lowest probability of a strong and of a fair suggestion, below which it is weak. Round numbers: what a band has meant
# in a study is measured on its decisions (docs/suggester.md, "Bands").
STRONG, FAIR = 0.7, 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """What is predicted for a batch of lines.

    Attributes
    ----------
    lines : sequence of Line
        The lines.
    reasons : sequence of Reason or None
        Why nothing is suggested for a line; None where something is.
    line, code : ndarray of int, shape (n_suggested,)
        Row and column of each suggested code, in the order of the lines, most probable code first.
    probabilities : ndarray of float, shape (n_lines, n_codes)
        Calibrated probabilities.
    text_features : TextFeatures
        Features of the texts, and the words that they come from.
    rows : csr_matrix, shape (n_lines, n_text_features)
        The same features, each row scaled to unit length.
    context_shares : ndarray of float, shape (n_lines, n_codes)
        The part of each score that comes from neighbouring lines, in log-odds.
    """

    lines: Sequence[Line]
    reasons: Sequence[Reason | None]
    line: NDArray[np.intp]
    code: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    text_features: TextFeatures
    rows: sp.csr_matrix
    context_shares: NDArray[np.float64]


class Predictor(Protocol):
    """Anything that predicts codes for lines, as `Suggester` does; all that tables and frames need to know of it."""

    @property
    def codes(self) -> Sequence[Code]:
        """The codes, in the order of the columns of `Predictions.probabilities`."""

    @property
    def supported(self) -> NDArray[np.bool_]:
        """Which codes are supported by coded examples, shape (n_codes,)."""

    @property
    def digest(self) -> str:
        """SHA-256 of everything that predictions follow from."""

    def predictions(self, lines: Iterable[Line]) -> Iterator[Predictions]:
        """Yield predictions for batches of lines."""


def band(probability: float, *, supported: bool = True) -> Band:
    """Return the band of a suggestion; always weak for a code that is not supported by coded examples."""
    if not supported:
        return Band.WEAK
    return Band.STRONG if probability >= STRONG else Band.FAIR if probability >= FAIR else Band.WEAK
