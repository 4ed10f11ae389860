"""Lines and units on which coders differ, worst first: what a team needs to talk about."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from autocode.agreement.coefficients._distances import Distance, between_sets, distances
from autocode.agreement.data._pairs import judgements, summed_distance
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.teams._unknown_codes import unknown_code_faults
from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId, Coding, Codings
from autocode.display import Records, displayed
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.frozen import FrozenMapping
from autocode.transcripts import LineId, TranscriptId, Transcripts


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A line on which coders differ.

    Attributes
    ----------
    line : LineId
        The line.
    interview : TranscriptId
        Its interview.
    text : str
        Its text.
    distance : float
        The mean over the pairs of coders of the MASI distance between their sets of codes; 0 the same, 1 nothing in
        common.
    codes : mapping of CoderId to frozenset of CodeId
        The codes that each coder gave.
    contested : mapping of str to tuple of CoderId
        By name, each code that some of the coders gave and others did not, with those who gave it.
    """

    line: LineId
    interview: TranscriptId
    text: str
    distance: float
    codes: Mapping[CoderId, frozenset[CodeId]]
    contested: Mapping[str, tuple[CoderId, ...]]

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """The coders who judged the line."""
        return tuple(self.codes)

    def __str__(self) -> str:
        rows = [f"{self.line}  {self.distance:.2f}  {self.text}"]
        for name, gave in self.contested.items():
            others = [coder for coder in self.coders if coder not in gave]
            rows.append(f"  {name}: {', '.join(gave)}; not {', '.join(others)}")
        return "\n".join(rows)


@documented
def disagreements(codings: Codings, lines: Transcripts, codebook: Codebook) -> Records[Disagreement]:
    """Return the lines on which coders differ in their independent codings, worst first.

    Of equal distances, lines that more coders judged come first, then the order of the interviews. Two coders are
    compared on the codes that both judged: who says nothing about a code that was added later does not differ on it.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}

    Raises
    ------
    AgreementError
        If a code that was given is not in the codebook, or a coded line is not in `lines`. All are reported at once.
    StudyError
        If a transcript was edited after it was coded.

    Examples
    --------
    {sample_study}
    >>> differing = ac.disagreements(codings, lines, codebook)
    >>> len(differing), differing[0].line, differing[0].distance
    (271, 'GP10:43', 1.0)
    """
    codings.check_lines(lines)
    independent = codings.independent()
    known = {line.id for line in lines}
    faults = unknown_code_faults(independent, codebook)
    faults += [
        Fault(f"the line {line} was judged but is in no transcript; correct its id or add its transcript.")
        for line in independent.lines
        if line not in known
    ]
    AgreementError.raise_if(faults)
    ranked = []
    for place, line in enumerate(lines):
        of_line = sorted(independent.of(line.id), key=lambda coding: coding.coder)
        codes = {coding.coder: coding.codes for coding in of_line}
        distance = _mean_distance(codes) if not any(coding.unjudged for coding in of_line) else _open_distance(of_line)
        if distance == 0:
            continue
        disagreement = Disagreement(
            line=line.id,
            interview=line.transcript,
            text=line.text,
            distance=distance,
            codes=FrozenMapping(codes),
            contested=FrozenMapping(_contested(of_line, codebook)),
        )
        ranked.append((-disagreement.distance, -len(codes), place, disagreement))
    return Records(disagreement for *_, disagreement in sorted(ranked, key=lambda entry: entry[:3]))


def _mean_distance(codes: Mapping[CoderId, frozenset[CodeId]]) -> float:
    """Return the mean over the pairs of coders of the MASI distance between their sets; 0 where all are the same."""
    if len(set(codes.values())) < 2:
        return 0.0
    sets = tuple(dict.fromkeys(codes.values()))
    delta = between_sets(sets, "masi")
    rows = [sets.index(of_coder) for of_coder in codes.values()]
    distances_of_pairs = [float(delta[i, j]) for i, j in combinations(rows, 2)]
    return sum(distances_of_pairs) / len(distances_of_pairs)


def _open_distance(of_line: Sequence[Coding]) -> float:
    """Return the mean distance of the pairs of coders, each over the codes that both judged."""
    distances_of_pairs = []
    for first, second in combinations(of_line, 2):
        unjudged = first.unjudged | second.unjudged
        distances_of_pairs.append(
            _mean_distance({first.coder: first.codes - unjudged, second.coder: second.codes - unjudged})
        )
    return sum(distances_of_pairs) / len(distances_of_pairs) if distances_of_pairs else 0.0


def _contested(of_line: Sequence[Coding], codebook: Codebook) -> dict[str, tuple[CoderId, ...]]:
    """Return, by name, the codes that some coders of a line gave and others did not, with those who gave them."""
    contested = {}
    for code in codebook.values():
        gave = tuple(coding.coder for coding in of_line if code.id in coding.codes)
        judged = sum(code.id not in coding.unjudged for coding in of_line)
        if 0 < len(gave) < judged:
            contested[codebook.label(code.id)] = gave
    return contested


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreeingUnit:
    """A unit of a table on which coders differ.

    Attributes
    ----------
    unit : LineId
        The unit.
    interview : TranscriptId or None
        Its interview; None where interviews are not known.
    distance : float
        The mean distance between the labels of the pairs of coders.
    labels : mapping of CoderId to hashable
        The label that each coder gave; a set of codes as a frozenset.
    """

    unit: LineId
    interview: TranscriptId | None
    distance: float
    labels: Mapping[CoderId, Hashable]


@documented
def disagreeing_units(data: ReliabilityData, *, distance: Distance | None = None) -> Records[DisagreeingUnit]:
    """Return the units of a table on which coders differ, worst first.

    Of equal distances, units that more coders judged come first.

    Parameters
    ----------
    {data}
    distance : str, callable or ndarray, shape (n_categories, n_categories), or None, default None
        Distance between two categories, as in `krippendorff_alpha`; None for "masi" between sets of codes and
        "nominal" between other labels.
    """
    by: Distance = ("masi" if data.of_sets else "nominal") if distance is None else distance
    patterns = data.values.T
    m = judgements(patterns)
    delta = _ordinal_distances(data) if isinstance(by, str) and by == "ordinal" else distances(data, by)
    pairs = np.maximum(m * (m - 1), 1.0)
    mean_distance = np.where(m >= 2, summed_distance(patterns, delta) / pairs, 0.0)
    # rounded, so that distances that are equal but for rounding errors stay in the order of the number of coders
    worst_first = np.lexsort((np.arange(len(m)), -m, -np.round(mean_distance, 12)))
    return Records(
        DisagreeingUnit(
            unit=data.units[u],
            interview=None if data.interviews is None else data.interviews[u],
            distance=float(mean_distance[u]),
            labels=FrozenMapping(
                {coder: data.labels[v] for coder, v in zip(data.coders, data.values[:, u], strict=True) if v >= 0}
            ),
        )
        for u in worst_first
        if mean_distance[u] > 0
    )


def _ordinal_distances(data: ReliabilityData) -> Array:
    """Return Krippendorff's ordinal distances, which follow from how often each rank was used on pairable units."""
    values = data.pairable().values
    n_c = np.bincount(values[values >= 0], minlength=len(data.labels)).astype(float)
    middle = np.cumsum(n_c) - n_c / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)
