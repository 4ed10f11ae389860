"""Transcripts and their lines."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NewType, overload

from autocode.errors import Fault, TranscriptError

LineId = NewType("LineId", str)
TranscriptId = NewType("TranscriptId", str)


class Role(StrEnum):
    """Who speaks: interviewers' lines are context, kept and shown but never suggested for."""

    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"


class Unit(StrEnum):
    """What one line is: a whole turn, a paragraph of a turn, or a sentence."""

    TURN = "turn"
    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One coding unit: one speaker and one stretch of text, with its place in the transcript.

    Attributes
    ----------
    id : `<transcript>:<order>` for transcripts that autocode segmented; as given in a plain corpus.
    order : position among the lines of the transcript, from 1 (as given in a plain corpus); negative where nobody
        knows it.
    start, end : code points in `Transcript.text`, end exclusive: `transcript.text[start:end] == text`.
    """

    id: LineId
    transcript: TranscriptId
    order: int
    speaker: str
    role: Role
    text: str
    start: int
    end: int


class LeftOutKind(StrEnum):
    """Why words of a file are in no line."""

    FRONT_MATTER = "front matter"
    FOOTER = "footer of a transcription service"
    RECORDER = "note of the recorder"
    NO_WORDS = "speaker without words"
    STAGE = "stage direction"
    TIME = "time"
    PAGE = "page number"
    RULE = "rule"
    NOTE = "note"
    COMMENT = "comment"
    MARGIN = "header or footer"
    DELETED = "deleted text"
    SHEET = "sheet"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words of a file that nobody in the interview spoke, with the line of the file where it has lines."""

    kind: LeftOutKind
    words: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RoleDecision:
    """Who was taken for an interviewer, and on what evidence.

    Attributes
    ----------
    interviewers : tuple of str
        Labels as the file has them; empty where nobody was taken for one.
    evidence : str
        "named" by the caller, a "usual label", "questions" that one speaker asks and the others do not, or "none".
    asks : bool
        Whether anybody's words hold a question, so that an interviewer is to be expected.
    """

    interviewers: tuple[str, ...]
    evidence: Literal["named", "usual label", "questions", "none"]
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One interview as an ordered run of lines, with its text and the participant's attributes.

    `text` is the whole source as decoded, with line breaks as `\\n`. `digest` is the SHA-256 of the text and of how it
    was cut into lines: where it differs from the one that codings were made on, the line ids may mean other words.
    """

    id: TranscriptId
    text: str
    lines: tuple[Line, ...]
    digest: str
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    source: str = ""
    roles: RoleDecision | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @staticmethod
    def digest_of(text: str, lines: Iterable[Line]) -> str:
        """Return the digest of a text and of the places where its lines begin and end."""
        told = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        for line in lines:
            told.update(f"\x00{line.id}\x00{line.start}\x00{line.end}\x00{line.speaker}\x00{line.role}".encode())
        return told.hexdigest()

    def __str__(self) -> str:
        return f"{self.id}: {len(self.lines)} lines"


class Transcripts(Sequence[Line]):
    """Several interviews as one run of lines, in order; `interviews` gives them one by one.

    Raises `TranscriptError` if two interviews share a name or two lines an id.
    """

    def __init__(self, interviews: Iterable[Transcript]) -> None:
        self.interviews: tuple[Transcript, ...] = tuple(interviews)
        self._lines: tuple[Line, ...] = tuple(line for one in self.interviews for line in one.lines)
        self._by_name: dict[TranscriptId, Transcript] = {}
        self._by_id: dict[LineId, Line] = {}
        faults: list[Fault] = []
        for one in self.interviews:
            other = self._by_name.setdefault(one.id, one)
            if other is not one:
                where = f" ({other.source} and {one.source})" if one.source else ""
                faults.append(Fault(f"two transcripts are named {one.id!r}{where}; rename one of the files."))
        TranscriptError.raise_if(faults)
        for line in self._lines:
            if self._by_id.setdefault(line.id, line) is not line:
                faults.append(Fault(f"two lines have the id {line.id!r}; every line needs an id of its own."))
        TranscriptError.raise_if(faults)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, index: int | slice) -> Line | tuple[Line, ...]:
        return self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines)

    def __contains__(self, item: object) -> bool:
        return item in self._by_id if isinstance(item, str) else item in self._lines

    def line(self, line_id: LineId) -> Line:
        """Return the line with this id; raises `KeyError` if there is none."""
        return self._by_id[line_id]

    def interview(self, transcript_id: TranscriptId) -> Transcript:
        """Return the interview with this name; raises `KeyError` if there is none."""
        return self._by_name[transcript_id]

    @cached_property
    def participant_lines(self) -> tuple[Line, ...]:
        """The lines that are coded: everything that an interviewer did not say."""
        return tuple(line for line in self._lines if line.role is Role.PARTICIPANT)

    def question_before(self, line: Line) -> Line | None:
        """Return the interviewer's line that a line answers, or None at the start of an interview."""
        asked = None
        for other in self._by_name[line.transcript].lines:
            if other.id == line.id:
                return asked
            if other.role is Role.INTERVIEWER:
                asked = other
        return asked

    def __repr__(self) -> str:
        return f"<Transcripts: {len(self.interviews)} interviews, {len(self._lines)} lines>"
