"""Precision and recall of each code on the coded lines, each line predicted by a model not trained on its fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Code, CodeId
from autocode.suggester.model._model import LineModel


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeQuality:
    """How a code was predicted, at its threshold, on lines held out while training.

    Attributes
    ----------
    code : CodeId
        Id of the code.
    support : int
        Number of lines that humans gave the code.
    predicted : int
        Number of lines for which the code reached its threshold.
    true_positives : int
        Number of lines for which both hold.
    """

    code: CodeId
    support: int
    predicted: int
    true_positives: int

    @property
    def precision(self) -> float | None:
        """Share of the predicted lines that have the code; None where it was never predicted."""
        return self.true_positives / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of the lines with the code that were predicted; None where no line has it."""
        return self.true_positives / self.support if self.support else None


def quality(
    model: LineModel, codes: Sequence[Code], applied: NDArray[np.bool_], judged: NDArray[np.bool_] | None = None
) -> tuple[CodeQuality, ...]:
    """Return the quality of each code from the model's held-out scores; empty for a model without them.

    Thresholds and calibration were chosen on the same scores, which makes it slightly optimistic; `autocode validate`
    is not. Lines on which a code was not judged do not count.
    """
    if model.held_out.shape != applied.shape or not len(applied):
        return ()
    predicted = model.calibration(model.held_out) >= model.thresholds.codes
    if judged is not None:
        predicted &= judged
    return tuple(
        CodeQuality(
            code=code.id,
            support=int(applied[:, j].sum()),
            predicted=int(predicted[:, j].sum()),
            true_positives=int((predicted[:, j] & applied[:, j]).sum()),
        )
        for j, code in enumerate(codes)
    )
