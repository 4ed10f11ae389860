"""What the judgements of a unit say of each other, pair by pair."""

from itertools import combinations

import numpy as np

from autocode.agreement._intervals import Array
from autocode.agreement._reliability import Values


def judgements(patterns: Values) -> Array:
    """Return how many coders judged each unit, m_u."""
    return np.asarray((patterns >= 0) @ np.ones(patterns.shape[1]))


def times_used(patterns: Values, category: int) -> Array:
    """Return how many coders gave each unit this category, n_uc."""
    return np.asarray((patterns == category).sum(axis=1), dtype=float)


def summed_distance(patterns: Values, delta: Array) -> Array:
    """Return the sum of distances (or weights) over all ordered pairs of judgements of each unit."""
    total = np.zeros(len(patterns))
    # not judged is the first row and column, at no distance from anything
    padded = np.zeros((len(delta) + 1, len(delta) + 1))
    padded[1:, 1:] = delta + delta.T
    said = np.ascontiguousarray(patterns.T, dtype=np.intp) + 1
    for v_i, v_j in combinations(said, 2):
        total += padded.ravel().take(v_i * (len(delta) + 1) + v_j)
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
    # complex where a derivative is being taken
    quotient: Array = np.full(np.broadcast(above, below).shape, np.nan, dtype=np.result_type(above, below, 1.0))
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient
