"""The page on which a named adjudicator settles the lines on which coders differ."""

from collections.abc import Callable, Collection, Mapping
from itertools import combinations, zip_longest
from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId, Reading, Ruling
from autocode.errors import AutocodeError, JournalError
from autocode.journal import Journal
from autocode.review import AdjudicationSession, Difference
from autocode.transcripts import LineId, Role, Transcripts
from autocode.web._app import Page, coder_of, render
from autocode.web._review import about, hue_of

PATH = "/adjudicate"
_AT_ONCE = 60  # open lines whose words come with the first answer
_MOST = 400  # lines that are read in one request


class AdjudicationDesk:
    """One adjudicator's sitting as the page's script asks for it: what there is to settle, and one act at a time.

    The browser's page and the notebook's widget speak to it in the same words.
    """

    def __init__(self, session: AdjudicationSession, *, study: str = "", coding_closed: bool = False) -> None:
        self._session = session
        self._coding_closed = coding_closed
        self._study = study
        self._beside = _beside(session.lines)
        self._order = {code: place for place, code in enumerate(session.codebook)}
        self._lock = Lock()  # acts of two tabs are done one after the other

    def refusal(self) -> str:
        """Return why the adjudicator may not see what others coded yet; empty if they may."""
        with self._lock:
            self._session.look_again()
            left = 0 if self._coding_closed else self._session.left_to_read
            return still_coding(self._session.coder, left) if left else ""

    def look(self, *, hidden: bool) -> dict[str, Any]:
        """Return which lines coders differ on, and words and readings of the first open ones."""
        with self._lock:
            session = self._session
            session.look_again()
            interviews = {one.line.transcript for one in session.differences}
            return {
                "coder": session.coder,
                "study": self._study,
                "codes": codes_of(session.codebook),
                "contested": dict(sorted(session.contested.items(), key=lambda item: (-item[1], item[0]))),
                "interviews": {one.id: about(one) for one in session.lines.interviews if one.id in interviews},
                "lines": [self._placed(one) for one in session.differences],
                "read": [self._line(one, hidden=hidden) for one in session.open[:_AT_ONCE]],
            }

    def read(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return words and readings of some lines; without who read what if names are hidden.

        Raises `ValueError` for what no page of ours sends.
        """
        with self._lock:
            wanted, hidden = _of(said, "lines", list), _of(said, "hidden", bool)
            if len(wanted) > _MOST:
                raise ValueError(f"at most {_MOST} lines are read at once.")
            self._session.look_again()
            found = [self._session.difference(LineId(one)) for one in wanted if isinstance(one, str)]
            return {"lines": [self._line(one, hidden=hidden) for one in found if one is not None]}

    def act(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Do one ruling or undo, and return the line as it is then; what is refused says why.

        Raises `ValueError` for what no page of ours sends.
        """
        with self._lock:
            kind, gesture = said.get("kind"), said.get("gesture")
            if kind not in ("settle", "undo") or not isinstance(gesture, str) or not 0 < len(gesture) <= 64:
                raise ValueError("an act is a ruling or an undo, and carries its id.")
            return self._undo(gesture) if kind == "undo" else self._settle(said, gesture)

    def _undo(self, gesture: str) -> dict[str, Any]:
        line = self._session.undo(gesture=gesture)
        if line is None:
            return {"refused": "There is nothing to undo."}
        found = self._session.difference(line)
        return {"reload": True} if found is None else {"line": self._line(found, hidden=None)}

    def _settle(self, said: Mapping[str, Any], gesture: str) -> dict[str, Any]:
        wanted = _Act(said)
        self._session.look_again()
        found = self._session.difference(wanted.line)
        if found is None:
            return {"refused": "The coders no longer differ on that line, so nothing was stored.", "reload": True}
        fresh = self._line(found, hidden=wanted.hidden)
        if found.digest != wanted.digest:
            told = "Somebody has read that line anew since it came to your screen. Nothing was stored; look once more."
            return {"refused": told, "line": fresh}
        by_codes = {one.codes: one for one in found.readings}
        try:
            self._session.settle(
                wanted.line,
                wanted.ruling,
                left=_reading(by_codes, wanted.left),
                right=_reading(by_codes, wanted.right),
                codes=wanted.codes,
                reason=wanted.reason,
                names_hidden=wanted.hidden,
                milliseconds=wanted.milliseconds,
                gesture=gesture,
            )
        except JournalError:
            raise
        except AutocodeError as error:
            return {"refused": f"Nothing was stored. {error}", "line": fresh}
        return {"line": self._line(found, hidden=wanted.hidden)}

    def _placed(self, difference: Difference) -> dict[str, Any]:
        """Return what the page knows of every line, near the screen or not."""
        line = difference.line
        told: dict[str, Any] = {
            "id": line.id,
            "order": line.order,
            "interview": line.transcript,
            "contested": self._in_order(difference.contested),
        }
        if settled := self._settled(line.id):
            told["settled"] = settled
        return told

    def _settled(self, line: LineId) -> list[dict[str, Any]]:
        return [
            {"by": one.coder, "codes": self._in_order(one.codes), "reason": one.memo}
            for one in self._session.settled(line)
        ]

    def _line(self, difference: Difference, *, hidden: bool | None) -> dict[str, Any]:
        """Return a line as the page shows it; with `hidden` None, only what changes by settling it."""
        session, line = self._session, difference.line
        if hidden is None:
            return {"id": line.id, "settled": self._settled(line.id)}
        shown = difference.shuffled(session.coder) if hidden else difference
        question, before, after = self._beside[line.id]
        return {
            **self._placed(difference),
            "text": line.text,
            "question": question,
            "before": before,
            "after": after,
            "digest": difference.digest,
            "readings": [
                {"by": _named(one, place, hidden=hidden), "codes": self._in_order(one.codes)}
                for place, one in enumerate(shown.readings)
            ],
            "pairs": [
                {"left": a, "right": b, "gives": self._gives(shown.readings[a], shown.readings[b])}
                for a, b in combinations(range(len(shown.readings)), 2)
            ],
            "settled": self._settled(line.id),
        }

    def _gives(self, left: Reading, right: Reading) -> dict[str, list[CodeId]]:
        return {
            ruling: self._in_order(codes)
            for ruling in (Ruling.LEFT, Ruling.RIGHT, Ruling.BOTH, Ruling.NEITHER)
            if (codes := ruling.codes(left, right)) is not None
        }

    def _in_order(self, codes: Collection[CodeId]) -> list[CodeId]:
        return sorted(codes, key=lambda code: (self._order.get(code, len(self._order)), code))


def adjudication_page(
    journal: Journal,
    *,
    lines: Transcripts,
    codebook: Codebook,
    adjudicators: Collection[CoderId],
    coders: Collection[CoderId] = (),
    coding_closed: bool = False,
    study: str = "",
) -> Page:
    """
    Return the page on which those whom the study names settle the lines on which coders differ.

    While independent coding is open, an adjudicator who has lines left to read, or may still begin, is refused: whoever
    has seen another's codings no longer reads independently.

    Parameters
    ----------
    coders : those whom the study names as ones who code; without any, everybody may.
    """
    journal.codings().check_lines(lines)
    desks: dict[CoderId, AdjudicationDesk] = {}

    def desk_of(coder: CoderId) -> AdjudicationDesk:
        if coder not in desks:
            session = AdjudicationSession(
                journal, lines=lines, codebook=codebook, coder=coder, adjudicators=adjudicators, coders=coders
            )
            desks[coder] = AdjudicationDesk(session, study=study, coding_closed=coding_closed)
        return desks[coder]

    async def answer(request: Request, do: Callable[[AdjudicationDesk], dict[str, Any]]) -> Response:
        def now() -> Response:
            desk = desk_of(coder_of(request))
            if told := desk.refusal():
                return PlainTextResponse(told, status_code=403)
            return JSONResponse(do(desk))

        try:
            return await run_in_threadpool(now)
        except JournalError as error:
            return PlainTextResponse(f"Nothing was stored. {error}", status_code=500)
        except ValueError as error:
            return PlainTextResponse(f"This is not a ruling: {error}", status_code=422)

    async def show(request: Request) -> Response:
        told = await run_in_threadpool(lambda: desk_of(coder_of(request)).refusal())
        if told:
            return render(request, "refused.html", title="Where coders differ", told=told, status=403)
        return render(request, "adjudicate.html")

    async def look(request: Request) -> Response:
        hidden = request.query_params.get("hidden") == "1"
        return await answer(request, lambda desk: desk.look(hidden=hidden))

    async def told(request: Request, do: Callable[[AdjudicationDesk, dict[str, Any]], dict[str, Any]]) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("A ruling is sent as application/json.", status_code=415)
        try:
            said = await request.json()
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            return PlainTextResponse("This is not a ruling: a ruling is an object in JSON.", status_code=422)
        return await answer(request, lambda desk: do(desk, said))

    async def read(request: Request) -> Response:
        return await told(request, AdjudicationDesk.read)

    async def act(request: Request) -> Response:
        return await told(request, AdjudicationDesk.act)

    return Page(
        name="Differences",
        path=PATH,
        routes=[
            Route(PATH, show, methods=["GET"]),
            Route(f"{PATH}/lines", look, methods=["GET"]),
            Route(f"{PATH}/read", read, methods=["POST"]),
            Route(f"{PATH}/act", act, methods=["POST"]),
        ],
        open_to=lambda coder: coder in adjudicators,
    )


def still_coding(coder: CoderId, left: int) -> str:
    """Return why a coder who has lines left to read does not see what others coded."""
    return (
        f"{coder} has {left:,} lines left to read, and independent coding is open: whoever has seen another's codings "
        "no longer reads independently. Read them first, or let the team close independent coding in study.toml: "
        f'independent_coding = "closed". If {coder} does not code in this study, name there, as coders, those who do.'
    )


def codes_of(codebook: Codebook) -> dict[str, dict[str, Any]]:
    """Return the subthemes as a page shows them, in the order of the codebook."""
    tops = [theme.id if (theme := codebook.theme_of(code.id)) else code.id for code in codebook.subthemes]
    return {
        code.id: {
            "id": code.id,
            "name": code.name,
            "hue": hue_of(codebook, code.id),
            "theme": codebook[top].name if top != code.id else "",
            "definition": code.definition,
            "use_when": code.use_when,
            "not_when": code.not_when,
            "examples": list(code.examples),
        }
        for code, top in zip(codebook.subthemes, tops, strict=True)
    }


class _Act:
    """One ruling as it was sent; raises `ValueError` for anything else."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.line = LineId(_of(said, "line", str))
        self.digest: str = _of(said, "digest", str)
        self.ruling = Ruling(_of(said, "ruling", str))
        self.left, self.right, self.codes = (_codes(said, key) for key in ("left", "right", "codes"))
        self.reason: str = _of(said, "reason", str).strip()
        self.hidden: bool = _of(said, "hidden", bool)
        self.milliseconds: int = _of(said, "milliseconds", int)


def _of(said: Mapping[str, Any], key: str, kind: type) -> Any:
    value = said.get(key)
    if type(value) is not kind:
        raise ValueError(f"its {key} is missing or of another kind.")
    return value


def _codes(said: Mapping[str, Any], key: str) -> frozenset[CodeId]:
    given = _of(said, key, list)
    if not all(isinstance(code, str) for code in given):
        raise ValueError(f"its {key} are not codes.")
    return frozenset(map(CodeId, given))


def _reading(by_codes: Mapping[frozenset[CodeId], Reading], codes: frozenset[CodeId]) -> Reading:
    if codes not in by_codes:
        raise ValueError("nobody read the line so.")
    return by_codes[codes]


def _named(reading: Reading, place: int, *, hidden: bool) -> str:
    if not hidden:
        return ", ".join(reading.coders)
    n = len(reading.coders)
    return f"Reading {chr(ord('A') + place % 26)}{'' if n == 1 else f' ({n} coders)'}"


def _beside(lines: Transcripts) -> dict[LineId, tuple[str, list[str], list[str]]]:
    """Return for each line the question it answers, and what the participant said right before and right after."""
    found = {}
    for interview in lines.interviews:
        question, before = "", list[str]()
        for line, after in zip_longest(interview.lines, interview.lines[1:]):
            spoken = line.role is Role.PARTICIPANT
            follows = [after.text] if after is not None and after.role is Role.PARTICIPANT else []
            if spoken:
                found[line.id] = (question, before, follows)
            else:
                question = line.text
            before = [line.text] if spoken else []
    return found
