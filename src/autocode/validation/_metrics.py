"""What is measured, on all lines and on every resample of interviews at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What one method answered on the test lines of one split.

    Attributes
    ----------
    truth : ndarray of bool, shape (n_lines, n_codes).
    scores : ndarray of float, same shape; codes of a line are ranked by them.
    said : ndarray of bool, same shape; thresholds are chosen on the training lines only.
    probabilities : ndarray of float, same shape, or None for a method that gives none.
    """

    truth: NDArray[np.bool_]
    scores: NDArray[np.float64]
    said: NDArray[np.bool_]
    probabilities: NDArray[np.float64] | None


def measure(answers: Answers, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return each metric for each row of `weights`, shape (n_resamples, n_lines): how often each line was drawn.

    R@k is the share of a line's codes among its k highest-ranked, averaged over lines that have a code. mAP is the mean
    over codes with a positive of average precision, macro F1 the mean of F1 over the same codes. Brier score and
    calibration error (ten bins of equal width) are over all pairs of line and code. NaN where nothing can be computed.
    """
    y, w = answers.truth.astype(np.float64), weights
    has = answers.truth.any(axis=1)
    rank = np.argsort(-answers.scores, axis=1, kind="stable")
    hits = np.take_along_axis(y, rank, axis=1)
    out = {}
    for k in (1, 3):
        found = np.zeros(len(y))
        found[has] = hits[has, :k].sum(axis=1) / y[has].sum(axis=1)
        out[f"R@{k}"] = _ratio(w @ found, w @ has)
    positives = w @ y
    seen = positives > 0
    precision = np.stack(
        [average_precision(answers.truth[:, j], answers.scores[:, j], w) for j in range(y.shape[1])], axis=1
    )
    out["mAP"] = _ratio(np.where(seen, precision, 0).sum(axis=1), seen.sum(axis=1))
    said = answers.said.astype(np.float64)
    both, f1 = w @ (said * y), per_code(answers, w)[2]
    out["microF1"] = _ratio(2 * both.sum(axis=1), (w @ said).sum(axis=1) + positives.sum(axis=1))
    out["macroF1"] = _ratio(np.where(seen, np.nan_to_num(f1), 0).sum(axis=1), seen.sum(axis=1))
    p = answers.probabilities
    nothing = np.full(len(w), np.nan)
    out["brier"] = nothing if p is None else _ratio(w @ ((p - y) ** 2).sum(axis=1), w.sum(axis=1) * y.shape[1])
    out["ece"] = nothing if p is None else _calibration_error(p, y, w)
    return out


def per_code(
    answers: Answers, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return precision, recall and F1 of each code, each of shape (n_resamples, n_codes); NaN where undefined."""
    y, said = answers.truth.astype(np.float64), answers.said.astype(np.float64)
    both, positives, claimed = weights @ (said * y), weights @ y, weights @ said
    return _ratio(both, claimed), _ratio(both, positives), _ratio(2 * both, claimed + positives)


def average_precision(
    truth: NDArray[np.bool_], score: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return average precision, shape (n_resamples,), as scikit-learn defines it: lines of one score count together."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(score[order][:-1] != score[order][1:], True))
    w = weights[:, order]
    hits = np.cumsum(w * truth[order], axis=1)[:, ends]
    shown = np.cumsum(w, axis=1)[:, ends]
    gained = np.diff(hits, axis=1, prepend=0)
    return _ratio((gained * np.nan_to_num(_ratio(hits, shown))).sum(axis=1), hits[:, -1])


def _calibration_error(p: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    off = np.zeros(len(w))
    for b in range(BINS):
        inside = bins == b
        off += np.abs(w @ np.where(inside, p - y, 0).sum(axis=1))
    return _ratio(off, w.sum(axis=1) * y.shape[1])


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    below = np.asarray(below, dtype=np.float64)
    quotient: NDArray[np.float64] = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return quotient
