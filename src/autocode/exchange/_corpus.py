"""The plain corpus: a folder of lines.csv, codings.csv and codebook.csv."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from autocode.codebook import Codebook, read_codebook
from autocode.codebook import csv_of as csv_of_codebook
from autocode.coding import Basis, Codings
from autocode.errors import AutocodeError, CodebookError, CodingError, Fault, StudyError, TranscriptError
from autocode.exchange._codings import codings_of, long_table
from autocode.exchange._files import csv_of, write_files
from autocode.exchange._sheets import Sheet, read_sheet
from autocode.transcripts import (
    Line,
    LineId,
    Role,
    Transcript,
    TranscriptId,
    Transcripts,
    read_participants,
)

LINES, CODINGS, CODEBOOK, PARTICIPANTS = "lines.csv", "codings.csv", "codebook.csv", "participants.csv"
_LINE = ("line_id", "doc_id", "speaker", "order", "text")


class PlainCorpus(NamedTuple):
    """What a plain corpus holds."""

    codings: Codings
    lines: Transcripts
    codebook: Codebook


def is_corpus(folder: str | Path) -> bool:
    """Return whether a folder holds the three files of a plain corpus."""
    return all((Path(folder) / name).is_file() for name in (LINES, CODINGS, CODEBOOK))


def read_corpus(folder: str | Path) -> PlainCorpus:
    """
    Return the codings, lines and codebook of a plain corpus.

    The coder `gold` has adjudicated. A code is a subtheme if no other names it as parent or if it was applied to a
    line. Where lines.csv has no column `role`, every line may be coded, whoever spoke. The text of an interview is that
    of its lines, one under the other; columns that a plain corpus does not know are left.

    Raises
    ------
    AutocodeError
        With every fault of the three files: `StudyError` if a file is missing or several have faults, else the error of
        the file that has them.
    """
    folder = Path(folder)
    StudyError.raise_if(
        Fault(f"has no {name}; a plain corpus is {LINES}, {CODINGS} and {CODEBOOK}.", folder)
        for name in (LINES, CODINGS, CODEBOOK)
        if not (folder / name).is_file()
    )
    errors: list[AutocodeError] = []
    lines, sheet, codebook = None, None, None
    try:
        lines = _lines(folder)
    except TranscriptError as error:
        errors.append(error)
    try:
        sheet = read_sheet(folder / CODINGS)
    except CodingError as error:
        errors.append(error)
    try:
        codebook = _codebook(folder / CODEBOOK, sheet)
    except CodebookError as error:
        errors.append(error)
    if lines is not None and sheet is not None and codebook is not None:
        ids = {line.id for line in lines}
        codings = codings_of(sheet, line_ids=ids, codebook=codebook, coder=None, basis=Basis.INDEPENDENT)
        return PlainCorpus(codings, lines, codebook)
    if len(errors) == 1:
        raise errors[0]
    raise StudyError(*(fault for error in errors for fault in error.faults))


def _codebook(path: Path, codings: Sheet | None) -> Codebook:
    codebook = read_codebook(path)
    if codings is None or "code" not in codings.header or _says_what_is_codable(path):
        return codebook
    place = codings.header.index("code")
    applied = {cells[place] for _, cells in codings.rows}
    return Codebook(
        (
            replace(code, codable=code.codable or code.id in applied or code.name in applied)
            for code in codebook.values()
        ),
        version=codebook.version,
    )


def _says_what_is_codable(path: Path) -> bool:
    return "codable" in map(str.casefold, read_sheet(path, error=CodebookError).header)


def _lines(folder: Path) -> Transcripts:
    sheet = read_sheet(folder / LINES, error=TranscriptError)
    missing = [name for name in _LINE if name not in sheet.header]
    TranscriptError.raise_if(
        [
            *(
                Fault(
                    f"has no column {name!r}; the lines of a plain corpus have {', '.join(_LINE)}.",
                    sheet.path,
                    sheet.first,
                )
                for name in missing
            ),
            *sheet.faults(),
        ]
    )
    faults: list[Fault] = []
    first: dict[str, int] = {}
    documents: dict[TranscriptId, list[tuple[int, dict[str, str]]]] = {}
    for line, cells in sheet.rows:
        told = dict(zip(sheet.header, cells, strict=True))
        empty = [name for name in ("line_id", "doc_id", "order") if not told[name].strip()]
        faults += [Fault(f"has nothing in the column {name!r}; fill it.", sheet.path, line) for name in empty]
        if first.setdefault(told["line_id"], line) != line and "line_id" not in empty:
            what = (
                f"has the id of line {first[told['line_id']]}, {told['line_id']!r}; every line needs an id of its own."
            )
            faults.append(Fault(what, sheet.path, line))
        try:
            order = int(told["order"])
        except ValueError:
            order = 0
            if "order" not in empty:
                faults.append(Fault(f"has the order {told['order']!r}; write a whole number.", sheet.path, line))
        if told.get("role", "").strip().casefold() not in ("", *Role):
            faults.append(Fault(f"has the role {told['role']!r}; write {' or '.join(Role)}.", sheet.path, line))
        documents.setdefault(TranscriptId(told["doc_id"]), []).append((order, told))
    attributes: Mapping[TranscriptId, Mapping[str, str]] = {}
    if (folder / PARTICIPANTS).is_file():
        try:
            attributes = read_participants(folder / PARTICIPANTS)
        except TranscriptError as error:
            faults.extend(error.faults)
    TranscriptError.raise_if(faults)
    return Transcripts(
        _document(name, rows, source=str(sheet.path), attributes=attributes.get(name, {}))
        for name, rows in documents.items()
    )


def _document(
    name: TranscriptId, rows: list[tuple[int, dict[str, str]]], *, source: str, attributes: Mapping[str, str]
) -> Transcript:
    ordered = sorted(rows, key=lambda row: row[0])
    lines: list[Line] = []
    at = 0
    for order, told in ordered:
        end = at + len(told["text"])
        given = told.get("role", "").strip().casefold()
        lines.append(
            Line(
                id=LineId(told["line_id"]),
                transcript=name,
                order=order,
                speaker=told["speaker"],
                role=Role(given) if given else Role.PARTICIPANT,
                text=told["text"],
                start=at,
                end=end,
            )
        )
        at = end + 1
    text = "\n".join(line.text for line in lines)
    return Transcript.from_lines(
        lines, name=name, text=text, attributes=MappingProxyType(dict(attributes)), source=source
    )


def write_corpus(
    folder: str | Path, *, codings: Codings, lines: Transcripts, codebook: Codebook, force: bool = False
) -> None:
    """
    Write a plain corpus that reads back equal, into a folder that is made if need be; only `force` replaces files.

    Left out is what a plain corpus has no place for: the text of an interview that is in none of its lines.
    """
    codings.check_lines(lines)
    folder = Path(folder)
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise CodingError.at(folder, f"cannot be made ({why.strerror}); choose another folder.") from why
    texts = {
        folder / LINES: csv_of(*_table_of_lines(lines)),
        folder / CODINGS: long_table(codings),
        folder / CODEBOOK: csv_of_codebook(codebook),
    }
    if any(one.attributes for one in lines.interviews):
        texts[folder / PARTICIPANTS] = csv_of(*_table_of_participants(lines))
    try:
        write_files(texts, force=force)
    except BaseException:
        if made:
            folder.rmdir()
        raise


def _table_of_lines(lines: Transcripts) -> tuple[list[str], Iterator[list[str]]]:
    telling = any(line.role is not Role.PARTICIPANT for line in lines)
    header = [*_LINE, "role"] if telling else [*_LINE]
    rows = (
        [line.id, line.transcript, line.speaker, str(line.order), line.text, *([line.role.value] if telling else [])]
        for line in lines
    )
    return header, rows


def _table_of_participants(lines: Transcripts) -> tuple[list[str], Iterator[list[str]]]:
    told = [one for one in lines.interviews if one.attributes]
    names = list(dict.fromkeys(name for one in told for name in one.attributes))
    return ["participant", *names], ([one.id, *(one.attributes.get(name, "") for name in names)] for one in told)
