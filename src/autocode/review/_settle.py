"""How a line is settled: the only place where a suggestion becomes a coding, and always a named human's."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from autocode.codebook import Codebook, CodeId
from autocode.coding import (
    Basis,
    BatchId,
    CoderId,
    Coding,
    Decision,
    Shown,
    Suggestion,
    Verdict,
    human,
)
from autocode.errors import Fault, SettlementError
from autocode.transcripts import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What verdicts on one line come to: a coding unless the line was skipped, a decision if suggestions were seen."""

    coding: Coding | None
    decision: Decision | None

    @property
    def entries(self) -> tuple[Decision | Coding, ...]:
        """What the journal has to hold, to be appended together."""
        return tuple(one for one in (self.decision, self.coding) if one is not None)


def settle(
    line: Line,
    *,
    coder: CoderId,
    shown: Sequence[Suggestion] | None,
    verdicts: Mapping[CodeId, Verdict],
    codebook: Codebook,
    added: Iterable[CodeId] = (),
    batch: BatchId | None = None,
    memo: str = "",
    at: datetime | None = None,
    influenced: bool = False,
) -> Settlement:
    """
    Return the coding and the decision that a human's verdicts on one line come to.

    The codes are those accepted and those added; an empty set says that none fits. Verdicts that are all *skipped* make
    no coding: the line is left for later.

    Parameters
    ----------
    shown : the suggestions that the coder saw, in their order; empty where the suggester was seen to be silent, and
        None where the coder saw nothing of a suggester, which makes the coding independent.
    batch : where the suggestions come from; needed unless `shown` is None.
    influenced : whether the coder saw suggestions for the line before, so that no reading of it is independent now.

    Raises
    ------
    SettlementError
        If a suggestion shown has no verdict, a verdict is on something not shown, a code is unknown or a theme, or only
        some verdicts are *skipped*. Every fault is listed.
    CodingError
        If the coder is not a human.
    """
    coder = human(coder)
    if shown is not None and batch is None:
        raise ValueError("suggestions that were shown come from a batch; name it.")
    seen, extra = tuple(shown or ()), tuple(dict.fromkeys(added))
    SettlementError.raise_if(_faults(line, seen, verdicts, codebook, extra))

    skipped = Verdict.SKIPPED in verdicts.values()
    coding = decision = None
    if not skipped:
        accepted = (code for code, verdict in verdicts.items() if verdict is Verdict.ACCEPTED)
        basis = Basis.INDEPENDENT if shown is None and not influenced else Basis.ASSISTED
        coding = Coding(line=line.id, coder=coder, codes=frozenset((*accepted, *extra)), basis=basis, memo=memo, at=at)
    if batch is not None and shown is not None:
        as_seen = tuple(
            Shown(
                code=one.code,
                rank=one.rank,
                probability=one.probability,
                band=one.band,
                verdict=verdicts[one.code],
            )
            for one in seen
        )
        decision = Decision(line=line.id, coder=coder, batch=batch, shown=as_seen, at=at)
    return Settlement(coding=coding, decision=decision)


def _faults(
    line: Line,
    seen: tuple[Suggestion, ...],
    verdicts: Mapping[CodeId, Verdict],
    codebook: Codebook,
    added: tuple[CodeId, ...],
) -> Iterable[Fault]:
    shown = Counter(one.code for one in seen)
    for one in seen:
        if one.line != line.id:
            yield Fault(f"{line.id}: the suggestion {one.code!r} was made for the line {one.line}, not for this one.")
    for code, times in shown.items():
        if times > 1:
            yield Fault(f"{line.id}: {code!r} was shown {times} times; show each suggestion once.")
        if code not in verdicts:
            yield Fault(f"{line.id}: {code!r} was shown and has no verdict; accept, reject or skip it.")
    for code in verdicts:
        if code not in shown:
            yield Fault(f"{line.id}: there is a verdict on {code!r}, which was not shown; add the code instead.")
    for code in dict.fromkeys((*verdicts, *added)):
        if code not in codebook:
            yield Fault(f"{line.id}: the code {code!r} is not in the codebook; correct it or add it there first.")
        elif not codebook[code].codable:
            yield Fault(f"{line.id}: {code!r} is a theme; give the line one of its subthemes.")
    for code in added:
        if verdicts.get(code) is Verdict.REJECTED:
            yield Fault(f"{line.id}: {code!r} is both rejected and added; choose one.")
    skips = sum(verdict is Verdict.SKIPPED for verdict in verdicts.values())
    if skips and (skips < len(verdicts) or added):
        yield Fault(f"{line.id}: a line is skipped as a whole; give a verdict on every suggestion, or skip them all.")
