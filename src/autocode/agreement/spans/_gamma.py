"""Gamma: the disorder of the best alignment of coders' spans, relative to that of shuffled spans."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array
from autocode.agreement.spans._spans import Continuum, Span, SpanData
from autocode.agreement.spans._text_intervals import (
    ByInterviews,
    TextCounts,
    check_interval,
    text_agreement,
    undefined_agreement,
)
from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.frames import Kind
from autocode.frozen import FrozenMapping
from autocode.wording import count_of

Tuples: TypeAlias = NDArray[np.int64]
# The spans of each coder -> a disorder and its weight; the disorder of several texts is the ratio of their sums.
DisorderOf: TypeAlias = Callable[[Sequence[Sequence[Span]]], tuple[float, float]]

# Shuffles from whose spread the number of shuffles is chosen (Mathet et al. 2015, section 5.3).
_FIRST_SHUFFLES = 30
# About a gigabyte of candidate alignments: more do not fit into the memory of a laptop.
_MOST_TUPLES = 20_000_000
# Cost of each unitary alignment, relative to delta_empty: decides between alignments of equal disorder only.
_PREFER_SHORT = 1e-6


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment(Tabular):
    """The best alignment of a text: which spans of the coders correspond to each other.

    Attributes
    ----------
    coders : tuple of str
        The coders of the text.
    unitary : tuple of tuple of (Span or None)
        The unitary alignments: one span, or None, for each coder.
    disorder : float
        The summed disorder of the unitary alignments, divided by the mean number of spans per coder.
    """

    coders: tuple[str, ...]
    unitary: tuple[tuple[Span | None, ...], ...]
    disorder: float

    def _records(self) -> Iterable[dict[str, object]]:
        for number, spans in enumerate(self.unitary, start=1):
            for coder, span in zip(self.coders, spans, strict=True):
                if span is not None:
                    place = {"start": span.start, "end": span.end, "label": span.label}
                    yield {"unitary": number, "coder": coder} | place

    def _kinds(self) -> dict[str, Kind]:
        return {"unitary": "count", "coder": "text", "start": "count", "end": "count", "label": "text"}  # fmt: skip

    def _caption(self) -> str:
        return f"disorder {self.disorder:.3g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dissimilarity:
    """Distance of two spans: alpha times their positional plus beta times their categorical dissimilarity.

    A span without a counterpart is delta_empty away from the empty span.
    """

    delta_empty: float
    alpha: float
    beta: float

    def position(self, a: Sequence[Span], b: Sequence[Span]) -> Array:
        start_a, end_a = np.array([[s.start, s.end] for s in a], dtype=float).T[:, :, None]
        start_b, end_b = np.array([[s.start, s.end] for s in b], dtype=float).T[:, None, :]
        differences = np.abs(start_a - start_b) + np.abs(end_a - end_b)
        durations = (end_a - start_a) + (end_b - start_b)
        d_pos: Array = (differences / durations) ** 2 * self.delta_empty
        return d_pos

    def category(self, a: Sequence[Span], b: Sequence[Span]) -> Array:
        labels_a = np.array([s.label for s in a], dtype=object)
        labels_b = np.array([s.label for s in b], dtype=object)
        d_cat: Array = (labels_a[:, None] != labels_b[None, :]).astype(float) * self.delta_empty
        return d_cat

    def between(self, a: Sequence[Span], b: Sequence[Span]) -> Array:
        """Return the dissimilarities, with a last row and column for the empty span."""
        d = np.full((len(a) + 1, len(b) + 1), float(self.delta_empty))
        if a and b:
            d[:-1, :-1] = self.alpha * self.position(a, b) + self.beta * self.category(a, b)
        return d


def best_alignment(
    marked: Mapping[str, Sequence[Span]], *, delta_empty: float = 1.0, alpha: float = 3.0, beta: float = 1.0
) -> Alignment:
    """Return the alignment of least disorder, found exactly by integer programming.

    Of alignments with equal disorder it is the one with the fewest unitary alignments.

    Parameters
    ----------
    marked : mapping of str to sequence of Span
        The spans of each coder in one text.
    delta_empty : float, default 1.0
        Dissimilarity of a span and the empty span.
    alpha : float, default 3.0
        Weight of the positional dissimilarity.
    beta : float, default 1.0
        Weight of the categorical dissimilarity.

    Raises
    ------
    AgreementError
        If there are too many possible alignments to enumerate.

    References
    ----------
    Mathet, Y., Widlöcher, A., & Métivier, J.-P. (2015). The unified and holistic method gamma for inter-annotator
    agreement measure and alignment. Computational Linguistics 41, 437-479.
    """
    dissimilarity = _Dissimilarity(delta_empty=delta_empty, alpha=alpha, beta=beta)
    coders = tuple(marked)
    units = [tuple(marked[coder]) for coder in coders]
    chosen, total = _align(units, dissimilarity)
    mean_units = sum(map(len, units)) / len(units)
    return Alignment(
        coders=coders,
        unitary=tuple(
            tuple(units[c][i] if i < len(units[c]) else None for c, i in enumerate(row)) for row in chosen.tolist()
        ),
        disorder=total / mean_units if mean_units else 0.0,
    )


@documented
def gamma(
    data: SpanData,
    *,
    delta_empty: float = 1.0,
    alpha: float = 3.0,
    beta: float = 1.0,
    precision: float = 0.02,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return gamma: 1 minus the disorder of the best alignment divided by that of randomly placed spans.

    Parameters
    ----------
    data : SpanData
        The spans of each coder; every coder must have read every text.
    delta_empty : float, default 1.0
        Dissimilarity of a span and the empty span.
    alpha : float, default 3.0
        Weight of the positional dissimilarity.
    beta : float, default 1.0
        Weight of the categorical dissimilarity.
    precision : float, default 0.02
        Relative error of the expected disorder, with 95 % confidence; it determines the number of shuffles.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder did not read one of the texts, or there are too many possible alignments to enumerate.
    ValueError
        If the precision is not between 0 and 1.

    References
    ----------
    Mathet, Y., Widlöcher, A., & Métivier, J.-P. (2015). The unified and holistic method gamma for inter-annotator
    agreement measure and alignment. Computational Linguistics 41, 437-479.
    """
    dissimilarity = _Dissimilarity(delta_empty=delta_empty, alpha=alpha, beta=beta)

    def disorder(units: Sequence[Sequence[Span]]) -> tuple[float, float]:
        _, total = _align(units, dissimilarity)
        return total, sum(map(len, units)) / len(units)

    return _estimate(
        data,
        "gamma",
        disorder,
        dissimilarity,
        precision=precision,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


@documented
def gamma_cat(
    data: SpanData,
    *,
    delta_empty: float = 1.0,
    alpha: float = 3.0,
    beta: float = 1.0,
    unaligned: Literal["disagree", "ignore"] = "disagree",
    precision: float = 0.02,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return gamma-cat: agreement on the labels of aligned spans, weighted by how close the spans are.

    Parameters
    ----------
    data : SpanData
        The spans of each coder; every coder must have read every text.
    delta_empty : float, default 1.0
        Dissimilarity of a span and the empty span.
    alpha : float, default 3.0
        Weight of the positional dissimilarity.
    beta : float, default 1.0
        Weight of the categorical dissimilarity.
    unaligned : {"disagree", "ignore"}, default "disagree"
        Whether a span for which the best alignment has no counterpart disagrees with each coder who lacks one, as in
        pygamma-agreement 0.5.9, or is ignored.
    precision : float, default 0.02
        Relative error of the expected disorder, with 95 % confidence; it determines the number of shuffles.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder did not read one of the texts, or there are too many possible alignments to enumerate.
    ValueError
        If the precision is not between 0 and 1.

    References
    ----------
    Mathet, Y. (2017). The agreement measure gamma-cat: a complement to gamma focused on categorization of a continuum.
    Computational Linguistics 43, 661-681.
    """
    dissimilarity = _Dissimilarity(delta_empty=delta_empty, alpha=alpha, beta=beta)

    def disorder(units: Sequence[Sequence[Span]]) -> tuple[float, float]:
        chosen, _ = _align(units, dissimilarity)
        return _label_disorder(units, chosen, dissimilarity, ignore=unaligned == "ignore")

    return _estimate(
        data,
        "gamma_cat",
        disorder,
        dissimilarity,
        conventions={"unaligned": f"a span without a counterpart: {unaligned}"},
        precision=precision,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _align(units: Sequence[Sequence[Span]], dissimilarity: _Dissimilarity) -> tuple[Tuples, float]:
    """Return the unitary alignments of least disorder, and their disorder.

    Each is a row of one index per coder; the number of the coder's spans stands for the empty span.
    """
    n_units = sum(map(len, units))
    if n_units == 0:
        return np.empty((0, len(units)), dtype=np.int64), 0.0
    tuples, disorders = _candidates(units, dissimilarity)
    rows, columns = [], []
    offset = 0
    for c, spans in enumerate(units):
        not_empty = np.flatnonzero(tuples[:, c] < len(spans))
        rows.append(offset + tuples[not_empty, c])
        columns.append(not_empty)
        offset += len(spans)
    row, column = np.concatenate(rows), np.concatenate(columns)
    each_once = csr_array((np.ones(len(row)), (row, column)), shape=(n_units, len(tuples)))
    solution = milp(
        disorders + _PREFER_SHORT * dissimilarity.delta_empty,
        constraints=LinearConstraint(each_once, 1.0, 1.0),
        integrality=np.ones(len(tuples)),
        bounds=Bounds(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    chosen = np.flatnonzero(solution.x > 0.5)
    return tuples[chosen], float(disorders[chosen].sum())


def _candidates(units: Sequence[Sequence[Span]], dissimilarity: _Dissimilarity) -> tuple[Tuples, Array]:
    """Return every unitary alignment that can be part of the best one, and its disorder.

    One whose disorder exceeds that of leaving its spans unaligned cannot (Mathet et al. 2015, section 5.1.1), so
    tuples are built coder by coder and dropped as soon as they exceed it.
    """
    m = len(units)
    n_pairs = m * (m - 1) // 2
    upper_bound = n_pairs * m * dissimilarity.delta_empty + 1e-9
    d = {(i, j): dissimilarity.between(units[i], units[j]) for i, j in combinations(range(m), 2)}
    tuples = np.arange(len(units[0]) + 1)[:, None]
    total = np.zeros(len(tuples))
    for j in range(1, m):
        size = len(units[j]) + 1
        if len(tuples) * size > _MOST_TUPLES:
            raise AgreementError(
                f"{count_of(m, 'coder')} with up to {max(map(len, units))} spans in a text can be aligned in more than "
                f"{_MOST_TUPLES} ways; measure gamma on shorter texts, or use u_alpha."
            )
        sums = np.repeat(total[:, None], size, axis=1)
        for i in range(j):
            sums += d[i, j][tuples[:, i]]
        row, unit = np.nonzero(sums <= upper_bound)
        tuples = np.column_stack([tuples[row], unit])
        total = sums[row, unit]
    empty = np.array([len(spans) for spans in units])
    not_empty = (tuples != empty).any(axis=1)
    return tuples[not_empty], total[not_empty] / n_pairs


def _label_disorder(
    units: Sequence[Sequence[Span]], chosen: Tuples, dissimilarity: _Dissimilarity, *, ignore: bool
) -> tuple[float, float]:
    """Return the weighted disorder in labels of aligned pairs, and the sum of the weights (Mathet 2017)."""
    total = weights = 0.0
    for row in chosen.tolist():
        spans = [of_coder[i] for of_coder, i in zip(units, row, strict=True) if i < len(of_coder)]
        for a, b in combinations(spans, 2):
            d_pos = dissimilarity.alpha * float(dissimilarity.position([a], [b])[0, 0])
            weight = max(0.0, 1.0 - d_pos) / (len(spans) - 1)
            total += weight * float(dissimilarity.category([a], [b])[0, 0])
            weights += weight
        if not ignore:
            halves = len(spans) * (len(units) - len(spans))
            total += halves * dissimilarity.delta_empty**2
            weights += halves * dissimilarity.delta_empty
    return total, weights


def _shuffled(text: Continuum, rng: np.random.Generator) -> list[tuple[Span, ...]]:
    """Return randomly placed spans: for each coder the spans of a random coder, rotated around the text.

    The pivots of the rotations are at least half a mean span length apart where the text has room for that.
    """
    patterns = list(text.marked.values())
    lengths = [s.length for spans in patterns for s in spans]
    least_distance = sum(lengths) / len(lengths) / 2
    while True:
        pivots: list[int] = []
        free = np.ones(text.length, dtype=bool)
        for _ in patterns:
            places = np.flatnonzero(free)
            pivot = int(rng.choice(places)) if len(places) else int(rng.integers(text.length))
            pivots.append(pivot)
            distance = np.abs(np.arange(text.length) - pivot)
            free &= np.minimum(distance, text.length - distance) >= least_distance
        units = []
        for pivot in pivots:
            spans = patterns[int(rng.integers(len(patterns)))]
            starts = [(s.start + pivot) % text.length for s in spans]
            units.append(tuple(Span(start, start + s.length, s.label) for start, s in zip(starts, spans, strict=True)))
        if any(units):
            return units


def _estimate(
    data: SpanData,
    name: str,
    disorder: DisorderOf,
    dissimilarity: _Dissimilarity,
    *,
    conventions: Mapping[str, str] = FrozenMapping({}),
    precision: float,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Agreement:
    """Return 1 minus observed by expected disorder, with its interval."""
    check_interval(interval, level=level, resamples=resamples)
    if not 0 < precision < 1:
        raise ValueError(f"the precision is a share of the expected disorder between 0 and 1, not {precision}.")
    _refuse_unread_texts(data)
    texts = [text for text in data.continua if any(text.marked.values())]
    counts = TextCounts(
        unit="span",
        n_units=data.n_spans,
        n_pairable=data.n_spans if len(data.coders) >= 2 else 0,
        n_coders=len(data.coders),
        n_interviews=len(data.continua),
    )
    shared = {
        "unit": "span",
        "missing": "none: every coder read every text",
        "categories": f"{count_of(len(data.labels), 'label')}",
        "distance": (
            f"{dissimilarity.alpha:g} x place + {dissimilarity.beta:g} x label (0 if the same, else 1), "
            f"nothing {dissimilarity.delta_empty:g}"
        ),
        "interval": "none",
    }
    if len(data.coders) < 2 or not texts:
        undefined = Undefined.ONE_CODER if len(data.coders) < 2 else Undefined.NOTHING_MARKED
        return undefined_agreement(name, undefined, counts=counts, conventions=shared, level=level)
    observed = np.array([disorder(list(text.marked.values())) for text in texts])
    shuffled = _shuffled_disorders(texts, disorder, precision=precision, seed=seed)
    n_shuffles = f"{len(shuffled)} shuffles (Mathet et al. 2015), to {100 * precision:g} % of itself"
    return text_agreement(
        name,
        float(_definition(observed, shuffled, np.ones((1, len(texts))))[0]),
        lambda drawn: _definition(observed, shuffled, drawn),
        len(texts),
        reason=Undefined.ONE_CATEGORY,
        counts=counts,
        conventions={**shared, "expected": n_shuffles, "seed": f"{seed}", **conventions},
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _refuse_unread_texts(data: SpanData) -> None:
    """Raise `AgreementError` if a coder did not read one of the texts."""
    AgreementError.raise_if(
        Fault(f"{coder} did not read {text.name}; leave the text or the coder out, for gamma aligns every coder.")
        for text in data.continua
        for coder in data.coders
        if coder not in text.marked
    )


def _shuffled_disorders(texts: Sequence[Continuum], disorder: DisorderOf, *, precision: float, seed: int) -> Array:
    """Return the disorder, and its weight, of each text in each shuffle, shape (n_shuffles, n_texts, 2).

    The number of shuffles follows from the spread of the first ones (Mathet et al. 2015, section 5.3).
    """
    rng = np.random.default_rng(seed)

    def shuffles(n: int) -> Array:
        disorders = [[disorder(_shuffled(text, rng)) for text in texts] for _ in range(n)]
        return np.array(disorders).reshape(-1, len(texts), 2)

    first = shuffles(_FIRST_SHUFFLES)
    totals = ratio(first[..., 0].sum(axis=1), first[..., 1].sum(axis=1))
    totals = totals[~np.isnan(totals)]
    if not len(totals) or totals.mean() <= 0:
        return first
    n_needed = math.ceil((float(totals.std()) / float(totals.mean()) * 1.96 / precision) ** 2)
    return np.concatenate([first, shuffles(n_needed - _FIRST_SHUFFLES)])


def _definition(observed: Array, shuffled: Array, drawn: Array) -> Array:
    """Return 1 minus observed by expected disorder, for each row of how often each text is drawn.

    `observed` has a disorder and its weight for each text, shape (n_texts, 2); `shuffled` the same for each shuffle.
    """
    delta_o = ratio(drawn @ observed[:, 0], drawn @ observed[:, 1])
    each = ratio(drawn @ shuffled[..., 0].T, drawn @ shuffled[..., 1].T)  # (n_rows, n_shuffles)
    known = ~np.isnan(each)
    delta_e = ratio(np.where(known, each, 0.0).sum(axis=1), known.sum(axis=1).astype(float))
    return 1 - ratio(delta_o, delta_e)
