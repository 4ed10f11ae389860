"""Promises about suggestions, certified by a distribution-free bound on precision or recall, or refused with a reason.

Selective prediction: suggestions below a threshold are withheld, and the threshold is chosen so that the lower
confidence bound over interviews keeps the promise.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from autocode.codebook import Codebook
from autocode.display import displayed
from autocode.resampling import interview_draws
from autocode.suggester._predictions import SHOWN
from autocode.suggester.features._embeddings import Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import fit, folds
from autocode.suggester.model._thresholds import Thresholds
from autocode.wording import count_of

# Confidence level of the one-sided bound.
CONFIDENCE = 0.95
# A bootstrap of fewer interviews says too little about others, and a share of fewer suggestions or lines is too noisy.
MIN_INTERVIEWS, MIN_CASES = 10, 30
# Bootstrap resamples of interviews, and thresholds tried: a 5 % quantile is stable with the former, and neighbouring
# quantiles of the scores differ little with the latter.
RESAMPLES, STEPS = 1000, 60


class PromiseKind(StrEnum):
    """What is promised."""

    PRECISION = "precision"
    RECALL = "recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is to hold for suggestions on interviews not yet seen.

    Attributes
    ----------
    kind : PromiseKind
        Precision: at least this share of the suggested codes is kept. Recall: at least this share of the lines that
        have a code gets suggestions; no more than the rest is called "nothing fits".
    at_least : float
        The share, between 0 and 1.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.
    """

    kind: PromiseKind
    at_least: float

    def __post_init__(self) -> None:
        if not 0 < self.at_least < 1:
            raise ValueError(f"a promise is of a share between 0 and 1, such as precision=0.8, not {self.at_least:g}.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the promise that is written `precision=0.8` or `recall=0.9`.

        Parameters
        ----------
        text : str
            The promise in writing.

        Raises
        ------
        ValueError
            If the text is anything else.

        Examples
        --------
        >>> from autocode.suggester import Promise
        >>> Promise.parse("precision=0.8").at_least
        0.8
        """
        kind, _, share = text.partition("=")
        try:
            return cls(kind=PromiseKind(kind.strip()), at_least=float(share))
        except ValueError as error:
            raise ValueError(f"a promise is written precision=0.8 or recall=0.9, not {text!r}.") from error

    def __str__(self) -> str:
        return f"{self.kind}={self.at_least:g}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMet:
    """A promise that is certified, and the evidence: coded lines, predicted by suggesters not trained on their fold.

    Attributes
    ----------
    promise : Promise
        What is promised.
    threshold : float
        Lowest probability of a suggested code (precision), or lowest strength of a line with suggestions (recall).
    estimate : float
        The share on the coded lines.
    bound : float
        Lower 95 % confidence bound of the share.
    counted : int
        Number of suggestions (precision) or of lines with a code (recall) behind the estimate.
    abstention_rate : float
        Share of the coded lines without a suggestion.
    interviews : int
        Number of coded interviews.
    """

    promise: Promise
    threshold: float
    estimate: float
    bound: float
    counted: int
    abstention_rate: float
    interviews: int

    def __str__(self) -> str:
        evidence = (
            f"{self.estimate:.0%} on held-out lines, with a lower {CONFIDENCE:.0%} confidence bound of "
            f"{self.bound:.0%} over {count_of(self.interviews, 'interview')}"
        )
        if self.promise.kind is PromiseKind.PRECISION:
            return (
                f"at least {self.promise.at_least:.0%} of the suggested codes will be kept: {evidence} "
                f"({count_of(self.counted, 'suggestion')}); no suggestion for {self.abstention_rate:.0%} of the lines"
            )
        return (
            f"at least {self.promise.at_least:.0%} of the lines that have a code will get suggestions: {evidence} "
            f"({count_of(self.counted, 'line')}); nothing fits {self.abstention_rate:.0%} of the lines"
        )


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRefused:
    """A promise that cannot be certified, and what is missing.

    Attributes
    ----------
    promise : Promise
        What was to be promised.
    why : str
        What is missing and what would help, as the end of a sentence.
    """

    promise: Promise
    why: str

    def __str__(self) -> str:
        return f"{self.promise} cannot be promised: {self.why}"


def cross_validated_probabilities(
    table: CodedLines,
    codebook: Codebook,
    *,
    language: str,
    encoder: Encoding | None = None,
    seed: int,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Return the probabilities of each coded line by a whole model not trained on its fold, shape (n_lines, n_codes).

    Nested cross-validation: each fold's model is fitted, blended and calibrated on the other folds. Probabilities
    calibrated on the lines that they are then counted on promise too much.

    Parameters
    ----------
    table : CodedLines
        The coded lines.
    codebook : Codebook
        The codes and their definitions.
    language : str
        The language of the lines, as spaCy names it.
    encoder : Encoding or None, default None
        A sentence encoder, as `train` takes it.
    seed : int
        Random seed of the folds and fits.
    n_jobs : int or None, default None
        Number of parallel jobs, as in joblib.

    Returns
    -------
    ndarray of float, shape (n_lines, n_codes)
        With fewer than ten interviews, too few for a promise, nothing is fitted and the shape is (0, n_codes).
    """
    fold = folds([line.transcript for line in table.lines], seed=seed)
    if len({line.transcript for line in table.lines}) < MIN_INTERVIEWS:
        return np.zeros((0, len(table.codes)))
    probabilities = np.zeros(table.applied.shape)
    for k in np.unique(fold):
        held_out, training = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        model = fit(table.take(training), codebook, language=language, encoder=encoder, seed=seed, n_jobs=n_jobs)
        probabilities[held_out] = model.probabilities([table.lines[i] for i in held_out])
    # Stored in single precision; rounded here, so that a promise is the same before and after a suggester is saved.
    return probabilities.astype(np.float32).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cases:
    """What a promise counts: suggestions for precision, lines with a code for recall.

    Attributes
    ----------
    score : ndarray of float, shape (n_cases,), what is compared with a threshold.
    hit : ndarray of bool, shape (n_cases,), whether the case counts for the promise if its score reaches the threshold.
    interview : ndarray of int, shape (n_cases,).
    """

    score: NDArray[np.float64]
    hit: NDArray[np.bool_]
    interview: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curve:
    """Estimates and bounds at each threshold, from the laxest to the strictest, each of shape (n_thresholds,)."""

    thresholds: NDArray[np.float64]
    estimate: NDArray[np.float64]
    bound: NDArray[np.float64]
    counted: NDArray[np.float64]

    @property
    def enough(self) -> NDArray[np.bool_]:
        """Whether enough cases are counted."""
        return np.asarray(self.counted >= MIN_CASES, dtype=np.bool_)


def certify(
    promise: Promise,
    probabilities: NDArray[np.float64],
    applied: NDArray[np.bool_],
    interview: NDArray[np.intp],
    *,
    judged: NDArray[np.bool_] | None = None,
    seed: int,
) -> PromiseMet | PromiseRefused:
    """Return the promise with the threshold that keeps it, or why it cannot be certified.

    For precision, the threshold is the lowest at and above which the bound holds; for recall, the highest up to which
    it holds. The bound is the lower of two: the 5 % quantile of the cluster bootstrap over interviews, and the
    one-sided bound of Clopper and Pearson (1934), which also holds where no error was seen yet.

    Parameters
    ----------
    promise : Promise
        What is to be promised.
    probabilities : ndarray of float, shape (n_lines, n_codes)
        What `cross_validated_probabilities` returned.
    applied : ndarray of bool, shape (n_lines, n_codes)
        Which codes the lines have.
    interview : ndarray of int, shape (n_lines,)
        Number of the interview of each line, from 0.
    judged : ndarray of bool, shape (n_lines, n_codes), or None, default None
        Which codes were judged on each line; None for all. Suggestions of the others are neither hits nor misses.
    seed : int
        Random seed of the bootstrap.

    Returns
    -------
    PromiseMet or PromiseRefused

    References
    ----------
    Clopper & Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.

    Geifman & El-Yaniv (2017), Selective classification for deep neural networks.
    """
    n_interviews = int(interview.max(initial=-1)) + 1
    if n_interviews < MIN_INTERVIEWS:
        return PromiseRefused(
            promise=promise,
            why=f"it would rest on coded lines of {n_interviews} interview{'s' * (n_interviews != 1)}, and fewer than "
            f"{MIN_INTERVIEWS} say too little about others; code lines of {MIN_INTERVIEWS - n_interviews} more.",
        )
    is_precision = promise.kind is PromiseKind.PRECISION
    strength = Thresholds(codes=np.zeros(applied.shape[1]), line=0.0).strength(probabilities)
    if is_precision:
        cases = _suggestions(probabilities, applied, interview, judged)
    else:
        cases = _lines_with_a_code(strength, applied, interview)
    if len(cases.score) < MIN_CASES:
        what = "suggestions" if is_precision else "lines with a code"
        return PromiseRefused(
            promise=promise,
            why=f"it would rest on {len(cases.score)} {what}, and fewer than {MIN_CASES} say too little about a share; "
            "code more lines.",
        )
    curve = _curve(promise, cases, n_interviews, seed=seed)
    best = _best_threshold(promise, curve)
    certainty = probabilities.max(axis=1) if is_precision else strength
    abstention_rate = 0.0 if best is None else float((certainty < curve.thresholds[best]).mean())
    if best is None or (not is_precision and abstention_rate == 0):
        return PromiseRefused(promise=promise, why=_missing(promise, curve, len(interview), n_interviews))
    return PromiseMet(
        promise=promise,
        threshold=float(curve.thresholds[best]),
        estimate=float(curve.estimate[best]),
        bound=float(curve.bound[best]),
        counted=int(curve.counted[best]),
        abstention_rate=abstention_rate,
        interviews=n_interviews,
    )


def thresholds_for(met: PromiseMet, thresholds: Thresholds) -> Thresholds:
    """Return the thresholds that keep a promise, given those without it."""
    if met.promise.kind is PromiseKind.PRECISION:
        return Thresholds(codes=np.zeros_like(thresholds.codes), line=0.0, least=met.threshold)
    return Thresholds(codes=thresholds.codes, line=met.threshold)


def _suggestions(
    probabilities: NDArray[np.float64],
    applied: NDArray[np.bool_],
    interview: NDArray[np.intp],
    judged: NDArray[np.bool_] | None,
) -> _Cases:
    """Return the most probable codes of each line, as far as they were judged: a hit is a code that the line has."""
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :SHOWN]
    counted = np.take_along_axis(np.ones_like(applied) if judged is None else judged, order, axis=1).ravel()
    return _Cases(
        score=np.take_along_axis(probabilities, order, axis=1).ravel()[counted],
        hit=np.take_along_axis(applied, order, axis=1).ravel()[counted],
        interview=np.repeat(interview, order.shape[1])[counted],
    )


def _lines_with_a_code(
    strength: NDArray[np.float64], applied: NDArray[np.bool_], interview: NDArray[np.intp]
) -> _Cases:
    """Return the lines that have a code: each that gets suggestions is a hit."""
    coded = applied.any(axis=1)
    return _Cases(score=strength[coded], hit=np.ones(int(coded.sum()), dtype=bool), interview=interview[coded])


def _curve(promise: Promise, cases: _Cases, n_interviews: int, *, seed: int) -> _Curve:
    """Return the share that the promise is about, and its lower confidence bound, at each threshold tried."""
    is_precision = promise.kind is PromiseKind.PRECISION
    # No threshold for recall can hold beyond the share of lines that may be lost.
    levels = np.linspace(0, 1, 4 * STEPS + 1)[:-1] if is_precision else np.linspace(0, 1 - promise.at_least, STEPS)
    thresholds = np.unique(np.quantile(cases.score, levels))
    # Per interview and threshold, shape (n_interviews, n_thresholds): the cases counted, and the hits among them.
    level = np.searchsorted(thresholds, cases.score, side="right")
    hits = _at_or_above(level, cases.interview, cases.hit.astype(np.float64), n_interviews, len(thresholds))
    if is_precision:
        counts = _at_or_above(level, cases.interview, np.ones(len(cases.score)), n_interviews, len(thresholds))
    else:
        per_interview = np.bincount(cases.interview, minlength=n_interviews)
        counts = np.repeat(per_interview[:, None], len(thresholds), axis=1).astype(np.float64)
    # The first draw takes each interview once: it is the sample itself.
    draws = interview_draws(n_interviews, resamples=RESAMPLES, seed=seed, with_sample=True)
    n, n_hits = draws @ counts, draws @ hits
    share = np.divide(n_hits, n, out=np.ones_like(n_hits), where=n > 0)
    bootstrap_bound = np.quantile(share[1:], 1 - CONFIDENCE, axis=0)
    return _Curve(
        thresholds=thresholds,
        estimate=share[0],
        bound=np.minimum(bootstrap_bound, _clopper_pearson(n_hits[0], n[0])),
        counted=n[0],
    )


def _best_threshold(promise: Promise, curve: _Curve) -> int | None:
    """Return the place of the threshold that keeps the promise, or None."""
    if promise.kind is PromiseKind.PRECISION:
        # From the strictest threshold down: the first that fails ends it, so that none is picked by luck.
        holds = np.where(curve.enough, curve.bound >= promise.at_least, True)
        holds = np.logical_and.accumulate(holds[::-1])[::-1] & curve.enough
        return int(np.argmax(holds)) if holds.any() else None
    # From the laxest threshold up: the last that holds leaves out most lines.
    holds = np.logical_and.accumulate(curve.bound >= promise.at_least) & curve.enough
    return int(np.flatnonzero(holds)[-1]) if holds.any() else None


def _at_or_above(
    level: NDArray[np.intp],
    interview: NDArray[np.intp],
    weight: NDArray[np.float64],
    n_interviews: int,
    n_thresholds: int,
) -> NDArray[np.float64]:
    """Return the summed weight of the cases at or above each threshold, shape (n_interviews, n_thresholds)."""
    width = n_thresholds + 1
    sums = np.bincount(interview * width + level, weights=weight, minlength=n_interviews * width)
    # A case of level k reaches the first k thresholds.
    reversed_sums = np.cumsum(sums.reshape(n_interviews, width)[:, ::-1], axis=1)
    return np.asarray(reversed_sums[:, ::-1][:, 1:], dtype=np.float64)


def _clopper_pearson(hits: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lower one-sided confidence bound of a binomial share; 0 without a hit."""
    bound = beta.ppf(1 - CONFIDENCE, np.maximum(hits, 0.5), n - hits + 1)
    return np.asarray(np.where(hits > 0, bound, 0.0), dtype=np.float64)


def _missing(promise: Promise, curve: _Curve, n_lines: int, n_interviews: int) -> str:
    """Return what is missing; how many more lines follows from the bound, which nears the share with their root."""
    reached = curve.enough & (curve.estimate > promise.at_least)
    if promise.kind is PromiseKind.RECALL:
        reached[0] = False
    if not reached.any():
        if promise.kind is PromiseKind.RECALL:
            return "no line can be left without a suggestion; read them all, or ask for less."
        best = float(curve.estimate[curve.enough].max(initial=0.0))
        return (
            f"no threshold reached it on held-out lines (at best {best:.0%} of at least {MIN_CASES} suggestions); ask "
            "for less, or sharpen the codes that are confused with each other (autocode recheck)."
        )
    margin = curve.estimate[reached] - promise.at_least
    times = ((curve.estimate[reached] - curve.bound[reached]) / margin) ** 2
    # A tenth at least: the strictest thresholds failed, even if a laxer one would do.
    more = max(math.ceil((float(times.min()) - 1) * n_lines), math.ceil(n_lines / 10))
    if more > 20 * n_lines:
        return (
            f"it is reached on held-out lines, but so narrowly that {n_lines} coded lines do not show it; ask for less."
        )
    return (
        f"it is reached on held-out lines, but {count_of(n_lines, 'coded line')} of {n_interviews} interviews "
        "do not show it for "
        f"others; about {more} more lines, of about {math.ceil(more * n_interviews / n_lines)} more "
        "interviews, would, or ask for less."
    )
