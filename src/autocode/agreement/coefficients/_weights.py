"""How far two categories agree: the eight families of weights, or a matrix or function of the caller's own."""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.errors import AgreementError
from autocode.wording import count_of

Family: TypeAlias = Literal["unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]
Weights: TypeAlias = Family | Sequence[Sequence[float]] | NDArray[Any] | Callable[[Any, Any], float]
Spacing: TypeAlias = Literal["values", "ranks"]

NOMINAL = "nominal: 0 if the same, else 1"
# A matrix of this many labels takes 200 MB. More different labels are not categories, but text or ids in the wrong
# column.
MOST_LABELS = 5000


def refuse_text(data: ReliabilityData) -> None:
    """Raise `AgreementError` if there are too many labels for them to be categories."""
    if len(data.labels) > MOST_LABELS:
        raise AgreementError(
            f"there are {count_of(len(data.labels), 'different label')}, more than {MOST_LABELS}: these look "
            "like text or "
            "ids and not like categories; choose the column that holds the codes."
        )


def weight_matrix(data: ReliabilityData, weights: Weights, spacing: Spacing = "values") -> tuple[Array, str]:
    """Return the weight of each pair of labels, shape (n_labels, n_labels), and how it was made, in words.

    Categories are spaced by their values where all are numbers, otherwise by their ranks in the order of `data.labels`.
    """
    if spacing not in ("values", "ranks"):
        raise ValueError(f"categories are spaced by 'values' or by 'ranks', not by {spacing!r}.")
    refuse_text(data)
    if not isinstance(weights, str):
        return checked_matrix(data.labels, weights, "weights"), "weights: custom"
    if weights not in _FAMILIES:
        raise ValueError(
            f"there are no weights {weights!r}; choose {', '.join(_FAMILIES)}, or give a matrix or a function of two "
            "labels."
        )
    if weights == "unweighted":
        return np.identity(len(data.labels)), NOMINAL
    numbers = [x for x in data.labels if isinstance(x, int | float)]
    by_value = spacing == "values" and len(numbers) == len(data.labels)
    x = np.array(numbers if by_value else range(1, len(data.labels) + 1), dtype=float)
    description = f"weights: {weights}, categories spaced by their {'values' if by_value else 'ranks'}"
    return (_FAMILIES[weights](x) if len(x) >= 2 else np.identity(len(x))), description


def checked_matrix(labels: tuple[Hashable, ...], given: Any, name: str) -> Array:
    """Return a matrix, or the values of a function of two labels, after checking its shape and its numbers."""
    n = len(labels)
    table = [[given(a, b) for b in labels] for a in labels] if callable(given) else given
    try:
        matrix = np.array(table, dtype=float).reshape(0, 0) if n == 0 else np.array(table, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"the {name} are not all numbers, or their rows differ in length.") from None
    if matrix.shape != (n, n):
        raise ValueError(
            f"the {name} have the shape {matrix.shape}, but there are "
            f"{count_of(n, 'category', plural='categories')}; give {count_of(n, 'row')} of {n}, "
            "in the order of data.labels."
        )
    if not np.isfinite(matrix).all():
        raise ValueError(f"the {name} hold a number that is not finite; give a finite one for each pair of categories.")
    return matrix


# Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), section 3.5, and irrCAC: w_kl for x_k and x_l


def _linear(x: Array) -> Array:
    return np.asarray(1 - _distances(x) / (x.max() - x.min()))


def _quadratic(x: Array) -> Array:
    return np.asarray(1 - _distances(x) ** 2 / (x.max() - x.min()) ** 2)


def _radical(x: Array) -> Array:
    return np.asarray(1 - np.sqrt(_distances(x)) / math.sqrt(x.max() - x.min()))


def _ordinal(x: Array) -> Array:
    rank = np.argsort(np.argsort(x))
    steps = np.abs(rank[:, None] - rank[None, :])
    pairs = steps * (steps + 1) / 2  # of the categories from k to l
    return np.asarray(1 - pairs / pairs.max())


def _ratio(x: Array) -> Array:
    delta = quotient_or_zero(_distances(x), x[:, None] + x[None, :]) ** 2
    return np.asarray(1 - quotient_or_zero(delta, quotient_or_zero(x.max() - x.min(), x.max() + x.min()) ** 2))


def _circular(x: Array) -> Array:
    delta = np.sin(np.pi * _distances(x) / (x.max() - x.min() + 1)) ** 2
    return np.asarray(1 - delta / delta.max())


def _bipolar(x: Array) -> Array:
    both = x[:, None] + x[None, :]
    delta = quotient_or_zero(_distances(x) ** 2, (both - 2 * x.min()) * (2 * x.max() - both))
    return np.asarray(1 - delta / delta.max())


def _distances(x: Array) -> Array:
    return np.abs(x[:, None] - x[None, :])


def quotient_or_zero(numerator: Any, denominator: Any) -> Array:
    """Return the quotient, 0 where the denominator is 0: there both categories are the same."""
    quotient = np.zeros(np.broadcast(numerator, denominator).shape)
    np.divide(numerator, denominator, out=quotient, where=np.asarray(denominator) != 0)
    return quotient


_FAMILIES: dict[str, Callable[[Array], Array]] = {
    "unweighted": lambda x: np.identity(len(x)),
    "linear": _linear,
    "quadratic": _quadratic,
    "ordinal": _ordinal,
    "radical": _radical,
    "ratio": _ratio,
    "circular": _circular,
    "bipolar": _bipolar,
}
