"""Codings from a data frame: one row per judgement, every fault of it at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from autocode.coding._nouns import Basis, Coding
from autocode.coding._people import CoderId, human
from autocode.errors import CodingError, Fault
from autocode.frames import Frame, rows_of
from autocode.names import aside
from autocode.transcripts import TranscriptId

_NEEDED = ("line", "coder", "codes")
_OPTIONAL = ("basis", "memo", "at", "transcript_digest")


def codings_from_frame(frame: Frame) -> tuple[list[Coding], dict[TranscriptId, str]]:
    """Return codings, and digests of transcripts, from a frame as `Codings.to_frame` makes it.

    Raises `CodingError` with every fault.
    """
    faults: list[Fault] = []
    codings: list[Coding] = []
    digests: dict[TranscriptId, str] = {}
    for number, row in enumerate(rows_of(frame, needed=_NEEDED, optional=_OPTIONAL), start=1):
        found = [*_faults(row), *_faults_of_digest(row, digests)]
        faults += [Fault(f"row {number}: {what}") for what in found]
        if not found:
            codings.append(_coding(row))
    CodingError.raise_if(faults)
    return codings, digests


def _coding(row: Mapping[str, Any]) -> Coding:
    return Coding(
        line=row["line"],
        coder=human(row["coder"]),
        codes=frozenset(row["codes"]),
        basis=Basis(row.get("basis") or Basis.INDEPENDENT),
        memo=row.get("memo") or "",
        at=row.get("at"),
    )


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a row, and what to do about it."""
    if not isinstance(row["line"], str) or not row["line"]:
        yield f"the line is {row['line']!r}; write its id as text."
    yield from _faults_of_coder(row["coder"])
    codes, basis, at = row["codes"], row.get("basis"), row.get("at")
    if isinstance(codes, str):
        yield f"the codes are the one text {codes!r}; give a list, such as [{codes!r}]."
    elif not isinstance(codes, list | tuple | set | frozenset):
        yield f"the codes are {codes!r}; give a list, an empty one if nothing applies, or leave the row out."
    elif not all(isinstance(code, str) for code in codes):
        yield f"the codes {codes!r} are not all ids; write each as text."
    if basis is not None and basis not in [*Basis]:
        yield f"there is no basis {basis!r}{aside(basis, [*Basis])}; write {', '.join(Basis)}."
    if at is not None and not isinstance(at, datetime):
        yield f"{at!r} is no time; give the column as times."


def _faults_of_coder(name: object) -> Iterator[str]:
    if not isinstance(name, str):
        yield f"the coder is {name!r}; write the coder's initials as text."
        return
    try:
        coder: CoderId = human(name)
    except CodingError as error:
        yield error.faults[0].what
    else:
        if coder != name:
            yield f"the coder {name!r} has blanks around the name; write {coder!r}."


def _faults_of_digest(row: Mapping[str, Any], digests: dict[TranscriptId, str]) -> Iterator[str]:
    """Yield a fault if an earlier row has another digest of the transcript; note the digest otherwise."""
    digest, line = row.get("transcript_digest"), row["line"]
    if digest and isinstance(line, str):
        name = line.rpartition(":")[0]
        if digests.setdefault(name, digest) != digest:
            yield f"the transcript {name!r} has another digest than in the rows before; it was edited between codings."
