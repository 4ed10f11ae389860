"""The commands. What is heavy is imported where it is used, so that `autocode --help` answers at once."""

import errno
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import click

from autocode.cli._choices import BASIS, COEFFICIENT, INTERVAL, LEVEL, METHOD, UNIT, Argument
from autocode.cli._chosen import print_lines, sample_json, stored_as
from autocode.cli._interrupt import interrupts_noted, raise_if_interrupted
from autocode.errors import AutocodeError, StudyError, UnknownNameError
from autocode.wording import count_of

EXISTING = click.Path(exists=True, path_type=Path)
ANY_PATH = click.Path(path_type=Path)
AT_LEAST_ONE = click.IntRange(1)
SHARE = click.FloatRange(0, 1)
BELOW_ONE = click.FloatRange(0, 1, max_open=True)
BETWEEN = click.FloatRange(0, 1, min_open=True, max_open=True)
CONFIDENCE_LEVEL = click.FloatRange(0.5, 1, min_open=True, max_open=True)

STUDY = click.argument(
    "study", type=EXISTING, cls=Argument, help="Folder of the study; most commands also take a plain corpus."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
FORCE = click.option("--force", is_flag=True, help="Replace files that exist.")
SEED = click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**31),
    help="Random seed; the same seed gives the same result.",
)
LIKELY = click.option(
    "--likely",
    default=50,
    show_default=True,
    type=click.IntRange(0),
    help="Number of lines to draw for a new or wider code because they are likely to have it.",
)
AT_RANDOM = click.option(
    "--random",
    default=100,
    show_default=True,
    type=click.IntRange(0),
    help="Number of other lines to draw at random for it, from which follows how many are still unfound.",
)
CONFIDENCE = click.option(
    "--confidence",
    default=0.95,
    show_default=True,
    type=CONFIDENCE_LEVEL,
    help="Confidence level of the interval.",
)
RESAMPLES = "Number of bootstrap resamples of the interviews."
ENCODER = click.option(
    "--encoder",
    metavar="NAME",
    help="Source of sentence embeddings, instead of the study's setting: minilm, or an installed spaCy pipeline.",
)
QUIET = "Print no progress and no remarks on stderr."
PORT = click.option("--port", default=8765, show_default=True, help="Port of the page (this machine only).")
NO_BROWSER = click.option("--no-browser", is_flag=True, help="Print the address of the page without opening a browser.")


def _parse_promise(context: click.Context, parameter: click.Parameter, text: str | None) -> Any:
    from autocode.suggester import Promise

    try:
        return None if text is None else Promise.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _known_encoding(context: click.Context, parameter: click.Parameter, name: str | None) -> str | None:
    import codecs

    try:
        return None if name is None else codecs.lookup(name).name
    except LookupError as error:
        raise click.BadParameter(f"{name!r} is not an encoding that Python knows, such as cp1252.") from error


PROMISE = click.option(
    "--promise",
    metavar="precision=0.8",
    callback=_parse_promise,
    help="Lowest precision (precision=0.8) or recall (recall=0.9) that suggestions must reach; refused where the coded "
    "lines do not support it.",
)


def _be_quiet(context: click.Context, parameter: click.Parameter, quiet: bool) -> None:
    if quiet:
        context.find_root().obj = True


def quiet() -> click.Option:
    """Return the option that every command takes after its name, too."""
    return click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, callback=_be_quiet, help=QUIET)


class Command(click.Command):
    """A command that takes `-q` after its name too, as well as before it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(quiet())


class Commands(click.Group):
    """The group that turns every expected failure into a sentence on stderr and exit code 1."""

    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a file name may hold what no output can, or not this one
                stream.reconfigure(errors="backslashreplace")
        try:
            with interrupts_noted():
                return super().invoke(ctx)
        except AutocodeError as error:
            for fault in error.faults:
                click.echo(f"autocode: {fault}", err=True)
        except UnknownNameError as error:
            click.echo(f"autocode: {error}", err=True)
        except KeyboardInterrupt:
            click.echo("\nautocode: stopped; what was reported as done is stored, nothing else is.", err=True)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output has seen enough; click ends without a word
                raise
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"autocode: {where}{error.strerror or error}; fix that and repeat the command.", err=True)
        raise SystemExit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("autocode"), prog_name="autocode", help="Show the version and exit.")
@click.option("-q", "--quiet", is_flag=True, help=QUIET)
@click.pass_context
def main(ctx: click.Context, quiet: bool) -> None:
    """Learn from human-coded interview lines, suggest codes, let coders decide, measure agreement.

    Everything stays on this machine. A suggestion is never a code: a named person decides.
    """
    from autocode.tables import fitted

    ctx.obj = quiet
    ctx.with_resource(fitted(_width_of_output()))


def _is_terminal(stream: TextIO | None) -> bool:
    """Return whether somebody reads a stream as it is written; a stream may have been closed before we began."""
    return stream is not None and stream.isatty()


def _width_of_output() -> int | None:
    """Return the width that tables must fit: COLUMNS, else that of the terminal; None for a file or a pipe."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return shutil.get_terminal_size().columns if _is_terminal(sys.stdout) else None


def _key() -> str:
    """Return the next key that somebody presses."""
    try:
        return click.getchar()
    except OSError as error:
        if error.filename != "/dev/tty":
            raise
        # in a scheduled job, a container without -t or a notebook
        raise click.UsageError(
            "--terminal reads keys, and this command has no terminal to read them from; run it in a terminal window, "
            "or leave --terminal out to review on a page."
        ) from error


@main.command()
@click.option(
    "--out",
    type=ANY_PATH,
    default=Path("autocode-demo"),
    show_default=True,
    help="Folder that the sample study is copied to.",
)
@FORCE
@SEED
def demo(out: Path, force: bool, seed: int) -> None:
    """Run every step on the sample study.

    The study is copied into a new folder; its interviews are invented.
    """
    from autocode.cli._demo import run

    with steps() as step:
        step("running the demo")
        run(out, force=force, seed=seed, say=click.echo, step=step)


@main.command()
@click.argument("folder", metavar="DIR", type=ANY_PATH, cls=Argument, help="Folder that becomes a study.")
@click.option("--inductive", is_flag=True, help="Begin without codes: coders make them while they code.")
@FORCE
def init(folder: Path, inductive: bool, force: bool) -> None:
    """Make a study folder.

    It holds study.toml, codebook.toml, participants.csv and an empty folder for transcripts.
    """
    from autocode.study import create_study

    create_study(folder, inductive=inductive, force=force)
    if inductive:
        click.echo(f"{folder}: a new study without codes. Name those who code in {folder / 'study.toml'}, then:")
    else:
        click.echo(f"{folder}: a new study. Write your codes into {folder / 'codebook.toml'}, then:")
    click.echo(f"  autocode add {shlex.quote(str(folder))} INTERVIEWS...")


@main.command()
@STUDY
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=EXISTING,
    cls=Argument,
    help="Transcripts, tables of codings, participants.csv, or folders of them.",
)
@click.option("--coder", help="Name of the coder of a wide table of codings; by default the name of its file.")
@click.option(
    "--basis",
    type=BASIS,
    default="independent",
    show_default=True,
    help="What the coder had seen, where the file does not say.",
)
@click.option("--speaker", help="Column with the speakers, for transcripts in .csv or .xlsx.")
@click.option("--text", help="Column with the words, for transcripts in .csv or .xlsx.")
@click.option("--transcript", help="Column with the names of transcripts or respondents, if one table holds several.")
@click.option(
    "--question", "questions", multiple=True, help="Column with answers of a survey; remembered in study.toml."
)
@click.option(
    "--attribute", "attributes", multiple=True, help="Column about the respondents; remembered in study.toml."
)
@click.option("--sheet", help="Sheet of an Excel file that is read, if several are filled.")
@click.option("--interviewer", "interviewers", multiple=True, help="Speaker who asks; remembered in study.toml.")
@click.option("--no-interviewer", is_flag=True, help="Say that nobody asks; remembered in study.toml.")
@click.option("--speaker-label", "labels", multiple=True, help="Label that is a speaker; remembered in study.toml.")
@click.option("--no-speaker", "no_labels", multiple=True, help="Words that are no speaker; remembered in study.toml.")
@click.option("--speaker-name", help="Name of the speaker of files in which one person speaks and nobody is named.")
@click.option("--encoding", callback=_known_encoding, help="Encoding of text files, such as cp1252.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and change nothing.")
@FORCE
def add(
    study: Path,
    files: tuple[Path, ...],
    coder: str | None,
    basis: str,
    speaker: str | None,
    text: str | None,
    transcript: str | None,
    questions: tuple[str, ...],
    attributes: tuple[str, ...],
    sheet: str | None,
    interviewers: tuple[str, ...],
    no_interviewer: bool,
    labels: tuple[str, ...],
    no_labels: tuple[str, ...],
    speaker_name: str | None,
    encoding: str | None,
    dry_run: bool,
    force: bool,
) -> None:
    """Add transcripts or codings to a study.

    Either all files are added, or none is.
    """
    from autocode.coding import Basis
    from autocode.study import SpeakerRule, add_files
    from autocode.transcripts import Columns

    if (speaker is None) != (text is None):
        raise click.UsageError("--speaker and --text go together: a table of lines needs both columns.")
    if interviewers and no_interviewer:
        raise click.UsageError("--interviewer and --no-interviewer contradict each other; give one.")
    if questions and speaker is not None:
        raise click.UsageError("--question is for a survey and --speaker for a table of turns; give one.")
    named = Columns(
        speaker=speaker or "speaker",
        text=text or "text",
        transcript=transcript,
        sheet=sheet,
        questions=questions,
        attributes=attributes or None,
    )
    columns = None if named == Columns() and speaker is None else named
    rule = SpeakerRule(
        interviewers=interviewers if interviewers or no_interviewer else None,
        speakers=labels,
        not_speakers=no_labels,
        speaker_name=speaker_name,
    )
    with working("reading the files"):
        sentences = add_files(
            study,
            files,
            coder=coder,
            basis=Basis(basis),
            columns=columns,
            speakers=rule,
            encoding=encoding,
            dry_run=dry_run,
            force=force,
        )
    for sentence in sentences:
        click.echo(sentence)


@main.command()
@STUDY
@click.argument(
    "files",
    nargs=-1,
    type=EXISTING,
    cls=Argument,
    help="Corrected transcripts, named as their interviews; without any, what was edited in the study's folder.",
)
@click.option("--by", required=True, metavar="NAME", help="Who makes the correction.")
@click.option("--why", required=True, metavar="REASON", help="Reason of the correction, in a few words.")
@click.option("--interview", metavar="NAME", help="Interview that the FILE corrects, if it is named otherwise.")
@click.option("--unit", type=UNIT, help="What a line is from now on; study.toml is changed.")
@click.option("--interviewer", "interviewers", multiple=True, help="Speaker who asks; remembered in study.toml.")
@click.option("--no-interviewer", is_flag=True, help="Say that nobody asks; remembered in study.toml.")
@click.option("--speaker-label", "labels", multiple=True, help="Label that is a speaker; remembered in study.toml.")
@click.option("--no-speaker", "no_labels", multiple=True, help="Words that are no speaker; remembered in study.toml.")
@click.option("--speaker-name", help="Name of the speaker of files in which one person speaks and nobody is named.")
@click.option(
    "--was",
    multiple=True,
    type=EXISTING,
    metavar="FILE",
    help="Copy of the text that was coded, if it was edited in the study's folder; may be repeated.",
)
@click.option("--keep", multiple=True, metavar="LINE", help="Line that keeps its codings although much changed.")
@click.option("--again", multiple=True, metavar="LINE", help="Line that is to be read again although little changed.")
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before codings are set aside.")
def amend(
    study: Path,
    files: tuple[Path, ...],
    by: str,
    why: str,
    interview: str | None,
    unit: str | None,
    interviewers: tuple[str, ...],
    no_interviewer: bool,
    labels: tuple[str, ...],
    no_labels: tuple[str, ...],
    speaker_name: str | None,
    was: tuple[Path, ...],
    keep: tuple[str, ...],
    again: tuple[str, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Correct transcripts that were coded.

    Lines whose boundaries stand keep their codings; lines that changed much, or were cut otherwise, are to be read
    again. The plan is printed first. Who corrected what, and why, is stored in the study's journal.
    """
    from autocode.study import SpeakerRule, amend_study, plan_amendment
    from autocode.transcripts import LineId

    if interviewers and no_interviewer:
        raise click.UsageError("--interviewer and --no-interviewer contradict each other; give one.")
    rule = SpeakerRule(
        interviewers=interviewers if interviewers or no_interviewer else None,
        speakers=labels,
        not_speakers=no_labels,
        speaker_name=speaker_name,
    )
    with working("comparing the interviews"):
        amendment = plan_amendment(
            study,
            files,
            by=by,
            reason=why,
            interview=interview,
            unit=unit,
            speakers=rule,
            was=was,
            keep=tuple(map(LineId, keep)),
            again=tuple(map(LineId, again)),
        )
    click.echo(str(amendment))
    if dry_run or not amendment.changes_anything:
        return
    if amendment.sets_codings_aside and not yes and not confirmed("Set these judgements aside and amend?"):
        raise StudyError.at(study, "nothing was changed; amend it with --yes, or with --keep LINE for lines that stay.")
    amend_study(amendment)
    click.echo(f"{study}: amended.")


def confirmed(question: str) -> bool:
    """Return whether somebody at the terminal says yes; nobody does where there is none."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        return False


@main.command()
@STUDY
@click.argument(
    "others",
    nargs=-1,
    required=True,
    metavar="OTHER...",
    type=EXISTING,
    cls=Argument,
    help="Folders of copies of the study on which others worked, or their journals.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and change nothing.")
@JSON
def merge(study: Path, others: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Take in what was coded in copies.

    Everything is taken once, or nothing where the interviews or codebooks differ. The copies are not changed.
    """
    from autocode.study import merge as merge_copies
    from autocode.wording import count_of

    with working("merging"):
        plan = merge_copies(study, *others, dry_run=dry_run)
    if as_json:
        click.echo(dumped(plan.to_json()))
        return
    click.echo(str(plan))
    entries = count_of(plan.n_entries, "entry", plural="entries")
    click.echo(f"{study}: {f'{entries} would be taken; nothing was changed' if dry_run else f'{entries} taken'}.")


@main.command()
@STUDY
def check(study: Path) -> None:
    """Report every fault of a study's files.

    Each fault is printed with its file and line, and with what to do about it.
    """
    from autocode.study import read_study_or_corpus, study_faults, study_remarks

    with working("reading the study"):
        faults = study_faults(study)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"autocode: {count_of(len(faults), 'fault')} found; fix and check again.", err=True)
        raise SystemExit(1)
    with working("reading the study"):
        data, remarks = read_study_or_corpus(study), study_remarks(study)
    click.echo(f"{study}: no faults. {data}.")
    for sentence in remarks:
        click.echo(sentence)


@main.command()
@STUDY
@click.argument(
    "out",
    metavar="[FILE]",
    required=False,
    type=ANY_PATH,
    cls=Argument,
    help="Zip file to write; by default one beside the study, named by the time.",
)
@FORCE
def backup(study: Path, out: Path | None, force: bool) -> None:
    """Write a study into one zip file.

    The journal is whole in it as of one moment, also while coders work. To restore it, unpack it into an empty folder.
    """
    from autocode.study import backup_study

    with working("writing the backup"):
        made = backup_study(study, out, force=force)
    click.echo(str(made))


@main.command()
@click.argument(
    "target",
    metavar="STUDY|TABLE",
    type=EXISTING,
    cls=Argument,
    help="Folder of a study or a plain corpus, or a table of ratings (.csv, .tsv, .xlsx).",
)
@click.option(
    "--by",
    type=click.Choice(["theme", "subtheme", "code"]),
    help="Rows of the table: theme, subtheme or code; for a table of ratings, code.",
)
@click.option("--coders", metavar="A,B", help="Names of the coders to compare; by default all.")
@click.option("--coefficient", type=COEFFICIENT, help="Name of the only coefficient to compute.")
@click.option("--level", type=LEVEL, help="Level of measurement of the ratings (default nominal).")
@click.option(
    "--categories", metavar="LOW,HIGH", help="Categories of the ratings in their order, also those that nobody used."
)
@click.option("--interval", type=INTERVAL, help="Method of the confidence interval (default cube-root).")
@JSON
@click.option("--html", "as_html", is_flag=True, help="Print the results as a page.")
@click.option("--docx", type=ANY_PATH, metavar="FILE", help="Word document to write in addition.")
@click.option(
    "--worst",
    default=50,
    show_default=True,
    type=AT_LEAST_ONE,
    help="Number of disagreements listed in the Word document.",
)
@FORCE
@SEED
@click.option(
    "--resamples",
    default=2000,
    show_default=True,
    type=AT_LEAST_ONE,
    help="Number of bootstrap resamples, where the interval is a bootstrap.",
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
    """Measure agreement of the human coders.

    Agreement is given per code and overall, with confidence intervals. A table of ratings needs no study: it has one
    row per judgement (unit,coder,code or line_id,coder,code), or one row per unit and one column per coder.
    """
    from autocode.cli._agree import AgreeOptions, CoefficientTable, agree_on, page

    if as_json and as_html:
        raise click.UsageError("--json and --html are two ways to print; choose one.")
    if docx is None and (force or ctx.get_parameter_source("worst") is click.core.ParameterSource.COMMANDLINE):
        raise click.UsageError("--worst and --force are about the Word document; name it with --docx FILE.")
    options = AgreeOptions(
        by=by,
        coders=_split(coders),
        coefficient=coefficient,
        level=level,
        categories=_split(categories),
        interval=interval,
        resamples=resamples,
        seed=seed,
    )
    with working("measuring agreement"):
        table = agree_on(target, options)
    if docx is not None:
        from autocode.cli._appendix import write_appendix

        with working("writing the document"):
            written = write_appendix(target, table, options, out=docx, worst=worst, force=force)
        remark(f"written: {written}.")
    if as_html:
        body = table.html() if isinstance(table, CoefficientTable) else table._repr_html_()
        click.echo(page(f"Agreement: {target.name}", body))
    else:
        click.echo(dumped(table.to_json()) if as_json else str(table))


@main.command()
@click.argument("study", required=False, type=EXISTING, cls=Argument, help="Folder of a study with codings so far.")
@click.option("--prevalence", type=BETWEEN, help="Share of the lines that you expect to get the code.")
@click.option("--alpha", default=0.8, show_default=True, type=BELOW_ONE, help="Alpha that you expect.")
@click.option("--half-width", type=BETWEEN, help="Half-width of the confidence interval that you want.")
@click.option("--lower-bound", type=BELOW_ONE, help="Lower confidence bound to exceed (default 0.667).")
@click.option(
    "--power",
    default=0.8,
    show_default=True,
    type=click.FloatRange(0.5, 1, max_open=True),
    help="Power to exceed the bound.",
)
@CONFIDENCE
@click.option(
    "--lines-per-interview",
    default=1.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Number of double-coded lines per interview.",
)
@click.option(
    "--correlation",
    default=0.0,
    show_default=True,
    type=SHARE,
    help="Intraclass correlation of lines within an interview.",
)
@click.option(
    "--draw", "n_drawn", type=AT_LEAST_ONE, help="Number of lines to draw from a study and store in its journal."
)
@click.option(
    "--enrich",
    multiple=True,
    metavar="CODE",
    help="Code whose suggested lines are drawn with a higher probability; may be repeated.",
)
@click.option(
    "--times",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="How many times higher that probability is.",
)
@click.option("--sample", default="", metavar="NAME", help="Name of the drawn sample; by default draw-1, draw-2 ...")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    help="Random seed of the draw; by default the number of earlier draws, so that no two draw the same lines.",
)
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
    sample: str,
    seed: int | None,
    as_json: bool,
) -> None:
    """Plan how many lines to code twice.

    The number is for a confidence interval that is narrow or high enough: from --prevalence and --alpha, or for each
    code of a STUDY from what its coders agreed on so far. --draw prints the lines to code, drawn from all lines of
    participants.
    """
    _check_plan(study, prevalence, half_width, lower_bound, n_drawn, enrich=enrich, sample=sample)
    if study is not None and n_drawn is not None:
        from autocode.study import draw_lines

        with working("drawing lines"):
            drawn = draw_lines(study, n_drawn, name=sample, seed=seed, enrich=enrich, times=times)
        click.echo(dumped(sample_json(drawn)) if as_json else "\n".join(drawn.drawn))
        remark(stored_as(drawn, study))
        return
    from autocode.cli._plan import Aim, plan_for, plan_from_pilot

    aim = Aim(half_width, 0.667 if lower_bound is None else lower_bound, power, confidence)
    if study is not None:
        with working("planning from the lines coded so far"):
            table = plan_from_pilot(study, aim)
    else:
        table = plan_for(
            aim,
            prevalence=prevalence or 0.0,
            alpha=alpha,
            lines_per_interview=lines_per_interview,
            correlation=correlation,
        )
    click.echo(dumped(table.to_json()) if as_json else str(table))


def _check_plan(
    study: Path | None,
    prevalence: float | None,
    half_width: float | None,
    lower_bound: float | None,
    n_drawn: int | None,
    *,
    enrich: tuple[str, ...],
    sample: str,
) -> None:
    """Raise a `UsageError` for options of `plan` that do not go together."""
    if half_width is not None and lower_bound is not None:
        raise click.UsageError("--half-width and --lower-bound are two aims; name one.")
    if n_drawn is not None and study is None:
        raise click.UsageError("--draw needs a study whose lines are drawn.")
    if enrich and n_drawn is None:
        raise click.UsageError("--enrich is about the lines to draw; say how many with --draw.")
    if sample and n_drawn is None:
        raise click.UsageError("--sample names the lines to draw; say how many with --draw.")
    if n_drawn is None and study is not None and prevalence is not None:
        raise click.UsageError("--prevalence and a study are two ways to plan; name one.")
    if study is None and prevalence is None:
        raise click.UsageError("name a study with double-coded lines, or --prevalence of a code.")


@main.command()
@STUDY
@click.option("--code", "codes", multiple=True, metavar="CODE", help="Code or theme to estimate; may be repeated.")
@click.option("--by", metavar="ATTRIBUTE", help="Attribute of the participants to group by, such as role or borough.")
@click.option(
    "--method",
    type=METHOD,
    default="dsl",
    show_default=True,
    help="Method that corrects the suggestions; ppi (PPI++) needs lines drawn with equal probabilities.",
)
@click.option(
    "--sample",
    "samples",
    multiple=True,
    metavar="NAME",
    help="Sample to estimate from; may be repeated. By default all open ones drawn with autocode plan --draw.",
)
@CONFIDENCE
@JSON
def prevalence(
    study: Path,
    codes: tuple[str, ...],
    by: str | None,
    method: str,
    samples: tuple[str, ...],
    confidence: float,
    as_json: bool,
) -> None:
    """Estimate how common each code is.

    The estimate is for all lines of participants, from lines drawn with `autocode plan --draw`, each of which must have
    been coded independently. Suggestions made before the lines were drawn narrow the interval; the coded lines correct
    them, so their errors do not bias the estimate. Lines that `autocode next` chose do not represent the others and are
    not used.
    """
    from autocode.study import study_prevalence

    with working("estimating prevalence"):
        table = study_prevalence(
            study, codes=codes, by=by, samples=samples, method="ppi" if method == "ppi" else "dsl", level=confidence
        )
    click.echo(dumped(table.to_json()) if as_json else str(table))


@main.command()
@STUDY
@click.option(
    "--learn", metavar="50,250", help="Numbers of coded lines to learn from, such as 50,250,1000; by default all."
)
@click.option(
    "--seeds", default=3, show_default=True, type=AT_LEAST_ONE, help="Number of random splits to average over."
)
@SEED
@click.option("--resamples", default=500, show_default=True, type=AT_LEAST_ONE, help=RESAMPLES)
@ENCODER
@JSON
def validate(
    study: Path, learn: str | None, seeds: int, seed: int, resamples: int, encoder: str | None, as_json: bool
) -> None:
    """Test the suggester on held-out interviews.

    Baselines, and the agreement of the human coders where there is any, are computed on the same lines.
    """
    from autocode.study import read_study_or_corpus, text_options, with_encoder
    from autocode.validation import validate as validate_suggester

    sizes = None if learn is None else _sizes(learn)
    with steps() as step:
        advance = step("validating on held-out interviews")
        data = with_encoder(read_study_or_corpus(study).with_common_codes(), encoder)
        validation = validate_suggester(
            data.codings,
            data.lines,
            data.codebook,
            learn=sizes,
            seeds=seeds,
            seed=seed,
            resamples=resamples,
            **text_options(data),
            corpus=study.resolve().name,
            progress=advance,
        )
    click.echo(dumped(validation.to_json()) if as_json else str(validation))


@main.command("next")
@STUDY
@click.option(
    "-n", "n_lines", default=20, show_default=True, type=AT_LEAST_ONE, help="Number of lines, or of interviews."
)
@click.option(
    "--random",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Share drawn at random, which shows the suggester what it is wrong about.",
)
@click.option("--interviews", "whole_interviews", is_flag=True, help="Choose whole interviews that nobody has begun.")
@click.option("--sample", default="", metavar="NAME", help="Name of the chosen sample; by default next-1, next-2 ...")
@SEED
@JSON
def choose_next(
    study: Path, n_lines: int, random: float, whole_interviews: bool, sample: str, seed: int, as_json: bool
) -> None:
    """Choose the lines to code next.

    They are the lines that would teach the suggester most (active learning), and some drawn at random; the choice is
    stored in the study's journal. `autocode review --next` opens on these lines.
    """
    from autocode.study import choose_lines, read_study

    with working("choosing lines"):
        chosen = choose_lines(study, n_lines, name=sample, random=random, whole_interviews=whole_interviews, seed=seed)
    lines = read_study(study).lines
    if as_json:
        click.echo(dumped(sample_json(chosen, lines)))
    else:
        from rich.console import Console

        print_lines(chosen.drawn, lines, Console())
    remark(stored_as(chosen, study))


@main.command()
@STUDY
@click.option("--end", metavar="NAME", help="Sample to end: nothing waits for its lines any more.")
@click.option("--why", default="", metavar="TEXT", help="Why it is ended, for the record.")
@click.option("--more", metavar="NAME", help="Sample of lines to read again for a code, for which more are drawn.")
@click.option("--random", type=AT_LEAST_ONE, help="Number of lines to draw with --more, by default 100.")
@click.option("--seed", type=click.IntRange(0, 2**31), help="Random seed of --more, by default the first unused one.")
@JSON
def samples(
    study: Path, end: str | None, why: str, more: str | None, random: int | None, seed: int | None, as_json: bool
) -> None:
    """List samples, end one or draw more.

    Samples are drawn with `autocode plan --draw` and chosen with `autocode next`; lines to read again are drawn when
    the codebook is changed. An ended sample stays in the journal, with its probabilities and what was judged, and keeps
    its name.
    """
    from autocode.study import draw_more, end_sample, study_samples

    if why and end is None:
        raise click.UsageError("--why says why a sample is ended; name it with --end.")
    if more is None and not (random is None and seed is None):
        raise click.UsageError("--random and --seed are those of another draw; name the sample with --more.")
    if more is not None:
        drawn = draw_more(study, more, **({} if random is None else {"random": random}), seed=seed)
        remark(f"{drawn.name}: {drawn} to be read again.")
    if end is not None:
        ended = end_sample(study, end, reason=why)
        remark(f"ended {end}: {ended}; it stays in the journal.")
    with working("reading the samples"):
        table = study_samples(study)
    click.echo(dumped(table.to_json()) if as_json else str(table))


@main.command()
@STUDY
@click.option("--top", default=20, show_default=True, type=AT_LEAST_ONE, help="Number of findings listed of each kind.")
@click.option("--resamples", default=300, show_default=True, type=AT_LEAST_ONE, help=RESAMPLES)
@SEED
@JSON
def recheck(study: Path, top: int, resamples: int, seed: int, as_json: bool) -> None:
    """List codings that may need another look.

    Listed are possible coding errors, near-duplicate lines coded differently, codes used inconsistently or confused
    with each other, and the coherence of each theme.
    """
    from autocode.study import read_study_or_corpus, text_options
    from autocode.suggester import recheck as recheck_codings

    with working("rechecking the codings"):
        data = read_study_or_corpus(study).with_common_codes()
        findings = recheck_codings(
            data.codings, data.lines, data.codebook, top=top, **text_options(data), resamples=resamples, seed=seed
        )
    click.echo(dumped(findings.to_json()) if as_json else str(findings))


@main.command()
@STUDY
@click.option("-o", "--out", type=ANY_PATH, help="Folder of the model (default STUDY/model).")
@ENCODER
@PROMISE
@SEED
@FORCE
def train(study: Path, out: Path | None, encoder: str | None, promise: Any, seed: int, force: bool) -> None:
    """Train a suggester and save it.

    It learns from the adjudicated codes of a line, else from those of a strict majority of its coders.
    """
    from autocode.study import MODEL, is_study, read_study_or_corpus, train_on_study, with_encoder
    from autocode.suggester import describe_unsupported

    data = with_encoder(read_study_or_corpus(study).with_common_codes(), encoder)
    if out is None and not is_study(study):
        raise click.UsageError("say where the model goes: -o MODEL.")
    # A study's own model is a product of its codings: training again replaces it.
    with working("training"):
        suggester, target = train_on_study(
            data, out or study / MODEL, seed=seed, force=force or out is None, promise=promise
        )
    codes = count_of(len(suggester.codes), "code")
    click.echo(f"{target}: {suggester.learnt_from}, {codes}, digest {suggester.digest[:12]}.")
    for note in filter(None, (*suggester.notes, describe_unsupported(suggester.unsupported, of=len(suggester.codes)))):
        remark(note)


@main.command()
@click.argument(
    "target",
    metavar="STUDY|FILE",
    type=EXISTING,
    cls=Argument,
    help="Folder of a study, or a transcript, a folder of transcripts, a plain corpus or a large table.",
)
@click.option("--model", type=EXISTING, help="Folder of a model that `autocode train` saved.")
@click.option("-o", "--out", help="File for the suggestions as CSV; - prints them.")
@click.option("--unit", type=UNIT, help="What one line of a FILE is (default paragraph).")
@click.option(
    "--interviewer",
    "interviewers",
    multiple=True,
    metavar="NAME",
    help="Name of an interviewer in a FILE; may be repeated.",
)
@click.option("--text", help="Column with the words of a large table (.csv, .parquet), taken row by row.")
@click.option("--speaker", help="Column with the speakers of a large table.")
@click.option("--transcript", help="Column with the transcripts' names in a large table.")
@click.option(
    "--jobs",
    type=click.IntRange(-1),
    default=1,
    show_default=True,
    help="Number of processes for a large table; -1 for all cores.",
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
    """Suggest codes for uncoded lines.

    Suggestions for a study are stored in its journal. A FILE may be a transcript, a folder of transcripts or a plain
    corpus; its suggestions are written as CSV. With --text it is a table of any length with one row per line: the
    suggestions are written next to its columns (-o, .csv or .parquet) without evidence, part by part, and the same
    command continues where an earlier one was interrupted.
    """
    from autocode.study import is_study

    if text is None and (speaker or transcript or jobs != 1):
        raise click.UsageError("--speaker, --transcript and --jobs go with --text, the column of the words.")
    if text is not None:
        if model is None or out in (None, "-") or unit or is_study(target):
            raise click.UsageError("--text is for a table: it needs --model MODEL and -o OUT, a file, and no --unit.")
        if promise is not None:
            raise click.UsageError("for a table, make the promise when the model is trained: autocode train --promise.")
        columns = {"text": text, "speaker": speaker, "transcript": transcript}
        _suggest_for_table(target, model, Path(str(out)), columns, interviewers, jobs=jobs, force=force)
        return
    options = {"promise": promise, "force": force, "remark": remark}
    if is_study(target):
        if unit or interviewers:
            raise click.UsageError("a study says in study.toml what a line is and who asks; leave the options out.")
        _suggest_for_study(target, out, model=model, seed=seed, **options)
    elif model is None:
        raise click.UsageError(f"{target} is not a study, so say which suggester to use: --model MODEL.")
    else:
        _suggest_for_file(
            target, out or "-", model=model, unit=unit or "paragraph", interviewers=interviewers, **options
        )


def _suggest_for_table(
    table: Path,
    model: Path,
    out: Path,
    columns: dict[str, str | None],
    interviewers: tuple[str, ...],
    *,
    jobs: int,
    force: bool,
) -> None:
    from autocode.suggester import open_suggester
    from autocode.transcripts import INTERVIEWERS

    with steps() as step:
        summary = open_suggester(model).suggest_table(
            table,
            out,
            text=columns["text"] or "",
            speaker=columns["speaker"],
            transcript=columns["transcript"],
            interviewers=INTERVIEWERS | frozenset(interviewers),
            n_jobs=jobs,
            force=force,
            progress=step("suggesting"),
        )
    click.echo(f"{out}: {summary}.")


def _suggest_for_study(study: Path, out: str | None, **options: Any) -> None:
    from autocode.study import suggest_for_study, suggestions_as_csv

    with steps() as step:
        suggested = suggest_for_study(study, table=_table(out), progress=step("suggesting"), **options)
    if out == "-":
        click.echo(suggestions_as_csv(suggested), nl=False)
    click.echo(
        f"{suggested.batch}. Review them with: autocode review {shlex.quote(str(study))} --coder YOU", err=out == "-"
    )


def _suggest_for_file(file: Path, out: str, **options: Any) -> None:
    from autocode.study import suggest_for_file, suggestions_as_csv

    with steps() as step:
        suggested = suggest_for_file(file, table=_table(out), progress=step("suggesting"), **options)
    if out == "-":
        click.echo(suggestions_as_csv(suggested), nl=False)
    click.echo(f"{suggested.batch}.", err=out == "-")


def _table(out: str | None) -> Path | None:
    return None if out in (None, "-") else Path(str(out))


@main.command()
@STUDY
@click.option(
    "--coder",
    "coders",
    required=True,
    multiple=True,
    help="Your initials or pseudonym, under which decisions are stored; repeated, each coder gets an own address.",
)
@click.option("--terminal", is_flag=True, help="Review in the terminal instead of on a page.")
@click.option("--blind", is_flag=True, help="Show no suggestions, for an independent reading.")
@click.option("--next", "chosen", is_flag=True, help="Show only the lines that autocode next chose last.")
@click.option("--sample", metavar="NAME", help="Show only the lines of a sample; drawn ones without suggestions.")
@PORT
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to serve on; other machines than this one need --certificate and --key.",
)
@click.option("--certificate", type=EXISTING, help="Certificate (a PEM file) to serve other machines.")
@click.option("--key", type=EXISTING, help="Private key (a PEM file) of the certificate.")
@click.option(
    "--adjudicator",
    "adjudicators",
    multiple=True,
    help="Name of an adjudicator who does not code; gets an address of the page of differences.",
)
@click.option(
    "--addresses",
    type=ANY_PATH,
    help="File outside the study that keeps the coders' addresses, so that they are the same after a restart.",
)
@NO_BROWSER
def review(
    study: Path,
    coders: tuple[str, ...],
    terminal: bool,
    blind: bool,
    chosen: bool,
    sample: str | None,
    port: int,
    host: str,
    certificate: Path | None,
    key: Path | None,
    adjudicators: tuple[str, ...],
    addresses: Path | None,
    no_browser: bool,
) -> None:
    """Review suggestions line by line.

    Every decision is stored before the next line is shown.
    """
    from autocode.study import open_review

    if terminal and len(coders) > 1:
        raise click.UsageError("one coder sits at a terminal; name one with --coder.")
    if (certificate is None) != (key is None):
        raise click.UsageError("a certificate and its key belong together; give --certificate and --key.")
    if chosen and sample is not None:
        raise click.UsageError("--next and --sample are two ways to say which lines; choose one.")
    remarks: list[str] = []
    opening = open_review(study, coders=coders, blind=blind, sample=sample, chosen=chosen, remark=remarks.append)
    with ExitStack() as stack:
        with working("reading the study"):
            opened = stack.enter_context(opening)
        for sentence in remarks:
            announce(sentence)
        if terminal:
            from rich.console import Console

            from autocode.cli._terminal import review_in_terminal

            (coder,) = opened.sessions
            name = "" if opened.sample is None else opened.sample.name
            command = f"autocode review {shlex.quote(str(study))} --coder {shlex.quote(coder)} --terminal"
            review_in_terminal(
                opened.sessions[coder],
                console=Console(),
                read_key=_key,
                resume=f"{command}{' --blind' * blind}{f' --sample {name}' if name else ''}",
                sample=name,
            )
        else:
            from autocode.study import serve_review

            serve_review(
                opened,
                port=port,
                host=host,
                certificate=None if certificate is None or key is None else (certificate, key),
                adjudicators=adjudicators,
                addresses=addresses,
                open_browser=not no_browser,
                announce=announce,
            )


@main.command()
@STUDY
@click.option("--coder", required=True, help="Your initials or pseudonym, as study.toml names it among adjudicators.")
@PORT
@NO_BROWSER
def adjudicate(study: Path, coder: str, port: int, no_browser: bool) -> None:
    """Settle lines on which coders differ.

    The adjudicator, whom the study names in study.toml, gives a third reading.
    """
    from autocode.study import serve_adjudication

    serve_adjudication(study, coder=coder, port=port, open_browser=not no_browser, announce=announce)


@main.command()
@STUDY
@click.option("-o", "--out", type=ANY_PATH, required=True, help="File of the report, ending in .html or .md.")
@SEED
@FORCE
@click.option(
    "--seeds", default=3, show_default=True, type=AT_LEAST_ONE, help="Number of random splits of the validation."
)
@click.option("--no-validation", is_flag=True, help="Leave out how well the suggester does.")
def report(study: Path, out: Path, seed: int, force: bool, seeds: int, no_validation: bool) -> None:
    """Write a report of the study.

    It is one self-contained file.
    """
    from autocode.study import report_on_study

    if out.suffix.casefold() not in (".html", ".md"):
        raise click.BadParameter(f"a report is written as .html or .md, not {out.name!r}.", param_hint="--out")
    with steps() as step:
        step("writing the report")
        path = report_on_study(
            study, out, seed=seed, seeds=0 if no_validation else seeds, force=force, step=step, remark=remark
        )
    click.echo(str(path))


@main.command()
@STUDY
@click.argument("folder", metavar="DIR", type=ANY_PATH, cls=Argument, help="Folder that the corpus is written to.")
@FORCE
def export(study: Path, folder: Path, force: bool) -> None:
    """Export the study as a plain corpus.

    It holds lines.csv, codings.csv and codebook.csv, which other programs can read.
    """
    from autocode.exchange import write_corpus
    from autocode.study import read_study_or_corpus

    with working("exporting"):
        data = read_study_or_corpus(study)
        write_corpus(folder, codings=data.codings, lines=data.lines, codebook=data.codebook, force=force)
    counts = ((data.lines, "line"), (data.codings, "judgement"), (data.codebook, "code"))
    click.echo(f"{folder}: {', '.join(count_of(len(things), noun) for things, noun in counts)}.")


def remark(sentence: str) -> None:
    """Print a sentence on stderr, unless the user asked for quiet."""
    if not click.get_current_context().find_root().obj:
        click.echo(f"autocode: {sentence}", err=True)


def announce(sentence: str) -> None:
    """Print a sentence on stderr."""
    click.echo(sentence, err=True)


@contextmanager
def steps() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Give a function that begins a progress bar on stderr and returns what advances it: (done, total)."""
    if click.get_current_context().find_root().obj or not _is_terminal(sys.stderr):
        yield lambda description: lambda done, total: raise_if_interrupted()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # what is printed meanwhile stands above the bars on a terminal, and goes its own way into a pipe
    above = _is_terminal(sys.stdout)
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=above) as progress:

        def step(description: str) -> Callable[[int, int], None]:
            task = progress.add_task(description, total=None)

            def advance(done: int, total: int) -> None:
                raise_if_interrupted()
                progress.update(task, completed=done, total=total, visible=done < total)

            return advance

        yield step


@contextmanager
def working(description: str) -> Iterator[None]:
    """Show on stderr that something is being done, and for how long, where it is not known how much there is to do."""
    with steps() as step:
        step(description)
        yield


def dumped(results: object) -> str:
    """Return JSON as it is printed."""
    import json

    return json.dumps(results, ensure_ascii=False, indent=2, allow_nan=False)


def _split(text: str | None) -> tuple[str, ...]:
    """Return the parts of a text between commas, each once."""
    return () if text is None else tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _sizes(text: str) -> list[int]:
    """Return the numbers of a text between commas, in order."""
    try:
        sizes = [int(part) for part in text.split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < 10:
        raise click.UsageError(f"--learn takes numbers of at least 10, such as 50,250,1000, not {text!r}.")
    return sorted(set(sizes))
