"""The commands. What is heavy is imported where it is used, so that `autocode --help` answers at once."""

import errno
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from autocode.cli._interrupt import raise_if_asked, remembered
from autocode.errors import AutocodeError

STUDY = click.argument("study", type=click.Path(exists=True, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print numbers as JSON.")
FORCE = click.option("--force", is_flag=True, help="Replace what exists.")
COEFFICIENTS = (
    "alpha",
    "percent",
    "ac1",
    "cohen",
    "scott",
    "fleiss",
    "conger",
    "hubert",
    "light",
    "brennan-prediger",
    "pabak",
)
INTERVALS = ("cube-root", "interviews", "lines", "bca", "linearised", "jackknife", "gwet", "asymptotic", "none")
SEED = click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**31),
    help="Chance starts here; the same seed, the same result.",
)
ENCODER = click.option(
    "--encoder",
    metavar="minilm",
    help="What tells the meaning of sentences, instead of the study's setting: minilm, or an installed spaCy pipeline.",
)


def _promise(_: click.Context, __: click.Parameter, text: str | None) -> Any:
    from autocode.suggester import Promise

    try:
        return None if text is None else Promise.parse(text)
    except ValueError as no:
        raise click.BadParameter(str(no)) from no


PROMISE = click.option(
    "--promise",
    metavar="precision=0.8",
    callback=_promise,
    help="Speak only where this share of what is suggested will be kept; recall=0.9: stay silent only where this share "
    "of the lines with a code is not lost. Refused where the coded lines do not bear it.",
)


class Commands(click.Group):
    """The group that turns every expected failure into a sentence on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with remembered():
                return super().invoke(ctx)
        except AutocodeError as error:
            for fault in error.faults:
                click.echo(f"autocode: {fault}", err=True)
        except KeyboardInterrupt:
            click.echo("\nautocode: stopped; what was said to be done is stored, nothing else is.", err=True)
        except OSError as no:
            if no.errno == errno.EPIPE:  # whoever read our output has seen enough; click ends without a word
                raise
            where = f"{no.filename}: " if no.filename else ""
            click.echo(f"autocode: {where}{no.strerror or no}; mend that and repeat the command.", err=True)
        raise SystemExit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("autocode"), prog_name="autocode")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no remarks on stderr.")
@click.pass_context
def main(ctx: click.Context, quiet: bool) -> None:
    """Learn from human-coded interview lines, suggest codes, let coders decide, measure agreement.

    Everything stays on this machine. A suggestion is never a code: a named person decides.
    """
    ctx.obj = quiet


@main.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("autocode-demo"), show_default=True)
@FORCE
@SEED
def demo(out: Path, force: bool, seed: int) -> None:
    """Run the whole loop on the sample study, into a new folder."""
    from autocode.cli._demo import run

    with steps() as step:
        run(out, force=force, seed=seed, say=click.echo, step=step)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@FORCE
def init(folder: Path, force: bool) -> None:
    """Make a study folder: study.toml, codebook.toml, transcripts/, participants.csv."""
    from autocode.cli._study import begin

    begin(folder, force=force)
    click.echo(f"{folder}: a new study. Write your codes into {folder / 'codebook.toml'}, then:")
    click.echo(f"  autocode add {shlex.quote(str(folder))} INTERVIEWS...")


@main.command()
@STUDY
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--coder", help="Whose codings a wide sheet holds; by default its file name.")
@click.option(
    "--basis",
    type=click.Choice(["independent", "assisted", "adjudicated"]),
    default="independent",
    show_default=True,
    help="What the coder had seen, where the file does not say.",
)
@click.option("--speaker", help="Column of the speaker, for transcripts in .csv or .xlsx.")
@click.option("--text", help="Column of the words, for transcripts in .csv or .xlsx.")
@click.option("--transcript", help="Column of the transcript's name, if one table holds several.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@FORCE
def add(
    study: Path,
    files: tuple[Path, ...],
    coder: str | None,
    basis: str,
    speaker: str | None,
    text: str | None,
    transcript: str | None,
    dry_run: bool,
    force: bool,
) -> None:
    """Bring transcripts or codings into a study: all of the files, or none."""
    from autocode.cli._add import bring
    from autocode.coding import Basis
    from autocode.transcripts import Columns

    if (speaker is None) != (text is None):
        raise click.UsageError("--speaker and --text go together: a table of lines needs both columns.")
    columns = None if speaker is None or text is None else Columns(speaker=speaker, text=text, transcript=transcript)
    for sentence in bring(study, files, coder=coder, basis=Basis(basis), columns=columns, dry_run=dry_run, force=force):
        click.echo(sentence)


@main.command()
@STUDY
def check(study: Path) -> None:
    """Print every fault of every file, with its place."""
    from autocode.cli._study import faults_of, material_of

    faults = faults_of(study)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"autocode: {len(faults)} fault{'s' * (len(faults) > 1)} found; mend and check again.", err=True)
        raise SystemExit(1)
    found = material_of(study)
    coders = len(found.codings.coders)
    click.echo(
        f"{study}: no faults. {len(found.lines.interviews)} interviews, {len(found.lines.participant_lines)} lines of "
        f"participants, {len(found.codebook.subthemes)} subthemes, {len(found.codings)} judgements by "
        f"{coders} coder{'s' * (coders != 1)}."
    )


@main.command()
@click.argument("target", metavar="STUDY|CSV", type=click.Path(exists=True, path_type=Path))
@click.option("--by", type=click.Choice(["theme", "subtheme", "code"]), help="Which rows; of a CSV, code.")
@click.option("--coders", metavar="A,B", help="Only these coders.")
@click.option("--coefficient", type=click.Choice(COEFFICIENTS), help="One coefficient instead of the usual ones.")
@click.option(
    "--level",
    type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
    help="What the categories of a CSV are; by default nominal.",
)
@click.option("--categories", metavar="LOW,HIGH", help="The categories of a CSV in their order, used or not.")
@click.option("--interval", type=click.Choice(INTERVALS), help="How the interval is made; by default cube-root.")
@JSON
@click.option("--html", "as_html", is_flag=True, help="Print a page.")
@click.option("--docx", type=click.Path(path_type=Path), metavar="FILE", help="Write a Word document besides.")
@click.option("--worst", default=50, show_default=True, type=click.IntRange(1), help="Disagreements in it.")
@FORCE
@SEED
@click.option(
    "--resamples",
    default=2000,
    show_default=True,
    type=click.IntRange(1),
    help="Draws, where the interval is a bootstrap.",
)
@click.pass_context
def agree(
    ctx: click.Context,
    target: Path,
    by: str | None,
    coders: str | None,
    coefficient: str | None,
    level: str | None,
    categories: str | None,
    interval: str | None,
    as_json: bool,
    as_html: bool,
    docx: Path | None,
    worst: int,
    force: bool,
    seed: int,
    resamples: int,
) -> None:
    """Agreement of the human coders, per code and overall, with intervals.

    A CSV needs no study: a row a judgement (unit,coder,code or line_id,coder,code), or a row a unit and a column a
    coder.
    """
    from autocode.cli._agree import Asked, Found, agree_on, page

    if as_json and as_html:
        raise click.UsageError("--json and --html are two ways to print; choose one.")
    if docx is None and (force or ctx.get_parameter_source("worst") is click.core.ParameterSource.COMMANDLINE):
        raise click.UsageError("--worst and --force are about the Word document; name it with --docx FILE.")
    asked = Asked(
        by=by,
        coders=_listed(coders),
        coefficient=coefficient,
        level=level,
        categories=_listed(categories),
        interval=interval,
        resamples=resamples,
        seed=seed,
    )
    found = agree_on(target, asked)
    if docx is not None:
        from autocode.cli._appendix import write_appendix

        remark(f"written: {write_appendix(target, found, asked, out=docx, worst=worst, force=force)}.")
    if as_html:
        click.echo(page(f"Agreement: {target.name}", found.html() if isinstance(found, Found) else found._repr_html_()))
    else:
        click.echo(dumped(found.to_json()) if as_json else str(found))


@main.command()
@click.argument("study", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--prevalence", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="How common a code is.")
@click.option("--alpha", default=0.8, show_default=True, type=click.FloatRange(0, 1, max_open=True), help="Expected.")
@click.option(
    "--half-width", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Of the interval that is wanted."
)
@click.option("--lower-bound", type=click.FloatRange(0, 1, max_open=True), help="To be passed; by default 0.667.")
@click.option(
    "--power",
    default=0.8,
    show_default=True,
    type=click.FloatRange(0.5, 1, max_open=True),
    help="Of passing the bound.",
)
@click.option(
    "--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 1, min_open=True, max_open=True)
)
@click.option("--lines-per-interview", default=1.0, type=click.FloatRange(1), help="Double-coded lines of each.")
@click.option("--correlation", default=0.0, type=click.FloatRange(0, 1), help="Of lines of one interview.")
@click.option("--draw", "n_drawn", type=click.IntRange(1), help="Draw so many lines of a study, on the record.")
@click.option("--enrich", multiple=True, metavar="CODE", help="Draw lines likelier for which this was suggested.")
@click.option(
    "--times", default=5.0, show_default=True, type=click.FloatRange(0, min_open=True), help="How many times likelier."
)
@SEED
@JSON
def plan(
    study: Path | None,
    prevalence: float | None,
    alpha: float,
    half_width: float | None,
    lower_bound: float | None,
    power: float,
    confidence: float,
    lines_per_interview: float,
    correlation: float,
    n_drawn: int | None,
    enrich: tuple[str, ...],
    times: float,
    seed: int,
    as_json: bool,
) -> None:
    """How many lines to double-code for an interval narrow or high enough, and which.

    From --prevalence and --alpha, or for each code of a STUDY from what its coders agreed on so far. --draw prints the
    lines to judge, drawn from all lines of participants.
    """
    from autocode.cli._plan import Aim, draw, plan_for, plan_from_pilot

    if half_width is not None and lower_bound is not None:
        raise click.UsageError("--half-width and --lower-bound are two aims; name one.")
    if n_drawn is not None and study is None:
        raise click.UsageError("--draw needs a study whose lines are drawn.")
    if enrich and n_drawn is None:
        raise click.UsageError("--enrich says which lines are likelier; say how many are drawn with --draw.")
    if study is not None and n_drawn is not None:
        sample = draw(study, n_drawn, seed=seed, enrich=enrich, times=times)
        if as_json:
            click.echo(dumped({"drawn": sample.drawn, "probabilities": dict(sample.probabilities), "seed": seed}))
        else:
            click.echo("\n".join(sample.drawn))
        remark(f"{sample}{f', {sample.enriched}' if sample.enriched else ''}; stored in the study.")
        return
    aim = Aim(half_width, 0.667 if lower_bound is None else lower_bound, power, confidence)
    if study is not None:
        if prevalence is not None:
            raise click.UsageError("--prevalence and a study are two ways to plan; name one.")
        planned = plan_from_pilot(study, aim)
    elif prevalence is not None:
        planned = plan_for(
            aim,
            prevalence=prevalence,
            alpha=alpha,
            lines_per_interview=lines_per_interview,
            correlation=correlation,
        )
    else:
        raise click.UsageError("name a study with double-coded lines, or --prevalence of a code.")
    click.echo(dumped(planned.to_json()) if as_json else str(planned))


@main.command()
@STUDY
@click.option("--code", "codes", multiple=True, metavar="CODE", help="Only this code or theme; may be repeated.")
@click.option("--by", metavar="ATTRIBUTE", help="An attribute of the participants, such as role or borough.")
@click.option(
    "--method",
    type=click.Choice(["dsl", "ppi"]),
    default="dsl",
    show_default=True,
    help="ppi (PPI++) needs equal probabilities.",
)
@click.option(
    "--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 1, min_open=True, max_open=True)
)
@JSON
def prevalence(
    study: Path, codes: tuple[str, ...], by: str | None, method: str, confidence: float, as_json: bool
) -> None:
    """How common each code is among all lines of participants, from lines drawn with `autocode plan --draw`.

    Every drawn line must have been judged independently. Suggestions that stood when the lines were drawn narrow the
    interval; they are corrected by the judgements, so their errors do not enter.
    """
    from autocode.cli._prevalence import how_common

    found = how_common(study, codes=codes, by=by, method="ppi" if method == "ppi" else "dsl", level=confidence)
    click.echo(dumped(found.to_json()) if as_json else str(found))


@main.command()
@STUDY
@click.option("--learn", help="Numbers of coded lines to learn from, such as 50,250,1000; all if not given.")
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1), help="Random splits to average over.")
@SEED
@click.option(
    "--resamples", default=500, show_default=True, type=click.IntRange(1), help="Bootstrap draws of interviews."
)
@ENCODER
@JSON
def validate(
    study: Path, learn: str | None, seeds: int, seed: int, resamples: int, encoder: str | None, as_json: bool
) -> None:
    """Try the suggester on whole interviews it has not seen, beside baselines and humans."""
    from autocode.cli._study import material_of
    from autocode.validation import validate as try_out

    sizes = None if learn is None else _numbers(learn)
    found = material_of(study).hearing_by(encoder)
    with steps() as step:
        result = try_out(
            found.codings,
            found.lines,
            found.codebook,
            learn=sizes,
            seeds=seeds,
            seed=seed,
            resamples=resamples,
            **found.hear(),
            corpus=study.resolve().name,
            progress=step("trying on interviews held out"),
        )
    click.echo(dumped(result.to_json()) if as_json else str(result))


@main.command("next")
@STUDY
@click.option("-n", "n_lines", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@click.option(
    "--random",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="The share drawn at random, so that what is measured on the lines holds for all.",
)
@click.option("--interviews", "whole_interviews", is_flag=True, help="Choose whole interviews that nobody has begun.")
@SEED
@JSON
def read_next(study: Path, n_lines: int, random: float, whole_interviews: bool, seed: int, as_json: bool) -> None:
    """Which lines to read next: those that would teach the suggester most, and some drawn at random; on the record."""
    from autocode.cli._next import choose

    sample = choose(study, n_lines, random=random, whole_interviews=whole_interviews, seed=seed)
    if as_json:
        click.echo(dumped({"drawn": sample.drawn, "probabilities": dict(sample.probabilities), "seed": seed}))
    else:
        click.echo("\n".join(sample.drawn))
    remark(f"{sample}{f'; {sample.enriched}' if sample.enriched else ''}; stored in the study.")


@main.command()
@STUDY
@click.option("--top", default=20, show_default=True, type=click.IntRange(1), help="How many of each are listed.")
@click.option(
    "--resamples", default=300, show_default=True, type=click.IntRange(1), help="Bootstrap draws of interviews."
)
@SEED
@JSON
def recheck(study: Path, top: int, resamples: int, seed: int, as_json: bool) -> None:
    """What to look at again in a coding: slips, twins, codes used differently or alike, and how whole each theme is."""
    from autocode.cli._study import material_of
    from autocode.suggester import recheck as look_again

    found = material_of(study)
    result = look_again(
        found.codings, found.lines, found.codebook, top=top, **found.hear(), resamples=resamples, seed=seed
    )
    click.echo(dumped(result.to_json()) if as_json else str(result))


@main.command()
@STUDY
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the model; by default STUDY/model.")
@ENCODER
@PROMISE
@SEED
@FORCE
def train(study: Path, out: Path | None, encoder: str | None, promise: Any, seed: int, force: bool) -> None:
    """Learn from what humans hold of the lines, and save the suggester."""
    from autocode.cli._study import MODEL, is_study, material_of
    from autocode.cli._suggest import learn
    from autocode.suggester import describe_unsupported

    found = material_of(study).hearing_by(encoder)
    if out is None and not is_study(study):
        raise click.UsageError("say where the model goes: -o MODEL.")
    # A study's own model is a product of its codings: training again replaces it.
    suggester, target = learn(found, out or study / MODEL, seed=seed, force=force or out is None, promise=promise)
    click.echo(f"{target}: {suggester.learnt_from}, {len(suggester.codes)} codes, digest {suggester.digest[:12]}.")
    for note in filter(None, (*suggester.notes, describe_unsupported(suggester.unsupported, of=len(suggester.codes)))):
        remark(note)


@main.command()
@click.argument("target", metavar="STUDY|FILE", type=click.Path(exists=True, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="A folder made by `autocode train`.")
@click.option("-o", "--out", help="Write suggestions as CSV; - is stdout.")
@click.option("--unit", type=click.Choice(["turn", "paragraph", "sentence"]), help="What a line of a FILE is.")
@click.option(
    "--interviewer", "interviewers", multiple=True, metavar="NAME", help="Who asks in a FILE; may be repeated."
)
@click.option("--text", help="Column of the words: the FILE is a large table (.csv, .parquet), taken row by row.")
@click.option("--speaker", help="Column of the speaker, beside --text.")
@click.option("--transcript", help="Column of the transcript's name, beside --text.")
@click.option(
    "--jobs", type=click.IntRange(-1), default=1, show_default=True, help="Processes, beside --text; -1: all."
)
@PROMISE
@SEED
@FORCE
def suggest(
    target: Path,
    model: Path | None,
    out: str | None,
    unit: str | None,
    interviewers: tuple[str, ...],
    text: str | None,
    speaker: str | None,
    transcript: str | None,
    jobs: int,
    promise: Any,
    seed: int,
    force: bool,
) -> None:
    """Suggest codes for lines nobody has coded; for a study, on the record in its journal.

    A FILE may be a transcript, a folder of them, or a plain corpus; its suggestions are written as CSV. With --text it
    is a table of any length with a row a line: the suggestions are written beside its columns (-o, .csv or .parquet)
    without evidence, part by part, and the same command goes on where an earlier one was cut short.
    """
    from autocode.cli._study import is_study
    from autocode.cli._suggest import for_file, for_study, for_table

    if text is None and (speaker or transcript or jobs != 1):
        raise click.UsageError("--speaker, --transcript and --jobs go with --text, the column of the words.")
    if text is not None and (model is None or out in (None, "-") or unit or is_study(target)):
        raise click.UsageError("--text is for a table: it needs --model MODEL and -o OUT, a file, and no --unit.")
    if text is not None and promise is not None:
        raise click.UsageError("for a table, make the promise when the model is trained: autocode train --promise.")
    with steps() as step:
        told = step("suggesting")
        if text is not None:
            said = for_table(
                target,
                model=Path(str(model)),
                out=Path(str(out)),
                columns={"text": text, "speaker": speaker, "transcript": transcript},
                interviewers=interviewers,
                jobs=jobs,
                force=force,
                progress=told,
            )
            click.echo(said)
            return
        if is_study(target) and (unit or interviewers):
            raise click.UsageError("a study says in study.toml what a line is and who asks; leave the options out.")
        if is_study(target):
            said = for_study(
                target, model=model, out=out, seed=seed, promise=promise, force=force, progress=told, remark=remark
            )
        elif model is None:
            raise click.UsageError(f"{target} is not a study, so say which suggester is asked: --model MODEL.")
        else:
            said = for_file(
                target,
                model=model,
                out=out or "-",
                unit=unit or "paragraph",
                interviewers=interviewers,
                promise=promise,
                force=force,
                progress=told,
                remark=remark,
            )
    click.echo(said, err=out == "-" or (out is None and not is_study(target)))


@main.command()
@STUDY
@click.option(
    "--coder",
    "coders",
    required=True,
    multiple=True,
    help="Your initials or pseudonym; decisions are stored under it. Repeated, each coder has an address.",
)
@click.option("--terminal", is_flag=True, help="Review here instead of in a page.")
@click.option("--blind", is_flag=True, help="Without suggestions: an independent reading.")
@click.option("--port", default=8765, show_default=True, help="Of the page, on this machine only.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Other machines need --certificate and --key.")
@click.option("--certificate", type=click.Path(exists=True, path_type=Path), help="PEM file, to serve other machines.")
@click.option("--key", type=click.Path(exists=True, path_type=Path), help="PEM file, the certificate's.")
@click.option("--no-browser", is_flag=True, help="Print the page's address, open nothing.")
def review(
    study: Path,
    coders: tuple[str, ...],
    terminal: bool,
    blind: bool,
    port: int,
    host: str,
    certificate: Path | None,
    key: Path | None,
    no_browser: bool,
) -> None:
    """Decide, line by line; every decision is stored before the next line shows."""
    from autocode.cli._review import begin_review

    if terminal and len(coders) > 1:
        raise click.UsageError("one coder sits at a terminal; name one with --coder.")
    if (certificate is None) != (key is None):
        raise click.UsageError("a certificate and its key belong together; give --certificate and --key.")
    begin_review(
        study,
        coders=coders,
        terminal=terminal,
        blind=blind,
        port=port,
        host=host,
        certificate=None if certificate is None or key is None else (certificate, key),
        open_browser=not no_browser,
        announce=lambda sentence: click.echo(sentence, err=True),
    )


@main.command()
@STUDY
@click.option("--coder", required=True, help="Your initials or pseudonym, as study.toml names it among adjudicators.")
@click.option("--port", default=8765, show_default=True, help="Of the page, on this machine only.")
@click.option("--no-browser", is_flag=True, help="Print the page's address, open nothing.")
def adjudicate(study: Path, coder: str, port: int, no_browser: bool) -> None:
    """Settle the lines on which coders differ: a third reading by somebody whom the study names."""
    from autocode.cli._team import begin_adjudication

    begin_adjudication(
        study,
        coder=coder,
        port=port,
        open_browser=not no_browser,
        announce=lambda sentence: click.echo(sentence, err=True),
    )


@main.command()
@STUDY
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="report.html or report.md.")
@SEED
@FORCE
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(1), help="Splits of the validation.")
@click.option("--no-validation", is_flag=True, help="Leave out what the suggester can do.")
def report(study: Path, out: Path, seed: int, force: bool, seeds: int, no_validation: bool) -> None:
    """Write what the study found as one self-contained file."""
    from autocode.cli._report import report_on

    if out.suffix.casefold() not in (".html", ".md"):
        raise click.BadParameter(f"a report is written as .html or .md, not {out.name!r}.", param_hint="--out")
    with steps() as step:
        path = report_on(
            study, out, seed=seed, seeds=0 if no_validation else seeds, force=force, step=step, remark=remark
        )
    click.echo(str(path))


@main.command()
@STUDY
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@FORCE
def export(study: Path, folder: Path, force: bool) -> None:
    """Write the plain corpus: lines.csv, codings.csv, codebook.csv."""
    from autocode.cli._study import material_of
    from autocode.exchange import write_corpus

    found = material_of(study)
    write_corpus(folder, codings=found.codings, lines=found.lines, codebook=found.codebook, force=force)
    click.echo(f"{folder}: {len(found.lines)} lines, {len(found.codings)} judgements, {len(found.codebook)} codes.")


def remark(sentence: str) -> None:
    """Tell something on stderr, unless the user asked for quiet."""
    if not click.get_current_context().find_root().obj:
        click.echo(f"autocode: {sentence}", err=True)


@contextmanager
def steps() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Give a function that begins a progress bar on stderr and returns what moves it: (done, of how many)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    quiet = bool(click.get_current_context().find_root().obj) or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:

        def step(what: str) -> Callable[[int, int], None]:
            task = progress.add_task(what, total=None)

            def told(done: int, total: int) -> None:
                raise_if_asked()
                progress.update(task, completed=done, total=total, visible=done < total)

            return told

        yield step


def dumped(value: object) -> str:
    """Return JSON as it is printed."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


def _listed(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _numbers(text: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or min(found) < 10:
        raise click.UsageError(f"--learn takes numbers of at least 10, such as 50,250,1000, not {text!r}.")
    return sorted(set(found))
