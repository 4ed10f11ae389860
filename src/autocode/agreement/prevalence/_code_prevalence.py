"""How common a code is, from the lines that were drawn to be judged and the probabilities stored with them."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from autocode.agreement.prevalence._estimators import Method, Prevalence, prevalence, prevalence_by
from autocode.codebook import CodeId
from autocode.coding import Codings, Inclusion, Sample
from autocode.errors import AgreementError
from autocode.transcripts import Line, LineId, Transcripts

_NOTHING: Mapping[LineId, float] = MappingProxyType({})


class _Columns(NamedTuple):
    judged: list[float | None]
    suggested: list[float]
    probabilities: list[float] | None
    interviews: list[str]


def code_prevalence(
    codes: Sequence[CodeId],
    codings: Codings,
    lines: Transcripts,
    *,
    samples: Iterable[Sample],
    suggested: Mapping[LineId, float] = _NOTHING,
    method: Method = "dsl",
    level: float = 0.95,
) -> Prevalence:
    """Return how common a code (any of `codes`: a theme) is among all lines of participants.

    Judged are the lines that were drawn, by the independent codings: with several coders, the share of them that gave
    the code. `suggested` is what a model that has not seen these judgements says of each line, 0 where it says nothing.

    Raises `AgreementError` where no sample was stored, where drawn lines are not judged yet, and where lines were added
    after the sample was drawn.
    """
    codings.check_lines(lines)
    said = _columns(codes, codings, lines.participant_lines, samples, suggested)
    return prevalence(
        said.judged,
        said.suggested,
        probabilities=said.probabilities,
        interviews=said.interviews,
        method=method,
        level=level,
    )


def code_prevalence_by(
    attribute: str,
    codes: Sequence[CodeId],
    codings: Codings,
    lines: Transcripts,
    *,
    samples: Iterable[Sample],
    suggested: Mapping[LineId, float] = _NOTHING,
    method: Method = "dsl",
    level: float = 0.95,
) -> dict[str, Prevalence]:
    """Return how common a code is by an attribute of the participants, such as their role or borough."""
    codings.check_lines(lines)
    frame = lines.participant_lines
    groups = {one.id: one.attributes.get(attribute) for one in lines.interviews}
    without = [name for name, group in groups.items() if not group]
    if without:
        raise AgreementError(
            f"{len(without)} interviews have no {attribute!r}, {without[0]} first; add it to the table of participants."
        )
    said = _columns(codes, codings, frame, samples, suggested)
    return prevalence_by(
        [f"{groups[line.transcript]}" for line in frame],
        said.judged,
        said.suggested,
        probabilities=said.probabilities,
        interviews=said.interviews,
        method=method,
        level=level,
    )


def _columns(
    codes: Sequence[CodeId],
    codings: Codings,
    frame: Sequence[Line],
    samples: Iterable[Sample],
    suggested: Mapping[LineId, float],
) -> _Columns:
    known = Inclusion.from_samples(samples)
    own = codings.independent()
    wanted = frozenset(codes)
    interviews = [f"{line.transcript}" for line in frame]
    if not known.probabilities:
        return _Columns([_share(own, line.id, wanted) for line in frame], [0.0] * len(frame), None, interviews)
    new = [line.id for line in frame if line.id not in known.probabilities]
    if new:
        raise AgreementError(
            f"{len(new)} lines could not be drawn, {new[0]} first: they were added after the sample; "
            "draw another sample over all lines and judge that too."
        )
    judged = [_share(own, line.id, wanted) if line.id in known.drawn else None for line in frame]
    waiting = [line.id for line, y in zip(frame, judged, strict=True) if y is None and line.id in known.drawn]
    if waiting:
        raise AgreementError(
            f"{len(waiting)} of {len(known.drawn)} drawn lines are not judged independently yet, {waiting[0]} first; "
            "judge them all, since which ones wait may not be chance."
        )
    return _Columns(
        judged,
        [suggested.get(line.id, 0.0) for line in frame],
        [known.probabilities[line.id] for line in frame],
        interviews,
    )


def _share(codings: Codings, line: LineId, codes: frozenset[CodeId]) -> float | None:
    """Return the share of the coders of a line who gave it any of these codes; None if nobody judged it."""
    said = [not codes.isdisjoint(one.codes) for one in codings.of(line)]
    return sum(said) / len(said) if said else None
