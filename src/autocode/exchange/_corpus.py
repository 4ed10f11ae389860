"""The plain corpus: a folder of lines.csv, codings.csv and codebook.csv."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from autocode.codebook import Codebook, csv_of, read_codebook
from autocode.coding import Basis, Codings
from autocode.doctext import documented
from autocode.errors import AutocodeError, CodebookError, CodingError, Fault, StudyError, TranscriptError
from autocode.exchange._codings import codings_in, long_table
from autocode.exchange._files import write_files
from autocode.exchange._sheets import Sheet, read_sheet
from autocode.files import make_folder
from autocode.frozen import FrozenMapping
from autocode.tables import csv_text
from autocode.transcripts import (
    Line,
    LineId,
    Role,
    Transcript,
    TranscriptId,
    Transcripts,
    read_participants,
)
from autocode.wording import listing

LINES, CODINGS, CODEBOOK, PARTICIPANTS = "lines.csv", "codings.csv", "codebook.csv", "participants.csv"
_LINE_COLUMNS = ("line_id", "doc_id", "speaker", "order", "text")


class PlainCorpus(NamedTuple):
    """
    A plain corpus as it was read.

    Attributes
    ----------
    codings : Codings
        The codings of codings.csv.
    lines : Transcripts
        The interviews of lines.csv.
    codebook : Codebook
        The codes of codebook.csv.
    """

    codings: Codings
    lines: Transcripts
    codebook: Codebook


def is_corpus(folder: str | Path) -> bool:
    """
    Return whether a folder has the three files of a plain corpus: lines.csv, codings.csv and codebook.csv.

    Parameters
    ----------
    folder : str or Path
        The folder.
    """
    return all((Path(folder) / name).is_file() for name in (LINES, CODINGS, CODEBOOK))


def read_corpus(folder: str | Path) -> PlainCorpus:
    """
    Return the codings, lines and codebook of a plain corpus.

    Codings by the coder `gold` are adjudicated. A code is a subtheme if no other code names it as its parent, or if it
    was given to a line. Where lines.csv has no column `role`, all lines may be coded, whatever their speaker. The text
    of an interview consists of its lines, each on a line of its own. Columns that a plain corpus does not define are
    ignored.

    Parameters
    ----------
    folder : str or Path
        A folder with lines.csv, codings.csv and codebook.csv, and optionally participants.csv.

    Raises
    ------
    StudyError
        If a file is missing, or several files have faults. Every fault is listed.
    TranscriptError, CodingError, CodebookError
        If lines.csv or participants.csv, codings.csv, or codebook.csv alone has faults.

    Examples
    --------
    >>> from autocode.exchange import read_corpus
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     _ = (folder / "lines.csv").write_text("line_id,doc_id,speaker,order,text\\n1,GP1,GP1,1,It rings out.\\n")
    ...     _ = (folder / "codings.csv").write_text("line_id,coder,code\\n1,ann,phone\\n")
    ...     _ = (folder / "codebook.csv").write_text("code,parent,definition\\nphone,,Reaching services\\n")
    ...     corpus = read_corpus(folder)
    >>> corpus.codings, corpus.lines
    (<Codings: 1 judgement of 1 line by 1 coder>, <Transcripts: 1 interview, 1 line>)
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
        codings = codings_in(sheet, lines=lines, codebook=codebook, coder=None, basis=Basis.INDEPENDENT)
        return PlainCorpus(codings, lines, codebook)
    if len(errors) == 1:
        raise errors[0]
    raise StudyError(*(fault for error in errors for fault in error.faults))


def _codebook(path: Path, codings: Sheet | None) -> Codebook:
    codebook = read_codebook(path)
    if codings is None or "code" not in codings.header or _has_column_codable(path):
        return codebook
    place = codings.header.index("code")
    applied = {cells[place] for _, cells in codings.rows}
    return Codebook(
        (
            replace(code, codable=code.codable or bool({code.id, code.name, codebook.label(code.id)} & applied))
            for code in codebook.values()
        ),
        version=codebook.version,
    )


def _has_column_codable(path: Path) -> bool:
    return "codable" in map(str.casefold, read_sheet(path, error_type=CodebookError).header)


def _lines(folder: Path) -> Transcripts:
    sheet = read_sheet(folder / LINES, error_type=TranscriptError)
    missing = [name for name in _LINE_COLUMNS if name not in sheet.header]
    TranscriptError.raise_if(
        [
            *(
                Fault(
                    f"has no column {name!r}; the lines of a plain corpus have {', '.join(_LINE_COLUMNS)}.",
                    sheet.path,
                    sheet.first,
                )
                for name in missing
            ),
            *sheet.faults(),
        ]
    )
    faults: list[Fault] = []
    first_line: dict[str, int] = {}
    documents: dict[TranscriptId, list[tuple[int, dict[str, str]]]] = {}
    for line, cells in sheet.rows:
        row = dict(zip(sheet.header, cells, strict=True))
        empty = [name for name in ("line_id", "doc_id", "order") if not row[name].strip()]
        faults += [Fault(f"has nothing in the column {name!r}; fill it.", sheet.path, line) for name in empty]
        line_id = row["line_id"]
        if first_line.setdefault(line_id, line) != line and "line_id" not in empty:
            what = f"has the id of line {first_line[line_id]}, {line_id!r}; every line needs an id of its own."
            faults.append(Fault(what, sheet.path, line))
        try:
            order = int(row["order"])
        except ValueError:
            order = 0
            if "order" not in empty:
                faults.append(Fault(f"has the order {row['order']!r}; write a whole number.", sheet.path, line))
        if row.get("role", "").strip().casefold() not in ("", *Role):
            faults.append(
                Fault(f"has the role {row['role']!r}; write {listing(Role, conjunction='or')}.", sheet.path, line)
            )
        documents.setdefault(TranscriptId(row["doc_id"]), []).append((order, row))
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
    lines: list[Line] = []
    start = 0
    for order, row in sorted(rows, key=lambda numbered: numbered[0]):
        end = start + len(row["text"])
        role = row.get("role", "").strip().casefold()
        lines.append(
            Line(
                id=LineId(row["line_id"]),
                transcript=name,
                order=order,
                speaker=row["speaker"],
                role=Role(role) if role else Role.PARTICIPANT,
                text=row["text"],
                start=start,
                end=end,
            )
        )
        start = end + 1  # the line break between two lines
    text = "\n".join(line.text for line in lines)
    return Transcript.from_lines(lines, name=name, text=text, attributes=FrozenMapping(dict(attributes)), source=source)


@documented
def write_corpus(
    folder: str | Path, *, codings: Codings, lines: Transcripts, codebook: Codebook, force: bool = False
) -> None:
    """
    Write a plain corpus that reads back equal: lines.csv, codings.csv, codebook.csv and, if needed, participants.csv.

    The text of an interview that belongs to no line, such as a heading, is not part of a plain corpus and left out.

    Parameters
    ----------
    folder : str or Path
        The folder; it is made if it does not exist.
    {codings}
    {lines}
    {codebook}
    force : bool, default False
        Whether to replace files that exist.

    Raises
    ------
    CodingError
        If a file exists and `force` is False, or a file cannot be written; then none is changed.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Code, Codebook, Codings, Transcripts
    >>> from autocode.exchange import write_corpus
    >>> codebook = Codebook([Code(id="phone", name="Telephone")])
    >>> with TemporaryDirectory() as folder:
    ...     write_corpus(folder, codings=Codings(), lines=Transcripts([]), codebook=codebook)
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['codebook.csv', 'codings.csv', 'lines.csv']
    """
    codings.check_lines(lines)
    folder = Path(folder)
    made = not folder.exists()
    try:
        make_folder(folder, exist_ok=True)
    except OSError as error:
        raise CodingError.at(folder, f"cannot be made ({error.strerror}); choose another folder.") from error
    texts = {
        folder / LINES: csv_text(*_table_of_lines(lines)),
        folder / CODINGS: long_table(codings),
        folder / CODEBOOK: csv_of(codebook),
    }
    if any(interview.attributes for interview in lines.interviews):
        texts[folder / PARTICIPANTS] = csv_text(*_table_of_participants(lines))
    try:
        write_files(texts, force=force)
    except BaseException:
        if made:
            folder.rmdir()
        raise


def _table_of_lines(lines: Transcripts) -> tuple[list[str], Iterator[list[str]]]:
    has_roles = any(line.role is not Role.PARTICIPANT for line in lines)
    header = [*_LINE_COLUMNS, "role"] if has_roles else [*_LINE_COLUMNS]
    rows = (
        [line.id, line.transcript, line.speaker, str(line.order), line.text, *([line.role.value] if has_roles else [])]
        for line in lines
    )
    return header, rows


def _table_of_participants(lines: Transcripts) -> tuple[list[str], Iterator[list[str]]]:
    interviews = [interview for interview in lines.interviews if interview.attributes]
    names = list(dict.fromkeys(name for interview in interviews for name in interview.attributes))
    rows = ([interview.id, *(interview.attributes.get(name, "") for name in names)] for interview in interviews)
    return ["participant", *names], rows
