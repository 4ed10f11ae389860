"""Byrt, T., Bishop, J. & Carlin, J. B. (1993). Bias, prevalence and kappa.
Journal of Clinical Epidemiology 46, 423-429,
on the tables of Feinstein & Cicchetti (1990); the values are those of the definitions, |a - d|/n, |b - c|/n, 2 p_o - 1.
"""

import pytest

from autocode.agreement import ReliabilityData, bias_index, pabak, prevalence_index


@pytest.mark.parametrize(
    ("counts", "prevalence", "bias", "adjusted"),
    [
        ((40, 9, 6, 45), 0.05, 0.03, 0.70),
        ((80, 10, 5, 5), 0.75, 0.05, 0.70),
        ((45, 15, 25, 15), 0.30, 0.10, 0.20),
        ((25, 35, 5, 35), 0.10, 0.30, 0.20),
    ],
)
def test_what_moves_kappa_besides_agreement(
    counts: tuple[int, ...], prevalence: float, bias: float, adjusted: float
) -> None:
    a, b, c, d = counts
    data = ReliabilityData.from_table(
        [["yes"] * (a + b) + ["no"] * (c + d), ["yes"] * a + ["no"] * b + ["yes"] * c + ["no"] * d]
    )

    assert prevalence_index(data).value == pytest.approx(prevalence)
    assert bias_index(data).value == pytest.approx(bias)
    assert pabak(data).value == pytest.approx(adjusted)
