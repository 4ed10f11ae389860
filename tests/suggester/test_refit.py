from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autocode.coding import Abstention, Codings
from autocode.suggester import LearningSuggester, Suggester, open_suggester, save_suggester, train


def coded(study, names):
    return Codings(one for one in study.codings if one.line.partition(":")[0] in names)


FIRST = [f"{role}{n}" for role in ("GP", "PM") for n in range(1, 6)]


@pytest.fixture
def learning(study):
    """A suggester that knows ten of the twelve interviews."""
    return LearningSuggester(coded(study, FIRST), study.lines, study.codebook, seed=3)


def test_what_was_learnt_quickly_suggests_what_a_full_fit_would(learning, study):
    quick = learning.learn(study.codings)
    whole = train(*study, seed=3)
    given = {one.line for one in study.codings if one.codes}
    lines = [line for line in study.lines.participant_lines if line.id in given]
    same = quick.scores(lines).argmax(axis=1) == whole.scores(lines).argmax(axis=1)

    assert isinstance(quick, Suggester)
    assert quick is learning.suggester
    assert same.mean() >= 0.95
    assert quick.learnt_from.endswith(", and 12 since")


def test_a_code_first_met_after_the_fit_is_learnt_from_its_new_lines(study, coding):
    told = [coding(one.line) if "records" in one.codes else one for one in coded(study, FIRST)]
    learning = LearningSuggester(Codings(told), study.lines, study.codebook, seed=3)
    new = [one for one in study.codings if one.line.startswith(("GP6", "PM6")) and "records" in one.codes]
    lines = {line.id: line for line in study.lines}
    before = learning.suggester.scores([lines[one.line] for one in new])[:, 2]
    after = learning.learn(Codings([*told, *new])).scores([lines[one.line] for one in new])[:, 2]

    assert len(new) >= 2
    assert (after > before + 1).all()


def test_new_lines_are_shown_as_evidence_at_once(learning, study):
    suggester = learning.learn(study.codings)
    known = {example.line for example in suggester.examples}
    given = {one.line for one in study.codings if one.codes}
    line = next(line for line in study.lines.participant_lines if line.transcript == "GP6" and line.id in given)
    near = [n.line for one in suggester.suggest([line]).suggestions for n in one.evidence.neighbours]

    assert known == {line.id for line in study.lines.participant_lines}
    assert line.id in near


def test_the_first_lines_of_a_study_are_near_themselves(study, coding):
    learning = LearningSuggester(Codings(), study.lines, study.codebook, seed=3)
    first, second = study.lines.participant_lines[:2]
    suggester = learning.learn(Codings([coding(first.id, "parking"), coding(second.id, "phones")]))
    neighbours = [near for one in suggester.suggest([first]).suggestions for near in one.evidence.neighbours]

    assert max(near.similarity for near in neighbours if near.line == first.id) == pytest.approx(1)


def test_learning_nothing_new_changes_nothing(learning, study):
    before = learning.suggester

    assert learning.learn(coded(study, FIRST)) is before
    assert not learning.due


def test_what_the_coder_sees_stays_until_the_line_is_released(learning, study, coding):
    given = {one.line for one in study.codings if one.codes}
    line = next(line for line in study.lines.participant_lines if line.transcript == "GP6" and line.id in given)
    shown = learning.suggestions_for(line)
    codings = [one for one in study.codings if one.line != line.id]
    learning.learn(Codings([*codings, coding(line.id, "phones" if shown[0].code != "phones" else "parking")]))

    assert learning.suggestions_for(line) is shown
    learning.release(line.id)
    assert learning.suggestions_for(line) != shown


def test_a_line_on_which_nothing_is_said_is_answered_with_the_reason(learning, interview):
    line = interview("GP9", ["Hm."]).lines[0]

    assert isinstance(learning.suggestions_for(line), Abstention)


def test_a_changed_judgement_of_an_old_line_asks_for_a_full_fit(learning, study, coding):
    first, *others = coded(study, FIRST)
    learning.learn(Codings([coding(first.line, "phones" if "phones" not in first.codes else "records"), *others]))

    assert learning.due
    learning.relearn(study.codings)
    assert not learning.due


def test_many_new_lines_ask_for_a_full_fit(monkeypatch, learning, study):
    monkeypatch.setattr("autocode.suggester._incremental.DUE", 12)
    learning.learn(study.codings)

    assert learning.due


def test_a_full_fit_is_the_one_that_train_makes(learning, study):
    assert learning.relearn(study.codings).digest == train(*study, seed=3).digest


def test_a_suggester_that_learnt_quickly_can_be_saved_and_opened(learning, study, tmp_path):
    quick = learning.learn(study.codings)
    opened = open_suggester(save_suggester(quick, tmp_path / "model"))

    assert opened.digest == quick.digest != train(*study, seed=3).digest
    assert np.allclose(opened.scores(study.lines.participant_lines), quick.scores(study.lines.participant_lines))


def test_threads_that_learn_and_ask_at_once_do_not_disturb_each_other(learning, study):
    batches = [coded(study, [*FIRST, "GP6"]), study.codings]
    lines = study.lines.participant_lines

    def work(start):
        for n in range(6):
            learning.learn(batches[(n + start) % 2])
            yield learning.suggestions_for(lines[n])

    with ThreadPoolExecutor(3) as threads:
        told = list(threads.map(lambda start: list(work(start)), (0, 1, 2)))
    alone = LearningSuggester(coded(study, FIRST), study.lines, study.codebook, seed=3)

    assert [len(one) for one in told] == [6, 6, 6]
    assert learning.learn(study.codings).digest == alone.learn(study.codings).digest
