"""Passonneau, R. (2004). Computing reliability for coreference annotation. LREC; and DKPro's variant of MASI.

The data and both values are those of DKPro Agreement's SetAnnotationsTest.
"""

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha

UNITS = [
    ("", ""),
    ("A", ""),
    ("A", "A"),
    ("A", "B"),
    ("AB", "A"),
    ("AB", "AC"),
    ("ABC", "ABC"),
    ("C", "AC"),
    ("C", "AC"),
]


@pytest.mark.parametrize(("distance", "alpha"), [("passonneau2004", 0.186), ("dkpro_masi", 0.2529)])
def test_sets_of_two_coders(distance: str, alpha: float) -> None:
    data = ReliabilityData.from_table([[set(codes) for codes in row] for row in zip(*UNITS, strict=True)])

    assert krippendorff_alpha(data, distance=distance).value == pytest.approx(alpha, abs=5e-4)
