"""A Word document in the style of a journal's appendix: serif type, tables with three rules, captions, page numbers."""

import io
import unicodedata
from collections.abc import Sequence
from typing import Any, TypeAlias

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

# (text, style): "b" bold, "i" italic, "h" marked for the author to fill in, "s" struck, "u" underlined
Piece: TypeAlias = tuple[str, str]
Cell: TypeAlias = str | Sequence[Piece]

SERIF = "Times New Roman"
WIDTH = 17.0  # of the text, in centimetres, on A4
_BODY, _SMALL, _TABLE = Pt(11), Pt(9), Pt(8.5)
_THICK, _THIN = 8, 4  # rules, in eighths of a point
_WHOLE = 8  # rows of the longest table that is kept on one page, about a quarter of it


class Word:
    """A document that grows from top to bottom; `data` returns its bytes."""

    def __init__(self, *, title: str, running: str) -> None:
        self._document: Any = docx.Document()
        self._tables = self._figures = 0
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = plain(title), "", ""
        self._page(running)
        self._styles()
        self._document.add_paragraph(plain(title), style="Title")

    def heading(self, text: str, *, level: int = 1) -> None:
        """Begin a section, or a part of one of level 2."""
        self._document.add_heading(plain(text), level=level)

    def paragraph(self, *pieces: Piece | str, small: bool = False) -> None:
        """Add a paragraph."""
        paragraph = self._document.add_paragraph()
        _write(
            paragraph, [(piece, "") if isinstance(piece, str) else piece for piece in pieces], _SMALL if small else None
        )

    def table(
        self,
        caption: str,
        head: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        widths: Sequence[float],
        numeric: Sequence[int] = (),
        ruled: Sequence[int] = (),
        indented: Sequence[int] = (),
        note: str = "",
    ) -> None:
        """Add a numbered table with three rules.

        `widths` are in centimetres; `ruled` are rows with a rule above them, `indented` rows that belong to the one
        above. The heading is repeated on every page, and no row breaks across two.
        """
        self._tables += 1
        self._caption(f"Table {self._tables}", caption, above=True)
        drawn = self._document.add_table(rows=0, cols=len(head))
        drawn.autofit = False
        drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
        _narrow_margins(drawn)
        for i, cells in enumerate((head, *rows)):
            row = drawn.add_row()
            _property(row._tr.get_or_add_trPr(), "w:cantSplit")
            if i == 0:
                _property(row._tr.get_or_add_trPr(), "w:tblHeader")
            for j, (cell, content) in enumerate(zip(row.cells, cells, strict=True)):
                cell.width = Cm(widths[j])
                paragraph = cell.paragraphs[0]
                spacing = paragraph.paragraph_format
                spacing.space_after = spacing.space_before = Pt(1.5)
                spacing.line_spacing = 1.0
                # a heading stays with its first row, and the last row with the note
                spacing.keep_with_next = i in (0, len(rows)) or len(rows) <= _WHOLE
                if j in numeric:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                    _property(cell._tc.get_or_add_tcPr(), "w:noWrap")
                if j == 0 and i - 1 in indented:
                    spacing.left_indent = Cm(0.3)
                pieces = [(content, "i" if i == 0 else "")] if isinstance(content, str) else content
                _write(paragraph, pieces, _TABLE)
                _rules(
                    cell,
                    top=_THICK if i == 0 else _THIN if i == 1 or i - 1 in ruled else 0,
                    bottom=_THICK if i == len(rows) else 0,
                )
        for column, width in zip(drawn.columns, widths, strict=True):
            column.width = Cm(width)
        after = self._document.add_paragraph()
        after.paragraph_format.space_before = Pt(3)
        after.paragraph_format.space_after = Pt(12)
        if note:
            _write(after, [("Note. ", "i"), (note, "")], _SMALL)

    def figure(self, caption: str, png: bytes, *, alternative: str) -> None:
        """Add a numbered picture as wide as the text, with an alternative text."""
        self._figures += 1
        self._document.add_picture(io.BytesIO(png), width=Cm(WIDTH))
        paragraph = self._document.paragraphs[-1]
        paragraph.paragraph_format.keep_with_next = True
        for properties in paragraph._p.iter(qn("wp:docPr")):
            properties.set("descr", plain(alternative))
        self._caption(f"Figure {self._figures}", caption, above=False)

    def data(self) -> bytes:
        """Return the document as the bytes of a .docx file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _caption(self, number: str, text: str, *, above: bool) -> None:
        caption = self._document.add_paragraph(style="Caption")
        caption.paragraph_format.keep_with_next = above
        _write(caption, [(f"{number}. ", "b"), (text, "")], None)

    def _page(self, running: str) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm((21 - WIDTH) / 2)
        section.top_margin = section.bottom_margin = Cm(2.2)
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        head.alignment = foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _write(head, [(running, "i")], _SMALL)
        _field(foot, "PAGE")

    def _styles(self) -> None:
        looks = {
            "Normal": (_BODY, False, 0, 6),
            "Title": (Pt(18), True, 0, 6),
            "Heading 1": (Pt(13), True, 14, 4),
            "Heading 2": (_BODY, True, 8, 2),
            "Caption": (Pt(9.5), False, 6, 4),
            "Header": (_SMALL, False, 0, 0),
            "Footer": (_SMALL, False, 0, 0),
        }
        for name, (size, bold, before, after) in looks.items():
            style = self._document.styles[name]
            font, spacing = style.font, style.paragraph_format
            font.name, font.size, font.bold, font.italic = SERIF, size, bold, False
            font.color.rgb = RGBColor(0, 0, 0)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
                fonts.set(qn(script), SERIF)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(theme), None)
            spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(before), Pt(after), 1.1
        # Word's own title has a blue line under it
        for border in list(self._document.styles["Title"].element.iter(qn("w:pBdr"))):
            border.getparent().remove(border)


def plain(text: str) -> str:
    """Return text that XML can contain: control characters become replacement characters."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(c) else c for c in text)


def _is_control(character: str) -> bool:
    is_control = unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    return is_control or character in "\ufffe\uffff"


def _write(paragraph: Any, pieces: Sequence[Piece], size: Any) -> None:
    for text, style in pieces:
        run = paragraph.add_run(plain(text))
        run.bold, run.italic = True if style == "b" else None, True if style == "i" else None
        run.underline, run.font.strike = True if style == "u" else None, True if style == "s" else None
        if style == "h":
            run.font.highlight_color = 7  # yellow
        if size is not None:
            run.font.size = size


def _property(parent: Any, name: str) -> None:
    parent.append(OxmlElement(name))


def _narrow_margins(table: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), f"{Cm(0.1).twips}")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _rules(cell: Any, *, top: int, bottom: int) -> None:
    borders = OxmlElement("w:tcBorders")
    for side, weight in (("top", top), ("bottom", bottom)):
        if weight:
            rule = OxmlElement(f"w:{side}")
            for key, value in (("val", "single"), ("sz", f"{weight}"), ("space", "0"), ("color", "000000")):
                rule.set(qn(f"w:{key}"), value)
            borders.append(rule)
    if len(borders):
        cell._tc.get_or_add_tcPr().append(borders)


def _field(paragraph: Any, instruction: str) -> None:
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()._r
        if kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = instruction
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run.append(element)
