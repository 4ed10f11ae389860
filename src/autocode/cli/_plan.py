"""How many lines to code twice for an agreement that is precise or high enough."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click

from autocode import agreement
from autocode.agreement import Agreement, Plan
from autocode.errors import AgreementError
from autocode.study import read_study_or_corpus
from autocode.wording import count_of


class Aim(NamedTuple):
    """What the confidence interval is to be like: of this half-width, or with its lower bound above this."""

    half_width: float | None
    lower_bound: float
    power: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTable:
    """A plan per row, or the reason why there is none."""

    aim: str
    rows: dict[str, Plan | str]
    conventions: dict[str, str]

    def to_json(self) -> dict[str, object]:
        """Return lines and interviews of each row, or the reason."""
        return {
            "aim": self.aim,
            "rows": [
                {"code": name, "lines": None, "interviews": None, "reason": plan}
                if isinstance(plan, str)
                else {"code": name, "lines": plan.lines, "interviews": plan.interviews or None, "reason": None}
                for name, plan in self.rows.items()
            ],
            "conventions": self.conventions,
        }

    def __str__(self) -> str:
        width = max(map(len, self.rows))
        rows = [f"{name.ljust(width)}  {plan}".strip() for name, plan in self.rows.items()]
        conventions = [f"{key}: {value}" for key, value in self.conventions.items()]
        return "\n".join([f"For {self.aim}:", "", *rows, "", *conventions])


def plan_for(
    aim: Aim, *, prevalence: float, alpha: float, lines_per_interview: float = 1, correlation: float = 0.0
) -> PlanTable:
    """Return the plan for one code of this prevalence and expected agreement."""
    try:
        plan = (
            agreement.lines_for_lower_bound(
                aim.lower_bound,
                kappa=alpha,
                prevalence=prevalence,
                level=aim.confidence,
                power=aim.power,
                lines_per_interview=lines_per_interview,
                correlation=correlation,
            )
            if aim.half_width is None
            else agreement.lines_for_half_width(
                aim.half_width,
                kappa=alpha,
                prevalence=prevalence,
                level=aim.confidence,
                lines_per_interview=lines_per_interview,
                correlation=correlation,
            )
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    conventions = dict(plan.assumes)
    return PlanTable(aim=conventions.pop("aim"), rows={"": plan}, conventions=conventions)


def plan_from_pilot(folder: Path, aim: Aim) -> PlanTable:
    """Return the plan for each subtheme and theme, from what the study's coders agreed on so far."""
    study = read_study_or_corpus(folder).with_common_codes()
    table = agreement.agreement_table(study.codings.independent(), study.lines, study.codebook, level=aim.confidence)
    rows: dict[str, Plan | str] = {}
    for row in (*table.codes, *table.themes):
        try:
            rows[row.name] = _plan_from(row.alpha, aim)
        except AgreementError as error:
            rows[row.name] = str(error)
    confidence = f"{100 * aim.confidence:g} %"
    return PlanTable(
        aim=f"a one-sided {confidence} lower bound of alpha above {aim.lower_bound:g} with power {aim.power:g}"
        if aim.half_width is None
        else f"a {confidence} interval of alpha of half-width {aim.half_width:g}",
        rows=rows,
        conventions={
            "pilot": table.overall.alpha.basis,
            "variance": "the pilot's own, so that lines grow together with interviews, as many lines in each",
            "interval": table.conventions["interval"],
            "verdicts": f"need lines of at least {count_of(agreement.ENOUGH_INTERVIEWS, 'interview')} besides",
        },
    )


def _plan_from(pilot: Agreement, aim: Aim) -> Plan:
    if aim.half_width is None:
        return agreement.lines_for_bound_from_pilot(pilot, aim.lower_bound, power=aim.power)
    return agreement.lines_from_pilot(pilot, half_width=aim.half_width)
