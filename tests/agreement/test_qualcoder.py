"""What QualCoder prints as kappa."""

import pytest

from autocode.agreement import ReliabilityData, Undefined, cohen_kappa, qualcoder_kappa


def characters(length: int, coded_a: int, coded_b: int, both: int) -> ReliabilityData:
    """Return a text of this length, coded by two coders."""
    only_a, only_b = coded_a - both, coded_b - both
    rest = length - both - only_a - only_b
    return ReliabilityData.from_table(
        [[1] * coded_a + [0] * (length - coded_a), [1] * both + [0] * only_a + [1] * only_b + [0] * rest]
    )


# values computed with QualCoder's own lines, printed there to four places
@pytest.mark.parametrize(
    ("coded_a", "coded_b", "both", "qualcoder", "cohen"),
    [(5000, 5000, 2500, 0.2987, 0.0), (1000, 1000, 500, 0.2987, 0.4444)],
)
def test_it_is_what_qualcoder_prints_and_not_cohens(
    coded_a: int, coded_b: int, both: int, qualcoder: float, cohen: float
) -> None:
    printed = qualcoder_kappa(coded_a=coded_a, coded_b=coded_b, both=both)
    textbook = cohen_kappa(characters(10_000, coded_a, coded_b, both), interval=None)

    assert round(printed.value, 4) == qualcoder
    assert round(textbook.value, 4) == cohen
    assert "Cohen takes their sum" in printed.conventions["chance"]


def test_its_docstring_says_why_it_is_not_cohens() -> None:
    assert "It is not Cohen's kappa." in (qualcoder_kappa.__doc__ or "")


def test_without_a_coded_character_it_is_undefined_and_says_so() -> None:
    nothing = qualcoder_kappa(coded_a=0, coded_b=0, both=0)

    assert nothing.value != nothing.value
    assert nothing.undefined is Undefined.NEVER_USED


def test_perfect_agreement_is_one() -> None:
    assert qualcoder_kappa(coded_a=40, coded_b=40, both=40).value == 1.0


@pytest.mark.parametrize("both", [-1, 6])
def test_more_shared_than_coded_is_refused(both: int) -> None:
    with pytest.raises(ValueError, match=f"who coded 5 and 9 characters cannot share {both}; give"):
        qualcoder_kappa(coded_a=5, coded_b=9, both=both)
