"""Lines drawn at random to be judged, with the inclusion probability of every line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from autocode.arguments import no_single_text
from autocode.display import displayed
from autocode.errors import CodingError, Fault
from autocode.frozen import FrozenMapping
from autocode.transcripts import LineId
from autocode.wording import count_of


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    Lines drawn at random from a frame of lines.

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
    at : datetime or None, default None
        When; None if unknown.

    Raises
    ------
    CodingError
        If a probability is not above 0 and at most 1, or a line was drawn that is not in the frame.
    """

    drawn: tuple[LineId, ...]
    probabilities: Mapping[LineId, float]
    seed: int
    enriched: str = ""
    at: datetime | None = None

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

    def __str__(self) -> str:
        low, high = min(self.probabilities.values()), max(self.probabilities.values())
        chances = f"with probability {low:.4g}" if high - low < 1e-12 else f"with probabilities {low:.4g} to {high:.4g}"
        return f"{len(self.drawn)} of {count_of(len(self.probabilities), 'line')} drawn {chances}, seed {self.seed}"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """
    The lines drawn by several samples together, with the inclusion probability of every line.

    Attributes
    ----------
    drawn : frozenset of LineId
        The lines that are in any of the samples.
    probabilities : mapping of LineId to float, default empty
        The probability with which each line is in any of the samples.
    """

    drawn: frozenset[LineId]
    probabilities: Mapping[LineId, float] = field(default_factory=lambda: FrozenMapping({}))

    @classmethod
    def from_samples(cls, samples: Iterable[Sample]) -> "Inclusion":
        """
        Return the inclusion of lines in samples drawn independently of each other: 1 - (1 - p) (1 - q) ...

        Parameters
        ----------
        samples : iterable of Sample
            The samples.
        """
        missed: dict[LineId, float] = {}
        drawn: set[LineId] = set()
        for sample in samples:
            drawn.update(sample.drawn)
            for line, p in sample.probabilities.items():
                missed[line] = missed.get(line, 1.0) * (1.0 - p)
        return cls(drawn=frozenset(drawn), probabilities=FrozenMapping({line: 1.0 - q for line, q in missed.items()}))
