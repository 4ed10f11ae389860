"""Gwet's published variances, as irrCAC computes them, for comparison with what others print."""

from collections.abc import Callable

import numpy as np

from autocode.agreement.data._pairs import judgements
from autocode.agreement.data._reliability import Array, Values
from autocode.agreement.intervals._estimates import Definition, Statistics
from autocode.agreement.intervals._standard_errors import GwetError, contributions, dense


def single_coded_as_zero(statistics: Statistics, definition: Definition) -> GwetError:
    """Return the published variance of a coefficient whose chance agreement counts units judged once.

    It is the exact linearisation but for the units judged once, which enter the observed agreement as 0 and not as p_a.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement.
    British Journal of Mathematical and Statistical Psychology 61, 29-48.
    """

    def influence(patterns: Values, times: Array) -> Array:
        moves, values = _moves(statistics, definition, patterns, times)
        pairable = (judgements(patterns) >= 2).astype(float)[:, None]
        n, n_pairable = times.sum(), times @ pairable
        return np.asarray(n * moves + values * (n / n_pairable * pairable - 1))

    return GwetError(influence=influence, counts_single=True)


def of_alpha(statistics: Statistics, large_sample: Definition) -> GwetError:
    """Return the published variance of alpha, which leaves out the correction for small samples but in one place.

    Where units differ in how often they were judged, p_a is taken with that correction, as irrCAC 1.0 does; the
    reference cases with missing judgements confirm it to 1e-8.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.).
    """

    def influence(patterns: Values, times: Array) -> Array:
        moves, values = _moves(statistics, large_sample, patterns, times)
        m = judgements(patterns)[:, None]
        pairable = m >= 2
        n = times @ pairable
        mean = times @ np.where(pairable, m, 0.0) / n
        epsilon = 1 / (n * mean)  # p_a is (1 - epsilon) p_a' + epsilon
        return np.where(pairable, n * moves - (1 - values) * epsilon * (m - mean) / mean, np.nan)

    return GwetError(influence=influence, counts_single=False)


def _moves(
    statistics: Statistics, definition: Callable[[Array], Array], patterns: Values, times: Array
) -> tuple[Array, Array]:
    by_unit = dense(statistics(patterns))
    totals = (times @ by_unit)[None, :]
    return contributions(definition, by_unit, totals), definition(totals)
