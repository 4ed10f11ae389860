"""What QualCoder prints under "Kappa", for people who move from there."""

import math
from types import MappingProxyType

from autocode.agreement._result import Agreement, Undefined


def qualcoder_kappa(*, coded_a: int, coded_b: int, both: int) -> Agreement:
    """Return what QualCoder's comparison of two coders prints as "Kappa" for one code. It is not Cohen's kappa.

    `coded_a` and `coded_b` are the characters that each coder gave the code to, `both` those that both did. QualCoder
    rounds the value to four places.

    Cohen's kappa compares the agreement over all units with what two coders would reach by chance: both yes, p_a p_b,
    *or* both no, (1 - p_a)(1 - p_b), which are added. QualCoder multiplies these two, so that its chance is never more
    than 1/16, and looks only at the characters that somebody coded, so that the two coders can never agree on leaving
    text alone. It is therefore not 0 where two coders agree just as often as chance would have it, and it does not
    change with the length of the text. Without a character that somebody coded it is undefined ("zerodiv").

    For Cohen's kappa take `cohen_kappa`; where coders mark spans of their own choosing, see `u_alpha`.

    References
    ----------
    QualCoder, report_compare_coder_file.py, where a comment asks for the approach to be confirmed.
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20,
    37-46.
    """
    if both < 0 or both > min(coded_a, coded_b):
        raise ValueError(
            f"two coders who coded {coded_a} and {coded_b} characters cannot share {both}; "
            "give the characters that both coded, between 0 and the smaller of the two."
        )
    conventions = MappingProxyType(
        {
            "unit": "character",
            "missing": "characters that neither coder coded are left out",
            "categories": "2: coded, not coded",
            "chance": "the product of both yes and both no (QualCoder); Cohen takes their sum",
            "interval": "none",
        }
    )
    somebody = coded_a + coded_b - both
    if not somebody:
        return Agreement(
            coefficient="qualcoder_kappa",
            value=math.nan,
            undefined=Undefined.NEVER_USED,
            n_coders=2,
            conventions=conventions,
        )
    p_o = both / somebody
    p_yes = coded_a / somebody * coded_b / somebody
    p_no = (somebody - coded_a) / somebody * (somebody - coded_b) / somebody
    p_e = p_yes * p_no
    kappa = (p_o - p_e) / (1 - p_e)
    return Agreement(
        coefficient="qualcoder_kappa",
        value=kappa,
        n_units=somebody,
        n_pairable=somebody,
        n_coders=2,
        conventions=conventions,
    )
