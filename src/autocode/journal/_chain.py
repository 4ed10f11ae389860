"""Digests that chain the entries of a journal, so that a changed, missing or reordered entry is found."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

ID_SIZE = 16  # bytes of identities, links and salts
_CLOCK_SIZE = 8  # bytes of the identity of an entry that say when it was appended
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def link_of(
    previous: bytes,
    *,
    identity: bytes,
    undone: bytes | None,
    kind: str,
    at: str,
    payload: str,
    commitments: str,
    gesture: str,
) -> bytes:
    """
    Return the link of an entry: a digest of its content and of the link before it.

    Parameters
    ----------
    previous : bytes
        The link of the entry before, or the identity of the journal for the first entry.
    identity : bytes
        The identity of the entry.
    undone : bytes or None
        The identity of the entry that it takes back, if it is an undo.
    kind, at, payload, commitments, gesture : str
        The entry as it is stored. Only the last may hold a NUL, so the parts cannot run into each other.
    """
    content = "\0".join((kind, at, payload, commitments, gesture)).encode("utf-8", "surrogatepass")
    return blake2b(previous + identity + (undone or bytes(ID_SIZE)) + content, digest_size=ID_SIZE).digest()


def commitment_to(text: str, *, salt: bytes) -> str:
    """
    Return what an entry keeps of a text: a digest that says nothing about the text once its salt is erased with it.

    Parameters
    ----------
    text : str
        The text.
    salt : bytes
        Random bytes that are stored, and erased, with the text.
    """
    return blake2b(text.encode("utf-8"), key=salt, digest_size=ID_SIZE).hexdigest()


def new_id() -> bytes:
    """Return an identity of a journal, or a salt, that no other has."""
    return secrets.token_bytes(ID_SIZE)


def entry_id(at: datetime, *, after: bytes = b"", unique: bytes = b"") -> bytes:
    """
    Return the identity of an entry. In order of identities, entries stand in the order in which they were appended.

    Journals that are merged have the same entries in another order of their numbers. Their identities say the same of
    the order in every copy: they begin with the time of appending in microseconds, or one more than in the latest
    identity of the journal where a clock was set back.

    Parameters
    ----------
    at : datetime
        When the entry is appended.
    after : bytes, default empty
        The greatest identity in the journal.
    unique : bytes, default empty
        What the rest of the identity is derived from; by default it is drawn at random.
    """
    now = (at - _EPOCH) // timedelta(microseconds=1)
    clock: int = min(max(now, int.from_bytes(after[:_CLOCK_SIZE], "big") + 1), 2 ** (8 * _CLOCK_SIZE) - 1)
    rest = derived_id(unique) if unique else new_id()
    return clock.to_bytes(_CLOCK_SIZE, "big") + rest[_CLOCK_SIZE:]


def entry_ids(at: datetime, n: int, *, after: bytes) -> list[bytes]:
    """Return the identities of several entries that are appended together, in their order."""
    identities: list[bytes] = []
    for _ in range(n):
        after = entry_id(at, after=after)
        identities.append(after)
    return identities


def derived_id(*parts: bytes) -> bytes:
    """Return an identity that is the same in every copy of an old journal, so that the copies can be merged."""
    return blake2b(b"".join(len(part).to_bytes(8, "big") + part for part in parts), digest_size=ID_SIZE).digest()


def joined(commitments: dict[str, str]) -> str:
    """Return commitments by field as they are stored, such as `memo:1f3a...`; empty for no texts."""
    return " ".join(f"{field}:{commitment}" for field, commitment in sorted(commitments.items()))


def parted(commitments: str) -> dict[str, str]:
    """Return stored commitments by field; raises `ValueError` if they are not written so."""
    fields = {}
    for part in commitments.split():
        field, commitment = part.split(":")
        fields[field] = commitment
    return fields
