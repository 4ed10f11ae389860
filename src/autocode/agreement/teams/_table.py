"""Agreement per subtheme, per theme and for all codes together, of the independent codings of a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from autocode.agreement._result import Agreement, Undefined, number
from autocode.agreement.coefficients import _ac1, _alpha, _kappa, _percent, _specific
from autocode.agreement.coefficients._distances import DESCRIPTIONS
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import (
    APPLIED,
    NOT_APPLIED,
    NOT_JUDGED,
    Array,
    ReliabilityData,
    Values,
    codes_mask,
    readings_of,
    whole_sets,
)
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import (
    COEFFICIENT_RANGE,
    SHARE_RANGE,
    Definition,
    Interval,
    Range,
    Statistics,
)
from autocode.agreement.teams._unknown_codes import unknown_code_faults
from autocode.agreement.teams._verdict import missing_evidence, verdict
from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId, Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.frozen import FrozenMapping
from autocode.tables import Table
from autocode.transcripts import Transcripts
from autocode.wording import count_of, percent

Pair = tuple[CoderId, CoderId]


class _Binary(NamedTuple):
    """A coefficient of whether a code is applied, which is computed for many codes at once."""

    label: str
    name: str
    statistics: Statistics
    definition: Definition
    undefined: Undefined
    missing: str
    value_range: Range = COEFFICIENT_RANGE


_NOMINAL = 1.0 - np.identity(2)
_ALPHA_STATISTICS = _alpha.statistics(_NOMINAL)
_CATEGORY = {"positive": {"category": "applied"}, "negative": {"category": "not applied"}}
_CATEGORIES = "2: not applied, applied"
_SAME = np.array([0, 1, NOT_JUDGED], dtype=np.int32)  # the mask of a table that says already whether a code applies
_ALL_CODES = (CodeId(""), "all codes")
_BINARY = (
    _Binary(
        "alpha",
        "krippendorff_alpha",
        lambda patterns: _ALPHA_STATISTICS(patterns).toarray(),
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
        "lines judged once are left out; every pair counts the same",
        SHARE_RANGE,
    ),
    _Binary(
        "negative",
        "specific_agreement",
        _specific.statistics(0),
        _specific.definition,
        Undefined.NEVER_USED,
        "lines judged once are left out; every pair counts the same",
        SHARE_RANGE,
    ),
)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAgreement:
    """Agreement on one subtheme, one theme (any of its subthemes), or all codes together.

    Attributes
    ----------
    code : CodeId
        The code; empty for all codes together.
    name : str
        Its name.
    theme : str
        The name of its theme; empty if it has none.
    units : int
        Lines that at least two coders judged.
    coders : int
        The coders who judged them.
    applied : int
        The lines among them to which at least one coder gave the code.
    prevalence : float
        Share of the judgements in which the code (for all codes together: any code) was applied.
    coefficients : mapping of str to Agreement
        By name: alpha, percent, ac1, positive (P+), negative (P-). For all codes together alpha is of sets, by MASI;
        percent is the share of equal sets; kappa is the mean of Cohen's kappa over codes and pairs of coders.
    pairs : mapping of (CoderId, CoderId) to Agreement
        Cohen's kappa of each pair of coders who share lines; for all codes together, its mean over the codes.
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
        """The verdict by the lower bound of alpha, or how much more evidence it needs."""
        return verdict(self.alpha)

    @property
    def missing_evidence(self) -> str:
        """What evidence the verdict lacks, in words; empty if there is enough."""
        return missing_evidence(self.alpha)

    def to_json(self) -> dict[str, object]:
        """Return the row with its verdict and coefficients as value, low, high and reason; pairs are `kappa A B`."""
        coefficients = {name: agreement.to_json() for name, agreement in self.coefficients.items()}
        coefficients |= {f"kappa {a} {b}": agreement.to_json() for (a, b), agreement in self.pairs.items()}
        return {
            "code": self.code,
            "theme": self.theme,
            "units": self.units,
            "coders": self.coders,
            "prevalence": number(self.prevalence),
            "verdict": self.verdict,
            "coefficients": coefficients,
        }


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTable(Tabular):
    """Agreement per subtheme, per theme and for all codes together, see `agreement_table`.

    Attributes
    ----------
    codes : tuple of CodeAgreement
        One row per subtheme.
    themes : tuple of CodeAgreement
        One row per theme; a theme is applied if it or any code below it is.
    overall : CodeAgreement
        All codes together.
    conventions : mapping of str to str
        The choices that all rows share, in words.
    codebook_version : str, default ""
        The version of the codebook whose codes these are.
    waiting : int, default 0
        Number of judgements that say nothing about some codes, because they were made before the codes were added,
        split or redefined. A code's row leaves out those that say nothing about it; alpha of all codes, all of them.
    """

    codes: tuple[CodeAgreement, ...]
    themes: tuple[CodeAgreement, ...]
    overall: CodeAgreement
    conventions: Mapping[str, str]
    codebook_version: str = ""
    waiting: int = 0

    def to_json(self) -> dict[str, object]:
        """Return the table as `autocode agree --json` prints it."""
        overall = self.overall.to_json()
        return {
            "codes": [row.to_json() for row in self.codes],
            "overall": {
                **{key: overall[key] for key in ("units", "coders", "prevalence", "verdict", "coefficients")},
                "interviews": self.overall.alpha.n_interviews,
                "themes": [row.to_json() for row in self.themes],
            },
            "codebook": self.codebook_version,
            "waiting": self.waiting,
            "conventions": dict(self.conventions),
        }

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text: a heading, then one row per subtheme, per theme, and for all codes together."""
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
                    percent(row.prevalence, undefined="-"),
                    percent(each["percent"].value, undefined="-"),
                    _value(each.get("positive")),
                    each["alpha"].estimate,
                    _value(each.get("ac1")),
                    row.verdict,
                )
            )
        return table

    def __str__(self) -> str:
        n_subthemes = len(self.codes)
        sentences = [
            self._table().text(rules=(0, n_subthemes, n_subthemes + len(self.themes))),
            "",
            f"{self.widest.alpha.basis}; alpha of all codes together compares sets by MASI.",
        ]
        if "kappa" in self.overall.coefficients:
            kappa = self.overall.coefficients["kappa"].estimate
            sentences.append(f"Cohen's kappa, mean over codes and pairs: {kappa}.")
        sentences.append(f"Intervals: {self.conventions['interval']}.")
        if "caution" in self.conventions:
            sentences.append(f"Caution: {self.conventions['caution']}.")
        if "codes" in self.conventions:
            sentences.append(f"Codes: {self.conventions['codes']}.")
        if self.codebook_version:
            sentences.append(self.codebook)
        return "\n".join(sentences)

    @property
    def widest(self) -> CodeAgreement:
        """The row of most lines: all codes together, or, where judgements leave codes open, perhaps that of a code."""
        return max((self.overall, *self.codes), key=lambda row: row.units) if self.waiting else self.overall

    @property
    def codebook(self) -> str:
        """The version of the codebook, and how many judgements wait to be read again, as a sentence."""
        if not self.waiting:
            return f"Codebook version {self.codebook_version}."
        return (
            f"Codebook version {self.codebook_version}; {count_of(self.waiting, 'judgement')} made before a code was "
            "added, split or redefined, left out where they say nothing about it until they are read again."
        )

    def _records(self) -> list[dict[str, Any]]:
        kinds = {"subtheme": self.codes, "theme": self.themes, "all codes": (self.overall,)}
        return [
            {
                "row": kind,
                "code": row.code,
                "name": row.name,
                "theme": row.theme,
                "lines": row.units,
                "coders": row.coders,
                "applied": row.applied,
                "prevalence": row.prevalence,
                "verdict": row.verdict,
                **row.coefficients,
                **{f"kappa {a} {b}": kappa for (a, b), kappa in row.pairs.items()},
            }
            for kind, rows in kinds.items()
            for row in rows
        ]

    def _repr_html_(self) -> str:
        return self._table().html() + (f"<p>{escape(self.codebook)}</p>" if self.codebook_version else "")

    def _table(self) -> Table:
        head, *rows = self.rows()
        return Table(head=head, rows=tuple(rows), numeric=frozenset(range(1, len(head) - 1)))


@documented
def agreement_table(
    codings: Codings,
    lines: Transcripts,
    codebook: Codebook,
    *,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> AgreementTable:
    """Return agreement per subtheme, per theme and for all codes together.

    Only independent codings count, of lines that at least two coders judged.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a code that was given is not in the codebook, a code is one coder's own, or a coded line is not in `lines`.
    StudyError
        If a transcript was edited after it was coded.

    Examples
    --------
    {sample_study}
    >>> table = ac.agreement_table(codings, lines, codebook)
    >>> print(table.overall.alpha)
    0.65 [0.63, 0.67] (3 coders, 584 lines, 18 interviews)
    >>> table.codes[0].name, table.codes[0].verdict
    ('Lack of awareness of roles and services', 'tentative conclusions only')
    """
    codings.check_lines(lines)
    independent = codings.independent()
    AgreementError.raise_if(unknown_code_faults(independent, codebook))
    if codebook.own_codes:
        raise AgreementError(
            f"{count_of(len(codebook.own_codes), 'code')} can be given by one coder alone, so there is no agreement on "
            "them; group them into subthemes, or measure the rest: read_study(FOLDER).with_common_codes()."
        )
    readings = readings_of(ReliabilityData, independent, lines).pairable()
    sets = whole_sets(readings)
    sets = sets if sets is readings else sets.pairable()
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    codes = [(code.id, codebook.label(code.id)) for code in codebook.subthemes]
    codes += [(theme.id, codebook.theme_label(theme.id)) for theme in codebook.themes]
    n_subthemes = len(codebook.subthemes)
    masks = [codes_mask(readings.labels, (code.id,)) for code in codebook.subthemes]
    masks += [codes_mask(readings.labels, (theme.id, *codebook.descendants(theme.id))) for theme in codebook.themes]
    pairs = _pairs_with_shared_lines(readings)
    kappas, mean_kappas = _kappas(readings, pairs, masks, n_subthemes, options)
    # a code that some judgements say nothing about has lines, coders and resamples of its own
    open_codes = [bool((mask[:-1] == NOT_JUDGED).any()) for mask in masks]
    coefficients = iter(
        _coefficients_of_codes(
            readings, [m for m, is_open in zip(masks, open_codes, strict=True) if not is_open], options
        )
    )
    rows = []
    coded_themes = {theme.id for theme in codebook.themes if theme.codable}
    for n, (code, mask, is_open, of_pairs) in enumerate(zip(codes, masks, open_codes, kappas, strict=True)):
        top = codebook.theme_of(code[0])
        theme = top.id if top is not None else code[0] if n < n_subthemes and code[0] in coded_themes else None
        name = "" if theme is None else codebook.theme_label(theme)
        if is_open:
            rows.append(_open_row(readings, code, name, mask, options))
        else:
            rows.append(_row(readings, code, name, mask, next(coefficients), of_pairs))
    overall = {
        "alpha": _alpha.krippendorff_alpha(sets, distance="masi" if sets.of_sets else None, **options),
        "percent": _percent.percent_agreement(sets, **options),
    }
    if pairs and n_subthemes:
        overall["kappa"] = _mean_kappa(readings, pairs, masks[:n_subthemes], options)
    table = AgreementTable(
        codes=tuple(rows[:n_subthemes]),
        themes=tuple(rows[n_subthemes:]),
        overall=_row(sets, _ALL_CODES, "", codes_mask(sets.labels, codebook), overall, mean_kappas),
        conventions=FrozenMapping({}),
        codebook_version=independent.version or codebook.version,
        waiting=len(independent.partly_judged()),
    )
    return replace(table, conventions=FrozenMapping(_conventions(table.widest.alpha, level)))


def _open_row(
    readings: ReliabilityData, code: tuple[CodeId, str], theme: str, mask: Values, options: Mapping[str, Any]
) -> CodeAgreement:
    """Return the row of a code that some judgements say nothing about, from those that say whether it applies."""
    own = replace(readings, values=mask[readings.values], labels=(NOT_APPLIED, APPLIED)).pairable()
    masks = [_SAME]
    pairs = _pairs_with_shared_lines(own)
    [coefficients], [kappas] = _coefficients_of_codes(own, masks, options), _kappas(own, pairs, masks, 1, options)[0]
    return _row(own, code, theme, _SAME, coefficients, kappas)


def _row(
    sets: ReliabilityData,
    code: tuple[CodeId, str],
    theme: str,
    mask: Values,
    coefficients: Mapping[str, Agreement],
    pairs: Mapping[Pair, Agreement],
) -> CodeAgreement:
    """Return a row of the table; the mask says which sets of codes apply the code."""
    applied = mask[sets.values]
    judged = applied >= 0
    return CodeAgreement(
        code=code[0],
        name=code[1],
        theme=theme,
        units=len(sets.units),
        coders=len(sets.coders),
        applied=int((applied == 1).any(axis=0).sum()),
        prevalence=float((applied == 1).sum() / judged.sum()) if judged.any() else float("nan"),
        coefficients=FrozenMapping(dict(coefficients)),
        pairs=FrozenMapping(dict(pairs)),
    )


def _coefficients_of_codes(
    sets: ReliabilityData, masks: Sequence[Values], options: Mapping[str, Any]
) -> list[dict[str, Agreement]]:
    """Return the coefficients of each code by name, for one coefficient all from the same resamples."""
    coefficients: list[dict[str, Agreement]] = [{} for _ in masks]
    for kind in _BINARY:
        for of_code, agreement in zip(coefficients, _agreements(sets, masks, kind, options), strict=True):
            of_code[kind.label] = agreement
    return coefficients


def _agreements(
    sets: ReliabilityData, masks: Sequence[Values], kind: _Binary, options: Mapping[str, Any]
) -> list[Agreement]:
    """Return one coefficient for each code, all from the same resamples if there are any."""
    if not masks:
        return []

    def statistics(patterns: Values) -> Array:
        return np.concatenate([kind.statistics(mask[patterns]) for mask in masks], axis=1)

    def definition(totals: Array) -> Array:
        return kind.definition(totals.reshape(len(totals), len(masks), -1))[..., 0]

    return estimates(
        sets,
        [kind.name] * len(masks),
        statistics,
        definition,
        reason=lambda totals: [kind.undefined] * len(masks),
        conventions={
            "unit": "line",
            "missing": kind.missing,
            "categories": _CATEGORIES,
            "distance": DESCRIPTIONS["nominal"],
        }
        | _CATEGORY.get(kind.label, {}),
        value_range=kind.value_range,
        **options,
    )


def _kappas(
    sets: ReliabilityData, pairs: Sequence[Pair], masks: Sequence[Values], n_subthemes: int, options: Mapping[str, Any]
) -> tuple[list[dict[Pair, Agreement]], dict[Pair, Agreement]]:
    """Return Cohen's kappa of each pair of coders for each code, and its mean over the subthemes."""
    per_code: list[dict[Pair, Agreement]] = [{} for _ in masks]
    means: dict[Pair, Agreement] = {}
    for pair in pairs:
        *kappas, means[pair] = _kappas_of_pair(sets, pair, masks, n_subthemes, options)
        for of_code, kappa in zip(per_code, kappas, strict=True):
            of_code[pair] = kappa
    return per_code, means


def _kappas_of_pair(
    sets: ReliabilityData, pair: Pair, masks: Sequence[Values], n_averaged: int, options: Mapping[str, Any]
) -> list[Agreement]:
    """Return Cohen's kappa of two coders for each code, and last its mean over the first `n_averaged` codes."""
    data = sets.pair(*pair)
    of_two = _kappa.statistics(2)

    def statistics(patterns: Values) -> Array:
        return np.concatenate([of_two(mask[patterns]) for mask in masks], axis=1)

    def definition(totals: Array) -> Array:
        kappa = _kappa.definition(totals.reshape(len(totals), len(masks), -1))[..., 0]
        return np.column_stack([kappa, _mean(kappa[:, :n_averaged])])

    *kappas, mean = estimates(
        data,
        ["cohen_kappa"] * len(masks) + ["mean_cohen_kappa"],
        statistics,
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY] * (len(masks) + 1),
        conventions=_kappa.conventions(data) | {"categories": _CATEGORIES},
        **options,
    )
    return [*kappas, _with_mean(mean, f"over {count_of(n_averaged, 'code')}")]


def _mean_kappa(
    sets: ReliabilityData, pairs: Sequence[Pair], masks: Sequence[Values], options: Mapping[str, Any]
) -> Agreement:
    """Return the mean of Cohen's kappa over codes and pairs of coders (for one code: Light's kappa)."""
    rows = [[sets.coders.index(a), sets.coders.index(b)] for a, b in pairs]
    of_two = _kappa.statistics(2)

    def statistics(patterns: Values) -> Array:
        return np.concatenate([of_two(mask[patterns[:, pair]]) for pair in rows for mask in masks], axis=1)

    def definition(totals: Array) -> Array:
        kappa = _kappa.definition(totals.reshape(len(totals), len(pairs) * len(masks), -1))[..., 0]
        return _mean(kappa)[:, None]

    [mean] = estimates(
        sets,
        ["mean_cohen_kappa"],
        statistics,
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY],
        conventions=_kappa.conventions(sets) | {"categories": _CATEGORIES},
        **options,
    )
    return _with_mean(mean, f"over {count_of(len(masks), 'code')} and {count_of(len(pairs), 'pair')} of coders")


def _with_mean(mean: Agreement, over: str) -> Agreement:
    """Return a mean of kappas with the convention that says what it is taken over."""
    conventions = {**mean.conventions, "mean": f"{over}; those where kappa is undefined are left out"}
    return replace(mean, conventions=FrozenMapping(conventions))


def _mean(values: Array) -> Array:
    """Return the mean of the defined values of each row; NaN where none is."""
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(float))


def _pairs_with_shared_lines(sets: ReliabilityData) -> list[Pair]:
    """Return the pairs of coders who judged at least one line in common."""
    judged = sets.judged
    return [
        (sets.coders[i], sets.coders[j])
        for i, j in combinations(range(len(sets.coders)), 2)
        if (judged[i] & judged[j]).any()
    ]


def _conventions(alpha: Agreement, level: float) -> dict[str, str]:
    conventions = {
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
    return conventions | {key: alpha.conventions[key] for key in shared if key in alpha.conventions}


def _value(agreement: Agreement | None) -> str:
    return "" if agreement is None else "-" if agreement.undefined else f"{agreement.value:.2f}"
