"""The statistics of Gwet's family of coefficients: the agreement of each unit, and its share of each category."""

from collections.abc import Callable

import numpy as np

from autocode.agreement.data._pairs import category_count, judgements, ratio, share_agreeing
from autocode.agreement.data._reliability import Array, Values

MISSING = "agreement from units judged at least twice, chance from every judged unit (Gwet)"


def statistics(n_labels: int, weights: Array | None = None) -> Callable[[Values], Array]:
    """Return a function from patterns to the statistics of a unit.

    They are: pairable or not, the share of its pairs that agree, judged or not, and its share of each category.
    """

    def per_unit(patterns: Values) -> Array:
        m = judgements(patterns)
        shares = [category_count(patterns, k) / np.maximum(m, 1.0) for k in range(n_labels)]
        return np.column_stack([m >= 2, share_agreeing(patterns, weights), m >= 1, *shares]).astype(float)

    return per_unit


def agreement_and_shares(totals: Array) -> tuple[Array, Array]:
    """Return p_a and pi_k."""
    n_pairable, agreeing, n = totals[..., 0], totals[..., 1], totals[..., 2]
    return ratio(agreeing, n_pairable), ratio(totals[..., 3:], n[..., None])
