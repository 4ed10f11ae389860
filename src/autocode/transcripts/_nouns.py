"""Transcripts and their lines."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Literal, Self, TypeAlias, overload

from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.errors import Fault, TranscriptError
from autocode.frames import Frame, Kind
from autocode.frozen import FrozenMapping
from autocode.names import unknown
from autocode.wording import count_of

LineId: TypeAlias = str
TranscriptId: TypeAlias = str


class Role(StrEnum):
    """Who speaks: lines of participants are coded, lines of interviewers are context and never get suggestions."""

    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"


class Unit(StrEnum):
    """What one line is: a whole turn, a paragraph of a turn, or a sentence (the coding unit)."""

    TURN = "turn"
    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One coding unit: one speaker and one stretch of text, with its place in the transcript.

    Attributes
    ----------
    id : LineId
        `<transcript>:<order>` for transcripts that autocode segmented; as given in a plain corpus.
    transcript : TranscriptId
        The interview that the line belongs to.
    order : int
        Position among the lines of the transcript, from 1 (as given in a plain corpus); negative if it is unknown.
    speaker : str
        The speaker's label.
    role : Role
        Whether the speaker is the interviewer or a participant.
    text : str
        The words.
    start, end : int
        Code points in `Transcript.text`, end exclusive: `transcript.text[start:end] == text`.
    transcript_digest : str, default ""
        Digest of the transcript that the line was read from; empty if it was not read from one. With it, codings can be
        compared with lines that are given without their transcripts.

    Examples
    --------
    >>> from autocode.transcripts import Line, Role
    >>> line = Line(
    ...     id="GP1:2", transcript="GP1", order=2, speaker="GP1", role=Role.PARTICIPANT, text="It rings out.",
    ...     start=22, end=35,
    ... )
    >>> line.end - line.start == len(line.text)
    True
    """

    id: LineId
    transcript: TranscriptId
    order: int
    speaker: str
    role: Role
    text: str
    start: int
    end: int
    transcript_digest: str = field(default="", compare=False, repr=False)


class LeftOutKind(StrEnum):
    """Why words of a file are in no line."""

    FRONT_MATTER = "front matter"
    FOOTER = "footer of a transcription service"
    RECORDER = "note of the recorder"
    NO_WORDS = "speaker without words"
    STAGE = "stage direction"
    TIME = "time"
    NUMBER = "number of a line"
    PAGE = "page number"
    RULE = "rule"
    NOTE = "note"
    COMMENT = "comment"
    MARGIN = "header or footer"
    DELETED = "deleted text"
    SHEET = "sheet"
    COLUMN = "column"
    UNANSWERED = "question without an answer"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    Words of a file that nobody in the interview spoke.

    Attributes
    ----------
    kind : LeftOutKind
        Why they are in no line.
    words : str
        The words.
    line : int or None, default None
        The line of the file, from 1, where the file has lines.
    """

    kind: LeftOutKind
    words: str
    line: int | None = None


@no_single_text
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


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """
    One interview as an ordered run of lines, with its text and the participant's attributes.

    Attributes
    ----------
    id : TranscriptId
        The name of the interview, unique in the study.
    text : str
        The whole source as decoded, with line breaks as `\\n`.
    lines : tuple of Line
        The lines, in the order of the interview.
    digest : str
        SHA-256 of the text and of its segmentation. Where it differs from the digest at the time of coding, line ids
        may refer to other words.
    attributes : mapping of str to str, default empty
        What is known about the participant, such as role or borough.
    source : str, default ""
        The file that the interview was read from.
    roles : RoleDecision or None, default None
        Who was taken for an interviewer, and on what evidence; None for a plain corpus, which says it.
    left_out : tuple of LeftOut, default empty
        Words of the file that are in no line, such as its front matter.
    notes : tuple of str, default empty
        What was assumed in reading, in sentences.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import read_transcripts
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "GP1.txt"
    ...     _ = path.write_text("Interviewer: How do you refer?\\nGP1: By phone.\\nIt rings out.\\n")
    ...     interview = read_transcripts(path).interview("GP1")
    >>> print(interview)
    GP1: 3 lines
    """

    id: TranscriptId
    text: str
    lines: tuple[Line, ...]
    digest: str
    attributes: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))
    source: str = ""
    roles: RoleDecision | None = None
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @staticmethod
    def digest_of(text: str, lines: Iterable[Line]) -> str:
        """
        Return the SHA-256 of a text and its segmentation.

        Parameters
        ----------
        text : str
            The whole source.
        lines : iterable of Line
            The lines, of which ids, places, speakers and roles count.
        """
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        for line in lines:
            digest.update(
                f"\x00{line.id}\x00{line.start}\x00{line.end}\x00{line.speaker}\x00{line.role}".encode(
                    "utf-8", "surrogatepass"
                )
            )
        return digest.hexdigest()

    @classmethod
    def from_lines(
        cls,
        lines: Iterable[Line],
        *,
        name: TranscriptId,
        text: str,
        attributes: Mapping[str, str] = FrozenMapping({}),
        source: str = "",
    ) -> Self:
        """
        Return the interview that consists of these lines, with the digest computed and given to each line.

        Parameters
        ----------
        lines : iterable of Line
            The lines, in order.
        name : TranscriptId
            The name of the interview.
        text : str
            The whole source as decoded, with line breaks as `\\n`.
        attributes : mapping of str to str, default empty
            What is known about the participant, such as role or borough.
        source : str, default ""
            The file that the interview was read from.
        """
        lines = tuple(lines)
        digest = cls.digest_of(text, lines)
        lines = tuple(replace(line, transcript_digest=digest) for line in lines)
        return cls(id=name, text=text, lines=lines, digest=digest, attributes=attributes, source=source)

    def __str__(self) -> str:
        return f"{self.id}: {count_of(len(self.lines), 'line')}"


class Transcripts(Tabular, Sequence[Line]):
    """
    Several interviews as one sequence of lines, in order.

    Parameters
    ----------
    interviews : iterable of Transcript
        The interviews.

    Attributes
    ----------
    interviews : tuple of Transcript
        The interviews.

    Raises
    ------
    TranscriptError
        If two interviews have the same name, or two lines the same id.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import read_transcripts
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "GP1.txt"
    ...     _ = path.write_text("Interviewer: How do you refer?\\nGP1: By phone.\\nIt rings out.\\n")
    ...     lines = read_transcripts(path)
    >>> lines
    <Transcripts: 1 interview, 3 lines>
    >>> [line.text for line in lines.participant_lines], lines.question_before(lines[2]).text
    (['By phone.', 'It rings out.'], 'How do you refer?')
    """

    def __init__(self, interviews: Iterable[Transcript]) -> None:
        self.interviews: tuple[Transcript, ...] = tuple(interviews)
        self._lines: tuple[Line, ...] = tuple(line for interview in self.interviews for line in interview.lines)
        self._by_name: dict[TranscriptId, Transcript] = {}
        self._by_id: dict[LineId, Line] = {}
        faults: list[Fault] = []
        for interview in self.interviews:
            other = self._by_name.setdefault(interview.id, interview)
            if other is not interview:
                sources = f" ({other.source} and {interview.source})" if interview.source else ""
                faults.append(Fault(f"two transcripts are named {interview.id!r}{sources}; rename one of the files."))
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
        """
        Return the line with this id.

        Parameters
        ----------
        line_id : LineId
            The id of the line.

        Raises
        ------
        KeyError
            If there is no such line.
        """
        try:
            return self._by_id[line_id]
        except KeyError:
            raise unknown("line", line_id, self._by_id) from None

    def interview(self, transcript_id: TranscriptId) -> Transcript:
        """
        Return the interview with this name.

        Parameters
        ----------
        transcript_id : TranscriptId
            The name of the interview.

        Raises
        ------
        KeyError
            If there is no such interview.
        """
        try:
            return self._by_name[transcript_id]
        except KeyError:
            raise unknown("interview", transcript_id, self._by_name) from None

    @cached_property
    def participant_lines(self) -> tuple[Line, ...]:
        """The lines of participants: those that are coded."""
        return tuple(line for line in self._lines if line.role is Role.PARTICIPANT)

    def question_before(self, line: Line) -> Line | None:
        """
        Return the interviewer's last line before a line, or None at the start of an interview.

        Parameters
        ----------
        line : Line
            A line of one of these interviews.
        """
        question = None
        for other in self._by_name[line.transcript].lines:
            if other.id == line.id:
                return question
            if other.role is Role.INTERVIEWER:
                question = other
        return question

    @classmethod
    def from_frame(cls, frame: Frame) -> "Transcripts":
        """
        Return the interviews of a data frame as `to_frame` makes it: one row per line.

        With the columns `before` and `after`, which hold what stands between the lines, the digests are those of the
        files that were read, unless somebody changed a word.

        Parameters
        ----------
        frame : data frame or iterable of mappings
            A frame of pandas, polars or pyarrow, or plain rows, with the columns `transcript`, `speaker` and `text`,
            and perhaps `line` (its id), `order`, `role`, `before`, `after`, and one per attribute of the participant,
            such as `participant_borough`.

        Raises
        ------
        TranscriptError
            With every fault, each with its row: cells that are not text, an unknown role or column, rows of a
            transcript that do not stand together.
        ValueError
            If a column is missing.

        Examples
        --------
        >>> from autocode.transcripts import Transcripts
        >>> rows = [{"transcript": "GP1", "speaker": "GP1", "text": "It rings out."}]
        >>> Transcripts.from_frame(rows)[0].id
        'GP1:1'
        """
        from autocode.transcripts._frames import transcripts_from_frame  # it stands above this module

        return transcripts_from_frame(frame)

    def _kinds(self) -> dict[str, Kind]:
        from autocode.transcripts._frames import KINDS

        return KINDS

    def _records(self) -> Iterator[dict[str, object]]:
        from autocode.transcripts._frames import rows_of_transcripts

        return rows_of_transcripts(self)

    def __repr__(self) -> str:
        return f"<Transcripts: {count_of(len(self.interviews), 'interview')}, {count_of(len(self._lines), 'line')}>"


def digests_of(lines: Iterable[Line]) -> dict[TranscriptId, str]:
    """
    Return the digest of each transcript that lines come from, by its name, if it is known.

    Parameters
    ----------
    lines : Transcripts or iterable of Line
        Whole interviews, or some of their lines.
    """
    if isinstance(lines, Transcripts):
        return {transcript.id: transcript.digest for transcript in lines.interviews}
    return {line.transcript: line.transcript_digest for line in lines if line.transcript_digest}
