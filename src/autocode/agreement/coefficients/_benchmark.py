"""How probable it is that a coefficient reaches a level of a benchmark scale."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scipy.stats import norm

from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed

Scale: TypeAlias = Literal["landis_koch", "altman", "fleiss"]

# Landis & Koch (1977), Altman (1991) and Fleiss (1981), with the level names and limits of Gwet (2014, chapter 6).
SCALES: dict[str, tuple[tuple[str, float, float], ...]] = {
    "landis_koch": (
        ("Almost Perfect", 0.8, 1.0),
        ("Substantial", 0.6, 0.8),
        ("Moderate", 0.4, 0.6),
        ("Fair", 0.2, 0.4),
        ("Slight", 0.0, 0.2),
        ("Poor", -1.0, 0.0),
    ),
    "altman": (
        ("Very Good", 0.8, 1.0),
        ("Good", 0.6, 0.8),
        ("Moderate", 0.4, 0.6),
        ("Fair", 0.2, 0.4),
        ("Poor", -1.0, 0.2),
    ),
    "fleiss": (
        ("Excellent", 0.75, 1.0),
        ("Intermediate to Good", 0.4, 0.75),
        ("Poor", -1.0, 0.4),
    ),
}


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Tabular):
    """How probable it is that the true coefficient lies at each level of a scale or above it.

    Attributes
    ----------
    coefficient : float
        The coefficient of agreement.
    standard_error : float
        Its standard error.
    scale : str
        Name of the benchmark scale.
    confidence : float
        The probability that `level` has to reach.
    levels : tuple of str
        The levels of the scale, the best first.
    cumulative : tuple of float
        The probability of each level or a better one, in the same order.
    level : str
        The best level whose cumulative probability reaches `confidence`.
    """

    coefficient: float
    standard_error: float
    scale: str
    confidence: float
    levels: tuple[str, ...]
    cumulative: tuple[float, ...]
    level: str

    def _records(self) -> Iterable[dict[str, object]]:
        return [{"level": level, "cumulative": p} for level, p in zip(self.levels, self.cumulative, strict=True)]

    def _caption(self) -> str:
        return f"{self.coefficient:.2f} is {self.level} with at least {self.confidence:.0%} ({self.scale})"


def cumulative_membership(
    coefficient: float,
    *,
    standard_error: float,
    scale: Scale = "landis_koch",
    confidence: float = 0.95,
) -> Membership:
    """Return Gwet's cumulative interval membership probabilities, and the level of the scale that they support.

    The sampling distribution is taken to be normal, truncated to the range of a coefficient, from -1 to 1.

    Parameters
    ----------
    coefficient : float
        A coefficient of agreement, between -1 and 1.
    standard_error : float
        Its standard error, greater than 0.
    scale : {"landis_koch", "altman", "fleiss"}, default "landis_koch"
        The benchmark scale.
    confidence : float, default 0.95
        The cumulative probability that a level has to reach, between 0 and 1.

    Raises
    ------
    ValueError
        If there is no such scale, or a number is out of its range.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), chapter 6.

    Examples
    --------
    >>> from autocode.agreement import cumulative_membership
    >>> cumulative_membership(0.75, standard_error=0.06).level
    'Substantial'
    """
    if scale not in SCALES:
        raise ValueError(f"there is no scale {scale!r}; the scales are {', '.join(SCALES)}.")
    if not -1 <= coefficient <= 1:
        raise ValueError(f"a coefficient of agreement lies between -1 and 1, not at {coefficient}.")
    if not standard_error > 0:
        raise ValueError(f"a standard error is greater than 0, not {standard_error}.")
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence lies between 0 and 1, not at {confidence}.")
    k, se = coefficient, standard_error
    truncated = norm.cdf((k + 1) / se) - norm.cdf((k - 1) / se)
    cumulative, total = [], 0.0
    for _, low, high in SCALES[scale]:
        total += float((norm.cdf((k - low) / se) - norm.cdf((k - high) / se)) / truncated)
        cumulative.append(min(total, 1.0))
    cumulative[-1] = 1.0
    levels = tuple(name for name, _, _ in SCALES[scale])
    reached = next(name for name, p in zip(levels, cumulative, strict=True) if p >= confidence)
    return Membership(
        coefficient=coefficient,
        standard_error=standard_error,
        scale=scale,
        confidence=confidence,
        levels=levels,
        cumulative=tuple(cumulative),
        level=reached,
    )
