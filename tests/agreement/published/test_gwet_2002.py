"""Gwet, K. L. (2002). Kappa statistic is not satisfactory for assessing the extent of agreement between raters.
Statistical Methods for Inter-Rater Reliability Assessment 1, 1-6; the coefficient is that of Gwet (2008).
"""

import pytest

from autocode.agreement import ReliabilityData, cohen_kappa, gwet_ac1


def test_two_raters_who_nearly_always_say_the_same() -> None:
    data = ReliabilityData.from_table([["+"] * 123 + ["-"] * 2, ["+"] * 118 + ["-"] * 5 + ["+"] * 2])

    assert cohen_kappa(data).value == pytest.approx(-0.0234, abs=5e-5)
    assert gwet_ac1(data).value == pytest.approx(0.9408, abs=5e-5)
