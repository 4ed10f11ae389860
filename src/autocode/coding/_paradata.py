"""How a judgement came about: in which mode and stage, with what on the screen, and how long it took.

Survey methodology calls such data about the making of data *paradata* (Couper 1998).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from autocode.codebook import CodeId
from autocode.coding._nouns import BatchId, CoderId
from autocode.errors import CodingError, Fault
from autocode.transcripts import LineId


class Mode(StrEnum):
    """What a study lets its coders see of a suggester; a setting of the study, not of the coder."""

    INDEPENDENT = "independent"
    BLIND_FIRST = "blind-first"
    ASSISTED = "assisted"


class Stage(StrEnum):
    """What was on the screen when a line was judged: nothing but the line, suggestions, or coders' readings."""

    BLIND = "blind"
    ASSISTED = "assisted"
    SECOND_LOOK = "second look"
    ADJUDICATION = "adjudication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paradata:
    """How one act of a coder on one line came about.

    Attributes
    ----------
    before, after : the codes in force by this coder on the line before and after; None where there was no judgement.
    revealed : the suggestions that this act uncovered, in their order: the coder has seen them from here on.
    batch : the suggestions that were on the screen or were uncovered, if any.
    milliseconds : from the line's appearance to the act, or None where nobody measured it.
    hurried : whether the latest lines took less time than reading them takes.
    model, codebook : the digests of what suggested and of the codes that could be chosen.
    """

    line: LineId
    coder: CoderId
    mode: Mode
    stage: Stage
    before: frozenset[CodeId] | None
    after: frozenset[CodeId] | None
    revealed: tuple[CodeId, ...] = ()
    batch: BatchId | None = None
    milliseconds: int | None = None
    hurried: bool = False
    model: str = ""
    codebook: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A code that a coder missed on a line and proposes to the team; it is not in the codebook, so no line holds it."""

    name: str
    line: LineId
    coder: CoderId
    at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise CodingError("a proposed code needs a name; write what it should be called.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindDraw:
    """Lines drawn to be read without suggestions by every coder of an assisted study, before anybody reads them.

    Attributes
    ----------
    drawn : the lines that stay blind.
    probabilities : the probability with which each line of the frame was drawn, whether it was or not.
    seed : where chance began; each line is drawn by itself.
    """

    drawn: frozenset[LineId]
    probabilities: Mapping[LineId, float]
    seed: int
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", MappingProxyType(dict(self.probabilities)))
        CodingError.raise_if(
            Fault(f"the line {line} stays blind with probability {p:g}; it lies between 0 and 1.")
            for line, p in self.probabilities.items()
            if not 0 <= p <= 1
        )
        CodingError.raise_if(
            Fault(f"the line {line} is drawn but cannot be: give it a probability above 0.")
            for line in sorted(self.drawn)
            if not self.probabilities.get(line, 0) > 0
        )
