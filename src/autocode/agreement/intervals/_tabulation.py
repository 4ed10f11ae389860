"""A table compressed to its distinct columns, how often each occurs in what is resampled, and totals over both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from autocode.agreement.data._patterns import Patterns
from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import CELLS_AT_ONCE, Definition, Range, Statistics
from autocode.resampling import stratified_draws
from autocode.transcripts import TranscriptId

_FEW_CELLS = 1_000_000  # 8 MB: small enough to be kept as a dense array, or between two calls


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tabulation:
    """A table compressed to its distinct columns, and how often each occurs in each cluster that is resampled.

    Attributes
    ----------
    patterns : ndarray of int, shape (n_patterns, n_coders)
        Distinct columns of the table, -1 for not judged.
    counts : array or sparse array, shape (n_clusters, n_patterns), or None
        How often each pattern occurs in each cluster; None where each pattern is a cluster of its own.
    multiplicity : ndarray of int, shape (n_clusters,)
        How often each cluster occurs: lines with the same judgements are one cluster.
    strata : tuple of ndarray of int
        The clusters with pairable units, and the others. Each stratum is resampled by itself, because which lines were
        coded twice is a matter of design, not of chance.
    """

    patterns: NDArray[np.int32]
    counts: Any
    multiplicity: NDArray[np.int64]
    strata: tuple[NDArray[np.int64], ...]

    @classmethod
    def from_patterns(cls, units: Patterns, interviews: tuple[TranscriptId, ...] | None) -> "Tabulation":
        """Return the compressed table, to be resampled by interviews, or by lines where `interviews` is None."""
        pairable = units.judgements >= 2
        counts: Any = None
        if interviews is not None and units.pattern_of_unit is not None:
            judged = units.pattern_of_unit >= 0
            counts = _pattern_counts(
                interview_numbers(interviews)[judged], units.pattern_of_unit[judged], len(units.rows)
            )
            multiplicity = np.ones(counts.shape[0], dtype=np.int64)
            is_pairable = counts @ pairable.astype(float) > 0
        else:
            multiplicity = units.multiplicity
            is_pairable = pairable
        return cls(patterns=units.rows, counts=counts, multiplicity=multiplicity, strata=_strata(is_pairable))

    @property
    def n_pairable_clusters(self) -> int:
        """Number of clusters with pairable units."""
        return int(self.multiplicity[self.strata[0]].sum())

    def by_cluster(self, statistics: Statistics) -> Any:
        """Return the statistics of each cluster, shape (n_clusters, n_statistics), sparse where the statistics are."""
        by_pattern = statistics(self.patterns)
        return by_pattern if self.counts is None else self.counts @ by_pattern

    def draws(self, resamples: int, seed: int, *, n_statistics: int = 1) -> Iterator[Array]:
        """Yield how often each cluster is drawn, shape (some of the resamples, n_clusters), until all are drawn.

        Memory stays bounded if each resample is reduced to `n_statistics` totals.
        """
        n_clusters = len(self.multiplicity)
        at_once = max(1, min(resamples, CELLS_AT_ONCE // max(n_statistics, n_clusters)))
        if self.counts is not None and at_once == resamples and resamples * n_clusters <= _FEW_CELLS:
            # the codes of a study, one after the other, ask for the same draws of the same interviews
            strata = tuple(tuple(stratum.tolist()) for stratum in self.strata)
            yield _interview_draws(n_clusters, strata, resamples, seed)
            return
        rng = np.random.default_rng(seed)
        for start in range(0, resamples, at_once):
            yield stratified_draws(rng, self.multiplicity, self.strata, min(at_once, resamples - start))

    def merge_identical_clusters(self, by_cluster: Any) -> tuple["Tabulation", Any]:
        """Return the table with lines of the same statistics as one cluster, and the statistics of these clusters.

        Its resamples have the same distribution, and there is less to draw.
        """
        if self.counts is not None or not isinstance(by_cluster, np.ndarray) or by_cluster.size > _FEW_CELLS:
            return self, by_cluster
        is_pairable = np.zeros(len(by_cluster))
        is_pairable[self.strata[0]] = 1.0
        rows = np.round(np.column_stack([is_pairable, by_cluster]), 12)
        _, first, same = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        multiplicity = np.bincount(same.reshape(-1), weights=self.multiplicity).astype(np.int64)
        merged = replace(self, multiplicity=multiplicity, strata=_strata(is_pairable[first] == 1.0))
        return merged, by_cluster[first]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointEstimates:
    """The value of each quantity, and what it is computed from: all that a method needs to make its interval.

    Attributes
    ----------
    table : Tabulation
        The table, compressed.
    statistics, definition : callable
        From patterns to the statistics of a unit, and from their totals to the quantities.
    by_cluster : array or sparse array, shape (n_clusters, n_statistics)
        The statistics of each cluster.
    totals : ndarray of float, shape (1, n_statistics)
        Their totals over the table.
    values : ndarray of float, shape (n_quantities,)
        The quantities, NaN where undefined.
    lowest, highest : ndarray of float, shape (n_quantities,)
        The smallest and the largest value that each quantity can take.
    is_coefficient : ndarray of bool, shape (n_quantities,)
        Whether the quantity is a coefficient, 1 for perfect agreement, and not a difference or ratio of coefficients.
    """

    table: Tabulation
    statistics: Statistics
    definition: Definition
    by_cluster: Any
    totals: Array
    values: Array
    lowest: Array
    highest: Array
    is_coefficient: NDArray[np.bool_]

    @classmethod
    def from_table(
        cls,
        table: Tabulation,
        statistics: Statistics,
        definition: Definition,
        *,
        ranges: list[Range],
        is_coefficient: list[bool],
    ) -> "PointEstimates":
        """Return the quantities of a table, with the range of each."""
        by_cluster = table.by_cluster(statistics)
        totals = np.asarray(table.multiplicity.astype(float) @ by_cluster).reshape(1, -1)
        lowest, highest = np.array(ranges).T
        return cls(
            table=table,
            statistics=statistics,
            definition=definition,
            by_cluster=by_cluster,
            totals=totals,
            values=definition(totals)[0],
            lowest=lowest,
            highest=highest,
            is_coefficient=np.array(is_coefficient),
        )

    @property
    def times(self) -> Array:
        """How often each cluster occurs, shape (n_clusters,)."""
        return self.table.multiplicity.astype(float)

    @property
    def degrees_of_freedom(self) -> float:
        """The clusters with pairable units, minus 1."""
        return float(self.table.n_pairable_clusters - 1)


@lru_cache(maxsize=4)
def interview_numbers(interviews: tuple[TranscriptId, ...]) -> NDArray[np.int64]:
    """Return the number of each interview, in the order of their names."""
    # sorted, so that the order of the lines does not change the interval
    index = {name: i for i, name in enumerate(sorted(set(interviews)))}
    return np.array([index[name] for name in interviews], dtype=np.int64)


def _strata(is_pairable: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    parts = (np.flatnonzero(is_pairable), np.flatnonzero(~is_pairable))
    return tuple(part for part in parts if len(part))


def _pattern_counts(interview: NDArray[np.int64], pattern: NDArray[np.int64], n_patterns: int) -> Any:
    """Return how often each pattern occurs in each of the interviews that occur."""
    occurs = np.bincount(interview) > 0
    cluster = (np.cumsum(occurs) - 1)[interview]
    shape = (int(occurs.sum()), n_patterns)
    if shape[0] * n_patterns > _FEW_CELLS:
        return csr_array((np.ones(len(pattern)), (cluster, pattern)), shape=shape)
    counts = np.bincount(cluster * n_patterns + pattern, minlength=shape[0] * n_patterns)
    return counts.reshape(shape).astype(float)


@lru_cache(maxsize=2)
def _interview_draws(n: int, strata: tuple[tuple[int, ...], ...], resamples: int, seed: int) -> Array:
    parts = tuple(np.array(stratum, dtype=np.int64) for stratum in strata)
    draws = stratified_draws(np.random.default_rng(seed), np.ones(n, dtype=np.int64), parts, resamples)
    draws.flags.writeable = False
    return draws
