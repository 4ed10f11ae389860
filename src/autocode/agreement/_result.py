"""A coefficient of agreement with its interval, its counts and its conventions, or the reason why it has no value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from types import MappingProxyType

# Krippendorff (2004, p. 241): rely on alpha of at least .800; draw only tentative conclusions from .667 on.
TENTATIVE_FROM = 0.667
RELIABLE_FROM = 0.800
ENOUGH_INTERVIEWS = 6
NOT_KNOWN = "interviews are not known"
_COUNTED = ("line", "character", "code point", "place", "span")


class Undefined(StrEnum):
    """Why a coefficient has no value; `sentence` says it to a reader."""

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
    Undefined.ONE_CATEGORY: "only one category was used, so agreement cannot be told from habit",
    Undefined.NEVER_USED: "nobody used the category on a line that two coders judged",
    Undefined.PAIR_UNDEFINED: "two of the coders share no line, or both used one category only, so their kappa is 0/0",
    Undefined.FEW_UNITS: "fewer than two lines were judged by every coder",
    Undefined.NOTHING_MARKED: "no coder marked anything that another coder marked too",
    Undefined.NOT_ABOVE_CHANCE: "coders agree no better than by chance, so there is nothing to have a share of",
    Undefined.NO_VARIATION: "the ratings do not vary, so there is nothing to compare",
}


class Reliability(StrEnum):
    """What Krippendorff's thresholds, held against the lower bound of the interval, allow one to say."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative conclusions only"
    UNRELIABLE = "not reliable"
    UNDECIDED = "not enough evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A coefficient with its interval and how it was made; NaN with a reason in `undefined` where it has no value.

    Attributes
    ----------
    low, high : the interval at `level`; NaN where none was asked for or none can be had.
    se : the standard error behind the interval (of a bootstrap: the spread of the resamples), NaN where there is none.
    n_units : lines that anybody judged.
    n_pairable : lines that at least two coders judged; only these hold agreement.
    n_coders, n_interviews : those that the pairable lines come from (0 interviews where they are not known).
    n_left_out : resamples in which the coefficient was undefined, left out of the interval.
    conventions : the choices that change the number: unit, missing, categories, distance, interval and more.
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
    conventions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def reliability(self) -> Reliability:
        """What the interval allows one to say, by Krippendorff's thresholds.

        Not enough evidence, however high the coefficient: an interval without width (nobody disagreed), one for which
        more than a twentieth of the resamples were undefined (the code is too rare), one from fewer than six interviews
        (they can hardly be resampled).
        """
        resamples = int(self.conventions.get("resamples", "0"))
        few = self.conventions.get("interval", "").endswith("interviews") and self.n_interviews < ENOUGH_INTERVIEWS
        if few or not self.low < self.high or self.n_left_out * 20 > resamples:
            return Reliability.UNDECIDED
        if self.low >= RELIABLE_FROM:
            return Reliability.RELIABLE
        if self.low >= TENTATIVE_FROM:
            return Reliability.TENTATIVE
        return Reliability.UNRELIABLE if self.high < TENTATIVE_FROM else Reliability.UNDECIDED

    @property
    def estimate(self) -> str:
        """The value with its interval, without what it rests on: `0.71 [0.58, 0.82]`."""
        if self.undefined is not None:
            return "undefined"
        interval = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:.2f}{interval}"

    @property
    def basis(self) -> str:
        """What the value rests on: `3 coders, 540 lines, 18 interviews`; and when lines stand for interviews."""
        unit = self.conventions.get("unit", "line")
        counts = [(self.n_coders, "coder"), (self.n_pairable, unit if unit in _COUNTED else "line")]
        if self.n_interviews:
            counts.append((self.n_interviews, "interview"))
        told = ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counts)
        alone = self.conventions.get("caution", "").startswith(NOT_KNOWN) and not math.isnan(self.low)
        return f"{told} taken as independent: {NOT_KNOWN}" if alone else told

    def __str__(self) -> str:
        why = "" if self.undefined is None else f": {self.undefined.sentence}"
        return f"{self.estimate}{why} ({self.basis})"

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
    """Return a number as JSON can say it: None for NaN."""
    return None if math.isnan(value) else float(value)
