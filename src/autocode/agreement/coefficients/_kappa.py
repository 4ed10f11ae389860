"""Cohen's kappa for two coders, weighted on request, and the most that their habits allow."""

from collections.abc import Callable, Hashable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance, ratio
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Interval, estimate


def statistics(n_labels: int, w: Array | None = None) -> Callable[[Values], Array]:
    """Return a function to each unit's contribution: judged by both, alike, and what each of the two said."""
    alike = np.identity(n_labels) if w is None else w

    def of(patterns: Values) -> Array:
        first, second = patterns[:, 0], patterns[:, 1]
        both = (first >= 0) & (second >= 0)
        said = np.arange(n_labels)
        rows = both[:, None] & (first[:, None] == said)
        columns = both[:, None] & (second[:, None] == said)
        return np.column_stack([both, np.where(both, alike[first, second], 0.0), rows, columns]).astype(float)

    return of


def definition(totals: Array) -> Array:
    """Return kappa from n, the number alike, and the two margins along the last axis."""
    return weighted(np.identity((totals.shape[-1] - 2) // 2))(totals)


def weighted(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to weighted kappa."""

    def of(totals: Array) -> Array:
        p_o, p_e = observed_and_expected(totals, w)
        return beyond_chance(p_o, p_e)

    return of


def observed_and_expected(totals: Array, w: Array) -> tuple[Array, Array]:
    """Return the weighted agreement that was observed, and that which the margins make by chance."""
    n, alike, first, second = _margins(totals)
    p_o = ratio(alike, n)
    p_e = ratio(((first @ w) * second).sum(axis=-1), n * n)
    return p_o, p_e


def highest(totals: Array) -> Array:
    """Return the kappa of two coders with these margins who agree as often as the margins allow."""
    n, _, first, second = _margins(totals)
    p_max = ratio(np.minimum(first, second).sum(axis=-1), n)
    p_e = ratio((first * second).sum(axis=-1), n * n)
    return beyond_chance(p_max, p_e)


def _margins(totals: Array) -> tuple[Array, Array, Array, Array]:
    q = (totals.shape[-1] - 2) // 2
    return totals[..., 0], totals[..., 1], totals[..., 2 : 2 + q], totals[..., 2 + q :]


def cohen_kappa(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    category: Hashable = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Cohen's kappa of exactly two coders, on the units that both judged; `data.pair(a, b)` chooses them.

    `weights` may be asymmetric: its rows are the first coder's categories. `category` is set against all others.
    The interval "asymptotic" has the standard error of Fleiss, Cohen & Everitt (1969).

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    Educational and Psychological Measurement 20, 37-46.
    Cohen, J. (1968). Weighted kappa: nominal scale agreement provision for scaled disagreement or partial credit.
    Psychological Bulletin 70, 213-220.
    Fleiss, J. L., Cohen, J. & Everitt, B. S. (1969). Large sample standard errors of kappa and weighted kappa.
    Psychological Bulletin 72, 323-327.
    """
    two_coders(data, "Cohen's kappa")
    data, told = data.against_rest(category)
    w, said = weights_of(data, weights, spacing)
    return estimate(
        data,
        "cohen_kappa",
        statistics(len(data.labels), w),
        weighted(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=conventions(data) | {"distance": said} | told,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def cohen_kappa_max(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the highest kappa that two coders could have reached who use the categories as often as these did.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    Educational and Psychological Measurement 20, 37-46, p. 42.
    """
    two_coders(data, "the maximum of Cohen's kappa")
    return estimate(
        data,
        "cohen_kappa_max",
        statistics(len(data.labels)),
        highest,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=conventions(data),
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def two_coders(data: ReliabilityData, what: str) -> None:
    """Raise ValueError unless there are two coders."""
    if len(data.coders) != 2:
        raise ValueError(f"{what} is for two coders and these are {len(data.coders)}; choose with data.pair(a, b).")


def conventions(data: ReliabilityData) -> dict[str, str]:
    """Return what kappa takes for granted."""
    return {
        "unit": "line",
        "missing": "units that only one of the two judged are left out, of the margins too",
        "categories": data.categories,
        "distance": "nominal: 0 if the same, else 1",
    }
