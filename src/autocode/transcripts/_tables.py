"""Turns in a table, CSV or Excel: one row per paragraph, in columns that the caller can name."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.tables import CsvError, read_rows
from autocode.transcripts._decoding import read_bytes, read_text
from autocode.transcripts._office import cells_of_workbook
from autocode.transcripts._script import Script, script_of
from autocode.wording import count_of

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """
    The names of the columns of a transcript in a table; case does not matter.

    Attributes
    ----------
    speaker : str, default "speaker"
        The column of the speaker's name.
    text : str, default "text"
        The column of the words.
    transcript : str or None, default None
        In a table of several interviews, the column of the interview's name; None if the table is one interview, named
        after its file.
    sheet : str or None, default None
        In a workbook with several filled sheets, the name of the one that is read.

    Examples
    --------
    >>> from autocode.transcripts import Columns
    >>> Columns(speaker="Who", text="What")
    Columns(speaker='Who', text='What', transcript=None, sheet=None)
    """

    speaker: str = "speaker"
    text: str = "text"
    transcript: str | None = None
    sheet: str | None = None


def read_table(path: Path, *, stem: str, columns: Columns, encoding: str | None) -> dict[str, Script]:
    """Return the script of each interview in a table, by name."""
    if path.suffix.lower() == ".xlsx":
        rows = rows_of_workbook(path, sheet=columns.sheet)
    else:
        rows = rows_of_csv(path, encoding=encoding)
    if not rows:
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    (first, header), *body = rows
    places = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
    wanted = [name for name in (columns.speaker, columns.text, columns.transcript) if name is not None]
    TranscriptError.raise_if(
        Fault(
            f"has no column {name!r}; its columns are {', '.join(map(repr, header))}; "
            "name yours with Columns(speaker=..., text=...).",
            path,
            first,
        )
        for name in wanted
        if name.strip().casefold() not in places
    )
    wanted_places = [places[name.strip().casefold()] for name in wanted]
    names = [name.strip().casefold() for name in header]
    faults = [
        Fault(f"two columns are named {name!r}; rename one of them.", path, first)
        for name in wanted
        if names.count(name.strip().casefold()) > 1
    ]
    utterances: dict[str, list[tuple[str, str]]] = {}
    for line, cells in body:
        if any(cell.strip() for cell in cells[len(header) :]):
            faults.append(
                Fault(
                    f"has {count_of(len(cells), 'cell')}, but the header names {count_of(len(header), 'column')}; "
                    "put words that hold commas in quotation marks.",
                    path,
                    line,
                )
            )
            continue
        row = [cells[place].strip() if place < len(cells) else "" for place in wanted_places]
        speaker, words, name = row[0], row[1], row[2] if columns.transcript is not None else stem
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
            utterances.setdefault(name, []).append((" ".join(speaker.split()), words))
    TranscriptError.raise_if(faults)
    if not utterances:
        raise TranscriptError.at(path, "contains no words below its header; put the interview into it or remove it.")
    return {name: _script(of_interview) for name, of_interview in utterances.items()}


def _script(utterances: Iterable[tuple[str, str]]) -> Script:
    """Return a script in which the rows that one speaker has in succession are one turn."""
    return script_of(
        (speaker, tuple(paragraph for _, words in run for paragraph in words.split("\n") if paragraph.strip()))
        for speaker, run in groupby(utterances, key=lambda utterance: utterance[0])
    )


def rows_of_csv(path: Path, *, encoding: str | None = None) -> list[Row]:
    """Return the rows of a CSV file that are not blank, each with the number of its first line."""
    text = read_text(path, encoding=encoding).replace("\r\n", "\n").replace("\r", "\n")
    try:
        return read_rows(text)
    except CsvError as error:
        raise TranscriptError.at(path, f"is not a table in CSV ({error}); save it again as CSV.") from error


def rows_of_workbook(path: Path, *, sheet: str | None = None) -> list[Row]:
    """Return the rows of a sheet of an Excel file that are not blank, each with its number."""
    rows = enumerate(cells_of_workbook(read_bytes(path), path, error_type=TranscriptError, sheet=sheet), start=1)
    cleaned = ((n, [_with_plain_line_breaks(cell) for cell in cells]) for n, cells in rows)
    return [(n, cells) for n, cells in cleaned if any(cell.strip() for cell in cells)]


def _with_plain_line_breaks(cell: str) -> str:
    # Excel for Windows writes a carriage return inside a cell as _x000D_
    return cell.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
