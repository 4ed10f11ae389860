"""Agreement of a model with the coders beside the agreement of each coder with the same others."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import hstack

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _alpha
from autocode.agreement.coefficients._distances import DESCRIPTIONS, distances
from autocode.agreement.data._codes import known_codes
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import NOT_JUDGED, Array, ReliabilityData, Values, data_for
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import DIFFERENCE_RANGE, Definition, Interval, Statistics
from autocode.agreement.models._model_data import with_counts_of, with_model
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import CoderId, Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.names import check_spelling
from autocode.transcripts import LineId, Transcripts


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """Agreement of one coder, and of the model in place of this coder, with the other coders on the same lines.

    Attributes
    ----------
    coder : CoderId or None
        The coder; None for the mean over the coders.
    human : Agreement
        Alpha of this coder with the other coders, pairs pooled.
    model : Agreement
        Alpha of the model with the same coders on the same lines.
    difference : Agreement
        Model minus human, paired by interview; below zero, the model agrees with them less than the coder does.
    """

    coder: CoderId | None
    human: Agreement
    model: Agreement
    difference: Agreement

    def __str__(self) -> str:
        who = "the coders" if self.coder is None else self.coder
        return f"{who}: {self.human.estimate}, the model: {self.model.estimate}, difference: {self.difference.estimate}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class HumanCeiling(Tabular):
    """Agreement of a model in place of each coder in turn, and on average, see `human_ceiling`.

    Attributes
    ----------
    coders : tuple of Ceiling
        One entry per coder.
    mean : Ceiling
        The mean over the coders.
    """

    coders: tuple[Ceiling, ...]
    mean: Ceiling

    def _records(self) -> tuple[Ceiling, ...]:
        return (*self.coders, self.mean)

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.coders, self.mean)))


@documented
@no_single_text
def human_ceiling(
    codings: Codings,
    model: Mapping[LineId, frozenset[CodeId]],
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    codebook: Collection[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> HumanCeiling:
    """Return the agreement of each coder with the others, and of the model with the same others on the same lines.

    For each coder, one alpha pools the pairs of this coder and every other coder, and one the pairs of the model and
    every other coder, line by line; the model is never one of the coders.

    Parameters
    ----------
    {codings}
    model : mapping of LineId to frozenset of CodeId
        The codes that the model predicts for each line, an empty set for none. The model must have been neither trained
        nor tuned on these lines.
    lines : Transcripts or None, default None
        The interviews that the coded lines come from; without them, all lines are taken to be independent.
    codes : iterable of CodeId or None, default None
        Compare whether any of these codes was applied; None to compare sets of codes by MASI.
    {codebook_or_none}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If there is no line that two coders judged independently and the model has predictions for.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

    Examples
    --------
    Coder a in the place of a model:

    {sample_study}
    >>> model = {coding.line: coding.codes for coding in codings.by("coder_a")}
    >>> print(ac.human_ceiling(codings.by("coder_b", "coder_c"), model, lines))
    coder_b: 0.51 [0.48, 0.53], the model: 0.71 [0.66, 0.75], difference: 0.20 [0.17, 0.23]
    coder_c: 0.51 [0.48, 0.53], the model: 0.73 [0.70, 0.77], difference: 0.23 [0.18, 0.27]
    the coders: 0.51 [0.48, 0.53], the model: 0.72 [0.70, 0.73], difference: 0.21 [0.20, 0.23]
    """
    independent = codings.independent().on(model)
    if lines is not None:
        check_spelling("line", model, [line.id for line in lines])
    wanted = known_codes(codes, codings, codebook=codebook, predicted=model.values())
    humans = data_for(independent, lines, wanted).pairable()
    n_coders = len(humans.coders)
    if n_coders < 2:
        raise AgreementError(
            "the human ceiling is the agreement of coders with each other; it needs lines that two of them coded "
            "independently and that the model has predictions for."
        )
    data = with_model(humans, model, wanted)
    delta = distances(data, "masi" if data.of_sets else "nominal")
    agreements = estimates(
        data,
        ["krippendorff_alpha", "krippendorff_alpha", "difference_of_alphas"] * (n_coders + 1),
        _statistics(delta, n_coders),
        _definition(delta, n_coders),
        reason=lambda totals: [Undefined.ONE_CATEGORY] * (3 * (n_coders + 1)),
        conventions={
            "unit": "line",
            "missing": "for each pair of coders the lines that both, and the model, judged",
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
    for c, coder in enumerate((*humans.coders, None)):
        judged = humans if coder is None else _judged_by(humans, c)
        human, of_model, difference = (with_counts_of(alpha, judged) for alpha in agreements[3 * c : 3 * c + 3])
        ceilings.append(Ceiling(coder=coder, human=human, model=of_model, difference=difference))
    return HumanCeiling(coders=tuple(ceilings[:-1]), mean=ceilings[-1])


def _statistics(delta: Array, n_coders: int) -> Statistics:
    """Return the statistics of alpha for each ordered pair of coders, and with the model in place of the first."""
    statistics_of_alpha = _alpha.statistics(delta)
    pairs = [(j, k) for j in range(n_coders) for k in range(n_coders) if j != k]

    def statistics(patterns: Values) -> Any:
        parts = []
        for j, k in pairs:
            of_both = (patterns[:, j] >= 0) & (patterns[:, k] >= 0)
            for first in (j, n_coders):
                values = np.where(of_both[:, None], patterns[:, [first, k]], NOT_JUDGED)
                parts.append(statistics_of_alpha(values))
        return hstack(parts, format="csr").toarray()

    return statistics


def _definition(delta: Array, n_coders: int) -> Definition:
    """Return the function from totals to human alpha, model alpha and difference, per coder and for their mean."""
    alpha = _alpha.definition(delta)

    def definition(totals: Array) -> Array:
        of_pairs = totals.reshape(len(totals), n_coders, n_coders - 1, 2, 1 + len(delta))
        human_model = alpha(of_pairs.sum(axis=2))[..., 0]
        known = ~np.isnan(human_model).any(axis=2, keepdims=True)
        mean = ratio(np.where(known, human_model, 0.0).sum(axis=1), known.sum(axis=1).astype(float))
        alphas = np.concatenate([human_model, mean[:, None, :]], axis=1)
        differences = alphas[..., 1:] - alphas[..., :1]
        quantities: Array = np.concatenate([alphas, differences], axis=2)
        return quantities.reshape(len(totals), -1)

    return definition


def _judged_by(humans: ReliabilityData, c: int) -> ReliabilityData:
    """Return the lines that one coder judged, with all coders who judged them."""
    units = np.flatnonzero(humans.judged[c])
    return replace(
        humans,
        units=tuple(humans.units[u] for u in units),
        values=humans.values[:, units],
        interviews=None if humans.interviews is None else tuple(humans.interviews[u] for u in units),
    )
