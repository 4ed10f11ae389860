"""Transcripts and their lines."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Self, TypeAlias

from autocode.arguments import no_single_text
from autocode.display import displayed
from autocode.frozen import FrozenMapping
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
