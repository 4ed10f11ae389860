import asyncio
from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette

from autocode.coding import CoderId
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


@pytest.fixture
def stranger_to() -> Callable[[ReviewSession], Browser]:
    return lambda session: Browser(make_app([review_page(session)], tokens={CoderId("MO"): TOKEN}, port=8765))


@pytest.fixture
def browser_of(stranger_to) -> Callable[[ReviewSession], Browser]:
    def build(session: ReviewSession) -> Browser:
        browser = stranger_to(session)
        browser.get("/", params={"token": TOKEN})
        return browser

    return build


@pytest.fixture
def session(session_of, batch) -> ReviewSession:
    return session_of(batch=batch)
