"""What a model would code: of the sets of codes that humans give, the one that is likest to what one would give."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

# What each set counts beside its lines, so that a code that always had company, or none at all, can be given alone.
PSEUDO = 0.25
# So many sets are weighed at most, the most frequent.
MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodeSets:
    """The sets of codes that humans gave to lines, and how often.

    Attributes
    ----------
    members : ndarray of bool, shape (n_sets, n_codes), the sets; no code and each code alone are among them.
    shares : ndarray of float, shape (n_sets,), they add up to one.
    """

    members: NDArray[np.bool_]
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, applied: NDArray[np.bool_]) -> Self:
        """Return the sets that stand on coded lines, shape (n_lines, n_codes)."""
        n_codes = applied.shape[1]
        alone = np.concatenate([np.zeros((1, n_codes), dtype=bool), np.eye(n_codes, dtype=bool)])
        members, counts = np.unique(np.concatenate([alone, applied]), axis=0, return_counts=True)
        # Those put in by hand are not counted as lines.
        weights = counts - (members.sum(axis=1) <= 1) + PSEUDO
        kept = np.sort(np.argsort(-weights, kind="stable")[:MOST])
        return cls(members=members[kept], shares=weights[kept] / weights[kept].sum())

    def chances(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how probable each set is for lines whose codes have these probabilities, shape (n_lines, n_sets).

        Each code speaks by how far its odds are from what they are on any line; which codes go together, and how many,
        comes from how often the sets are given.
        """
        base = np.clip(self.shares @ self.members, 1e-6, 1 - 1e-6)
        p = np.clip(probabilities, 1e-9, 1 - 1e-9)
        moved = np.log(p / (1 - p)) - np.log(base / (1 - base))
        weight = moved @ self.members.T.astype(np.float64) + np.log(self.shares)
        chances = np.exp(weight - weight.max(axis=1, keepdims=True))
        return np.asarray(chances / chances.sum(axis=1, keepdims=True), dtype=np.float64)

    def best(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return the set of each line from which most agreement beyond chance is to be expected, shape as given.

        Agreement of two sets is 1 less their MASI distance; what a set agrees on average with the sets of any line is
        chance, and taken off.

        References
        ----------
        Passonneau (2006), Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation.
        """
        likeness = masi_likeness(self.members)
        beyond = self.chances(probabilities) @ likeness - self.shares @ likeness
        return np.asarray(self.members[beyond.argmax(axis=1)], dtype=np.bool_)


def masi_likeness(members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return 1 less the MASI distance of every two sets, shape (n_sets, n_sets)."""
    sets = members.astype(np.float64)
    shared = sets @ sets.T
    size = np.diag(shared)
    either = size[:, None] + size[None, :] - shared
    jaccard = np.divide(shared, either, out=np.ones_like(shared), where=either > 0)
    inside = (shared == size[:, None]) | (shared == size[None, :])
    same = (shared == size[:, None]) & (shared == size[None, :])
    monotonicity = np.select([same, inside, shared > 0], [1.0, 2 / 3, 1 / 3], 0.0)
    return np.asarray(jaccard * monotonicity, dtype=np.float64)
