"""The consensus of human coders on each line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding._codings import Codings
from autocode.coding._nouns import Basis, Coding
from autocode.coding._people import CoderId
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.frozen import FrozenMapping
from autocode.transcripts import LineId
from autocode.wording import count_of


class Rule(StrEnum):
    """The rule that gave the codes of a line."""

    ADJUDICATED = "adjudicated"
    MAJORITY = "strict majority"
    SINGLE = "single coder"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus(Tabular):
    """
    The codes of each judged line by consensus.

    Attributes
    ----------
    codes : mapping of LineId to frozenset of CodeId
        The codes of each line; empty if none applies.
    rules : mapping of LineId to Rule
        The rule by which the codes of each line were found.
    unjudged : mapping of LineId to frozenset of CodeId, default empty
        The codes of which nobody said whether the line has them, because they were added or redefined since it was
        read; lines without such codes are left out.
    """

    codes: Mapping[LineId, frozenset[CodeId]]
    rules: Mapping[LineId, Rule]
    unjudged: Mapping[LineId, frozenset[CodeId]] = field(default_factory=lambda: FrozenMapping({}))

    def _records(self) -> Iterable[dict[str, object]]:
        for line, codes in self.codes.items():
            unjudged = self.unjudged.get(line, frozenset())
            yield {"line": line, "codes": codes, "rule": self.rules[line], "unjudged": unjudged}

    def _caption(self) -> str:
        return str(self)

    def __str__(self) -> str:
        counts = Counter(self.rules.values())
        return ", ".join(f"{count_of(counts[rule], 'line')} by {rule}" for rule in Rule if counts[rule]) or "no lines"


@documented
def consensus(codings: Codings) -> Consensus:
    """
    Return the codes of each line by consensus: the adjudicated codes, else those of a strict majority of its coders.

    Each coder has one vote per line: the assisted coding if there is one, because it is the later one, else the
    independent coding. Several adjudications of a line are decided by a strict majority among them. Where judgements
    say nothing about some codes, each code is decided by those that do.

    Parameters
    ----------
    {codings}

    Examples
    --------
    >>> from autocode import Coding, Codings
    >>> from autocode.coding import consensus
    >>> codings = Codings(
    ...     Coding(line="GP1:2", coder=coder, codes=frozenset(codes))
    ...     for coder, codes in [("ann", ["phone"]), ("ben", ["phone", "wait"]), ("cy", [])]
    ... )
    >>> found = consensus(codings)
    >>> sorted(found.codes["GP1:2"]), found.rules["GP1:2"].value
    (['phone'], 'strict majority')
    """
    codes: dict[LineId, frozenset[CodeId]] = {}
    rules: dict[LineId, Rule] = {}
    unjudged: dict[LineId, frozenset[CodeId]] = {}
    any_open = bool(codings.partly_judged())
    for line in codings.lines:
        readings = codings.of(line)
        adjudicated = [reading for reading in readings if reading.basis is Basis.ADJUDICATED]
        votes: dict[CoderId, Coding] = {}
        for reading in adjudicated or readings:
            if reading.coder not in votes or reading.basis is not Basis.INDEPENDENT:
                votes[reading.coder] = reading
        rules[line] = Rule.ADJUDICATED if adjudicated else Rule.SINGLE if len(votes) == 1 else Rule.MAJORITY
        if any_open and any(reading.unjudged for reading in readings):
            codes[line], unjudged_by_all = _of_each_code(readings)
            if unjudged_by_all:
                unjudged[line] = unjudged_by_all
            continue
        counts = Counter(code for vote in votes.values() for code in vote.codes)
        codes[line] = frozenset(code for code, n in counts.items() if 2 * n > len(votes))
    return Consensus(codes=codes, rules=rules, unjudged=FrozenMapping(unjudged))


def _of_each_code(readings: Sequence[Coding]) -> tuple[frozenset[CodeId], frozenset[CodeId]]:
    """Return the codes of a line, each by those who judged it, and the codes that nobody judged."""
    given, unjudged = set(), set()
    for code in {code for reading in readings for code in reading.codes | reading.unjudged}:
        judged = [reading for reading in readings if code not in reading.unjudged]
        adjudicated = [reading for reading in judged if reading.basis is Basis.ADJUDICATED]
        votes: dict[CoderId, bool] = {}
        for reading in adjudicated or judged:
            if reading.coder not in votes or reading.basis is not Basis.INDEPENDENT:
                votes[reading.coder] = code in reading.codes
        if not votes:
            unjudged.add(code)
        elif 2 * sum(votes.values()) > len(votes):
            given.add(code)
    return frozenset(given), frozenset(unjudged)
