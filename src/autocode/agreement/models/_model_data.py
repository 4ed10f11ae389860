"""Tables with the predictions of a model beside the judgements of coders; the model is never one of the coders."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from autocode.agreement._result import Agreement
from autocode.agreement.data._reliability import APPLIED, NOT_APPLIED, ReliabilityData
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import CoderId
from autocode.transcripts import LineId


@no_single_text
def model_pairs(humans: ReliabilityData, model: Mapping[LineId, frozenset[CodeId]]) -> ReliabilityData:
    """Return the predictions of a model beside each judgement of a coder, as a table of two coders.

    Alpha of this table is the agreement of the model with the coders: the pairs (model, coder, line) are pooled over
    coders, and the model is never one of the coders.

    Parameters
    ----------
    humans : ReliabilityData
        The sets of codes that the coders gave, see `ReliabilityData.for_sets`.
    model : mapping of LineId to frozenset of CodeId
        The predicted codes of each of these lines; an empty set for none.

    Returns
    -------
    ReliabilityData
        One unit per judgement, in the interview of its line; row 0 is the model, row 1 the coder.

    Raises
    ------
    KeyError
        If a line has no prediction.

    Examples
    --------
    >>> from autocode.agreement import ReliabilityData, krippendorff_alpha, model_pairs
    >>> cost, none = frozenset({"cost"}), frozenset()
    >>> humans = ReliabilityData.from_table([[cost, none, cost], [cost, none, None]], coders=["MO", "JB"])
    >>> pairs = model_pairs(humans, {"1": cost, "2": none, "3": none})
    >>> pairs.values.shape
    (2, 5)
    >>> print(krippendorff_alpha(pairs, interval=None))
    0.64 (2 coders, 5 lines)
    """
    units, coders = np.nonzero(humans.judged.T)
    predicted = [frozenset(model[humans.units[u]]) for u in units]
    judged = [humans.labels[v] for v in humans.values[coders, units]]
    return ReliabilityData.from_table(
        [predicted, judged],
        coders=("model", "coder"),
        interviews=None if humans.interviews is None else [humans.interviews[u] for u in units],
    )


def with_model(
    humans: ReliabilityData, model: Mapping[LineId, frozenset[CodeId]], codes: tuple[CodeId, ...] | None
) -> ReliabilityData:
    """Return the table of the coders with the predictions as its last row, for computation only."""
    if codes is None:
        labels = tuple(dict.fromkeys((*humans.labels, *(frozenset(model[unit]) for unit in humans.units))))
        index = {label: v for v, label in enumerate(labels)}
        predicted = [index[frozenset(model[unit])] for unit in humans.units]
    else:
        labels = (NOT_APPLIED, APPLIED)
        predicted = [int(not model[unit].isdisjoint(codes)) for unit in humans.units]
    return replace(
        humans,
        coders=(*humans.coders, CoderId("model")),
        values=np.concatenate([humans.values, np.array([predicted], dtype=np.int32)]),
        labels=labels,
    )


def with_counts_of(agreement: Agreement, humans: ReliabilityData) -> Agreement:
    """Return the agreement with the counts of the coders' table, in which the model is not a coder."""
    return replace(
        agreement,
        n_units=len(humans.units),
        n_pairable=len(humans.units),
        n_coders=int(humans.judged.any(axis=1).sum()),
        n_interviews=len(set(humans.interviews or ())),
        conventions=MappingProxyType(dict(agreement.conventions)),
    )
