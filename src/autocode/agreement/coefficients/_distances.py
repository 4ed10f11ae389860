"""How far two categories are from each other: Krippendorff's metrics, distances of sets, or the caller's own."""

from collections.abc import Callable, Hashable, Sequence
from itertools import chain
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.coefficients._weights import NOMINAL, checked_matrix, quotient_or_zero, refuse_text
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.errors import AgreementError

Named: TypeAlias = Literal[
    "nominal",
    "ordinal",
    "interval",
    "ratio",
    "circular",
    "bipolar",
    "masi",
    "jaccard",
    "dice",
    "dkpro_masi",
    "passonneau2004",
]
Distance: TypeAlias = Named | Sequence[Sequence[float]] | NDArray[Any] | Callable[[Any, Any], float]

DESCRIPTIONS: dict[str, str] = {
    "nominal": NOMINAL,
    "masi": "MASI: 1 - J M with Jaccard's J and M = 1 (same), 2/3 (subset), 1/3 (overlap), 0; two empty sets 0",
    "jaccard": "Jaccard: 1 - |A and B| / |A or B|; two empty sets 0",
    "dice": "Dice: 1 - 2 |A and B| / (|A| + |B|); two empty sets 0",
    "ordinal": "ordinal: squared number of judgements between the ranks of two categories (Krippendorff)",
    "interval": "interval: (c - k)^2",
    "ratio": "ratio: ((c - k) / (c + k))^2; 0 and 0 are the same",
    "circular": "circular: sin^2(pi (c - k) / U), U = highest - lowest category + 1",
    "bipolar": "bipolar: (c - k)^2 / ((c + k - 2 lowest) (2 highest - c - k))",
    "dkpro_masi": "DKPro's variant of MASI: (1 - J) (1 - M), not the MASI of Passonneau 2006; two empty sets 0",
    "passonneau2004": "Passonneau 2004: 0 (same), 1/3 (subset), 2/3 (overlap), 1; two empty sets 0",
}
_CELLS_AT_ONCE = 2**14  # 128 KB of distances: as many as stay in the cache of a processor


def describe(distance: Distance) -> str:
    """Return a distance in words."""
    return DESCRIPTIONS[distance] if isinstance(distance, str) else "custom"


def distances(data: ReliabilityData, distance: Distance) -> Array:
    """Return the distance between each pair of labels, shape (n_labels, n_labels).

    The ordinal metric is not among them: it depends on how often each category was used.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.
    """
    refuse_text(data)
    if not isinstance(distance, str):
        return checked_matrix(data.labels, distance, "distances")
    if distance not in DESCRIPTIONS:
        raise ValueError(f"there is no distance {distance!r}; the distances are {', '.join(DESCRIPTIONS)}.")
    if distance == "nominal":
        return 1.0 - np.identity(len(data.labels))
    if distance in _OF_SETS:
        if not data.of_sets:
            raise ValueError(f"the distance {distance!r} compares sets, and these labels are not sets; use 'nominal'.")
        return between_sets(data.labels, distance)
    c = _numbers(data, distance)
    difference, both = c[:, None] - c[None, :], c[:, None] + c[None, :]
    low, high = c.min(initial=np.inf), c.max(initial=-np.inf)
    if distance == "interval":
        return np.asarray(difference**2)
    if distance == "ratio":
        return quotient_or_zero(difference, both) ** 2
    if distance == "circular":
        return np.asarray(np.sin(np.pi * difference / (high - low + 1)) ** 2)
    return quotient_or_zero(difference**2, (both - 2 * low) * (2 * high - both))


def _numbers(data: ReliabilityData, distance: str) -> Array:
    """Return the labels as numbers; raises `AgreementError` naming the first cell without a number."""
    for v, label in enumerate(data.labels):
        if not isinstance(label, int | float):
            cells = np.argwhere(data.values == v)
            place = f" (coder {data.coders[cells[0][0]]}, unit {data.units[cells[0][1]]})" if len(cells) else ""
            raise AgreementError(
                f"the distance {distance!r} needs numbers, but {label!r}{place} is not a number; give numbers, "
                "or use 'ordinal' with the categories declared in their order, or 'nominal'."
            )
    return np.array(data.labels, dtype=float)


def between_sets(labels: Sequence[Hashable], distance: str) -> Array:
    """Return the distance between each pair of sets, which follows from their sizes and what they have in common.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC.
    Passonneau, R. (2004). Computing reliability for coreference annotation. LREC.
    """
    sets = [label for label in labels if isinstance(label, frozenset)]
    size = np.array(list(map(len, sets)), dtype=np.intp)
    member = {item: i for i, item in enumerate(dict.fromkeys(chain.from_iterable(sets)))}
    contains = np.zeros((len(sets), len(member)))
    items = np.array([member[item] for item in chain.from_iterable(sets)], dtype=np.intp)
    contains[np.repeat(np.arange(len(sets)), size), items] = 1.0
    distance_of = _OF_SETS[distance]
    n_sizes = int(size.max(initial=0)) + 1
    delta = np.empty((len(sets), len(sets)))
    rows = max(1, _CELLS_AT_ONCE // max(len(sets), 1))
    if n_sizes**3 > len(sets) ** 2:
        for start in range(0, len(sets), rows):
            part = slice(start, start + rows)
            common = contains[part] @ contains.T
            delta[part] = distance_of(size[part, None].astype(float), size.astype(float), common)
        return delta
    # fewer sizes than sets: look each distance up by |A|, |B| and |A and B|, whose place in the list is one product
    numbers = np.arange(float(n_sizes))
    by_size = distance_of(numbers[:, None, None], numbers[:, None], numbers).ravel()
    left = np.column_stack([size * n_sizes**2, np.ones(len(sets)), contains])
    right = np.column_stack([np.ones(len(sets)), size * n_sizes, contains]).T
    for start in range(0, len(sets), rows):
        by_size.take((left[start : start + rows] @ right).astype(np.intp), out=delta[start : start + rows], mode="clip")
    return delta


def _jaccard(a: Array, b: Array, common: Array) -> Array:
    """Return J = |A and B| / |A or B|; two empty sets are the same."""
    union = a + b - common
    return np.asarray(np.where(union > 0, common / np.maximum(union, 1.0), 1.0))


def _monotonicity(a: Array, b: Array, common: Array) -> Array:
    """Return M: 1 for the same sets, 2/3 if one contains the other, 1/3 if they overlap, else 0."""
    same, subset = (a == b) & (b == common), np.minimum(a, b) == common
    return np.where(same, 1.0, np.where(subset, 2.0 / 3.0, np.where(common > 0, 1.0 / 3.0, 0.0)))


def _masi(a: Array, b: Array, common: Array) -> Array:
    return 1.0 - _jaccard(a, b, common) * _monotonicity(a, b, common)


def _dice(a: Array, b: Array, common: Array) -> Array:
    return np.where(a + b > 0, 1.0 - 2.0 * common / np.maximum(a + b, 1.0), 0.0)


def _dkpro_masi(a: Array, b: Array, common: Array) -> Array:
    return (1.0 - _jaccard(a, b, common)) * (1.0 - _monotonicity(a, b, common))


_OF_SETS: dict[str, Callable[[Array, Array, Array], Array]] = {
    "masi": _masi,
    "jaccard": lambda a, b, common: 1.0 - _jaccard(a, b, common),
    "dice": _dice,
    "dkpro_masi": _dkpro_masi,
    "passonneau2004": lambda a, b, common: 1.0 - _monotonicity(a, b, common),
}
