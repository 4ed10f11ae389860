"""What the judgements of a unit have in common, pair by pair."""

from itertools import combinations

import numpy as np

from autocode.agreement.data._reliability import Array, Values

# Up to this many labels a table of counts is small, and faster than going through the pairs of coders.
FEW_LABELS = 16
_ROUNDING = 1e-14  # a few units in the last place of a number near 1


def judgements(patterns: Values) -> Array:
    """Return how many coders judged each unit, m_u."""
    return np.asarray((patterns >= 0) @ np.ones(patterns.shape[1]))


def category_counts(patterns: Values, n_labels: int) -> Array:
    """Return how many coders gave each unit each category, n_uc, shape (n_patterns, n_labels)."""
    columns = n_labels + 1  # the first is for not judged
    cells = patterns.T + np.arange(1, len(patterns) * columns + 1, columns)
    n_uc = np.bincount(cells.ravel(), minlength=len(patterns) * columns).reshape(-1, columns)
    return n_uc[:, 1:].astype(float)


def category_count(patterns: Values, category: int) -> Array:
    """Return how many coders gave each unit this category, n_uc."""
    return np.asarray((patterns == category).sum(axis=1), dtype=float)


def distance_within(n_uc: Array, delta: Array) -> Array:
    """Return the sum of distances over all ordered pairs of judgements of each unit, from its counts of categories."""
    # all pairs, minus each judgement with itself
    return np.asarray((n_uc @ delta * n_uc - n_uc * delta.diagonal()) @ np.ones(len(delta)))


def summed_distance(patterns: Values, delta: Array) -> Array:
    """Return the sum of distances (or weights) over all ordered pairs of judgements of each unit."""
    n_labels = len(delta)
    if n_labels <= FEW_LABELS:
        return distance_within(category_counts(patterns, n_labels), delta)
    total = np.zeros(len(patterns))
    labels = np.ascontiguousarray(patterns.T, dtype=np.intp)
    judged = patterns.T >= 0
    flat = delta.ravel()
    for i, j in combinations(range(len(labels)), 2):
        # "wrap" because -1, not judged, gives an index outside; the product below removes these pairs
        there = flat.take(labels[i] * n_labels + labels[j], mode="wrap")
        back = flat.take(labels[j] * n_labels + labels[i], mode="wrap")
        total += (there + back) * (judged[i] & judged[j])
    return total


def share_agreeing(patterns: Values, weights: Array | None = None) -> Array:
    """Return the (weighted) share of pairs of judgements of each unit that agree, a_u; 0 for a unit judged once."""
    m = judgements(patterns)
    if weights is not None:
        return np.asarray(summed_distance(patterns, weights) / np.maximum(m * (m - 1), 1.0), dtype=float)
    agreeing = np.zeros(len(patterns))
    for i, j in combinations(range(patterns.shape[1]), 2):
        v_i, v_j = patterns[:, i], patterns[:, j]
        agreeing += 2.0 * ((v_i >= 0) & (v_i == v_j))
    return np.asarray(agreeing / np.maximum(m * (m - 1), 1.0), dtype=float)


def ratio(numerator: Array, denominator: Array) -> Array:
    """Return the quotient, NaN where the denominator is zero."""
    if np.count_nonzero(denominator) == denominator.size:
        return numerator / denominator
    # complex where a derivative is being taken
    kind = np.result_type(numerator, denominator, 1.0)
    quotient: Array = np.full(np.broadcast(numerator, denominator).shape, np.nan, dtype=kind)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


def chance_corrected(p_a: Array, p_e: Array) -> Array:
    """Return (p_a - p_e) / (1 - p_e) as the only quantity; NaN where agreement by chance is certain."""
    remainder = 1 - p_e
    # by rounding, 1 - p_e may differ from 0 in the last place, depending on the order in which shares were added up
    return ratio(p_a - p_e, np.where(np.abs(remainder) > _ROUNDING, remainder, 0.0))[..., None]
