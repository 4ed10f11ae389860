"""Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.): weighted coefficients with missing ratings,
Example 3.2 (p. 84, with the errata), and the interval ratings of pp. 89-90.
"""

from collections.abc import Callable

import pytest

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    alpha_gwet_weights,
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac2,
    scott_pi,
)

_ = None


@pytest.mark.parametrize(
    ("coefficient", "value"),
    [
        (alpha_gwet_weights, 0.7581),
        (brennan_prediger, 0.8125),
        (conger_kappa, 0.7772),
        (fleiss_kappa, 0.7673),
        (gwet_ac2, 0.8261),
    ],
)
def test_two_raters_of_letters_that_stand_for_1_2_3(coefficient: Callable[..., Agreement], value: float) -> None:
    first = ["A", "B", "C", "C", "B", "B", "B", "B", "A", "A", _]
    second = [_, "C", "C", "C", "B", "B", "B", _, "A", "B", "C"]
    data = ReliabilityData.from_table([first, second], labels=("A", "B", "C"))

    found = coefficient(data, weights="quadratic")

    assert found.value == pytest.approx(value, abs=6e-5)
    assert found.conventions["distance"] == "weights: quadratic, categories spaced by their ranks"


@pytest.mark.parametrize(
    ("coefficient", "value"),
    [
        (alpha_gwet_weights, 0.6180),
        (brennan_prediger, 0.6823),
        (conger_kappa, 0.5290),
        (fleiss_kappa, 0.5107),
        (gwet_ac2, 0.7755),
    ],
)
def test_four_raters_of_ratings_between_a_half_and_two_and_a_half(
    coefficient: Callable[..., Agreement], value: float
) -> None:
    units = [
        [1.0, 1.5, 1.0, _],
        [1.0, 1.5, 1.0, _],
        [2.0, 2.0, 2.0, 2.0],
        [0.5, 1.0, 1.5, 1.5],
        [1.0, 1.0, 1.0, 1.0],
        [1.0, 1.0, 1.0, 1.5],
        [_, 1.0, 2.5, _],
        [2.5, 2.5, 2.5, 2.5],
        [1.0, 1.0, _, 1.0],
        [_, 1.0, 2.0, 1.0],
        [1.0, 1.0, 0.5, 1.0],
        [1.5, 1.5, 1.5, 1.5],
        [1.0, 1.0, 1.5, _],
        [1.0, 2.0, 2.5, 2.0],
        [_, 1.0, 1.5, 1.0],
        [0.5, 0.5, 0.5, 0.5],
    ]
    found = coefficient(ReliabilityData.from_table(list(zip(*units, strict=True))), weights="quadratic")

    assert found.value == pytest.approx(value, abs=6e-5)
    assert found.conventions["distance"] == "weights: quadratic, categories spaced by their values"


def test_standard_errors_of_two_abstractors_as_irrcac_prints_them() -> None:
    table = {("E", "E"): 13, ("A", "A"): 20, ("A", "N"): 7, ("N", "A"): 4, ("N", "N"): 56}
    pairs = [pair for pair, n in table.items() for _ in range(n)]
    found = scott_pi(ReliabilityData.from_table(list(zip(*pairs, strict=True))), interval="asymptotic")

    assert found.value == pytest.approx(0.7962397, abs=5e-8)
    assert found.se == pytest.approx(0.05905473, abs=5e-9)
