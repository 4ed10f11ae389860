"""A promise about suggestions, kept by a bound from draws of interviews, or refused with what is missing."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from autocode.codebook import Codebook
from autocode.suggester._predictions import SHOWN
from autocode.suggester.features._embeddings import Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._interview_draws import draws_of_interviews
from autocode.suggester.model._model import fit, folds
from autocode.suggester.model._thresholds import Thresholds

# A promise is given if it would have been kept in this share of the draws of interviews.
CONFIDENCE = 0.95
# Fewer interviews than this say too little about others, and fewer suggestions or lines about a share.
INTERVIEWS, ENOUGH = 10, 30
RESAMPLES, STEPS = 1000, 60


class PromiseKind(StrEnum):
    """What is promised."""

    PRECISION = "precision"
    RECALL = "recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What suggestions are to hold on interviews not yet seen.

    `precision`: of the codes suggested, at least this share is kept. `recall`: of the lines that deserve a code, at
    least this share is not among those of which it says that nothing fits.
    """

    kind: PromiseKind
    at_least: float

    def __post_init__(self) -> None:
        if not 0 < self.at_least < 1:
            raise ValueError(f"a promise is of a share between 0 and 1, such as precision=0.8, not {self.at_least:g}.")

    @classmethod
    def of(cls, text: str) -> "Promise":
        """Return the promise that is written `precision=0.8` or `recall=0.9`; raises ValueError for anything else."""
        kind, _, share = text.partition("=")
        try:
            return cls(kind=PromiseKind(kind.strip()), at_least=float(share))
        except ValueError as no:
            raise ValueError(f"a promise is written precision=0.8 or recall=0.9, not {text!r}.") from no

    def __str__(self) -> str:
        return f"{self.kind}={self.at_least:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMet:
    """A promise that is given, and what it rests on: coded lines, judged by suggesters that had not seen their folds.

    Attributes
    ----------
    threshold : of a code's probability (precision) or of the strength of a line (recall), from which on it speaks.
    estimate : the share on those lines.
    bound : what the share would exceed in 95 % of other draws of interviews.
    counted : suggestions (precision) or lines that deserve a code (recall) behind the estimate.
    silent : the share of all those lines on which it says nothing.
    """

    promise: Promise
    threshold: float
    estimate: float
    bound: float
    counted: int
    silent: float
    interviews: int

    def __str__(self) -> str:
        held = f"on coded lines held out it was {self.estimate:.0%}, and above {self.bound:.0%} in "
        rests = f"{held}{CONFIDENCE:.0%} of draws of the {self.interviews} interviews"
        if self.promise.kind is PromiseKind.PRECISION:
            return (
                f"of the codes suggested at least {self.promise.at_least:.0%} will be kept: {rests} ({self.counted} "
                f"suggestions); it stays silent on {self.silent:.0%} of the lines"
            )
        return (
            f"of the lines that deserve a code it speaks of at least {self.promise.at_least:.0%}: {rests} "
            f"({self.counted} lines); of {self.silent:.0%} of the lines it says that nothing fits"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRefused:
    """A promise that cannot be given, and what is missing."""

    promise: Promise
    why: str

    def __str__(self) -> str:
        return f"{self.promise} cannot be promised: {self.why}"


Answer: TypeAlias = PromiseMet | PromiseRefused


def trial(
    table: CodedLines,
    codebook: Codebook,
    *,
    language: str,
    encoder: Encoding | None = None,
    seed: int,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Return the probabilities of each line by a whole suggester that had not seen its fold, shape (n_lines, n_codes).

    Calibration and all, as it would meet another interview: probabilities calibrated on the lines they are then counted
    on promise too much, and a model of all lines speaks up more often than those of four fifths that calibrated it.
    With too few interviews for any promise nothing is tried, and the shape is (0, n_codes).
    """
    fold = folds([line.transcript for line in table.lines], seed=seed)
    if len({line.transcript for line in table.lines}) < INTERVIEWS:
        return np.zeros((0, len(table.codes)))
    tried = np.zeros(table.applied.shape)
    for k in np.unique(fold):
        held, learnt = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
        model = fit(table.take(learnt), codebook, language=language, encoder=encoder, seed=seed, n_jobs=n_jobs)
        tried[held] = model.probabilities([table.lines[i] for i in held])
    # As it is stored, so that a promise is the same before and after a suggester is saved.
    return tried.astype(np.float32).astype(np.float64)


def certify(
    promise: Promise,
    probabilities: NDArray[np.float64],
    applied: NDArray[np.bool_],
    interview: NDArray[np.intp],
    *,
    seed: int,
) -> Answer:
    """Return the promise with the threshold that keeps it, or why it cannot be given.

    The threshold is the laxest one at which, and above which, the bound holds: the lower of the 5 % quantile of draws
    of interviews and of Clopper and Pearson's one-sided bound, which also holds where no miss was seen yet.

    Parameters
    ----------
    probabilities : what `trial` returned.
    applied : shape (n_lines, n_codes).
    interview : the number of the interview of each line, shape (n_lines,).
    """
    n_interviews = int(interview.max(initial=-1)) + 1
    if n_interviews < INTERVIEWS:
        return PromiseRefused(
            promise=promise,
            why=f"it would rest on coded lines of {n_interviews} interview{'s' * (n_interviews != 1)}, and fewer than "
            f"{INTERVIEWS} say too little about others; code lines of {INTERVIEWS - n_interviews} more.",
        )
    precise = promise.kind is PromiseKind.PRECISION
    strength = Thresholds(codes=np.zeros(applied.shape[1]), line=0.0).strength(probabilities)
    if precise:
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :SHOWN]
        score = np.take_along_axis(probabilities, order, axis=1).ravel()
        hit = np.take_along_axis(applied, order, axis=1).ravel()
        where = np.repeat(interview, order.shape[1])
    else:
        deserving = applied.any(axis=1)
        score, where = strength[deserving], interview[deserving]
        hit = np.ones(len(score), dtype=bool)
    if len(score) < ENOUGH:
        what = "suggestions" if precise else "lines with a code"
        return PromiseRefused(
            promise=promise,
            why=f"it would rest on {len(score)} {what}, and fewer than {ENOUGH} say too little about a share; "
            "code more lines.",
        )
    # Beyond the share of lines that may be lost, no threshold for recall can hold.
    reach = np.linspace(0, 1, 4 * STEPS + 1)[:-1] if precise else np.linspace(0, 1 - promise.at_least, STEPS)
    steps = np.unique(np.quantile(score, reach))
    # Numbers per interview and threshold: what is said (or deserves to be), and how much of that is right.
    level = np.searchsorted(steps, score, side="right")
    said = _from(level, where, np.ones(len(score)), n_interviews, len(steps))
    right = _from(level, where, hit.astype(np.float64), n_interviews, len(steps))
    if not precise:
        said = np.repeat(np.bincount(where, minlength=n_interviews)[:, None], len(steps), axis=1).astype(np.float64)
    draws = draws_of_interviews(n_interviews, resamples=RESAMPLES, seed=seed)
    counted, won = draws @ said, draws @ right
    share = np.divide(won, counted, out=np.ones_like(won), where=counted > 0)
    low = np.minimum(np.quantile(share[1:], 1 - CONFIDENCE, axis=0), _clopper_pearson(won[0], counted[0]))
    enough = counted[0] >= ENOUGH
    if precise:
        # From the strictest threshold down: the first that fails ends it, so that no lucky one is picked out.
        holds = np.where(enough, low >= promise.at_least, True)
        holds = np.logical_and.accumulate(holds[::-1])[::-1] & enough
        best = int(np.argmax(holds))
    else:
        holds = np.logical_and.accumulate(low >= promise.at_least) & enough
        best = int(len(holds) - 1 - np.argmax(holds[::-1]))
    speaks = probabilities.max(axis=1) if precise else strength
    silent = float((speaks < steps[best]).mean())
    if not holds.any() or (not precise and silent == 0):
        return PromiseRefused(
            promise=promise, why=_missing(promise, share[0], low, enough, len(interview), n_interviews)
        )
    return PromiseMet(
        promise=promise,
        threshold=float(steps[best]),
        estimate=float(share[0, best]),
        bound=float(low[best]),
        counted=int(counted[0, best]),
        silent=silent,
        interviews=n_interviews,
    )


def under(given: PromiseMet, cut: Thresholds) -> Thresholds:
    """Return the thresholds that keep a promise."""
    if given.promise.kind is PromiseKind.PRECISION:
        return Thresholds(codes=np.zeros_like(cut.codes), line=0.0, least=given.threshold)
    return Thresholds(codes=cut.codes, line=given.threshold)


def _from(
    level: NDArray[np.intp], where: NDArray[np.intp], what: NDArray[np.float64], n_interviews: int, n_steps: int
) -> NDArray[np.float64]:
    """Return the sums of what lies at or above each threshold, shape (n_interviews, n_steps)."""
    cell = where * (n_steps + 1) + level
    sums = np.bincount(cell, weights=what, minlength=n_interviews * (n_steps + 1)).reshape(n_interviews, n_steps + 1)
    # level k passes the first k thresholds
    return np.asarray(np.cumsum(sums[:, ::-1], axis=1)[:, ::-1][:, 1:], dtype=np.float64)


def _clopper_pearson(won: NDArray[np.float64], counted: NDArray[np.float64]) -> NDArray[np.float64]:
    low = beta.ppf(1 - CONFIDENCE, np.maximum(won, 0.5), counted - won + 1)
    return np.asarray(np.where(won > 0, low, 0.0), dtype=np.float64)


def _missing(
    promise: Promise,
    share: NDArray[np.float64],
    low: NDArray[np.float64],
    enough: NDArray[np.bool_],
    n_lines: int,
    n_interviews: int,
) -> str:
    """Say how many more lines would do, were they like those so far: a bound nears its share with their square root."""
    could = enough & (share > promise.at_least)
    if promise.kind is PromiseKind.RECALL:
        could[0] = False
    if not could.any():
        best = float(share[enough].max(initial=0.0))
        if promise.kind is PromiseKind.RECALL:
            return "no line can be left unsaid without loss; read them all, or ask for less."
        return (
            f"on lines held out no threshold reached it (at best {best:.0%} of at least {ENOUGH} suggestions); ask for "
            "less, or sharpen the codes that cannot be told apart (autocode recheck)."
        )
    times = ((share[could] - low[could]) / (share[could] - promise.at_least)) ** 2
    # A tenth at least: the strictest thresholds failed, whatever a laxer one did.
    more = max(math.ceil((float(times.min()) - 1) * n_lines), math.ceil(n_lines / 10))
    if more > 20 * n_lines:
        return (
            f"it is reached on lines held out, but so barely that {n_lines} coded lines do not show it; ask for less."
        )
    return (
        f"it is reached on lines held out, but {n_lines} coded lines of {n_interviews} interviews do not show it for "
        f"others; about {more} more lines, of about {math.ceil(more * n_interviews / n_lines)} more "
        "interviews, would, or ask for less."
    )
