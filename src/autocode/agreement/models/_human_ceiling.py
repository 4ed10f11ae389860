"""How near a model comes to the coders, beside how near each coder comes to the same others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.sparse import hstack

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _alpha
from autocode.agreement.coefficients._distances import DESCRIPTIONS, distances
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import APPLIED, NOT_APPLIED, NOT_JUDGED, Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import DIFFERENCE_RANGE, Interval
from autocode.codebook import CodeId
from autocode.coding import CoderId, Codings
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How far one coder, and the model in her place, agree with the other coders on the same lines.

    Attributes
    ----------
    coder : whose place the model takes; None for the mean over the coders.
    human, model : alpha with the other coders, pairs (this one, another coder, line) pooled.
    difference : model less human, paired by interview; below zero the model is further from them than the coder.
    """

    coder: CoderId | None
    human: Agreement
    model: Agreement
    difference: Agreement

    def __str__(self) -> str:
        who = "the coders" if self.coder is None else self.coder
        return f"{who}: {self.human.estimate}, the model: {self.model.estimate}, difference: {self.difference.estimate}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanCeiling:
    """A model against each coder in turn, and against their mean."""

    coders: tuple[Ceiling, ...]
    mean: Ceiling

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.coders, self.mean)))


def human_ceiling(
    codings: Codings,
    model: Mapping[LineId, frozenset[CodeId]],
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> HumanCeiling:
    """Return the agreement of each coder with the others and of the model with the same others, on the same lines.

    `model` tells the codes that it said of each line, an empty set where it said none; only lines that it was neither
    trained nor tuned on may be there. For coder j, one alpha pools the pairs (j, k, line) over every other coder k, and
    one the pairs (model, k, line) of the same lines; the model is never in the pool of coders. Sets are compared by
    MASI; where `codes` are named, whether any of them was applied.
    Raises `AgreementError` if there are fewer than two coders, or no line that two coders and the model judged.
    """
    own = codings.independent().on(model)
    wanted = None if codes is None else tuple(codes)
    humans = ReliabilityData.for_codes(own, lines, wanted).pairable()
    n_coders = len(humans.coders)
    if n_coders < 2:
        raise AgreementError(
            "the human ceiling is how far coders agree with each other; it needs lines that two of them coded "
            "independently and the model spoke of."
        )
    data = with_model(humans, model, wanted)
    delta = distances(data, "masi" if data.of_sets else "nominal")
    alike, alpha = _alpha.statistics(delta), _alpha.definition(delta)
    width = 1 + len(delta)
    pairs = [(j, k) for j in range(n_coders) for k in range(n_coders) if j != k]

    def statistics(patterns: Values) -> Any:
        parts = []
        for j, k in pairs:
            of_both = (patterns[:, j] >= 0) & (patterns[:, k] >= 0)
            for first in (j, n_coders):
                parts.append(alike(np.where(of_both[:, None], patterns[:, [first, k]], NOT_JUDGED)))
        return hstack(parts, format="csr").toarray()

    def definition(totals: Array) -> Array:
        of_pairs = totals.reshape(len(totals), n_coders, n_coders - 1, 2, width)
        human_model = alpha(of_pairs.sum(axis=2))[..., 0]
        some = ~np.isnan(human_model).any(axis=2, keepdims=True)
        mean = ratio(np.where(some, human_model, 0.0).sum(axis=1), some.sum(axis=1).astype(float))
        each = np.concatenate([human_model, mean[:, None, :]], axis=1)
        told: Array = np.concatenate([each, each[..., 1:] - each[..., :1]], axis=2)
        return told.reshape(len(totals), -1)

    n_quantities = 3 * (n_coders + 1)
    found = estimates(
        data,
        ["krippendorff_alpha", "krippendorff_alpha", "difference_of_alphas"] * (n_coders + 1),
        statistics,
        definition,
        reason=lambda totals: [Undefined.ONE_CATEGORY] * n_quantities,
        conventions={
            "unit": "line",
            "missing": "for each two coders the lines that both, and the model, judged",
            "categories": data.categories,
            "distance": DESCRIPTIONS["masi" if data.of_sets else "nominal"],
            "pairs": "pooled over the other coders; the mean is over the coders for whom both alphas are defined",
        },
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
        differences={"difference_of_alphas": DIFFERENCE_RANGE},
    )
    ceilings = []
    for place, coder in enumerate((*humans.coders, None)):
        shown = humans if coder is None else _of_coder(humans, place)
        human, of_model, difference = (coders_only(agreement, shown) for agreement in found[3 * place : 3 * place + 3])
        ceilings.append(Ceiling(coder=coder, human=human, model=of_model, difference=difference))
    return HumanCeiling(coders=tuple(ceilings[:-1]), mean=ceilings[-1])


def with_model(
    humans: ReliabilityData, model: Mapping[LineId, frozenset[CodeId]], codes: tuple[CodeId, ...] | None
) -> ReliabilityData:
    """Return the coders' table with what the model said as its last row: for arithmetic only, it is no coder."""
    if codes is None:
        labels = tuple(dict.fromkeys((*humans.labels, *(frozenset(model[unit]) for unit in humans.units))))
        index = {label: v for v, label in enumerate(labels)}
        said = [index[frozenset(model[unit])] for unit in humans.units]
    else:
        labels = (NOT_APPLIED, APPLIED)
        said = [int(not model[unit].isdisjoint(codes)) for unit in humans.units]
    return replace(
        humans,
        coders=(*humans.coders, CoderId("model")),
        values=np.concatenate([humans.values, np.array([said], dtype=np.int32)]),
        labels=labels,
    )


def _of_coder(humans: ReliabilityData, place: int) -> ReliabilityData:
    """Return the lines that one coder judged, with everybody who judged them."""
    held = np.flatnonzero(humans.judged[place])
    return replace(
        humans,
        units=tuple(humans.units[u] for u in held),
        values=humans.values[:, held],
        interviews=None if humans.interviews is None else tuple(humans.interviews[u] for u in held),
    )


def coders_only(agreement: Agreement, humans: ReliabilityData) -> Agreement:
    """Return the agreement with the counts of the coders' table, in which the model is not one of them."""
    return replace(
        agreement,
        n_units=len(humans.units),
        n_pairable=len(humans.units),
        n_coders=int(humans.judged.any(axis=1).sum()),
        n_interviews=len(set(humans.interviews or ())),
        conventions=MappingProxyType(dict(agreement.conventions)),
    )
