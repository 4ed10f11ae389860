import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocode.coding import Abstention, Band, Basis, BatchId, CoderId, Coding, Codings, Reason, SuggestionBatch, Verdict
from autocode.errors import CodingError, JournalError, SettlementError, StudyError
from autocode.journal import Journal, Kind, Undo
from autocode.review import Progress, Queue, ReviewSession
from autocode.transcripts import Transcript, Transcripts


def open_lines(session):
    return [line.id for line in session.queue]


def test_without_suggestions_every_participants_line_waits_and_codings_are_independent(session_of, journal):
    session = session_of()

    assert open_lines(session) == ["GP1:2", "GP1:3", "GP1:5", "PM1:2", "PM1:3"]
    assert session.current.id == "GP1:2"
    assert session.question.text == "How do you reach social services?"
    assert (session.suggestions, session.abstention) == (None, None)

    session.settle(added=["logistics"])

    assert journal.codings()[0].basis is Basis.INDEPENDENT
    assert journal.decisions() == ()


def test_with_suggestions_the_lines_that_the_batch_speaks_about_wait(session_of, batch):
    session = session_of(batch=batch)

    assert open_lines(session) == ["GP1:2", "GP1:3", "PM1:2"]
    assert [one.code for one in session.suggestions] == ["logistics", "awareness"]

    session.go_to("PM1:2")

    assert session.suggestions == ()
    assert session.abstention.reason is Reason.NOTHING_FITS


def test_only_the_lines_wanted_wait_and_one_that_no_suggester_saw_is_judged_independently(session_of, batch, journal):
    session = session_of(batch=batch, only=["GP1:5", "GP1:2", "GP1:1"])

    assert open_lines(session) == ["GP1:2", "GP1:5"]

    session.go_to("GP1:5")
    assert session.suggestions is None
    session.settle()

    assert journal.codings()[0].basis is Basis.INDEPENDENT


def test_neighbours_have_the_words_of_the_transcripts(session_of, batch, journal):
    journal.append(batch)
    gone = replace(batch.suggestions[0].evidence.neighbours[0], line="GP9:1")
    told = replace(batch.suggestions[2], evidence=replace(batch.suggestions[2].evidence, neighbours=(gone,)))
    session = session_of(
        batch=replace(journal.latest_batch(), suggestions=(batch.suggestions[1], told)), coding_closed=True
    )

    assert session.suggestions[0].evidence.neighbours[0].text == "I run the practice."
    session.go_to("GP1:3")
    assert session.suggestions[0].evidence.neighbours[0].text == ""


def test_at_most_three_suggestions_are_shown_and_none_that_cannot_be_given(session_of, suggestion_of, batch):
    codes = ["access", "moon", "logistics", "awareness", "meetings", "computers"]
    many = tuple(suggestion_of("GP1:2", code, rank) for rank, code in enumerate(codes, start=1))
    session = session_of(batch=replace(batch, suggestions=many))

    assert {one.code for one in session.suggestions} == {"logistics", "awareness", "meetings"}


def test_suggestions_of_equal_strength_stand_in_an_order_that_is_each_coders_own(session_of, suggestion_of, batch):
    codes = ["logistics", "awareness", "meetings"]
    equal = [suggestion_of(f"GP1:{n}", code, rank) for n in (2, 3, 5) for rank, code in enumerate(codes, start=1)]
    strong = suggestion_of("PM1:2", "computers", 2, Band.STRONG)
    weak = suggestion_of("PM1:2", "logistics", 1, Band.WEAK)
    told = replace(batch, suggestions=(*equal, weak, strong), abstentions=())

    def orders(coder):
        session = session_of(coder, batch=told)
        return {line: tuple(one.code for one in session.offer(line).suggestions) for line in session_lines}

    session_lines = ["GP1:2", "GP1:3", "GP1:5", "PM1:2"]
    found = {coder: orders(coder) for coder in ("MO", "JB", "RK", "coder_a")}

    assert len({order for one in found.values() for order in one.values()}) > 3
    assert all(orders(coder) == one for coder, one in found.items())
    assert all(one["PM1:2"] == ("computers", "logistics") for one in found.values())


def test_every_act_is_in_the_journal_before_the_next_line_shows(session_of, batch, journal):
    session = session_of(batch=batch)

    made = session.settle(["logistics"], memo="rings out")

    with Journal.open(journal.path) as other:
        (coding,) = other.codings()
        (decision,) = other.decisions()
    assert (coding.codes, coding.basis, coding.memo) == ({"logistics"}, Basis.ASSISTED, "rings out")
    assert [one.verdict for one in decision.shown] == [Verdict.ACCEPTED, Verdict.REJECTED]
    assert made.coding.codes == coding.codes
    assert session.current.id == "GP1:3"
    assert session.progress == Progress(done=1, later=0, left=2)
    assert session.judged["GP1:2"].memo == "rings out"


def test_nothing_accepted_says_that_none_fits(session_of, batch, journal):
    session = session_of(batch=batch)
    session.settle()

    assert journal.codings()[0].codes == frozenset()
    assert {one.verdict for one in journal.decisions()[0].shown} == {Verdict.REJECTED}


def test_a_code_that_was_not_shown_is_not_accepted_and_nothing_is_written(session_of, batch, journal):
    session = session_of(batch=batch)

    with pytest.raises(SettlementError, match="a verdict on 'meetings', which was not shown"):
        session.settle(["meetings"])

    assert list(journal.history()) == []
    assert session.current.id == "GP1:2"


def test_what_the_journal_does_not_take_leaves_the_session_where_it_was(session_of, batch, journal):
    session = session_of(batch=batch)
    journal.close()

    with pytest.raises(JournalError):
        session.settle()

    assert session.current.id == "GP1:2"
    assert session.progress.done == 0


def test_a_line_left_for_later_comes_at_the_end_also_after_opening_again(session_of, batch, journal):
    session = session_of(batch=batch)
    session.later()
    session.go_to("PM1:2")
    session.later()

    assert [entry.kind for entry in journal.history()] == [
        Kind.TRANSCRIPT, Kind.DECISION, Kind.PARADATA, Kind.TRANSCRIPT, Kind.DEFERRAL, Kind.PARADATA
    ]  # fmt: skip
    assert len(journal.codings()) == 0
    for one in (session, session_of(batch=batch)):
        assert open_lines(one) == ["GP1:3", "GP1:2", "PM1:2"]
        assert one.progress == Progress(done=0, later=2, left=1)
        assert str(one.progress) == "0 of 3 lines decided, 2 left for later"

    session.settle()
    assert session.current.id == "GP1:2"
    session.later()
    assert session.current.id == "PM1:2"
    session.settle()
    assert session.current.id == "GP1:2"
    session.settle(["awareness"])
    assert session.current is None


def test_opening_again_goes_on_where_the_coder_stopped(session_of, batch):
    session_of(batch=batch).settle(["awareness"])
    session_of("JB", batch=batch)

    again = session_of(batch=batch)

    assert again.current.id == "GP1:3"
    assert again.judged["GP1:2"].codes == {"awareness"}
    assert session_of("JB", batch=batch).current.id == "GP1:2"


def test_undo_takes_the_whole_act_back_and_returns_to_its_line_also_after_opening_again(session_of, batch, journal):
    session = session_of(batch=batch)
    session.settle(["logistics"])
    session.settle(["logistics"])

    assert session.undo().id == session.current.id == "GP1:3"

    again = session_of(batch=batch)

    assert again.undo().id == again.current.id == "GP1:2"
    assert (len(journal.codings()), journal.decisions()) == (0, ())
    assert again.undo() is None
    assert sum(entry.undone for entry in journal.history()) == 4


def test_a_line_judged_again_after_go_to_has_the_new_judgement_and_undo_the_old_one(session_of, batch, journal):
    session = session_of(batch=batch)
    session.settle(["logistics"])
    session.go_to("GP1:2")
    session.settle(["awareness"])

    assert journal.codings()[0].codes == {"awareness"}
    assert session.current.id == "GP1:3"

    session.undo()

    assert session.judged["GP1:2"].codes == {"logistics"}
    assert journal.codings()[0].codes == {"logistics"}
    assert session.progress.done == 1


def test_undo_of_leaving_for_later_makes_the_line_wait_in_its_place(session_of, batch):
    session = session_of(batch=batch)
    session.later()
    session.undo()

    assert open_lines(session) == ["GP1:2", "GP1:3", "PM1:2"]


def test_codings_from_a_file_count_as_judged_and_a_key_does_not_undo_them(session_of, journal, batch):
    codings = [Coding(line=line, coder=CoderId("MO"), codes=frozenset()) for line in ("GP1:2", "GP1:3")]
    journal.append(Codings(codings))
    journal.append(Coding(line="PM1:2", coder=CoderId("MO"), codes=frozenset(), basis=Basis.ADJUDICATED))
    session = session_of()

    assert open_lines(session) == ["GP1:5", "PM1:3"]
    assert session.progress.done == 3
    assert session.undo() is None

    session.settle(added=["meetings"])

    assert session_of().undo().id == "GP1:5"


def test_a_skipped_decision_followed_by_an_independent_coding_is_two_acts(session_of, batch, journal):
    session_of(batch=batch).later()
    session_of().settle(added=["logistics"])
    session = session_of(batch=batch)

    session.undo()

    assert session.progress == Progress(done=0, later=1, left=2)
    assert len(journal.decisions()) == 1


def test_undo_of_a_line_that_is_no_longer_there_goes_to_the_queue(session_of, lines, journal):
    session_of(only=["PM1:2"]).settle()
    session = session_of(lines=Transcripts([lines.interview("GP1")]))

    assert session.undo().id == "GP1:2"


def test_when_all_is_decided_there_is_no_line_and_nothing_to_settle(session_of, batch):
    session = session_of(batch=batch, only=["GP1:2"])
    session.settle()

    assert (session.current, session.question, session.suggestions, session.abstention) == (None, None, None, None)
    for act in (session.settle, session.later):
        with pytest.raises(ValueError, match="every line is decided; go to a line to judge it again"):
            act()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("GP9:1", "there is no line 'GP9:1'"), ("GP1:1", "the line 'GP1:1' is the interviewer's")],
)
def test_only_participants_lines_are_gone_to(session_of, line, sentence):
    with pytest.raises(ValueError, match=sentence):
        session_of().go_to(line)


def test_a_machine_does_not_open_a_session(session_of):
    with pytest.raises(CodingError, match="named like a machine"):
        session_of("gpt-4")


def test_the_first_act_on_a_transcript_records_what_it_said(session_of, journal, lines):
    session = session_of()
    session.settle()
    session.settle()

    assert journal.transcripts() == {"GP1": lines.interview("GP1").digest}


def test_a_transcript_edited_after_it_was_coded_is_not_coded_on(session_of, interview, lines):
    session_of().settle()
    edited = interview("GP1", [("INT", "How?"), ("GP1", "There is one number.")])
    now = Transcripts([replace(edited, source="transcripts/GP1.txt"), lines.interview("PM1")])

    with pytest.raises(StudyError) as refusal:
        session_of(lines=now)

    assert str(refusal.value) == (
        "transcripts/GP1.txt: the transcript 'GP1' was edited after it was coded, so its lines may have other words "
        "than those that were judged; put the old text back, or record the correction with autocode amend and start "
        "again."
    )
    assert open_lines(session_of(lines=now, only=["PM1:3"])) == ["PM1:3"]


def test_an_act_that_someone_else_undid_is_an_error_and_changes_nothing(session_of, journal):
    session = session_of()
    session.settle()
    journal.append(Undo(entry=2, coder=CoderId("MO")))

    with pytest.raises(JournalError, match="entry 2 is already undone"):
        session.undo()


def test_the_next_line_is_further_down_and_then_from_the_top(lines):
    queue = Queue(lines, judged={"GP1:3"}, deferred=["PM1:2", "GP1:3", "GP9:1"])

    assert [line.id for line in queue] == ["GP1:2", "GP1:5", "PM1:3", "PM1:2"]
    assert len(queue) == 4
    assert queue.after(lines.line("GP1:3")).id == "GP1:5"
    assert queue.after(lines.line("PM1:3")).id == "GP1:2"
    assert queue.after(lines.line("GP1:1")).id == "GP1:2"
    assert Queue((), judged=()).after(None) is None
    assert queue.progress.total == 5


def test_a_decision_in_ten_thousand_lines_takes_milliseconds(interview, codebook, journal):
    lines = Transcripts(interview(f"GP{n}", [(f"GP{n}", f"Line {m}.") for m in range(500)]) for n in range(20))
    silent = tuple(Abstention(line=line.id, reason=Reason.NOTHING_FITS) for line in lines)
    batch = SuggestionBatch(id=BatchId("b1"), model="", codebook="", suggestions=(), abstentions=silent)
    session = ReviewSession(journal, lines=lines, codebook=codebook, coder=CoderId("MO"), batch=batch)

    started = time.process_time()
    for _ in range(50):
        session.settle()
    taken = (time.process_time() - started) / 50

    assert session.progress.done == 50
    assert taken < 0.05


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(["settle", "none", "later", "undo", "go"]), max_size=15))
def test_a_session_opened_again_knows_what_the_one_before_knew(tmp_path_factory, lines, codebook, batch, acts):
    with Journal.open(tmp_path_factory.mktemp("study") / "study.sqlite") as journal:
        session = ReviewSession(journal, lines=lines, codebook=codebook, coder=CoderId("MO"), batch=batch)
        for act in acts:
            if act == "undo":
                session.undo()
            elif act == "go":
                session.go_to("GP1:3")
            elif session.current is not None:
                chosen = [one.code for one in session.suggestions][:1] if act == "settle" else []
                session.later() if act == "later" else session.settle(chosen)

            again = ReviewSession(journal, lines=lines, codebook=codebook, coder=CoderId("MO"), batch=batch)
            assert again.judged.keys() == session.judged.keys()
            assert list(again.queue) == list(session.queue)
            assert again.progress == session.progress
            assert {one.line for one in journal.codings()} == set(session.judged)


def test_transcripts_of_the_tests_are_cut_where_they_say(lines):
    for one in lines.interviews:
        assert isinstance(one, Transcript)
        assert all(one.text[line.start : line.end] == line.text for line in one.lines)
