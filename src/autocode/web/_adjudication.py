"""The page on which a named adjudicator settles the lines on which coders differ."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import zip_longest
from threading import Lock
from typing import Any, NamedTuple, Self, TypedDict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId, Reading, Ruling
from autocode.errors import AutocodeError, JournalError, SettlementError
from autocode.journal import Journal
from autocode.review import AdjudicationSession, Difference
from autocode.transcripts import LineId, Role, Transcripts
from autocode.web._acts import Act, RefusedRequestError, acts_of, gesture_of, json_of
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of, participant_summary
from autocode.web._open_coding import still_coding
from autocode.web._speakers import speaker_json
from autocode.wording import listing

PATH = "/adjudicate"
_AT_ONCE = 60  # open lines whose words come with the first answer
_MOST = 400  # lines whose words are asked for in one request
_CODED_AGAIN = "Somebody has coded that line again since it was shown to you. Nothing was stored; look at it once more."


class _Utterance(TypedDict):
    """Words around a line, and who spoke them."""

    text: str
    speaker: str


class AdjudicationApi:
    """
    What the adjudication page's script may ask: its state, words and readings of lines, and to submit acts.

    The page in a browser and the widget in a notebook use the same three.

    Parameters
    ----------
    session : AdjudicationSession
        The adjudicator at work.
    study : str, default ""
        A name of the study; a browser keeps what is not stored yet under it.
    coding_closed : bool, default False
        Whether independent coding is over, so that adjudicators who also code may see all differences.
    """

    def __init__(self, session: AdjudicationSession, *, study: str = "", coding_closed: bool = False) -> None:
        self._session = session
        self._coding_closed = coding_closed
        self._study = study
        self._context = _context_of_lines(session.lines)
        self._lock = Lock()  # acts of two tabs are done one after the other

    def refusal(self) -> str:
        """Return why the adjudicator may not see the others' codings yet; empty if they may."""
        with self._lock:
            self._session.refresh()
            n_left = 0 if self._coding_closed else self._session.left_to_read
            return still_coding(self._session.coder, n_left) if n_left else ""

    def state(self, *, hidden: bool, since: str | None = None) -> dict[str, Any]:
        """
        Return the lines on which coders differ, and the words and readings of the first open ones.

        Parameters
        ----------
        hidden : bool
            Whether the names of the coders are left out.
        since : str or None, default None
            The version of the codebook that the page has: the changes since are returned too. None if it has none.

        Raises
        ------
        ValueError
            If the codebook never had that version.
        """
        with self._lock:
            session = self._session
            session.record_shown()
            session.refresh()
            interviews = {difference.line.transcript for difference in session.differences}
            return {
                "coder": session.coder,
                "study": self._study,
                "version": session.version_seen,
                "changes": [] if since is None else self._changes_since(since),
                "codes": codes_of(session.codebook),
                "contested": dict(sorted(session.contested.items(), key=lambda item: (-item[1], item[0]))),
                "interviews": {
                    interview.id: participant_summary(interview)
                    for interview in session.lines.interviews
                    if interview.id in interviews
                },
                "lines": [self._outline(difference) for difference in session.differences],
                "read": [self._line(difference, hidden=hidden) for difference in session.open[:_AT_ONCE]],
            }

    def lines(self, lines: Sequence[object], *, hidden: bool) -> dict[str, Any]:
        """
        Return the words and readings of those lines on which coders differ.

        Parameters
        ----------
        lines : sequence of str
            Ids of lines, at most 400; others than those on which coders differ are left out.
        hidden : bool
            Whether the names of the coders are left out.

        Raises
        ------
        ValueError
            For more lines than that.
        """
        with self._lock:
            if len(lines) > _MOST:
                raise ValueError(f"at most {_MOST} lines are read at once.")
            session = self._session
            session.refresh()
            differences = [session.difference(LineId(line)) for line in lines if isinstance(line, str)]
            shown = [self._line(line, hidden=hidden) for line in differences if line is not None]
            return {"lines": shown, "version": session.version_seen}

    def _changes_since(self, version: str) -> list[str]:
        try:
            return list(self._session.changes_since(self._session.version_named(version)))
        except SettlementError as error:
            raise ValueError(f"{error}") from error

    def submit(self, acts: Sequence[Act]) -> dict[str, Any]:
        """
        Do acts in the order given, and return the result of each: the line as it is then, or why it was refused.

        Parameters
        ----------
        acts : sequence of mappings
            Each a ruling (kind "settle") or an undo (kind "undo") with the idempotency key `gesture`.

        Raises
        ------
        ValueError
            For what no page of ours sends.
        """
        with self._lock:
            results = [self._result_of(act) for act in acts]
            # a page that has another version of the codebook asks for everything anew
            return {"results": results, "version": self._session.version_seen}

    def _result_of(self, act: Act) -> dict[str, Any]:
        gesture, kind = gesture_of(act), act.get("kind")
        if kind == "undo":
            return self._undo(gesture)
        if kind == "settle":
            return self._settle(_SubmittedRuling.from_act(act), gesture)
        raise ValueError("an act is a ruling or an undo.")

    def _undo(self, gesture: str) -> dict[str, Any]:
        line = self._session.undo(gesture=gesture)
        if line is None:
            return {"refused": "There is nothing to undo."}
        if self._session.difference(line) is None:
            return {"reload": True}
        return {"line": {"id": line, "settled": self._rulings(line)}}

    def _settle(self, submitted: "_SubmittedRuling", gesture: str) -> dict[str, Any]:
        self._session.refresh()
        try:
            version = self._session.version_named(submitted.version)
            difference = self._session.difference(submitted.line, version=version)
        except SettlementError as error:
            return {"refused": f"Nothing was stored. {error}", "reload": True}
        if difference is None:
            return {"refused": "The coders no longer differ on that line, so nothing was stored.", "reload": True}
        if difference.digest != submitted.digest:
            return {"refused": _CODED_AGAIN, **self._line_now(submitted)}
        # of those who gave the same codes, the ruling is on the reading that leaves fewest codes open
        by_open_codes = sorted(difference.readings, key=lambda reading: -len(reading.unjudged))
        reading_of = {reading.codes: reading for reading in by_open_codes}
        if not {submitted.left, submitted.right} <= reading_of.keys():
            raise ValueError("no coder read the line like that.")
        try:
            self._session.settle(
                submitted.line,
                submitted.ruling,
                left=reading_of[submitted.left],
                right=reading_of[submitted.right],
                codes=submitted.codes,
                reason=submitted.reason,
                names_hidden=submitted.hidden,
                milliseconds=submitted.milliseconds,
                gesture=gesture,
                version=version,
            )
        except JournalError:
            raise
        except AutocodeError as error:
            return {"refused": f"Nothing was stored. {error}", **self._line_now(submitted)}
        return self._line_now(submitted)

    def _line_now(self, submitted: "_SubmittedRuling") -> dict[str, Any]:
        """Return the line of a ruling as it is now; the page is to ask anew if coders do not differ on it any more."""
        difference = self._session.difference(submitted.line)
        return {"reload": True} if difference is None else {"line": self._line(difference, hidden=submitted.hidden)}

    def _outline(self, difference: Difference) -> dict[str, Any]:
        """Return what the page knows of every line, near the screen or not."""
        line = difference.line
        outline: dict[str, Any] = {
            "id": line.id,
            "order": line.order,
            "interview": line.transcript,
            "contested": self._in_order(difference.contested),
        }
        if difference.majority is not None:
            outline["majority"] = True
        if rulings := self._rulings(line.id):
            outline["settled"] = rulings
        return outline

    def _rulings(self, line: LineId) -> list[dict[str, Any]]:
        return [
            {
                "by": coding.coder,
                "codes": self._in_order(coding.codes),
                "reason": coding.memo,
                **({"ended": [str(fate) for fate in ended]} if (ended := self._session.ended(coding)) else {}),
            }
            for coding in self._session.settled(line)
        ]

    def _line(self, difference: Difference, *, hidden: bool) -> dict[str, Any]:
        """Return a line as the page shows it."""
        line = difference.line
        shown = difference.shuffled(self._session.coder) if hidden else difference
        question, before, after = self._context[line.id]
        most = difference.majority
        return {
            **self._outline(difference),
            "text": line.text,
            **speaker_json(self._session.lines, line),
            "question": question,
            "before": before,
            "after": after,
            "digest": difference.digest,
            "readings": [
                {
                    "by": _readers(reading, index, hidden=hidden) + self._not_judged(reading, difference),
                    "codes": self._in_order(reading.codes),
                    **({"none": "none of the others"} if reading.unjudged and not reading.codes else {}),
                    **({"most": most[1:]} if most is not None and reading.codes == most[0] else {}),
                }
                for index, reading in enumerate(shown.readings)
            ],
            "settled": self._rulings(line.id),
        }

    def _not_judged(self, reading: Reading, difference: Difference) -> str:
        """Return which of the contested codes a reading does not judge, in brackets; empty if it judges all.

        Where it gives none, all that it does not judge are named: it may be that one of them fits.
        """
        unjudged = reading.unjudged & difference.contested if reading.codes else reading.unjudged
        names = [
            self._session.codebook.label(code) for code in self._in_order(unjudged) if code in self._session.codebook
        ]
        return f" (has not judged {listing(names, at_most=4)})" if names else ""

    def _in_order(self, codes: Collection[CodeId]) -> list[CodeId]:
        order = {code: index for index, code in enumerate(self._session.codebook)}
        return sorted(codes, key=lambda code: (order.get(code, len(order)), code))


@no_single_text
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
    Return the page on which the adjudicators of a study settle the lines on which coders differ.

    While independent coding is open, an adjudicator who has lines left to read, or may still begin, is refused: anyone
    who has seen another's codings no longer reads independently.

    Parameters
    ----------
    journal : Journal
        Where the codings are and the rulings go.
    lines : Transcripts
        The interviews of the study.
    codebook : Codebook
        The codes of the study.
    adjudicators : collection of CoderId
        Who may open the page.
    coders : collection of CoderId, default ()
        Who codes in the study; if empty, everybody may.
    coding_closed : bool, default False
        Whether independent coding is over.
    study : str, default ""
        A name of the study; a browser keeps what is not stored yet under it.

    Returns
    -------
    Page
        The page at the path "/adjudicate", to be put into `make_app` or `serve`.

    Raises
    ------
    StudyError
        If a transcript was edited after it was coded.
    """
    journal.codings().check_lines(lines)
    apis: dict[CoderId, AdjudicationApi] = {}

    def api_of(coder: CoderId) -> AdjudicationApi:
        if coder not in apis:
            session = AdjudicationSession(
                journal, lines=lines, codebook=codebook, coder=coder, adjudicators=adjudicators, coders=coders
            )
            apis[coder] = AdjudicationApi(session, study=study, coding_closed=coding_closed)
        return apis[coder]

    return page_of(api_of, open_to=lambda coder: coder in adjudicators)


def page_of(
    api_of: Callable[[CoderId], AdjudicationApi], *, open_to: Callable[[CoderId], bool] = lambda coder: True
) -> Page:
    """Return the adjudication page over what each adjudicator may ask."""
    requests = _Requests(api_of)
    return Page(
        name="Differences",
        path=PATH,
        routes=[
            Route(PATH, requests.page, methods=["GET"]),
            Route(f"{PATH}/state", requests.state, methods=["GET"]),
            Route(f"{PATH}/lines", requests.lines, methods=["POST"]),
            Route(f"{PATH}/submit", requests.submit, methods=["POST"]),
        ],
        open_to=open_to,
    )


class _Requests:
    """The requests of the page's script, each answered in a thread."""

    def __init__(self, api_of: Callable[[CoderId], AdjudicationApi]) -> None:
        self._api_of = api_of

    async def page(self, request: Request) -> Response:
        """Return the frame of the page, or a sentence to those who may not see the differences yet."""
        sentence = await run_in_threadpool(lambda: self._api_of(coder_of(request)).refusal())
        if sentence:
            return render(request, "refused.html", title="Where coders differ", sentence=sentence, status=403)
        return render(request, "adjudicate.html")

    async def state(self, request: Request) -> Response:
        """Return the lines on which coders differ."""
        hidden, since = request.query_params.get("hidden") == "1", request.query_params.get("since")
        return await self._answer(request, lambda api: api.state(hidden=hidden, since=since))

    async def lines(self, request: Request) -> Response:
        """Return the words and readings of some lines."""
        try:
            body = await json_of(request)
            lines, hidden = _value(body, "lines", list), _value(body, "hidden", bool)
        except ValueError as error:
            return PlainTextResponse(str(error), status_code=400)
        return await self._answer(request, lambda api: api.lines(lines, hidden=hidden))

    async def submit(self, request: Request) -> Response:
        """Store rulings and undos."""
        try:
            acts = await acts_of(request)
        except RefusedRequestError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        return await self._answer(request, lambda api: api.submit(acts))

    async def _answer(self, request: Request, answer: Callable[[AdjudicationApi], dict[str, Any]]) -> Response:
        def respond() -> Response:
            api = self._api_of(coder_of(request))
            if sentence := api.refusal():
                return PlainTextResponse(sentence, status_code=403)
            return JSONResponse(answer(api))

        try:
            return await run_in_threadpool(respond)
        except JournalError as error:
            return PlainTextResponse(f"Nothing was stored. {error}", status_code=500)
        except RefusedRequestError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        except ValueError as error:
            return PlainTextResponse(f"This is not a ruling: {error}", status_code=400)


class _SubmittedRuling(NamedTuple):
    """A ruling as the page sent it."""

    line: LineId
    digest: str
    ruling: Ruling
    left: frozenset[CodeId]
    right: frozenset[CodeId]
    codes: frozenset[CodeId]
    reason: str
    hidden: bool
    milliseconds: int
    version: str

    @classmethod
    def from_act(cls, act: Act) -> Self:
        """Return the ruling of an act; raises `ValueError` for what no page of ours sends."""
        return cls(
            line=LineId(_value(act, "line", str)),
            digest=_value(act, "digest", str),
            ruling=Ruling(_value(act, "ruling", str)),
            left=_codes(act, "left"),
            right=_codes(act, "right"),
            codes=_codes(act, "codes"),
            reason=_value(act, "reason", str).strip(),
            hidden=_value(act, "hidden", bool),
            milliseconds=_value(act, "milliseconds", int),
            version=_value(act, "version", str) if "version" in act else "",
        )


def _value(body: object, key: str, kind: type) -> Any:
    value = body.get(key) if isinstance(body, Mapping) else None
    if type(value) is not kind:  # a bool is not taken for a number
        raise ValueError(f"{key!r} is missing or of another type.")
    return value


def _codes(act: Act, key: str) -> frozenset[CodeId]:
    codes = _value(act, key, list)
    if not all(isinstance(code, str) for code in codes):
        raise ValueError(f"{key!r} is not a list of codes.")
    return frozenset(map(CodeId, codes))


def _readers(reading: Reading, index: int, *, hidden: bool) -> str:
    """Return who read a line so; a letter where names are hidden."""
    if not hidden:
        return ", ".join(reading.coders)
    n = len(reading.coders)
    return f"Coding {chr(ord('A') + index % 26)}{'' if n == 1 else f' ({n} coders)'}"


def _context_of_lines(lines: Transcripts) -> dict[LineId, tuple[_Utterance | None, list[_Utterance], list[_Utterance]]]:
    """Return the question that each line answers, and what participants said right before and right after it."""
    context = {}
    for interview in lines.interviews:
        question, before = None, list[_Utterance]()
        for line, following in zip_longest(interview.lines, interview.lines[1:]):
            utterance = _Utterance(text=line.text, speaker=line.speaker)
            if line.role is not Role.PARTICIPANT:
                question, before = utterance, []
                continue
            is_answered_on = following is not None and following.role is Role.PARTICIPANT
            after = [_Utterance(text=following.text, speaker=following.speaker)] if is_answered_on else []
            context[line.id] = (question, before, after)
            before = [utterance]
    return context
