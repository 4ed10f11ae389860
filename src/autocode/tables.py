"""Tables of text: read from CSV and written to it, drawn in a terminal and in a page."""

import csv
import io
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from html import escape

from autocode.arguments import no_single_text

__all__ = ["CsvError", "Table", "csv_text", "delimiter_of", "fitted", "iter_rows", "read_rows", "spreadsheet_cell"]

_DELIMITERS = ",;\t"
_FORMULA = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH COMMERCIAL AT}")
_NARROWEST = 20  # letters to which a column of text may be wrapped
_WIDTH: ContextVar[int | None] = ContextVar("width", default=None)


@contextmanager
def fitted(width: int | None) -> Iterator[None]:
    """Draw every table within the block in a width, unless it is given another one.

    Parameters
    ----------
    width : int or None
        The number of characters in a line, such as the width of the terminal; None for as many as there are.

    Examples
    --------
    >>> from autocode.tables import Table, fitted
    >>> with fitted(30):
    ...     print(Table(head=("code", "reason"), rows=(("wait", "too few lines were coded by two coders"),)).text())
    code  reason
    ------------------------------
    wait  too few lines were coded
          by two coders
    """
    token = _WIDTH.set(width)
    try:
        yield
    finally:
        _WIDTH.reset(token)


def _total(widths: Sequence[int]) -> int:
    """Return the width of columns with two blanks between each."""
    return sum(widths) + 2 * max(len(widths) - 1, 0)


class CsvError(csv.Error):
    """Text is not a table in CSV; `line` is the number of the first line of the row that cannot be read."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.line = line

    def __reduce__(self) -> tuple[Callable[..., "CsvError"], tuple[str], dict[str, int]]:
        return partial(CsvError, line=self.line), (str(self),), {}


def read_rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a table in CSV that are not blank, each with the number of its first line.

    Parameters
    ----------
    text : str
        The table. Its first row that is not blank determines the delimiter: comma, semicolon or tab.

    Returns
    -------
    list of (int, list of str)
        Line number, from 1, and cells. A row has as many cells as it is written with: no header is assumed.

    Raises
    ------
    CsvError
        If quotation marks do not match.

    Examples
    --------
    >>> from autocode.tables import read_rows
    >>> read_rows("code;parent\\n\\nwait;access\\n")
    [(1, ['code', 'parent']), (3, ['wait', 'access'])]
    """
    lines = io.StringIO(text, newline="")
    header = next((line for line in lines if line.strip()), "")
    lines.seek(0)
    rows = iter_rows(lines, delimiter=delimiter_of(header))
    return [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]


@no_single_text
def iter_rows(lines: Iterable[str], *, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table in CSV one by one, each with the number of its first line; empty lines are left out.

    For tables that are too large for memory; a row of empty cells is a row here.

    Parameters
    ----------
    lines : iterable of str
        The lines with their line ends, such as a file opened with `newline=""`.
    delimiter : str
        The character between two cells, see `delimiter_of`.

    Yields
    ------
    (int, list of str)
        Line number, from 1, and cells.

    Raises
    ------
    CsvError
        If quotation marks do not match.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first = 1
    try:
        for cells in reader:
            if cells:
                yield first, cells
            first = reader.line_num + 1
    except csv.Error as error:
        raise CsvError(str(error), line=first) from error


def delimiter_of(header: str) -> str:
    """Return the delimiter of a table: comma, semicolon or tab, whichever its header has most of.

    Parameters
    ----------
    header : str
        The first line of the table.
    """
    return max(_DELIMITERS, key=header.count)


def csv_text(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV that reads back the same.

    Parameters
    ----------
    header : sequence of object
        The names of the columns.
    rows : iterable of sequence of object
        The cells of each row, each written as its `str`, None as an empty cell.

    Examples
    --------
    >>> from autocode.tables import csv_text
    >>> csv_text(["line_id", "text"], [["P01:0001", "Yes, well."]])
    'line_id,text\\nP01:0001,"Yes, well."\\n'
    """
    table = [header, *rows]
    out = io.StringIO(newline="")
    # csv reads a carriage return that is not in quotation marks as the end of a row, and would not quote it
    returns = any("\r" in str(cell) for row in table for cell in row)
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL).writerows(table)
    return out.getvalue()


def spreadsheet_cell(text: str) -> str:
    """Return a text such that no spreadsheet takes it for a formula: with an apostrophe before =, +, -, @ and the like.

    Parameters
    ----------
    text : str
        The text, such as what a participant said.

    Examples
    --------
    >>> from autocode.tables import spreadsheet_cell
    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("- well, no"), spreadsheet_cell("It is = 2")
    ("'=1+1", "'- well, no", 'It is = 2')
    """
    # spreadsheets skip blanks and controls before it
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under a heading, drawn as text or as HTML.

    The last cell of a row that is shorter than the heading spans the columns that are left.

    Attributes
    ----------
    head : tuple of str
        The headings of the columns; empty for a table without a heading.
    rows : tuple of tuple of str
        The cells of each row.
    numeric : frozenset of int, default empty
        The columns, from 0, that are aligned to the right.
    keys : int, default 1
        How many columns at the beginning say what a row is about.

    Raises
    ------
    ValueError
        If a row has more cells than the heading.

    Examples
    --------
    >>> from autocode.tables import Table
    >>> table = Table(head=("code", "lines"), rows=(("Waiting times", "12"), ("Trust", "3")), numeric=frozenset({1}))
    >>> print(table.text())
    code           lines
    --------------------
    Waiting times     12
    Trust              3
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    keys: int = 1

    def __post_init__(self) -> None:
        if self.head and any(len(row) > len(self.head) for row in self.rows):
            raise ValueError(f"a row has more cells than the {len(self.head)} headings.")

    def __repr__(self) -> str:
        return f"<Table: {len(self.rows)} x {self._width}>"

    @property
    def _width(self) -> int:
        """The number of columns."""
        return len(self.head) or max(map(len, self.rows), default=0)

    def text(self, *, rules: Collection[int] = (0,), width: int | None = None) -> str:
        """Return the table for a terminal, without spaces at the ends of lines.

        Where it is wider than asked for, long cells of text are wrapped; if that is not enough, the columns are drawn
        in several blocks, one below the other, which all begin with the key columns. No number is ever cut.

        Parameters
        ----------
        rules : collection of int, default (0,)
            The rows, from 0, above which a line is ruled; the number of rows for a line at the end, empty for none.
        width : int or None, default None
            The number of characters in a line; None for that of `fitted`, and outside of it for as many as there are.
        """
        width = _WIDTH.get() if width is None else width
        natural = self._column_widths()
        if width is None or _total(natural) <= width:
            return self._drawn(range(self._width), natural, rules)
        keys = list(range(min(self.keys, self._width)))
        blocks: list[list[int]] = [[]]
        narrow = [min(n, _NARROWEST) if self._is_wrappable(i, n) else n for i, n in enumerate(natural)]
        for column in range(len(keys), self._width):
            if blocks[-1] and _total([narrow[i] for i in (*keys, *blocks[-1], column)]) > width:
                blocks.append([])
            blocks[-1].append(column)
        return "\n\n".join(self._block([*keys, *columns], natural, narrow, width, rules) for columns in blocks)

    def _column_widths(self) -> list[int]:
        table = [self.head, *self.rows] if self.head else [*self.rows]
        cells_of = [[row[i] for row in table if i < len(row) and not self._spans(row, i)] for i in range(self._width)]
        return [max(map(len, cells), default=0) for cells in cells_of]

    def _is_wrappable(self, column: int, width: int) -> bool:
        """Return whether a column holds text that may be broken: estimates with their intervals are shorter."""
        return column not in self.numeric and width > _NARROWEST

    def _block(
        self, columns: Sequence[int], natural: Sequence[int], narrow: Sequence[int], width: int, rules: Collection[int]
    ) -> str:
        """Return some columns of the table in a width, in which the wrapped ones share what the others leave."""
        widths = list(natural)
        while _total([widths[i] for i in columns]) > width:
            widest = max(columns, key=lambda i: widths[i] - narrow[i])
            if widths[widest] <= narrow[widest]:
                break
            widths[widest] -= 1
        return self._drawn(columns, widths, rules, limit=width)

    def _drawn(
        self, columns: Sequence[int], widths: Sequence[int], rules: Collection[int], *, limit: int | None = None
    ) -> str:
        table = [self.head, *self.rows] if self.head else [*self.rows]
        rows = [self._lines_of(row, columns, widths, limit) for row in table]
        line = "-" * max((len(text) for row in rows for text in row), default=0)
        for row_number in sorted(set(rules), reverse=True):
            rows.insert(row_number + bool(self.head), [line])
        return "\n".join(text for row in rows for text in row)

    def _lines_of(
        self, row: tuple[str, ...], columns: Sequence[int], widths: Sequence[int], limit: int | None
    ) -> list[str]:
        """Return the lines of text that a row takes, more than one where a cell is wrapped."""
        cells = []
        for place, i in enumerate(columns):
            if i < len(row):
                is_last = self._spans(row, i)
                width = widths[i]
                if is_last:
                    before = _total([widths[j] for j in columns[:place]]) + 2 * bool(place)
                    width = len(row[i]) if limit is None else max(limit - before, _NARROWEST)
                wrapped = textwrap.wrap(row[i], width) if 0 < width < len(row[i]) else [row[i]]
                right = i in self.numeric and not is_last
                cells.append([part.rjust(width) if right else part.ljust(width) for part in wrapped or [""]])
        height = max(map(len, cells), default=1)
        filled = [parts + [" " * len(parts[0])] * (height - len(parts)) for parts in cells]
        return ["  ".join(parts).rstrip() for parts in zip(*filled, strict=True)] or [""]

    def html(self, *, caption: str = "", row_headings: bool = False) -> str:
        """Return the table as HTML, with everything in it escaped.

        Parameters
        ----------
        caption : str, default ""
            The caption; no caption if it is empty.
        row_headings : bool, default False
            Whether the first cell of each row is a heading (`th`).
        """
        title = f"<caption>{escape(caption)}</caption>" if caption else ""
        rows = "".join(self._html_row(row, row_headings=row_headings) for row in self.rows)
        if not self.head:
            return f"<table>{title}{rows}</table>"
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _html_row(self, row: tuple[str, ...], *, row_headings: bool) -> str:
        cells = []
        for i, cell in enumerate(row):
            tag = "th" if row_headings and i == 0 else "td"
            span = f' colspan="{self._width - i}"' if self._spans(row, i) else ""
            cells.append(f"<{tag}{span}>{escape(cell)}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>"

    def _spans(self, row: tuple[str, ...], column: int) -> bool:
        """Return whether a cell is the last of a row that is shorter than the table."""
        return column == len(row) - 1 < self._width - 1
