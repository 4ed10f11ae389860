"""What `autocode agree` prints: of a study per code, of a plain table of ratings as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import click

from autocode import agreement
from autocode.agreement import Agreement, AgreementTable, ReliabilityData
from autocode.cli._ratings import SUFFIXES, read_ratings
from autocode.codebook import Codebook, CodeId
from autocode.coding import Codings
from autocode.errors import AgreementError, Fault
from autocode.names import aside
from autocode.study import StudyData, is_study, read_study_or_corpus, with_origin
from autocode.tables import Table
from autocode.wording import count_of, listing

LEVELS = {"nominal": "unweighted", "ordinal": "ordinal", "interval": "quadratic", "ratio": "ratio"}
"""The levels of measurement, each with the weights of Gwet's families that go with it."""

_WEIGHTED: Mapping[str, Callable[..., Agreement]] = {"ac1": agreement.gwet_ac2}
_UNWEIGHTED = ("pabak",)
_FOR_TWO_CODERS = ("cohen",)

COEFFICIENTS: Mapping[str, Callable[..., Agreement]] = {
    "alpha": agreement.krippendorff_alpha,
    "percent": agreement.percent_agreement,
    "ac1": agreement.gwet_ac1,
    "cohen": agreement.cohen_kappa,
    "scott": agreement.scott_pi,
    "fleiss": agreement.fleiss_kappa,
    "conger": agreement.conger_kappa,
    "hubert": agreement.hubert_kappa,
    "light": agreement.light_kappa,
    "brennan-prediger": agreement.brennan_prediger,
    "pabak": agreement.pabak,
}
"""The coefficients by the names that they have on the command line."""


class AgreeOptions(NamedTuple):
    """The options of `autocode agree`; None and empty where they were not given."""

    by: str | None = None
    coders: tuple[str, ...] = ()
    coefficient: str | None = None
    level: str | None = None
    categories: tuple[str, ...] = ()
    interval: str | None = None
    resamples: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoefficientTable:
    """Coefficients by row and name: of all judgements first, then of each code if that was asked for."""

    title: str
    about: Mapping[str, Any]
    data: ReliabilityData
    rows: Mapping[str, Mapping[str, Agreement]]
    notes: tuple[str, ...] = ()

    @property
    def conventions(self) -> dict[str, str]:
        """What the numbers of all judgements rest on, with the coefficient's name where they differ in it."""
        first, *others = self.rows.values()
        names_by_value: dict[str, dict[str, list[str]]] = {}
        for name, estimate in first.items():
            for key, value in estimate.conventions.items():
                names_by_value.setdefault(key, {}).setdefault(value, []).append(name)
        conventions = {
            key if names == list(first) else f"{key} ({', '.join(names)})": value
            for key, values in names_by_value.items()
            for value, names in values.items()
        }
        return conventions | ({"each code": "applied or not, the code against all others"} if others else {})

    def to_json(self) -> dict[str, object]:
        """Return every coefficient as value, low, high and reason, with what all rests on."""
        coefficients = {
            row: {name: estimate.to_json() for name, estimate in by_name.items()} for row, by_name in self.rows.items()
        }
        first, *others = coefficients
        return {
            **self.about,
            "coefficients": coefficients[first],
            "codes": [{"code": row, "coefficients": coefficients[row]} for row in others],
            "notes": list(self.notes),
            "conventions": self.conventions,
        }

    def table(self) -> Table:
        """Return one row for all and one per code, undefined values with their reason."""
        names = list(dict.fromkeys(name for by_name in self.rows.values() for name in by_name))
        if len(self.rows) == 1:
            (by_name,) = self.rows.values()
            return Table(
                head=("coefficient", "value"),
                rows=tuple((name, _estimate_cell(estimate)) for name, estimate in by_name.items()),
            )
        return Table(
            head=("", *names),
            rows=tuple(
                (row, *(_estimate_cell(by_name[name]) if name in by_name else "" for name in names))
                for row, by_name in self.rows.items()
            ),
        )

    def __str__(self) -> str:
        conventions = [f"  {key}: {value}" for key, value in self.conventions.items()]
        notes = [f"  read: {note}" for note in self.notes]
        return "\n".join([self.title, "", self.table().text(), "", "Conventions", *conventions, *notes])

    def html(self) -> str:
        """Return the same as the body of a page."""
        conventions = (*self.conventions.items(), *(("read", note) for note in self.notes))
        return self.table().html(caption=self.title) + Table(head=(), rows=conventions).html(
            caption="Conventions", row_headings=True
        )


def agree_on(path: Path, options: AgreeOptions) -> AgreementTable | CoefficientTable:
    """Return the agreement of a study's or a plain corpus's coders, or of those of a table."""
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return _agree_on_ratings(path, options)
    if path.is_file() and not is_study(path.parent):
        raise AgreementError.at(
            path, f"is neither a study's folder nor a table ({', '.join(SUFFIXES)}); name one of these."
        )
    return _agree_on_study(path, options)


def page(title: str, body: str) -> str:
    """Return a self-contained page."""
    style = "body{font-family:sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left}caption{font-weight:bold}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def _agree_on_ratings(path: Path, options: AgreeOptions) -> CoefficientTable:
    if options.by in ("theme", "subtheme"):
        raise click.UsageError(f"a table has no codebook and so no {options.by}s; use --by code, or name a study.")
    level = options.level or "nominal"
    ratings = read_ratings(path, coders=options.coders, level=level, categories=options.categories)
    data = ratings.data
    rows = {"all": _coefficients(data, options, level=level)}
    if options.by == "code":
        if level != "nominal":
            raise click.UsageError("each code against the others is nominal; leave out --level, or --by code.")
        rows |= {code: _coefficients(applied, options, level="nominal") for code, applied in _each_code(data).items()}
    first = next(iter(rows["all"].values()))
    about = {
        "units": first.n_units,
        "pairable": first.n_pairable,
        "coders": list(data.coders),
        "interviews": first.n_interviews,
        "categories": data.categories,
    }
    interviews = f", {count_of(first.n_interviews, 'interview')}" if first.n_interviews else ""
    title = (
        f"{path.name}: {_coders(data)}, {count_of(first.n_units, 'unit')}, "
        f"{first.n_pairable} judged by at least two{interviews}"
    )
    return CoefficientTable(title=title, about=about, data=data, rows=rows, notes=ratings.notes)


def _agree_on_study(path: Path, options: AgreeOptions) -> AgreementTable | CoefficientTable:
    if options.level not in (None, "nominal"):
        raise click.UsageError("a study's codes are applied or not, which is nominal; leave out --level.")
    if options.categories:
        raise click.UsageError("a study's categories are its codes; leave out --categories.")
    study = read_study_or_corpus(path).with_common_codes()
    codings, codebook = independent_codings(study, options), study.codebook
    if options.coefficient is None and options.interval is None:
        table = with_origin(agreement.agreement_table(codings, study.lines, codebook), study)
        if options.by == "theme":
            return replace(table, codes=())
        return table if options.by is None else replace(table, themes=())
    sets = ReliabilityData.for_sets(codings, study.lines).pairable()
    all_codes = _coefficients(sets, options, level="nominal", leave_out=_UNWEIGHTED)
    rows = {"all codes": all_codes} | {
        name: _coefficients(
            ReliabilityData.for_theme(codes, codings, study.lines, codebook=codebook).pairable(),
            options,
            level="nominal",
        )
        for name, codes in _codes_by_row(codebook, options.by).items()
    }
    about = {
        "units": len(sets.units),
        "pairable": len(sets.units),
        "coders": list(sets.coders),
        "interviews": len(set(sets.interviews or ())),
    }
    title = f"{path.resolve().name}: {_coders(sets)}, {count_of(len(sets.units), 'line')} judged by at least two"
    notes = ["independent codings only", f"codebook version {codings.version or codebook.version}"]
    if waiting := codings.partly_judged():
        notes.append(
            f"{count_of(len(waiting), 'judgement')} made before a code was added, split or redefined, left out where "
            "they say nothing about it"
        )
    return CoefficientTable(title=title, about=about, data=sets, rows=rows, notes=tuple(notes))


def independent_codings(study: StudyData, options: AgreeOptions) -> Codings:
    """Return the independent codings of the coders asked for, or of all."""
    codings = study.codings.independent()
    AgreementError.raise_if(
        Fault(f"there is no coder {name!r}{aside(name, codings.coders)}; the coders are {', '.join(codings.coders)}.")
        for name in options.coders
        if name not in codings.coders
    )
    if not options.coders:
        return codings
    return codings.by(*(coder for coder in codings.coders if coder in options.coders))


def _codes_by_row(codebook: Codebook, by: str | None) -> dict[str, list[CodeId]]:
    """Return the codes behind each row: a subtheme itself, a theme with all that is under it."""
    codes: dict[str, list[CodeId]] = {}
    if by != "theme":
        codes |= {codebook.label(code.id): [code.id] for code in codebook.subthemes}
    if by not in ("subtheme", "code"):
        codes |= {
            codebook.theme_label(theme.id): [theme.id, *codebook.descendants(theme.id)] for theme in codebook.themes
        }
    return codes


def _each_code(data: ReliabilityData) -> dict[str, ReliabilityData]:
    """Return, for each code, whether each coder gave it to each unit."""
    sets = data if data.of_sets else replace(data, labels=tuple(frozenset([label]) for label in data.labels))
    codes = {code for label in sets.labels if isinstance(label, frozenset) for code in label}
    return {f"{code}": sets.applied(code) for code in sorted(codes, key=str)}


def _coefficients(
    data: ReliabilityData, options: AgreeOptions, *, level: str, leave_out: Sequence[str] = ()
) -> dict[str, Agreement]:
    """Return the coefficient asked for, or alpha with percent agreement and AC1."""
    names = [name for name in _names(options, data) if name not in leave_out]
    return {name: coefficient(name, data, level=level, **interval_options(options)) for name in names}


def _names(options: AgreeOptions, data: ReliabilityData) -> Sequence[str]:
    if options.coefficient is None:
        return ("alpha", "percent") if data.of_sets else ("alpha", "percent", "ac1")
    if options.coefficient in _FOR_TWO_CODERS and len(data.coders) != 2:
        raise click.UsageError(
            f"Cohen's kappa is for two coders and these are {len(data.coders)}; choose with --coders A,B."
        )
    if options.coefficient in _UNWEIGHTED and options.level not in (None, "nominal"):
        raise click.UsageError(f"{options.coefficient} is for nominal categories; leave out --level.")
    return (options.coefficient,)


def interval_options(options: AgreeOptions) -> dict[str, Any]:
    """Return how intervals are made, as the coefficients take it."""
    interval = options.interval or "cube-root"
    return {
        "interval": None if interval == "none" else interval,
        "resamples": options.resamples,
        "seed": options.seed,
    }


def coefficient(name: str, data: ReliabilityData, *, level: str, **interval: Any) -> Agreement:
    """Return a coefficient by the name that it has on the command line."""
    try:
        if level == "nominal":
            return COEFFICIENTS[name](data, **interval)
        scale = {"distance": level} if name == "alpha" else {"weights": LEVELS[level]}
        return _WEIGHTED.get(name, COEFFICIENTS[name])(data, **scale, **interval)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _estimate_cell(estimate: Agreement) -> str:
    return estimate.estimate if estimate.undefined is None else f"undefined: {estimate.undefined.sentence}"


def _coders(data: ReliabilityData) -> str:
    names = listing(data.coders, at_most=9) if len(data.coders) > 9 else ", ".join(data.coders)
    return f"{count_of(len(data.coders), 'coder')} ({names})"
