"""The text of a source with its speaking turns: what the reader of every format returns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autocode.frozen import FrozenMapping
from autocode.transcripts._labels import BLANK
from autocode.transcripts._nouns import LeftOut, LeftOutKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The words of one speaker until the next speaks, as spans (start, end) of the text, trimmed and not empty."""

    speaker: str
    paragraphs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Words of the text that nobody spoke, as a span (start, end) of it."""

    kind: LeftOutKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The text of one interview, its turns in order, what of the file is in no turn, and what was assumed.

    Attributes
    ----------
    text : what was read.
    turns : who spoke, in order.
    gaps : what of the text is in no turn and no label.
    left_out : what of the file is not in the text, such as comments.
    notes : what was assumed, in sentences.
    attributes : what the file says about the participant.
    """

    text: str
    turns: tuple[Turn, ...]
    gaps: tuple[Gap, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without white space and invisible marks at its ends; an empty span if it contains nothing else."""
    words = text[start:end]
    left = len(words) - len(words.lstrip(BLANK))
    return start + left, max(start + left, start + len(words.rstrip(BLANK)))


def script_of(utterances: Iterable[tuple[str, tuple[str, ...]]]) -> Script:
    """Return the script of turns given as (speaker, paragraphs); its text is `speaker: words`."""
    parts: list[str] = []
    turns: list[tuple[str, list[tuple[int, int]]]] = []
    length = 0

    def append(words: str) -> tuple[int, int]:
        nonlocal length
        parts.append(words)
        length += len(words)
        return length - len(words), length

    for speaker, paragraphs in utterances:
        append(f"{speaker}: ")
        spans = []
        for paragraph in paragraphs:
            spans.append(append(paragraph))
            append("\n")
        turns.append((speaker, spans))
    text = "".join(parts)
    return Script(
        text=text,
        turns=tuple(
            Turn(speaker=speaker, paragraphs=tuple(trimmed(text, *span) for span in spans)) for speaker, spans in turns
        ),
    )
