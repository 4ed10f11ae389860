"""Levels of a benchmark scale that one may claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.agreement import cumulative_membership


@given(st.floats(-1, 1), st.floats(0.01, 0.5), st.sampled_from(["landis_koch", "altman", "fleiss"]))
def test_memberships_grow_to_one_and_the_level_is_the_first_that_is_sure(k: float, se: float, scale: str) -> None:
    found = cumulative_membership(k, standard_error=se, scale=scale)

    assert list(found.cumulative) == sorted(found.cumulative)
    assert found.cumulative[-1] == 1
    at = found.levels.index(found.level)
    assert found.cumulative[at] >= 0.95
    assert at == 0 or found.cumulative[at - 1] < 0.95


def test_a_sure_coefficient_keeps_its_word_and_an_unsure_one_falls() -> None:
    assert cumulative_membership(0.85, standard_error=0.02).level == "Almost Perfect"
    assert cumulative_membership(0.85, standard_error=0.2).level == "Moderate"
    assert cumulative_membership(0.85, standard_error=0.2, confidence=0.5).level == "Substantial"


def test_wrong_arguments_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="there is no scale 'cicchetti'; the scales are landis_koch, altman, fleiss"):
        cumulative_membership(0.5, standard_error=0.1, scale="cicchetti")
    with pytest.raises(ValueError, match="a coefficient of agreement lies between -1 and 1, not at 2"):
        cumulative_membership(2, standard_error=0.1)
    with pytest.raises(ValueError, match="a standard error is greater than 0, not 0"):
        cumulative_membership(0.5, standard_error=0)
    with pytest.raises(ValueError, match="the confidence lies between 0 and 1, not at 95"):
        cumulative_membership(0.5, standard_error=0.1, confidence=95)
