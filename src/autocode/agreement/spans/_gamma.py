"""Gamma: how far coders' spans are from each other when they are aligned in the best way, by what shuffling gives."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array
from autocode.agreement.spans._spans import Continuum, Span, SpanData
from autocode.agreement.spans._text_intervals import ByInterviews, check_interval, resample_texts
from autocode.errors import AgreementError, Fault

Tuples: TypeAlias = NDArray[np.int64]

_AT_LEAST = 30
_TUPLES_AT_MOST = 20_000_000
_PREFER_SHORT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """The best alignment of a text: which spans of the coders stand for each other.

    Attributes
    ----------
    unitary : one tuple for each alignment, with one span, or None, for each coder.
    disorder : the summed disorder of the unitary alignments, by the mean number of spans of a coder.
    """

    coders: tuple[str, ...]
    unitary: tuple[tuple[Span | None, ...], ...]
    disorder: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dissimilarity:
    """How far two spans are apart: alpha times by place, beta times by label; a span from nothing is delta_empty."""

    delta_empty: float
    alpha: float
    beta: float

    def position(self, a: Sequence[Span], b: Sequence[Span]) -> Array:
        start_a, end_a = np.array([[s.start, s.end] for s in a], dtype=float).T[:, :, None]
        start_b, end_b = np.array([[s.start, s.end] for s in b], dtype=float).T[:, None, :]
        apart = np.abs(start_a - start_b) + np.abs(end_a - end_b)
        durations = (end_a - start_a) + (end_b - start_b)
        d_pos: Array = (apart / durations) ** 2 * self.delta_empty
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
    """Return the alignment of least disorder, found exactly by integer programming; of equal ones the shortest.

    References
    ----------
    Mathet, Y., Widlöcher, A., & Métivier, J.-P. (2015). The unified and holistic method gamma for inter-annotator
    agreement measure and alignment. Computational Linguistics 41, 437-479.
    """
    dissimilarity = _Dissimilarity(delta_empty=delta_empty, alpha=alpha, beta=beta)
    coders = tuple(marked)
    units = [tuple(marked[who]) for who in coders]
    chosen, total = _align(units, dissimilarity)
    mean_units = sum(map(len, units)) / len(units)
    return Alignment(
        coders=coders,
        unitary=tuple(
            tuple(units[c][i] if i < len(units[c]) else None for c, i in enumerate(row)) for row in chosen.tolist()
        ),
        disorder=total / mean_units if mean_units else 0.0,
    )


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
    """Return gamma: one less the disorder of the best alignment, by that of the same spans put at random.

    `alpha` weighs places, `beta` labels. Enough random texts are drawn for the expected disorder to be known to
    `precision`, as a share of itself.

    References
    ----------
    Mathet, Y., Widlöcher, A., & Métivier, J.-P. (2015). The unified and holistic method gamma for inter-annotator
    agreement measure and alignment. Computational Linguistics 41, 437-479.
    """
    return _estimate(
        data,
        "gamma",
        _Dissimilarity(delta_empty=delta_empty, alpha=alpha, beta=beta),
        precision=precision,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


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
    """Return gamma-cat: agreement in labels of the spans that the best alignment pairs, near ones counting more.

    A span for which the best alignment has no counterpart disagrees with each coder who lacks one, as pygamma-agreement
    0.5.9 has it, or is ignored.

    References
    ----------
    Mathet, Y. (2017). The agreement measure gamma-cat: a complement to gamma focused on categorization of a continuum.
    Computational Linguistics 43, 661-681.
    """
    return _estimate(
        data,
        "gamma_cat",
        _Dissimilarity(delta_empty=delta_empty, alpha=alpha, beta=beta),
        unaligned=unaligned,
        precision=precision,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _align(units: Sequence[Sequence[Span]], dissimilarity: _Dissimilarity) -> tuple[Tuples, float]:
    """Return the unitary alignments, an index for each coder (past the last for none), and their disorder."""
    n_units = sum(map(len, units))
    if n_units == 0:
        return np.empty((0, len(units)), dtype=np.int64), 0.0
    tuples, disorders = _candidates(units, dissimilarity)
    rows, columns = [], []
    offset = 0
    for c, mine in enumerate(units):
        real = np.flatnonzero(tuples[:, c] < len(mine))
        rows.append(offset + tuples[real, c])
        columns.append(real)
        offset += len(mine)
    row, column = np.concatenate(rows), np.concatenate(columns)
    each_once = csr_array((np.ones(len(row)), (row, column)), shape=(n_units, len(tuples)))
    found = milp(
        disorders + _PREFER_SHORT * dissimilarity.delta_empty,
        constraints=LinearConstraint(each_once, 1.0, 1.0),
        integrality=np.ones(len(tuples)),
        bounds=Bounds(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    chosen = np.flatnonzero(found.x > 0.5)
    return tuples[chosen], float(disorders[chosen].sum())


def _candidates(units: Sequence[Sequence[Span]], dissimilarity: _Dissimilarity) -> tuple[Tuples, Array]:
    """Return every unitary alignment that can be part of the best one, and its disorder.

    One whose disorder is above that of its spans left alone cannot (Mathet et al. 2015, section 5.1.1), so tuples are
    built coder by coder and dropped as soon as they pass it.
    """
    m = len(units)
    n_pairs = m * (m - 1) // 2
    too_much = n_pairs * m * dissimilarity.delta_empty + 1e-9
    d = {(i, j): dissimilarity.between(units[i], units[j]) for i, j in combinations(range(m), 2)}
    tuples = np.arange(len(units[0]) + 1)[:, None]
    total = np.zeros(len(tuples))
    for j in range(1, m):
        size = len(units[j]) + 1
        if len(tuples) * size > _TUPLES_AT_MOST:
            raise AgreementError(
                f"{m} coders with up to {max(map(len, units))} spans in a text can be aligned in more than "
                f"{_TUPLES_AT_MOST} ways; measure gamma on shorter texts, or use u_alpha."
            )
        sums = np.repeat(total[:, None], size, axis=1)
        for i in range(j):
            sums += d[i, j][tuples[:, i]]
        at, unit = np.nonzero(sums <= too_much)
        tuples = np.column_stack([tuples[at], unit])
        total = sums[at, unit]
    nothing = np.array([len(mine) for mine in units])
    some = (tuples != nothing).any(axis=1)
    return tuples[some], total[some] / n_pairs


def _label_disorder(
    units: Sequence[Sequence[Span]], chosen: Tuples, dissimilarity: _Dissimilarity, *, ignore: bool
) -> tuple[float, float]:
    """Return the weighted disorder in labels of aligned pairs, and the weight (Mathet 2017)."""
    total = weights = 0.0
    for row in chosen.tolist():
        spans = [mine[i] for mine, i in zip(units, row, strict=True) if i < len(mine)]
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
    """Return spans put at random: for each coder somebody's, turned round the text by pivots that are well apart."""
    patterns = list(text.marked.values())
    lengths = [s.length for spans in patterns for s in spans]
    apart = sum(lengths) / len(lengths) / 2
    while True:
        pivots: list[int] = []
        free = np.ones(text.length, dtype=bool)
        for _ in patterns:
            places = np.flatnonzero(free)
            pivot = int(rng.choice(places)) if len(places) else int(rng.integers(text.length))
            pivots.append(pivot)
            distance = np.abs(np.arange(text.length) - pivot)
            free &= np.minimum(distance, text.length - distance) >= apart
        units = []
        for pivot in pivots:
            whose = patterns[int(rng.integers(len(patterns)))]
            turned = [(s.start + pivot) % text.length for s in whose]
            units.append(tuple(Span(at, at + s.length, s.label) for at, s in zip(turned, whose, strict=True)))
        if any(units):
            return units


def _estimate(
    data: SpanData,
    name: str,
    dissimilarity: _Dissimilarity,
    *,
    unaligned: Literal["disagree", "ignore"] = "disagree",
    precision: float,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Agreement:
    check_interval(interval, level=level, resamples=resamples)
    if not 0 < precision < 1:
        raise ValueError(f"the precision is a share of the expected disorder between 0 and 1, not {precision}.")
    coders = data.coders
    AgreementError.raise_if(
        Fault(f"{who} did not read {text.name}; leave the text or the coder out, for gamma aligns every coder.")
        for text in data.continua
        for who in coders
        if who not in text.marked
    )
    told = {
        "unit": "span",
        "missing": "none: every coder read every text",
        "categories": f"{len(data.labels)} labels",
        "distance": (
            f"{dissimilarity.alpha:g} x place + {dissimilarity.beta:g} x label (0 if the same, else 1), "
            f"nothing {dissimilarity.delta_empty:g}"
        ),
        "interval": "none",
    }
    texts = [text for text in data.continua if any(text.marked.values())]
    counts = {
        "n_units": data.n_spans,
        "n_pairable": data.n_spans if len(coders) >= 2 else 0,
        "n_coders": len(coders),
        "n_interviews": len(data.continua),
    }
    if len(coders) < 2 or not texts:
        return Agreement(
            coefficient=name,
            value=math.nan,
            level=level,
            undefined=Undefined.ONE_CODER if len(coders) < 2 else Undefined.NOTHING_MARKED,
            conventions=MappingProxyType(told),
            **counts,
        )

    def disorder(units: Sequence[Sequence[Span]]) -> tuple[float, float]:
        chosen, total = _align(units, dissimilarity)
        if name == "gamma_cat":
            return _label_disorder(units, chosen, dissimilarity, ignore=unaligned == "ignore")
        return total, sum(map(len, units)) / len(units)

    rng = np.random.default_rng(seed)
    observed = np.array([disorder(list(text.marked.values())) for text in texts])
    by_chance = np.array([[disorder(_shuffled(text, rng)) for text in texts] for _ in range(_AT_LEAST)])
    # as many as the spread of the first ones asks for (Mathet et al. 2015, section 5.3)
    first = ratio(by_chance[..., 0].sum(axis=1), by_chance[..., 1].sum(axis=1))
    first = first[~np.isnan(first)]
    if len(first) and first.mean() > 0:
        asked = math.ceil((float(first.std()) / float(first.mean()) * 1.96 / precision) ** 2)
        more = [[disorder(_shuffled(text, rng)) for text in texts] for _ in range(asked - _AT_LEAST)]
        by_chance = np.concatenate([by_chance, np.array(more).reshape(-1, len(texts), 2)])
    value = float(_definition(observed, by_chance, np.ones((1, len(texts))))[0])
    told["expected"] = f"{len(by_chance)} shuffles (Mathet et al. 2015), to {100 * precision:g} % of itself"
    told["seed"] = f"{seed}"
    if name == "gamma_cat":
        told["unaligned"] = f"a span without a counterpart: {unaligned}"
    found = resample_texts(
        len(texts),
        lambda drawn: _definition(observed, by_chance, drawn),
        interval=None if math.isnan(value) else interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    return Agreement(
        coefficient=name,
        value=value,
        low=found.low,
        high=found.high,
        se=found.se,
        level=level,
        undefined=Undefined.ONE_CATEGORY if math.isnan(value) else None,
        n_left_out=found.n_left_out,
        conventions=MappingProxyType(told | found.told),
        **counts,
    )


def _definition(observed: Array, by_chance: Array, drawn: Array) -> Array:
    """Return one less observed by expected disorder, for each row of how often each text is drawn.

    `observed` has for each text a sum and its weight, shape (n_texts, 2); `by_chance` the same for each shuffle.
    """
    delta_o = ratio(drawn @ observed[:, 0], drawn @ observed[:, 1])
    each = ratio(drawn @ by_chance[..., 0].T, drawn @ by_chance[..., 1].T)  # (n_rows, n_shuffles)
    known = ~np.isnan(each)
    delta_e = ratio(np.where(known, each, 0.0).sum(axis=1), known.sum(axis=1).astype(float))
    return 1 - ratio(delta_o, delta_e)
