"""How far two categories are from each other: Krippendorff's metrics, distances of sets, or one's own."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement._intervals import Array
from autocode.agreement._reliability import ReliabilityData
from autocode.agreement._weights import matrix_of, over, refuse_text
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

SAID: dict[str, str] = {
    "nominal": "nominal: 0 if the same, else 1",
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
_OF_SETS = ("masi", "jaccard", "dice", "dkpro_masi", "passonneau2004")


def said_of(distance: Distance) -> str:
    """Return a distance in words."""
    return SAID[distance] if isinstance(distance, str) else "custom"


def distances(data: ReliabilityData, distance: Distance) -> Array:
    """Return the distance between every two labels, shape (n_labels, n_labels).

    The ordinal metric is none of these: it depends on how often each category was used.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.
    """
    refuse_text(data)
    if not isinstance(distance, str):
        return matrix_of(data.labels, distance, "distances")
    if distance not in SAID:
        raise ValueError(f"there is no distance {distance!r}; the distances are {', '.join(SAID)}.")
    if distance == "nominal":
        return 1.0 - np.identity(len(data.labels))
    if distance in _OF_SETS:
        if not data.of_sets:
            raise ValueError(f"the distance {distance!r} compares sets, and these labels are none; use 'nominal'.")
        return between_sets(data.labels, distance)
    c = _numbers(data, distance)
    apart, both = c[:, None] - c[None, :], c[:, None] + c[None, :]
    low, high = c.min(initial=np.inf), c.max(initial=-np.inf)
    if distance == "interval":
        return np.asarray(apart**2)
    if distance == "ratio":
        return over(apart, both) ** 2
    if distance == "circular":
        return np.asarray(np.sin(np.pi * apart / (high - low + 1)) ** 2)
    return over(apart**2, (both - 2 * low) * (2 * high - both))


def _numbers(data: ReliabilityData, distance: str) -> Array:
    """Return the labels as numbers; raises `AgreementError` naming the first cell that holds none."""
    for v, label in enumerate(data.labels):
        if not isinstance(label, int | float):
            at = np.argwhere(data.values == v)
            where = f" (coder {data.coders[at[0][0]]}, unit {data.units[at[0][1]]})" if len(at) else ""
            raise AgreementError(
                f"the distance {distance!r} needs numbers, but {label!r}{where} is none; give numbers, "
                "or use 'ordinal' with the categories declared in their order, or 'nominal'."
            )
    return np.array(data.labels, dtype=float)


def between_sets(labels: tuple[Hashable, ...], distance: str) -> Array:
    """Return the distance between every two sets.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC.
    Passonneau, R. (2004). Computing reliability for coreference annotation. LREC.
    """
    sets = [label for label in labels if isinstance(label, frozenset)]
    member = {item: i for i, item in enumerate(dict.fromkeys(item for one in sets for item in one))}
    holds = np.zeros((len(sets), len(member)))
    for i, one in enumerate(sets):
        holds[i, [member[item] for item in one]] = 1.0
    size = holds.sum(axis=1)
    common = holds @ holds.T
    sizes = size[:, None] + size[None, :]
    union = sizes - common
    empty = np.flatnonzero(size == 0)
    for measure in (common, union):  # two empty sets are the same
        measure[np.ix_(empty, empty)] = 1.0
    jaccard: Array = common / union
    if distance == "jaccard":
        return np.asarray(1.0 - jaccard)
    if distance == "dice":
        sizes[np.ix_(empty, empty)] = 2.0
        return np.asarray(1.0 - 2.0 * common / sizes)
    same = jaccard == 1.0
    subset = common == np.minimum(size[:, None], size[None, :])
    overlap = np.where(common > 0, 1.0 / 3.0, 0.0)
    monotonicity = np.where(same, 1.0, np.where(subset, 2.0 / 3.0, overlap))
    if distance == "passonneau2004":
        return 1.0 - monotonicity
    if distance == "dkpro_masi":
        return np.asarray((1.0 - jaccard) * (1.0 - monotonicity))
    return np.asarray(1.0 - jaccard * monotonicity)
