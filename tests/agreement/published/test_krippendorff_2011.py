"""Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania."""

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha

_ = None


def test_binary_data_of_two_observers() -> None:
    data = ReliabilityData.from_table([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]])

    assert krippendorff_alpha(data).value == pytest.approx(0.095, abs=5e-4)


def test_nominal_data_of_two_observers() -> None:
    data = ReliabilityData.from_table([list("aabbdcccedda"), list("babbbccceddd")])

    assert krippendorff_alpha(data).value == pytest.approx(0.692, abs=5e-4)


def test_nominal_data_of_four_observers_with_missing_values() -> None:
    data = ReliabilityData.from_table(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
            [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
        ]
    )

    alpha = krippendorff_alpha(data)

    assert alpha.value == pytest.approx(0.743, abs=5e-4)
    assert (alpha.n_units, alpha.n_pairable, alpha.n_coders) == (12, 11, 4)
