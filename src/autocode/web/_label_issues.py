"""Coded lines that may have a label issue: each with what stands around it, to be looked at and left or coded anew."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from autocode.coding import CoderId, Coding, Codings
from autocode.errors import JournalError
from autocode.journal import Journal, Kind, LineChecked
from autocode.transcripts import Line, LineId, Role, Transcripts
from autocode.web._acts import Act, RefusedRequestError, acts_of, gesture_of
from autocode.web._app import coder_of

SUBMIT = "/team/checks"
_CODED_AGAIN = "Somebody has coded that line again since it was shown to you; reload the page and look at it once more."


class LabelIssue(NamedTuple):
    """A line with a possible label issue as the page shows it, and who has looked at its codings and left them."""

    line: Line
    reason: str
    codings: Sequence[Coding]
    digest: str
    question: Line | None
    before: Line | None
    after: Line | None
    checked_by: Sequence[CoderId]


def label_issues(
    flagged: Sequence[tuple[LineId, str]], *, lines: Transcripts, codings: Codings, journal: Journal
) -> list[LabelIssue]:
    """Return the flagged lines with what stands around them, those that nobody has looked at first."""
    checks: dict[tuple[LineId, str], dict[CoderId, None]] = {}
    for entry in journal.history(kinds=(Kind.LOOK,)):
        if isinstance(entry.record, LineChecked):
            checks.setdefault((entry.record.line, entry.record.codings), {})[entry.record.coder] = None
    issues = []
    for name, reason in flagged:
        if not lines.__contains__(name):
            continue
        line, made = lines.line(name), codings.of(name)
        before, after = _neighbours(lines, line)
        digest = digest_of(made)
        issues.append(
            LabelIssue(
                line=line,
                reason=reason,
                codings=made,
                digest=digest,
                question=lines.question_before(line),
                before=before,
                after=after,
                checked_by=tuple(checks.get((name, digest), ())),
            )
        )
    return sorted(issues, key=lambda issue: bool(issue.checked_by))


def _neighbours(lines: Transcripts, line: Line) -> tuple[Line | None, Line | None]:
    """Return what the participant said right before and right after a line."""
    interview = lines.interview(line.transcript).lines
    place = interview.index(line)
    around = (interview[place - 1] if place else None, interview[place + 1] if place + 1 < len(interview) else None)
    before, after = (near if near is not None and near.role is Role.PARTICIPANT else None for near in around)
    return before, after


def digest_of(codings: Sequence[Coding]) -> str:
    """Return a digest of who gave a line which codes, which changes when somebody codes it again."""
    text = "\x00".join(sorted(f"{coding.coder}\x00{coding.basis}\x00{sorted(coding.codes)}" for coding in codings))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def submit_checks(
    request: Request, *, journal: Journal, codings: Callable[[], Codings], refusal: Callable[[CoderId], str]
) -> Response:
    """Record which lines somebody has looked at, and that their codings stay."""
    coder = coder_of(request)

    def checked(act: Act) -> dict[str, Any]:
        gesture, line, seen = gesture_of(act), act.get("line"), act.get("codings")
        if act.get("kind") != "stays" or not isinstance(line, str) or not isinstance(seen, str):
            raise RefusedRequestError(400, "This is not an act that the page sends; reload the page.")
        if digest_of(codings().of(LineId(line))) != seen:
            return {"refused": _CODED_AGAIN}
        journal.append(LineChecked(line=LineId(line), coder=coder, codings=seen), gesture=gesture)
        return {"line": line, "by": coder}

    def respond(acts: Sequence[Act]) -> Response:
        if sentence := refusal(coder):
            return PlainTextResponse(sentence, status_code=403)
        return JSONResponse({"results": [checked(act) for act in acts]})

    try:
        acts = await acts_of(request)
        return await run_in_threadpool(respond, acts)
    except RefusedRequestError as error:
        return PlainTextResponse(str(error), status_code=error.status)
    except JournalError as error:
        return PlainTextResponse(f"Nothing was stored. {error}", status_code=500)
