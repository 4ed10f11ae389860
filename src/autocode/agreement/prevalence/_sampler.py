"""Which lines to judge: drawn at random from all lines of participants, likelier where one asks for it."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._reliability import Array
from autocode.coding import Sample
from autocode.errors import AgreementError, Fault
from autocode.transcripts import Line, LineId, Transcripts


def draw_sample(
    lines: Transcripts | Sequence[Line], n: int, *, seed: int, enrich: Mapping[LineId, float] | None = None
) -> Sample:
    """Return n lines drawn from all lines of participants, with the probability that each line had.

    `enrich` says how many times as likely as the others some lines are to be drawn, such as those for which a rare code
    was suggested; no line is left out, so that estimates weighted by these probabilities hold for all lines.

    References
    ----------
    Hartley, H. O., & Rao, J. N. K. (1962). Sampling with unequal probabilities and without replacement.
    Annals of Mathematical Statistics 33, 350-374: systematic sampling of units in random order.
    """
    frame = lines.participant_lines if isinstance(lines, Transcripts) else tuple(lines)
    ids = [line.id for line in frame]
    if not 1 <= n <= len(ids):
        raise AgreementError(f"{n} lines cannot be drawn from {len(ids)}; draw between 1 and all of them.")
    times = dict(enrich or {})
    unknown = times.keys() - set(ids)
    AgreementError.raise_if(
        Fault(f"the line {line} is to be likelier but is not among the lines of participants; leave it out.")
        for line in sorted(unknown)
    )
    AgreementError.raise_if(
        Fault(f"the line {line} is to be {factor:g} times as likely as others; give a number above 0.")
        for line, factor in times.items()
        if not (factor > 0 and np.isfinite(factor))
    )
    pi = inclusion_probabilities(np.array([times.get(line, 1.0) for line in ids]), n)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(ids))
    # a line is drawn if one of the points start, start + 1, ... falls into its stretch of the cumulated probabilities
    ends = np.cumsum(pi[order])
    ends *= n / ends[-1]
    points = rng.uniform() + np.arange(n)
    drawn = np.sort(order[np.minimum(np.searchsorted(ends, points, side="right"), len(ids) - 1)])
    return Sample(
        drawn=tuple(ids[i] for i in drawn),
        probabilities=dict(zip(ids, pi.tolist(), strict=True)),
        seed=seed,
        enriched=_told(times),
    )


def inclusion_probabilities(times: Array, n: int) -> Array:
    """Return n w / sum(w), with lines that would exceed 1 taken for certain and the rest shared anew."""
    pi = np.zeros(len(times))
    certain: NDArray[np.bool_] = np.zeros(len(times), dtype=bool)
    while True:
        left = n - int(certain.sum())
        pi = np.where(certain, 1.0, left * times / max(float(times[~certain].sum()), np.finfo(float).tiny))
        beyond = (pi >= 1) & ~certain
        if not beyond.any():
            return pi
        certain |= beyond


def _told(times: Mapping[LineId, float]) -> str:
    factors: Collection[float] = {factor for factor in times.values() if factor != 1}
    if not factors:
        return ""
    n = sum(factor != 1 for factor in times.values())
    much = f"{min(factors):g}" if len(factors) == 1 else f"{min(factors):g} to {max(factors):g}"
    return f"{n} lines {much} times as likely as the others"
