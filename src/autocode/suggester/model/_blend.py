"""How loud the codebook, the coded lines and the lines around speak: what ranked this study's own lines best."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autocode.suggester.model._context import ContextWindow
from autocode.transcripts import Line

# What is tried: weights of the likeness to what the codebook says, in log-odds for a likeness of 1, and how the scores
# of neighbouring lines count. Chosen on splits that are not the reported ones (evaluation/README.md).
WEIGHTS = (2.0, 4.0, 8.0, 16.0)
# The same for likeness of meaning, where there is an encoder; of both, fewer are tried.
MEANINGS, WITH_MEANING = (0.0, 2.0, 4.0, 8.0), (2.0, 4.0, 8.0)
# Few lines choose by chance: of those as good, what is nearest to the usual blend (which of LEARNT, and the weights of
# words and meaning, without an encoder and with one), which counts as if one more line spoke for it at every doubling.
USUAL, USUAL_WITH_MEANING, SPOKEN_FOR = (1, 4 * 2**0.5, 0.0), (1, 4.0, 2.0), 1.0
LEARNT = (
    ContextWindow(share=0.0),
    ContextWindow(share=0.15),
    ContextWindow(share=0.3),
    ContextWindow(share=0.3, reach=4, fading=0.6),
)
# Few words of a definition fall in the line they are about, more in the lines around it.
MEANT = ContextWindow(share=0.5, reach=8, fading=0.8)
# Where nothing has been coded yet there is nothing to choose by.
UNTRIED, UNTRIED_MEANING = 8.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """How the parts of a score are put together.

    Attributes
    ----------
    codebook_weight : weight of the similarity to what the codebook says of a code, against the other codes.
    line_context : how the scores learnt from coded lines spread to the lines around.
    codebook_context : how the similarity to the codebook does.
    embedding_weight : weight of the similarity by the encoder's vectors; 0 without an encoder.
    """

    codebook_weight: float
    line_context: ContextWindow
    codebook_context: ContextWindow = MEANT
    embedding_weight: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the blend under the names it has on disk; `meaning` only with an encoder, as before there were any."""
        stored: dict[str, Any] = {
            "meant": self.codebook_weight,
            "beside": asdict(self.line_context),
            "around": asdict(self.codebook_context),
        }
        return stored | ({"meaning": self.embedding_weight} if self.embedding_weight else {})

    def spread(
        self, lines: Sequence[Line], alone: NDArray[np.float64], likeness: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return scores with the share of the lines around, from those of lines by themselves, all (n_lines, n_codes).

        `likeness` is what likeness to the codebook brings to `alone`.
        """
        return (
            alone
            + self.line_context.context_scores(lines, alone - likeness)
            + self.codebook_context.context_scores(lines, likeness)
        )


def against_others(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what is said for each code against the others; a code's likeness alone says as much of the line."""
    return np.asarray(likeness - likeness.mean(axis=1, keepdims=True), dtype=np.float64)


def best_blend(
    lines: Sequence[Line],
    applied: NDArray[np.bool_],
    learnt: NDArray[np.float64],
    likeness: NDArray[np.float64],
    meaning: NDArray[np.float64] | None = None,
) -> tuple[Blend, NDArray[np.float64]]:
    """Return the blend that ranks the codes of coded lines best, and the scores that it gives them.

    Judged by the mean reciprocal rank of the codes that stand. A heavy weight of the codebook is among what is tried,
    so that where the coded lines mislead, the ranking is nearly that of the definitions alone.

    Parameters
    ----------
    learnt : ndarray of float, shape (n_lines, n_codes), scores by models that have not seen the line's fold.
    likeness : ndarray of float, same shape, likeness of each line to what the codebook says of each code.
    meaning : the same by the vectors of an encoder, if there is one.
    """
    words = _around(lines, likeness)
    vectors = np.zeros_like(words) if meaning is None else _around(lines, meaning)
    standing = Blend(
        codebook_weight=UNTRIED, line_context=LEARNT[0], embedding_weight=0.0 if meaning is None else UNTRIED_MEANING
    )
    scores = learnt + standing.codebook_weight * words + standing.embedding_weight * vectors
    if not applied.any():
        return standing, scores
    best = -np.inf
    tried = [(w, 0.0) for w in WEIGHTS] if meaning is None else list(product(WITH_MEANING, MEANINGS))
    usual = USUAL if meaning is None else USUAL_WITH_MEANING
    for place, beside in enumerate(LEARNT):
        spread = learnt + beside.context_scores(lines, learnt)
        for in_words, in_meaning in tried:
            blended = spread + in_words * words + in_meaning * vectors
            order = np.argsort(-blended, axis=1, kind="stable")
            rank = np.argsort(order, axis=1)[applied] + 1
            merit = float((1 / rank).sum() - SPOKEN_FOR * _away((place, in_words, in_meaning), usual))
            if merit > best:
                best, scores = merit, blended
                standing = Blend(codebook_weight=in_words, line_context=beside, embedding_weight=in_meaning)
    return standing, scores


def _away(blend: tuple[int, float, float], usual: tuple[int, float, float]) -> float:
    """Return how many doublings a blend is away from the usual one."""
    (place, words, meaning), (place_, words_, meaning_) = blend, usual
    return abs(place - place_) / 2 + abs(log2(words / words_)) + abs(log2((meaning + 1) / (meaning_ + 1)))


def _around(lines: Sequence[Line], likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    meant = against_others(likeness)
    return meant + MEANT.context_scores(lines, meant)
