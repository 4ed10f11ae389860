"""What a model would code, were it a coder: sets that humans give, chosen for agreement beyond chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.coding import Codings
from autocode.suggester import train
from autocode.suggester.model._label_sets import CodeSets, masi_similarity

SEEDS = st.integers(0, 10_000)


def drawn(seed, *, lines=80, codes=5):
    rng = np.random.default_rng(seed)
    return rng.random((lines, codes)) < 0.3, rng.uniform(0.001, 0.999, size=(lines, codes))


def test_masi_weighs_what_two_sets_share_by_whether_one_holds_the_other():
    sets = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 0], [0, 0, 1]], dtype=bool)
    likeness = masi_similarity(sets)

    assert np.diag(likeness).tolist() == [1, 1, 1, 1, 1]
    assert likeness[0, 1] == pytest.approx(1 / 2 * 2 / 3)
    assert likeness[0, 2] == pytest.approx(1 / 3 * 1 / 3)
    assert likeness[3, :3].tolist() == likeness[0, 3:].tolist()[:1] * 3 == [0, 0, 0]
    assert likeness[1, 4] == 0


@given(seed=SEEDS)
def test_only_sets_that_humans_gave_and_single_codes_and_none_are_given(seed):
    applied, p = drawn(seed)
    held = {tuple(row) for row in applied} | {tuple(row) for row in np.eye(5, dtype=bool)} | {(False,) * 5}

    assert {tuple(row) for row in CodeSets.from_coded_lines(applied).best(p)} <= held


@given(seed=SEEDS)
def test_chances_add_up_to_one_and_lines_that_tell_nothing_leave_the_sets_as_frequent_as_they_are(seed):
    applied, p = drawn(seed)
    sets = CodeSets.from_coded_lines(applied)
    base = sets.shares @ sets.members

    assert sets.set_probabilities(p).sum(axis=1) == pytest.approx(1)
    assert sets.set_probabilities(base[None, :])[0] == pytest.approx(sets.shares)


@given(seed=SEEDS)
def test_codes_that_are_certain_are_the_set_that_is_given(seed):
    applied, _ = drawn(seed)

    assert (CodeSets.from_coded_lines(applied).best(np.where(applied, 1.0, 0.0)) == applied).all()


def test_codes_that_always_go_together_are_given_together_though_each_alone_is_doubtful():
    applied = np.array([[True, True, False]] * 40 + [[False, False, True]] * 40)
    p = np.array([[0.8, 0.35, 0.1]])

    assert CodeSets.from_coded_lines(applied).best(p).tolist() == [[True, True, False]]


def test_of_very_many_sets_the_most_frequent_are_weighed():
    rng = np.random.default_rng(1)
    applied = np.concatenate([rng.random((1500, 40)) < 0.5, np.repeat(rng.random((1, 40)) < 0.5, 9, axis=0)])
    sets = CodeSets.from_coded_lines(applied)

    assert len(sets.members) == 1000
    assert (sets.members == applied[-1]).all(axis=1).any()


def test_a_suggester_would_code_lines_as_coders_do_and_give_none_where_nothing_was_given(suggester, study):
    lines = study.lines.participant_lines
    said = suggester.would_code(lines)
    right = [said[line.id] == study.codings.of(line.id)[0].codes for line in lines]

    assert list(said) == [line.id for line in lines]
    assert np.mean(right) > 0.95
    assert frozenset() in said.values()
    assert suggester.would_code([]) == {}


def test_before_the_first_line_is_coded_it_would_code_one_code_or_none(study):
    suggester = train(Codings(), study.lines, study.codebook)

    assert {len(codes) for codes in suggester.would_code(study.lines.participant_lines).values()} <= {0, 1}
