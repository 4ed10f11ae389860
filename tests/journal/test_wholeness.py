"""A journal is whole, or says that it is not: changed, missing and reordered entries, other copies, erased text."""

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from evaluation.journal_files import ACTS, COPIES, MOMENTS, try_act, try_copy, try_flips

from autocode.codebook import CodeId
from autocode.coding import (
    Adjudication,
    Band,
    Coding,
    Codings,
    Evidence,
    Reading,
    Ruling,
    Suggestion,
    SuggestionBatch,
)
from autocode.errors import CodingError, JournalError
from autocode.journal import Deferral, Erasure, Journal, Kind, TranscriptSeen, Undo
from autocode.journal._entries import serialized
from autocode.transcripts import LineId

SCHEMAS = sorted(Path(__file__).with_name("schemas").glob("*.sqlite"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.sqlite"


@pytest.fixture
def written(path, coding_of):
    with Journal.open(path) as journal:
        for n in range(2, 12):
            journal.append(coding_of(f"GP1:{n}", "a", memo=f"note {n}"))
    return path


def rewritten(path, *statements):
    """Change a journal as somebody does who knows SQLite: without its triggers, which are put back afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as anybody:
        triggers = anybody.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            anybody.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            anybody.execute(statement)
        for _, sql in triggers:
            anybody.execute(sql)


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["UPDATE entries SET payload = replace(payload, 'a', 'b') WHERE seq = 4"], "entry 4 is not as autocode"),
        (["UPDATE entries SET at = '2026-03-02T12:00:00.000001+00:00' WHERE seq = 10"], "entry 10 is not as autocode"),
        (["UPDATE entries SET kind = 'deferral' WHERE seq = 4"], "entry 4 is not as autocode wrote it"),
        (["UPDATE entries SET gesture = 'g' WHERE seq = 4"], "entry 4 is not as autocode wrote it"),
        (["DELETE FROM entries WHERE seq = 4"], "entry 4 is missing"),
        (
            ["DELETE FROM entries WHERE seq = 4", "UPDATE entries SET seq = seq - 1 WHERE seq > 4"],
            "entry 4 is not as autocode wrote it, or not in its place",
        ),
        (
            ["UPDATE entries SET seq = 99 WHERE seq = 4", "UPDATE entries SET seq = 4 WHERE seq = 5",
             "UPDATE entries SET seq = 5 WHERE seq = 99"],
            "entry 4 is not as autocode wrote it, or not in its place",
        ),
        (["UPDATE texts SET text = 'another note' WHERE seq = 4"], "entry 4 is not as autocode wrote it"),
        (["DELETE FROM texts WHERE seq = 4"], "entry 4 is not as autocode wrote it"),
        (
            ["DELETE FROM texts WHERE seq > 8", "DELETE FROM entries WHERE seq > 8"],
            "this is an older copy of the journal: it has 8 entries, and 10 were stored here",
        ),
    ],
)  # fmt: skip
def test_a_changed_missing_or_reordered_entry_is_said_even_if_the_triggers_were_taken_away(
    written, statements, sentence
):
    rewritten(written, *statements)

    with Journal.open(written) as journal, pytest.raises(JournalError, match=sentence):
        journal.codings()


def test_triggers_that_are_gone_are_said(written):
    with closing(sqlite3.connect(written)) as anybody:
        anybody.execute("DROP TRIGGER entries_are_not_updated")

    with pytest.raises(JournalError, match="the tables and triggers of the journal are not as autocode made them"):
        Journal.open(written)


def test_a_journal_replaced_by_an_older_copy_of_itself_is_said_until_somebody_says_that_it_is_right(written, coding_of):
    older = written.read_bytes()
    with Journal.open(written) as journal:
        journal.append(coding_of("GP1:20", "a"))
    written.write_bytes(older)

    with pytest.raises(JournalError) as refusal, Journal.open(written) as journal:
        journal.append(coding_of("GP1:21", "a"))

    assert str(refusal.value) == (
        f"{written}: this is an older copy of the journal: it has 10 entries, and 11 were stored here. Put back the "
        "latest copy of it; if this is the one to go on with, delete study.head."
    )
    written.with_name("study.head").unlink()
    with Journal.open(written) as journal:
        assert journal.append(coding_of("GP1:21", "a")) == 11


def test_two_copies_that_went_on_apart_are_told_from_each_other(written, coding_of, tmp_path):
    copy = tmp_path / "laptop" / "study.sqlite"
    copy.parent.mkdir()
    shutil.copy(written, copy)
    for place in (written, copy):
        with Journal.open(place) as journal:
            journal.append(coding_of("GP1:20", "a", coder="JB"))
    written.write_bytes(copy.read_bytes())

    with Journal.open(written) as journal, pytest.raises(JournalError, match="went another way: its entry 11 is not"):
        journal.codings()


def test_copies_know_that_they_are_copies_of_one_journal_and_which_entries_are_the_same(written, coding_of, tmp_path):
    copy = tmp_path / "copy.sqlite"
    shutil.copy(written, copy)

    with Journal.open(written) as journal, Journal.open(copy) as other:
        other.append(coding_of("GP1:20", "a"))
        journal.append(coding_of("GP1:20", "a"))
        mine, its = ([entry.id for entry in each.history()] for each in (journal, other))

        assert journal.id == other.id
        assert mine[:10] == its[:10]
        assert len({*mine, *its}) == 12


def test_copies_of_an_old_journal_that_are_brought_up_apart_still_know_which_entries_are_the_same(tmp_path):
    ids = []
    for name in ("one.sqlite", "two.sqlite"):
        shutil.copy(SCHEMAS[2], tmp_path / name)
        with Journal.open(tmp_path / name) as journal:
            ids.append((journal.id, [entry.id for entry in journal.history()]))

    assert ids[0] == ids[1]
    assert len(set(ids[0][1])) == 17


@pytest.mark.parametrize("frozen", SCHEMAS[:3], ids=lambda path: path.stem)
def test_journals_of_the_first_three_schemas_read_back_equal(frozen, path):
    with closing(sqlite3.connect(f"{frozen.as_uri()}?mode=ro&immutable=1", uri=True)) as old:
        gesture = "NULL" if frozen.stem == "v1" else "gesture"
        rows = old.execute(f"SELECT seq, kind, at, payload, undoes, {gesture} FROM entries ORDER BY seq").fetchall()
    undone = {undoes for _, _, _, _, undoes, _ in rows}
    shutil.copy(frozen, path)

    with Journal.open(path, create=False) as journal:
        found = list(journal.history())
    assert [
        (entry.seq, entry.kind, entry.at.isoformat(timespec="microseconds"), entry.gesture or None) for entry in found
    ] == [(seq, kind, at, gesture) for seq, kind, at, _, _, gesture in rows]
    assert [entry.undone for entry in found] == [seq in undone for seq, *_ in rows]
    for entry, (_, kind, _, payload, undoes, _) in zip(found, rows, strict=True):
        fields = {**json.loads(serialized(entry.record)[1]), **serialized(entry.record)[2]}
        expected = json.loads(payload)
        if kind == "batch":
            for suggestion, words in zip(fields["suggestions"], json.loads(fields.pop("words")), strict=True):
                suggestion["words"] = words
            for suggestion in expected["suggestions"]:
                suggestion.setdefault("beside", 0.0)  # the first batches did not have it
        if kind == "undo":
            fields["entry"] = entry.record.entry
            assert undoes == entry.record.entry
        assert fields == expected


def old_journal(path, n):
    """Make a journal of the third schema with many codings, as autocode wrote them before."""
    shutil.copy(SCHEMAS[2], path)
    with closing(sqlite3.connect(path)) as old, old:
        old.executemany(
            "INSERT INTO entries (kind, at, payload) VALUES ('coding', '2026-03-02T12:00:00.000000+00:00', ?)",
            (
                (json.dumps({"basis": "independent", "coder": "MO", "codes": ["a"], "line": f"GP9:{i}", "memo": "m"}),)
                for i in range(n)
            ),
        )


def test_a_journal_is_brought_to_this_schema_whole_or_not_at_all_when_the_process_is_killed(path):
    old_journal(path, 2000)
    before = path.read_bytes()
    chance = random.Random(7)
    versions = []
    for _ in range(20):
        path.write_bytes(before)
        for beside in path.parent.glob("study.*"):
            if beside != path:
                beside.unlink()
        pid = os.fork()
        if not pid:
            Journal.open(path)
            os._exit(0)
        time.sleep(chance.uniform(0.0, 0.08))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with closing(sqlite3.connect(path)) as found:  # SQLite takes back what was half done
            versions += found.execute("PRAGMA user_version").fetchone()
            (entries,) = found.execute("SELECT count(*) FROM entries").fetchone()
        assert entries == 2017
        with Journal.open(path, create=False) as journal:
            assert len(journal.codings().by("MO")) == 2001

    assert set(versions) <= {3, 4}
    assert 3 in versions


def test_an_old_journal_that_holds_what_autocode_never_wrote_is_left_as_it_is(path):
    old_journal(path, 0)
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("INSERT INTO entries (kind, at, payload) VALUES ('coding', '2026', 'not JSON')")
    before = path.read_bytes()

    with pytest.raises(JournalError, match="entry 18 was not written by autocode; put back the latest copy"):
        Journal.open(path)

    assert path.read_bytes() == before


def test_several_processes_may_bring_one_old_journal_to_this_schema_at_once(path):
    old_journal(path, 300)
    with closing(sqlite3.connect(path)) as old:
        old.execute("PRAGMA journal_mode = WAL")  # as autocode kept it until the third schema
    children = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            with Journal.open(path) as journal:
                os._exit(0 if len(list(journal.history())) == 317 else 1)
        children.append(pid)

    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    with Journal.open(path) as journal:
        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)


# free text


def test_free_text_is_kept_apart_from_the_acts(path, coding_of, batch):
    reading = Reading(coders=("MO",), codes=frozenset())
    ruling = Adjudication(line="GP1:2", coder="TW", ruling=Ruling.LEFT, left=reading, right=reading, reason="as agreed")
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2", "a", memo="she sighed"), ruling, batch)

        found = [entry.record for entry in journal.history()]
    with closing(sqlite3.connect(path)) as anybody:
        acts = " ".join(payload for (payload,) in anybody.execute("SELECT payload FROM entries"))
        texts = anybody.execute("SELECT seq, field, text FROM texts ORDER BY seq").fetchall()
    assert (found[0].memo, found[1].reason) == ("she sighed", "as agreed")
    assert found[2].suggestions[0].evidence.words == (("parking", 1.5), ("forms", 0.1))
    assert [text for text in ("sighed", "agreed", "parking") if text in acts] == []
    assert texts[:2] == [(1, "memo", "she sighed"), (2, "reason", "as agreed")]
    assert texts[2][:2] == (3, "words")


def test_an_erased_text_is_nowhere_in_the_file_and_the_act_stays(path, coding_of, batch):
    with Journal.open(path) as journal:
        for n in range(300):
            journal.append(coding_of(f"GP2:{n}", "a", memo=f"an ordinary note, number {n}, of some length"))
        coding = coding_of("GP1:2", "a", memo="she said that Dr Okonkwo was away")
        seq = journal.append(coding)
        words = journal.append(batch)
        erasure = journal.append(Erasure(entries=(seq, words), coder="TW", why="as GP1 asked"))

        assert erasure == words + 1
    with Journal.open(path) as journal:
        kept = {entry.seq: entry for entry in journal.history()}
        assert (kept[seq].record.codes, kept[seq].record.memo, kept[seq].erased) == ({"a"}, "", ("memo",))
        assert kept[words].record.suggestions[0].evidence.words == ()
        assert kept[words].record.suggestions[0].probability == 1 / 3
        assert (kept[erasure].record.entries, kept[erasure].record.why) == ((seq, words), "as GP1 asked")
        assert kept[1].record.memo == "an ordinary note, number 0, of some length"
    assert b"Okonkwo" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM texts WHERE seq = 1",
        "UPDATE texts SET text = ''",
        "INSERT OR REPLACE INTO texts VALUES (1, 'memo', zeroblob(16), '')",
        "INSERT INTO erasures VALUES (1, 2)",
        "INSERT INTO erasures VALUES (1, 99)",
        "DELETE FROM erasures",
        "DELETE FROM journal",
        "UPDATE journal SET id = zeroblob(16)",
        "INSERT OR REPLACE INTO journal VALUES (1, zeroblob(16))",
    ],
)
def test_whoever_opens_the_file_cannot_erase_a_text_without_an_entry_that_says_why(written, coding_of, statement):
    with Journal.open(written) as journal:
        journal.append(Erasure(entries=(5,), coder="TW", why="as GP1 asked"))
        before = list(journal.history())
    with closing(sqlite3.connect(written, isolation_level=None)) as anybody, pytest.raises(sqlite3.IntegrityError):
        anybody.execute(statement)

    with Journal.open(written) as journal:
        assert list(journal.history()) == before


def test_an_erasure_says_why_and_names_entries_that_are_there(written):
    with pytest.raises(CodingError, match="an erasure says why"):
        Erasure(entries=(1,), coder="TW", why=" ")
    with pytest.raises(CodingError, match="name at least one"):
        Erasure(entries=(), coder="TW", why="as GP1 asked")
    with Journal.open(written) as journal:
        with pytest.raises(JournalError, match="there is no entry 99 whose text could be erased"):
            journal.append(Erasure(entries=(1, 99), coder="TW", why="as GP1 asked"))
        with pytest.raises(CodingError, match="named like a machine"):
            journal.append(Erasure(entries=(1,), coder="gpt-4", why="as GP1 asked"))

        assert [entry.kind for entry in journal.history(after=9)] == [Kind.CODING]
        assert journal.codings().of("GP1:2")[0].memo == "note 2"


# what people and sync programs do with files


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("act", ACTS)
def test_nothing_acknowledged_is_lost_unsaid_when_the_file_is(act, moment):
    assert try_act(act, moment, seed=1) in {"whole", "said"}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_has_all_that_was_acknowledged_when_it_was(copy, moment):
    # a copy that is made while a commit is being written may be torn, and is refused then
    assert try_copy(copy, moment, seed=1) in ({"whole", "said"} if moment == "during" else {"whole"})


def test_a_flipped_bit_never_gives_other_codings():
    found = try_flips(150, seed=1)

    assert found["lost"] == 0
    assert found["said"] > 50


def test_what_was_stored_is_saved_beside_a_file_that_was_replaced(written, coding_of, tmp_path):
    another = tmp_path / "another.sqlite"
    with Journal.open(another) as other:
        other.append(coding_of("GP9:2", "b", coder="JB"))
    journal = Journal.open(written)
    journal.append(coding_of("GP1:20", "a"))
    another.replace(written)

    with pytest.raises(JournalError) as refusal:
        journal.append(coding_of("GP1:21", "a"))
    journal.close()

    (rescued,) = written.parent.glob("*.rescued-*.sqlite")
    assert str(refusal.value) == (
        f"{written}: the journal was replaced by another program, such as a sync program, while it was open; all that "
        f"was stored until then is saved as {rescued.name}. Take it into the journal that is there now "
        "with autocode merge, or give it the name of the journal where none is there, and start autocode again."
    )
    with Journal.open(rescued) as journal:
        assert {coding.line for coding in journal.codings()} == {f"GP1:{n}" for n in (*range(2, 12), 20)}


def test_a_file_replaced_by_the_same_or_a_later_copy_of_itself_asks_only_for_a_new_start(written, coding_of, tmp_path):
    copy = tmp_path / "copy.sqlite"
    with Journal.open(written) as journal:
        journal.append(coding_of("GP1:20", "a"))
        shutil.copy(written, copy)
        with Journal.open(copy) as later:
            later.append(coding_of("GP1:21", "a"))
        copy.replace(written)

        with pytest.raises(JournalError, match="the file that is there now has all that was stored"):
            journal.append(coding_of("GP1:22", "a"))

    with Journal.open(written) as journal:
        assert journal.last == 12
    assert list(written.parent.glob("*.rescued-*")) == []


def test_a_file_that_is_gone_when_the_journal_is_closed_is_said_and_saved(written, coding_of):
    journal = Journal.open(written)
    journal.append(coding_of("GP1:20", "a"))
    written.unlink()

    with pytest.raises(JournalError, match="the journal was deleted or moved while it was open; all that was stored"):
        journal.close()
    journal.close()

    (rescued,) = written.parent.glob("*.rescued-*.sqlite")
    with Journal.open(rescued) as found:
        assert found.last == 11


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_journal_that_was_emptied_or_deleted_is_not_a_new_one(written, is_empty):
    written.write_bytes(b"") if is_empty else written.unlink()
    what = "was emptied" if is_empty else "is missing"

    with pytest.raises(JournalError, match=f"the journal {what}: it had at least 10 entries. Put back the latest copy"):
        Journal.open(written)

    assert not written.exists() or not written.stat().st_size


def test_a_pipe_is_not_a_journal(path):
    os.mkfifo(path)

    with pytest.raises(JournalError, match="this is not a file, so it cannot be a journal"):
        Journal.open(path)


def test_a_folder_in_which_nothing_can_be_locked_is_said(written, coding_of, monkeypatch):
    """As some network drives do; there SQLite only ever says that another program holds the lock."""

    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("autocode.journal._opening._PATIENCE", 0.05)
    monkeypatch.setattr("fcntl.lockf", refuse)
    with Journal.open(written) as journal, closing(sqlite3.connect(written, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(JournalError, match="files in this folder cannot be locked, as on some network drives"):
            journal.append(coding_of("GP1:20", "a"))

        other.execute("ROLLBACK")


def test_a_copy_is_written_while_others_append(written, coding_of, tmp_path):
    with Journal.open(written) as journal, Journal.open(written) as other:
        other.append(coding_of("GP1:20", "a"))
        journal.copy_to(tmp_path / "copy.sqlite")
        other.append(coding_of("GP1:21", "a"))

    with Journal.open(tmp_path / "copy.sqlite") as copy:
        assert copy.last == 11


def test_what_is_appended_in_one_block_is_written_at_its_end_or_not_at_all(written, coding_of):
    with Journal.open(written) as journal:
        block = journal.exclusively()
        block.__enter__()
        journal.append(coding_of("GP1:20", "a"))
        with pytest.raises(JournalError, match="there is no entry 99 to undo"):
            journal.append(Undo(entry=99, coder="MO"))
        block.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
        with journal.exclusively():
            assert journal.append(coding_of("GP1:21", "a")) == 11
            assert journal.append(coding_of("GP1:22", "a")) == 12

        assert [entry.record.line for entry in journal.history(after=10)] == ["GP1:21", "GP1:22"]


# records that cannot be


KNOWN = TranscriptSeen(transcript="GP1", digest="d", lines=(LineId("GP1:2"), LineId("GP1:4")))


def impossible(line):
    suggestion = Suggestion(line=LineId(line), code=CodeId("a"), rank=1, probability=0.5, band=Band.FAIR)
    return [
        Coding(line=LineId(line), coder="MO", codes=frozenset({"a"})),
        Codings([Coding(line=LineId(line), coder="MO", codes=frozenset())]),
        Deferral(line=LineId(line), coder="MO"),
        SuggestionBatch(id="b", model="m", codebook="1", suggestions=(suggestion,), abstentions=()),
    ]


@pytest.mark.parametrize(
    ("line", "which"),
    [(line, which) for line in ("GP1:3", "GP1:99", "GP7:2", "nonsense") for which in range(3)]
    + [("GP1:3", 3), ("GP1:99", 3)],
)
def test_a_record_of_an_interviewers_line_or_of_none_is_refused(path, line, which):
    with Journal.open(path) as journal:
        journal.append(KNOWN)

        with pytest.raises(CodingError, match=f"the line {line} is none of a participant's in the transcripts that"):
            journal.append(impossible(line)[which])

        assert journal.last == 1
        assert journal.append(*impossible("GP1:4")) == 5


def test_a_script_may_suggest_codes_for_an_interview_that_nobody_has_read(path):
    with Journal.open(path) as journal:
        journal.append(KNOWN)

        assert journal.append(impossible("GP7:2")[3]) == 2


def test_lines_of_a_transcript_that_comes_in_the_same_step_are_known(path, coding_of):
    with Journal.open(path) as journal:
        journal.append(KNOWN)
        other = TranscriptSeen(transcript="GP2", digest="e", lines=(LineId("GP2:1"),))

        assert journal.append(other, coding_of("GP2:1", "a")) == 3


def test_a_transcript_whose_lines_are_not_known_lets_all_of_them_in(path, coding_of):
    with Journal.open(path) as journal:
        journal.append(KNOWN, TranscriptSeen(transcript="GP2", digest="e"))

        assert journal.append(coding_of("GP2:17", "a"), Undo(entry=3, coder="MO")) == 4


def test_evidence_comes_back_with_its_words_though_some_suggestions_have_none(path, batch):
    bare = Suggestion(line=LineId("GP1:9"), code=CodeId("a"), rank=1, probability=0.5, band=Band.FAIR)
    worded = Suggestion(
        line=LineId("GP1:8"), code=CodeId("a"), rank=1, probability=1, band=Band.FAIR,
        evidence=Evidence(words=(("Größe", 0.25),)),
    )  # fmt: skip
    made = SuggestionBatch(id="b", model="m", codebook="1", suggestions=(bare, worded), abstentions=())
    with Journal.open(path) as journal:
        journal.append(made)

        assert journal.batches()[0].suggestions == made.suggestions
