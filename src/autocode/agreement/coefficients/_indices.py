"""The prevalence and the bias index of Byrt et al.: what moves kappa besides agreement."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _kappa
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._methods import SHARE_RANGE, Interval
from autocode.doctext import documented


def prevalence(totals: Array) -> Array:
    """Return |a - d| / n: by how much both coders used one category more than the other."""
    first, second, n = totals[..., 2:4], totals[..., 4:6], totals[..., 0]
    a_minus_d = (first[..., 0] + second[..., 0] - first[..., 1] - second[..., 1]) / 2
    return _absolute(ratio(a_minus_d, n))[..., None]


def bias(totals: Array) -> Array:
    """Return |b - c| / n: by how much one coder used the first category more than the other coder did."""
    return _absolute(ratio(totals[..., 2] - totals[..., 4], totals[..., 0]))[..., None]


def _absolute(x: Array) -> Array:
    return np.where(x.real < 0, -x, x)  # np.abs drops the imaginary part, which carries the derivative


@documented
def prevalence_index(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the prevalence index of two coders and two categories, |a - d| / n.

    Parameters
    ----------
    {data}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If there are not exactly two coders and two categories, or an option is not one of those above.

    References
    ----------
    Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
    Journal of Clinical Epidemiology 46, 423-429.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, prevalence_index
    >>> data = ReliabilityData.from_table([[0, 0, 0, 1, 0], [0, 0, 0, 1, 1]])
    >>> print(prevalence_index(data, interval=None))
    0.40 (2 coders, 5 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _index(data, "prevalence_index", prevalence, options)


@documented
def bias_index(
    data: ReliabilityData,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return the bias index of two coders and two categories, |b - c| / n.

    Parameters
    ----------
    {data}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If there are not exactly two coders and two categories, or an option is not one of those above.

    References
    ----------
    Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
    Journal of Clinical Epidemiology 46, 423-429.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, bias_index
    >>> data = ReliabilityData.from_table([[0, 0, 0, 1, 0], [0, 0, 0, 1, 1]])
    >>> print(bias_index(data, interval=None))
    0.20 (2 coders, 5 lines)
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    return _index(data, "bias_index", bias, options)


def _index(
    data: ReliabilityData, name: str, definition: Callable[[Array], Array], options: dict[str, Any]
) -> Agreement:
    words = name.replace("_", " ")
    _kappa.check_two_coders(data, f"the {words}")
    if len(data.labels) != 2:
        raise ValueError(f"the {words} is for two categories and these are {len(data.labels)}.")
    return estimate(
        data,
        name,
        _kappa.statistics(2),
        definition,
        reason=lambda totals: [Undefined.NO_PAIRS],
        conventions=_kappa.conventions(data),
        value_range=SHARE_RANGE,
        **options,
    )
