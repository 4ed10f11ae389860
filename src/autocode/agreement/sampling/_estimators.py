"""Prevalence of a code among all lines, from human judgements of some lines and model predictions for all."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from autocode.agreement._result import number
from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import FEW_INTERVIEWS
from autocode.arguments import no_single_text
from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.frozen import FrozenMapping
from autocode.wording import count_of

Method: TypeAlias = Literal["dsl", "ppi"]

# Probabilities that differ by less are equal: they come from one division.
_EQUAL = 1e-9


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Prevalence:
    """The prevalence of a code among all lines, with an interval that is valid whatever the errors of the model.

    Attributes
    ----------
    value : float
        The share of all lines that have the code.
    standard_error : float
        Standard error of the value, regarding the lines (or interviews) as a sample from a larger population.
    low, high : float
        The interval; NaN if the judged lines do not vary, because then nothing is known of the variation of the others.
    level : float
        Confidence level of the interval.
    suggested : float
        The mean of the predictions, for comparison: it has the bias of the model.
    weight : float
        The weight of the predictions, PPI++'s lambda; 1 for DSL.
    n_judged, n_lines : int
        Lines that humans judged, and all lines.
    n_interviews : int, default 0
        Interviews; 0 if they are not known.
    conventions : mapping of str to str, default empty
        The method, the variance and the interval, in words.
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
    conventions: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))

    def __str__(self) -> str:
        where = f", {count_of(self.n_interviews, 'interview')}" if self.n_interviews else ""
        judged = f"{self.n_judged} of {count_of(self.n_lines, 'line')} judged"
        interval = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{interval} ({judged}{where})"

    def to_json(self) -> dict[str, float | int | None]:
        """Return the estimate with its interval and the counts behind it; numbers that do not exist are None."""
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


@documented
@no_single_text
def prevalence(
    judged: Sequence[float | None],
    suggested: Sequence[float],
    *,
    probabilities: Sequence[float | None] | None,
    interviews: Sequence[str] | None = None,
    method: Method = "dsl",
    level: float = 0.95,
) -> Prevalence:
    """Return the prevalence of a code among all lines, from judgements of some lines and predictions for all.

    Parameters
    ----------
    judged : sequence of float or None, one per line
        1 if the code was applied, 0 if not, a share if several coders differ, None if no human judged the line.
    suggested : sequence of float, one per line
        The prediction of the model, 0 or 1 or a probability, made without having seen the judgement of the line.
    probabilities : sequence of float or None, one per line, or None
        The probability with which each line was drawn to be judged; None for a line that could not be drawn.
    interviews : sequence of str, one per line, or None, default None
        The interview of each line, for an interval that allows for clustering by interview.
    method : {"dsl", "ppi"}, default "dsl"
        "dsl" takes any probabilities; "ppi" (PPI++) needs equal ones.
    {level}

    Raises
    ------
    AgreementError
        If no probabilities were stored, since lines that a coder or a queue picked do not represent the others; if
        they are no probabilities, or unequal with "ppi"; or if the judged lines are too few.
    ValueError
        If the sequences have different lengths, or there is no such method.

    Examples
    --------
    >>> from autocode.agreement import prevalence
    >>> judged = [1, 0, 0, 1, None, None, None, None]
    >>> predicted = [0.9, 0.1, 0.3, 0.8, 0.2, 0.9, 0.1, 0.6]
    >>> print(prevalence(judged, predicted, probabilities=[0.5] * 8))
    0.463 [0.094, 0.831] (4 of 8 lines judged)
    """
    y = np.array([math.nan if v is None else float(v) for v in judged])
    yhat = np.asarray(suggested, dtype=float)
    pi = _known_probabilities(y, probabilities)
    if method not in ("dsl", "ppi"):
        raise ValueError(f"there is no method {method!r}; the methods are dsl and ppi.")
    if method == "dsl":
        return dsl_mean(y, yhat, probabilities=pi, interviews=interviews, level=level)
    spread = pi[~np.isnan(pi)]
    if spread.max() - spread.min() > _EQUAL:
        raise AgreementError(
            f"lines were drawn with probabilities from {spread.min():g} to {spread.max():g}, "
            "and PPI++ needs equal ones; use method 'dsl'."
        )
    if len(yhat) != len(y):
        raise ValueError(
            f"found {count_of(len(yhat), 'suggestion')} for {count_of(len(y), 'line')}; give one for each line."
        )
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


@documented
@no_single_text
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
    """Return the prevalence of a code in each group of lines, such as by role or borough of the participants.

    Parameters
    ----------
    groups : sequence of str, one per line
        The group of each line.
    judged : sequence of float or None, one per line
        1 if the code was applied, 0 if not, None if no human judged the line.
    suggested : sequence of float, one per line
        The prediction of the model, see `prevalence`.
    probabilities : sequence of float or None, one per line, or None
        The probability with which each line was drawn to be judged.
    interviews : sequence of str, one per line, or None, default None
        The interview of each line, for an interval that allows for clustering by interview.
    method : {"dsl", "ppi"}, default "dsl"
        "dsl" takes any probabilities; "ppi" (PPI++) needs equal ones.
    {level}

    Raises
    ------
    AgreementError
        If no line of a group was judged, and as `prevalence` does.
    ValueError
        If the sequences have different lengths, or there is no such method.
    """
    if len(groups) != len(judged):
        raise ValueError(
            f"found {count_of(len(groups), 'group')} for {count_of(len(judged), 'line')}; give one for each line."
        )
    lines_of: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        lines_of.setdefault(group, []).append(i)
    AgreementError.raise_if(
        Fault(f"no line of the group {group!r} was judged; judge some, or join it to another group.")
        for group, lines in lines_of.items()
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
        for group, lines in lines_of.items()
    }


@documented
@no_single_text
def dsl_mean(
    y: Array,
    yhat: Array,
    *,
    probabilities: Array,
    interviews: Sequence[str] | None = None,
    level: float = 0.95,
) -> Prevalence:
    """Return the prevalence by design-based supervised learning (DSL).

    Parameters
    ----------
    y : ndarray of float, shape (n_lines,)
        The judgements, NaN where no human judged the line.
    yhat : ndarray of float, shape (n_lines,)
        The predictions of the model.
    probabilities : ndarray of float, shape (n_lines,)
        The probability with which each line was drawn to be judged.
    interviews : sequence of str, one per line, or None, default None
        The interview of each line, for an interval that allows for clustering by interview.
    {level}

    Raises
    ------
    AgreementError
        If no line was judged, a judged line has no probability, or all lines are of one interview.
    ValueError
        If the arrays have different lengths.

    References
    ----------
    Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2023). Using imperfect surrogates for downstream inference:
    design-based supervised learning for social science applications of large language models. NeurIPS.
    """
    _check_level(level)
    pi = _known_probabilities(y, probabilities)
    if len(yhat) != len(y):
        raise ValueError(
            f"found {count_of(len(yhat), 'suggestion')} for {count_of(len(y), 'line')}; give one for each line."
        )
    R = ~np.isnan(y)
    weights = np.zeros(len(y))
    weights[R] = 1 / pi[R]
    return weighted_mean(
        y,
        yhat,
        weights=weights,
        interviews=interviews,
        level=level,
        method="DSL (Egami et al. 2023) with the stored inclusion probabilities",
    )


def weighted_mean(
    y: Array, yhat: Array, *, weights: Array, interviews: Sequence[str] | None, level: float, method: str
) -> Prevalence:
    """Return the prevalence from predictions that are corrected by weighted judgements.

    Parameters
    ----------
    y : ndarray of float, shape (n_lines,)
        The judgements, NaN where no human judged the line.
    yhat : ndarray of float, shape (n_lines,)
        The predictions of the model.
    weights : ndarray of float, shape (n_lines,)
        The weight of each judgement, whose expectation over draws is 1 for every line; 0 where there is none.
    interviews, level
        As in `dsl_mean`.
    method : str
        The method, in words.
    """
    _check_level(level)
    R = weights > 0
    y_tilde = np.asarray(yhat, dtype=float).copy()
    y_tilde[R] += weights[R] * (y[R] - yhat[R])
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
        method=method,
    )


@documented
@no_single_text
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
    """Return the prevalence by prediction-powered inference (PPI, PPI++).

    The judged lines must have been drawn from all lines with equal probability.

    Parameters
    ----------
    y : ndarray of float, shape (n_judged,)
        The judgements.
    yhat : ndarray of float, shape (n_judged,)
        The predictions for the judged lines.
    yhat_unjudged : ndarray of float, shape (n_unjudged,)
        The predictions for the lines that no human judged.
    lam : float or None, default None
        The weight of the predictions, lambda; None for the weight that makes the interval narrowest (PPI++).
    interviews : sequence of str, one per judged line, or None, default None
        The interviews of the judged lines, for an interval that allows for clustering by interview.
    interviews_unjudged : sequence of str, one per unjudged line, or None, default None
        The interviews of the unjudged lines; given if `interviews` is.
    {level}

    Raises
    ------
    AgreementError
        If fewer than two lines were judged, every line was, or all lines are of one interview.
    ValueError
        If the arrays have different lengths, or only one of the two lists of interviews is given.

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
        raise ValueError(
            f"found {count_of(len(yhat_L), 'suggestion')} for {count_of(n, 'judged line')}; give one for each line."
        )
    if n < 2:
        raise AgreementError(f"{n} judged line{'' if n == 1 else 's'} cannot show how far suggestions err; judge more.")
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
    """Return the estimate with its interval: normal over lines, or t over interviews whose influences are summed."""
    conventions = {"method": method}
    tail = (1 + level) / 2
    G = 0
    if interviews is None:
        se = math.sqrt(float((influence**2).sum()))
        z = float(norm.ppf(tail))
        conventions["interval"] = f"{100 * level:g} % normal interval over lines, variance with n"
        conventions["caution"] = (
            "interviews are not known: the interval is too narrow if lines of an interview resemble each other"
        )
    else:
        if len(interviews) != len(influence):
            raise ValueError(
                f"found {count_of(len(interviews), 'interview')} for {count_of(len(influence), 'line')}; "
                "name one for each line."
            )
        names, cluster_of = np.unique(np.array(interviews, dtype=str), return_inverse=True)
        G = len(names)
        if G < 2:
            raise AgreementError("all lines are of one interview, which cannot show how far interviews differ.")
        by_interview = np.bincount(cluster_of, weights=influence, minlength=G)
        se = math.sqrt(float((by_interview**2).sum()) * G / (G - 1))
        z = float(student.ppf(tail, G - 1))
        conventions["interval"] = (
            f"{100 * level:g} % interval over interviews, cluster-robust with t on {G - 1} degrees of freedom"
        )
        if G < FEW_INTERVIEWS:
            conventions["caution"] = (
                f"{G} interviews are fewer than {FEW_INTERVIEWS}: the interval is likely to be too narrow"
            )
    if se == 0 and n_judged < len(influence):
        # an interval of no width would claim certainty about the lines that nobody judged
        conventions["caution"] = (
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
        conventions=FrozenMapping(conventions),
    )


def _known_probabilities(y: Array, probabilities: Sequence[float | None] | Array | None) -> Array:
    """Return the probabilities; raises `AgreementError` if there are none, or some cannot be right."""
    if probabilities is None:
        raise AgreementError(
            "no inclusion probabilities were stored: lines that coders picked, or a queue put first, do not represent "
            "the others, and no formula can correct that; draw the lines to judge at random and keep the probabilities."
        )
    pi = np.array([math.nan if p is None else float(p) for p in probabilities])
    if len(pi) != len(y):
        raise ValueError(
            f"found {count_of(len(pi), 'probability', plural='probabilities')} for "
            f"{count_of(len(y), 'line')}; give one for each line, or None."
        )
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
            "a line that could not be drawn would leave a part of the corpus unknown."
        )
    return pi


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
