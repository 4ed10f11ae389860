"""How many lines the lower bound of a code needs to exceed a threshold, from the standard error in a pilot."""

from scipy.stats import norm

from autocode.agreement._result import TENTATIVE_FROM, Agreement
from autocode.agreement.planning._half_width import Plan, lines_from_standard_error
from autocode.errors import AgreementError
from autocode.frozen import FrozenMapping


def lines_for_bound_from_pilot(pilot: Agreement, threshold: float = TENTATIVE_FROM, *, power: float = 0.80) -> Plan:
    """Return how many lines the one-sided lower bound of a coefficient needs to exceed a threshold, from a pilot.

    n = n_pilot (se_pilot (z_level + z_power) / (value - threshold))^2, with the standard error and level of the pilot:
    the usual sample size of a one-sided test of a mean, here of a coefficient that is approximately normal. We know of
    no published example of it for agreement.

    Parameters
    ----------
    pilot : Agreement
        The coefficient in the pilot, with its standard error.
    threshold : float, default 0.667
        The bound to exceed; the default is Krippendorff's for tentative conclusions.
    power : float, default 0.8
        Power to exceed the threshold, from 0.5 to below 1.

    Raises
    ------
    AgreementError
        If the pilot's coefficient has no standard error, or does not exceed the threshold itself.
    ValueError
        If the power is out of its range.
    """
    if pilot.undefined is not None or not pilot.se > 0:
        raise AgreementError(
            f"the pilot's {pilot.coefficient} has no standard error ({pilot}); "
            "double-code more lines, or plan from prevalence and expected agreement."
        )
    if not pilot.value > threshold:
        raise AgreementError(
            f"the pilot's {pilot.coefficient} is {pilot.value:.2f}, not above {threshold:g}: more lines would not "
            "bring its lower bound there; train the coders or revise the code first."
        )
    if not 0.5 <= power < 1:
        raise ValueError(f"the power to plan for lies between a half and 1, not at {power:g}.")
    z_level, z_power = float(norm.ppf(pilot.level)), float(norm.ppf(power))
    level = 2 * pilot.level - 1  # the two-sided interval whose lower end is the one-sided bound
    plan = lines_from_standard_error(
        (pilot.value - threshold) * z_level / (z_level + z_power),
        standard_error=pilot.se,
        lines=pilot.n_pairable,
        level=level,
        interviews=pilot.n_interviews if pilot.resampled == "interviews" else 0,
    )
    aim = f"a one-sided {100 * pilot.level:g} % lower bound above {threshold:g} with power {power:g}"
    assumes = FrozenMapping({**plan.assumes, "aim": aim, "agreement": f"{pilot.value:.4g}, as in the pilot"})
    return Plan(lines=plan.lines, interviews=plan.interviews, assumes=assumes)
