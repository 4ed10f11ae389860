"""The rows of a journal of schema 3 written anew: free text apart, an identity and a link for each entry."""

import json
import sqlite3
from typing import Any

from autocode.journal._chain import commitment_to, derived_id, joined, link_of, new_id
from autocode.unicode import well_formed


def rewrite_schema_3(connection: sqlite3.Connection) -> None:
    """
    Copy every entry of the old table into the new ones.

    Identities are derived from what is stored, not drawn: two laptops that each bring their copy of one journal to this
    schema still know which of its entries are the same.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file, with both tables.

    Raises
    ------
    ValueError
        If a row was not written by autocode.
    """
    rows = connection.execute("SELECT seq, kind, at, payload, undoes, gesture FROM entries_of_schema_3 ORDER BY seq")
    link, previous = b"", b""
    ids: dict[int, bytes] = {}
    for seq, kind, at, payload, undoes, gesture in rows.fetchall():
        try:
            fields, texts = _parted(kind, payload)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"entry {seq} was not written by autocode") from error
        whole = "\0".join((kind, at, payload, gesture or "")).encode("utf-8", "surrogatepass")
        identity = ids[seq] = previous = derived_id(previous, whole)
        if not link:
            link = derived_id(b"journal", identity)
            connection.execute("INSERT INTO journal VALUES (1, ?)", (link,))
        salts = {field: derived_id(b"salt", identity, field.encode()) for field in texts}
        commitments = joined({field: commitment_to(text, salt=salts[field]) for field, text in texts.items()})
        rewritten = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        link = link_of(
            link,
            identity=identity,
            undone=ids[undoes] if undoes is not None else None,
            kind=kind,
            at=at,
            payload=rewritten,
            commitments=commitments,
            gesture=gesture or "",
        )
        connection.execute(
            "INSERT INTO entries (seq, kind, at, payload, commitments, undoes, gesture, id, link) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, kind, at, rewritten, commitments, undoes, gesture, identity, link),
        )
        for field, text in texts.items():
            connection.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (seq, field, salts[field], text))
    if not link:
        connection.execute("INSERT INTO journal VALUES (1, ?)", (new_id(),))


def _parted(kind: str, payload: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields of an old payload without its free text, and the text by field."""
    fields = json.loads(payload)
    texts = {"coding": ("memo",), "adjudication": ("reason",)}.get(kind, ())
    found = {field: well_formed(fields.pop(field)) for field in texts if field in fields}
    if kind == "batch":
        words = [suggestion.pop("words") for suggestion in fields["suggestions"]]
        if any(words):
            found["words"] = json.dumps(words, separators=(",", ":"))
    elif kind == "undo":
        del fields["entry"]  # the column says it; numbers differ where journals are merged
    if not isinstance(fields, dict):
        raise TypeError(f"a payload is an object, not {type(fields).__name__}")
    return fields, {field: text for field, text in found.items() if text}
