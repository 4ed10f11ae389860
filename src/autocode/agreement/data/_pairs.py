"""What the judgements of a unit say of each other, pair by pair."""

from itertools import combinations

import numpy as np

from autocode.agreement.data._reliability import Array, Values

FEW_LABELS = 16
_ROUNDING = 1e-14


def judgements(patterns: Values) -> Array:
    """Return how many coders judged each unit, m_u."""
    return np.asarray((patterns >= 0) @ np.ones(patterns.shape[1]))


def counts(patterns: Values, n_labels: int) -> Array:
    """Return how many coders gave each unit each category, n_uc, shape (n_patterns, n_labels)."""
    columns = n_labels + 1  # the first is for not judged
    cells = patterns.T + np.arange(1, len(patterns) * columns + 1, columns)
    n_uc = np.bincount(cells.ravel(), minlength=len(patterns) * columns).reshape(-1, columns)
    return n_uc[:, 1:].astype(float)


def distance_within(n_uc: Array, delta: Array) -> Array:
    """Return the sum of distances over all ordered pairs of judgements of each unit, from how often it has each."""
    # every judgement beside every one of its unit, less each beside itself
    return np.asarray((n_uc @ delta * n_uc - n_uc * delta.diagonal()) @ np.ones(len(delta)))


def times_used(patterns: Values, category: int) -> Array:
    """Return how many coders gave each unit this category, n_uc."""
    return np.asarray((patterns == category).sum(axis=1), dtype=float)


def summed_distance(patterns: Values, delta: Array) -> Array:
    """Return the sum of distances (or weights) over all ordered pairs of judgements of each unit."""
    n_labels = len(delta)
    if n_labels <= FEW_LABELS:
        return distance_within(counts(patterns, n_labels), delta)
    total = np.zeros(len(patterns))
    said = np.ascontiguousarray(patterns.T, dtype=np.intp)
    judged = patterns.T >= 0
    flat = delta.ravel()
    for i, j in combinations(range(len(said)), 2):
        apart = flat.take(said[i] * n_labels + said[j], mode="wrap") + flat.take(
            said[j] * n_labels + said[i], mode="wrap"
        )
        total += apart * (judged[i] & judged[j])
    return total


def share_alike(patterns: Values, weights: Array | None = None) -> Array:
    """Return the (weighted) share of pairs of judgements of each unit that agree, a_u; 0 for a unit judged once."""
    m = judgements(patterns)
    if weights is not None:
        return np.asarray(summed_distance(patterns, weights) / np.maximum(m * (m - 1), 1.0), dtype=float)
    alike = np.zeros(len(patterns))
    for i, j in combinations(range(patterns.shape[1]), 2):
        v_i, v_j = patterns[:, i], patterns[:, j]
        alike += 2.0 * ((v_i >= 0) & (v_i == v_j))
    return np.asarray(alike / np.maximum(m * (m - 1), 1.0), dtype=float)


def ratio(above: Array, below: Array) -> Array:
    """Return the quotient, NaN where the denominator is zero."""
    if np.count_nonzero(below) == below.size:
        return above / below
    # complex where a derivative is being taken
    quotient: Array = np.full(np.broadcast(above, below).shape, np.nan, dtype=np.result_type(above, below, 1.0))
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient


def beyond_chance(p_a: Array, p_e: Array) -> Array:
    """Return (p_a - p_e) / (1 - p_e) as the only quantity; NaN where chance alone agrees always."""
    left = 1 - p_e
    # what rounding leaves of nothing is nothing, in whatever order the categories were added up
    return ratio(p_a - p_e, np.where(np.abs(left) > _ROUNDING, left, 0.0))[..., None]
