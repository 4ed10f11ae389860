"""Cohen's kappa for two coders."""

from collections.abc import Callable

import numpy as np

from autocode.agreement._intervals import Array, Interval, estimate
from autocode.agreement._pairs import ratio
from autocode.agreement._reliability import ReliabilityData, Values
from autocode.agreement._result import Agreement, Undefined


def statistics(n_labels: int) -> Callable[[Values], Array]:
    """Return a function to each unit's contribution: judged by both, alike, and what each of the two said."""

    def of(patterns: Values) -> Array:
        first, second = patterns[:, 0], patterns[:, 1]
        both = (first >= 0) & (second >= 0)
        said = np.arange(n_labels)
        rows = both[:, None] & (first[:, None] == said)
        columns = both[:, None] & (second[:, None] == said)
        return np.column_stack([both, both & (first == second), rows, columns]).astype(float)

    return of


def definition(totals: Array) -> Array:
    """Return kappa from n, the number alike, and the two margins along the last axis."""
    n, alike = totals[..., 0], totals[..., 1]
    n_labels = (totals.shape[-1] - 2) // 2
    first, second = totals[..., 2 : 2 + n_labels], totals[..., 2 + n_labels :]
    p_o = ratio(alike, n)
    p_e = ratio((first * second).sum(axis=-1), n * n)
    kappa = ratio(p_o - p_e, 1 - p_e)
    return kappa[..., None]


def cohen_kappa(
    data: ReliabilityData,
    *,
    interval: Interval | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Cohen's kappa of exactly two coders, on the units that both judged; `data.pair(a, b)` chooses them.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    Educational and Psychological Measurement 20, 37-46.
    """
    if len(data.coders) != 2:
        raise ValueError(
            f"Cohen's kappa is for two coders and these are {len(data.coders)}; choose with data.pair(a, b)."
        )
    return estimate(
        data,
        "cohen_kappa",
        statistics(len(data.labels)),
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=conventions(data),
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def conventions(data: ReliabilityData) -> dict[str, str]:
    """Return what kappa takes for granted."""
    return {
        "unit": "line",
        "missing": "units that only one of the two judged are left out, of the margins too",
        "categories": data.categories,
        "distance": "nominal: 0 if the same, else 1",
    }
