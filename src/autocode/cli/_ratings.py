"""A plain table of ratings, long or wide, as a methodologist has it: no study, no codebook."""

import math
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autocode.agreement import ReliabilityData
from autocode.coding import Basis
from autocode.errors import AgreementError, Fault
from autocode.exchange import Sheet, read_sheet
from autocode.names import aside
from autocode.wording import count_of

SUFFIXES = (".csv", ".tsv", ".xlsx")

_UNIT = ("line_id", "unit", "unit_id", "line", "item", "segment", "id")
_CODER = ("coder", "rater", "annotator", "observer")
_VALUE = ("code", "label", "value", "rating", "category", "score")
_INTERVIEW = ("interview", "transcript", "doc_id")
_NUMBERS = ("interval", "ratio")
# columns of exported sheets that are no coder's judgements
_OTHER_COLUMNS = frozenset(
    ("text", "speaker", "participant", "order", "start", "end", "date", "time", "basis", "memo", "memos", "note")
) | {"notes", "comment", "comments"}
_MAYBE_NOT_JUDGED = frozenset({"na", "n/a", "#n/a", "none", "null", "-", ".", "?"})

Row = tuple[int, dict[str, str]]


class Ratings(NamedTuple):
    """The data of a table, and notes on how it was read."""

    data: ReliabilityData
    notes: tuple[str, ...]


def read_ratings(
    path: Path, *, coders: Sequence[str] = (), level: str = "nominal", categories: Sequence[str] = ()
) -> Ratings:
    """Return the ratings of a long table (unit, coder, code) or of a wide one (one row per unit, one column per coder).

    In a long table whose units are called `line_id` a line may have several rows, one per code: these are sets, and an
    empty code is a line that was read and given none. Elsewhere an empty cell is a unit that was not judged.
    Raises `AgreementError` with every fault of the file, each with its line.
    """
    sheet = read_sheet(path, error_type=AgreementError)
    AgreementError.raise_if(sheet.faults())
    names = [name.casefold() for name in sheet.header]
    AgreementError.raise_if(
        Fault(
            f"the columns {sheet.header[names.index(name)]!r} and {sheet.header[place]!r} differ only by case; rename "
            "one of them.",
            path,
            sheet.first,
        )
        for place, name in enumerate(names)
        if name and names.index(name) < place
    )
    rows: list[Row] = [(line, dict(zip(names, map(str.strip, cells), strict=True))) for line, cells in sheet.rows]
    unit, interview = _first(names, _UNIT), _first(names, _INTERVIEW)
    coder, value = _first(names, _CODER), _first(names, _VALUE)
    if coder is not None:
        if unit is None or value is None:
            lacking = f"the units ({', '.join(_UNIT)})" if unit is None else f"the codes ({', '.join(_VALUE)})"
            raise AgreementError.at(
                path, f"has a column {coder!r} and none for {lacking}; name one of them so.", line=sheet.first
            )
        return _long(sheet, rows, unit, coder, value, interview, coders, level, categories)
    return _wide(sheet, rows, unit, interview, coders, level, categories)


def _long(
    sheet: Sheet,
    rows: list[Row],
    unit: str,
    coder: str,
    value: str,
    interview: str | None,
    coders: Sequence[str],
    level: str,
    categories: Sequence[str],
) -> Ratings:
    path, notes = sheet.path, []
    AgreementError.raise_if(
        Fault(f"the basis {row['basis']!r} is none of {', '.join(Basis)}; correct it.", path, line)
        for line, row in rows
        if row.get("basis", "") not in ("", *Basis)
    )
    kept = [(line, row) for line, row in rows if row.get("basis", "") in ("", "independent") and row[coder] != "gold"]
    if len(kept) < len(rows):
        n_left_out = len(rows) - len(kept)
        verb = "is" if n_left_out == 1 else "are"
        notes.append(f"{count_of(n_left_out, 'row')} {verb} left out: assisted or adjudicated, so not independent")
    if rows and not kept:
        raise AgreementError.at(
            path, "holds no independent judgement, only assisted or adjudicated ones; agreement needs independent ones."
        )
    known = tuple(dict.fromkeys(row[coder] for _, row in kept if row[coder]))
    chosen = _chosen(coders, known)
    kept = [(line, row) for line, row in kept if not row[coder] or row[coder] in chosen]
    cells: list[Any]
    labels: list[Hashable] | None
    if unit == "line_id" and value == "code" and _of_sets(kept, unit, coder, value):
        AgreementError.raise_if(_nan_faults(path, [(line, row[value]) for line, row in kept]))
        if level != "nominal":
            raise AgreementError.at(path, f"holds sets of codes, which --level {level} cannot compare; leave it out.")
        kept, cells = _sets(path, kept, unit, coder, value)
        labels = None
        notes.append("a line may have several codes, compared as sets; an empty code is a line read without any")
    else:
        cells, labels = _labels(path, [(line, row[value]) for line, row in kept], level, categories)
        notes.append("an empty cell is a unit that was not judged")
    judgements = [
        {unit: row[unit], coder: row[coder], value: cell} | ({} if interview is None else {interview: row[interview]})
        for (_, row), cell in zip(kept, cells, strict=True)
    ]
    data = ReliabilityData.from_long(
        judgements,
        unit=unit,
        coder=coder,
        value=value,
        interview=interview,
        categories=labels,
        places=[(path, line) for line, _ in kept],
    )
    return Ratings(_enough(data, path), (*notes, *_doubts(data)))


def _wide(
    sheet: Sheet,
    rows: list[Row],
    unit: str | None,
    interview: str | None,
    coders: Sequence[str],
    level: str,
    categories: Sequence[str],
) -> Ratings:
    path = sheet.path
    shown = {name.casefold(): name for name in sheet.header if name}
    named = [name for name in shown if name not in (unit, interview)]
    wanted = {name.casefold() for name in coders}
    known = [name for name in named if name not in _OTHER_COLUMNS or name in wanted]
    left_out = [shown[name] for name in named if name not in known]
    chosen = _chosen(coders, tuple(shown[name] for name in known))
    judging = [name for name in known if shown[name] in chosen]
    flat = [(line, row[name]) for name in judging for line, row in rows]
    cells, labels = _labels(path, flat, level, categories)
    n = len(rows)
    units: list[dict[str, Any]] = [
        {shown[name]: cells[c * n + i] for c, name in enumerate(judging)}
        | {name: rows[i][1][name] for name in (unit, interview) if name is not None}
        for i in range(n)
    ]
    data = ReliabilityData.from_wide(
        units,
        unit=unit,
        coders=[shown[name] for name in judging],
        interview=interview,
        categories=labels,
        places=[(path, line) for line, _ in rows],
    )
    notes = ["one row per unit, one column per coder; an empty cell was not judged"]
    if left_out:
        notes.append(f"no coders, and left out: {', '.join(left_out)} (name them with --coders if they are)")
    return Ratings(_enough(data, path), (*notes, *_doubts(data)))


def _doubts(data: ReliabilityData) -> Iterator[str]:
    """Yield what about the labels may not be as intended."""
    used = {code for label in data.labels for code in (label if isinstance(label, frozenset) else (label,))}
    words = sorted(label for label in used if isinstance(label, str))
    for label in words:
        if label.casefold() in _MAYBE_NOT_JUDGED:
            yield f"{label!r} is taken for a label; if it means not judged, leave the cell empty"
    by_spelling: dict[str, list[str]] = {}
    for label in words:
        by_spelling.setdefault(label.casefold(), []).append(label)
    for labels in by_spelling.values():
        if len(labels) > 1:
            yield f"{' and '.join(map(repr, labels))} are different labels; correct them if they are meant to be one"


def _first(names: Collection[str], known: Sequence[str]) -> str | None:
    return next((name for name in known if name in names), None)


def _chosen(coders: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    """Return the coders asked for, or all."""
    AgreementError.raise_if(
        Fault(f"there is no coder {name!r}{aside(name, known)}; the coders are {', '.join(known)}.")
        for name in coders
        if name not in known
    )
    return coders or known


def _of_sets(rows: list[Row], unit: str, coder: str, value: str) -> bool:
    """Return whether a line has no code, or several of one coder."""
    first: dict[tuple[str, str], str] = {}
    return any(not row[value] or first.setdefault((row[unit], row[coder]), row[value]) != row[value] for _, row in rows)


def _sets(path: Path, rows: list[Row], unit: str, coder: str, value: str) -> tuple[list[Row], list[frozenset[str]]]:
    """Return the first row of each coder and line, and the set of codes in all of their rows."""
    given: dict[tuple[str, str], dict[str, int]] = {}
    first: dict[tuple[str, str], Row] = {}
    faults = []
    for line, row in rows:
        key = (row[unit], row[coder])
        before = given.setdefault(key, {})
        first.setdefault(key, (line, row))
        if row[value] in before:
            faults.append(Fault(f"repeats line {before[row[value]]}; keep one of the two rows.", path, line))
        elif before and ("" in before or not row[value]):
            faults.append(
                Fault(
                    f"contradicts line {next(iter(before.values()))}: one says that nothing applies to {row[unit]!r}, "
                    "the other gives it a code; keep one.",
                    path,
                    line,
                )
            )
        before.setdefault(row[value], line)
    AgreementError.raise_if(faults)
    return list(first.values()), [frozenset(code for code in given[key] if code) for key in first]


def _labels(
    path: Path, cells: list[tuple[int, str]], level: str, categories: Sequence[str]
) -> tuple[list[Any], list[Hashable] | None]:
    """Return the cells as labels, None where empty, and the declared categories."""
    AgreementError.raise_if(_nan_faults(path, cells))
    numeric = level in _NUMBERS
    if level == "ordinal":
        numeric = all(_number(cell) is not None for cell in (*(cell for _, cell in cells if cell), *categories))
        if not numeric and not categories:
            line, cell = next((line, cell) for line, cell in cells if cell and _number(cell) is None)
            raise AgreementError.at(
                path,
                f"{cell!r} is not a number, so the order of the categories must be given: "
                "--categories low,middle,high.",
                line=line,
            )
    read: Callable[[str], Any] = _number if numeric else str
    AgreementError.raise_if(
        Fault(
            f"{cell!r} is not a number, and --level {level} needs numbers; correct the cell or the level.", path, line
        )
        for line, cell in cells
        if cell and read(cell) is None
    )
    AgreementError.raise_if(
        Fault(f"the category {category!r} is not a number, and --level {level} needs numbers.")
        for category in categories
        if read(category) is None
    )
    declared = {read(category): None for category in categories}
    if declared:
        AgreementError.raise_if(
            Fault(f"the label {cell!r} is not among --categories; add it there or correct the cell.", path, line)
            for line, cell in cells
            if cell and read(cell) not in declared
        )
    return [read(cell) if cell else None for _, cell in cells], list(declared) or None


def _nan_faults(path: Path, cells: list[tuple[int, str]]) -> Iterator[Fault]:
    for line, cell in cells:
        if cell.casefold() == "nan":
            yield Fault(
                f"{cell!r} is not a label but what a program writes for an empty cell; leave the cell empty.",
                path,
                line,
            )


def _number(cell: str) -> int | float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _enough(data: ReliabilityData, path: Path) -> ReliabilityData:
    """Return the data, or raise an `AgreementError` that says what they lack for agreement to be measured."""
    judging = [data.coders[c] for c in np.flatnonzero(data.judged.any(axis=1))]
    if len(judging) < 2:
        who = f"only one coder, {judging[0]}," if judging else "nobody"
        raise AgreementError.at(path, f"{who} judged anything; agreement needs two coders.")
    if data.judged.sum(axis=0).max() < 2:
        raise AgreementError.at(path, "no unit was judged by two coders; agreement needs units that two coders judged.")
    return data
