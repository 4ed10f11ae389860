"""One category against all others, for values per category."""

from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from autocode.agreement._reliability import NOT_JUDGED, ReliabilityData


def against_rest(data: ReliabilityData, category: Hashable) -> tuple[ReliabilityData, dict[str, str]]:
    """Return the data with all other categories made one, and the convention; the data itself where it is None."""
    if category is None:
        return data, {}
    if category not in data.labels:
        raise ValueError(f"there is no category {category!r}; the categories are {', '.join(map(repr, data.labels))}.")
    # the last entry answers for index -1: not judged stays not judged
    answer = np.array([label == category for label in data.labels] + [NOT_JUDGED], dtype=np.int32)
    only = replace(data, values=answer[data.values], labels=("all others", str(category)))
    return only, {"category": f"{category} against all others"}
