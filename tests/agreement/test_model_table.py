"""A model beside the coders, code by code."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from autocode.agreement import ReliabilityData, Undefined, krippendorff_alpha, model_pairs, model_table
from autocode.codebook import CodeId
from autocode.coding import CoderId, Codings
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts

THREE = {
    "MO": ["cost", "wait", "", "cost wait", "", "trust", "", "cost", "", "", "wait", ""],
    "JB": ["cost", "wait", "", "cost", "", "trust", "", "", "", "", "wait", ""],
    "SK": ["cost", "", "", "cost", None, None, None, "cost", "trust", "", "wait", "cost"],
}
SAID = ["cost", "", "", "wait", "", "trust", "cost", "", "fun", "", "wait", ""]
CODES = [CodeId("cost"), CodeId("wait"), CodeId("trust")]


@pytest.fixture
def codings(codings_of: Callable[..., Codings]) -> Codings:
    return codings_of(THREE)


@pytest.fixture
def model(codings: Codings) -> dict[LineId, frozenset[CodeId]]:
    return dict(zip(codings.lines, (frozenset(map(CodeId, codes.split())) for codes in SAID), strict=True))


def pairs_with_the_model() -> list[tuple[str, str]]:
    return [(SAID[u], row[u]) for row in THREE.values() for u in range(12) if row[u] is not None]


def test_coders_have_the_alpha_that_they_have_without_a_model(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    found = model_table(codings, model, interviews, codes=CODES, seed=4)
    sets = ReliabilityData.for_sets(codings, interviews)

    for row in found.codes:
        alone = krippendorff_alpha(sets.applied(row.code), seed=4)
        assert (row.human.value, row.human.low, row.human.high) == pytest.approx((alone.value, alone.low, alone.high))
    alone = krippendorff_alpha(sets, seed=4)
    assert (found.sets.human.value, found.sets.human.low) == pytest.approx((alone.value, alone.low))
    assert (found.sets.human.n_coders, found.sets.human.n_pairable, found.sets.human.n_interviews) == (3, 12, 6)


def test_the_model_has_the_alpha_of_its_pairs_with_every_judgement(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    found = model_table(codings, model, interviews, codes=CODES, interval=None)
    pairs = pairs_with_the_model()
    of_sets = ReliabilityData.from_table([[one.split() for one in row] for row in zip(*pairs, strict=True)])
    of_cost = ReliabilityData.from_table([["cost" in one.split() for one in row] for row in zip(*pairs, strict=True)])

    assert found.sets.model.value == pytest.approx(krippendorff_alpha(of_sets, interval=None).value)
    assert found.codes[0].model.value == pytest.approx(krippendorff_alpha(of_cost, interval=None).value)
    assert (found.codes[0].applied, found.codes[0].suggested) == (4, 2)


def test_the_pairs_with_the_model_are_a_table_of_two_coders(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    found = model_table(codings, model, interviews, codes=CODES, interval="interviews", seed=4)
    pairs = model_pairs(ReliabilityData.for_sets(codings, interviews), model)

    assert pairs.values.shape == (2, 33)
    for row, data in ((found.sets, pairs), (found.codes[0], pairs.applied(CODES[0]))):
        alpha = krippendorff_alpha(data, interval="interviews", seed=4)
        assert (row.model.value, row.model.low, row.model.high) == pytest.approx((alpha.value, alpha.low, alpha.high))
    assert model_pairs(ReliabilityData.for_sets(codings), model).interviews is None


def test_difference_and_ratio_come_from_the_same_resamples(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    found = model_table(codings, model, interviews, codes=CODES)
    as_mo = {one.line: one.codes for one in codings.by(CoderId("MO"))}
    same = model_table(codings, as_mo, interviews, codes=CODES, interval="interviews")

    for row in (*found.codes, found.mean, found.sets):
        assert row.difference.value == pytest.approx(row.model.value - row.human.value)
        assert row.ratio.value == pytest.approx(row.model.value / row.human.value)
    assert found.mean.human.value == pytest.approx(np.mean([row.human.value for row in found.codes]))
    # a model that says what MO says agrees with MO always: better than the coders among themselves, in every resample
    assert same.sets.difference.low > 0
    assert same.sets.ratio.low > 1


def test_a_code_that_coders_agree_on_no_better_than_by_chance_has_no_ratio(codings_of: Callable[..., Codings]) -> None:
    codings = codings_of({"MO": ["x", "", "x", ""], "JB": ["", "x", "", "x"]})
    codes = [CodeId("x"), CodeId("y")]
    found = model_table(codings, dict.fromkeys(codings.lines, frozenset()), codes=codes, codebook=codes)

    assert found.codes[0].human.value < 0
    assert found.codes[0].ratio.undefined is Undefined.NOT_ABOVE_CHANCE
    assert found.codes[1].ratio.undefined is Undefined.ONE_CATEGORY
    assert found.codes[1].human.undefined is Undefined.ONE_CATEGORY
    assert found.mean.human.value == found.codes[0].human.value


def test_intervals_may_be_linearised(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    found = model_table(codings, model, interviews, codes=CODES, interval="linearised")

    assert found.sets.ratio.low < found.sets.ratio.value < found.sets.ratio.high
    assert found.sets.ratio.conventions["interval"].endswith("with t over interviews")


def test_a_ratio_may_lie_above_one_however_its_interval_is_made(codings: Codings, interviews: Transcripts) -> None:
    model = {one.line: one.codes for one in codings.by(CoderId("MO"))}
    found = model_table(codings, model, interviews, codes=CODES, interval="linearised")

    assert 1 < found.sets.ratio.value < found.sets.ratio.high


def test_it_is_told_in_a_line_a_row_and_in_json(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    found = model_table(codings, model, interviews, codes=CODES, interval=None)
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))

    assert [line.split(":")[0] for line in str(found).splitlines()] == [
        "cost", "wait", "trust", "mean over codes", "sets (MASI)",
    ]  # fmt: skip
    assert "(3 coders, 12 lines, 6 interviews)" in str(found.sets)
    assert set(told) == {"codes", "mean", "sets", "conventions"}
    assert told["codes"][0]["ratio"]["value"] == found.codes[0].ratio.value
    assert told["codes"][0]["lines"] == 12
    assert "every judgement counts once" in told["conventions"]["missing"]


def test_lines_that_the_model_did_not_speak_of_and_of_one_coder_are_left_out(
    codings: Codings, model: dict[LineId, frozenset[CodeId]], interviews: Transcripts
) -> None:
    some = {line: said for line, said in model.items() if line < LineId("I4")}
    found = model_table(codings, some, interviews, codes=CODES, interval=None)

    assert found.sets.human.n_pairable == 6


def test_what_cannot_be_compared_is_refused(codings_of: Callable[..., Codings], codings: Codings) -> None:
    alone = codings_of({"MO": ["cost"]})

    with pytest.raises(AgreementError, match="lines that two of them coded independently and that the model has"):
        model_table(alone, dict.fromkeys(alone.lines, frozenset()), codes=CODES, codebook=CODES)
    with pytest.raises(ValueError, match="name the codes to compare; there is none"):
        model_table(codings, {}, codes=[])
