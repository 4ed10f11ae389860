"""A spaCy component that adds suggestions to documents: `nlp.add_pipe("autocode", config={"model": folder})`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from autocode.coding import Abstention
from autocode.suggester._artefact import open_suggester
from autocode.suggester._predicting import BATCH, batched
from autocode.suggester._suggester import Suggester
from autocode.suggester._suggestions import Answer
from autocode.transcripts import Line, LineId, Role, TranscriptId

NAME = "autocode"
SUGGESTIONS, ABSTENTIONS = "autocode_suggestions", "autocode_abstentions"


class SuggestingPipe:
    """A spaCy component that suggests codes for the sentences of documents, or for documents without sentences.

    `doc.spans["autocode"]` has one span per suggestion, labelled with its code. `doc._.autocode_suggestions` and
    `doc._.autocode_abstentions` list them as plain dicts, so that a document can be stored: `start` and `end` in
    tokens, then `code`, `rank`, `probability`, `band` and `words`, or the `reason`. On a sentence, the same attributes
    (`sentence._.`) list its own.

    Parameters
    ----------
    suggester : Suggester
        The trained suggester.
    """

    def __init__(self, suggester: Suggester) -> None:
        self.suggester = suggester

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its suggestions."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        """Yield documents with their suggestions.

        Parameters
        ----------
        stream : iterable of Doc
            The documents.
        batch_size : int, default 1000
            Number of documents predicted at once.
        """
        for docs in batched(stream, batch_size):
            units = [list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]] for doc in docs]
            # A document may be a part of an interview, so orders are negative: the place of a sentence is unknown.
            lines = [_line(d, n - len(spans), span) for d, spans in enumerate(units) for n, span in enumerate(spans)]
            answers = (
                answer
                for predictions in self.suggester.predictions(lines)
                for answer in self.suggester.suggestions_from(predictions)
            )
            for doc, spans in zip(docs, units, strict=True):
                _annotate(doc, [(span, next(answers)) for span in spans])
                yield doc


def _annotate(doc: Doc, answers: Sequence[tuple[Span, Answer]]) -> None:
    """Write suggestions and abstentions onto a document."""
    suggestions: list[dict[str, Any]] = []
    abstentions: list[dict[str, Any]] = []
    for span, answer in answers:
        where = {"start": span.start, "end": span.end}
        if isinstance(answer, Abstention):
            abstentions.append({**where, "reason": answer.reason.value})
            continue
        suggestions += [
            {
                **where,
                "code": suggestion.code,
                "rank": suggestion.rank,
                "probability": suggestion.probability,
                "band": suggestion.band.value,
                "words": [list(word) for word in suggestion.evidence.words],
            }
            for suggestion in answer
        ]
    doc.user_data[SUGGESTIONS], doc.user_data[ABSTENTIONS] = suggestions, abstentions
    doc.spans[NAME] = [Span(doc, entry["start"], entry["end"], label=entry["code"]) for entry in suggestions]


for _name in (SUGGESTIONS, ABSTENTIONS):
    Doc.set_extension(_name, getter=lambda doc, name=_name: doc.user_data.get(name, []), force=True)
    Span.set_extension(
        _name,
        getter=lambda span, name=_name: [
            entry
            for entry in span.doc.user_data.get(name, [])
            if (entry["start"], entry["end"]) == (span.start, span.end)
        ],
        force=True,
    )


def suggesting_pipe(nlp: Language, name: str, model: str) -> SuggestingPipe:
    """Return the component for a saved suggester."""
    if not model:
        raise ValueError(f"the component {name!r} needs a suggester: config={{'model': FOLDER}}, see autocode train.")
    return SuggestingPipe(open_suggester(model))


Language.factory(NAME, default_config={"model": ""}, func=suggesting_pipe)


def _line(transcript: int, order: int, span: Span) -> Line:
    return Line(
        id=LineId(f"{order}"),
        transcript=TranscriptId(f"{transcript}"),
        order=order,
        speaker="",
        role=Role.PARTICIPANT,
        text=span.text,
        start=span.start_char,
        end=span.end_char,
    )
