"""Which codes are not yet supported by coded examples, and how many more examples would help."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from autocode.codebook import Code, CodeId
from autocode.display import displayed
from autocode.suggester.model._model import LineModel
from autocode.wording import count_of

# Significance level of the one-sided test: a code that nothing was learnt about passes in one study of twenty.
LEVEL = 0.05
# One line cannot be both trained on and held out.
MIN_EXAMPLES = 2
# Pseudo-count by which a code's AUC is drawn towards that of all codes before the examples needed are computed. From
# few lines alone, the number would jump with every line.
PRIOR_EXAMPLES = 3.0
# AUC assumed where nothing is known yet: a line of the code ranks above three of four other lines.
PRIOR_AUC = 0.75
# Up to this many examples, the AUC counts as at least MIN_AUC: it is too early to say that examples do not help.
FEW_EXAMPLES, MIN_AUC = 10, 0.6
# Beyond this many times the present examples, the number needed is too uncertain to be worth reporting.
MAX_FACTOR = 20


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedCode:
    """A code whose suggestions are not yet supported by coded examples and rest on its definition only.

    Attributes
    ----------
    code : CodeId
        Id of the code.
    name : str
        Its name.
    examples : int
        Number of coded lines that have it.
    more : int or None
        About how many more examples would help; None where examples alone have not helped.
    why : str
        What is missing, as a part of a sentence.
    """

    code: CodeId
    name: str
    examples: int
    more: int | None
    why: str

    def with_more_examples(self, n: int) -> "UnsupportedCode":
        """Return the code after `n` more lines were coded with it.

        Parameters
        ----------
        n : int
            Number of lines coded since.
        """
        more = None if self.more is None else max(self.more - n, 1)
        return replace(self, examples=self.examples + n, more=more)

    @property
    def remedy(self) -> str:
        """What would help, as a part of a sentence."""
        if self.more is None:
            return "more examples alone have not helped: sharpen its definition, or see what it is confused with"
        return f"about {self.more} more {'example' if self.more == 1 else 'examples'} would help"

    def __str__(self) -> str:
        return f"{self.name!r} is not yet supported by coded examples: {self.why}; {self.remedy}."


def unsupported(
    model: LineModel, codes: Sequence[Code], applied: NDArray[np.bool_], judged: NDArray[np.bool_] | None = None
) -> tuple[UnsupportedCode, ...]:
    """Return the codes whose held-out lines do not rank above the other lines beyond chance.

    Each line is scored by a model not trained on its fold, and each code is tested by itself (Mann-Whitney test,
    one-sided). The number of examples that would help is the number at which the code's present AUC would be
    significant. Lines on which a code was not judged do not count.

    References
    ----------
    Mann & Whitney (1947), On a test of whether one of two random variables is stochastically larger than the other.
    """
    support = applied.sum(axis=0)
    n_judged = np.full(applied.shape[1], len(applied)) if judged is None else judged.sum(axis=0)
    auc = _auc(model.held_out, applied) if judged is None else _auc_of_judged(model.held_out, applied, judged)
    known = support >= MIN_EXAMPLES
    weight = np.where(known, support, 0)
    mean_auc = float(weight @ np.where(known, auc, 0.0) / weight.sum()) if known.any() else PRIOR_AUC
    # A mean no better than chance says that nothing was learnt yet, not that nothing can be.
    prior = mean_auc if mean_auc > 0.5 else PRIOR_AUC
    codes_found = []
    for j, code in enumerate(codes):
        n, others = int(support[j]), int(n_judged[j] - support[j])
        if n >= MIN_EXAMPLES and _is_significant(auc[j], n, others):
            continue
        shrunk = (n * auc[j] + PRIOR_EXAMPLES * prior) / (n + PRIOR_EXAMPLES) if n >= MIN_EXAMPLES else prior
        shrunk = shrunk if n >= FEW_EXAMPLES else max(shrunk, MIN_AUC)
        codes_found.append(
            UnsupportedCode(
                code=code.id, name=code.name, examples=n, more=_more_examples(shrunk, n), why=_why(n, others)
            )
        )
    return tuple(codes_found)


def describe_unsupported(codes: Sequence[UnsupportedCode], *, of: int) -> str:
    """Return which codes are not yet supported, those that need fewest examples first.

    Empty where there is none, and where no code is on any line: then the suggester's notes say what it rests on.

    Parameters
    ----------
    codes : sequence of UnsupportedCode
        The codes, as in `Suggester.unsupported`.
    of : int
        Number of codes of the suggester.
    """
    if not codes or (not any(code.examples for code in codes) and len(codes) == of):
        return ""
    order = sorted(codes, key=lambda code: (code.more is None, code.more or 0, code.name))
    needs = [f"{code.name} ({'more alone have not helped' if code.more is None else code.more})" for code in order]
    verb, own = ("is", "its definition") if len(codes) == 1 else ("are", "their definitions")
    return (
        f"{len(codes)} of {count_of(of, 'code')} {verb} not yet supported by coded examples and {verb} "
        f"suggested by {own} only. "
        f"More examples needed, roughly: {', '.join(needs)}."
    )


def _auc(scores: NDArray[np.float64], applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the AUC of each code, shape (n_codes,): how often a line with it outranks one without; 0.5 if unknown."""
    support = applied.sum(axis=0)
    others = len(applied) - support
    if not len(applied):
        return np.full(applied.shape[1], 0.5)
    ranks = (rankdata(scores, axis=0) * applied).sum(axis=0)
    pairs = support * others
    won = ranks - support * (support + 1) / 2
    return np.asarray(np.divide(won, pairs, out=np.full(len(support), 0.5), where=pairs > 0), dtype=np.float64)


def _auc_of_judged(
    scores: NDArray[np.float64], applied: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the AUC of each code among the lines on which it was judged, shape (n_codes,)."""
    columns = [np.flatnonzero(judged[:, j]) for j in range(applied.shape[1])]
    return np.array([_auc(scores[rows, j : j + 1], applied[rows, j : j + 1])[0] for j, rows in enumerate(columns)])


def _is_significant(auc: float, n: int, others: int) -> bool:
    """Return whether an AUC is above one half beyond chance, by the normal approximation of the U statistic."""
    # A code on every line needs not be distinguished from anything.
    if not others:
        return True
    standard_error = math.sqrt((n + others + 1) / (12 * n * others))
    return bool((auc - 0.5) / standard_error > norm.isf(LEVEL))


def _more_examples(auc: float, n: int) -> int | None:
    """Return how many more examples would make an AUC significant, given many other lines."""
    if auc <= 0.5:
        return None
    needed = max(math.ceil((norm.isf(LEVEL) / (auc - 0.5)) ** 2 / 12), MIN_EXAMPLES)
    more = max(needed - n, 1)
    return None if n >= FEW_EXAMPLES and more > MAX_FACTOR * n else more


def _why(n: int, others: int) -> str:
    if n < MIN_EXAMPLES:
        return f"it is on {'only one' if n else 'no'} coded line"
    return f"its {count_of(n, 'held-out line')} did not rank above the other {others} beyond chance"
