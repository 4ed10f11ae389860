"""Cohen's kappa for two coders, weighted on request, and the maximum that their margins allow."""

from collections.abc import Callable, Hashable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import NOMINAL, Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected, ratio
from autocode.agreement.data._reliability import Array, ReliabilityData, Values, against_rest
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented


def statistics(n_labels: int, w: Array | None = None) -> Callable[[Values], Array]:
    """Return a function from patterns to the statistics of a unit.

    They are: judged by both coders or not, the weight of its two categories, and for each of the two coders whether
    they gave each category.
    """
    weights = np.identity(n_labels) if w is None else w

    def per_unit(patterns: Values) -> Array:
        first, second = patterns[:, 0], patterns[:, 1]
        both = (first >= 0) & (second >= 0)
        categories = np.arange(n_labels)
        rows = both[:, None] & (first[:, None] == categories)
        columns = both[:, None] & (second[:, None] == categories)
        return np.column_stack([both, np.where(both, weights[first, second], 0.0), rows, columns]).astype(float)

    return per_unit


def definition(totals: Array) -> Array:
    """Return kappa from n, the number of units in agreement, and the two margins along the last axis."""
    return weighted(np.identity((totals.shape[-1] - 2) // 2))(totals)


def weighted(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to weighted kappa."""

    def kappa(totals: Array) -> Array:
        p_o, p_e = observed_and_expected(totals, w)
        return chance_corrected(p_o, p_e)

    return kappa


def observed_and_expected(totals: Array, w: Array) -> tuple[Array, Array]:
    """Return the observed weighted agreement, and the weighted agreement by chance that the margins give."""
    n, agreeing, first, second = _margins(totals)
    p_o = ratio(agreeing, n)
    p_e = ratio(((first @ w) * second).sum(axis=-1), n * n)
    return p_o, p_e


def maximum(totals: Array) -> Array:
    """Return the kappa of two coders with these margins who agree as often as the margins allow."""
    n, _, first, second = _margins(totals)
    p_max = ratio(np.minimum(first, second).sum(axis=-1), n)
    p_e = ratio((first * second).sum(axis=-1), n * n)
    return chance_corrected(p_max, p_e)


def _margins(totals: Array) -> tuple[Array, Array, Array, Array]:
    """Return n, the sum of weights, and the margins of both coders."""
    q = (totals.shape[-1] - 2) // 2
    return totals[..., 0], totals[..., 1], totals[..., 2 : 2 + q], totals[..., 2 + q :]


@documented
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

    A matrix of weights may be asymmetric: its rows are the first coder's categories. With the interval "asymptotic"
    the standard error is that of Fleiss, Cohen & Everitt (1969).

    Parameters
    ----------
    {data}
    {weights}
    {spacing}
    {category}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If there are not exactly two coders, an option is not one of those above, or there is no such category.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    Educational and Psychological Measurement 20, 37-46.
    Cohen, J. (1968). Weighted kappa: nominal scale agreement provision for scaled disagreement or partial credit.
    Psychological Bulletin 70, 213-220.
    Fleiss, J. L., Cohen, J. & Everitt, B. S. (1969). Large sample standard errors of kappa and weighted kappa.
    Psychological Bulletin 72, 323-327.

    Examples
    --------
    >>> from autocode import ReliabilityData, cohen_kappa
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 1]])
    >>> print(cohen_kappa(data, interval=None))
    0.41 (2 coders, 5 lines)
    >>> print(cohen_kappa(data, weights="quadratic", interval=None))
    0.69 (2 coders, 5 lines)
    """
    check_two_coders(data, "Cohen's kappa")
    data, category_convention = against_rest(data, category)
    w, description = weight_matrix(data, weights, spacing)
    return estimate(
        data,
        "cohen_kappa",
        statistics(len(data.labels), w),
        weighted(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=conventions(data) | {"distance": description} | category_convention,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


@documented
def cohen_kappa_max(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the highest kappa that two coders can reach who use the categories as often as these did.

    Parameters
    ----------
    {data}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If there are not exactly two coders, or an option is not one of those above.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales.
    Educational and Psychological Measurement 20, 37-46, p. 42.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, cohen_kappa_max
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 1]])
    >>> print(cohen_kappa_max(data, interval=None))
    0.71 (2 coders, 5 lines)
    """
    check_two_coders(data, "the maximum of Cohen's kappa")
    return estimate(
        data,
        "cohen_kappa_max",
        statistics(len(data.labels)),
        maximum,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=conventions(data),
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def check_two_coders(data: ReliabilityData, coefficient: str) -> None:
    """Raise `ValueError` unless there are exactly two coders."""
    if len(data.coders) != 2:
        raise ValueError(
            f"{coefficient} is for two coders and these are {len(data.coders)}; choose with data.pair(a, b)."
        )


def conventions(data: ReliabilityData) -> dict[str, str]:
    """Return the conventions of kappas of two coders, in words."""
    return {
        "unit": "line",
        "missing": "units that only one of the two judged are left out, of the margins too",
        "categories": data.categories,
        "distance": NOMINAL,
    }
