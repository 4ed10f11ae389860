"""The page on which the words of all interviews are searched."""

from functools import cached_property
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.retrieval import FoundLines, LineSearch
from autocode.transcripts import Transcripts
from autocode.web._app import Page, render
from autocode.web._codes import participant_summary
from autocode.web._line_lists import (
    CODES,
    Choice,
    Part,
    as_query,
    attribute_choices,
    attributes_asked,
    line_address,
    may_review,
    offered,
    query_of,
    sent,
)

SEARCH = "/search"
_LONGEST = 200  # letters of a query


class _SearchRequests:
    def __init__(self, lines: Transcripts, *, language: str) -> None:
        self._lines = lines
        self._language = language
        self._lock = Lock()

    @cached_property
    def _answers(self) -> LineSearch:
        return LineSearch(self._lines, language=self._language)

    @cached_property
    def _all(self) -> LineSearch:
        return LineSearch(self._lines, language=self._language, questions=True)

    def _found(self, query: str, *, questions: bool) -> FoundLines:
        with self._lock:  # the words are prepared once
            search = self._all if questions else self._answers
        return search.find(query)

    async def search(self, request: Request) -> Response:
        """Show the lines with the words that are searched for, or send them as a table."""
        asked = request.query_params
        query = asked.get("q", "").strip()[:_LONGEST]
        questions, attributes = bool(asked.get("questions")), attributes_asked(asked)
        interview = asked.get("interview", "")
        every = await run_in_threadpool(lambda: self._found(query, questions=questions))
        found = every.where(interviews=[interview] if interview else (), attributes=attributes)
        if asked.get("as") == "csv":
            return sent(await run_in_threadpool(found.to_csv), query or "search", "csv", "text/csv; charset=utf-8")

        def query_with(**more: str) -> str:
            given = {"q": query, "questions": "1" if questions else "", "interview": interview}
            return query_of({**given, **as_query(attributes), **more})

        choices = offered(
            [
                Choice.of("interview", "Participant", interview, every.by_interview),
                *attribute_choices(every, attributes),
            ]
        )
        return await run_in_threadpool(
            lambda: render(
                request,
                "search.html",
                query=query,
                questions=questions,
                every=every,
                found=found,
                part=Part.of(found.lines, asked),
                choices=choices,
                query_with=query_with,
                about=lambda name: participant_summary(self._lines.interview(name)),
                may_review=may_review(request),
                line_address=line_address,
            )
        )


def search_page(lines: Transcripts, *, language: str) -> Page:
    """Return the page at the path "/search"; it shows no codings."""
    requests = _SearchRequests(lines, language=language)
    return Page(name="Search", path=SEARCH, routes=[Route(SEARCH, requests.search, methods=["GET"])], under=CODES)
