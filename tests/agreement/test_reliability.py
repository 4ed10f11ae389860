"""From codings and tables to the coders-by-units table."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from autocode.agreement import ReliabilityData
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts


def test_an_unseen_line_is_missing_and_an_empty_coding_is_not(coding_of: Callable[..., Coding]) -> None:
    codings = Codings((coding_of("I1:1", "MO", "x"), coding_of("I1:2", "MO", "x"), coding_of("I1:1", "JB")))
    data = ReliabilityData.for_code(CodeId("x"), codings)

    assert data.values.tolist() == [[1, 1], [0, -1]]
    assert data.labels == ("not applied", "applied")


def test_a_theme_is_applied_if_any_of_its_subthemes_is(codings_of: Callable[..., Codings]) -> None:
    codings = codings_of({"MO": ["x", "y", "z", ""], "JB": ["y x", None, "", ""]})
    data = ReliabilityData.for_theme([CodeId("x"), CodeId("y")], codings)

    assert data.values.tolist() == [[1, 1, 0, 0], [1, -1, 0, 0]]


def test_sets_are_indices_into_their_labels(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    data = ReliabilityData.for_sets(codings_of({"MO": ["x", "", "y x"], "JB": ["x", None, "x"]}), interviews)

    assert [[data.labels[v] if v >= 0 else None for v in row] for row in data.values] == [
        [{"x"}, set(), {"x", "y"}],
        [{"x"}, None, {"x"}],
    ]
    assert data.interviews == ("I1", "I1", "I2")
    assert data.of_sets
    assert data.categories == "3 different sets of codes"
    assert repr(data) == "<ReliabilityData: 2 coders, 3 units, 3 categories>"


def test_codings_of_mixed_basis_are_refused(coding_of: Callable[..., Coding]) -> None:
    mixed = Codings((coding_of("I1:1", "MO", "x"), coding_of("I1:1", "JB", "x", basis=Basis.ASSISTED)))
    message = (
        "codings of mixed basis (assisted and independent): coders who saw the same suggestions agree for that reason "
        "too; measure agreement on codings.independent()."
    )

    with pytest.raises(AgreementError, match=f"^{re.escape(message)}$"):
        ReliabilityData.for_sets(mixed)


def test_adjudicated_codings_are_refused(coding_of: Callable[..., Coding]) -> None:
    settled = Codings((coding_of("I1:1", "MO", "x", basis=Basis.ADJUDICATED),))

    with pytest.raises(AgreementError, match=r"agree because they talked; measure agreement on codings\.independent"):
        ReliabilityData.for_code(CodeId("x"), settled)


def test_codings_that_all_were_assisted_say_so(coding_of: Callable[..., Coding]) -> None:
    assisted = Codings((coding_of("I1:1", "MO", "x", basis=Basis.ASSISTED),))

    assert ReliabilityData.for_sets(assisted).basis is Basis.ASSISTED


def test_a_line_of_no_transcript_is_named(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of({"MO": [""] * 14})

    with pytest.raises(AgreementError) as raised:
        ReliabilityData.for_sets(codings, interviews)

    assert [f.what for f in raised.value.faults] == [
        f"the line I7:{k} was judged but is in no transcript; correct its id or add its transcript." for k in (1, 2)
    ]


def test_none_nan_and_minus_one_are_not_judged() -> None:
    data = ReliabilityData.from_table([[1, None, 2], [float("nan"), -1, np.int64(2)]], interviews=["a", "a", "b"])

    assert data.labels == (1, 2)
    assert data.values.tolist() == [[0, -1, 1], [-1, -1, 1]]
    assert data.coders == ("coder 1", "coder 2")
    assert data.categories == "2: 1, 2"


def test_minus_one_is_a_category_if_declared() -> None:
    data = ReliabilityData.from_table(np.array([[-1, 0], [1, 0]]), labels=[-1, 0, 1])

    assert data.values.tolist() == [[0, 1], [2, 1]]


def test_labels_keep_their_case_and_their_kind() -> None:
    data = ReliabilityData.from_table([["a", "A", "1", 1, ("x", "y")]])

    assert data.labels == (1, frozenset({"x", "y"}), "1", "A", "a")
    assert not data.of_sets


@pytest.mark.parametrize(
    ("table", "labels", "message"),
    [
        (
            [[1, 2], [1]],
            None,
            "the coders' rows have 1 and 2 units; every coder needs a cell for every unit, None where",
        ),
        ([["a", "b"]], ["a"], "the label 'b' is not among the declared ones; declare it or correct the cell."),
        ([[{"a": 1}]], None, "the label {'a': 1} cannot be compared with others; write it as text or a number."),
    ],
)
def test_a_table_that_is_none_is_refused(table: list[list[object]], labels: list[str] | None, message: str) -> None:
    with pytest.raises(AgreementError, match=re.escape(message)):
        ReliabilityData.from_table(table, labels=labels)


def test_values_of_another_shape_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match=re.escape("values has the shape (1, 2), but there are 2 coders and 2 units")):
        ReliabilityData(coders=("a", "b"), units=("1", "2"), values=np.zeros((1, 2), dtype=np.int32), labels=(0,))
    with pytest.raises(ValueError, match="found 1 interview for 2 units; name one for each unit"):
        ReliabilityData.from_table([[0, 1]], interviews=["a"])


def test_a_pair_is_chosen_by_name() -> None:
    data = ReliabilityData.from_table([[0, 1], [1, 1], [0, 0]], coders=["MO", "JB", "SK"])

    assert data.pair("SK", "MO").values.tolist() == [[0, 0], [0, 1]]
    with pytest.raises(ValueError, match=r"there is no coder 'XX'; there are 'MO', 'JB' and 'SK'\."):
        data.pair("MO", "XX")


def test_only_sets_can_be_asked_for_a_code() -> None:
    with pytest.raises(ValueError, match="only a table of sets of codes can be asked for a code"):
        ReliabilityData.from_table([[0, 1]]).applied(CodeId("x"))


def test_pairable_keeps_lines_that_two_coders_judged_and_those_coders() -> None:
    data = ReliabilityData.from_table(
        [[0, 1, None], [0, None, None], [None, None, 1]], coders=["MO", "JB", "SK"], interviews=["a", "b", "b"]
    ).pairable()

    assert (data.coders, data.units, data.interviews) == (("MO", "JB"), ("1",), ("a",))


def test_the_values_cannot_be_changed() -> None:
    data = ReliabilityData.from_table([[0, 1]])

    with pytest.raises(ValueError, match="read-only"):
        data.values[0, 0] = 1


@pytest.mark.parametrize("values", [[[0, 2], [0, 1]], [[0, -2], [0, 1]]])
def test_a_number_that_stands_for_no_label_is_refused(values: list[list[int]]) -> None:
    coders, units = (CoderId("MO"), CoderId("JB")), (LineId("1"), LineId("2"))

    with pytest.raises(ValueError, match=r"^values lie between .* but there are 2 labels; give -1 for not judged, or"):
        ReliabilityData(coders=coders, units=units, values=np.array(values), labels=("a", "b"))


@pytest.mark.parametrize(
    "table",
    [
        np.array([[3, -1, 1], [3, 2, -1]]),
        np.array([[3.0, np.nan, 1.0], [3.0, 2.0, -1.0]]),
        np.array([["b", "a", "c"], ["b", "b", "b"]]),
        np.array([[True, False, True], [True, True, False]]),
        np.array([[3, None, "x"], [3, -1, "x"]], dtype=object),
    ],
    ids=lambda table: table.dtype.kind,
)
def test_an_array_says_what_its_rows_as_lists_say(table: np.ndarray) -> None:
    from_array, from_lists = ReliabilityData.from_table(table), ReliabilityData.from_table(table.tolist())

    assert (from_array.labels, from_array.values.tolist()) == (from_lists.labels, from_lists.values.tolist())
    assert list(map(type, from_array.labels)) == list(map(type, from_lists.labels))


def test_a_label_that_cannot_be_compared_is_refused() -> None:
    with pytest.raises(AgreementError, match=r"the label \{'a': 1\} cannot be compared with others; write it as text"):
        ReliabilityData.from_table([[{"a": 1}], ["x"]])
    with pytest.raises(AgreementError, match=r"the label \(\[1\],\) cannot be compared with others"):
        ReliabilityData.from_table([[([1],)], ["x"]])
