"""A model beside the coders."""

from collections.abc import Callable, Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given, settings

from autocode.agreement import ReliabilityData, Undefined, human_ceiling, krippendorff_alpha
from autocode.codebook import CodeId
from autocode.coding import CoderId, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts

THREE = {
    "MO": ["cost", "wait", "", "cost wait", "", "trust", "", "cost", "", "", "wait", ""],
    "JB": ["cost", "wait", "", "cost", "", "trust", "", "", "", "", "wait", ""],
    "SK": ["cost", "", "", "cost", None, None, None, "cost", "trust", "", "wait", "cost"],
}


def model_of(codings: Codings, coder: str) -> dict[LineId, frozenset[CodeId]]:
    return {one.line: one.codes for one in codings.by(CoderId(coder))}


def test_each_side_is_alpha_of_the_pooled_pairs_with_the_others_on_the_same_lines(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    codings = codings_of(THREE)
    said = ["cost", "", "", "wait", "", "trust", "cost", "", "fun", "", "wait", ""]
    model = dict(zip(codings.lines, (frozenset(map(CodeId, codes.split())) for codes in said), strict=True))
    found = human_ceiling(codings, model, interviews)
    read = [u for u, codes in enumerate(THREE["SK"]) if codes is not None]

    def alpha(one: list[str]) -> float:
        first = [one[u] for u in range(12)] + [one[u] for u in read]
        others = [THREE["JB"][u] for u in range(12)] + [THREE["SK"][u] for u in read]
        data = ReliabilityData.from_table([[codes.split() for codes in row] for row in (first, others)])
        return krippendorff_alpha(data, interval=None).value

    mo = found.coders[0]
    assert mo.coder == "MO"
    assert mo.human.value == pytest.approx(alpha(THREE["MO"]))
    assert mo.model.value == pytest.approx(alpha(said))
    assert mo.difference.value == pytest.approx(mo.model.value - mo.human.value)
    assert mo.difference.low < mo.difference.value < mo.difference.high
    assert found.mean.human.value == pytest.approx(sum(one.human.value for one in found.coders) / 3)
    assert found.mean.model.n_coders == 3
    assert found.mean.coder is None


def test_a_model_that_says_what_a_coder_says_is_exactly_as_near_as_she_is(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    codings = codings_of(THREE)
    found = human_ceiling(codings, model_of(codings, "MO"), interviews, codes=[CodeId("cost")])
    of_mo = found.coders[0].difference

    assert (of_mo.value, of_mo.low, of_mo.high) == (0.0, 0.0, 0.0)
    assert found.coders[0].human.conventions["distance"].startswith("nominal")


def test_it_is_told_in_a_line_a_coder(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of(THREE)
    told = str(human_ceiling(codings, model_of(codings, "MO"), interviews)).splitlines()

    assert [line.split(":")[0] for line in told] == ["MO", "JB", "SK", "the coders"]
    assert ", difference: 0.00 [0.00, 0.00]" in told[0]


def test_only_lines_that_the_model_spoke_of_count(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of(THREE)
    model = {line: codes for line, codes in model_of(codings, "MO").items() if line < LineId("I4")}
    found = human_ceiling(codings, model, interviews)

    assert found.mean.human.n_pairable == 6
    assert found.coders[2].human.n_pairable == 4


def test_where_nothing_varies_it_is_undefined_with_its_reason(codings_of: Callable[..., Codings]) -> None:
    codings = codings_of({"MO": ["", ""], "JB": ["", ""]})
    found = human_ceiling(codings, {LineId("I1:1"): frozenset(), LineId("I1:2"): frozenset()})

    assert found.mean.difference.undefined is Undefined.ONE_CATEGORY


def test_one_coder_has_no_ceiling(codings_of: Callable[..., Codings]) -> None:
    codings = codings_of({"MO": ["cost", ""]})
    with pytest.raises(AgreementError, match="lines that two of them coded independently and that the model has"):
        human_ceiling(codings, model_of(codings, "MO"))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(*(st.sampled_from(["", "cost", "wait", "cost wait", None]) for _ in range(4))),
        min_size=2,
        max_size=12,
    ),
    st.permutations(range(3)),
)
def test_neither_the_order_of_coders_nor_unread_lines_matter(
    rows: list[tuple[str | None, ...]], order: list[int]
) -> None:
    def codings(coders: Sequence[int]) -> Codings:
        return Codings(
            Coding(line=LineId(f"{u}"), coder=CoderId(f"coder {c}"), codes=frozenset(map(CodeId, row[c].split())))
            for c in coders
            for u, row in enumerate(rows)
            if row[c] is not None
        )

    model = {LineId(f"{u}"): frozenset(map(CodeId, (row[3] or "").split())) for u, row in enumerate(rows)}
    assume(any(sum(said is not None for said in row[:3]) >= 2 for row in rows))
    found = human_ceiling(codings(range(3)), model, interval=None)
    again = human_ceiling(codings(order), model | {LineId("unread"): frozenset()}, interval=None)

    assert {one.coder: one.human.value for one in found.coders} == pytest.approx(
        {one.coder: one.human.value for one in again.coders}, nan_ok=True
    )
    assert found.mean.difference.value == pytest.approx(again.mean.difference.value, nan_ok=True)
