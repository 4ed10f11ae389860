"""Tables from CSV and Excel, as a header and numbered rows."""

from dataclasses import dataclass
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.display import displayed
from autocode.errors import AutocodeError, CodingError, Fault
from autocode.tables import CsvError, read_rows
from autocode.transcripts import cells_of_workbook, read_text
from autocode.wording import count_of


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    A header and its rows.

    Attributes
    ----------
    path : Path
        The file.
    first : int
        The line of the header in the file, from 1.
    header : tuple of str
        The names of the columns, without spaces around them.
    rows : tuple of (int, tuple of str)
        The number of the first line of each row, and its cells; rows shorter than the header are filled up.
    """

    path: Path
    first: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def faults(self) -> list[Fault]:
        """Return what is wrong with the shape of the table: columns of the same name, rows longer than the header."""
        repeated = [
            Fault(f"two columns are named {name!r}; rename one of them.", self.path, self.first)
            for place, name in enumerate(self.header)
            if name and name in self.header[:place]
        ]
        return repeated + [
            Fault(
                f"expected {count_of(len(self.header), 'cell')}, found {len(cells)}; quote cells with commas.",
                self.path,
                line,
            )
            for line, cells in self.rows
            if len(cells) > len(self.header)
        ]


def read_sheet(path: Path, *, error_type: type[AutocodeError] = CodingError) -> Sheet:
    """
    Return the table in a .csv (comma, semicolon or tab) or the first sheet of an .xlsx, without blank rows.

    Parameters
    ----------
    path : Path
        The file.
    error_type : type of AutocodeError, default CodingError
        What is raised if the file is not a table.

    Raises
    ------
    AutocodeError
        Of the given type, if the file cannot be read, is empty or is not a table.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv", ".xlsx"):
        raise error_type.at(path, f"has the unknown suffix {path.suffix!r}; a table is a .csv or an .xlsx.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise error_type.at(
            path, f"cannot be read ({error.strerror}); check that it exists and that you may open it."
        ) from error
    rows_in = _excel_rows if suffix == ".xlsx" else _csv_rows
    rows = rows_in(data, path, error_type) if data.strip() else []
    if not rows:
        raise error_type.at(path, "is empty; it needs a header at least.")
    first, header = rows[0]
    return Sheet(
        path=path,
        first=first,
        header=tuple(name.strip() for name in header),
        rows=tuple((line, tuple(cells) + ("",) * (len(header) - len(cells))) for line, cells in rows[1:]),
    )


def _excel_rows(data: bytes, path: Path, error_type: type[AutocodeError]) -> list[tuple[int, list[str]]]:
    rows = enumerate(cells_of_workbook(data, path, error_type=error_type), start=1)
    return [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]


def _csv_rows(data: bytes, path: Path, error_type: type[AutocodeError]) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = read_text(path)
        except AutocodeError as error:
            raise error_type(*error.faults) from error
    try:
        return read_rows(text)
    except CsvError as error:
        raise error_type.at(path, f"is not a table in CSV ({error}); save it again as CSV.", line=error.line) from error
