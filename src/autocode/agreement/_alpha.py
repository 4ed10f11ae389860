"""Krippendorff's alpha."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack

from autocode.agreement._distances import SAID, Distance, distances
from autocode.agreement._intervals import Array, Interval, estimate
from autocode.agreement._pairs import judgements, ratio, summed_distance
from autocode.agreement._reliability import ReliabilityData, Values
from autocode.agreement._result import Agreement, Undefined


def statistics(delta: Array) -> Callable[[Values], Any]:
    """Return a function to each unit's summed disagreement and the values that it brings into pairs."""

    def of(patterns: Values) -> Any:
        m = judgements(patterns)
        # pairs are what alpha counts; a unit judged once holds none and leaves the margins too
        pairable = m >= 2
        disagreement = np.where(pairable, summed_distance(patterns, delta) / np.maximum(m - 1, 1.0), 0.0)
        unit, coder = np.nonzero((patterns >= 0) & pairable[:, None])
        given = csr_array((np.ones(len(unit)), (unit, patterns[unit, coder])), shape=(len(patterns), len(delta)))
        return hstack([csr_array(disagreement[:, None]), given], format="csr")

    return of


def definition(delta: Array) -> Callable[[Array], Array]:
    """Return the function from totals, along the last axis, to alpha."""

    def of(totals: Array) -> Array:
        n_c = totals[..., 1:]
        n = n_c.sum(axis=-1)
        D_o = ratio(totals[..., 0], n)
        D_e = ratio(((n_c @ delta) * n_c).sum(axis=-1), n * (n - 1))
        alpha = 1 - ratio(D_o, D_e)
        return alpha[..., None]

    return of


def krippendorff_alpha(
    data: ReliabilityData,
    *,
    distance: Distance | None = None,
    interval: Interval | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Krippendorff's alpha: one less the ratio of observed to expected disagreement.

    `distance` is "nominal" for categories and "masi" for sets of codes unless it is named.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.
    """
    by: Distance = distance or ("masi" if data.of_sets else "nominal")
    delta = distances(data, by)
    return estimate(
        data,
        "krippendorff_alpha",
        statistics(delta),
        definition(delta),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": "units judged once are left out, of the margins too",
            "categories": data.categories,
            "distance": SAID[by],
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
