"""A sentence as an answer: plain to scripts, and a page of its own to people who came by an address."""

import hashlib
from base64 import b64encode
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

POLICY = "Content-Security-Policy"
_HEADINGS = {403: "This page stays closed", 404: "Nothing is here", 421: "Another address"}
# In the page itself: whoever has no token gets no style sheet either.
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
body { background: light-dark(#fbfaf7, #171511); color: light-dark(#221f1a, #ece6da); }
main { max-width: 34rem; margin: 0 auto; padding: 16vh 24px 24px; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
h1 { margin: 20px 0 10px; font: 600 24px/1.3 Georgia, serif; }
.brand { font: 18px/1 Georgia, serif; }
.brand b, a { color: light-dark(#0b5c55, #6bccc1); }
a { text-underline-offset: 3px; }
"""
_ALLOWED = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} · autocode</title>
<style>{style}</style>
</head>
<body><main><p class="brand">auto<b>code</b></p><h1>{heading}</h1><p>{said}</p>{way}</main></body>
</html>
"""


def refusal(request: Request, status: int, said: str, *, home: str = "") -> Response:
    """Return an answer that says one sentence; `home` is the address of a page that is open to whoever asked."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        way = f'<p><a href="{escape(home)}">Back to the pages that are open</a></p>' if home else ""
        heading = _HEADINGS.get(status, "This is not taken")
        told = _PAGE.format(heading=heading, style=_STYLE, said=escape(said), way=way)
        policy = f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; base-uri 'none'; frame-ancestors 'none'"
        return HTMLResponse(told, status_code=status, headers={POLICY: policy})
    return PlainTextResponse(said, status_code=status)
