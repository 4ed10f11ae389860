"""Every error autocode raises on purpose, drawn as one tree.

The caller's files and data raise a child of `AutocodeError`; the caller's arguments raise `ValueError` or `TypeError`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = [
    "AgreementError",
    "ArtefactError",
    "AutocodeError",
    "CodebookError",
    "CodingError",
    "CodingHeaderError",
    "Fault",
    "JournalError",
    "ReportError",
    "SettlementError",
    "StudyError",
    "TrainingError",
    "TranscriptError",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One thing that is wrong, where it is, and what to do about it.

    Attributes
    ----------
    what : str
        The sentence: what is wrong and how to correct it.
    path : Path or str or None, default None
        The file; None where the data did not come from a file.
    line : int or None, default None
        The line in the file, from 1; None for the file as a whole.

    Examples
    --------
    >>> from autocode.errors import Fault
    >>> print(Fault("names no speaker; name one.", "interviews/GP1.csv", 7))
    interviews/GP1.csv:7: names no speaker; name one.
    """

    what: str
    path: Path | str | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.path is None:
            return self.what
        place = f"{self.path}" if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.what}"


class AutocodeError(Exception):
    """
    Something in the user's files or data is wrong.

    Parameters
    ----------
    *faults : Fault or str
        What is wrong; a text is a fault without a place.

    Attributes
    ----------
    faults : tuple of Fault
        Everything that was found. The message of the error is one line per fault.

    Examples
    --------
    >>> from autocode.errors import AutocodeError
    >>> print(AutocodeError.at("codebook.toml", "is empty; write the codes into it."))
    codebook.toml: is empty; write the codes into it.
    """

    def __init__(self, *faults: Fault | str) -> None:
        self.faults: tuple[Fault, ...] = tuple(fault if isinstance(fault, Fault) else Fault(fault) for fault in faults)
        super().__init__("\n".join(map(str, self.faults)))

    @classmethod
    def raise_if(cls, faults: Iterable[Fault]) -> None:
        """
        Raise one error that lists every fault, or do nothing if there is none.

        Parameters
        ----------
        faults : iterable of Fault
            What was found.
        """
        found = tuple(faults)
        if found:
            raise cls(*found)

    @classmethod
    def at(cls, path: Path | str, what: str, *, line: int | None = None) -> Self:
        """
        Return an error with one fault at one place.

        Parameters
        ----------
        path : Path or str
            The file.
        what : str
            What is wrong and how to correct it.
        line : int or None, default None
            The line in the file, from 1; None for the file as a whole.
        """
        return cls(Fault(what, path, line))


class TranscriptError(AutocodeError):
    """A transcript or the table of participants cannot be read."""


class CodebookError(AutocodeError):
    """A codebook contradicts itself or cannot be read."""


class CodingError(AutocodeError):
    """A coding names a line, code or coder that does not exist, or codings contradict each other."""


class CodingHeaderError(CodingError):
    """A table has no column that names the lines, so it is not a table of codings."""


class JournalError(AutocodeError):
    """A file is not a journal, was written by a newer autocode, or cannot be written."""


class AgreementError(AutocodeError):
    """Agreement cannot be computed on these data, such as codings of mixed basis."""


class TrainingError(AutocodeError):
    """There is not enough to train on."""


class ArtefactError(AutocodeError):
    """A folder is not a saved suggester, was altered, or has an unknown format."""


class SettlementError(AutocodeError):
    """A coder's verdicts on a line are incomplete or contradict each other."""


class StudyError(AutocodeError):
    """A folder is not a study, or its files contradict each other."""


class ReportError(AutocodeError):
    """A report cannot be made or written."""


class ThemesError(AutocodeError):
    """How codes are spread over interviews cannot be computed from these codings."""
