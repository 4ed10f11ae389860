"""A coefficient of agreement with its interval, its counts and its conventions, or the reason why it has no value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from html import escape
from types import MappingProxyType
from typing import Literal, TypeAlias

# Krippendorff (2004, p. 241): rely on alpha of at least .800; draw only tentative conclusions from .667 on.
TENTATIVE_FROM = 0.667
RELIABLE_FROM = 0.800
# Below this no verdict is given. A convention of autocode: the coverage study begins at 8 interviews
# (evaluation/agreement.md), and with five or fewer Student's t has at most four degrees of freedom.
ENOUGH_INTERVIEWS = 6
# If more than this share of the resamples was undefined, the interval describes the rest only, and there is no verdict.
MOST_UNDEFINED = 0.05

INTERVIEWS_UNKNOWN = "interviews are not known"

ResamplingUnit: TypeAlias = Literal["interviews", "lines"]


class Undefined(StrEnum):
    """Why a coefficient has no value; `sentence` is the reason in words."""

    ONE_CODER = "one-coder"
    NO_PAIRS = "no-pairs"
    ONE_CATEGORY = "one-category"
    NEVER_USED = "never-used"
    PAIR_UNDEFINED = "pair-undefined"
    FEW_UNITS = "few-units"
    NO_VARIATION = "no-variation"
    NOTHING_MARKED = "nothing-marked"
    NOT_ABOVE_CHANCE = "not-above-chance"

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Undefined.ONE_CODER: "fewer than two coders judged anything",
    Undefined.NO_PAIRS: "no line was judged by two coders",
    Undefined.ONE_CATEGORY: "only one category was used, so agreement cannot be distinguished from chance",
    Undefined.NEVER_USED: "nobody used the category on a line that two coders judged",
    Undefined.PAIR_UNDEFINED: "two of the coders share no line, or both used one category only, so their kappa is 0/0",
    Undefined.FEW_UNITS: "fewer than two lines were judged by every coder",
    Undefined.NOTHING_MARKED: "no coder marked anything that another coder marked too",
    Undefined.NOT_ABOVE_CHANCE: "the coders agree no better than by chance, so a share of their agreement is undefined",
    Undefined.NO_VARIATION: "the ratings do not vary, so there is nothing to compare",
}


class Reliability(StrEnum):
    """What the interval of a coefficient shows about reliability, by Krippendorff's thresholds."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative conclusions only"
    UNRELIABLE = "not reliable"
    UNDECIDED = "not enough evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A coefficient with its interval and how it was made; NaN with a reason in `undefined` where it has no value.

    Attributes
    ----------
    coefficient : str
        Name of the coefficient, as the function that computes it is called.
    value : float
        The coefficient; NaN where it is undefined.
    low, high : float, default NaN
        Lower and upper confidence bound at `level`; NaN where no interval was asked for or none can be computed.
    se : float, default NaN
        Standard error behind the interval; of a bootstrap, the standard deviation over the resamples.
    level : float, default 0.95
        Confidence level of the interval.
    undefined : Undefined or None, default None
        Why the coefficient has no value; None where it has one.
    n_units : int, default 0
        Number of units that at least one coder judged.
    n_pairable : int, default 0
        Number of units that at least two coders judged; only these carry information about agreement.
    n_coders : int, default 0
        Number of coders who judged a pairable unit.
    n_interviews : int, default 0
        Number of interviews with a pairable unit; 0 where interviews are not known.
    n_left_out : int, default 0
        Number of resamples in which the coefficient was undefined, and which the interval leaves out; with
        "cube-root", number of interviews without which the coefficient would be undefined.
    unit : str, default "line"
        What is counted as a unit, in the singular: "line", "character", "code point", "place" or "span".
    value_range : tuple of float, default (-1.0, 1.0)
        Smallest and largest value that the coefficient can take.
    resampled : {"interviews", "lines"} or None, default None
        What the interval takes to be independent: whole interviews or single lines; None without an interval.
    resamples : int, default 0
        Number of bootstrap resamples; 0 for an interval that is not a bootstrap.
    degrees_of_freedom : float, default NaN
        Degrees of freedom of Student's t; NaN for an interval that does not use it.
    interviews_known : bool, default True
        Whether it is known which interview each unit comes from.
    lines_for_interviews : bool, default False
        Whether lines stand in for interviews, because interviews are not known or there is only one.
    conventions : mapping of str to str
        In words, the choices that change the number: unit, missing judgements, categories, distance, interval and
        more. To be shown, not to be parsed: each fact that a program needs is a field of its own.

    Examples
    --------
    >>> from autocode import ReliabilityData, krippendorff_alpha
    >>> interviews = ["GP1", "GP1", "GP2", "PM1", "PM1"]
    >>> data = ReliabilityData.from_table([[0, 1, 1, 0, 1], [0, 1, 0, 0, 1]], interviews=interviews)
    >>> agreement = krippendorff_alpha(data)
    >>> agreement.estimate, agreement.basis
    ('0.64 [-1.00, 1.00]', '2 coders, 5 lines, 3 interviews')
    >>> agreement.resampled, agreement.degrees_of_freedom, agreement.reliability.value
    ('interviews', 2.0, 'not enough evidence')
    """

    coefficient: str
    value: float
    low: float = math.nan
    high: float = math.nan
    se: float = math.nan
    level: float = 0.95
    undefined: Undefined | None = None
    n_units: int = 0
    n_pairable: int = 0
    n_coders: int = 0
    n_interviews: int = 0
    n_left_out: int = 0
    unit: str = "line"
    value_range: tuple[float, float] = (-1.0, 1.0)
    resampled: ResamplingUnit | None = None
    resamples: int = 0
    degrees_of_freedom: float = math.nan
    interviews_known: bool = True
    lines_for_interviews: bool = False
    conventions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __eq__(self, other: object) -> bool:
        """Return whether all fields are equal; NaN in both is equal, which dataclasses deny from Python 3.13 on."""
        if not isinstance(other, Agreement):
            return NotImplemented
        return all(
            mine == theirs or (isinstance(mine, float) and math.isnan(mine) and math.isnan(theirs))
            for mine, theirs in ((getattr(self, part.name), getattr(other, part.name)) for part in fields(self))
        )

    @property
    def reliability(self) -> Reliability:
        """What the interval shows about reliability, by Krippendorff's thresholds.

        However high the coefficient, the evidence is not enough if the interval has no width, if the code is so rare
        that too many resamples were undefined, or if there are too few interviews to generalise from.
        """
        if self.has_few_interviews or not self.low < self.high or self.is_often_undefined:
            return Reliability.UNDECIDED
        if self.low >= RELIABLE_FROM:
            return Reliability.RELIABLE
        if self.low >= TENTATIVE_FROM:
            return Reliability.TENTATIVE
        return Reliability.UNRELIABLE if self.high < TENTATIVE_FROM else Reliability.UNDECIDED

    @property
    def has_few_interviews(self) -> bool:
        """Whether an interval over interviews rests on too few of them for a verdict."""
        return self.resampled == "interviews" and self.n_interviews < ENOUGH_INTERVIEWS

    @property
    def is_often_undefined(self) -> bool:
        """Whether more than a twentieth of the resamples, or without resamples any interview, had to be left out."""
        return self.n_left_out > MOST_UNDEFINED * self.resamples

    @property
    def estimate(self) -> str:
        """The value with its interval, without what it rests on: `0.71 [0.58, 0.82]`."""
        if self.undefined is not None:
            return "undefined"
        interval = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:.2f}{interval}"

    @property
    def basis(self) -> str:
        """What the value rests on: `3 coders, 540 lines, 18 interviews`; and whether lines stand in for interviews."""
        counts = [(self.n_coders, "coder"), (self.n_pairable, self.unit)]
        if self.n_interviews:
            counts.append((self.n_interviews, "interview"))
        counted = ", ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in counts)
        unknown = self.lines_for_interviews and not self.interviews_known and not math.isnan(self.low)
        return f"{counted} taken as independent: {INTERVIEWS_UNKNOWN}" if unknown else counted

    def __str__(self) -> str:
        reason = "" if self.undefined is None else f": {self.undefined.sentence}"
        return f"{self.estimate}{reason} ({self.basis})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in self.conventions.items())
        return f"<p><b>{escape(self.coefficient)}</b> {escape(str(self))}</p><table>{rows}</table>"

    def to_json(self) -> dict[str, float | str | None]:
        """Return value, low, high and the reason; numbers that do not exist are None."""
        return {
            "value": number(self.value),
            "low": number(self.low),
            "high": number(self.high),
            "undefined": None if self.undefined is None else str(self.undefined),
        }


def number(value: float) -> float | None:
    """Return a number as JSON can hold it: None for NaN."""
    return None if math.isnan(value) else float(value)
