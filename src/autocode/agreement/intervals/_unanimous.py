"""How low a coefficient may be although nobody disagreed."""

import math

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._reliability import Array, Values
from autocode.agreement.intervals._standard_errors import dense
from autocode.agreement.intervals._tabulation import PointEstimates, Tabulation

UNANIMOUS = (
    "the lower bound is the coefficient if as many lines were disagreed on as may escape a sample of this size "
    "(Hanley & Lippman-Hand 1983)"
)
# Intraclass correlation of disagreement within an interview where nobody disagreed, so that it cannot be estimated: the
# strongest of the coverage study, evaluation/agreement_coverage.py.
_CORRELATION = 0.3
# The lines with a dissenter grow with the square of the categories: of more, the most frequent ones are taken.
_MOST_CATEGORIES = 20
_ROUNDING = 1e-12  # of a coefficient that is 1 but for rounding


def is_unanimous(point: PointEstimates) -> NDArray[np.bool_]:
    """Return which of the quantities are coefficients of perfect agreement."""
    return point.is_coefficient & (np.abs(1 - point.values) < _ROUNDING)


def unanimous_bounds(point: PointEstimates, level: float, *, n_categories: int) -> Array:
    """Return the lower bound of each coefficient where nobody disagreed; NaN where the data allow no disagreement.

    The largest share of lines that could be disagreed on, and yet be missed by a sample of this size with a
    probability of (1 - level) / 2, is added to the table as lines on which one coder gives a category at random. Lines
    of one interview count for less, by the design effect of the strongest intraclass correlation in the coverage
    study, because these data give no estimate of it.

    References
    ----------
    Hanley, J. A. & Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right? Interpreting zero
    numerators. JAMA 249, 1743-1745.
    Kish, L. (1965). Survey sampling. Wiley, section 5.4 (the design effect).
    """
    patterns = point.table.patterns
    pairable = (patterns >= 0).sum(axis=1) >= 2
    times, design_effect = _design_effect(point.table, pairable)
    n = float(times @ pairable)
    share = 1 - ((1 - level) / 2) ** (design_effect / n)
    lines, probability = _lines_with_a_dissenter(patterns[pairable], times[pairable], n_categories)
    if not len(lines):
        return np.full(len(point.values), math.nan)
    dissent = probability @ dense(point.statistics(lines))
    bounds = np.asarray(point.definition(point.totals + n * share / (1 - share) * dissent)[0])
    # For example percent agreement on a code that nobody gave to any line: dissent about other codes does not lower it.
    return np.where(bounds > 1 - _ROUNDING, math.nan, bounds)


def _design_effect(table: Tabulation, pairable: NDArray[np.bool_]) -> tuple[Array, float]:
    """Return how often each pattern occurs, and Kish's design effect of lines within interviews (1 without these)."""
    if table.counts is None:
        return table.multiplicity.astype(float), 1.0
    times = np.asarray(table.counts.sum(axis=0)).reshape(-1)
    lines = np.asarray(table.counts @ pairable.astype(float))
    return times, 1 + (float(lines @ lines / lines.sum()) - 1) * _CORRELATION


def _lines_with_a_dissenter(patterns: Values, times: Array, n_categories: int) -> tuple[Values, Array]:
    """Return lines on which one coder gives another category than all others, and how probable each is.

    The coders are those who most often judge a line together, and categories are as probable as they are frequent.
    Where only one category was used, each of the others is equally probable; where there is only one, there is no
    such line.
    """
    judging, same = np.unique(patterns >= 0, axis=0, return_inverse=True)
    coders = np.flatnonzero(judging[np.bincount(same.reshape(-1), weights=times).argmax()])
    categories, used = np.unique(patterns[patterns >= 0], return_inverse=True)
    frequency = np.bincount(used, weights=np.repeat(times, (patterns >= 0).sum(axis=1)))
    if len(categories) == 1:
        others = np.delete(np.arange(n_categories), categories[0]).astype(categories.dtype)
        categories, frequency = np.append(categories, others), np.append(frequency, np.ones(len(others)))
    common = np.sort(np.argsort(-frequency, kind="stable")[:_MOST_CATEGORIES])
    grid = np.meshgrid(common, common, np.arange(len(coders)), indexing="ij")
    c, k, dissenter = (axis.reshape(-1) for axis in grid)
    c, k, dissenter = (axis[c != k] for axis in (c, k, dissenter))
    lines = np.full((len(c), patterns.shape[1]), -1, dtype=patterns.dtype)
    lines[:, coders] = categories[c][:, None]
    lines[np.arange(len(c)), coders[dissenter]] = categories[k]
    probability = frequency[c] * frequency[k]
    return lines, probability / probability.sum()
