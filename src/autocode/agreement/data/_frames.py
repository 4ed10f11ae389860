"""Tables of judgements, long or wide, from any data frame or from plain rows."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._labels import factorize, factorize_labels, is_nan
from autocode.arguments import refuse_single_text
from autocode.errors import AgreementError, Fault
from autocode.names import aside
from autocode.wording import count_of

Frame: TypeAlias = Any
"""A frame of pandas, polars, pyarrow or whatever else narwhals reads, or plain rows: an iterable of mappings."""
Places: TypeAlias = Sequence[tuple[Path | str, int]]
"""The file and line of each row."""

_MOST_CELLS = 100_000_000  # 400 MB of integers: more coders times units are not coders but ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """The judgement of each unit by each coder, as the number of a cell among the distinct ones.

    Attributes
    ----------
    coders, units : tuple of str
        Their names, in the order in which they first occur.
    codes : ndarray of int, shape (n_coders, n_units)
        An index into `cells`.
    cells : list
        The distinct cells as they came; None where there is no judgement.
    interviews : tuple of str, of length n_units, or None
        The interview of each unit; None where they are not known.
    """

    coders: tuple[str, ...]
    units: tuple[str, ...]
    codes: NDArray[np.int32]
    cells: list[Any]
    interviews: tuple[str, ...] | None


def judgements_from_long(
    frame: Frame, *, unit: str, coder: str, value: str, interview: str | None = None, places: Places | None = None
) -> Judgements:
    """Return the judgements of a table with one row per judgement; raises `AgreementError` with every fault of it."""
    names = (unit, coder, value) if interview is None else (unit, coder, value, interview)
    columns = _columns(frame, names)
    units, coders = _Names(columns[0], "unit"), _Names(columns[1], "coder")
    interviews = None if interview is None else _Names.as_written(columns[3], "interview")
    codes, cells = factorize_labels(columns[2])
    # rows are searched for faults only where there is one, because there may be a million of them
    faulty = any(map(is_nan, cells)) or not (units.clear and coders.clear and (interviews is None or interviews.clear))
    if not faulty:
        _refuse_too_many(len(coders.names), len(units.names))
        row_of = np.full((len(coders.names), len(units.names)), -1)
        row_of[coders.of_row, units.of_row] = np.arange(len(codes))
        repeated = np.count_nonzero(row_of >= 0) < len(codes)
        moved = interviews is not None and (interviews.first_of(units)[units.of_row] != interviews.of_row).any()
        faulty = bool(repeated or moved)
    if faulty:
        AgreementError.raise_if(_faults_of_long(columns, names, _Faults(places)))
    return Judgements(
        coders=tuple(coders.names),
        units=tuple(units.names),
        codes=np.append(codes, np.int32(len(cells)))[row_of],  # the last entry is for row -1
        cells=[*cells, None],
        interviews=None if interviews is None else tuple(interviews.names[i] for i in interviews.first_of(units)),
    )


def _faults_of_long(columns: Sequence[list[Any]], names: Sequence[str], faults: "_Faults") -> list[Fault]:
    units, coders, cells, *interviews = columns
    row_of: dict[tuple[Hashable, Hashable], int] = {}
    interview_of: dict[Hashable, tuple[int, str]] = {}
    for row, (unit, coder, cell) in enumerate(zip(units, coders, cells, strict=True)):
        if not (faults.check_name(row, unit, "unit", names[0]) and faults.check_name(row, coder, "coder", names[1])):
            continue
        faults.check_spelling(row, unit, "unit")
        faults.check_spelling(row, coder, "coder")
        if is_nan(cell):
            faults.add(
                row,
                f"the label of unit {unit!r} by {coder!r} is NaN, which equals nothing; leave the row out, or give "
                "None, where the coder did not judge the unit.",
            )
        elif (first := row_of.setdefault((unit, coder), row)) != row:
            faults.add(
                row, f"{coder!r} judges unit {unit!r} again, after {faults.place(first)}; keep one of the two rows."
            )
        if interviews and faults.check_name(row, interviews[0][row], "interview", names[3]):
            interview = f"{interviews[0][row]}"
            first, before = interview_of.setdefault(unit, (row, interview))
            if before != interview:
                faults.add(
                    row,
                    f"unit {unit!r} is of interview {interview!r} here and of {before!r} in {faults.place(first)}.",
                )
    return faults.found


def judgements_from_wide(
    frame: Frame,
    *,
    unit: str | None = None,
    coders: Sequence[str] | None = None,
    interview: str | None = None,
    places: Places | None = None,
) -> Judgements:
    """Return the judgements of a table with one row per unit and one column per coder; NaN and None are not judged."""
    rows = frame if _is_frame(frame) else list(frame)
    other = [name for name in (unit, interview) if name is not None]
    judging = [name for name in _names_of(rows) if name not in other] if coders is None else list(coders)
    columns = _columns(rows, (*judging, *other))
    by_name = dict(zip((*judging, *other), columns, strict=True))
    n_rows = len(columns[0]) if columns else 0
    units = _Names(range(1, n_rows + 1) if unit is None else by_name[unit], "unit")
    interviews = None if interview is None else _Names.as_written(by_name[interview], "interview")
    if len(units.names) < n_rows or not units.clear or not (interviews is None or interviews.clear):
        AgreementError.raise_if(_faults_of_wide(by_name, n_rows, unit, interview, _Faults(places)))
    codes, cells = factorize_labels([cell for name in judging for cell in by_name[name]])
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
    row_of: dict[Hashable, int] = {}
    for row in range(n_rows):
        name = row + 1 if unit is None else by_name[unit][row]
        if not faults.check_name(row, name, "unit", unit or ""):
            continue
        if (first := row_of.setdefault(name, row)) != row:
            faults.add(row, f"unit {name!r} has a row already, {faults.place(first)}; keep one row per unit.")
        faults.check_spelling(row, name, "unit")
        if interview is not None:
            faults.check_name(row, by_name[interview][row], "interview", interview)
    return faults.found


def _is_frame(frame: Frame) -> bool:
    refuse_single_text("frame_or_rows", frame)
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
        Fault(
            f"there is no column {name!r}{aside(name, table.columns)}; the columns are "
            f"{', '.join(map(repr, table.columns))}."
        )
        for name in wanted
        if name not in table.columns
    )
    return [_cells_of(table[name]) for name in wanted]


def _cells_of(column: Any) -> list[Any]:
    cells: list[Any] = column.to_list()
    is_numeric = column.dtype.is_float()  # in other columns NaN is how pandas writes an empty cell
    for row in np.flatnonzero(column.is_null().to_numpy()).tolist():
        if not (is_numeric and is_nan(cells[row])):
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
            f"{count_of(n_coders, 'coder')} and {count_of(n_units, 'unit')} make a table too large to hold; "
            "choose the column that names the coders."
        )


class _Faults:
    """Faults, each with its row, or with the file and line that the row stands in."""

    def __init__(self, places: Places | None) -> None:
        self.places = places
        self.found: list[Fault] = []
        self._names: dict[tuple[str, str], Hashable] = {}
        self._reported: set[tuple[str, Hashable]] = set()

    def place(self, row: int) -> str:
        """Return where a row stands, in words."""
        return f"row {row + 1}" if self.places is None else f"line {self.places[row][1]}"

    def add(self, row: int, message: str) -> None:
        """Add a fault of a row."""
        self.found.append(
            Fault(f"row {row + 1}: {message}") if self.places is None else Fault(message, *self.places[row])
        )

    def check_name(self, row: int, name: Any, kind: str, column: str) -> bool:
        """Return whether a row names its unit, coder or interview, and add a fault if not."""
        if _is_blank(name):
            self.add(row, f"no {kind} is named; fill in the column {column!r}.")
            return False
        return True

    def check_spelling(self, row: int, name: Hashable, kind: str) -> None:
        """Add a fault for two names that are written the same, such as 1 and "1"."""
        other = self._names.setdefault((kind, f"{name}"), name)
        if other != name and (kind, name) not in self._reported:
            self._reported.add((kind, name))
            self.add(row, f"the {kind}s {other!r} and {name!r} are written the same; write all as text.")


class _Names:
    """The names of units, coders or interviews, and which of them each row has.

    Attributes
    ----------
    names : list of str
        The names, in the order of their first row.
    of_row : ndarray of int, shape (n_rows,)
        The place of the row's name in `names`.
    is_complete : bool
        Whether each row has a name.
    clear : bool
        Whether each row has a name, and no two different names are written the same.
    """

    def __init__(self, column: Sequence[Any], kind: str) -> None:
        try:
            self.of_row, distinct = factorize(column)
        except TypeError:
            cell = next(cell for cell in column if not isinstance(cell, Hashable))
            raise AgreementError(f"the {kind} {cell!r} is not a name; write it as text or a number.") from None
        self.names = [f"{name}" for name in distinct]
        self.is_complete = not any(map(_is_blank, distinct))
        self.clear = self.is_complete and len(set(self.names)) == len(distinct)

    @classmethod
    def as_written(cls, column: Sequence[Any], kind: str) -> "_Names":
        """Return names that count as the same if they are written the same, such as 1 and "1"."""
        names = cls(column, kind)
        same, names.names = factorize(names.names)
        names.of_row, names.clear = same[names.of_row], names.is_complete
        return names

    def first_of(self, units: "_Names") -> NDArray[np.int32]:
        """Return the place of the name that the first row of each unit has."""
        first = np.empty(len(units.names), dtype=np.int32)
        first[units.of_row[::-1]] = self.of_row[::-1]  # of several rows of a unit, the one written last stays
        return first


def _is_blank(name: Any) -> bool:
    return name is None or name == "" or is_nan(name)
