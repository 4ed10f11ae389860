"""Which requests reach the pages: those of browsers that were given a coder's token, and of no other site."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Protocol

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autocode.coding import CoderId
from autocode.web._refusal import POLICY, refusal

HEADERS = {
    POLICY: "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # not no-referrer: under that one, browsers send our own forms with the Origin "null"
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


class _GuardedPage(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def open_to(self) -> Callable[[CoderId], bool]: ...
    def is_listed(self, coder: CoderId) -> bool: ...
    @property
    def largest_request(self) -> int: ...
    @property
    def too_large(self) -> str: ...


class Guard:
    """Refuses requests that do not come from a coder's own browser, and sends every answer with strict headers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: Sequence[_GuardedPage],
        tokens: Mapping[CoderId, str],
        port: int,
        host: str = "127.0.0.1",
        secure: bool = False,
    ) -> None:
        self._app = app
        self._pages = pages
        self._tokens = dict(tokens)
        self._scheme = "https" if secure else "http"
        self._secure = secure
        self._hosts = {f"{name}:{port}" for name in (*_LOCAL, host)}
        if port == (443 if secure else 80):
            self._hosts |= {*_LOCAL, host}  # browsers leave out the default port
        self._cookie = f"autocode-{port}"  # cookies do not know ports, and two reviews may run at once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on to the pages."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(
                    {POLICY: headers.get(POLICY, HEADERS[POLICY])} | {k: v for k, v in HEADERS.items() if k != POLICY}
                )
            await send(message)

        request = Request(scope)
        answer = self._refusal(request) or self._entry(request) or self._closed(request) or self._too_large(request)
        await (answer or self._app)(scope, _limited(receive, self._page_of(request)), send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        headers = Headers(scope=request.scope)
        host = headers.get("host", "")
        if host not in self._hosts:  # a foreign name that was made to point at this machine (DNS rebinding)
            return refusal(request, 421, "This page answers only under the address that autocode printed.")
        if request.method not in ("GET", "HEAD", "POST"):
            return refusal(request, 405, "Only GET and POST.")
        if request.method != "POST":
            return None
        foreign = headers.get("origin", f"{self._scheme}://{host}") != f"{self._scheme}://{host}"
        if foreign or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return refusal(request, 403, "Decisions are accepted only from the review page itself.")
        # a form of another site can send text, but no JSON without asking first
        if headers.get("content-type", "").partition(";")[0].strip().casefold() != "application/json":
            return refusal(request, 415, "Decisions must be sent as application/json.")
        return None

    def _too_large(self, request: Request) -> Response | None:
        page = self._page_of(request)
        length = request.headers.get("content-length", "0")
        if page is None or (length.isdecimal() and int(length) <= page.largest_request):
            return None
        return refusal(request, 413, page.too_large)

    def _entry(self, request: Request) -> Response | None:
        """Swap the token in the address for a cookie, or refuse a browser that has neither."""
        token = request.query_params.get("token")
        if request.method == "GET" and token is not None:
            arriving = self._coder_with(token)
            if arriving is None:
                return self._refuse_stranger(request)
            answer = _sent_on(request, self._home(arriving) or "/")
            answer.set_cookie(self._cookie, token, httponly=True, samesite="strict", path="/", secure=self._secure)
            return answer
        coder = self._coder_with(request.cookies.get(self._cookie))
        if coder is None:
            return self._refuse_stranger(request)
        request.scope["coder"] = coder
        return None

    def _closed(self, request: Request) -> Response | None:
        """Refuse a coder for whom the page that is asked for is not open."""
        page, coder = self._page_of(request), request.scope["coder"]
        if page is None or page.open_to(coder):
            return None
        sentence = f"{coder} may not open this page; study.toml says who may."
        return refusal(request, 403, sentence, home=self._home(coder))

    def _page_of(self, request: Request) -> _GuardedPage | None:
        """Return the page that is asked for: of the matching paths, the longest."""
        path = request.url.path
        if path.startswith("/static/"):
            return None
        matching = [page for page in self._pages if page.path == path or path.startswith(page.path.rstrip("/") + "/")]
        return max(matching, key=lambda page: len(page.path), default=None)

    def _home(self, coder: CoderId) -> str:
        """Return the first page that has something for a coder, or is open at least, where the coder arrives."""
        listed = (page.path for page in self._pages if page.is_listed(coder))
        return next(listed, next((page.path for page in self._pages if page.open_to(coder)), ""))

    def _refuse_stranger(self, request: Request) -> Response:
        return refusal(
            request, 403, "This page needs the address that autocode printed when it was started, with its token."
        )

    def _coder_with(self, token: str | None) -> CoderId | None:
        if token is None:
            return None
        found = None
        for coder, known in self._tokens.items():  # all of them, so that the time taken reveals nothing
            if hmac.compare_digest(token.encode("utf-8", "replace"), known.encode()):
                found = coder
        return found


def _sent_on(request: Request, home: str) -> Response:
    """Return an answer that leads a browser to a page with the cookie that comes with the answer."""
    if Headers(scope=request.scope).get("sec-fetch-site") != "cross-site":
        return RedirectResponse(URL(home), status_code=303)
    # Redirected from another place, such as a file, a browser would keep back a cookie that is for this site alone. So
    # a page of this site leads there.
    lead = f'<meta http-equiv="refresh" content="0; url={escape(home)}">'
    return HTMLResponse(f'<!doctype html><html lang="en"><meta charset="utf-8">{lead}<title>autocode</title></html>')


def _limited(receive: Receive, page: _GuardedPage | None) -> Receive:
    """Return a `receive` that refuses more than a page takes, also where the length was not announced."""
    n_bytes = 0
    most, sentence = (
        (0, "Nothing at this address takes a request.") if page is None else (page.largest_request, page.too_large)
    )

    async def receive_limited() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise HTTPException(413, sentence)
        return message

    return receive_limited
