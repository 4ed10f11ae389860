"""Flack, Afifi, Lachenbruch & Schouten (1988). Sample size determinations for the two rater kappa statistic.
Psychometrika 53, 321-325; the examples of R's irr.
"""

import pytest

from autocode.agreement import lines_flack


@pytest.mark.parametrize(
    ("kappa", "hypothesis", "margins", "power", "lines"),
    [
        (0.6, 0.4, [0.2, 0.25, 0.55], 0.8, 101),
        (0.6, 0.4, [0.2, 0.25, 0.55], 0.9, 136),
        (0.5, 0.1, [0.2, 0.05, 0.2, 0.05, 0.2, 0.3], 0.8, 18),
    ],
)
def test_lines_of_several_categories(
    kappa: float, hypothesis: float, margins: list[float], power: float, lines: int
) -> None:
    assert lines_flack(kappa, hypothesis=hypothesis, margins=margins, power=power) == lines
