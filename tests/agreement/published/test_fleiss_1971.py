"""Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76, 378-382."""

import pytest

from autocode.agreement import ReliabilityData, fleiss_kappa

# six psychiatrists' diagnoses of each of thirty patients: 1 depression, 2 personality disorder, 3 schizophrenia,
# 4 neurosis, 5 other
_SAID = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 "
    "222333 144444 224445 333335 111455 111112 224444 133555 555555 244444 114444 224555 "
    "144445 222224 111155 224444 133333 555555"
)
PATIENTS = _SAID.split()


def diagnoses() -> ReliabilityData:
    return ReliabilityData.from_table(list(zip(*PATIENTS, strict=True)))


def test_kappa_of_thirty_patients() -> None:
    assert fleiss_kappa(diagnoses()).value == pytest.approx(0.430, abs=5e-4)


@pytest.mark.parametrize(("category", "kappa"), [("1", 0.248), ("2", 0.248), ("3", 0.517), ("4", 0.470), ("5", 0.565)])
def test_kappa_of_each_diagnosis(category: str, kappa: float) -> None:
    found = fleiss_kappa(diagnoses(), category=category)

    # the paper rounds in between
    assert found.value == pytest.approx(kappa, abs=5e-3)
    assert found.conventions["category"] == f"{category} against all others"
