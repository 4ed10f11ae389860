"""Whole interviews are held out, by the same draw as the protocol of the corpora, and to the same numbers."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.errors import TrainingError
from autocode.exchange import read_corpus
from autocode.suggester import CodedLines
from autocode.transcripts import Transcripts
from autocode.validation import validate
from autocode.validation._protocol import TEST_CAP, eligible, split

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="session")
def protocol():
    """The protocol of the corpora, as its author wrote it."""
    path = CORPORA / "protocol.py"
    missing = [name for name in ("pandas",) if importlib.util.find_spec(name) is None]
    missing += [] if path.is_file() else [str(path)]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{missing[0]} is not here to compare with")
    spec = importlib.util.spec_from_file_location("protocol", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Seeds by number of lines; at 250 one seed is compared, for the sake of time.
@pytest.mark.parametrize(
    ("name", "sizes"), [("nhs_feedback", {50: 3, 250: 1}), ("serdif_thinkaloud", {50: 3}), ("disapere", {50: 3})]
)
def test_labels_splits_and_the_numbers_of_the_baselines_are_the_protocols(protocol, name, sizes):
    texts, _, docs, y, codes, definitions = protocol.load(CORPORA / name)
    corpus = read_corpus(CORPORA / name)
    table = eligible(*corpus, min_uses=protocol.MIN_USES)
    splits = [protocol.split(docs, seed) for seed in range(3)]
    ours = [split(table, seed=seed) for seed in range(3)]

    assert [line.text for line in table.lines] == texts.tolist()
    assert [line.transcript for line in table.lines] == docs.tolist()
    assert [code.id for code in table.codes] == codes
    assert (table.applied == y).all()
    for (pool, test), part in zip(splits, ours, strict=True):
        assert part.pool.tolist() == pool.tolist()
        assert part.test.tolist() == test.tolist()
    for n, seeds in sizes.items():
        (point,) = validate(*corpus, learn=[n], seeds=seeds, resamples=1).curve
        for method, ask in (("logistic", protocol.logistic), ("definitions", protocol.definitions_alone)):
            runs = [
                protocol.measure(y[test], *ask(texts, y, pool[:n], test, definitions)) for pool, test in splits[:seeds]
            ]
            theirs = {metric: f"{np.mean([run[metric] for run in runs]):.3f}" for metric in runs[0]}

            assert {metric: f"{point.baselines[method][metric].mean:.3f}" for metric in theirs} == theirs


@pytest.fixture(scope="session")
def table_of(interview, coding, codebook):
    def build(sizes: list[int]) -> CodedLines:
        transcripts = [interview(f"GP{n}", [f"Line {k}." for k in range(size)]) for n, size in enumerate(sizes)]
        lines = Transcripts(transcripts)
        return CodedLines.from_codings(
            Codings(coding(line.id, "parking") for line in lines.participant_lines), lines, codebook
        )  # fmt: skip

    return build


@given(sizes=st.lists(st.integers(1, 9), min_size=2, max_size=12), seed=SEEDS)
def test_no_interview_is_on_both_sides_and_no_line_is_lost(table_of, sizes, seed):
    table = table_of(sizes)
    try:
        part = split(table, seed=seed)
    except TrainingError:
        return
    sides = [{table.lines[i].transcript for i in rows} for rows in (part.pool, part.test)]

    assert not sides[0] & sides[1]
    assert sorted([*part.pool, *part.test]) == list(range(len(table)))
    assert len(part.test) >= 0.3 * len(table)
    assert (split(table, seed=seed).test == part.test).all()


@given(sizes=st.lists(st.integers(1, 9), min_size=2, max_size=12), seed=SEEDS)
def test_no_interview_of_the_test_is_drawn_beyond_need(table_of, sizes, seed):
    table = table_of(sizes)
    try:
        test = split(table, seed=seed).test
    except TrainingError:
        return
    last = table.lines[test[-1]].transcript

    assert sum(table.lines[i].transcript != last for i in test) < 0.3 * len(table)


def test_lines_of_the_pool_come_interview_by_interview_in_order(table_of):
    table = table_of([5] * 8)
    pool = split(table, seed=1).pool.reshape(-1, 5).tolist()

    assert [sorted(rows) for rows in pool] == pool
    assert all(len({table.lines[i].transcript for i in rows}) == 1 for rows in pool)


def test_a_test_is_never_larger_than_its_cap(table_of):
    assert len(split(table_of([1000] * 6), seed=0).test) == TEST_CAP


def test_one_interview_is_too_few_to_hold_any_out(table_of):
    with pytest.raises(TrainingError) as refused:
        split(table_of([20]), seed=0)

    assert str(refused.value) == (
        "1 coded interview is too few to hold out whole ones; code lines of at least two more interviews."
    )


def test_two_interviews_of_which_one_is_tiny_are_too_few_too(table_of):
    tables = [table_of([1, 50]), table_of([50, 1])]
    said = set()
    for seed in range(4):
        for table in tables:
            try:
                assert len(split(table, seed=seed).pool) == 1
            except TrainingError as refused:
                said.add(str(refused))

    assert said == {
        "2 coded interviews are too few to hold out whole ones; code lines of at least two more interviews."
    }


def test_the_same_words_count_once_an_interview(interview, coding, codebook):
    said = ["It  rings out.", "it rings OUT.", "It rings\tout. ", "No."]
    lines = Transcripts([interview("GP2", said), interview("GP1", said)])
    codings = Codings(coding(line.id, "parking phones") for line in lines.participant_lines)
    table = eligible(codings, lines, codebook, min_uses=1)

    assert [line.id for line in table.lines] == ["GP1:2", "GP1:5", "GP2:2", "GP2:5"]


def test_a_line_whose_codes_are_too_rare_stays_as_one_without_a_code(interview, coding):
    codebook = Codebook([Code(id=CodeId(name), name=name) for name in ("z", "rare", "a")])
    lines = Transcripts([interview("GP1", ["One.", "Two.", "Three."]), interview("GP2", ["Four.", "Five."])])
    given = ["rare", "a z", "z", "a", "a"]
    codings = Codings(coding(line.id, codes) for line, codes in zip(lines.participant_lines, given, strict=True))
    table = eligible(codings, lines, codebook, min_uses=2)

    assert [code.id for code in table.codes] == ["a", "z"]
    assert table.applied[:3].tolist() == [[False, False], [True, True], [False, True]]


def test_lines_that_nobody_judged_and_questions_are_left_out(interview, coding, codebook):
    lines = Transcripts([interview("GP1", ["One.", "Two.", "Three."])])
    codings = Codings([coding("GP1:1", "parking"), coding("GP1:2", "parking phones"), coding("GP1:4")])

    assert [line.id for line in eligible(codings, lines, codebook, min_uses=1).lines] == ["GP1:2", "GP1:4"]
