"""Cohen, J. (1960). A coefficient of agreement for nominal scales. EPM 20, 37-46, table on p. 45."""

import pytest

from autocode.agreement import ReliabilityData, cohen_kappa, percent_agreement


def test_two_judges_of_two_hundred_patients() -> None:
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    first = [i for i in range(3) for j in range(3) for _ in range(table[i][j])]
    second = [j for i in range(3) for j in range(3) for _ in range(table[i][j])]
    data = ReliabilityData.from_table([first, second])

    assert percent_agreement(data).value == pytest.approx(0.70)
    assert cohen_kappa(data).value == pytest.approx(0.492, abs=5e-4)
