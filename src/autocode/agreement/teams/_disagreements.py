"""Where coders differ, worst first: what a team talks about."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np

from autocode.agreement.coefficients._distances import Distance, between_sets, distances
from autocode.agreement.data._pairs import judgements, summed_distance
from autocode.agreement.data._reliability import Array, ReliabilityData
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
    codings.check_lines(lines)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreeingUnit:
    """A unit of a table on which coders differ.

    Attributes
    ----------
    distance : the mean distance between what every two coders said.
    said : the label that each coder gave, by coder; a set of codes as a frozenset.
    """

    unit: LineId
    interview: TranscriptId | None
    distance: float
    said: Mapping[CoderId, Hashable]


def disagreeing_units(data: ReliabilityData, *, distance: Distance | None = None) -> tuple[DisagreeingUnit, ...]:
    """Return the units of a table on which coders differ, worst first; among equals the one that more judged.

    `distance` is as in `krippendorff_alpha`: "nominal" for categories and "masi" for sets unless it is named.
    """
    by: Distance = ("masi" if data.of_sets else "nominal") if distance is None else distance
    patterns = data.values.T
    m = judgements(patterns)
    delta = _between_ranks(data) if isinstance(by, str) and by == "ordinal" else distances(data, by)
    pairs = np.maximum(m * (m - 1), 1.0)
    apart = np.where(m >= 2, summed_distance(patterns, delta) / pairs, 0.0)
    worst = np.lexsort((np.arange(len(m)), -m, -np.round(apart, 12)))
    return tuple(
        DisagreeingUnit(
            unit=data.units[u],
            interview=None if data.interviews is None else data.interviews[u],
            distance=float(apart[u]),
            said=MappingProxyType(
                {coder: data.labels[v] for coder, v in zip(data.coders, data.values[:, u], strict=True) if v >= 0}
            ),
        )
        for u in worst
        if apart[u] > 0
    )


def _between_ranks(data: ReliabilityData) -> Array:
    """Return Krippendorff's ordinal distance, which follows from how often each rank was used in pairs."""
    both = data.pairable().values
    n_c = np.bincount(both[both >= 0], minlength=len(data.labels)).astype(float)
    middle = np.cumsum(n_c) - n_c / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)
