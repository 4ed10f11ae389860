"""The review page: what a coder's browser is given, and what it may do there."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from threading import RLock
from typing import Any, NamedTuple, Self

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.codebook import CodeId
from autocode.coding import BatchId, CoderId, Coding, Mode, Neighbour, Stage, Suggestion
from autocode.errors import AutocodeError, JournalError, SettlementError
from autocode.review import Offer, ReviewSession
from autocode.transcripts import Line, LineId, Role, TranscriptId
from autocode.web._acts import Act, RefusedRequestError, acts_of, gesture_of
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of, participant_summary
from autocode.web._learning import Learning, Learnt
from autocode.web._speakers import several_speak, source_of

_AHEAD = 80  # lines whose suggestions wait in the browser, so that the next line is painted without asking
_UNDOABLE = 200  # the latest acts that a freshly opened page can undo
_LONGEST_MEMO = 20_000  # characters: some ten pages
_LONGEST_NAME = 120  # characters of a code that a coder makes, as many as the field takes
_WORDS = 4  # of a line, on which a suggestion rests
_EXAMPLES = 2  # coded lines shown beside a suggestion


def review_page(
    sessions: Mapping[CoderId, ReviewSession],
    *,
    learning: Learning | None = None,
    sample: str = "",
    remark: str = "",
) -> Page:
    """
    Return the page on which coders decide line by line, each over a session of their own.

    Parameters
    ----------
    sessions : mapping of CoderId to ReviewSession
        The session of each coder who may open the page.
    learning : Learning or None, default None
        Trains the suggester on new decisions in the background; None leaves it as it is.
    sample : str, default ""
        Name of the sample whose lines the sessions are about; empty if they are about all lines to judge.
    remark : str, default ""
        What coders are to know of the suggestions: that there are none yet, or outdated ones; else empty.

    Returns
    -------
    Page
        The page at the path "/", to be put into `make_app` or `serve`.
    """
    api = ReviewApi(sessions, learning, sample, remark)
    return Page(
        name="Review",
        path="/",
        routes=[
            Route("/", api.page, methods=["GET"]),
            Route("/review", api.page, methods=["GET"]),  # the address of a line is /review#line=ID
            Route("/review/state", api.state, methods=["GET"]),
            Route("/review/lines", api.lines, methods=["GET"]),
            Route("/review/offers", api.offers, methods=["GET"]),
            Route("/review/offer", api.offer, methods=["GET"]),
            Route("/review/bands", api.bands, methods=["GET"]),
            Route("/review/codebook", api.codebook, methods=["GET"]),
            Route("/review/submit", api.submit, methods=["POST"]),
        ],
        open_to=lambda coder: coder in sessions,
    )


class ReviewApi:
    """The requests of the review page's script; each is answered in a thread, one at a time for each coder."""

    def __init__(
        self, sessions: Mapping[CoderId, ReviewSession], learning: Learning | None, sample: str, remark: str
    ) -> None:
        self._sessions = sessions
        self._remark = remark
        self._sample = sample
        self._learning = learning
        self._locks: dict[CoderId, RLock] = defaultdict(RLock)
        self._versions: dict[CoderId, str] = {name: session.codebook.version for name, session in sessions.items()}

    async def page(self, request: Request) -> Response:
        """Return the frame of the page; its script asks for the rest."""
        return render(request, "review.html", mode=self._session(request).mode)

    async def state(self, request: Request) -> Response:
        """Return all that the page needs to begin: codes, interviews, the current line, and what surrounds it."""
        return await self._answer(request, lambda session: self._state(session, request.query_params))

    async def lines(self, request: Request) -> Response:
        """Return the lines of one interview."""
        interview = TranscriptId(request.query_params.get("interview", ""))
        return await self._answer(request, lambda session: _interview_json(session, interview))

    async def offers(self, request: Request) -> Response:
        """Return what may be shown for the lines that come next."""
        first = LineId(request.query_params.get("from", ""))
        return await self._answer(request, lambda session: {"offers": _offers_from(session, first)})

    async def offer(self, request: Request) -> Response:
        """Return what may be shown for one line; refused while the coder is to read it without suggestions."""
        line = LineId(request.query_params.get("line", ""))
        return await self._answer(request, lambda session: _offer_for(session, line))

    async def bands(self, request: Request) -> Response:
        """Return what strong, fair and weak have meant so far; nothing where nothing is suggested."""
        return await self._answer(request, _bands)

    async def codebook(self, request: Request) -> Response:
        """Return the codebook in force, and what became of the one that the page has."""
        since = request.query_params.get("since", "")
        return await self._answer(request, lambda session: _codebook_json(session, since))

    async def submit(self, request: Request) -> Response:
        """Store what the coder did, in the order given, and return the result of each act."""
        try:
            acts = await acts_of(request)
        except RefusedRequestError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        return await self._answer(request, lambda session: self._submit(session, acts))

    def _session(self, request: Request) -> ReviewSession:
        return self._sessions[coder_of(request)]

    async def _answer(self, request: Request, answer: Callable[[ReviewSession], dict[str, Any]]) -> Response:
        session = self._session(request)

        def respond() -> Response:
            try:
                with self._locks[session.coder]:
                    session.refresh()
                    self._learn_changes(session)
                    # a page that has another version of the codebook asks for the new one
                    return JSONResponse({**answer(session), "version": session.version_seen})
            except RefusedRequestError as error:
                return PlainTextResponse(str(error), status_code=error.status)
            except JournalError as error:
                return PlainTextResponse(f"Nothing was stored. {error}", status_code=500)

        return await run_in_threadpool(respond)

    def _learn_changes(self, session: ReviewSession) -> None:
        """Have the suggester take in a codebook that was changed, as it takes in decisions."""
        version = session.codebook.version
        if self._versions[session.coder] == version:
            return
        is_first = version not in self._versions.values()
        self._versions[session.coder] = version
        if self._learning is not None and is_first:
            self._learning.codebook_changed()

    def _state(self, session: ReviewSession, wanted: Mapping[str, str]) -> dict[str, Any]:
        if "others" in wanted:
            session.read_others()
        current = session.queue.after(None)
        line = wanted.get("line")
        if line is not None:
            try:
                current = session.go_to(LineId(line))
            except ValueError as error:
                raise RefusedRequestError(404, f"{error}") from error
        shown = current or next(iter(session.lines.participant_lines), None)
        to_judge = {line.id for line in session.lines_to_judge}
        return {
            "coder": session.coder,
            "mode": session.mode,
            "sample": self._sample,
            "remark": self._remark,
            "others": session.n_others,
            "making": "" if session.making is None else "shared" if session.making.shared else "own",
            # what waits in a browser belongs to this study, whatever else is served on this port another day
            "study": sha256(str(session.journal_path.resolve()).encode()).hexdigest()[:16],
            "codes": list(codes_of(session.codebook).values()),
            "interviews": [
                {
                    "id": interview.id,
                    "about": participant_summary(interview),
                    "lines": [line.id for line in interview.lines if line.id in to_judge],
                }
                for interview in session.lines.interviews
            ],
            "done": [line for line in to_judge if session.judgement(line)],
            "later": [line.id for line in session.queue.later],
            "again": [line.id for line in session.queue.again],
            "current": None if current is None else current.id,
            "interview": None if shown is None else _interview_json(session, shown.transcript),
            "acts": [{"name": act.name, "line": act.line} for act in session.acts[-_UNDOABLE:] if act.entries],
            "offers": {} if current is None else _offers_from(session, current.id),
            "learnt": self._learnt.times,
        }

    @property
    def _learnt(self) -> Learnt:
        return Learnt(0, 0) if self._learning is None else self._learning.learnt

    def _submit(self, session: ReviewSession, acts: Iterable[Act]) -> dict[str, Any]:
        results = [_result_of(session, act) for act in acts]
        if self._learning is not None and session.mode is not Mode.INDEPENDENT:
            self._learning.decided(sum("refused" not in result for result in results))
        answer: dict[str, Any] = {"results": results, "learnt": self._learnt._asdict()}
        if session.hurries():
            answer["hurries"] = True
        return answer


# what is shown


def _interview_json(session: ReviewSession, name: TranscriptId) -> dict[str, Any]:
    try:
        interview = session.lines.interview(name)
    except KeyError:
        raise RefusedRequestError(404, f"there is no interview {name!r} in this study.") from None
    later = {line.id for line in session.queue.later}
    return {
        "id": interview.id,
        "about": participant_summary(interview),
        "several": several_speak(interview),
        "lines": [
            {
                "order": line.order,
                "speaker": line.speaker,
                "text": line.text,
                **(
                    _line_json(session, line, later) if line.role is Role.PARTICIPANT else {"id": line.id, "asks": True}
                ),
            }
            for line in interview.lines
        ],
    }


def _line_json(session: ReviewSession, line: Line, later: set[LineId] | None = None) -> dict[str, Any]:
    """Return what this coder has done with a line so far; `later` are the lines left for later, if known already."""
    act = session.judgement(line.id)
    payload: dict[str, Any] = {"id": line.id, "stage": session.stage_of(line.id)}
    if session.is_withheld(line.id):
        payload["withheld"] = True
    if act is not None and act.coding is not None:
        payload["kept"] = _kept_json(session, act.coding, act.proposed)
    elif line.id in (later if later is not None else {waiting.id for waiting in session.queue.later}):
        payload["later"] = True
    if (gave := session.gave_before_correction(line.id)) is not None:
        payload["corrected"] = gave
    if session.awaits_second_look(line.id):
        payload["again"] = True
    return payload


def _kept_json(session: ReviewSession, made: Coding, proposed: Sequence[str]) -> dict[str, Any]:
    """Return a judgement in the codes in force, with what became of those that were given and that it has no more."""
    codebook, codes = session.codebook, session.judged[made.line].codes
    known = [code for code in codebook if code in codes]
    fates = session.fates_since(made.version)
    ended = [
        {"name": fates[code].name, "became": f"since {fates[code].became}"}
        if code in fates
        else {"name": codebook.label(code) if code in codebook else code, "became": "to be read again"}
        for code in sorted(made.codes - codes)
        if code not in fates or codes.isdisjoint(fates[code].into)
    ]
    return {
        "codes": [*known, *sorted(codes - set(known))],
        **({"ended": ended} if ended else {}),
        "proposed": [name for name in proposed if not codebook.named(name)],
        "memo": made.memo,
    }


def _codebook_json(session: ReviewSession, since: str) -> dict[str, Any]:
    try:
        version = session.version_named(since)
        changes, fates = session.changes_since(version), session.fates_since(version)
    except SettlementError as error:
        raise RefusedRequestError(404, f"{error}") from error
    return {
        "codes": list(codes_of(session.codebook).values()),
        "changes": changes,
        "fates": {code: {"became": f"since {fate.became}", "into": fate.into} for code, fate in fates.items()},
    }


def _offers_from(session: ReviewSession, first: LineId) -> dict[LineId, Any]:
    """Return what may be shown for a line and those that come after it in the queue."""
    order = {line.id: index for index, line in enumerate(session.lines_to_judge)}
    start = order.get(first, 0)
    coming = sorted((line.id for line in session.queue), key=lambda line: (order[line] < start, order[line]))
    offers: dict[LineId, Any] = {}
    for line in dict.fromkeys((first, *coming[:_AHEAD])):
        offer = session.offer(line) if line in order else None
        if offer is not None:
            offers[line] = _offer_json(session, session.lines.line(line), offer)
    return offers


def _offer_for(session: ReviewSession, name: LineId) -> dict[str, Any]:
    try:
        line = session.lines.line(name)
    except KeyError:
        raise RefusedRequestError(404, f"there is no line {name!r} in this study.") from None
    offer = session.offer(name)
    if offer is not None:
        return _offer_json(session, line, offer)
    if session.mode is Mode.INDEPENDENT:
        raise RefusedRequestError(403, "This study is coded independently, without suggestions.")
    if session.is_withheld(name):
        raise RefusedRequestError(
            403, f"{name} is coded without suggestions first; they are shown when your coding is stored."
        )
    raise RefusedRequestError(404, f"nothing is suggested for {name}.")


def _offer_json(session: ReviewSession, line: Line, offer: Offer) -> dict[str, Any]:
    return {
        "batch": offer.batch,
        "strong": offer.strong_first,
        "abstention": _why_nothing(offer),
        "second": session.stage_of(line.id) is Stage.SECOND_LOOK,
        "cards": [_card_json(session, suggestion) for suggestion in offer.suggestions],
        "stretches": _stretches(line.text, offer.suggestions),
    }


def _why_nothing(offer: Offer) -> str:
    """Return why there is no suggestion; empty if there is one, or it is not known."""
    if offer.suggestions:
        return ""
    if offer.withheld:
        return "what was suggested is about a code that has changed since"
    return offer.abstention.reason if offer.abstention else ""


def _card_json(session: ReviewSession, suggestion: Suggestion) -> dict[str, Any]:
    def source(near: Neighbour) -> str:
        is_known = session.lines.__contains__(near.line)
        return source_of(session.lines, session.lines.line(near.line)) if is_known else near.transcript

    return {
        "code": suggestion.code,
        "band": suggestion.band,
        "words": [word for word, _ in suggestion.evidence.words][:_WORDS],
        "near": [
            {"text": near.text or near.line, "coders": ", ".join(near.coders), "interview": source(near)}
            for near in suggestion.evidence.neighbours[:_EXAMPLES]
        ],
    }


def _stretches(text: str, suggestions: Iterable[Suggestion]) -> list[tuple[str, int]]:
    """Return a line split at the words that suggestions rest on, each with the number of its first suggestion, or 0."""
    number_of: dict[str, int] = {}
    for number, suggestion in enumerate(suggestions, start=1):
        for word, _ in suggestion.evidence.words[:_WORDS]:
            number_of.setdefault(word.casefold(), number)
    if not number_of:
        return [(text, 0)]
    longest_first = sorted(number_of, key=len, reverse=True)
    parts = re.split(rf"\b({'|'.join(map(re.escape, longest_first))})\b", text, flags=re.IGNORECASE)
    return [(part, number_of.get(part.casefold(), 0) if n % 2 else 0) for n, part in enumerate(parts) if part]


def _bands(session: ReviewSession) -> dict[str, Any]:
    meanings = () if session.mode is Mode.INDEPENDENT else session.band_meanings
    who = "coders" if session.sees_others else "you"
    return {"bands": [(meaning.band, meaning.in_words(who)) for meaning in meanings]}


# what is done


def _result_of(session: ReviewSession, act: Act) -> dict[str, Any]:
    """Do one act and return what the page is to know of it: the line as it is now, and why the act was refused."""
    gesture = gesture_of(act)
    if act.get("coder") != session.coder:
        raise RefusedRequestError(403, f"This browser codes as {session.coder}, and the decision is somebody else's.")
    result: dict[str, Any] = {}
    try:
        if act.get("kind") == "undo":
            session.undo(str(act.get("act", "")), gesture=gesture)
        elif act.get("kind") == "code":
            session.make_code(str(act.get("name", ""))[:_LONGEST_NAME], line=LineId(str(act.get("line", ""))))
        else:
            _decide(session, _Decision.from_act(act), gesture)
    except JournalError:
        raise
    except (AutocodeError, ValueError) as error:
        result["refused"] = f"{error}"
    name = act.get("line")
    if isinstance(name, str) and session.lines.__contains__(name):
        line = session.lines.line(LineId(name))
        result["line"] = _line_json(session, line)
        if "refused" not in result and act.get("kind") not in ("undo", "code") and session.awaits_second_look(line.id):
            offer = session.offer(line.id)
            if offer is not None:
                result["reveal"] = _offer_json(session, line, offer)
    return result


class _Decision(NamedTuple):
    """What a coder decided about one line."""

    kind: object
    line: LineId
    codes: tuple[CodeId, ...]
    proposed: tuple[str, ...]
    memo: str
    batch: BatchId | None
    milliseconds: int | None
    version: str
    seen: tuple[CodeId, ...] | None

    @classmethod
    def from_act(cls, act: Act) -> Self:
        """Return the decision that a page sent; raises `ValueError` for what no page of ours sends."""
        line, batch, milliseconds = act.get("line"), act.get("batch"), act.get("milliseconds")
        codes, proposed, memo = act.get("codes", []), act.get("proposed", []), act.get("memo", "")
        # pages of an autocode that knew no changes send no version
        version = act.get("version", "")
        # and pages that did not look at what was on the screen send nothing of it
        seen = act.get("seen")
        if not (
            isinstance(line, str)
            and _is_list_of_texts(codes)
            and _is_list_of_texts(proposed)
            and isinstance(memo, str)
            and isinstance(version, str)
            and (seen is None or _is_list_of_texts(seen))
            and (batch is None or isinstance(batch, str))
            and (milliseconds is None or (type(milliseconds) is int and milliseconds >= 0))
        ):
            raise ValueError("this is not a decision that the page sends; reload the page.")
        if len(memo) > _LONGEST_MEMO:
            raise ValueError("this memo is too long to store; shorten it.")
        return cls(
            kind=act.get("kind"),
            line=LineId(line),
            codes=tuple(dict.fromkeys(map(CodeId, codes))),
            proposed=tuple(proposed),
            memo=memo.replace("\r\n", "\n").strip(),
            batch=None if batch is None else BatchId(batch),
            milliseconds=milliseconds,
            version=version,
            seen=None if seen is None else tuple(map(CodeId, seen)),
        )


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _decide(session: ReviewSession, decision: _Decision, gesture: str) -> None:
    kind, line, codes, proposed, memo, batch, milliseconds, version, seen = decision
    act: dict[str, Any] = {
        "line": line,
        "batch": batch,
        "gesture": gesture,
        "milliseconds": milliseconds,
        "version": session.version_named(version),
        "seen": seen,
    }
    if kind == "later":
        session.later(**act)
        return
    if kind == "first":
        session.keep_first(memo=memo, **act)
        return
    if kind not in ("keep", "none"):
        raise ValueError("choose what to do with the line: keep codes, none fits, or later.")
    is_chosen = bool(codes or proposed)
    if kind == "none" and is_chosen:
        raise ValueError("codes are chosen: keep them, or drop them before saying that none fits.")
    if kind == "keep" and not is_chosen:
        raise ValueError("nothing is chosen, so nothing is decided: choose a code, or say that none fits.")
    offer = session.offer(line, batch=batch, version=act["version"])
    suggested = {suggestion.code for suggestion in (() if offer is None else offer.seen(seen).suggestions)}
    session.settle(
        [code for code in codes if code in suggested],
        added=[code for code in codes if code not in suggested],
        proposed=proposed,
        memo=memo,
        **act,
    )
