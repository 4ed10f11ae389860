"""Codes that coders make while they code a study from zero."""

from typing import Protocol

from autocode.codebook import Code
from autocode.coding import CoderId
from autocode.errors import SettlementError
from autocode.transcripts import LineId


class CodeMaking(Protocol):
    """
    What makes codes for coders who code from zero.

    Attributes
    ----------
    shared : bool
        Whether all coders see and give a code that one of them makes; otherwise it is that coder's own.
    """

    @property
    def shared(self) -> bool: ...

    def __call__(self, name: str, *, by: CoderId, line: LineId) -> Code:
        """
        Return the code of a name among those that a coder may give; it is made, and recorded, if there is none.

        Parameters
        ----------
        name : str
            The name of the code.
        by : CoderId
            The coder.
        line : LineId
            The line on which the coder needs it.
        """


def made_code(making: CodeMaking | None, name: str, *, by: CoderId, line: LineId) -> Code:
    """Return the code of a name; raises `SettlementError` where coders make no codes, or the name is empty."""
    plain = " ".join(name.split())
    if making is None:
        raise SettlementError("codes are made only in a study that is coded from zero; propose the code instead.")
    if not plain:
        raise SettlementError("a code needs a name; write one.")
    return making(plain, by=by, line=line)
