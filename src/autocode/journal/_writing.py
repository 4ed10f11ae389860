"""How one entry is written: its act in one row, its free text in others, linked to the entry before."""

from datetime import datetime

from autocode.errors import JournalError
from autocode.journal._chain import commitment_to, joined, link_of, new_id
from autocode.journal._entries import Erasure, Record, serialized, utc_timestamp
from autocode.journal._file import JournalFile


def insert(
    file: JournalFile,
    record: Record,
    *,
    seq: int,
    previous: bytes,
    undone: tuple[int, bytes] | None,
    now: datetime,
    gesture: str,
) -> bytes:
    """
    Write an entry and return its link; the caller holds the transaction.

    Parameters
    ----------
    file : JournalFile
        The journal.
    record : Coding, Decision, ...
        The record.
    seq : int
        The number of the entry.
    previous : bytes
        The link of the entry before.
    undone : tuple of int and bytes or None
        The number and the identity of the entry that an undo takes back.
    now : datetime
        The time of a record without one.
    gesture : str
        The idempotency key; empty for none.
    """
    kind, payload, texts = serialized(record)
    at = utc_timestamp(record.at or now)
    salts = {field: new_id() for field in texts}
    commitments = joined({field: commitment_to(text, salt=salts[field]) for field, text in texts.items()})
    identity = new_id()
    undoes, undone_id = undone or (None, None)
    link = link_of(
        previous,
        identity=identity,
        undone=undone_id,
        kind=kind,
        at=at,
        payload=payload,
        commitments=commitments,
        gesture=gesture,
    )
    file.connection.execute(
        "INSERT INTO entries (seq, kind, at, payload, commitments, undoes, gesture, id, link) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, kind, at, payload, commitments, undoes, gesture or None, identity, link),
    )
    for field, text in texts.items():
        file.connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (seq, field, salts[field], text))
    if isinstance(record, Erasure):
        _erase(file, record, because=seq)
    return link


def _erase(file: JournalFile, erasure: Erasure, *, because: int) -> None:
    """Delete the texts that an erasure names, and keep which entry erased them."""
    for seq in sorted(set(erasure.entries)):
        if not 0 < seq < because:
            raise JournalError.at(file.path, f"there is no entry {seq} whose text could be erased.")
        file.connection.execute("INSERT INTO erasures VALUES (?, ?)", (seq, because))
        file.connection.execute("DELETE FROM texts WHERE seq = ?", (seq,))
