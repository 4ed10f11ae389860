"""Donner, A., & Eliasziw, M. (1992). A goodness-of-fit approach to inference procedures for the kappa statistic.
Statistics in Medicine 11, 1511-1519; the examples of R's kappaSize 1.2, and the table of METHOD.md, 5.6, which was
checked by simulation.
"""

import pytest

from autocode.agreement import (
    kappa_variance,
    lines_by_interval,
    lines_by_power,
    lines_for_half_width,
    lines_for_lower_bound,
    lower_limit,
)

PREVALENCES = (0.5, 0.2, 0.1, 0.05)


def test_lines_by_interval_by_power_and_the_limit_of_so_many() -> None:
    assert lines_by_interval(0.6, low=0.4, high=0.8, prevalence=0.3) == 94
    assert lines_by_interval(0.8, low=0.7, high=0.9, prevalence=0.1) == 534
    assert lower_limit(0.7, lines=100, prevalence=0.2) == pytest.approx(0.528, abs=1e-3)
    assert lines_by_power(0.6, hypothesis=0.4, prevalence=0.3) == 191
    assert lines_by_power(0.6, hypothesis=0.4, prevalence=0.3, coders=3) == 106
    assert lines_by_power(0.6, hypothesis=0.4, prevalence=[0.2, 0.3, 0.5]) == 115


@pytest.mark.parametrize(
    ("half_width", "kappa", "lines"),
    [
        (0.15, 0.8, [62, 99, 179, 341]),
        (0.15, 0.6, [110, 174, 314, 599]),
        (0.10, 0.8, [139, 222, 401, 768]),
        (0.10, 0.6, [246, 392, 705, 1347]),
        (0.05, 0.8, [554, 886, 1603, 3069]),
        (0.05, 0.6, [984, 1565, 2820, 5386]),
    ],
)
def test_lines_for_a_half_width(half_width: float, kappa: float, lines: list[int]) -> None:
    assert [lines_for_half_width(half_width, kappa=kappa, prevalence=p).lines for p in PREVALENCES] == lines


def test_lines_for_a_lower_bound_above_two_thirds() -> None:
    assert [lines_for_lower_bound(kappa=0.8, prevalence=p).lines for p in PREVALENCES] == [170, 271, 491, 940]


def test_the_variance_is_that_of_the_simulation() -> None:
    assert kappa_variance(0.7, prevalence=0.3, lines=200) ** 0.5 == pytest.approx(0.0554, abs=5e-5)
    assert kappa_variance(0.8, prevalence=0.05, lines=600) ** 0.5 == pytest.approx(0.0577, abs=5e-5)
