"""Distances of sets, against the same said of one pair of sets at a time."""

import numpy as np
import pytest

from autocode.agreement import ReliabilityData
from autocode.agreement.coefficients import _distances


def distance_of_pair(distance: str, a: frozenset[int], b: frozenset[int]) -> float:
    jaccard = len(a & b) / len(a | b) if a | b else 1.0
    monotonicity = 1.0 if a == b else 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return {
        "masi": 1 - jaccard * monotonicity,
        "jaccard": 1 - jaccard,
        "dice": 1 - 2 * len(a & b) / (len(a) + len(b)) if a | b else 0.0,
        "dkpro_masi": (1 - jaccard) * (1 - monotonicity),
        "passonneau2004": 1 - monotonicity,
    }[distance]


@pytest.mark.parametrize("distance", ["masi", "jaccard", "dice", "dkpro_masi", "passonneau2004"])
@pytest.mark.parametrize(("n_sets", "n_codes"), [(1, 0), (6, 3), (9, 40), (150, 6), (150, 80)])
def test_sets_are_as_far_apart_as_each_two_of_them(distance: str, n_sets: int, n_codes: int) -> None:
    rng = np.random.default_rng([n_sets, n_codes])
    drawn = (frozenset(np.flatnonzero(rng.random(n_codes) < rng.random()).tolist()) for _ in range(n_sets))
    labels = tuple(dict.fromkeys([frozenset(), *drawn]))
    data = ReliabilityData.from_table([labels, labels], labels=labels)

    assert _distances.distances(data, distance) == pytest.approx(
        np.array([[distance_of_pair(distance, a, b) for b in labels] for a in labels]), abs=1e-15
    )
