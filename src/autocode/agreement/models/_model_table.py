"""Agreement of a model with the coders beside agreement among the coders, code by code, on the same lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _alpha
from autocode.agreement.coefficients._distances import DESCRIPTIONS, distances
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import (
    NOT_JUDGED,
    Array,
    ReliabilityData,
    Values,
    codes_mask,
    readings_of,
    whole_sets,
)
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import DIFFERENCE_RANGE, RATIO_RANGE, Interval
from autocode.agreement.models._model_data import with_counts_of, with_model
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts

_NAMES = ("krippendorff_alpha", "krippendorff_alpha", "difference_of_alphas", "ratio_of_alphas")
_DIFFERENCES = {"difference_of_alphas": DIFFERENCE_RANGE, "ratio_of_alphas": RATIO_RANGE}
_NOMINAL = 1.0 - np.identity(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAgreement:
    """Agreement among the coders, and of the model with them, on one code.

    Attributes
    ----------
    code : CodeId or None
        The code; None for whole sets of codes and for the mean over codes.
    applied, suggested : int
        Lines to which at least one coder, and the model, gave the code (any code, where it is None).
    human : Agreement
        Alpha among the coders.
    model : Agreement
        Alpha of the pairs of the model and a coder, every judgement counted once.
    difference, ratio : Agreement
        Model minus human, and model divided by human, paired by interview.
    """

    code: CodeId | None
    applied: int
    suggested: int
    human: Agreement
    model: Agreement
    difference: Agreement
    ratio: Agreement

    def __str__(self) -> str:
        return (
            f"coders {self.human.estimate}, model with coders {self.model.estimate}, ratio {self.ratio.estimate} "
            f"({self.human.basis})"
        )

    def to_json(self) -> dict[str, object]:
        """Return the four numbers with their intervals or reasons, and the counts."""
        return {
            "code": self.code,
            "applied": self.applied,
            "suggested": self.suggested,
            "lines": self.human.n_pairable,
            "human": self.human.to_json(),
            "model": self.model.to_json(),
            "difference": self.difference.to_json(),
            "ratio": self.ratio.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTable:
    """Agreement among the coders, and of a model with them, code by code, see `model_table`.

    Attributes
    ----------
    codes : tuple of ModelAgreement
        One row per code.
    mean : ModelAgreement
        The mean over the codes.
    sets : ModelAgreement
        Whole sets of codes, by MASI.
    """

    codes: tuple[ModelAgreement, ...]
    mean: ModelAgreement
    sets: ModelAgreement

    def __str__(self) -> str:
        rows = {f"{row.code}": row for row in self.codes} | {"mean over codes": self.mean, "sets (MASI)": self.sets}
        return "\n".join(f"{name}: {row}" for name, row in rows.items())

    def to_json(self) -> dict[str, object]:
        """Return every row, and the conventions."""
        return {
            "codes": [row.to_json() for row in self.codes],
            "mean": self.mean.to_json(),
            "sets": self.sets.to_json(),
            "conventions": dict(self.sets.model.conventions),
        }


@documented
def model_table(
    codings: Codings,
    model: Mapping[LineId, frozenset[CodeId]],
    lines: Transcripts | None = None,
    *,
    codes: Sequence[CodeId],
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> ModelTable:
    """Return the agreement of a model with the coders beside agreement among the coders, on the same lines.

    The lines are those with predictions that at least two coders judged independently; the model is never one of the
    coders.

    Parameters
    ----------
    {codings}
    model : mapping of LineId to frozenset of CodeId
        The codes that the model predicts for each line, an empty set for none. The model must have been neither trained
        nor tuned on these lines.
    lines : Transcripts or None, default None
        The interviews that the coded lines come from; without them, all lines are taken to be independent.
    codes : sequence of CodeId
        The codes to compare one by one, at least one.
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If there is no such line.
    ValueError
        If no code is given.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

    Examples
    --------
    Coder a in the place of a model:

    {sample_study}
    >>> model = {coding.line: coding.codes for coding in codings.by("coder_a")}
    >>> table = ac.model_table(codings.by("coder_b", "coder_c"), model, lines, codes=["overworked-staff"])
    >>> row = table.codes[0]
    >>> print(row.human.estimate, row.model.estimate, row.ratio.estimate)
    0.79 [0.63, 0.90] 0.88 [0.77, 0.95] 1.11 [1.01, 1.22]
    """
    if not codes:
        raise ValueError("name the codes to compare; there is none.")
    readings = readings_of(ReliabilityData, codings.independent().on(model), lines)
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    humans = readings.pairable()
    if len(humans.coders) < 2:
        raise AgreementError(
            "a model is compared with agreement among coders, which needs lines that two of them coded independently "
            "and that the model has predictions for."
        )
    by_reading = with_model(humans, model, None)
    masks = [codes_mask(by_reading.labels, [code]) for code in codes]
    of_codes = [with_counts_of(agreement, humans) for agreement in _agreements_of_codes(by_reading, masks, options)]
    whole = whole_sets(readings)
    sets = by_reading if whole is readings else with_model(whole.pairable(), model, None)
    of_sets = [with_counts_of(agreement, _without_model(sets)) for agreement in _agreements_of_sets(sets, options)]
    return ModelTable(
        codes=tuple(
            _open_row(readings, code, model, options)
            if (mask[:-1] == NOT_JUDGED).any()
            else _row(by_reading, code, mask, of_codes[4 * i : 4 * i + 4])
            for i, (code, mask) in enumerate(zip(codes, masks, strict=True))
        ),
        mean=_row(by_reading, None, codes_mask(by_reading.labels, codes), of_codes[-4:]),
        sets=_row(sets, None, codes_mask(sets.labels, codes), of_sets),
    )


def _open_row(
    readings: ReliabilityData, code: CodeId, model: Mapping[LineId, frozenset[CodeId]], options: Mapping[str, Any]
) -> ModelAgreement:
    """Return the row of a code that some judgements say nothing about, from those that say whether it applies."""
    humans = readings.applied(code).pairable()
    applied = with_model(humans, model, (code,))
    same = np.array([0, 1, NOT_JUDGED], dtype=np.int32)
    return _row(
        applied, code, same, [with_counts_of(a, humans) for a in _agreements_of_codes(applied, [same], options)][:4]
    )


def _without_model(data: ReliabilityData) -> ReliabilityData:
    return replace(data, coders=data.coders[:-1], values=data.values[:-1])


def _row(sets: ReliabilityData, code: CodeId | None, mask: Values, agreements: Sequence[Agreement]) -> ModelAgreement:
    """Return a row of the table from its four agreements; the model is the last row of the data."""
    human, model, difference, quotient = agreements
    applied = mask[sets.values]
    return ModelAgreement(
        code=code,
        applied=int((applied[:-1] == 1).any(axis=0).sum()),
        suggested=int((applied[-1] == 1).sum()),
        human=human,
        model=model,
        difference=difference,
        ratio=quotient,
    )


def _agreements_of_codes(sets: ReliabilityData, masks: Sequence[Values], options: Mapping[str, Any]) -> list[Agreement]:
    """Return the four quantities of each code and, last, of the mean over codes, all from the same interviews."""
    statistics_of_alpha, alpha = _alpha.dense_if_small(_NOMINAL), _alpha.definition(_NOMINAL)

    def statistics(patterns: Values) -> Any:
        parts = []
        for mask in masks:
            applied = mask[patterns]
            with_coders = sum(statistics_of_alpha(pair) for pair in _pairs_with_model(applied))
            parts += [statistics_of_alpha(applied[:, :-1]), with_coders]
        return hstack([csr_array(part) for part in parts], format="csr").toarray()

    def definition(totals: Array) -> Array:
        both = alpha(totals.reshape(len(totals), len(masks), 2, 3))[..., 0]
        known = ~np.isnan(both).any(axis=2, keepdims=True)
        mean = ratio(np.where(known, both, 0.0).sum(axis=1), known.sum(axis=1).astype(float))
        return _quantities(np.concatenate([both, mean[:, None, :]], axis=1))

    return estimates(
        sets,
        list(_NAMES) * (len(masks) + 1),
        statistics,
        definition,
        reason=lambda totals: _reasons(definition(totals)[0]),
        conventions=_conventions("2: not applied, applied", "nominal"),
        differences=_DIFFERENCES,
        **options,
    )


def _agreements_of_sets(sets: ReliabilityData, options: Mapping[str, Any]) -> list[Agreement]:
    """Return the four quantities of whole sets of codes."""
    delta = distances(sets, "masi")
    statistics_of_alpha, alpha = _alpha.statistics(delta), _alpha.definition(delta)

    def statistics(patterns: Values) -> Any:
        with_coders = sum(statistics_of_alpha(pair) for pair in _pairs_with_model(patterns))
        return hstack([statistics_of_alpha(patterns[:, :-1]), with_coders], format="csr")

    def definition(totals: Array) -> Array:
        return _quantities(alpha(totals.reshape(len(totals), 1, 2, 1 + len(delta)))[..., 0])

    return estimates(
        sets,
        list(_NAMES),
        statistics,
        definition,
        reason=lambda totals: _reasons(definition(totals)[0]),
        conventions=_conventions(sets.categories, "masi"),
        differences=_DIFFERENCES,
        **options,
    )


def _pairs_with_model(patterns: Values) -> list[Values]:
    """Return, for each coder, their values beside those of the model, the last column, where the coder judged."""
    return [
        np.where((patterns[:, k] >= 0)[:, None], patterns[:, [k, -1]], NOT_JUDGED).astype(patterns.dtype)
        for k in range(patterns.shape[1] - 1)
    ]


def _quantities(human_model: Array) -> Array:
    """Return human, model, difference and ratio; the ratio only where coders agree better than by chance."""
    human, model = human_model[..., 0], human_model[..., 1]
    quotient = ratio(model, np.where(human.real > 0, human, 0.0))
    quantities: Array = np.stack([human, model, model - human, quotient], axis=-1)
    return quantities.reshape(len(human_model), -1)


def _reasons(values: Array) -> list[Undefined]:
    """Return why each of the values of `_quantities` would be undefined."""
    return [
        Undefined.NOT_ABOVE_CHANCE if i % 4 == 3 and values[i - 3] <= 0 else Undefined.ONE_CATEGORY
        for i in range(len(values))
    ]


def _conventions(categories: str, distance: str) -> dict[str, str]:
    return {
        "unit": "line",
        "missing": "lines that two coders and the model judged; in pairs with the model every judgement counts once",
        "categories": categories,
        "distance": DESCRIPTIONS[distance],
        "mean": "over the codes for which both alphas are defined",
    }
