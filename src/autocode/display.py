"""How results show themselves: a repr of a screen at most, and a table in a notebook, with everything escaped."""

import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any, TypeVar

from autocode.frames import Backend, Frame, Kind, columns_of, frame_of
from autocode.wording import count_of

__all__ = ["Records", "Tabular", "brief", "displayed", "html_of"]

T = TypeVar("T")
C = TypeVar("C", bound=type)

_MOST_ROWS = 20  # of a table in a notebook
_MOST_COLUMNS = 16
_LONGEST_CELL = 160
_LONGEST_REPR = 2400  # 24 lines of 100 characters

_REPR = reprlib.Repr()
_REPR.maxlevel = 3
_REPR.maxtuple = _REPR.maxlist = _REPR.maxset = _REPR.maxfrozenset = _REPR.maxdict = 4
_REPR.maxstring = 160
_REPR.maxother = 240
_REPR.maxlong = 40


def brief(value: object) -> str:
    """Return the repr of a value, shortened in the middle where it is long.

    Parameters
    ----------
    value : object
        Any value.

    Examples
    --------
    >>> from autocode.display import brief
    >>> brief(tuple(range(1000)))
    '(0, 1, 2, 3, ...)'
    """
    if isinstance(value, Mapping) and not isinstance(value, dict):
        value = dict(list(value.items())[: _REPR.maxdict + 1])
    return _REPR.repr(value)


def displayed(cls: C) -> C:
    """Return a dataclass with a repr of a screen at most and, if it has none yet, a table for notebooks.

    Parameters
    ----------
    cls : type
        The dataclass. The decorator stands above `dataclass`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from autocode.display import displayed
    >>> @displayed
    ... @dataclass(frozen=True, slots=True)
    ... class Reading:
    ...     lines: tuple[int, ...]
    >>> Reading(tuple(range(1000)))
    Reading(lines=(0, 1, 2, 3, ...))
    """

    methods: dict[str, Callable[[Any], str]] = {}
    if hasattr(vars(cls)["__repr__"], "__wrapped__"):  # made by `dataclass`, not written in the class
        methods["__repr__"] = _short_repr
    if not hasattr(cls, "_repr_html_"):
        methods["_repr_html_"] = _fields_as_html
    for name, method in methods.items():
        setattr(cls, name, method)
    return cls


def _short_repr(self: Any) -> str:
    shown = [f"{field.name}={brief(getattr(self, field.name))}" for field in fields(self) if field.repr]
    text = f"{type(self).__qualname__}({', '.join(shown)})"
    return text if len(text) <= _LONGEST_REPR else f"{text[: _LONGEST_REPR - 4]}...)"


def _fields_as_html(self: Any) -> str:
    """Return the fields of a record as a table; fields that hold records are tables of their own below."""
    rows, below = [], []
    for field in fields(self):
        value = getattr(self, field.name)
        if not field.repr:
            continue
        if isinstance(value, tuple) and value and all(map(is_dataclass, value)):
            below.append(html_of(columns_of(value[:_MOST_ROWS]), n_rows=len(value), caption=field.name))
        else:
            rows.append(f"<tr><th>{escape(field.name)}</th><td>{_cell(value)}</td></tr>")
    return f"<table><caption>{escape(type(self).__name__)}</caption>{''.join(rows)}</table>{''.join(below)}"


def _cell(value: object) -> str:
    """Return a value as the content of a cell, escaped and not too long."""
    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{value:.3g}"
    elif isinstance(value, tuple | list):
        text = ", ".join(map(str, value[: _REPR.maxtuple])) + (", ..." if len(value) > _REPR.maxtuple else "")
    elif isinstance(value, str) or type(value).__str__ is not object.__str__:
        text = str(value)
    else:
        text = brief(value)
    return escape(text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}...")


def html_of(columns: Mapping[str, Sequence[Any]], *, n_rows: int | None = None, caption: str = "") -> str:
    """Return columns as a table in HTML, at most 20 rows and 16 columns of it, with everything escaped.

    Parameters
    ----------
    columns : mapping of str to sequence
        The cells of each column.
    n_rows : int or None, default None
        How many rows there are where only the first are given; None for those that are given.
    caption : str, default ""
        The caption of the table; no caption if it is empty.

    Examples
    --------
    >>> from autocode.display import html_of
    >>> html_of({"code": ["<b>"]})
    '<table><thead><tr><th>code</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    names = list(columns)[:_MOST_COLUMNS]
    there = max(map(len, columns.values()), default=0)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(columns[name][row])}</td>' for name in names)}</tr>"
        for row in range(min(there, _MOST_ROWS))
    )
    more = []
    if (n_rows or there) > _MOST_ROWS:
        more.append(count_of((n_rows or there) - _MOST_ROWS, "more row", thousands=","))
    if len(columns) > _MOST_COLUMNS:
        more.append(count_of(len(columns) - _MOST_COLUMNS, "more column"))
    note = f"<p>{' and '.join(more)}; to_frame() has all.</p>" if more else ""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


class Tabular(ABC):
    """What has rows: it can be turned into a data frame, and is a table in a notebook."""

    __slots__ = ()

    @abstractmethod
    def _records(self) -> Iterable[object]:
        """Return the rows, as records or mappings."""

    def _kinds(self) -> Mapping[str, Kind]:
        """Return what the columns hold that there are even without rows or values."""
        return {}

    def _caption(self) -> str:
        """Return what a notebook shows over the rows."""
        return ""

    def to_frame(self, *, backend: Backend | None = None) -> Frame:
        """Return the rows as a data frame.

        Coefficients and estimates have their bounds in columns beside them, `..._low` and `..._high`.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"} or None, default None
            The library of the frame; None for the first of these that is installed.

        Raises
        ------
        ImportError
            If the library is not installed.
        """
        kinds = self._kinds()
        columns = columns_of(self._records())
        n_rows = len(next(iter(columns.values()), ()))
        expected: dict[str, list[Any]] = {name: [None] * n_rows for name in kinds}
        return frame_of(expected | columns, backend=backend, kinds=kinds)

    def _repr_html_(self) -> str:
        records = list(self._records())
        return html_of(columns_of(records[:_MOST_ROWS]), n_rows=len(records), caption=self._caption())


class Records(Tabular, tuple[T, ...]):
    """
    A tuple of records of one kind, that shows its first ones, and can be turned into a data frame.

    Parameters
    ----------
    iterable : iterable, default empty
        The records.

    Examples
    --------
    >>> from autocode.coding import Abstention, Reason
    >>> from autocode.display import Records
    >>> records = Records([Abstention(line="GP1:4", reason=Reason.TOO_SHORT)])
    >>> records.to_frame(backend="pandas").loc[0].to_dict()
    {'line': 'GP1:4', 'reason': 'too short'}
    """

    __slots__ = ()

    def _records(self) -> Iterable[object]:
        return self

    def __repr__(self) -> str:
        shown = ",\n ".join(brief(record) for record in self[:_MOST_SHOWN])
        more = len(self) - _MOST_SHOWN
        return f"({shown}{f',{chr(10)} and {more} more' if more > 0 else ',' if len(self) == 1 else ''})"


_MOST_SHOWN = 4
