"""The page with all memos in one list."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.errors import StudyError
from autocode.retrieval import memos_on_lines
from autocode.transcripts import Transcripts
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of
from autocode.web._coding_views import CodingViews
from autocode.web._line_lists import (
    CODES,
    Choice,
    Part,
    code_address,
    line_address,
    may_review,
    offered,
    outdated,
    query_of,
    sent,
)

MEMOS = "/memos"


class _MemoRequests:
    def __init__(self, views: CodingViews, *, lines: Transcripts) -> None:
        self._views = views
        self._lines = lines

    async def memos(self, request: Request) -> Response:
        """Show the memos, or send them as a table."""
        try:
            return await run_in_threadpool(self._page, request)
        except StudyError as error:
            return outdated(request, error)

    def _page(self, request: Request) -> Response:
        asked = request.query_params
        view = self._views.of(coder_of(request))
        every = memos_on_lines(view.codings, self._lines, view.codebook)
        coder, code = asked.get("coder", ""), asked.get("code", "")
        found = every.where(coders=[coder] if coder else (), codes=[code] if code in every.names else ())
        if asked.get("as") == "csv":
            return sent(found.to_csv(), "memos", "csv", "text/csv; charset=utf-8")
        codes = [(code, every.names[code], n) for code, n in every.by_code.items()]

        def query_with(**more: str) -> str:
            return query_of({"coder": coder, "code": code, **more})

        return render(
            request,
            "memos.html",
            every=every,
            found=found,
            part=Part.of(found.memos, asked),
            choices=offered([Choice.of("coder", "Coder", coder, every.by_coder), Choice("code", "Code", code, codes)]),
            codes=codes_of(view.codebook),
            partial=view.partial,
            query_with=query_with,
            may_review=may_review(request),
            line_address=line_address,
            code_address=code_address,
        )


def memos_page(views: CodingViews, *, lines: Transcripts) -> Page:
    """Return the page at the path "/memos"; `views` are those of the pages of lines."""
    requests = _MemoRequests(views, lines=lines)
    return Page(name="Memos", path=MEMOS, routes=[Route(MEMOS, requests.memos, methods=["GET"])], under=CODES)
