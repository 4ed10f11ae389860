"""What another journal holds that a journal does not have, ready to be written into it."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from autocode.errors import Fault, StudyError
from autocode.journal._codebook_entries import CodebookSeen
from autocode.journal._entries import Kind
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


class _CodebookSeen:
    """As what a journal knows the codebook before its recorded changes: each state that was recorded of it."""

    def __init__(self, journal: JournalReader) -> None:
        self.ids: list[bytes] = []
        self.states: dict[tuple[str, str], int] = {}  # with the number of entries until it
        self.changes: list[bytes] = []
        for entry in journal.history(kinds=(Kind.CODEBOOK,)):
            self.ids.append(bytes.fromhex(entry.id))
            if isinstance(entry.record, CodebookSeen):
                codebook = entry.record.codebook
                self.states.pop((codebook.digest, codebook.version), None)
                self.states[codebook.digest, codebook.version] = len(self.ids)
            else:
                self.changes.append(self.ids[-1])

    @property
    def base(self) -> tuple[str, str] | None:
        """Digest and version of the codebook that the changes begin with; None if none was recorded."""
        return next(reversed(self.states), None)

    def new_in(self, other: "_CodebookSeen") -> list[bytes] | None:
        """Return what another journal recorded and this one lacks; None if the two do not know the same codebook."""
        if other.base is None or self.base == other.base:
            return other.changes
        if self.base is None:
            return other.ids
        if not self.changes and self.base in other.states:
            return other.ids[other.states[self.base] :]
        return [] if not other.changes and other.base in self.states else None


def superfluous_entries(mine: JournalReader, other: JournalReader) -> frozenset[bytes]:
    """
    Return the identities of another journal's entries about the codebook that say nothing new.

    Parameters
    ----------
    mine, other : JournalReader
        The journals.

    Raises
    ------
    StudyError
        If the two began with different codebooks.
    """
    here, there = _CodebookSeen(mine), _CodebookSeen(other)
    new = here.new_in(there)
    if new is None:
        raise StudyError.at(
            other.path,
            f"begins with another codebook than {mine.path}: the file was edited in one of them while the other was "
            "coded, and neither knows the codebook of the other. Put the same codebook.toml into both.",
        )
    return frozenset(there.ids) - frozenset(new)


def write_missing_rows(
    mine: sqlite3.Connection,
    other: sqlite3.Connection,
    *,
    last: int,
    superfluous: Collection[bytes],
    place: Place,
) -> None:
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
    superfluous : collection of bytes
        Identities of entries that are left out, as they say what mine say.
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
        if identity in numbers or identity in superfluous:
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
