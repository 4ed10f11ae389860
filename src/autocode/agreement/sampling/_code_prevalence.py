"""Prevalence of a code, from the lines that were drawn to be judged and their inclusion probabilities."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from autocode.agreement.data._codes import known_codes
from autocode.agreement.sampling._estimators import Method, Prevalence, prevalence, prevalence_by
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Codings, Inclusion, Sample
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.frozen import FrozenMapping
from autocode.names import aside, check_spelling
from autocode.transcripts import Line, LineId, Transcripts
from autocode.wording import count_of

_NOTHING: Mapping[LineId, float] = FrozenMapping({})


class _Columns(NamedTuple):
    """What `prevalence` takes, one entry per line."""

    judged: list[float | None]
    suggested: list[float]
    probabilities: list[float] | None
    interviews: list[str]


@documented
@no_single_text
def code_prevalence(
    codes: Sequence[CodeId],
    codings: Codings,
    lines: Transcripts,
    *,
    samples: Iterable[Sample],
    suggested: Mapping[LineId, float] = _NOTHING,
    method: Method = "dsl",
    codebook: Collection[CodeId] | None = None,
    level: float = 0.95,
) -> Prevalence:
    """Return the prevalence of a code, or of a theme, among all lines of participants.

    The judgements are the independent codings of the lines that were drawn; if several coders judged a line, the share
    of them who gave the code.

    Parameters
    ----------
    codes : sequence of CodeId
        The code; for a theme its codes, of which a line must have any.
    {codings}
    {lines}
    samples : iterable of Sample
        The random samples of lines that were drawn to be judged, see `draw_sample`.
    suggested : mapping of LineId to float, default empty
        Predictions of a model that has not seen these judgements, 0 or 1 or a probability; 0 for lines not listed.
    method : {"dsl", "ppi"}, default "dsl"
        "dsl" takes any inclusion probabilities; "ppi" (PPI++) needs equal ones.
    {codebook_or_none}
    {level}

    Raises
    ------
    AgreementError
        If no sample was stored, drawn lines are not judged yet, or lines were added after the sample was drawn.

    Examples
    --------
    {sample_study}
    >>> judged = codings.by("coder_a")
    >>> frame = ac.Transcripts(i for i in lines.interviews if any(judged.of(line.id) for line in i.lines))
    >>> sample = ac.draw_sample(frame, 200, seed=3)
    >>> print(ac.code_prevalence(["poor-culture"], judged, frame, samples=[sample]))
    0.080 [0.036, 0.124] (200 of 647 lines judged, 20 interviews)
    """
    codings.check_lines(lines)
    check_spelling("line", suggested, [line.id for line in lines])
    known_codes(codes, codings, codebook=codebook)
    columns = _columns(codes, codings, lines.participant_lines, samples, suggested)
    return prevalence(
        columns.judged,
        columns.suggested,
        probabilities=columns.probabilities,
        interviews=columns.interviews,
        method=method,
        level=level,
    )


@documented
@no_single_text
def code_prevalence_by(
    attribute: str,
    codes: Sequence[CodeId],
    codings: Codings,
    lines: Transcripts,
    *,
    samples: Iterable[Sample],
    suggested: Mapping[LineId, float] = _NOTHING,
    method: Method = "dsl",
    codebook: Collection[CodeId] | None = None,
    level: float = 0.95,
) -> dict[str, Prevalence]:
    """Return the prevalence of a code by an attribute of the participants, such as their role or borough.

    Parameters
    ----------
    attribute : str
        The name of the attribute.
    codes : sequence of CodeId
        The code; for a theme its codes, of which a line must have any.
    {codings}
    {lines}
    samples : iterable of Sample
        The random samples of lines that were drawn to be judged, see `draw_sample`.
    suggested : mapping of LineId to float, default empty
        Predictions of a model that has not seen these judgements, see `code_prevalence`.
    method : {"dsl", "ppi"}, default "dsl"
        "dsl" takes any inclusion probabilities; "ppi" (PPI++) needs equal ones.
    {codebook_or_none}
    {level}

    Raises
    ------
    AgreementError
        If an interview lacks the attribute, no line of a group was judged, and as `code_prevalence` does.
    """
    codings.check_lines(lines)
    frame = lines.participant_lines
    groups = {interview.id: interview.attributes.get(attribute) for interview in lines.interviews}
    without = [name for name, group in groups.items() if not group]
    if without:
        known = {name for interview in lines.interviews for name in interview.attributes}
        raise AgreementError(
            f"{count_of(len(without), 'interview')} {_have(without)} no {attribute!r}"
            f"{aside(attribute, sorted(known))}, {without[0]} first; "
            "add it to the table of participants."
        )
    known_codes(codes, codings, codebook=codebook)
    columns = _columns(codes, codings, frame, samples, suggested)
    return prevalence_by(
        [f"{groups[line.transcript]}" for line in frame],
        columns.judged,
        columns.suggested,
        probabilities=columns.probabilities,
        interviews=columns.interviews,
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
    inclusion = Inclusion.from_samples(samples)
    independent = codings.independent()
    wanted = frozenset(codes)
    interviews = [f"{line.transcript}" for line in frame]
    if not inclusion.probabilities:
        return _Columns([_share(independent, line.id, wanted) for line in frame], [0.0] * len(frame), None, interviews)
    new = [line.id for line in frame if line.id not in inclusion.probabilities]
    if new:
        raise AgreementError(
            f"{count_of(len(new), 'line')} could not be drawn, {new[0]} first: they were added after the sample; "
            "draw another sample over all lines and judge that too."
        )
    judged = [_share(independent, line.id, wanted) if line.id in inclusion.drawn else None for line in frame]
    waiting = [line.id for line, y in zip(frame, judged, strict=True) if y is None and line.id in inclusion.drawn]
    if waiting:
        raise AgreementError(
            f"{len(waiting)} of {len(inclusion.drawn)} drawn lines are not judged independently yet, {waiting[0]} "
            "first; judge them all, since those that are left may not be a random part."
        )
    return _Columns(
        judged,
        [suggested.get(line.id, 0.0) for line in frame],
        [inclusion.probabilities[line.id] for line in frame],
        interviews,
    )


def _share(codings: Codings, line: LineId, codes: frozenset[CodeId]) -> float | None:
    """Return the share of the coders of a line who gave it any of these codes; None if nobody judged it."""
    applied = [not codes.isdisjoint(coding.codes) for coding in codings.of(line)]
    return sum(applied) / len(applied) if applied else None


def _have(things: Sequence[object]) -> str:
    return "has" if len(things) == 1 else "have"
