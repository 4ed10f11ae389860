"""The page on which coders look through their own work: by code, left for later, proposed, with a memo, undecided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding
from autocode.errors import StudyError
from autocode.journal import Journal
from autocode.retrieval import reference
from autocode.review import OwnWork
from autocode.transcripts import Line, LineId, Transcripts
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of, participant_summary
from autocode.web._coding_views import CodingView, CodingViews
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
)

WORK = "/work"
_KINDS = {
    "undecided": "Not decided",
    "later": "Left for later",
    "proposed": "With a proposed code",
    "memo": "With a memo",
    "decided": "Decided",
}


class _WorkLine(NamedTuple):
    """A line of one's own work: what was given, what was proposed, and whether it waits."""

    line: Line
    reference: str
    coding: Coding | None
    proposed: Sequence[str]
    is_later: bool

    @property
    def quotation(self) -> str:
        return f"“{self.line.text}” ({self.reference})"


class _WorkRequests:
    def __init__(self, views: CodingViews, journal: Journal, *, lines: Transcripts) -> None:
        self._views = views
        self._journal = journal
        self._lines = lines
        self._lock = Lock()
        self._work: dict[CoderId, OwnWork] = {}

    async def work(self, request: Request) -> Response:
        """Show the coder's own work."""
        try:
            return await run_in_threadpool(self._page, request)
        except StudyError as error:
            return outdated(request, error)

    def _page(self, request: Request) -> Response:
        coder, asked = coder_of(request), request.query_params
        view = self._views.of(coder)
        with self._lock:
            work = self._work.setdefault(coder, OwnWork(self._journal, lines=self._lines, coder=coder))
            work.refresh()
            own = _own_latest(view, coder)
            proposed, later = work.proposed, frozenset(work.later)
            day = work.day(datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0))
        kinds: dict[str, Sequence[LineId]] = {
            "undecided": [line.id for line in self._lines.participant_lines if line.id not in own],
            "later": [*later],
            "proposed": [*proposed],
            "memo": [line for line, coding in own.items() if coding.memo],
            "decided": [*own],
        }
        kind = asked.get("show", "")
        kind = kind if kind in kinds else "decided" if asked.get("code") else "undecided"
        code = asked.get("code", "")
        wanted = frozenset(line for line in kinds[kind] if not code or (line in own and code in own[line].codes))
        found = [
            _WorkLine(line, reference(self._lines, line), own.get(line.id), proposed.get(line.id, ()), line.id in later)
            for line in self._lines.participant_lines
            if line.id in wanted
        ]
        codes = codes_of(view.codebook)

        def query_with(**more: str) -> str:
            return query_of({"show": kind, "code": code, **more})

        return render(
            request,
            "work.html",
            day=day,
            kinds=[(name, _KINDS[name], len(lines)) for name, lines in kinds.items()],
            kind=kind,
            n_found=len(found),
            part=Part.of(found, asked),
            choices=_code_choice(own, codes, code) if kind in ("decided", "memo", "proposed") else [],
            codes=codes,
            query_with=query_with,
            about=lambda name: participant_summary(self._lines.interview(name)),
            may_review=may_review(request),
            line_address=line_address,
            code_address=code_address,
        )


def _own_latest(view: CodingView, coder: CoderId) -> dict[LineId, Coding]:
    """Return a coder's latest judgement of each line, in the codes in force; to settle a difference is none."""
    latest: dict[LineId, Coding] = {}
    for coding in view.codings:
        if coding.coder == coder and coding.basis is not Basis.ADJUDICATED:
            known = latest.get(coding.line)
            if known is None or known.at is None or coding.at is None or coding.at >= known.at:
                latest[coding.line] = coding
    return latest


def _code_choice(own: Mapping[LineId, Coding], codes: Mapping[CodeId, Any], chosen: str) -> list[Choice]:
    counts = Counter(code for coding in own.values() for code in coding.codes)
    values = [(code, codes[code]["name"], counts[code]) for code in codes if counts[code]]
    return offered([Choice("code", "Code", chosen, values)])


def work_page(journal: Journal, *, views: CodingViews, lines: Transcripts) -> Page:
    """Return the page at the path "/work"; `views` are those of the pages of lines."""
    requests = _WorkRequests(views, journal, lines=lines)
    return Page(name="My work", path=WORK, routes=[Route(WORK, requests.work, methods=["GET"])], under=CODES)
