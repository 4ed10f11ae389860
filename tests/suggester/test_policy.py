"""The policy decides from arrays alone: no text, no vector and no model is needed to try it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.coding import Reason
from autocode.suggester._policy import MIN_WORDS, RUNNER_UP_SHARE, LineMeasures, SuggestionPolicy
from autocode.suggester._predictions import SHOWN
from autocode.suggester.model._thresholds import Thresholds

POLICY = SuggestionPolicy(
    thresholds=Thresholds(codes=np.array([0.4, 0.4, 0.4, 0.4]), line=0.3),
    supported=np.ones(4, dtype=bool),
    novelty_threshold=0.2,
    any_example=True,
)


def measures(*probabilities, **other):
    """Return the measures of lines about which there is nothing unusual, but for what is given."""
    n, codes = len(probabilities), len(probabilities[0])
    usual = {
        "probabilities": np.array(probabilities),
        "codebook_scores": np.zeros((n, codes)),
        "similarity": np.ones(n),
        "is_far": np.zeros(n, dtype=bool),
        "word_counts": np.full(n, 10),
    }
    return LineMeasures(**(usual | {name: np.array(values) for name, values in other.items()}))


def chosen(policy, line):
    choices = policy.choose(line)
    return choices.reasons[0], choices.code.tolist()


def test_the_best_code_is_suggested_with_those_that_come_near_their_threshold_most_probable_first():
    assert chosen(POLICY, measures([0.1, 0.25, 0.35, 0.19])) == (None, [2, 1])
    assert chosen(POLICY, measures([0.9, 0.8, 0.7, 0.6])) == (None, [0, 1, 2])


def test_a_line_that_stays_below_its_threshold_gets_nothing_because_nothing_fits():
    assert chosen(POLICY, measures([0.05, 0.05, 0.05, 0.05])) == (Reason.NOTHING_FITS, [])


def test_a_line_far_from_all_coded_lines_is_unlike_anything():
    assert chosen(POLICY, measures([0.9, 0.1, 0.1, 0.1], is_far=[True])) == (Reason.UNLIKE_ANYTHING, [])


@pytest.mark.parametrize(("probability", "reason"), [(0.39, Reason.UNLIKE_ANYTHING), (0.41, None)])
def test_a_line_of_low_similarity_is_unlike_anything_only_if_no_code_reaches_its_threshold(probability, reason):
    line = measures([probability, 0.1, 0.1, 0.1], similarity=[0.1])

    assert chosen(POLICY, line)[0] is reason


def test_a_line_of_few_words_is_too_short_whatever_else_holds():
    line = measures([0.01, 0.01, 0.01, 0.01], word_counts=[MIN_WORDS - 1], is_far=[True])

    assert chosen(POLICY, line) == (Reason.TOO_SHORT, [])


def test_an_unsupported_code_is_suggested_only_where_its_definition_is_among_the_most_similar():
    policy = replace(POLICY, supported=np.array([False, True, True, True]))
    likely = [0.9, 0.1, 0.1, 0.1]

    assert chosen(policy, measures(likely, codebook_scores=[[2.0, 0.0, 0.0, 0.0]])) == (None, [0])
    assert chosen(policy, measures(likely, codebook_scores=[[0.1, 2.0, 2.0, 2.0]])) == (Reason.TOO_FEW_EXAMPLES, [])


def test_before_any_line_has_a_code_every_code_may_be_suggested():
    policy = replace(POLICY, supported=np.zeros(4, dtype=bool), any_example=False)

    assert chosen(policy, measures([0.9, 0.1, 0.1, 0.1])) == (None, [0])


def test_below_the_least_probability_of_a_promise_nothing_is_suggested():
    policy = replace(POLICY, thresholds=Thresholds(codes=np.zeros(4), line=0.0, least=0.6))

    assert chosen(policy, measures([0.7, 0.65, 0.5, 0.1])) == (None, [0, 1])
    assert chosen(policy, measures([0.59, 0.1, 0.1, 0.1])) == (Reason.NOTHING_FITS, [])


@given(seed=st.integers(0, 10_000))
def test_every_line_has_a_reason_or_one_to_three_suggestions_and_never_both(seed):
    rng = np.random.default_rng(seed)
    p = rng.random((30, 4))
    policy = replace(POLICY, supported=rng.random(4) < 0.5)
    lines = measures(
        *p,
        codebook_scores=rng.normal(size=(30, 4)),
        similarity=rng.random(30),
        is_far=rng.random(30) < 0.1,
        word_counts=rng.integers(0, 9, 30),
    )
    choices = policy.choose(lines)
    counts = np.bincount(choices.line, minlength=30)

    assert [reason is None for reason in choices.reasons] == [0 < count <= SHOWN for count in counts]
    assert all(
        p[i, j] >= RUNNER_UP_SHARE * 0.4 or p[i, j] == p[i].max()
        for i, j in zip(choices.line, choices.code, strict=True)
    )
