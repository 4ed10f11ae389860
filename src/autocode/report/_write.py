"""A report as one file: a self-contained page, or Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autocode.agreement import AgreementTable
from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook
from autocode.coding import Codings, Decision, SuggestionBatch
from autocode.doctext import documented
from autocode.errors import ReportError
from autocode.files import put
from autocode.frozen import FrozenMapping
from autocode.report._findings import findings
from autocode.report._markdown import aligned, plain
from autocode.report._plots import forest_plot, learning_curve, svg
from autocode.transcripts import Transcripts
from autocode.validation import Validation

_TEMPLATES = {".html": "report.html.j2", ".md": "report.md.j2"}
_NOTHING: Mapping[str, str] = FrozenMapping({})


@documented
@no_single_text
def write_report(
    path: Path | str,
    *,
    title: str,
    lines: Transcripts,
    codebook: Codebook,
    codings: Codings,
    table: AgreementTable,
    validation: Validation | None = None,
    batch: SuggestionBatch | None = None,
    decisions: Sequence[Decision] = (),
    changes: Sequence[Change] = (),
    ended: Sequence[str] = (),
    made_with: Mapping[str, str] = _NOTHING,
    force: bool = False,
) -> Path:
    """Write the report of a study as one file, an HTML page or Markdown, and return its path.

    The page is self-contained: it makes no request to any host.

    Parameters
    ----------
    path : path-like
        The file to write; its suffix, .html or .md, determines the format.
    title : str
        The title of the report.
    {lines}
    {codebook}
    {codings}
    table : AgreementTable
        The agreement of the codings, see `agreement_table`.
    validation : Validation or None, default None
        How well a suggester does on held-out interviews, see `validate`; None to leave it out.
    batch : SuggestionBatch or None, default None
        The suggestions that were made; None to leave them out.
    decisions : sequence of Decision, default empty
        What coders decided on suggestions.
    changes : sequence of Change, default empty
        The recorded changes of the codebook; the report says how many there are and who decided them.
    ended : sequence of str, default empty
        The codes that ended, each with what became of it.
    made_with : mapping of str to str, default empty
        How to make the report again, such as seed, versions, command and digests.
    force : bool, default False
        Whether an existing file is replaced.

    Raises
    ------
    ReportError
        If the suffix is another, the file exists, or its folder cannot be written to.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

    Examples
    --------
    {sample_study}
    >>> from tempfile import mkdtemp
    >>> path = ac.write_report(
    ...     Path(mkdtemp()) / "report.md",
    ...     title="Barriers to integration",
    ...     lines=lines,
    ...     codebook=codebook,
    ...     codings=codings,
    ...     table=ac.agreement_table(codings, lines, codebook),
    ... )
    >>> path.read_text(encoding="utf-8").splitlines()[0]
    '# Barriers to integration'
    """
    codings.check_lines(lines)
    target = Path(path)
    suffix = target.suffix.casefold()
    if suffix not in _TEMPLATES:
        raise ReportError.at(
            target, f"a report is written as {' or '.join(_TEMPLATES)}; give the file one of these ends."
        )
    if target.exists() and not force:
        raise ReportError.at(
            target, "there is a file of this name already; choose another, or replace it with --force."
        )
    contents = findings(
        title=title,
        lines=lines,
        codebook=codebook,
        codings=codings,
        table=table,
        validation=validation,
        batch=batch,
        decisions=decisions,
        changes=changes,
        ended=ended,
        made_with=made_with,
    )
    figures = _figures(table, validation) if suffix == ".html" else {}
    text = _environment(suffix).get_template(_TEMPLATES[suffix]).render(report=contents, **figures)
    replace_file(target, text.encode())
    return target


def _figures(table: AgreementTable, validation: Validation | None) -> dict[str, Markup | None]:
    height = 1.0 + 0.34 * (len(table.codes) + 1 + 0.45 * (len({row.theme for row in table.codes}) + 1))
    # safe to insert as they are: matplotlib has escaped every name in its drawings
    figures: dict[str, Markup | None] = {
        "forest": Markup(svg(lambda ax: forest_plot(table, ax=ax), width=7.6, height=height, name="forest")),
        "curve": None,
    }
    if validation is not None and len(validation.curve) > 1:
        figures["curve"] = Markup(
            svg(lambda ax: learning_curve(validation, ax=ax), width=7.6, height=3.3, name="curve")
        )
    return figures


def _environment(suffix: str) -> Environment:
    options: dict[str, Any] = {
        "loader": PackageLoader("autocode.report", "templates"),
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
        "keep_trailing_newline": True,
    }
    if suffix == ".html":
        return Environment(**options)
    environment = Environment(finalize=plain, **options)
    environment.filters["aligned"] = aligned
    return environment


def replace_file(target: Path, data: bytes) -> None:
    """Write the whole file or nothing; raises `ReportError` where it cannot be written."""
    try:
        put({target: data})
    except OSError as error:
        raise ReportError.at(
            target, f"the report cannot be written ({error.strerror}); choose a folder you may write to."
        ) from error
