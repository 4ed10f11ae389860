"""How many lines to double-code, and in how many interviews, for an interval narrow or high enough."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scipy.stats import norm

from autocode.agreement._result import TENTATIVE_FROM, Agreement
from autocode.errors import AgreementError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much to double-code, and what that rests on.

    Attributes
    ----------
    lines : lines that two coders judge independently, drawn at random from all lines.
    interviews : interviews to draw them from; 0 where nothing is known of interviews.
    assumes : what was put in, in words.
    """

    lines: int
    interviews: int = 0
    assumes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        where = f" in {self.interviews} interview{'' if self.interviews == 1 else 's'}" if self.interviews else ""
        return f"{self.lines} double-coded line{'' if self.lines == 1 else 's'}{where}"


def kappa_variance(kappa: float, *, prevalence: float, lines: int) -> float:
    """Return the large-sample variance of kappa for one code and two coders, in the common-correlation model.

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

    `kappa` and `prevalence` are what one expects. `correlation` is how alike lines of one interview are in whether the
    coders agree; the number of lines then grows by 1 + (lines per interview - 1) x correlation.

    References
    ----------
    Donner, A., & Eliasziw, M. (1992). A goodness-of-fit approach to inference procedures for the kappa statistic.
    Statistics in Medicine 11, 1511-1519.
    Kish, L. (1965). Survey sampling (the design effect). Wiley.
    """
    _check(kappa=kappa, prevalence=prevalence, half_width=half_width, level=level)
    z = float(norm.ppf((1 + level) / 2))
    variance_of_one = kappa_variance(kappa, prevalence=prevalence, lines=1)
    n = variance_of_one * (z / half_width) ** 2
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
    """Return how many lines let the one-sided lower bound pass a threshold with this power, if kappa is as expected.

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
    """Return how many lines give this half-width, from the standard error of a pilot of so many pairable lines.

    Where the standard error takes interviews as its units, `interviews` says from how many it comes; the plan keeps the
    pilot's lines per interview, so that both grow alike.
    """
    _check(half_width=half_width, level=level)
    if not standard_error > 0 or lines < 2:
        raise AgreementError(
            f"a pilot of {lines} lines with standard error {standard_error:g} tells nothing of how much coders vary; "
            "double-code lines on which they sometimes differ, or plan from prevalence and expected agreement."
        )
    z = float(norm.ppf((1 + level) / 2))
    growth = (standard_error / half_width * z) ** 2
    return Plan(
        lines=_up(lines * growth),
        interviews=_up(interviews * growth) if interviews else 0,
        assumes=MappingProxyType(
            {
                "aim": f"a {100 * level:g} % interval of half-width {half_width:g}",
                "pilot": f"{lines} lines, standard error {standard_error:.4g}",
            }
        ),
    )


def lines_from_pilot(pilot: Agreement, *, half_width: float) -> Plan:
    """Return how many lines give this half-width at the pilot's level, from its standard error or else its interval."""
    z = float(norm.ppf((1 + pilot.level) / 2))
    width = pilot.high - pilot.low if math.isnan(pilot.se) else 2 * z * pilot.se
    if pilot.undefined is not None or not width > 0:
        raise AgreementError(
            f"the pilot's {pilot.coefficient} has no interval with a width ({pilot}); "
            "double-code more lines, or plan from prevalence and expected agreement."
        )
    by_interviews = pilot.conventions.get("interval", "").endswith("interviews")
    return lines_from_standard_error(
        half_width,
        standard_error=width / (2 * z),
        lines=pilot.n_pairable,
        level=pilot.level,
        interviews=pilot.n_interviews if by_interviews else 0,
    )


def _in_interviews(n: float, *, lines_per_interview: float, correlation: float, assumes: dict[str, str]) -> Plan:
    if lines_per_interview < 1:
        raise ValueError(f"an interview has at least one double-coded line, not {lines_per_interview:g}.")
    if not 0 <= correlation <= 1:
        raise ValueError(f"the correlation of lines within interviews lies between 0 and 1, not at {correlation:g}.")
    if lines_per_interview == 1:
        return Plan(lines=_up(n), assumes=MappingProxyType(assumes))
    design_effect = 1 + (lines_per_interview - 1) * correlation
    lines = _up(n * design_effect)
    told = assumes | {
        "lines per interview": f"{lines_per_interview:g}",
        "design effect": f"{design_effect:.4g} (correlation within interviews {correlation:g})",
    }
    return Plan(lines=lines, interviews=math.ceil(lines / lines_per_interview), assumes=MappingProxyType(told))


def _up(n: float) -> int:
    """Return the next whole number, not fooled by the last digit of a product."""
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
