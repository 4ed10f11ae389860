"""Krippendorff's alpha."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._distances import Distance, distances, said_of
from autocode.agreement.coefficients._weights import Spacing, Weights, refuse_text, weights_of
from autocode.agreement.data._pairs import FEW_LABELS, counts, distance_within, judgements, ratio, summed_distance
from autocode.agreement.data._patterns import Kept
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Definition, Interval, Statistics, estimate
from autocode.agreement.intervals._gwet_error import of_alpha
from autocode.agreement.intervals._standard_errors import GwetError

_FEW_CELLS = 100_000
_MISSING = "units judged once are left out, of the margins too"


def statistics(delta: Array) -> Callable[[Values], Any]:
    """Return a function to each unit's summed disagreement and the values that it brings into pairs."""

    def of(patterns: Values) -> Any:
        m = judgements(patterns)
        disagreement = summed_distance(patterns, delta) / np.maximum(m - 1, 1.0)
        return _beside_values(disagreement[:, None], np.zeros((1, 1), dtype=np.intp), 1, patterns, len(delta))

    return of


def counted(delta: Array) -> Callable[[Values], Any]:
    """Return the function of `statistics`, which for few patterns of few categories answers without sparse arrays."""

    def of(patterns: Values) -> Any:
        n_labels = len(delta)
        if len(patterns) * n_labels > _FEW_CELLS:
            return statistics(delta)(patterns)
        n_uc = counts(patterns, n_labels)
        m = n_uc @ np.ones(n_labels)
        apart = distance_within(n_uc, delta) if n_labels <= FEW_LABELS else summed_distance(patterns, delta)
        brought = np.empty((len(patterns), 1 + n_labels))
        brought[:, 0] = apart / np.maximum(m - 1, 1.0)
        brought[:, 1:] = n_uc
        brought[m < 2] = 0.0
        return brought

    return of


def definition(delta: Array, *, small_sample: bool = True) -> Callable[[Array], Array]:
    """Return the function from totals, along the last axis, to alpha.

    Without its correction for small samples, D_e draws with replacement, as Gwet's variance takes it.
    """

    def of(totals: Array) -> Array:
        n_c = totals[..., 1:]
        n = n_c.sum(axis=-1)
        D_o = ratio(totals[..., 0], n)
        D_e = ratio(((n_c @ delta) * n_c).sum(axis=-1), n * (n - 1) if small_sample else n * n)
        alpha = 1 - ratio(D_o, D_e)
        return alpha[..., None]

    return of


def ordinal_statistics(n_labels: int) -> Callable[[Values], Any]:
    """Return a function to each unit's coincidences o_ck of two different categories, and its values in pairs."""
    column = np.zeros((n_labels, n_labels), dtype=np.int64)
    upper = np.triu_indices(n_labels, 1)
    column[upper] = np.arange(len(upper[0]))
    column = np.maximum(column, column.T)

    def of(patterns: Values) -> Any:
        share = 2.0 / np.maximum(judgements(patterns) - 1, 1.0)
        pairs = list(combinations(patterns.T, 2))
        apart = [np.where((v_i >= 0) & (v_j >= 0) & (v_i != v_j), share, 0.0) for v_i, v_j in pairs]
        which = [column[v_i, v_j] for v_i, v_j in pairs]
        return _beside_values(np.stack(apart, axis=1), np.stack(which, axis=1), len(upper[0]), patterns, n_labels)

    return of


def ordinal_definition(n_labels: int) -> Callable[[Array], Array]:
    """Return the function from totals to ordinal alpha, whose distances follow from how often each rank was used."""
    c, k = np.triu_indices(n_labels, 1)

    def of(totals: Array) -> Array:
        o_ck, n_c = totals[..., : len(c)], totals[..., len(c) :]
        n = n_c.sum(axis=-1)
        # n_c/2 + everything between + n_k/2 is the distance between the middles of two ranks
        middle = np.cumsum(n_c, axis=-1) - n_c / 2
        delta = (middle[..., c] - middle[..., k]) ** 2
        D_o = ratio((o_ck * delta).sum(axis=-1), n)
        D_e = ratio((2 * n_c[..., c] * n_c[..., k] * delta).sum(axis=-1), n * (n - 1))
        alpha = 1 - ratio(D_o, D_e)
        return alpha[..., None]

    return of


def _beside_values(brought: Array, columns: NDArray[np.intp], n_columns: int, patterns: Values, n_labels: int) -> Any:
    """Return what each unit brings, and after these columns how often it holds each value, n_uc, sparse.

    Pairs are what alpha counts; a unit judged once holds none and leaves the margins too.
    """
    n, n_coders = patterns.shape
    pairable = (judgements(patterns) >= 2)[:, None]
    columns = np.broadcast_to(columns, brought.shape)
    held = np.concatenate([brought * pairable, (patterns >= 0) & pairable], axis=1)
    where = np.concatenate([columns, n_columns + np.maximum(patterns, 0)], axis=1)
    ends = np.arange(0, held.size + 1, brought.shape[1] + n_coders)
    return csr_array((held.ravel(), where.ravel(), ends), shape=(n, n_columns + n_labels))


def _by(delta: Array) -> tuple[Statistics, Definition, GwetError]:
    brings = counted(delta)
    return brings, definition(delta), of_alpha(brings, definition(delta, small_sample=False))


@lru_cache(maxsize=FEW_LABELS + 1)
def _nominal(n_labels: int) -> tuple[Statistics, Definition, GwetError]:
    """Return what nominal alpha is made of; what each possible pattern of few labels brings is worked out once."""
    brings, formula, gwet = _by(1.0 - np.identity(n_labels))
    return Kept(brings), formula, gwet


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
    """Return Krippendorff's alpha: one less the ratio of observed to expected disagreement.

    `distance` is "nominal" for categories and "masi" for sets of codes unless it is named; it may also be a matrix in
    the order of `data.labels` or a function of two labels. "ordinal" takes the categories in the order of
    `data.labels`. `category` is set against all others.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.
    """
    data, told = data.against_rest(category)
    by: Distance = ("masi" if data.of_sets else "nominal") if distance is None else distance
    n_labels = len(data.labels)
    brings: Statistics
    formula: Definition
    gwet: GwetError | None = None
    if isinstance(by, str) and by == "ordinal":
        refuse_text(data)
        brings, formula = ordinal_statistics(n_labels), ordinal_definition(n_labels)
    elif isinstance(by, str) and by == "nominal" and n_labels <= FEW_LABELS:
        brings, formula, gwet = _nominal(n_labels)
    else:
        brings, formula, gwet = _by(distances(data, by))
    return estimate(
        data,
        "krippendorff_alpha",
        brings,
        formula,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": _MISSING,
            "categories": data.categories,
            "distance": said_of(by),
        }
        | told,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=gwet,
    )


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
    """Return alpha with Gwet's weights for a distance, 1 - w; by "ordinal" weights it is not Krippendorff's ordinal.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.).
    """
    w, said = weights_of(data, weights, spacing)
    delta = 1 - w
    return estimate(
        data,
        "alpha_gwet_weights",
        statistics(delta),
        definition(delta),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={"unit": "line", "missing": _MISSING, "categories": data.categories, "distance": said},
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=of_alpha(statistics(delta), definition(delta, small_sample=False)),
    )
