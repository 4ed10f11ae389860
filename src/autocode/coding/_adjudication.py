"""How a human settled a line on which coders differ."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autocode.codebook import CodeId
from autocode.coding._people import CoderId
from autocode.transcripts import LineId
from autocode.unicode import well_formed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    The codes that one or more coders agree on for a line.

    Attributes
    ----------
    coders : tuple of CoderId
        The coders who gave the line exactly these codes.
    codes : frozenset of CodeId
        The codes.
    unjudged : frozenset of CodeId, default empty
        The codes that these coders did not judge on the line, because they were added or redefined since.
    """

    coders: tuple[CoderId, ...]
    codes: frozenset[CodeId]
    unjudged: frozenset[CodeId] = frozenset()


class Ruling(StrEnum):
    """Which of two readings is right: one of them, both together, neither, or codes that the adjudicator names."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NEITHER = "neither"
    OTHER = "other"

    def codes(self, left: Reading, right: Reading) -> frozenset[CodeId] | None:
        """
        Return the codes that result from this ruling, or None for OTHER, whose codes the adjudicator names.

        Parameters
        ----------
        left, right : Reading
            The two readings.
        """
        codes = {
            Ruling.LEFT: left.codes,
            Ruling.RIGHT: right.codes,
            Ruling.BOTH: left.codes | right.codes,
            Ruling.NEITHER: frozenset[CodeId](),
        }
        return codes.get(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudication:
    """
    How a human settled a line on which coders differ. The resulting coding does not replace those of the coders.

    Attributes
    ----------
    line : LineId
        The line.
    coder : CoderId
        The adjudicator.
    ruling : Ruling
        Which reading is right.
    left, right : Reading
        The two readings at the time of the ruling.
    names_hidden : bool, default False
        Whether the adjudicator decided without seeing who had given which codes.
    reason : str, default ""
        The adjudicator's reason. What UTF-8 or a page cannot hold becomes U+FFFD.
    milliseconds : int or None, default None
        Time from the line's appearance on the screen to the ruling; None if it was not measured.
    at : datetime or None, default None
        When; None if unknown.
    """

    line: LineId
    coder: CoderId
    ruling: Ruling
    left: Reading
    right: Reading
    names_hidden: bool = False
    reason: str = ""
    milliseconds: int | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", well_formed(self.reason))
