"""The commands that find lines again: lines, search, memos."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autocode.cli._choices import BASIS, Argument
from autocode.cli._main import ANY_PATH, FORCE, JSON, STUDY, dumped, main, remark, working

if TYPE_CHECKING:
    from autocode.codebook import Codebook
    from autocode.study import StudyData

CSV = click.option("--csv", "as_csv", is_flag=True, help="Print a table in CSV, which spreadsheets open safely.")


@main.command()
@STUDY
@click.option("--code", required=True, metavar="CODE", help="Code or theme, by its id, name or path.")
@click.option("--only", is_flag=True, help="Leave out the codes below it.")
@click.option("--coder", "coders", multiple=True, help="Coder who gave it; may be repeated.")
@click.option("--interview", "interviews", multiple=True, help="Interview that is searched; may be repeated.")
@click.option(
    "--where", "attributes", multiple=True, metavar="NAME=VALUE", help="Attribute of the participants, as role=GP."
)
@click.option("--basis", "bases", multiple=True, type=BASIS, help="What the coder had seen; may be repeated.")
@click.option("--with", "codes_too", multiple=True, metavar="CODE", help="Code that the line was given as well.")
@click.option("--memo", "with_memo", is_flag=True, help="Only lines with a memo of who gave the code.")
@CSV
@JSON
@click.option("--docx", type=ANY_PATH, metavar="FILE", help="Word document to write in addition.")
@FORCE
def lines(
    study: Path,
    code: str,
    only: bool,
    coders: tuple[str, ...],
    interviews: tuple[str, ...],
    attributes: tuple[str, ...],
    bases: tuple[str, ...],
    codes_too: tuple[str, ...],
    with_memo: bool,
    as_csv: bool,
    as_json: bool,
    docx: Path | None,
    force: bool,
) -> None:
    """List all lines of a code.

    Each line comes with where it stands, its question and who gave the code. A theme has the lines of all its codes.
    """
    from autocode.coding import Basis
    from autocode.names import check_known
    from autocode.retrieval import lines_with_code
    from autocode.study import read_study_or_corpus

    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two ways to print; choose one.")
    if force and docx is None:
        raise click.UsageError("--force is about the Word document; name it with --docx FILE.")
    with working("reading the study"):
        data = read_study_or_corpus(study)
        check_known("coder", coders, data.codings.coders)
        asked = _asked(data, interviews, attributes)
        found = lines_with_code(
            data.codings, data.lines, data.codebook, code=_code(data.codebook, code), subcodes=not only
        ).where(
            coders=coders,
            interviews=interviews,
            attributes=asked,
            bases=[Basis(basis) for basis in bases],
            codes_too=[_code(data.codebook, name) for name in codes_too],
            with_memo=with_memo,
        )
    if docx is not None:
        from autocode.report import write_retrieved_lines

        remark(f"written: {write_retrieved_lines(docx, title=data.title, found=found, force=force)}.")
    if as_csv:
        click.echo(found.to_csv(), nl=False)
    else:
        click.echo(dumped(found.to_json()) if as_json else str(found))


@main.command()
@STUDY
@click.argument("words", nargs=-1, required=True, cls=Argument, help="Words that a line has, each in any of its forms.")
@click.option("--interview", "interviews", multiple=True, help="Interview that is searched; may be repeated.")
@click.option(
    "--where", "attributes", multiple=True, metavar="NAME=VALUE", help="Attribute of the participants, as role=GP."
)
@click.option("--without", "left_out", multiple=True, metavar="FORM", help="Form that is left out; may be repeated.")
@click.option("--questions", is_flag=True, help="Search the lines of interviewers, too.")
@CSV
@JSON
def search(
    study: Path,
    words: tuple[str, ...],
    interviews: tuple[str, ...],
    attributes: tuple[str, ...],
    left_out: tuple[str, ...],
    questions: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Search the words of all interviews.

    A line is found if it has all words, in any order, each in any of its forms. The forms are listed with their counts,
    and the lines of each participant.
    """
    from autocode.retrieval import LineSearch
    from autocode.study import read_study_or_corpus

    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two ways to print; choose one.")
    # a shell takes away quotation marks: what came as one argument belongs together
    query = " ".join(f'"{word}"' if " " in word.strip() else word for word in words)
    without = " ".join(f'-"{form}"' for form in left_out)
    with working("searching"):
        data = read_study_or_corpus(study)
        asked = _asked(data, interviews, attributes)
        search = LineSearch(data.lines, language=data.language, questions=questions)
        found = search.find(f"{query} {without}".strip()).where(interviews=interviews, attributes=asked)
    if as_csv:
        click.echo(found.to_csv(), nl=False)
    else:
        click.echo(dumped(found.to_json()) if as_json else str(found))


@main.command()
@STUDY
@click.option("--coder", "coders", multiple=True, help="Coder who wrote it; may be repeated.")
@click.option("--code", "codes", multiple=True, metavar="CODE", help="Code that its coder gave the line.")
@CSV
@JSON
def memos(study: Path, coders: tuple[str, ...], codes: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """List all memos on lines."""
    from autocode.names import check_known
    from autocode.retrieval import memos_on_lines
    from autocode.study import read_study_or_corpus

    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two ways to print; choose one.")
    with working("reading the study"):
        data = read_study_or_corpus(study)
        check_known("coder", coders, data.codings.coders)
        found = memos_on_lines(data.codings, data.lines, data.codebook).where(
            coders=coders, codes=[_code(data.codebook, code) for code in codes]
        )
    if as_csv:
        click.echo(found.to_csv(), nl=False)
    else:
        click.echo(dumped(found.to_json()) if as_json else str(found))


def _asked(data: "StudyData", interviews: Sequence[str], attributes: Sequence[str]) -> dict[str, str]:
    """Return the attributes that are asked for; raises `UnknownNameError` for what no participant is or has."""
    from autocode.names import check_known

    asked = dict(map(_attribute, attributes))
    check_known("interview", interviews, tuple(data.participants))
    known = dict.fromkeys(name for about in data.participants.values() for name in about)
    check_known("attribute", asked, tuple(known))
    return asked


def _code(codebook: "Codebook", name: str) -> str:
    """Return the id of a code that is given by its id, name or path."""
    from autocode.names import unknown

    found = codebook.find(name)
    if found is None:
        raise unknown("code", name, codebook, titles={code.id: code.name for code in codebook.values()})
    return found.id


def _attribute(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise click.UsageError(f"--where takes an attribute and its value, such as role=GP, not {text!r}.")
    return name.strip(), value.strip()
