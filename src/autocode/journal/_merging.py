"""What another journal holds that a journal does not have, ready to be written into it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from autocode.errors import Fault, StudyError
from autocode.journal._reader import JournalReader
from autocode.journal._wholeness import Place
from autocode.journal._writing import Row, Text, write_row

_ENTRIES = "SELECT seq, id, kind, at, payload, commitments, undoes, gesture FROM entries WHERE seq <= ? ORDER BY seq"


def refuse_other_versions(mine: JournalReader, other: JournalReader) -> None:
    """Raise a `StudyError` that names every transcript of which two journals know different texts."""
    here, there = mine.transcripts(), other.transcripts()
    StudyError.raise_if(
        Fault(
            f"knows another text of {name} than {mine.path}, so its codings may stand at other words; both studies "
            "need the same text, corrected with autocode amend.",
            other.path,
        )
        for name in here
        if there.get(name, here[name]) != here[name]
    )


def write_missing_rows(mine: sqlite3.Connection, other: sqlite3.Connection, *, last: int, place: Place) -> None:
    """
    Write the entries of another journal that are not among mine, in its order.

    An entry is known by its identity. It keeps it, and its time, its texts and their salts; what it takes back or
    erases is found by identity, too. An undo of what is undone here already is left out: it changes nothing. Two
    laptops may have used one idempotency key for different acts; then the key of what is added is made another.

    Parameters
    ----------
    mine, other : sqlite3.Connection
        The open journals, both verified.
    last : int
        The number of the last entry of the other journal that was verified.
    place : Place
        How far mine goes.
    """
    numbers: dict[bytes, int] = {identity: seq for seq, identity in mine.execute("SELECT seq, id FROM entries")}
    undo_of = dict(mine.execute("SELECT undoes, seq FROM entries WHERE undoes IS NOT NULL"))
    taken = {key for (key,) in mine.execute("SELECT DISTINCT gesture FROM entries WHERE gesture IS NOT NULL")}
    texts, erased = _texts_of(other), _erased_by(other)
    identities: dict[int, bytes] = {}
    renamed: dict[str, str] = {}
    for seq, identity, kind, at, payload, commitments, undoes, gesture in other.execute(_ENTRIES, (last,)).fetchall():
        identities[seq] = identity
        if identity in numbers:
            continue
        taken_back = None if undoes is None else numbers[identities[undoes]]
        if taken_back in undo_of:
            numbers[identity] = undo_of[taken_back]
            continue
        if gesture in taken and gesture not in renamed:
            renamed[gesture] = f"{gesture} {identity.hex()}"
        row = Row(
            identity=identity,
            kind=kind,
            at=at,
            payload=payload,
            commitments=commitments,
            texts=tuple(texts[seq]),
            gesture=renamed.get(gesture, gesture or ""),
            undoes=None if taken_back is None else (taken_back, identities[undoes]),
            erases=tuple(sorted(numbers[identities[each]] for each in erased[seq])),
        )
        place = place.after(row, write_row(mine, row, seq=place.seq + 1, after=place.link))
        numbers[identity] = place.seq
        if taken_back is not None:
            undo_of[taken_back] = numbers[identity]


def _texts_of(journal: sqlite3.Connection) -> dict[int, list[Text]]:
    return _grouped((seq, Text(field, salt, text)) for seq, field, salt, text in journal.execute("SELECT * FROM texts"))


def _erased_by(journal: sqlite3.Connection) -> dict[int, list[int]]:
    return _grouped(journal.execute("SELECT because, seq FROM erasures"))


def _grouped(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped
