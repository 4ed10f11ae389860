"""The page of lines to read again: one question on one line at a time, and nothing of other coders."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from threading import RLock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.codebook import CodeId
from autocode.coding import CoderId
from autocode.errors import AutocodeError, JournalError
from autocode.review import Rereading, RereadingSession
from autocode.transcripts import Line, LineId, Role
from autocode.web._acts import Act, RefusedRequestError, acts_of, gesture_of
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of, participant_summary
from autocode.web._speakers import several_speak

PATH = "/reread"
_AT_ONCE = 200  # questions that a page holds; it asks for more when they are answered
_UNDOABLE = 200  # the latest answers that a freshly opened page can undo
_BEFORE, _AFTER = 3, 2  # lines of the interview that are shown around the one in question


def rereading_page(sessions: Mapping[CoderId, RereadingSession]) -> Page:
    """
    Return the page on which coders read lines again, each over a session of their own.

    It is listed for coders for whom something waits, or who answered something since the pages are served. To others it
    says that nothing waits, and it takes what they answered before a change that left nothing to read.

    Parameters
    ----------
    sessions : mapping of CoderId to RereadingSession
        The session of each coder who may open the page.

    Returns
    -------
    Page
        The page at the path "/reread", to be put into `make_app` or `serve`.
    """
    api = RereadingApi(sessions)
    return Page(
        name="Read again",
        path=PATH,
        routes=[
            Route(PATH, api.page, methods=["GET"]),
            Route(f"{PATH}/state", api.state, methods=["GET"]),
            Route(f"{PATH}/submit", api.submit, methods=["POST"]),
        ],
        open_to=lambda coder: coder in sessions,
        listed_for=api.has_something_for,
    )


class RereadingApi:
    """The requests of the page's script; each is answered in a thread, one at a time for each coder."""

    def __init__(self, sessions: Mapping[CoderId, RereadingSession]) -> None:
        self._sessions = sessions
        self._locks: dict[CoderId, RLock] = defaultdict(RLock)
        self._done_before = {coder: len(session.acts) for coder, session in sessions.items()}

    def has_something_for(self, coder: CoderId) -> bool:
        """Return whether a coder has something to read again, or had since the pages are served."""
        session = self._sessions[coder]
        with self._locks[coder]:
            try:
                session.refresh()
            except AutocodeError:  # the page itself says what is wrong
                return True
            return bool(session.waiting) or len(session.acts) > self._done_before[coder]

    async def page(self, request: Request) -> Response:
        """Return the frame of the page; its script asks for the rest."""
        return await run_in_threadpool(render, request, "reread.html")

    async def state(self, request: Request) -> Response:
        """Return what waits, with the lines and all that the page needs to ask."""
        return await self._answer(request, _state)

    async def submit(self, request: Request) -> Response:
        """Store what the coder answered, in the order given, and return the result of each act."""
        try:
            acts = await acts_of(request)
        except RefusedRequestError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        return await self._answer(request, lambda session: _submitted(session, acts))

    async def _answer(self, request: Request, answer: Callable[[RereadingSession], dict[str, Any]]) -> Response:
        session = self._sessions[coder_of(request)]

        def respond() -> Response:
            try:
                with self._locks[session.coder]:
                    session.refresh()
                    return JSONResponse(answer(session))
            except RefusedRequestError as error:
                return PlainTextResponse(str(error), status_code=error.status)
            except JournalError as error:
                return PlainTextResponse(f"Nothing was stored. {error}", status_code=500)
            except AutocodeError as error:  # a transcript was corrected while this is served
                return PlainTextResponse(f"Stop autocode with Ctrl+C and start it again. {error}", status_code=409)

        return await run_in_threadpool(respond)


def _state(session: RereadingSession) -> dict[str, Any]:
    asked = session.waiting[:_AT_ONCE]
    return {
        "coder": session.coder,
        # what waits in a browser belongs to this study, whatever else is served on this port another day
        "study": sha256(str(session.journal_path.resolve()).encode()).hexdigest()[:16],
        "version": session.version_seen,
        "codes": list(codes_of(session.codebook).values()),
        "questions": [_question_json(session, rereading) for rereading in asked],
        "acts": [{"name": act.name, "line": act.line} for act in session.acts[-_UNDOABLE:] if act.entries],
        **_progress(session),
    }


def _progress(session: RereadingSession) -> dict[str, Any]:
    progress = session.progress
    unfound = () if progress.left else session.unfound().items()
    return {
        "version": session.version_seen,
        "done": progress.done,
        "left": progress.left,
        "unfound": [f"{session.codebook.label(code)}: {estimate}." for code, estimate in unfound],
    }


def _question_json(session: RereadingSession, rereading: Rereading) -> dict[str, Any]:
    line = session.lines.line(rereading.line)
    interview = session.lines.interview(line.transcript)
    place = interview.lines.index(line)
    before = interview.lines[max(0, place - _BEFORE) : place]
    question = session.lines.question_before(line)
    if question is not None and question not in before:
        before = (question, *before)
    change = rereading.change
    return {
        "line": line.id,
        "codes": rereading.codes,
        "kind": "whole" if rereading.is_whole else "one" if len(rereading.codes) == 1 else "parts",
        "why": rereading.why,
        "reason": "" if change is None else change.why,
        "on": "" if change is None or change.at is None else f"{change.at:%Y-%m-%d}",
        "drawn": rereading.is_drawn,
        "corrected": change is None,
        "retired": change is not None and rereading.is_whole,
        "gave": rereading.gave,
        "memo": rereading.memo,
        "interview": interview.id,
        "about": participant_summary(interview),
        "order": line.order,
        "several": several_speak(interview),
        "speaker": line.speaker,
        "text": line.text,
        "before": [_context_json(near) for near in before],
        "after": [_context_json(near) for near in interview.lines[place + 1 :][:_AFTER]],
    }


def _context_json(line: Line) -> dict[str, Any]:
    return {"text": line.text, "speaker": line.speaker, "asks": line.role is not Role.PARTICIPANT}


def _submitted(session: RereadingSession, acts: Iterable[Act]) -> dict[str, Any]:
    results = [_result_of(session, act) for act in acts]
    return {"results": results, **_progress(session)}


def _result_of(session: RereadingSession, act: Act) -> dict[str, Any]:
    """Do one act and return why it was refused, if it was."""
    gesture = gesture_of(act)
    if act.get("coder") != session.coder:
        raise RefusedRequestError(403, f"This browser codes as {session.coder}, and the answer is somebody else's.")
    try:
        if act.get("kind") == "undo":
            session.undo(str(act.get("act", "")), gesture=gesture)
        else:
            _store_answer(session, act, gesture)
    except JournalError:
        raise
    except (AutocodeError, ValueError) as error:
        return {"refused": f"{error}"}
    return {}


def _store_answer(session: RereadingSession, act: Act, gesture: str) -> None:
    line, version, milliseconds = act.get("line"), act.get("version"), act.get("milliseconds")
    asked, applied = act.get("asked"), act.get("applied")
    if not (
        isinstance(line, str)
        and isinstance(version, str)
        and isinstance(asked, list)
        and isinstance(applied, list)
        and all(isinstance(code, str) for code in (*asked, *applied))
        and asked
        and (milliseconds is None or (type(milliseconds) is int and milliseconds >= 0))
    ):
        raise ValueError("this is not an answer that the page sends; reload the page.")
    session.answer(
        LineId(line),
        [CodeId(code) for code in applied],
        asked=[CodeId(code) for code in asked],
        version=session.version_named(version),
        gesture=gesture,
        milliseconds=milliseconds,
    )
