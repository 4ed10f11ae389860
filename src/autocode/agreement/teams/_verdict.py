"""Verdicts on the reliability of a code, and how much evidence is missing for one."""

import math

from scipy.stats import norm

from autocode.agreement._result import ENOUGH_INTERVIEWS, TENTATIVE_FROM, Agreement, Reliability
from autocode.agreement.planning._half_width import Plan, lines_from_standard_error

# More lines than any team of coders will double-code: the coefficient then is as good as on the threshold.
_MOST_LINES = 100_000


def lines_for_verdict(agreement: Agreement, *, threshold: float = TENTATIVE_FROM) -> Plan | None:
    """Return how many double-coded lines would move the interval clear of the threshold, for the same coefficient.

    n (z se / h)^2, where se is the standard error of the coefficient and h its distance to the threshold. Where the
    interval reaches further towards the threshold than z se, that reach is used instead.

    Parameters
    ----------
    agreement : Agreement
        The coefficient with its interval.
    threshold : float, default 0.667
        The threshold; the default is Krippendorff's for tentative conclusions.

    Returns
    -------
    Plan or None
        None if the interval does not show how much the coders vary, if the coefficient lies on the threshold, or if
        more than 100,000 lines would be needed.
    """
    if agreement.undefined is not None or not agreement.low < agreement.high or not agreement.se > 0:
        return None
    h = abs(agreement.value - threshold)
    reach = agreement.value - agreement.low if agreement.value > threshold else agreement.high - agreement.value
    z = float(norm.ppf((1 + agreement.level) / 2))
    se = max(agreement.se, reach / z)
    if not 0 < h < 1 or agreement.n_pairable * (z * se / h) ** 2 > _MOST_LINES:
        return None
    return lines_from_standard_error(
        h,
        standard_error=se,
        lines=agreement.n_pairable,
        level=agreement.level,
        interviews=agreement.n_interviews if agreement.resampled == "interviews" else 0,
    )


def verdict(agreement: Agreement) -> str:
    """Return the verdict on a coefficient by Krippendorff's thresholds, or how much more evidence it needs.

    Parameters
    ----------
    agreement : Agreement
        The coefficient with its interval.

    Examples
    --------
    >>> from autocode.agreement import Agreement, verdict
    >>> verdict(Agreement(coefficient="krippendorff_alpha", value=0.85, low=0.81, high=0.9))
    'reliable'
    >>> wide = Agreement(coefficient="krippendorff_alpha", value=0.767, low=0.571, high=0.963, se=0.1, n_pairable=100)
    >>> verdict(wide)
    'not enough evidence yet: about 290 more double-coded lines'
    """
    missing = missing_evidence(agreement)
    return f"{agreement.reliability} yet: {missing}" if missing else str(agreement.reliability)


def missing_evidence(agreement: Agreement) -> str:
    """Return what evidence a verdict on a coefficient lacks, in words; empty if there is enough.

    Parameters
    ----------
    agreement : Agreement
        The coefficient with its interval.
    """
    if agreement.reliability is not Reliability.UNDECIDED:
        return ""
    if agreement.undefined is not None:
        return agreement.undefined.sentence
    if agreement.has_few_interviews:
        return f"double-code lines of at least {ENOUGH_INTERVIEWS} interviews, these are of {agreement.n_interviews}"
    if math.isnan(agreement.low):
        return "no interval was asked for"
    if not agreement.low < agreement.high:
        return "nobody disagreed, so the interval has no width"
    if agreement.is_often_undefined:
        return "the code is too rare in these lines"
    plan = lines_for_verdict(agreement)
    if plan is None:
        return f"too near {TENTATIVE_FROM} for more lines to tell"
    more = _two_digits(max(1, plan.lines - agreement.n_pairable))
    # without a separator of thousands: this sentence is a value in the JSON of `autocode agree`
    return f"about {more} more double-coded line{'' if more == 1 else 's'}"


def _two_digits(n: int) -> int:
    """Return a number rounded up to two significant digits."""
    step = int(10 ** max(0, len(str(n)) - 2))
    return -(-n // step) * step
