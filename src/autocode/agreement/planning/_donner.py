"""Sample size of intervals and tests of kappa by goodness of fit: two or more coders, common-correlation model."""

import math
from collections.abc import Sequence

from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from autocode.wording import count_of

# Bounds of the search for the noncentrality that gives the power: no test of any use needs one outside.
_LEAST_NONCENTRALITY, _MOST_NONCENTRALITY = 1e-9, 200.0


def lines_by_power(
    kappa: float,
    *,
    hypothesis: float,
    prevalence: float | Sequence[float],
    coders: int = 2,
    level: float = 0.95,
    power: float = 0.80,
) -> int:
    """Return how many lines a two-sided test of kappa against a hypothesis needs.

    Parameters
    ----------
    kappa : float
        The kappa that you expect, from 0 to below 1.
    hypothesis : float
        The kappa to test against, from 0 to below 1.
    prevalence : float or sequence of float
        Share of lines to which a coder gives the code; or the shares of all categories, which add up to 1.
    coders : int, default 2
        Number of coders who judge each line.
    level : float, default 0.95
        1 minus the significance level of the test.
    power : float, default 0.8
        Power to reject the hypothesis.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or kappa equals the hypothesis.

    References
    ----------
    Donner, A., & Eliasziw, M. (1992). A goodness-of-fit approach to inference procedures for the kappa statistic.
    Statistics in Medicine 11, 1511-1519.
    Altaye, M., Donner, A., & Klar, N. (2001). Inference procedures for assessing interobserver agreement among multiple
    raters. Biometrics 57, 584-588.
    """
    _check(kappa, hypothesis, coders, level)
    if not 0 < power < 1:
        raise ValueError(f"the power of a test lies between 0 and 1, not at {power:g}.")
    if kappa == hypothesis:
        raise ValueError(f"kappa and the hypothesis must differ; both are {kappa:g}.")
    critical = float(chi2.ppf(level, 1))
    lam = float(brentq(lambda x: ncx2.cdf(critical, 1, x) - (1 - power), _LEAST_NONCENTRALITY, _MOST_NONCENTRALITY))
    return math.ceil(lam / _line_chi_square(kappa, hypothesis, prevalence, coders))


def lines_by_interval(
    kappa: float,
    *,
    low: float,
    high: float | None = None,
    prevalence: float | Sequence[float],
    coders: int = 2,
    level: float = 0.95,
) -> int:
    """Return how many lines give a confidence interval of kappa within these limits.

    Parameters
    ----------
    kappa : float
        The kappa that you expect, from 0 to below 1.
    low : float
        The lower limit to reach.
    high : float or None, default None
        The upper limit to reach; None for a one-sided interval.
    prevalence : float or sequence of float
        Share of lines to which a coder gives the code; or the shares of all categories, which add up to 1.
    coders : int, default 2
        Number of coders who judge each line.
    level : float, default 0.95
        Confidence level of the interval, between 0.5 and 1.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or kappa does not lie between the limits.

    References
    ----------
    Donner, A., & Rotondi, M. A. (2010). Sample size requirements for interval estimation of the kappa statistic for
    interobserver agreement studies with a binary outcome and multiple raters. International Journal of Biostatistics 6.
    Rotondi, M. A., & Donner, A. (2012). A confidence interval approach to sample size estimation for interobserver
    agreement studies with multiple raters and outcomes. Journal of Clinical Epidemiology 65, 778-784.
    """
    _check(kappa, low, coders, level)
    if not low < kappa or (high is not None and not kappa < high < 1):
        raise ValueError(f"the limits must lie on both sides of kappa, {kappa:g}, and below 1.")
    limits = [low] if high is None else [low, high]
    critical = float(chi2.ppf(level if high is not None else 2 * level - 1, 1))
    return math.ceil(max(critical / _line_chi_square(kappa, limit, prevalence, coders) for limit in limits))


def lower_limit(
    kappa: float, *, lines: int, prevalence: float | Sequence[float], coders: int = 2, level: float = 0.95
) -> float:
    """Return the one-sided lower confidence limit of kappa that a number of lines will give.

    Parameters
    ----------
    kappa : float
        The kappa that you expect, from 0 to below 1.
    lines : int
        Number of lines that every coder judges.
    prevalence : float or sequence of float
        Share of lines to which a coder gives the code; or the shares of all categories, which add up to 1.
    coders : int, default 2
        Number of coders who judge each line.
    level : float, default 0.95
        Confidence level of the limit, between 0.5 and 1.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or the limit would not be above 0.

    References
    ----------
    Donner, A., & Rotondi, M. A. (2010). Sample size requirements for interval estimation of the kappa statistic for
    interobserver agreement studies with a binary outcome and multiple raters. International Journal of Biostatistics 6.
    """
    _check(kappa, 0.0, coders, level)
    critical = float(chi2.ppf(2 * level - 1, 1))

    def excess(limit: float) -> float:
        return lines * _line_chi_square(kappa, limit, prevalence, coders) - critical

    if excess(0.0) < 0:
        raise ValueError(f"{count_of(lines, 'line')} cannot distinguish a kappa of {kappa:g} from 0; plan for more.")
    return float(brentq(excess, 0.0, kappa))


def _line_chi_square(kappa: float, other: float, prevalence: float | Sequence[float], coders: int) -> float:
    """Return the chi-square, per line, of the outcomes expected under kappa against those under the other kappa."""
    expected = _outcomes(kappa, prevalence, coders)
    under_other = _outcomes(other, prevalence, coders)
    return sum((p - q) ** 2 / q for p, q in zip(expected, under_other, strict=True))


def _outcomes(k: float, prevalence: float | Sequence[float], coders: int) -> list[float]:
    """Return the probability of each outcome of a line.

    For one code an outcome is the number of coders who apply it: with probability k all coders make the same choice,
    otherwise each chooses independently. For several categories the outcomes are that all coders choose the same
    category (a Dirichlet-multinomial with correlation k), for each category, and that they differ.
    """
    if isinstance(prevalence, int | float):
        p = float(prevalence)
        if not 0 < p < 1:
            raise ValueError(f"the prevalence of a code lies between 0 and 1, not at {p:g}.")
        independent = [math.comb(coders, j) * p**j * (1 - p) ** (coders - j) for j in range(coders + 1)]
        identical = [1 - p, *[0.0] * (coders - 1), p]
        return [(1 - k) * q + k * r for q, r in zip(independent, identical, strict=True)]
    shares = [float(p) for p in prevalence]
    if len(shares) < 2 or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"the shares of the categories lie above 0 and add up to 1, not {shares}.")
    same = [math.prod((p * (1 - k) + j * k) / (1 - k + j * k) for j in range(coders)) for p in shares]
    return [1 - sum(same), *same]


def _check(kappa: float, other: float, coders: int, level: float) -> None:
    if not (0 <= kappa < 1 and 0 <= other < 1):
        raise ValueError(f"the kappas to plan for lie between 0 and below 1, not at {kappa:g} and {other:g}.")
    if coders < 2:
        raise ValueError(f"agreement needs at least two coders, not {coders}.")
    if not 0.5 < level < 1:
        raise ValueError(f"the level of an interval lies between 0.5 and 1, not at {level:g}.")
