"""Tables from CSV and Excel, as a header and numbered rows."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autocode.errors import AutocodeError, CodingError, Fault
from autocode.transcripts import cells_of_workbook, read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A header and its rows, each with the number of its first line in the file."""

    path: Path
    first: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def faults(self) -> list[Fault]:
        """Return what is wrong with the shape: columns of one name, rows longer than the header."""
        found = [
            Fault(f"two columns are named {name!r}; rename one of them.", self.path, self.first)
            for place, name in enumerate(self.header)
            if name and name in self.header[:place]
        ]
        found += [
            Fault(f"expected {len(self.header)} cells, found {len(cells)}; quote cells with commas.", self.path, line)
            for line, cells in self.rows
            if len(cells) > len(self.header)
        ]
        return found


def read_sheet(path: Path, *, error: type[AutocodeError] = CodingError) -> Sheet:
    """Return the table of a .csv (comma, semicolon or tab) or the first sheet of an .xlsx; blank rows are left out."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv", ".xlsx"):
        raise error.at(path, f"has the unknown suffix {path.suffix!r}; a table is a .csv or an .xlsx.")
    try:
        data = path.read_bytes()
    except OSError as why:
        raise error.at(
            path, f"cannot be read ({why.strerror}); check that it exists and that you may open it."
        ) from why
    if not data.strip():
        raise error.at(path, "is empty; it needs a header at least.")
    found: Iterable[tuple[int, Sequence[str]]] = (
        enumerate(cells_of_workbook(data, path, error=error), start=1)
        if suffix == ".xlsx"
        else _of_csv(data, path, error)
    )
    rows = [(line, cells) for line, cells in found if any(cell.strip() for cell in cells)]
    if not rows:
        raise error.at(path, "is empty; it needs a header at least.")
    first, header = rows[0]
    return Sheet(
        path=path,
        first=first,
        header=tuple(name.strip() for name in header),
        rows=tuple((line, tuple(cells) + ("",) * (len(header) - len(cells))) for line, cells in rows[1:]),
    )


def _of_csv(data: bytes, path: Path, error: type[AutocodeError]) -> list[tuple[int, Sequence[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = read_text(path)
        except AutocodeError as why:
            raise error(*why.faults) from why
    header = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    begins = 1
    try:
        for cells in reader:
            rows.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as why:
        raise error.at(path, f"is not a table in CSV ({why}); save it again as CSV.", line=begins) from why
    return rows
