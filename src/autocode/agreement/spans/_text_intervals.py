"""Coefficients that are computed text by text, with intervals from a cluster bootstrap over the texts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._reliability import Array
from autocode.agreement.intervals._methods import FEW_INTERVIEWS
from autocode.frozen import FrozenMapping
from autocode.resampling import interview_draws
from autocode.wording import count_of

ByInterviews: TypeAlias = Literal["interviews"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCounts:
    """What a coefficient over texts rests on; the same fields as in `Agreement`."""

    unit: str
    n_units: int
    n_pairable: int
    n_coders: int
    n_interviews: int


class _Bootstrap(NamedTuple):
    """Bounds and standard error from resampled texts, in how many resamples the coefficient is undefined, and how."""

    low: float
    high: float
    se: float
    n_left_out: int
    conventions: dict[str, str]
    resamples: int = 0


def check_interval(interval: str | None, *, level: float, resamples: int) -> None:
    """Raise `ValueError` for what cannot be an interval over texts."""
    if interval not in ("interviews", None):
        raise ValueError(f"an interval over texts resamples 'interviews', or is None; not {interval!r}.")
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level}.")
    if resamples < 1:
        raise ValueError(f"an interval needs at least one resample, not {resamples}.")


def undefined_agreement(
    coefficient: str, undefined: Undefined, *, counts: TextCounts, conventions: Mapping[str, str], level: float
) -> Agreement:
    """Return a coefficient that these texts leave undefined, with the reason."""
    return _agreement(
        coefficient,
        math.nan,
        _Bootstrap(math.nan, math.nan, math.nan, 0, {"interval": "none"}),
        undefined=undefined,
        counts=counts,
        conventions=conventions,
        level=level,
    )


def text_agreement(
    coefficient: str,
    value: float,
    definition: Callable[[Array], Array],
    n_texts: int,
    *,
    reason: Undefined,
    counts: TextCounts,
    conventions: Mapping[str, str],
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Agreement:
    """Return a coefficient with its percentile interval over resampled texts.

    `definition` returns the coefficient for each row of how often each text is drawn, shape (n_resamples, n_texts).
    `reason` is why the coefficient is undefined if its value is NaN.
    """
    undefined = reason if math.isnan(value) else None
    bootstrap = _resample_texts(
        n_texts,
        definition,
        interval=interval if undefined is None else None,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    return _agreement(
        coefficient, value, bootstrap, undefined=undefined, counts=counts, conventions=conventions, level=level
    )


def _agreement(
    coefficient: str,
    value: float,
    bootstrap: _Bootstrap,
    *,
    undefined: Undefined | None,
    counts: TextCounts,
    conventions: Mapping[str, str],
    level: float,
) -> Agreement:
    return Agreement(
        coefficient=coefficient,
        value=value,
        low=bootstrap.low,
        high=bootstrap.high,
        se=bootstrap.se,
        level=level,
        undefined=undefined,
        n_units=counts.n_units,
        n_pairable=counts.n_pairable,
        n_coders=counts.n_coders,
        n_interviews=counts.n_interviews,
        n_left_out=bootstrap.n_left_out,
        unit=counts.unit,
        resampled="interviews" if bootstrap.resamples else None,
        resamples=bootstrap.resamples,
        conventions=FrozenMapping({**conventions, **bootstrap.conventions}),
    )


def _resample_texts(
    n_texts: int,
    definition: Callable[[Array], Array],
    *,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> _Bootstrap:
    """Return a percentile interval over texts; a single text cannot be resampled and has none."""
    if interval is None or n_texts < 2:
        conventions = {"interval": "none" if interval is None else "none: one text cannot be resampled"}
        return _Bootstrap(math.nan, math.nan, math.nan, 0, conventions)
    replicates = definition(interview_draws(n_texts, resamples=resamples, seed=seed))
    defined = replicates[~np.isnan(replicates)]
    conventions = {
        "interval": f"{100 * level:g} % percentile interval from a bootstrap of interviews",
        "resamples": f"{resamples}",
        "seed": f"{seed}",
    }
    if n_texts < FEW_INTERVIEWS:
        conventions["caution"] = (
            f"{n_texts} interviews are fewer than {FEW_INTERVIEWS}: the interval is likely to be too narrow"
        )
    n_undefined = len(replicates) - len(defined)
    if n_undefined:
        conventions["left out"] = (
            f"{n_undefined} of {count_of(resamples, 'resample')}, in which the coefficient is undefined"
        )
    if len(defined) < 2:
        return _Bootstrap(math.nan, math.nan, math.nan, n_undefined, conventions, resamples)
    low, high = (float(bound) for bound in np.quantile(defined, [(1 - level) / 2, (1 + level) / 2]))
    return _Bootstrap(low, high, float(defined.std(ddof=1)), n_undefined, conventions, resamples)
