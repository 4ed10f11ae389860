"""Sample size of a test of Cohen's kappa against a hypothesis: two coders, any margins."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.stats import norm


def lines_cantor(
    kappa: float,
    *,
    hypothesis: float,
    prevalences: tuple[float, float],
    level: float = 0.95,
    power: float = 0.80,
    two_sided: bool = False,
) -> int:
    """Return how many lines a test of Cohen's kappa of one code against a hypothesis needs.

    The formula is applied as printed, also where the two prevalences differ too much for any table to have this kappa
    (.10 and .15 allow at most about .78): the number is then only an extrapolation.

    Parameters
    ----------
    kappa : float
        The kappa that you expect, between -1 and 1.
    hypothesis : float
        The kappa to test against, between -1 and 1.
    prevalences : (float, float)
        Share of lines to which each coder gives the code.
    level : float, default 0.95
        1 minus the significance level of the test.
    power : float, default 0.8
        Power to reject the hypothesis.
    two_sided : bool, default False
        Whether the test is two-sided.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or kappa equals the hypothesis.

    References
    ----------
    Cantor, A. B. (1996). Sample-size calculations for Cohen's kappa. Psychological Methods 1, 150-153.
    """
    p_1, p_2 = prevalences
    if not (0 < p_1 < 1 and 0 < p_2 < 1):
        raise ValueError(f"prevalences lie between 0 and 1, not at {p_1:g} and {p_2:g}.")
    z_level, z_power = _normal(kappa, hypothesis, level, power, two_sided)
    Q_1 = _line_variance(kappa, p_1, p_2)
    Q_0 = _line_variance(hypothesis, p_1, p_2)
    n = ((z_level * math.sqrt(Q_0) + z_power * math.sqrt(Q_1)) / (kappa - hypothesis)) ** 2
    return math.ceil(n)


def lines_flack(
    kappa: float,
    *,
    hypothesis: float,
    margins: Sequence[float],
    level: float = 0.95,
    power: float = 0.80,
    two_sided: bool = False,
) -> int:
    """Return how many lines a test of Cohen's kappa over several categories against a hypothesis needs.

    Both coders are assumed to use the categories equally often. The standard error is the largest that any table with
    these margins and this kappa can have.

    Parameters
    ----------
    kappa : float
        The kappa that you expect, between -1 and 1.
    hypothesis : float
        The kappa to test against, between -1 and 1.
    margins : sequence of float
        Share of each category; they add up to 1.
    level : float, default 0.95
        1 minus the significance level of the test.
    power : float, default 0.8
        Power to reject the hypothesis.
    two_sided : bool, default False
        Whether the test is two-sided.

    Raises
    ------
    ValueError
        If a parameter is out of its range, kappa equals the hypothesis, or no table has these margins and this kappa.

    References
    ----------
    Flack, V. F., Afifi, A. A., Lachenbruch, P. A., & Schouten, H. J. A. (1988). Sample size determinations for the two
    rater kappa statistic. Psychometrika 53, 321-325.
    """
    pi = np.asarray(margins, dtype=float)
    if len(pi) < 2 or (pi <= 0).any() or abs(float(pi.sum()) - 1) > 1e-9:
        raise ValueError(f"margins are at least two shares above 0 that add up to 1, not {list(margins)}.")
    z_level, z_power = _normal(kappa, hypothesis, level, power, two_sided)
    tau_0 = _largest_standard_error(hypothesis, pi)
    tau_1 = _largest_standard_error(kappa, pi)
    return math.ceil(((z_level * tau_0 + z_power * tau_1) / (kappa - hypothesis)) ** 2)


def _line_variance(kappa: float, p_1: float, p_2: float) -> float:
    """Return Q, n times the variance of Cohen's kappa of a 2 x 2 table (Fleiss, Cohen & Everitt 1969)."""
    q_1, q_2 = 1 - p_1, 1 - p_2
    pi_e = p_1 * p_2 + q_1 * q_2
    pi_o = kappa * (1 - pi_e) + pi_e
    pi_22 = (pi_o - p_1 + q_2) / 2
    pi_11 = pi_o - pi_22
    pi_12, pi_21 = p_1 - pi_11, p_2 - pi_11
    agreement = pi_11 * (1 - pi_e - (p_1 + p_2) * (1 - pi_o)) ** 2 + pi_22 * (1 - pi_e - (q_1 + q_2) * (1 - pi_o)) ** 2
    disagreement = (1 - pi_o) ** 2 * (pi_12 * (p_2 + q_1) ** 2 + pi_21 * (q_2 + p_1) ** 2)
    mean = (pi_o * pi_e - 2 * pi_e + pi_o) ** 2
    return (agreement + disagreement - mean) / (1 - pi_e) ** 4


def _largest_standard_error(kappa: float, pi: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Return tau, the largest standard error for a single line among all tables with these margins and this kappa."""
    c = len(pi)
    pi_e = float((pi**2).sum())
    pi_o = kappa + pi_e * (1 - kappa)
    off = (1 - pi_o) ** 2 * (pi[:, None] + pi[None, :]) ** 2
    on = -(1 - pi_o) * 2 * pi * (2 * (1 - pi_e) - (1 - pi_o) * 2 * pi)
    weight = off - np.diag(np.diag(off)) + np.diag(on)
    rows = np.kron(np.identity(c), np.ones(c))
    columns = np.kron(np.ones(c), np.identity(c))
    diagonal = np.identity(c).reshape(1, -1)
    solution = linprog(
        -weight.reshape(-1),
        A_eq=np.vstack([rows, columns, diagonal]),
        b_eq=np.concatenate([pi, pi, [pi_o]]),
        bounds=(0, None),
        method="highs",
    )
    if solution.status != 0:
        raise ValueError(f"no table with the margins {[float(p) for p in pi]} has a kappa of {kappa:g}.")
    tau_squared = pi_o * (1 - pi_e) ** 2 - float(solution.fun) - (pi_o * pi_e - 2 * pi_e + pi_o) ** 2
    return math.sqrt(max(tau_squared, 0.0)) / (1 - pi_e) ** 2


def _normal(kappa: float, hypothesis: float, level: float, power: float, two_sided: bool) -> tuple[float, float]:
    """Return the normal quantiles of the level and of the power; raises `ValueError` for what cannot be tested."""
    if not (-1 <= kappa <= 1 and -1 <= hypothesis <= 1) or kappa == hypothesis:
        raise ValueError(
            f"kappa and the hypothesis are two different numbers between -1 and 1, not {kappa:g} and {hypothesis:g}."
        )
    if not (0 < level < 1 and 0 < power < 1):
        raise ValueError(f"level and power lie between 0 and 1, not at {level:g} and {power:g}.")
    tail = (1 - level) / 2 if two_sided else 1 - level
    return float(norm.ppf(1 - tail)), float(norm.ppf(power))
