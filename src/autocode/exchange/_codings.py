"""Codings from tables and to tables: long ones, a row a code, and wide ones, a column a code."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autocode.codebook import Codebook, CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, human
from autocode.errors import CodingError, CodingHeaderError, Fault
from autocode.exchange._files import csv_of, write_files
from autocode.exchange._sheets import Sheet, read_sheet
from autocode.transcripts import Line, LineId

GOLD = "gold"
"""The coder in whose name a plain corpus holds what was adjudicated; the column `person` tells by whom."""

_JUDGED = ("line_id", "coder", "code", "basis", "memo", "person", "at")
_CONTEXT = frozenset({"doc_id", "transcript", "participant", "order", "speaker", "role", "text", "start", "end"})
_APPLIED = frozenset({"1", "x", "yes", "y", "true", "✓", "✔"})
_NOT_APPLIED = frozenset({"0", "no", "n", "false"})


def read_codings(
    path: str | Path,
    *,
    lines: Collection[Line],
    codebook: Codebook,
    coder: str | None = None,
    basis: Basis = Basis.INDEPENDENT,
) -> Codings:
    """
    Return the codings of a long table (`line_id,coder,code`) or of a wide one (a row a line, a column a code).

    A long table has a row a code; an empty code says that the line was read and nothing applies. It may have the
    columns basis, memo, person and at. In a wide one 1, x or yes is a code applied, 0, no or nothing is not, and a row
    with nothing at all is a line that was not read. Codes are given by id or by name.

    Parameters
    ----------
    coder : whose codings these are where the table does not say; for a wide table, by default, the name of the file.
    basis : on what they judged, where the table does not say; the coder `gold` has adjudicated.

    Raises
    ------
    CodingError
        With every fault of the file, each with its line.
    """
    sheet = read_sheet(Path(path))
    return codings_of(sheet, line_ids={line.id for line in lines}, codebook=codebook, coder=coder, basis=basis)


def codings_of(
    sheet: Sheet, *, line_ids: Collection[str], codebook: Codebook, coder: str | None, basis: Basis
) -> Codings:
    """Return the codings of a table that was read."""
    names = [_plain(name) for name in sheet.header]
    reading = _Reading(sheet=sheet, names=names, line_ids=line_ids, codebook=codebook, coder=coder, basis=basis)
    if "line_id" not in names:
        expected = "'line_id,coder,code', or 'line_id' and a column for each code"
        found = ", ".join(map(repr, sheet.header))
        raise CodingHeaderError.at(sheet.path, f"expected a header with {expected}; found {found}.", line=sheet.first)
    CodingError.raise_if(sheet.faults())
    if "code" in names:
        reading.long()
    else:
        reading.wide()
    return reading.codings()


def _plain(name: str) -> str:
    folded = name.strip().casefold()
    return folded.replace(" ", "_") if folded.replace(" ", "_") in (*_JUDGED, *_CONTEXT) else folded


_Key = tuple[LineId, CoderId, Basis]


@dataclass(slots=True)
class _Judgement:
    """What the rows of one coder, line and basis say together."""

    first: int
    codes: dict[CodeId, int] = field(default_factory=dict)
    memos: dict[str, None] = field(default_factory=dict)
    empty: int | None = None
    at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pass over a table, gathering judgements and faults."""

    sheet: Sheet
    names: list[str]
    line_ids: Collection[str]
    codebook: Codebook
    coder: str | None
    basis: Basis
    faults: list[Fault] = field(default_factory=list)
    judgements: dict[_Key, _Judgement] = field(default_factory=dict)
    _people: dict[str, CoderId | None] = field(default_factory=dict)
    _codes: dict[str, CodeId | Fault] = field(default_factory=dict)

    def codings(self) -> Codings:
        CodingError.raise_if(sorted(self.faults, key=lambda fault: fault.line or 0))
        return Codings(
            Coding(
                line=line, coder=coder, codes=frozenset(said.codes), basis=basis, memo="\n".join(said.memos), at=said.at
            )
            for (line, coder, basis), said in self.judgements.items()
        )

    def long(self) -> None:
        """Take in a table with a row a code."""
        known = (*_JUDGED, *_CONTEXT)
        for name, shown in zip(self.names, self.sheet.header, strict=True):
            if name not in known:
                self._fault(
                    self.sheet.first,
                    f"has the unknown column {shown!r}; a long table knows {', '.join(_JUDGED)}. "
                    "Remove it, or leave out the column 'code' if this is a wide table.",
                )
        if "coder" not in self.names and self.coder is None:
            self._fault(self.sheet.first, "has no column 'coder'; add it, or name the coder when reading.")
        CodingError.raise_if(self.faults)
        for line, cells in self.sheet.rows:
            told = dict(zip(self.names, cells, strict=True))
            said = self._judgement(line, told)
            given = told["code"].strip()
            code = self._code(line, told["code"]) if given else None
            if said is None or (given and code is None):
                continue
            before = said.codes.get(code) if code is not None else said.empty
            if before is not None:
                self._fault(line, f"repeats line {before}; keep one of the two rows.")
            elif (code is None and said.codes) or (code is not None and said.empty is not None):
                other = next(iter(said.codes.values()), said.empty)
                self._fault(
                    line,
                    f"contradicts line {other}: one says that nothing applies to {told['line_id']!r}, the other gives "
                    "it a code; keep one.",
                )
            elif code is None:
                said.empty = line
            else:
                said.codes[code] = line
            self._add_memo(line, told, said)

    def wide(self) -> None:
        """Take in a table with a row a line and a column a code."""
        columns: dict[int, CodeId] = {}
        for place, (name, shown) in enumerate(zip(self.names, self.sheet.header, strict=True)):
            if (
                name in _JUDGED
                or name in _CONTEXT
                or (not shown and not any(row[place].strip() for _, row in self.sheet.rows))
            ):
                continue
            code = self._code(self.sheet.first, shown)
            if code is None:
                continue
            if code in columns.values():
                self._fault(self.sheet.first, f"has two columns for the code {code!r}; keep one.")
            columns[place] = code
        if not columns and not self.faults:
            self._fault(self.sheet.first, "has no column for a code; name one after each code of the codebook.")
        CodingError.raise_if(self.faults)
        self.coder = self.coder if self.coder is not None or "coder" in self.names else self.sheet.path.stem
        for line, cells in self.sheet.rows:
            told = dict(zip(self.names, cells, strict=True))
            marks = {code: cells[place].strip().casefold() for place, code in columns.items()}
            if not any(marks.values()):
                if told.get("memo", "").strip():
                    self._fault(
                        line, "has a memo and no mark; write 0 under one code if the line was read and nothing applies."
                    )
                continue
            for code, mark in marks.items():
                if mark not in _APPLIED | _NOT_APPLIED | {""}:
                    self._fault(line, f"has {mark!r} under {code!r}; write 1 if the code applies and 0 if not.")
            said = self._judgement(line, told)
            if said is None:
                continue
            if said.first != line:
                self._fault(line, f"judges the line of line {said.first} again; keep one row a coder and line.")
            said.codes.update({code: line for code, mark in marks.items() if mark in _APPLIED})
            self._add_memo(line, told, said)

    def _fault(self, line: int, what: str) -> None:
        self.faults.append(Fault(what, self.sheet.path, line))

    def _judgement(self, line: int, told: dict[str, str]) -> _Judgement | None:
        """Return what is gathered of the coder and line of a row, or None if either cannot be."""
        given = told["line_id"]
        line_id = given if given in self.line_ids else given.strip()
        if not line_id:
            self._fault(line, "names no line; write its id into the column 'line_id'.")
        elif line_id not in self.line_ids:
            self._fault(
                line, f"names the line {line_id!r}, which is in no transcript; correct the id or add the transcript."
            )
        name = told.get("coder", "").strip() or self.coder or ""
        basis = self._basis(line, told.get("basis", "").strip(), name)
        person = told.get("person", "").strip() if name == GOLD else ""
        coder = self._person(line, person or name)
        if line_id not in self.line_ids or coder is None or basis is None:
            return None
        return self.judgements.setdefault((LineId(line_id), coder, basis), _Judgement(first=line))

    def _basis(self, line: int, given: str, name: str) -> Basis | None:
        if not given:
            return Basis.ADJUDICATED if name == GOLD else self.basis
        try:
            return Basis(given.casefold())
        except ValueError:
            self._fault(line, f"has the unknown basis {given!r}; write {', '.join(Basis)}.")
            return None

    def _person(self, line: int, name: str) -> CoderId | None:
        if name not in self._people:
            try:
                self._people[name] = human(name)
            except CodingError as error:
                self._people[name] = None
                self._fault(line, error.faults[0].what)
        return self._people[name]

    def _code(self, line: int, given: str) -> CodeId | None:
        if given not in self._codes:
            self._codes[given] = self._looked_up(given)
        found = self._codes[given]
        if isinstance(found, Fault):
            self._fault(line, found.what)
            return None
        return found

    def _looked_up(self, given: str) -> CodeId | Fault:
        code = self.codebook.get(CodeId(given)) or self.codebook.find(given)
        if code is None:
            return Fault(f"the code {given.strip()!r} is not in the codebook; {self._nearest(given)}.")
        if not code.codable:
            inside = [one.name for one in self.codebook.subthemes if self.codebook.theme_of(one.id) == code]
            remedy = (
                f"code one of its subthemes: {', '.join(inside)}" if inside else "add subthemes to it and code those"
            )
            return Fault(f"{code.name!r} is a theme; {remedy}.")
        return code.id

    def _nearest(self, given: str) -> str:
        spelt = {
            spelling.casefold(): code.name for code in self.codebook.subthemes for spelling in (code.id, code.name)
        }
        near = difflib.get_close_matches(given.strip().casefold(), spelt, n=1)
        return f"perhaps {spelt[near[0]]!r} is meant" if near else "correct it or add it to the codebook"

    def _add_memo(self, line: int, told: dict[str, str], said: _Judgement) -> None:
        if told.get("memo"):
            said.memos[told["memo"]] = None
        given = told.get("at", "").strip()
        if given:
            try:
                said.at = said.at or datetime.fromisoformat(given)
            except ValueError:
                self._fault(line, f"has the time {given!r}; write it as 2026-01-31T14:05:00+00:00.")


def write_codings(codings: Codings, path: str | Path, *, force: bool = False) -> None:
    """
    Write codings as a long table that reads back equal; a file that exists is replaced only by `force`.

    An adjudicated coding stands in the name of `gold`, with whoever adjudicated in the column `person`.
    """
    write_files({Path(path): long_table(codings)}, force=force)


def long_table(codings: Iterable[Coding]) -> str:
    """Return codings as a long table in CSV, with no more columns than it needs to read back the same."""
    told = [_row(one) for one in codings]
    header = [name for name in _JUDGED if name in _JUDGED[:3] or any(row[name] for row, _ in told)]
    return csv_of(header, ([{**row, "code": code}[name] for name in header] for row, codes in told for code in codes))


def _row(one: Coding) -> tuple[dict[str, str], tuple[str, ...]]:
    adjudicated = one.basis is Basis.ADJUDICATED
    coder = GOLD if adjudicated else one.coder
    plain = adjudicated or (one.basis is Basis.INDEPENDENT and coder != GOLD)
    row = {
        "line_id": one.line,
        "coder": coder,
        "basis": "" if plain else one.basis,
        "memo": one.memo,
        "person": one.coder if adjudicated and one.coder != GOLD else "",
        "at": one.at.isoformat() if one.at else "",
    }
    return {name: str(cell) for name, cell in row.items()}, tuple(sorted(one.codes)) or ("",)
