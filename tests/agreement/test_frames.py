"""Long and wide tables of judgements, from frames and from plain rows."""

import math

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autocode.agreement import ReliabilityData, gwet_ac1, krippendorff_alpha
from autocode.errors import AgreementError

ROWS = [
    {"unit": "1", "coder": "MO", "code": "a", "talk": "GP1"},
    {"unit": "1", "coder": "JB", "code": "A", "talk": "GP1"},
    {"unit": "2", "coder": "MO", "code": "b", "talk": "GP2"},
    {"unit": "2", "coder": "JB", "code": "b", "talk": "GP2"},
    {"unit": "3", "coder": "JB", "code": None, "talk": "GP2"},
]
LONG = {"unit": "unit", "coder": "coder", "value": "code"}


def frames(rows):
    """Return the rows as they are, and as each kind of frame that is installed."""
    made = [rows, pd.DataFrame(rows)]
    for library, of in (("polars", "DataFrame"), ("pyarrow", "Table")):
        try:
            kind = getattr(__import__(library), of)
        except ModuleNotFoundError:
            continue
        made.append(kind(rows) if library == "polars" else kind.from_pylist(rows))
    return made


def labels_of(data: ReliabilityData) -> list[list[object]]:
    return [[None if v < 0 else data.labels[v] for v in row] for row in data.values]


@pytest.mark.parametrize("frame", frames(ROWS), ids=lambda frame: type(frame).__module__)
def test_a_long_table_is_read_from_any_frame_and_from_rows(frame):
    data = ReliabilityData.from_long(frame, **LONG, interview="talk")

    assert (data.coders, data.units, data.interviews) == (("MO", "JB"), ("1", "2", "3"), ("GP1", "GP2", "GP2"))
    assert data.labels == ("A", "a", "b")
    assert labels_of(data) == [["a", "b", None], ["A", "b", None]]


@pytest.mark.parametrize(
    "frame",
    frames([{"line": "x", "MO": 1.0, "JB": 2.0}, {"line": "y", "MO": 3.0, "JB": None}]),
    ids=lambda f: str(type(f)),
)
def test_a_wide_table_is_read_from_any_frame_and_from_rows(frame):
    data = ReliabilityData.from_wide(frame, unit="line")

    assert (data.coders, data.units, data.labels) == (("MO", "JB"), ("x", "y"), (1.0, 2.0, 3.0))
    assert labels_of(data) == [[1.0, 3.0], [2.0, None]]


def test_columns_of_a_wide_table_are_chosen_and_units_numbered():
    rows = [{"MO": 1, "JB": 1, "note": "x", "talk": "GP1"}, {"MO": 2, "JB": 1, "note": "y", "talk": "GP2"}]
    data = ReliabilityData.from_wide(rows, coders=["JB", "MO"], interview="talk")

    assert (data.coders, data.units, data.interviews) == (("JB", "MO"), ("1", "2"), ("GP1", "GP2"))
    assert labels_of(data) == [[1, 1], [1, 2]]


def test_labels_are_compared_as_they_are():
    labels = [1, "1", "a", "A", ("x", 2), -1, frozenset("ab")]
    rows = [{"unit": u, "coder": c, "code": label} for u, label in enumerate(labels) for c in ("MO", "JB")]
    data = ReliabilityData.from_long(rows, **LONG)

    assert len(data.labels) == 7
    assert (data.values >= 0).all()
    assert krippendorff_alpha(data, distance="nominal", interval=None).value == 1.0


def test_declared_categories_keep_their_order_and_those_nobody_used():
    order = ["low", "middle", "high", "top"]
    rows = [{"unit": u, "coder": c, "code": label} for u, label in enumerate(["high", "low"]) for c in ("MO", "JB")]
    data = ReliabilityData.from_long(rows, **LONG, categories=order)

    assert data.labels == tuple(order)
    assert data.values.tolist() == [[2, 0], [2, 0]]
    assert gwet_ac1(data, interval=None).conventions["categories"] == "4: low, middle, high, top"


@given(st.permutations(ROWS))
def test_the_order_of_rows_changes_no_coefficient(rows):
    first, second = (ReliabilityData.from_long(each, **LONG) for each in (ROWS, rows))

    assert krippendorff_alpha(first, interval=None).value == pytest.approx(
        krippendorff_alpha(second, interval=None).value
    )


def test_rows_that_judge_twice_are_all_refused_with_their_place():
    twice = [*ROWS, {**ROWS[0], "code": "b"}, ROWS[1]]

    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_long(pd.DataFrame(twice), **LONG)

    assert [str(fault) for fault in refusal.value.faults] == [
        "row 6: 'MO' judges unit '1' again, after row 1; keep one of the two rows.",
        "row 7: 'JB' judges unit '1' again, after row 2; keep one of the two rows.",
    ]


def test_the_place_of_a_row_is_its_file_and_line_where_they_are_known():
    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_long([*ROWS, ROWS[0]], **LONG, places=[("codes.csv", i + 2) for i in range(6)])

    assert str(refusal.value) == "codes.csv:7: 'MO' judges unit '1' again, after line 2; keep one of the two rows."


def test_a_unit_with_two_rows_in_a_wide_table_is_refused():
    rows = [{"line": "x", "MO": 1}, {"line": "x", "MO": 1}, {"line": "y", "MO": 1}]

    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_wide(rows, unit="line")

    assert str(refusal.value) == "row 2: unit 'x' has a row already, row 1; keep one row per unit."


@pytest.mark.parametrize("frame", frames([{"unit": 1, "coder": "MO", "code": math.nan}])[:2], ids=["rows", "pandas"])
def test_nan_is_no_label(frame):
    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_long(frame, **LONG)

    assert str(refusal.value) == (
        "row 1: the label of unit 1 by 'MO' is NaN, which equals nothing; leave the row out, or give None, where the "
        "coder did not judge the unit."
    )


def test_nan_cannot_be_declared():
    with pytest.raises(AgreementError, match="None or NaN is declared as a label"):
        ReliabilityData.from_long(ROWS, **LONG, categories=["a", math.nan])


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([{**ROWS[0], "unit": None}], "row 1: no unit is named; fill in the column 'unit'."),
        ([{**ROWS[0], "coder": ""}], "row 1: no coder is named; fill in the column 'coder'."),
        ([{**ROWS[0], "talk": math.nan}], "row 1: no interview is named; fill in the column 'talk'."),
        ([ROWS[0], {**ROWS[1], "talk": "PM1"}], "row 2: unit '1' is of interview 'PM1' here and of 'GP1' in row 1."),
        ([ROWS[0], {**ROWS[1], "unit": 1}], "row 2: the units '1' and 1 are written the same; write all as text."),
        ([{"unit": 1}], "row 1 has no 'coder'; give every row the keys 'unit', 'coder', 'code', 'talk'."),
        (["MO"], "row 1 is str, not a mapping of columns to cells; give a dict for each row."),
        (
            pd.DataFrame([{"unit": 1, "coder": "MO", "talk": "GP1"}]),
            "there is no column 'code' (the closest is 'coder'); the columns are 'unit', 'coder', 'talk'.",
        ),
    ],
)  # fmt: skip
def test_faults_of_a_long_table_are_named(rows, fault):
    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_long(rows, **LONG, interview="talk")

    assert str(refusal.value.faults[0]) == fault


def test_faults_of_a_wide_table_are_named():
    rows = [{"line": None, "MO": 1, "talk": "GP1"}, {"line": "x", "MO": 1, "talk": None}]

    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_wide(rows, unit="line", interview="talk")

    assert [str(fault) for fault in refusal.value.faults] == [
        "row 1: no unit is named; fill in the column 'line'.",
        "row 2: no interview is named; fill in the column 'talk'.",
    ]


def test_a_wide_table_of_other_things_is_refused():
    with pytest.raises(AgreementError, match="row 1 is list, not a mapping of columns to cells; give a dict"):
        ReliabilityData.from_wide([[1, 2]])


def test_a_label_that_was_not_declared_is_refused():
    with pytest.raises(AgreementError, match="the label 'A' is not among the declared ones; declare it or correct"):
        ReliabilityData.from_long(ROWS, **LONG, categories=["a", "b"])


def test_ids_in_the_column_of_coders_are_refused_before_memory_is_asked_for():
    rows = [{"unit": i, "coder": f"c{i}", "code": "a"} for i in range(10_001)]

    with pytest.raises(AgreementError, match="10001 coders and 10001 units make a table too large to hold; choose"):
        ReliabilityData.from_long(rows, **LONG)


def test_an_empty_table_is_empty_data():
    assert ReliabilityData.from_long([], **LONG).values.shape == (0, 0)
    assert ReliabilityData.from_wide([]).values.shape == (0, 0)
    assert krippendorff_alpha(ReliabilityData.from_long([], **LONG)).undefined == "one-coder"


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "unit": st.sampled_from(["1", "2", "3", "4", 1, None, math.nan]),
                "coder": st.sampled_from(["MO", "JB", "KL", ""]),
                "code": st.sampled_from(["a", "b", 1, ("x", "y"), ["y", "x"], None, math.nan]),
                "talk": st.sampled_from(["GP1", "GP2", 7, "7"]),
            }
        ),
        max_size=6,
    )
)
@example(  # a list in another row must not hide that NaN is no label
    [
        {"unit": "1", "coder": "MO", "code": math.nan, "talk": "GP1"},
        {"unit": "1", "coder": "JB", "code": ["y", "x"], "talk": "GP1"},
    ]
)
def test_a_table_is_read_where_nothing_is_wrong_and_refused_where_anything_is(rows):
    named = all(row["unit"] in ("1", "2", "3", "4", 1) and row["coder"] and row["code"] == row["code"] for row in rows)
    same_spelling = {"1", 1} <= {row["unit"] for row in rows}
    judged_once = len({(row["unit"], row["coder"]) for row in rows}) == len(rows)
    talks = {(row["unit"], str(row["talk"])) for row in rows}

    if not (named and judged_once and not same_spelling and len(talks) == len(dict(talks))):
        with pytest.raises(AgreementError, match="row "):
            ReliabilityData.from_long(rows, **LONG, interview="talk")
        return
    data = ReliabilityData.from_long(rows, **LONG, interview="talk")

    sets = {(row["coder"], str(row["unit"])): row["code"] for row in rows}
    expected = [[sets.get((coder, unit)) for unit in data.units] for coder in data.coders]
    assert labels_of(data) == [[frozenset(x) if isinstance(x, list | tuple) else x for x in row] for row in expected]
    assert list(data.coders) == list(dict.fromkeys(row["coder"] for row in rows))
    assert dict(zip(data.units, data.interviews, strict=True)) == {str(unit): talk for unit, talk in talks}


def test_what_cannot_be_a_name_is_no_name():
    with pytest.raises(AgreementError, match=r"^the unit \['1'\] is not a name; write it as text or a number\.$"):
        ReliabilityData.from_long([{**ROWS[0], "unit": ["1"]}], **LONG)


def test_minus_one_is_a_label_of_a_frame_and_has_to_be_declared():
    rows = [{**ROWS[0], "code": -1}]

    assert ReliabilityData.from_long(rows, **LONG).labels == (-1,)
    with pytest.raises(AgreementError, match="the label -1 is not among the declared ones"):
        ReliabilityData.from_long(rows, **LONG, categories=[0, 1])


def test_a_column_of_text_where_codes_were_declared_is_refused_in_a_sentence():
    rows = [{"unit": u, "coder": "MO", "code": f"answer {u}"} for u in range(100)]

    with pytest.raises(AgreementError) as refusal:
        ReliabilityData.from_long(rows, **LONG, categories=["a", "b"])

    assert str(refusal.value) == (
        "100 labels are not among the declared ones, 'answer 0', 'answer 1' and 'answer 10' among them; declare them, "
        "or choose the column that holds the codes."
    )
