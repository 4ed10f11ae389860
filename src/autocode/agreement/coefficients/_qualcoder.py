"""What QualCoder prints under "Kappa", for people who move from there."""

import math
from typing import Any

from autocode.agreement._result import Agreement, Undefined
from autocode.frozen import FrozenMapping


def qualcoder_kappa(*, coded_a: int, coded_b: int, both: int) -> Agreement:
    """Return what QualCoder's comparison of two coders prints as "Kappa" for one code. It is not Cohen's kappa.

    Cohen's kappa compares the agreement over all units with what two coders would reach by chance: both yes, p_a p_b,
    *or* both no, (1 - p_a)(1 - p_b), which are added. QualCoder multiplies these two, so that its chance agreement is
    never more than 1/16, and it counts only the characters that at least one coder coded, so that the two coders can
    never agree on leaving text uncoded. It is therefore not 0 where two coders agree exactly as often as by chance,
    and it does not change with the length of the text. Where nothing was coded it is undefined ("zerodiv").

    For Cohen's kappa use `cohen_kappa`; where coders mark spans of their own choosing, see `u_alpha`.

    Parameters
    ----------
    coded_a, coded_b : int
        Number of characters that each coder gave the code to.
    both : int
        Number of characters that both coders gave the code to.

    Returns
    -------
    Agreement
        The value that QualCoder rounds to four places, without an interval.

    Raises
    ------
    ValueError
        If `both` is not between 0 and the smaller of `coded_a` and `coded_b`.

    References
    ----------
    QualCoder, report_compare_coder_file.py, where a comment asks for the approach to be confirmed.
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20,
    37-46.

    Examples
    --------
    >>> from autocode.agreement import qualcoder_kappa
    >>> print(qualcoder_kappa(coded_a=1000, coded_b=1000, both=500))
    0.30 (2 coders, 1500 characters)
    """
    if both < 0 or both > min(coded_a, coded_b):
        raise ValueError(
            f"two coders who coded {coded_a} and {coded_b} characters cannot share {both}; "
            "give the characters that both coded, between 0 and the smaller of the two."
        )
    conventions = FrozenMapping(
        {
            "unit": "character",
            "missing": "characters that neither coder coded are left out",
            "categories": "2: coded, not coded",
            "chance": "the product of both yes and both no (QualCoder); Cohen takes their sum",
            "interval": "none",
        }
    )
    facts: dict[str, Any] = {"unit": "character", "interviews_known": False, "conventions": conventions}
    coded = coded_a + coded_b - both
    if not coded:
        return Agreement(
            coefficient="qualcoder_kappa",
            value=math.nan,
            undefined=Undefined.NEVER_USED,
            n_coders=2,
            **facts,
        )
    p_o = both / coded
    p_yes = coded_a / coded * coded_b / coded
    p_no = (coded - coded_a) / coded * (coded - coded_b) / coded
    p_e = p_yes * p_no
    kappa = (p_o - p_e) / (1 - p_e)
    return Agreement(
        coefficient="qualcoder_kappa",
        value=kappa,
        n_units=coded,
        n_pairable=coded,
        n_coders=2,
        **facts,
    )
