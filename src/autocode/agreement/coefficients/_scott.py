"""Scott's pi for two coders."""

from collections.abc import Callable

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _kappa
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance, ratio
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import Interval, estimate


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from n, the number alike, and the two margins to pi."""

    def of(totals: Array) -> Array:
        n, alike = totals[..., 0], totals[..., 1]
        said = totals[..., 2 : 2 + len(w)] + totals[..., 2 + len(w) :]
        p_k = ratio(said, 2 * n[..., None])
        p_o, p_e = ratio(alike, n), ((p_k @ w) * p_k).sum(axis=-1)
        return beyond_chance(p_o, p_e)

    return of


def scott_pi(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Scott's pi of exactly two coders, whose habits are taken to be the same.

    References
    ----------
    Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding.
    Public Opinion Quarterly 19, 321-325.
    """
    _kappa.two_coders(data, "Scott's pi")
    w, said = weights_of(data, weights, spacing)
    return estimate(
        data,
        "scott_pi",
        _kappa.statistics(len(data.labels), w),
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=_kappa.conventions(data) | {"distance": said},
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
