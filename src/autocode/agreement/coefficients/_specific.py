"""Specific agreement: agreement on one category, P+ for a code applied and P- for a code not applied."""

from collections.abc import Callable, Hashable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import NOMINAL
from autocode.agreement.data._pairs import category_count, judgements, ratio
from autocode.agreement.data._reliability import APPLIED, Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._methods import SHARE_RANGE, Interval
from autocode.doctext import documented


def statistics(category: int) -> Callable[[Values], Array]:
    """Return a function from patterns to a unit's ordered pairs with the category in both places, and in the first."""

    def per_unit(patterns: Values) -> Array:
        n_uc, m = category_count(patterns, category), judgements(patterns)
        return np.column_stack([n_uc * (n_uc - 1), n_uc * np.maximum(m - 1, 0.0)])

    return per_unit


def definition(totals: Array) -> Array:
    """Return the share of the pairs with the category in the first place that have it in the second, too."""
    specific = ratio(totals[..., 0], totals[..., 1])
    return specific[..., None]


@documented
def specific_agreement(
    data: ReliabilityData,
    *,
    category: Hashable = APPLIED,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the agreement on one category: if one coder gave it, the probability that another coder gave it as well.

    With two coders this is 2a / (2a + b + c).

    Parameters
    ----------
    {data}
    category : hashable, default "applied"
        The category. Of data for one code, "applied" gives P+, positive agreement, and "not applied" gives P-.
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If there is no such category, or an option is not one of those above.

    References
    ----------
    Cicchetti, D. V. & Feinstein, A. R. (1990). High agreement but low kappa: II. Resolving the paradoxes.
    Journal of Clinical Epidemiology 43, 551-558.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, specific_agreement
    >>> data = ReliabilityData.from_table([["yes", "no", "no", "yes"], ["yes", "no", "no", "no"]])
    >>> print(specific_agreement(data, category="yes", interval=None))
    0.67 (2 coders, 4 lines)
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
            "missing": "units judged once are left out; all pairs count equally",
            "categories": data.categories,
            "category": f"{category}",
            "distance": NOMINAL,
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        value_range=SHARE_RANGE,
    )
