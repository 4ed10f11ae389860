"""Agreement as a Word document that can stand as the appendix of a paper."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from matplotlib.figure import Figure

from autocode.agreement import Agreement, AgreementTable, CodeAgreement, DisagreeingUnit, Disagreement
from autocode.coding import CoderId
from autocode.errors import ReportError
from autocode.report._methods import methods_paragraph
from autocode.report._plots import forest_plot
from autocode.report._word import WIDTH, Cell, Piece, Word
from autocode.report._write import replace_file

Pairs = Mapping[tuple[CoderId, CoderId], Agreement]

_FEW = 12  # coders of whom a square of pairs fits on a page
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
_NO_DISAGREEMENT = "Wherever two coders judged the same, they said the same."


def write_agreement(
    path: Path | str,
    *,
    title: str,
    table: AgreementTable,
    disagreements: Sequence[Disagreement] = (),
    worst: int = 50,
    said: Mapping[int, str] | None = None,
    force: bool = False,
) -> Path:
    """Write the agreement of a study as a Word document and return its path.

    It holds the methods paragraph, the table per code, theme and over all, a forest plot, the matrix of coders, the
    `worst` disagreements with their text, and the conventions. `said` is as in `methods_paragraph`; what only the
    authors know stands marked in brackets until it is given. An existing file is replaced only with `force`.
    Raises `ReportError` for another suffix than .docx, an existing file, and a folder that cannot be written to.
    """
    target = free(path, force=force)
    word = Word(title=f"Inter-coder agreement: {title}", running=title)
    word.heading("Methods")
    paragraph = methods_paragraph(table, said=said)
    word.paragraph(*((piece, "h" if _GRRAS.fullmatch(piece) else "") for piece in _GRRAS.split(paragraph)))
    word.heading("Agreement per code")
    _per_code(word, table)
    if table.codes:
        word.figure(
            f"Krippendorff's α of every code with its {_level(table.overall.alpha)} interval. In brackets, lines that "
            "at least one coder gave the code to. Band: tentative conclusions only (.667 to .800). Hollow: not enough "
            "evidence for a verdict.",
            _png(table),
            alternative="Forest plot of the alphas of table 1 with their intervals.",
        )
    if table.overall.pairs:
        word.heading("Agreement of every two coders")
        _matrix(word, "Cohen's κ of every two coders, mean over the codes, with its interval.", table.overall.pairs)
    word.heading("Disagreements")
    if disagreements:
        word.table(
            f"{_first(worst, len(disagreements), 'line')} on which coders differ, worst first.",
            ("Line", "Distance", "Text", "Codes given by some and not by others"),
            [
                (one.line, f"{one.distance:.2f}", one.text, list(_contested(one)))
                for one in islice(disagreements, worst)
            ],
            widths=(2.2, 1.4, 7.2, 6.2),
            numeric=(1,),
            note="Distance: mean over every two coders of the MASI distance between their sets of codes; 0 the same, 1 "
            "nothing in common.",
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
    """Write coefficients of any table of ratings as a Word document and return its path.

    `rows` holds coefficients by name for all judgements together and for each code; `pairs` one coefficient of every
    two coders. Otherwise as `write_agreement`.
    """
    target = free(path, force=force)
    word = Word(title=f"Inter-coder agreement: {title}", running=title)
    word.heading("Methods")
    names = {name: _named(one) for named in rows.values() for name, one in named.items()}
    first = next(one for named in rows.values() for one in named.values())
    word.paragraph(
        f"{summary}. Agreement was computed as {_and(names.values())} with autocode {version('autocode')}. Intervals: "
        f"{first.conventions['interval']}. A coefficient that is 0/0 was reported as undefined with its reason, never "
        "as 0 or 1. All conventions are in the last table."
    )
    word.heading("Agreement")
    label = max(3.0, WIDTH - 3.2 * len(names))
    word.table(
        f"Coefficients of agreement with their {_level(first)} intervals.",
        ("", *names.values(), "Units"),
        [
            (row, *(_told(named.get(name)) for name in names), f"{max(one.n_pairable for one in named.values()):,}")
            for row, named in rows.items()
        ],
        widths=(label - 1.4, *([(WIDTH - label) / len(names)] * len(names)), 1.4),
        numeric=range(1, len(names) + 2),
        apart=(1,) if len(rows) > 1 else (),
        note="Units: judged by at least two coders.",
    )
    if pairs:
        word.heading("Agreement of every two coders")
        coefficient = _named(next(iter(pairs.values())))
        _matrix(word, f"{coefficient} of every two coders, with its interval.", pairs)
    word.heading("Disagreements")
    if disagreements:
        word.table(
            f"{_first(worst, len(disagreements), 'unit')} on which coders differ, worst first.",
            ("Unit", "Distance", "Who said what"),
            [(one.unit, f"{one.distance:.2f}", list(_who_said(one))) for one in islice(disagreements, worst)],
            widths=(3.6, 1.8, 11.6),
            numeric=(1,),
            note="Distance: mean over every two coders of the distance between what they said.",
        )
    else:
        word.paragraph(_NO_DISAGREEMENT)
    _conventions(word, conventions)
    replace_file(target, word.data())
    return target


def free(path: Path | str, *, force: bool) -> Path:
    """Return the path of a Word file that may be written; else raise `ReportError`."""
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
    apart: list[int] = []
    indented: list[int] = []
    known = {theme.name for theme in table.themes}
    groups = [(theme, [row for row in table.codes if row.theme == theme.name]) for theme in table.themes]
    for theme, codes in groups:
        apart += [len(rows)] if rows else []
        rows.append(_row(theme, "b"))
        indented += range(len(rows), len(rows) + len(codes))
        rows += [_row(row) for row in codes]
    loose = [row for row in table.codes if row.theme not in known]
    if loose and rows:
        apart.append(len(rows))
    rows += [_row(row) for row in loose]
    apart += [len(rows)] if rows else []
    rows.append(_row(table.overall, "b"))
    alpha = f"α [{_level(table.overall.alpha)} interval]"
    word.table(
        f"Agreement on each code, theme and all codes together ({table.overall.alpha.basis}).",
        ("Code", "Given", "Applied", "Agree", "P+", "P−", alpha, "AC1", "Verdict"),
        rows,
        widths=(4.3, 1.1, 1.35, 1.2, 0.95, 0.95, 2.65, 0.95, 3.55),
        numeric=range(1, 8),
        apart=apart,
        indented=indented,
        note="Given: lines that at least one coder gave the code to. Applied: share of judgements. Agree: percent "
        "agreement. P+, P−: agreement on giving the code and on leaving it. AC1: Gwet. A theme (bold) is given where "
        "any of its subthemes is. All codes: α of sets of codes by MASI, percent of equal sets. The verdict holds the "
        "lower bound of α against .800 and .667.",
    )  # fmt: skip


def _row(row: CodeAgreement, style: str = "") -> tuple[Cell, ...]:
    by = row.coefficients
    cells = (
        f"{row.applied:,}",
        _percent(row.prevalence),
        _percent(by["percent"].value),
        _bare(by.get("positive")),
        _bare(by.get("negative")),
        row.alpha.estimate,
        _bare(by.get("ac1")),
        row.verdict,
    )
    name = f"{row.name[:1].upper()}{row.name[1:]}"
    return ([(name, style)], *cells)


def _matrix(word: Word, caption: str, pairs: Pairs) -> None:
    coders = list(dict.fromkeys(coder for pair in pairs for coder in pair))
    counted = "Below each: lines or units that both judged."
    if len(coders) > _FEW:
        told = sorted(pairs.items(), key=lambda item: (item[1].value != item[1].value, item[1].value))
        word.table(
            caption,
            ("Coders", "Coefficient", "Judged by both"),
            [(f"{a} and {b}", _told(one), f"{one.n_pairable:,}") for (a, b), one in told],
            widths=(8, 6, 3),
            numeric=(1, 2),
        )
        return

    def cell(a: CoderId, b: CoderId) -> Cell:
        found = pairs.get((a, b)) or pairs.get((b, a))
        if found is None:
            return ""
        return [(f"{found.estimate}\n{found.n_pairable:,}", "")]

    width = (WIDTH - 2.6) / max(len(coders) - 1, 4)
    word.table(
        caption,
        ("", *coders[:-1]),
        [(a, *(cell(a, b) if i > j else "" for j, b in enumerate(coders[:-1]))) for i, a in enumerate(coders) if i],
        widths=(2.6, *([width] * (len(coders) - 1))),
        numeric=range(1, len(coders)),
        note=counted,
    )


def _conventions(word: Word, conventions: Mapping[str, str]) -> None:
    word.heading("Conventions")
    word.table(
        "What every number rests on.",
        ("Convention", "Choice"),
        list(conventions.items()),
        widths=(4.4, 12.6),
    )


def _contested(one: Disagreement) -> Iterator[Piece]:
    for i, (name, gave) in enumerate(one.contested.items()):
        others = ", ".join(coder for coder in one.said if coder not in gave)
        yield (f"{chr(10) if i else ''}{name}: ", "i")
        yield (f"{', '.join(gave)}; not {others}", "")


def _who_said(one: DisagreeingUnit) -> Iterator[Piece]:
    for i, (coder, label) in enumerate(one.said.items()):
        shown = ", ".join(sorted(map(str, label))) or "no code" if isinstance(label, frozenset) else f"{label}"
        yield (f"{'; ' if i else ''}{coder}: ", "i")
        yield (shown, "")


def _png(table: AgreementTable) -> bytes:
    figure = Figure(figsize=(7.2, 1.0 + 0.34 * (len(table.codes) + 1)), layout="constrained")
    forest_plot(table, ax=figure.add_subplot())
    with io.BytesIO() as out:
        figure.savefig(out, format="png", dpi=220, metadata={"Software": None})
        return out.getvalue()


def _first(worst: int, n: int, what: str) -> str:
    if n > worst:
        return f"The {worst:,} of {n:,} {what}s"
    return f"The {what}" if n == 1 else f"All {n:,} {what}s"


def _named(agreement: Agreement) -> str:
    return _NAMES.get(agreement.coefficient, agreement.coefficient)


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _level(agreement: Agreement) -> str:
    return f"{100 * agreement.level:g} %"


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.0f} %"


def _bare(agreement: Agreement | None) -> str:
    return "" if agreement is None else "–" if agreement.undefined is not None else f"{agreement.value:.2f}"


def _told(agreement: Agreement | None) -> str:
    if agreement is None:
        return ""
    return agreement.estimate if agreement.undefined is None else f"undefined: {agreement.undefined.sentence}"
