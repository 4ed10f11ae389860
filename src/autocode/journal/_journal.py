"""The journal: entries are appended, durable before the call returns, and never changed."""

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from autocode.coding import (
    Adjudication,
    Basis,
    BatchId,
    BlindDraw,
    CoderId,
    Coding,
    Codings,
    Decision,
    Paradata,
    Proposal,
    Sample,
    SuggestionBatch,
    human,
)
from autocode.errors import Fault, JournalError, StudyError
from autocode.journal._entries import (
    Deferral,
    Entry,
    Kind,
    Record,
    TranscriptSeen,
    Undo,
    deserialized,
    records_in,
    serialized,
    utc_timestamp,
)
from autocode.journal._schema import APPLICATION_ID, MIGRATIONS
from autocode.transcripts import LineId, TranscriptId, Transcripts

_PATIENCE = 30.0  # seconds to wait for another process to finish its append, which takes milliseconds on a sound disk

_REMEDIES = {
    "SQLITE_FULL": "the disk is full, and nothing of this step was written; make room on it and do the step again.",
    "SQLITE_READONLY": "the journal cannot be written, because the file or its folder is read-only; "
    "allow writing there or copy the study to a folder of your own.",
    "SQLITE_CANTOPEN": "the journal cannot be opened for writing; "
    "check that its folder exists and that you may write in it, or copy the study to a folder of your own.",
    "SQLITE_BUSY": "another program keeps the journal locked; close whatever has it open and try again.",
    "SQLITE_NOTADB": "this is not a journal of autocode (not an SQLite file); "
    "name the right file, or move this one away to begin a new journal.",
    "SQLITE_CORRUPT": "the journal is damaged; put back the latest copy of it.",
    "SQLITE_IOERR": "the disk failed, and nothing of this step was written; check that it is attached and has room.",
}


class Journal:
    """
    An append-only record of codings, suggestions and decisions in one SQLite file; open it with `Journal.open`.

    Entries are never changed or deleted: what is undone stays, and is marked as undone. Several processes may append at
    the same time, and one journal may be used from several threads.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open database.
    path : Path
        Its file.
    people : collection of str, default ()
        As in `open`.

    Attributes
    ----------
    path : Path
        The file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Coding, Journal
    >>> with TemporaryDirectory() as folder, Journal.open(Path(folder) / "study.sqlite") as journal:
    ...     first = journal.append(Coding(line="GP1:2", coder="ann", codes=frozenset({"phone"})))
    ...     second = journal.append(Coding(line="GP1:2", coder="ann", codes=frozenset({"phone", "wait"})))
    ...     first, second, [sorted(coding.codes) for coding in journal.codings()]
    (1, 2, [['phone', 'wait']])
    """

    def __init__(self, connection: sqlite3.Connection, *, path: Path, people: Collection[str] = ()) -> None:
        self.path = path
        self._people = tuple(people)
        self._connection = connection
        self._lock = RLock()

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True, people: Collection[str] = ()) -> Self:
        """
        Return the journal in a file.

        Parameters
        ----------
        path : str or Path
            The file.
        create : bool, default True
            Whether to make the file if it does not exist.
        people : collection of str, default ()
            Names that are known to be people's, as `coders` in study.toml lists them; see `autocode.coding.human`.

        Raises
        ------
        JournalError
            If the file is not a journal, was written by a newer autocode, cannot be written, or does not exist and
            `create` is False.
        """
        path = Path(path)
        if not create and not path.exists():
            raise JournalError.at(path, "there is no journal here; check the name of the study.")
        with _translated_errors(path):
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            with _translated_errors(path):
                _prepare(connection, path, create=create)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path=path, people=people)

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def coder(self, name: str) -> CoderId:
        """
        Return the id of a human coder in the spelling that the journal knows, if it knows the coder.

        Parameters
        ----------
        name : str
            The name as somebody wrote it: "ANN" is "ann", if "ann" coded before or is among the known people.

        Raises
        ------
        CodingError
            If the name is empty or that of a machine.
        """
        return human(name, people=(*self._people, *self.codings().coders))

    def append(self, *entries: Record | Codings, gesture: str = "") -> int:
        """
        Append all entries or none, and return the number of the last one when all are written to the disk.

        Where `Codings` have the digests of their transcripts, those that the journal does not know yet are recorded.

        Parameters
        ----------
        *entries : Coding, Codings, Decision, SuggestionBatch, Undo, ...
            The records, in order. A record without a time gets the present time.
        gesture : str, default ""
            An idempotency key: if entries were appended under this key before, nothing is appended, and the number of
            the last of them is returned. Empty for none.

        Raises
        ------
        CodingError
            If a coder has the name of a machine.
        JournalError
            If an undo is not allowed, or the journal cannot be written.
        StudyError
            If codings were made on another text of a transcript than the codings that the journal has.
        """
        now = datetime.now(UTC)
        seen = [record for entry in entries if isinstance(entry, Codings) for record in self._unrecorded(entry)]
        records = (*seen, *records_in(entries))
        by_coders = Coding | Adjudication | Decision | Deferral | Proposal | Paradata
        for coder in dict.fromkeys(record.coder for record in records if isinstance(record, by_coders)):
            human(coder, people=self._people)
        rows = [(record, *serialized(record), utc_timestamp(record.at or now)) for record in records]
        with self._lock, _translated_errors(self.path), _transaction(self._connection):
            if gesture and (stored := self._last_of(gesture)):
                return stored
            for record, kind, payload, at in rows:
                undoes = self._undoable(record) if isinstance(record, Undo) else None
                self._connection.execute(
                    "INSERT INTO entries (kind, at, payload, undoes, gesture) VALUES (?, ?, ?, ?, ?)",
                    (kind, at, payload, undoes, gesture or None),
                )
            (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        return int(last)

    def _unrecorded(self, codings: Codings) -> list[TranscriptSeen]:
        """Return the digests of codings that the journal does not know; raises `StudyError` if it knows other ones."""
        known = self.transcripts() if codings.digests else {}
        fresh = {name: digest for name, digest in codings.digests.items() if known.get(name) != digest}
        differing = [name for name in fresh if name in known]
        if differing:
            coded, named = (
                {line.rpartition(":")[0] for line in lines} for lines in (self.codings().lines, codings.lines)
            )
            # where ids do not name their transcript, as in a plain corpus, it may have been coded
            refused = [name for name in differing if name in coded or name not in named]
            StudyError.raise_if(
                Fault(
                    f"has codings of another text of {name} than these codings, or of one that was cut into other "
                    "lines; restore the text that was coded, or save the edited interview under a new name and code "
                    "that.",
                    self.path,
                )
                for name in refused
            )
        return [TranscriptSeen(transcript=name, digest=digest) for name, digest in fresh.items()]

    def stores(self, gesture: str) -> bool:
        """
        Return whether entries were appended under an idempotency key.

        Parameters
        ----------
        gesture : str
            The key.
        """
        with self._lock, _translated_errors(self.path):
            return bool(self._last_of(gesture))

    def _last_of(self, gesture: str) -> int:
        (last,) = self._connection.execute(
            "SELECT coalesce(max(seq), 0) FROM entries WHERE gesture = ?", (gesture,)
        ).fetchone()
        return int(last)

    def _undoable(self, undo: Undo) -> int:
        """Return the number of the entry that an undo takes back; raises `JournalError` if that is not allowed."""
        entry = next(self._entries("e.seq = ?", undo.entry), None)
        if entry is None:
            raise JournalError.at(self.path, f"there is no entry {undo.entry} to undo.")
        if not isinstance(entry.record, Coding | Adjudication | Decision | Deferral | Proposal):
            raise JournalError.at(
                self.path,
                f"entry {undo.entry} is of the kind {entry.kind}; "
                "only a coding, adjudication, decision, deferral or proposal can be undone.",
            )
        if entry.record.coder != undo.coder:
            raise JournalError.at(
                self.path,
                f"entry {undo.entry} is by {entry.record.coder}; {undo.coder} can undo only what {undo.coder} did.",
            )
        if entry.undone:
            raise JournalError.at(self.path, f"entry {undo.entry} is already undone.")
        return undo.entry

    def history(self, *, kinds: Collection[Kind] | None = None, after: int = 0) -> Iterator[Entry]:
        """
        Return the entries in the order in which they were appended, undone entries included.

        Parameters
        ----------
        kinds : collection of Kind or None, default None
            The kinds of entries; None for all.
        after : int, default 0
            Only entries with a greater number are returned.
        """
        if kinds is None:
            return self._entries("e.seq > ?", after)
        return self._entries(f"e.seq > ? AND e.kind IN ({', '.join('?' for _ in kinds)})", after, *kinds)

    @property
    def last(self) -> int:
        """The number of the last entry, 0 while there is none."""
        with self._lock, _translated_errors(self.path):
            (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        return int(last)

    def _entries(self, clause: str, *values: str | int) -> Iterator[Entry]:
        with self._lock, _translated_errors(self.path):
            rows = self._connection.execute(
                "SELECT e.seq, e.kind, e.at, e.payload, e.gesture, "
                "EXISTS (SELECT 1 FROM entries u WHERE u.undoes = e.seq) "
                f"FROM entries e WHERE {clause} ORDER BY e.seq",
                values,
            ).fetchall()
        for seq, kind, written_at, payload, gesture, undone in rows:
            try:
                at = datetime.fromisoformat(written_at)
                record = deserialized(Kind(kind), payload, at)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise JournalError.at(
                    self.path, f"entry {seq} was not written by autocode; put back the latest copy of the journal."
                ) from error
            yield Entry(seq=seq, kind=Kind(kind), at=at, record=record, undone=bool(undone), gesture=gesture or "")

    def codings(self) -> Codings:
        """
        Return the codings in force: each coder's latest on each line and basis that was not undone.

        They have the digests of the transcripts, so that functions that join them with lines can refuse edited ones.
        """
        in_force: dict[tuple[CoderId, LineId, Basis], Coding] = {}
        for entry in self.history(kinds=(Kind.CODING,)):
            if isinstance(entry.record, Coding) and not entry.undone:
                in_force[entry.record.coder, entry.record.line, entry.record.basis] = entry.record
        return Codings(in_force.values(), digests=self.transcripts())

    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions in force: each coder's latest on each line and batch that was not undone."""
        in_force: dict[tuple[CoderId, LineId, BatchId], Decision] = {}
        for entry in self.history(kinds=(Kind.DECISION,)):
            if isinstance(entry.record, Decision) and not entry.undone:
                in_force[entry.record.coder, entry.record.line, entry.record.batch] = entry.record
        return tuple(in_force.values())

    def batches(self) -> tuple[SuggestionBatch, ...]:
        """Return every batch of suggestions, oldest first; the text of neighbours is in the transcripts, not here."""
        records = (entry.record for entry in self.history(kinds=(Kind.BATCH,)))
        return tuple(record for record in records if isinstance(record, SuggestionBatch))

    def latest_batch(self) -> SuggestionBatch | None:
        """Return the batch of suggestions that was appended last, or None if there is none."""
        clause = "e.seq = (SELECT max(seq) FROM entries WHERE kind = ?)"
        for entry in self._entries(clause, Kind.BATCH):
            if isinstance(entry.record, SuggestionBatch):
                return entry.record
        return None

    def samples(self) -> tuple[Sample, ...]:
        """Return every sample of lines to judge, oldest first."""
        records = (entry.record for entry in self.history(kinds=(Kind.SAMPLE,)))
        return tuple(record for record in records if isinstance(record, Sample))

    def proposals(self) -> tuple[Proposal, ...]:
        """Return the codes that coders proposed and did not take back, oldest first."""
        records = (entry.record for entry in self.history(kinds=(Kind.PROPOSAL,)) if not entry.undone)
        return tuple(record for record in records if isinstance(record, Proposal))

    def paradata(self) -> tuple[Paradata, ...]:
        """Return the paradata of every act, oldest first, undone acts included."""
        records = (entry.record for entry in self.history(kinds=(Kind.PARADATA,)))
        return tuple(record for record in records if isinstance(record, Paradata))

    def blind_draws(self) -> tuple[BlindDraw, ...]:
        """Return every draw of lines to be judged without suggestions, oldest first."""
        records = (entry.record for entry in self.history(kinds=(Kind.BLIND,)))
        return tuple(record for record in records if isinstance(record, BlindDraw))

    def transcripts(self) -> dict[TranscriptId, str]:
        """Return the digest that each transcript had when it was last coded, by its name."""
        records = (entry.record for entry in self.history(kinds=(Kind.TRANSCRIPT,)))
        return {record.transcript: record.digest for record in records if isinstance(record, TranscriptSeen)}

    def edited(self, transcripts: Transcripts) -> tuple[TranscriptId, ...]:
        """
        Return the interviews that have changed since they were last coded.

        Parameters
        ----------
        transcripts : Transcripts
            The interviews as they are now.
        """
        digests = self.transcripts()
        return tuple(
            interview.id
            for interview in transcripts.interviews
            if digests.get(interview.id, interview.digest) != interview.digest
        )


@contextmanager
def _translated_errors(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into a `JournalError` that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        for known, remedy in _REMEDIES.items():
            if name.startswith(known):
                raise JournalError.at(path, remedy) from error
        raise JournalError.at(path, f"the journal cannot be used: {str(error).rstrip('.')}.") from error


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock; commit on leaving, or roll back on an error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself if, for example, the disk is full
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Migrate the file to the present schema and make every commit durable."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # without it, a sync on macOS returns before the data are on the disk
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("BEGIN")  # one consistent view, as another process may be making the tables
    try:
        version = _version(connection, path, create=create)
    finally:
        connection.execute("ROLLBACK")
    if version < len(MIGRATIONS):
        with _transaction(connection):
            # another process may have migrated the file meanwhile
            for step in MIGRATIONS[_version(connection, path, create=create) :]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        _switch_to_wal(connection)


def _version(connection: sqlite3.Connection, path: Path, *, create: bool) -> int:
    """Return the schema of the file, 0 for an empty file; raises `JournalError` for other files and newer schemas."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (tables or version or not create):
        raise JournalError.at(
            path,
            "this file is not a journal of autocode; "
            "name the right file, or move this one away to begin a new journal.",
        )
    if version > len(MIGRATIONS):
        raise JournalError.at(
            path,
            f"this journal was written by a newer autocode (schema {version}; this one knows {len(MIGRATIONS)}); "
            "update autocode to open it.",
        )
    return int(version)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging, in which readers do not block the writer nor it them."""
    patience_ends = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:  # another process is switching too, and SQLite does not wait for it here
            if time.monotonic() > patience_ends:
                raise
            time.sleep(0.01)
