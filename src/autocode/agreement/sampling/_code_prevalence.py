"""Prevalence of a code, from the lines that were drawn to be judged and their inclusion probabilities."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np

from autocode.agreement.data._codes import known_codes
from autocode.agreement.sampling._estimators import Method, Prevalence, prevalence, weighted_mean
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Codings, Design, Sample
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.frozen import FrozenMapping
from autocode.names import aside, check_spelling
from autocode.transcripts import Line, LineId, Transcripts
from autocode.wording import count_of

_NOTHING: Mapping[LineId, float] = FrozenMapping({})


class _Columns(NamedTuple):
    """What the estimators take, one entry per line."""

    judged: list[float | None]
    suggested: list[float]
    probabilities: list[list[float]]  # one list per sample
    drawn: list[list[bool]]  # one list per sample
    shares: list[float]  # of each sample among all drawn lines
    interviews: list[str]

    def of(self, rows: Sequence[int]) -> Self:
        """Return the columns of some lines."""
        return self._replace(
            judged=[self.judged[i] for i in rows],
            suggested=[self.suggested[i] for i in rows],
            probabilities=[[of_sample[i] for i in rows] for of_sample in self.probabilities],
            drawn=[[of_sample[i] for i in rows] for of_sample in self.drawn],
            interviews=[self.interviews[i] for i in rows],
        )

    def estimate(self, *, method: Method, level: float) -> Prevalence:
        """Return the prevalence from one sample, or the mean of the estimates from several."""
        if len(self.probabilities) <= 1:
            return prevalence(
                self.judged,
                self.suggested,
                probabilities=self.probabilities[0] if self.probabilities else None,
                interviews=self.interviews,
                method=method,
                level=level,
            )
        if method not in ("dsl", "ppi"):
            raise ValueError(f"there is no method {method!r}; the methods are dsl and ppi.")
        if method == "ppi":
            raise AgreementError("PPI++ takes one sample, and there are several; name one, or use method 'dsl'.")
        if all(value is None for value in self.judged):
            raise AgreementError("no line was judged; prevalence needs some human judgements.")
        # Each sample alone gives an unbiased estimate, whatever was drawn and coded before it, and so does a mean of
        # them whose shares do not depend on what was found. One joint probability 1 - (1 - p) (1 - q) would not: it
        # holds only if no draw depends on another.
        weights = np.array(self.shares) @ (np.array(self.drawn) / np.array(self.probabilities))
        return weighted_mean(
            np.array([np.nan if value is None else value for value in self.judged]),
            np.array(self.suggested),
            weights=weights,
            interviews=self.interviews,
            level=level,
            method=f"DSL (Egami et al. 2023), mean of {len(self.shares)} samples weighted by their numbers of lines",
        )


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
        The random samples of lines that were drawn to be judged, see `draw_sample`. From several, the estimate is the
        mean of the estimates from each, weighted by their numbers of lines.
    suggested : mapping of LineId to float, default empty
        Predictions of a model that has not seen these judgements, 0 or 1 or a probability; 0 for lines not listed.
    method : {"dsl", "ppi"}, default "dsl"
        "dsl" takes any inclusion probabilities; "ppi" (PPI++) needs equal ones.
    {codebook_or_none}
    {level}

    Raises
    ------
    AgreementError
        If there is no sample, drawn lines are not judged yet, lines were added after a sample was drawn, or a sample
        was not drawn at random but chosen to train a suggester (`select_lines`).
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

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
    columns = _columns(codes, codings, lines.participant_lines, tuple(samples), suggested)
    return columns.estimate(method=method, level=level)


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
        The random samples of lines that were drawn to be judged, see `draw_sample`. From several, the estimate is the
        mean of the estimates from each, weighted by their numbers of lines.
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
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
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
    columns = _columns(codes, codings, frame, tuple(samples), suggested)
    rows_of: dict[str, list[int]] = {}
    for i, line in enumerate(frame):
        rows_of.setdefault(f"{groups[line.transcript]}", []).append(i)
    AgreementError.raise_if(
        Fault(f"no line of the group {group!r} was judged; judge some, or join it to another group.")
        for group, rows in rows_of.items()
        if all(columns.judged[i] is None for i in rows)
    )
    return {group: columns.of(rows).estimate(method=method, level=level) for group, rows in rows_of.items()}


def _columns(
    codes: Sequence[CodeId],
    codings: Codings,
    frame: Sequence[Line],
    samples: Sequence[Sample],
    suggested: Mapping[LineId, float],
) -> _Columns:
    AgreementError.raise_if(
        Fault(
            f"{_called(sample)} was chosen to train a suggester, so it does not represent all lines; draw lines at "
            "random, and judge those."
        )
        for sample in samples
        if sample.design is Design.ACTIVE
    )
    independent = codings.independent()
    wanted = frozenset(codes)
    drawn_by = [frozenset(sample.drawn) for sample in samples]
    drawn = frozenset[LineId]().union(*drawn_by)
    n_drawn = sum(map(len, drawn_by))
    of_line = {line.id: _share(independent, line.id, wanted) for line in frame}
    for sample in samples:
        _check_frame(sample, frame)
        _check_judged(sample, frame, independent, of_line)
    return _Columns(
        judged=[of_line[line.id] if not samples or line.id in drawn else None for line in frame],
        suggested=[suggested.get(line.id, 0.0) for line in frame],
        probabilities=[[sample.probabilities[line.id] for line in frame] for sample in samples],
        drawn=[[line.id in lines for line in frame] for lines in drawn_by],
        shares=[len(lines) / max(n_drawn, 1) for lines in drawn_by],
        interviews=[f"{line.transcript}" for line in frame],
    )


def _called(sample: Sample) -> str:
    return f"the sample {sample.name}" if sample.name else "a sample"


def _check_frame(sample: Sample, frame: Sequence[Line]) -> None:
    """Raise an `AgreementError` if lines could not be drawn."""
    new = [line.id for line in frame if line.id not in sample.probabilities]
    if new:
        raise AgreementError(
            f"{_called(sample)} could not draw {count_of(len(new), 'line')}, {new[0]} first: they were added after it; "
            "draw another sample over all lines, judge that, and end or leave out this one."
        )


def _check_judged(
    sample: Sample, frame: Sequence[Line], independent: Codings, shares: Mapping[LineId, float | None]
) -> None:
    """Raise an `AgreementError` if drawn lines wait to be judged."""
    drawn = frozenset(sample.drawn)
    waiting = [line.id for line in frame if line.id in drawn and shares[line.id] is None]
    if waiting:
        were_read = any(independent.of(line) for line in waiting)
        since = "since a code was added, split or redefined" if were_read else "yet"
        raise AgreementError(
            f"{len(waiting)} of {len(drawn)} lines of {_called(sample)} are not judged independently {since}, "
            f"{waiting[0]} first; judge them all, since those that are left may not be a random part, or end the "
            "sample and draw another."
        )


def _share(codings: Codings, line: LineId, codes: frozenset[CodeId]) -> float | None:
    """Return the share of the coders of a line who gave it any of these codes; None if nobody judged it.

    Those who say nothing about the codes, because they read the line before a code was added, did not judge it.
    """
    answers = [coding.applies(*codes) if len(codes) == 1 else coding.applies_any(codes) for coding in codings.of(line)]
    applied = [answer for answer in answers if answer is not None]
    return sum(applied) / len(applied) if applied else None


def _have(things: Sequence[object]) -> str:
    return "has" if len(things) == 1 else "have"
