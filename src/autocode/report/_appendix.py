"""Agreement as a Word document that can stand as the appendix of a paper."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from matplotlib.figure import Figure

from autocode.agreement import Agreement, AgreementTable, CodeAgreement, DisagreeingUnit, Disagreement
from autocode.codebook import Change
from autocode.coding import CoderId
from autocode.doctext import documented
from autocode.errors import ReportError
from autocode.report._cells import level_of, value_cell
from autocode.report._methods import methods_paragraph
from autocode.report._plots import forest_plot
from autocode.report._word import WIDTH, Cell, Piece, Word
from autocode.report._write import replace_file
from autocode.wording import listing, percent

Pairs = Mapping[tuple[CoderId, CoderId], Agreement]

_FEW_CODERS = 12  # with more, a triangle of pairs is too wide for the page
_NAMES = {
    "krippendorff_alpha": "Krippendorff's α",
    "percent_agreement": "Percent agreement",
    "gwet_ac1": "Gwet's AC1",
    "gwet_ac2": "Gwet's AC2",
    "cohen_kappa": "Cohen's κ",
    "scott_pi": "Scott's π",
    "fleiss_kappa": "Fleiss' κ",
    "conger_kappa": "Conger's κ",
    "hubert_kappa": "Hubert's κ",
    "light_kappa": "Light's κ",
    "brennan_prediger": "Brennan and Prediger",
    "pabak": "PABAK",
}
_GRRAS = re.compile(r"(\[GRRAS \d+: [^\]]*\])")
_NO_DISAGREEMENT = "Wherever two coders judged the same line, they gave it the same codes."
_NO_DISAGREEMENT_OF_RATINGS = "Wherever two coders judged the same unit, they gave it the same rating."


@documented
def write_agreement(
    path: Path | str,
    *,
    title: str,
    table: AgreementTable,
    disagreements: Sequence[Disagreement] = (),
    worst: int = 50,
    answers: Mapping[int, str] | None = None,
    changes: Sequence[Change] = (),
    force: bool = False,
) -> Path:
    """Write the agreement of a study as a Word document and return its path.

    The document has the methods paragraph, the table per code, per theme and for all codes, a forest plot, the matrix
    of coders, the worst disagreements with their text, and the conventions.

    Parameters
    ----------
    path : path-like
        The file to write, with the suffix .docx.
    title : str
        The title of the study.
    table : AgreementTable
        The agreement of the codings, see `agreement_table`.
    disagreements : sequence of Disagreement, default empty
        The lines on which coders differ, worst first, see `disagreements`.
    worst : int, default 50
        Number of disagreements to list.
    answers : mapping of int to str or None, default None
        The authors' sentences by the number of the GRRAS item, as in `methods_paragraph`. For a missing item the
        document says in brackets, highlighted, what is asked for.
    changes : sequence of Change, default empty
        The recorded changes of the codebook; the document says how many there are and who decided them.
    force : bool, default False
        Whether an existing file is replaced.

    Raises
    ------
    ReportError
        If the suffix is another, the file exists, or its folder cannot be written to.

    Examples
    --------
    {sample_study}
    >>> from tempfile import mkdtemp
    >>> path = ac.write_agreement(
    ...     Path(mkdtemp()) / "appendix.docx",
    ...     title="Barriers to integration",
    ...     table=ac.agreement_table(codings, lines, codebook),
    ...     disagreements=ac.disagreements(codings, lines, codebook),
    ... )
    >>> path.name
    'appendix.docx'
    """
    target = word_path(path, force=force)
    word = Word(title=f"Inter-coder agreement: {title}", running=title)
    word.heading("Methods")
    paragraph = methods_paragraph(table, answers=answers, changes=changes)
    word.paragraph(*((piece, "h" if _GRRAS.fullmatch(piece) else "") for piece in _GRRAS.split(paragraph)))
    word.heading("Agreement per code")
    _per_code(word, table)
    if table.codes:
        word.figure(
            f"Krippendorff's α of every code with its {level_of(table.widest.alpha)} interval. In brackets, lines "
            "that at least one coder gave the code to. Band: tentative conclusions only (.667 to .800). Hollow: not "
            "enough evidence for a verdict.",
            _forest_plot_png(table),
            alternative="Forest plot of the alphas of table 1 with their intervals.",
        )
    if table.overall.pairs:
        word.heading("Agreement of each pair of coders")
        _pairs(word, "Cohen's κ of each pair of coders, mean over the codes, with its interval.", table.overall.pairs)
    word.heading("Disagreements")
    if disagreements:
        word.table(
            f"{_first(worst, len(disagreements), 'line')} on which coders differ, worst first.",
            ("Line", "Distance", "Text", "Codes given by some and not by others"),
            [
                (line.line, f"{line.distance:.2f}", line.text, list(_contested(line)))
                for line in islice(disagreements, worst)
            ],
            widths=(2.2, 1.4, 7.2, 6.2),
            numeric=(1,),
            note="Distance: mean over the pairs of coders of the MASI distance between their sets of codes; 0 the "
            "same, 1 nothing in common.",
        )
    else:
        word.paragraph(_NO_DISAGREEMENT)
    _conventions(word, table.conventions)
    replace_file(target, word.data())
    return target


def write_ratings_agreement(
    path: Path | str,
    *,
    title: str,
    summary: str,
    rows: Mapping[str, Mapping[str, Agreement]],
    pairs: Pairs,
    disagreements: Sequence[DisagreeingUnit] = (),
    conventions: Mapping[str, str],
    worst: int = 50,
    force: bool = False,
) -> Path:
    """Write the agreement in any table of ratings as a Word document and return its path.

    Parameters
    ----------
    path : path-like
        The file to write, with the suffix .docx.
    title : str
        The title of the table.
    summary : str
        What was rated and by whom, as the first words of the methods paragraph.
    rows : mapping of str to mapping of str to Agreement
        For all ratings together, and for each category, the coefficients by name.
    pairs : mapping of (CoderId, CoderId) to Agreement
        One coefficient for each pair of coders.
    disagreements : sequence of DisagreeingUnit, default empty
        The units on which coders differ, worst first, see `disagreeing_units`.
    conventions : mapping of str to str
        The conventions to list.
    worst : int, default 50
        Number of disagreements to list.
    force : bool, default False
        Whether an existing file is replaced.

    Raises
    ------
    ReportError
        If the suffix is another, the file exists, or its folder cannot be written to.
    """
    target = word_path(path, force=force)
    word = Word(title=f"Inter-coder agreement: {title}", running=title)
    word.heading("Methods")
    names = {key: _name_of(agreement) for row in rows.values() for key, agreement in row.items()}
    first = next(agreement for row in rows.values() for agreement in row.values())
    word.paragraph(
        f"{summary}. Agreement was computed as {listing(names.values())} with autocode {version('autocode')}. "
        f"Intervals: {first.conventions['interval']}. A coefficient that is 0/0 was reported as undefined with its "
        "reason, never as 0 or 1. All conventions are in the last table."
    )
    word.heading("Agreement")
    label_width = max(3.0, WIDTH - 3.2 * len(names))
    word.table(
        f"Coefficients of agreement with their {level_of(first)} intervals.",
        ("", *names.values(), "Units"),
        [
            (label, *(_format_agreement(row.get(key)) for key in names), f"{max(a.n_pairable for a in row.values()):,}")
            for label, row in rows.items()
        ],
        widths=(label_width - 1.4, *([(WIDTH - label_width) / len(names)] * len(names)), 1.4),
        numeric=range(1, len(names) + 2),
        ruled=(1,) if len(rows) > 1 else (),
        note="Units: judged by at least two coders.",
    )
    if pairs:
        word.heading("Agreement of each pair of coders")
        coefficient = _name_of(next(iter(pairs.values())))
        _pairs(word, f"{coefficient} of each pair of coders, with its interval.", pairs)
    word.heading("Disagreements")
    if disagreements:
        word.table(
            f"{_first(worst, len(disagreements), 'unit')} on which coders differ, worst first.",
            ("Unit", "Distance", "Ratings"),
            [(unit.unit, f"{unit.distance:.2f}", list(_ratings(unit))) for unit in islice(disagreements, worst)],
            widths=(3.6, 1.8, 11.6),
            numeric=(1,),
            note="Distance: mean over the pairs of coders of the distance between their ratings.",
        )
    else:
        word.paragraph(_NO_DISAGREEMENT_OF_RATINGS)
    _conventions(word, conventions)
    replace_file(target, word.data())
    return target


def word_path(path: Path | str, *, force: bool) -> Path:
    """Return the path of a Word document that may be written; else raise `ReportError`."""
    target = Path(path)
    if target.suffix.casefold() != ".docx":
        raise ReportError.at(target, "a Word document ends in .docx; give the file that end.")
    if target.exists() and not force:
        raise ReportError.at(
            target, "there is a file of this name already; choose another, or replace it with --force."
        )
    if not target.parent.is_dir():
        raise ReportError.at(
            target, f"cannot be written: there is no folder {target.parent}; make it or choose another."
        )
    return target


def _per_code(word: Word, table: AgreementTable) -> None:
    rows: list[tuple[Cell, ...]] = []
    ruled: list[int] = []
    indented: list[int] = []
    known = {theme.name for theme in table.themes}
    groups = [(theme, [row for row in table.codes if row.theme == theme.name]) for theme in table.themes]
    for theme, codes in groups:
        ruled += [len(rows)] if rows else []
        rows.append(_row(theme, "b"))
        indented += range(len(rows), len(rows) + len(codes))
        rows += [_row(row) for row in codes]
    without_theme = [row for row in table.codes if row.theme not in known]
    if without_theme and rows:
        ruled.append(len(rows))
    rows += [_row(row) for row in without_theme]
    ruled += [len(rows)] if rows else []
    rows.append(_row(table.overall, "b"))
    alpha = f"α [{level_of(table.widest.alpha)} interval]"
    word.table(
        f"Agreement on each code, theme and all codes together ({table.widest.alpha.basis}).",
        ("Code", "Given", "Applied", "Agree", "P+", "P−", alpha, "AC1", "Verdict"),
        rows,
        widths=(4.3, 1.1, 1.35, 1.2, 0.95, 0.95, 2.65, 0.95, 3.55),
        numeric=range(1, 8),
        ruled=ruled,
        indented=indented,
        note="Given: lines that at least one coder gave the code to. Applied: share of judgements. Agree: percent "
        "agreement. P+, P−: agreement on giving the code and on leaving it. AC1: Gwet. A theme (bold) is given where "
        "any of its subthemes is. All codes: α of sets of codes by MASI, percent of equal sets. The verdict compares "
        "the lower bound of α with .800 and .667.",
    )  # fmt: skip


def _row(row: CodeAgreement, style: str = "") -> tuple[Cell, ...]:
    by = row.coefficients
    cells = (
        f"{row.applied:,}",
        percent(row.prevalence),
        percent(by["percent"].value),
        value_cell(by.get("positive")),
        value_cell(by.get("negative")),
        row.alpha.estimate,
        value_cell(by.get("ac1")),
        row.verdict,
    )
    name = f"{row.name[:1].upper()}{row.name[1:]}"
    return ([(name, style)], *cells)


def _pairs(word: Word, caption: str, pairs: Pairs) -> None:
    """Add a table of the pairs of coders: a triangle, or for many coders one row per pair, worst first."""
    coders = list(dict.fromkeys(coder for pair in pairs for coder in pair))
    if len(coders) > _FEW_CODERS:
        undefined_last = sorted(pairs.items(), key=lambda item: (item[1].value != item[1].value, item[1].value))
        word.table(
            caption,
            ("Coders", "Coefficient", "Judged by both"),
            [
                (f"{a} and {b}", _format_agreement(agreement), f"{agreement.n_pairable:,}")
                for (a, b), agreement in undefined_last
            ],
            widths=(8, 6, 3),
            numeric=(1, 2),
        )
        return

    def cell(a: CoderId, b: CoderId) -> Cell:
        agreement = pairs.get((a, b)) or pairs.get((b, a))
        if agreement is None:
            return ""
        return [(f"{agreement.estimate}\n{agreement.n_pairable:,}", "")]

    width = (WIDTH - 2.6) / max(len(coders) - 1, 4)
    word.table(
        caption,
        ("", *coders[:-1]),
        [(a, *(cell(a, b) if i > j else "" for j, b in enumerate(coders[:-1]))) for i, a in enumerate(coders) if i],
        widths=(2.6, *([width] * (len(coders) - 1))),
        numeric=range(1, len(coders)),
        note="Below each: lines or units that both judged.",
    )


def _conventions(word: Word, conventions: Mapping[str, str]) -> None:
    word.heading("Conventions")
    word.table(
        "What every number rests on.",
        ("Convention", "Choice"),
        list(conventions.items()),
        widths=(4.4, 12.6),
    )


def _contested(disagreement: Disagreement) -> Iterator[Piece]:
    """Yield each contested code of a line, with those who gave it and those who did not."""
    for i, (name, gave) in enumerate(disagreement.contested.items()):
        others = ", ".join(coder for coder in disagreement.coders if coder not in gave)
        yield (f"{chr(10) if i else ''}{name}: ", "i")
        yield (f"{', '.join(gave)}; not {others}", "")


def _ratings(unit: DisagreeingUnit) -> Iterator[Piece]:
    """Yield each coder with the rating of a unit."""
    for i, (coder, label) in enumerate(unit.labels.items()):
        shown = ", ".join(sorted(map(str, label))) or "no code" if isinstance(label, frozenset) else f"{label}"
        yield (f"{'; ' if i else ''}{coder}: ", "i")
        yield (shown, "")


def _forest_plot_png(table: AgreementTable) -> bytes:
    figure = Figure(figsize=(7.2, 1.0 + 0.34 * (len(table.codes) + 1)), layout="constrained")
    forest_plot(table, ax=figure.add_subplot())
    with io.BytesIO() as out:
        figure.savefig(out, format="png", dpi=220, metadata={"Software": None})
        return out.getvalue()


def _first(worst: int, n: int, noun: str) -> str:
    if n > worst:
        return f"The first {worst:,} of {n:,} {noun}s"
    return f"The {noun}" if n == 1 else f"All {n:,} {noun}s"


def _name_of(agreement: Agreement) -> str:
    return _NAMES.get(agreement.coefficient, agreement.coefficient)


def _format_agreement(agreement: Agreement | None) -> str:
    if agreement is None:
        return ""
    return agreement.estimate if agreement.undefined is None else f"undefined: {agreement.undefined.sentence}"
