"""Fleiss' kappa for any number of coders, who need not be the same for every unit."""

from collections.abc import Callable, Hashable

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._category_shares import MISSING, agreement_and_shares, statistics
from autocode.agreement.coefficients._weights import Spacing, Weights, weight_matrix
from autocode.agreement.data._pairs import chance_corrected
from autocode.agreement.data._reliability import Array, ReliabilityData, against_rest
from autocode.agreement.intervals._estimates import estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero
from autocode.agreement.intervals._methods import Interval
from autocode.doctext import documented


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa."""

    def kappa(totals: Array) -> Array:
        p_a, pi_k = agreement_and_shares(totals)
        p_e = ((pi_k @ w) * pi_k).sum(axis=-1)
        return chance_corrected(p_a, p_e)

    return kappa


@documented
def fleiss_kappa(
    data: ReliabilityData,
    *,
    weights: Weights = "unweighted",
    spacing: Spacing = "values",
    category: Hashable = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Fleiss' kappa, which takes all coders to use the categories equally often.

    Parameters
    ----------
    {data}
    {weights}
    {spacing}
    {category}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    ValueError
        If an option is not one of those above, or there is no such category.

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76, 378-382.
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), for weights and missing ratings.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, fleiss_kappa
    >>> data = ReliabilityData.from_table([[1, 2, 3, 3, 2], [1, 2, 3, 2, 2], [1, 2, 3, 3, 1]])
    >>> print(fleiss_kappa(data, interval=None))
    0.59 (3 coders, 5 lines)
    >>> print(fleiss_kappa(data, category=3, interval=None))
    0.70 (3 coders, 5 lines)
    """
    data, category_convention = against_rest(data, category)
    w, description = weight_matrix(data, weights, spacing)
    unit_statistics = statistics(len(data.labels), w)
    conventions = {"unit": "line", "missing": MISSING, "categories": data.categories, "distance": description}
    return estimate(
        data,
        "fleiss_kappa",
        unit_statistics,
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=conventions | category_convention,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=single_coded_as_zero(unit_statistics, definition(w)),
    )
