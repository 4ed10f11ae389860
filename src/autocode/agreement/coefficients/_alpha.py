"""Krippendorff's alpha."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._distances import Distance, describe, distances
from autocode.agreement.coefficients._weights import Spacing, Weights, refuse_text, weight_matrix
from autocode.agreement.data._pairs import (
    FEW_LABELS,
    category_counts,
    distance_within,
    judgements,
    ratio,
    summed_distance,
)
from autocode.agreement.data._patterns import CachedStatistics
from autocode.agreement.data._reliability import Array, ReliabilityData, Values, against_rest
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._gwet_error import GwetError, gwet_error_of_alpha
from autocode.agreement.intervals._methods import Definition, Interval, Statistics
from autocode.doctext import documented

_FEW_CELLS = 100_000  # patterns times categories: below this, a dense array is faster than a sparse one
_MISSING = "units judged once are left out, of the margins too"


def statistics(delta: Array) -> Callable[[Values], Any]:
    """Return a function from patterns to the summed disagreement of a unit and the values in its pairs, sparse."""

    def per_unit(patterns: Values) -> Any:
        m = judgements(patterns)
        disagreement = summed_distance(patterns, delta) / np.maximum(m - 1, 1.0)
        column = np.zeros((1, 1), dtype=np.intp)
        return _with_value_counts(disagreement[:, None], column, 1, patterns, len(delta))

    return per_unit


def dense_if_small(delta: Array) -> Callable[[Values], Any]:
    """Return the function of `statistics`, which for few patterns of few categories returns a dense array, faster."""

    def per_unit(patterns: Values) -> Any:
        n_labels = len(delta)
        if len(patterns) * n_labels > _FEW_CELLS:
            return statistics(delta)(patterns)
        n_uc = category_counts(patterns, n_labels)
        m = n_uc @ np.ones(n_labels)
        distance = distance_within(n_uc, delta) if n_labels <= FEW_LABELS else summed_distance(patterns, delta)
        columns = np.empty((len(patterns), 1 + n_labels))
        columns[:, 0] = distance / np.maximum(m - 1, 1.0)
        columns[:, 1:] = n_uc
        columns[m < 2] = 0.0
        return columns

    return per_unit


def definition(delta: Array, *, small_sample: bool = True) -> Callable[[Array], Array]:
    """Return the function from totals, along the last axis, to alpha.

    Without its correction for small samples, D_e draws with replacement, as Gwet's variance takes it.
    """

    def alpha_from(totals: Array) -> Array:
        n_c = totals[..., 1:]
        n = n_c.sum(axis=-1)
        D_o = ratio(totals[..., 0], n)
        D_e = ratio(((n_c @ delta) * n_c).sum(axis=-1), n * (n - 1) if small_sample else n * n)
        alpha = 1 - ratio(D_o, D_e)
        return alpha[..., None]

    return alpha_from


def ordinal_statistics(n_labels: int) -> Callable[[Values], Any]:
    """Return a function from patterns to a unit's coincidences o_ck of different categories and the values in pairs."""
    column = np.zeros((n_labels, n_labels), dtype=np.int64)
    upper = np.triu_indices(n_labels, 1)
    column[upper] = np.arange(len(upper[0]))
    column = np.maximum(column, column.T)

    def per_unit(patterns: Values) -> Any:
        share = 2.0 / np.maximum(judgements(patterns) - 1, 1.0)
        pairs = list(combinations(patterns.T, 2))
        o_ck = [np.where((v_i >= 0) & (v_j >= 0) & (v_i != v_j), share, 0.0) for v_i, v_j in pairs]
        columns = [column[v_i, v_j] for v_i, v_j in pairs]
        return _with_value_counts(np.stack(o_ck, axis=1), np.stack(columns, axis=1), len(upper[0]), patterns, n_labels)

    return per_unit


def ordinal_definition(n_labels: int) -> Callable[[Array], Array]:
    """Return the function from totals to ordinal alpha, whose distances follow from how often each rank was used."""
    c, k = np.triu_indices(n_labels, 1)

    def alpha_from(totals: Array) -> Array:
        o_ck, n_c = totals[..., : len(c)], totals[..., len(c) :]
        n = n_c.sum(axis=-1)
        # n_c/2 + everything between + n_k/2 is the distance between the middles of two ranks
        middle = np.cumsum(n_c, axis=-1) - n_c / 2
        delta = (middle[..., c] - middle[..., k]) ** 2
        D_o = ratio((o_ck * delta).sum(axis=-1), n)
        D_e = ratio((2 * n_c[..., c] * n_c[..., k] * delta).sum(axis=-1), n * (n - 1))
        alpha = 1 - ratio(D_o, D_e)
        return alpha[..., None]

    return alpha_from


def _with_value_counts(
    statistics: Array, columns: NDArray[np.intp], n_columns: int, patterns: Values, n_labels: int
) -> Any:
    """Return the statistics of each unit in these columns, and after them how often it has each value, n_uc, sparse.

    Pairs are what alpha counts; a unit judged once has none and leaves the margins too.
    """
    n, n_coders = patterns.shape
    pairable = (judgements(patterns) >= 2)[:, None]
    columns = np.broadcast_to(columns, statistics.shape)
    cells = np.concatenate([statistics * pairable, (patterns >= 0) & pairable], axis=1)
    places = np.concatenate([columns, n_columns + np.maximum(patterns, 0)], axis=1)
    ends = np.arange(0, cells.size + 1, statistics.shape[1] + n_coders)
    return csr_array((cells.ravel(), places.ravel(), ends), shape=(n, n_columns + n_labels))


def _parts(delta: Array) -> tuple[Statistics, Definition, GwetError]:
    """Return the statistics, the definition and Gwet's variance of alpha with these distances."""
    unit_statistics = dense_if_small(delta)
    gwet = gwet_error_of_alpha(unit_statistics, definition(delta, small_sample=False))
    return unit_statistics, definition(delta), gwet


@lru_cache(maxsize=FEW_LABELS + 1)
def _nominal_parts(n_labels: int) -> tuple[Statistics, Definition, GwetError]:
    """Return the parts of nominal alpha; for few labels, the statistics of all possible patterns are computed once."""
    unit_statistics, formula, gwet = _parts(1.0 - np.identity(n_labels))
    return CachedStatistics(unit_statistics), formula, gwet


@documented
def krippendorff_alpha(
    data: ReliabilityData,
    *,
    distance: Distance | None = None,
    category: Hashable = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Krippendorff's alpha: 1 minus the ratio of observed to expected disagreement.

    Parameters
    ----------
    {data}
    {distance}
    {category}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If the distance needs numbers and a category is not a number, or there are more than 5,000 categories.
    ValueError
        If an option is not one of those above, or there is no such category.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.

    Examples
    --------
    >>> from autocode import ReliabilityData, krippendorff_alpha
    >>> data = ReliabilityData.from_table(
    ...     [[1, 2, 3, 3, 2, 1], [1, 2, 3, 2, 2, None], [None, 2, 3, 3, 1, 1]],
    ...     interviews=["GP1", "GP1", "GP2", "GP2", "PM1", "PM1"],
    ... )
    >>> print(krippendorff_alpha(data, interval=None))
    0.65 (3 coders, 6 lines, 3 interviews)
    >>> print(krippendorff_alpha(data, distance="ordinal"))
    0.81 [0.25, 0.99] (3 coders, 6 lines, 3 interviews)
    """
    data, category_convention = against_rest(data, category)
    by: Distance = ("masi" if data.of_sets else "nominal") if distance is None else distance
    n_labels = len(data.labels)
    unit_statistics: Statistics
    formula: Definition
    gwet: GwetError | None = None
    if isinstance(by, str) and by == "ordinal":
        refuse_text(data)
        unit_statistics, formula = ordinal_statistics(n_labels), ordinal_definition(n_labels)
    elif isinstance(by, str) and by == "nominal" and n_labels <= FEW_LABELS:
        unit_statistics, formula, gwet = _nominal_parts(n_labels)
    else:
        unit_statistics, formula, gwet = _parts(distances(data, by))
    return estimate(
        data,
        "krippendorff_alpha",
        unit_statistics,
        formula,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": _MISSING,
            "categories": data.categories,
            "distance": describe(by),
        }
        | category_convention,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=gwet,
    )


@documented
def alpha_gwet_weights(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return alpha with 1 minus Gwet's weights as the distance; with "ordinal" weights it is not ordinal alpha.

    Parameters
    ----------
    {data}
    {weights}
    {spacing}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If an option is not one of those above.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.).

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, alpha_gwet_weights
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 1]])
    >>> print(alpha_gwet_weights(data, weights="linear", interval=None))
    0.57 (2 coders, 5 lines)
    """
    w, description = weight_matrix(data, weights, spacing)
    delta = 1 - w
    unit_statistics = statistics(delta)
    return estimate(
        data,
        "alpha_gwet_weights",
        unit_statistics,
        definition(delta),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={"unit": "line", "missing": _MISSING, "categories": data.categories, "distance": description},
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=gwet_error_of_alpha(unit_statistics, definition(delta, small_sample=False)),
    )
