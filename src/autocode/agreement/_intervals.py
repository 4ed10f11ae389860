"""Totals over a table, and over resamples of its interviews or lines, by adding up what each of them contributes."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from autocode.agreement._reliability import ReliabilityData, Values
from autocode.agreement._result import Agreement, Undefined

Interval: TypeAlias = Literal["interviews", "lines"]
Array: TypeAlias = NDArray[np.float64]

# statistics(patterns) -> (n_patterns, n_statistics), additive over units; definition(totals) -> (n_rows, n_quantities)
Statistics: TypeAlias = Callable[[Values], Any]
Definition: TypeAlias = Callable[[Array], Array]

FEW_INTERVIEWS = 15
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulation:
    """A table compressed to its distinct columns, and how often each occurs in what is resampled.

    Attributes
    ----------
    patterns : distinct columns of the table, shape (n_patterns, n_coders), -1 for not judged.
    counts : how often each pattern occurs in each cluster, sparse, shape (n_clusters, n_patterns).
    multiplicity : how often each cluster occurs, shape (n_clusters,); lines that say the same are one cluster.
    strata : the clusters that hold agreement, and the others. Each is resampled by itself, because which lines were
        coded twice is a matter of design, not of chance.
    """

    patterns: Values
    counts: Any
    multiplicity: NDArray[np.int64]
    strata: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, data: ReliabilityData, clusters: Interval) -> "Tabulation":
        """Return the compressed table, to be resampled by interviews or by lines."""
        judged = data.judged.any(axis=0)
        columns = data.values[:, judged]
        patterns, pattern_of = _distinct(columns, len(data.labels))
        pairable = (patterns >= 0).sum(axis=1) >= 2
        counts: Any
        if clusters == "interviews" and data.interviews is not None:
            names = np.array(data.interviews, dtype=object)[judged].tolist()
            # sorted, so that the order of the lines does not change the interval
            index = {name: i for i, name in enumerate(sorted(set(names)))}
            cluster_of = np.array([index[name] for name in names], dtype=np.int64)
            ones = np.ones(len(names))
            counts = csr_array((ones, (cluster_of, pattern_of)), shape=(len(index), len(patterns)))
            multiplicity = np.ones(len(index), dtype=np.int64)
            holds = counts @ pairable.astype(float) > 0
        else:
            at = np.arange(len(patterns))
            counts = csr_array((np.ones(len(at)), (at, at)), shape=(len(at), len(at)))
            multiplicity = np.bincount(pattern_of, minlength=len(patterns)).astype(np.int64)
            holds = pairable
        strata = tuple(part for part in (np.flatnonzero(holds), np.flatnonzero(~holds)) if len(part))
        return cls(patterns=patterns, counts=counts, multiplicity=multiplicity, strata=strata)

    def draws(self, resamples: int, seed: int, *, width: int = 1) -> Iterator[Array]:
        """Yield how often each cluster is drawn, shape (some resamples, n_clusters), until all are drawn.

        `width` is the number of totals that each resample will hold, so that memory stays bounded.
        """
        rng = np.random.default_rng(seed)
        at_once = max(1, min(resamples, _CELLS_AT_ONCE // max(width, len(self.multiplicity))))
        for start in range(0, resamples, at_once):
            n = min(at_once, resamples - start)
            weights = np.zeros((n, len(self.multiplicity)))
            for part in self.strata:
                times = self.multiplicity[part]
                weights[:, part] = rng.multinomial(times.sum(), times / times.sum(), size=n)
            yield weights


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
) -> list[Agreement]:
    """Return one `Agreement` for each quantity that the definition makes of the totals of the statistics.

    `reason(totals)` says, for each quantity, why it would be undefined; it is asked only where the value is NaN.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
    if resamples < 1:
        raise ValueError(f"an interval needs at least one resample, not {resamples}.")
    if interval not in ("interviews", "lines", None):
        raise ValueError(f"an interval resamples 'interviews' or 'lines', or is None; not {interval!r}.")
    judged = data.judged
    both = judged.sum(axis=0) >= 2
    n_coders = int(judged[:, both].any(axis=1).sum())
    held = () if data.interviews is None else {data.interviews[u] for u in np.flatnonzero(both)}
    counts = {
        "n_units": int(judged.any(axis=0).sum()),
        "n_pairable": int(both.sum()),
        "n_coders": n_coders,
        "n_interviews": len(held),
    }
    by: Interval = "interviews" if interval == "interviews" and len(held) >= 2 else "lines"
    told = conventions | ({} if data.basis is None else {"basis": str(data.basis)})
    if not both.any():
        why = Undefined.ONE_CODER if judged.any(axis=1).sum() < 2 else Undefined.NO_PAIRS
        told["interval"] = "none"
        return [
            Agreement(
                coefficient=name,
                value=math.nan,
                level=level,
                undefined=why,
                conventions=MappingProxyType(told),
                **counts,
            )
            for name in names
        ]
    table = Tabulation.of(data, by)
    by_cluster = table.counts @ statistics(table.patterns)
    totals = np.asarray(table.multiplicity.astype(float) @ by_cluster).reshape(1, -1)
    values = definition(totals)[0]
    lows = highs = np.full(len(names), math.nan)
    left_out = np.zeros(len(names), dtype=int)
    if interval is None:
        told["interval"] = "none"
    else:
        told |= _told(interval, by, len(held), data.interviews is not None, level)
        told |= {"resamples": f"{resamples}", "seed": f"{seed}"}
        again = np.concatenate(
            [
                definition(np.asarray(weights @ by_cluster))
                for weights in table.draws(resamples, seed, width=by_cluster.shape[1])
            ]
        )
        left_out = np.isnan(again).sum(axis=0)
        lows, highs = _percentiles(again, level)
    reasons = reason(totals)
    found = []
    for i, name in enumerate(names):
        undefined = reasons[i] if math.isnan(values[i]) else None
        missed = int(left_out[i]) if undefined is None else 0
        about = dict(told)
        if missed:
            about["left out"] = f"{missed} of {resamples} resamples, in which the coefficient is undefined"
        found.append(
            Agreement(
                coefficient=name,
                value=float(values[i]),
                low=math.nan if undefined else float(lows[i]),
                high=math.nan if undefined else float(highs[i]),
                level=level,
                undefined=undefined,
                n_left_out=missed,
                conventions=MappingProxyType(about),
                **counts,
            )
        )
    return found


def estimate(data: ReliabilityData, name: str, statistics: Statistics, definition: Definition, **how: Any) -> Agreement:
    """Return the `Agreement` of one coefficient."""
    return estimates(data, [name], statistics, definition, **how)[0]


def _distinct(columns: Values, n_labels: int) -> tuple[Values, NDArray[np.intp]]:
    """Return the distinct columns as rows, and which of them each column is."""
    n_coders = len(columns)
    if n_coders * math.log2(n_labels + 2) < 62:  # a column fits into one integer
        key = np.zeros(columns.shape[1], dtype=np.int64)
        for row in columns:
            key = key * (n_labels + 1) + (row + 1)
        _, first, pattern_of = np.unique(key, return_index=True, return_inverse=True)
        return columns[:, first].T, pattern_of
    rows, pattern_of = np.unique(columns.T, axis=0, return_inverse=True)
    return rows, pattern_of.reshape(-1)


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


def _told(asked: Interval, by: Interval, n_interviews: int, known: bool, level: float) -> dict[str, str]:
    percent = f"{100 * level:g} % percentile interval from a bootstrap of"
    if by == "interviews":
        told = {"interval": f"{percent} interviews"}
        if n_interviews < FEW_INTERVIEWS:
            told["caution"] = (
                f"{n_interviews} interviews are fewer than {FEW_INTERVIEWS}: the interval is likely to be too narrow"
            )
        return told
    told = {"interval": f"{percent} lines"}
    if asked == "interviews":
        why = "there is only one interview" if known else "interviews are not known"
        told["caution"] = f"{why}: the interval is too narrow if lines of an interview resemble each other"
    return told
