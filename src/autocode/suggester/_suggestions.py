"""Suggestions with their evidence, made from predictions."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.coding import Abstention, BatchId, Evidence, Suggestion, SuggestionBatch
from autocode.suggester._evidence import CodebookVocabulary, top_words
from autocode.suggester._example_index import ExampleIndex
from autocode.suggester._predictions import Predictions, Predictor, band
from autocode.suggester.model._model import LineModel
from autocode.transcripts import Line, Role

# Words shown as evidence for a suggestion: what a coder takes in at a glance.
WORDS = 5

Answer: TypeAlias = list[Suggestion] | Abstention
"""What a line gets: suggestions, or the reason why there are none."""


class Suggesting(Predictor, Protocol):
    """A predictor that gives the evidence for its predictions, as `Suggester` does."""

    @property
    def codebook_digest(self) -> str:
        """Digest of the codebook."""

    def suggestions_from(self, predictions: Predictions) -> list[Answer]:
        """Return what each line gets."""


def suggestions_from(
    predictions: Predictions,
    *,
    model: LineModel,
    index: ExampleIndex,
    vocabulary: CodebookVocabulary,
    supported: NDArray[np.bool_],
) -> list[Answer]:
    """Return for each line its suggestions with their evidence, or the reason why there are none."""
    answers: list[Answer] = [
        [] if reason is None else Abstention(line=line.id, reason=reason)
        for line, reason in zip(predictions.lines, predictions.reasons, strict=True)
    ]
    evidence = _evidence(predictions, model, index, vocabulary)
    for i, j, rests_on in zip(predictions.line.tolist(), predictions.code.tolist(), evidence, strict=True):
        probability = float(predictions.probabilities[i, j])
        suggestions = answers[i]
        assert isinstance(suggestions, list)
        suggestions.append(
            Suggestion(
                line=predictions.lines[i].id,
                code=index.codes[j].id,
                rank=len(suggestions) + 1,
                probability=probability,
                band=band(probability, supported=bool(supported[j])),
                evidence=rests_on,
            )
        )
    return answers


def suggest(
    suggester: Suggesting,
    lines: Iterable[Line],
    *,
    at: datetime | None,
    progress: Callable[[int, int], object] | None,
) -> SuggestionBatch:
    """Return suggestions, or an abstention with its reason, for every participant's line, in the order of the lines."""
    asked = tuple({line.id: line for line in lines if line.role is Role.PARTICIPANT}.values())
    answers: list[Answer] = [[]] * len(asked)
    # Predicted in the order of the transcripts, because neighbouring lines count.
    order = sorted(range(len(asked)), key=lambda i: (asked[i].transcript, asked[i].order))
    done = 0
    for batch in suggester.predictions([asked[i] for i in order]):
        for i, answer in zip(order[done:], suggester.suggestions_from(batch), strict=False):
            answers[i] = answer
        done += len(batch.lines)
        if progress is not None:
            progress(done, len(asked))
    return SuggestionBatch(
        id=_batch_id(suggester.digest, asked),
        model=suggester.digest,
        codebook=suggester.codebook_digest,
        suggestions=tuple(s for answer in answers if not isinstance(answer, Abstention) for s in answer),
        abstentions=tuple(answer for answer in answers if isinstance(answer, Abstention)),
        at=at or datetime.now(UTC),
    )


def _batch_id(model: str, lines: Sequence[Line]) -> BatchId:
    """Return the id of a batch: the same for the same suggester, by its digest, and the same lines."""
    digest = hashlib.sha256(model.encode())
    for line in lines:
        digest.update(f"\x00{line.id}\x00{line.text}".encode("utf-8", "surrogatepass"))
    return BatchId(digest.hexdigest()[:16])


def _evidence(
    predictions: Predictions, model: LineModel, index: ExampleIndex, vocabulary: CodebookVocabulary
) -> Iterator[Evidence]:
    """Yield the evidence of each suggested code."""
    line, code = predictions.line, predictions.code
    neighbours = index.nearest(predictions.rows, line, code)
    context_shares = predictions.context_shares[line, code].tolist()
    shares = predictions.text_features.shares(line, code, model.coefficients)
    words, definition = top_words(
        predictions, shares, vocabulary=vocabulary, most=WORDS, language=model.inputs.language
    )
    for k in range(len(line)):
        yield Evidence(words=words[k], definition=definition[k], beside=context_shares[k], neighbours=neighbours[k])
