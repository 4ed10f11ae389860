"""Labels as they stand in cells: which are the same, which mean not judged, and in what order they come."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autocode.errors import AgreementError, Fault
from autocode.wording import listing

_MOST_NAMED = 20  # undeclared labels that an error names one by one; more are probably text in the wrong column
_SORTABLE = "biufUS"  # kinds of arrays that numpy can sort: booleans, numbers and text
_PLAIN_LABELS = {str, int, bool}  # types of cells that are labels as they stand


def is_nan(cell: Any) -> bool:
    """Return whether a cell is NaN, of Python or of numpy."""
    return isinstance(cell, float | np.floating) and bool(cell != cell)


def label_of(cell: Any) -> Hashable:
    """Return the label that a cell holds, None for NaN; a list, tuple or set of codes is a set of them."""
    if is_nan(cell):
        return None
    if isinstance(cell, np.generic):
        cell = cell.item()
    try:
        label: Hashable = frozenset(cell) if isinstance(cell, set | frozenset | list | tuple) else cell
        hash(label)
    except TypeError:
        raise AgreementError(
            f"the label {cell!r} cannot be compared with others; write it as text or a number."
        ) from None
    return label


def sorted_labels(labels: Iterable[Hashable]) -> list[Any]:
    """Return the labels sorted: numbers by size, text alphabetically, sets by their size and then their members."""
    known: list[Any] = list(labels)
    kinds = set(map(type, known))
    if kinds == {str} or kinds <= {bool, int, float}:
        return sorted(known)
    return sorted(known, key=_sort_key)


def _sort_key(label: Hashable) -> tuple[str, Any]:
    if isinstance(label, frozenset):
        return ("set", (len(label), sorted(map(str, label))))
    if isinstance(label, int | float):
        return ("number", label)
    return (type(label).__name__, label if isinstance(label, str) else repr(label))


def factorize(cells: Sequence[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    """Return the number of each cell among the distinct ones, and these in the order in which they first occur."""
    numbers: defaultdict[Any, int] = defaultdict()
    numbers.default_factory = numbers.__len__  # a new cell gets the next number
    codes = np.fromiter(map(numbers.__getitem__, cells), dtype=np.int32, count=len(cells))
    return codes, list(numbers)


def factorize_labels(cells: list[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    """Return what `factorize` returns, for cells that may be sets or lists of codes.

    NaN stays NaN: in some tables it means not judged, in others it has to be refused.
    """
    try:
        return factorize(cells)
    except TypeError:  # a set or list is not hashable
        return factorize([cell if is_nan(cell) else label_of(cell) for cell in cells])


def factorize_table(table: Sequence[Sequence[Any]] | NDArray[Any]) -> tuple[NDArray[Any], list[Any]]:
    """Return what `factorize_labels` returns, for a table: the numbers have its shape.

    Raises `AgreementError` for rows of unequal length.
    """
    if isinstance(table, np.ndarray) and table.ndim == 2 and table.dtype.kind in _SORTABLE:
        values = np.unique(table)
        return np.searchsorted(values, table).astype(np.int32), list(values.tolist())
    rows = [list(row) for row in table]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise AgreementError(
            f"the coders' rows have {listing(lengths)} units; every coder needs a cell for every unit, "
            "None where the coder did not judge it."
        )
    codes, distinct = factorize_labels(list(chain.from_iterable(rows)))
    return codes.reshape(len(rows), lengths[0] if lengths else 0), distinct


def encode(
    codes: NDArray[Any], cells: Iterable[Any], declared: Sequence[Hashable] | None, missing: set[Hashable]
) -> tuple[NDArray[np.int32], tuple[Hashable, ...]]:
    """Return factorized cells as places in the list of labels, -1 for missing, and this list.

    The labels are the declared ones, or else the observed ones, sorted.
    Raises `AgreementError` for labels that were not declared, or declared more than once.
    """
    observed = [cell if type(cell) in _PLAIN_LABELS else label_of(cell) for cell in cells]
    labels = tuple(sorted_labels(set(observed) - missing) if declared is None else map(label_of, declared))
    if None in labels:
        raise AgreementError("None or NaN is declared as a label, but it means not judged; leave it out.")
    place: dict[Hashable, int] = {label: v for v, label in enumerate(labels)}
    if len(place) < len(labels):
        repeated = sorted_labels(label for label, times in Counter(labels).items() if times > 1)
        raise AgreementError(f"labels are declared more than once: {listing(map(repr, repeated))}; declare each once.")
    if declared is not None:
        _refuse_undeclared(sorted_labels(set(observed) - missing - place.keys()))
    places = np.array([-1 if label in missing else place[label] for label in observed], dtype=np.int32)
    return places[codes], labels


def _refuse_undeclared(labels: list[Any]) -> None:
    if len(labels) > _MOST_NAMED:
        raise AgreementError(
            f"{len(labels)} labels are not among the declared ones, {listing(map(repr, labels[:3]))} among them; "
            "declare them, or choose the column that holds the codes."
        )
    AgreementError.raise_if(
        Fault(f"the label {label!r} is not among the declared ones; declare it or correct the cell.")
        for label in labels
    )
