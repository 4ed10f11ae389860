"""Turns in a table, CSV or Excel: a row a paragraph, columns named by the caller."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts._decoding import read_bytes, read_text
from autocode.transcripts._office import cells_of_workbook
from autocode.transcripts._script import Script, script_of

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a table is read: the columns of the speaker, the words and, for several interviews, the interview.

    Attributes
    ----------
    speaker, text : str
        Names of the columns, in any case.
    transcript : str or None, default None
        Name of the column of the interview, where one table holds several.
    sheet : str or None, default None
        Name of the sheet, where a workbook has several that are filled.
    """

    speaker: str = "speaker"
    text: str = "text"
    transcript: str | None = None
    sheet: str | None = None


def read_table(path: Path, *, stem: str, columns: Columns, encoding: str | None) -> dict[str, Script]:
    """Return the script of each interview in a table, by name."""
    rows = (
        rows_of_workbook(path, sheet=columns.sheet)
        if path.suffix.lower() == ".xlsx"
        else rows_of_csv(path, encoding=encoding)
    )
    if not rows:
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    (first, header), *body = rows
    where = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
    wanted = [name for name in (columns.speaker, columns.text, columns.transcript) if name is not None]
    TranscriptError.raise_if(
        Fault(
            f"has no column {name!r}; its columns are {', '.join(map(repr, header))}; "
            "name yours with Columns(speaker=..., text=...).",
            path,
            first,
        )
        for name in wanted
        if name.strip().casefold() not in where
    )
    names = [name.strip().casefold() for name in header]
    faults = [
        Fault(f"two columns are named {name!r}; rename one of them.", path, first)
        for name in wanted
        if names.count(name.strip().casefold()) > 1
    ]
    said: dict[str, list[tuple[str, str]]] = {}
    for line, cells in body:
        if any(cell.strip() for cell in cells[len(header) :]):
            faults.append(
                Fault(
                    f"has {len(cells)} cells, but the header names {len(header)} columns; "
                    "put words that hold commas in quotation marks.",
                    path,
                    line,
                )
            )
            continue
        filled = [
            cells[where[name.strip().casefold()]].strip() if where[name.strip().casefold()] < len(cells) else ""
            for name in wanted
        ]
        speaker, words, name = filled[0], filled[1], filled[2] if columns.transcript is not None else stem
        if not words:
            continue
        if not speaker:
            faults.append(
                Fault(f"has words but nothing in the column {columns.speaker!r}; name the speaker.", path, line)
            )
        elif not name:
            faults.append(
                Fault(f"has words but nothing in the column {columns.transcript!r}; name the interview.", path, line)
            )
        else:
            said.setdefault(name, []).append((" ".join(speaker.split()), words))
    TranscriptError.raise_if(faults)
    if not said:
        raise TranscriptError.at(path, "holds no words under its header; put the interview into it or remove it.")
    return {name: _script(spoken) for name, spoken in said.items()}


def _script(said: list[tuple[str, str]]) -> Script:
    return script_of(
        (speaker, tuple(paragraph for _, words in run for paragraph in words.split("\n") if paragraph.strip()))
        for speaker, run in groupby(said, key=lambda one: one[0])
    )


def rows_of_csv(path: Path, *, encoding: str | None = None) -> list[Row]:
    """Return the rows of a CSV that are not blank, each with the number of its first line.

    The header tells the delimiter.
    """
    text = read_text(path, encoding=encoding).replace("\r\n", "\n").replace("\r", "\n")
    header = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return list(_numbered(text, delimiter=delimiter))
    except csv.Error as why:
        raise TranscriptError.at(path, f"is not a table in CSV ({why}); save it again as CSV.") from why


def _numbered(text: str, *, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def rows_of_workbook(path: Path, *, sheet: str | None = None) -> list[Row]:
    """Return the rows of a sheet of an Excel file that are not blank, each with its number."""
    rows = enumerate(cells_of_workbook(read_bytes(path), path, error=TranscriptError, sheet=sheet), start=1)
    told = ((n, [_lines_broken_once(cell) for cell in cells]) for n, cells in rows)
    return [(n, cells) for n, cells in told if any(cell.strip() for cell in cells)]


def _lines_broken_once(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
