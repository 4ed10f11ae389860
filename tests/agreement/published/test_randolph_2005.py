"""Randolph, J. J. (2005). Free-marginal multirater kappa: an alternative to Fleiss' fixed-marginal multirater kappa.
Joensuu Learning and Instruction Symposium, p. 17.
"""

import pytest

from autocode.agreement import ReliabilityData, brennan_prediger, fleiss_kappa


def test_even_and_uneven_margins() -> None:
    even = ReliabilityData.from_table(list(zip("YYY", "YYN", "NNY", "NNN", strict=True)))
    uneven = ReliabilityData.from_table(list(zip("YYY", "YYY", "YYN", "YYN", strict=True)))

    assert brennan_prediger(even).value == pytest.approx(0.33, abs=5e-3)
    assert brennan_prediger(uneven).value == pytest.approx(0.33, abs=5e-3)
    assert fleiss_kappa(even).value == pytest.approx(0.33, abs=5e-3)
    assert fleiss_kappa(uneven).value == pytest.approx(-0.2, abs=5e-3)
