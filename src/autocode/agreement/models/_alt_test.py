"""The alternative annotator test: whether a model may replace a coder."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from autocode.agreement.data._reliability import Array
from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.errors import AgreementError, Fault
from autocode.wording import count_of

# What Calderon et al. (2025) ask for: at least three coders, and thirty lines per coder for the t test.
ENOUGH_CODERS = 3
ENOUGH_LINES = 30


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class AltTest(Tabular):
    """The result of the alternative annotator test, see `alt_test`.

    Attributes
    ----------
    winning_rate : float
        Share of the coders whom the model may replace, omega; the test is passed from one half on.
    advantage_probability : float
        Mean over the coders of the share of lines on which the model is at least as close to the others, rho.
    epsilon : float
        The handicap of a coder.
    fdr : float
        The false discovery rate.
    coders : tuple of str
        The coders.
    p_values : tuple of float
        One per coder.
    rejected : tuple of bool
        One per coder: whether the null hypothesis that the coder is better is rejected, after the Benjamini-Yekutieli
        correction.
    n_lines : tuple of int
        One per coder: the lines compared.
    caution : str, default ""
        What the authors of the test ask for and these data lack; empty if nothing.
    """

    winning_rate: float
    advantage_probability: float
    epsilon: float
    fdr: float
    coders: tuple[str, ...]
    p_values: tuple[float, ...]
    rejected: tuple[bool, ...]
    n_lines: tuple[int, ...]
    caution: str = ""

    def _records(self) -> Iterable[dict[str, object]]:
        columns = zip(self.coders, self.n_lines, self.p_values, self.rejected, strict=True)
        return [{"coder": c, "lines": n, "p_value": p, "rejected": is_rejected} for c, n, p, is_rejected in columns]

    def _caption(self) -> str:
        return f"winning rate {self.winning_rate:.2f}, advantage probability {self.advantage_probability:.2f}"

    @property
    def passed(self) -> bool:
        """Whether the model may replace a coder, by the authors' rule."""
        return self.winning_rate >= 0.5


def alt_test(
    humans: Mapping[str, Mapping[str, Hashable]],
    model: Mapping[str, Hashable],
    *,
    epsilon: float = 0.2,
    fdr: float = 0.05,
    similarity: Callable[[Any, Any], float] | None = None,
    interviews: Mapping[str, str] | None = None,
) -> AltTest:
    """Return the alternative annotator test of a model against independent coders.

    For each coder the lines are those that the coder, the model and at least one other coder judged. On each line, the
    coder and the model are compared by how close they are to the other coders.

    Parameters
    ----------
    humans : mapping of str to mapping of str to hashable
        For each coder the label of each line that the coder judged.
    model : mapping of str to hashable
        The label that the model predicts for each line.
    epsilon : float, default 0.2
        How much worse than a coder the model may be, because it is cheaper: .2 against experts, .15 against skilled
        coders, .1 against a crowd.
    fdr : float, default 0.05
        False discovery rate of the tests against all coders.
    similarity : callable or None, default None
        Similarity of two labels, 1 for identical ones and 0 for nothing in common; None for 1 if they are equal, else
        0.
    interviews : mapping of str to str or None, default None
        The interview of each line. With it the t test is cluster-robust, with one degree of freedom less than there
        are interviews; without it, lines are taken to be independent, as the authors do.

    Raises
    ------
    AgreementError
        If there are fewer than two coders, or a coder shares fewer than two lines with the model and another coder.
    ValueError
        If `epsilon` or `fdr` is out of its range.

    References
    ----------
    Calderon, N., Reichart, R., & Dror, R. (2025). The alternative annotator test for LLM-as-a-judge. ACL.
    Benjamini, Y., & Yekutieli, D. (2001). The control of the false discovery rate in multiple testing under dependency.
    Annals of Statistics 29, 1165-1188.

    Examples
    --------
    >>> import autocode as ac
    >>> def labels(letters):
    ...     return {f"P1:{k}": letter for k, letter in enumerate(letters, start=1)}
    >>> humans = {"MO": labels("xxyxyyxxyxxy"), "JB": labels("xxyxyyxyyxyy"), "SK": labels("xyyxyxxxyxxy")}
    >>> result = ac.alt_test(humans, labels("xxyxyyxxyxyy"))
    >>> result.winning_rate, result.passed
    (1.0, True)
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is a difference of shares, between 0 and 1, not {epsilon}.")
    if not 0 < fdr < 1:
        raise ValueError(f"the false discovery rate lies between 0 and 1, not at {fdr}.")
    if len(humans) < 2:
        raise AgreementError("the alternative annotator test compares coders with each other; it needs at least two.")
    p_values, advantages, n_lines = [], [], []
    faults = []
    for coder, labels in humans.items():
        others = [of_other for name, of_other in humans.items() if name != coder]
        lines = [line for line in labels if line in model and any(line in of_other for of_other in others)]
        if len(lines) < 2:
            faults.append(
                Fault(
                    f"the coder {coder} shares {len(lines)} line{'' if len(lines) == 1 else 's'} with the model and "
                    "another coder; the test needs at least two of each coder."
                )
            )
            continue
        S_f = np.array([_alignment(model[line], line, others, similarity) for line in lines])
        S_h = np.array([_alignment(labels[line], line, others, similarity) for line in lines])
        W_f = (S_f >= S_h).astype(float)
        W_h = (S_h >= S_f).astype(float)
        interview_of = None if interviews is None else [interviews[line] for line in lines]
        p_values.append(_p_value(W_h - W_f, epsilon, interview_of))
        advantages.append(float(W_f.mean()))
        n_lines.append(len(lines))
    AgreementError.raise_if(faults)
    rejected = benjamini_yekutieli(p_values, fdr=fdr)
    cautions = []
    if len(humans) < ENOUGH_CODERS:
        cautions.append(f"{count_of(len(humans), 'coder')}, where the test asks for at least {ENOUGH_CODERS}")
    if min(n_lines) < ENOUGH_LINES:
        cautions.append(f"{count_of(min(n_lines), 'line')} of a coder, where the test asks for at least {ENOUGH_LINES}")
    return AltTest(
        winning_rate=float(np.mean(rejected)),
        advantage_probability=float(np.mean(advantages)),
        epsilon=epsilon,
        fdr=fdr,
        coders=tuple(humans),
        p_values=tuple(p_values),
        rejected=rejected,
        n_lines=tuple(n_lines),
        caution="; ".join(cautions),
    )


def benjamini_yekutieli(p_values: Sequence[float], *, fdr: float = 0.05) -> tuple[bool, ...]:
    """Return which null hypotheses are rejected by the Benjamini-Yekutieli procedure.

    It controls the false discovery rate whatever the dependence between the tests.

    Parameters
    ----------
    p_values : sequence of float
        One per hypothesis.
    fdr : float, default 0.05
        The false discovery rate.

    References
    ----------
    Benjamini, Y., & Yekutieli, D. (2001). The control of the false discovery rate in multiple testing under dependency.
    Annals of Statistics 29, 1165-1188.
    """
    m = len(p_values)
    c_m = sum(1 / i for i in range(1, m + 1))
    order = sorted(range(m), key=lambda i: p_values[i])
    n_rejected = max((i for i, j in enumerate(order, start=1) if p_values[j] <= i * fdr / (m * c_m)), default=0)
    rejected = set(order[:n_rejected])
    return tuple(i in rejected for i in range(m))


def _alignment(
    label: Hashable,
    line: str,
    others: list[Mapping[str, Hashable]],
    similarity: Callable[[Any, Any], float] | None,
) -> float:
    """Return the mean similarity of a label to those of the other coders of a line."""
    given = [of_other[line] for of_other in others if line in of_other]
    if similarity is None:
        return sum(other == label for other in given) / len(given)
    return sum(similarity(other, label) for other in given) / len(given)


def _p_value(difference: Array, epsilon: float, interviews: list[str] | None) -> float:
    """Return the one-sided p of mean(W_h - W_f) < epsilon; 0 or 1 where nothing varies and t would be 0/0."""
    d = float(difference.mean())
    if interviews is None:
        groups = len(difference)
        s = float(difference.std(ddof=1) / np.sqrt(groups))
    else:
        names, interview_of = np.unique(np.array(interviews, dtype=str), return_inverse=True)
        groups = len(names)
        sums = np.bincount(interview_of, weights=difference - d)
        s = float(np.sqrt((sums**2).sum() * groups / (groups - 1)) / len(difference)) if groups > 1 else 0.0
    if groups < 2:
        return 1.0  # a single interview shows nothing about others
    if s == 0:
        return 0.0 if d < epsilon else 1.0
    return float(student.cdf((d - epsilon) / s, groups - 1))
