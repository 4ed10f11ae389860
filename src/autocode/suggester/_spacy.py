"""A spaCy component that puts suggestions on documents: `nlp.add_pipe("autocode", config={"model": folder})`."""

from collections.abc import Iterable, Iterator
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from autocode.coding import Abstention
from autocode.suggester._artefact import open_suggester
from autocode.suggester._suggester import BATCH, Suggester, batched
from autocode.transcripts import Line, LineId, Role, TranscriptId

NAME = "autocode"
SUGGESTIONS, ABSTENTIONS = "autocode_suggestions", "autocode_abstentions"


class SuggestingPipe:
    """Puts suggestions on the sentences of documents, or on whole documents where no sentences are set.

    `doc.spans["autocode"]` holds a span a suggestion, labelled with its code. `doc._.autocode_suggestions` and
    `doc._.autocode_abstentions` list them as plain dicts, so that a document can be stored and sent: `start` and `end`
    in tokens, then `code`, `rank`, `probability`, `band` and `words`, or the `reason`. The same names on a sentence
    (`sentence._.`) list its own.
    """

    def __init__(self, suggester: Suggester) -> None:
        self.suggester = suggester

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its suggestions."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        """Yield documents with their suggestions, so many judged at once."""
        for docs in batched(stream, batch_size):
            held = [list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]] for doc in docs]
            # A document may be a whole interview or a part of one: nobody knows how far into it a sentence is.
            lines = [_line(d, n - len(spans), span) for d, spans in enumerate(held) for n, span in enumerate(spans)]
            said = (
                one
                for predictions in self.suggester.predictions(lines)
                for one in self.suggester.suggestions_from(predictions)
            )
            for doc, spans in zip(docs, held, strict=True):
                suggestions: list[dict[str, Any]] = []
                abstentions: list[dict[str, Any]] = []
                for span in spans:
                    where = {"start": span.start, "end": span.end}
                    ones = next(said)
                    if isinstance(ones, Abstention):
                        abstentions.append({**where, "reason": ones.reason.value})
                        continue
                    for one in ones:
                        told = {"code": one.code, "rank": one.rank, "probability": one.probability}
                        words = [list(word) for word in one.evidence.words]
                        suggestions.append({**where, **told, "band": one.band.value, "words": words})
                doc.user_data[SUGGESTIONS], doc.user_data[ABSTENTIONS] = suggestions, abstentions
                doc.spans[NAME] = [Span(doc, s["start"], s["end"], label=s["code"]) for s in suggestions]
                yield doc


for _name in (SUGGESTIONS, ABSTENTIONS):
    Doc.set_extension(_name, getter=lambda doc, name=_name: doc.user_data.get(name, []), force=True)
    Span.set_extension(
        _name,
        getter=lambda span, name=_name: [
            one for one in span.doc.user_data.get(name, []) if (one["start"], one["end"]) == (span.start, span.end)
        ],
        force=True,
    )


def suggesting_pipe(nlp: Language, name: str, model: str) -> SuggestingPipe:
    """Return the component that suggests by a saved suggester."""
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
