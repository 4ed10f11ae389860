"""What `autocode agree` prints: of a study per code, of a plain table of ratings as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import click

from autocode import agreement
from autocode.agreement import Agreement, AgreementTable, ReliabilityData
from autocode.cli._ratings import SUFFIXES, Ratings, read_ratings
from autocode.cli._study import Material, is_study, material_of
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.errors import AgreementError, Fault

# the weights of Gwet's families that go with a level of measurement
_WEIGHTS = {"nominal": "unweighted", "ordinal": "ordinal", "interval": "quadratic", "ratio": "ratio"}
_WEIGHTED: Mapping[str, Callable[..., Agreement]] = {"ac1": agreement.gwet_ac2}
_UNWEIGHTED = ("pabak",)
_OF_TWO = ("cohen",)


class Asked(NamedTuple):
    """What was asked for on the command line; None and empty where it was not said."""

    by: str | None = None
    coders: tuple[str, ...] = ()
    coefficient: str | None = None
    level: str | None = None
    categories: tuple[str, ...] = ()
    interval: str | None = None
    resamples: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
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
        told: dict[str, dict[str, list[str]]] = {}
        for name, one in first.items():
            for key, value in one.conventions.items():
                told.setdefault(key, {}).setdefault(value, []).append(name)
        shared = {
            key if names == list(first) else f"{key} ({', '.join(names)})": value
            for key, values in told.items()
            for value, names in values.items()
        }
        return shared | ({"each code": "applied or not, the code against all others"} if others else {})

    def to_json(self) -> dict[str, object]:
        """Return every coefficient as value, low, high and reason, with what all rests on."""
        shown = {row: {name: one.to_json() for name, one in named.items()} for row, named in self.rows.items()}
        first, *others = shown
        return {
            **self.about,
            "coefficients": shown[first],
            "codes": [{"code": row, "coefficients": shown[row]} for row in others],
            "notes": list(self.notes),
            "conventions": self.conventions,
        }

    def cells(self) -> list[tuple[str, ...]]:
        """Return a heading and a row for all and each code; undefined values with their reason."""
        names = list(dict.fromkeys(name for named in self.rows.values() for name in named))
        if len(self.rows) == 1:
            (named,) = self.rows.values()
            return [("coefficient", "value"), *((name, _told(named[name])) for name in names)]
        return [
            ("", *names),
            *(
                (row, *(_told(named[name]) if name in named else "" for name in names))
                for row, named in self.rows.items()
            ),
        ]

    def __str__(self) -> str:
        cells = self.cells()
        widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]
        lines.insert(1, "-" * max(map(len, lines)))
        told = [f"  {key}: {value}" for key, value in self.conventions.items()]
        return "\n".join(
            [self.title, "", *lines, "", "Conventions", *told, *(f"  read: {note}" for note in self.notes)]
        )

    def html(self) -> str:
        """Return the same as the body of a page."""
        head, *body = self.cells()
        th = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        told = [*self.conventions.items(), *(("read", note) for note in self.notes)]
        said = "".join(f"<tr><th>{escape(key)}</th><td>{escape(value)}</td></tr>" for key, value in told)
        return (
            f"<table><caption>{escape(self.title)}</caption><thead><tr>{th}</tr></thead><tbody>{rows}</tbody></table>"
            f"<table><caption>Conventions</caption>{said}</table>"
        )


def agree_on(path: Path, asked: Asked) -> AgreementTable | Found:
    """Return the agreement of a study's or a plain corpus's coders, or of those of a table."""
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return _of_ratings(path, asked)
    if path.is_file() and not is_study(path.parent):
        raise AgreementError.at(
            path, f"is neither a study's folder nor a table ({', '.join(SUFFIXES)}); name one of these."
        )
    return _of_study(path, asked)


def page(title: str, body: str) -> str:
    """Return a self-contained page."""
    style = "body{font-family:sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left}caption{font-weight:bold}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def _of_ratings(path: Path, asked: Asked) -> Found:
    if asked.by in ("theme", "subtheme"):
        raise click.UsageError(f"a table has no codebook and so no {asked.by}s; use --by code, or name a study.")
    level = asked.level or "nominal"
    read: Ratings = read_ratings(path, coders=asked.coders, level=level, categories=asked.categories)
    data = read.data
    known = "interviews" if data.interviews is not None else "linearised"
    how = interval_of(asked, default=known)
    names = _names(asked, data)
    rows = {"all": {name: coefficient(name, data, level=level, **how) for name in names}}
    if asked.by == "code":
        if level != "nominal":
            raise click.UsageError("each code against the others is nominal; leave out --level, or --by code.")
        rows |= {
            name: {each: coefficient(each, of, level="nominal", **how) for each in _names(asked, of)}
            for name, of in _each_code(data).items()
        }
    first = next(iter(rows["all"].values()))
    about = {
        "units": first.n_units,
        "pairable": first.n_pairable,
        "coders": list(data.coders),
        "interviews": first.n_interviews,
        "categories": data.categories,
    }
    where = f", {first.n_interviews} interviews" if first.n_interviews else ""
    title = (
        f"{path.name}: {len(data.coders)} coders ({_few(data.coders)}), {first.n_units} unit"
        f"{'' if first.n_units == 1 else 's'}, {first.n_pairable} judged by at least two{where}"
    )
    return Found(title=title, about=about, data=data, rows=rows, notes=read.notes)


def _of_study(path: Path, asked: Asked) -> AgreementTable | Found:
    if asked.level not in (None, "nominal"):
        raise click.UsageError("a study's codes are applied or not, which is nominal; leave out --level.")
    if asked.categories:
        raise click.UsageError("a study's categories are its codes; leave out --categories.")
    found = material_of(path)
    codings, codebook = independent_of(found, asked), found.codebook
    if asked.coefficient is None and asked.interval is None:
        table = agreement.agreement_table(codings, codebook, found.lines, resamples=asked.resamples, seed=asked.seed)
        if asked.by == "theme":
            return replace(table, codes=())
        return table if asked.by is None else replace(table, themes=())
    sets = ReliabilityData.for_sets(codings, found.lines).pairable()
    how = interval_of(asked, default="interviews")
    names = _names(asked, sets)
    rows: dict[str, dict[str, Agreement]] = {
        "all codes": {each: coefficient(each, sets, level="nominal", **how) for each in names if each != "pabak"}
    }
    for name, codes in _groups(codebook, asked.by).items():
        applied = sets.applied(*codes)
        rows[name] = {each: coefficient(each, applied, level="nominal", **how) for each in _names(asked, applied)}
    about = {
        "units": len(sets.units),
        "pairable": len(sets.units),
        "coders": list(sets.coders),
        "interviews": len(set(sets.interviews or ())),
    }
    title = (
        f"{path.resolve().name}: {len(sets.coders)} coders ({_few(sets.coders)}), "
        f"{len(sets.units)} lines judged by at least two"
    )
    return Found(title=title, about=about, data=sets, rows=rows, notes=("independent codings only",))


def independent_of(found: Material, asked: Asked) -> Codings:
    """Return the independent codings of the coders asked for, or of all."""
    codings = found.codings.independent()
    AgreementError.raise_if(
        Fault(f"there is no coder {name!r}; the coders are {', '.join(codings.coders)}.")
        for name in asked.coders
        if name not in codings.coders
    )
    return codings.by(*(coder for coder in codings.coders if coder in asked.coders)) if asked.coders else codings


def _groups(codebook: Codebook, by: str | None) -> dict[str, list[CodeId]]:
    """Return the codes behind each row: a subtheme itself, a theme with all that is under it."""
    groups: dict[str, list[CodeId]] = {}
    if by != "theme":
        groups |= {code.name: [code.id] for code in codebook.subthemes}
    if by not in ("subtheme", "code"):
        groups |= {theme.name: [theme.id, *_under(theme, codebook)] for theme in codebook.themes}
    return groups


def _under(theme: Code, codebook: Codebook) -> list[CodeId]:
    return [code.id for code in codebook.values() if codebook.theme_of(code.id) == theme]


def _each_code(data: ReliabilityData) -> dict[str, ReliabilityData]:
    """Return, for each code, whether each coder gave it to each unit."""
    sets = data if data.of_sets else replace(data, labels=tuple(frozenset([label]) for label in data.labels))
    codes = dict.fromkeys(code for one in sets.labels if isinstance(one, frozenset) for code in sorted(one, key=str))
    return {f"{code}": sets.applied(code) for code in sorted(codes, key=str)}


def _names(asked: Asked, data: ReliabilityData) -> Sequence[str]:
    """Return the coefficients to compute: the one asked for, or alpha with percent agreement and AC1 beside it."""
    if asked.coefficient is None:
        return ("alpha", "percent") if data.of_sets else ("alpha", "percent", "ac1")
    if asked.coefficient in _OF_TWO and len(data.coders) != 2:
        raise click.UsageError(
            f"Cohen's kappa is for two coders and these are {len(data.coders)}; choose with --coders A,B."
        )
    if asked.coefficient in _UNWEIGHTED and asked.level not in (None, "nominal"):
        raise click.UsageError(f"{asked.coefficient} is for nominal categories; leave out --level.")
    return (asked.coefficient,)


def interval_of(asked: Asked, *, default: str) -> dict[str, Any]:
    """Return how intervals are made, as the coefficients take it."""
    interval = asked.interval or default
    return {"interval": None if interval == "none" else interval, "resamples": asked.resamples, "seed": asked.seed}


def coefficient(name: str, data: ReliabilityData, *, level: str, **how: Any) -> Agreement:
    """Return a coefficient by the name that it has on the command line."""
    try:
        function = COEFFICIENTS[name] if level == "nominal" else _WEIGHTED.get(name, COEFFICIENTS[name])
        if level == "nominal":
            return function(data, **how)
        scaled = {"distance": level} if name == "alpha" else {"weights": _WEIGHTS[level]}
        return function(data, **scaled, **how)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong


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


def _told(one: Agreement) -> str:
    return one.estimate if one.undefined is None else f"undefined: {one.undefined.sentence}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 9 else f"{', '.join(names[:8])} and {len(names) - 8} more"
