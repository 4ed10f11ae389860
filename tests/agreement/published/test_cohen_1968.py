"""Cohen, J. (1968). Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit.
Psychological Bulletin 70, 213-220; and the maximum of kappa in Cohen (1960), EPM 20, 37-46.
"""

import numpy as np
import pytest

from autocode.agreement import ReliabilityData, cohen_kappa, cohen_kappa_max, percent_agreement


def of_counts(table: list[list[int]]) -> ReliabilityData:
    q = range(len(table))
    pairs = [(i, j) for i in q for j in q for _ in range(table[i][j])]
    return ReliabilityData.from_table(list(zip(*pairs, strict=True)))


def test_two_hundred_patients_with_disagreements_that_weigh_unequally() -> None:
    data = of_counts([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    disagreement = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])

    assert cohen_kappa(data, weights=1 - disagreement / 6).value == pytest.approx(0.348, abs=5e-4)


def test_disagreements_that_weigh_more_one_way_than_the_other() -> None:
    data = of_counts([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    weights = 1 - np.array([[0, 1, 4], [1, 0, 6], [2, 2, 0]]) / 6

    assert cohen_kappa(data, weights=weights).value == pytest.approx(0.353, abs=5e-4)
    assert cohen_kappa(data, weights=weights.T).value != pytest.approx(0.353, abs=5e-4)
    # which of two coders is first has no meaning where every pair counts both ways
    assert percent_agreement(data, weights=weights).value == pytest.approx(
        percent_agreement(data, weights=weights.T).value
    )


def test_the_margins_allow_no_more() -> None:
    assert cohen_kappa_max(of_counts([[88, 14, 18], [10, 40, 10], [2, 6, 12]])).value == pytest.approx(0.831, abs=5e-4)
    assert cohen_kappa_max(of_counts([[25, 12, 3], [13, 2, 15], [12, 16, 2]])).value == pytest.approx(0.85, abs=5e-3)
