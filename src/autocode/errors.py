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
    """One thing that is wrong in one place of one file, as a sentence that also says what to do."""

    what: str
    path: Path | str | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.path is None:
            return self.what
        place = f"{self.path}" if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.what}"


class AutocodeError(Exception):
    """Something in the user's files or data is not as it must be; `faults` lists all that was found."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults: tuple[Fault, ...] = tuple(f if isinstance(f, Fault) else Fault(f) for f in faults)
        super().__init__("\n".join(map(str, self.faults)))

    @classmethod
    def raise_if(cls, faults: Iterable[Fault]) -> None:
        """Raise one error that holds every fault, or do nothing if there is none."""
        found = tuple(faults)
        if found:
            raise cls(*found)

    @classmethod
    def at(cls, path: Path | str, what: str, *, line: int | None = None) -> Self:
        """Return an error with one fault at one place."""
        return cls(Fault(what, path, line))


class TranscriptError(AutocodeError):
    """A transcript, or the table of participants, cannot be read as one."""


class CodebookError(AutocodeError):
    """A codebook contradicts itself or is not a codebook."""


class CodingError(AutocodeError):
    """A coding names a line, code or coder that cannot be."""


class CodingHeaderError(CodingError):
    """A table has no column that names the lines, so it is not a table of codings."""


class JournalError(AutocodeError):
    """A journal is not one, is newer than this autocode, or cannot be written."""


class AgreementError(AutocodeError):
    """Reliability data that must not be computed on, such as codings of mixed basis."""


class TrainingError(AutocodeError):
    """There is not enough to learn from."""


class ArtefactError(AutocodeError):
    """A saved suggester is foreign, altered or of an unknown format."""


class SettlementError(AutocodeError):
    """A line was to be settled although a suggestion shown for it has no verdict."""


class StudyError(AutocodeError):
    """A folder is not a study, or its parts do not fit each other."""


class ReportError(AutocodeError):
    """A report cannot be made or written."""
