import asyncio
import http.server
import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from autocode.review import ReviewSession
from autocode.web import make_app, review_page
from served_studies import Study

TOKEN = "0123456789abcdef" * 3
ORIGIN = "http://127.0.0.1:8765"

OWN = ("_modules", "_style", "_page")  # what our widgets' scripts read
CELL = """<!doctype html><html lang="en"><title>A cell</title><body><div id="cell"></div>
<script type="module">
const state = await (await fetch("/state")).json();
const heard = new Set();
const model = {
  get: (name) => state[name],
  on: (_, act) => heard.add(act),
  off: (_, act) => heard.delete(act),
  send: async (said) => {
    const told = await (await fetch("/message", { method: "POST", body: JSON.stringify(said) })).json();
    for (const one of told) for (const act of heard) act(one);
  },
};
const module = await import(URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" })));
window.again = () => module.default.render({ model, el: document.querySelector("#cell") });
await again();
document.body.dataset.ready = "yes";
</script></body></html>"""


class Browser:
    """One browser that talks to the page without a network: keeps cookies, follows redirects if told to."""

    def __init__(self, app: Starlette) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        self.cookies = self._client.cookies

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        # in a thread of its own, since a browser of another test may keep an event loop in this one
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._client.request(method, path, **more)).result()

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: object) -> httpx.Response:
        return self.request("POST", path, **{"headers": {"Origin": ORIGIN}, **more})


@pytest.fixture
def token() -> str:
    return TOKEN


class Visits:
    """Browsers that came in with a token: of a session on its own, or of an application that is there already."""

    def __call__(self, session: ReviewSession, **more: object) -> Browser:
        app = make_app([review_page({session.coder: session}, **more)], tokens={session.coder: TOKEN}, port=8765)
        return self.over(app, TOKEN)

    def over(self, app: Starlette, token: str) -> Browser:
        browser = Browser(app)
        browser.get("/", params={"token": token})
        return browser


@pytest.fixture
def stranger_to() -> Callable[[ReviewSession], Browser]:
    return lambda one: Browser(make_app([review_page({one.coder: one})], tokens={one.coder: TOKEN}, port=8765))


@pytest.fixture
def browser_of() -> Visits:
    return Visits()


@pytest.fixture
def session(session_of, batch) -> ReviewSession:
    return session_of(batch=batch)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """One Chromium for all tests of a module; without one they are skipped, but in CI they fail."""
    found = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(found).exists():
        if os.environ.get("CI"):
            pytest.fail(f"there is no browser at {found}; .ci/run installs one.")
        pytest.skip(f"there is no browser at {found}; apt-get install chromium, or set CHROMIUM.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # a busy machine is not a broken page
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update"]  # fmt: skip
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=quiet)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser) -> Iterator[object]:
    with browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as made:
        yield made


@pytest.fixture
def study_of(tmp_path):
    begun = []

    def build(**how):
        begun.append(Study(tmp_path, **how))
        return begun[-1]

    yield build
    for one in begun:
        if one.server.poll() is None:
            one.kill()


@pytest.fixture
def page_of(context):
    """Open a study's page, and fail on whatever the browser complains of."""
    from playwright.sync_api import expect

    faults = []

    def build(study, coder="MO", address=None):
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: None if "127.0.0.1" in request.url else faults.append(request.url))
        page.goto(address or study.addresses[coder])
        expect(page.locator("article.now, #side .own").first).to_be_visible()
        expect(page.locator("html[data-ready]")).to_have_count(1)
        return page

    yield build
    assert faults == []


class Cell:
    """A widget in a notebook's cell: between Python and Chromium, a small server carries what a kernel's comm would.

    Attributes
    ----------
    said, told : the messages of the page and those of the widget, as they went over the wire.
    deaf : whether the page's messages get lost.
    mute : whether the widget's messages get lost.
    """

    def __init__(self, widget: Any, context: Any) -> None:
        self.said: list[str] = []
        self.told: list[str] = []
        self.deaf = self.mute = False
        self.problems: list[str] = []
        sent: list[object] = []
        widget.send = lambda content, buffers=None: sent.append(content)
        cell = self

        class Carrier(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                state = {
                    "_esm": str(widget._esm),
                    **{name: getattr(widget, name) for name in OWN if hasattr(widget, name)},
                }
                self.answer(json.dumps(state) if self.path == "/state" else CELL)

            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"])).decode()
                cell.said.append(said)
                sent.clear()
                if not cell.deaf:
                    widget._handle_custom_msg(json.loads(said), [])
                told = json.dumps([] if cell.mute else sent)
                cell.told.append(told)
                self.answer(told)

            def answer(self, told: str) -> None:
                self.send_response(200)
                kind = "application/json" if self.path != "/" else "text/html; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(told.encode())

            def log_message(self, *said: object) -> None:
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Carrier)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.open()

    def open(self) -> None:
        from playwright.sync_api import expect

        self.page.goto(f"http://127.0.0.1:{self._server.server_port}/")
        expect(self.page.locator("body[data-ready=yes]")).to_be_attached()

    def close(self) -> None:
        self.page.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def cell_of(browser) -> Iterator[Callable[[Any], Cell]]:
    """Show a widget in a browser, and fail on whatever the browser complains of."""
    begun: list[Cell] = []
    with browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce") as context:

        def build(widget: Any) -> Cell:
            begun.append(Cell(widget, context))
            return begun[-1]

        yield build
        for cell in begun:
            cell.close()
    assert [problem for cell in begun for problem in cell.problems] == []


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[tuple[str, list[str]]]]:
    """What axe-core finds on a page; its source comes with the test package and is not shipped."""
    import axe_playwright_python

    axe = (Path(axe_playwright_python.__file__).with_name("axe.min.js")).read_text(encoding="utf-8")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]

    def found(page: Any) -> list[tuple[str, list[str]]]:
        page.evaluate(f"window.axe || (() => {{ {axe} }})()")
        told = page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", tags)
        return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in told["violations"]]

    return found
