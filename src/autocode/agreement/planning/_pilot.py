"""How many lines let a code's lower bound pass a threshold, from what a pilot itself shows of its variance."""

from types import MappingProxyType

from scipy.stats import norm

from autocode.agreement._result import TENTATIVE_FROM, Agreement
from autocode.agreement.planning._half_width import Plan, lines_from_standard_error
from autocode.errors import AgreementError


def lines_for_bound_from_pilot(pilot: Agreement, threshold: float = TENTATIVE_FROM, *, power: float = 0.80) -> Plan:
    """Return how many lines let the one-sided lower bound pass a threshold with this power, all else alike.

    n = n_pilot (se_pilot (z_level + z_power) / (value - threshold))^2, with the pilot's own standard error and level:
    the usual sample size of a one-sided test of a mean, here of a coefficient that is about normal. No published
    example of it for agreement is known to us.
    """
    if pilot.undefined is not None or not pilot.se > 0:
        raise AgreementError(
            f"the pilot's {pilot.coefficient} has no standard error ({pilot}); "
            "double-code more lines, or plan from prevalence and expected agreement."
        )
    if not pilot.value > threshold:
        raise AgreementError(
            f"the pilot's {pilot.coefficient} is {pilot.value:.2f}, not above {threshold:g}: more lines would not "
            "bring its lower bound there; train the coders or mend the code first."
        )
    if not 0.5 <= power < 1:
        raise ValueError(f"the power to plan for lies between a half and 1, not at {power:g}.")
    z_level, z_power = float(norm.ppf(pilot.level)), float(norm.ppf(power))
    by_interviews = pilot.conventions.get("interval", "").endswith("interviews")
    level = 2 * pilot.level - 1  # the two-sided interval whose lower end is the one-sided bound
    plan = lines_from_standard_error(
        (pilot.value - threshold) * z_level / (z_level + z_power),
        standard_error=pilot.se,
        lines=pilot.n_pairable,
        level=level,
        interviews=pilot.n_interviews if by_interviews else 0,
    )
    aim = f"a one-sided {100 * pilot.level:g} % lower bound above {threshold:g} with power {power:g}"
    told = MappingProxyType({**plan.assumes, "aim": aim, "agreement": f"{pilot.value:.4g}, as in the pilot"})
    return Plan(lines=plan.lines, interviews=plan.interviews, assumes=told)
