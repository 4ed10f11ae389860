"""Paradata (Couper 1998): in which mode and stage a line was judged, what was on the screen, and how long it took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding._nouns import BatchId
from autocode.coding._people import CoderId
from autocode.display import displayed
from autocode.errors import CodingError, Fault
from autocode.frozen import FrozenMapping
from autocode.transcripts import LineId
from autocode.unicode import well_formed


class Mode(StrEnum):
    """When the coders of a study see suggestions; a setting of the study, not of the coder."""

    INDEPENDENT = "independent"
    BLIND_FIRST = "blind-first"
    ASSISTED = "assisted"


class Stage(StrEnum):
    """What was on the screen when a line was judged: only the line, suggestions too, or other coders' codings too."""

    BLIND = "blind"
    ASSISTED = "assisted"
    SECOND_LOOK = "second look"
    ADJUDICATION = "adjudication"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Paradata:
    """
    How one act of a coder on one line came about.

    Attributes
    ----------
    line : LineId
        The line.
    coder : CoderId
        The coder.
    mode : Mode
        When the study shows suggestions.
    stage : Stage
        What was on the screen.
    before, after : frozenset of CodeId or None
        The coder's codes on the line before and after the act; None if there was no judgement.
    revealed : tuple of CodeId, default ()
        The suggestions that the coder sees from this act on, in the order shown.
    batch : BatchId or None, default None
        The batch of the suggestions that were on the screen or were revealed.
    milliseconds : int or None, default None
        Time from the line's appearance on the screen to the act; None if it was not measured.
    hurried : bool, default False
        Whether the latest lines were decided faster than they can be read.
    model, codebook : str, default ""
        Digests of the suggester and of the codebook.
    at : datetime or None, default None
        When; None if unknown.
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


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    A code that a coder proposes to add to the codebook. Until the team adds it, no line can have it.

    Attributes
    ----------
    name : str
        What the code should be called. What UTF-8 or a page cannot hold becomes U+FFFD.
    line : LineId
        The line for which the coder needed it.
    coder : CoderId
        Who proposes it.
    at : datetime or None, default None
        When; None if unknown.
    version : str, default ""
        The version of the codebook under which it was made; empty for the one before all recorded changes, or if it is
        unknown.

    Raises
    ------
    CodingError
        If the name is empty.
    """

    name: str
    line: LineId
    coder: CoderId
    at: datetime | None = None
    version: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", well_formed(self.name))
        if not self.name.strip():
            raise CodingError("a proposed code needs a name; write what it should be called.")


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class BlindDraw:
    """
    Lines of an assisted study that are drawn to be judged without suggestions by every coder.

    Attributes
    ----------
    drawn : frozenset of LineId
        The lines without suggestions.
    probabilities : mapping of LineId to float
        The inclusion probability of every line of the frame, drawn or not, from 0 to 1.
    seed : int
        Random seed; each line is drawn independently of the others.
    at : datetime or None, default None
        When; None if unknown.

    Raises
    ------
    CodingError
        If a probability is not between 0 and 1, or a line was drawn whose probability is 0 or unknown.
    """

    drawn: frozenset[LineId]
    probabilities: Mapping[LineId, float]
    seed: int
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", FrozenMapping(dict(self.probabilities)))
        CodingError.raise_if(
            Fault(f"the line {line} has the inclusion probability {p:g}; give one between 0 and 1.")
            for line, p in self.probabilities.items()
            if not 0 <= p <= 1
        )
        CodingError.raise_if(
            Fault(f"the line {line} was drawn, but its inclusion probability is 0 or missing; give one above 0.")
            for line in sorted(self.drawn)
            if not self.probabilities.get(line, 0) > 0
        )
