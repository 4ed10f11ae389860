"""Tables of text: read from CSV and written to it, drawn in a terminal and in a page."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.tables import CsvError, Table, csv_text, delimiter_of, fitted, iter_rows, read_rows, spreadsheet_cell

CODES = Table(
    head=("code", "lines", "note"),
    rows=(("Waiting", "12", ""), ("Trust", "3", "<rare>")),
    numeric=frozenset({1}),
)


def test_a_row_has_the_number_of_its_first_line():
    assert read_rows('a,b\n"1\n2",3\n4,5\n') == [(1, ["a", "b"]), (2, ["1\n2", "3"]), (4, ["4", "5"])]


def test_blank_rows_are_left_out_and_counted():
    assert read_rows("\n ,\na,b\n,\n\nc,d") == [(3, ["a", "b"]), (6, ["c", "d"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_first_row_that_is_not_blank_determines_the_delimiter(delimiter):
    assert read_rows(f"\n \na{delimiter}b\n") == [(3, ["a", "b"])]
    assert delimiter_of(f"a{delimiter}b{delimiter}c") == delimiter


def test_a_header_may_begin_with_an_empty_cell():
    assert read_rows("\ta\nx\t1\n") == [(1, ["", "a"]), (2, ["x", "1"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(end):
    assert read_rows(f"a;b{end}1,0;2{end}") == [(1, ["a", "b"]), (2, ["1,0", "2"])]


def test_text_without_rows_is_an_empty_table():
    assert read_rows("") == read_rows("\n \n") == []


def test_a_row_that_cannot_be_read_is_named_by_its_first_line():
    with pytest.raises(CsvError, match="unexpected end of data") as caught:
        read_rows('a,b\n1,2\n3,"4\n5,6\n')

    assert caught.value.line == 3


def test_a_large_table_keeps_rows_of_empty_cells():
    lines = io.StringIO("a,b\n,\n\nc,d\n", newline="")

    assert list(iter_rows(lines, delimiter=",")) == [(1, ["a", "b"]), (2, ["", ""]), (4, ["c", "d"])]


CELLS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(CELLS.filter(str.strip), CELLS), max_size=5))
def test_what_is_written_reads_back_the_same(rows):
    text = csv_text(["a", "b"], rows)

    assert [cells for _, cells in read_rows(text)] == [["a", "b"], *map(list, rows)]


def test_numbers_are_written_as_they_are_and_none_as_an_empty_cell():
    assert csv_text(["n", "p", "at"], [[1, 0.25, None]]) == "n,p,at\n1,0.25,\n"


def test_numbers_are_aligned_to_the_right():
    assert CODES.text().splitlines() == [
        "code     lines  note",
        "----------------------",
        "Waiting     12",
        "Trust        3  <rare>",
    ]


def test_lines_are_ruled_above_the_rows_asked_for():
    assert [line[:4] for line in CODES.text(rules=(0, 1, 2)).splitlines()] == [
        "code",
        "----",
        "Wait",
        "----",
        "Trus",
        "----",
    ]
    assert CODES.text(rules=()).count("-") == 0


def test_a_page_escapes_what_stands_in_a_table():
    assert CODES.html(caption="R&D") == (
        "<table><caption>R&amp;D</caption><thead><tr><th>code</th><th>lines</th><th>note</th></tr></thead><tbody>"
        "<tr><td>Waiting</td><td>12</td><td></td></tr><tr><td>Trust</td><td>3</td><td>&lt;rare&gt;</td></tr>"
        "</tbody></table>"
    )


def test_a_table_needs_no_heading():
    conventions = Table(head=(), rows=(("unit", "line"), ("seed", "7")))

    assert conventions.text(rules=()) == "unit  line\nseed  7"
    assert conventions.html(row_headings=True) == (
        "<table><tr><th>unit</th><td>line</td></tr><tr><th>seed</th><td>7</td></tr></table>"
    )


def test_the_last_cell_of_a_short_row_spans_the_rest():
    table = Table(head=("code", "alpha", "AC1"), rows=(("Trust", "too few lines"),), numeric=frozenset({1, 2}))

    assert table.text(rules=()) == "code   alpha  AC1\nTrust  too few lines"
    assert '<td>Trust</td><td colspan="2">too few lines</td>' in table.html()


def test_a_row_has_no_more_cells_than_there_are_headings():
    with pytest.raises(ValueError, match="more cells than the 1 headings"):
        Table(head=("a",), rows=(("1", "2"),))


def test_an_empty_table_can_be_drawn():
    assert Table(head=(), rows=()).text(rules=()) == ""
    assert Table(head=("a",), rows=()).text() == "a\n-"


WIDE = Table(
    head=("code", "lines", "alpha", "by the lower bound"),
    rows=tuple(
        (f"A code with a long name, number {n}", f"{n}", "0.71 [0.58, 0.82]", "not enough evidence yet: 640 more lines")
        for n in range(3)
    ),
    numeric=frozenset({1}),
)
WORDS = st.text(st.sampled_from("abc de "), max_size=60).map(str.strip)


@pytest.mark.parametrize("width", [100, 80, 60, 50])
def test_a_table_fits_the_width_asked_for_and_loses_no_word(width):
    drawn = WIDE.text(width=width)

    assert max(map(len, drawn.splitlines())) <= width
    assert {word for row in WIDE.rows for cell in row for word in cell.split()} <= {*drawn.split()}
    assert drawn.count("0.71 [0.58, 0.82]") == 3


def test_a_table_that_fits_is_drawn_as_without_a_width():
    assert WIDE.text(width=200) == WIDE.text()
    assert CODES.text(width=22) == CODES.text()


def test_columns_that_do_not_fit_follow_below_with_the_keys():
    table = Table(
        head=("n", "method", *(f"metric {n}" for n in range(6))),
        rows=(("50", "autocode", *["0.60 [0.48, 0.72]"] * 6),),
        keys=2,
    )
    blocks = [block.splitlines() for block in table.text(width=60).split("\n\n")]

    assert [block[0].split()[:2] for block in blocks] == [["n", "method"]] * 3
    assert [block[2].split()[:2] for block in blocks] == [["50", "autocode"]] * 3
    assert all(len(line) <= 60 for block in blocks for line in block)


@given(st.lists(st.tuples(WORDS, WORDS, st.sampled_from(["1", "23.5"])), min_size=1, max_size=5), st.integers(50, 90))
def test_any_table_fits_where_its_numbers_do(rows, width):
    table = Table(head=("one", "two", "n"), rows=tuple(rows), numeric=frozenset({2}))
    drawn = table.text(width=width)

    assert max(map(len, drawn.splitlines())) <= width
    assert sorted(drawn.replace("-", "").split()) == sorted(table.text().replace("-", "").split())


def test_within_a_width_every_table_fits_it():
    with fitted(60):
        inside = WIDE.text()

    assert inside == WIDE.text(width=60)
    assert WIDE.text() != inside


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r-x", "＝1", "\u00a0+1"])
def test_no_spreadsheet_takes_a_safe_cell_for_a_formula(text):
    assert spreadsheet_cell(text) == f"'{text}"


@given(st.text())
def test_all_other_text_stays_as_it_is_in_a_safe_cell(text):
    assert spreadsheet_cell(f"a{text}") == f"a{text}"
