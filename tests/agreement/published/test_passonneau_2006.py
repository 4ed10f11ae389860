"""Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC."""

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha

# MASI distance is 1 - J M: Jaccard's J, and M = 1 (identity), 2/3 (subset), 1/3 (overlap), 0 (disjoint)
DISTANCES = [
    ({"a", "b"}, {"a", "b"}, 0.0),
    ({"a"}, {"a", "b"}, 1 - 1 / 2 * 2 / 3),
    ({"a", "b"}, {"b", "c"}, 1 - 1 / 3 * 1 / 3),
    ({"a"}, {"b"}, 1.0),
    (set(), {"a"}, 1.0),
    (set(), set(), 0.0),
]


@pytest.mark.parametrize(("first", "second", "distance"), DISTANCES)
def test_a_pair_of_sets_counts_its_masi_distance(first: set[str], second: set[str], distance: float) -> None:
    # beside a unit of two z's that agree, D_o = 2 d / 4, and D_e follows from the four values
    data = ReliabilityData.from_table([[first, {"z"}], [second, {"z"}]])
    n = 4
    expected = (2 * distance + 8 * 1.0) / (n * (n - 1))

    assert krippendorff_alpha(data).value == pytest.approx(1 - (2 * distance / n) / expected)


def test_a_nominal_distance_takes_every_difference_as_whole() -> None:
    data = ReliabilityData.from_table([[{"a"}, {"b"}], [{"a", "b"}, {"b"}]])

    assert krippendorff_alpha(data, distance="nominal").value < krippendorff_alpha(data).value
