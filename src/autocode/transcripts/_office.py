"""What Office files have in common: how they break, and how a workbook's cells are read."""

import io
import warnings
import zipfile
import zlib
from pathlib import Path

from autocode.errors import AutocodeError

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


def cells_of_workbook(data: bytes, path: Path, *, error: type[AutocodeError]) -> list[list[str]]:
    """Return every row of the first sheet of an Excel file as text; whole numbers have no decimals.

    Raises `error` if the bytes are not such a file.
    """
    import openpyxl

    try:
        with warnings.catch_warnings():
            # openpyxl warns of formats and extensions, on which no words depend
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            values = list(book.worksheets[0].iter_rows(values_only=True))
            book.close()
    except BROKEN as why:
        raise error.at(
            path, "is not an Excel file (.xlsx), whatever its name says; save it again as .xlsx or as CSV."
        ) from why
    return [[_told(value) for value in row] for row in values]


def _told(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
