"""How many lines that were not read have a code, from a simple random sample of them, with exact bounds."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.wording import count_of


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Unfound:
    """
    How many of the lines that were not drawn have a code, estimated from those that were drawn at random.

    Attributes
    ----------
    found : int
        Number of drawn lines that have the code.
    n_drawn : int
        Number of lines that were drawn and read.
    n_lines : int
        Number of lines that they were drawn from, drawn ones included.
    value : float
        Expected number of lines with the code among those that were not drawn.
    low, high : int
        Bounds of their number.
    level : float
        Confidence level of the interval; the true number lies in it at least as often.
    """

    found: int
    n_drawn: int
    n_lines: int
    value: float
    low: int
    high: int
    level: float

    @property
    def n_left(self) -> int:
        """Number of lines that were not drawn."""
        return self.n_lines - self.n_drawn

    def __str__(self) -> str:
        return (
            f"{self.found} of {count_of(self.n_drawn, 'line')} drawn at random; about {self.value:.0f} "
            f"({self.low} to {self.high}) of the {self.n_left} left unread"
        )


@documented
def estimate_unfound(found: int, n_drawn: int, n_lines: int, *, level: float = 0.95) -> Unfound:
    """Return how many of the lines that were not drawn have a code.

    The bounds are exact for simple random sampling without replacement, whatever the lines of one interview have in
    common: every number of lines is in the interval unless the sample is too unlikely under it, by half of 1 minus the
    level at either end. They also hold where nothing was found.

    Parameters
    ----------
    found : int
        Number of drawn lines that have the code.
    n_drawn : int
        Number of lines drawn, at least 1.
    n_lines : int
        Number of lines that they were drawn from.
    {level}

    Raises
    ------
    AgreementError
        If the numbers are impossible together.

    References
    ----------
    Buonaccorsi, J. P. (1987). A note on confidence intervals for proportions in finite populations. The American
    Statistician 41, 215-218.

    Examples
    --------
    >>> from autocode.agreement import estimate_unfound
    >>> print(estimate_unfound(2, 100, 600))
    2 of 100 lines drawn at random; about 10 (0 to 37) of the 500 left unread
    """
    if not 0 <= found <= n_drawn <= n_lines or n_drawn < 1:
        raise AgreementError(
            f"found = {found}, n_drawn = {n_drawn} and n_lines = {n_lines} cannot be; give 0 <= found <= n_drawn <= "
            "n_lines, and draw at least one."
        )
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level:g}.")
    tail = (1 - level) / 2
    totals = np.arange(found, n_lines - (n_drawn - found) + 1)  # what is possible
    at_least = hypergeom.sf(found - 1, n_lines, totals, n_drawn)
    at_most = hypergeom.cdf(found, n_lines, totals, n_drawn)
    plausible = totals[(at_least > tail) & (at_most > tail)]
    return Unfound(
        found=found,
        n_drawn=n_drawn,
        n_lines=n_lines,
        value=(n_lines - n_drawn) * found / n_drawn,
        low=int(plausible.min()) - found,
        high=int(plausible.max()) - found,
        level=level,
    )
