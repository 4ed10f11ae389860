"""The commands on the codebook: what it holds, and its changes, each with the plan first."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autocode.cli._choices import REDEFINITION, Argument
from autocode.cli._main import AT_RANDOM, JSON, LIKELY, SEED, STUDY, Command, confirmed, dumped, main, quiet, working
from autocode.errors import StudyError

if TYPE_CHECKING:
    from autocode.codebook import Change, Code
    from autocode.study import ChangePlan, StudyData


class CodebookCommands(click.Group):
    """The group whose commands may be left out: `autocode codebook STUDY` prints the codebook."""

    command_class = Command

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(quiet())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if not word.startswith("-")]
        if words and self._names_study(words):
            args = ["show", *args]
        return super().parse_args(ctx, args)

    def _names_study(self, words: Sequence[str]) -> bool:
        """Return whether the first word is a study. Every command takes one, so that a word alone is a folder."""
        if words[0] in self.commands:
            return len(words) == 1 and Path(words[0]).is_dir()
        return Path(words[0]).exists()


@main.group(cls=CodebookCommands, options_metavar="", subcommand_metavar="STUDY | COMMAND STUDY [ARGS]...")
def codebook() -> None:
    """Show the codes of a study and change them.

    `autocode codebook STUDY` prints the codes. The commands change them: each prints first what becomes of the
    judgements that were made, and asks. A folder that has the name of a command is written ./NAME.
    """


CODE = click.argument("code", cls=Argument, help="Code or theme, by its id, name or path.")
BY = click.option("--by", required=True, metavar="NAME", help="Who decided on the change.")
WHY = click.option("--why", required=True, metavar="REASON", help="Reason of the change, in a few words.")
WHY_OR_NOT = click.option("--why", default="", metavar="REASON", help="Reason of the change, in a few words.")
DEFINITION = click.option("--definition", metavar="TEXT", help="What the code means.")
USE_WHEN = click.option("--use-when", metavar="TEXT", help="When to give the code to a line.")
NOT_WHEN = click.option("--not-when", metavar="TEXT", help="When not to give the code to a line.")
EXAMPLES = click.option(
    "--example", "examples", multiple=True, metavar="TEXT", help="Line that has it; may be repeated."
)


CODED_THEME = click.option(
    "--coded-theme",
    is_flag=True,
    help="Let a code that lines are given be the theme; it becomes one that is coded too.",
)


def draw_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of changes for which lines are drawn to be read again."""
    return LIKELY(AT_RANDOM(SEED(command)))


def drawing(options: dict[str, Any]) -> dict[str, int]:
    """Return what the command says of the lines to draw."""
    return {name: options[name] for name in ("likely", "random", "seed") if name in options}


def change_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that all commands share which change the codebook."""
    command = JSON(command)
    command = click.option("--yes", is_flag=True, help="Do not ask before the codebook is changed.")(command)
    return click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")(command)


@codebook.command()
@STUDY
@JSON
def show(study: Path, as_json: bool) -> None:
    """Print the codes with their lines and alpha."""
    from autocode.study import codebook_overview, read_study_or_corpus

    with working("reading the study"):
        overview = codebook_overview(read_study_or_corpus(study))
    click.echo(dumped(overview.to_json()) if as_json else str(overview))


@codebook.command()
@STUDY
@click.argument("name", cls=Argument, help="Name of the new code.")
@click.option("--under", metavar="THEME", help="Theme that the code belongs to.")
@click.option("--theme", "is_theme", is_flag=True, help="Add a theme, which lines are not given.")
@CODED_THEME
@click.option("--id", "code_id", metavar="ID", help="Its id, by default made of the name.")
@DEFINITION
@USE_WHEN
@NOT_WHEN
@EXAMPLES
@BY
@WHY
@draw_options
@change_options
def add(
    study: Path, name: str, under: str | None, is_theme: bool, coded_theme: bool, code_id: str | None, **options: Any
) -> None:
    """Add a code or a theme.

    Earlier judgements say nothing about it. If coders proposed the name, the lines of their proposals get the code.
    """
    from autocode.codebook import Added

    texts = {key: options.pop(key) for key in ("definition", "use_when", "not_when", "examples")}

    def change(data: "StudyData") -> "Change":
        new = _new_code(data, name, code_id=code_id, parent=_id_or_none(data, under), codable=not is_theme, **texts)
        return Added(code=new, coded_theme=coded_theme, **_signed(data, options))

    _change(study, change, options)


@codebook.command()
@STUDY
@CODE
@click.argument("name", cls=Argument, help="New name of the code.")
@BY
@WHY_OR_NOT
@change_options
def rename(study: Path, code: str, name: str, **options: Any) -> None:
    """Give a code or a theme another name.

    Its id stays, and so do all judgements.
    """
    from autocode.codebook import Renamed

    _change(study, lambda data: Renamed(code=_id(data, code), name=name, **_signed(data, options)), options)


@codebook.command()
@STUDY
@CODE
@click.option("--under", metavar="THEME", help="Theme that the code belongs to from now on.")
@click.option("--top", is_flag=True, help="Take the code out of its theme.")
@CODED_THEME
@BY
@WHY
@change_options
def move(study: Path, code: str, under: str | None, top: bool, coded_theme: bool, **options: Any) -> None:
    """Move a code or a theme to another theme.

    Judgements stay; agreement on the two themes changes.
    """
    from autocode.codebook import Moved

    if top is (under is not None):
        raise click.UsageError("give --under THEME, or --top to take the code out of its theme.")

    def change(data: "StudyData") -> "Change":
        parent = _id_or_none(data, under)
        return Moved(code=_id(data, code), parent=parent, coded_theme=coded_theme, **_signed(data, options))

    _change(study, change, options)


@codebook.command()
@STUDY
@CODE
@click.option(
    "--kind",
    type=REDEFINITION,
    required=True,
    help="What the new definition does: the same lines have the code, fewer, more, or others.",
)
@DEFINITION
@USE_WHEN
@NOT_WHEN
@EXAMPLES
@BY
@WHY
@draw_options
@change_options
def redefine(study: Path, code: str, kind: str, **options: Any) -> None:
    """Define a code in other words.

    Where the code was narrowed, those read again who gave it; where it was widened, those who did not; where it
    changed, everybody. Texts that are not named stay.
    """
    from autocode.codebook import Redefined, Redefinition

    texts = {key: options.pop(key) for key in ("definition", "use_when", "not_when", "examples")}
    if not any(texts.values()):
        raise click.UsageError("give a new text: --definition, --use-when, --not-when or --example.")
    texts["examples"] = texts["examples"] or None
    _change(
        study,
        lambda data: Redefined(code=_id(data, code), kind=Redefinition(kind), **texts, **_signed(data, options)),
        options,
    )


@codebook.command("merge")
@STUDY
@click.argument("codes", nargs=-1, required=True, metavar="CODE...", cls=Argument, help="Codes that end.")
@click.option("--into", required=True, metavar="CODE", help="Code that stays.")
@BY
@WHY
@change_options
def merge_codes(study: Path, codes: tuple[str, ...], into: str, **options: Any) -> None:
    """Make one code of several.

    A line has it if it had any of them; nobody has to read again. Themes can be merged likewise.
    """
    from autocode.codebook import Merged

    def change(data: "StudyData") -> "Change":
        ending = tuple(_id(data, code) for code in codes)
        return Merged(codes=ending, into=_id(data, into), **_signed(data, options))

    _change(study, change, options)


@codebook.command()
@STUDY
@CODE
@click.option("--part", "parts", multiple=True, required=True, metavar="NAME", help="Name of a new code; two or more.")
@click.option(
    "--definition", "definitions", multiple=True, metavar="TEXT", help="Definition of each part, in their order."
)
@BY
@WHY
@change_options
def split(study: Path, code: str, parts: tuple[str, ...], definitions: tuple[str, ...], **options: Any) -> None:
    """Make several codes of one.

    Lines that had the code wait until those who gave it read them again; other lines have none of its parts.
    """
    from autocode.codebook import Split

    if definitions and len(definitions) != len(parts):
        raise click.UsageError("give a --definition for each --part, or none.")

    def change(data: "StudyData") -> "Change":
        whole = data.codebook[_id(data, code)]
        new: list[Code] = []
        for name, definition in zip(parts, definitions or ("",) * len(parts), strict=True):
            new.append(_new_code(data, name, besides=new, parent=whole.parent, definition=definition))
        return Split(code=whole.id, parts=tuple(new), **_signed(data, options))

    _change(study, change, options)


@codebook.command()
@STUDY
@CODE
@click.option("--into", metavar="CODE", help="Code that its lines get instead.")
@click.option("--read-again", is_flag=True, help="Have lines read again that had no other code.")
@BY
@WHY
@change_options
def retire(study: Path, code: str, into: str | None, read_again: bool, **options: Any) -> None:
    """Retire a code, which is given no more.

    Its lines lose it: those that had no other are left without any, unless --into or --read-again says otherwise.
    """
    from autocode.codebook import Retired, Retirement

    if into is not None and read_again:
        raise click.UsageError("--into and --read-again contradict each other; give one.")
    how = Retirement.READ_AGAIN if read_again else Retirement.DROP if into is None else Retirement.INTO
    _change(
        study,
        lambda data: Retired(code=_id(data, code), how=how, into=_id_or_none(data, into), **_signed(data, options)),
        options,
    )


@codebook.command()
@STUDY
@click.argument("codes", nargs=-1, required=True, metavar="CODE...", cls=Argument, help="Codes and themes to group.")
@click.option("--as", "name", required=True, metavar="NAME", help="Name of the new theme above them.")
@click.option("--under", metavar="THEME", help="Theme that the new one belongs to.")
@DEFINITION
@BY
@WHY
@change_options
def group(
    study: Path, codes: tuple[str, ...], name: str, under: str | None, definition: str | None, **options: Any
) -> None:
    """Put a new theme above codes."""
    from autocode.codebook import Grouped

    def change(data: "StudyData") -> "Change":
        theme = _new_code(data, name, parent=_id_or_none(data, under), codable=False, definition=definition)
        return Grouped(theme=theme, codes=tuple(_id(data, code) for code in codes), **_signed(data, options))

    _change(study, change, options)


@codebook.command()
@STUDY
@click.option("--change", "version", metavar="VERSION", help="Version that came of the change; by default the latest.")
@BY
@WHY_OR_NOT
@change_options
def undo(study: Path, version: str | None, **options: Any) -> None:
    """Take back the latest change.

    Judgements made before it are as they were. The change stays on record.
    """
    from autocode.codebook import Undone
    from autocode.study import changes_in_force

    def change(data: "StudyData") -> "Change":
        latest = changes_in_force(data)[-1:]
        if version is None and not latest:
            raise StudyError.at(data.folder, "has no change of its codebook that could be taken back.")
        return Undone(change=version or latest[0].after, **_signed(data, options))

    _change(study, change, options)


@codebook.command()
@STUDY
@JSON
def history(study: Path, as_json: bool) -> None:
    """Print who changed what, when and why."""
    from autocode.study import codebook_history, read_study

    with working("reading the study"):
        changes = codebook_history(read_study(study))
    click.echo(dumped(changes.to_json()) if as_json else str(changes))


@codebook.command()
@STUDY
@BY
@WHY
@draw_options
@change_options
def adopt(study: Path, **options: Any) -> None:
    """Record what was edited in codebook.toml.

    Codes that are new, names, themes and texts are recorded, texts as clarified. Where a code is gone, say first what
    became of it: merge, split, retire or rename it.
    """
    from autocode.study import adopted_changes, change_codebook, plan_change, read_study_as_recorded

    with working("comparing the codebook with the record"):
        data = read_study_as_recorded(study)
        changes = adopted_changes(data, by=options["by"], why=options["why"])
    if not changes:
        raise StudyError.at(study, "has nothing to record: no name, theme or text in codebook.toml was edited.")
    how = {"viewer": options["by"], **drawing(options)}
    plan = plan_change(data, *changes, **how)
    carry_out(study, plan, lambda: change_codebook(study, *changes, **how), options)


@codebook.command()
@STUDY
def restore(study: Path) -> None:
    """Put the recorded codebook back.

    It is written to codebook.toml; the edited file is kept beside it.
    """
    from autocode.study import restore_codebook

    with working("comparing the codebook with the record"):
        kept = restore_codebook(study)
    if kept is None:
        click.echo(f"{study}: codebook.toml is as it is on record.")
    else:
        click.echo(f"{study}: codebook.toml is as it is on record again; what was edited is in {kept.name}.")


def _id(study: "StudyData", name: str) -> str:
    """Return the id of a code that is given by its id, name or path."""
    from autocode.names import unknown

    found = study.codebook.find(name)
    if found is None:
        titles = {code.id: code.name for code in study.codebook.values()}
        raise unknown("code", name, study.codebook, titles=titles)
    return found.id


def _id_or_none(study: "StudyData", name: str | None) -> str | None:
    return None if name is None else _id(study, name)


def _new_code(
    study: "StudyData", name: str, *, code_id: str | None = None, besides: Sequence["Code"] = (), **fields: Any
) -> "Code":
    """Return a new code with an id that no code of the study ever had, nor those besides it."""
    from autocode.codebook import Code, code_id_for

    used = {known for version in study.codebook_versions for known in version} | {code.id for code in besides}
    given = {key: value for key, value in fields.items() if value is not None}
    return Code(id=code_id or code_id_for(name, used), name=" ".join(name.split()), **given)


def _signed(study: "StudyData", options: dict[str, Any]) -> dict[str, Any]:
    """Return who changes the codebook and why, and the versions before and after."""
    from autocode.codebook import next_version

    versions = {codebook.version for codebook in study.codebook_versions}
    before = study.codebook.version
    return {"before": before, "after": next_version(before, versions), "by": options["by"], "why": options["why"]}


def _change(study: Path, change: "Callable[[StudyData], Change]", options: dict[str, Any]) -> None:
    """Print the plan of a change, ask, and make it."""
    from autocode.study import change_codebook, plan_change, read_study_as_recorded

    with working("planning the change"):
        data = read_study_as_recorded(study)
        changes = (change(data),)
        how = {"viewer": options["by"], **drawing(options)}
        plan = plan_change(data, *changes, **how)
    carry_out(study, plan, lambda: change_codebook(study, *changes, **how), options)


def carry_out(study: Path, plan: "ChangePlan", make: Callable[[], object], options: dict[str, Any]) -> None:
    """Print a plan, ask unless told not to, and carry it out."""
    click.echo(dumped(plan.to_json()) if options["as_json"] else str(plan))
    if options["dry_run"]:
        return
    if not options["yes"] and not confirmed("Change the codebook?"):
        raise StudyError.at(study, "nothing was changed; change the codebook with --yes.")
    with working("changing the codebook"):
        make()
    if not options["as_json"]:
        click.echo(f"\n{study}: the codebook is at version {plan.after.version}.")
