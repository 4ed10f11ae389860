"""The review page: the interview to read, the present line, what is suggested, and the forms that decide."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from autocode.codebook import CodeId
from autocode.errors import AutocodeError, JournalError
from autocode.review import ReviewSession
from autocode.transcripts import LineId, Role
from autocode.web._app import Page

_HERE = Path(__file__).parent
_LONGEST = 64 * 1024  # bytes of one form: a memo of thirty pages


class Stretch(NamedTuple):
    """A part of the present line; `suggestion` counts from 1 where it is a word that a suggestion rests on, else 0."""

    text: str
    suggestion: int


def review_page(session: ReviewSession) -> Page:
    """Return the page over one coder's session."""
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = _Page(session, templates)
    return Page(
        name="Review",
        path="/",
        routes=[
            Route("/", page.show, methods=["GET"]),
            Route("/decide", page.decide, methods=["POST"]),
            Route("/undo", page.undo, methods=["POST"]),
            Route("/go", page.go, methods=["POST"]),
        ],
    )


class _Page:
    def __init__(self, session: ReviewSession, templates: Environment) -> None:
        self._session = session
        self._templates = templates
        self._memos: dict[LineId, str] = {}

    async def show(self, request: Request) -> Response:
        """Show the present line in its interview."""
        return self._render()

    async def decide(self, request: Request) -> Response:
        """Keep what was chosen, or nothing of it, or leave the line for later; then the next line."""
        return await self._act(request, self._decide)

    async def undo(self, request: Request) -> Response:
        """Take the latest act back."""
        return await self._act(request, self._undo)

    async def go(self, request: Request) -> Response:
        """Go to a line that was chosen in the interview."""
        return await self._act(request, self._go)

    async def _act(self, request: Request, act: Callable[[dict[str, list[str]]], str]) -> Response:
        """Do what a form says if it was made for the present line, and only then."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST:
                return PlainTextResponse("This memo is too long to store; shorten it.", status_code=413)
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        present = self._session.current
        if form.get("line_id") != ["" if present is None else present.id]:
            return _to_the_line()  # sent twice, or from a page that is no longer the present one
        try:
            notice = act(form)
        except AutocodeError as error:
            status = 500 if isinstance(error, JournalError) else 422
            return self._render(notice=f"Nothing was stored. {error}", form=form, status=status)
        return self._render(notice=notice, form=form, status=422) if notice else _to_the_line()

    def _decide(self, form: dict[str, list[str]]) -> str:
        accepted = [CodeId(code) for code in form.get("accept", [])]
        added = [CodeId(code) for code in form.get("add", [])]
        action = form.get("action", [""])[0]
        memo = form.get("memo", [""])[0].replace("\r\n", "\n").strip()
        line = self._session.current
        if line is None:
            return "Every line is decided; undo, or go to a line to judge it again."
        if action == "later":
            self._session.later()
            if memo:
                self._memos[line.id] = memo  # it comes back with the line
        elif action == "none" and (accepted or added):
            return "Codes are chosen: keep them, or drop them before saying that none fits."
        elif action == "keep" and not (accepted or added):
            return "Nothing is chosen, so nothing is decided: choose a code, or say that none fits."
        elif action in ("keep", "none"):
            self._session.settle(accepted, added=added, memo=memo)
            self._memos.pop(line.id, None)
        else:
            return "Choose what to do with the line: keep codes, none fits, or later."
        return ""

    def _undo(self, form: dict[str, list[str]]) -> str:
        judged = self._session.judged
        line = self._session.undo()
        if line is None:
            return "There is nothing to undo."
        if line.id in judged and judged[line.id].memo:
            self._memos[line.id] = judged[line.id].memo
        return ""

    def _go(self, form: dict[str, list[str]]) -> str:
        try:
            self._session.go_to(LineId(form.get("to", [""])[0]))
        except ValueError as error:
            return str(error)
        return ""

    def _memo(self) -> str:
        """Return what the coder wrote on the present line before: not stored yet, or with an earlier judgement."""
        line = self._session.current
        if line is None:
            return ""
        coding = self._session.judged.get(line.id)
        return self._memos.get(line.id) or (coding.memo if coding else "")

    def _render(self, *, notice: str = "", form: dict[str, list[str]] | None = None, status: int = 200) -> HTMLResponse:
        session, line = self._session, self._session.current
        interview = session.lines.interview(line.transcript) if line else None
        later = {one.id for one in session.queue.later}
        form = form or {}
        told = self._templates.get_template("review.html").render(
            session=session,
            line=line,
            interview=interview,
            later=later,
            participant=Role.PARTICIPANT,
            stretches=_stretches(session),
            suggestions=session.suggestions or (),
            codebook=session.codebook,
            shown={one.code for one in session.suggestions or ()},
            chosen={*form.get("accept", ()), *form.get("add", ())},
            memo=form["memo"][0] if "memo" in form else self._memo(),
            notice=notice,
        )
        return HTMLResponse(told, status_code=status)


def _to_the_line() -> RedirectResponse:
    return RedirectResponse("/#now", status_code=303)


def _stretches(session: ReviewSession) -> tuple[Stretch, ...]:
    """Return the present line cut at the words that suggestions rest on; a word of several belongs to the first."""
    if session.current is None:
        return ()
    text = session.current.text
    number_of: dict[str, int] = {}
    for number, one in enumerate(session.suggestions or (), start=1):
        for word, _ in one.evidence.words:
            number_of.setdefault(word.casefold(), number)
    if not number_of:
        return (Stretch(text, 0),)
    longest_first = sorted(number_of, key=len, reverse=True)
    found = re.split(rf"\b({'|'.join(map(re.escape, longest_first))})\b", text, flags=re.IGNORECASE)
    return tuple(
        Stretch(part, number_of.get(part.casefold(), 0) if place % 2 else 0) for place, part in enumerate(found)
    )
