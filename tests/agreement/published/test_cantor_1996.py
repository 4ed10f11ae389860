"""Cantor, A. B. (1996). Sample-size calculations for Cohen's kappa. Psychological Methods 1, 150-153; as in R's irr."""

import pytest

from autocode.agreement import lines_cantor


@pytest.mark.parametrize(
    ("kappa", "hypothesis", "prevalences", "power", "two_sided", "lines"),
    [
        (0.7, 0.85, (0.5, 0.5), 0.8, False, 96),
        (0.8, 0.6, (0.3, 0.3), 0.9, True, 164),
        (0.8, 0.6, (0.1, 0.15), 0.8, False, 190),
        (0.7, 0.0, (0.2, 0.2), 0.8, False, 12),
    ],
)
def test_lines_of_one_code(
    kappa: float, hypothesis: float, prevalences: tuple[float, float], power: float, two_sided: bool, lines: int
) -> None:
    found = lines_cantor(kappa, hypothesis=hypothesis, prevalences=prevalences, power=power, two_sided=two_sided)

    assert found == lines
