"""The rows of a journal as they are written, for entries that are new and for those that come from another journal."""

import sqlite3
from typing import NamedTuple

from autocode.journal._chain import commitment_to, joined, link_of, new_id


class Text(NamedTuple):
    """A free text of an entry, with the salt of its commitment; both can be erased."""

    field: str
    salt: bytes
    text: str

    @classmethod
    def new(cls, field: str, text: str) -> "Text":
        """Return a text that is stored for the first time."""
        return cls(field, new_id(), text)


class Row(NamedTuple):
    """An entry as it is stored, but for its number and its link, which it has in one journal only."""

    identity: bytes
    kind: str
    at: str
    payload: str
    commitments: str
    texts: tuple[Text, ...]
    gesture: str
    undoes: tuple[int, bytes] | None = None  # number and identity of what it takes back
    erases: tuple[int, ...] = ()  # numbers of the entries whose texts it erases


def commitments_to(texts: tuple[Text, ...]) -> str:
    """Return what an entry keeps of its texts, as it is stored."""
    return joined({text.field: commitment_to(text.text, salt=text.salt) for text in texts})


def write_row(connection: sqlite3.Connection, row: Row, *, seq: int, after: bytes) -> bytes:
    """
    Write an entry with its texts, and return its link; the caller holds the transaction.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open journal.
    row : Row
        The entry.
    seq : int
        The number that it gets.
    after : bytes
        The link of the entry before.
    """
    number, undone = row.undoes or (None, None)
    link = link_of(
        after,
        identity=row.identity,
        undone=undone,
        kind=row.kind,
        at=row.at,
        payload=row.payload,
        commitments=row.commitments,
        gesture=row.gesture,
    )
    connection.execute(
        "INSERT INTO entries (seq, kind, at, payload, commitments, undoes, gesture, id, link) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, row.kind, row.at, row.payload, row.commitments, number, row.gesture or None, row.identity, link),
    )
    for text in row.texts:
        connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (seq, *text))
    for erased in row.erases:
        connection.execute("INSERT INTO erasures VALUES (?, ?)", (erased, seq))
        connection.execute("DELETE FROM texts WHERE seq = ?", (erased,))
    return link
