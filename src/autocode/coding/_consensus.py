"""What the humans together hold of a line."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from autocode.codebook import CodeId
from autocode.coding._nouns import Basis, CoderId, Coding, Codings
from autocode.transcripts import LineId


class Rule(StrEnum):
    """How the codes of a line were settled among its coders."""

    ADJUDICATED = "adjudicated"
    MAJORITY = "strict majority"
    SINGLE = "single coder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """The codes that stand for each judged line, and by which rule."""

    codes: Mapping[LineId, frozenset[CodeId]]
    rules: Mapping[LineId, Rule]

    def __str__(self) -> str:
        counts = Counter(self.rules.values())
        told = (f"{n} line{'s' * (n > 1)} by {rule}" for rule in Rule if (n := counts[rule]))
        return ", ".join(told) or "no lines"


def consensus(codings: Codings) -> Consensus:
    """Return the codes that stand for each line: the adjudicated ones, else those of a strict majority of its coders.

    A coder has one vote a line: the assisted reading where there is one, because it is the later word, else the
    independent one. Where several adjudications stand, a strict majority among them decides.
    """
    codes: dict[LineId, frozenset[CodeId]] = {}
    rules: dict[LineId, Rule] = {}
    for line in codings.lines:
        readings = codings.of(line)
        settled = [one for one in readings if one.basis is Basis.ADJUDICATED]
        votes: dict[CoderId, Coding] = {}
        for one in settled or readings:
            if one.coder not in votes or one.basis is not Basis.INDEPENDENT:
                votes[one.coder] = one
        counts = Counter(code for one in votes.values() for code in one.codes)
        codes[line] = frozenset(code for code, n in counts.items() if 2 * n > len(votes))
        rules[line] = Rule.ADJUDICATED if settled else Rule.SINGLE if len(votes) == 1 else Rule.MAJORITY
    return Consensus(codes=codes, rules=rules)
