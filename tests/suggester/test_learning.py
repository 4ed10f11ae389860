"""What calibration, thresholds, folds and the share of neighbouring lines promise on any numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.suggester.model._blend import best_blend
from autocode.suggester.model._calibration import fit_platt
from autocode.suggester.model._context import ContextWindow, neighbour_matrix
from autocode.suggester.model._hyperparameters import DEFAULTS
from autocode.suggester.model._model import folds
from autocode.suggester.model._thresholds import fit_thresholds

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed: int, *, lines: int = 40, codes: int = 3, share: float = 0.3):
    """Return scores that tell something of the truth, with ties, and the truth."""
    rng = np.random.default_rng(seed)
    applied = rng.random((lines, codes)) < share
    return np.round(rng.normal(size=(lines, codes)) * 2 + 2 * applied - 1, 1), applied


def f1(said, applied):
    return 2 * (said & applied).sum() / max(said.sum() + applied.sum(), 1)


@given(seed=SEEDS, share=st.sampled_from([0.0, 0.05, 0.5, 1.0]))
def test_calibrated_probabilities_lie_between_0_and_1_and_rise_with_the_score(seed, share):
    scores, applied = drawn(seed, share=share)
    curve = fit_platt(scores, applied, n_interviews=1000)
    ladder = np.linspace(-8, 8, 33)[:, None].repeat(3, axis=1)
    p = curve(ladder)

    assert ((p > 0) & (p < 1)).all()
    assert (np.diff(p, axis=0) > 0).all()


def test_lines_of_one_interview_say_nothing_of_how_often_a_code_comes_up_in_others():
    scores, applied = drawn(2, lines=400)
    applied[:, 0] = False
    one, two, many = (fit_platt(scores, applied, n_interviews=n) for n in (1, 2, 1000))
    often = [curve(np.zeros((1, 3)))[0] for curve in (one, two, many)]

    assert len(set(one.slopes)) == len(set(one.intercepts)) == 1
    assert often[0][0] > often[1][0] > often[2][0]


def test_calibrated_probabilities_are_about_as_frequent_as_they_say():
    scores, applied = drawn(1, lines=4000)

    assert fit_platt(scores, applied, n_interviews=1000)(scores).mean(axis=0) == pytest.approx(
        applied.mean(axis=0), abs=0.02
    )


@given(seed=SEEDS)
def test_a_single_code_is_said_as_often_as_humans_give_it(seed):
    scores, applied = drawn(seed, codes=1)
    p = fit_platt(scores, applied, n_interviews=1000)(scores)
    cut = fit_thresholds(p, applied)

    # Lines of the same score cannot be told apart.
    assert (p > cut.codes[0]).sum() <= applied.sum() <= (p >= cut.codes[0]).sum()


@given(seed=SEEDS)
def test_a_line_is_spoken_of_from_the_strength_of_best_f1_on(seed):
    scores, applied = drawn(seed, codes=1)
    p = fit_platt(scores, applied, n_interviews=1000)(scores)
    cut = fit_thresholds(p, applied)

    # Strength is rounded where it is the probability of one code: it may lie a bit beside p.
    strength = cut.strength(p)
    best = max(f1(strength >= t, applied[:, 0]) for t in np.unique(strength))
    assert f1(strength >= cut.line, applied[:, 0]) == pytest.approx(best)


def test_codes_of_unlike_frequency_are_each_said_about_as_often_as_given():
    scores, applied = drawn(5, lines=3000, codes=3)
    applied[:, 0] &= np.random.default_rng(1).random(len(applied)) < 0.3
    p = fit_platt(scores, applied, n_interviews=1000)(scores)

    assert (p >= fit_thresholds(p, applied).codes).sum(axis=0) == pytest.approx(applied.sum(axis=0), rel=0.1)


@given(seed=SEEDS, share=st.sampled_from([0.0, 0.1, 1.0]))
def test_thresholds_are_probabilities(seed, share):
    scores, applied = drawn(seed, share=share)
    cut = fit_thresholds(fit_platt(scores, applied, n_interviews=1000)(scores), applied)

    assert ((cut.codes > 0) & (cut.codes < 1)).all()
    assert 0 <= cut.line < 1


def test_a_code_on_no_line_takes_the_threshold_of_all_codes_together():
    scores, applied = drawn(2)
    applied[:, 2] = False
    p = fit_platt(scores, applied, n_interviews=1000)(scores)
    together = fit_thresholds(p.reshape(-1, 1), applied.reshape(-1, 1)).codes[0]

    assert fit_thresholds(p, applied).codes[2] == pytest.approx(together)


def test_without_any_positive_a_code_is_said_from_a_half_on_and_every_line_is_spoken_of():
    cut = fit_thresholds(np.full((4, 2), 0.3), np.zeros((4, 2), dtype=bool))

    assert cut.codes.tolist() == [0.5, 0.5]
    assert cut.line == 0


def test_strength_is_the_chance_that_not_all_codes_stay_away():
    cut = fit_thresholds(np.full((4, 2), 0.3), np.zeros((4, 2), dtype=bool))

    assert cut.strength(np.array([[0.5, 0.5], [0.0, 0.2]])).tolist() == pytest.approx([0.75, 0.2])


@given(st.lists(st.sampled_from([f"GP{n}" for n in range(14)]), max_size=60), SEEDS)
def test_folds_are_made_of_whole_interviews_where_there_are_ten(interviews, seed):
    fold = folds(interviews, seed=seed)

    assert len(fold) == len(interviews)
    assert set(fold) <= set(range(5))
    if len(set(interviews)) >= 10:
        assert len(set(zip(interviews, fold.tolist(), strict=True))) == len(set(interviews))
        assert len(set(fold)) == 5
    else:
        assert fold.tolist() == sorted(fold)


def test_lines_beside_each_other_are_of_one_speaker_in_one_interview(interview):
    lines = [
        *interview("GP1", ["One.", "Two.", ("INT", "Three?"), "Four.", ("PM1", "Five."), ("PM1", "Six.")]).lines,
        *interview("GP2", ["One."]).lines,
    ]
    near = neighbour_matrix(lines).toarray()

    assert (near == near.T).all()
    assert np.argwhere(np.triu(near)).tolist() == [[0, 1], [4, 5]]


@pytest.mark.parametrize("reach", [1, 2, 5])
def test_lines_further_away_count_less_and_none_beyond_the_reach(interview, reach):
    lines = interview("GP1", ["words"] * 7).lines
    near = neighbour_matrix(lines[::-1], reach=reach, fading=0.5).toarray()
    away = np.abs(np.subtract.outer(range(7), range(7)))

    assert near == pytest.approx(np.where((away > 0) & (away <= reach), 0.5 ** (away - 1.0), 0))


def test_a_share_of_nothing_adds_nothing_and_no_lines_have_no_neighbours(interview):
    scores, _ = drawn(3, lines=2)

    assert not ContextWindow(share=0.0).context_scores(interview("GP1", ["One.", "Two."]).lines, scores).any()
    assert ContextWindow(share=0.5).context_scores([], np.zeros((0, 3))).shape == (0, 3)
    assert neighbour_matrix([], reach=3).shape == (0, 0)


def test_neighbours_tell_which_code_and_not_whether_any(interview):
    lines = interview("GP1", ["One.", "Two."]).lines
    scores = np.array([[0.0, 0.0], [5.0, 3.0]])
    louder = scores + np.array([[0.0], [10.0]])
    half = ContextWindow(share=0.5)

    assert half.context_scores(lines, scores)[0].tolist() == [0.5, -0.5]
    assert (half.context_scores(lines, louder)[0] == half.context_scores(lines, scores)[0]).all()


def test_where_no_code_stands_each_line_speaks_for_itself(interview):
    scores, applied = drawn(5, lines=4)
    lines = interview("GP1", ["One.", "Two.", "Three.", "Four."]).lines
    blend, _ = best_blend(lines, np.zeros_like(applied), scores, np.zeros_like(scores))

    assert blend.line_context.share == 0


def test_neighbours_count_where_they_help_and_not_where_they_mislead(interview):
    lines = interview("GP1", ["words"] * 60).lines
    steady = np.repeat(np.eye(3, dtype=bool), 20, axis=0)
    jumping = np.tile(np.eye(3, dtype=bool), (20, 1))
    noise = np.random.default_rng(6).normal(size=(60, 3))
    nothing = np.zeros((60, 3))

    assert best_blend(lines, steady, steady + noise, nothing)[0].line_context in DEFAULTS.line_contexts[1:]
    assert best_blend(lines, jumping, jumping + noise, nothing)[0].line_context == DEFAULTS.line_contexts[0]


def test_the_codebook_speaks_louder_the_more_the_coded_lines_mislead(interview):
    applied = np.tile(np.eye(3, dtype=bool), (20, 1))
    noise = np.random.default_rng(7).normal(size=(60, 3))
    lines = [line for n in range(60) for line in interview(f"GP{n}", ["words"]).lines]
    meant, learnt = 0.3 * applied + 0.1 * noise, np.zeros((60, 3))

    assert (
        best_blend(lines, applied, learnt - 4 * applied, meant)[0].codebook_weight == DEFAULTS.grid.codebook_weights[-1]
    )
    assert best_blend(lines, applied, learnt + applied, -meant)[0].codebook_weight == DEFAULTS.grid.codebook_weights[0]


def test_the_scores_returned_are_those_of_the_blend_returned(interview):
    lines = interview("GP1", ["words"] * 40).lines
    scores, applied = drawn(8)
    likeness = np.random.default_rng(9).random(scores.shape) / 4
    blend, blended = best_blend(lines, applied, scores, likeness)
    meant = likeness - likeness.mean(axis=1, keepdims=True)
    learnt = scores + blend.line_context.context_scores(lines, scores)

    assert blended == pytest.approx(
        learnt + blend.codebook_weight * (meant + DEFAULTS.codebook_context.context_scores(lines, meant))
    )
