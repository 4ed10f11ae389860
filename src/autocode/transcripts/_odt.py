"""The text of an OpenDocument file (LibreOffice Writer): tracked changes accepted, notes kept apart."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autocode.errors import TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._decoding import read_bytes
from autocode.transcripts._labelled import SpeakerRules, read_labelled
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._office import BROKEN, refuse_bomb
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
    try:
        body = odfdo.Document(io.BytesIO(data)).body
        left_out: list[LeftOut] = []
        text = "\n".join(_blocks(body, left_out)).replace("\xa0", " ")
    except BROKEN as error:
        raise TranscriptError.at(path, _NOT_ODT) from error
    if not text.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    script = read_labelled(text, path=path, rules=rules)
    return replace(script, left_out=(*script.left_out, *left_out))


def _blocks(parent: Any, left_out: list[LeftOut]) -> Iterator[str]:
    """Yield the text of each paragraph and each row of a table, in order, whatever they are wrapped in."""
    for child in parent.children:
        if child.tag in ("text:p", "text:h"):
            yield "".join(_pieces(child, left_out))
        elif child.tag == "table:table-row":
            cells = [text for cell in child.children if (text := "\n".join(_blocks(cell, left_out)).strip())]
            if len(cells) == 2 and ":" not in cells[0] and _labels.is_short(cells[0]):
                cells[0] += ":"
            yield " ".join(cells)
        elif child.tag in _ASIDE:
            _note(child, left_out)
        else:
            yield from _blocks(child, left_out)


def _pieces(element: Any, left_out: list[LeftOut]) -> Iterator[str]:
    """Yield what is read of a paragraph; white space of the file is one blank, as in OpenDocument."""
    yield _folded(element.text)
    for child in element.children:
        if child.tag in _ASIDE:
            _note(child, left_out)
        elif child.tag == "text:s":
            yield " " * int(child.get_attribute("text:c") or 1)
        elif child.tag in _WORDS:
            yield _WORDS[child.tag]
        elif child.tag == "draw:frame":  # a text box stands in its paragraph
            yield "\n" + "\n".join(text for box in child.children for text in _blocks(box, left_out))
        else:
            yield from _pieces(child, left_out)
        yield _folded(child.tail)


def _folded(text: str | None) -> str:
    return " ".join((text or "").replace("\t", " ").replace("\n", " ").split(" ")) if text else ""


def _note(element: Any, left_out: list[LeftOut]) -> None:
    words = " ".join(text for text in _blocks(element, []) if text.strip())
    if words:
        left_out.append(LeftOut(_ASIDE[element.tag], words))
