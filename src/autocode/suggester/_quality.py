"""How a suggester did, code by code, on the lines it learnt from, each judged by a model that had not seen its fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Code, CodeId
from autocode.suggester.model._model import LineModel


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeQuality:
    """How often a code was said out of fold, at its threshold, and how often rightly.

    Attributes
    ----------
    held : lines that humans gave the code.
    said : lines for which the model said it.
    right : lines that are both.
    """

    code: CodeId
    held: int
    said: int
    right: int

    @property
    def precision(self) -> float | None:
        """The share of what was said that is right, or None where nothing was said."""
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """The share of what humans gave that was said, or None where they gave none."""
        return self.right / self.held if self.held else None


def quality(model: LineModel, codes: Sequence[Code], applied: NDArray[np.bool_]) -> tuple[CodeQuality, ...]:
    """Return the quality of each code from a model's held-out scores; nothing where it has none.

    Thresholds and calibration were chosen on the same scores, so it flatters a little; `autocode validate` does not.
    """
    if model.held_out.shape != applied.shape or not len(applied):
        return ()
    said = model.calibration(model.held_out) >= model.thresholds.codes
    return tuple(
        CodeQuality(
            code=code.id,
            held=int(applied[:, j].sum()),
            said=int(said[:, j].sum()),
            right=int((said[:, j] & applied[:, j]).sum()),
        )
        for j, code in enumerate(codes)
    )
