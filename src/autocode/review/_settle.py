"""What a human's verdicts on a line become: the only place where a suggestion becomes a coding."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from autocode.doctext import documented
from autocode.errors import Fault, SettlementError
from autocode.transcripts import Line, LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """
    What a human's verdicts on one line become.

    Attributes
    ----------
    coding : Coding or None
        The codes of the line; None if the line was skipped.
    decision : Decision or None
        The verdicts on the suggestions; None if the coder saw none.
    """

    coding: Coding | None
    decision: Decision | None

    @property
    def entries(self) -> tuple[Decision | Coding, ...]:
        """The records to append to the journal, all together."""
        return tuple(record for record in (self.decision, self.coding) if record is not None)


@documented
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
    people: Collection[str] = (),
) -> Settlement:
    """
    Return the coding and the decision that result from a human's verdicts on one line.

    The line gets the accepted and the added codes; no codes mean that none fits. If all suggestions are skipped, there
    is no coding, and the line is left for later.

    Parameters
    ----------
    line : Line
        The line.
    coder : CoderId
        The coder.
    shown : sequence of Suggestion or None
        The suggestions that the coder saw, in order; empty if the coder saw that there are none. None if the coder saw
        nothing of a suggester, which makes the coding independent.
    verdicts : mapping of CodeId to Verdict
        The verdict on each suggestion shown.
    {codebook}
    added : iterable of CodeId, default ()
        Codes that the coder gives besides the suggestions.
    batch : BatchId or None, default None
        The batch of the suggestions; required unless `shown` is None.
    memo : str, default ""
        The coder's note.
    at : datetime or None, default None
        When; None if unknown.
    influenced : bool, default False
        Whether the coder saw suggestions for the line earlier, so that the coding is not independent.
    people : collection of str, default ()
        Names that are known to be people's; see `autocode.coding.human`.

    Raises
    ------
    SettlementError
        If a suggestion shown has no verdict, a verdict is on a code not shown, a code is unknown or a theme, or some
        but not all suggestions are skipped. Every fault is listed.
    CodingError
        If the coder is not a human.
    ValueError
        If suggestions were shown and `batch` is None.

    Examples
    --------
    >>> from autocode import Code, Codebook, Line, Verdict
    >>> from autocode.review import settle
    >>> from autocode.coding import Band, Suggestion
    >>> from autocode.transcripts import Role
    >>> codebook = Codebook([Code(id="phone", name="Telephone"), Code(id="wait", name="Waiting")])
    >>> line = Line(
    ...     id="GP1:2", transcript="GP1", order=2, speaker="GP1", role=Role.PARTICIPANT, text="It rings out.",
    ...     start=0, end=13,
    ... )
    >>> suggestion = Suggestion(line="GP1:2", code="phone", rank=1, probability=0.8, band=Band.STRONG)
    >>> settlement = settle(
    ...     line, coder="ann", shown=[suggestion], verdicts={"phone": Verdict.ACCEPTED}, codebook=codebook,
    ...     added=["wait"], batch="b1",
    ... )
    >>> sorted(settlement.coding.codes), settlement.coding.basis.value
    (['phone', 'wait'], 'assisted')
    """
    coder = human(coder, people=people)
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
        decided = tuple(
            Shown(
                code=suggestion.code,
                rank=suggestion.rank,
                probability=suggestion.probability,
                band=suggestion.band,
                verdict=verdicts[suggestion.code],
            )
            for suggestion in seen
        )
        decision = Decision(line=line.id, coder=coder, batch=batch, shown=decided, at=at)
    return Settlement(coding=coding, decision=decision)


def _faults(
    line: Line,
    seen: tuple[Suggestion, ...],
    verdicts: Mapping[CodeId, Verdict],
    codebook: Codebook,
    added: tuple[CodeId, ...],
) -> Iterator[Fault]:
    for what in (
        *_faults_of_verdicts(line.id, seen, verdicts),
        *_faults_of_codes(codebook, verdicts, added),
        *_faults_of_skipping(verdicts, added),
    ):
        yield Fault(f"{line.id}: {what}")


def _faults_of_verdicts(
    line: LineId, seen: tuple[Suggestion, ...], verdicts: Mapping[CodeId, Verdict]
) -> Iterator[str]:
    """Yield where the suggestions shown and the verdicts do not match."""
    for suggestion in seen:
        if suggestion.line != line:
            yield f"the suggestion {suggestion.code!r} was made for the line {suggestion.line}, not for this one."
    counts = Counter(suggestion.code for suggestion in seen)
    for code, n in counts.items():
        if n > 1:
            yield f"{code!r} was shown {n} times; show each suggestion once."
        if code not in verdicts:
            yield f"{code!r} was shown and has no verdict; accept, reject or skip it."
    for code in verdicts:
        if code not in counts:
            yield f"there is a verdict on {code!r}, which was not shown; add the code instead."


def _faults_of_codes(
    codebook: Codebook, verdicts: Mapping[CodeId, Verdict], added: tuple[CodeId, ...]
) -> Iterator[str]:
    """Yield the codes that the line cannot be given."""
    for code in dict.fromkeys((*verdicts, *added)):
        if code not in codebook:
            yield f"the code {code!r} is not in the codebook; correct it or add it there first."
        elif not codebook[code].codable:
            yield f"{code!r} is a theme; give the line one of its subthemes."
    for code in added:
        if verdicts.get(code) is Verdict.REJECTED:
            yield f"{code!r} is both rejected and added; choose one."


def _faults_of_skipping(verdicts: Mapping[CodeId, Verdict], added: tuple[CodeId, ...]) -> Iterator[str]:
    n_skipped = sum(verdict is Verdict.SKIPPED for verdict in verdicts.values())
    if n_skipped and (n_skipped < len(verdicts) or added):
        yield "a line is skipped as a whole; give a verdict on every suggestion, or skip them all."
