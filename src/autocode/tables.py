"""Tables of text: read from CSV and written to it, drawn in a terminal and in a page."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from autocode.arguments import no_single_text

__all__ = ["CsvError", "Table", "csv_text", "delimiter_of", "iter_rows", "read_rows"]

_DELIMITERS = ",;\t"


class CsvError(csv.Error):
    """Text is not a table in CSV; `line` is the number of the first line of the row that cannot be read."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.line = line


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

    def __post_init__(self) -> None:
        if self.head and any(len(row) > len(self.head) for row in self.rows):
            raise ValueError(f"a row has more cells than the {len(self.head)} headings.")

    @property
    def _width(self) -> int:
        """The number of columns."""
        return len(self.head) or max(map(len, self.rows), default=0)

    def text(self, *, rules: Collection[int] = (0,)) -> str:
        """Return the table for a terminal, without spaces at the ends of lines.

        Parameters
        ----------
        rules : collection of int, default (0,)
            The rows, from 0, above which a line is ruled; the number of rows for a line at the end, empty for none.
        """
        table = [self.head, *self.rows] if self.head else [*self.rows]
        cells_of = [[row[i] for row in table if i < len(row) and not self._spans(row, i)] for i in range(self._width)]
        widths = [max(map(len, cells), default=0) for cells in cells_of]
        drawn = []
        for row in table:
            cells = [
                cell.rjust(width) if i in self.numeric and not self._spans(row, i) else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=False))
            ]
            drawn.append("  ".join(cells).rstrip())
        line = "-" * max(map(len, drawn), default=0)
        for row_number in sorted(set(rules), reverse=True):
            drawn.insert(row_number + bool(self.head), line)
        return "\n".join(drawn)

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
