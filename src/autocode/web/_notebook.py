"""The adjudication page as a widget in a notebook: the same module, style and desk as in the browser."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from autocode.errors import AutocodeError, StudyError
from autocode.review import AdjudicationSession
from autocode.web._adjudication import AdjudicationDesk

_STATIC = Path(__file__).parent / "static"


def _sheet() -> str:
    """Return the pages' style for a root of its own: what they say of the whole page is said of the widget."""
    tokens = (_STATIC / "tokens.css").read_text(encoding="utf-8")
    fonts_end = tokens.index(":root")  # a shadow root takes no fonts, and a notebook serves none of ours
    inside = tokens[fonts_end:].replace(":root", ":host").replace("\nbody {", "\n.in-notebook {")
    own = (
        ".in-notebook { height: min(720px, 85vh); min-height: 0; border: 1px solid var(--edge); border-radius: 12px; }"
    )
    return inside + (_STATIC / "adjudicate.css").read_text(encoding="utf-8") + own


class AdjudicationWidget(anywidget.AnyWidget):
    """What a notebook shows of an adjudicator's sitting; every ruling is in the journal before it is answered.

    Raises `StudyError` if the adjudicator, as a coder, has lines left to read while independent coding is open.
    """

    _esm = _STATIC / "adjudication_widget.js"
    _module = traitlets.Unicode().tag(sync=True)
    _style = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: AdjudicationSession, *, coding_closed: bool = False) -> None:
        super().__init__(_module=(_STATIC / "adjudicate.js").read_text(encoding="utf-8"), _style=_sheet())
        self._desk = AdjudicationDesk(session, coding_closed=coding_closed)
        self._refuse()
        self.on_msg(self._hear)

    def _hear(self, widget: object, said: dict[str, Any], buffers: object) -> None:
        """Answer one message of the page by one of ours, with the number it came with."""
        number = said.get("number")
        try:
            self.send({"number": number, "answer": self._answer(said)})
        except (AutocodeError, ValueError, KeyError, TypeError) as error:
            self.send({"number": number, "failed": str(error)})

    def _refuse(self) -> None:
        if told := self._desk.refusal():
            raise StudyError(told)

    def _answer(self, said: dict[str, Any]) -> dict[str, Any]:
        self._refuse()
        if said["what"] == "act":
            return self._desk.act(said["said"])
        if said["what"] == "read":
            return self._desk.read(said["said"])
        return self._desk.look(hidden=bool(said["said"].get("hidden")))
