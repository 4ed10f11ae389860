"""Conger's kappa: Cohen's kappa for more than two fixed coders, each with their own habits."""

from collections.abc import Callable

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance, judgements, ratio, share_alike
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Interval, estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero


def statistics(w: Array) -> Callable[[Values], Array]:
    """Return a function to each unit's contribution: pairable, share alike, and what each coder said."""

    def of(patterns: Values) -> Array:
        said = patterns[:, :, None] == np.arange(len(w))
        flat = said.reshape(len(patterns), said.shape[1] * said.shape[2])  # there may be no pattern
        return np.column_stack([judgements(patterns) >= 2, share_alike(patterns, w), flat]).astype(float)

    return of


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa."""

    def of(totals: Array) -> Array:
        p_a = ratio(totals[..., 1], totals[..., 0])
        n_gk = totals[..., 2:].reshape(*totals.shape[:-1], -1, len(w))
        n_g = n_gk.sum(axis=-1)
        judges = n_g != 0
        r = judges.sum(axis=-1)
        p_gk = n_gk / np.where(judges, n_g, 1.0)[..., None]
        p_k = p_gk.sum(axis=-2)
        # chance of every two different coders: of all two, less each with themselves
        every = ((p_k @ w) * p_k).sum(axis=-1) - ((p_gk @ w) * p_gk).sum(axis=(-1, -2))
        p_e = ratio(every, np.asarray(r * (r - 1), dtype=float))
        return beyond_chance(p_a, p_e)

    return of


def conger_kappa(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Conger's kappa; a coder's habits are those of all units that the coder judged.

    References
    ----------
    Conger, A. J. (1980). Integration and generalization of kappas for multiple raters.
    Psychological Bulletin 88, 322-328.
    """
    w, said = weights_of(data, weights, spacing)
    return estimate(
        data,
        "conger_kappa",
        statistics(w),
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={
            "unit": "line",
            "missing": "agreement from units judged at least twice, chance from all that each coder judged (Gwet); "
            "coders who judged nothing are left out",
            "categories": data.categories,
            "distance": said,
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=single_coded_as_zero(statistics(w), definition(w)),
    )
