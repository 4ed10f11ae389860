"""Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), chapter 6: a coefficient of .67 with error .15."""

import pytest

from autocode.agreement import cumulative_membership


@pytest.mark.parametrize(
    ("scale", "printed", "level"),
    [
        ("landis_koch", [0.18168, 0.67511, 0.96356, 0.99912, 1, 1], "Moderate"),
        ("altman", [0.18168, 0.67511, 0.96356, 0.99912, 1], "Moderate"),
        ("fleiss", [0.28699, 0.96356, 1], "Intermediate to Good"),
    ],
)
def test_cumulative_membership_on_three_scales(scale: str, printed: list[float], level: str) -> None:
    found = cumulative_membership(0.67, standard_error=0.15, scale=scale)

    assert found.cumulative == pytest.approx(printed, abs=5.1e-6)
    assert found.level == level
    assert len(found.levels) == len(found.cumulative)
