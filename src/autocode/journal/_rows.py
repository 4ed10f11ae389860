"""Records that are appended, as rows: with their identity, their time, and what they take back or erase."""

import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autocode.coding import Adjudication, Coding, Decision, Proposal
from autocode.errors import JournalError
from autocode.journal._branches import codebook_fields
from autocode.journal._entries import Deferral, Erasure, Record, Undo, serialized, utc_timestamp
from autocode.journal._stored import stored_entries
from autocode.journal._wholeness import Place
from autocode.journal._writing import Row, Text, commitments_to


def present_time(
    records: Collection[Record], connection: sqlite3.Connection, path: Path, *, latest_at: str
) -> datetime:
    """Return the time for records without one: after the judgements that they replace, if a clock was ahead."""
    now = datetime.now(UTC)
    if utc_timestamp(now) > latest_at:
        return now
    judged = {
        (record.coder, record.line) for record in records if isinstance(record, Coding | Decision) and record.at is None
    }
    later = stored_entries(connection, path, "e.at >= ? AND e.kind IN ('coding', 'decision')", utc_timestamp(now))
    replaced = [
        entry.at
        for entry in later
        if isinstance(entry.record, Coding | Decision) and (entry.record.coder, entry.record.line) in judged
    ]
    return max([now, *(at + timedelta(microseconds=1) for at in replaced)])


def row_of(
    record: Record,
    connection: sqlite3.Connection,
    path: Path,
    *,
    identity: bytes,
    place: Place,
    now: datetime,
    gesture: str,
) -> Row:
    """Return a record as it is to be written after a place; raises `JournalError` if it cannot be."""
    kind, payload, by_field = serialized(record, **codebook_fields(record, place.known.codes.lineage))
    texts = tuple(Text.new(field, text) for field, text in by_field.items())
    erases: tuple[int, ...] = ()
    if isinstance(record, Erasure):
        erases = tuple(sorted(set(record.entries)))
        for erased in erases:
            if not 0 < erased <= place.seq:
                raise JournalError.at(path, f"there is no entry {erased} whose text could be erased.")
    return Row(
        identity=identity,
        kind=kind,
        at=utc_timestamp(record.at or now),
        payload=payload,
        commitments=commitments_to(texts),
        texts=texts,
        gesture=gesture,
        undoes=_undoable(record, connection, path) if isinstance(record, Undo) else None,
        erases=erases,
    )


def _undoable(undo: Undo, connection: sqlite3.Connection, path: Path) -> tuple[int, bytes]:
    """Return the number and identity of what an undo takes back; raises `JournalError` if it is not allowed."""
    entry = next(stored_entries(connection, path, "e.seq = ?", undo.entry), None)
    if entry is None:
        raise JournalError.at(path, f"there is no entry {undo.entry} to undo.")
    if not isinstance(entry.record, Coding | Adjudication | Decision | Deferral | Proposal):
        raise JournalError.at(
            path,
            f"entry {undo.entry} is of the kind {entry.kind}; "
            "only a coding, adjudication, decision, deferral or proposal can be undone.",
        )
    if entry.record.coder != undo.coder:
        raise JournalError.at(
            path,
            f"entry {undo.entry} is by {entry.record.coder}; {undo.coder} can undo only what {undo.coder} did.",
        )
    if entry.undone:
        raise JournalError.at(path, f"entry {undo.entry} is already undone.")
    return undo.entry, bytes.fromhex(entry.id)
