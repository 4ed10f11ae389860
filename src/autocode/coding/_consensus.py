"""The consensus of human coders on each line."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding._nouns import Basis, Coding, Codings
from autocode.coding._people import CoderId
from autocode.doctext import documented
from autocode.transcripts import LineId
from autocode.wording import count_of


class Rule(StrEnum):
    """The rule that gave the codes of a line."""

    ADJUDICATED = "adjudicated"
    MAJORITY = "strict majority"
    SINGLE = "single coder"


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """
    The codes of each judged line by consensus.

    Attributes
    ----------
    codes : mapping of LineId to frozenset of CodeId
        The codes of each line; empty if none applies.
    rules : mapping of LineId to Rule
        The rule by which the codes of each line were found.
    """

    codes: Mapping[LineId, frozenset[CodeId]]
    rules: Mapping[LineId, Rule]

    def __str__(self) -> str:
        counts = Counter(self.rules.values())
        return ", ".join(f"{count_of(counts[rule], 'line')} by {rule}" for rule in Rule if counts[rule]) or "no lines"


@documented
def consensus(codings: Codings) -> Consensus:
    """
    Return the codes of each line by consensus: the adjudicated codes, else those of a strict majority of its coders.

    Each coder has one vote per line: the assisted coding if there is one, because it is the later one, else the
    independent coding. Several adjudications of a line are decided by a strict majority among them.

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
    for line in codings.lines:
        readings = codings.of(line)
        adjudicated = [reading for reading in readings if reading.basis is Basis.ADJUDICATED]
        votes: dict[CoderId, Coding] = {}
        for reading in adjudicated or readings:
            if reading.coder not in votes or reading.basis is not Basis.INDEPENDENT:
                votes[reading.coder] = reading
        counts = Counter(code for vote in votes.values() for code in vote.codes)
        codes[line] = frozenset(code for code, n in counts.items() if 2 * n > len(votes))
        rules[line] = Rule.ADJUDICATED if adjudicated else Rule.SINGLE if len(votes) == 1 else Rule.MAJORITY
    return Consensus(codes=codes, rules=rules)
