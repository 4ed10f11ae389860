"""What a journal does with the file it lives in: refuses to be rewritten, opens for ever, fails in a sentence."""

import os
import random
import select
import shutil
import signal
import sqlite3
import time
import traceback
from contextlib import closing
from pathlib import Path

import pytest

from autocode.coding import Basis, Codings
from autocode.errors import JournalError
from autocode.journal import Journal, Undo
from autocode.journal._chain import link_of
from autocode.journal._schema import MIGRATIONS, migrate

SCHEMAS = sorted(Path(__file__).with_name("schemas").glob("*.sqlite"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.sqlite"


@pytest.fixture
def written(path, coding_of):
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2", "a"), coding_of("GP1:4", "b"))
        journal.append(Undo(entry=2, coder="MO"))
        before = list(journal.history())
    yield path
    with Journal.open(path, create=False) as journal:
        assert list(journal.history()) == before


NEW = "(seq, kind, at, payload, undoes)"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET payload = '{}'",
        "UPDATE entries SET seq = seq + 10",
        "UPDATE OR IGNORE entries SET kind = 'decision' WHERE seq = 1",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE seq = 3",
        f"INSERT OR REPLACE INTO entries {NEW} VALUES (1, 'coding', '2026', '{{}}', NULL)",
        f"REPLACE INTO entries {NEW} VALUES (4, 'undo', '2026', '{{}}', 2)",
        f"INSERT OR IGNORE INTO entries {NEW} VALUES (0, 'coding', '2026', '{{}}', NULL)",
        f"INSERT INTO entries {NEW} VALUES (-1, 'coding', '2026', '{{}}', NULL)",
        f"INSERT INTO entries {NEW} VALUES (9, 'coding', '2026', '{{}}', NULL)",
        f"INSERT INTO entries {NEW} VALUES (NULL, 'undo', '2026', '{{}}', 3)",
        f"INSERT INTO entries {NEW} VALUES (NULL, 'undo', '2026', '{{}}', 9)",
        f"INSERT INTO entries {NEW} VALUES (NULL, 'coding', '2026', '{{}}', 1)",
        f"INSERT INTO entries {NEW} VALUES (1, 'coding', '2026', '{{}}', NULL) ON CONFLICT DO UPDATE SET at = 'x'",
    ],
)
def test_whoever_opens_the_file_cannot_rewrite_history(written, statement):
    with closing(sqlite3.connect(written, isolation_level=None)) as anybody:
        try:
            changed = anybody.execute(statement).rowcount
        except sqlite3.IntegrityError:
            changed = 0

        assert changed == 0


def test_a_refusal_says_why(written):
    with (
        closing(sqlite3.connect(written)) as anybody,
        pytest.raises(sqlite3.IntegrityError, match="the journal is never rewritten; append an undo instead"),
    ):
        anybody.execute("DELETE FROM entries")


def test_commits_are_on_the_disk_and_in_the_file_itself(path, coding_of):
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2", "a"))

        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
        assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert [file.name for file in path.parent.iterdir() if file.stat().st_size] == ["study.head", "study.sqlite"]


@pytest.mark.parametrize("frozen", SCHEMAS, ids=lambda path: path.stem)
def test_a_journal_of_every_released_schema_opens(frozen, path):
    shutil.copy(frozen, path)

    with Journal.open(path, create=False) as journal:
        entries = list(journal.history())
        assert [entry.kind for entry in entries[:7]] == [
            "transcript", "batch", "decision", "coding", "coding", "undo", "deferral"
        ]  # fmt: skip
        (coding,) = journal.codings().with_basis(Basis.ASSISTED)
        assert (coding.line, coding.coder, coding.codes, coding.basis) == ("GP1:2", "MO", {"logistics"}, "assisted")
        assert journal.append(coding) == len(entries) + 1 == journal.last


def test_a_journal_of_the_second_schema_knows_gestures_proposals_and_what_stays_blind(path):
    shutil.copy(next(one for one in SCHEMAS if one.stem == "v2"), path)

    with Journal.open(path, create=False) as journal:
        told = [(entry.kind, entry.gesture, entry.undone) for entry in journal.history(after=7)]
        assert told == [
            ("blind", "", False),
            ("coding", "g1", True),
            ("proposal", "g1", True),
            ("paradata", "g1", False),
            ("undo", "g2", False),
            ("undo", "g2", False),
        ]
        assert journal.proposals() == ()
        (how,) = journal.paradata()
        assert (how.stage, how.mode, how.before, how.after) == ("blind", "assisted", None, {"logistics"})
        assert (how.milliseconds, how.hurried, how.model, how.codebook) == (2300, False, "sha256:00", "1")
        (draw,) = journal.blind_draws()
        assert (draw.drawn, draw.probabilities) == ({"GP1:4"}, {"GP1:4": 0.15, "GP1:5": 0.15})


def test_a_journal_of_the_third_schema_knows_adjudications(path):
    shutil.copy(next(one for one in SCHEMAS if one.stem == "v3"), path)

    with Journal.open(path, create=False) as journal:
        told = [(entry.kind, entry.gesture, entry.undone) for entry in journal.history(after=13)]
        assert told == [
            ("adjudication", "g3", True),
            ("coding", "g3", True),
            ("undo", "g4", False),
            ("undo", "g4", False),
        ]
        (entry,) = journal.history(kinds=("adjudication",))
        one = entry.record
        assert (one.line, one.coder, one.ruling, one.reason) == ("GP1:2", "TW", "both", "both are said")
        assert (one.left.coders, one.left.codes) == (("JB", "SK"), {"contact"})
        assert (one.right.coders, one.right.codes) == (("MO",), {"logistics"})
        assert (one.names_hidden, one.milliseconds) == (True, 4100)


def test_a_journal_of_the_fourth_schema_knows_erasures_the_codebook_and_amendments(path):
    shutil.copy(next(file for file in SCHEMAS if file.stem == "v4"), path)

    with Journal.open(path, create=False) as journal:
        entries = {entry.seq: entry for entry in journal.history(after=17)}
        assert [entry.kind for entry in entries.values()] == [
            "coding", "coding", "erasure", "codebook", "codebook", "transcript", "amendment"
        ]  # fmt: skip
        assert (entries[18].record.memo, entries[18].erased, entries[19].record.memo) == ("", ("memo",), "kept")
        assert (entries[20].record.entries, entries[20].record.why) == ((18,), "as GP1 asked")
        codebook, (added,) = journal.codebook_history()
        assert (list(codebook), added.code.id, added.why) == (["logistics", "contact"], "fixers", "it was met")
        assert {coding.version for coding in journal.codings()} == {""}
        assert all("fixers" in coding.unjudged for coding in journal.codings())
        assert entries[23].record.lines == ("GP2:2",)
        (amendment,) = journal.amendments()
        assert (amendment.reason, amendment.replaced[0].after) == ("as on the recording", ("GP2:2.1",))


def test_there_is_a_frozen_file_of_the_present_schema():
    assert [one.stem for one in SCHEMAS] == [f"v{n}" for n in range(1, len(MIGRATIONS) + 1)]
    with closing(sqlite3.connect(f"{SCHEMAS[-1].as_uri()}?mode=ro&immutable=1", uri=True)) as frozen:
        sql = "SELECT name, sql FROM sqlite_master ORDER BY name"
        with closing(sqlite3.connect(":memory:")) as fresh:
            migrate(fresh, after=0)
            assert frozen.execute(sql).fetchall() == fresh.execute(sql).fetchall()


def test_a_journal_of_a_newer_version_is_refused(written):
    with closing(sqlite3.connect(written)) as newer:
        newer.execute("PRAGMA user_version = 99")

    with pytest.raises(JournalError) as refusal:
        Journal.open(written)

    assert str(refusal.value) == (
        f"{written}: this journal was written by a newer autocode (schema 99; this one knows {len(MIGRATIONS)}); "
        "update autocode to open it."
    )
    with closing(sqlite3.connect(written)) as newer:
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def test_a_file_that_is_not_sqlite_is_refused_and_left_alone(path):
    path.write_bytes(b"line_id,coder,code\n" * 100)

    with pytest.raises(JournalError, match=r"study.sqlite: this is not a journal of autocode \(not an SQLite file\)"):
        Journal.open(path)

    assert path.read_bytes() == b"line_id,coder,code\n" * 100


@pytest.mark.parametrize("statement", ["CREATE TABLE places (name)", "PRAGMA user_version = 3"])
def test_a_database_of_another_program_is_refused_and_left_alone(path, statement):
    with closing(sqlite3.connect(path)) as other:
        other.execute(statement)
    before = path.read_bytes()

    with pytest.raises(JournalError, match="this file is not a journal of autocode; name the right file"):
        Journal.open(path)

    assert path.read_bytes() == before


def test_no_journal_is_made_where_none_is_wanted(path):
    with pytest.raises(JournalError, match="there is no journal here; check the name of the study"):
        Journal.open(path, create=False)

    assert not path.exists()


def test_an_empty_file_is_a_new_journal_only_where_one_is_wanted(path, coding_of):
    path.touch()

    with pytest.raises(JournalError, match="this file is not a journal"):
        Journal.open(path, create=False)
    with Journal.open(path) as journal:
        assert journal.append(coding_of("GP1:2")) == 1


def test_a_damaged_journal_is_refused_in_a_sentence(path, coding_of):
    with Journal.open(path) as journal:
        journal.append(Codings(coding_of(f"GP1:{n}", "a") for n in range(2000)))
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))

    with (
        pytest.raises(JournalError, match="the journal is damaged; put back the latest copy of it"),
        Journal.open(path) as journal,
    ):
        journal.codings()


@pytest.mark.parametrize(
    ("kind", "at", "payload"),
    [
        ("coding", "2026-03-02T12:00:00+00:00", "not JSON"),
        ("coding", "2026-03-02T12:00:00+00:00", '{"line": "GP1:2"}'),
        ("coding", "2026-03-02T12:00:00+00:00", "[1]"),
        ("coding", "at noon", "{}"),
        ("horoscope", "2026-03-02T12:00:00+00:00", "{}"),
    ],
)
def test_an_entry_of_another_program_is_named(path, kind, at, payload):
    with Journal.open(path) as journal:
        with closing(sqlite3.connect(path)) as other, other:
            (identity,) = other.execute("SELECT id FROM journal").fetchone()
            row = {"kind": kind, "at": at, "payload": payload, "commitments": ""}
            link = link_of(identity, identity=bytes(16), undone=None, gesture="", **row)
            other.execute(
                "INSERT INTO entries (kind, at, payload, commitments, id, link) VALUES (?, ?, ?, ?, ?, ?)",
                (*row.values(), bytes(16), link),
            )

        with pytest.raises(JournalError, match="entry 1 was not written by autocode; put back the latest copy"):
            list(journal.history())


def test_a_folder_in_which_nothing_may_be_written_is_a_sentence(tmp_path):
    if os.geteuid():
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
    else:
        folder = tmp_path / "a file, not a folder"  # root may write everywhere else
        folder.touch()

    with pytest.raises(JournalError, match="the journal cannot be opened for writing; check that its folder exists"):
        Journal.open(folder / "study.sqlite")


def test_a_file_that_may_not_be_written_is_a_sentence(written, coding_of, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **more: connect(f"{path.as_uri()}?mode=ro", uri=True, **more))

    with Journal.open(written) as journal:
        with pytest.raises(JournalError, match="cannot be written, because the file or its folder is read-only"):
            journal.append(coding_of("GP1:6"))

        assert len(journal.codings()) == 1
    monkeypatch.undo()


def disk_of(pages, monkeypatch):
    connect = sqlite3.connect

    def limited(*args, **more):
        connection = connect(*args, **more)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", limited)


def test_a_full_disk_keeps_the_whole_of_what_was_appended_before_and_nothing_of_the_rest(path, coding_of, monkeypatch):
    disk_of(12, monkeypatch)
    with Journal.open(path) as journal:
        journal.append(coding_of("GP1:2", "a"))

        with pytest.raises(JournalError, match="the disk is full, and nothing of this step was written; make room"):
            journal.append(Codings(coding_of(f"GP1:{n}", "a") for n in range(2000)))

        assert journal.codings() == Codings([coding_of("GP1:2", "a")])
        assert journal.append(coding_of("GP1:4", "a")) == 2


def test_a_disk_too_full_to_begin_a_journal_is_a_sentence_and_the_file_opens_when_there_is_room(path, monkeypatch):
    disk_of(1, monkeypatch)
    with pytest.raises(JournalError, match="the disk is full"):
        Journal.open(path)
    monkeypatch.undo()

    with Journal.open(path) as journal:
        assert list(journal.history()) == []


def test_a_journal_that_another_program_keeps_locked_is_a_sentence(written, coding_of, monkeypatch):
    monkeypatch.setattr("autocode.journal._opening._PATIENCE", 0.05)
    with Journal.open(written) as journal, closing(sqlite3.connect(written, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(JournalError, match="another program keeps the journal locked; close whatever has it open"):
            journal.append(coding_of("GP1:6"))

        other.execute("ROLLBACK")


def test_a_file_that_another_program_keeps_locked_does_not_become_a_journal(path, monkeypatch):
    monkeypatch.setattr("autocode.journal._opening._PATIENCE", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(JournalError, match="another program keeps the journal locked"):
            Journal.open(path)


def test_a_closed_journal_says_so(path):
    journal = Journal.open(path)
    journal.close()
    journal.close()

    with pytest.raises(JournalError, match="the journal cannot be used: Cannot operate on a closed database"):
        journal.append()


def child(work):
    """Fork a process that runs `work(say)` until it ends or is killed; return its id and where it is heard."""
    heard, said = os.pipe()
    pid = os.fork()
    if pid:
        os.close(said)
        return pid, heard
    try:
        os.close(heard)
        work(lambda what: os.write(said, f"{what}\n".encode()))
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def all_of(heard):
    with os.fdopen(heard) as told:
        return [tuple(map(int, line.split())) for line in told.read().splitlines()]


def test_nothing_acknowledged_is_lost_when_the_process_is_killed_at_100_random_instants(tmp_path, decision_of):
    chance = random.Random(7)
    acknowledged = {}

    for life in range(100):
        path = tmp_path / f"study{life // 10}.sqlite"

        def decide(say, path=path, life=life):
            journal = Journal.open(path)
            for n in range(100_000):
                say(f"{journal.append(decision_of(f'{life}:{n}'))} {n}")

        pid, heard = child(decide)
        # every tenth life is also the first one of a new file, which may be cut off while the file is made
        if life % 10:
            select.select([heard], [], [], 5)  # a busy disk would else leave nothing to lose
        time.sleep(chance.uniform(0.0, 0.03) if life % 10 == 0 else chance.uniform(0.0, 0.1))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        for seq, n in all_of(heard):
            assert acknowledged.setdefault((path, seq), f"{life}:{n}") == f"{life}:{n}"

    assert len(acknowledged) > 100
    for path in {path for path, _ in acknowledged}:
        with Journal.open(path, create=False) as journal:
            kept = {entry.seq: entry.record.line for entry in journal.history()}
        told = {seq: line for (where, seq), line in acknowledged.items() if where == path}
        assert {seq: kept.get(seq) for seq in told} == told


def test_two_processes_that_begin_and_append_at_once_lose_nothing(path, decision_of):
    def decide(who):
        def work(say):
            with Journal.open(path) as journal:
                for n in range(60):
                    say(f"{journal.append(decision_of(f'{who}:{n}'))} {n}")

        return work

    children = [child(decide(who)) for who in range(3)]
    told = [all_of(heard) for _, heard in children]
    ended = [os.waitpid(pid, 0)[1] for pid, _ in children]

    assert ended == [0, 0, 0]
    with Journal.open(path) as journal:
        kept = {entry.seq: entry.record.line for entry in journal.history()}
    assert len(kept) == 180
    assert {seq: f"{who}:{n}" for who, one in enumerate(told) for seq, n in one} == kept
