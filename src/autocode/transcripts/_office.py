"""What Office files have in common: how they break, and how a workbook's cells are read."""

import io
import warnings
import zipfile
import zlib
from pathlib import Path

from autocode.errors import AutocodeError, Fault, TranscriptError
from autocode.wording import listing

# what zipfile, zlib, XML parsers, openpyxl and python-docx raise over a file that is damaged, locked or something else
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


# An interview of a week is about 5 MB of XML; a file that unpacks to more than this is made to fill the memory.
_MOST_BYTES, _MOST_CELLS = 200_000_000, 5_000_000
# Each run of letters has about ten tags of XML, and each takes time; an interview of a day has about 100,000 tags.
_MOST_TAGS = 2_000_000


def refuse_bomb(data: bytes, path: Path, *, error_type: type[AutocodeError] = TranscriptError) -> None:
    """Raise `error` if an Office file unpacks to more than any interview or table could be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except BROKEN:
        return  # opening it will say what is wrong
    if size > _MOST_BYTES:
        raise error_type.at(
            path, f"unpacks to {size:,} bytes, far more than an interview; save its text in a new file."
        )


def refuse_too_many_tags(data: bytes, path: Path) -> None:
    """Raise a `TranscriptError` if a text document has more tags than any interview, as one of empty paragraphs has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            n_tags = sum(
                archive.read(entry).count(b"<") for entry in archive.infolist() if entry.filename.endswith("xml")
            )
    except BROKEN:
        return  # opening it will say what is wrong
    if n_tags > _MOST_TAGS:
        raise TranscriptError.at(
            path,
            f"has more than {_MOST_TAGS:,} tags, far more than an interview; save its text in a new file.",
        )


def cells_of_workbook(
    data: bytes, path: Path, *, error_type: type[AutocodeError], sheet: str | None = None
) -> list[list[str]]:
    """Return every row of a sheet of an Excel file as text; whole numbers have no decimals.

    Parameters
    ----------
    data : bytes
        What the file holds.
    path : Path
        The file, for messages.
    error_type : type of AutocodeError
        What is raised.
    sheet : str or None, default None
        Name of the sheet; None where only one sheet is filled.

    Raises
    ------
    error_type
        If the bytes are no such file, several sheets are filled and none is named, the named one is missing, or a
        formula was saved without its value.
    """
    refuse_bomb(data, path, error_type=error_type)
    try:
        values, formulas = _sheets(data, values=True), _sheets(data, values=False)
    except _TooLargeError:
        raise error_type.at(
            path, f"has more than {_MOST_CELLS:,} cells, most of them empty; save only the filled part in a new file."
        ) from None
    except BROKEN as error:
        raise error_type.at(
            path, "is not an Excel file (.xlsx), whatever its name says; save it again as .xlsx or as CSV."
        ) from error
    filled = [name for name, rows in values.items() if any(map(any, rows))]
    if sheet is not None and sheet not in values:
        raise error_type.at(path, f"has no sheet {sheet!r}; its sheets are {listing(map(repr, values))}.")
    if sheet is None and len(filled) > 1:
        raise error_type.at(
            path,
            f"holds cells on {len(filled)} sheets, {listing(map(repr, filled))}; save each as a file of its own, or "
            "name one with sheet=... (--sheet).",
        )
    chosen = sheet or (filled[0] if filled else next(iter(values)))
    error_type.raise_if(
        Fault("has a formula without its value; open the file in a spreadsheet program and save it again.", path, n)
        for n, (cells, sources) in enumerate(zip(values[chosen], formulas[chosen], strict=False), start=1)
        if any(not cell and source.startswith("=") for cell, source in zip(cells, sources, strict=False))
    )
    return values[chosen]


def words_of_other_sheets(data: bytes, sheet: str) -> dict[str, str]:
    """Return the words of each filled sheet of a workbook but one, by the name of the sheet."""
    sheets = _sheets(data, values=True)
    words = {name: " ".join(cell for row in rows for cell in row if cell.strip()) for name, rows in sheets.items()}
    return {name: found for name, found in words.items() if found and name != sheet}


class _TooLargeError(Exception):
    """A sheet says that it reaches further than anybody types."""


def _sheets(data: bytes, *, values: bool) -> dict[str, list[list[str]]]:
    """Return the rows of each sheet, as values or as the formulas behind them."""
    import openpyxl

    with warnings.catch_warnings():
        # openpyxl warns of formats and extensions, on which no words depend
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values)
        sheets: dict[str, list[list[str]]] = {}
        cells = 0
        for sheet in book.worksheets:
            rows = sheets.setdefault(sheet.title, [])
            for row in sheet.iter_rows(values_only=True):
                cells += len(row)
                if cells > _MOST_CELLS:
                    raise _TooLargeError
                rows.append([_cell_text(value) for value in row])
        book.close()
    return sheets


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
