import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocode.coding import Codings, Reason
from autocode.errors import TrainingError
from autocode.suggester import (
    CodedLines,
    Promise,
    PromiseKind,
    PromiseMet,
    PromiseRefused,
    certify,
    cross_validated_probabilities,
    open_suggester,
    save_suggester,
    train,
)


def a_trial(n_lines, n_interviews, *, honest=True, seed=0):
    """Probabilities of three codes, what stands with those probabilities, and the interviews, all invented."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.4, 1.2, size=(n_lines, 3))
    truth = rng.random(p.shape) < (p if honest else p / 2)
    return p, truth, np.arange(n_lines) % n_interviews


def precision_at(threshold, p, truth):
    said = p >= threshold
    return (said & truth).sum() / said.sum()


@pytest.fixture(scope="module")
def promising(study):
    return train(*study, seed=3, promise="precision=0.6")


def test_a_promise_of_precision_is_kept_on_lines_that_come_later():
    answer = certify(Promise.parse("precision=0.8"), *a_trial(2000, 100), seed=1)
    later = a_trial(20_000, 100, seed=9)[:2]

    assert isinstance(answer, PromiseMet)
    assert answer.bound >= 0.8
    assert answer.estimate > answer.bound
    assert precision_at(answer.threshold, *later) >= 0.8


def test_a_threshold_is_no_stricter_than_the_promise_needs():
    p, truth, interview = a_trial(5000, 200)
    answers = [certify(Promise.parse(f"precision={share}"), p, truth, interview, seed=1) for share in (0.6, 0.7, 0.8)]
    thresholds = [one.threshold for one in answers]

    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[2]
    assert all(one.estimate - float(str(one.promise).split("=")[1]) < 0.06 for one in answers)


def test_a_promise_that_no_threshold_reaches_is_refused_with_the_best_that_there_is():
    answer = certify(Promise.parse("precision=0.9"), *a_trial(1000, 50, honest=False), seed=1)

    assert isinstance(answer, PromiseRefused)
    assert str(answer).startswith(
        "precision=0.9 cannot be promised: no threshold reached it on held-out lines (at best "
    )


def test_a_promise_that_few_lines_cannot_show_is_refused_with_how_many_more_would():
    answer = certify(Promise.parse("precision=0.9"), *a_trial(120, 12), seed=1)

    assert isinstance(answer, PromiseRefused)
    assert "120 coded lines of 12 interviews do not show it for others; about " in answer.why
    assert answer.why.endswith(" more interviews, would, or ask for less.")


def test_lines_of_few_interviews_promise_nothing_however_many_they_are():
    answer = certify(Promise.parse("precision=0.5"), *a_trial(5000, 9), seed=1)

    assert str(answer) == (
        "precision=0.5 cannot be promised: it would rest on coded lines of 9 interviews, and fewer than 10 say too "
        "little about others; code lines of 1 more."
    )


def test_few_lines_promise_nothing_however_many_their_interviews():
    p, truth, interview = a_trial(12, 12)
    answer = certify(Promise.parse("recall=0.5"), p, truth, interview, seed=1)

    assert isinstance(answer, PromiseRefused)
    assert f"it would rest on {truth.any(axis=1).sum()} lines with a code, and fewer than 30" in answer.why


def test_lines_that_resemble_each_other_within_interviews_need_more_than_independent_ones():
    p, _, interview = a_trial(2000, 20)
    rng = np.random.default_rng(3)
    easy = np.arange(20) < 16
    truth = np.where(easy[interview][:, None], True, rng.random(p.shape) < 0.3)
    mixed = truth[rng.permutation(len(truth))]
    together = certify(Promise.parse("precision=0.8"), p, truth, interview, seed=1)
    apart = certify(Promise.parse("precision=0.8"), p, mixed, interview, seed=1)

    assert isinstance(together, PromiseRefused)
    assert isinstance(apart, PromiseMet)


def test_a_promise_of_recall_says_of_few_lines_with_a_code_that_nothing_fits():
    p, truth, interview = a_trial(3000, 100)
    answer = certify(Promise.parse("recall=0.9"), p, truth, interview, seed=1)
    later, stands, _ = a_trial(20_000, 100, seed=5)
    speaks = 1 - np.prod(1 - later, axis=1) >= answer.threshold

    assert isinstance(answer, PromiseMet)
    assert 0 < answer.abstention_rate < 0.5
    assert speaks[stands.any(axis=1)].mean() >= 0.9
    assert "at least 90% of the lines that have a code will get suggestions: " in str(answer)


def test_recall_is_refused_where_no_line_can_be_left_unsaid():
    p, truth, interview = np.full((400, 3), 0.5), np.ones((400, 3), dtype=bool), np.arange(400) % 40

    answer = certify(Promise.parse("recall=0.9"), p, truth, interview, seed=1)

    assert isinstance(answer, PromiseRefused)
    assert answer.why == "no line can be left without a suggestion; read them all, or ask for less."


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(30, 400), st.integers(10, 40), st.sampled_from(["precision", "recall"]))
def test_whatever_is_given_is_what_its_threshold_does_on_the_lines_it_rests_on(seed, n, n_interviews, kind):
    p, truth, interview = a_trial(n, n_interviews, seed=seed)
    answer = certify(Promise(kind=PromiseKind(kind), at_least=0.7), p, truth, interview, seed=seed)

    if isinstance(answer, PromiseMet):
        if kind == "precision":
            assert answer.estimate == pytest.approx(precision_at(answer.threshold, p, truth))
            assert answer.abstention_rate == pytest.approx((p.max(axis=1) < answer.threshold).mean())
        else:
            speaks = 1 - np.prod(1 - p, axis=1) >= answer.threshold
            assert answer.estimate == pytest.approx(speaks[truth.any(axis=1)].mean())
        assert answer.bound >= 0.7
        assert answer.counted >= 30
    else:
        assert answer.why.endswith(".")


@pytest.mark.parametrize("text", ["precision", "precision=", "f1=0.8", "precision=80%", ""])
def test_a_promise_that_cannot_be_read_says_how_one_is_written(text):
    with pytest.raises(ValueError, match=r"^a promise is written precision=0\.8 or recall=0\.9, not "):
        Promise.parse(text)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5, -0.1])
def test_a_share_that_is_none_cannot_be_promised(share):
    with pytest.raises(ValueError, match=r"^a promise is of a share between 0 and 1"):
        Promise(kind=PromiseKind.RECALL, at_least=share)


def test_a_suggester_under_a_promise_says_nothing_below_its_threshold(promising, study):
    answer = promising.promise("precision=0.6")
    batch = promising.suggest(study.lines)
    said = {one.line for one in batch.suggestions}
    silent = {one.line: one.reason for one in batch.abstentions}
    p = dict(
        zip(
            (x.id for x in study.lines.participant_lines),
            promising.probabilities(study.lines.participant_lines),
            strict=True,
        )
    )

    assert isinstance(answer, PromiseMet)
    assert min(one.probability for one in batch.suggestions) >= answer.threshold
    assert promising.notes[-1] == f"{answer}."
    assert {line for line in silent if p[line].max() < answer.threshold and silent[line] is Reason.NOTHING_FITS}
    assert all(p[line].max() >= answer.threshold for line in said)


def test_a_promise_asked_of_suggest_is_the_same_as_one_trained_with(promising, study):
    other = promising.with_promise("recall=0.7")
    asked = promising.suggest(study.lines, promise="recall=0.7")

    assert asked.suggestions == other.suggest(study.lines).suggestions
    assert asked.model == other.digest != promising.digest


def test_a_promise_that_is_refused_is_refused_in_a_sentence(promising, study):
    with pytest.raises(TrainingError, match=r"^precision=0\.999 cannot be promised: "):
        promising.suggest(study.lines, promise="precision=0.999")


def test_a_suggester_that_was_not_tried_says_so(suggester):
    assert str(suggester.promise("recall=0.8")) == (
        "recall=0.8 cannot be promised: this suggester was not cross-validated; train it with a promise."
    )


def test_a_study_of_few_interviews_is_refused_before_anything_is_tried(study):
    few = Codings(one for one in study.codings if one.line.startswith("GP"))

    with pytest.raises(TrainingError, match=r"it would rest on coded lines of 6 interviews"):
        train(few, study.lines, study.codebook, promise="precision=0.8")


def test_each_line_is_tried_by_a_suggester_that_had_not_seen_its_interview(study):
    table = CodedLines.from_codings(*study)
    tried = cross_validated_probabilities(table, study.codebook, language="en", seed=3)
    lines = [line.transcript for line in table.lines]
    other = CodedLines.from_codings(
        Codings(one for one in study.codings if not one.line.startswith("GP1:")), *study[1:]
    )

    assert tried.shape == table.applied.shape
    assert ((tried > 0) & (tried < 1)).all()
    assert len(set(lines)) == 12
    assert len(other) < len(table)
    few = CodedLines.from_codings(study.codings[:5], *study[1:])
    assert cross_validated_probabilities(few, study.codebook, language="en", seed=3).shape == (0, 3)


def test_a_promise_is_the_same_after_a_suggester_was_saved(promising, study, tmp_path):
    opened = open_suggester(save_suggester(promising, tmp_path / "model"))

    assert opened.digest == promising.digest
    assert opened.promise("precision=0.6") == promising.promise("precision=0.6")
    assert opened.suggest(study.lines).suggestions == promising.suggest(study.lines).suggestions
