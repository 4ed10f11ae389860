"""Kappas of several coders from the kappas of each pair of them: Light's and Hubert's."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _kappa
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented

_MISSING = "each pair of coders on the units that both judged; coders who judged nothing are left out"


def statistics(pairs: list[tuple[int, int]], w: Array) -> Callable[[Values], Array]:
    """Return a function from patterns to the statistics of Cohen's kappa of a unit, for each pair of coders."""
    of_pair = _kappa.statistics(len(w), w)
    return lambda patterns: np.concatenate([of_pair(patterns[:, [g, h]]) for g, h in pairs], axis=1)


def light(n_pairs: int, w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to the mean of kappa over the pairs; NaN where one of them is undefined."""
    kappa = _kappa.weighted(w)
    return lambda totals: kappa(totals.reshape(*totals.shape[:-1], n_pairs, -1)).mean(axis=-2)


def hubert(n_pairs: int, w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa of the observed and expected agreement, each averaged over pairs."""

    def kappa(totals: Array) -> Array:
        p_o, p_e = _kappa.observed_and_expected(totals.reshape(*totals.shape[:-1], n_pairs, -1), w)
        mean_o, mean_e = p_o.mean(axis=-1), p_e.mean(axis=-1)
        return chance_corrected(mean_o, mean_e)

    return kappa


@documented
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
    """Return Light's kappa: the mean of Cohen's kappa over all pairs of coders, undefined where one of them is.

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
    Light, R. J. (1971). Measures of response agreement for qualitative data: some generalizations and alternatives.
    Psychological Bulletin 76, 365-377.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, light_kappa
    >>> data = ReliabilityData.from_table([[0, 1, 1, 0, 1], [0, 1, 1, 1, 1], [0, 0, 1, 0, 1]])
    >>> print(light_kappa(data, interval=None))
    0.48 (3 coders, 5 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _over_pairs(data, "light_kappa", light, weights, spacing, Undefined.PAIR_UNDEFINED, options)


@documented
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
    """Return Hubert's kappa, from the observed and the chance agreement, each averaged over all pairs of coders.

    With complete data it equals Conger's kappa. With missing judgements each pair is taken on the units that both
    judged, for which there is no published example.

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
    Hubert, L. (1977). Kappa revisited. Psychological Bulletin 84, 289-297.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, hubert_kappa
    >>> data = ReliabilityData.from_table([[0, 1, 1, 0, 1], [0, 1, 1, 1, 1], [0, 0, 1, 0, 1]])
    >>> print(hubert_kappa(data, interval=None))
    0.47 (3 coders, 5 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _over_pairs(data, "hubert_kappa", hubert, weights, spacing, Undefined.ONE_CATEGORY, options)


def _over_pairs(
    data: ReliabilityData,
    name: str,
    definition: Callable[[int, Array], Callable[[Array], Array]],
    weights: Weights,
    spacing: Spacing,
    undefined: Undefined,
    options: dict[str, Any],
) -> Agreement:
    """Return a coefficient over all pairs; `undefined` is the reason if it is 0/0 although all pairs share units."""
    w, description = weight_matrix(data, weights, spacing)
    judges = np.flatnonzero(data.judged.any(axis=1)).tolist()
    pairs = list(combinations(judges, 2)) or [(0, 0)]  # nobody to compare: `estimate` gives the reason
    unshared = any(not (data.judged[g] & data.judged[h]).any() for g, h in pairs)
    return estimate(
        data,
        name,
        statistics(pairs, w),
        definition(len(pairs), w),
        reason=lambda totals: [Undefined.PAIR_UNDEFINED if unshared else undefined],
        conventions={"unit": "line", "missing": _MISSING, "categories": data.categories, "distance": description},
        **options,
    )
