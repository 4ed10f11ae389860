"""All memos of a study in one list."""

import csv
import io

import pytest

from autocode.coding import Codings
from autocode.retrieval import memos_on_lines
from studies import coding_of


@pytest.fixture
def memos(lines, codebook):
    codings = [
        coding_of("PM1:3", "MO", "computers", memo="two of them"),
        coding_of("GP1:2", "MO", "logistics", memo="=1+1"),
        coding_of("GP1:2", "JB", memo="nothing fits"),
        coding_of("GP1:3", "JB", "logistics"),
    ]
    return memos_on_lines(Codings(codings), lines, codebook)


def test_memos_stand_in_the_order_of_the_interviews(memos):
    assert [(memo.reference, memo.coding.coder, memo.coding.memo) for memo in memos.memos] == [
        ("GP1, line 2", "JB", "nothing fits"),
        ("GP1, line 2", "MO", "=1+1"),
        ("PM1, line 3", "MO", "two of them"),
    ]
    assert (dict(memos.by_coder), dict(memos.by_code)) == ({"JB": 1, "MO": 2}, {"logistics": 1, "computers": 1})
    assert str(memos).endswith("3 memos.")


def test_memos_are_narrowed_by_who_wrote_them_and_what_the_line_was_given(memos):
    assert [memo.coding.memo for memo in memos.where(coders=["JB"]).memos] == ["nothing fits"]
    assert [memo.coding.memo for memo in memos.where(codes=["computers"]).memos] == ["two of them"]
    assert not memos.where(coders=["JB"], codes=["computers"])


def test_a_table_of_memos_holds_no_formula(memos):
    rows = list(csv.DictReader(io.StringIO(memos.to_csv())))

    assert [row["memo"] for row in rows] == ["nothing fits", "'=1+1", "two of them"]
    assert rows[1]["text"] == "There is one number and it rings out."
