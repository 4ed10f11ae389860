"""Pages as widgets in a notebook: the same modules, style and requests, over the notebook's messages."""

import asyncio
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anywidget
import traitlets
from starlette.types import Message

from autocode.coding import CoderId
from autocode.errors import StudyError
from autocode.review import AdjudicationSession, ReviewSession
from autocode.web._adjudication import AdjudicationApi, page_of
from autocode.web._app import Page, unguarded_app
from autocode.web._learning import Learning
from autocode.web._review import review_page

_STATIC = Path(__file__).parent / "static"
_FONTS = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)  # a notebook serves none of ours, and a shadow root takes none
_IMPORTED = re.compile(r'from "\./(\w+)\.js"')


class _Carrier:
    """Has a page's own handlers answer requests of one coder, without a server."""

    def __init__(self, page: Page, coder: CoderId) -> None:
        self._app = unguarded_app([page])
        self._coder = coder

    def request(self, method: str, address: str, body: str = "", *, sent: list[Message]) -> None:
        """Answer one request by what the handlers append to `sent`."""
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
            sent.append(message)

        with ThreadPoolExecutor(1) as executor:  # the kernel's own thread runs a loop already
            executor.submit(asyncio.run, self._app(scope, receive, send)).result()


class _PageWidget(anywidget.AnyWidget):
    """A page whose requests are messages of the notebook."""

    _esm = _STATIC / "widget.js"

    def __init__(self, carrier: _Carrier, **traits: object) -> None:
        super().__init__(**traits)
        self._carrier = carrier
        self.on_msg(self._on_request)

    def _on_request(self, widget: object, message: Mapping[str, Any], buffers: object) -> None:
        """Answer a request of the page by a message with the number that the request came with."""
        sent: list[Message] = []
        try:
            self._carrier.request(message["method"], message["address"], message["body"], sent=sent)
        finally:  # the page learns of an internal error as from a server, and then the kernel's log
            self.send({"number": message["number"], "status": sent[0]["status"], "body": _body_of(sent)})


class AdjudicationWidget(_PageWidget):
    """
    The page of differences in a notebook's cell; every ruling is in the journal before it is answered.

    Parameters
    ----------
    session : AdjudicationSession
        The adjudicator at work.
    coding_closed : bool, default False
        Whether independent coding is over, so that adjudicators who also code may see all differences.

    Raises
    ------
    StudyError
        If the adjudicator, as a coder, has lines left to read while independent coding is open.
    """

    _modules = traitlets.Dict().tag(sync=True)
    _style = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: AdjudicationSession, *, coding_closed: bool = False) -> None:
        api = AdjudicationApi(session, coding_closed=coding_closed)
        if sentence := api.refusal():
            raise StudyError(sentence)
        carrier = _Carrier(page_of(lambda coder: api), session.coder)
        super().__init__(carrier, _modules=_modules_of("adjudicate"), _style=_adjudication_style())


class ReviewWidget(_PageWidget):
    """
    The review page in a notebook's cell; every decision is in the journal before it is answered.

    It raises nothing of its own: what the study does not allow is refused by `ReviewSession`, or on the page.

    Parameters
    ----------
    session : ReviewSession
        The coder at work.
    learning : Learning or None, default None
        Trains the suggester on new decisions in the background; None leaves it as it is.
    """

    _page = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: ReviewSession, *, learning: Learning | None = None) -> None:
        carrier = _Carrier(review_page({session.coder: session}, learning=learning), session.coder)
        sent: list[Message] = []
        carrier.request("GET", "/", sent=sent)
        super().__init__(carrier, _page=_in_one_piece(_body_of(sent)))


def _body_of(sent: list[Message]) -> str:
    return b"".join(message.get("body", b"") for message in sent).decode()


def _adjudication_style() -> str:
    """Return the style of the page for a root of its own: what it says of the whole page holds for the widget."""
    tokens = _FONTS.sub("", (_STATIC / "tokens.css").read_text(encoding="utf-8"))
    inside = tokens.replace(":root", ":host").replace("\nbody {", "\n.in-notebook {")
    own = (
        ".in-notebook { height: min(720px, 85vh); min-height: 0; border: 1px solid var(--edge); border-radius: 12px; }"
    )
    return inside + (_STATIC / "adjudicate.css").read_text(encoding="utf-8") + own


def _in_one_piece(page: str) -> str:
    """Return the review page with its style and modules in it, and its requests handed to the frame it stands in."""
    modules = {
        f"autocode/{name}": f"data:text/javascript,{quote(text)}" for name, text in _modules_of("review").items()
    }
    script = (
        "<script>window.fetch = window.frameElement.fetch;</script>\n"
        f'<script type="importmap">{json.dumps({"imports": modules})}</script>\n'
        '<script type="module">import "autocode/review";</script>\n'
    )
    page = re.sub(r'<link rel="(?:icon|preload)".*\n', "", page)
    page = re.sub(r'<link rel="stylesheet" href="/static/(\w+\.css)">', lambda link: _style_element(link[1]), page)
    return page.replace('<script type="module" src="/static/review.js"></script>\n', script)


def _style_element(sheet: str) -> str:
    return f"<style>{_FONTS.sub('', (_STATIC / sheet).read_text(encoding='utf-8'))}</style>"


def _modules_of(name: str) -> dict[str, str]:
    """Return the source of a module and of all that it imports, each importing by names that an import map can give."""
    source = (_STATIC / f"{name}.js").read_text(encoding="utf-8")
    modules = {name: _IMPORTED.sub(r'from "autocode/\1"', source)}
    for imported in _IMPORTED.findall(source):
        modules |= _modules_of(imported)
    return modules
