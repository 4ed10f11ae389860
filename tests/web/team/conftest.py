"""A study on which three coders differ, behind the team's pages: asked without a network, or in a real browser."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
import uvicorn

import studies
from autocode.codebook import Codebook
from autocode.coding import CoderId, Coding
from autocode.transcripts import Transcripts
from autocode.web import (
    FlaggedLine,
    SuggesterStatus,
    adjudication_page,
    codebook_page,
    lines_pages,
    make_app,
    team_page,
)

ORIGIN = "http://127.0.0.1:8765"
CODERS = ("MO", "JB", "SK", "TW", "AA")
TOKENS = {CoderId(name): f"{place}" * 48 for place, name in enumerate(CODERS, start=1)}


@pytest.fixture
def coding_of() -> Callable[..., Coding]:
    return studies.coding_of


class Submitted:
    """The answer to one act."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status_code, self.text = answer.status_code, answer.text

    def json(self) -> dict[str, object]:
        (result,) = json.loads(self.text)["results"]
        return result


class Asked:
    """A coder's browser without a network: it has the coder's cookie and says where it comes from."""

    def __init__(self, app, coder: str | None) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        if coder is not None:
            self._client.cookies.set("autocode-8765", TOKENS[CoderId(coder)])

    def get(self, path: str, **more: object) -> httpx.Response:
        return self._ask("GET", path, **more)

    def post(self, path: str, **more: object) -> httpx.Response:
        return self._ask("POST", path, **{"headers": {"Origin": ORIGIN}, **more})

    def _ask(self, method: str, path: str, **more: object) -> httpx.Response:
        with ThreadPoolExecutor(1) as own:  # Playwright keeps a loop running in this thread
            return own.submit(asyncio.run, self._client.request(method, path, **more)).result()

    def act(self, **more: object) -> "Submitted":
        act = {"gesture": "gesture-1", "kind": "settle", **more}
        return Submitted(self.post("/adjudicate/submit", json={"acts": [act]}))


@pytest.fixture
def differing(journal):
    """MO, JB and SK have read every line; they differ on three of five."""
    journal.append(
        *(studies.coding_of(line, coder) for line in ("PM1:2", "PM1:3") for coder in ("MO", "JB", "SK")),
        studies.coding_of("GP1:2", "MO", "logistics"),
        studies.coding_of("GP1:2", "JB", "logistics", "awareness"),
        studies.coding_of("GP1:2", "SK", "logistics"),
        studies.coding_of("GP1:3", "MO", "logistics"),
        studies.coding_of("GP1:3", "JB", "awareness"),
        studies.coding_of("GP1:3", "SK"),
        studies.coding_of("GP1:5", "MO", "meetings"),
        studies.coding_of("GP1:5", "JB"),
        studies.coding_of("GP1:5", "SK", "meetings"),
    )
    return journal


@pytest.fixture
def pages_of(journal, lines, codebook):
    def build(
        *,
        adjudicators: tuple[str, ...] = ("TW", "MO"),
        coders: tuple[str, ...] = ("MO", "JB", "SK"),
        suggester: SuggesterStatus | None = None,
        flagged: list[FlaggedLine] | None = None,
        lines: Transcripts = lines,
        codebook: Codebook = codebook,
        **more: object,
    ):
        own = {"own_codes_made": more.pop("own_codes_made", False)}
        known = {"lines": lines, "codebook": codebook, "coders": tuple(map(CoderId, coders)), **more}
        return [
            adjudication_page(journal, adjudicators=set(map(CoderId, adjudicators)), study="tiny", **known),
            team_page(journal, suggester_status=lambda: suggester, flagged_lines=lambda: flagged or [], **known, **own),
            codebook_page(codebook),
            *lines_pages(journal, title="Tiny", **known, **own),
        ]

    return build


@pytest.fixture
def asked_by(pages_of) -> Callable[..., Asked]:
    def build(coder: str | None = "TW", **more: object) -> Asked:
        return Asked(make_app(pages_of(**more), tokens=TOKENS, port=8765), coder)

    return build


# in a real browser


class Served:
    """The pages on a real port of this machine, until it is closed."""

    def __init__(self, pages, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        app = make_app(pages, tokens=TOKENS, port=self.port)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


@pytest.fixture
def serve():
    open_ones: list[Served] = []

    def build(pages, port: int = 0) -> Served:
        open_ones.append(Served(pages, port))
        return open_ones[-1]

    yield build
    for one in open_ones:
        one.close()


@pytest.fixture
def visit(browser, serve, pages_of):
    """Open a page of the study in a browser of its own, as one of the coders; nothing may go wrong on it unseen."""
    contexts = []
    problems: list[str] = []

    def build(path: str = "/adjudicate", *, coder: str = "TW", served: Served | None = None, size=(1440, 900), **more):
        looks = {key: more.pop(key) for key in ("color_scheme",) if key in more}
        served = served or serve(pages_of(**more))
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **looks)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # how long a page takes says something of the machine
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(served.address) else problems.append(asked.url))
        page.goto(f"{served.address}/?token={TOKENS[CoderId(coder)]}")
        if path != "/adjudicate":
            page.goto(f"{served.address}{path}")
        return page

    yield build
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def hostile(lines: Transcripts, codebook: Codebook) -> dict[str, object]:
    """The same study with scripts where words stand: in the transcript, a name of a code, a participant."""
    bad = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*191}}"
    interviews = []
    for one in lines.interviews:
        told = tuple(replace(line, text=f"{line.text} {bad}") for line in one.lines)
        interviews.append(replace(one, lines=told, attributes={"role": bad}))
    codes = [replace(code, name=f"{code.name} {bad}", definition=bad, use_when=bad) for code in codebook.values()]
    return {"lines": Transcripts(interviews), "codebook": Codebook(codes)}
