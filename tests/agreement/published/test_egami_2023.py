"""Egami, Hinck, Stewart & Wei (2023). Using imperfect surrogates for downstream inference. NeurIPS.

The paper's data were not at hand: a made-up table of 400 lines, with what the moment function of R's dsl gives.
"""

import pytest

from autocode.agreement import Prevalence, prevalence

Row = tuple[int, int | None, float, int]

# suggested, judged, probability of being drawn, how often
EQUAL: list[Row] = [
    (0, None, 0.25, 206),
    (1, None, 0.25, 101),
    (0, 0, 0.25, 49),
    (1, 1, 0.25, 25),
    (0, 1, 0.25, 14),
    (1, 0, 0.25, 5),
]
UNEQUAL: list[Row] = [
    (0, None, 0.2, 169),
    (1, None, 0.2, 76),
    (0, None, 0.5, 36),
    (1, None, 0.5, 17),
    (0, 0, 0.2, 28),
    (0, 0, 0.5, 23),
    (1, 1, 0.2, 17),
    (1, 1, 0.5, 12),
    (0, 1, 0.2, 7),
    (0, 1, 0.5, 6),
    (1, 0, 0.2, 3),
    (1, 0, 0.5, 6),
]


def mean(table: list[Row]) -> Prevalence:
    lines = [row[:3] for row in table for _ in range(row[3])]
    suggested, judged, pi = zip(*lines, strict=True)
    return prevalence(judged, suggested, probabilities=pi)


def test_equal_probabilities() -> None:
    assert mean(EQUAL).value == pytest.approx(0.4175, abs=1e-12)
    assert mean(EQUAL).standard_error == pytest.approx(0.045088628000860706, abs=1e-12)


def test_unequal_probabilities_and_what_the_model_alone_would_say() -> None:
    assert mean(UNEQUAL).value == pytest.approx(0.3775, abs=1e-12)
    assert mean(UNEQUAL).standard_error == pytest.approx(0.044581211008674945, abs=1e-12)
    assert mean(UNEQUAL).suggested == pytest.approx(0.3275, abs=1e-12)
