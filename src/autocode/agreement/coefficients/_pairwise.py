"""Kappas of several coders made of every two of them: Light's and Hubert's."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _kappa
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import Interval, estimate

_MISSING = "each two coders on the units that both judged; coders who judged nothing are left out"


def statistics(pairs: list[tuple[int, int]], w: Array) -> Callable[[Values], Array]:
    """Return a function to what each unit brings to Cohen's kappa of each pair of coders."""
    of_two = _kappa.statistics(len(w), w)
    return lambda patterns: np.concatenate([of_two(patterns[:, [g, h]]) for g, h in pairs], axis=1)


def light(n_pairs: int, w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to the mean of kappa over the pairs; NaN where one has none."""
    kappa = _kappa.weighted(w)
    return lambda totals: kappa(totals.reshape(*totals.shape[:-1], n_pairs, -1)).mean(axis=-2)


def hubert(n_pairs: int, w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa of the observed and expected agreement, each averaged over pairs."""

    def of(totals: Array) -> Array:
        p_o, p_e = _kappa.observed_and_expected(totals.reshape(*totals.shape[:-1], n_pairs, -1), w)
        mean_o, mean_e = p_o.mean(axis=-1), p_e.mean(axis=-1)
        return beyond_chance(mean_o, mean_e)

    return of


def light_kappa(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Light's kappa: the mean of Cohen's kappa over every two coders, undefined where one of them is.

    References
    ----------
    Light, R. J. (1971). Measures of response agreement for qualitative data: some generalizations and alternatives.
    Psychological Bulletin 76, 365-377.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _over_pairs(data, "light_kappa", light, weights, spacing, Undefined.PAIR_UNDEFINED, how)


def hubert_kappa(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Hubert's kappa, from the mean agreement and the mean chance agreement of every two coders.

    With complete data it is Conger's; with missing judgements each pair is taken on the units that both judged, which
    no published example confirms.

    References
    ----------
    Hubert, L. (1977). Kappa revisited. Psychological Bulletin 84, 289-297.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _over_pairs(data, "hubert_kappa", hubert, weights, spacing, Undefined.ONE_CATEGORY, how)


def _over_pairs(
    data: ReliabilityData,
    name: str,
    definition: Callable[[int, Array], Callable[[Array], Array]],
    weights: Weights,
    spacing: Spacing,
    otherwise: Undefined,
    how: dict[str, Any],
) -> Agreement:
    w, said = weights_of(data, weights, spacing)
    judges = np.flatnonzero(data.judged.any(axis=1)).tolist()
    pairs = list(combinations(judges, 2)) or [(0, 0)]  # nobody to compare: `estimate` says so
    unshared = any(not (data.judged[g] & data.judged[h]).any() for g, h in pairs)
    return estimate(
        data,
        name,
        statistics(pairs, w),
        definition(len(pairs), w),
        reason=lambda totals: [Undefined.PAIR_UNDEFINED if unshared else otherwise],
        conventions={"unit": "line", "missing": _MISSING, "categories": data.categories, "distance": said},
        **how,
    )
