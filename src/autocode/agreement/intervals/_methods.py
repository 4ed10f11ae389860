"""The methods of making an interval: their names, what they take to be independent, and what each of them returns."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

from autocode.agreement._result import INTERVIEWS_UNKNOWN, ResamplingUnit
from autocode.agreement.data._reliability import Array, Values

Interval: TypeAlias = Literal[
    "cube-root", "interviews", "lines", "bca", "linearised", "jackknife", "gwet", "asymptotic"
]

# statistics(patterns) -> (n_patterns, n_statistics), additive over units; definition(totals) -> (n_rows, n_quantities)
Statistics: TypeAlias = Callable[[Values], Any]
Definition: TypeAlias = Callable[[Array], Array]

BY_INTERVIEWS = ("cube-root", "interviews", "bca", "linearised", "jackknife")
BY_LINES = ("lines", "gwet", "asymptotic")

# With 15 interviews or more, the default interval covered .92 to .97 in all cells of the coverage study, with 8 it did
# not (evaluation/agreement.md).
FEW_INTERVIEWS = 15

# 32 MB of numbers: larger arrays are worked through in parts, so that memory stays bounded.
CELLS_AT_ONCE = 4_000_000

Range: TypeAlias = tuple[float, float]
COEFFICIENT_RANGE: Range = (-1.0, 1.0)
SHARE_RANGE: Range = (0.0, 1.0)
DIFFERENCE_RANGE: Range = (-2.0, 2.0)  # of two coefficients
RATIO_RANGE: Range = (-math.inf, math.inf)  # of two coefficients

_DESCRIPTIONS: dict[Interval, str] = {
    "cube-root": "interval by {errors}, on the scale of the cube root of 1 - coefficient, with t over {unit}",
    "interviews": "percentile interval from a bootstrap of {unit}",
    "lines": "percentile interval from a bootstrap of {unit}",
    "bca": "BCa interval from a bootstrap of {unit}",
    "linearised": "interval by exact linearisation (infinitesimal jackknife) with t over {unit}",
    "jackknife": "interval by leaving out one at a time (jackknife) with t over {unit}",
    "gwet": "interval by Gwet's published variance with t over {unit}",
    "asymptotic": "large-sample interval by linearisation with the normal over {unit}",
}
_CUBE_ROOT_ERRORS: dict[ResamplingUnit, str] = {
    "interviews": "leaving out one interview at a time (jackknife)",
    "lines": "exact linearisation (infinitesimal jackknife)",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """The interval of each quantity, as every method returns it.

    Attributes
    ----------
    low, high : ndarray of float, shape (n_quantities,)
        The bounds; NaN where there are none.
    se : ndarray of float, shape (n_quantities,)
        The standard errors; NaN where there are none.
    n_undefined : ndarray of int, shape (n_quantities,)
        In how many resamples, or without how many interviews, the quantity is undefined.
    resamples : int
        Number of bootstrap resamples, 0 without a bootstrap.
    degrees_of_freedom : float
        Degrees of freedom of Student's t, NaN where it is not used.
    conventions : mapping of str to str
        What is to be known about all intervals, in words.
    notes : tuple of mappings of str to str, of length n_quantities
        What is to be known about single intervals, in words.
    """

    low: Array
    high: Array
    se: Array
    n_undefined: NDArray[Any]
    notes: tuple[Mapping[str, str], ...]
    resamples: int = 0
    degrees_of_freedom: float = math.nan
    conventions: Mapping[str, str] = field(default_factory=dict)


def check_options(interval: str | None, *, level: float, resamples: int) -> None:
    """Raise `ValueError` for an interval that no method can make."""
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
    if resamples < 1:
        raise ValueError(f"an interval needs at least one resample, not {resamples}.")
    if interval not in (*BY_INTERVIEWS, *BY_LINES, None):
        raise ValueError(
            f"an interval is 'cube-root', resamples 'interviews' or 'lines', or is None; not {interval!r}. "
            "The others by name are 'bca', 'linearised', 'jackknife', 'gwet' and 'asymptotic'."
        )


def interval_conventions(
    interval: Interval, unit: ResamplingUnit, *, n_interviews: int, interviews_known: bool, level: float
) -> dict[str, str]:
    """Return how the interval is made, and what to beware of, in words."""
    description = _DESCRIPTIONS[interval].format(unit=unit, errors=_CUBE_ROOT_ERRORS[unit])
    conventions = {"interval": f"{100 * level:g} % {description}"}
    if unit == "interviews" and n_interviews < FEW_INTERVIEWS:
        consequence = (
            "may be too narrow; take one of 95 % for one of 90 %"
            if interval == "cube-root"
            else "is likely to be too narrow"
        )
        conventions["caution"] = (
            f"{n_interviews} interviews are fewer than {FEW_INTERVIEWS}: the interval {consequence}"
        )
    elif unit == "lines" and interval in BY_INTERVIEWS:
        reason = "there is only one interview" if interviews_known else INTERVIEWS_UNKNOWN
        conventions["caution"] = f"{reason}: the interval is too narrow if lines of an interview resemble each other"
    return conventions
