"""All interviews of a study: the lines of each, in order."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import overload

from autocode.display import Tabular
from autocode.errors import Fault, TranscriptError
from autocode.frames import Frame, Kind
from autocode.names import unknown
from autocode.transcripts._frames import KINDS, rows_of_interviews, transcripts_from_frame
from autocode.transcripts._nouns import Line, LineId, Role, Transcript, TranscriptId
from autocode.wording import count_of


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
        return Transcripts(transcripts_from_frame(frame))

    def _kinds(self) -> dict[str, Kind]:
        return KINDS

    def _records(self) -> Iterator[dict[str, object]]:
        return rows_of_interviews(self.interviews)

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
