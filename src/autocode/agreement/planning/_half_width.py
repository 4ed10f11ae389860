"""How many lines to double-code, and in how many interviews, for an interval that is narrow or high enough."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from scipy.stats import norm

from autocode.agreement._result import TENTATIVE_FROM, Agreement
from autocode.display import displayed
from autocode.errors import AgreementError
from autocode.frozen import FrozenMapping
from autocode.wording import count_of


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much to double-code, and what that rests on.

    Attributes
    ----------
    lines : int
        Lines that two coders judge independently, drawn at random from all lines.
    interviews : int, default 0
        Interviews to draw them from; 0 if the plan does not say.
    assumes : mapping of str to str, default empty
        The assumptions, in words.
    """

    lines: int
    interviews: int = 0
    assumes: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))

    def __str__(self) -> str:
        where = f" in {self.interviews} interview{'' if self.interviews == 1 else 's'}" if self.interviews else ""
        return f"{self.lines} double-coded line{'' if self.lines == 1 else 's'}{where}"


def kappa_variance(kappa: float, *, prevalence: float, lines: int) -> float:
    """Return the large-sample variance of kappa for one code and two coders, in the common-correlation model.

    Parameters
    ----------
    kappa : float
        The true kappa, from 0 to below 1.
    prevalence : float
        Share of lines to which a coder gives the code, between 0 and 1.
    lines : int
        Number of lines that both coders judge, at least 1.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    References
    ----------
    Bloch, D. A., & Kraemer, H. C. (1989). 2 x 2 kappa coefficients: measures of agreement or association.
    Biometrics 45, 269-287.
    Donner, A., & Eliasziw, M. (1992). A goodness-of-fit approach to inference procedures for the kappa statistic.
    Statistics in Medicine 11, 1511-1519.
    """
    _check(kappa=kappa, prevalence=prevalence)
    if lines < 1:
        raise ValueError(f"agreement needs at least one line, not {lines}.")
    k, p, n = kappa, prevalence, lines
    return (1 - k) / n * ((1 - k) * (1 - 2 * k) + k * (2 - k) / (2 * p * (1 - p)))


def lines_for_half_width(
    half_width: float,
    *,
    kappa: float,
    prevalence: float,
    level: float = 0.95,
    lines_per_interview: float = 1,
    correlation: float = 0.0,
) -> Plan:
    """Return how many lines give an interval of kappa or alpha of this half-width, in the common-correlation model.

    Parameters
    ----------
    half_width : float
        Half the width of the interval, between 0 and 1.
    kappa : float
        The kappa or alpha that you expect, from 0 to below 1.
    prevalence : float
        The share of lines to which you expect a coder to give the code, between 0 and 1.
    level : float, default 0.95
        Confidence level of the interval, between 0 and 1.
    lines_per_interview : float, default 1
        Double-coded lines per interview, at least 1.
    correlation : float, default 0.0
        Intraclass correlation within an interview of whether the coders agree on a line, between 0 and 1. The number
        of lines is multiplied by the design effect, 1 + (lines per interview - 1) x correlation.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    References
    ----------
    Donner, A., & Eliasziw, M. (1992). A goodness-of-fit approach to inference procedures for the kappa statistic.
    Statistics in Medicine 11, 1511-1519.
    Kish, L. (1965). Survey sampling (the design effect). Wiley.

    Examples
    --------
    >>> from autocode.agreement import lines_for_half_width
    >>> print(lines_for_half_width(0.1, kappa=0.8, prevalence=0.2))
    222 double-coded lines
    """
    _check(kappa=kappa, prevalence=prevalence, half_width=half_width, level=level)
    z = float(norm.ppf((1 + level) / 2))
    variance_per_line = kappa_variance(kappa, prevalence=prevalence, lines=1)
    n = variance_per_line * (z / half_width) ** 2
    return _in_interviews(
        n,
        lines_per_interview=lines_per_interview,
        correlation=correlation,
        assumes={
            "aim": f"a {100 * level:g} % interval of half-width {half_width:g}",
            "kappa": f"{kappa:g}",
            "prevalence": f"{prevalence:g}",
            "coders": "2",
            "model": "common correlation (Donner & Eliasziw 1992)",
        },
    )


def lines_for_lower_bound(
    threshold: float = TENTATIVE_FROM,
    *,
    kappa: float,
    prevalence: float,
    level: float = 0.95,
    power: float = 0.80,
    lines_per_interview: float = 1,
    correlation: float = 0.0,
) -> Plan:
    """Return how many lines the one-sided lower confidence bound of kappa or alpha needs to exceed a threshold.

    Parameters
    ----------
    threshold : float, default 0.667
        The bound to exceed; the default is Krippendorff's for tentative conclusions.
    kappa : float
        The kappa or alpha that you expect, from 0 to below 1.
    prevalence : float
        The share of lines to which you expect a coder to give the code, between 0 and 1.
    level : float, default 0.95
        Confidence level of the one-sided bound, between 0 and 1.
    power : float, default 0.8
        Power to exceed the threshold.
    lines_per_interview : float, default 1
        Double-coded lines per interview, at least 1.
    correlation : float, default 0.0
        Intraclass correlation within an interview of whether the coders agree on a line, between 0 and 1. The number
        of lines is multiplied by the design effect, 1 + (lines per interview - 1) x correlation.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or the threshold is not below kappa.

    References
    ----------
    Donner, A., & Eliasziw, M. (1992). A goodness-of-fit approach to inference procedures for the kappa statistic.
    Statistics in Medicine 11, 1511-1519.
    """
    _check(kappa=kappa, prevalence=prevalence, level=level, power=power)
    if not 0 <= threshold < kappa:
        raise ValueError(
            f"the lower bound of an interval around {kappa:g} cannot be planned to pass {threshold:g}; "
            "name a threshold between 0 and the kappa that you expect."
        )
    s_0 = math.sqrt(kappa_variance(threshold, prevalence=prevalence, lines=1))
    s_1 = math.sqrt(kappa_variance(kappa, prevalence=prevalence, lines=1))
    z_level, z_power = float(norm.ppf(level)), float(norm.ppf(power))
    n = ((z_level * s_0 + z_power * s_1) / (kappa - threshold)) ** 2
    return _in_interviews(
        n,
        lines_per_interview=lines_per_interview,
        correlation=correlation,
        assumes={
            "aim": f"a one-sided {100 * level:g} % lower bound above {threshold:g} with power {power:g}",
            "kappa": f"{kappa:g}",
            "prevalence": f"{prevalence:g}",
            "coders": "2",
            "model": "common correlation (Donner & Eliasziw 1992)",
        },
    )


def lines_from_standard_error(
    half_width: float, *, standard_error: float, lines: int, level: float = 0.95, interviews: int = 0
) -> Plan:
    """Return how many lines give an interval of this half-width, from the standard error of a pilot.

    Parameters
    ----------
    half_width : float
        Half the width of the interval, between 0 and 1.
    standard_error : float
        The standard error in the pilot, above 0.
    lines : int
        Lines that two coders judged in the pilot, at least 2.
    level : float, default 0.95
        Confidence level of the interval, between 0 and 1.
    interviews : int, default 0
        Interviews in the pilot, if the standard error allows for clustering by interview; 0 otherwise. Interviews grow
        in proportion to lines.

    Raises
    ------
    AgreementError
        If the pilot has no standard error, or fewer than two lines.
    ValueError
        If another parameter is out of its range.
    """
    _check(half_width=half_width, level=level)
    if not standard_error > 0 or lines < 2:
        raise AgreementError(
            f"a pilot of {count_of(lines, 'line')} with standard error {standard_error:g} does not show how "
            "much coders vary; "
            "double-code lines on which they sometimes differ, or plan from prevalence and expected agreement."
        )
    z = float(norm.ppf((1 + level) / 2))
    growth = (standard_error / half_width * z) ** 2
    return Plan(
        lines=_round_up(lines * growth),
        interviews=_round_up(interviews * growth) if interviews else 0,
        assumes=FrozenMapping(
            {
                "aim": f"a {100 * level:g} % interval of half-width {half_width:g}",
                "pilot": f"{count_of(lines, 'line')}, standard error {standard_error:.4g}",
            }
        ),
    )


def lines_from_pilot(pilot: Agreement, *, half_width: float) -> Plan:
    """Return how many lines give an interval of this half-width, from the agreement in a pilot.

    Parameters
    ----------
    pilot : Agreement
        A coefficient with its interval. Its standard error is used, or the width of its interval if it has none.
    half_width : float
        Half the width of the interval to plan for, between 0 and 1; its confidence level is that of the pilot.

    Raises
    ------
    AgreementError
        If the pilot's coefficient is undefined, or its interval has no width.
    """
    z = float(norm.ppf((1 + pilot.level) / 2))
    width = pilot.high - pilot.low if math.isnan(pilot.se) else 2 * z * pilot.se
    if pilot.undefined is not None or not width > 0:
        raise AgreementError(
            f"the pilot's {pilot.coefficient} has no interval with a width ({pilot}); "
            "double-code more lines, or plan from prevalence and expected agreement."
        )
    return lines_from_standard_error(
        half_width,
        standard_error=width / (2 * z),
        lines=pilot.n_pairable,
        level=pilot.level,
        interviews=pilot.n_interviews if pilot.resampled == "interviews" else 0,
    )


def _in_interviews(n: float, *, lines_per_interview: float, correlation: float, assumes: dict[str, str]) -> Plan:
    """Return the plan for lines that come in interviews, from the number of independent lines."""
    if lines_per_interview < 1:
        raise ValueError(f"an interview has at least one double-coded line, not {lines_per_interview:g}.")
    if not 0 <= correlation <= 1:
        raise ValueError(f"the correlation of lines within interviews lies between 0 and 1, not at {correlation:g}.")
    if lines_per_interview == 1:
        return Plan(lines=_round_up(n), assumes=FrozenMapping(assumes))
    design_effect = 1 + (lines_per_interview - 1) * correlation
    lines = _round_up(n * design_effect)
    assumptions = assumes | {
        "lines per interview": f"{lines_per_interview:g}",
        "design effect": f"{design_effect:.4g} (correlation within interviews {correlation:g})",
    }
    return Plan(lines=lines, interviews=math.ceil(lines / lines_per_interview), assumes=FrozenMapping(assumptions))


def _round_up(n: float) -> int:
    """Return the next whole number; a rounding error above a whole number does not count."""
    return math.ceil(n - 1e-9)


def _check(
    *,
    kappa: float = 0.5,
    prevalence: float = 0.5,
    half_width: float = 0.1,
    level: float = 0.95,
    power: float = 0.8,
) -> None:
    if not 0 <= kappa < 1:
        raise ValueError(f"the kappa to plan for lies between 0 and below 1, not at {kappa:g}.")
    if not 0 < prevalence < 1:
        raise ValueError(f"the prevalence of a code lies between 0 and 1, not at {prevalence:g}.")
    if not 0 < half_width < 1:
        raise ValueError(f"the half-width of an interval lies between 0 and 1, not at {half_width:g}.")
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level:g}.")
    if not 0 < power < 1:
        raise ValueError(f"the power of a test lies between 0 and 1, not at {power:g}.")
