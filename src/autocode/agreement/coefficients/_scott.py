"""Scott's pi for two coders."""

from collections.abc import Callable

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _kappa
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected, ratio
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from n, the sum of weights, and the two margins to pi."""

    def pi(totals: Array) -> Array:
        n, agreeing = totals[..., 0], totals[..., 1]
        n_k = totals[..., 2 : 2 + len(w)] + totals[..., 2 + len(w) :]
        p_k = ratio(n_k, 2 * n[..., None])
        p_o, p_e = ratio(agreeing, n), ((p_k @ w) * p_k).sum(axis=-1)
        return chance_corrected(p_o, p_e)

    return pi


@documented
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
    """Return Scott's pi of exactly two coders, which takes both to use the categories equally often.

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
        If there are not exactly two coders, or an option is not one of those above.

    References
    ----------
    Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding.
    Public Opinion Quarterly 19, 321-325.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, scott_pi
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 1]])
    >>> print(scott_pi(data, interval=None))
    0.39 (2 coders, 5 lines)
    """
    _kappa.check_two_coders(data, "Scott's pi")
    w, description = weight_matrix(data, weights, spacing)
    return estimate(
        data,
        "scott_pi",
        _kappa.statistics(len(data.labels), w),
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=_kappa.conventions(data) | {"distance": description},
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
