"""A report as one file: a self-contained page, or Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autocode.agreement import AgreementTable
from autocode.codebook import Codebook
from autocode.coding import Codings, Decision, SuggestionBatch
from autocode.errors import ReportError
from autocode.files import put
from autocode.report._findings import findings
from autocode.report._markdown import aligned, plain
from autocode.report._plots import forest_plot, learning_curve, svg
from autocode.transcripts import Transcripts
from autocode.validation import Validation

_TEMPLATES = {".html": "report.html.j2", ".md": "report.md.j2"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


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
    made_with: Mapping[str, str] = _NOTHING,
    force: bool = False,
) -> Path:
    """Write what a study found as one file and return its path; `.html` and `.md` are known.

    The page needs nothing from outside. `made_with` tells the reader how to make it again: seed, versions, command,
    digests. An existing file is replaced only with `force`.
    Raises `ReportError` for another suffix, an existing file, and a folder that cannot be written to.
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
    found = findings(
        title=title,
        lines=lines,
        codebook=codebook,
        codings=codings,
        table=table,
        validation=validation,
        batch=batch,
        decisions=decisions,
        made_with=made_with,
    )
    figures = _figures(table, validation) if suffix == ".html" else {}
    text = _environment(suffix).get_template(_TEMPLATES[suffix]).render(found=found, **figures)
    replace_file(target, text.encode())
    return target


def _figures(table: AgreementTable, validation: Validation | None) -> dict[str, Markup | None]:
    height = 1.0 + 0.34 * (len(table.codes) + 1 + 0.45 * (len({row.theme for row in table.codes}) + 1))
    # the drawings are our own: matplotlib has escaped every name in them
    figures: dict[str, Markup | None] = {
        "forest": Markup(svg(lambda ax: forest_plot(table, ax=ax), width=7.6, height=height, name="forest")),
        "curve": None,
    }
    if validation is not None and len(validation.curve) > 1:
        curve = validation
        figures["curve"] = Markup(svg(lambda ax: learning_curve(curve, ax=ax), width=7.6, height=3.3, name="curve"))
    return figures


def _environment(suffix: str) -> Environment:
    how: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    how["keep_trailing_newline"] = True
    loader = PackageLoader("autocode.report", "templates")
    if suffix == ".html":
        return Environment(loader=loader, autoescape=True, **how)
    environment = Environment(loader=loader, autoescape=True, finalize=plain, **how)
    environment.filters["aligned"] = aligned
    return environment


def replace_file(target: Path, data: bytes) -> None:
    """Write the whole file or nothing, and say so in a sentence."""
    try:
        put({target: data})
    except OSError as error:
        raise ReportError.at(
            target, f"the report cannot be written ({error.strerror}); choose a folder you may write to."
        ) from error
