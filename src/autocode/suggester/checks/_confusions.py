"""Codes that the model can hardly distinguish on lines that it was not fitted to."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from autocode.codebook import Code
from autocode.display import displayed
from autocode.suggester.checks._coherence import LEVEL
from autocode.suggester.model._coded_lines import CodedLines
from autocode.wording import count_of

# Least number of lines that have one code of a pair and not the other, of each code: with fewer, the 95 % interval of
# an AUC is wider than the range from chance to certainty.
LEAST_LINES = 5
# A pair is listed as confused below this AUC, half way between chance (0.5) and certainty (1).
CONFUSED_BELOW = 0.75


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusedCodes:
    """Two codes that the model can hardly distinguish.

    Attributes
    ----------
    first, second : Code
        The two codes.
    auc : float
        Area under the ROC curve: the probability that of two lines, one with the first code only and one with the
        second only, the model finds the first code more likely on the first. 0.5 is chance.
    low, high : float
        Its 95 % interval from a cluster bootstrap of interviews; NaN where no draw has lines of both.
    lines : tuple of (int, int)
        Number of lines that have only the first code, and only the second.
    together : int
        Number of lines that have both.
    """

    first: Code
    second: Code
    auc: float
    low: float
    high: float
    lines: tuple[int, int]
    together: int

    def __str__(self) -> str:
        verb = "has" if self.together == 1 else "have"
        both = f"; {count_of(self.together, 'line')} {verb} both" if self.together else ""
        return (
            f"{self.first.name} and {self.second.name} are distinguished with AUC {self.auc:.2f} "
            f"[{self.low:.2f}, {self.high:.2f}], where 0.5 is chance "
            f"({self.lines[0]} and {count_of(self.lines[1], 'line')}{both})"
        )

    def to_json(self) -> dict[str, object]:
        """Return the codes and the numbers; the keys are those of `autocode recheck --json`."""
        return {
            "codes": [self.first.id, self.second.id],
            "told_apart": self.auc,
            "low": self.low,
            "high": self.high,
            "lines": list(self.lines),
            "together": self.together,
        }


def find_confused_codes(
    table: CodedLines,
    scores: NDArray[np.float64],
    interview: NDArray[np.intp],
    draws: NDArray[np.float64],
    *,
    n: int,
) -> tuple[ConfusedCodes, ...]:
    """Return the n pairs of codes with the lowest AUC of out-of-fold scores, among those that are confused."""
    y = table.applied
    absent = ~y if table.judged is None else ~y & table.judged
    confused = []
    for j, k in combinations(range(len(table.codes)), 2):
        first, second = y[:, j] & absent[:, k], y[:, k] & absent[:, j]
        if min(first.sum(), second.sum()) < LEAST_LINES:
            continue
        rows = np.flatnonzero(first | second)
        ranks = rankdata((scores[:, j] - scores[:, k])[rows])
        n_first, n_second = int(first.sum()), int(second.sum())
        auc = (ranks[first[rows]].sum() - n_first * (n_first + 1) / 2) / (n_first * n_second)
        if auc < CONFUSED_BELOW:
            confused.append((float(auc), j, k))
    found = []
    for auc, j, k in sorted(confused)[:n]:
        first, second = y[:, j] & absent[:, k], y[:, k] & absent[:, j]
        replicates = _resampled_auc(scores[:, j] - scores[:, k], first, second, draws[1:, interview])
        low, high = np.quantile(replicates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(replicates) else (np.nan, np.nan)
        found.append(
            ConfusedCodes(
                first=table.codes[j],
                second=table.codes[k],
                auc=auc,
                low=float(low),
                high=float(high),
                lines=(int(first.sum()), int(second.sum())),
                together=int((y[:, j] & y[:, k]).sum()),
            )
        )
    return tuple(found)


def _resampled_auc(
    score: NDArray[np.float64], first: NDArray[np.bool_], second: NDArray[np.bool_], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the AUC of each draw that has lines of both codes.

    Each line counts as often as `times`, of shape (n_draws, n_lines), says; ties count one half.
    """
    distinct, rank = np.unique(score, return_inverse=True)
    times_first, times_second = (times[:, lines] for lines in (first, second))
    at_score = np.zeros((len(times), len(distinct)))
    for column, r in enumerate(rank[second]):
        at_score[:, r] += times_second[:, column]
    below = np.cumsum(at_score, axis=1) - at_score / 2
    n_pairs = times_first.sum(axis=1) * times_second.sum(axis=1)
    n_ordered = (times_first * below[:, rank[first]]).sum(axis=1)
    return np.asarray(n_ordered[n_pairs > 0] / n_pairs[n_pairs > 0], dtype=np.float64)
