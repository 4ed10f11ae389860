"""A sentence as an answer: plain text for scripts, and a page of its own for people who opened an address."""

import hashlib
from base64 import b64encode
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

POLICY = "Content-Security-Policy"
_HEADINGS = {403: "This page stays closed", 404: "Nothing is here", 421: "Another address"}
# In the page itself: a browser without a token gets no style sheet either.
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
<body><main><p class="brand">auto<b>code</b></p><h1>{heading}</h1><p>{sentence}</p>{link}</main></body>
</html>
"""


def refusal(request: Request, status: int, sentence: str, *, home: str = "") -> Response:
    """Return an answer that gives one sentence; `home` is the path of a page that is open to the coder, if any."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        link = f'<p><a href="{escape(home)}">Back to the pages that are open</a></p>' if home else ""
        heading = _HEADINGS.get(status, "This is not accepted")
        page = _PAGE.format(heading=heading, style=_STYLE, sentence=escape(sentence), link=link)
        policy = f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; base-uri 'none'; frame-ancestors 'none'"
        return HTMLResponse(page, status_code=status, headers={POLICY: policy})
    return PlainTextResponse(sentence, status_code=status)
