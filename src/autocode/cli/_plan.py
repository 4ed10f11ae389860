"""How many lines to double-code, and which: drawn at random, their probabilities kept in the study's journal."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click

from autocode import agreement
from autocode.agreement import Agreement, Plan
from autocode.cli._study import is_study, journal_of, material_of
from autocode.codebook import CodeId
from autocode.coding import Sample
from autocode.errors import AgreementError, StudyError
from autocode.transcripts import LineId


class Aim(NamedTuple):
    """What an interval is to be like: of this half-width, or with a lower bound above this."""

    half_width: float | None
    lower_bound: float
    power: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan for each row, or the reason why there is none."""

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
        told = [f"For {self.aim}:", ""]
        told += [f"{name.ljust(width)}  {plan}".strip() for name, plan in self.rows.items()]
        return "\n".join([*told, "", *(f"{key}: {value}" for key, value in self.conventions.items())])


def plan_for(
    aim: Aim, *, prevalence: float, alpha: float, lines_per_interview: float = 1, correlation: float = 0.0
) -> Planned:
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
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    said = dict(plan.assumes)
    return Planned(aim=said.pop("aim"), rows={"": plan}, conventions=said)


def plan_from_pilot(study: Path, aim: Aim) -> Planned:
    """Return the plan for each subtheme and theme, from what the study's coders agreed on so far."""
    found = material_of(study)
    table = agreement.agreement_table(found.codings.independent(), found.codebook, found.lines, level=aim.confidence)
    rows: dict[str, Plan | str] = {}
    for row in (*table.codes, *table.themes):
        try:
            rows[row.name] = _from(row.alpha, aim)
        except AgreementError as none:
            rows[row.name] = str(none)
    percent = f"{100 * aim.confidence:g} %"
    said = (
        f"a one-sided {percent} lower bound of alpha above {aim.lower_bound:g} with power {aim.power:g}"
        if aim.half_width is None
        else f"a {percent} interval of alpha of half-width {aim.half_width:g}"
    )
    return Planned(
        aim=said,
        rows=rows,
        conventions={
            "pilot": table.overall.alpha.basis,
            "variance": "the pilot's own, so that lines grow together with interviews, as many lines in each",
            "interval": table.conventions["interval"],
            "verdicts": f"need lines of at least {agreement.ENOUGH_INTERVIEWS} interviews besides",
        },
    )


def _from(pilot: Agreement, aim: Aim) -> Plan:
    if aim.half_width is None:
        return agreement.lines_for_bound_from_pilot(pilot, aim.lower_bound, power=aim.power)
    return agreement.lines_from_pilot(pilot, half_width=aim.half_width)


def draw(study: Path, n: int, *, seed: int, enrich: tuple[str, ...], times: float) -> Sample:
    """Draw lines to judge from all lines of participants, and keep every line's probability in the journal."""
    if not is_study(study):
        raise StudyError.at(study, "is not a study, and only a study's journal keeps what was drawn; make one first.")
    found = material_of(study)
    wanted: set[CodeId] = set()
    for name in enrich:
        code = found.codebook.get(CodeId(name)) or found.codebook.find(name)
        if code is None:
            raise AgreementError(f"there is no code {name!r} to enrich for; name one of the codebook.")
        wanted.add(code.id)
    with journal_of(study) as journal:
        likelier: dict[LineId, float] = {}
        if wanted:
            batch = journal.latest_batch()
            if batch is None:
                raise AgreementError(
                    "no suggestions are stored that would tell which lines are likely; "
                    "run autocode suggest first, or leave out --enrich."
                )
            known = {line.id for line in found.lines.participant_lines}
            likelier = {one.line: times for one in batch.suggestions if one.code in wanted and one.line in known}
        sample = agreement.draw_sample(found.lines, n, seed=seed, enrich=likelier)
        journal.append(sample)
    return sample
