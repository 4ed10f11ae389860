"""What each unit brings to Gwet's family of coefficients: its weighted agreement, and its share of each category."""

from collections.abc import Callable

import numpy as np

from autocode.agreement.data._pairs import judgements, ratio, share_alike, times_used
from autocode.agreement.data._reliability import Array, Values

MISSING = "agreement from units judged at least twice, chance from every judged unit (Gwet)"


def statistics(n_labels: int, weights: Array | None = None) -> Callable[[Values], Array]:
    """Return a function to each unit's contribution: pairable, share alike, judged, and its share of each category."""

    def of(patterns: Values) -> Array:
        m = judgements(patterns)
        shares = [times_used(patterns, k) / np.maximum(m, 1.0) for k in range(n_labels)]
        return np.column_stack([m >= 2, share_alike(patterns, weights), m >= 1, *shares]).astype(float)

    return of


def agreement_and_shares(totals: Array) -> tuple[Array, Array]:
    """Return p_a and pi_k."""
    n_pairable, alike, n = totals[..., 0], totals[..., 1], totals[..., 2]
    return ratio(alike, n_pairable), ratio(totals[..., 3:], n[..., None])
