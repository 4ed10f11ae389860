"""The commands on how codes are spread over interviews: saturation, vary, together."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autocode.cli._choices import CODED_BY, TOGETHER, WHICH_CODES
from autocode.cli._main import AT_LEAST_ONE, JSON, SEED, STUDY, dumped, main, working

if TYPE_CHECKING:
    from autocode.themes import Incidence

WHOSE = click.option(
    "--held",
    "coded_by",
    type=CODED_BY,
    default="consensus",
    show_default=True,
    help="Whose codings give a line its codes: the consensus of its coders, or any of them.",
)
CODES = click.option(
    "--level", type=WHICH_CODES, default="subtheme", show_default=True, help="Whether to count subthemes or themes."
)


def _incidence(study: Path, *, coded_by: Any, level: Any) -> "Incidence":
    from autocode.study import read_study_or_corpus
    from autocode.themes import Incidence

    data = read_study_or_corpus(study).with_common_codes()
    return Incidence.of(data.codings, data.lines, data.codebook, coded_by=coded_by, level=level)


@main.command()
@STUDY
@click.option("--by", metavar="ATTRIBUTE", help="Attribute of the participants whose groups are looked at as well.")
@WHOSE
@CODES
@click.option("--base", type=AT_LEAST_ONE, default=4, show_default=True, help="Number of interviews of the base.")
@click.option("--run", type=AT_LEAST_ONE, default=2, show_default=True, help="Number of interviews of a run.")
@click.option(
    "--threshold",
    type=click.FloatRange(0),
    default=0.05,
    show_default=True,
    help="Largest share of new codes, of those of the base, at which the rule is met.",
)
@SEED
@JSON
def saturation(
    study: Path,
    by: str | None,
    coded_by: str,
    level: str,
    base: int,
    run: int,
    threshold: float,
    seed: int,
    as_json: bool,
) -> None:
    """Estimate how many new codes may come.

    The first number is how many new codes the next interview may bring. Then follow the new codes of each interview, a
    rule of saturation with what came after it was met, the same rule in random orders of the interviews, and at least
    how many codes there are. There is no verdict: whether to stop is for the team to say.
    """
    from autocode.themes import saturation as saturation_of

    with working("looking at the interviews in many orders"):
        incidence = _incidence(study, coded_by=coded_by, level=level)
        found = saturation_of(incidence, base=base, run=run, threshold=threshold, by=by, seed=seed)
    click.echo(dumped(found.to_json()) if as_json else str(found))


@main.command()
@STUDY
@click.option(
    "--by", required=True, metavar="ATTRIBUTE", help="Attribute of the participants, such as role or borough."
)
@WHOSE
@CODES
@SEED
@JSON
def vary(study: Path, by: str, coded_by: str, level: str, seed: int, as_json: bool) -> None:
    """Compare codes between groups.

    For each code: in how many interviews of each group it was met, with intervals, and how often as large a difference
    comes somewhere among the codes when the attribute is shuffled over the interviews.
    """
    from autocode.themes import variation

    with working("shuffling the attribute over the interviews"):
        found = variation(_incidence(study, coded_by=coded_by, level=level), by, seed=seed)
    click.echo(dumped(found.to_json()) if as_json else str(found))


@main.command()
@STUDY
@click.option(
    "--unit",
    type=TOGETHER,
    required=True,
    help="Where codes count as together; an answer is the run of a participant's lines after one question.",
)
@WHOSE
@CODES
@SEED
@JSON
def together(study: Path, unit: str, coded_by: Any, level: Any, seed: int, as_json: bool) -> None:
    """Show codes that come together.

    For each pair of codes: the number of lines, answers or interviews with both, and its share of those with either
    (Jaccard), with intervals over interviews.
    """
    from autocode.study import read_study_or_corpus
    from autocode.themes import together as codes_together

    where: Any = unit
    with working("looking for codes that come together"):
        data = read_study_or_corpus(study).with_common_codes()
        found = codes_together(
            data.codings, data.lines, data.codebook, unit=where, coded_by=coded_by, level=level, seed=seed
        )
    click.echo(dumped(found.to_json()) if as_json else str(found))
