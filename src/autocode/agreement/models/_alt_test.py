"""The alternative annotator test: may a model stand in for a coder?"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from autocode.agreement.data._reliability import Array
from autocode.errors import AgreementError, Fault

ENOUGH_CODERS = 3
ENOUGH_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AltTest:
    """How often the model is at least as near to the other coders as each coder is.

    Attributes
    ----------
    winning_rate : the share of coders against whom the model holds its own, omega; at least one half passes.
    advantage_probability : the mean, over coders, of the share of lines on which it is at least as near, rho.
    coders, p_values, rejected, n_lines : one entry a coder; `rejected` after the Benjamini-Yekutieli correction.
    caution : what the test's authors ask for and these data lack; empty if nothing.
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
    likeness: Callable[[Any, Any], float] | None = None,
    interviews: Mapping[str, str] | None = None,
) -> AltTest:
    """Return the alternative annotator test of a model against independent coders.

    `humans` and `model` tell what each said of each line. For each coder the lines are those which the coder, the model
    and at least one other coder judged; being near is the share of the other coders who said the same, or the mean of
    `likeness` of two answers, 1 for the same and 0 for nothing in common. `epsilon` is how much worse the model may be
    because it is cheaper: .2 against experts, .15 against skilled coders, .1 against a crowd.

    The authors' t test takes lines to be independent. Where `interviews` names the interview of each line, the test is
    over interviews: cluster-robust, with t on one degree of freedom less than there are interviews.

    References
    ----------
    Calderon, N., Reichart, R., & Dror, R. (2025). The alternative annotator test for LLM-as-a-judge. ACL.
    Benjamini, Y., & Yekutieli, D. (2001). The control of the false discovery rate in multiple testing under dependency.
    Annals of Statistics 29, 1165-1188.
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is a difference of shares, between 0 and 1, not {epsilon}.")
    if not 0 < fdr < 1:
        raise ValueError(f"the false discovery rate lies between 0 and 1, not at {fdr}.")
    if len(humans) < 2:
        raise AgreementError("the alternative annotator test compares coders with each other; it needs at least two.")
    p_values, advantages, n_lines = [], [], []
    faults = []
    for coder, said in humans.items():
        others = [answers for name, answers in humans.items() if name != coder]
        lines = [line for line in said if line in model and any(line in other for other in others)]
        if len(lines) < 2:
            faults.append(
                Fault(
                    f"the coder {coder} shares {len(lines)} line{'' if len(lines) == 1 else 's'} with the model and "
                    "another coder; the test needs at least two of each coder."
                )
            )
            continue
        S_f = np.array([_nearness(model[line], line, others, likeness) for line in lines])
        S_h = np.array([_nearness(said[line], line, others, likeness) for line in lines])
        W_f = (S_f >= S_h).astype(float)
        W_h = (S_h >= S_f).astype(float)
        of = None if interviews is None else [interviews[line] for line in lines]
        p_values.append(_p_value(W_h - W_f, epsilon, of))
        advantages.append(float(W_f.mean()))
        n_lines.append(len(lines))
    AgreementError.raise_if(faults)
    rejected = benjamini_yekutieli(p_values, fdr=fdr)
    cautions = []
    if len(humans) < ENOUGH_CODERS:
        cautions.append(f"{len(humans)} coders, where the test asks for at least {ENOUGH_CODERS}")
    if min(n_lines) < ENOUGH_LINES:
        cautions.append(f"{min(n_lines)} lines of a coder, where the test asks for at least {ENOUGH_LINES}")
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
    """Return which hypotheses are rejected while the false discovery rate stays below `fdr`, however they depend."""
    m = len(p_values)
    c_m = sum(1 / i for i in range(1, m + 1))
    order = sorted(range(m), key=lambda i: p_values[i])
    last = max((i for i, at in enumerate(order, start=1) if p_values[at] <= i * fdr / (m * c_m)), default=0)
    kept = set(order[:last])
    return tuple(i in kept for i in range(m))


def _nearness(
    answer: Hashable,
    line: str,
    others: list[Mapping[str, Hashable]],
    likeness: Callable[[Any, Any], float] | None,
) -> float:
    """Return the share of the other coders of a line who gave the same answer, or how like it theirs are."""
    given = [other[line] for other in others if line in other]
    if likeness is None:
        return sum(said == answer for said in given) / len(given)
    return sum(likeness(said, answer) for said in given) / len(given)


def _p_value(difference: Array, epsilon: float, interviews: list[str] | None) -> float:
    """Return the one-sided p of mean(W_h - W_f) < epsilon; exact where nothing varies, as t would be 0/0."""
    d = float(difference.mean())
    if interviews is None:
        groups = len(difference)
        s = float(difference.std(ddof=1) / np.sqrt(groups))
    else:
        names, of = np.unique(np.array(interviews, dtype=str), return_inverse=True)
        groups = len(names)
        sums = np.bincount(of, weights=difference - d)
        s = float(np.sqrt((sums**2).sum() * groups / (groups - 1)) / len(difference)) if groups > 1 else 0.0
    if groups < 2:
        return 1.0  # one interview tells nothing of others
    if s == 0:
        return 0.0 if d < epsilon else 1.0
    return float(student.cdf((d - epsilon) / s, groups - 1))
