"""How far the coders of a team have come, which codes they do not use, and which they propose."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook, name_key
from autocode.coding import Basis, CoderId, Coding, Codings, Decision, Proposal, Verdict
from autocode.display import displayed
from autocode.doctext import documented
from autocode.journal import Deferral, Journal, Kind
from autocode.review._queue import Progress, Queue
from autocode.transcripts import LineId, Transcripts


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class CoderProgress:
    """
    How far one coder has come.

    Attributes
    ----------
    coder : CoderId
        The coder.
    progress : Progress
        Participants' lines judged, left for later and not yet seen; a line that was only adjudicated is not judged.
    independent, assisted, adjudicated : int
        The number of lines judged on each basis; a line may count on several.
    none_fits : int
        The number of judged lines to which, by the coder's latest judgement, no code applies.
    proposed : int
        The number of proposals of codes.
    last : datetime or None
        When the coder last judged a line; None if unknown.
    """

    coder: CoderId
    progress: Progress
    independent: int
    assisted: int
    adjudicated: int
    none_fits: int
    proposed: int
    last: datetime | None


@documented
@no_single_text
def progress_of_coders(
    journal: Journal, lines: Transcripts, *, members: Collection[CoderId] = ()
) -> tuple[CoderProgress, ...]:
    """
    Return how far each coder has come, in the order of their names.

    Parameters
    ----------
    journal : Journal
        The record of the study.
    {lines}
    members : collection of CoderId, default ()
        Coders who are listed even if they have not begun.

    Raises
    ------
    StudyError
        If a coded transcript has changed since it was coded.
    """
    codings = journal.codings()
    codings.check_lines(lines)
    deferred: dict[CoderId, dict[LineId, None]] = {}
    for entry in journal.history(kinds=(Kind.DEFERRAL, Kind.DECISION)):
        record = entry.record
        if not entry.undone and (isinstance(record, Deferral) or (isinstance(record, Decision) and _skipped(record))):
            deferred.setdefault(record.coder, {})[record.line] = None
    proposed = Counter(proposal.coder for proposal in journal.proposals())
    return tuple(
        _progress(coder, _own(codings, coder), lines, tuple(deferred.get(coder, ())), proposed[coder])
        for coder in sorted({*codings.coders, *deferred, *proposed, *members})
    )


def _own(codings: Codings, coder: CoderId) -> Codings:
    """Return the codings of a coder, who need not have begun."""
    return codings.by(coder) if coder in codings.coders else Codings()


def _skipped(decision: Decision) -> bool:
    return any(shown.verdict is Verdict.SKIPPED for shown in decision.shown)


def _progress(
    coder: CoderId, own: Codings, lines: Transcripts, deferred: Collection[LineId], proposed: int
) -> CoderProgress:
    latest: dict[LineId, Coding] = {}
    judged = own.with_basis(Basis.INDEPENDENT, Basis.ASSISTED)  # to settle how others coded a line is not to judge it
    for coding in judged:
        before = latest.get(coding.line)
        if before is None or before.at is None or (coding.at is not None and coding.at >= before.at):
            latest[coding.line] = coding
    times = [coding.at for coding in own if coding.at is not None]
    return CoderProgress(
        coder=coder,
        progress=Queue(lines, judged=latest.keys(), deferred=deferred).progress,
        independent=len(own.with_basis(Basis.INDEPENDENT)),
        assisted=len(own.with_basis(Basis.ASSISTED)),
        adjudicated=len(own.with_basis(Basis.ADJUDICATED)),
        none_fits=sum(not coding.codes and not coding.unjudged for coding in latest.values()),
        proposed=proposed,
        last=max(times, default=None),
    )


@documented
def unused_codes(codings: Codings, codebook: Codebook) -> tuple[Code, ...]:
    """
    Return the subthemes that nobody has given to any line, in the order of the codebook.

    Parameters
    ----------
    {codings}
    {codebook}
    """
    used = {code for coding in codings for code in coding.codes}
    return tuple(code for code in codebook.subthemes if code.id not in used)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedCode:
    """
    A code that coders proposed and that the codebook does not have yet.

    Attributes
    ----------
    name : str
        Its name, as it was first written.
    proposals : tuple of Proposal
        Every proposal of it, oldest first.
    """

    name: str
    proposals: tuple[Proposal, ...]

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """Who proposed it, by name."""
        return tuple(sorted({proposal.coder for proposal in self.proposals}))


@documented
def proposed_codes(proposals: Iterable[Proposal], codebook: Codebook) -> tuple[ProposedCode, ...]:
    """
    Return the proposed codes that the codebook does not have, most often proposed first.

    Names that differ only in case, composed letters or kinds of blank are the same.

    Parameters
    ----------
    proposals : iterable of Proposal
        What coders proposed, oldest first, such as `Journal.proposals()`.
    {codebook}
    """
    by_name: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        if not codebook.named(proposal.name):
            by_name.setdefault(name_key(proposal.name), []).append(proposal)
    proposed = (ProposedCode(name=of_name[0].name.strip(), proposals=tuple(of_name)) for of_name in by_name.values())
    return tuple(sorted(proposed, key=lambda code: -len(code.proposals)))
