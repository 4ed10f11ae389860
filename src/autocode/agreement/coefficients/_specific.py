"""Specific agreement: how far coders agree on one category, P+ for a code applied and P- for a code not applied."""

from collections.abc import Callable, Hashable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import judgements, ratio, times_used
from autocode.agreement.data._reliability import APPLIED, Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Interval, estimate


def statistics(category: int) -> Callable[[Values], Array]:
    """Return a function to each unit's ordered pairs in the category, alike and all."""

    def of(patterns: Values) -> Array:
        n_uc, m = times_used(patterns, category), judgements(patterns)
        return np.column_stack([n_uc * (n_uc - 1), n_uc * np.maximum(m - 1, 0.0)])

    return of


def definition(totals: Array) -> Array:
    """Return the share of pairs with the category in one place that have it in the other too."""
    specific = ratio(totals[..., 0], totals[..., 1])
    return specific[..., None]


def specific_agreement(
    data: ReliabilityData,
    *,
    category: Hashable = APPLIED,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the agreement on one category: of those who meet a coder who used it, the share who used it as well.

    With two coders this is 2a / (2a + b + c). For one code, "applied" gives P+ and "not applied" gives P-.

    References
    ----------
    Cicchetti, D. V. & Feinstein, A. R. (1990). High agreement but low kappa: II. Resolving the paradoxes.
    Journal of Clinical Epidemiology 43, 551-558.
    """
    if category not in data.labels:
        raise ValueError(f"there is no category {category!r}; the categories are {', '.join(map(repr, data.labels))}.")
    return estimate(
        data,
        "specific_agreement",
        statistics(data.labels.index(category)),
        definition,
        reason=lambda totals: [Undefined.NEVER_USED],
        conventions={
            "unit": "line",
            "missing": "units judged once are left out; every pair counts alike",
            "categories": data.categories,
            "category": f"{category}",
            "distance": "nominal: 0 if the same, else 1",
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
