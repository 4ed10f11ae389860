"""Agreement per subtheme, per theme and over all, of the independent codings of a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autocode.agreement._result import Agreement, Undefined, number
from autocode.agreement.coefficients import _ac1, _alpha, _kappa, _percent, _specific
from autocode.agreement.coefficients._distances import DESCRIPTIONS
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array, ReliabilityData, Values, codes_mask
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import (
    COEFFICIENT_RANGE,
    SHARE_RANGE,
    Definition,
    Interval,
    Range,
    Statistics,
)
from autocode.agreement.teams._verdict import verdict
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import CoderId, Codings
from autocode.errors import AgreementError, Fault
from autocode.transcripts import Transcripts

Pair = tuple[CoderId, CoderId]


class _Binary(NamedTuple):
    """A coefficient of a code applied or not, ready to be computed for many codes at once."""

    label: str
    name: str
    statistics: Statistics
    definition: Definition
    undefined: Undefined
    missing: str
    value_range: Range = COEFFICIENT_RANGE


_NOMINAL = 1.0 - np.identity(2)
_APART = _alpha.statistics(_NOMINAL)
_CATEGORY = {"positive": {"category": "applied"}, "negative": {"category": "not applied"}}
_CATEGORIES = "2: not applied, applied"
_BINARY = (
    _Binary(
        "alpha",
        "krippendorff_alpha",
        lambda patterns: _APART(patterns).toarray(),
        _alpha.definition(_NOMINAL),
        Undefined.ONE_CATEGORY,
        "lines judged once are left out, of the margins too",
    ),
    _Binary(
        "percent",
        "percent_agreement",
        _percent.statistics,
        _percent.definition,
        Undefined.NO_PAIRS,
        "lines judged once are left out; mean over lines (Gwet), not over pairs",
        SHARE_RANGE,
    ),
    _Binary(
        "ac1",
        "gwet_ac1",
        _ac1.statistics(2),
        _ac1.definition,
        Undefined.ONE_CATEGORY,
        "lines judged once are left out, of chance too",
    ),
    _Binary(
        "positive",
        "specific_agreement",
        _specific.statistics(1),
        _specific.definition,
        Undefined.NEVER_USED,
        "lines judged once are left out; every pair counts alike",
        SHARE_RANGE,
    ),
    _Binary(
        "negative",
        "specific_agreement",
        _specific.statistics(0),
        _specific.definition,
        Undefined.NEVER_USED,
        "lines judged once are left out; every pair counts alike",
        SHARE_RANGE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAgreement:
    """How far the coders agree on one subtheme, one theme (any of its subthemes), or all codes together.

    Attributes
    ----------
    units, coders : lines that at least two coders judged, and the coders who judged them.
    applied : how many of these lines at least one coder gave the code to.
    prevalence : share of the judgements in which the code (for all codes together: any code) was applied.
    coefficients : by name: alpha, percent, ac1, positive (P+), negative (P-). For all codes together alpha is of sets,
        by MASI; percent is of equal sets; kappa is the mean of Cohen's kappa over codes and pairs of coders.
    pairs : Cohen's kappa of every two coders who share lines. For all codes together, its mean over the codes.
    """

    code: CodeId
    name: str
    theme: str
    units: int
    coders: int
    applied: int
    prevalence: float
    coefficients: Mapping[str, Agreement]
    pairs: Mapping[Pair, Agreement]

    @property
    def alpha(self) -> Agreement:
        """Krippendorff's alpha."""
        return self.coefficients["alpha"]

    @property
    def verdict(self) -> str:
        """What the lower bound of alpha allows one to say, or how much more evidence would be needed."""
        return verdict(self.alpha)

    def to_json(self) -> dict[str, object]:
        """Return the row with its verdict and coefficients as value, low, high and reason; pairs are `kappa A B`."""
        shown = {name: agreement.to_json() for name, agreement in self.coefficients.items()}
        shown |= {f"kappa {a} {b}": agreement.to_json() for (a, b), agreement in self.pairs.items()}
        return {
            "code": self.code,
            "theme": self.theme,
            "units": self.units,
            "coders": self.coders,
            "prevalence": number(self.prevalence),
            "verdict": self.verdict,
            "coefficients": shown,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTable:
    """Agreement per subtheme (`codes`), per theme and over all, with the conventions that all rows share."""

    codes: tuple[CodeAgreement, ...]
    themes: tuple[CodeAgreement, ...]
    overall: CodeAgreement
    conventions: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """Return the promised shape of `autocode agree --json`."""
        overall = self.overall.to_json()
        return {
            "codes": [row.to_json() for row in self.codes],
            "overall": {
                **{key: overall[key] for key in ("units", "coders", "prevalence", "verdict", "coefficients")},
                "interviews": self.overall.alpha.n_interviews,
                "themes": [row.to_json() for row in self.themes],
            },
            "conventions": dict(self.conventions),
        }

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text: a heading, then a row per subtheme, per theme, and one for all codes."""
        table: list[tuple[str, ...]] = [
            ("code", "lines", "coders", "applied", "agree", "P+", "alpha", "AC1", "by the lower bound")
        ]
        for row in (*self.codes, *self.themes, self.overall):
            each = row.coefficients
            table.append(
                (
                    row.name,
                    f"{row.units}",
                    f"{row.coders}",
                    _percent_of(row.prevalence),
                    _percent_of(each["percent"].value),
                    _short(each.get("positive")),
                    each["alpha"].estimate,
                    _short(each.get("ac1")),
                    row.verdict,
                )
            )
        return table

    def __str__(self) -> str:
        head, *body = self.rows()
        widths = [max(len(row[i]) for row in (head, *body)) for i in range(len(head))]
        drawn = []
        for row in (head, *body):
            cells = [
                cell.ljust(w) if i in (0, 8) else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            ]
            drawn.append("  ".join(cells).rstrip())
        rule = "-" * max(map(len, drawn))
        ends = [1, 1 + len(self.codes), 1 + len(self.codes) + len(self.themes)]
        for end in sorted(set(ends), reverse=True):
            drawn.insert(end, rule)
        drawn.append("")
        drawn.append(f"{self.overall.alpha.basis}; alpha of all codes together compares sets by MASI.")
        if "kappa" in self.overall.coefficients:
            drawn.append(f"Cohen's kappa, mean over codes and pairs: {self.overall.coefficients['kappa'].estimate}.")
        drawn.append(f"Intervals: {self.conventions['interval']}.")
        if "caution" in self.conventions:
            drawn.append(f"Caution: {self.conventions['caution']}.")
        return "\n".join(drawn)

    def _repr_html_(self) -> str:
        head, *body = self.rows()
        th = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        trs = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        return f"<table><thead><tr>{th}</tr></thead><tbody>{trs}</tbody></table>"


def agreement_table(
    codings: Codings,
    codebook: Codebook,
    lines: Transcripts,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> AgreementTable:
    """Return agreement per subtheme, theme and over all, of the independent codings of lines that two coders judged.

    Raises `AgreementError` if a code that was given is not in the codebook, or a judged line is in no transcript.
    """
    codings.check_lines(lines)
    own = codings.independent()
    unknown = sorted({code for one in own for code in one.codes if code not in codebook})
    AgreementError.raise_if(
        Fault(f"the code {code!r} was given to lines but is not in the codebook; add it or correct the codings.")
        for code in unknown
    )
    sets = ReliabilityData.for_sets(own, lines).pairable()
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    groups: list[tuple[Code, tuple[CodeId, ...]]] = [(code, (code.id,)) for code in codebook.subthemes]
    groups += [(theme, _below(theme, codebook)) for theme in codebook.themes]
    answers = [codes_mask(sets.labels, codes) for _, codes in groups]

    coefficients: list[dict[str, Agreement]] = [{} for _ in groups]
    for kind in _BINARY:
        for named, found in zip(coefficients, _each(sets, answers, kind, how), strict=True):
            named[kind.label] = found
    n_subthemes = len(codebook.subthemes)
    per_code: list[dict[Pair, Agreement]] = [{} for _ in groups]
    means: dict[Pair, Agreement] = {}
    pairs = _sharing(sets)
    for a, b in pairs:
        *kappas, mean = _kappas_of_pair(sets, (a, b), answers, n_subthemes, how)
        for row_pairs, found in zip(per_code, kappas, strict=True):
            row_pairs[a, b] = found
        means[a, b] = mean

    def row(i: int) -> CodeAgreement:
        code = groups[i][0]
        theme = codebook.theme_of(code.id)
        return CodeAgreement(
            code=code.id,
            name=code.name,
            theme="" if theme is None else theme.name,
            units=len(sets.units),
            coders=len(sets.coders),
            applied=_applied(sets, answers[i]),
            prevalence=_prevalence(sets, answers[i]),
            coefficients=MappingProxyType(coefficients[i]),
            pairs=MappingProxyType(per_code[i]),
        )

    together = {
        "alpha": _alpha.krippendorff_alpha(sets, distance="masi" if sets.of_sets else None, **how),
        "percent": _percent.percent_agreement(sets, **how),
    }
    if pairs and n_subthemes:
        together["kappa"] = _mean_kappa(sets, pairs, answers[:n_subthemes], how)
    any_code = codes_mask(sets.labels, codebook)
    overall = CodeAgreement(
        code=CodeId(""),
        name="all codes",
        theme="",
        units=len(sets.units),
        coders=len(sets.coders),
        applied=_applied(sets, any_code),
        prevalence=_prevalence(sets, any_code),
        coefficients=MappingProxyType(together),
        pairs=MappingProxyType(means),
    )
    rows = tuple(row(i) for i in range(len(groups)))
    return AgreementTable(
        codes=rows[:n_subthemes],
        themes=rows[n_subthemes:],
        overall=overall,
        conventions=MappingProxyType(_conventions(together["alpha"], level)),
    )


def _below(theme: Code, codebook: Codebook) -> tuple[CodeId, ...]:
    """Return a theme and everything under it: giving a line the theme itself counts too."""
    under = {theme.id}
    grown = True
    while grown:
        more = {code.id for code in codebook.values() if code.parent in under} - under
        under |= more
        grown = bool(more)
    return tuple(under)


def _applied(sets: ReliabilityData, answer: Values) -> int:
    return int((answer[sets.values] == 1).any(axis=0).sum())


def _prevalence(sets: ReliabilityData, answer: Values) -> float:
    said = answer[sets.values]
    judged = said >= 0
    return float((said == 1).sum() / judged.sum()) if judged.any() else float("nan")


def _each(sets: ReliabilityData, answers: Sequence[Values], kind: _Binary, how: Mapping[str, Any]) -> list[Agreement]:
    """Return one coefficient for each code, all from the same resamples if there are any."""
    if not answers:
        return []

    def statistics(patterns: Values) -> Array:
        return np.concatenate([kind.statistics(answer[patterns]) for answer in answers], axis=1)

    def definition(totals: Array) -> Array:
        return kind.definition(totals.reshape(len(totals), len(answers), -1))[..., 0]

    return estimates(
        sets,
        [kind.name] * len(answers),
        statistics,
        definition,
        reason=lambda totals: [kind.undefined] * len(answers),
        conventions={
            "unit": "line",
            "missing": kind.missing,
            "categories": _CATEGORIES,
            "distance": DESCRIPTIONS["nominal"],
        }
        | _CATEGORY.get(kind.label, {}),
        value_range=kind.value_range,
        **how,
    )


def _kappas_of_pair(
    sets: ReliabilityData, pair: Pair, answers: Sequence[Values], n_averaged: int, how: Mapping[str, Any]
) -> list[Agreement]:
    """Return Cohen's kappa of two coders for each code, and last its mean over the first `n_averaged` codes."""
    data = sets.pair(*pair)
    of_two = _kappa.statistics(2)

    def statistics(patterns: Values) -> Array:
        return np.concatenate([of_two(answer[patterns]) for answer in answers], axis=1)

    def definition(totals: Array) -> Array:
        kappa = _kappa.definition(totals.reshape(len(totals), len(answers), -1))[..., 0]
        return np.column_stack([kappa, _mean(kappa[:, :n_averaged])])

    *kappas, mean = estimates(
        data,
        ["cohen_kappa"] * len(answers) + ["mean_cohen_kappa"],
        statistics,
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY] * (len(answers) + 1),
        conventions=_kappa.conventions(data) | {"categories": _CATEGORIES},
        **how,
    )
    return [*kappas, _averaged(mean, f"over {n_averaged} codes")]


def _mean_kappa(
    sets: ReliabilityData, pairs: Sequence[Pair], answers: Sequence[Values], how: Mapping[str, Any]
) -> Agreement:
    """Return the mean of Cohen's kappa over codes and pairs of coders (for one code: Light's kappa)."""
    at = [[sets.coders.index(a), sets.coders.index(b)] for a, b in pairs]
    of_two = _kappa.statistics(2)

    def statistics(patterns: Values) -> Array:
        return np.concatenate([of_two(answer[patterns[:, two]]) for two in at for answer in answers], axis=1)

    def definition(totals: Array) -> Array:
        kappa = _kappa.definition(totals.reshape(len(totals), len(pairs) * len(answers), -1))[..., 0]
        return _mean(kappa)[:, None]

    [mean] = estimates(
        sets,
        ["mean_cohen_kappa"],
        statistics,
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=_kappa.conventions(sets) | {"categories": _CATEGORIES},
        **how,
    )
    return _averaged(mean, f"over {len(answers)} codes and {len(pairs)} pairs of coders")


def _averaged(mean: Agreement, over: str) -> Agreement:
    said = {**mean.conventions, "mean": f"{over}; those where kappa is undefined are left out"}
    return replace(mean, conventions=MappingProxyType(said))


def _mean(values: Array) -> Array:
    """Return the mean of the defined values of each row; NaN where none is."""
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(float))


def _sharing(sets: ReliabilityData) -> list[Pair]:
    """Return the pairs of coders who judged a line in common."""
    judged = sets.judged
    return [
        (sets.coders[i], sets.coders[j])
        for i, j in combinations(range(len(sets.coders)), 2)
        if (judged[i] & judged[j]).any()
    ]


def _conventions(alpha: Agreement, level: float) -> dict[str, str]:
    said = {
        "unit": "line",
        "missing": "only lines that at least two coders judged; a line read without any code counts as not applied",
        "categories": "per code 2: not applied, applied; a theme is applied if any of its subthemes is",
        "distance": f"per code {DESCRIPTIONS['nominal']}; all codes together {DESCRIPTIONS['masi']}",
        "basis": "independent codings only",
        "prevalence": "share of judgements in which the code was applied",
        "level": f"{level:g}",
        "thresholds": "reliable from .800, tentative from .667 (Krippendorff), held against the lower bound of alpha",
    }
    shared = ("interval", "resamples", "seed", "caution")
    return said | {key: alpha.conventions[key] for key in shared if key in alpha.conventions}


def _percent_of(value: float) -> str:
    return "-" if value != value else f"{100 * value:.0f} %"


def _short(agreement: Agreement | None) -> str:
    return "" if agreement is None else "-" if agreement.undefined else f"{agreement.value:.2f}"
