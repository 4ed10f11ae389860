"""The pages on which coded lines are read again: every line of a code, filtered, copied and exported."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Basis, CoderId, Codings
from autocode.errors import StudyError
from autocode.journal import Journal
from autocode.retrieval import RetrievedLines, lines_with_code
from autocode.transcripts import LineId, TranscriptId, Transcripts
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of, hue_of, participant_summary
from autocode.web._coding_views import CodingView, CodingViews

PATH = "/codes"
_AT_ONCE = 200  # lines on one page: some 20 screens
_MOST_VALUES = 30  # of an attribute that is offered as a filter; beyond, it describes single people
_MOST_TOGETHER = 12
_ATTRIBUTE = "participant_"  # before the name of an attribute, as in exported tables
_RESTART = "Stop autocode with Ctrl+C and start it again: an interview was corrected since."
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def line_address(line: LineId) -> str:
    """Return the address under which the review opens at a line."""
    return f"/review#line={quote(line, safe='')}"


def code_address(code: CodeId, **query: str) -> str:
    """Return the address of all lines of a code."""
    return f"{PATH}/{quote(code, safe='')}" + (f"?{urlencode(query)}" if query else "")


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
            attributes={
                name.removeprefix(_ATTRIBUTE): value
                for name, value in query.items()
                if name.startswith(_ATTRIBUTE) and value
            },
        )

    def query(self, **more: str) -> str:
        """Return the filter as the query of an address."""
        given = {
            "coder": self.coder,
            "interview": self.interview,
            "basis": self.basis,
            "with": self.code_too,
            "memo": "1" if self.with_memo else "",
            "subcodes": "" if self.subcodes else "without",
            **{f"{_ATTRIBUTE}{name}": value for name, value in self.attributes.items()},
            **more,
        }
        asked = {name: value for name, value in given.items() if value}
        return f"?{urlencode(asked)}" if asked else "?"

    def applied_to(self, found: RetrievedLines) -> RetrievedLines:
        return found.where(
            coders=[self.coder] if self.coder else (),
            interviews=[self.interview] if self.interview else (),
            bases=[Basis(self.basis)] if self.basis in [*Basis] else (),
            codes_too=[self.code_too] if self.code_too in found.names else (),
            attributes=self.attributes,
            with_memo=self.with_memo,
        )


class _Choice(NamedTuple):
    """One choice of the filter, with the values that there are and their numbers of lines."""

    name: str
    label: str
    chosen: str
    values: Sequence[tuple[str, str, int]]


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
            return _outdated(request, error)
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
            return _outdated(request, error)
        form = request.query_params.get("as")
        if form == "csv":
            return _sent(await run_in_threadpool(found.to_csv), code, "csv", "text/csv; charset=utf-8")
        if form == "docx":
            from autocode.report import retrieved_lines_document

            document = await run_in_threadpool(lambda: retrieved_lines_document(found, title=self._title))
            return _sent(document, code, "docx", _WORD)
        return await run_in_threadpool(self._page, request, view, every, found, asked)

    def _page(
        self, request: Request, view: CodingView, every: RetrievedLines, found: RetrievedLines, asked: _Filter
    ) -> Response:
        whole = bool(request.query_params.get("all"))
        n_pages = 1 if whole else max(-(-len(found) // _AT_ONCE), 1)
        number = min(max(_number(request.query_params.get("page", "1")), 1), n_pages)
        first = (number - 1) * _AT_ONCE
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
            shown=found.lines if whole else found.lines[first : first + _AT_ONCE],
            first=first,
            number=number,
            n_pages=n_pages,
            choices=_choices(every, asked),
            asked=asked,
            about=lambda name: participant_summary(self._lines.interview(name)),
            together=list(found.together.items())[:_MOST_TOGETHER],
            spread=_spread(found, self._lines, view.codings),
            partial=view.partial,
            may_review=any(page.path == "/" and page.open_to(coder_of(request)) for page in request.app.state.pages),
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


def _choices(every: RetrievedLines, asked: _Filter) -> list[_Choice]:
    """Return what the lines of a code can be filtered by."""

    def choice(name: str, label: str, chosen: str, counts: Mapping[Any, int]) -> _Choice:
        return _Choice(name, label, chosen, [(str(value), str(value), n) for value, n in counts.items()])

    choices = [
        choice("coder", "Coder", asked.coder, every.by_coder),
        choice("interview", "Participant", asked.interview, every.by_interview),
    ]
    for attribute in _attributes(every):
        counts = {value: n for value, n in every.by_attribute(attribute).items() if value}
        label = attribute.replace("_", " ")
        chosen = asked.attributes.get(attribute, "")
        choices.append(choice(f"{_ATTRIBUTE}{attribute}", f"{label[:1].upper()}{label[1:]}", chosen, counts))
    choices.append(choice("basis", "Basis", asked.basis, every.by_basis))
    too = [(code, every.names.get(code, code), n) for code, n in every.together.items()]
    choices.append(_Choice("with", "Together with", asked.code_too, too))
    return [choice for choice in map(_with_chosen, choices) if len(choice.values) > 1 or choice.chosen]


def _with_chosen(choice: _Choice) -> _Choice:
    """Return a choice in which what is chosen stands among the values, even if no line has it."""
    if not choice.chosen or choice.chosen in [value for value, _, _ in choice.values]:
        return choice
    return choice._replace(values=[*choice.values, (choice.chosen, choice.chosen, 0)])


def _attributes(found: RetrievedLines) -> list[str]:
    """Return the attributes of the participants that group them; a date or a name of each is none of these."""
    values: dict[str, set[str]] = {}
    for line in found.lines:
        for name, value in line.attributes.items():
            values.setdefault(name, set()).add(value)
    return [name for name, known in values.items() if any(known) and len(known) <= _MOST_VALUES]


def _spread(
    found: RetrievedLines, lines: Transcripts, codings: Codings
) -> list[tuple[str, list[tuple[str, int, int, int]]]]:
    """Return, for each attribute and value, the lines, the interviews with one, and the interviews that were coded."""
    coded = set(codings.lines)
    judged = {interview.id for interview in lines.interviews if any(line.id in coded for line in interview.lines)}
    holding = set(found.interviews)
    tables = []
    for attribute in _attributes(found):
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


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def _sent(content: str | bytes, code: CodeId, suffix: str, kind: str) -> Response:
    """Return a file to be saved; its name is that of the code."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", code).strip("-.") or "code"
    if isinstance(content, str):
        content = f"\ufeff{content}".encode()  # without the mark, Excel does not take it for UTF-8
    disposition = f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(code, safe='')}.{suffix}"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})


def _outdated(request: Request, error: StudyError) -> Response:
    return render(request, "refused.html", title="Lines", sentence=f"{_RESTART} {error}", status=409)


@no_single_text
def lines_page(
    journal: Journal,
    *,
    lines: Transcripts,
    codebook: Codebook,
    coders: Collection[CoderId] = (),
    coding_closed: bool = False,
    own_codes_made: bool = False,
    title: str = "",
) -> Page:
    """
    Return the page on which all lines of a code are read: by coder, participant, attribute, basis and memo.

    While independent coding is open, anyone who has lines left to read sees only their own codings here.

    Parameters
    ----------
    journal : Journal
        Where the codings are.
    lines : Transcripts
        The interviews of the study.
    codebook : Codebook
        The codes of the study.
    coders : collection of CoderId, default ()
        Who codes in the study; if empty, everybody may code.
    coding_closed : bool, default False
        Whether independent coding is over, so that everybody may see all codings.
    own_codes_made : bool, default False
        Whether coders still make own codes, of which others may not learn.
    title : str, default ""
        The title of the study, for documents.

    Returns
    -------
    Page
        The page at the path "/codes", to be put into `make_app` or `serve`.
    """
    views = CodingViews(
        journal,
        lines=lines,
        codebook=codebook,
        coders=coders,
        coding_closed=coding_closed,
        own_codes_made=own_codes_made,
    )
    requests = _LinesRequests(views, lines=lines, title=title)
    return Page(
        name="Lines",
        path=PATH,
        routes=[
            Route(PATH, requests.index, methods=["GET"]),
            Route(f"{PATH}/{{code:path}}", requests.lines_of, methods=["GET"]),
        ],
    )
