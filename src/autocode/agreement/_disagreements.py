"""Where coders differ, worst first: what a team talks about."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from autocode.agreement._distances import between_sets
from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId, Codings
from autocode.errors import AgreementError, Fault
from autocode.transcripts import LineId, TranscriptId, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A line on which coders differ.

    Attributes
    ----------
    distance : the mean distance (MASI) between the sets of every two coders: 0 the same, 1 nothing in common.
    said : the codes that each coder gave, by coder.
    contested : the codes that some of the coders gave and some did not, with those who gave them; by name of the code.
    """

    line: LineId
    interview: TranscriptId
    text: str
    distance: float
    said: Mapping[CoderId, frozenset[CodeId]]
    contested: Mapping[str, tuple[CoderId, ...]]

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """The coders who judged the line."""
        return tuple(self.said)

    def __str__(self) -> str:
        told = [f"{self.line}  {self.distance:.2f}  {self.text}"]
        for name, gave in self.contested.items():
            not_given = [coder for coder in self.said if coder not in gave]
            told.append(f"  {name}: {', '.join(gave)}; not {', '.join(not_given)}")
        return "\n".join(told)


def disagreements(codings: Codings, lines: Transcripts, codebook: Codebook) -> tuple[Disagreement, ...]:
    """Return the lines on which independent coders differ, worst first, with the text and who said what.

    Equally bad ones: the line that more coders judged first, then in the order of the interviews.
    Raises `AgreementError` if a code that was given is not in the codebook, or a judged line is in no transcript.
    """
    own = codings.independent()
    known = {line.id for line in lines}
    faults = [
        Fault(f"the code {code!r} was given to lines but is not in the codebook; add it or correct the codings.")
        for code in sorted({code for one in own for code in one.codes if code not in codebook})
    ]
    faults += [
        Fault(f"the line {line} was judged but is in no transcript; correct its id or add its transcript.")
        for line in own.lines
        if line not in known
    ]
    AgreementError.raise_if(faults)
    found = []
    for place, line in enumerate(lines):
        said = {one.coder: one.codes for one in sorted(own.of(line.id), key=lambda one: one.coder)}
        sets = tuple(dict.fromkeys(said.values()))
        if len(sets) < 2:
            continue
        apart = between_sets(sets, "masi")
        at = [sets.index(codes) for codes in said.values()]
        pairs = [float(apart[i, j]) for i, j in combinations(at, 2)]
        gave = {
            code.name: tuple(coder for coder, codes in said.items() if code.id in codes) for code in codebook.values()
        }
        one = Disagreement(
            line=line.id,
            interview=line.transcript,
            text=line.text,
            distance=sum(pairs) / len(pairs),
            said=MappingProxyType(said),
            contested=MappingProxyType({name: who for name, who in gave.items() if 0 < len(who) < len(said)}),
        )
        found.append((-one.distance, -len(said), place, one))
    return tuple(one for *_, one in sorted(found, key=lambda entry: entry[:3]))
