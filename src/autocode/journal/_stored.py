"""The entries of a journal as they are read from its file."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from autocode.errors import JournalError
from autocode.journal._chain import parted
from autocode.journal._entries import Entry, Kind, deserialized


def stored_entries(connection: sqlite3.Connection, path: Path, clause: str, *values: str | int) -> Iterator[Entry]:
    """
    Yield the entries for which a condition holds.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open journal.
    path : Path
        Its file.
    clause : str
        The condition in SQL, in which `e` is an entry.
    *values : str or int
        The values of its parameters.

    Raises
    ------
    JournalError
        If an entry cannot be read.
    """
    rows = connection.execute(
        "SELECT e.seq, e.kind, e.at, e.payload, e.commitments, e.undoes, e.gesture, e.id, "
        "EXISTS (SELECT 1 FROM entries u WHERE u.undoes = e.seq) "
        f"FROM entries e WHERE {clause} ORDER BY e.seq",
        values,
    ).fetchall()
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    if any(row[4] for row in rows):
        found = connection.execute(
            "SELECT seq, field, text FROM texts WHERE seq BETWEEN ? AND ?", (rows[0][0], rows[-1][0])
        )
        for seq, field, text in found.fetchall():
            texts[seq][field] = text
    for seq, kind, written_at, payload, commitments, undoes, gesture, identity, undone in rows:
        erased = tuple(field for field in parted(commitments) if field not in texts[seq]) if commitments else ()
        reaches = (undoes,) if undoes is not None else _erased_by(connection, seq) if kind == Kind.ERASURE else ()
        try:
            at = datetime.fromisoformat(written_at)
            record = deserialized(Kind(kind), payload, at, texts=texts.get(seq, {}), reaches=reaches)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise JournalError.at(
                path, f"entry {seq} was not written by autocode; put back the latest copy of the journal."
            ) from error
        yield Entry(
            seq=seq,
            kind=Kind(kind),
            at=at,
            record=record,
            undone=bool(undone),
            gesture=gesture or "",
            id=identity.hex(),
            erased=erased,
        )


def _erased_by(connection: sqlite3.Connection, seq: int) -> tuple[int, ...]:
    rows = connection.execute("SELECT seq FROM erasures WHERE because = ? ORDER BY seq", (seq,))
    return tuple(erased for (erased,) in rows)
