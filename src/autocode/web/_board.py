"""The board: a team's codes as cards under their themes, grouped, merged, split and renamed with the plan first."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId
from autocode.display import displayed
from autocode.errors import AutocodeError, CodebookError
from autocode.review import CodeCard
from autocode.web._acts import RefusedRequestError, gesture_of, json_of
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import hue_of

if TYPE_CHECKING:
    from autocode.suggester import CodeCoherence, SimilarCodes

PATH = "/board"
KINDS = ("group", "merge", "split", "rename", "undo")
_REMEMBERED = 200  # gestures whose answers are kept, so that an act that is sent twice is made once


@displayed
@no_single_text
@dataclass(frozen=True, kw_only=True)
class BoardAct:
    """
    What somebody does with codes on the board.

    Attributes
    ----------
    kind : {"group", "merge", "split", "rename", "undo"}
        What is done.
    version : str
        The version of the codebook that was on the screen.
    codes : tuple of CodeId
        The codes or themes that it is done with.
    into : CodeId
        The code that stays, or the group that exists; empty for a new one.
    name : str
        The name of a new group, or the new name.
    theme : CodeId
        The theme of a new subtheme; empty for none.
    parts : tuple of str
        The names of the parts of a split code.
    reason : str
        Why, for the record.
    """

    kind: str
    version: str
    codes: tuple[CodeId, ...] = ()
    into: CodeId = ""
    name: str = ""
    theme: CodeId = ""
    parts: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def from_json(cls, fields: object) -> "BoardAct":
        """
        Return the act that the page sends; raises `RefusedRequestError` for what no page of ours sends.

        Parameters
        ----------
        fields : object
            What JSON held.
        """
        if not isinstance(fields, dict) or fields.get("kind") not in KINDS:
            raise RefusedRequestError(400, f"Send an act of one of the kinds {', '.join(KINDS)}.")
        texts = {name: fields.get(name, "") for name in ("version", "into", "name", "theme", "reason")}
        lists = {name: fields.get(name, []) for name in ("codes", "parts")}
        if not all(isinstance(text, str) for text in texts.values()) or not all(map(_is_texts, lists.values())):
            raise RefusedRequestError(400, "This is not an act that the board sends; reload the page.")
        return cls(
            kind=fields["kind"],
            codes=tuple(dict.fromkeys(lists["codes"])),
            parts=tuple(" ".join(name.split()) for name in lists["parts"] if name.strip()),
            version=texts["version"],
            into=texts["into"],
            name=" ".join(texts["name"].split()),
            theme=texts["theme"],
            reason=" ".join(texts["reason"].split()),
        )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


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
    """

    codebook: Codebook
    cards: Sequence[CodeCard]
    closed: str = ""
    partial: str = ""


class BoardWords(NamedTuple):
    """
    What the words of the lines say about the codes.

    Attributes
    ----------
    similar : sequence of SimilarCodes
        Codes that are given to similar lines.
    coherence : sequence of CodeCoherence
        Homogeneity and heterogeneity of themes and subthemes.
    note : str
        Why there is nothing to show, if so.
    """

    similar: "Sequence[SimilarCodes]" = ()
    coherence: "Sequence[CodeCoherence]" = ()
    note: str = ""


class PlannedChange(NamedTuple):
    """
    What an act would do.

    Attributes
    ----------
    sentences : str
        The plan in words.
    make : callable
        Makes the change as planned, and returns the code or theme to look at next.
    """

    sentences: str
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
        return {"plan": planned.sentences, "fingerprint": _fingerprint(act, planned)}

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
    return hashlib.sha256(json.dumps([astuple(act), planned.sentences]).encode("utf-8", "surrogatepass")).hexdigest()


def _state_json(view: BoardView) -> dict[str, Any]:
    codebook = view.codebook
    return {
        "version": codebook.version,
        "closed": view.closed,
        "partial": view.partial,
        "themes": [
            {"id": theme.id, "name": theme.name, "parent": theme.parent, "definition": theme.definition}
            for theme in codebook.themes
        ],
        "codes": [_card_json(card, codebook) for card in view.cards],
    }


def _card_json(card: CodeCard, codebook: Codebook) -> dict[str, Any]:
    code = card.code
    return {
        "id": code.id,
        "name": code.name,
        "owner": code.owner,
        "parent": code.parent,
        "definition": code.definition,
        "hue": hue_of(codebook, code.id),
        "lines": card.lines,
        "by": dict(card.by_coder),
        "waiting": card.waiting,
        "examples": [{"text": line.text, "line": line.id} for line in card.examples],
        "memos": [{"text": memo, "coder": coder} for coder, memo in card.memos],
        "merged": [{"name": was.name, "owner": was.owner} for was in card.merged],
    }


def _words_json(words: BoardWords) -> dict[str, Any]:
    return {
        "note": words.note,
        "similar": [pair.to_json() for pair in words.similar],
        "coherence": {
            found.code.id: found.undefined.capitalize()
            if found.undefined
            else f"Homogeneity {found.homogeneity}, heterogeneity {found.heterogeneity}"
            + (f" from {found.nearest.name}" if found.nearest is not None else "")
            for found in words.coherence
        },
    }


def board_page(board: Board, *, open_to: Callable[[CoderId], bool]) -> Page:
    """
    Return the page on which a team groups, merges, splits and renames its codes.

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
        Route(f"{PATH}/plan", requests.plan, methods=["POST"]),
        Route(f"{PATH}/make", requests.make, methods=["POST"]),
    ]
    return Page(name="Board", path=PATH, routes=routes, open_to=open_to)
