"""SAS FREQ AGREE: simple printout of linearly weighted kappa with its standard error, as statsmodels tests it.

The error is that of Fleiss, J. L., Cohen, J. & Everitt, B. S. (1969). Psychological Bulletin 72, 323-327.
"""

import pytest

from autocode.agreement import ReliabilityData, cohen_kappa


def test_weighted_kappa_with_its_large_sample_error() -> None:
    table = {(1, 2): 4, (1, 3): 1, (2, 2): 8, (3, 2): 1, (3, 3): 5}
    pairs = [pair for pair, n in table.items() for _ in range(n)]
    found = cohen_kappa(
        ReliabilityData.from_table(list(zip(*pairs, strict=True))), weights="linear", interval="asymptotic"
    )

    assert found.value == pytest.approx(0.4701, abs=5e-5)
    assert found.se == pytest.approx(0.1457, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((0.1845, 0.7558), abs=5e-5)
