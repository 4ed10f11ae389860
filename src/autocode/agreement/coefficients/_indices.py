"""How uneven two categories are, and how uneven two coders: what moves kappa besides agreement."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _kappa
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import Interval, estimate


def prevalence(totals: Array) -> Array:
    """Return |a - d| / n: by how much both coders used one category more than the other."""
    first, second, n = totals[..., 2:4], totals[..., 4:6], totals[..., 0]
    a_less_d = (first[..., 0] + second[..., 0] - first[..., 1] - second[..., 1]) / 2
    return _size(ratio(a_less_d, n))[..., None]


def bias(totals: Array) -> Array:
    """Return |b - c| / n: by how much one coder used the first category more than the other coder did."""
    return _size(ratio(totals[..., 2] - totals[..., 4], totals[..., 0]))[..., None]


def _size(x: Array) -> Array:
    return np.where(x.real < 0, -x, x)  # not |x|, which is no derivative of a complex number


def prevalence_index(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the prevalence index of two coders and two categories, |a - d| / n.

    References
    ----------
    Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
    Journal of Clinical Epidemiology 46, 423-429.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _index(data, "prevalence_index", prevalence, how)


def bias_index(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the bias index of two coders and two categories, |b - c| / n.

    References
    ----------
    Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
    Journal of Clinical Epidemiology 46, 423-429.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _index(data, "bias_index", bias, how)


def _index(data: ReliabilityData, name: str, definition: Callable[[Array], Array], how: dict[str, Any]) -> Agreement:
    _kappa.two_coders(data, f"the {name.replace('_', ' ')}")
    if len(data.labels) != 2:
        raise ValueError(f"the {name.replace('_', ' ')} is for two categories and these are {len(data.labels)}.")
    return estimate(
        data,
        name,
        _kappa.statistics(2),
        definition,
        reason=lambda totals: [Undefined.NO_PAIRS],
        conventions=_kappa.conventions(data),
        **how,
    )
