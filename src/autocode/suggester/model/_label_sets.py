"""The set of codes that a model would give a line: of the sets that humans give, the most agreeing in expectation."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

# Added to the count of each set, so that a code that always occurs with others, or on no line, can be given alone.
# Other values changed little (evaluation/README.md, "Agreement").
PSEUDOCOUNT = 0.25
# The most frequent sets that are compared. The matrix of their similarities has the square of it: 8 MB.
MAX_SETS = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodeSets:
    """The sets of codes that humans gave to lines, with their relative frequency.

    Attributes
    ----------
    members : ndarray of bool, shape (n_sets, n_codes)
        The sets; the empty set and each code alone are always among them.
    shares : ndarray of float, shape (n_sets,)
        Relative frequency of each set; they add up to 1.
    """

    members: NDArray[np.bool_]
    shares: NDArray[np.float64]

    @classmethod
    def from_coded_lines(cls, applied: NDArray[np.bool_]) -> Self:
        """Return the sets of codes on coded lines, from an array of shape (n_lines, n_codes)."""
        n_codes = applied.shape[1]
        smallest = np.concatenate([np.zeros((1, n_codes), dtype=bool), np.eye(n_codes, dtype=bool)])
        members, counts = np.unique(np.concatenate([smallest, applied]), axis=0, return_counts=True)
        # The smallest sets were added once each, and are not lines.
        weights = counts - (members.sum(axis=1) <= 1) + PSEUDOCOUNT
        kept = np.sort(np.argsort(-weights, kind="stable")[:MAX_SETS])
        return cls(members=members[kept], shares=weights[kept] / weights[kept].sum())

    def set_probabilities(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each set, shape (n_lines, n_sets), from those of codes, shape (n_lines, n_codes).

        A code counts by the difference between its log-odds on the line and on any line; which codes occur together,
        and how many, comes from the frequency of the sets.
        """
        base = np.clip(self.shares @ self.members, 1e-6, 1 - 1e-6)
        p = np.clip(probabilities, 1e-9, 1 - 1e-9)
        log_odds_ratio = np.log(p / (1 - p)) - np.log(base / (1 - base))
        log_weight = log_odds_ratio @ self.members.T.astype(np.float64) + np.log(self.shares)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True), dtype=np.float64)

    def best(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return for each line the set with the highest expected agreement beyond chance, shape (n_lines, n_codes).

        Agreement of two sets is 1 minus their MASI distance; agreement by chance is the mean agreement of a set with
        those of all coded lines.

        References
        ----------
        Passonneau (2006), Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation.
        """
        similarity = masi_similarity(self.members)
        beyond_chance = self.set_probabilities(probabilities) @ similarity - self.shares @ similarity
        return np.asarray(self.members[beyond_chance.argmax(axis=1)], dtype=np.bool_)


def masi_similarity(members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return 1 minus the MASI distance of each pair of sets, shape (n_sets, n_sets)."""
    sets = members.astype(np.float64)
    intersection = sets @ sets.T
    size = np.diag(intersection)
    union = size[:, None] + size[None, :] - intersection
    jaccard = np.divide(intersection, union, out=np.ones_like(intersection), where=union > 0)
    is_subset = (intersection == size[:, None]) | (intersection == size[None, :])
    is_same = (intersection == size[:, None]) & (intersection == size[None, :])
    monotonicity = np.select([is_same, is_subset, intersection > 0], [1.0, 2 / 3, 1 / 3], 0.0)
    return np.asarray(jaccard * monotonicity, dtype=np.float64)
