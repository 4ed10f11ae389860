"""The pages on which coded lines are read again: every line of a code, filtered, copied and exported."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.codebook import CodeId
from autocode.coding import Basis, Codings
from autocode.errors import StudyError
from autocode.retrieval import RetrievedLines, lines_with_code
from autocode.transcripts import LineId, TranscriptId, Transcripts
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of, hue_of, participant_summary
from autocode.web._coding_views import CodingView, CodingViews
from autocode.web._line_lists import (
    CODES,
    Choice,
    Part,
    as_query,
    attribute_choices,
    attributes_asked,
    code_address,
    grouping_attributes,
    line_address,
    may_review,
    offered,
    outdated,
    query_of,
    sent,
)

_MOST_TOGETHER = 12
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class _Filter(NamedTuple):
    """What a reader asks of the lines of a code, as the address has it; empty for anything."""

    coder: str
    interview: str
    basis: str
    code_too: str
    with_memo: bool
    subcodes: bool
    attributes: Mapping[str, str]

    @classmethod
    def of(cls, query: QueryParams) -> "_Filter":
        return cls(
            coder=query.get("coder", ""),
            interview=query.get("interview", ""),
            basis=query.get("basis", ""),
            code_too=query.get("with", ""),
            with_memo=bool(query.get("memo")),
            subcodes=query.get("subcodes", "with") != "without",
            attributes=attributes_asked(query),
        )

    def query(self, **more: str) -> str:
        """Return the filter as the query of an address."""
        return query_of(
            {
                "coder": self.coder,
                "interview": self.interview,
                "basis": self.basis,
                "with": self.code_too,
                "memo": "1" if self.with_memo else "",
                "subcodes": "" if self.subcodes else "without",
                **as_query(self.attributes),
                **more,
            }
        )

    def applied_to(self, found: RetrievedLines) -> RetrievedLines:
        return found.where(
            coders=[self.coder] if self.coder else (),
            interviews=[self.interview] if self.interview else (),
            bases=[Basis(self.basis)] if self.basis in [*Basis] else (),
            codes_too=[self.code_too] if self.code_too in found.names else (),
            attributes=self.attributes,
            with_memo=self.with_memo,
        )


class _LinesRequests:
    def __init__(self, views: CodingViews, *, lines: Transcripts, title: str) -> None:
        self._views = views
        self._lines = lines
        self._title = title

    async def index(self, request: Request) -> Response:
        """Show the codes with their numbers of lines."""
        try:
            view = await run_in_threadpool(self._views.of, coder_of(request))
            counts = await run_in_threadpool(_counts, view.codings)
        except StudyError as error:
            return outdated(request, error)
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for code in codes_of(view.codebook).values():
            groups.setdefault(code["theme"], []).append(code)
        themes = {theme.name: theme for theme in view.codebook.labelled().themes}
        return render(
            request,
            "codes.html",
            groups=groups,
            themes=themes,
            counts=counts,
            partial=view.partial,
            code_address=code_address,
        )

    async def lines_of(self, request: Request) -> Response:
        """Show all lines of a code, or send them as a table or a document."""
        asked = _Filter.of(request.query_params)
        code = request.path_params["code"]
        try:
            view = await run_in_threadpool(self._views.of, coder_of(request))
            if code not in view.codebook:
                sentence = f"There is no code {code!r} in this codebook; choose one under Lines."
                return render(request, "refused.html", title="Lines", sentence=sentence, status=404)
            every = await run_in_threadpool(
                lambda: lines_with_code(view.codings, self._lines, view.codebook, code=code, subcodes=asked.subcodes)
            )
            found = await run_in_threadpool(asked.applied_to, every)
        except StudyError as error:
            return outdated(request, error)
        form = request.query_params.get("as")
        if form == "csv":
            return sent(await run_in_threadpool(found.to_csv), code, "csv", "text/csv; charset=utf-8")
        if form == "docx":
            from autocode.report import retrieved_lines_document

            document = await run_in_threadpool(lambda: retrieved_lines_document(found, title=self._title))
            return sent(document, code, "docx", _WORD)
        return await run_in_threadpool(self._page, request, view, every, found, asked)

    def _page(
        self, request: Request, view: CodingView, every: RetrievedLines, found: RetrievedLines, asked: _Filter
    ) -> Response:
        part = Part.of(found.lines, request.query_params)
        codebook = view.codebook
        return render(
            request,
            "code_lines.html",
            code=codebook.labelled()[every.code.id],
            hue=hue_of(codebook, every.code.id),
            codes={code: {"name": found.names[code], "hue": hue_of(codebook, code)} for code in codebook},
            has_subcodes=bool(codebook.descendants(every.code.id)),
            every=every,
            found=found,
            part=part,
            choices=_choices(every, asked),
            asked=asked,
            about=lambda name: participant_summary(self._lines.interview(name)),
            together=list(found.together.items())[:_MOST_TOGETHER],
            spread=_spread(found, self._lines, view.codings),
            partial=view.partial,
            may_review=may_review(request),
            code_address=code_address,
            line_address=line_address,
        )


def _counts(codings: Codings) -> Mapping[CodeId, int]:
    """Return the number of lines that anybody gave each code."""
    given: dict[CodeId, set[LineId]] = {}
    for coding in codings:
        for code in coding.codes:
            given.setdefault(code, set()).add(coding.line)
    return {code: len(lines) for code, lines in given.items()}


def _choices(every: RetrievedLines, asked: _Filter) -> list[Choice]:
    """Return what the lines of a code can be narrowed by."""
    too = [(code, every.names.get(code, code), n) for code, n in every.together.items()]
    return offered(
        [
            Choice.of("coder", "Coder", asked.coder, every.by_coder),
            Choice.of("interview", "Participant", asked.interview, every.by_interview),
            *attribute_choices(every, asked.attributes),
            Choice.of("basis", "Basis", asked.basis, every.by_basis),
            Choice("with", "Together with", asked.code_too, too),
        ]
    )


def _spread(
    found: RetrievedLines, lines: Transcripts, codings: Codings
) -> list[tuple[str, list[tuple[str, int, int, int]]]]:
    """Return, for each attribute and value, the lines, the interviews with one, and the interviews that were coded."""
    coded = set(codings.lines)
    judged = {interview.id for interview in lines.interviews if any(line.id in coded for line in interview.lines)}
    holding = set(found.interviews)
    tables = []
    for attribute in grouping_attributes(line.attributes for line in found.lines):
        n_lines = found.by_attribute(attribute)
        interviews: dict[str, list[TranscriptId]] = {}
        for interview in lines.interviews:
            if interview.id in judged and (value := interview.attributes.get(attribute, "")):
                interviews.setdefault(value, []).append(interview.id)
        rows = [
            (value, n_lines.get(value, 0), sum(name in holding for name in names), len(names))
            for value, names in sorted(interviews.items())
        ]
        tables.append((attribute.replace("_", " "), rows))
    return tables


def code_lines_page(views: CodingViews, *, lines: Transcripts, title: str) -> Page:
    """Return the page at the path "/codes"."""
    requests = _LinesRequests(views, lines=lines, title=title)
    return Page(
        name="Lines",
        path=CODES,
        routes=[
            Route(CODES, requests.index, methods=["GET"]),
            Route(f"{CODES}/{{code:path}}", requests.lines_of, methods=["GET"]),
        ],
        prepare=views.prepare,
    )
