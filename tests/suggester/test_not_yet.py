"""A code earns its suggestions by its own held-out lines; until then its definition alone speaks for it."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import Code, CodeId
from autocode.coding import Band, Codings, Reason
from autocode.suggester import (
    LearningSuggester,
    UnsupportedCode,
    describe_unsupported,
    open_suggester,
    save_suggester,
    train,
)
from autocode.suggester._predictions import SHOWN
from autocode.suggester._readiness import unsupported

SEEDS = st.integers(0, 10_000)


def waiting(scores, applied):
    """Return what waits of codes c0, c1 ..., given held-out scores and the truth."""
    codes = [Code(id=CodeId(f"c{j}"), name=f"C{j}") for j in range(applied.shape[1])]
    return {one.code: one for one in unsupported(SimpleNamespace(held_out=scores), codes, applied)}


def with_uses(*uses, lines=60):
    return np.array([[i < n for n in uses] for i in range(lines)])


@pytest.fixture(scope="module")
def half_coded(study, make_study, codebook):
    """Parking and telephones on many lines; records on one."""
    told = [
        ("There is nowhere to park the car.", "parking"),
        ("I drove round for a parking space.", "parking"),
        ("The phone rings out all morning.", "phones"),
        ("Nobody picks up the telephone.", "phones"),
        ("My daughter plays the violin.", ""),
        ("It rained on our summer fair.", ""),
    ]
    interviews = {f"GP{n}": told for n in range(1, 7)}
    interviews["GP7"] = [("The notes on the two of them never match.", "records")]
    return make_study(interviews, codebook)


@pytest.fixture(scope="module")
def partly(half_coded):
    return train(*half_coded, seed=1)


def test_only_a_code_whose_held_out_lines_rank_above_the_others_has_earned_it(partly):
    assert [(one.code, one.examples) for one in partly.unsupported] == [("records", 1)]
    assert partly.supported.tolist() == [True, True, False]


@given(seed=SEEDS)
def test_scores_that_say_nothing_earn_a_code_its_suggestions_in_about_one_study_of_twenty(seed):
    rng = np.random.default_rng(seed)
    applied = np.repeat(rng.random((120, 1)) < 0.2, 200, axis=1)

    assert len(waiting(rng.normal(size=(120, 200)), applied)) > 170


@given(seed=SEEDS, uses=st.integers(4, 20))
def test_lines_that_rank_above_all_others_earn_it_from_four_examples_on(seed, uses):
    applied = with_uses(uses)
    scores = np.random.default_rng(seed).random((60, 1)) + applied

    assert not waiting(scores, applied)


def test_fewer_than_two_examples_never_earn_it_and_a_code_on_every_line_need_not():
    applied = with_uses(0, 1, 60)
    found = waiting(applied.astype(float), applied)

    assert list(found) == ["c0", "c1"]
    assert f"{found['c0']}".startswith("'C0' is not yet supported by coded examples: it is on no coded line; about ")
    assert f"{found['c1']}".startswith(
        "'C1' is not yet supported by coded examples: it is on only one coded line; about "
    )


def test_the_nearer_a_code_has_come_the_fewer_examples_would_help():
    applied = with_uses(12, 12, 12, lines=200)
    where = np.array([0.56, 0.61, 2.0]) + np.arange(200)[:, None] / 1e6
    found = waiting(np.where(applied, where, np.linspace(0, 1, 200)[:, None]), applied)

    assert list(found) == ["c0", "c1"]
    assert found["c1"].more < found["c0"].more


def test_lines_that_rank_below_the_others_are_said_not_to_be_helped_by_examples_alone():
    applied = with_uses(30, 30, lines=90)
    scores = np.column_stack([-1.0 * applied[:, 0], 1.0 * applied[:, 1]]) + np.arange(90)[:, None] / 1000
    found = waiting(scores, applied)

    assert found["c0"].more is None
    assert f"{found['c0']}" == (
        "'C0' is not yet supported by coded examples: its 30 held-out lines did not rank above the other 60 beyond "
        "chance; more examples alone have not helped: sharpen its definition, or see what it is confused with."
    )


def test_it_is_told_in_one_sentence_nearest_first_and_not_before_anything_is_coded():
    one, two = (
        UnsupportedCode(code=CodeId(name), name=name, examples=n, more=more, why="")
        for name, n, more in (("far", 9, None), ("near", 1, 2))
    )

    assert describe_unsupported([one, two], of=9) == (
        "2 of 9 codes are not yet supported by coded examples and are suggested by their definitions only. More "
        "examples needed, roughly: near (2), far (more alone have not helped)."
    )
    assert describe_unsupported([], of=9) == ""
    assert describe_unsupported([UnsupportedCode(code=CodeId("a"), name="a", examples=0, more=4, why="")], of=1) == ""


def test_a_code_that_has_not_earned_it_is_suggested_by_its_definition_and_weakly(partly, interview):
    line = interview("GP9", ["The computer systems do not share records."]).lines[0]
    said = partly.suggest([line]).of(line.id)

    assert [(one.code, one.band) for one in said if one.code == "records"] == [("records", Band.WEAK)]


def test_a_line_that_only_an_unearned_code_would_fit_is_left_with_too_few_examples(make_study, codebook, interview):
    told = [
        ("There is nowhere to park the car.", "parking"),
        ("The phone rings out all morning.", "phones"),
        ("It rained on our summer fair.", ""),
        ("My daughter plays the violin.", ""),
    ]
    interviews = {f"GP{n}": told for n in range(1, 8)}
    interviews["GP8"] = [("Zebras graze beyond the orchard wall.", "records")]
    suggester = train(*make_study(interviews, codebook), seed=1)
    line = interview("GP9", ["Zebras graze beyond the orchard wall."]).lines[0]
    (silent,) = suggester.suggest([line]).abstentions

    assert suggester.codes[int(suggester.scores([line]).argmax())].id == "records"
    assert [one.code for one in suggester.unsupported] == ["records"]
    assert silent.reason is Reason.TOO_FEW_EXAMPLES


def test_before_the_first_line_is_coded_every_code_waits_and_every_code_is_suggested_weakly(study, interview):
    suggester = train(Codings(), study.lines, study.codebook)
    line = interview("GP9", ["No room for the car, calls that nobody answers, records."]).lines[0]
    said = suggester.suggest([line]).of(line.id)

    assert {one.code for one in suggester.unsupported} == {code.id for code in suggester.codes}
    assert {one.more for one in suggester.unsupported} == {4}
    assert 1 <= len(said) <= SHOWN
    assert {one.band for one in said} == {Band.WEAK}


def test_a_frame_says_the_same(partly):
    (row,) = partly.suggest_frame(["The computer systems do not share records."])
    told = {row[f"code_{n}"]: row[f"band_{n}"] for n in (1, 2, 3) if row[f"code_{n}"]}

    assert told["records"] == "weak"


def test_what_waits_is_saved_and_part_of_what_a_suggester_is(partly, tmp_path):
    again = open_suggester(save_suggester(partly, tmp_path / "model"))

    assert again.unsupported == partly.unsupported
    assert again.novelty_threshold == partly.novelty_threshold > 0
    assert again.digest == partly.digest
    assert "| Records | 1 | – | 0% | not yet: about 1 more example would help |" in (
        tmp_path / "model" / "card.md"
    ).read_text(encoding="utf-8")


def test_examples_found_meanwhile_are_counted_until_the_next_full_fit(half_coded, coding):
    def read(*codings):
        return Codings([*(one for one in half_coded.codings if one.line != "GP6:2"), *codings])

    learning = LearningSuggester(read(), half_coded.lines, half_coded.codebook, seed=1)
    (before,) = learning.suggester.unsupported
    (after,) = learning.learn(read(coding("GP6:2", "records"))).unsupported

    assert (after.examples, after.more) == (before.examples + 1, max(before.more - 1, 1))
