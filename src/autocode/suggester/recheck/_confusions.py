"""Codes that the model cannot tell apart on lines it had not seen."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from autocode.codebook import Code
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.recheck._coherence import LEVEL

# Lines that have one code of a pair and not the other, of each, from which on a pair is judged.
ENOUGH = 5
# A pair is confused if, of two lines, the wrong one is taken more often than this.
TOLD_APART = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusedCodes:
    """Two codes that the model can hardly tell apart.

    Attributes
    ----------
    told_apart : of two lines, one with the first code only and one with the second only, how often the model knows
        which is which; 0.5 is a coin.
    low, high : its 95 % interval from draws of interviews.
    lines : how many lines have the first only, and how many the second only.
    together : how many lines have both.
    """

    first: Code
    second: Code
    auc: float
    low: float
    high: float
    lines: tuple[int, int]
    together: int

    def __str__(self) -> str:
        also = f"; {self.together} lines have both" if self.together else ""
        return (
            f"{self.first.name} and {self.second.name} are told apart in {self.auc:.0%} "
            f"[{self.low:.0%}, {self.high:.0%}] of pairs of lines, where a coin reaches 50% "
            f"({self.lines[0]} and {self.lines[1]} lines{also})"
        )

    def to_json(self) -> dict[str, object]:
        """Return the codes and the numbers."""
        return {
            "codes": [self.first.id, self.second.id],
            "told_apart": self.auc,
            "low": self.low,
            "high": self.high,
            "lines": list(self.lines),
            "together": self.together,
        }


def confused_of(
    table: CodedLines,
    scores: NDArray[np.float64],
    interview: NDArray[np.intp],
    draws: NDArray[np.float64],
    *,
    n: int,
) -> tuple[ConfusedCodes, ...]:
    """Return the n pairs of codes that out-of-fold scores tell apart worst, among those they tell apart badly."""
    y = table.applied
    hard = []
    for j, k in combinations(range(len(table.codes)), 2):
        first, second = y[:, j] & ~y[:, k], y[:, k] & ~y[:, j]
        if min(first.sum(), second.sum()) < ENOUGH:
            continue
        rows = np.flatnonzero(first | second)
        ranks = rankdata((scores[:, j] - scores[:, k])[rows])
        n_first, n_second = int(first.sum()), int(second.sum())
        area = (ranks[first[rows]].sum() - n_first * (n_first + 1) / 2) / (n_first * n_second)
        if area < TOLD_APART:
            hard.append((float(area), j, k))
    found = []
    for area, j, k in sorted(hard)[:n]:
        first, second = y[:, j] & ~y[:, k], y[:, k] & ~y[:, j]
        again = _areas(scores[:, j] - scores[:, k], first, second, draws[1:, interview])
        low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(again) else (np.nan, np.nan)
        found.append(
            ConfusedCodes(
                first=table.codes[j],
                second=table.codes[k],
                auc=area,
                low=float(low),
                high=float(high),
                lines=(int(first.sum()), int(second.sum())),
                together=int((y[:, j] & y[:, k]).sum()),
            )
        )
    return tuple(found)


def _areas(
    score: NDArray[np.float64], first: NDArray[np.bool_], second: NDArray[np.bool_], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the area under the curve in each draw that holds lines of both; `times` has the shape (n_draws, n_lines).

    Each line counts as often as it was drawn; ties count half.
    """
    places, place = np.unique(score, return_inverse=True)
    ones, others = (times[:, of] for of in (first, second))
    below = np.zeros((len(times), len(places)))
    for column, at in enumerate(place[second]):
        below[:, at] += others[:, column]
    under = np.cumsum(below, axis=1) - below / 2
    pairs = ones.sum(axis=1) * others.sum(axis=1)
    won = (ones * under[:, place[first]]).sum(axis=1)
    return np.asarray(won[pairs > 0] / pairs[pairs > 0], dtype=np.float64)
