"""The team's pages: how far each coder has come, how far they agree, and what waits for the team."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Basis, CoderId, Codings
from autocode.conduct import Amendment
from autocode.display import displayed
from autocode.errors import AgreementError, AutocodeError, StudyError
from autocode.journal import Journal
from autocode.review import (
    CoderProgress,
    ProposedCode,
    codebook_in_force,
    codebook_seen_by,
    differences,
    progress_of_coders,
    proposed_codes,
    record_shown,
    unused_codes,
)
from autocode.transcripts import LineId, Transcripts
from autocode.web._app import Page, coder_of, render
from autocode.web._codes import codes_of
from autocode.web._label_issues import SUBMIT, LabelIssue, label_issues, submit_checks
from autocode.web._line_lists import line_address
from autocode.web._open_coding import left_to_read, still_coding
from autocode.web._speakers import source_of
from autocode.wording import count_of

if TYPE_CHECKING:
    from autocode.agreement import CodeAgreement

TEAM, CODEBOOK = "/team", "/codebook"
_NO_COMMON_CODES = (
    "Coders have no codes in common yet, so there is no agreement to measure; own codes are grouped on the board "
    "when all have coded"
)
_RESTART = "Stop autocode with Ctrl+C and start it again: an interview was corrected since."


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class SuggesterStatus:
    """
    What the suggester of a study was trained on, and what it cannot suggest yet.

    Attributes
    ----------
    learnt_from : str
        What it was trained on, such as "learnt from 120 lines of 8 interviews"; empty if it cannot be opened.
    unsupported : sequence of str
        A sentence for each code that it does not suggest yet, and why.
    """

    learnt_from: str
    unsupported: Sequence[str]


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedLine:
    """
    A coded line that may have a label issue and should be read again.

    Attributes
    ----------
    line : LineId
        The line.
    reason : str
        Why it was flagged, as a sentence.
    """

    line: LineId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _AgreementRow:
    """Agreement on one code as it is drawn: 0 to 1 are 0 to 100 across, and values outside stand at the edge."""

    code: CodeId
    estimate: str
    at: float
    low: float
    high: float
    drawn: bool
    enough: bool
    verdict: str
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _TeamStatus:
    coders: Sequence[CoderProgress]
    rows: Sequence[_AgreementRow]
    overall: str
    basis: str
    proposals: Sequence[ProposedCode]
    unused: Sequence[CodeId]
    n_differing: int
    n_settled: int
    amendments: Sequence[Amendment]
    codebook: Codebook


class _TeamRequests:
    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coders: Collection[CoderId],
        coding_closed: bool,
        own_codes_made: bool,
        suggester_status: Callable[[], SuggesterStatus | None],
        flagged_lines: Callable[[], Sequence[FlaggedLine]] | None,
    ) -> None:
        self._journal = journal
        self._lines = lines
        self._given_codebook = codebook
        self._coders = coders
        self._coding_closed = coding_closed
        self._own_codes_made = own_codes_made
        self._suggester_status = suggester_status
        self._flagged_lines = flagged_lines
        self._cache: dict[str, tuple[int, Any]] = {}
        self._flagged: tuple[Codings, Sequence[FlaggedLine]] | None = None
        self._lock = Lock()

    def _cached(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return what was computed when the journal was as long as it is now, or compute it."""
        with self._lock:
            n_entries = self._journal.last
            if name not in self._cache or self._cache[name][0] != n_entries:
                self._cache[name] = (n_entries, compute())
            return self._cache[name][1]

    @property
    def _codebook(self) -> Codebook:
        """The codes that all coders have in common: own codes stay off this page."""
        return codebook_seen_by(self._journal, self._given_codebook)

    def _codings(self) -> Codings:
        own = codebook_in_force(self._journal, self._given_codebook).own_codes
        codings = self._journal.codings()
        return codings.without_codes(code.id for code in own) if own else codings

    async def team(self, request: Request) -> Response:
        """Show where the team stands; to who still reads independently, only how far everybody has come."""
        coder = coder_of(request)
        try:
            if n_left := await run_in_threadpool(self._left_to_read, coder):
                return await run_in_threadpool(self._while_reading, request, coder, n_left)
            await run_in_threadpool(self._record_shown, coder)
            status = await run_in_threadpool(self._cached, "team", self._team_status)
        except StudyError as error:  # an interview was amended while this is served
            return render(request, "refused.html", title="Team", sentence=f"{_RESTART} {error}", status=409)
        return render(
            request,
            "team.html",
            team=status,
            suggester=await run_in_threadpool(self._suggester_status),
            codes=codes_of(status.codebook),
            lines=self._lines,
            source_of=source_of,
            # where others have given own codes, some code fits
            shows_none_fits=not self._own_codes_made,
            has_label_issues=self._flagged_lines is not None,
        )

    def _while_reading(self, request: Request, coder: CoderId, n_left: int) -> Response:
        """Show how far everybody has come, and nothing of what anybody gave."""
        progress = self._cached(
            "progress", lambda: progress_of_coders(self._journal, self._lines, members=self._coders)
        )
        return render(
            request,
            "team_reading.html",
            # a person who settles differences shows that there are some
            coders=[member for member in progress if member.progress.done or member.coder in self._coders],
            amendments=self._journal.amendments(),
            sentence=still_coding(coder, n_left),
        )

    async def flagged(self, request: Request) -> Response:
        """Show the coded lines with possible label issues to coders who may see the others' codings."""
        coder = coder_of(request)
        title = "Lines to read again"
        try:
            n_left = await run_in_threadpool(self._left_to_read, coder)
        except StudyError as error:
            return render(request, "refused.html", title=title, sentence=f"{_RESTART} {error}", status=409)
        if n_left:
            sentence = still_coding(coder, n_left)
            return render(request, "refused.html", title=title, sentence=sentence, status=403)
        await run_in_threadpool(self._record_shown, coder)
        try:
            issues = await run_in_threadpool(self._label_issues)
        except AutocodeError as error:
            return render(request, "refused.html", title=title, sentence=str(error))
        return render(
            request,
            "label_issues.html",
            issues=issues,
            lines=self._lines,
            source_of=source_of,
            line_address=line_address,
            may_review=any(page.path == "/" and page.open_to(coder) for page in request.app.state.pages),
            # what waits in a browser belongs to this study, whatever else is served on this port another day
            study=hashlib.sha256(str(self._journal.path.resolve()).encode()).hexdigest()[:16],
            codes=codes_of(await run_in_threadpool(lambda: self._codebook)),
        )

    def _label_issues(self) -> list[LabelIssue]:
        codings = self._codings()
        with self._lock:
            # that somebody looked at a line changes nothing of what a model expects
            if self._flagged is None or self._flagged[0] != codings:
                self._flagged = (codings, (self._flagged_lines or tuple)())
            flagged = [(found.line, found.reason) for found in self._flagged[1]]
        return label_issues(flagged, lines=self._lines, codings=codings, journal=self._journal)

    async def check(self, request: Request) -> Response:
        """Record which flagged lines somebody has looked at, and that they stay."""
        return await submit_checks(request, journal=self._journal, codings=self._codings, refusal=self._refusal)

    def _refusal(self, coder: CoderId) -> str:
        n_left = self._left_to_read(coder)
        return still_coding(coder, n_left) if n_left else ""

    def _record_shown(self, coder: CoderId) -> None:
        record_shown(coder, self._journal, coders=self._coders)

    def _left_to_read(self, coder: CoderId) -> int:
        """Return how many lines a coder has to read before seeing the others' codings; 0 when coding is closed."""
        if self._coding_closed:
            return 0
        return left_to_read(coder, self._journal, self._lines, coders=self._coders)

    def _team_status(self) -> _TeamStatus:
        from autocode.agreement import agreement_table  # scipy takes a second, which a coder's page need not wait for

        codings, codebook = self._codings(), self._codebook
        differing = differences(codings, self._lines)
        settled = {coding.line for coding in codings if coding.basis is Basis.ADJUDICATED}
        rows: Sequence[_AgreementRow] = ()
        try:
            if not codebook.subthemes:
                raise AgreementError(_NO_COMMON_CODES)
            table = agreement_table(codings, self._lines, codebook)
        except AgreementError as error:
            overall, basis = "", str(error)
        else:
            alpha, widest = table.overall.alpha, table.widest.alpha
            overall = "" if alpha.undefined else alpha.estimate
            basis = widest.basis if widest.n_pairable else "No line has been coded by two coders yet."
            if table.waiting:
                basis += f". {replace(table, codebook_version=codebook.version).codebook.removesuffix('.')}"
            rows = [_agreement_row(row) for row in table.codes] if widest.n_pairable else []
        return _TeamStatus(
            coders=progress_of_coders(self._journal, self._lines, members=self._coders),
            rows=sorted(rows, key=lambda row: (not row.enough, row.at)),
            overall=overall,
            basis=basis,
            proposals=proposed_codes(self._journal.proposals(), codebook),
            unused=[code.id for code in unused_codes(codings, codebook)],
            n_differing=len(differing),
            n_settled=sum(difference.line.id in settled for difference in differing),
            amendments=self._journal.amendments(),
            codebook=codebook,
        )


@no_single_text
def team_page(
    journal: Journal,
    *,
    lines: Transcripts,
    codebook: Codebook,
    coders: Collection[CoderId] = (),
    coding_closed: bool = False,
    own_codes_made: bool = False,
    suggester_status: Callable[[], SuggesterStatus | None],
    flagged_lines: Callable[[], Sequence[FlaggedLine]] | None,
) -> Page:
    """
    Return the page that shows a team where it stands; its numbers are those of `autocode.agreement`.

    Parameters
    ----------
    journal : Journal
        Where the codings are.
    lines : Transcripts
        The interviews of the study.
    codebook : Codebook
        The codes of the study.
    coders : collection of CoderId, default ()
        Who codes in the study, listed even before they begin; if empty, everybody may code.
    coding_closed : bool, default False
        Whether independent coding is over, so that everybody may see all codings.
    own_codes_made : bool, default False
        Whether coders still make own codes, of which others may not learn.
    suggester_status : callable
        Returns what the suggester can and cannot suggest yet, or None where there is no suggester.
    flagged_lines : callable or None
        Returns coded lines with possible label issues; called when their page is opened, and may take seconds. None
        leaves the page out.

    Returns
    -------
    Page
        The page at the path "/team", to be put into `make_app` or `serve`.

    Raises
    ------
    StudyError
        If a transcript was edited after it was coded.
    """
    journal.codings().check_lines(lines)
    requests = _TeamRequests(
        journal,
        lines=lines,
        codebook=codebook,
        coders=coders,
        coding_closed=coding_closed,
        own_codes_made=own_codes_made,
        suggester_status=suggester_status,
        flagged_lines=flagged_lines,
    )
    routes = [Route(TEAM, requests.team, methods=["GET"])]
    if flagged_lines is not None:
        routes.append(Route(f"{TEAM}/slips", requests.flagged, methods=["GET"]))
        routes.append(Route(SUBMIT, requests.check, methods=["POST"]))
    return Page(name="Team", path=TEAM, routes=routes)


def codebook_page(codebook: Codebook, *, journal: Journal | None = None) -> Page:
    """
    Return the page of the codes with their definitions, when to use them and when not, and examples.

    Parameters
    ----------
    codebook : Codebook
        The codes of the study.
    journal : Journal or None, default None
        Where changes of the codebook are recorded; the page shows the version in force. None for the codes as given.

    Returns
    -------
    Page
        The page at the path "/codebook", to be put into `make_app` or `serve`.
    """

    def seen_by(coder: CoderId) -> Codebook:
        return codebook.visible_to(coder) if journal is None else codebook_seen_by(journal, codebook, coder)

    async def show(request: Request) -> Response:
        present = await run_in_threadpool(seen_by, coder_of(request))
        groups: dict[str, list[dict[str, Any]]] = {}
        for code in codes_of(present).values():
            groups.setdefault(code["theme"], []).append(code)
        definitions = {theme.name: theme.definition for theme in present.labelled().themes}
        return render(request, "codebook.html", codebook=present, groups=groups, definitions=definitions)

    return Page(name="Codebook", path=CODEBOOK, routes=[Route(CODEBOOK, show, methods=["GET"])])


def _agreement_row(row: "CodeAgreement") -> _AgreementRow:
    from autocode.agreement import Reliability

    alpha = row.alpha
    drawn = alpha.undefined is None

    def across(value: float) -> float:
        return 100 * min(max(value, 0.0), 1.0) if value == value else 0.0

    return _AgreementRow(
        code=row.code,
        estimate=alpha.estimate if drawn else "–",
        at=across(alpha.value),
        low=across(alpha.low if alpha.low == alpha.low else alpha.value),
        high=across(alpha.high if alpha.high == alpha.high else alpha.value),
        drawn=drawn,
        enough=drawn and alpha.reliability is not Reliability.UNDECIDED,
        verdict=row.verdict,
        counts=f"Given to {row.applied} of {count_of(row.units, 'line')}",
    )
