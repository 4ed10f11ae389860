"""Entries that were written in copies of a study whose codebooks were changed apart, as entries of one study."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autocode.codebook import Added, Change, Undone, name_key
from autocode.coding import Coding, Proposal, Sample, judged_apart
from autocode.journal._entries import Entry, Kind, Record
from autocode.journal._lineage import Lineage, Step
from autocode.journal._stored import stored_entries

_KINDS = (Kind.CODING, Kind.PROPOSAL, Kind.SAMPLE, Kind.CODEBOOK)


def codebook_fields(record: Record, lineage: Lineage | None) -> dict[str, Any]:
    """
    Return under which changes of the codebook a record is made, by their identities, to be stored with it.

    The names of versions do not say it for good: two copies of a study may call different versions the same.
    """
    if lineage is None or not lineage.changes:
        return {}
    if isinstance(record, Coding | Proposal):
        under = lineage.under(record.version)
        return {"under": sorted(under)} if under else {}
    if isinstance(record, Change):
        fields: dict[str, Any] = {"follows": sorted(lineage.under(record.before))}
        if isinstance(record, Undone):
            fields["takes_back"] = lineage.change_to(record.change)
        return fields
    if isinstance(record, Sample) and record.change:
        return {"about": lineage.change_to(record.change)}
    return {}


def step_of(identity: bytes, change: Change, payload: str) -> Step:
    """Return a change as it is stored, with what it was made after."""
    fields = json.loads(payload)
    follows = frozenset(fields["follows"]) if "follows" in fields else None
    return Step(identity.hex(), change, follows, fields.get("takes_back"))


def in_one_order(
    stored_as: Iterable[Entry], lineage: Lineage | None, connection: sqlite3.Connection, path: Path
) -> Iterable[Entry]:
    """
    Return entries whose codings, proposals, samples and changes are under the versions of all copies together.

    Parameters
    ----------
    stored_as : iterable of Entry
        Entries as they are stored.
    lineage : Lineage or None
        All changes of the codebook; None if no codebook is recorded.
    connection : sqlite3.Connection
        The open journal.
    path : Path
        Its file.
    """
    if lineage is None or not lineage.has_branches:
        return stored_as
    entries = list(stored_as)
    if not any(entry.kind in _KINDS for entry in entries):
        return entries
    stored = _codebook_fields_in(entries, connection)
    brought: dict[int, Record] = {}
    codings: dict[tuple[frozenset[str], str], list[Entry]] = defaultdict(list)
    for entry in entries:
        fields = stored.get(entry.seq, {})
        if isinstance(entry.record, Coding):
            codings[_under(entry.record.version, fields, lineage), entry.record.coder].append(entry)
        elif isinstance(entry.record, Proposal) and entry.record.version:
            number = lineage.first_unseen(_under(entry.record.version, fields, lineage))
            brought[entry.seq] = replace(entry.record, version=lineage.versions[number].version)
        elif isinstance(entry.record, Sample) and fields.get("about"):
            name = lineage.name_of(fields["about"])
            brought[entry.seq] = replace(entry.record, change=name or entry.record.change)
    proposals: Sequence[Entry] | None = None
    for (under, coder), group in codings.items():
        place = lineage.place(under, by=coder)
        version = lineage.versions[place.number].version if place.number else ""
        records = [entry.record for entry in group if isinstance(entry.record, Coding)]
        if place.unseen:
            if proposals is None:
                proposals = list(stored_entries(connection, path, "e.kind = ?", Kind.PROPOSAL))
            early = _made_without(proposals, place.unseen, lineage, connection)
            known = lineage.codebook_of(under)
            records = list(judged_apart(records, place.unseen, codebook=known, version=version, proposals=early))
        brought |= {entry.seq: replace(record, version=version) for entry, record in zip(group, records, strict=True)}
    arranged = lineage.arranged
    for entry in entries:
        if entry.id in arranged and isinstance(entry.record, Change):
            brought[entry.seq] = replace(arranged[entry.id], why=entry.record.why)
    return [replace(entry, record=brought.get(entry.seq, entry.record)) for entry in entries]


def _codebook_fields_in(entries: Sequence[Entry], connection: sqlite3.Connection) -> dict[int, Mapping[str, Any]]:
    rows = connection.execute(
        f"SELECT seq, payload FROM entries WHERE seq BETWEEN ? AND ? AND kind IN ({', '.join('?' for _ in _KINDS)})",
        (entries[0].seq, entries[-1].seq, *_KINDS),
    )
    return {seq: json.loads(payload) for seq, payload in rows.fetchall()}


def _under(version: str, fields: Mapping[str, Any], lineage: Lineage) -> frozenset[str]:
    """Return the latest changes under which something was made; an older autocode stored the name of the version."""
    return frozenset(fields["under"]) if "under" in fields else lineage.named(version)


def _made_without(
    proposals: Iterable[Entry], unseen: Collection[Change], lineage: Lineage, connection: sqlite3.Connection
) -> list[Proposal]:
    """Return the proposals in force of codes that their coders did not see among these additions."""
    entries = [entry for entry in proposals if not entry.undone]
    stored = _codebook_fields_in(entries, connection) if entries else {}
    found = []
    for entry in entries:
        if isinstance(entry.record, Proposal):
            under = _under(entry.record.version, stored.get(entry.seq, {}), lineage)
            known = lineage.added(lineage.seen(under))
            later = {change.code for change in unseen if isinstance(change, Added)}
            if name_key(entry.record.name) in {name_key(code.name) for code in later if code.id not in known}:
                found.append(entry.record)
    return found
