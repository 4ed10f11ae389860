"""Artstein, R. & Poesio, M. (2008). Inter-coder agreement for computational linguistics.
Computational Linguistics 34, 555-596: the examples on pp. 558 and 568.
"""

import pytest

from autocode.agreement import ReliabilityData, cohen_kappa, krippendorff_alpha, scott_pi

ACTS = ("STAT", "IReq", "Chck")


def of_counts(counts: dict[tuple[str, str], int], labels: tuple[str, ...]) -> ReliabilityData:
    pairs = [pair for pair, n in counts.items() for _ in range(n)]
    return ReliabilityData.from_table(list(zip(*pairs, strict=True)), labels=labels)


@pytest.fixture
def p558() -> ReliabilityData:
    counts = {("STAT", "STAT"): 20, ("STAT", "IReq"): 20, ("IReq", "STAT"): 10, ("IReq", "IReq"): 50}
    return of_counts(counts, ACTS[:2])


@pytest.fixture
def p568() -> ReliabilityData:
    counts = {
        ("STAT", "STAT"): 46,
        ("IReq", "STAT"): 6,
        ("IReq", "IReq"): 32,
        ("IReq", "Chck"): 6,
        ("Chck", "Chck"): 10,
    }
    return of_counts(counts, ACTS)


def test_two_categories(p558: ReliabilityData) -> None:
    assert scott_pi(p558).value == pytest.approx(0.341, abs=5e-4)
    assert cohen_kappa(p558).value == pytest.approx(0.348, abs=5e-4)


def test_pi_of_three_categories(p568: ReliabilityData) -> None:
    assert scott_pi(p568).value == pytest.approx(0.7995, abs=5e-5)


def test_a_check_is_half_of_the_others(p568: ReliabilityData) -> None:
    def distance(a: str, b: str) -> float:
        return 0.0 if a == b else 0.5 if "Chck" in (a, b) else 1.0

    kappa = cohen_kappa(p568, weights=[[1, 0, 0.5], [0, 1, 0.5], [0.5, 0.5, 1]])
    alpha = krippendorff_alpha(p568, distance=distance)

    assert kappa.value == pytest.approx(0.8163, abs=5e-5)
    assert alpha.value == pytest.approx(0.8156, abs=5e-5)
    assert (kappa.conventions["distance"], alpha.conventions["distance"]) == ("weights: custom", "custom")
