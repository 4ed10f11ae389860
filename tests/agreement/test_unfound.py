"""How many lines that were not read have a code: bounds that hold for every number of them."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.agreement import estimate_unfound
from autocode.errors import AgreementError


def chance(found: int, total: int, n_drawn: int, n_lines: int) -> Fraction:
    """Return how likely a sample without replacement holds as many lines with the code, in whole numbers."""
    return Fraction(comb(total, found) * comb(n_lines - total, n_drawn - found), comb(n_lines, n_drawn))


@pytest.mark.parametrize(("n_lines", "n_drawn", "level"), [(30, 10, 0.95), (60, 7, 0.9), (41, 40, 0.95), (25, 1, 0.8)])
def test_the_interval_covers_every_number_of_lines_as_often_as_it_says(n_lines, n_drawn, level):
    for total in range(n_lines + 1):
        covered = Fraction(0)
        for found in range(max(0, n_drawn - (n_lines - total)), min(n_drawn, total) + 1):
            estimate = estimate_unfound(found, n_drawn, n_lines, level=level)
            if estimate.low <= total - found <= estimate.high:
                covered += chance(found, total, n_drawn, n_lines)

        assert covered >= Fraction(str(level)), (
            f"{total} lines with the code are covered {float(covered):.3f} of the time"
        )


def test_nothing_found_is_no_proof_that_there_is_nothing():
    estimate = estimate_unfound(0, 100, 600)
    plausible = [total for total in range(501) if chance(0, total, 100, 600) > Fraction(1, 40)]

    assert (estimate.value, estimate.low, estimate.high) == (0, 0, max(plausible))
    assert str(estimate) == "0 of 100 lines drawn at random; about 0 (0 to 19) of the 500 left unread"


@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_the_expected_number_lies_between_the_bounds_and_these_are_possible(n_drawn, found, n_left):
    found = min(found, n_drawn)
    estimate = estimate_unfound(found, n_drawn, n_drawn + n_left)

    assert 0 <= estimate.low <= estimate.high <= n_left == estimate.n_left
    assert estimate.low - 1 <= estimate.value <= estimate.high + 1


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 100))
def test_what_has_the_code_and_what_has_not_are_bounded_alike(n_drawn, found, n_left):
    found = min(found, n_drawn)
    having = estimate_unfound(found, n_drawn, n_drawn + n_left)
    lacking = estimate_unfound(n_drawn - found, n_drawn, n_drawn + n_left)

    assert (having.low, having.high) == (n_left - lacking.high, n_left - lacking.low)


@pytest.mark.parametrize("numbers", [(3, 2, 10), (0, 0, 10), (1, 20, 10), (-1, 2, 10)])
def test_impossible_numbers_are_refused(numbers):
    with pytest.raises(AgreementError, match=r"cannot be; give 0 <= found <= n_drawn <= n_lines, and draw at least"):
        estimate_unfound(*numbers)


def test_a_level_is_between_0_and_1():
    with pytest.raises(ValueError, match="level must lie between 0 and 1, not 95"):
        estimate_unfound(1, 10, 20, level=95)
