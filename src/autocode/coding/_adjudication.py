"""How a line on which coders differ was settled by a third reading."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autocode.codebook import CodeId
from autocode.coding._nouns import CoderId
from autocode.transcripts import LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The codes that one or more coders gave a line, all of them the same ones."""

    coders: tuple[CoderId, ...]
    codes: frozenset[CodeId]


class Ruling(StrEnum):
    """Which of two readings stands: one of them, both together, none of their codes, or codes of the adjudicator's."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NEITHER = "neither"
    OTHER = "other"

    def codes(self, left: Reading, right: Reading) -> frozenset[CodeId] | None:
        """Return the codes that this ruling on two readings comes to; None for other, whose codes must be named."""
        given = {
            Ruling.LEFT: left.codes,
            Ruling.RIGHT: right.codes,
            Ruling.BOTH: left.codes | right.codes,
            Ruling.NEITHER: frozenset[CodeId](),
        }
        return given.get(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudication:
    """How a named human settled a line; the coding that came of it stands beside those of the coders.

    Attributes
    ----------
    left, right : the two readings as they were when it was settled.
    names_hidden : whether the adjudicator decided without seeing who had read what.
    milliseconds : from the line's coming to the screen to the ruling; None where nobody measured it.
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
