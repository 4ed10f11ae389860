"""The page on which an adjudicator corrects the text of a coded interview: the plan first, then the record."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from autocode.arguments import no_single_text
from autocode.coding import CoderId
from autocode.errors import AutocodeError, StudyError
from autocode.journal import Journal
from autocode.transcripts import SUFFIXES, TranscriptId, Transcripts
from autocode.web._acts import RefusedRequestError, json_of
from autocode.web._app import Page, coder_of, render
from autocode.web._open_coding import left_to_read, still_coding

PATH = "/corrections"
_LARGEST = 32 * 1024 * 1024  # bytes of one request: a document with pictures, in base64
_TOO_LARGE = "This document is too large to be sent; correct the interview with autocode amend STUDY FILE."
_NEXT = "Correct another, or stop autocode with Ctrl+C and start it again: until then the other pages are closed."


class PlannedCorrection(NamedTuple):
    """
    What a correction would do.

    Attributes
    ----------
    sentences : str
        The plan in words.
    changes_anything : bool
        Whether there is anything to record.
    record : callable
        Makes the correction as planned.
    """

    sentences: str
    changes_anything: bool
    record: Callable[[], object]


class CorrectedDocument(NamedTuple):
    """
    A document that was corrected in its own program, as a browser sends it.

    Attributes
    ----------
    name : str
        The file's name.
    content : bytes
        What it holds.
    """

    name: str
    content: bytes


class Corrections(Protocol):
    """What the page asks of a study."""

    def lines(self) -> Transcripts:
        """Return the interviews as they are in the study now, with every correction so far."""

    def texts(self) -> Mapping[TranscriptId, str]:
        """Return the text of each interview that is kept as text, as it is in the study now."""

    def documents(self) -> Mapping[TranscriptId, Path]:
        """Return the file of each other interview, such as a Word document."""

    def plan(
        self, interview: TranscriptId, corrected: str | CorrectedDocument, *, by: CoderId, reason: str
    ) -> PlannedCorrection:
        """
        Return what it would do to replace an interview.

        Parameters
        ----------
        interview : TranscriptId
            The interview.
        corrected : str or CorrectedDocument
            Its corrected text, or the document that holds it.
        by : CoderId
            Who corrects it.
        reason : str
            Why, for the record.

        Raises
        ------
        AutocodeError
            If what was corrected cannot be read, or the correction not be planned.
        """


class _Correction(NamedTuple):
    """A correction as the page's script sends it."""

    interview: TranscriptId
    text: str
    document: str  # the name of the document that was sent; "" where the text was
    content: str  # of the document, in base64
    reason: str
    plan: str  # the fingerprint of the plan that was shown; "" if none was

    @property
    def corrected(self) -> str | CorrectedDocument:
        """What was corrected: a text or a document."""
        if not self.document:
            return self.text
        return CorrectedDocument(self.document, base64.b64decode(self.content))

    @classmethod
    async def sent_with(cls, request: Request) -> "_Correction":
        body = await json_of(request)
        fields = {name: body.get(name, "") for name in cls._fields} if isinstance(body, dict) else {}
        if not fields or not all(isinstance(value, str) for value in fields.values()):
            raise RefusedRequestError(400, "Send the interview, its text or document, and the reason.")
        try:
            base64.b64decode(fields["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise RefusedRequestError(400, "Send the document in base64.") from error
        return cls(**fields)


class _CorrectionRequests:
    def __init__(
        self,
        corrections: Corrections,
        *,
        journal: Journal,
        lines: Transcripts,
        coders: Collection[CoderId],
        coding_closed: bool,
    ) -> None:
        self._corrections = corrections
        self._journal = journal
        self._lines = lines
        self._coders = coders
        self._coding_closed = coding_closed

    async def page(self, request: Request) -> Response:
        """Show the interviews that can be corrected here."""
        refused = await run_in_threadpool(self._refusal, coder_of(request))
        if refused is not None:
            status, sentence = refused
            return render(request, "refused.html", title="Corrections", sentence=sentence, status=status)
        texts, documents = await run_in_threadpool(lambda: (self._corrections.texts(), self._corrections.documents()))
        interviews = [
            (interview.id, documents[interview.id].name if interview.id in documents else "")
            for interview in self._lines.interviews
            if interview.id in texts or interview.id in documents
        ]
        return render(request, "corrections.html", interviews=interviews, suffixes=",".join(SUFFIXES))

    async def text(self, request: Request) -> Response:
        """Answer with the text of an interview as it is in the study."""
        refused = await run_in_threadpool(self._refusal, coder_of(request))
        if refused is not None:
            return PlainTextResponse(refused[1], status_code=refused[0])
        texts = await run_in_threadpool(self._corrections.texts)
        name = request.query_params.get("interview", "")
        if name not in texts:
            return PlainTextResponse("There is no such interview, or it is not kept as text.", status_code=404)
        return JSONResponse({"text": texts[name]})

    async def document(self, request: Request) -> Response:
        """Answer with the file of an interview that is kept as a document, as it is in the study."""
        refused = await run_in_threadpool(self._refusal, coder_of(request))
        if refused is not None:
            return PlainTextResponse(refused[1], status_code=refused[0])
        documents = await run_in_threadpool(self._corrections.documents)
        name = request.query_params.get("interview", "")
        if name not in documents:
            return PlainTextResponse("There is no such interview, or it is kept as text.", status_code=404)
        return FileResponse(documents[name], filename=documents[name].name)

    async def plan(self, request: Request) -> Response:
        """Answer with what a correction would do."""
        return await self._answer(request, self._planned)

    async def record(self, request: Request) -> Response:
        """Make a correction whose plan was shown."""
        return await self._answer(request, self._recorded)

    async def _answer(self, request: Request, answer: Callable[[_Correction, CoderId], dict[str, Any]]) -> Response:
        coder = coder_of(request)
        try:
            correction = await _Correction.sent_with(request)
        except RefusedRequestError as error:
            return PlainTextResponse(str(error), status_code=error.status)
        refused = await run_in_threadpool(self._refusal, coder)
        if refused is not None:
            return PlainTextResponse(refused[1], status_code=refused[0])
        try:
            return JSONResponse(await run_in_threadpool(answer, correction, coder))
        except AutocodeError as error:
            sentence = str(error)
            begins_with_file = error.faults[0].path is not None  # whose name is not written otherwise
            return JSONResponse({"refused": sentence if begins_with_file else f"{sentence[:1].upper()}{sentence[1:]}"})

    def _planned(self, correction: _Correction, coder: CoderId) -> dict[str, Any]:
        planned = self._plan(correction, coder)
        return {
            "plan": planned.sentences,
            "fingerprint": _fingerprint(correction, planned) if planned.changes_anything else "",
        }

    def _recorded(self, correction: _Correction, coder: CoderId) -> dict[str, Any]:
        planned = self._plan(correction, coder)
        if not planned.changes_anything or _fingerprint(correction, planned) != correction.plan:
            raise StudyError("nothing was recorded, because the plan is another one now; look at it again.")
        planned.record()
        return {"recorded": f"{correction.interview} is corrected. {_NEXT}"}

    def _plan(self, correction: _Correction, coder: CoderId) -> PlannedCorrection:
        if not correction.reason.strip():
            raise StudyError("say why the interview is corrected; the record keeps the reason.")
        reason = correction.reason.strip()
        return self._corrections.plan(correction.interview, correction.corrected, by=coder, reason=reason)

    def _refusal(self, coder: CoderId) -> tuple[int, str] | None:
        """Return why a coder may not correct now: a plan shows which lines others have coded."""
        if self._coding_closed:
            return None
        try:
            n_left = left_to_read(coder, self._journal, self._lines, coders=self._coders)
        except StudyError:  # an interview was corrected while this is served
            try:
                n_left = left_to_read(coder, self._journal, self._corrections.lines(), coders=self._coders)
            except AutocodeError as error:  # or edited in the folder
                return 409, str(error)
        return (403, still_coding(coder, n_left)) if n_left else None


def _fingerprint(correction: _Correction, planned: PlannedCorrection) -> str:
    """Return what is the same only for the same text or document and the same plan."""
    corrected = [correction.interview, correction.text, correction.document, correction.content]
    shown = json.dumps([*corrected, correction.reason.strip(), planned.sentences])
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


@no_single_text
def corrections_page(
    corrections: Corrections,
    *,
    journal: Journal,
    lines: Transcripts,
    adjudicators: Collection[CoderId],
    coders: Collection[CoderId] = (),
    coding_closed: bool = False,
) -> Page:
    """
    Return the page on which adjudicators correct an interview that was coded, as text or by its corrected document.

    The plan is shown first and recorded only as it was shown. After that this page goes on with the corrected text, and
    the others say to start autocode again.

    Parameters
    ----------
    corrections : Corrections
        What plans and makes corrections of the study.
    journal : Journal
        Where the codings are.
    lines : Transcripts
        The interviews of the study.
    adjudicators : collection of CoderId
        Who may correct.
    coders : collection of CoderId, default ()
        Who codes in the study; if empty, everybody may code.
    coding_closed : bool, default False
        Whether independent coding is over. Until then an adjudicator who codes has to read all of their lines first,
        because a plan shows which lines others have coded.

    Returns
    -------
    Page
        The page at the path "/corrections", to be put into `make_app` or `serve`.

    Raises
    ------
    StudyError
        If a transcript was edited after it was coded.
    """
    journal.codings().check_lines(lines)
    requests = _CorrectionRequests(
        corrections, journal=journal, lines=lines, coders=coders, coding_closed=coding_closed
    )
    routes = [
        Route(PATH, requests.page, methods=["GET"]),
        Route(f"{PATH}/text", requests.text, methods=["GET"]),
        Route(f"{PATH}/document", requests.document, methods=["GET"]),
        Route(f"{PATH}/plan", requests.plan, methods=["POST"]),
        Route(f"{PATH}/record", requests.record, methods=["POST"]),
    ]
    allowed = frozenset(adjudicators)
    return Page(
        name="Corrections",
        path=PATH,
        routes=routes,
        open_to=lambda coder: coder in allowed,
        largest_request=_LARGEST,
        too_large=_TOO_LARGE,
    )
