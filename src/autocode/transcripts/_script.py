"""A source as its text and the turns that were taken in it: what every format reader returns."""

from collections.abc import Iterable
from dataclasses import dataclass

from autocode.transcripts._nouns import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one speaker said until the next one spoke; `paragraphs` are (start, end) in the text, trimmed, not empty."""

    speaker: str
    paragraphs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The text of one interview, its turns in order, what of the file is in no turn, and what was assumed."""

    text: str
    turns: tuple[Turn, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without the white space at its ends; an empty span where nothing else is in it."""
    words = text[start:end]
    left = len(words) - len(words.lstrip())
    return start + left, max(start + left, start + len(words.rstrip()))


def script_of(said: Iterable[tuple[str, tuple[str, ...]]]) -> Script:
    """Return a script whose text is written here, `speaker: words`, from (speaker, paragraphs)."""
    text, turns = "", []
    parts: list[str] = []
    at = 0

    def put(words: str) -> tuple[int, int]:
        nonlocal at
        parts.append(words)
        at += len(words)
        return at - len(words), at

    for speaker, paragraphs in said:
        put(f"{speaker}: ")
        spans = []
        for paragraph in paragraphs:
            spans.append(put(paragraph))
            put("\n")
        turns.append((speaker, spans))
    text = "".join(parts)
    return Script(
        text=text,
        turns=tuple(
            Turn(speaker=speaker, paragraphs=tuple(trimmed(text, *span) for span in spans)) for speaker, spans in turns
        ),
    )
