"""A codebook that is changed while coders and adjudicators are at work."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autocode.codebook import Undone
from autocode.coding import Basis, Mode, Ruling, Stage
from autocode.errors import SettlementError
from autocode.journal import Journal, Kind
from autocode.review import AdjudicationSession
from codebook_changes import ADDED, CLARIFIED, MERGED, REDEFINED, RENAMED, RETIRED, SPLIT


@pytest.fixture
def adjudication(recorded, lines, codebook):
    def build():
        return AdjudicationSession(recorded, lines=lines, codebook=codebook, coder="TW", adjudicators=["TW"])

    return build


def made(journal):
    return [(entry.record.line, entry.record.version) for entry in journal.history(kinds=(Kind.CODING,))]


def suggested(session, line="GP1:2"):
    return [suggestion.code for suggestion in session.offer(line).suggestions]


def test_a_session_takes_in_a_change_at_its_next_refresh(session_of, elsewhere):
    session = session_of()
    elsewhere(ADDED)
    assert session.codebook.version == "1"

    session.refresh()

    assert (session.codebook.version, "fixers" in session.codebook) == ("2", True)
    assert session.changes_since("1") == ("TW added 'Informal fixers'",)
    session.settle(added=["fixers"])


def test_an_act_is_stored_under_the_version_that_the_coder_had(session_of, elsewhere, recorded):
    session = session_of()
    elsewhere(ADDED)
    session.settle(added=["meetings"], line="GP1:2")  # nobody has refreshed the session
    session.settle(line="GP1:3", version="1")
    session.settle(line="GP1:5")

    found = {coding.line: coding.applies("fixers") for coding in recorded.codings()}
    assert found == {"GP1:2": None, "GP1:3": None, "GP1:5": False}
    assert made(recorded) == [("GP1:2", "1"), ("GP1:3", "1"), ("GP1:5", "2")]


def test_before_a_change_is_recorded_the_version_has_no_name(session_of, recorded):
    session_of().settle(added=["meetings"], version="1")

    assert made(recorded) == [("GP1:2", "")]


def test_a_code_that_has_ended_can_be_given_under_the_version_that_had_it(session_of, elsewhere, recorded):
    session = session_of()
    elsewhere(SPLIT)
    session.refresh()
    session.settle(added=["logistics"], line="GP1:2", version="1", gesture="12345678")
    session.settle(added=["logistics"], line="GP1:2", version="1", gesture="12345678")

    (coding,) = recorded.codings()
    assert (coding.codes, coding.unjudged) == (frozenset(), {"parking", "phones"})
    assert made(recorded) == [("GP1:2", "1")]
    with pytest.raises(SettlementError, match="the code 'logistics' is not in the codebook"):
        session.settle(added=["logistics"], line="GP1:3")


@pytest.mark.parametrize("version", ["1", "2", None])
def test_a_code_that_never_was_is_refused_under_every_version(session_of, elsewhere, version):
    session = session_of()
    elsewhere(ADDED)
    session.refresh()

    with pytest.raises(SettlementError, match="'moon' is not in the codebook"):
        session.settle(added=["moon"], version=version)


def test_a_version_that_never_was_is_refused(session_of, elsewhere):
    session = session_of()
    elsewhere(ADDED)
    session.refresh()

    with pytest.raises(SettlementError, match="the codebook never had a version '7'"):
        session.settle(added=["meetings"], version="7")


def test_a_proposal_from_a_page_that_did_not_have_the_code_yet_is_taken_up(session_of, elsewhere, recorded):
    session = session_of()
    elsewhere(replace(ADDED, at=datetime(2020, 1, 1, tzinfo=UTC)))
    session.refresh()
    session.settle(proposed=["informal  Fixers"], line="GP1:2", version="1")

    (coding,) = recorded.codings()
    assert coding.codes == {"fixers"}
    assert session.judged["GP1:2"].codes == {"fixers"}
    with pytest.raises(SettlementError, match="is a code of the codebook; choose it"):
        session.settle(proposed=["Informal fixers"], line="GP1:3")


@pytest.mark.parametrize("change", [SPLIT, RETIRED, REDEFINED])
def test_suggestions_of_codes_that_ended_or_mean_something_else_are_withheld(session_of, elsewhere, change):
    session = session_of(mode=Mode.ASSISTED)
    assert suggested(session) == ["logistics", "awareness"]

    elsewhere(change)
    session.refresh()

    for anew in (session, session_of(mode=Mode.ASSISTED)):
        assert suggested(anew) == ["awareness"]
        assert (suggested(anew, "GP1:3"), anew.offer("GP1:3").withheld) == ([], 1)


@pytest.mark.parametrize("change", [RENAMED, CLARIFIED, ADDED])
def test_a_change_that_leaves_the_meaning_leaves_the_suggestions(session_of, elsewhere, change):
    session = session_of(mode=Mode.ASSISTED)
    elsewhere(change)
    session.refresh()

    for anew in (session, session_of(mode=Mode.ASSISTED)):
        assert suggested(anew) == ["logistics", "awareness"]


def test_of_merged_codes_the_one_that_stays_is_suggested(session_of, elsewhere):
    session = session_of(mode=Mode.ASSISTED)
    elsewhere(MERGED)
    session.refresh()

    assert suggested(session) == ["logistics"]


def test_suggestions_come_back_when_the_change_is_taken_back(session_of, elsewhere):
    session = session_of(mode=Mode.ASSISTED)
    elsewhere(SPLIT, Undone(before="2", after="3", by="TW", change="2"))
    session.refresh()

    assert suggested(session) == ["logistics", "awareness"]


def test_suggestions_made_after_a_change_are_shown_although_the_codebook_was_once_the_same(
    session_of, elsewhere, recorded, batch
):
    other, back = (replace(REDEFINED, definition=text) for text in ("Cars.", "Getting there."))
    elsewhere(other, replace(back, before="2", after="3"))
    session = session_of(mode=Mode.ASSISTED)
    assert suggested(session) == ["awareness"]

    recorded.append(replace(batch, id="b2", codebook=session.codebook.digest))
    session.refresh()

    assert suggested(session) == ["logistics", "awareness"]


def test_what_was_on_the_screen_is_what_is_decided_on(session_of, elsewhere, recorded):
    session = session_of(mode=Mode.ASSISTED)
    elsewhere(SPLIT)
    session.refresh()
    session.settle(["logistics"], line="GP1:2", batch="b1", version="1")

    assert [shown.code for shown in recorded.decisions()[0].shown] == ["logistics", "awareness"]
    with pytest.raises(SettlementError, match="a verdict on 'logistics', which was not shown"):
        session.settle(["logistics"], line="GP1:3", batch="b1")


def test_a_strong_first_suggestion_can_be_accepted_by_a_page_that_showed_it(session_of, elsewhere, recorded):
    session = session_of(mode=Mode.ASSISTED)
    elsewhere(RETIRED)
    session.refresh()
    session.keep_first(line="GP1:2", batch="b1", version="1")
    with pytest.raises(SettlementError, match="only a strong match"):
        session.keep_first(line="GP1:2", batch="b1")

    (coding,) = recorded.codings()
    assert coding.codes == frozenset()
    assert made(recorded) == [("GP1:2", "1")]


def test_a_second_look_at_what_is_withheld_since_is_over(session_of, elsewhere):
    session = session_of(mode=Mode.BLIND_FIRST)
    session.settle(line="GP1:3")
    assert [line.id for line in session.queue.again] == ["GP1:3"]

    elsewhere(RETIRED)
    session.refresh()

    assert session.queue.again == ()


def test_a_second_look_leaves_open_what_the_own_judgement_leaves_open(session_of, elsewhere, recorded):
    session = session_of(mode=Mode.BLIND_FIRST)
    session.settle(added=["meetings"], line="GP1:2")
    elsewhere(ADDED)
    session.refresh()
    session.settle(["awareness"], added=["meetings"], line="GP1:2")

    assert session.stage_of("GP1:2") is Stage.SECOND_LOOK
    assisted = recorded.codings().with_basis(Basis.ASSISTED)[0]
    assert (assisted.codes, assisted.unjudged) == ({"awareness", "meetings"}, {"fixers"})


def test_two_sessions_of_one_coder_one_of_them_stale_lose_nothing(session_of, elsewhere, recorded):
    stale = session_of()
    elsewhere(SPLIT)
    fresh = session_of()
    fresh.settle(added=["parking"], line="GP1:2")
    stale.settle(added=["logistics"], line="GP1:3")
    stale.settle(added=["logistics"], line="GP1:2", version="1")

    assert made(recorded) == [("GP1:2", "2"), ("GP1:3", "1"), ("GP1:2", "1")]
    # the latest stands, and what it does not say is not made up
    assert {coding.line: coding.applies("parking") for coding in recorded.codings()} == {"GP1:2": None, "GP1:3": None}
    stale.undo()
    assert {coding.line: coding.applies("parking") for coding in recorded.codings()} == {"GP1:2": True, "GP1:3": None}


def test_differences_are_those_of_the_codes_in_force(adjudication, elsewhere, recorded, coding):
    recorded.append(
        coding("GP1:2", "logistics", "MO"),
        coding("GP1:2", "awareness", "JB"),
        coding("GP1:3", "logistics", "MO"),
        coding("GP1:3", "meetings", "JB"),
    )
    session = adjudication()
    assert [difference.line.id for difference in session.differences] == ["GP1:2", "GP1:3"]

    elsewhere(MERGED)
    session.refresh()

    for anew in (session, adjudication()):
        assert [difference.line.id for difference in anew.differences] == ["GP1:3"]
        assert anew.codebook.version == "2"


def test_a_ruling_is_stored_once_under_the_version_that_the_adjudicator_had(adjudication, elsewhere, recorded, coding):
    recorded.append(coding("GP1:2", "logistics", "MO"), coding("GP1:2", "awareness", "JB"))
    session = adjudication()
    difference = session.difference("GP1:2")
    elsewhere(MERGED)
    session.refresh()
    assert session.difference("GP1:2") is None
    assert session.difference("GP1:2", version="1") == difference

    jb, mo = difference.readings
    for _ in range(2):
        session.settle("GP1:2", Ruling.LEFT, left=jb, right=mo, version="1", gesture="12345678")

    (ruled,) = recorded.codings().with_basis(Basis.ADJUDICATED)
    assert ruled.codes == {"logistics"}
    assert made(recorded)[-1] == ("GP1:2", "1")
    assert session.settled("GP1:2")[0].codes == {"logistics"}


def test_a_line_that_was_judged_again_since_is_seen_as_it_is_now(adjudication, elsewhere, recorded, coding):
    recorded.append(coding("GP1:2", "logistics", "MO"), coding("GP1:2", "meetings", "JB"))
    session = adjudication()
    before = session.difference("GP1:2")
    elsewhere(SPLIT)
    recorded.append(coding("GP1:2", "parking", "MO"))
    session.refresh()

    assert session.difference("GP1:2", version="1") == session.difference("GP1:2") != before
    assert session.difference("GP1:2").digest != before.digest


def test_a_change_that_a_merge_brings_is_taken_in(session_of, recorded, tmp_path):
    session = session_of()
    recorded.copy_to(tmp_path / "laptop.sqlite")
    with Journal.open(tmp_path / "laptop.sqlite") as laptop:
        laptop.append(SPLIT)
        session.settle(added=["logistics"], line="GP1:2")
        recorded.merge(laptop)

    assert session.refresh() is False
    assert session.codebook.version == "2"
    assert session.judged["GP1:2"].unjudged == {"parking", "phones"}
    assert session.fates_since("")["logistics"].into == ("parking", "phones")


def test_a_ruling_says_what_became_of_the_codes_that_it_gave(adjudication, elsewhere, recorded, coding):
    recorded.append(coding("GP1:2", "logistics", "MO"), coding("GP1:2", "awareness", "JB"))
    recorded.append(coding("GP1:3", "awareness", "MO"), coding("GP1:3", "logistics", "JB"))
    session = adjudication()
    for line in ("GP1:2", "GP1:3"):
        left, right = session.difference(line).readings
        session.settle(line, Ruling.BOTH, left=left, right=right)
    assert session.ended(session.settled("GP1:2")[0]) == ()

    elsewhere(SPLIT, replace(MERGED, before="2", after="3", into="meetings"))
    session.refresh()
    (ruling,) = session.settled("GP1:2")

    assert [str(fate) for fate in session.ended(ruling)] == [
        "Logistical issues, since split into 'Parking' and 'Phones'"
    ]
    assert ruling.codes == {"meetings"}
