"""Intervals of coefficients that are counted text by text: whole interviews are resampled."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._estimates import FEW_INTERVIEWS

ByInterviews: TypeAlias = Literal["interviews"]


class Resampled(NamedTuple):
    """Bounds and standard error from resampled texts, how many resamples were undefined, and what to tell of it."""

    low: float
    high: float
    se: float
    n_left_out: int
    told: dict[str, str]


def check_interval(interval: str | None, *, level: float, resamples: int) -> None:
    """Raise `ValueError` for what cannot be an interval of texts."""
    if interval not in ("interviews", None):
        raise ValueError(f"an interval over texts resamples 'interviews', or is None; not {interval!r}.")
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
    if resamples < 1:
        raise ValueError(f"an interval needs at least one resample, not {resamples}.")


def resample_texts(
    n_texts: int,
    definition: Callable[[Array], Array],
    *,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Resampled:
    """Return a percentile interval; `definition` makes coefficients of how often each text is drawn.

    The rows that it is given have the shape (resamples, n_texts). One text cannot be resampled: no interval then.
    """
    if interval is None or n_texts < 2:
        told = {"interval": "none" if interval is None else "none: one text cannot be resampled"}
        return Resampled(math.nan, math.nan, math.nan, 0, told)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_texts, np.full(n_texts, 1 / n_texts), size=resamples).astype(float)
    again = definition(drawn)
    defined = again[~np.isnan(again)]
    told = {
        "interval": f"{100 * level:g} % percentile interval from a bootstrap of interviews",
        "resamples": f"{resamples}",
        "seed": f"{seed}",
    }
    if n_texts < FEW_INTERVIEWS:
        told["caution"] = (
            f"{n_texts} interviews are fewer than {FEW_INTERVIEWS}: the interval is likely to be too narrow"
        )
    missed = len(again) - len(defined)
    if missed:
        told["left out"] = f"{missed} of {resamples} resamples, in which the coefficient is undefined"
    if len(defined) < 2:
        return Resampled(math.nan, math.nan, math.nan, missed, told)
    low, high = (float(bound) for bound in np.quantile(defined, [(1 - level) / 2, (1 + level) / 2]))
    return Resampled(low, high, float(defined.std(ddof=1)), missed, told)
