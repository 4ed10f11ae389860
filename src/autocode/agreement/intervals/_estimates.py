"""Totals over a table, and over resamples of its interviews or lines, by adding up what each of them contributes."""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import stdtrit

from autocode.agreement._result import NOT_KNOWN, Agreement, Undefined
from autocode.agreement.data._patterns import Patterns, patterns_of
from autocode.agreement.data._reliability import Array, ReliabilityData, Values
from autocode.agreement.intervals._standard_errors import (
    GwetError,
    accelerated,
    contributions,
    cube_root_errors,
    dense,
    jackknife,
    left_out,
    linearised,
    symmetric,
    symmetric_on_cube_root,
)
from autocode.transcripts import TranscriptId

Interval: TypeAlias = Literal[
    "cube-root", "interviews", "lines", "bca", "linearised", "jackknife", "gwet", "asymptotic"
]

# statistics(patterns) -> (n_patterns, n_statistics), additive over units; definition(totals) -> (n_rows, n_quantities)
Statistics: TypeAlias = Callable[[Values], Any]
Definition: TypeAlias = Callable[[Array], Array]

FEW_INTERVIEWS = 15
ALIKE = 0.3  # intraclass correlation of disagreement within an interview where nobody disagreed
_MOST_CATEGORIES = 20
_BY_INTERVIEW = ("cube-root", "interviews", "bca", "linearised", "jackknife")
_BY_LINE = ("lines", "gwet", "asymptotic")
_RANGES = {"difference": (-2.0, 2.0), "ratio": (-math.inf, math.inf)}
_CELLS_AT_ONCE = 4_000_000
_FEW_CELLS = 1_000_000
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulation:
    """A table compressed to its distinct columns, and how often each occurs in what is resampled.

    Attributes
    ----------
    patterns : distinct columns of the table, shape (n_patterns, n_coders), -1 for not judged.
    counts : how often each pattern occurs in each cluster, sparse, shape (n_clusters, n_patterns); None where each
        pattern is a cluster.
    multiplicity : how often each cluster occurs, shape (n_clusters,); lines that say the same are one cluster.
    strata : the clusters that hold agreement, and the others. Each is resampled by itself, because which lines were
        coded twice is a matter of design, not of chance.
    """

    patterns: Values
    counts: Any
    multiplicity: NDArray[np.int64]
    strata: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, units: Patterns, interviews: tuple[TranscriptId, ...] | None) -> "Tabulation":
        """Return the compressed table, to be resampled by interviews, or by lines where they are None."""
        pairable = units.judgements >= 2
        counts: Any = None
        if interviews is not None and units.of_unit is not None:
            judged = units.of_unit >= 0
            counts = _counted(_numbered(interviews)[judged], units.of_unit[judged], len(units.rows))
            multiplicity = np.ones(counts.shape[0], dtype=np.int64)
            holds = counts @ pairable.astype(float) > 0
        else:
            multiplicity = units.times
            holds = pairable
        strata = tuple(part for part in (np.flatnonzero(holds), np.flatnonzero(~holds)) if len(part))
        return cls(patterns=units.rows, counts=counts, multiplicity=multiplicity, strata=strata)

    def by_cluster(self, statistics: Statistics) -> Any:
        """Return what each cluster brings, shape (n_clusters, n_statistics), sparse where the statistics are."""
        by_pattern = statistics(self.patterns)
        return by_pattern if self.counts is None else self.counts @ by_pattern

    def draws(self, resamples: int, seed: int, *, width: int = 1) -> Iterator[Array]:
        """Yield how often each cluster is drawn, shape (some resamples, n_clusters), until all are drawn.

        `width` is the number of totals that each resample will hold, so that memory stays bounded.
        """
        n_clusters = len(self.multiplicity)
        at_once = max(1, min(resamples, _CELLS_AT_ONCE // max(width, n_clusters)))
        if self.counts is not None and at_once == resamples and resamples * n_clusters <= _FEW_CELLS:
            # the codes of a study, one after the other, ask for the same draws of the same interviews
            yield _draws_of_interviews(n_clusters, tuple(tuple(part.tolist()) for part in self.strata), resamples, seed)
            return
        rng = np.random.default_rng(seed)
        for start in range(0, resamples, at_once):
            yield _drawn(rng, self.multiplicity, self.strata, min(at_once, resamples - start))

    def alike_merged(self, by_cluster: Any) -> tuple["Tabulation", Any]:
        """Return the table with lines that bring the same made one cluster, and what these bring.

        Its resamples have the same distribution, and there is less to draw.
        """
        if self.counts is not None or not isinstance(by_cluster, np.ndarray) or by_cluster.size > _FEW_CELLS:
            return self, by_cluster
        stratum = np.zeros(len(by_cluster))
        stratum[self.strata[0]] = 1.0
        rows = np.round(np.column_stack([stratum, by_cluster]), 12)
        _, first, same = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        times = np.bincount(same.reshape(-1), weights=self.multiplicity).astype(np.int64)
        holds = stratum[first] == 1.0
        strata = tuple(part for part in (np.flatnonzero(holds), np.flatnonzero(~holds)) if len(part))
        return replace(self, multiplicity=times, strata=strata), by_cluster[first]


@lru_cache(maxsize=4)
def _numbered(interviews: tuple[TranscriptId, ...]) -> NDArray[np.int64]:
    # sorted, so that the order of the lines does not change the interval
    index = {name: i for i, name in enumerate(sorted(set(interviews)))}
    return np.array([index[name] for name in interviews], dtype=np.int64)


def _counted(interview: NDArray[np.int64], pattern: NDArray[np.int64], n_patterns: int) -> Any:
    """Return how often each pattern occurs in each of the interviews that occur."""
    occurs = np.bincount(interview) > 0
    cluster = (np.cumsum(occurs) - 1)[interview]
    shape = (int(occurs.sum()), n_patterns)
    if shape[0] * n_patterns > _FEW_CELLS:
        return csr_array((np.ones(len(pattern)), (cluster, pattern)), shape=shape)
    counts = np.bincount(cluster * n_patterns + pattern, minlength=shape[0] * n_patterns)
    return counts.reshape(shape).astype(float)


def _drawn(
    rng: np.random.Generator, multiplicity: NDArray[np.int64], strata: tuple[NDArray[np.int64], ...], n: int
) -> Array:
    weights = np.zeros((n, len(multiplicity)))
    for part in strata:
        times = multiplicity[part]
        weights[:, part] = rng.multinomial(times.sum(), times / times.sum(), size=n)
    return weights


@lru_cache(maxsize=2)
def _draws_of_interviews(n: int, strata: tuple[tuple[int, ...], ...], resamples: int, seed: int) -> Array:
    parts = tuple(np.array(part, dtype=np.int64) for part in strata)
    weights = _drawn(np.random.default_rng(seed), np.ones(n, dtype=np.int64), parts, resamples)
    weights.flags.writeable = False
    return weights


def _range(name: str) -> tuple[float, float]:
    """Return between what a quantity of this name can lie."""
    if name in ("percent_agreement", "specific_agreement", "prevalence_index", "bias_index"):
        return 0.0, 1.0
    return _RANGES.get(name.partition("_")[0], (-1.0, 1.0))


def estimates(
    data: ReliabilityData,
    names: list[str],
    statistics: Statistics,
    definition: Definition,
    *,
    reason: Callable[[Array], list[Undefined]],
    conventions: dict[str, str],
    interval: Interval | None,
    level: float,
    resamples: int,
    seed: int,
    gwet: GwetError | None = None,
    differences: Collection[str] = (),
) -> list[Agreement]:
    """Return one `Agreement` for each quantity that the definition makes of the totals of the statistics.

    `reason(totals)` says, for each quantity, why it would be undefined; it is asked only where the value is NaN.
    `gwet` is Gwet's published variance of the coefficient, if there is one. The differences and ratios named in
    `differences` have intervals on their own scale.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
    if resamples < 1:
        raise ValueError(f"an interval needs at least one resample, not {resamples}.")
    if interval not in (*_BY_INTERVIEW, *_BY_LINE, None):
        raise ValueError(
            f"an interval is 'cube-root', resamples 'interviews' or 'lines', or is None; not {interval!r}. "
            "The others by name are 'bca', 'linearised', 'jackknife', 'gwet' and 'asymptotic'."
        )
    if interval == "gwet" and gwet is None:
        raise ValueError(f"Gwet gives no standard error for {names[0]}; choose 'linearised', which is exact.")
    known = data.interviews is not None
    units = patterns_of(data.values, len(data.labels), of_units=known, counts_only=interval is None)
    n_interviews = 0
    if data.interviews is not None and units.of_unit is not None:
        twice = np.append(units.judgements >= 2, False)[units.of_unit]  # the last answers for -1, judged by nobody
        n_interviews = int(np.count_nonzero(np.bincount(_numbered(data.interviews)[twice])))
    counts = {
        "n_units": units.n_units,
        "n_pairable": units.n_pairable,
        "n_coders": units.n_coders,
        "n_interviews": n_interviews,
    }
    by: Literal["interviews", "lines"] = "interviews" if interval in _BY_INTERVIEW and n_interviews >= 2 else "lines"
    told = conventions | ({} if data.basis is None else {"basis": str(data.basis)})
    if not units.n_pairable or interval is None:
        told["interval"] = "none"
        alone: list[float] = [math.nan] * len(names)
        whys: Sequence[Undefined | None]
        if units.n_pairable:
            alone, whys = _alone(units, len(data.labels), statistics, definition, reason)
        else:
            whys = [Undefined.ONE_CODER if units.n_judging < 2 else Undefined.NO_PAIRS] * len(names)
        said = MappingProxyType(told)
        return [
            Agreement(coefficient=name, value=value, level=level, undefined=undefined, conventions=said, **counts)
            for name, value, undefined in zip(names, alone, whys, strict=True)
        ]
    table = Tabulation.of(units, data.interviews if by == "interviews" else None)
    by_cluster = table.by_cluster(statistics)
    totals = np.asarray(table.multiplicity.astype(float) @ by_cluster).reshape(1, -1)
    values = definition(totals)[0]
    lows = highs = errors = np.full(len(names), math.nan)
    left_out_of = np.zeros(len(names), dtype=int)
    unanimous = np.zeros(len(names), dtype=bool)
    least, most = (np.array(ends) for ends in zip(*map(_range, names), strict=True))
    if interval == "cube-root":
        told |= _told(interval, by, n_interviews, known, level)
        freedom = float(table.multiplicity[table.strata[0]].sum() - 1)
        told |= {"degrees of freedom": f"{freedom:g}"}
        rooted = np.array([name not in differences for name in names])
        errors, left_out_of = cube_root_errors(
            definition,
            by_cluster,
            totals,
            table.multiplicity.astype(float),
            table.strata,
            rooted,
            one_at_a_time=by == "interviews",
        )
        lows, highs = symmetric_on_cube_root(values, errors, level, freedom, least, rooted)
        unanimous = rooted & (np.abs(1 - values) < _NOTHING)
        if unanimous.any() and freedom > 0:
            bounds = unanimous_bounds(table, statistics, definition, totals, level, n_categories=len(data.labels))
            lows = np.where(unanimous, np.maximum(bounds, least), lows)
            highs = np.where(unanimous, np.where(np.isnan(bounds), math.nan, 1.0), highs)
            errors = np.where(unanimous, (1 - lows) / stdtrit(freedom, (1 + level) / 2), errors)
    elif interval in ("interviews", "lines", "bca"):
        told |= _told(interval, by, n_interviews, known, level)
        told |= {"resamples": f"{resamples}", "seed": f"{seed}"}
        table, by_cluster = table.alike_merged(by_cluster)
        again = np.concatenate(
            [
                definition(np.asarray(weights @ by_cluster))
                for weights in table.draws(resamples, seed, width=by_cluster.shape[1])
            ]
        )
        left_out_of = np.isnan(again).sum(axis=0)
        errors = _spread(again)
        if interval == "bca":
            lows, highs = _accelerated(table, by_cluster, totals, definition, again, values, level)
        else:
            lows, highs = _percentiles(again, level)
    else:
        told |= _told(interval, by, n_interviews, known, level)
        errors, freedom, warning = _errors(interval, table, by_cluster, totals, definition, gwet, values)
        told |= {} if warning is None else {"caution": warning}
        told |= {} if math.isinf(freedom) else {"degrees of freedom": f"{freedom:g}"}
        if interval == "gwet":  # his bounds are cut above only
            least = np.full(len(names), -math.inf)
        lows, highs = symmetric(values, errors, level, freedom, least=least, most=most)
    reasons = reason(totals)
    found = []
    for i, name in enumerate(names):
        undefined = reasons[i] if math.isnan(values[i]) else None
        missed = int(left_out_of[i]) if undefined is None else 0
        about = dict(told)
        if missed and interval == "cube-root":
            about["left out"] = (
                f"{missed} of {n_interviews} interviews, without which the coefficient is undefined; "
                "its interval is by exact linearisation instead"
            )
        elif missed:
            about["left out"] = f"{missed} of {resamples} resamples, in which the coefficient is undefined"
        if unanimous[i]:
            about["no disagreement"] = _UNANIMOUS
        found.append(
            Agreement(
                coefficient=name,
                value=float(values[i]),
                low=math.nan if undefined else float(lows[i]),
                high=math.nan if undefined else float(highs[i]),
                se=math.nan if undefined else float(errors[i]),
                level=level,
                undefined=undefined,
                n_left_out=missed,
                conventions=MappingProxyType(about),
                **counts,
            )
        )
    return found


def _alone(
    units: Patterns,
    n_labels: int,
    statistics: Statistics,
    definition: Definition,
    reason: Callable[[Array], list[Undefined]],
) -> tuple[list[float], list[Undefined | None]]:
    """Return the value of each quantity without an interval, and the reason for each that has none."""
    times = units.times.astype(float)
    at_once = max(1, _CELLS_AT_ONCE // (n_labels + 1))  # sets of codes make many categories
    if len(times) <= at_once:
        total = times @ statistics(units.rows)
    else:
        starts = range(0, len(times), at_once)
        total = sum(times[s : s + at_once] @ statistics(units.rows[s : s + at_once]) for s in starts)
    totals = np.asarray(total).reshape(1, -1)
    values: list[float] = definition(totals)[0].tolist()
    if not any(map(math.isnan, values)):
        return values, [None] * len(values)
    reasons = zip(values, reason(totals), strict=True)
    return values, [undefined if math.isnan(value) else None for value, undefined in reasons]


def estimate(data: ReliabilityData, name: str, statistics: Statistics, definition: Definition, **how: Any) -> Agreement:
    """Return the `Agreement` of one coefficient."""
    return estimates(data, [name], statistics, definition, **how)[0]


def _percentiles(again: Array, level: float) -> tuple[Array, Array]:
    """Return the percentile interval of each quantity over the resamples in which it is defined."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    bounds = np.full((2, again.shape[1]), math.nan)
    whole = ~np.isnan(again).any(axis=0)
    bounds[:, whole] = np.quantile(again[:, whole], tails, axis=0)
    for i in np.flatnonzero(~whole):
        defined = again[~np.isnan(again[:, i]), i]
        if len(defined):
            bounds[:, i] = np.quantile(defined, tails)
    return bounds[0], bounds[1]


def _spread(again: Array) -> Array:
    """Return the standard deviation of each quantity over the resamples in which it is defined."""
    defined = ~np.isnan(again)
    n = defined.sum(axis=0)
    mean = np.where(defined, again, 0.0).sum(axis=0) / np.maximum(n, 1)
    squares = np.where(defined, again - mean, 0.0) ** 2
    return np.where(n >= 2, np.sqrt(squares.sum(axis=0) / np.maximum(n - 1, 1)), math.nan)


def unanimous_bounds(
    table: Tabulation, statistics: Statistics, definition: Definition, totals: Array, level: float, *, n_categories: int
) -> Array:
    """Return how low each quantity may be although nobody disagreed; NaN where nothing tells how one would disagree.

    The greatest share of lines that could be disagreed on, and yet be missed by a sample of this size with a
    probability of (1 - level) / 2, is added to the table as lines on which one coder says what chance would have it.
    Lines of one interview count for less: nothing here tells how alike they are, so the strongest intraclass
    correlation of the coverage study is taken.

    References
    ----------
    Hanley, J. A. & Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right? Interpreting zero
    numerators. JAMA 249, 1743-1745.
    Kish, L. (1965). Survey sampling. Wiley, section 5.4 (the design effect).
    """
    patterns = table.patterns
    judged = patterns >= 0
    pairable = judged.sum(axis=1) >= 2
    if table.counts is None:
        times, design_effect = table.multiplicity.astype(float), 1.0
    else:
        times = np.asarray(table.counts.sum(axis=0)).reshape(-1)
        of_interview = np.asarray(table.counts @ pairable.astype(float))
        design_effect = 1 + (float(of_interview @ of_interview / of_interview.sum()) - 1) * ALIKE
    n = float(times @ pairable)
    share = 1 - ((1 - level) / 2) ** (design_effect / n)
    lines, probability = _one_dissents(patterns[pairable], times[pairable], n_categories)
    if not len(lines):
        return np.full(definition(totals).shape[1], math.nan)
    dissent = probability @ dense(statistics(lines))
    bounds = np.asarray(definition(totals + n * share / (1 - share) * dissent)[0])
    # Such as a code that nobody gave to any line: that nobody disagreed on it is no sign that nobody would.
    return np.where(bounds > 1 - _NOTHING, math.nan, bounds)


def _one_dissents(patterns: Values, times: Array, n_categories: int) -> tuple[Values, Array]:
    """Return lines on which one coder says something else than all others, and how probable each is.

    The coders are those who most often judge a line together; what is said follows how often it is said. Where all say
    the same, what else could be said is each of the other categories alike; with one category there is no such line.
    """
    who, same = np.unique(patterns >= 0, axis=0, return_inverse=True)
    coders = np.flatnonzero(who[np.bincount(same.reshape(-1), weights=times).argmax()])
    said, used = np.unique(patterns[patterns >= 0], return_inverse=True)
    often = np.bincount(used, weights=np.repeat(times, (patterns >= 0).sum(axis=1)))
    if len(said) == 1:
        others = np.delete(np.arange(n_categories), said[0]).astype(said.dtype)
        said, often = np.append(said, others), np.append(often, np.ones(len(others)))
    common = np.sort(np.argsort(-often, kind="stable")[:_MOST_CATEGORIES])
    c, k, dissenter = (
        place.reshape(-1) for place in np.meshgrid(common, common, np.arange(len(coders)), indexing="ij")
    )
    c, k, dissenter = (place[c != k] for place in (c, k, dissenter))
    lines = np.full((len(c), patterns.shape[1]), -1, dtype=patterns.dtype)
    lines[:, coders] = said[c][:, None]
    lines[np.arange(len(c)), coders[dissenter]] = said[k]
    probability = often[c] * often[k]
    return lines, probability / probability.sum()


def _accelerated(
    table: Tabulation, by_cluster: Any, totals: Array, definition: Definition, again: Array, values: Array, level: float
) -> tuple[Array, Array]:
    """Return the BCa interval of each quantity, its acceleration from leaving out each cluster that holds agreement."""
    holding = table.strata[0]
    without = left_out(definition, by_cluster[holding], totals)
    times = table.multiplicity[holding].astype(float)
    bounds = [accelerated(again[:, i], values[i], without[:, i], times, level) for i in range(len(values))]
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


def _errors(
    interval: Interval,
    table: Tabulation,
    by_cluster: Any,
    totals: Array,
    definition: Definition,
    gwet: GwetError | None,
    values: Array,
) -> tuple[Array, float, str | None]:
    """Return the standard error of each quantity, its degrees of freedom, and what to beware of."""
    times = table.multiplicity.astype(float)
    freedom = float(times[table.strata[0]].sum() - 1)
    if interval == "jackknife":
        errors = jackknife(left_out(definition, by_cluster, totals), times, table.strata)
        gone = np.isnan(errors) & ~np.isnan(values)
        return errors, freedom, "without one of its clusters the coefficient is undefined" if gone.any() else None
    if interval == "gwet" and gwet is not None:
        influence = gwet.influence(table.patterns, times)
        counted = ~np.isnan(influence[:, 0])
        n = float(times[counted].sum())
        single = gwet.counts_single and len(table.strata) > 1
        return linearised(influence[counted] / n, times[counted]), n - 1, _SINGLE if single else None
    moves = contributions(definition, by_cluster, totals)
    if interval == "asymptotic":
        return linearised(moves, times, small_sample=False), math.inf, None
    return linearised(moves, times), freedom, None


_SINGLE = (
    "some lines were judged once: Gwet's standard error then also measures which lines were judged twice, "
    "and is wrong, mostly too large; 'linearised' is exact"
)


_UNANIMOUS = (
    "the lower bound is the coefficient if as many lines were disagreed on as may escape a sample of this size "
    "(Hanley & Lippman-Hand 1983)"
)


def _told(asked: Interval, by: str, n_interviews: int, known: bool, level: float) -> dict[str, str]:
    one_or_all = (
        "leaving out one interview at a time (jackknife)"
        if by == "interviews"
        else "exact linearisation (infinitesimal jackknife)"
    )
    how = {
        "cube-root": f"interval by {one_or_all}, on the scale of the cube root of 1 - coefficient, with t over",
        "interviews": "percentile interval from a bootstrap of",
        "lines": "percentile interval from a bootstrap of",
        "bca": "BCa interval from a bootstrap of",
        "linearised": "interval by exact linearisation (infinitesimal jackknife) with t over",
        "jackknife": "interval by leaving out one at a time (jackknife) with t over",
        "gwet": "interval by Gwet's published variance with t over",
        "asymptotic": "large-sample interval by linearisation with the normal over",
    }[asked]
    told = {"interval": f"{100 * level:g} % {how} {by}"}
    if by == "interviews" and n_interviews < FEW_INTERVIEWS:
        how_bad = (
            "may be too narrow; take one of 95 % for one of 90 %"
            if asked == "cube-root"
            else "is likely to be too narrow"
        )
        told["caution"] = f"{n_interviews} interviews are fewer than {FEW_INTERVIEWS}: the interval {how_bad}"
    elif by == "lines" and asked in _BY_INTERVIEW:
        why = "there is only one interview" if known else NOT_KNOWN
        told["caution"] = f"{why}: the interval is too narrow if lines of an interview resemble each other"
    return told
