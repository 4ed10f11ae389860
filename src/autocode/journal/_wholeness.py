"""Whether a journal is whole: every entry as it was written, none missing, none out of order, none from elsewhere."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from autocode.codebook import Change
from autocode.conduct import Amendment
from autocode.errors import JournalError
from autocode.journal._branches import step_of
from autocode.journal._chain import commitment_to, link_of, parted
from autocode.journal._codebook_entries import CodebookSeen
from autocode.journal._entries import Kind, Record, deserialized
from autocode.journal._head import head_path, read_head
from autocode.journal._known_codes import KnownCodes
from autocode.journal._known_lines import KnownLines
from autocode.journal._lineage import Step
from autocode.journal._writing import Row

_ROWS = """
    SELECT e.seq, e.kind, e.at, e.payload, e.commitments, e.gesture, e.id, e.link, u.id
    FROM entries e NOT INDEXED LEFT JOIN entries u ON u.seq = e.undoes
    WHERE e.seq > ? ORDER BY e.seq
"""
_REMEDY = "put back the latest copy of the journal"
_Row = tuple[Any, ...]


class Known(NamedTuple):
    """What a journal knows of the study that it is of."""

    lines: KnownLines
    codes: KnownCodes
    amendments: tuple[Amendment, ...] = ()  # without their reasons, which are among the texts

    def with_records(self, records: Mapping[bytes, Record]) -> "Known":
        """Return what is known after new records, too; raises `CodebookError` if a change is impossible."""
        codes = self.codes
        for identity, record in records.items():
            if isinstance(record, CodebookSeen):
                codes = codes.with_codebook(record.codebook)
            elif isinstance(record, Change):
                codes = codes.with_new(identity.hex(), record)
        return self._with(records.values(), codes)

    def with_rows(self, rows: Iterable[_Row]) -> "Known":
        """Return what is known after rows that are stored, too; raises `CodebookError` if a change is impossible."""
        codes, records = self.codes, []
        steps: list[Step] = []
        for _, kind, at, payload, _, _, identity, _, _ in rows:
            if kind not in (Kind.TRANSCRIPT, Kind.AMENDMENT, Kind.CODEBOOK):
                continue
            record = deserialized(Kind(kind), payload, datetime.fromisoformat(at), texts={})
            records.append(record)
            if isinstance(record, CodebookSeen):
                codes, steps = codes.with_steps(steps).with_codebook(record.codebook), []
            elif isinstance(record, Change):
                steps.append(step_of(identity, record, payload))
        return self._with(records, codes.with_steps(steps))

    def _with(self, records: Collection[Record], codes: KnownCodes) -> "Known":
        amendments = tuple(record for record in records if isinstance(record, Amendment))
        return Known(self.lines.with_records(records), codes, self.amendments + amendments)

    def refuse_unknown(self, records: Collection[Record]) -> None:
        """Raise a `CodingError` if records are about lines or codes that do not exist."""
        self.lines.refuse_unknown(records)
        self.codes.refuse_unknown(records)


class Place(NamedTuple):
    """How far a journal goes: its last entry with its link, the latest identity and time, and what is known then."""

    seq: int
    link: bytes
    latest_id: bytes
    latest_at: str
    known: Known

    def after(self, row: Row, link: bytes) -> "Place":
        """Return the place after an entry that was written."""
        latest_id, latest_at = max(self.latest_id, row.identity), max(self.latest_at, row.at)
        return Place(self.seq + 1, link, latest_id, latest_at, self.known)


class Wholeness:
    """
    How far a journal was read and found whole, and which lines its entries say there are.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open journal.
    path : Path
        Its file.

    Attributes
    ----------
    journal : bytes
        The identity of the journal.
    seq : int
        The number of the last entry that was read; 0 for none.
    link : bytes
        Its link; the identity of the journal while there is no entry.
    latest_id : bytes
        The greatest identity of an entry; empty while there is none.
    latest_at : str
        The latest time of an entry, as it is stored; empty while there is none.
    known : Known
        The lines and codes of the study.
    """

    def __init__(self, connection: sqlite3.Connection, *, path: Path) -> None:
        self._connection = connection
        self._path = path
        (journal,) = connection.execute("SELECT id FROM journal").fetchone() or (b"",)
        self.journal: bytes = journal
        self.seq, self.link = 0, self.journal
        self._begun = False
        self.latest_id, self.latest_at = b"", ""
        self.known = Known(KnownLines(), KnownCodes())

    @property
    def place(self) -> Place:
        """How far the journal was read, to be set where this program appends entries itself or takes them back."""
        return Place(self.seq, self.link, self.latest_id, self.latest_at, self.known)

    @place.setter
    def place(self, place: Place) -> None:
        self.seq, self.link, self.latest_id, self.latest_at, self.known = place

    def verify(self) -> None:
        """Read what was appended since the last time; raises `JournalError` if the journal is not whole."""
        if not self._begun:
            (answer,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
            if answer != "ok":
                raise JournalError.at(self._path, f"the journal is damaged ({answer}); {_REMEDY}.")
        with _one_view(self._connection):
            if self.seq and self._link_at(self.seq) != self.link:
                raise JournalError.at(
                    self._path,
                    f"the journal was overwritten while it was open: entry {self.seq} is another one now. Put back the "
                    "copy that has all entries, and start autocode again.",
                )
            seq, link = self.seq, self.link
            rows = self._connection.execute(_ROWS, (seq,)).fetchall()
            for row in rows:
                link = self._checked(row, seq=seq + 1, after=link)
                seq += 1
            self._check_texts(rows)
            if not self._begun:
                self._compare_with_head()
        latest_id = max([self.latest_id, *(row[6] for row in rows)])
        latest_at = max([self.latest_at, *(row[2] for row in rows)])
        self._begun = True
        self.place = Place(seq, link, latest_id, latest_at, self.known.with_rows(rows))

    def _link_at(self, seq: int) -> bytes | None:
        (link,) = self._connection.execute("SELECT link FROM entries WHERE seq = ?", (seq,)).fetchone() or (None,)
        return link

    def _checked(self, row: _Row, *, seq: int, after: bytes) -> bytes:
        """Return the link of a row; raises `JournalError` if it is not the next entry, as it was written."""
        found, kind, at, payload, commitments, gesture, identity, link, undone = row
        if found != seq:
            raise JournalError.at(self._path, f"entry {seq} is missing; {_REMEDY}.")
        try:
            expected = link_of(
                after,
                identity=identity,
                undone=undone,
                kind=kind,
                at=at,
                payload=payload,
                commitments=commitments,
                gesture=gesture or "",
            )
        except TypeError:
            expected = b""
        if link != expected:
            raise self._changed(seq)
        return expected

    def _changed(self, seq: int) -> JournalError:
        return JournalError.at(self._path, f"entry {seq} is not as autocode wrote it, or not in its place; {_REMEDY}.")

    def _check_texts(self, rows: list[_Row]) -> None:
        """Raise a `JournalError` if the texts of entries are not those that the entries were written with."""
        expected = {
            (row[0], field): commitment for row in rows if row[4] for field, commitment in self._parted(row).items()
        }
        texts = self._connection.execute("SELECT seq, field, salt, text FROM texts WHERE seq > ?", (self.seq,))
        for seq, field, salt, text in texts.fetchall():
            if expected.pop((seq, field), None) != commitment_to(str(text), salt=salt):
                raise self._changed(seq)
        if expected:
            erased = {seq for (seq,) in self._connection.execute("SELECT seq FROM erasures")}
            for seq, _ in expected:
                if seq not in erased:
                    raise self._changed(seq)

    def _parted(self, row: _Row) -> dict[str, str]:
        try:
            return parted(row[4])
        except (AttributeError, ValueError) as error:
            raise self._changed(row[0]) from error

    def _compare_with_head(self) -> None:
        """Raise a `JournalError` if the journal lacks entries that were stored under its name before."""
        head = read_head(self._path)
        if head is None or not head.seq:
            return
        remedy = (
            f"Put back the latest copy of it; if this is the one to go on with, delete {head_path(self._path).name}."
        )
        if head.journal != self.journal:
            raise JournalError.at(self._path, f"this is another journal than the one that was here. {remedy}")
        if self._link_at(head.seq) == head.link:
            return
        (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        what = (
            f"this is an older copy of the journal: it has {last} entries, and {head.seq} were stored here"
            if last < head.seq
            else f"this is a copy of the journal that went another way: its entry {head.seq} is not the one stored here"
        )
        raise JournalError.at(self._path, f"{what}. {remedy}")


@contextmanager
def _one_view(connection: sqlite3.Connection) -> Iterator[None]:
    """Read everything in the block from one state of the file."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
