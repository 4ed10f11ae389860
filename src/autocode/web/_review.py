"""The review page: what the browser is told of a coder's session, and what it may do there."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from threading import RLock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.codebook import Codebook, CodeId
from autocode.coding import BatchId, CoderId, Mode, Stage, Suggestion
from autocode.errors import AutocodeError, JournalError
from autocode.review import Act, Offer, ReviewSession
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId
from autocode.web._app import Page, coder_of, render
from autocode.web._learning import Learning, Learnt

HUES = 6  # of which tokens.css has light and dark shades
_AHEAD = 80  # lines whose suggestions wait in the browser, so that the next one is painted without asking
_AT_ONCE = 50  # acts taken in one request
_LONGEST_MEMO = 20_000  # characters: some ten pages


def review_page(sessions: Mapping[CoderId, ReviewSession], *, learning: Learning | None = None) -> Page:
    """
    Return the page on which coders decide line by line, each over a session of their own.

    Parameters
    ----------
    learning : what learns from their decisions meanwhile; None if nothing does.
    """
    desk = _Desk(sessions, learning)
    return Page(
        name="Review",
        path="/",
        routes=[
            Route("/", desk.page, methods=["GET"]),
            Route("/review/state", desk.state, methods=["GET"]),
            Route("/review/interview", desk.interview, methods=["GET"]),
            Route("/review/offers", desk.offers, methods=["GET"]),
            Route("/review/offer", desk.offer, methods=["GET"]),
            Route("/review/bands", desk.bands, methods=["GET"]),
            Route("/review/acts", desk.acts, methods=["POST"]),
        ],
    )


def hue_of(codebook: Codebook, code: CodeId) -> int:
    """Return which hue of the page a code is drawn in: that of its theme, or one of its own without a theme."""
    theme = codebook.theme_of(code)
    group = [one.id for one in (codebook.themes if theme else codebook.subthemes)]
    return group.index(theme.id if theme else code) % HUES


def about(interview: Transcript) -> str:
    """Return what is known of a participant in a line; a number alone would not say what it counts."""
    told = interview.attributes.items()
    return " · ".join(
        f"{name.replace('_', ' ')}: {value}" if value.isdecimal() else value for name, value in told if value
    )


class _RefusalError(Exception):
    """A request that asks for what it may not get, with the status and the sentence of the answer."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class _Desk:
    def __init__(self, sessions: Mapping[CoderId, ReviewSession], learning: Learning | None) -> None:
        self._sessions = sessions
        self._learning = learning
        self._locks: dict[CoderId, RLock] = defaultdict(RLock)

    async def page(self, request: Request) -> Response:
        """Show the frame of the page; the rest is asked for by its script."""
        session = self._session(request)
        return render(request, "review.html", mode=session.mode)

    async def state(self, request: Request) -> Response:
        """Tell all that the page needs to begin: codes, interviews, the present line, and what surrounds it."""
        return await self._answer(request, lambda session: self._state(session, request.query_params.get("line")))

    async def interview(self, request: Request) -> Response:
        """Tell the lines of one interview."""
        name = TranscriptId(request.query_params.get("id", ""))
        return await self._answer(request, lambda session: self._interview(session, name))

    async def offers(self, request: Request) -> Response:
        """Tell what may be shown for the lines that come next."""
        after = LineId(request.query_params.get("from", ""))
        return await self._answer(request, lambda session: {"offers": self._offers(session, after)})

    async def offer(self, request: Request) -> Response:
        """Tell what may be shown for one line, or refuse while the coder is to read it alone."""
        line = LineId(request.query_params.get("line", ""))
        return await self._answer(request, lambda session: self._offer(session, line))

    async def bands(self, request: Request) -> Response:
        """Tell what strong, fair and weak have meant so far; nothing where nothing is suggested."""
        return await self._answer(request, self._bands)

    async def acts(self, request: Request) -> Response:
        """Store what the coder did, in the order given, and tell what became of it."""
        try:
            sent = await request.json()
        except ValueError:
            return PlainTextResponse("This is not JSON.", status_code=400)
        if not isinstance(sent, dict) or not isinstance(sent.get("acts"), list) or len(sent["acts"]) > _AT_ONCE:
            return PlainTextResponse(f"Send a list of at most {_AT_ONCE} acts.", status_code=400)
        acts = sent["acts"]
        return await self._answer(request, lambda session: self._act(session, acts))

    # behind the answers: in a thread, one at a time for each coder

    def _session(self, request: Request) -> ReviewSession:
        return self._sessions[coder_of(request)]

    async def _answer(self, request: Request, tell: Callable[[ReviewSession], dict[str, Any]]) -> Response:
        session = self._session(request)

        def told() -> Response:
            try:
                with self._locks[session.coder]:
                    session.refresh()
                    return JSONResponse(tell(session))
            except _RefusalError as no:
                return PlainTextResponse(str(no), status_code=no.status)
            except JournalError as error:
                return PlainTextResponse(f"Nothing was stored. {error}", status_code=500)

        return await run_in_threadpool(told)

    def _state(self, session: ReviewSession, wanted: str | None) -> dict[str, Any]:
        current = session.queue.after(None)
        if wanted is not None:
            try:
                current = session.go_to(LineId(wanted))
            except ValueError as error:
                raise _RefusalError(404, f"{error}") from error
        shown = current or next(iter(session.lines.participant_lines), None)
        to_judge = {line.id for line in session.lines_to_judge}
        return {
            "coder": session.coder,
            "mode": session.mode,
            # what waits in a browser belongs to this study, whatever else is served on this port another day
            "study": sha256(str(session.journal_path.resolve()).encode()).hexdigest()[:16],
            "codes": [_code(session.codebook, code.id) for code in session.codebook.subthemes],
            "interviews": [
                {
                    "id": one.id,
                    "about": about(one),
                    "lines": [line.id for line in one.lines if line.id in to_judge],
                }
                for one in session.lines.interviews
            ],
            "done": [line for line in to_judge if session.judgement(line)],
            "later": [line.id for line in session.queue.later],
            "again": [line.id for line in session.queue.again],
            "current": None if current is None else current.id,
            "interview": None if shown is None else self._interview(session, shown.transcript),
            "acts": [{"name": act.name, "line": act.line} for act in session.acts[-200:] if act.entries],
            "offers": {} if current is None else self._offers(session, current.id),
            "learnt": self._learnt.times,
        }

    @property
    def _learnt(self) -> Learnt:
        return Learnt(0, 0) if self._learning is None else self._learning.learnt

    def _interview(self, session: ReviewSession, name: TranscriptId) -> dict[str, Any]:
        try:
            found = session.lines.interview(name)
        except KeyError:
            raise _RefusalError(404, f"there is no interview {name!r} in this study.") from None
        later = {line.id for line in session.queue.later}
        return {
            "id": found.id,
            "about": about(found),
            "lines": [
                {"order": line.order, "text": line.text, **_state_of(session, line, later)}
                if line.role is Role.PARTICIPANT
                else {"id": line.id, "order": line.order, "text": line.text, "asks": True}
                for line in found.lines
            ],
        }

    def _offers(self, session: ReviewSession, first: LineId) -> dict[str, Any]:
        """Return what may be shown for a line and those that come after it in the queue."""
        order = {line.id: place for place, line in enumerate(session.lines_to_judge)}
        start = order.get(first, 0)
        coming = sorted((line.id for line in session.queue), key=lambda one: (order[one] < start, order[one]))
        found: dict[str, Any] = {}
        for line in dict.fromkeys((first, *coming[:_AHEAD])):
            offer = session.offer(line) if line in order else None
            if offer is not None:
                found[line] = _told(session, session.lines.line(line), offer)
        return found

    def _offer(self, session: ReviewSession, line: LineId) -> dict[str, Any]:
        try:
            found = session.lines.line(line)
        except KeyError:
            raise _RefusalError(404, f"there is no line {line!r} in this study.") from None
        offer = session.offer(line)
        if offer is not None:
            return _told(session, found, offer)
        if session.mode is Mode.INDEPENDENT:
            raise _RefusalError(403, "This study is coded independently; nothing is suggested to anybody.")
        if session.is_withheld(line):
            raise _RefusalError(403, f"{line} is to be read without suggestions first; decide it, and then look.")
        raise _RefusalError(404, f"nothing is suggested for {line}.")

    def _bands(self, session: ReviewSession) -> dict[str, Any]:
        meanings = () if session.mode is Mode.INDEPENDENT else session.band_meanings
        return {"bands": [str(one).partition(": ")[::2] for one in meanings]}

    def _act(self, session: ReviewSession, acts: Iterable[Any]) -> dict[str, Any]:
        results, decided = [], 0
        for act in acts:
            result = self._one(session, act)
            results.append(result)
            decided += "refused" not in result
        if self._learning is not None and session.mode is not Mode.INDEPENDENT:
            self._learning.decided(decided)
        told: dict[str, Any] = {"results": results, "learnt": self._learnt._asdict()}
        if session.hurries():
            told["hurries"] = True
        return told

    def _one(self, session: ReviewSession, act: Any) -> dict[str, Any]:
        gesture = act.get("gesture") if isinstance(act, dict) else None
        if not isinstance(gesture, str) or not 8 <= len(gesture) <= 64:
            raise _RefusalError(400, "Every act needs the id of its gesture.")
        if act.get("coder") != session.coder:
            raise _RefusalError(403, f"This browser codes as {session.coder}, and the decision is somebody else's.")
        told: dict[str, Any] = {"gesture": gesture}
        line = act.get("line")
        try:
            self._do(session, act, gesture)
        except JournalError:
            raise
        except (AutocodeError, ValueError) as error:
            told["refused"] = f"{error}"
        if isinstance(line, str) and session.lines.__contains__(line):
            told["line"] = _state_of(session, session.lines.line(LineId(line)), None)
            if "refused" not in told and act.get("kind") != "undo" and session.awaits_second_look(LineId(line)):
                offer = session.offer(LineId(line))
                if offer is not None:
                    told["reveal"] = _told(session, session.lines.line(LineId(line)), offer)
        return told

    def _do(self, session: ReviewSession, act: Mapping[str, Any], gesture: str) -> None:
        kind, line = act.get("kind"), act.get("line")
        if kind == "undo":
            session.undo(str(act.get("act", "")), gesture=gesture)
            return
        codes, proposed, memo = act.get("codes", []), act.get("proposed", []), act.get("memo", "")
        took, batch = act.get("milliseconds"), act.get("batch")
        fits = (
            isinstance(line, str)
            and all(isinstance(many, list) and all(isinstance(one, str) for one in many) for many in (codes, proposed))
            and isinstance(memo, str)
            and (batch is None or isinstance(batch, str))
            and (took is None or (isinstance(took, int) and not isinstance(took, bool) and took >= 0))
        )
        if not fits:
            raise ValueError("this decision is not one that the page sends; load the page again.")
        if len(memo) > _LONGEST_MEMO:
            raise ValueError("this memo is too long to store; shorten it.")
        how: dict[str, Any] = {
            "line": LineId(str(line)),
            "batch": None if batch is None else BatchId(batch),
            "gesture": gesture,
            "milliseconds": took,
        }
        memo = memo.replace("\r\n", "\n").strip()
        if kind == "later":
            session.later(**how)
        elif kind == "first":
            session.keep_first(memo=memo, **how)
        elif kind == "none" and (codes or proposed):
            raise ValueError("codes are chosen: keep them, or drop them before saying that none fits.")
        elif kind == "keep" and not (codes or proposed):
            raise ValueError("nothing is chosen, so nothing is decided: choose a code, or say that none fits.")
        elif kind in ("keep", "none"):
            offer = session.offer(LineId(str(line)), batch=how["batch"])
            shown = {one.code for one in (() if offer is None else offer.suggestions)}
            chosen = list(dict.fromkeys(map(CodeId, codes)))
            session.settle(
                [code for code in chosen if code in shown],
                added=[code for code in chosen if code not in shown],
                proposed=proposed,
                memo=memo,
                **how,
            )
        else:
            raise ValueError("choose what to do with the line: keep codes, none fits, or later.")


def _code(codebook: Codebook, code: CodeId) -> dict[str, Any]:
    found, theme = codebook[code], codebook.theme_of(code)
    return {
        "id": code,
        "name": found.name,
        "theme": theme.name if theme else "",
        "hue": hue_of(codebook, code),
        "definition": found.definition,
        "use": found.use_when,
        "not": found.not_when,
        "examples": found.examples,
    }


def _state_of(session: ReviewSession, line: Line, later: set[LineId] | None) -> dict[str, Any]:
    """Return what became of a line so far, as far as this coder did it."""
    act: Act | None = session.judgement(line.id)
    told: dict[str, Any] = {"id": line.id, "stage": session.stage_of(line.id)}
    if act is not None and act.coding is not None:
        known = [code for code in session.codebook if code in act.coding.codes]
        gone = sorted(act.coding.codes - set(known))
        told["kept"] = {"codes": [*known, *gone], "proposed": act.proposed, "memo": act.coding.memo}
    elif line.id in (later if later is not None else {one.id for one in session.queue.later}):
        told["later"] = True
    if session.awaits_second_look(line.id):
        told["again"] = True
    return told


def _told(session: ReviewSession, line: Line, offer: Offer) -> dict[str, Any]:
    return {
        "batch": offer.batch,
        "strong": offer.strong_first,
        "silent": offer.abstention.reason if offer.abstention and not offer.suggestions else "",
        "second": session.stage_of(line.id) is Stage.SECOND_LOOK,
        "cards": [
            {
                "code": one.code,
                "band": one.band,
                "words": [word for word, _ in one.evidence.words][:4],
                "near": [
                    {"text": near.text or near.line, "coders": ", ".join(near.coders), "interview": near.transcript}
                    for near in one.evidence.neighbours[:2]
                ],
            }
            for one in offer.suggestions
        ],
        "stretches": _stretches(line.text, offer.suggestions),
    }


def _stretches(text: str, suggestions: Iterable[Suggestion]) -> list[list[Any]]:
    """Return a line cut at the words that suggestions rest on, each with the number of the first that does, else 0."""
    number_of: dict[str, int] = {}
    for number, one in enumerate(suggestions, start=1):
        for word, _ in one.evidence.words[:4]:
            number_of.setdefault(word.casefold(), number)
    if not number_of:
        return [[text, 0]]
    longest_first = sorted(number_of, key=len, reverse=True)
    found = re.split(rf"\b({'|'.join(map(re.escape, longest_first))})\b", text, flags=re.IGNORECASE)
    return [[part, number_of.get(part.casefold(), 0) if place % 2 else 0] for place, part in enumerate(found) if part]
