"""How far two categories agree: the eight families of weights, or a matrix or rule of one's own."""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.errors import AgreementError

Family: TypeAlias = Literal["unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]
Weights: TypeAlias = Family | Sequence[Sequence[float]] | NDArray[Any] | Callable[[Any, Any], float]
Spacing: TypeAlias = Literal["values", "ranks"]

MOST_LABELS = 5000


def refuse_text(data: ReliabilityData) -> None:
    """Raise `AgreementError` where there are so many labels that they can be no categories."""
    if len(data.labels) > MOST_LABELS:
        raise AgreementError(
            f"there are {len(data.labels)} different labels, more than {MOST_LABELS}: these look like text or "
            "ids and not like categories; choose the column that holds the codes."
        )


def weights_of(data: ReliabilityData, weights: Weights, spacing: Spacing = "values") -> tuple[Array, str]:
    """Return the weight of every two labels, shape (n_labels, n_labels), and how it was made in words.

    Categories are spaced by their values where all are numbers, else by their ranks in the order of `data.labels`.
    """
    if spacing not in ("values", "ranks"):
        raise ValueError(f"categories are spaced by 'values' or by 'ranks', not by {spacing!r}.")
    refuse_text(data)
    if not isinstance(weights, str):
        return matrix_of(data.labels, weights, "weights"), "weights: custom"
    if weights not in _FAMILIES:
        raise ValueError(
            f"there are no weights {weights!r}; choose {', '.join(_FAMILIES)}, or give a matrix or a function of two "
            "labels."
        )
    if weights == "unweighted":
        return np.identity(len(data.labels)), "nominal: 0 if the same, else 1"
    numbers = [x for x in data.labels if isinstance(x, int | float)]
    by_value = spacing == "values" and len(numbers) == len(data.labels)
    x = np.array(numbers if by_value else range(1, len(data.labels) + 1), dtype=float)
    spaced = "by their values" if by_value else "by their ranks"
    if len(x) < 2:
        return np.identity(len(x)), f"weights: {weights}, categories spaced {spaced}"
    return _FAMILIES[weights](x), f"weights: {weights}, categories spaced {spaced}"


def matrix_of(labels: tuple[Hashable, ...], given: Any, what: str) -> Array:
    """Return a matrix, or the values of a function of two labels, once its shape and its numbers are right."""
    n = len(labels)
    table = [[given(a, b) for b in labels] for a in labels] if callable(given) else given
    try:
        matrix = np.array(table, dtype=float).reshape(0, 0) if n == 0 else np.array(table, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"the {what} are not all numbers, or their rows differ in length.") from None
    if matrix.shape != (n, n):
        raise ValueError(
            f"the {what} have the shape {matrix.shape}, but there are {n} categories; give {n} rows of {n}, "
            "in the order of data.labels."
        )
    if not np.isfinite(matrix).all():
        raise ValueError(f"the {what} hold a number that is not finite; give a finite one for every two categories.")
    return matrix


# Gwet, K. L. (2014). Handbook of inter-rater reliability (4th ed.), section 3.5, and irrCAC: w_kl for x_k and x_l


def _linear(x: Array) -> Array:
    return np.asarray(1 - _apart(x) / (x.max() - x.min()))


def _quadratic(x: Array) -> Array:
    return np.asarray(1 - _apart(x) ** 2 / (x.max() - x.min()) ** 2)


def _radical(x: Array) -> Array:
    return np.asarray(1 - np.sqrt(_apart(x)) / math.sqrt(x.max() - x.min()))


def _ordinal(x: Array) -> Array:
    rank = np.argsort(np.argsort(x))
    steps = np.abs(rank[:, None] - rank[None, :])
    pairs = steps * (steps + 1) / 2  # of the categories from k to l
    return np.asarray(1 - pairs / pairs.max())


def _ratio(x: Array) -> Array:
    apart = over(_apart(x), x[:, None] + x[None, :]) ** 2
    return np.asarray(1 - over(apart, over(x.max() - x.min(), x.max() + x.min()) ** 2))


def _circular(x: Array) -> Array:
    apart = np.sin(np.pi * _apart(x) / (x.max() - x.min() + 1)) ** 2
    return np.asarray(1 - apart / apart.max())


def _bipolar(x: Array) -> Array:
    both = x[:, None] + x[None, :]
    apart = over(_apart(x) ** 2, (both - 2 * x.min()) * (2 * x.max() - both))
    return np.asarray(1 - apart / apart.max())


def _apart(x: Array) -> Array:
    return np.abs(x[:, None] - x[None, :])


def over(above: Any, below: Any) -> Array:
    """Return the quotient, 0 where both are 0: two categories that are the same are no distance apart."""
    quotient = np.zeros(np.broadcast(above, below).shape)
    np.divide(above, below, out=quotient, where=np.asarray(below) != 0)
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
