"""Krippendorff, K. (1980). Content analysis. Sage, p. 139: three coders of nine units."""

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha

UNITS = ["111", "122", "222", "444", "144", "222", "123", "333", "222"]


def nine_units() -> ReliabilityData:
    return ReliabilityData.from_table([[int(v) for v in row] for row in zip(*UNITS, strict=True)])


def test_interval_and_ratio() -> None:
    assert krippendorff_alpha(nine_units(), distance="interval").value == pytest.approx(0.547, abs=5e-4)
    assert krippendorff_alpha(nine_units(), distance="ratio").value == pytest.approx(0.483, abs=5e-4)


@pytest.mark.parametrize(("category", "alpha"), [(1, 0.381), (2, 0.711), (3, 0.717), (4, 0.764)])
def test_each_category_against_the_others(category: int, alpha: float) -> None:
    assert krippendorff_alpha(nine_units(), category=category).value == pytest.approx(alpha, abs=1e-3)
