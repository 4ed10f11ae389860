"""Shrout, P. E. & Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater reliability.
Psychological Bulletin 86, 420-428, tables 2 and 4: four judges of six targets.
"""

import pytest

from autocode.agreement import ReliabilityData, icc

TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.mark.parametrize(
    ("model", "kind", "unit", "value"),
    [
        ("oneway", "agreement", "single", 0.17),
        ("twoway", "agreement", "single", 0.29),
        ("twoway", "consistency", "single", 0.71),
        ("oneway", "agreement", "average", 0.44),
        ("twoway", "agreement", "average", 0.62),
        ("twoway", "consistency", "average", 0.91),
    ],
)
def test_six_intraclass_correlations(model: str, kind: str, unit: str, value: float) -> None:
    data = ReliabilityData.from_table(list(zip(*TARGETS, strict=True)))
    found = icc(data, model=model, kind=kind, unit=unit, interval="f")

    assert found.value == pytest.approx(value, abs=5e-3)
    assert found.low < found.value < found.high
    assert found.conventions["interval"] == "95 % interval from the F distribution"
