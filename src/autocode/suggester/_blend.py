"""How loud the codebook, the coded lines and the lines around speak: what ranked this study's own lines best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.suggester._beside import Beside
from autocode.transcripts import Line

# What is tried: weights of the likeness to what the codebook says, in log-odds for a likeness of 1, and how the scores
# of neighbouring lines count. Chosen on splits that are not the reported ones (evaluation/README.md).
WEIGHTS = (2.0, 4.0, 8.0, 16.0)
LEARNT = (
    Beside(share=0.0),
    Beside(share=0.15),
    Beside(share=0.3),
    Beside(share=0.3, reach=4, fading=0.6),
)
# Few words of a definition fall in the line they are about, more in the lines around it.
MEANT = Beside(share=0.5, reach=8, fading=0.8)
# Where nothing has been coded yet there is nothing to choose by.
UNTRIED = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """How the parts of a score are put together.

    Attributes
    ----------
    meant : weight of the likeness to what the codebook says of a code, against the other codes.
    beside : how the scores learnt from coded lines spread to the lines around.
    around : how the likeness to the codebook does.
    """

    meant: float
    beside: Beside
    around: Beside = MEANT

    def spread(
        self, lines: Sequence[Line], alone: NDArray[np.float64], likeness: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return scores with the share of the lines around, from those of lines by themselves, all (n_lines, n_codes).

        `likeness` is what likeness to the codebook brings to `alone`.
        """
        return alone + self.beside.mixed(lines, alone - likeness) + self.around.mixed(lines, likeness)


def against_others(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what is said for each code against the others; a code's likeness alone says as much of the line."""
    return np.asarray(likeness - likeness.mean(axis=1, keepdims=True), dtype=np.float64)


def best_blend(
    lines: Sequence[Line], applied: NDArray[np.bool_], learnt: NDArray[np.float64], likeness: NDArray[np.float64]
) -> tuple[Blend, NDArray[np.float64]]:
    """Return the blend that ranks the codes of coded lines best, and the scores that it gives them.

    Judged by the mean reciprocal rank of the codes that stand. A heavy weight of the codebook is among what is tried,
    so that where the coded lines mislead, the ranking is nearly that of the definitions alone.

    Parameters
    ----------
    learnt : ndarray of float, shape (n_lines, n_codes), scores by models that have not seen the line's fold.
    likeness : ndarray of float, same shape, likeness of each line to what the codebook says of each code.
    """
    meant = against_others(likeness)
    around = meant + MEANT.mixed(lines, meant)
    best, standing = -1.0, Blend(meant=UNTRIED, beside=LEARNT[0])
    scores = learnt + UNTRIED * around
    if not applied.any():
        return standing, scores
    for beside in LEARNT:
        spread = learnt + beside.mixed(lines, learnt)
        for weight in WEIGHTS:
            blended = spread + weight * around
            order = np.argsort(-blended, axis=1, kind="stable")
            rank = np.argsort(order, axis=1)[applied] + 1
            merit = float((1 / rank).mean())
            if merit > best:
                best, standing, scores = merit, Blend(meant=weight, beside=beside), blended
    return standing, scores
