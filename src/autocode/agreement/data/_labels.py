"""Labels as they stand in cells: which are the same, which mean not judged, and in what order they come."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autocode.errors import AgreementError, Fault

_MOST_NAMED = 20
_PLAIN = "biufUS"  # kinds of arrays that numpy can sort
_LABELS = {str, int, bool}  # what is a label as it stands


def label_of(cell: Any) -> Hashable:
    """Return the label that a cell holds, None for none; a list or set of codes is a set of them."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float) and cell != cell:
        return None
    try:
        label: Hashable = frozenset(cell) if isinstance(cell, set | frozenset | list | tuple) else cell
        hash(label)
    except TypeError:
        raise AgreementError(
            f"the label {cell!r} cannot be compared with others; write it as text or a number."
        ) from None
    return label


def in_order(labels: Iterable[Hashable]) -> list[Any]:
    """Return the labels sorted: numbers by size, text by its letters, sets by how many they hold."""
    known: list[Any] = list(labels)
    kinds = set(map(type, known))
    if kinds == {str} or kinds <= {bool, int, float}:
        return sorted(known)
    return sorted(known, key=_order)


def _order(label: Hashable) -> tuple[str, Any]:
    if isinstance(label, frozenset):
        return ("set", (len(label), sorted(map(str, label))))
    if isinstance(label, int | float):
        return ("number", label)
    return (type(label).__name__, label if isinstance(label, str) else repr(label))


def numbered(cells: Sequence[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    """Return for each cell which of the distinct ones it is, and these in the order in which they first occur."""
    places: defaultdict[Any, int] = defaultdict()
    places.default_factory = places.__len__  # one not met before is the next
    which = np.fromiter(map(places.__getitem__, cells), dtype=np.int32, count=len(cells))
    return which, list(places)


def table_numbered(table: Sequence[Sequence[Any]] | NDArray[Any]) -> tuple[NDArray[Any], list[Any]]:
    """Return for each cell of a table which of the distinct ones it is, and these.

    Raises `AgreementError` for rows of unequal length.
    """
    if isinstance(table, np.ndarray) and table.ndim == 2 and table.dtype.kind in _PLAIN:
        values = np.unique(table)
        return np.searchsorted(values, table).astype(np.int32), list(values.tolist())
    rows = [list(row) for row in table]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise AgreementError(
            f"the coders' rows have {_and(lengths)} units; every coder needs a cell for every unit, "
            "None where the coder did not judge it."
        )
    codes, distinct = labels_numbered(list(chain.from_iterable(rows)))
    return codes.reshape(len(rows), lengths[0] if lengths else 0), distinct


def labels_numbered(cells: list[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    """Return for each cell which of the distinct ones it is, and these; sets and lists of codes may be among them."""
    try:
        return numbered(cells)
    except TypeError:  # a set or list is no key
        return numbered([label_of(cell) for cell in cells])


def among(
    codes: NDArray[Any], cells: Iterable[Any], declared: Sequence[Hashable] | None, missing: set[Hashable]
) -> tuple[NDArray[np.int32], tuple[Hashable, ...]]:
    """Return numbered cells as places among the declared labels, or the observed ones, -1 for missing; and these.

    Raises `AgreementError` for labels that were not declared, or declared more than once.
    """
    seen = [cell if type(cell) in _LABELS else label_of(cell) for cell in cells]
    labels = tuple(in_order(set(seen) - missing) if declared is None else map(label_of, declared))
    if None in labels:
        raise AgreementError("None or NaN is declared as a label, but it means not judged; leave it out.")
    place: dict[Hashable, int] = {label: v for v, label in enumerate(labels)}
    if len(place) < len(labels):
        twice = in_order(label for label, times in Counter(labels).items() if times > 1)
        raise AgreementError(f"labels are declared more than once: {_and(map(repr, twice))}; declare each once.")
    if declared is not None:
        _refuse_undeclared(in_order(set(seen) - missing - place.keys()))
    places = np.array([-1 if label in missing else place[label] for label in seen], dtype=np.int32)
    return places[codes], labels


def _refuse_undeclared(labels: list[Any]) -> None:
    if len(labels) > _MOST_NAMED:
        raise AgreementError(
            f"{len(labels)} labels are not among the declared ones, {_and(map(repr, labels[:3]))} among them; "
            "declare them, or choose the column that holds the codes."
        )
    AgreementError.raise_if(
        Fault(f"the label {label!r} is not among the declared ones; declare it or correct the cell.")
        for label in labels
    )


def _and(items: Iterable[object]) -> str:
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last
