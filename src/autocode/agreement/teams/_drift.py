"""Agreement over time, which shows whether coders drift apart."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from autocode.agreement._result import Agreement
from autocode.agreement.coefficients._alpha import krippendorff_alpha
from autocode.agreement.data._codes import known_codes
from autocode.agreement.data._reliability import data_for
from autocode.agreement.intervals._methods import Interval
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.display import Records, displayed
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.names import check_spelling
from autocode.transcripts import LineId, TranscriptId, Transcripts

Periods: TypeAlias = Literal["week", "interviews"] | Mapping[LineId, str]


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Agreement on the lines of one week, one batch, or one run of interviews.

    Attributes
    ----------
    name : str
        The name of the period, such as "2026-W48".
    lines : int
        Lines that two coders judged.
    agreement : Agreement
        Krippendorff's alpha on these lines.
    """

    name: str
    lines: int
    agreement: Agreement

    def __str__(self) -> str:
        return f"{self.name}: {self.agreement}"


@documented
@no_single_text
def drift(
    codings: Codings,
    lines: Transcripts,
    *,
    by: Periods | None = None,
    runs: int = 4,
    codes: Iterable[CodeId] | None = None,
    codebook: Collection[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Records[Period]:
    """Return Krippendorff's alpha of the independent codings in each period, in order of time.

    Parameters
    ----------
    {codings}
    {lines}
    by : {"week", "interviews"}, mapping of LineId to str, or None, default None
        "week" takes the ISO week in which the last coder judged a line; "interviews" takes runs of interviews in their
        order; a mapping gives the batch of each line, and batches come in the order in which they first occur. None
        for "week" if every coding has a time and there is more than one week, else "interviews".
    runs : int, default 4
        Largest number of runs of interviews, each of about equal size.
    codes : iterable of CodeId or None, default None
        Compare whether any of these codes was applied; None to compare sets of codes by MASI.
    {codebook_or_none}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coding has no time and weeks are asked for, or a line that two coders judged has no batch.
    ValueError
        If there is no such period, or `runs` is less than 1.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
    """
    independent = codings.independent()
    wanted = known_codes(codes, codings, codebook=codebook)
    units = data_for(independent, lines, wanted).pairable().units
    period_of = _period_of_lines(independent, lines, units, by, runs)
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    periods = []
    for name in dict.fromkeys(period_of.values()):
        within = [line for line in units if period_of[line] == name]
        alpha = krippendorff_alpha(data_for(independent.on(within), lines, wanted), **options)
        periods.append(Period(name=name, lines=len(within), agreement=alpha))
    return Records(periods)


def _period_of_lines(
    codings: Codings, lines: Transcripts, units: Sequence[LineId], by: Periods | None, runs: int
) -> dict[LineId, str]:
    """Return the period of each line that two coders judged, in order of time."""
    timed = all(coding.at is not None for coding in codings.on(units))
    if by is None:
        by = "week" if timed and len(set(_weeks(codings, units).values())) > 1 else "interviews"
    if by == "week":
        if not timed:
            raise AgreementError(
                "some codings have no time, so agreement by week cannot be computed; "
                "ask for it by interviews, or name the batch of each line."
            )
        week_of = _weeks(codings, units)
        return dict(sorted(week_of.items(), key=lambda item: item[1]))
    if by == "interviews":
        if runs < 1:
            raise ValueError(f"the interviews make at least one run, not {runs}.")
        run_of = _runs(lines, units, runs)
        return {line.id: run_of[line.id] for line in lines if line.id in run_of}
    if isinstance(by, str):
        raise ValueError(
            f"agreement over time is by 'week', by 'interviews' or by the batch of each line; not by {by!r}."
        )
    check_spelling("line", by, [line.id for line in lines])
    AgreementError.raise_if(
        Fault(f"the line {line} was judged by two coders but has no batch; name one for it.")
        for line in units
        if line not in by
    )
    judged = frozenset(units)
    return {line: batch for line, batch in by.items() if line in judged}


def _weeks(codings: Codings, units: Iterable[LineId]) -> dict[LineId, str]:
    """Return the ISO week in which the last coder judged each line."""
    week = {}
    for line in units:
        last = max(coding.at for coding in codings.of(line) if coding.at is not None).isocalendar()
        week[line] = f"{last.year}-W{last.week:02d}"
    return week


def _runs(lines: Transcripts, units: Iterable[LineId], runs: int) -> dict[LineId, str]:
    """Return which run of interviews each line belongs to, of the interviews with lines that two coders judged."""
    interview_of = {line: lines.line(line).transcript for line in units}
    judged = set(interview_of.values())
    names = [interview.id for interview in lines.interviews if interview.id in judged]
    runs = min(runs, len(names))
    run_of: dict[TranscriptId, str] = {}
    for r in range(runs):
        run = names[r * len(names) // runs : (r + 1) * len(names) // runs]
        name = run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}"
        run_of |= dict.fromkeys(run, name)
    return {line: run_of[interview] for line, interview in interview_of.items()}
