"""The board: a team's codes as cards under their themes, changed with the plan first."""

import hashlib
import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import astuple
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import CoderId
from autocode.errors import AutocodeError, CodebookError
from autocode.review import CodeCard, ProposedCode
from autocode.tables import Table
from autocode.transcripts import Line
from autocode.web._acts import RefusedRequestError, gesture_of, json_of
from autocode.web._app import Page, coder_of, render
from autocode.web._board_act import BoardAct
from autocode.web._codes import hue_of

if TYPE_CHECKING:
    from autocode.suggester import CodeCoherence, ConfusedCodes, SimilarCodes

PATH = "/board"
_REMEMBERED = 200  # gestures whose answers are kept, so that an act that is sent twice is made once


class BoardView(NamedTuple):
    """
    What one person may see of a study's codes.

    Attributes
    ----------
    codebook : Codebook
        The codes, without those that only others may see.
    cards : sequence of CodeCard
        The card of each of them, with codings that the person may see.
    closed : str
        Why nothing can be changed now; empty if it can.
    partial : str
        What the person does not see yet, and why; empty if it is everything.
    latest : str
        The latest change, in a sentence, where it can be taken back; else empty.
    proposed : sequence of ProposedOnBoard
        Codes that coders proposed and the codebook does not have, by proposals that the person may see.
    """

    codebook: Codebook
    cards: Sequence[CodeCard]
    closed: str = ""
    partial: str = ""
    latest: str = ""
    proposed: "Sequence[ProposedOnBoard]" = ()


class ProposedOnBoard(NamedTuple):
    """
    A code that coders proposed, with lines that need it.

    Attributes
    ----------
    proposed : ProposedCode
        The code, and who proposed it.
    lines : sequence of Line
        Some of the lines for which it was proposed.
    """

    proposed: ProposedCode
    lines: Sequence[Line] = ()


class BoardWords(NamedTuple):
    """
    What the words of the lines say about the codes.

    Attributes
    ----------
    similar : sequence of SimilarCodes
        Codes that are given to similar lines.
    confused : sequence of ConfusedCodes
        Codes that a suggester can hardly distinguish, where it was asked for them.
    coherence : sequence of CodeCoherence
        Homogeneity and heterogeneity of themes and subthemes.
    note : str
        Why there is nothing to show, if so.
    """

    similar: "Sequence[SimilarCodes]" = ()
    confused: "Sequence[ConfusedCodes]" = ()
    coherence: "Sequence[CodeCoherence]" = ()
    note: str = ""


class PlannedChange(NamedTuple):
    """
    What an act would do.

    Attributes
    ----------
    parts : sequence of str or Table
        The plan: its tables, and the sentences before, between and after them, each on a line.
    make : callable
        Makes the change as planned, and returns the code or theme to look at next.
    """

    parts: Sequence[str | Table]
    make: Callable[[], CodeId]


class Board(Protocol):
    """What the page asks of a study."""

    def view(self, viewer: CoderId) -> BoardView:
        """
        Return what a person may see of the codes now.

        Parameters
        ----------
        viewer : CoderId
            The person.
        """

    def words(self, viewer: CoderId) -> BoardWords:
        """
        Return what the words of the lines say about the codes; it may take seconds.

        Parameters
        ----------
        viewer : CoderId
            The person.
        """

    def confusions(self, viewer: CoderId) -> BoardWords:
        """
        Return the codes that a suggester can hardly distinguish; one is fitted for it, which takes seconds.

        Parameters
        ----------
        viewer : CoderId
            The person.
        """

    def plan(self, act: BoardAct, *, by: CoderId) -> PlannedChange:
        """
        Return what an act would do.

        Parameters
        ----------
        act : BoardAct
            The act.
        by : CoderId
            Who does it.

        Raises
        ------
        AutocodeError
            If it is impossible, or somebody else changed the codebook since.
        """


class _BoardRequests:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = Lock()
        self._made: OrderedDict[str, dict[str, Any]] = OrderedDict()

    async def page(self, request: Request) -> Response:
        """Return the frame of the page; its script asks for the rest."""
        return render(request, "board.html")

    async def state(self, request: Request) -> Response:
        """Answer with the codes as they are now."""
        return await self._answer(coder_of(request), self._state)

    async def words(self, request: Request) -> Response:
        """Answer with what the words of the lines say about the codes."""
        return await self._answer(coder_of(request), lambda viewer: _words_json(self._board.words(viewer)))

    async def confusions(self, request: Request) -> Response:
        """Answer with the codes that a suggester confuses."""
        return await self._answer(coder_of(request), lambda viewer: _words_json(self._board.confusions(viewer)))

    async def plan(self, request: Request) -> Response:
        """Answer with what an act would do."""
        return await self._answer_act(request, self._planned)

    async def make(self, request: Request) -> Response:
        """Make a change whose plan was shown."""
        return await self._answer_act(request, self._changed)

    async def _answer(self, viewer: CoderId, answer: Callable[[CoderId], dict[str, Any]]) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(answer, viewer))
        except AutocodeError as error:
            return JSONResponse({"refused": _sentence(error)})

    async def _answer_act(
        self, request: Request, answer: Callable[[BoardAct, CoderId, dict[str, Any]], dict[str, Any]]
    ) -> Response:
        try:
            fields = await json_of(request)
            act = BoardAct.from_json(fields)
            return await self._answer(coder_of(request), lambda coder: answer(act, coder, fields))
        except RefusedRequestError as error:
            return PlainTextResponse(str(error), status_code=error.status)

    def _state(self, viewer: CoderId) -> dict[str, Any]:
        return _state_json(self._board.view(viewer))

    def _planned(self, act: BoardAct, coder: CoderId, fields: dict[str, Any]) -> dict[str, Any]:
        try:
            planned = self._board.plan(act, by=coder)
        except CodebookError as error:
            return {"refused": _sentence(error), "board": self._state(coder)}
        return {"plan": [_part_json(part) for part in planned.parts], "fingerprint": _fingerprint(act, planned)}

    def _changed(self, act: BoardAct, coder: CoderId, fields: dict[str, Any]) -> dict[str, Any]:
        key = f"{coder}:{gesture_of(fields)}"
        with self._lock:  # what is pressed twice is made once, and answered twice
            if key in self._made:
                return self._made[key]
            try:
                planned = self._board.plan(act, by=coder)
                if _fingerprint(act, planned) != fields.get("plan"):
                    raise CodebookError("nothing was changed, because the plan is another one now; look at it again.")
                looked_at = planned.make()
            except CodebookError as error:
                return {"refused": _sentence(error), "board": self._state(coder)}
            self._made[key] = {"look": looked_at, "board": self._state(coder)}
            if len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
            return self._made[key]


def _sentence(error: AutocodeError) -> str:
    sentence = str(error)
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _fingerprint(act: BoardAct, planned: PlannedChange) -> str:
    """Return what is the same only for the same act and the same plan."""
    shown = json.dumps([astuple(act), *map(_part_json, planned.parts)])
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def _part_json(part: str | Table) -> dict[str, Any]:
    if isinstance(part, str):
        return {"sentences": part.splitlines()}
    return {"head": part.head, "rows": part.rows, "numeric": sorted(part.numeric)}


def _state_json(view: BoardView) -> dict[str, Any]:
    codebook = view.codebook
    return {
        "version": codebook.version,
        "closed": view.closed,
        "partial": view.partial,
        "latest": view.latest,
        "proposed": [_proposed_json(proposed) for proposed in view.proposed],
        "themes": [_code_json(theme) for theme in codebook.themes],
        "codes": [_card_json(card, codebook) for card in view.cards],
    }


def _card_json(card: CodeCard, codebook: Codebook) -> dict[str, Any]:
    code = card.code
    return {
        **_code_json(code),
        "owner": code.owner,
        "hue": hue_of(codebook, code.id),
        "lines": card.lines,
        "by": dict(card.by_coder),
        "waiting": card.waiting,
        "shown": [_line_json(line) for line in card.examples],
        "memos": [{"text": memo, "coder": coder} for coder, memo in card.memos],
        "merged": [{"name": was.name, "owner": was.owner} for was in card.merged],
    }


def _code_json(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "name": code.name,
        "parent": code.parent,
        "definition": code.definition,
        "use_when": code.use_when,
        "not_when": code.not_when,
        "examples": list(code.examples),
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {"text": line.text, "line": line.id}


def _proposed_json(proposed: ProposedOnBoard) -> dict[str, Any]:
    code = proposed.proposed
    by = Counter(proposal.coder for proposal in code.proposals)
    return {"name": code.name, "by": dict(sorted(by.items())), "lines": [_line_json(line) for line in proposed.lines]}


def _words_json(words: BoardWords) -> dict[str, Any]:
    return {
        "note": words.note,
        "similar": [pair.to_json() for pair in words.similar],
        "confused": [_confused_json(pair) for pair in words.confused],
        "coherence": {
            found.code.id: found.undefined.capitalize()
            if found.undefined
            else f"Homogeneity {found.homogeneity}, heterogeneity {found.heterogeneity}"
            + (f" from {found.nearest.name}" if found.nearest is not None else "")
            for found in words.coherence
        },
    }


def _confused_json(pair: "ConfusedCodes") -> dict[str, Any]:
    """Return two codes, and how far the model distinguishes them, without a percentage that asks to be trusted."""
    return {
        "codes": [pair.first.id, pair.second.id],
        "lines": list(pair.lines),
        "together": pair.together,
        "auc": f"{pair.auc:.2f} [{pair.low:.2f}, {pair.high:.2f}]",
    }


def board_page(board: Board, *, open_to: Callable[[CoderId], bool]) -> Page:
    """
    Return the page on which a team changes its codes.

    Every act shows what it would do first, and is made only as it was shown.

    Parameters
    ----------
    board : Board
        What shows the codes of a study and changes them.
    open_to : callable
        Whether a person may change the codebook, and open the page.

    Returns
    -------
    Page
        The page at the path "/board", to be put into `make_app` or `serve`.
    """
    requests = _BoardRequests(board)
    routes = [
        Route(PATH, requests.page, methods=["GET"]),
        Route(f"{PATH}/state", requests.state, methods=["GET"]),
        Route(f"{PATH}/words", requests.words, methods=["GET"]),
        Route(f"{PATH}/confusions", requests.confusions, methods=["GET"]),
        Route(f"{PATH}/plan", requests.plan, methods=["POST"]),
        Route(f"{PATH}/make", requests.make, methods=["POST"]),
    ]
    return Page(name="Board", path=PATH, routes=routes, open_to=open_to)
