"""Data frames of pandas, polars or pyarrow: records as their columns, and their rows as plain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

from autocode.arguments import no_single_text, refuse_single_text
from autocode.names import aside

__all__ = ["Backend", "Frame", "Kind", "columns_of", "frame_of", "rows_of"]

Frame: TypeAlias = Any
"""A frame of pandas, polars, pyarrow or any other library that narwhals reads."""
Backend: TypeAlias = Literal["pandas", "polars", "pyarrow"]
"""The library of a frame that is made."""
Kind: TypeAlias = Literal["text", "texts", "number", "count", "time"]
"""What a column holds, for frames without rows and cells without a value."""

_BACKENDS: tuple[Backend, ...] = ("pandas", "polars", "pyarrow")
_ESTIMATE = ({"value", "low", "high"}, {"mean", "low", "high"})


def frame_of(
    columns: Mapping[str, Sequence[Any]], *, backend: Backend | None = None, kinds: Mapping[str, Kind] | None = None
) -> Frame:
    """Return a data frame with these columns.

    Parameters
    ----------
    columns : mapping of str to sequence
        The cells of each column, all of one length; None where there is no value.
    backend : {"pandas", "polars", "pyarrow"} or None, default None
        The library of the frame; None for the first of these that is installed.
    kinds : mapping of str to str or None, default None
        What a column holds: "text", "texts" (lists), "number", "count" or "time"; None to go by the cells.

    Raises
    ------
    ImportError
        If none of the libraries is installed.
    ValueError
        If the backend is none of them, or only some times have a time zone.

    Examples
    --------
    >>> from autocode.frames import frame_of
    >>> frame_of({"code": ["phones", "parking"], "lines": [3, 5]}, backend="polars").shape
    (2, 2)
    """
    import narwhals as nw

    library = _library(backend)
    times = [cell for cells in columns.values() for cell in cells if isinstance(cell, datetime)]
    zones = {time.tzinfo is not None for time in times}
    if len(zones) > 1:
        raise ValueError("some times have a time zone and others have none, which no frame can hold; give all a zone.")
    if library == "pandas":
        # pandas has no type for lists, and infers all others from the cells
        return nw.from_dict({name: list(cells) for name, cells in columns.items()}, backend=library).to_native()
    zone = "UTC" if True in zones else None
    types: dict[Kind, Any] = {
        "text": nw.String(),
        "texts": nw.List(nw.String()),
        "number": nw.Float64(),
        "count": nw.Int64(),
        "time": nw.Datetime("us", zone),
    }
    schema = {name: types[(kinds or {}).get(name) or _kind(cells)] for name, cells in columns.items()}
    return nw.from_dict({name: list(cells) for name, cells in columns.items()}, schema, backend=library).to_native()


def _library(backend: Backend | None) -> Backend:
    if backend is not None and backend not in _BACKENDS:
        raise ValueError(f"there is no backend {backend!r}; choose pandas, polars or pyarrow.")
    for library in _BACKENDS if backend is None else (backend,):
        if find_spec(library) is not None:
            return library
    wanted = "pandas, polars or pyarrow" if backend is None else backend
    raise ImportError(f"a data frame needs {wanted}; install it, for example with: pip install {backend or 'pandas'}")


def _kind(cells: Sequence[Any]) -> Kind:
    """Return what a column holds, by its first cell with a value."""
    known = {type(cell) for cell in cells if cell is not None}
    if known and known <= {int, bool}:
        return "count"
    if known and known <= {int, float}:
        return "number"
    if any(issubclass(kind, datetime) for kind in known):
        return "time"
    return "texts" if known and known <= {list, tuple} else "text"


def columns_of(records: Iterable[object]) -> dict[str, list[Any]]:
    """Return the columns of a frame with one row per record.

    A coefficient or an estimate becomes its value and the columns `low` and `high` beside it; a mapping becomes one
    column per key; a set of codes becomes a sorted list.

    Parameters
    ----------
    records : iterable of dataclass or mapping
        The records, which need not have the same keys in their mappings.

    Examples
    --------
    >>> from autocode.agreement import Agreement, Period
    >>> from autocode.frames import columns_of
    >>> alpha = Agreement(coefficient="krippendorff_alpha", value=0.71, low=0.58, high=0.82)
    >>> columns_of([Period(name="2026-W48", lines=40, agreement=alpha)])
    {'name': ['2026-W48'], 'lines': [40], 'agreement': [0.71], 'agreement_low': [0.58], 'agreement_high': [0.82]}
    """
    rows = [_flat(record) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


def _flat(record: object) -> dict[str, Any]:
    """Return the cells of a record by column."""
    row: dict[str, Any] = {}
    for name, value in _items(record):
        row |= _cells(str(name), value)
    return row


def _items(record: object) -> Iterable[tuple[Any, Any]]:
    if isinstance(record, Mapping):
        return record.items()
    if is_dataclass(record):
        return [(field.name, getattr(record, field.name)) for field in fields(record)]
    raise TypeError(f"a row is a record or a mapping, not {type(record).__name__}.")


def _cells(name: str, value: Any) -> dict[str, Any]:
    """Return the columns that a value fills."""
    if isinstance(value, Enum):
        return {name: value.value}
    if isinstance(value, datetime):
        return {name: value if value.tzinfo is None else value.astimezone(UTC)}
    if isinstance(value, set | frozenset):
        return {name: sorted(map(str, value))}
    if is_dataclass(value):
        kept = {field.name for field in fields(value)}
        for estimate in _ESTIMATE:
            if estimate <= kept:
                middle = getattr(value, "value" if "value" in estimate else "mean")
                bounds = {f"{name}_{bound}": getattr(value, bound) for bound in ("low", "high")}
                numbers = {name: middle, **bounds}
                return {column: None if number != number else number for column, number in numbers.items()}
        return {name: str(value)}
    if isinstance(value, Mapping):
        row: dict[str, Any] = {}
        for key, entry in value.items():
            row |= _cells(f"{name} {' '.join(key)}" if isinstance(key, tuple) else f"{name} {key}", entry)
        return row
    if isinstance(value, tuple | list):
        return {name: [str(entry) for entry in value]}
    return {name: None if isinstance(value, float) and value != value else value}


@no_single_text
def rows_of(frame: Frame, *, needed: Collection[str], optional: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of a frame, or of plain rows, as dicts of plain values; None where a cell has none.

    Parameters
    ----------
    frame : data frame or iterable of mappings
        A frame, or plain rows such as dicts.
    needed : collection of str
        The columns that there must be.
    optional : collection of str, default ()
        Columns that are taken where they are there; "*" for all others.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> from autocode.frames import rows_of
    >>> rows_of([{"line": "GP1:2", "coder": "ann"}], needed=["line", "coder"])
    [{'line': 'GP1:2', 'coder': 'ann'}]
    """
    import narwhals as nw

    refuse_single_text("frame", frame)
    table = nw.from_native(frame, eager_only=True, pass_through=True)
    if isinstance(table, nw.DataFrame):
        columns: list[str] = table.columns
        rows = [dict(row) for row in table.iter_rows(named=True)]
    else:
        rows = [dict(row) for row in frame]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        if not rows:
            return []
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ValueError(
            f"there is no column {missing[0]!r}{aside(missing[0], columns)}; the columns are "
            f"{', '.join(map(repr, columns))}."
        )
    wanted = [name for name in columns if name in needed or name in optional or "*" in optional]
    return [{name: _plain_cell(row.get(name)) for name in wanted} for row in rows]


def _plain_cell(cell: Any) -> Any:
    """Return a cell as a value of Python; None for NaN and for a time that is not there."""
    if hasattr(cell, "tolist"):
        cell = cell.tolist()
    if hasattr(cell, "to_pydatetime"):
        cell = None if cell != cell else cell.to_pydatetime()
    return None if isinstance(cell, float) and cell != cell else cell
