"""Gwet's published variances, as irrCAC computes them, for comparison with what other software prints."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autocode.agreement.data._pairs import judgements
from autocode.agreement.data._reliability import Array, Values
from autocode.agreement.intervals._methods import Definition, Statistics
from autocode.agreement.intervals._standard_errors import dense, influence_values


@dataclass(frozen=True, slots=True, kw_only=True)
class GwetError:
    """How Gwet's published variance differs from the exact linearisation of the same coefficient.

    Attributes
    ----------
    influence : callable
        From patterns, and how often each occurs, to the linearised value of each unit, shape (n_patterns, 1). Units
        that the published formula leaves out are NaN.
    counts_single : bool
        Whether units judged once enter as 0, where p_a would be right (Gwet 2014; irrCAC).
    """

    influence: Callable[[Values, Array], Array]
    counts_single: bool


def single_coded_as_zero(statistics: Statistics, definition: Definition) -> GwetError:
    """Return the published variance of a coefficient whose chance agreement counts units judged once.

    It is the exact linearisation except for the units judged once, which enter the observed agreement as 0 and not as
    p_a.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement.
    British Journal of Mathematical and Statistical Psychology 61, 29-48.
    """

    def influence(patterns: Values, times: Array) -> Array:
        exact, values = _exact_influence(statistics, definition, patterns, times)
        pairable = (judgements(patterns) >= 2).astype(float)[:, None]
        n, n_pairable = times.sum(), times @ pairable
        return np.asarray(n * exact + values * (n / n_pairable * pairable - 1))

    return GwetError(influence=influence, counts_single=True)


def gwet_error_of_alpha(statistics: Statistics, large_sample: Definition) -> GwetError:
    """Return the published variance of alpha, which has the correction for small samples in one place only.

    Where units differ in how often they were judged, p_a is taken with that correction, as irrCAC 1.0 does; the
    reference cases with missing judgements confirm it to 1e-8.

    References
    ----------
    Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.).
    """

    def influence(patterns: Values, times: Array) -> Array:
        exact, values = _exact_influence(statistics, large_sample, patterns, times)
        m = judgements(patterns)[:, None]
        pairable = m >= 2
        n = times @ pairable
        mean = times @ np.where(pairable, m, 0.0) / n
        epsilon = 1 / (n * mean)  # p_a is (1 - epsilon) p_a' + epsilon
        return np.where(pairable, n * exact - (1 - values) * epsilon * (m - mean) / mean, np.nan)

    return GwetError(influence=influence, counts_single=False)


def _exact_influence(
    statistics: Statistics, definition: Definition, patterns: Values, times: Array
) -> tuple[Array, Array]:
    """Return the influence value of each pattern, and the value of the coefficient."""
    by_unit = dense(statistics(patterns))
    totals = (times @ by_unit)[None, :]
    return influence_values(definition, by_unit, totals), definition(totals)
