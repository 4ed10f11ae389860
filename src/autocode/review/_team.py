"""How far a team has come, and what its codebook meets on the way."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from autocode.codebook import Code, Codebook
from autocode.coding import Basis, CoderId, Coding, Codings, Decision, Proposal, Verdict
from autocode.journal import Deferral, Journal, Kind
from autocode.review._queue import Progress, Queue
from autocode.transcripts import LineId, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderProgress:
    """How far one coder has come.

    Attributes
    ----------
    progress : participants' lines done, left for later and not yet seen.
    independent, assisted, adjudicated : lines judged on each basis; a line may stand in several.
    proposed : codes that the coder proposed to the team.
    none_fits : judged lines of which the coder's latest word is that no code applies.
    last : when the coder last judged a line; None where the journal does not know.
    """

    coder: CoderId
    progress: Progress
    independent: int
    assisted: int
    adjudicated: int
    none_fits: int
    proposed: int
    last: datetime | None


def progress_of_coders(
    journal: Journal, lines: Transcripts, *, members: Collection[CoderId] = ()
) -> tuple[CoderProgress, ...]:
    """Return how far each coder has come, by name; `members` are told of even where they have not begun."""
    codings = journal.codings()
    codings.check_lines(lines)
    deferred: dict[CoderId, dict[LineId, None]] = {}
    for entry in journal.history(kinds=(Kind.DEFERRAL, Kind.DECISION)):
        record = entry.record
        if not entry.undone and (isinstance(record, Deferral) or (isinstance(record, Decision) and _skipped(record))):
            deferred.setdefault(record.coder, {})[record.line] = None
    proposed = Counter(one.coder for one in journal.proposals())
    return tuple(
        _progress(coder, codings.by(coder), lines, tuple(deferred.get(coder, ())), proposed[coder])
        for coder in sorted({*codings.coders, *deferred, *proposed, *members})
    )


def _skipped(decision: Decision) -> bool:
    return any(one.verdict is Verdict.SKIPPED for one in decision.shown)


def _progress(
    coder: CoderId, own: Codings, lines: Transcripts, deferred: Collection[LineId], proposed: int
) -> CoderProgress:
    latest: dict[LineId, Coding] = {}
    for one in own:
        before = latest.get(one.line)
        if before is None or before.at is None or (one.at is not None and one.at >= before.at):
            latest[one.line] = one
    at = [one.at for one in own if one.at is not None]
    return CoderProgress(
        coder=coder,
        progress=Queue(lines, judged=latest.keys(), deferred=deferred).progress,
        independent=len(own.with_basis(Basis.INDEPENDENT)),
        assisted=len(own.with_basis(Basis.ASSISTED)),
        adjudicated=len(own.with_basis(Basis.ADJUDICATED)),
        none_fits=sum(not one.codes for one in latest.values()),
        proposed=proposed,
        last=max(at, default=None),
    )


def unused_codes(codings: Codings, codebook: Codebook) -> tuple[Code, ...]:
    """Return the subthemes that nobody has given to any line, in the order of the codebook."""
    used = {code for one in codings for code in one.codes}
    return tuple(code for code in codebook.subthemes if code.id not in used)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedCode:
    """A code that coders proposed and the codebook does not have yet, with every line it was proposed on."""

    name: str
    proposals: tuple[Proposal, ...]

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """Who proposed it, by name."""
        return tuple(sorted({one.coder for one in self.proposals}))


def proposed_codes(journal: Journal, codebook: Codebook) -> tuple[ProposedCode, ...]:
    """Return the proposed codes that wait for the team: most often proposed first; case does not tell them apart.

    A proposal waits until the codebook has a code of its name.
    """
    by_name: dict[str, list[Proposal]] = {}
    for one in journal.proposals():
        if codebook.find(one.name) is None:
            by_name.setdefault(one.name.strip().casefold(), []).append(one)
    found = (ProposedCode(name=ones[0].name.strip(), proposals=tuple(ones)) for ones in by_name.values())
    return tuple(sorted(found, key=lambda one: -len(one.proposals)))
