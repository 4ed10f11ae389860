"""The text of an OpenDocument file (LibreOffice Writer): tracked changes accepted, notes kept apart."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autocode.errors import TranscriptError
from autocode.transcripts._decoding import read_bytes
from autocode.transcripts._grid import Page
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._office import BROKEN, refuse_bomb, refuse_too_many_tags
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script

_NOT_ODT = (
    "is not an OpenDocument text (.odt), whatever its name says; open it in a word processor and save it as .docx, "
    "or as a text file in UTF-8."
)
_WORDS = {"text:tab": "\t", "text:line-break": "\n", "text:soft-page-break": ""}
_ASIDE = {
    "text:note": LeftOutKind.NOTE,
    "office:annotation": LeftOutKind.COMMENT,
    "text:tracked-changes": LeftOutKind.DELETED,
}


def read_odt(path: Path, *, rules: SpeakerRules) -> Script:
    """Return the turns of an OpenDocument text."""
    import odfdo

    data = read_bytes(path)
    refuse_bomb(data, path)
    refuse_too_many_tags(data, path)
    try:
        body = odfdo.Document(io.BytesIO(data)).body
        page = Page(rules)
        text = "\n".join(_blocks(body, page)).replace("\xa0", " ")
    except BROKEN as error:
        raise TranscriptError.at(path, _NOT_ODT) from error
    if not text.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    return page.read(text, path)


def _blocks(parent: Any, page: Page) -> Iterator[str]:
    """Yield the text of each paragraph and each row of a table, in order, whatever they are wrapped in."""
    for child in parent.children:
        if child.tag in ("text:p", "text:h"):
            yield "".join(_pieces(child, page))
        elif child.tag == "table:table":
            yield from page.lines_of_table(_rows(child, page))
        elif child.tag in _ASIDE:
            _note(child, page)
        else:
            yield from _blocks(child, page)


def _rows(parent: Any, page: Page) -> list[list[str]]:
    """Return the text of each cell of each row, also of rows in a group such as the heading."""
    rows = []
    for child in parent.children:
        if child.tag == "table:table-row":
            rows.append(["\n".join(_blocks(cell, page)).strip() for cell in child.children])
        elif child.tag.startswith("table:table-") and child.tag.endswith(("rows", "group")):
            rows += _rows(child, page)
    return rows


def _pieces(element: Any, page: Page) -> Iterator[str]:
    """Yield what is read of a paragraph; white space of the file is one blank, as in OpenDocument."""
    yield _folded(element.text)
    for child in element.children:
        if child.tag in _ASIDE:
            _note(child, page)
        elif child.tag == "text:s":
            yield " " * int(child.get_attribute("text:c") or 1)
        elif child.tag in _WORDS:
            yield _WORDS[child.tag]
        elif child.tag == "draw:frame":  # a text box stands in its paragraph
            yield "\n" + "\n".join(text for box in child.children for text in _blocks(box, page))
        else:
            yield from _pieces(child, page)
        yield _folded(child.tail)


def _folded(text: str | None) -> str:
    return " ".join((text or "").replace("\t", " ").replace("\n", " ").split(" ")) if text else ""


def _note(element: Any, page: Page) -> None:
    words = " ".join(text for text in _blocks(element, Page(page.rules)) if text.strip())
    if words:
        page.left_out.append(LeftOut(_ASIDE[element.tag], words))
