import dataclasses
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocode.coding import Basis, CoderId, Codings, Design, Mode, Paradata, Proposal, Sample, SampleEnd, Stage, Verdict
from autocode.errors import CodingError, JournalError
from autocode.journal import Deferral, Journal, Kind, TranscriptSeen, Undo
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts

MO = CoderId("MO")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.sqlite"


def test_what_is_appended_is_there_when_the_journal_is_opened_again(path, coding_of, decision_of, batch):
    coding = coding_of("GP1:2", "logistics", "contact", memo="Größe of the form\nand \u202e, 😀")
    with Journal.open(path) as journal:
        last = journal.append(batch, decision_of("GP1:2"), coding)

    with Journal.open(path, create=False) as journal:
        assert last == 3
        assert list(journal.codings()) == [coding]
        assert journal.decisions() == (decision_of("GP1:2"),)
        assert [entry.kind for entry in journal.history()] == [Kind.BATCH, Kind.DECISION, Kind.CODING]
        assert [entry.seq for entry in journal.history()] == [1, 2, 3]


def test_what_a_judgement_says_nothing_about_stays_so(path, coding_of):
    open_coding = coding_of(
        "GP1:2",
        "logistics",
        version="2",
        unjudged=frozenset({"x", "y", "z"}),
        waiting_parts=frozenset({frozenset({"x", "y"})}),
    )
    with Journal.open(path) as journal:
        journal.append(open_coding)

    with Journal.open(path) as journal:
        assert list(journal.codings()) == [open_coding]


def test_a_batch_comes_back_whole_but_for_the_words_of_other_interviews(path, batch):
    with Journal.open(path) as journal:
        journal.append(batch)

        (found,) = journal.batches()
        near = found.suggestions[0].evidence.neighbours[0]
        assert near.text == ""
        assert b"never met us" not in path.read_bytes()
        evidence = dataclasses.replace(
            found.suggestions[0].evidence, neighbours=(dataclasses.replace(near, text="They never met us."),)
        )
        told = dataclasses.replace(found.suggestions[0], evidence=evidence)
        assert dataclasses.replace(found, suggestions=(told, found.suggestions[1])) == batch


def test_the_latest_batch_is_the_one_appended_last(path, batch):
    with Journal.open(path) as journal:
        assert journal.latest_batch() is None

        journal.append(dataclasses.replace(batch, id="b2"), dataclasses.replace(batch, id="b0"))

        assert journal.latest_batch() is not None
        assert journal.latest_batch().id == "b0"
        assert [one.id for one in journal.batches()] == ["b2", "b0"]


def test_several_codings_are_as_many_entries_of_one_append(path, coding_of):
    codings = Codings([coding_of("GP1:2", "a"), coding_of("GP1:4"), coding_of("GP1:2", "b", coder="JB")])
    with Journal.open(path) as journal:
        assert journal.append(codings) == 3
        assert journal.codings() == codings


def test_nothing_appended_is_nothing_written(path):
    with Journal.open(path) as journal:
        assert journal.append() == 0
        assert journal.append(Codings()) == 0
        assert list(journal.history()) == []


def test_an_entry_without_a_time_gets_the_present_one_in_utc(path, coding_of):
    before = datetime.now(UTC)
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2", at=None))

        (entry,) = journal.history()
        assert before <= entry.at <= datetime.now(UTC)
        assert entry.record.at == entry.at
        assert entry.at.utcoffset() == timedelta(0)


def test_a_time_elsewhere_is_the_same_instant(path, coding_of):
    elsewhere = datetime(2026, 3, 2, 15, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2", at=elsewhere))

        assert journal.codings()[0].at == elsewhere


def test_a_time_that_does_not_know_its_zone_is_refused(path, coding_of):
    with Journal.open(path) as journal:
        with pytest.raises(ValueError, match=r"2026-03-02 12:00:00 has no time zone; give one, such as"):
            journal.append(coding_of("GP1:2", at=datetime(2026, 3, 2, 12)))

        assert list(journal.history()) == []


def test_what_is_not_a_record_is_refused(path):
    with Journal.open(path) as journal, pytest.raises(TypeError, match="suggestions, decisions and undos, not str"):
        journal.append("GP1:2")


def test_no_machine_becomes_a_coder_in_the_journal(path, coding_of):
    with Journal.open(path) as journal:
        with pytest.raises(CodingError, match="named like a machine"):
            journal.append(coding_of("GP1:2", coder="MO"), coding_of("GP1:2", coder="gpt-4"))

        assert list(journal.history()) == []


def test_the_latest_judgement_on_each_basis_is_in_force(path, coding_of):
    first = coding_of("GP1:2", "a")
    second = coding_of("GP1:2", "b")
    assisted = coding_of("GP1:2", "c", basis=Basis.ASSISTED)
    with Journal.open(path) as journal:
        journal.append(first, assisted)
        journal.append(second)

        assert journal.codings() == Codings([second, assisted])


def test_an_undo_brings_the_previous_judgement_back_and_stays_in_the_history(path, coding_of):
    first, second = coding_of("GP1:2", "a"), coding_of("GP1:2", "b")
    with Journal.open(path) as journal:
        journal.append(first)
        last = journal.append(second)
        journal.append(Undo(entry=last, coder=MO))

        assert journal.codings() == Codings([first])
        assert [(entry.kind, entry.undone) for entry in journal.history()] == [
            (Kind.CODING, False),
            (Kind.CODING, True),
            (Kind.UNDO, False),
        ]


def test_an_undone_decision_is_not_in_force_and_a_later_one_displaces_an_earlier(path, decision_of):
    with Journal.open(path) as journal:
        journal.append(decision_of("GP1:2", verdict=Verdict.SKIPPED), decision_of("GP1:4"))
        last = journal.append(decision_of("GP1:2", minute=1))

        assert journal.decisions() == (decision_of("GP1:2", minute=1), decision_of("GP1:4"))

        journal.append(Undo(entry=last, coder=MO))

        assert journal.decisions() == (decision_of("GP1:2", verdict=Verdict.SKIPPED), decision_of("GP1:4"))


@pytest.mark.parametrize(
    ("undo", "sentence"),
    [
        (Undo(entry=9, coder=MO), "there is no entry 9 to undo"),
        (Undo(entry=1, coder=CoderId("JB")), "entry 1 is by MO; JB can undo only what JB did"),
        (Undo(entry=2, coder=MO), "entry 2 is already undone"),
        (
            Undo(entry=3, coder=MO),
            "entry 3 is of the kind undo; only a coding, adjudication, decision, deferral or proposal can be",
        ),
        (Undo(entry=4, coder=MO), "entry 4 is of the kind transcript; only a coding"),
    ],
)
def test_an_undo_reaches_only_ones_own_judgements_and_once(path, coding_of, undo, sentence):
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2"), coding_of("GP1:4"))
        journal.append(Undo(entry=2, coder=MO), TranscriptSeen(transcript=TranscriptId("GP1"), digest="0"))

        with pytest.raises(JournalError, match=sentence):
            journal.append(coding_of("GP1:6"), undo)

        assert len(list(journal.history())) == 4


def test_a_gesture_sent_twice_is_stored_once_also_by_another_process(path, coding_of):
    proposal = Proposal(name="Parking", line=LineId("GP1:2"), coder=MO)
    with Journal.open(path) as journal, Journal.open(path) as other:
        assert not journal.stores("g1")
        assert journal.append(coding_of("GP1:2"), proposal, gesture="g1") == 2
        assert other.append(coding_of("GP1:2"), proposal, gesture="g1") == 2
        other.append(coding_of("GP1:4"))

        assert journal.append(coding_of("GP1:2"), gesture="g1") == 2
        assert journal.stores("g1")
        assert [(entry.seq, entry.gesture) for entry in journal.history()] == [(1, "g1"), (2, "g1"), (3, "")]
        assert [entry.seq for entry in journal.history(after=2)] == [3]
        assert journal.last == 3


def test_a_proposal_is_taken_back_like_a_coding_and_paradata_stay(path):
    proposal = Proposal(name="Parking", line=LineId("GP1:2"), coder=MO)
    how = Paradata(line=LineId("GP1:2"), coder=MO, mode=Mode.ASSISTED, stage=Stage.BLIND, before=None, after=None)
    with Journal.open(path) as journal:
        journal.append(proposal, how)

        assert [one.name for one in journal.proposals()] == ["Parking"]

        journal.append(Undo(entry=1, coder=MO))

        assert journal.proposals() == ()
        assert len(journal.paradata()) == 1
        with pytest.raises(JournalError, match="entry 2 is of the kind paradata"):
            journal.append(Undo(entry=2, coder=MO))


def test_a_gesture_cannot_be_stored_twice_past_the_journal_either(path, coding_of):
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2"), gesture="g1")
        journal.append(coding_of("GP1:4"))
    with (
        closing(sqlite3.connect(path)) as anybody,
        pytest.raises(sqlite3.IntegrityError, match="that gesture is already stored"),
    ):
        anybody.execute("INSERT INTO entries (kind, at, payload, gesture) VALUES ('coding', '2026', '{}', 'g1')")


def test_one_append_may_undo_several_entries(path, decision_of, coding_of):
    deferral = Deferral(line=LineId("GP1:6"), coder=MO)
    with Journal.open(path) as journal:
        journal.append(decision_of("GP1:2"), coding_of("GP1:2"), deferral)
        journal.append(*(Undo(entry=entry, coder=MO) for entry in (1, 2, 3)))

        assert len(journal.codings()) == 0
        assert journal.decisions() == ()
        assert sum(entry.undone for entry in journal.history()) == 3


def transcript(name: str, text: str) -> Transcript:
    line = Line(
        id=LineId(f"{name}:1"),
        transcript=TranscriptId(name),
        order=1,
        speaker=name,
        role=Role.PARTICIPANT,
        text=text,
        start=0,
        end=len(text),
    )
    return Transcript(id=TranscriptId(name), text=text, lines=(line,), digest=Transcript.digest_of(text, (line,)))


def test_an_edited_transcript_is_named_and_an_unseen_one_is_not(path):
    seen = [transcript("GP1", "We never meet."), transcript("GP2", "We meet often.")]
    now = Transcripts([seen[0], transcript("GP2", "We meet seldom."), transcript("GP3", "New.")])
    with Journal.open(path) as journal:
        journal.append(*(TranscriptSeen(transcript=one.id, digest=one.digest) for one in seen))

        assert journal.transcripts() == {one.id: one.digest for one in seen}
        assert journal.edited(now) == ("GP2",)

        journal.append(TranscriptSeen(transcript=TranscriptId("GP2"), digest=now.interview("GP2").digest))

        assert journal.edited(now) == ()


def test_thirty_thousand_codings_are_written_in_one_act_and_read_back(path, coding_of):
    codings = Codings(
        coding_of(f"GP{n % 25}:{n}", "logistics", "contact", coder=coder)
        for n in range(10_000)
        for coder in ("MO", "JB", "KL")
    )
    with Journal.open(path) as journal:
        journal.append(codings)

        assert len(journal.codings()) == 30_000


LINES = st.sampled_from(["GP1:2", "GP1:4", "PM1:2"])
CODERS = st.sampled_from(["MO", "JB"])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("code"), CODERS, LINES, st.sampled_from(list(Basis)), st.frozensets(st.sampled_from("abc"))),
        st.tuples(st.just("undo"), CODERS, st.integers(min_value=0, max_value=12)),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_codings_in_force_are_what_a_list_with_the_undone_ones_struck_out_would_say(tmp_path_factory, coding_of, acts):
    entries = []  # what the model holds: codings, or None for an undo
    struck = set()
    with Journal.open(tmp_path_factory.mktemp("journal") / "study.sqlite") as journal:
        for act in acts:
            if act[0] == "code":
                _, coder, line, basis, codes = act
                coding = coding_of(line, *codes, coder=coder, basis=basis)
                assert journal.append(coding) == len(entries) + 1
                entries.append(coding)
                continue
            _, coder, seq = act
            coding = entries[seq - 1] if 0 < seq <= len(entries) else None
            if coding is None or coding.coder != coder or seq in struck:
                with pytest.raises(JournalError):
                    journal.append(Undo(entry=seq, coder=CoderId(coder)))
            else:
                journal.append(Undo(entry=seq, coder=CoderId(coder)))
                struck.add(seq)
                entries.append(None)

        in_force = {
            (one.coder, one.line, one.basis): one
            for seq, one in enumerate(entries, start=1)
            if one is not None and seq not in struck
        }
        assert journal.codings() == Codings(in_force.values())
        assert [entry.seq for entry in journal.history() if entry.undone] == sorted(struck)


def test_a_sample_comes_back_with_the_probability_of_every_line(path):
    one = Sample(drawn=("GP1:2",), probabilities={"GP1:2": 1 / 3, "GP1:4": 0.1 + 0.2, "GP2:1": 1 / 3}, seed=7)
    two = Sample(drawn=(), probabilities={"GP1:2": 1.0}, seed=8, enriched="1 line 2 times as likely as the others")
    with Journal.open(path) as journal:
        assert journal.samples() == ()
        journal.append(one)
        journal.append(two)

    with Journal.open(path, create=False) as journal:
        found = journal.samples()
        assert [dataclasses.replace(each, at=None, name="") for each in found] == [one, two]
        assert [each.name for each in found] == ["draw-1", "draw-2"]
        assert [entry.kind for entry in journal.history(kinds=(Kind.SAMPLE,))] == ["sample", "sample"]
        assert found[0].at.tzinfo is not None


def test_an_ended_sample_stays_in_the_journal(path):
    chosen = Sample(
        drawn=("GP1:2",), probabilities={"GP1:2": 1.0, "GP1:4": 0.5}, seed=7, name="pilot", design=Design.ACTIVE
    )
    with Journal.open(path) as journal:
        journal.append(chosen, Sample(drawn=(), probabilities={"GP1:4": 0.5}, seed=8))
        journal.append(SampleEnd(sample="pilot", reason="too long"))

    with Journal.open(path, create=False) as journal:
        pilot, other = journal.samples()
        *_, end = journal.history()
    assert dataclasses.replace(pilot, at=None, ended=None) == chosen
    assert pilot.ended == end.at
    assert (other.name, other.ended) == ("draw-1", None)
    assert (end.kind, end.record) == (Kind.SAMPLE, SampleEnd(sample="pilot", reason="too long", at=end.at))


def test_the_end_of_a_sample_is_an_empty_sample_to_an_autocode_that_knows_no_ends(path):
    with Journal.open(path) as journal:
        journal.append(SampleEnd(sample="draw-1"))
    with closing(sqlite3.connect(path)) as database:
        ((payload,),) = database.execute("SELECT payload FROM entries")

    assert {key: json.loads(payload)[key] for key in ("drawn", "frame", "seed", "enriched")} == {
        "drawn": [], "frame": [], "seed": 0, "enriched": "",
    }  # fmt: skip


def test_what_older_journals_say_of_a_choice_is_understood(path):
    shutil.copy(Path(__file__).with_name("schemas") / "v3.sqlite", path)
    older = {"drawn": ["GP1:2"], "frame": [{"probability": 1.0, "lines": ["GP1:2"]}], "seed": 0}
    payloads = [json.dumps({**older, "enriched": words}) for words in ("4 lines selected as most informative", "")]
    with closing(sqlite3.connect(path)) as database:
        row = "INSERT INTO entries (kind, at, payload) VALUES ('sample', '2026-11-23T10:00:00+00:00', ?)"
        database.executemany(row, [(payload,) for payload in payloads])
        database.commit()

    with Journal.open(path) as journal:
        assert [(sample.name, sample.design) for sample in journal.samples()] == [
            ("next-1", Design.ACTIVE), ("draw-1", Design.RANDOM),
        ]  # fmt: skip


def test_a_sample_cannot_be_undone(path):
    with Journal.open(path) as journal:
        seq = journal.append(Sample(drawn=(), probabilities={"GP1:2": 1.0}, seed=7))

        with pytest.raises(
            JournalError,
            match="entry 1 is of the kind sample; only a coding, adjudication, decision, deferral or proposal can",
        ):
            journal.append(Undo(entry=seq, coder=MO))
