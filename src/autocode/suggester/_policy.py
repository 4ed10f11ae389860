"""Which codes are suggested for a line, and why none is: decided from arrays alone."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autocode.coding import Reason
from autocode.suggester._predictions import SHOWN
from autocode.suggester.model._thresholds import Thresholds

# A code below its threshold is still suggested after a more probable one if it reaches this share of the threshold.
RUNNER_UP_SHARE = 0.5
# A line of fewer words says too little to be judged by itself.
MIN_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineMeasures:
    """What the policy decides by, for a batch of lines. A new reason to abstain adds what it needs here.

    Attributes
    ----------
    probabilities : ndarray of float, shape (n_lines, n_codes)
        Calibrated probabilities.
    codebook_scores : ndarray of float, shape (n_lines, n_codes)
        Similarity to the codebook's texts, neighbouring lines included, in log-odds.
    similarity : ndarray of float, shape (n_lines,)
        Similarity to coded lines and definitions, from 0 to 1.
    is_far : ndarray of bool, shape (n_lines,)
        Whether no coded line shares enough words with the line.
    word_counts : ndarray of int, shape (n_lines,)
        Number of words.
    """

    probabilities: NDArray[np.float64]
    codebook_scores: NDArray[np.float64]
    similarity: NDArray[np.float64]
    is_far: NDArray[np.bool_]
    word_counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choices:
    """What is suggested for a batch of lines.

    Attributes
    ----------
    reasons : tuple of Reason or None
        Why nothing is suggested for a line; None where something is.
    line, code : ndarray of int, shape (n_suggested,)
        Row and column of each suggested code, in the order of the lines, most probable code first.
    """

    reasons: tuple[Reason | None, ...]
    line: NDArray[np.intp]
    code: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SuggestionPolicy:
    """The rules by which codes are suggested or a line gets none.

    Attributes
    ----------
    thresholds : Thresholds
        Lowest probability of each code, of any code, and lowest strength of a line.
    supported : ndarray of bool, shape (n_codes,)
        Which codes are supported by coded examples.
    novelty_threshold : float
        Similarity below which a line is unlike anything coded, if no code reaches its threshold.
    any_example : bool
        Whether any coded line has a code.
    withheld : ndarray of bool, shape (n_codes,), or None, default None
        Which codes are never suggested, as they ended or mean something else since the training; None for no code.
    """

    thresholds: Thresholds
    supported: NDArray[np.bool_]
    novelty_threshold: float
    any_example: bool
    withheld: NDArray[np.bool_] | None = None

    def choose(self, measures: LineMeasures) -> Choices:
        """Return which codes are suggested for which lines, and why some lines get none."""
        if self.withheld is not None:
            measures = replace(measures, probabilities=np.where(self.withheld, 0.0, measures.probabilities))
        reasons: list[Reason | None] = [None] * len(measures.probabilities)
        for reason, holds in self._reasons(measures):
            for i in np.flatnonzero(holds).tolist():
                reasons[i] = reason
        p, thresholds = measures.probabilities, self.thresholds
        order = np.argsort(-p, axis=1, kind="stable")
        # The line as a whole passed, so its best code is suggested even below its own threshold.
        chosen = np.take_along_axis(p >= RUNNER_UP_SHARE * thresholds.codes, order, axis=1)
        chosen[:, 0] = True
        if self.withheld is not None:
            chosen &= ~self.withheld[order]
        chosen &= np.take_along_axis((p >= thresholds.least) & self._eligible(measures.codebook_scores), order, axis=1)
        chosen &= np.cumsum(chosen, axis=1) <= SHOWN
        chosen[[i for i, reason in enumerate(reasons) if reason is not None]] = False
        for i in np.flatnonzero(~chosen.any(axis=1)).tolist():
            reasons[i] = reasons[i] or Reason.TOO_FEW_EXAMPLES
        line, place = np.nonzero(chosen)
        return Choices(reasons=tuple(reasons), line=line, code=order[line, place])

    def _reasons(self, measures: LineMeasures) -> tuple[tuple[Reason, NDArray[np.bool_]], ...]:
        """Return each reason with the lines that it holds for; where several hold, the last one counts."""
        p, thresholds = measures.probabilities, self.thresholds
        no_code = (p < thresholds.codes).all(axis=1)
        return (
            (Reason.NOTHING_FITS, (thresholds.strength(p) < thresholds.line) | (p.max(axis=1) < thresholds.least)),
            (Reason.UNLIKE_ANYTHING, measures.is_far | (no_code & (measures.similarity < self.novelty_threshold))),
            (Reason.TOO_SHORT, measures.word_counts < MIN_WORDS),
        )

    def _eligible(self, codebook_scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which codes may be suggested for which lines, shape (n_lines, n_codes).

        A code without enough coded examples may be suggested only where its definition is among the most similar to
        the line, as before the first line was coded.
        """
        # A promise of precision was certified on supported and unsupported codes together, and holds for both.
        if self.supported.all() or self.thresholds.least or not self.any_example:
            return np.ones(codebook_scores.shape, dtype=bool)
        lowest = np.sort(codebook_scores, axis=1)[:, -min(SHOWN, codebook_scores.shape[1])]
        similar = (codebook_scores > 0) & (codebook_scores >= lowest[:, None])
        return np.asarray(self.supported | similar, dtype=np.bool_)
