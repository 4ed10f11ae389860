"""Learning while coders code, in a process of its own."""

from pathlib import Path

import pytest

from autocode.cli._learning import learn_beside, learn_once
from autocode.errors import AutocodeError
from autocode.journal import Journal


def batches(study: Path):
    with Journal.open(study / "study.sqlite") as journal:
        return journal.batches()


def test_what_is_learnt_is_suggested_for_lines_nobody_has_coded(study):
    folder = study("trained")
    before = batches(folder)
    learn_beside(folder)
    learn_once(folder)

    first, second = batches(folder)[len(before) :]
    assert first.suggestions == second.suggestions
    assert len(first.suggestions) + len(first.abstentions) > 0
    with Journal.open(folder / "study.sqlite") as journal:
        coded = set(journal.codings().lines)
    assert not coded & {one.line for one in (*first.suggestions, *first.abstentions)}


def test_what_went_wrong_in_the_other_process_is_said_in_this_one(study):
    folder = study("fresh")

    with pytest.raises(AutocodeError, match="there is no journal here"):
        learn_beside(folder)
