"""Which lines were drawn to be judged, and with what probability each line could have been."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from autocode.errors import CodingError, Fault
from autocode.transcripts import LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Lines drawn at random from a frame of lines.

    Attributes
    ----------
    drawn : the lines to judge, in the order of the frame.
    probabilities : the probability with which each line of the frame was drawn, whether it was or not.
    seed : where chance began.
    enriched : which lines were likelier and how much, in words; empty if all were alike.
    """

    drawn: tuple[LineId, ...]
    probabilities: Mapping[LineId, float]
    seed: int
    enriched: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", MappingProxyType(dict(self.probabilities)))
        CodingError.raise_if(
            Fault(f"the line {line} is drawn with probability {p:g}; it lies above 0 and at most at 1.")
            for line, p in self.probabilities.items()
            if not 0 < p <= 1
        )
        CodingError.raise_if(
            Fault(f"the line {line} is drawn but is not in the frame; give its probability.")
            for line in self.drawn
            if line not in self.probabilities
        )

    def __str__(self) -> str:
        low, high = min(self.probabilities.values()), max(self.probabilities.values())
        likely = f"with probability {low:.4g}" if high - low < 1e-12 else f"with probabilities {low:.4g} to {high:.4g}"
        return f"{len(self.drawn)} of {len(self.probabilities)} lines drawn {likely}, seed {self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The probability with which each line was drawn by any of several samples, and those that were."""

    drawn: frozenset[LineId]
    probabilities: Mapping[LineId, float] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> "Inclusion":
        """Return what samples drawn independently of each other make together: 1 - (1 - p) (1 - q) ..."""
        missed: dict[LineId, float] = {}
        drawn: set[LineId] = set()
        for sample in samples:
            drawn.update(sample.drawn)
            for line, p in sample.probabilities.items():
                missed[line] = missed.get(line, 1.0) * (1.0 - p)
        return cls(
            drawn=frozenset(drawn), probabilities=MappingProxyType({line: 1.0 - q for line, q in missed.items()})
        )
