"""Variation: in which share of the interviews of each group a code was met, and how much chance alone would do."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from autocode.codebook import CodeId
from autocode.display import Tabular, displayed
from autocode.errors import ThemesError
from autocode.tables import Table
from autocode.themes._incidence import UNKNOWN, Incidence
from autocode.wording import count_of, percent

N_EXACT = 200_000  # arrangements that are all looked at; beyond, random ones
N_DRAWS = 20_000
FEW = 5  # a group with fewer interviews has no interval
_TOLERANCE = 1e-9  # of differences that are equal in exact arithmetic
CHOSEN = "Participants were chosen on purpose, not drawn at random: the intervals show how little such numbers tell."


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """
    In how many interviews of a group a code was met.

    Attributes
    ----------
    k, n : int
        Number of interviews in which it was met, and of those in which it was judged.
    low, high : float
        Wilson's 95 % interval; NaN for groups with fewer than 5 interviews.
    """

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share; NaN where the code was judged in no interview."""
        return self.k / self.n if self.n else math.nan

    def __str__(self) -> str:
        interval = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.k}/{self.n}{interval}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    The difference between two groups, with Newcombe's 95 % interval.

    Attributes
    ----------
    value, low, high : float
        The first group's share minus the second's; the bounds are NaN where a group has fewer than 5 interviews.
    alone : float
        In which share of all arrangements of the attribute over the interviews the difference of this code is as
        large, whatever its direction.
    """

    value: float
    low: float
    high: float
    alone: float

    def __str__(self) -> str:
        interval = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:+.2f}{interval}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variation(Tabular):
    """
    How codes vary with an attribute of the participants; made by `variation`.

    Attributes
    ----------
    by : str
        The attribute.
    incidence : Incidence
        In which interviews each code was met.
    shares : mapping of CodeId to mapping of str to Share
        Each code's share in each group.
    differences : mapping of CodeId to Difference
        The difference between the two groups; empty where there are more than two.
    largest : float
        The largest difference of any code between any two groups.
    largest_code : CodeId
        The code that has it.
    as_large_somewhere : float
        How often as large a difference comes somewhere among all codes when the attribute is shuffled over the
        interviews.
    n_arrangements : int
        Number of arrangements that were looked at.
    exact : bool
        Whether these are all there are.
    """

    by: str
    incidence: Incidence
    shares: Mapping[CodeId, Mapping[str, Share]]
    differences: Mapping[CodeId, Difference]
    largest: float
    largest_code: CodeId
    as_large_somewhere: float
    n_arrangements: int
    exact: bool

    def _records(self) -> Iterable[dict[str, object]]:
        for code in self.incidence.codes:
            for value, share in self.shares[code].items():
                yield {
                    "code": code,
                    "name": self._name(code),
                    "by": self.by,
                    "group": value,
                    "with_code": share.k,
                    "interviews": share.n,
                    "share": share.value,
                    "share_low": share.low,
                    "share_high": share.high,
                }

    def to_json(self) -> dict[str, Any]:
        """Return all numbers as JSON holds them."""
        return {
            "by": self.by,
            "codes": {
                code: {
                    "groups": {
                        value: {"k": s.k, "n": s.n, "low": _number(s.low), "high": _number(s.high)}
                        for value, s in self.shares[code].items()
                    },
                    "difference": (
                        {"value": d.value, "low": _number(d.low), "high": _number(d.high), "alone": d.alone}
                        if (d := self.differences.get(code))
                        else None
                    ),
                }
                for code in self.incidence.codes
            },
            "largest_difference": self.largest,
            "code": self.largest_code,
            "as_large_somewhere_if_shuffled": self.as_large_somewhere,
            "arrangements": self.n_arrangements,
            "exact": self.exact,
            "left_out": list(self.incidence.left_out),
            "coded_by": self.incidence.coded_by,
        }

    def _name(self, code: CodeId) -> str:
        return self.incidence.names.get(code, str(code))

    def table(self) -> Table:
        """Return the codes with their share in each group."""
        groups = list(next(iter(self.shares.values())))
        head = ["code", *groups]
        rows = [[self._name(code), *map(str, self.shares[code].values())] for code in self.incidence.codes]
        if self.differences:
            head += ["difference", "alone"]
            for row, code in zip(rows, self.incidence.codes, strict=True):
                row += [str(self.differences[code]), f"{self.differences[code].alone:.3f}"]
        return Table(head=tuple(head), rows=tuple(map(tuple, rows)))

    def __str__(self) -> str:
        arrangements = f"all {self.n_arrangements:,}" if self.exact else f"{self.n_arrangements:,} random"
        return "\n".join(
            [
                self.table().text(),
                "",
                f"Interviews with the code, of those in which it was judged, by {self.by}, with 95 % intervals.",
                f"The largest difference, {self.largest:.2f} of {self._name(self.largest_code)}, or a "
                f"larger one, comes somewhere among the {count_of(len(self.incidence.codes), 'code')} in "
                f"{percent(self.as_large_somewhere, decimals=1)} of {arrangements} arrangements of "
                f"{self.by} over the interviews.",
                CHOSEN,
            ]
        )


def wilson(k: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """
    Return Wilson's interval of a share.

    Parameters
    ----------
    k, n : int
        Number of cases, and of all.
    level : float, default 0.95
        Confidence level.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
    Statistical Association 22, 209-212.

    Examples
    --------
    >>> from autocode.themes import wilson
    >>> [round(bound, 4) for bound in wilson(14, 16)]
    [0.6398, 0.965]
    """
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share.")
    z = float(norm.ppf((1 + level) / 2))
    centre = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(k * (n - k) / n + z**2 / 4)
    return max(0.0, centre - half), min(1.0, centre + half)


def newcombe(k1: int, n1: int, k2: int, n2: int, *, level: float = 0.95) -> tuple[float, float]:
    """
    Return Newcombe's interval of the difference of two shares (his method 10).

    Parameters
    ----------
    k1, n1 : int
        Number of cases, and of all, in the first group.
    k2, n2 : int
        The same in the second.
    level : float, default 0.95
        Confidence level.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison of
    eleven methods. Statistics in Medicine 17, 873-890.

    Examples
    --------
    >>> from autocode.themes import newcombe
    >>> [round(bound, 3) for bound in newcombe(14, 16, 2, 6)]
    [0.106, 0.795]
    """
    low1, high1 = wilson(k1, n1, level=level)
    low2, high2 = wilson(k2, n2, level=level)
    p1, p2 = k1 / n1, k2 / n2
    difference = p1 - p2
    low = difference - math.hypot(p1 - low1, high2 - p2)
    high = difference + math.hypot(high1 - p1, p2 - low2)
    return low, high


def variation(incidence: Incidence, by: str, *, seed: int = 0) -> Variation:
    """
    Return in which share of the interviews of each group every code was met, and how much chance alone would do.

    Participants of whom the attribute is not known are a group in the table, and are not compared.

    Parameters
    ----------
    incidence : Incidence
        In which interviews each code was met.
    by : str
        An attribute of the participants, such as "role".
    seed : int, default 0
        Random seed; used where there are more than 200,000 arrangements.

    Raises
    ------
    ThemesError
        If no participant has the attribute, all have one value of it, or each has a value of their own.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.themes import Incidence, variation
    >>> incidence = Incidence(
    ...     interviews=("GP1", "GP2", "PM1", "PM2"),
    ...     codes=("phone",),
    ...     met=np.array([[1], [1], [0], [0]]),
    ...     attributes={name: {"role": name[:2]} for name in ("GP1", "GP2", "PM1", "PM2")},
    ... )
    >>> found = variation(incidence, "role")
    >>> str(found.shares["phone"]["GP"]), round(found.as_large_somewhere, 3)
    ('2/2', 0.333)
    """
    groups = incidence.groups(by)
    compared = [value for value in groups if value != UNKNOWN]
    n_known = sum(len(groups[value]) for value in compared)
    if len(compared) < 2:
        raise ThemesError(f"all participants have the same {by} ({compared[0]}); there is nothing to compare.")
    if len(compared) == n_known:
        raise ThemesError(f"each participant has a {by} of their own; there is nothing to compare.")
    row = {name: k for k, name in enumerate(incidence.interviews)}
    met = {value: incidence.met[[row[name] for name in names]] for value, names in groups.items()}
    shares = {
        code: {value: _share(table[:, column]) for value, table in met.items()}
        for column, code in enumerate(incidence.codes)
    }
    known = np.concatenate([met[value] for value in compared])
    sizes = [len(met[value]) for value in compared]
    observed = _spreads(known, _labels(sizes)[None, :], len(sizes))[0]
    if np.isnan(observed).all():
        raise ThemesError(f"no code was judged in two groups of {by}; there is nothing to compare.")
    arrangements, exact = _arrangements(sizes, seed)
    parts = (part for part in np.array_split(arrangements, 64) if len(part))
    spreads = np.concatenate([_spreads(known, part, len(sizes)) for part in parts])
    largest = float(np.nanmax(observed))
    alone = (spreads >= observed - _TOLERANCE).mean(axis=0)
    somewhere = float((np.nanmax(spreads, axis=1) >= largest - _TOLERANCE).mean())
    differences = {}
    if len(compared) == 2:
        first, second = compared
        differences = {
            code: _difference(shares[code][first], shares[code][second], alone=float(alone[column]))
            for column, code in enumerate(incidence.codes)
            if not math.isnan(observed[column])
        }
    return Variation(
        by=by,
        incidence=incidence,
        shares=shares,
        differences=differences,
        largest=largest,
        largest_code=incidence.codes[int(np.nanargmax(observed))],
        as_large_somewhere=somewhere,
        n_arrangements=len(arrangements),
        exact=exact,
    )


def _share(column: NDArray[np.int8]) -> Share:
    k, n = int((column == 1).sum()), int((column >= 0).sum())
    low, high = wilson(k, n) if n >= FEW else (math.nan, math.nan)
    return Share(k=k, n=n, low=low, high=high)


def _difference(first: Share, second: Share, *, alone: float) -> Difference:
    bounds = (math.nan, math.nan)
    if min(first.n, second.n) >= FEW:
        bounds = newcombe(first.k, first.n, second.k, second.n)
    return Difference(value=first.value - second.value, low=bounds[0], high=bounds[1], alone=alone)


def _labels(sizes: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(sizes)), sizes)


def _arrangements(sizes: Sequence[int], seed: int) -> tuple[NDArray[np.int64], bool]:
    """Return the group of each interview in all arrangements, or in random ones where there are too many."""
    n, labels = sum(sizes), _labels(sizes)
    count = math.factorial(n)
    for size in sizes:
        count //= math.factorial(size)
    if len(sizes) == 2 and count <= N_EXACT:
        arrangements = np.ones((count, n), dtype=np.int64)
        chosen = np.array(list(combinations(range(n), sizes[0])), dtype=np.int64)
        np.put_along_axis(arrangements, chosen, 0, axis=1)
        return arrangements, True
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(labels, (N_DRAWS, 1)), axis=1), False


def _spreads(met: NDArray[np.int8], labels: NDArray[np.int64], n_groups: int) -> NDArray[np.float64]:
    """Return the largest difference of each code between two groups, shape (n_arrangements, n_codes)."""
    judged, applied = (met >= 0).astype(float), (met == 1).astype(float)
    shares = []
    with np.errstate(invalid="ignore"):
        for group in range(n_groups):
            member = (labels == group).astype(float)
            shares.append((member @ applied) / (member @ judged))
    stacked = np.stack(shares)
    defined = (~np.isnan(stacked)).sum(axis=0) > 1
    highest = np.where(np.isnan(stacked), -np.inf, stacked).max(axis=0)
    lowest = np.where(np.isnan(stacked), np.inf, stacked).min(axis=0)
    return np.where(defined, highest - lowest, np.nan)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
