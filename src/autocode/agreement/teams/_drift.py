"""Agreement over time: do coders drift apart?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from autocode.agreement._result import Agreement
from autocode.agreement.coefficients._alpha import krippendorff_alpha
from autocode.agreement.data._reliability import ReliabilityData
from autocode.agreement.intervals._methods import Interval
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.errors import AgreementError, Fault
from autocode.transcripts import LineId, TranscriptId, Transcripts

Periods: TypeAlias = Literal["week", "interviews"] | Mapping[LineId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Agreement on the lines of one week, one batch, or one run of interviews."""

    name: str
    lines: int
    agreement: Agreement

    def __str__(self) -> str:
        return f"{self.name}: {self.agreement}"


def drift(
    codings: Codings,
    lines: Transcripts,
    *,
    by: Periods | None = None,
    runs: int = 4,
    codes: Iterable[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[Period, ...]:
    """Return alpha of the independent codings in each period, in order of time.

    `by` is "week" (ISO week in which the last coder judged the line), "interviews" (the interviews in their order, in
    at most `runs` runs of equal number), or the name of each line's batch, in the order in which the batches first
    occur. Unless it is named, it is by week if every coding tells when it was made and there is more than one week,
    else by interviews. Only lines that two coders judged count.
    """
    own = codings.independent()
    wanted = None if codes is None else tuple(codes)
    both = ReliabilityData.for_codes(own, lines, wanted).pairable().units
    timed = all(one.at is not None for one in own.on(both))
    if by is None:
        weeks = set(_weeks(own, both).values()) if timed else set()
        by = "week" if len(weeks) > 1 else "interviews"
    if by == "week":
        if not timed:
            raise AgreementError(
                "some codings do not tell when they were made, so agreement by week cannot be told; "
                "ask by interviews, or name the batch of each line."
            )
        period_of = _weeks(own, both)
        order = sorted(set(period_of.values()))
    elif by == "interviews":
        if runs < 1:
            raise ValueError(f"the interviews make at least one run, not {runs}.")
        period_of = _runs(lines, both, runs)
        order = [period_of[line.id] for line in lines if line.id in period_of]
    elif isinstance(by, str):
        raise ValueError(f"agreement is told by 'week', by 'interviews' or by the batch of each line; not by {by!r}.")
    else:
        AgreementError.raise_if(
            Fault(f"the line {line} was judged by two coders but has no batch; name one for it.")
            for line in both
            if line not in by
        )
        period_of = {line: by[line] for line in both}
        order = [name for line, name in by.items() if line in period_of]
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    found = []
    for name in dict.fromkeys(order):
        within = [line for line in both if period_of[line] == name]
        agreement = krippendorff_alpha(ReliabilityData.for_codes(own.on(within), lines, wanted), **how)
        found.append(Period(name=name, lines=len(within), agreement=agreement))
    return tuple(found)


def _weeks(own: Codings, both: Iterable[LineId]) -> dict[LineId, str]:
    """Return the ISO week in which the last coder judged each line."""
    week = {}
    for line in both:
        last = max(one.at for one in own.of(line) if one.at is not None).isocalendar()
        week[line] = f"{last.year}-W{last.week:02d}"
    return week


def _runs(lines: Transcripts, both: Iterable[LineId], runs: int) -> dict[LineId, str]:
    """Return which run of interviews each line belongs to, of those that hold lines judged twice."""
    interview_of = {line: lines.line(line).transcript for line in both}
    held = set(interview_of.values())
    names = [one.id for one in lines.interviews if one.id in held]
    runs = min(runs, len(names))
    run_of: dict[TranscriptId, str] = {}
    for r in range(runs):
        run = names[r * len(names) // runs : (r + 1) * len(names) // runs]
        name = run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}"
        run_of |= dict.fromkeys(run, name)
    return {line: run_of[interview] for line, interview in interview_of.items()}
