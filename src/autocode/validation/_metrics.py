"""The metrics of a validation, computed on all test lines and on every bootstrap resample of interviews at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Bins of the calibration error, of equal width: a usual number; with more, many bins of a small test part are empty.
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """What one method predicts for the test lines of one split.

    Attributes
    ----------
    truth : ndarray of bool, shape (n_lines, n_codes)
        The codes that humans gave.
    scores : ndarray of float, shape (n_lines, n_codes)
        The codes of a line are ranked by their score.
    predicted : ndarray of bool, shape (n_lines, n_codes)
        The codes that are predicted; thresholds are chosen on the training lines only.
    probabilities : ndarray of float, shape (n_lines, n_codes), or None
        Calibrated probabilities; None for a method that gives none.
    judged : ndarray of bool, shape (n_lines, n_codes), or None, default None
        Which codes humans judged on each line; None for all. The other pairs of line and code do not count.
    """

    truth: NDArray[np.bool_]
    scores: NDArray[np.float64]
    predicted: NDArray[np.bool_]
    probabilities: NDArray[np.float64] | None
    judged: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.judged is None:
            return
        # last in every ranking, never predicted, and without error: so no metric counts what nobody judged
        object.__setattr__(self, "scores", np.where(self.judged, self.scores, -np.inf))
        object.__setattr__(self, "predicted", self.predicted & self.judged)
        if self.probabilities is not None:
            object.__setattr__(self, "probabilities", np.where(self.judged, self.probabilities, 0.0))

    def n_pairs(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many pairs of line and code were judged in each resample, shape (n_resamples,).

        Parameters
        ----------
        weights : ndarray of float, shape (n_resamples, n_lines)
            How often each line is drawn.
        """
        if self.judged is None:
            return np.asarray(weights.sum(axis=1) * self.truth.shape[1], dtype=np.float64)
        return np.asarray((weights @ self.judged).sum(axis=1), dtype=np.float64)


def measure(predictions: Predictions, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return each metric of `METRICS`, for each resample of the test lines.

    R@k is the share of a line's codes among its k highest-ranked, averaged over lines that have a code. mAP is the mean
    of average precision over codes that occur, macro F1 the mean of F1 over the same codes. Brier score and calibration
    error (ten bins of equal width) are over all pairs of line and code.

    Parameters
    ----------
    predictions : Predictions
        The predictions for the test lines.
    weights : ndarray of float, shape (n_resamples, n_lines)
        How often each test line is drawn, see `interview_draws`.

    Returns
    -------
    dict of str to ndarray of float, shape (n_resamples,)
        NaN where a metric is undefined.
    """
    y, w = predictions.truth.astype(np.float64), weights
    has = predictions.truth.any(axis=1)
    rank = np.argsort(-predictions.scores, axis=1, kind="stable")
    hits = np.take_along_axis(y, rank, axis=1)
    metrics = {}
    for k in (1, 3):
        found = np.zeros(len(y))
        found[has] = hits[has, :k].sum(axis=1) / y[has].sum(axis=1)
        metrics[f"R@{k}"] = _ratio(w @ found, w @ has)
    positives = w @ y
    occurs = positives > 0
    precision = np.stack(
        [average_precision(predictions.truth[:, j], predictions.scores[:, j], w) for j in range(y.shape[1])], axis=1
    )
    metrics["mAP"] = _ratio(np.where(occurs, precision, 0).sum(axis=1), occurs.sum(axis=1))
    predicted = predictions.predicted.astype(np.float64)
    both, f1 = w @ (predicted * y), per_code(predictions, w)[2]
    metrics["microF1"] = _ratio(2 * both.sum(axis=1), (w @ predicted).sum(axis=1) + positives.sum(axis=1))
    metrics["macroF1"] = _ratio(np.where(occurs, np.nan_to_num(f1), 0).sum(axis=1), occurs.sum(axis=1))
    p = predictions.probabilities
    undefined = np.full(len(w), np.nan)
    metrics["brier"] = undefined if p is None else _ratio(w @ ((p - y) ** 2).sum(axis=1), predictions.n_pairs(w))
    metrics["ece"] = undefined if p is None else _calibration_error(p, y, w, predictions.n_pairs(w))
    return metrics


def per_code(
    predictions: Predictions, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return precision, recall and F1 of each code, each of shape (n_resamples, n_codes); NaN where undefined."""
    y, predicted = predictions.truth.astype(np.float64), predictions.predicted.astype(np.float64)
    both, positives, n_predicted = weights @ (predicted * y), weights @ y, weights @ predicted
    return _ratio(both, n_predicted), _ratio(both, positives), _ratio(2 * both, n_predicted + positives)


def average_precision(
    truth: NDArray[np.bool_], score: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return average precision as scikit-learn defines it, shape (n_resamples,): lines of one score count together."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(score[order][:-1] != score[order][1:], True))
    w = weights[:, order]
    hits = np.cumsum(w * truth[order], axis=1)[:, ends]
    retrieved = np.cumsum(w, axis=1)[:, ends]
    gained = np.diff(hits, axis=1, prepend=0)
    return _ratio((gained * np.nan_to_num(_ratio(hits, retrieved))).sum(axis=1), hits[:, -1])


def _calibration_error(
    p: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64], n_pairs: NDArray[np.float64]
) -> NDArray[np.float64]:
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    difference = np.zeros(len(w))
    for b in range(BINS):
        inside = bins == b
        difference += np.abs(w @ np.where(inside, p - y, 0).sum(axis=1))
    return _ratio(difference, n_pairs)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quotient, NaN where the denominator is not above 0."""
    below = np.asarray(below, dtype=np.float64)
    quotient: NDArray[np.float64] = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return quotient
