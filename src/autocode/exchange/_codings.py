"""Codings read from tables and written to them: long tables, one row per code, and wide ones, one column per code."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, human
from autocode.doctext import documented
from autocode.errors import CodebookError, CodingError, CodingHeaderError, Fault
from autocode.exchange._files import write_files
from autocode.exchange._sheets import Sheet, read_sheet
from autocode.names import aside
from autocode.tables import csv_text
from autocode.transcripts import Line, LineId, digests_of

GOLD = "gold"
"""The coder of adjudicated codings in a plain corpus; the column `person` says who adjudicated."""

_COLUMNS = ("line_id", "coder", "code", "basis", "memo", "person", "at", "judged", "version")
# columns about the line that tables often carry along; they are not read
_CONTEXT = frozenset({"doc_id", "transcript", "participant", "order", "speaker", "role", "text", "start", "end"})
_APPLIED = frozenset({"1", "x", "yes", "y", "true", "✓", "✔"})
_LONG_ONLY = ("judged", "version")  # in a wide table, a column of this name is that of a code
_NOT_APPLIED = frozenset({"0", "no", "n", "false"})
# in the column `judged`: the judgement says nothing about the code, a part of the split codes of these numbers
_NOT_JUDGED = re.compile(r"no((?: [0-9]+)*)")


@no_single_text
def read_codings(
    path: str | Path,
    *,
    lines: Collection[Line],
    codebook: Codebook,
    coder: str | None = None,
    basis: Basis = Basis.INDEPENDENT,
    people: Collection[str] = (),
) -> Codings:
    """
    Return the codings in a long table (`line_id,coder,code`) or a wide one (one row per line, one column per code).

    A long table has one row per code; an empty code means that the line was read and nothing applies. It may have the
    columns basis, memo, person and at; version, the version of the codebook under which the judgement was made; and
    judged, which is `no` where the judgement says nothing about the code. Numbers after `no` name codes that were given
    and split since: of the rows with the same number, one code at least applies.

    In a wide table 1, x or yes means that the code applies, and 0, no or an empty cell that it does not; a row without
    any mark is a line that was not read. Codes are given by id, by name, or by a path such as
    `Access / Waiting times` where several codes have the name. The codings have the digests of their
    transcripts: lines that are read otherwise later are refused.

    Parameters
    ----------
    path : str or Path
        The table, .csv or .xlsx.
    lines : collection of Line
        The lines that may be coded.
    codebook : Codebook
        The codes that may be given.
    coder : str or None, default None
        The coder, where the table names none. None for the name of the file, in a wide table.
    basis : Basis, default Basis.INDEPENDENT
        The basis of the codings, where the table names none; the coder `gold` has adjudicated.
    people : collection of str, default ()
        Coders who are known; a name that is theirs but for case, blanks or composed letters gets their spelling, and
        one that may be a machine's is a person's if it is among them. Within the table the first spelling stands.

    Raises
    ------
    CodingError
        If a line, code or coder does not exist, or rows contradict each other. Every fault is listed with its line.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Code, Codebook, read_codings, read_transcripts
    >>> codebook = Codebook([Code(id="phone", name="Telephone"), Code(id="wait", name="Waiting")])
    >>> with TemporaryDirectory() as folder:
    ...     interview, table = Path(folder) / "GP1.txt", Path(folder) / "codings.csv"
    ...     _ = interview.write_text("I: How do you refer?\\nGP1: By phone.\\nIt rings out.\\n")
    ...     _ = table.write_text("line_id,coder,code\\nGP1:2,ann,phone\\nGP1:3,ann,\\n")
    ...     codings = read_codings(table, lines=read_transcripts(interview), codebook=codebook)
    >>> [(coding.line, coding.coder, sorted(coding.codes)) for coding in codings]
    [('GP1:2', 'ann', ['phone']), ('GP1:3', 'ann', [])]
    """
    sheet = read_sheet(Path(path))
    return codings_in(sheet, lines=lines, codebook=codebook, coder=coder, basis=basis, people=people)


def codings_in(
    sheet: Sheet,
    *,
    lines: Collection[Line],
    codebook: Codebook,
    coder: str | None,
    basis: Basis,
    people: Collection[str] = (),
) -> Codings:
    """Return the codings in a table that was read; raises `CodingError` with every fault."""
    names = [_column_name(name) for name in sheet.header]
    ids = {line.id for line in lines}
    reading = _Reading(
        sheet=sheet, names=names, line_ids=ids, codebook=codebook, coder=coder, basis=basis, people=list(people)
    )
    if "line_id" not in names:
        expected = "'line_id,coder,code', or 'line_id' and a column for each code"
        found = ", ".join(map(repr, sheet.header))
        raise CodingHeaderError.at(sheet.path, f"expected a header with {expected}; found {found}.", line=sheet.first)
    CodingError.raise_if(sheet.faults())
    if "code" in names:
        reading.read_long()
    else:
        reading.read_wide()
    codings = reading.codings()
    coded = {line.transcript for line in lines if codings.of(line.id)}
    return Codings(codings, digests={name: digest for name, digest in digests_of(lines).items() if name in coded})


def _column_name(name: str) -> str:
    """Return `Line ID` as line_id; what is no column of a table of codings, only in lower case."""
    folded = name.strip().casefold()
    return folded.replace(" ", "_") if folded.replace(" ", "_") in (*_COLUMNS, *_CONTEXT) else folded


_Key = tuple[LineId, CoderId, Basis]


@dataclass(slots=True)
class _Judgement:
    """What the rows of one coder, line and basis say together; `codes` and `empty` have the lines in the file."""

    first: int
    codes: dict[CodeId, int] = field(default_factory=dict)
    unjudged: dict[CodeId, int] = field(default_factory=dict)
    parts: dict[str, set[CodeId]] = field(default_factory=dict)
    memos: dict[str, None] = field(default_factory=dict)
    empty: int | None = None
    at: datetime | None = None
    version: str = ""


@dataclass(kw_only=True)
class _Reading:
    """One pass over a table, collecting judgements and faults."""

    sheet: Sheet
    names: list[str]
    line_ids: Collection[str]
    codebook: Codebook
    coder: str | None
    basis: Basis
    people: list[str]
    faults: list[Fault] = field(default_factory=list)
    judgements: dict[_Key, _Judgement] = field(default_factory=dict)
    _people: dict[str, CoderId | None] = field(default_factory=dict)
    _codes: dict[str, CodeId | Fault] = field(default_factory=dict)

    def codings(self) -> Codings:
        CodingError.raise_if(sorted(self.faults, key=lambda fault: fault.line or 0))
        return Codings(
            Coding(
                line=line,
                coder=coder,
                codes=frozenset(judgement.codes),
                basis=basis,
                memo="\n".join(judgement.memos),
                at=judgement.at,
                version=judgement.version,
                unjudged=frozenset(judgement.unjudged),
                waiting_parts=frozenset(map(frozenset, judgement.parts.values())),
            )
            for (line, coder, basis), judgement in self.judgements.items()
        )

    def read_long(self) -> None:
        """Read a table with one row per code."""
        for name, written in zip(self.names, self.sheet.header, strict=True):
            if name not in (*_COLUMNS, *_CONTEXT):
                self._fault(
                    self.sheet.first,
                    f"has the unknown column {written!r}; the columns of a long table are {', '.join(_COLUMNS)}. "
                    "Remove it, or leave out the column 'code' if this is a wide table.",
                )
        if "coder" not in self.names and self.coder is None:
            self._fault(self.sheet.first, "has no column 'coder'; add it, or name the coder when reading.")
        CodingError.raise_if(self.faults)
        for line, cells in self.sheet.rows:
            row = dict(zip(self.names, cells, strict=True))
            judgement = self._judgement(line, row)
            is_empty = not row["code"].strip()
            code = None if is_empty else self._code(line, row["code"])
            if judgement is None or (code is None and not is_empty):
                continue
            judgement.version = judgement.version or row.get("version", "").strip()
            if row.get("judged", "").strip():
                self._add_unjudged(line, code, row["judged"].strip().casefold(), judgement)
                self._add_memo_and_time(line, row, judgement)
                continue
            if code in judgement.unjudged:
                self._fault(
                    line, f"gives a code that line {judgement.unjudged[code]} says was not judged; keep one of the two."
                )
            earlier = judgement.empty if code is None else judgement.codes.get(code)
            if earlier is not None:
                self._fault(line, f"repeats line {earlier}; keep one of the two rows.")
            elif (code is None and judgement.codes) or (code is not None and judgement.empty is not None):
                other = next(iter(judgement.codes.values()), judgement.empty)
                self._fault(
                    line,
                    f"contradicts line {other}: one says that nothing applies to {row['line_id']!r}, the other gives "
                    "it a code; keep one.",
                )
            elif code is None:
                judgement.empty = line
            else:
                judgement.codes[code] = line
            self._add_memo_and_time(line, row, judgement)

    def _add_unjudged(self, line: int, code: CodeId | None, written: str, judgement: _Judgement) -> None:
        """Take in a row that says that a code was not judged."""
        numbers = _NOT_JUDGED.fullmatch(written)
        if numbers is None or code is None:
            self._fault(
                line,
                f"has {written!r} in the column 'judged'; write no beside a code that was not judged, else nothing.",
            )
        elif code in judgement.codes or code in judgement.unjudged:
            other = judgement.codes.get(code, judgement.unjudged.get(code))
            self._fault(line, f"says of the code of line {other} that it was not judged; keep one of the two rows.")
        else:
            judgement.unjudged[code] = line
            for number in numbers[1].split():
                judgement.parts.setdefault(number, set()).add(code)

    def read_wide(self) -> None:
        """Read a table with one row per line and one column per code."""
        columns = self._code_columns()
        self.coder = self.coder if self.coder is not None or "coder" in self.names else self.sheet.path.stem
        for line, cells in self.sheet.rows:
            row = dict(zip(self.names, cells, strict=True))
            marks = {code: cells[place].strip().casefold() for place, code in columns.items()}
            if not any(marks.values()):
                if row.get("memo", "").strip():
                    self._fault(
                        line, "has a memo and no mark; write 0 under one code if the line was read and nothing applies."
                    )
                continue
            for code, mark in marks.items():
                if mark not in _APPLIED | _NOT_APPLIED | {""}:
                    self._fault(line, f"has {mark!r} under {code!r}; write 1 if the code applies and 0 if not.")
            judgement = self._judgement(line, row)
            if judgement is None:
                continue
            if judgement.first != line:
                self._fault(
                    line, f"judges the line of line {judgement.first} again; keep one row for each coder and line."
                )
            judgement.codes.update({code: line for code, mark in marks.items() if mark in _APPLIED})
            self._add_memo_and_time(line, row, judgement)

    def _code_columns(self) -> dict[int, CodeId]:
        """Return the code of each column of a wide table that has one; raises `CodingError` with every fault."""
        columns: dict[int, CodeId] = {}
        for place in self._code_places():
            code = self._code(self.sheet.first, self.sheet.header[place])
            if code is None:
                continue
            if code in columns.values():
                self._fault(self.sheet.first, f"has two columns for the code {code!r}; keep one.")
            columns[place] = code
        if not columns and not self.faults:
            self._fault(self.sheet.first, "has no column for a code; name one after each code of the codebook.")
        CodingError.raise_if(self.faults)
        return columns

    def _code_places(self) -> list[int]:
        """Return the places of the columns of a wide table that are named after codes."""
        places = []
        for place, (name, written) in enumerate(zip(self.names, self.sheet.header, strict=True)):
            is_blank = not written and not any(cells[place].strip() for _, cells in self.sheet.rows)
            if not ((name in _COLUMNS and name not in _LONG_ONLY) or name in _CONTEXT or is_blank):
                places.append(place)
        return places

    def _fault(self, line: int, what: str) -> None:
        self.faults.append(Fault(what, self.sheet.path, line))

    def _judgement(self, line: int, row: Mapping[str, str]) -> _Judgement | None:
        """Return the judgement that a row belongs to, or None if its line, coder or basis does not exist."""
        written = row["line_id"]
        line_id = written if written in self.line_ids else written.strip()
        if not line_id:
            self._fault(line, "names no line; write its id into the column 'line_id'.")
        elif line_id not in self.line_ids:
            self._fault(
                line,
                f"names the line {line_id!r}, which is in no transcript{aside(line_id, self.line_ids)}; "
                "correct the id or add the transcript.",
            )
        name = row.get("coder", "").strip() or self.coder or ""
        basis = self._basis(line, row.get("basis", "").strip(), name)
        person = row.get("person", "").strip() if name == GOLD else ""
        coder = self._coder(line, person or name)
        if line_id not in self.line_ids or coder is None or basis is None:
            return None
        return self.judgements.setdefault((LineId(line_id), coder, basis), _Judgement(first=line))

    def _basis(self, line: int, written: str, coder: str) -> Basis | None:
        if not written:
            return Basis.ADJUDICATED if coder == GOLD else self.basis
        try:
            return Basis(written.casefold())
        except ValueError:
            self._fault(line, f"has the unknown basis {written!r}; write {', '.join(Basis)}.")
            return None

    def _coder(self, line: int, name: str) -> CoderId | None:
        if name not in self._people:
            try:
                self._people[name] = person = human(name, people=self.people)
                self.people.append(person)
            except CodingError as error:
                self._people[name] = None
                self._fault(line, error.faults[0].what)
        return self._people[name]

    def _code(self, line: int, written: str) -> CodeId | None:
        if written not in self._codes:
            self._codes[written] = self._find_code(written)
        code = self._codes[written]
        if isinstance(code, Fault):
            self._fault(line, code.what)
            return None
        return code

    @cached_property
    def _has_only_ids(self) -> bool:
        """Whether all codes are given by id, as autocode writes them: then an id is never another code's name."""
        if "code" in self.names:
            place = self.names.index("code")
            return all(cells[place] in self.codebook for _, cells in self.sheet.rows if cells[place].strip())
        return all(self.sheet.header[place] in self.codebook for place in self._code_places())

    def _find_code(self, written: str) -> CodeId | Fault:
        try:
            code = self.codebook[written] if self._has_only_ids else self.codebook.find(written)
        except CodebookError as error:
            return Fault(error.faults[0].what)
        if code is None:
            return Fault(f"the code {written.strip()!r} is not in the codebook; {self._nearest(written)}.")
        if not code.codable:
            below = map(self.codebook.__getitem__, self.codebook.descendants(code.id))
            subthemes = [self.codebook.label(child.id) for child in below if child.codable]
            remedy = (
                f"code one of its subthemes: {', '.join(subthemes)}"
                if subthemes
                else "add subthemes to it and code those"
            )
            return Fault(f"{code.name!r} is a theme; {remedy}.")
        return code.id

    def _nearest(self, written: str) -> str:
        spellings = {
            spelling.casefold(): code.name
            for code in self.codebook.labelled().subthemes
            for spelling in (code.id, code.name)
        }
        near = difflib.get_close_matches(written.strip().casefold(), spellings, n=1)
        return f"perhaps {spellings[near[0]]!r} is meant" if near else "correct it or add it to the codebook"

    def _add_memo_and_time(self, line: int, row: Mapping[str, str], judgement: _Judgement) -> None:
        if row.get("memo"):
            judgement.memos[row["memo"]] = None
        time = row.get("at", "").strip()
        if time:
            try:
                judgement.at = judgement.at or datetime.fromisoformat(time)
            except ValueError:
                self._fault(line, f"has the time {time!r}; write it as 2026-01-31T14:05:00+00:00.")


@documented
def write_codings(codings: Codings, path: str | Path, *, force: bool = False) -> None:
    """
    Write codings as a long table in CSV that reads back equal.

    Adjudicated codings are written under the coder `gold`, with the adjudicator in the column `person`.

    Parameters
    ----------
    {codings}
    path : str or Path
        The file to write.
    force : bool, default False
        Whether to replace a file that exists.

    Raises
    ------
    CodingError
        If the file exists and `force` is False, or it cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from autocode.exchange import write_codings
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Coding, Codings
    >>> codings = Codings([Coding(line="GP1:2", coder="ann", codes=frozenset({"phone", "wait"}))])
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "codings.csv"
    ...     write_codings(codings, path)
    ...     print(path.read_text())
    line_id,coder,code
    GP1:2,ann,phone
    GP1:2,ann,wait
    <BLANKLINE>
    """
    write_files({Path(path): long_table(codings)}, force=force)


def long_table(codings: Codings) -> str:
    """Return codings as a long table in CSV that reads back equal, without the optional columns that would be empty."""
    rows: list[dict[str, str]] = []
    for coding in codings:
        # codings that were brought to a version of the codebook say themselves what they do not judge in it
        shared = _shared_cells(coding) | {"version": codings.version or coding.version, "judged": ""}
        # a line to which nothing applies is one row with an empty code
        rows += [{**shared, "code": code} for code in sorted(coding.codes) or ("",)]
        groups = sorted(map(sorted, coding.waiting_parts))
        for code in sorted(coding.unjudged):
            numbers = [f"{n}" for n, parts in enumerate(groups, start=1) if code in parts]
            rows.append({**shared, "code": code, "judged": " ".join(["no", *numbers])})
    header = [name for name in _COLUMNS if name in _COLUMNS[:3] or any(row[name] for row in rows)]
    return csv_text(header, ([row[name] for name in header] for row in rows))


def _shared_cells(coding: Coding) -> dict[str, str]:
    """Return the cells that the rows of one coding share."""
    is_adjudicated = coding.basis is Basis.ADJUDICATED
    coder = GOLD if is_adjudicated else coding.coder
    is_implied = is_adjudicated or (coding.basis is Basis.INDEPENDENT and coder != GOLD)
    return {
        "line_id": str(coding.line),
        "coder": str(coder),
        "basis": "" if is_implied else str(coding.basis),
        "memo": coding.memo,
        "person": str(coding.coder) if is_adjudicated and coding.coder != GOLD else "",
        "at": coding.at.isoformat() if coding.at else "",
    }
