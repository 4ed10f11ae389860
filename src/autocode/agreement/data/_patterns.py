"""A table compressed to its distinct columns and how often each occurs: one pass that every coefficient starts from."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._pairs import judgements
from autocode.agreement.data._reliability import Array, Values

# Where no more columns are possible than this, they are listed once for all tables of the same shape: a few 100 KB.
_FEW_COLUMNS = 2**12


class Patterns(NamedTuple):
    """The distinct columns of a table, without the column of units that nobody judged.

    Attributes
    ----------
    rows : ndarray of int, shape (n_patterns, n_coders)
        The columns, -1 for not judged.
    multiplicity : ndarray of int, shape (n_patterns,)
        How often each occurs.
    judgements : ndarray of float, shape (n_patterns,)
        How many coders judged the units of each, m_u.
    pattern_of_unit : ndarray of int, shape (n_units,), or None
        The place of each unit's column in `rows`, -1 for a unit that nobody judged; None where it was not asked for.
    n_units : int
        Number of units that at least one coder judged.
    n_pairable : int
        Number of units that at least two coders judged.
    n_coders : int
        Number of coders who judged a pairable unit.
    """

    rows: Values
    multiplicity: NDArray[np.int64]
    judgements: Array
    pattern_of_unit: NDArray[np.int64] | None
    n_units: int
    n_pairable: int
    n_coders: int

    @property
    def n_judging(self) -> int:
        """How many coders judged anything."""
        return _n_judging(self.rows[self.multiplicity > 0])


class CachedStatistics:
    """A function of patterns that keeps its result for the last list of patterns that cannot change."""

    def __init__(self, statistics: Callable[[Values], Array]) -> None:
        self._statistics = statistics
        self._last: tuple[Values, Array] | None = None

    def __call__(self, patterns: Values) -> Array:
        if patterns.flags.writeable:
            return self._statistics(patterns)
        last = self._last
        if last is None or last[0] is not patterns:
            result = self._statistics(patterns)
            result.flags.writeable = False
            self._last = last = (patterns, result)
        return last[1]


def patterns_of(columns: Values, n_labels: int, *, of_units: bool, counts_only: bool = False) -> Patterns:
    """Return the distinct columns of a table of coders by units, sorted by the first coder's label, then the second's.

    With `counts_only` columns may be listed twice, or occur no times: where few columns are possible, the list of all
    of them is used for every table of the same shape. `of_units` asks for the pattern of each unit.
    """
    n_coders, n_units = columns.shape
    base = n_labels + 1
    n_keys = base**n_coders
    sparse = n_keys > max(4 * n_units, _FEW_COLUMNS)  # to count all possible columns would take longer than to sort
    if counts_only and sparse:  # sorting would take longer than it saves
        return _patterns(columns.T, np.asarray((columns >= 0).any(axis=0), dtype=np.int64), np.arange(n_units))
    if n_keys >= 2**62:  # a column does not fit into one integer
        rows, of_unit, times = np.unique(columns.T, axis=0, return_inverse=True, return_counts=True)
        empty = int(len(rows) > 0 and not (rows[0] >= 0).any())
        return _patterns(rows[empty:], times[empty:], of_unit.reshape(-1) - empty)
    key = _keys(columns, base, n_keys)
    if sparse:
        keys, first, of_unit, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        empty = int(len(keys) > 0 and keys[0] == 0)
        return _patterns(columns.T[first[empty:]], times[empty:], of_unit - empty)
    every = np.bincount(key, minlength=n_keys)
    n_judged = n_units - int(every[0])
    every[0] = 0  # judged by nobody
    if counts_only and n_keys <= _FEW_COLUMNS:
        possible = _possible(base, n_coders)
        n_pairable, n_complete = map(int, (every @ possible.twice_and_by_all).tolist())
        # if all coders judged one of the units, there is no need to look who judged
        judging = n_coders if n_complete else _n_judging(possible.rows[(every > 0) & (possible.judgements >= 2)])
        place = key if of_units else None
        return Patterns(possible.rows, every, possible.judgements, place, n_judged, n_pairable, judging)
    present = every.nonzero()[0]
    rows = _columns(present, base, n_coders)
    if not of_units:
        return _patterns(rows, every[present], None)
    row_of_key = np.full(n_keys, -1)
    row_of_key[present] = np.arange(len(present))
    return _patterns(rows, every[present], row_of_key[key])


def _patterns(rows: Values, times: NDArray[np.int64], of_unit: NDArray[np.int64] | None) -> Patterns:
    """Return the patterns with what follows from their rows and how often each occurs."""
    m = judgements(rows)
    pairable = m >= 2
    return Patterns(rows, times, m, of_unit, int(times.sum()), int(times @ pairable), _n_judging(rows[pairable]))


def _keys(columns: Values, base: int, n_keys: int) -> NDArray[Any]:
    """Return each column as one integer in base `base`: each digit is a label plus 1, so that not judged is 0."""
    n_coders, n_units = columns.shape
    kind = np.int32 if n_keys < 2**31 else np.int64
    if not n_coders:
        return np.zeros(n_units, dtype=kind)
    key: NDArray[Any] = columns[0].astype(kind)
    for row in columns[1:]:  # Horner's rule
        key *= base
        key += row
    key += n_coders if base == 1 else (n_keys - 1) // (base - 1)  # the number whose digits are all 1: the plus 1
    return key


def _columns(keys: NDArray[Any], base: int, n_coders: int) -> Values:
    """Return the columns that these integers stand for."""
    powers = base ** np.arange(n_coders - 1, -1, -1)
    return ((keys[:, None] // powers) % base - 1).astype(np.int32)


class _Possible(NamedTuple):
    """Every column that is possible, how many coders judge in it, and whether two of them do or all."""

    rows: Values
    judgements: Array
    twice_and_by_all: Array


@lru_cache(maxsize=16)
def _possible(base: int, n_coders: int) -> _Possible:
    """Return every column that is possible for n coders with `base` choices each."""
    rows = _columns(np.arange(base**n_coders), base, n_coders)
    m = judgements(rows)
    possible = _Possible(rows, m, np.column_stack([m >= 2, m == max(n_coders, 2)]).astype(float))
    for array in possible:
        array.flags.writeable = False
    return possible


def _n_judging(rows: Values) -> int:
    return int(np.count_nonzero((rows >= 0).any(axis=0)))
