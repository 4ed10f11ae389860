"""A model beside the coders, code by code: the same coefficient on the same lines, and how far it gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _alpha
from autocode.agreement.coefficients._distances import DESCRIPTIONS, distances
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import NOT_JUDGED, Array, ReliabilityData, Values, codes_mask
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import DIFFERENCE_RANGE, RATIO_RANGE, Interval
from autocode.agreement.models._human_ceiling import coders_only, with_model
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts

_NAMES = ("krippendorff_alpha", "krippendorff_alpha", "difference_of_alphas", "ratio_of_alphas")
_DIFFERENCES = {"difference_of_alphas": DIFFERENCE_RANGE, "ratio_of_alphas": RATIO_RANGE}
_NOMINAL = 1.0 - np.identity(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAgreement:
    """Agreement among the coders, of the model with them, and how far the one comes to the other.

    Attributes
    ----------
    code : the code, or None for whole sets of codes and for the mean over codes.
    applied, suggested : lines to which a coder, and the model, gave the code (any code, where it is None).
    human : alpha among the coders; `model` : alpha of the pairs (model, coder, line), every judgement counted once.
    difference, ratio : model less human, and model over human, paired by interview.
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
    """A model beside the coders for each code, for the mean over the codes, and for whole sets of codes (MASI)."""

    codes: tuple[ModelAgreement, ...]
    mean: ModelAgreement
    sets: ModelAgreement

    def __str__(self) -> str:
        told = {f"{row.code}": row for row in self.codes} | {"mean over codes": self.mean, "sets (MASI)": self.sets}
        return "\n".join(f"{name}: {row}" for name, row in told.items())

    def to_json(self) -> dict[str, object]:
        """Return every row, and the conventions."""
        return {
            "codes": [row.to_json() for row in self.codes],
            "mean": self.mean.to_json(),
            "sets": self.sets.to_json(),
            "conventions": dict(self.sets.model.conventions),
        }


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
    """Return the agreement of a model with the coders beside that among the coders, on the same lines.

    `model` tells the codes that it said of each line, an empty set where it said none; only lines that it was neither
    trained nor tuned on may be there, and of these those that two coders judged independently are compared. The model
    is never in the pool of coders.
    Raises `AgreementError` if there is no such line.
    """
    if not codes:
        raise ValueError("name the codes to compare; there is none.")
    own = codings.independent().on(model)
    humans = ReliabilityData.for_sets(own, lines).pairable()
    if len(humans.coders) < 2:
        raise AgreementError(
            "a model is held beside agreement among coders, which needs lines that two of them coded independently and "
            "the model spoke of."
        )
    sets = with_model(humans, model, None)
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    answers = [codes_mask(sets.labels, [code]) for code in codes]
    found = [coders_only(one, humans) for one in _per_code(sets, answers, how)]
    of_sets = [coders_only(one, humans) for one in _of_sets(sets, how)]
    any_code = codes_mask(sets.labels, codes)

    def row(code: CodeId | None, answer: Values, four: Sequence[Agreement]) -> ModelAgreement:
        said = answer[sets.values]
        return ModelAgreement(
            code=code,
            applied=int((said[:-1] == 1).any(axis=0).sum()),
            suggested=int((said[-1] == 1).sum()),
            human=four[0],
            model=four[1],
            difference=four[2],
            ratio=four[3],
        )

    return ModelTable(
        codes=tuple(
            row(code, answer, found[4 * i : 4 * i + 4])
            for i, (code, answer) in enumerate(zip(codes, answers, strict=True))
        ),
        mean=row(None, any_code, found[-4:]),
        sets=row(None, any_code, of_sets),
    )


def _per_code(sets: ReliabilityData, answers: Sequence[Values], how: Mapping[str, Any]) -> list[Agreement]:
    """Return the four numbers of each code and, last, of the mean over codes, all from the same interviews."""
    alike, alpha = _alpha.dense_if_small(_NOMINAL), _alpha.definition(_NOMINAL)

    def statistics(patterns: Values) -> Any:
        parts = []
        for answer in answers:
            said = answer[patterns]
            parts += [alike(said[:, :-1]), sum(alike(two) for two in _beside(said))]
        return hstack([csr_array(part) for part in parts], format="csr").toarray()

    def definition(totals: Array) -> Array:
        both = alpha(totals.reshape(len(totals), len(answers), 2, 3))[..., 0]
        known = ~np.isnan(both).any(axis=2, keepdims=True)
        mean = ratio(np.where(known, both, 0.0).sum(axis=1), known.sum(axis=1).astype(float))
        return _four(np.concatenate([both, mean[:, None, :]], axis=1))

    return estimates(
        sets,
        list(_NAMES) * (len(answers) + 1),
        statistics,
        definition,
        reason=lambda totals: _why(definition(totals)[0]),
        conventions=_conventions("2: not applied, applied", "nominal"),
        differences=_DIFFERENCES,
        **how,
    )


def _of_sets(sets: ReliabilityData, how: Mapping[str, Any]) -> list[Agreement]:
    delta = distances(sets, "masi")
    alike, alpha = _alpha.statistics(delta), _alpha.definition(delta)

    def statistics(patterns: Values) -> Any:
        return hstack([alike(patterns[:, :-1]), sum(alike(two) for two in _beside(patterns))], format="csr")

    def definition(totals: Array) -> Array:
        return _four(alpha(totals.reshape(len(totals), 1, 2, 1 + len(delta)))[..., 0])

    return estimates(
        sets,
        list(_NAMES),
        statistics,
        definition,
        reason=lambda totals: _why(definition(totals)[0]),
        conventions=_conventions(sets.categories, "masi"),
        differences=_DIFFERENCES,
        **how,
    )


def _beside(said: Values) -> list[Values]:
    """Return, for each coder, what she and the model said of the units that she judged."""
    return [
        np.where((said[:, k] >= 0)[:, None], said[:, [k, -1]], NOT_JUDGED).astype(said.dtype)
        for k in range(said.shape[1] - 1)
    ]


def _four(human_model: Array) -> Array:
    """Return human, model, difference and ratio; the ratio where coders agree better than by chance."""
    human, model = human_model[..., 0], human_model[..., 1]
    share = ratio(model, np.where(human.real > 0, human, 0.0))
    four: Array = np.stack([human, model, model - human, share], axis=-1)
    return four.reshape(len(human_model), -1)


def _why(values: Array) -> list[Undefined]:
    """Return why each of the numbers of `_four` would be undefined."""
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
