"""A line that a coder is to read again: which codes are in question, since when, and what the coder gave."""

from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import Change, CodeId
from autocode.display import displayed
from autocode.transcripts import LineId


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
        The same in a sentence, with the names of codes and of who decided.
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
