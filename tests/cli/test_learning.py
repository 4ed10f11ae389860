"""Learning while coders code, in a process of its own."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from autocode.coding import CoderId, Coding
from autocode.errors import AutocodeError, StudyError
from autocode.journal import Journal
from autocode.study import Learner, LearnerProcess, read_study
from autocode.suggester import LearningSuggester, open_suggester
from autocode.transcripts import LineId


def batches(study: Path):
    with Journal.open(study / "study.sqlite") as journal:
        return journal.batches()


def read_by_coder_a(study: Path, n: int, code: str = "forms"):
    """Let one coder judge the next lines that nobody has coded."""
    found = read_study(study)
    new = found.codings.uncoded(found.lines.participant_lines)[:n]
    with Journal.open(study / "study.sqlite") as journal:
        for line in new:
            journal.append(Coding(line=line.id, coder=CoderId("coder_a"), codes=frozenset([code])))
    return [line.id for line in new]


@pytest.fixture
def fits(monkeypatch):
    """How often everything was fitted anew."""
    made = []
    fit = LearningSuggester.relearn

    def counted(self, codings):
        made.append(len(codings.lines))
        return fit(self, codings)

    monkeypatch.setattr(LearningSuggester, "relearn", counted)
    return made


def test_what_is_learnt_beside_is_suggested_for_lines_nobody_has_coded(study):
    folder = study("trained")
    before = len(batches(folder))
    with LearnerProcess(folder) as learn:
        learn()
        read = read_by_coder_a(folder, 3)
        learn()

    first, second = batches(folder)[before:]
    asked = [{one.line for one in (*batch.suggestions, *batch.abstentions)} for batch in (first, second)]
    assert asked[0] - asked[1] == set(read)
    assert first.model != second.model


def test_every_model_that_the_record_names_can_be_opened_later(study):
    folder = study("trained")
    learner = Learner(folder)
    for _ in range(3):
        learner.learn()
        read_by_coder_a(folder, 3)
    learnt = batches(folder)[1:]

    assert len({one.model for one in learnt}) == 3
    for one in learnt:
        suggester = open_suggester(folder / "models" / one.model[:16])
        lines = {line.id: line for line in read_study(folder).lines}
        asked = [lines[line] for line in {s.line for s in one.suggestions}]
        again = suggester.suggest(asked)
        assert suggester.digest == one.model
        assert {(s.line, s.code, s.rank) for s in again.suggestions} == {
            (s.line, s.code, s.rank) for s in one.suggestions
        }


def test_rounds_are_learnt_quickly_until_a_full_fit_is_due(study, fits, monkeypatch):
    monkeypatch.setattr("autocode.suggester._incremental.DUE", 6)
    folder = study("trained")
    learner = Learner(folder)
    rounds = []
    for _ in range(6):
        learner.learn()
        rounds.append((len(fits), len(batches(folder))))
        read_by_coder_a(folder, 2)

    # the first is a full fit, four quick ones follow, and after the fourth a full one is due
    assert [fitted for fitted, _ in rounds] == [1, 1, 1, 1, 2, 2]
    assert [kept - rounds[0][1] for _, kept in rounds] == [0, 1, 2, 3, 5, 6]


def test_what_only_a_full_fit_takes_in_is_not_put_off(study, fits):
    folder = study("trained")
    learner = Learner(folder)
    learner.learn()
    learner.learn()
    assert len(fits) == 1
    with Journal.open(folder / "study.sqlite") as journal:
        coded = journal.codings().by(CoderId("coder_a"))
        others = [replace(one, codes=frozenset(["people"])) for one in coded][:5]
        journal.append(*others)
    learner.learn()

    assert len(fits) == 2
    first, again, full = batches(folder)[1:]
    assert first.model == again.model != full.model


def test_beyond_what_quick_learning_can_hold_every_round_is_a_full_fit(study, fits, monkeypatch):
    monkeypatch.setattr("autocode.study._learner._QUICK", 10)
    folder = study("trained")
    before = len(batches(folder))
    learner = Learner(folder)
    learner.learn()
    learner.learn()

    assert fits == []
    assert len(batches(folder)) == before + 2
    assert len(list((folder / "models").iterdir())) == 1


def test_where_every_line_is_coded_there_is_nothing_to_suggest(study):
    folder = study("trained")
    read_by_coder_a(folder, 10_000)
    before = batches(folder)
    Learner(folder).learn()

    assert batches(folder) == before
    assert not (folder / "models").exists()


def test_what_went_wrong_in_the_other_process_is_said_in_this_one_and_the_next_call_tries_again(study):
    folder = study("fresh")

    with LearnerProcess(folder) as learn:
        with pytest.raises(AutocodeError, match="there is no journal here"):
            learn()
        os.kill(learn._process.pid, signal.SIGKILL)
        with pytest.raises(StudyError, match="was not learnt from: the process was ended from outside"):
            learn()
        with pytest.raises(AutocodeError, match="there is no journal here"):
            learn()
        process = learn._process
    assert not process.is_alive()


def test_lines_and_codes_are_those_of_the_beginning(study):
    folder = study("trained")
    learner = Learner(folder)
    (folder / "codebook.toml").write_text("")
    learner.learn()

    assert batches(folder)[-1].codebook == batches(folder)[0].codebook
    assert LineId("GP4:2") in {s.line for s in (*batches(folder)[-1].suggestions, *batches(folder)[-1].abstentions)}
