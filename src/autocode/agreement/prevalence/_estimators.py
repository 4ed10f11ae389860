"""How common a code is among all lines, when humans judged some of them and a model suggested for all."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from autocode.agreement._result import number
from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import FEW_INTERVIEWS
from autocode.errors import AgreementError, Fault

Method: TypeAlias = Literal["dsl", "ppi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prevalence:
    """The mean of a code over all lines, with an interval that holds whatever the model's errors are.

    Attributes
    ----------
    standard_error : of the estimate, regarding the lines (or interviews) as a sample of what might have been said.
    low, high : the interval; NaN where the drawn lines do not vary, which tells nothing of the others.
    suggested : what the model alone would say, for comparison: it errs by the model's errors.
    weight : how far the suggestions were relied on, PPI++'s lambda; 1 for DSL.
    n_judged, n_lines, n_interviews : lines that humans judged, all lines, and interviews (0 where they are not known).
    conventions : the method, the variance and the interval, in words.
    """

    value: float
    standard_error: float
    low: float
    high: float
    level: float
    suggested: float
    weight: float
    n_judged: int
    n_lines: int
    n_interviews: int = 0
    conventions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        where = f", {self.n_interviews} interviews" if self.n_interviews else ""
        judged = f"{self.n_judged} of {self.n_lines} lines judged"
        interval = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{interval} ({judged}{where})"

    def to_json(self) -> dict[str, float | int | None]:
        """Return the estimate with its interval and what it rests on; numbers that do not exist are None."""
        return {
            "value": self.value,
            "standard_error": self.standard_error,
            "low": number(self.low),
            "high": number(self.high),
            "suggested": self.suggested,
            "weight": self.weight,
            "judged": self.n_judged,
            "lines": self.n_lines,
            "interviews": self.n_interviews,
        }


def prevalence(
    judged: Sequence[float | None],
    suggested: Sequence[float],
    *,
    probabilities: Sequence[float | None] | None,
    interviews: Sequence[str] | None = None,
    method: Method = "dsl",
    level: float = 0.95,
) -> Prevalence:
    """Return how common a code is among all lines, from those that humans judged and what a model suggested for all.

    Parameters
    ----------
    judged : for each line 1 (applied), 0 (not), or None where no human judged it.
    suggested : for each line what the model suggests, 0 or 1 or a probability, made without having seen its judgement.
    probabilities : for each line the probability with which it was drawn to be judged; None for a line without one.
    interviews : the interview of each line, for an interval that lets lines of one interview resemble each other.
    method : "dsl" for any probabilities, "ppi" (PPI++) where all lines had the same.

    Raises `AgreementError` where probabilities were not stored: lines that a coder or a queue picked say nothing of the
    others.
    """
    y = np.array([math.nan if v is None else float(v) for v in judged])
    yhat = np.asarray(suggested, dtype=float)
    pi = _known_probabilities(y, probabilities)
    if method not in ("dsl", "ppi"):
        raise ValueError(f"there is no method {method!r}; the methods are dsl and ppi.")
    if method == "dsl":
        return dsl_mean(y, yhat, probabilities=pi, interviews=interviews, level=level)
    spread = pi[~np.isnan(pi)]
    if spread.max() - spread.min() > 1e-9:
        raise AgreementError(
            f"lines were drawn with probabilities from {spread.min():g} to {spread.max():g}, "
            "and PPI++ needs equal ones; use method 'dsl'."
        )
    if len(yhat) != len(y):
        raise ValueError(f"there are {len(yhat)} suggestions for {len(y)} lines; give one for each line.")
    drawn = ~np.isnan(y)
    by_line = None if interviews is None else np.array(interviews, dtype=object)
    return ppi_mean(
        y[drawn],
        yhat[drawn],
        yhat[~drawn],
        interviews=None if by_line is None else by_line[drawn].tolist(),
        interviews_unjudged=None if by_line is None else by_line[~drawn].tolist(),
        level=level,
    )


def prevalence_by(
    groups: Sequence[str],
    judged: Sequence[float | None],
    suggested: Sequence[float],
    *,
    probabilities: Sequence[float | None] | None,
    interviews: Sequence[str] | None = None,
    method: Method = "dsl",
    level: float = 0.95,
) -> dict[str, Prevalence]:
    """Return how common a code is in each group of lines: by role, borough or any attribute of participants.

    A group in which no line was judged is refused with its name.
    """
    if len(groups) != len(judged):
        raise ValueError(f"there are {len(groups)} groups for {len(judged)} lines; give one for each line.")
    at: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        at.setdefault(group, []).append(i)
    AgreementError.raise_if(
        Fault(f"no line of the group {group!r} was judged; judge some, or join it to another group.")
        for group, lines in at.items()
        if all(judged[i] is None for i in lines)
    )
    return {
        group: prevalence(
            [judged[i] for i in lines],
            [suggested[i] for i in lines],
            probabilities=None if probabilities is None else [probabilities[i] for i in lines],
            interviews=None if interviews is None else [interviews[i] for i in lines],
            method=method,
            level=level,
        )
        for group, lines in at.items()
    }


def dsl_mean(
    y: Array,
    yhat: Array,
    *,
    probabilities: Array,
    interviews: Sequence[str] | None = None,
    level: float = 0.95,
) -> Prevalence:
    """Return the mean by design-based supervised learning; `y` is NaN where no human judged.

    References
    ----------
    Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2023). Using imperfect surrogates for downstream inference:
    design-based supervised learning for social science applications of large language models. NeurIPS.
    """
    _check_level(level)
    pi = _known_probabilities(y, probabilities)
    if len(yhat) != len(y):
        raise ValueError(f"there are {len(yhat)} suggestions for {len(y)} lines; give one for each line.")
    R = ~np.isnan(y)
    y_tilde = np.asarray(yhat, dtype=float).copy()
    y_tilde[R] += (y[R] - yhat[R]) / pi[R]
    theta = float(y_tilde.mean())
    influence = (y_tilde - theta) / len(y_tilde)
    return _estimate(
        theta,
        influence,
        interviews=interviews,
        level=level,
        suggested=float(np.mean(yhat)),
        weight=1.0,
        n_judged=int(R.sum()),
        method="DSL (Egami et al. 2023) with the stored inclusion probabilities",
    )


def ppi_mean(
    y: Array,
    yhat: Array,
    yhat_unjudged: Array,
    *,
    lam: float | None = None,
    interviews: Sequence[str] | None = None,
    interviews_unjudged: Sequence[str] | None = None,
    level: float = 0.95,
) -> Prevalence:
    """Return the mean by prediction-powered inference; `lam` None chooses how far to rely on the suggestions (PPI++).

    The judged lines must have been drawn from all lines with equal probability.

    References
    ----------
    Angelopoulos, A. N., Bates, S., Fannjiang, C., Jordan, M. I., & Zrnic, T. (2023). Prediction-powered inference.
    Science 382, 669-674.
    Angelopoulos, A. N., Duchi, J. C., & Zrnic, T. (2023). PPI++: efficient prediction-powered inference. arXiv.
    """
    _check_level(level)
    y, yhat_L, yhat_U = (np.asarray(a, dtype=float) for a in (y, yhat, yhat_unjudged))
    n, N = len(y), len(yhat_U)
    if len(yhat_L) != n:
        raise ValueError(f"there are {len(yhat_L)} suggestions for {n} judged lines; give one for each line.")
    if n < 2:
        raise AgreementError(f"{n} judged line{'' if n == 1 else 's'} cannot tell how far suggestions err; judge more.")
    if N == 0:
        raise AgreementError("every line was judged: the mean of the judgements is the prevalence, without a model.")
    by_line = None
    if interviews is not None and interviews_unjudged is not None:
        by_line = [*interviews, *interviews_unjudged]
    elif (interviews is None) != (interviews_unjudged is None):
        raise ValueError("name the interviews of the judged and of the unjudged lines, or of neither.")
    if lam is None:
        pooled = np.concatenate([yhat_L, yhat_U])
        covariance = float(((y - y.mean()) * (yhat_L - yhat_L.mean())).mean())
        variance = float(pooled.var(ddof=1))
        lam = max(covariance / ((1 + n / N) * variance), 0.0) if variance > 0 else 0.0
        chosen = "chosen for the narrowest interval (PPI++)"
    else:
        chosen = "given"
    rectifier = y - lam * yhat_L
    theta = lam * float(yhat_U.mean()) + float(rectifier.mean())
    influence = np.concatenate([(rectifier - rectifier.mean()) / n, lam * (yhat_U - yhat_U.mean()) / N])
    return _estimate(
        theta,
        influence,
        interviews=by_line,
        level=level,
        suggested=float(np.concatenate([yhat_L, yhat_U]).mean()),
        weight=float(lam),
        n_judged=n,
        method=f"PPI (Angelopoulos et al. 2023), lambda {chosen}",
    )


def _estimate(
    theta: float,
    influence: Array,
    *,
    interviews: Sequence[str] | None,
    level: float,
    suggested: float,
    weight: float,
    n_judged: int,
    method: str,
) -> Prevalence:
    """Return the estimate with its interval: z over lines, or t over interviews that are summed first."""
    told = {"method": method}
    tail = (1 + level) / 2
    G = 0
    if interviews is None:
        se = math.sqrt(float((influence**2).sum()))
        z = float(norm.ppf(tail))
        told["interval"] = f"{100 * level:g} % normal interval over lines, variance with n"
        told["caution"] = (
            "interviews are not known: the interval is too narrow if lines of an interview resemble each other"
        )
    else:
        if len(interviews) != len(influence):
            raise ValueError(
                f"there are {len(interviews)} interviews for {len(influence)} lines; name one for each line."
            )
        names, cluster_of = np.unique(np.array(interviews, dtype=str), return_inverse=True)
        G = len(names)
        if G < 2:
            raise AgreementError("all lines are of one interview, which cannot tell how far interviews differ.")
        by_interview = np.bincount(cluster_of, weights=influence, minlength=G)
        se = math.sqrt(float((by_interview**2).sum()) * G / (G - 1))
        z = float(student.ppf(tail, G - 1))
        told["interval"] = (
            f"{100 * level:g} % interval over interviews, cluster-robust with t on {G - 1} degrees of freedom"
        )
        if G < FEW_INTERVIEWS:
            told["caution"] = f"{G} interviews are fewer than {FEW_INTERVIEWS}: the interval is likely to be too narrow"
    if se == 0 and n_judged < len(influence):
        # an interval of no width would claim to know the lines that nobody looked at
        told["caution"] = (
            f"the {n_judged} judged lines do not vary, so there is no interval; even if lines were independent, up "
            f"to {min(1.0, 3 / n_judged):.2g} of the others might be otherwise (rule of three)"
        )
        z = math.nan
    return Prevalence(
        value=theta,
        standard_error=se,
        low=theta - z * se,
        high=theta + z * se,
        level=level,
        suggested=suggested,
        weight=weight,
        n_judged=n_judged,
        n_lines=len(influence),
        n_interviews=G,
        conventions=MappingProxyType(told),
    )


def _known_probabilities(y: Array, probabilities: Sequence[float | None] | Array | None) -> Array:
    """Return the probabilities, or refuse with the reason."""
    if probabilities is None:
        raise AgreementError(
            "no inclusion probabilities were stored: lines that coders picked, or a queue put first, are not like the "
            "others, and no formula can tell how far; draw the lines to judge at random and keep the probabilities."
        )
    pi = np.array([math.nan if p is None else float(p) for p in probabilities])
    if len(pi) != len(y):
        raise ValueError(f"there are {len(pi)} probabilities for {len(y)} lines; give one for each line, or None.")
    R = ~np.isnan(y)
    if not R.any():
        raise AgreementError("no line was judged; prevalence needs some human judgements.")
    without = int((R & np.isnan(pi)).sum())
    if without:
        raise AgreementError(
            f"{without} of {int(R.sum())} judged lines have no stored inclusion probability; "
            "leave out judgements of lines that were not drawn at random."
        )
    known = pi[~np.isnan(pi)]
    if (known <= 0).any() or (known > 1).any():
        raise AgreementError(
            f"inclusion probabilities lie above 0 and at most at 1, not between {known.min():g} and {known.max():g}; "
            "a line that could not be drawn leaves a part of the corpus unknown."
        )
    return pi


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
