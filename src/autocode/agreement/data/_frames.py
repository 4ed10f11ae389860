"""Tables of judgements, long or wide, from any data frame or from plain rows."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._labels import labels_numbered, numbered
from autocode.errors import AgreementError, Fault

Frame: TypeAlias = Any
"""A frame of pandas, polars, pyarrow or whatever else narwhals reads, or plain rows: an iterable of mappings."""
Places: TypeAlias = Sequence[tuple[Path | str, int]]

_MOST_CELLS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What each coder said of each unit, as the place of a cell among the distinct ones.

    Attributes
    ----------
    codes : ndarray of int, shape (n_coders, n_units); an index into `cells`.
    cells : the distinct cells as they came; None where nothing was said.
    """

    coders: tuple[str, ...]
    units: tuple[str, ...]
    codes: NDArray[np.int32]
    cells: list[Any]
    interviews: tuple[str, ...] | None


def of_long(
    frame: Frame, *, unit: str, coder: str, value: str, interview: str | None = None, places: Places | None = None
) -> Judgements:
    """Return the judgements of a table with a row a judgement; raises `AgreementError` with every fault of it."""
    wanted = (unit, coder, value) if interview is None else (unit, coder, value, interview)
    columns = _columns(frame, wanted)
    units, coders = _Names(columns[0], "unit"), _Names(columns[1], "coder")
    interviews = None if interview is None else _Names.as_written(columns[3], "interview")
    codes, cells = labels_numbered(columns[2])
    # faults are looked for row by row only where there is one, because there may be a million rows
    wrong = any(map(_is_nan, cells)) or not (units.clear and coders.clear and (interviews is None or interviews.clear))
    if not wrong:
        _refuse_too_many(len(coders.names), len(units.names))
        row_of = np.full((len(coders.names), len(units.names)), -1)
        row_of[coders.of_row, units.of_row] = np.arange(len(codes))
        twice = np.count_nonzero(row_of >= 0) < len(codes)
        moved = interviews is not None and (interviews.first_of(units)[units.of_row] != interviews.of_row).any()
        wrong = bool(twice or moved)
    if wrong:
        AgreementError.raise_if(_faults_of_long(columns, wanted, _Faults(places)))
    return Judgements(
        coders=tuple(coders.names),
        units=tuple(units.names),
        codes=np.append(codes, np.int32(len(cells)))[row_of],  # the last answers for -1
        cells=[*cells, None],
        interviews=None if interviews is None else tuple(interviews.names[i] for i in interviews.first_of(units)),
    )


def _faults_of_long(columns: Sequence[list[Any]], wanted: Sequence[str], faults: "_Faults") -> list[Fault]:
    units, coders, values, *of = columns
    unit, coder, _, *interview = wanted
    said: dict[tuple[Hashable, Hashable], int] = {}
    lies_in: dict[Hashable, tuple[int, str]] = {}
    for row, (a, b, cell) in enumerate(zip(units, coders, values, strict=True)):
        if not (faults.named(row, a, "unit", unit) and faults.named(row, b, "coder", coder)):
            continue
        faults.alike(row, a, "unit")
        faults.alike(row, b, "coder")
        if _is_nan(cell):
            faults.add(
                row,
                f"the label of unit {a!r} by {b!r} is NaN, which equals nothing; leave the row out, or give None, "
                "where the coder did not judge the unit.",
            )
        elif (a, b) in said:
            faults.add(
                row, f"{b!r} judges unit {a!r} again, after {faults.place(said[a, b])}; keep one of the two rows."
            )
        else:
            said[a, b] = row
        if interview and faults.named(row, of[0][row], "interview", interview[0]):
            where = f"{of[0][row]}"
            first, before = lies_in.setdefault(a, (row, where))
            if before != where:
                faults.add(
                    row, f"unit {a!r} is of interview {where!r} here and of {before!r} in {faults.place(first)}."
                )
    return faults.found


def of_wide(
    frame: Frame,
    *,
    unit: str | None = None,
    coders: Sequence[str] | None = None,
    interview: str | None = None,
    places: Places | None = None,
) -> Judgements:
    """Return the judgements of a table with a row a unit and a column a coder; NaN and None are not judged."""
    rows = frame if _is_frame(frame) else list(frame)
    about = [name for name in (unit, interview) if name is not None]
    judging = [name for name in _names_of(rows) if name not in about] if coders is None else list(coders)
    columns = _columns(rows, (*judging, *about))
    by_name = dict(zip((*judging, *about), columns, strict=True))
    n_rows = len(columns[0]) if columns else 0
    units = _Names(range(1, n_rows + 1) if unit is None else by_name[unit], "unit")
    interviews = None if interview is None else _Names.as_written(by_name[interview], "interview")
    if len(units.names) < n_rows or not units.clear or not (interviews is None or interviews.clear):
        AgreementError.raise_if(_faults_of_wide(by_name, n_rows, unit, interview, _Faults(places)))
    codes, cells = labels_numbered([cell for name in judging for cell in by_name[name]])
    return Judgements(
        coders=tuple(judging),
        units=tuple(units.names),
        codes=codes.reshape(len(judging), n_rows),
        cells=cells,
        interviews=None if interviews is None else tuple(interviews.names[i] for i in interviews.of_row),
    )


def _faults_of_wide(
    by_name: Mapping[str, list[Any]], n_rows: int, unit: str | None, interview: str | None, faults: "_Faults"
) -> list[Fault]:
    first: dict[Hashable, int] = {}
    for row in range(n_rows):
        given = row + 1 if unit is None else by_name[unit][row]
        if not faults.named(row, given, "unit", unit or ""):
            continue
        if (before := first.setdefault(given, row)) != row:
            faults.add(row, f"unit {given!r} has a row already, {faults.place(before)}; keep one row a unit.")
        faults.alike(row, given, "unit")
        if interview is not None:
            faults.named(row, by_name[interview][row], "interview", interview)
    return faults.found


def _is_nan(cell: Any) -> bool:
    return isinstance(cell, float) and cell != cell


def _is_frame(frame: Frame) -> bool:
    return nw.from_native(frame, eager_only=True, pass_through=True) is not frame


def _names_of(frame: Frame) -> list[str]:
    """Return the names of the columns, of plain rows in the order in which they first occur."""
    if _is_frame(frame):
        return [f"{name}" for name in nw.from_native(frame, eager_only=True).columns]
    _refuse_other_rows(frame)
    return list(dict.fromkeys(name for row in frame for name in row))


def _columns(frame: Frame, names: Iterable[str]) -> list[list[Any]]:
    """Return these columns as lists, None where a frame holds nothing; NaN stays NaN in a column of numbers."""
    wanted = list(names)
    if not _is_frame(frame):
        rows = list(frame)
        _refuse_other_rows(rows)
        AgreementError.raise_if(
            Fault(f"row {i} has no {name!r}; give every row the keys {', '.join(map(repr, wanted))}.")
            for i, row in enumerate(rows, start=1)
            for name in wanted
            if name not in row
        )
        return [[row[name] for row in rows] for name in wanted]
    table = nw.from_native(frame, eager_only=True)
    AgreementError.raise_if(
        Fault(f"there is no column {name!r}; the columns are {', '.join(map(repr, table.columns))}.")
        for name in wanted
        if name not in table.columns
    )
    return [_cells_of(table[name]) for name in wanted]


def _cells_of(column: Any) -> list[Any]:
    cells: list[Any] = column.to_list()
    numbers = column.dtype.is_float()  # elsewhere NaN is how pandas writes that there is nothing
    for row in np.flatnonzero(column.is_null().to_numpy()).tolist():
        if not (numbers and _is_nan(cells[row])):
            cells[row] = None
    return cells


def _refuse_other_rows(rows: Sequence[Any]) -> None:
    AgreementError.raise_if(
        Fault(f"row {i} is {type(row).__name__}, not a mapping of columns to cells; give a dict for each row.")
        for i, row in enumerate(rows, start=1)
        if not isinstance(row, Mapping)
    )


def _refuse_too_many(n_coders: int, n_units: int) -> None:
    if n_coders * n_units > _MOST_CELLS:
        raise AgreementError(
            f"{n_coders} coders and {n_units} units make a table too large to hold; "
            "choose the column that names the coders."
        )


class _Faults:
    """Faults, each with its row, or with the file and line that the row stands in."""

    def __init__(self, places: Places | None) -> None:
        self.places = places
        self.found: list[Fault] = []
        self._names: dict[tuple[str, str], Hashable] = {}
        self._told: set[tuple[str, Hashable]] = set()

    def place(self, row: int) -> str:
        return f"row {row + 1}" if self.places is None else f"line {self.places[row][1]}"

    def add(self, row: int, what: str) -> None:
        self.found.append(Fault(f"row {row + 1}: {what}") if self.places is None else Fault(what, *self.places[row]))

    def named(self, row: int, name: Any, what: str, column: str) -> bool:
        """Return whether a row names its unit, coder or interview, and add a fault if not."""
        if _names_nothing(name):
            self.add(row, f"no {what} is named; fill in the column {column!r}.")
            return False
        return True

    def alike(self, row: int, name: Hashable, what: str) -> None:
        """Add a fault for a name that is written like another: 1 and "1" are two units, and refused as one name."""
        other = self._names.setdefault((what, f"{name}"), name)
        if other != name and (what, name) not in self._told:
            self._told.add((what, name))
            self.add(row, f"the {what}s {other!r} and {name!r} look alike; write all as text.")


class _Names:
    """Units, coders or interviews: which one each row names, and their names in the order of their first row.

    `clear` says whether each row names one, and no two are written alike.
    """

    def __init__(self, column: Sequence[Any], what: str) -> None:
        try:
            self.of_row, given = numbered(column)
        except TypeError:
            cell = next(cell for cell in column if not isinstance(cell, Hashable))
            raise AgreementError(f"the {what} {cell!r} is no name; write it as text or a number.") from None
        self.names = [f"{name}" for name in given]
        self.named = not any(map(_names_nothing, given))
        self.clear = self.named and len(set(self.names)) == len(given)

    @classmethod
    def as_written(cls, column: Sequence[Any], what: str) -> "_Names":
        """Return the names that count as one if they are written alike."""
        names = cls(column, what)
        alike, names.names = numbered(names.names)
        names.of_row, names.clear = alike[names.of_row], names.named
        return names

    def first_of(self, units: "_Names") -> NDArray[np.int32]:
        """Return which of these the first row of each unit names."""
        first = np.empty(len(units.names), dtype=np.int32)
        first[units.of_row[::-1]] = self.of_row[::-1]  # of rows of the same unit the last one written stays
        return first


def _names_nothing(name: Any) -> bool:
    return name is None or name == "" or _is_nan(name)
