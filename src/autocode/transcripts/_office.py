"""What Word and Excel files have in common: the errors over damaged ones, and the cells of a workbook."""

import io
import warnings
import zipfile
import zlib
from pathlib import Path

from autocode.errors import AutocodeError

# what zipfile, zlib, XML parsers, openpyxl and python-docx raise if a file is damaged, locked or of another kind
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


def cells_of_workbook(data: bytes, path: Path, *, error_type: type[AutocodeError]) -> list[list[str]]:
    """
    Return the rows of the first sheet of an Excel file as text; whole numbers have no decimals.

    Parameters
    ----------
    data : bytes
        The content of the file.
    path : Path
        The name of the file, for the message of the error.
    error_type : type of AutocodeError
        What is raised if the bytes are not an Excel file.
    """
    import openpyxl

    try:
        with warnings.catch_warnings():
            # openpyxl warns of formats and extensions that do not affect the text of cells
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            values = list(book.worksheets[0].iter_rows(values_only=True))
            book.close()
    except BROKEN as error:
        raise error_type.at(
            path, "is not an Excel file (.xlsx), whatever its name says; save it again as .xlsx or as CSV."
        ) from error
    return [[_cell_text(value) for value in row] for row in values]


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
