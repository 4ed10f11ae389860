"""Counts, lists and shares in words."""

import math

from autocode.wording import count_of, listing, percent


def test_only_one_of_a_thing_is_in_the_singular():
    assert [count_of(n, "line") for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]


def test_a_noun_may_have_a_plural_of_its_own():
    assert count_of(3, "person", plural="people") == "3 people"


def test_thousands_are_separated_only_if_a_separator_is_given():
    assert count_of(1234567, "line") == "1234567 lines"
    assert count_of(1234567, "line", thousands=",") == "1,234,567 lines"


def test_the_last_name_of_a_list_comes_after_and():
    assert [listing(names) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_a_list_may_offer_alternatives():
    assert listing([".csv", ".xlsx"], conjunction="or") == ".csv or .xlsx"


def test_a_long_list_counts_the_names_that_it_does_not_show():
    assert listing("abcd", at_most=4) == "a, b, c and d"
    assert listing("abcde", at_most=4, conjunction="or") == "a, b, c and 2 more"


def test_a_share_is_rounded_only_where_it_is_shown():
    assert percent(0.12345) == "12 %"
    assert percent(0.12345, decimals=1) == "12.3 %"


def test_a_share_that_is_undefined_is_a_dash():
    assert percent(math.nan) == "–"
    assert percent(math.nan, undefined="-") == "-"
