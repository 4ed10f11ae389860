"""Predictions for any number of lines, in batches that see their neighbouring lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from autocode.suggester._example_index import ExampleIndex
from autocode.suggester._novelty import l2_normalized
from autocode.suggester._policy import LineMeasures, SuggestionPolicy
from autocode.suggester._predictions import Predictions
from autocode.suggester.model._model import LineModel, ScoreParts
from autocode.transcripts import Line

T = TypeVar("T")

# Lines predicted at once: enough for the matrix products to be fast, few enough for their features to fit in memory.
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _ScoredBatch:
    """Lines with the parts of their scores that need no context."""

    lines: Sequence[Line]
    parts: ScoreParts


def predictions(
    model: LineModel, index: ExampleIndex, policy: SuggestionPolicy, lines: Iterable[Line]
) -> Iterator[Predictions]:
    """Yield predictions for batches of lines, in memory that does not grow with their number.

    Parameters
    ----------
    model : LineModel
        Gives scores and probabilities.
    index : ExampleIndex
        The coded lines.
    policy : SuggestionPolicy
        Decides what is suggested.
    lines : iterable of Line
        The lines of each transcript in their order, one after the other.
    """
    after: list[_ScoredBatch] = []
    before: list[_ScoredBatch] = []
    reach = model.reach
    for batch in batched(lines, BATCH):
        after.append(_ScoredBatch(lines=batch, parts=model.decompose(batch)))
        # A batch waits until no line to come can be in the context window of its lines.
        while len(after) > 1 and not _in_reach(after[0].lines[-1], batch[-1], reach):
            yield _predict(model, index, policy, before, after[0], after[1:])
            before.append(after.pop(0))
            before = [earlier for earlier in before if _in_reach(earlier.lines[-1], after[0].lines[0], reach)]
    while after:
        yield _predict(model, index, policy, before, after[0], after[1:])
        before.append(after.pop(0))


def _predict(
    model: LineModel,
    index: ExampleIndex,
    policy: SuggestionPolicy,
    before: Sequence[_ScoredBatch],
    batch: _ScoredBatch,
    after: Sequence[_ScoredBatch],
) -> Predictions:
    """Return the predictions for a batch, given the batches that may hold neighbours of its lines."""
    scores, codebook_scores = _scores_in_context(model, before, batch, after)
    probabilities = model.calibration(scores)
    text_features = batch.parts.text_features
    rows = l2_normalized(text_features.rows)
    choices = policy.choose(
        LineMeasures(
            probabilities=probabilities,
            codebook_scores=codebook_scores,
            similarity=index.similarity(text_features, rows),
            is_far=index.is_far(rows),
            word_counts=text_features.words.lengths,
        )
    )
    return Predictions(
        lines=batch.lines,
        reasons=choices.reasons,
        line=choices.line,
        code=choices.code,
        probabilities=probabilities,
        text_features=text_features,
        rows=rows,
        context_shares=scores - batch.parts.context_free,
    )


def _scores_in_context(
    model: LineModel, before: Sequence[_ScoredBatch], batch: _ScoredBatch, after: Sequence[_ScoredBatch]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the scores of a batch and the codebook's part of them, both with their context, (n_lines, n_codes)."""
    batches, reach = [*before, batch, *after], model.reach
    lines = [line for other in batches for line in other.lines]
    begin = sum(len(other.lines) for other in before)
    end = begin + len(batch.lines)
    # Only the last lines of the batches before and the first lines of those after are in reach.
    first = begin - sum(_in_reach(line, lines[begin], reach) for line in lines[:begin])
    last = end + sum(_in_reach(line, lines[end - 1], reach) for line in lines[end:])
    near, own = lines[first:last], slice(begin - first, end - first)
    codebook_scores = np.concatenate([other.parts.codebook for other in batches])[first:last]
    context_free_scores = np.concatenate([other.parts.context_free for other in batches])[first:last]
    scores = model.with_context(near, context_free_scores, codebook_scores)
    in_context = codebook_scores + model.blend.codebook_context.context_scores(near, codebook_scores)
    return scores[own], in_context[own]


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` values, the last one perhaps shorter."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _in_reach(line: Line, other: Line, reach: int) -> bool:
    """Return whether one line may be in the context window of the other."""
    return line.transcript == other.transcript and abs(line.order - other.order) <= reach
