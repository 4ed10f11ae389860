"""Lines drawn to be judged, with the inclusion probability of every line."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.errors import CodingError, Fault
from autocode.frozen import FrozenMapping
from autocode.transcripts import LineId
from autocode.wording import count_of


class Design(StrEnum):
    """What a sample is for, which determines what can be estimated from it."""

    RANDOM = "random"
    """Drawn at random from all lines, so that estimates hold for all of them."""
    ACTIVE = "active"
    """Chosen for what the lines would teach a suggester (active learning), given what was coded before."""
    REREADING = "rereading"
    """Drawn from lines that were read before a code was added or widened, to be read again for that code."""


_PREFIX = {Design.RANDOM: "draw", Design.ACTIVE: "next", Design.REREADING: "again"}


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Tabular):
    """
    Lines drawn from a frame of lines, to be judged.

    Attributes
    ----------
    drawn : tuple of LineId
        The lines to judge, in the order of the frame.
    probabilities : mapping of LineId to float
        The inclusion probability of every line of the frame, drawn or not, above 0 and at most 1.
    seed : int
        Random seed of the draw.
    enriched : str, default ""
        Which lines were drawn with a higher probability, and how much higher, in words; empty if all are equal.
    name : str, default ""
        The name by which the sample is called; a journal names samples that have none, see `named`.
    design : Design, default Design.RANDOM
        What the sample is for.
    change : str, default ""
        For lines to be read again, the version of the codebook that came of the change that asks for it.
    at : datetime or None, default None
        When; None if unknown.
    ended : datetime or None, default None
        When the sample was ended, as a journal returns it; None while it is open.

    Raises
    ------
    CodingError
        If a probability is not above 0 and at most 1, or a line was drawn that is not in the frame.
    """

    drawn: tuple[LineId, ...]
    probabilities: Mapping[LineId, float]
    seed: int
    enriched: str = ""
    name: str = ""
    design: Design = Design.RANDOM
    change: str = ""
    at: datetime | None = None
    ended: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", FrozenMapping(dict(self.probabilities)))
        CodingError.raise_if(
            Fault(f"the line {line} has the inclusion probability {p:g}; give one above 0 and at most 1.")
            for line, p in self.probabilities.items()
            if not 0 < p <= 1
        )
        CodingError.raise_if(
            Fault(f"the line {line} is drawn but is not in the frame; give its probability.")
            for line in self.drawn
            if line not in self.probabilities
        )

    def _records(self) -> Iterable[dict[str, object]]:
        drawn = frozenset(self.drawn)
        return [{"line": line, "drawn": line in drawn, "probability": p} for line, p in self.probabilities.items()]

    def _caption(self) -> str:
        return f"{self.name}: {self}" if self.name else str(self)

    def __str__(self) -> str:
        low, high = min(self.probabilities.values()), max(self.probabilities.values())
        chances = f"with probability {low:.4g}" if high - low < 1e-12 else f"with probabilities {low:.4g} to {high:.4g}"
        return f"{len(self.drawn)} of {count_of(len(self.probabilities), 'line')} drawn {chances}, seed {self.seed}"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEnd:
    """
    A sample is ended: nothing waits for its lines any more. The sample and what was judged stay.

    Attributes
    ----------
    sample : str
        The name of the sample.
    reason : str, default ""
        Why, in words.
    at : datetime or None, default None
        When; None for the time of appending.
    entry : str, default ""
        The identity of the sample's entry, which a journal fills in: in a copy of the study, another sample may have
        the name.
    """

    sample: str
    reason: str = ""
    at: datetime | None = None
    entry: str = field(default="", compare=False)


@no_single_text
def free_name(design: Design, taken: Collection[str]) -> str:
    """
    Return the first name of the form draw-1, draw-2 ..., next-1 ... or again-1 ... that no sample has.

    Parameters
    ----------
    design : Design
        What the sample is for.
    taken : collection of str
        The names of other samples.
    """
    number = 1
    while (name := f"{_PREFIX[design]}-{number}") in taken:
        number += 1
    return name


def named(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """
    Return samples of which each has a name: those without one are numbered in their order.

    Parameters
    ----------
    samples : iterable of Sample
        The samples, oldest first.
    """
    found: list[Sample] = []
    for sample in samples:
        name = sample.name or free_name(sample.design, {earlier.name for earlier in found})
        found.append(replace(sample, name=name))
    return tuple(found)
