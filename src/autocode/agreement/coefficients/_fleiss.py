"""Fleiss' kappa for any number of coders, who need not be the same for every unit."""

from collections.abc import Callable, Hashable

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients._category_shares import MISSING, agreement_and_shares, statistics
from autocode.agreement.coefficients._weights import Spacing, Weights, weights_of
from autocode.agreement.data._pairs import beyond_chance
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._estimates import Interval, estimate
from autocode.agreement.intervals._gwet_error import single_coded_as_zero


def definition(w: Array) -> Callable[[Array], Array]:
    """Return the function from totals to kappa."""

    def of(totals: Array) -> Array:
        p_a, pi_k = agreement_and_shares(totals)
        p_e = ((pi_k @ w) * pi_k).sum(axis=-1)
        return beyond_chance(p_a, p_e)

    return of


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
    """Return Fleiss' kappa, weighted on request; of one `category` against the rest if it is named.

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76, 378-382.
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), for weights and missing ratings.
    """
    data, told = data.against_rest(category)
    w, said = weights_of(data, weights, spacing)
    brings = statistics(len(data.labels), w)
    return estimate(
        data,
        "fleiss_kappa",
        brings,
        definition(w),
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions={"unit": "line", "missing": MISSING, "categories": data.categories, "distance": said} | told,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        gwet=single_coded_as_zero(brings, definition(w)),
    )
