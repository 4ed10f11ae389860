"""Files written whole or not at all."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autocode.errors import CodingError, Fault
from autocode.files import put


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV."""
    table = [header, *rows]
    out = io.StringIO(newline="")
    # csv reads a carriage return that is not in quotation marks as the end of a row, and would not quote it
    returns = any("\r" in cell for row in table for cell in row)
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL).writerows(table)
    return out.getvalue()


def write_files(texts: Mapping[Path, str], *, force: bool) -> None:
    """
    Write all of these files; where one cannot be written, none is changed.

    Raises `CodingError` if one exists and `force` does not allow to replace it, or if the disk refuses.
    """
    if not force:
        CodingError.raise_if(
            Fault("exists already; choose another name, or force to replace it.", path)
            for path in texts
            if path.exists()
        )
    try:
        put({path: text.encode() for path, text in texts.items()})
    except OSError as why:
        raise CodingError.at(why.filename, f"cannot be written ({why.strerror}); choose another folder.") from why
