"""Random samples of lines to judge, with equal or unequal inclusion probabilities."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._reliability import Array
from autocode.coding import Sample
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.names import aside
from autocode.transcripts import Line, LineId, Transcripts
from autocode.wording import count_of


@documented
def draw_sample(
    lines: Transcripts | Sequence[Line], n: int, *, seed: int, enrich: Mapping[LineId, float] | None = None
) -> Sample:
    """Return n lines drawn at random from all lines of participants, with the inclusion probability of each line.

    Every line has a probability above 0, so that estimates weighted by these probabilities hold for all lines.

    Parameters
    ----------
    lines : Transcripts or sequence of Line
        The interviews, of which the lines of participants are sampled; or the lines themselves.
    n : int
        Number of lines to draw.
    {seed}
    enrich : mapping of LineId to float or None, default None
        How many times as likely as the others some lines are drawn, such as those for which a rare code was suggested.

    Raises
    ------
    AgreementError
        If there are fewer than n lines, a line of `enrich` is not among them, or its factor is not above 0.

    References
    ----------
    Hartley, H. O., & Rao, J. N. K. (1962). Sampling with unequal probabilities and without replacement.
    Annals of Mathematical Statistics 33, 350-374: systematic sampling of units in random order.

    Examples
    --------
    {sample_study}
    >>> sample = ac.draw_sample(lines, 100, seed=7)
    >>> len(sample.drawn), round(sample.probabilities[sample.drawn[0]], 3)
    (100, 0.123)
    """
    frame = lines.participant_lines if isinstance(lines, Transcripts) else tuple(lines)
    ids = [line.id for line in frame]
    if not 1 <= n <= len(ids):
        raise AgreementError(f"{count_of(n, 'line')} cannot be drawn from {len(ids)}; draw between 1 and all of them.")
    factors = dict(enrich or {})
    unknown = factors.keys() - set(ids)
    AgreementError.raise_if(
        Fault(
            f"the line {line} is to be enriched but is not among the lines of participants{aside(line, ids)}; "
            "leave it out."
        )
        for line in sorted(unknown)
    )
    AgreementError.raise_if(
        Fault(f"the line {line} is to be {factor:g} times as likely as others; give a number above 0.")
        for line, factor in factors.items()
        if not (factor > 0 and np.isfinite(factor))
    )
    pi = inclusion_probabilities(np.array([factors.get(line, 1.0) for line in ids]), n)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(ids))
    # a line is drawn if one of the points u, u + 1, u + 2, ... falls into its part of the cumulated probabilities
    ends = np.cumsum(pi[order])
    ends *= n / ends[-1]
    points = rng.uniform() + np.arange(n)
    drawn = np.sort(order[np.minimum(np.searchsorted(ends, points, side="right"), len(ids) - 1)])
    return Sample(
        drawn=tuple(ids[i] for i in drawn),
        probabilities=dict(zip(ids, pi.tolist(), strict=True)),
        seed=seed,
        enriched=_describe_enrichment(factors),
    )


def inclusion_probabilities(factors: Array, n: int) -> Array:
    """Return n w / sum(w) of the factors w; lines that would exceed 1 are certain, and the rest is divided again."""
    pi = np.zeros(len(factors))
    certain: NDArray[np.bool_] = np.zeros(len(factors), dtype=bool)
    while True:
        left = n - int(certain.sum())
        pi = np.where(certain, 1.0, left * factors / max(float(factors[~certain].sum()), np.finfo(float).tiny))
        beyond = (pi >= 1) & ~certain
        if not beyond.any():
            return pi
        certain |= beyond


def _describe_enrichment(factors: Mapping[LineId, float]) -> str:
    """Return which lines are more likely, and how much, in words that are stored with the sample."""
    above: Collection[float] = {factor for factor in factors.values() if factor != 1}
    if not above:
        return ""
    n = sum(factor != 1 for factor in factors.values())
    times = f"{min(above):g}" if len(above) == 1 else f"{min(above):g} to {max(above):g}"
    return f"{count_of(n, 'line')} {times} times as likely as the others"
