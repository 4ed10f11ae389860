"""The text of a Word file: paragraphs in order, tables of two columns as `speaker: words`."""

import io
from collections.abc import Iterator
from pathlib import Path

import docx
from docx.document import Document
from docx.table import Table

from autocode.errors import TranscriptError
from autocode.transcripts._decoding import read_bytes
from autocode.transcripts._labelled import SpeakerRules, read_labelled
from autocode.transcripts._office import BROKEN
from autocode.transcripts._script import Script

_NOT_WORD = (
    "is not a Word file (.docx), whatever its name says; open it in a word processor and save it as .docx, "
    "or as a text file in UTF-8."
)


def read_docx(path: Path, *, rules: SpeakerRules) -> Script:
    """Return the turns of a Word file."""
    data = read_bytes(path)
    try:
        document = docx.Document(io.BytesIO(data))
    except BROKEN as why:
        raise TranscriptError.at(path, _NOT_WORD) from why
    text = "\n".join(_texts(document))
    if not text.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    return read_labelled(text, path=path, rules=rules)


def _texts(document: Document) -> Iterator[str]:
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from _rows(part)
        else:
            yield part.text.replace("\r", "\n").replace("\xa0", " ")


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells = list(dict.fromkeys(cell.text.strip() for cell in row.cells if cell.text.strip()))
        if len(cells) == 2 and not cells[0].endswith(":"):
            cells[0] += ":"
        yield " ".join(cells)
