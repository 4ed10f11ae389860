"""The journal knows the codebook and its changes: it replays judgements, and refuses codes that are none."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autocode.codebook import (
    Added,
    Code,
    Codebook,
    CodeId,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Retirement,
    Split,
    Undone,
)
from autocode.coding import Band, Proposal, Suggestion, SuggestionBatch
from autocode.errors import CodebookError, CodingError
from autocode.journal import CodebookSeen, Journal, Kind
from autocode.journal._codebook_entries import codebook_record_to

BOOK = Codebook(
    [
        Code(id="access", name="Access", codable=False),
        Code(id="wait", name="Waiting", parent="access", definition="How long.", examples=("It rings out.",)),
        Code(id="queue", name="Queues", parent="access"),
    ]
)
CHANGES = (
    Added(before="1", after="2", by="TW", why="MO met it", code=Code(id="fixers", name="Informal fixers")),
    Renamed(before="2", after="3", by="TW", code="wait", name="Waiting times"),
    Grouped(before="3", after="4", by="TW", theme=Code(id="people", name="People", codable=False), codes=("fixers",)),
    Moved(before="4", after="5", by="TW", code="fixers", parent="access"),
    Redefined(before="5", after="6", by="TW", code="wait", kind=Redefinition.NARROWED, definition="Hours."),
    Merged(before="6", after="7", by="TW", codes=("queue",), into="wait"),
    Undone(before="7", after="8", by="TW", change="7"),
    Split(before="8", after="9", by="TW", code="queue", parts=(Code(id="q1", name="Q1"), Code(id="q2", name="Q2"))),
    Retired(before="9", after="10", by="TW", code="wait", how=Retirement.INTO, into="fixers"),
    Added(before="10", after="11", by="MO", code=Code(id="MO/late", name="Late", owner="MO")),
    Merged(before="11", after="12", by="TW", codes=("MO/late",), into="delay", new=Code(id="delay", name="Delay")),
)  # fmt: skip


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "study.sqlite") as opened:
        opened.append(CodebookSeen(codebook=BOOK))
        yield opened


def test_every_change_comes_back_as_it_was_written_with_its_reason_among_the_texts(journal):
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for change in CHANGES:
        journal.append(replace(change, at=noon))

    with Journal.open(journal.path) as again:
        codebook, changes = again.codebook_history()
        assert (dict(codebook), codebook.version) == (dict(BOOK), "1")
        assert [type(change) for change in changes] == [type(change) for change in CHANGES]
        assert [str(change) for change in changes] == [str(change) for change in CHANGES]
        assert (changes[0].code, changes[0].why) == (CHANGES[0].code, "MO met it")
        assert (changes[4].kind, changes[4].definition, changes[4].use_when) == (Redefinition.NARROWED, "Hours.", None)
        assert (changes[8].how, changes[8].into) == (Retirement.INTO, "fixers")
        assert changes[7].parts == CHANGES[7].parts
        assert [replace(change, at=None, why="") for change in changes[9:]] == list(CHANGES[9:])


def test_an_own_code_is_given_by_its_coder_alone(journal, coding_of):
    own = Code(id="MO/late", name="Late", owner="MO")
    journal.append(Added(before="1", after="2", by="MO", code=own), coding_of("GP1:2", own.id, coder="MO"))

    with pytest.raises(CodingError, match="GP1:2 is given 'MO/late' by JB, and it is the own code of another coder"):
        journal.append(coding_of("GP1:2", own.id, coder="JB"))


def test_entries_without_owners_and_new_subthemes_are_written_as_before():
    [added, merged] = [codebook_record_to(CHANGES[0]), codebook_record_to(CHANGES[5])]

    assert "owner" not in added["code"]
    assert list(merged) == ["what", "before", "after", "by", "why", "codes", "into"]


def test_judgements_say_nothing_about_a_code_that_came_later_unless_their_coder_proposed_it(journal, coding_of):
    proposal = Proposal(name="Informal fixers", line="GP1:2", coder="MO")
    journal.append(coding_of("GP1:2", coder="MO"), coding_of("GP1:3", coder="MO"), proposal)
    journal.append(CHANGES[0])
    journal.append(coding_of("GP1:4", coder="MO", at=None))

    found = {coding.line: coding for coding in journal.codings()}
    assert [found[f"GP1:{n}"].applies(CodeId("fixers")) for n in (2, 3, 4)] == [True, None, False]
    assert journal.codings().version == "2"
    raw = [entry.record.version for entry in journal.history(kinds=(Kind.CODING,))]
    assert raw == ["", "", "2"]


@pytest.mark.parametrize(("code", "version"), [("moon", ""), ("access", ""), ("fixers", "1"), ("wait", "7")])
def test_a_code_that_the_codebook_does_not_have_is_refused(journal, coding_of, code, version):
    journal.append(CHANGES[0])

    with pytest.raises(CodingError, match=r"which is no code that lines can be given|which never was"):
        journal.append(coding_of("GP1:2", code, version=version))

    assert journal.last == 2
    journal.append(coding_of("GP1:2", "fixers"), coding_of("GP1:3", "wait", version="1"))


def test_a_suggestion_of_a_code_that_the_codebook_does_not_have_is_refused(journal):
    moon = Suggestion(line="GP1:2", code=CodeId("moon"), rank=1, probability=0.5, band=Band.FAIR)

    with pytest.raises(CodingError, match="GP1:2 is suggested 'moon', which is none that lines can be given"):
        journal.append(SuggestionBatch(id="b", model="m", codebook="1", suggestions=(moon,), abstentions=()))


def test_an_impossible_change_is_refused_and_nothing_is_stored(journal):
    with pytest.raises(CodebookError):
        journal.append(Merged(before="1", after="2", by="TW", codes=("moon",), into="wait"))
    with pytest.raises(CodebookError, match="it cannot be recorded anew; record what changed instead"):
        journal.append(CHANGES[0], CodebookSeen(codebook=BOOK))
    with pytest.raises(CodingError, match="named like a machine"):
        journal.append(Renamed(before="1", after="2", by="gpt-4", code="wait", name="Waiting times"))

    assert journal.last == 1


def test_a_change_of_a_codebook_that_is_not_on_record_is_refused(tmp_path):
    journal = Journal.open(tmp_path / "study.sqlite")

    with journal, pytest.raises(CodebookError, match="the codebook that is changed is not on record; record it first"):
        journal.append(CHANGES[0])
