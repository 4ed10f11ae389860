"""How sure one may be that a coefficient lies at least at some level of a benchmark scale."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from scipy.stats import norm

Scale: TypeAlias = Literal["landis_koch", "altman", "fleiss"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """How probable it is that the true coefficient lies at each level of a scale or above it.

    Attributes
    ----------
    levels : the words of the scale, the best first.
    cumulative : the probability of each level or a better one, in the same order.
    level : the best level whose cumulative probability reaches `confidence`.
    """

    coefficient: float
    standard_error: float
    scale: str
    confidence: float
    levels: tuple[str, ...]
    cumulative: tuple[float, ...]
    level: str


def cumulative_membership(
    coefficient: float,
    *,
    standard_error: float,
    scale: Scale = "landis_koch",
    confidence: float = 0.95,
) -> Membership:
    """Return Gwet's cumulative interval membership probabilities and the level that they allow one to claim.

    The sampling distribution is a normal one, truncated where no coefficient can lie: below -1 and above 1.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), chapter 6.
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
    whole = norm.cdf((k + 1) / se) - norm.cdf((k - 1) / se)
    cumulative, total = [], 0.0
    for _, low, high in SCALES[scale]:
        total += float((norm.cdf((k - low) / se) - norm.cdf((k - high) / se)) / whole)
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
