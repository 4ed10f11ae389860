"""A line that a coder is to read again: which codes are in question, since when, and what the coder gave."""

from collections.abc import Mapping
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import (
    Added,
    Change,
    Codebook,
    CodeId,
    Merged,
    Redefined,
    Redefinition,
    Retired,
    Split,
    Undone,
)
from autocode.display import displayed
from autocode.transcripts import LineId
from autocode.wording import listing


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """
    One question to one coder about a line that the coder read before.

    Attributes
    ----------
    line : LineId
        The line.
    codes : tuple of CodeId
        The codes in question, in the order of the codebook.
    change : Change or None
        The change of the codebook that asks for it; None where the transcript was corrected.
    why : str
        The same in a sentence, with the names of codes.
    gave : tuple of str
        The names of the codes that the coder gave to the line, or before the correction to what stood in its place.
    memo : str, default ""
        The coder's note on the line.
    is_whole : bool, default False
        Whether the line is read as if anew, so that all codes are in question.
    is_drawn : bool, default False
        Whether the line was drawn at random, and not because it is likely to have the code; False where all lines are
        read again.
    """

    line: LineId
    codes: tuple[CodeId, ...]
    change: Change | None
    why: str
    gave: tuple[str, ...]
    memo: str = ""
    is_whole: bool = False
    is_drawn: bool = False


class ChangeNames:
    """The changes of a codebook as sentences with the names that codes had.

    Parameters
    ----------
    versions : sequence of Codebook
        Every version of the codebook.
    changes : sequence of Change
        The changes, in order.
    """

    def __init__(self, versions: tuple[Codebook, ...], changes: tuple[Change, ...]) -> None:
        self._versions = versions
        self._changes: Mapping[str, Change] = {change.after: change for change in changes}
        self._names: dict[CodeId, str] = {}
        for codebook in versions:  # the latest name that a code had
            self._names.update((code, codebook.label(code)) for code in codebook)

    def of(self, code: CodeId) -> str:
        """Return the latest name of a code, of today or ended; its id if none is known."""
        return self._names.get(code, code)

    def sentence(self, change: Change) -> str:
        """Return what a change did."""
        match change:
            case Added(code=code):
                return f"“{self.of(code.id)}” is new."
            case Redefined(code=name, kind=kind):
                return f"“{self.of(name)}” {_REDEFINED[kind]}."
            case Split(code=name, parts=parts):
                return f"“{self.of(name)}” was split into {listing(f'“{self.of(part.id)}”' for part in parts)}."
            case Retired(code=name):
                return f"“{self.of(name)}” was retired."
            case Merged(codes=codes, into=into):
                return f"{listing(f'“{self.of(name)}”' for name in codes)} became part of “{self.of(into)}”."
            case Undone(change=version) if version in self._changes:
                return f"It was taken back that {self.sentence(self._changes[version])}"
        return "The codebook was changed."


_REDEFINED = {
    Redefinition.CLARIFIED: "is defined in clearer words",
    Redefinition.NARROWED: "is defined more narrowly",
    Redefinition.WIDENED: "is defined more widely",
    Redefinition.CHANGED: "has another meaning",
}
