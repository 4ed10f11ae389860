"""Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability: section D, ordinal, interval and ratio data."""

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha

_ = None
FOUR_BY_TWELVE = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]


@pytest.mark.parametrize(("distance", "alpha"), [("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])
def test_four_observers_with_missing_values(distance: str, alpha: float) -> None:
    found = krippendorff_alpha(ReliabilityData.from_table(FOUR_BY_TWELVE), distance=distance)

    assert found.value == pytest.approx(alpha, abs=5e-4)
    assert found.conventions["distance"].startswith(distance)


def test_words_have_the_order_in_which_they_are_declared() -> None:
    words = ["very low", "low", "mid", "high", "very high"]
    table = [[_ if v is None else words[v - 1] for v in row] for row in FOUR_BY_TWELVE]

    declared = krippendorff_alpha(ReliabilityData.from_table(table, labels=words), distance="ordinal")
    by_alphabet = krippendorff_alpha(ReliabilityData.from_table(table), distance="ordinal")

    assert declared.value == pytest.approx(0.815, abs=5e-4)
    assert by_alphabet.value != pytest.approx(0.815, abs=5e-2)
    assert declared.conventions["categories"] == "5: very low, low, mid, high, very high"
