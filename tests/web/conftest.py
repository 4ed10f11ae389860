import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from autocode.review import ReviewSession
from autocode.web import make_app, review_page

TOKEN = "0123456789abcdef" * 3
ORIGIN = "http://127.0.0.1:8765"


class Browser:
    """One browser that talks to the page without a network: keeps cookies, follows redirects if told to."""

    def __init__(self, app: Starlette) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        self.cookies = self._client.cookies

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        return asyncio.run(self._client.request(method, path, **more))

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
