"""The commands that compare versions of a codebook, write it to files and take codes in from files."""

from pathlib import Path
from typing import Any

import click

from autocode.cli._choices import Argument
from autocode.cli._codebook import BY, WHY, carry_out, change_options, codebook, draw_options, drawing
from autocode.cli._main import ANY_PATH, EXISTING, FORCE, JSON, STUDY, dumped, working
from autocode.wording import count_of


@codebook.command()
@STUDY
@click.argument("before", cls=Argument, metavar="VERSION", help="The earlier version.")
@click.argument("after", cls=Argument, metavar="VERSION", help="The later version.")
@JSON
@click.option("--out", type=ANY_PATH, metavar="FILE.docx", help="Word document to write instead of printing.")
@FORCE
def diff(study: Path, before: str, after: str, as_json: bool, out: Path | None, force: bool) -> None:
    """Print what differs between two versions.

    Codes that were added, retired, renamed, moved, redefined, merged, split and reordered, each with who decided it,
    when and why, and the readings that it touched. Words that were struck stand in [- -], those inserted in {+ +}.
    """
    from autocode.report import write_codebook_difference
    from autocode.study import read_study_or_corpus, study_difference

    if out is not None and as_json:
        raise click.UsageError("--json prints and --out writes a Word document; give one.")
    with working("comparing the versions"):
        data = read_study_or_corpus(study)
        found = study_difference(data, before, after)
    if out is None:
        click.echo(dumped(found.to_json()) if as_json else str(found))
        return
    decided = {change.after: found.decided(change) for change in found.difference.changes}
    write_codebook_difference(
        out, title=data.title, difference=found.difference, decided=decided, summary=found.summary, force=force
    )
    click.echo(f"{out}: version {before} to {after}, {found.summary}.")


@codebook.command()
@STUDY
@click.argument("file", type=ANY_PATH, cls=Argument, help="File to write: .qdc, .toml, .csv or .docx.")
@click.option("--version", metavar="VERSION", help="Version to write, by default the one in force.")
@click.option("--all", "with_ended", is_flag=True, help="Write the codes that ended too, in a .qdc or .docx.")
@FORCE
def export(study: Path, file: Path, version: str | None, with_ended: bool, force: bool) -> None:
    """Write the codebook for other programs.

    NVivo, ATLAS.ti, MAXQDA and others read .qdc, the exchange format of REFI-QDA. A code has the same GUID in every
    version, so that they recognise it.
    """
    from autocode.study import export_codebook, read_study_or_corpus

    with working("writing the codebook"):
        try:
            written = export_codebook(
                read_study_or_corpus(study), file, version=version, with_ended=with_ended, force=force
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"{file}: version {written.version}, {count_of(len(written), 'code')}.")


@codebook.command("import")
@STUDY
@click.argument("file", type=EXISTING, cls=Argument, help="Codebook to take codes from: .qdc, .toml or .csv.")
@BY
@WHY
@draw_options
@change_options
def import_codes(study: Path, file: Path, **options: Any) -> None:
    """Add the codes of a codebook file.

    Only those are added that are not there yet. It takes the .qdc of NVivo, ATLAS.ti, MAXQDA and Taguette. What differs
    in codes that are there already is said, and stays.
    """
    from autocode.study import change_codebook, codes_to_import, plan_change, read_study

    with working("planning the change"):
        data = read_study(study)
        found = codes_to_import(data, file, by=options["by"], why=options["why"])
    for sentence in found.remarks:
        click.echo(sentence, err=True)
    known = count_of(len(found.known), "code")
    if not found.changes:
        click.echo(f"{file}: {known}, all of them in the codebook already; nothing was changed.")
        return
    if found.known:
        click.echo(f"{known} of {file} {'is' if len(found.known) == 1 else 'are'} in the codebook already.", err=True)
    with working("planning the change"):
        how = {"viewer": options["by"], **drawing(options)}
        plan = plan_change(data, *found.changes, **how)
    carry_out(study, plan, lambda: change_codebook(study, *found.changes, **how), options)
