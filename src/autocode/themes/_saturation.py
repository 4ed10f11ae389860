"""Saturation: when codes were first met, what the next interview may bring, and what that says of codes unmet."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import chi2, norm

from autocode.codebook import CodeId
from autocode.display import Tabular, displayed
from autocode.errors import ThemesError
from autocode.frozen import FrozenMapping
from autocode.tables import Table
from autocode.themes._incidence import Incidence, Met
from autocode.transcripts import TranscriptId
from autocode.wording import count_of, listing, percent

Floats = NDArray[np.float64]
Missed = Literal["too few", "no codes in the base", "never below the threshold"]

COMMON = "Saturation is about what is common: codes that few participants hold are met late, or never."
_FIXED = (
    "All codes existed before the first interview was coded, so this tells when each was first met; it does not tell "
    "that nothing new came up."
)
_Z = float(norm.ppf(0.975))


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    A rule of saturation, applied to one order of interviews.

    Attributes
    ----------
    base, run : int
        Number of interviews of the base and of a run.
    threshold : float
        The largest share of new codes, of those of the base, at which the rule is met.
    base_codes : int
        Number of codes of the base.
    ratios : tuple of (int, int, int, float)
        First and last interview of each run, counted from 1, its number of new codes, and their share of the base.
    met_at : int or None
        The number of interviews before the first run that meets the rule; None if there is none.
    why_not : str or None
        Why the rule is not met.
    new_afterwards : int or None
        Number of codes that came after that run.
    """

    base: int
    run: int
    threshold: float
    base_codes: int
    ratios: tuple[tuple[int, int, int, float], ...]
    met_at: int | None
    why_not: Missed | None
    new_afterwards: int | None

    @property
    def notation(self) -> str | None:
        """How the result is written: "6+2" for six interviews and a run of two; None if the rule is not met."""
        return None if self.met_at is None else f"{self.met_at}+{self.run}"

    def __str__(self) -> str:
        what = f"rule with base {self.base}, run {self.run}, new at most {percent(self.threshold)}"
        if self.met_at is None:
            needed = f"too few interviews for one run, which needs {self.base + self.run}"
            return f"{what}: not met ({needed if self.why_not == 'too few' else self.why_not})"
        after = f"{count_of(self.new_afterwards or 0, 'code')} came afterwards"
        return f"{what}: {self.notation}; {after}"


def saturation_rule(
    new: Sequence[int] | NDArray[np.int64], *, base: int = 4, run: int = 2, threshold: float = 0.05
) -> Rule:
    """
    Return where a rule of saturation is met in one order of interviews.

    The rule is met by the first run of interviews after the base that brings at most `threshold` as many new codes as
    the base has codes. With `base=10, run=3, threshold=0` it is the 10+3 rule of Francis et al.

    Parameters
    ----------
    new : sequence of int, length n_interviews
        Number of codes that each interview brought, in order.
    base : int, default 4
        Number of interviews of the base.
    run : int, default 2
        Number of interviews of a run.
    threshold : float, default 0.05
        The largest share of new codes, 0 or more.

    Raises
    ------
    ValueError
        If `base` or `run` is less than 1, or `threshold` is negative.

    References
    ----------
    Guest, G., Namey, E. & Chen, M. (2020). A simple method to assess and report thematic saturation in qualitative
    research. PLoS ONE 15(5), e0232076.
    Francis, J. J. et al. (2010). What is an adequate sample size? Operationalising data saturation for theory-based
    interview studies. Psychology & Health 25, 1229-1245.

    Examples
    --------
    >>> from autocode.themes import saturation_rule
    >>> saturation_rule([16, 9, 7, 5, 4, 3, 1, 0]).notation
    '6+2'
    """
    if base < 1 or run < 1 or not threshold >= 0:
        raise ValueError(
            f"a rule has a base and a run of at least 1 and a threshold of at least 0, not {base}, {run}, {threshold}."
        )
    counts = [int(n) for n in new]
    n_base = sum(counts[:base])
    ratios: list[tuple[int, int, int, float]] = []
    if n_base:
        for start in range(base, len(counts) - run + 1):
            n_new = sum(counts[start : start + run])
            ratios.append((start + 1, start + run, n_new, n_new / n_base))
    met_at = next((first - 1 for first, _, _, ratio in ratios if ratio <= threshold), None)
    why_not: Missed | None = None
    if met_at is None:
        why_not = (
            "too few"
            if len(counts) < base + run
            else "no codes in the base"
            if not n_base
            else "never below the threshold"
        )
    return Rule(
        base=base,
        run=run,
        threshold=threshold,
        base_codes=n_base,
        ratios=tuple(ratios),
        met_at=met_at,
        why_not=why_not,
        new_afterwards=None if met_at is None else sum(counts[met_at + run :]),
    )


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class NextInterview:
    """
    How many new codes one more interview is expected to bring.

    Attributes
    ----------
    expected : float
        The expected number of new codes (Good-Turing).
    at_most : float
        Its upper bound.
    level : float
        The confidence level of the bound, one-sided.
    """

    expected: float
    at_most: float
    level: float

    def __str__(self) -> str:
        return (
            f"the next interview is expected to bring {self.expected:.2f} new codes, at most {self.at_most:.2f} "
            f"({percent(self.level)} bound)"
        )


def next_interview(n_singletons: int, n_interviews: int, *, level: float = 0.95) -> NextInterview:
    """
    Return how many new codes one more interview is expected to bring, with an upper bound.

    The number of codes met in a single interview, divided by the number of interviews, estimates it without bias
    (Good-Turing); the bound takes that number as Poisson (Garwood). With no such code it is the rule of three.

    Parameters
    ----------
    n_singletons : int
        Number of codes met in a single interview.
    n_interviews : int
        Number of interviews, at least 1.
    level : float, default 0.95
        Confidence level of the bound.

    Raises
    ------
    ValueError
        If there is no interview, or the level does not lie between 0 and 1.

    References
    ----------
    Good, I. J. (1953). The population frequencies of species and the estimation of population parameters.
    Biometrika 40, 237-264.
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> from autocode.themes import next_interview
    >>> print(next_interview(0, 22))
    the next interview is expected to bring 0.00 new codes, at most 0.14 (95 % bound)
    """
    if n_interviews < 1:
        raise ValueError("without an interview nothing can be said of the next one.")
    if not 0 < level < 1:
        raise ValueError(f"the level lies between 0 and 1, not at {level}.")
    at_most = float(chi2.ppf(level, 2 * n_singletons + 2)) / (2 * n_interviews)
    return NextInterview(expected=n_singletons / n_interviews, at_most=at_most, level=level)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Richness:
    """
    A lower bound of the number of codes that could be met, by Chao2.

    Attributes
    ----------
    value, se : float
        The estimate and its standard error.
    low, high : float
        Log-normal 95 % interval.
    coverage : float
        The estimated share of all occurrences of codes that belong to codes already met; NaN without occurrences.
    """

    value: float
    se: float
    low: float
    high: float
    coverage: float


def chao2(incidence: Incidence) -> Richness:
    """
    Return at least how many codes could be met in such interviews, with the coverage of the sample.

    It is a lower bound: codes that few people hold leave no trace in any sample. In simulated studies its 95 % interval
    contained the true number in 41 to 87 % of them.

    Parameters
    ----------
    incidence : Incidence
        In which interviews each code was met.

    References
    ----------
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal catchability.
    Biometrics 43, 783-791.
    Chao, A. & Jost, L. (2012). Coverage-based rarefaction and extrapolation. Ecology 93, 2533-2547.
    """
    counts = _occurrences(incidence.met)
    m, observed = len(incidence.interviews), int((counts > 0).sum())
    q1, q2, total = int((counts == 1).sum()), int((counts == 2).sum()), int(counts.sum())
    a = (m - 1) / m if m else 0.0
    variance = 0.0
    value = float(observed)
    if q1 and q2:
        ratio = q1 / q2
        value += a * q1**2 / (2 * q2)
        variance = q2 * (a * ratio**2 / 2 + a**2 * ratio**3 + a**2 * ratio**4 / 4)
    elif q1 > 1:
        value += a * q1 * (q1 - 1) / 2
        variance = a * q1 * (q1 - 1) / 2 + a**2 * q1 * (2 * q1 - 1) ** 2 / 4 - a**2 * q1**4 / (4 * value)
    unmet = value - observed
    factor = math.exp(_Z * math.sqrt(math.log1p(variance / unmet**2))) if unmet > 0 else 1.0
    coverage = math.nan
    if total:
        rest = (m - 1) * q1 + 2 * q2
        coverage = 1 - (q1 / total) * ((m - 1) * q1 / rest if rest else 0.0)
    return Richness(
        value=value,
        se=math.sqrt(variance),
        low=observed + unmet / factor,
        high=observed + unmet * factor,
        coverage=coverage,
    )


def accumulation(incidence: Incidence) -> tuple[Floats, Floats]:
    """
    Return how many codes t of the interviews are expected to hold, over all orders, and its standard deviation.

    Both are exact (sampling without replacement), not simulated.

    Parameters
    ----------
    incidence : Incidence
        In which interviews each code was met.

    Returns
    -------
    tuple of ndarray of float, each of shape (n_interviews,)
        Mean and standard deviation for t = 1, 2, ... interviews.

    References
    ----------
    Colwell, R. K., Mao, C. X. & Chang, J. (2004). Interpolating, extrapolating, and comparing incidence-based species
    accumulation curves. Ecology 85, 2717-2727.
    """
    absent = 1.0 - (incidence.met == 1)
    m = len(absent)
    without = absent.sum(axis=0)
    without_both = absent.T @ absent
    means, deviations = np.zeros(m), np.zeros(m)
    for t in range(1, m + 1):
        p = _share_of_draws(without, m, t)
        pairs = _share_of_draws(without_both, m, t)
        means[t - 1] = (1 - p).sum()
        deviations[t - 1] = math.sqrt(max((pairs - np.outer(p, p)).sum(), 0.0))
    return means, deviations


def _share_of_draws(n_without: Floats, m: int, t: int) -> Floats:
    """Return C(n, t) / C(m, t): the share of draws of t interviews that hold only such without a code."""
    possible = n_without >= t
    n = np.where(possible, n_without, t)
    logs = gammaln(n + 1) - gammaln(n - t + 1) - gammaln(m + 1) + gammaln(m - t + 1)
    return np.where(possible, np.exp(logs), 0.0)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """
    Where a rule is met in random orders of the same interviews.

    Attributes
    ----------
    n_orders : int
        Number of random orders.
    met_at : tuple of int or None
        5, 50 and 95 % of the number of interviews before the run that meets the rule, among the orders in which it is
        met; None if it is met in none.
    never : float
        Share of orders in which it is not met.
    known_by_then : tuple of float or None
        5, 50 and 95 % of the share of all codes that had been met by then.
    """

    n_orders: int
    met_at: tuple[int, int, int] | None
    never: float
    known_by_then: tuple[float, float, float] | None


def rule_in_random_orders(
    incidence: Incidence,
    *,
    base: int = 4,
    run: int = 2,
    threshold: float = 0.05,
    n_orders: int = 2000,
    seed: int = 0,
) -> Orders:
    """
    Return where a rule of saturation would be met had the interviews come in another order.

    Parameters
    ----------
    incidence : Incidence
        In which interviews each code was met.
    base, run : int, default 4 and 2
        As in `saturation_rule`.
    threshold : float, default 0.05
        As in `saturation_rule`.
    n_orders : int, default 2000
        Number of random orders.
    seed : int, default 0
        Random seed.

    References
    ----------
    Constantinou, C. S., Georgiou, M. & Perdikogianni, M. (2017). A comparative method for themes saturation (CoMeTS)
    in qualitative interviews. Qualitative Research 17, 571-588.
    Tran, V.-T. et al. (2016). Point of data saturation was assessed using resampling methods in a survey with
    open-ended questions. Journal of Clinical Epidemiology 80, 88-96.
    """
    if n_orders < 1:
        raise ValueError(f"at least one order is needed, not {n_orders}.")
    rng = np.random.default_rng(seed)
    met = incidence.met == 1
    n_codes = int(met.any(axis=0).sum())
    reached, known = [], []
    for _ in range(n_orders):
        new = _new_codes(met[rng.permutation(len(met))])
        at = saturation_rule(new, base=base, run=run, threshold=threshold).met_at
        if at is not None:
            reached.append(at)
            known.append(float(new[:at].sum()) / n_codes)
    if not reached:
        return Orders(n_orders=n_orders, met_at=None, never=1.0, known_by_then=None)
    at_5, at_50, at_95 = (int(n) for n in np.quantile(reached, [0.05, 0.5, 0.95], method="inverted_cdf"))
    known_5, known_50, known_95 = (float(n) for n in np.quantile(known, [0.05, 0.5, 0.95], method="inverted_cdf"))
    return Orders(
        n_orders=n_orders,
        met_at=(at_5, at_50, at_95),
        never=1 - len(reached) / n_orders,
        known_by_then=(known_5, known_50, known_95),
    )


def _occurrences(met: Met) -> NDArray[np.int64]:
    return np.asarray((met == 1).sum(axis=0), dtype=np.int64)


def _new_codes(met: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many codes each interview brought that none before it had."""
    seen = np.maximum.accumulate(met, axis=0).sum(axis=1)
    return np.asarray(np.diff(seen, prepend=0), dtype=np.int64)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Saturation(Tabular):
    """
    What the interviews so far tell about codes not met yet; made by `saturation`.

    Attributes
    ----------
    incidence : Incidence
        In which interviews each code was met.
    new : tuple of int
        Number of codes that each interview brought, in order.
    rule, francis : Rule
        The rule that was asked for, and 10+3 without any new code.
    next : NextInterview
        What one more interview is expected to bring: the number to lead with.
    richness : Richness
        At least how many codes could be met, and the coverage.
    mean, sd : ndarray of float, shape (n_interviews,)
        The expected number of codes of 1, 2, ... interviews over all orders, and its standard deviation.
    orders : Orders
        The rule in random orders.
    n_added : int
        Number of codes that were added to the codebook while interviews were coded.
    groups : mapping of str to Saturation, or empty
        The same for each group of participants.
    too_small : mapping of str to int
        Groups with too few interviews for one run, and how many they have.
    """

    incidence: Incidence
    new: tuple[int, ...]
    rule: Rule
    francis: Rule
    next: NextInterview
    richness: Richness
    mean: Floats
    sd: Floats
    orders: Orders
    n_added: int = 0
    groups: "Mapping[str, Saturation]" = field(default_factory=lambda: FrozenMapping({}))
    too_small: Mapping[str, int] = field(default_factory=lambda: FrozenMapping({}))

    @property
    def first_met(self) -> dict[CodeId, TranscriptId | None]:
        """The interview in which each code was first met; None if it never was."""
        met = self.incidence.met == 1
        return {
            code: self.incidence.interviews[int(met[:, column].argmax())] if met[:, column].any() else None
            for column, code in enumerate(self.incidence.codes)
        }

    def _records(self) -> Iterable[dict[str, object]]:
        for group, found in (("", self), *self.groups.items()):
            n_met = 0
            for number, interview in enumerate(found.incidence.interviews):
                n_met += found.new[number]
                yield {
                    "group": group,
                    "interview": interview,
                    "new": found.new[number],
                    "met": n_met,
                    "expected": float(found.mean[number]),
                    "expected_sd": float(found.sd[number]),
                }

    def to_json(self) -> dict[str, Any]:
        """Return all numbers as JSON holds them."""
        record = self._record()
        record["groups"] = {value: group._record() for value, group in self.groups.items()}
        record["too_small"] = dict(self.too_small)
        return record

    def _record(self) -> dict[str, Any]:
        return {
            "interviews": list(self.incidence.interviews),
            "order": self.incidence.order,
            "coded_by": self.incidence.coded_by,
            "left_out": list(self.incidence.left_out),
            "codes": list(self.incidence.codes),
            "codes_met": int((self.incidence.met == 1).any(axis=0).sum()),
            "codes_added_while_coding": self.n_added,
            "first_met": self.first_met,
            "next": {"expected": self.next.expected, "at_most": self.next.at_most, "level": self.next.level},
            "new": list(self.new),
            "rule": _rule_record(self.rule),
            "francis": _rule_record(self.francis),
            "orders": {
                "n": self.orders.n_orders,
                "met_at_5_50_95": self.orders.met_at and list(self.orders.met_at),
                "never": self.orders.never,
                "share_of_codes_known_5_50_95": self.orders.known_by_then and list(self.orders.known_by_then),
            },
            "at_least": {
                "chao2": self.richness.value,
                "se": self.richness.se,
                "low": self.richness.low,
                "high": self.richness.high,
            },
            "coverage": None if math.isnan(self.richness.coverage) else self.richness.coverage,
            "expected_codes": self.mean.tolist(),
            "sd_over_orders": self.sd.tolist(),
        }

    def __str__(self) -> str:
        parts = [self._text()]
        parts += [f"{value}:\n{group._text()}" for value, group in self.groups.items()]
        parts += [
            f"{value}: too few interviews for one run ({n}; {self.rule.base + self.rule.run} are needed)."
            for value, n in self.too_small.items()
        ]
        return "\n\n".join(parts)

    def _text(self) -> str:
        n = len(self.incidence.interviews)
        order = "their dates" if self.incidence.order == "date" else "the files"
        sentences = [
            _sentence(self.next),
            f"{count_of(n, 'interview')} in the order of {order}; codes by "
            f"{'consensus' if self.incidence.coded_by == 'consensus' else 'any coder'}.",
            f"New codes: {', '.join(map(str, self.new))}.",
            _sentence(self.rule),
            _sentence(self.francis),
            self._orders_text(),
            f"At least {self.richness.value:.1f} codes could be met [{self.richness.low:.1f}, "
            f"{self.richness.high:.1f}] (Chao2, a lower bound).",
        ]
        if not math.isnan(self.richness.coverage):
            sentences.append(
                f"Coverage: {percent(self.richness.coverage)} of all occurrences are of codes already met."
            )
        if self.incidence.left_out:
            sentences.append(f"Left out, because not every line was read: {listing(self.incidence.left_out)}.")
        if self.n_added:
            sentences.append(f"{count_of(self.n_added, 'code')} came into the codebook while interviews were coded.")
        else:
            sentences.append(_FIXED)
        sentences.append(COMMON)
        return "\n".join(sentences)

    def _orders_text(self) -> str:
        orders = self.orders
        if orders.met_at is None or orders.known_by_then is None:
            return f"In none of {orders.n_orders:,} random orders is the rule met."
        low, middle, high = orders.met_at
        known = [percent(share) for share in orders.known_by_then]
        return (
            f"In {orders.n_orders:,} random orders it is met after {low} to {high} interviews (5 % and 95 %; median "
            f"{middle}), never in {percent(orders.never)}; by then {known[0]} to {known[2]} of the codes had been met."
        )


def _sentence(words: object) -> str:
    text = str(words)
    return f"{text[:1].upper()}{text[1:]}."


def _rule_record(rule: Rule) -> dict[str, Any]:
    return {
        "base": rule.base,
        "run": rule.run,
        "threshold": rule.threshold,
        "base_codes": rule.base_codes,
        "ratios": [list(ratio) for ratio in rule.ratios],
        "met_at": rule.met_at,
        "notation": rule.notation,
        "why_not": rule.why_not,
        "new_afterwards": rule.new_afterwards,
    }


def saturation(
    incidence: Incidence,
    *,
    base: int = 4,
    run: int = 2,
    threshold: float = 0.05,
    by: str | None = None,
    n_added: int = 0,
    n_orders: int = 2000,
    seed: int = 0,
) -> Saturation:
    """
    Return what the interviews so far tell about codes that were not met yet.

    There is no verdict: whether to stop is for the team to say. The number to lead with is `next`.

    Parameters
    ----------
    incidence : Incidence
        In which interviews each code was met.
    base, run : int, default 4 and 2
        Number of interviews of the base, and of a run.
    threshold : float, default 0.05
        The largest share of new codes, of those of the base, at which the rule is met.
    by : str or None, default None
        An attribute of the participants, such as "role": each group is looked at by itself as well.
    n_added : int, default 0
        Number of codes that came into the codebook while interviews were coded. With 0 the result says that a codebook
        fixed beforehand saturates by itself.
    n_orders : int, default 2000
        Number of random orders.
    seed : int, default 0
        Random seed.

    Raises
    ------
    ThemesError
        If there are fewer than two interviews, or no participant has the attribute.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.themes import Incidence, saturation
    >>> met = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0]])
    >>> incidence = Incidence(interviews=tuple("abcdef"), codes=("phone", "wait", "trust"), met=met)
    >>> found = saturation(incidence)
    >>> found.new, found.rule.notation, round(found.next.at_most, 2)
    ((2, 0, 0, 1, 0, 0), '4+2', 0.79)
    """
    m = len(incidence.interviews)
    if m < 2:
        raise ThemesError(f"only {count_of(m, 'interview')} was read completely; saturation needs at least two.")
    met = incidence.met == 1
    counts = _occurrences(incidence.met)
    new = _new_codes(met)
    mean, sd = accumulation(incidence)
    groups: dict[str, Saturation] = {}
    too_small: dict[str, int] = {}
    options: dict[str, Any] = {"base": base, "run": run, "threshold": threshold, "n_added": n_added}
    options |= {"n_orders": n_orders, "seed": seed}
    for value, names in (incidence.groups(by) if by else {}).items():
        if len(names) < base + run:
            too_small[value] = len(names)
        else:
            groups[value] = saturation(incidence.of_interviews(names), **options)
    return Saturation(
        incidence=incidence,
        new=tuple(int(n) for n in new),
        rule=saturation_rule(new, base=base, run=run, threshold=threshold),
        francis=saturation_rule(new, base=10, run=3, threshold=0),
        next=next_interview(int((counts == 1).sum()), m),
        richness=chao2(incidence),
        mean=mean,
        sd=sd,
        orders=rule_in_random_orders(incidence, base=base, run=run, threshold=threshold, n_orders=n_orders, seed=seed),
        n_added=n_added,
        groups=FrozenMapping(groups),
        too_small=FrozenMapping(too_small),
    )


def saturation_table(found: Saturation) -> Table:
    """
    Return the interviews in order as a table: new codes, codes so far, and what is expected over all orders.

    Parameters
    ----------
    found : Saturation
        What `saturation` returned.
    """
    so_far = np.cumsum(found.new)
    rows = tuple(
        (name, str(found.new[k]), str(so_far[k]), f"{found.mean[k]:.2f}", f"{found.sd[k]:.2f}")
        for k, name in enumerate(found.incidence.interviews)
    )
    return Table(head=("interview", "new", "so far", "expected", "sd"), rows=rows, numeric=frozenset({1, 2, 3, 4}))
