"""The team's pages: how far each coder has come, how far they agree, and what waits for the team to settle."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId
from autocode.errors import AgreementError, AutocodeError
from autocode.journal import Journal
from autocode.review import (
    CoderProgress,
    ProposedCode,
    differences,
    lines_left_to_read,
    progress_of_coders,
    proposed_codes,
    unused_codes,
)
from autocode.transcripts import LineId, Transcripts
from autocode.web._adjudication import codes_of, still_coding
from autocode.web._app import Page, coder_of, render

if TYPE_CHECKING:
    from autocode.agreement import CodeAgreement

TEAM, CODEBOOK = "/team", "/codebook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the machine may and may not suggest yet, in sentences of the suggester's own."""

    learnt_from: str
    unsupported: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """A coded line to read again, and why, in a sentence of whoever found it."""

    line: LineId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Agreement on one code as it is drawn: 0 to 1 are 0 to 100 across, and what lies outside stands at the edge."""

    code: CodeId
    estimate: str
    at: float
    low: float
    high: float
    drawn: bool
    enough: bool
    said: str
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    coders: Sequence[CoderProgress]
    rows: Sequence[_Row]
    overall: str
    rests_on: str
    proposals: Sequence[ProposedCode]
    unused: Sequence[CodeId]
    differ: int
    settled: int


class _Team:
    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coders: Collection[CoderId],
        coding_closed: bool,
        machine: Callable[[], Machine | None],
        reread: Callable[[], Sequence[Reread]] | None,
    ) -> None:
        self._journal = journal
        self._lines = lines
        self._codebook = codebook
        self._coders = coders
        self._coding_closed = coding_closed
        self._machine = machine
        self._reread = reread
        self._codes = codes_of(codebook)
        self._made: dict[str, tuple[int, Any]] = {}
        self._lock = Lock()

    def _fresh(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what was made when the journal was as long as it is now, or make it."""
        with self._lock:
            n = self._journal.last
            if name not in self._made or self._made[name][0] != n:
                self._made[name] = (n, make())
            return self._made[name][1]

    async def show(self, request: Request) -> Response:
        """Show where the team stands."""
        stand = await run_in_threadpool(self._fresh, "stand", self._stand)
        machine = await run_in_threadpool(self._machine)
        # a proposed code is for all to see; on which line somebody missed it is a coding
        sees = not await run_in_threadpool(self._left_to_read, coder_of(request))
        values = {"stand": stand, "machine": machine, "codes": self._codes, "lines": self._lines, "sees": sees}
        return render(request, "team.html", slips=self._reread is not None, **values)

    async def reread(self, request: Request) -> Response:
        """Show the coded lines that may hold slips, to whoever may see what others coded."""
        coder = coder_of(request)
        title = "Lines to read again"
        if left := await run_in_threadpool(self._left_to_read, coder):
            return render(request, "refused.html", title=title, told=still_coding(coder, left), status=403)
        try:
            found = await run_in_threadpool(self._fresh, "reread", self._reread or tuple)
        except AutocodeError as error:
            return render(request, "refused.html", title=title, told=str(error))
        codings = await run_in_threadpool(self._journal.codings)
        return render(request, "slips.html", found=found, lines=self._lines, codings=codings, codes=self._codes)

    def _left_to_read(self, coder: CoderId) -> int:
        """Return how many lines stand between a coder and what others coded; 0 when independent coding is over."""
        if self._coding_closed:
            return 0
        return lines_left_to_read(coder, self._journal.codings(), self._lines, coders=self._coders)

    def _stand(self) -> _Stand:
        from autocode.agreement import agreement_table  # scipy takes a second, which a coder's page need not wait for

        codings = self._journal.codings()
        differ = differences(codings, self._lines)
        settled = {one.line for one in codings if one.basis == "adjudicated"}
        rows: Sequence[_Row] = ()
        try:
            table = agreement_table(codings, self._codebook, self._lines)
        except AgreementError as error:
            overall, rests_on = "", str(error)
        else:
            alpha = table.overall.alpha
            overall = "" if alpha.undefined else alpha.estimate
            rests_on = "No line was read by two coders yet." if alpha.undefined else alpha.basis
            rows = [] if alpha.undefined else [_row(one) for one in table.codes]
        return _Stand(
            coders=progress_of_coders(self._journal, self._lines, members=self._coders),
            rows=sorted(rows, key=lambda row: (not row.enough, row.at)),
            overall=overall,
            rests_on=rests_on,
            proposals=proposed_codes(self._journal, self._codebook),
            unused=[code.id for code in unused_codes(codings, self._codebook)],
            differ=len(differ),
            settled=sum(one.line.id in settled for one in differ),
        )


def team_page(
    journal: Journal,
    *,
    lines: Transcripts,
    codebook: Codebook,
    coders: Collection[CoderId] = (),
    coding_closed: bool = False,
    machine: Callable[[], Machine | None],
    reread: Callable[[], Sequence[Reread]] | None,
) -> Page:
    """
    Return the page that tells a team where it stands; its numbers are those of the agreement room, as they are.

    Parameters
    ----------
    coders : those whom the study names as ones who code, told of even before they begin; without any, everybody may.
    machine : what the suggester may and may not suggest yet; None where there is no suggester.
    reread : coded lines that may hold slips; asked when somebody opens their page, and may take seconds. None where
        nothing can tell.
    """
    journal.codings().check_lines(lines)
    team = _Team(
        journal,
        lines=lines,
        codebook=codebook,
        coders=coders,
        coding_closed=coding_closed,
        machine=machine,
        reread=reread,
    )
    return Page(
        name="Team",
        path=TEAM,
        routes=[
            Route(TEAM, team.show, methods=["GET"]),
            *([Route(f"{TEAM}/slips", team.reread, methods=["GET"])] if reread else []),
        ],
    )


def codebook_page(codebook: Codebook) -> Page:
    """Return the page of the codes with their definitions, when to use them and when not, and examples."""
    codes = codes_of(codebook)

    async def show(request: Request) -> Response:
        groups: dict[str, list[dict[str, Any]]] = {}
        for code in codes.values():
            groups.setdefault(code["theme"], []).append(code)
        about = {theme.name: theme.definition for theme in codebook.themes}
        return render(request, "codebook.html", codebook=codebook, groups=groups, about=about)

    return Page(name="Codebook", path=CODEBOOK, routes=[Route(CODEBOOK, show, methods=["GET"])])


def _row(of: "CodeAgreement") -> _Row:
    from autocode.agreement import Reliability

    alpha = of.alpha
    drawn = alpha.undefined is None
    enough = drawn and alpha.reliability is not Reliability.UNDECIDED

    def across(value: float) -> float:
        return 100 * min(max(value, 0.0), 1.0) if value == value else 0.0

    return _Row(
        code=of.code,
        estimate=alpha.estimate if drawn else "–",
        at=across(alpha.value),
        low=across(alpha.low if alpha.low == alpha.low else alpha.value),
        high=across(alpha.high if alpha.high == alpha.high else alpha.value),
        drawn=drawn,
        enough=enough,
        said=of.verdict if enough else of.verdict.partition(": ")[2] or of.verdict,
        counts=f"given to {of.applied} of {of.units} lines",
    )
