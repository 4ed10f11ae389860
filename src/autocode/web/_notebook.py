"""Pages as widgets in a notebook: the same modules, style and desks as in the browser."""

import asyncio
import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anywidget
import traitlets
from starlette.types import Message

from autocode.errors import AutocodeError, StudyError
from autocode.review import AdjudicationSession, ReviewSession
from autocode.web._adjudication import AdjudicationDesk
from autocode.web._app import unguarded_app
from autocode.web._learning import Learning
from autocode.web._review import review_page

_STATIC = Path(__file__).parent / "static"
_FONTS = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)  # a notebook serves none of ours, and a shadow root takes none
_IMPORTED = re.compile(r'from "\./(\w+)\.js"')


def _sheet() -> str:
    """Return the pages' style for a root of its own: what they say of the whole page is said of the widget."""
    tokens = _FONTS.sub("", (_STATIC / "tokens.css").read_text(encoding="utf-8"))
    inside = tokens.replace(":root", ":host").replace("\nbody {", "\n.in-notebook {")
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


class ReviewWidget(anywidget.AnyWidget):
    """What a notebook shows of a coder's review; every decision is in the journal before it is answered.

    It raises nothing of its own: what the study does not allow is refused by `ReviewSession`, or told on the page.

    Parameters
    ----------
    learning : what learns from the decisions meanwhile; None if nothing does.
    """

    _esm = _STATIC / "review_widget.js"
    _page = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: ReviewSession, *, learning: Learning | None = None) -> None:
        self._coder = session.coder
        self._app = unguarded_app([review_page({session.coder: session}, learning=learning)])
        told: list[Message] = []
        self._ask("GET", "/", "", told)
        super().__init__(_page=_in_one_piece(_body(told)))
        self.on_msg(self._hear)

    def _hear(self, widget: object, said: dict[str, Any], buffers: object) -> None:
        """Answer one request of the page by one message, with the number it came with."""
        told: list[Message] = []
        try:
            self._ask(said["method"], said["address"], said["body"], told)
        finally:  # what breaks is told to the page, as a server does, and then to the kernel's log
            self.send({"number": said["number"], "status": told[0]["status"], "body": _body(told)})

    def _ask(self, method: str, address: str, body: str, told: list[Message]) -> None:
        """Let the page's own handlers answer a request of this coder; `told` is what they send."""
        path, _, query = address.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [],
            "coder": self._coder,  # a kernel's messages are its user's own: no socket, no token
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body.encode()}

        async def send(message: Message) -> None:
            told.append(message)

        with ThreadPoolExecutor(1) as beside:  # the kernel's own thread runs a loop already
            beside.submit(asyncio.run, self._app(scope, receive, send)).result()


def _body(told: Iterable[Message]) -> str:
    return b"".join(one.get("body", b"") for one in told).decode()


def _in_one_piece(page: str) -> str:
    """Return the review page with its style and modules in it, and its requests handed to the frame it stands in."""
    modules = {f"autocode/{name}": f"data:text/javascript,{quote(text)}" for name, text in _modules("review").items()}
    script = (
        "<script>window.fetch = window.frameElement.fetch;</script>\n"
        f'<script type="importmap">{json.dumps({"imports": modules})}</script>\n'
        '<script type="module">import "autocode/review";</script>\n'
    )
    page = re.sub(r'<link rel="(?:icon|preload)".*\n', "", page)
    page = re.sub(r'<link rel="stylesheet" href="/static/(\w+\.css)">', lambda found: _inline(found[1]), page)
    return page.replace('<script type="module" src="/static/review.js"></script>\n', script)


def _inline(sheet: str) -> str:
    return f"<style>{_FONTS.sub('', (_STATIC / sheet).read_text(encoding='utf-8'))}</style>"


def _modules(name: str) -> dict[str, str]:
    """Return the source of a module and of all that it imports, each importing by names that an import map can give."""
    source = (_STATIC / f"{name}.js").read_text(encoding="utf-8")
    found = {name: _IMPORTED.sub(r'from "autocode/\1"', source)}
    for other in _IMPORTED.findall(source):
        found |= _modules(other)
    return found
