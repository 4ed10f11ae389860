"""The text of a Word file as its readers see it: tracked changes accepted, tables row by row, notes kept apart."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from autocode.errors import TranscriptError
from autocode.transcripts._decoding import read_bytes
from autocode.transcripts._grid import Page
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._office import BROKEN, refuse_bomb, refuse_too_many_tags
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script

_NOT_WORD = (
    "is not a Word file (.docx), whatever its name says; open it in a word processor and save it as .docx, "
    "or as a text file in UTF-8."
)
_WORDS = {qn("w:tab"): "\t", qn("w:ptab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
# what was taken out, and the second copy of what older programs can show
_NOT_SHOWN = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:instrText"),
    qn("w:rPr"),
    qn("w:pPr"),
    qn("w:sdtPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_MATHS_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_ASIDE = {
    "footnotes": (qn("w:footnote"), LeftOutKind.NOTE),
    "endnotes": (qn("w:endnote"), LeftOutKind.NOTE),
    "comments": (qn("w:comment"), LeftOutKind.COMMENT),
    "header": (qn("w:p"), LeftOutKind.MARGIN),
    "footer": (qn("w:p"), LeftOutKind.MARGIN),
}


def read_docx(path: Path, *, rules: SpeakerRules) -> Script:
    """Return the turns of a Word file; comments, footnotes, headers and deleted words are left out and named."""
    data = read_bytes(path)
    refuse_bomb(data, path)
    refuse_too_many_tags(data, path)
    try:
        document = docx.Document(io.BytesIO(data))
        page = Page(rules)
        text = "\n".join(_blocks(document.element.body, page))
        page.left_out += _asides(document, rules)
    except BROKEN as error:
        raise TranscriptError.at(path, _NOT_WORD) from error
    if not text.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    return page.read(text, path)


def _blocks(parent: Any, page: Page) -> Iterator[str]:
    """Yield the text of each paragraph and each row of a table, in order, whatever they are wrapped in."""
    for child in parent:
        if child.tag == qn("w:p"):
            yield _paragraph(child, page)
            yield from _text_boxes(child, page)
        elif child.tag == qn("w:tbl"):
            yield from page.lines_of_table(_rows(child, page))
        elif child.tag == qn("w:del") or child.tag == qn("w:moveFrom"):
            _note_deleted(child, page)
        elif child.tag not in _NOT_SHOWN and isinstance(child.tag, str):
            yield from _blocks(child, page)


def _paragraph(paragraph: Any, page: Page) -> str:
    return "".join(_pieces(paragraph, page)).replace("\r", "\n").replace("\xa0", " ")


def _pieces(parent: Any, page: Page) -> Iterator[str]:
    for child in parent:
        if child.tag in (qn("w:del"), qn("w:moveFrom")):
            _note_deleted(child, page)
        elif child.tag in _NOT_SHOWN or child.tag == qn("w:txbxContent") or not isinstance(child.tag, str):
            continue
        elif child.tag in (qn("w:t"), _MATHS_TEXT):
            yield child.text or ""
        elif child.tag in _WORDS:
            yield _WORDS[child.tag]
        elif child.tag == qn("w:p"):  # a paragraph within a paragraph stands in a text box
            continue
        else:
            yield from _pieces(child, page)


def _note_deleted(deleted: Any, page: Page) -> None:
    """Note what a tracked change took out; what was moved is read where it stands now."""
    words = "".join(text.text or "" for text in deleted.iter(qn("w:delText"))).strip()
    if words:
        page.left_out.append(LeftOut(LeftOutKind.DELETED, words))


def _text_boxes(paragraph: Any, page: Page) -> Iterator[str]:
    fallback = next(tag for tag in _NOT_SHOWN if tag.endswith("}Fallback"))
    for box in paragraph.iter(qn("w:txbxContent")):
        if not any(ancestor.tag == fallback for ancestor in box.iterancestors()):
            yield from _blocks(box, page)


def _rows(table: Any, page: Page) -> list[list[str]]:
    """Return the text of each cell of each row."""
    return [
        ["\n".join(_blocks(cell, page)).strip() for cell in _children(row, qn("w:tc"))]
        for row in _children(table, qn("w:tr"))
    ]


def _children(parent: Any, tag: str) -> Iterator[Any]:
    """Yield the rows or cells of a table, also those wrapped in content controls or tracked insertions."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml"), qn("w:moveTo")):
            yield from _children(child, tag)


def _asides(document: Any, rules: SpeakerRules) -> Iterator[LeftOut]:
    """Yield the words of comments, footnotes, headers and footers, which nobody in the interview spoke."""
    from docx.oxml import parse_xml

    for part in document.part.package.iter_parts():
        name = str(part.partname).rpartition("/")[2]
        kind = next((aside for stem, aside in _ASIDE.items() if re.fullmatch(rf"{stem}\d*\.xml", name)), None)
        if kind is None:
            continue
        tag, why = kind
        page = Page(rules)
        for element in parse_xml(part.blob).iter(tag):
            words = " ".join(
                "".join(_pieces(p, page)) for p in ([element] if tag == qn("w:p") else element.iter(qn("w:p")))
            )
            if words.strip():
                yield LeftOut(why, " ".join(words.split()))
