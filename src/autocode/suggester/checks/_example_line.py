"""A coded line that is shown beside a number."""

from dataclasses import dataclass
from typing import Self

from autocode.display import displayed
from autocode.transcripts import Line, LineId, TranscriptId


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleLine:
    """A coded line that illustrates a number.

    Attributes
    ----------
    line : LineId
        Identifier of the line.
    transcript : TranscriptId
        The interview that it is in.
    text : str
        The words of the line.
    """

    line: LineId
    transcript: TranscriptId
    text: str

    @classmethod
    def from_line(cls, line: Line) -> Self:
        """Return a line as an example.

        Parameters
        ----------
        line : Line
            The line.
        """
        return cls(line=line.id, transcript=line.transcript, text=line.text)

    def __str__(self) -> str:
        return f"{self.line}: {self.text}"
