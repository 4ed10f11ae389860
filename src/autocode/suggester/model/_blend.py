"""The weights of coded lines, codebook and context in a score: those that rank a study's own lines best."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autocode.suggester.model._context import ContextWindow
from autocode.suggester.model._hyperparameters import DEFAULTS, Hyperparameters
from autocode.transcripts import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """How the parts of a score are combined.

    Attributes
    ----------
    codebook_weight : float
        Weight of the similarity to what the codebook says about a code, relative to the other codes.
    line_context : ContextWindow
        How the scores learnt from coded lines spread to neighbouring lines.
    codebook_context : ContextWindow
        How the similarity to the codebook spreads to neighbouring lines.
    embedding_weight : float
        Weight of the similarity by sentence vectors; 0 without an encoder.
    """

    codebook_weight: float
    line_context: ContextWindow
    codebook_context: ContextWindow = DEFAULTS.codebook_context
    embedding_weight: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the blend under its names on disk; `meaning` only with an encoder, so that older readers can open it.

        These names are older than the attributes', and a saved suggester keeps them.
        """
        stored: dict[str, Any] = {
            "meant": self.codebook_weight,
            "beside": asdict(self.line_context),
            "around": asdict(self.codebook_context),
        }
        return stored | ({"meaning": self.embedding_weight} if self.embedding_weight else {})

    def spread(
        self, lines: Sequence[Line], context_free: NDArray[np.float64], codebook: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return scores with context from context-free scores, all of shape (n_lines, n_codes).

        `codebook` is the part of the context-free scores that comes from the similarity to the codebook.
        """
        return (
            context_free
            + self.line_context.context_scores(lines, context_free - codebook)
            + self.codebook_context.context_scores(lines, codebook)
        )


def relative_to_codes(similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the similarity to each code minus the mean over codes: only the difference to other codes is evidence.

    The similarity itself depends mostly on the line, not on the code.
    """
    return np.asarray(similarity - similarity.mean(axis=1, keepdims=True), dtype=np.float64)


def best_blend(
    lines: Sequence[Line],
    applied: NDArray[np.bool_],
    learnt: NDArray[np.float64],
    codebook_similarity: NDArray[np.float64],
    embedding_similarity: NDArray[np.float64] | None = None,
    *,
    judged: NDArray[np.bool_] | None = None,
    hyperparameters: Hyperparameters = DEFAULTS,
) -> tuple[Blend, NDArray[np.float64]]:
    """Return the blend that ranks the codes of the coded lines best, and the scores that it gives them.

    The criterion is the sum of reciprocal ranks of the codes that the lines have, minus a penalty for the distance
    from the default weights, so that few lines do not choose by chance. Large codebook weights are among the
    candidates: where the coded lines mislead, the ranking is nearly that of the definitions alone.

    Parameters
    ----------
    lines : sequence of Line
        The coded lines.
    applied : ndarray of bool, shape (n_lines, n_codes)
        The codes that each line has.
    learnt : ndarray of float, shape (n_lines, n_codes)
        Scores by models that were fitted without the line's fold.
    codebook_similarity : ndarray of float, shape (n_lines, n_codes)
        Similarity of each line to what the codebook says about each code, by words.
    embedding_similarity : ndarray of float, shape (n_lines, n_codes), or None
        The same by sentence vectors; None without an encoder.
    judged : ndarray of bool, shape (n_lines, n_codes), or None, default None
        Which codes were judged on each line; None for all. The others are left out.
    hyperparameters : Hyperparameters
        The candidates and the strength of the preference for the default weights.
    """
    grid = hyperparameters.grid if embedding_similarity is None else hyperparameters.grid_with_encoder
    contexts, codebook_context = hyperparameters.line_contexts, hyperparameters.codebook_context
    by_words = _with_context(lines, codebook_similarity, codebook_context)
    by_vectors = (
        np.zeros_like(by_words)
        if embedding_similarity is None
        else _with_context(lines, embedding_similarity, codebook_context)
    )
    codebook_weight, embedding_weight = grid.cold_start_weight
    blend = Blend(
        codebook_weight=codebook_weight,
        line_context=contexts[0],
        codebook_context=codebook_context,
        embedding_weight=embedding_weight,
    )
    scores = learnt + codebook_weight * by_words + embedding_weight * by_vectors
    if not applied.any():
        return blend, scores
    best = -np.inf
    for index, context in enumerate(contexts):
        spread = learnt + context.context_scores(lines, learnt)
        for codebook_weight, embedding_weight in product(grid.codebook_weights, grid.embedding_weights):
            candidate = spread + codebook_weight * by_words + embedding_weight * by_vectors
            ranked = candidate if judged is None else np.where(judged, candidate, -np.inf)
            order = np.argsort(-ranked, axis=1, kind="stable")
            rank = np.argsort(order, axis=1)[applied] + 1
            distance = _doublings((index, codebook_weight, embedding_weight), grid.default_weights)
            criterion = float((1 / rank).sum() - hyperparameters.prior_strength * distance)
            if criterion > best:
                best, scores = criterion, candidate
                blend = Blend(
                    codebook_weight=codebook_weight,
                    line_context=context,
                    codebook_context=codebook_context,
                    embedding_weight=embedding_weight,
                )
    return blend, scores


def _doublings(weights: tuple[float, float, float], default: tuple[float, float, float]) -> float:
    """Return the distance between two blends in doublings of their weights; two contexts count as one doubling."""
    (context, codebook, embedding), (context_, codebook_, embedding_) = weights, default
    return abs(context - context_) / 2 + abs(log2(codebook / codebook_)) + abs(log2((embedding + 1) / (embedding_ + 1)))


def _with_context(
    lines: Sequence[Line], similarity: NDArray[np.float64], context: ContextWindow
) -> NDArray[np.float64]:
    relative = relative_to_codes(similarity)
    return relative + context.context_scores(lines, relative)
