"""The journal: entries are appended, durable before the call returns, and never changed."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from autocode.conduct import Amendment, LineChanges
from autocode.errors import JournalError
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
from autocode.journal._opening import connected, snapshot, transaction, translated_errors
from autocode.journal._texts import (
    inherited_draw,
    inherited_sample,
    refuse_unfit,
    unrecorded,
)
from autocode.transcripts import LineId, TranscriptId, Transcripts


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
    read_only : bool, default False
        Whether the database is a copy of the file, so that nothing can be appended.

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

    def __init__(self, connection: sqlite3.Connection, *, path: Path, read_only: bool = False) -> None:
        self.path = path
        self._connection = connection
        self._read_only = read_only
        self._lock = RLock()
        self._amendments: tuple[Amendment, ...] = ()  # of the entries up to this one: most appends ask for them
        self._amendments_until = 0

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True, read_only: bool = False) -> Self:
        """
        Return the journal in a file.

        Parameters
        ----------
        path : str or Path
            The file.
        create : bool, default True
            Whether to make the file if it does not exist.
        read_only : bool, default False
            Whether the journal is read as it is now, and nothing is written, neither to the file nor beside it. It is
            for folders that cannot be written, such as an archive.

        Raises
        ------
        JournalError
            If the file is not a journal, was written by a newer autocode, cannot be written, or does not exist and
            `create` is False or `read_only` is True.
        """
        path = Path(path)
        if not (create and not read_only) and not path.exists():
            raise JournalError.at(path, "there is no journal here; check the name of the study.")
        return cls(snapshot(path) if read_only else connected(path, create=create), path=path, read_only=read_only)

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
            If codings were made on another text of a transcript than the codings that the journal has, or are of a line
            that an amendment replaced; or if a transcript was amended and this is not the text that it has now.
        """
        if self._read_only:
            raise JournalError.at(
                self.path, "was opened for reading only, so nothing can be added; open it where it can be written."
            )
        now = datetime.now(UTC)
        seen = [record for entry in entries if isinstance(entry, Codings) for record in self._unrecorded(entry)]
        records = (*seen, *records_in(entries))
        by_coders = Coding | Adjudication | Decision | Deferral | Proposal | Paradata
        coders = [record.coder for record in records if isinstance(record, by_coders)]
        for name in dict.fromkeys([*coders, *(record.by for record in records if isinstance(record, Amendment))]):
            human(name)
        rows = [(record, *serialized(record), utc_timestamp(record.at or now)) for record in records]
        self.amendments()  # kept from here on, so that only what is new is read while nobody else can write
        with self._lock, translated_errors(self.path), transaction(self._connection):
            if gesture and (stored := self._last_of(gesture)):
                return stored
            refuse_unfit(records, self.amendments(), digests=self.transcripts, path=self.path)
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
        if not codings.digests:
            return []
        amended = {amendment.transcript for amendment in self.amendments()}
        return unrecorded(codings, self.codings(), amended=amended, path=self.path)

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Let nobody else append in this block; what is appended in it is written at its end, or not at all."""
        with self._lock, translated_errors(self.path), transaction(self._connection):
            yield

    def stores(self, gesture: str) -> bool:
        """
        Return whether entries were appended under an idempotency key.

        Parameters
        ----------
        gesture : str
            The key.
        """
        with self._lock, translated_errors(self.path):
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
        with self._lock, translated_errors(self.path):
            (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        return int(last)

    def _entries(self, clause: str, *values: str | int) -> Iterator[Entry]:
        with self._lock, translated_errors(self.path):
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

        Codings of lines that an amendment replaced are set aside, see `set_aside`. The codings have the digests of the
        transcripts, so that functions that join them with lines can refuse edited ones.
        """
        amendments = self.amendments()
        retired = LineChanges(amendments).retired
        return Codings(
            (coding for coding in self._latest_codings() if coding.line not in retired),
            digests=self.transcripts(),
            amended={amendment.transcript for amendment in amendments},
        )

    def set_aside(self) -> Codings:
        """Return the codings of lines that an amendment replaced; they count again if the lines come back."""
        retired = LineChanges(self.amendments()).retired
        return Codings(coding for coding in self._latest_codings() if coding.line in retired)

    def _latest_codings(self) -> Collection[Coding]:
        latest: dict[tuple[CoderId, LineId, Basis], Coding] = {}
        for entry in self.history(kinds=(Kind.CODING,)):
            if isinstance(entry.record, Coding) and not entry.undone:
                latest[entry.record.coder, entry.record.line, entry.record.basis] = entry.record
        return latest.values()

    def decisions(self) -> tuple[Decision, ...]:
        """
        Return the decisions in force: each coder's latest on each line and batch that was not undone.

        Decisions on lines that an amendment replaced are left out.
        """
        retired = LineChanges(self.amendments()).retired
        in_force: dict[tuple[CoderId, LineId, BatchId], Decision] = {}
        for entry in self.history(kinds=(Kind.DECISION,)):
            if isinstance(entry.record, Decision) and not entry.undone and entry.record.line not in retired:
                in_force[entry.record.coder, entry.record.line, entry.record.batch] = entry.record
        return tuple(in_force.values())

    def batches(self) -> tuple[SuggestionBatch, ...]:
        """Return every batch of suggestions, oldest first; the text of neighbours is in the transcripts, not here."""
        records = (entry.record for entry in self.history(kinds=(Kind.BATCH,)))
        return tuple(record for record in records if isinstance(record, SuggestionBatch))

    def latest_batch(self) -> SuggestionBatch | None:
        """
        Return the batch of suggestions that was appended last, or None if there is none.

        Suggestions for lines that an amendment replaced are left out.
        """
        clause = "e.seq = (SELECT max(seq) FROM entries WHERE kind = ?)"
        for entry in self._entries(clause, Kind.BATCH):
            if isinstance(entry.record, SuggestionBatch):
                return entry.record.without(LineChanges(self.amendments()).retired)
        return None

    def samples(self) -> tuple[Sample, ...]:
        """
        Return every sample of lines to judge, oldest first.

        A line in the place of lines that an amendment replaced was drawn if the first of them was.
        """
        changes = LineChanges(self.amendments())
        records = (entry.record for entry in self.history(kinds=(Kind.SAMPLE,)))
        return tuple(inherited_sample(record, changes) for record in records if isinstance(record, Sample))

    def proposals(self) -> tuple[Proposal, ...]:
        """Return the codes that coders proposed and did not take back, oldest first."""
        changes = LineChanges(self.amendments())
        records = (entry.record for entry in self.history(kinds=(Kind.PROPOSAL,)) if not entry.undone)
        return tuple(
            replace(record, line=next(iter(changes.successors(record.line)), record.line))
            for record in records
            if isinstance(record, Proposal)
        )

    def paradata(self) -> tuple[Paradata, ...]:
        """Return the paradata of every act, oldest first, undone acts included."""
        records = (entry.record for entry in self.history(kinds=(Kind.PARADATA,)))
        return tuple(record for record in records if isinstance(record, Paradata))

    def blind_draws(self) -> tuple[BlindDraw, ...]:
        """
        Return every draw of lines to be judged without suggestions, oldest first.

        A line in the place of lines that an amendment replaced was drawn if the first of them was.
        """
        changes = LineChanges(self.amendments())
        records = (entry.record for entry in self.history(kinds=(Kind.BLIND,)))
        return tuple(inherited_draw(record, changes) for record in records if isinstance(record, BlindDraw))

    def amendments(self) -> tuple[Amendment, ...]:
        """Return every correction of a transcript that was recorded, oldest first."""
        with self._lock:
            last, entries = self.last, list(self.history(kinds=(Kind.AMENDMENT,), after=self._amendments_until))
            found = (*self._amendments, *(entry.record for entry in entries if isinstance(entry.record, Amendment)))
            if not self._connection.in_transaction:  # else these may never be written
                self._amendments = found
                self._amendments_until = max([last, *(entry.seq for entry in entries)])
            return found

    def transcripts(self) -> dict[TranscriptId, str]:
        """Return the digest that each transcript had when it was last coded or amended, by its name."""
        digests: dict[TranscriptId, str] = {}
        for entry in self.history(kinds=(Kind.TRANSCRIPT, Kind.AMENDMENT)):
            if isinstance(entry.record, TranscriptSeen):
                digests[entry.record.transcript] = entry.record.digest
            elif isinstance(entry.record, Amendment):
                digests[entry.record.transcript] = entry.record.after
        return digests

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
