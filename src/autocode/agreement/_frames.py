"""Tables of judgements, long or wide, from any data frame or from plain rows."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import narwhals as nw

from autocode.errors import AgreementError, Fault

Frame: TypeAlias = Any
"""A frame of pandas, polars, pyarrow or whatever else narwhals reads, or plain rows: an iterable of mappings."""
Places: TypeAlias = Sequence[tuple[Path | str, int]]

_MOST_CELLS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What each coder said of each unit: `cells[coder][unit]`, None where nothing was said."""

    coders: tuple[str, ...]
    units: tuple[str, ...]
    cells: list[list[Any]]
    interviews: tuple[str, ...] | None


def of_long(
    frame: Frame, *, unit: str, coder: str, value: str, interview: str | None = None, places: Places | None = None
) -> Judgements:
    """Return the judgements of a table with a row a judgement; raises `AgreementError` with every fault of it."""
    wanted = (unit, coder, value) if interview is None else (unit, coder, value, interview)
    units, coders, values, *of = _columns(frame, wanted)
    faults = _Faults(places)
    at_unit, at_coder = _Names("unit"), _Names("coder")
    said: dict[tuple[int, int], tuple[int, Any]] = {}
    lies_in: dict[int, tuple[int, str]] = {}
    for row, (a, b, cell) in enumerate(zip(units, coders, values, strict=True)):
        if not (faults.named(row, a, "unit", unit) and faults.named(row, b, "coder", coder)):
            continue
        u, c = at_unit.place(a, row, faults), at_coder.place(b, row, faults)
        if _is_nan(cell):
            faults.add(
                row,
                f"the label of unit {a!r} by {b!r} is NaN, which equals nothing; leave the row out, or give None, "
                "where the coder did not judge the unit.",
            )
        elif (u, c) in said:
            faults.add(
                row, f"{b!r} judges unit {a!r} again, after {faults.place(said[u, c][0])}; keep one of the two rows."
            )
        else:
            said[u, c] = (row, cell)
        if interview is not None and faults.named(row, of[0][row], "interview", interview):
            where = f"{of[0][row]}"
            first, before = lies_in.setdefault(u, (row, where))
            if before != where:
                faults.add(
                    row, f"unit {a!r} is of interview {where!r} here and of {before!r} in {faults.place(first)}."
                )
    AgreementError.raise_if(faults.found)
    _refuse_too_many(len(at_coder.names), len(at_unit.names))
    cells: list[list[Any]] = [[None] * len(at_unit.names) for _ in at_coder.names]
    for (u, c), (_, cell) in said.items():
        cells[c][u] = cell
    return Judgements(
        coders=tuple(at_coder.names),
        units=tuple(at_unit.names),
        cells=cells,
        interviews=None if interview is None else tuple(lies_in[u][1] for u in range(len(at_unit.names))),
    )


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
    faults = _Faults(places)
    at_unit = _Names("unit")
    for row in range(n_rows):
        given = row + 1 if unit is None else by_name[unit][row]
        if not faults.named(row, given, "unit", unit or ""):
            continue
        if (before := at_unit.first(given)) is not None:
            faults.add(row, f"unit {given!r} has a row already, {faults.place(before)}; keep one row a unit.")
        at_unit.place(given, row, faults)
        if interview is not None:
            faults.named(row, by_name[interview][row], "interview", interview)
    AgreementError.raise_if(faults.found)
    return Judgements(
        coders=tuple(judging),
        units=tuple(at_unit.names),
        cells=[[None if _is_nan(cell) else cell for cell in by_name[name]] for name in judging],
        interviews=None if interview is None else tuple(f"{one}" for one in by_name[interview]),
    )


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
    found = []
    for name in wanted:
        cells, empty = table[name].to_list(), table[name].is_null().to_list()
        numbers = table[name].dtype.is_float()  # elsewhere NaN is how pandas writes that there is nothing
        found.append(
            [
                None if gone and not (numbers and _is_nan(cell)) else cell
                for cell, gone in zip(cells, empty, strict=True)
            ]
        )
    return found


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

    def place(self, row: int) -> str:
        return f"row {row + 1}" if self.places is None else f"line {self.places[row][1]}"

    def add(self, row: int, what: str) -> None:
        self.found.append(Fault(f"row {row + 1}: {what}") if self.places is None else Fault(what, *self.places[row]))

    def named(self, row: int, name: Any, what: str, column: str) -> bool:
        """Return whether a row names its unit, coder or interview, and add a fault if not."""
        if name is None or name == "" or _is_nan(name):
            self.add(row, f"no {what} is named; fill in the column {column!r}.")
            return False
        return True


class _Names:
    """Units or coders in the order of their first row, by what they are: 1 and "1" are two, and refused as one name."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.names: dict[str, Hashable] = {}
        self._places: dict[Hashable, tuple[int, int]] = {}

    def first(self, given: Hashable) -> int | None:
        """Return the row in which a name first stood."""
        return self._places[given][1] if given in self._places else None

    def place(self, given: Hashable, row: int, faults: _Faults) -> int:
        if given not in self._places:
            if f"{given}" in self.names:
                faults.add(
                    row, f"the {self.what}s {self.names[f'{given}']!r} and {given!r} look alike; write all as text."
                )
            self.names.setdefault(f"{given}", given)
            self._places[given] = (len(self.names) - 1, row)
        return self._places[given][0]
