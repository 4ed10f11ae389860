"""How far two categories are from each other, between 0 (the same) and 1."""

from collections.abc import Hashable
from typing import Literal, TypeAlias

import numpy as np

from autocode.agreement._intervals import Array
from autocode.agreement._reliability import ReliabilityData

Distance: TypeAlias = Literal["nominal", "masi", "jaccard", "dice"]

SAID: dict[Distance, str] = {
    "nominal": "nominal: 0 if the same, else 1",
    "masi": "MASI: 1 - J M with Jaccard's J and M = 1 (same), 2/3 (subset), 1/3 (overlap), 0; two empty sets 0",
    "jaccard": "Jaccard: 1 - |A and B| / |A or B|; two empty sets 0",
    "dice": "Dice: 1 - 2 |A and B| / (|A| + |B|); two empty sets 0",
}


def distances(data: ReliabilityData, distance: Distance) -> Array:
    """Return the distance between every two labels, shape (n_labels, n_labels)."""
    if distance not in SAID:
        raise ValueError(f"there is no distance {distance!r}; the distances are {', '.join(SAID)}.")
    if distance == "nominal":
        return 1.0 - np.identity(len(data.labels))
    if not data.of_sets:
        raise ValueError(f"the distance {distance!r} compares sets, and these labels are none; use 'nominal'.")
    return between_sets(data.labels, distance)


def between_sets(labels: tuple[Hashable, ...], distance: Distance) -> Array:
    """Return the MASI, Jaccard or Dice distance between every two sets.

    References
    ----------
    Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation. LREC.
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
    both_empty = union == 0
    jaccard = np.where(both_empty, 1.0, common / np.where(both_empty, 1.0, union))
    if distance == "jaccard":
        return 1.0 - jaccard
    if distance == "dice":
        return 1.0 - np.where(both_empty, 1.0, 2.0 * common / np.where(both_empty, 1.0, sizes))
    same = common == union
    subset = common == np.minimum(size[:, None], size[None, :])
    monotonicity = np.select([same, subset, common > 0], [1.0, 2.0 / 3.0, 1.0 / 3.0], 0.0)
    return np.asarray(1.0 - jaccard * monotonicity)
