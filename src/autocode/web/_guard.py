"""Who may talk to the page: one browser on this machine that was given the token, and no other site through it."""

import hmac

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # not no-referrer: under that one, browsers send our own forms with the Origin "null"
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Refuse what does not come from the coder's own browser, and send every answer under strict headers."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._cookie = f"autocode-{port}"  # cookies do not know ports, and two reviews may run at once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refusal(Request(scope)) or self._entry(Request(scope))
        await (answer or self._app)(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        headers = Headers(scope=request.scope)
        host = headers.get("host", "")
        if host not in self._hosts:  # a foreign name that was made to point at this machine (DNS rebinding)
            return PlainTextResponse("This page answers only under 127.0.0.1.", status_code=421)
        if request.method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Only GET and POST.", status_code=405)
        foreign = headers.get("origin", f"http://{host}") != f"http://{host}"
        if request.method == "POST" and (foreign or headers.get("sec-fetch-site", "same-origin") != "same-origin"):
            return PlainTextResponse("Decisions are taken only from the review page itself.", status_code=403)
        return None

    def _entry(self, request: Request) -> Response | None:
        """Swap the token in the address for a cookie, or refuse whoever has neither."""
        if self._is_token(request.cookies.get(self._cookie)):
            return None
        if request.method == "GET" and self._is_token(request.query_params.get("token")):
            answer = RedirectResponse(URL("/#now"), status_code=303)
            answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict", path="/")
            return answer
        return PlainTextResponse(
            "This page needs the address that autocode printed when the review was started, with its token.",
            status_code=403,
        )

    def _is_token(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())
