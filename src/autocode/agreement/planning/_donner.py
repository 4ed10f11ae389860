"""How many lines an interval or a test of kappa needs by goodness of fit: two coders or more, common correlation."""

import math
from collections.abc import Sequence

from scipy.optimize import brentq
from scipy.stats import chi2, ncx2


def lines_by_power(
    kappa: float,
    *,
    hypothesis: float,
    prevalence: float | Sequence[float],
    coders: int = 2,
    level: float = 0.95,
    power: float = 0.80,
) -> int:
    """Return how many lines tell kappa from a hypothesis with this power, two-sided.

    `prevalence` is that of one code, or the shares of all categories.

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
    lam = float(brentq(lambda x: ncx2.cdf(critical, 1, x) - (1 - power), 1e-9, 200.0))
    return math.ceil(lam / _chi_square_of_one(kappa, hypothesis, prevalence, coders))


def lines_by_interval(
    kappa: float,
    *,
    low: float,
    high: float | None = None,
    prevalence: float | Sequence[float],
    coders: int = 2,
    level: float = 0.95,
) -> int:
    """Return how many lines give an interval of kappa within these limits; one-sided where only `low` is given.

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
    return math.ceil(max(critical / _chi_square_of_one(kappa, limit, prevalence, coders) for limit in limits))


def lower_limit(
    kappa: float, *, lines: int, prevalence: float | Sequence[float], coders: int = 2, level: float = 0.95
) -> float:
    """Return the one-sided lower limit of kappa that so many lines will give if kappa is what one expects.

    References
    ----------
    Donner, A., & Rotondi, M. A. (2010). Sample size requirements for interval estimation of the kappa statistic for
    interobserver agreement studies with a binary outcome and multiple raters. International Journal of Biostatistics 6.
    """
    _check(kappa, 0.0, coders, level)
    critical = float(chi2.ppf(2 * level - 1, 1))

    def over(limit: float) -> float:
        return lines * _chi_square_of_one(kappa, limit, prevalence, coders) - critical

    if over(0.0) < 0:
        raise ValueError(f"{lines} lines cannot tell a kappa of {kappa:g} from 0; plan for more.")
    return float(brentq(over, 0.0, kappa))


def _chi_square_of_one(kappa: float, other: float, prevalence: float | Sequence[float], coders: int) -> float:
    """Return the goodness of fit, for one line, of what kappa leads to expect, to what the other kappa does."""
    expected = _outcomes(kappa, prevalence, coders)
    under = _outcomes(other, prevalence, coders)
    return sum((p - q) ** 2 / q for p, q in zip(expected, under, strict=True))


def _outcomes(k: float, prevalence: float | Sequence[float], coders: int) -> list[float]:
    """Return the probability of each outcome of a line.

    One code: how many coders apply it, either all alike with probability kappa or each for himself. Categories: all
    coders choose the same one (a Dirichlet-multinomial with correlation kappa), or they differ.
    """
    if isinstance(prevalence, int | float):
        p = float(prevalence)
        if not 0 < p < 1:
            raise ValueError(f"the prevalence of a code lies between 0 and 1, not at {p:g}.")
        alone = [math.comb(coders, j) * p**j * (1 - p) ** (coders - j) for j in range(coders + 1)]
        together = [1 - p, *[0.0] * (coders - 1), p]
        return [(1 - k) * a + k * t for a, t in zip(alone, together, strict=True)]
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
