"""A table compressed to its distinct columns and how often each occurs: one pass that every coefficient starts from."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._pairs import judgements
from autocode.agreement.data._reliability import Array, Values

# a table that could have so many different columns has them listed once, for all tables like it
_FEW_COLUMNS = 2**12


class Patterns(NamedTuple):
    """The distinct columns of a table, without the one of units that nobody judged.

    Attributes
    ----------
    rows : shape (n_patterns, n_coders), -1 for not judged.
    times : how often each occurs, shape (n_patterns,).
    judgements : how many coders judged units of each, m_u, shape (n_patterns,).
    of_unit : which of them each unit is, -1 for a unit that nobody judged; None where it was not asked for.
    n_units, n_pairable : how many units anybody judged, and how many at least two coders.
    n_coders : how many coders judged a unit that another judged too.
    """

    rows: Values
    times: NDArray[np.int64]
    judgements: Array
    of_unit: NDArray[np.int64] | None
    n_units: int
    n_pairable: int
    n_coders: int

    @property
    def n_judging(self) -> int:
        """How many coders judged anything."""
        return _who_judged(self.rows[self.times > 0])


class Kept:
    """A function of patterns that remembers what it found for the last list of patterns that cannot change."""

    def __init__(self, of: Callable[[Values], Array]) -> None:
        self._of = of
        self._last: tuple[Values, Array] | None = None

    def __call__(self, patterns: Values) -> Array:
        if patterns.flags.writeable:
            return self._of(patterns)
        last = self._last
        if last is None or last[0] is not patterns:
            found = self._of(patterns)
            found.flags.writeable = False
            self._last = last = (patterns, found)
        return last[1]


def patterns_of(columns: Values, n_labels: int, *, of_units: bool, counts_only: bool = False) -> Patterns:
    """Return the distinct columns of a table of coders by units, in the order of what the first coder said.

    For `counts_only` there may be columns among them that are alike, or that occur no times: where few columns are
    possible, the list of them all is kept and not made anew for each table.
    """
    n_coders, n_units = columns.shape
    base = n_labels + 1
    n_keys = base**n_coders
    if counts_only and n_keys > max(4 * n_units, _FEW_COLUMNS):  # to sort so many would take longer than it saves
        return _patterns(columns.T, np.asarray((columns >= 0).any(axis=0), dtype=np.int64), np.arange(n_units))
    if n_keys >= 2**62:  # a column does not fit into one integer
        rows, of_unit, times = np.unique(columns.T, axis=0, return_inverse=True, return_counts=True)
        empty = int(len(rows) > 0 and not (rows[0] >= 0).any())
        return _patterns(rows[empty:], times[empty:], of_unit.reshape(-1) - empty)
    key = _keys(columns, base, n_keys)
    if n_keys > max(4 * n_units, _FEW_COLUMNS):
        keys, first, of_unit, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        empty = int(len(keys) > 0 and keys[0] == 0)
        return _patterns(columns.T[first[empty:]], times[empty:], of_unit - empty)
    every = np.bincount(key, minlength=n_keys)
    n_judged = n_units - int(every[0])
    every[0] = 0  # judged by nobody
    if counts_only and n_keys <= _FEW_COLUMNS:
        possible = _possible(base, n_coders)
        n_pairable, n_complete = map(int, (every @ possible.twice_and_by_all).tolist())
        # where a unit was judged by all there is no need to look who judged
        who = n_coders if n_complete else _who_judged(possible.rows[(every > 0) & (possible.judgements >= 2)])
        return Patterns(possible.rows, every, possible.judgements, key if of_units else None, n_judged, n_pairable, who)
    present = every.nonzero()[0]
    rows = _columns(present, base, n_coders)
    if not of_units:
        return _patterns(rows, every[present], None)
    place = np.full(n_keys, -1)
    place[present] = np.arange(len(present))
    return _patterns(rows, every[present], place[key])


def _patterns(rows: Values, times: NDArray[np.int64], of_unit: NDArray[np.int64] | None) -> Patterns:
    m = judgements(rows)
    twice = m >= 2
    return Patterns(rows, times, m, of_unit, int(times.sum()), int(times @ twice), _who_judged(rows[twice]))


def _keys(columns: Values, base: int, n_keys: int) -> NDArray[Any]:
    """Return each column as one integer, its digits one more than the labels, so that not judged is the digit 0."""
    n_coders, n_units = columns.shape
    kind = np.int32 if n_keys < 2**31 else np.int64
    if not n_coders:
        return np.zeros(n_units, dtype=kind)
    key: NDArray[Any] = columns[0].astype(kind)
    for row in columns[1:]:  # Horner's rule
        key *= base
        key += row
    key += n_coders if base == 1 else (n_keys - 1) // (base - 1)  # the number whose digits are all 1
    return key


def _columns(keys: NDArray[Any], base: int, n_coders: int) -> Values:
    powers = base ** np.arange(n_coders - 1, -1, -1)
    return ((keys[:, None] // powers) % base - 1).astype(np.int32)


class _Possible(NamedTuple):
    rows: Values
    judgements: Array
    twice_and_by_all: Array


@lru_cache(maxsize=16)
def _possible(base: int, n_coders: int) -> _Possible:
    """Return every column that coders with so many choices could make, and how many judge in it."""
    every = _columns(np.arange(base**n_coders), base, n_coders)
    m = judgements(every)
    kept = _Possible(every, m, np.column_stack([m >= 2, m == max(n_coders, 2)]).astype(float))
    for array in kept:
        array.flags.writeable = False
    return kept


def _who_judged(rows: Values) -> int:
    return int(np.count_nonzero((rows >= 0).any(axis=0)))
