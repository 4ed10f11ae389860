"""Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.): four raters, twelve subjects, missing ratings."""

import pytest

from autocode.agreement import ReliabilityData, gwet_ac1, percent_agreement

_ = None


def test_four_raters_with_missing_ratings() -> None:
    data = ReliabilityData.from_table(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
            [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
        ]
    )

    assert percent_agreement(data).value == pytest.approx(0.81818, abs=5e-6)
    assert gwet_ac1(data).value == pytest.approx(0.77544, abs=5e-6)
