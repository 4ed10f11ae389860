"""The lines of an interview: its turns segmented into coding units."""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from autocode.errors import TranscriptError
from autocode.transcripts._nouns import LeftOut, Line, LineId, Role, Transcript, TranscriptId, Unit
from autocode.transcripts._roles import decide_roles
from autocode.transcripts._script import Script, Turn, trimmed

Span = tuple[int, int]
Segmenter = Callable[[str, Turn], Iterator[Span]]

_OPENING = re.compile(r"(?<=\s)[(\[{“‘«¿¡]+\s*\Z")


def segmenter(unit: Unit, *, language: str) -> Segmenter:
    """Return what splits turns into units; raises `TranscriptError` if spaCy has no sentences in the language."""
    if unit is Unit.TURN:
        return _whole
    if unit is Unit.PARAGRAPH:
        return _by_paragraph
    return _by_sentence(language)


def _whole(text: str, turn: Turn) -> Iterator[Span]:
    yield turn.paragraphs[0][0], turn.paragraphs[-1][1]


def _by_paragraph(text: str, turn: Turn) -> Iterator[Span]:
    yield from turn.paragraphs


@lru_cache(maxsize=8)
def _by_sentence(language: str) -> Segmenter:
    import spacy

    if not re.fullmatch("[a-z]{2,3}", language):
        raise TranscriptError(_no_language(language))
    try:
        pipeline = spacy.blank(language)
    except ImportError as error:
        raise TranscriptError(_no_language(language)) from error
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = 10**9  # spaCy's limit protects parsers that need much memory; there is none here

    def sentences(text: str, turn: Turn) -> Iterator[Span]:
        for start, end in turn.paragraphs:
            begins = [start + sentence.start_char for sentence in pipeline(text[start:end]).sents]
            yield from _whole_sentences(text, [*begins, end])

    return sentences


def _whole_sentences(text: str, bounds: list[int]) -> Iterator[Span]:
    """Yield the spans between bounds, keeping brackets and quotation marks with the words that they enclose."""
    spans: list[Span] = []
    start = bounds[0]
    for end in bounds[1:]:
        opening = _OPENING.search(text, start, end) if end < bounds[-1] else None
        span = trimmed(text, start, opening.start() if opening else end)
        start = opening.start() if opening else end
        if spans and not any(letter.isalnum() for letter in text[slice(*span)]):
            span = trimmed(text, spans.pop()[0], span[1])
        if span[0] < span[1]:
            spans.append(span)
    yield from spans


def _no_language(language: str) -> str:
    return (
        f"spaCy cannot find sentences in the language {language!r} here; "
        "give a code such as 'en' or 'de', install what spaCy needs for it, or choose the unit 'paragraph'."
    )


def transcript_of(
    script: Script, *, name: str, source: str, segment: Segmenter, interviewers: Collection[str] | None
) -> Transcript:
    """Return an interview with its turns segmented into lines, numbered from 1."""
    roles = decide_roles(
        ((turn.speaker, " ".join(script.text[start:end] for start, end in turn.paragraphs)) for turn in script.turns),
        interviewers,
    )
    spans = ((turn.speaker, span) for turn in script.turns for span in segment(script.text, turn))
    lines = tuple(
        Line(
            id=LineId(f"{name}:{order}"),
            transcript=TranscriptId(name),
            order=order,
            speaker=speaker,
            role=Role.INTERVIEWER if speaker in roles.interviewers else Role.PARTICIPANT,
            text=script.text[start:end],
            start=start,
            end=end,
        )
        for order, (speaker, (start, end)) in enumerate(spans, start=1)
    )
    transcript = Transcript.from_lines(
        lines, name=TranscriptId(name), text=script.text, attributes=script.attributes, source=source
    )
    left_out = (*_left_out(script, lines), *script.left_out)
    return replace(transcript, roles=roles, left_out=left_out, notes=script.notes)


def _left_out(script: Script, lines: Sequence[Line]) -> Iterator[LeftOut]:
    """Yield what of the text is in no line; a page number between two paragraphs of a turn is in the turn's line."""
    starts = [line.start for line in lines]
    line_starts = [0, *(match.end() for match in re.finditer("\n", script.text))]
    for gap in sorted(script.gaps, key=lambda gap: gap.start):
        place = bisect_right(starts, gap.start) - 1
        if place < 0 or lines[place].end <= gap.start:
            yield LeftOut(gap.kind, script.text[gap.start : gap.end], bisect_right(line_starts, gap.start))
