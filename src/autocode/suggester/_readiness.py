"""Which codes have not yet earned their suggestions, and how many more examples would help."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from autocode.codebook import Code, CodeId
from autocode.suggester.model._model import LineModel

# A code has earned its suggestions when chance would rank its held-out lines so far up in one study of twenty.
CHANCE = 0.05
# One line cannot be both learnt from and held out.
FEWEST = 2
# How far up a code's lines rank is drawn towards what holds for all codes, as if so many more lines had told of it.
SHRINK = 3.0
# Where no code tells yet: lines of a code stand above three of four others.
USUAL = 0.75
# Before a code has so many examples nobody can say that examples do not help it; it counts as ranked so at least.
TRIED, SLOW = 10, 0.6
# Beyond so many times the examples that there are, the number is no longer worth saying.
BEYOND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedCode:
    """A code whose suggestions do not rest on coded lines yet: only its definition speaks for it.

    Attributes
    ----------
    examples : coded lines that have it.
    more : about how many more examples would help; None where examples alone have not helped.
    why : what is missing, as a part of a sentence.
    """

    code: CodeId
    name: str
    examples: int
    more: int | None
    why: str

    @property
    def remedy(self) -> str:
        """What would help, as a part of a sentence."""
        if self.more is None:
            return "more examples alone have not helped: sharpen its definition, or see what it is confused with"
        return f"about {self.more} more {'example' if self.more == 1 else 'examples'} would help"

    def __str__(self) -> str:
        return f"{self.name!r} has not yet earned its suggestions: {self.why}; {self.remedy}."


def unsupported(model: LineModel, codes: Sequence[Code], applied: NDArray[np.bool_]) -> tuple[UnsupportedCode, ...]:
    """Return the codes whose held-out lines a model did not rank above the other lines further than chance would.

    The evidence of a code is its own: the ranks of the lines that humans gave it, each scored by a model that had not
    seen the line's fold (Mann and Whitney's test, one-sided). How many more examples would help follows from how far
    up they rank now: so many as the same ranks would need to be beyond chance.

    References
    ----------
    Mann & Whitney (1947), On a test of whether one of two random variables is stochastically larger than the other.
    """
    held = applied.sum(axis=0)
    above = _above(model.held_out, applied)
    known = held >= FEWEST
    weight = np.where(known, held, 0)
    usual = float(weight @ np.where(known, above, 0.0) / weight.sum()) if known.any() else USUAL
    # The usual code is no better than chance only where nothing is learnt at all.
    usual = usual if usual > 0.5 else USUAL
    found = []
    for j, code in enumerate(codes):
        n, others = int(held[j]), len(applied) - int(held[j])
        if n >= FEWEST and _beyond_chance(above[j], n, others):
            continue
        drawn = (n * above[j] + SHRINK * usual) / (n + SHRINK) if n >= FEWEST else usual
        drawn = drawn if n >= TRIED else max(drawn, SLOW)
        found.append(
            UnsupportedCode(code=code.id, name=code.name, examples=n, more=_more(drawn, n), why=_why(n, others))
        )
    return tuple(found)


def describe_unsupported(waiting: Sequence[UnsupportedCode], *, of: int) -> str:
    """Return in one sentence which codes wait, those that lack least first.

    Empty where none does, and where no code is on any line: then the suggester says of itself what it rests on.
    """
    if not waiting or (not any(one.examples for one in waiting) and len(waiting) == of):
        return ""
    order = sorted(waiting, key=lambda one: (one.more is None, one.more or 0, one.name))
    told = [f"{one.name} ({'more examples alone do not help' if one.more is None else one.more})" for one in order]
    return (
        f"{len(waiting)} of {of} codes are not yet suggested by what was learnt, but by their definitions only; about "
        f"so many more examples would help: {', '.join(told)}."
    )


def _above(scores: NDArray[np.float64], applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of other lines that a line of each code stands above, shape (n_codes,); a half where unknown."""
    held = applied.sum(axis=0)
    others = len(applied) - held
    if not len(applied):
        return np.full(applied.shape[1], 0.5)
    ranks = (rankdata(scores, axis=0) * applied).sum(axis=0)
    pairs = held * others
    won = ranks - held * (held + 1) / 2
    return np.asarray(np.divide(won, pairs, out=np.full(len(held), 0.5), where=pairs > 0), dtype=np.float64)


def _beyond_chance(above: float, n: int, others: int) -> bool:
    # A code on every line is told apart from nothing, and needs not be.
    if not others:
        return True
    spread = math.sqrt((n + others + 1) / (12 * n * others))
    return bool((above - 0.5) / spread > norm.isf(CHANCE))


def _more(above: float, n: int) -> int | None:
    """Return how many more examples lines that rank so would need, were there very many others."""
    if above <= 0.5:
        return None
    needed = max(math.ceil((norm.isf(CHANCE) / (above - 0.5)) ** 2 / 12), FEWEST)
    more = max(needed - n, 1)
    return None if n >= TRIED and more > BEYOND * n else more


def _why(n: int, others: int) -> str:
    if n < FEWEST:
        return f"it is on {'one coded line' if n else 'no coded line'}{' only' if n else ''}"
    return f"held out, its {n} coded lines did not rank above the other {others} further than by chance"
