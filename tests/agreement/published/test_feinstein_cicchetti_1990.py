"""Feinstein, A. R. & Cicchetti, D. V. (1990). High agreement but low kappa: I. The problems of two paradoxes.
Journal of Clinical Epidemiology 43, 543-549; and II. Resolving the paradoxes, 551-558, for specific agreement.
"""

import pytest

from autocode.agreement import ReliabilityData, cohen_kappa, gwet_ac1, percent_agreement, specific_agreement


def of_counts(a: int, b: int, c: int, d: int) -> ReliabilityData:
    """Return the data of a fourfold table: both yes, first only, second only, both no."""
    return ReliabilityData.from_table(
        [["yes"] * (a + b) + ["no"] * (c + d), ["yes"] * a + ["no"] * b + ["yes"] * c + ["no"] * d]
    )


@pytest.mark.parametrize(
    ("counts", "p_o", "kappa"),
    [
        ((40, 9, 6, 45), 0.85, 0.70),
        ((80, 10, 5, 5), 0.85, 0.32),
        ((45, 15, 25, 15), 0.60, 0.13),
        ((25, 35, 5, 35), 0.60, 0.26),
    ],
)
def test_the_same_agreement_gives_different_kappas(counts: tuple[int, ...], p_o: float, kappa: float) -> None:
    data = of_counts(*counts)

    assert percent_agreement(data).value == pytest.approx(p_o)
    assert cohen_kappa(data).value == pytest.approx(kappa, abs=5e-3)


def test_specific_agreement_tells_where_the_agreement_is() -> None:
    balanced, skewed = of_counts(40, 9, 6, 45), of_counts(80, 10, 5, 5)

    assert specific_agreement(balanced, category="yes").value == pytest.approx(80 / 95)
    assert specific_agreement(balanced, category="no").value == pytest.approx(90 / 105)
    assert specific_agreement(skewed, category="yes").value == pytest.approx(160 / 175)
    assert specific_agreement(skewed, category="no").value == pytest.approx(10 / 25)


def test_ac1_does_not_fall_with_the_skew() -> None:
    assert gwet_ac1(of_counts(80, 10, 5, 5)).value > gwet_ac1(of_counts(40, 9, 6, 45)).value
