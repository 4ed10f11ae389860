"""What the evidence allows one to say of a code, and how much more there would have to be."""

import math

from scipy.stats import norm

from autocode.agreement._result import ENOUGH_INTERVIEWS, TENTATIVE_FROM, Agreement, Reliability
from autocode.agreement.planning._half_width import Plan, lines_from_standard_error

MANY = 100_000


def lines_for_verdict(agreement: Agreement, *, threshold: float = TENTATIVE_FROM) -> Plan | None:
    """Return how many lines would bring the interval clear of the threshold if the coefficient stays where it is.

    n (z se / h)^2 from the coefficient's own standard error, h being its distance to the threshold; where the interval
    reaches further to that side than z se, this reach is taken. None where the interval tells nothing of how much the
    coders vary, where the coefficient lies on the threshold, and where there would be more than 100,000 lines.
    """
    if agreement.undefined is not None or not agreement.low < agreement.high or not agreement.se > 0:
        return None
    h = abs(agreement.value - threshold)
    towards = agreement.value - agreement.low if agreement.value > threshold else agreement.high - agreement.value
    z = float(norm.ppf((1 + agreement.level) / 2))
    se = max(agreement.se, towards / z)
    if not 0 < h < 1 or agreement.n_pairable * (z * se / h) ** 2 > MANY:
        return None
    return lines_from_standard_error(
        h,
        standard_error=se,
        lines=agreement.n_pairable,
        level=agreement.level,
        interviews=agreement.n_interviews if agreement.resampled == "interviews" else 0,
    )


def verdict(agreement: Agreement) -> str:
    """Return what may be said of a code by the bounds of its interval, or how much more evidence it needs."""
    found = agreement.reliability
    if found is not Reliability.UNDECIDED:
        return str(found)
    short = f"{found} yet"
    if agreement.undefined is not None:
        return f"{short}: {agreement.undefined.sentence}"
    if agreement.has_few_interviews:
        return (
            f"{short}: double-code lines of at least {ENOUGH_INTERVIEWS} interviews, these are of "
            f"{agreement.n_interviews}"
        )
    if math.isnan(agreement.low):
        return f"{short}: no interval was asked for"
    if not agreement.low < agreement.high:
        return f"{short}: nobody disagreed, so the interval has no width"
    if agreement.is_often_undefined:
        return f"{short}: the code is too rare in these lines"
    plan = lines_for_verdict(agreement)
    if plan is None:
        return f"{short}: too near {TENTATIVE_FROM} for more lines to tell"
    more = about(max(1, plan.lines - agreement.n_pairable))
    return f"{short}: about {more} more double-coded line{'' if more == 1 else 's'}"


def about(n: int) -> int:
    """Return a number that claims no more than two digits, rounded up."""
    step = int(10 ** max(0, len(str(n)) - 2))
    return -(-n // step) * step
