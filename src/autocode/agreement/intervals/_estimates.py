"""Coefficients of a table with their intervals, by adding up what each interview or line contributes."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement, ResamplingUnit, Undefined
from autocode.agreement.data._patterns import Patterns, patterns_of
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._bootstrap import bootstrap_bounds
from autocode.agreement.intervals._cube_root import cube_root_bounds
from autocode.agreement.intervals._gwet_error import GwetError
from autocode.agreement.intervals._methods import (
    BY_INTERVIEWS,
    CELLS_AT_ONCE,
    COEFFICIENT_RANGE,
    Bounds,
    Definition,
    Interval,
    Range,
    Statistics,
    check_options,
    interval_conventions,
)
from autocode.agreement.intervals._symmetric import symmetric_bounds
from autocode.agreement.intervals._tabulation import PointEstimates, Tabulation, interview_numbers
from autocode.wording import count_of

_NO_DIFFERENCES: Mapping[str, Range] = MappingProxyType({})


def estimates(
    data: ReliabilityData,
    names: list[str],
    statistics: Statistics,
    definition: Definition,
    *,
    reason: Callable[[Array], list[Undefined]],
    conventions: dict[str, str],
    interval: Interval | None,
    level: float,
    resamples: int,
    seed: int,
    gwet: GwetError | None = None,
    value_range: Range = COEFFICIENT_RANGE,
    differences: Mapping[str, Range] = _NO_DIFFERENCES,
) -> list[Agreement]:
    """Return one `Agreement` for each quantity that the definition computes from the totals of the statistics.

    `reason(totals)` gives, for each quantity, why it would be undefined; it is asked only where a value is NaN.
    `gwet` is Gwet's published variance of the coefficient, if there is one. `value_range` is the range of the
    coefficients. Differences and ratios of coefficients are named in `differences`, each with its own range; their
    intervals are not taken on the cube-root scale.
    """
    check_options(interval, level=level, resamples=resamples)
    if interval == "gwet" and gwet is None:
        raise ValueError(f"Gwet gives no standard error for {names[0]}; choose 'linearised', which is exact.")
    known = data.interviews is not None
    units = patterns_of(data.values, len(data.labels), of_units=known, counts_only=interval is None)
    n_interviews = _interviews_with_pairs(data, units)
    ranges = [differences.get(name, value_range) for name in names]
    facts: dict[str, Any] = {
        "level": level,
        "n_units": units.n_units,
        "n_pairable": units.n_pairable,
        "n_coders": units.n_coders,
        "n_interviews": n_interviews,
        "interviews_known": known,
    }
    shared = conventions | ({} if data.basis is None else {"basis": str(data.basis)}) | codebook_conventions(data)
    if not units.n_pairable or interval is None:
        facts["conventions"] = MappingProxyType(shared | {"interval": "none"})
        values, reasons = _values(units, len(data.labels), len(names), statistics, definition, reason)
        return [
            Agreement(coefficient=name, value=value, undefined=undefined, value_range=limits, **facts)
            for name, value, undefined, limits in zip(names, values, reasons, ranges, strict=True)
        ]
    by_interviews = interval in BY_INTERVIEWS and n_interviews >= 2
    unit: ResamplingUnit = "interviews" if by_interviews else "lines"
    facts |= {"resampled": unit, "lines_for_interviews": interval in BY_INTERVIEWS and not by_interviews}
    point = PointEstimates.from_table(
        Tabulation.from_patterns(units, data.interviews if by_interviews else None),
        statistics,
        definition,
        ranges=ranges,
        is_coefficient=[name not in differences for name in names],
    )
    if interval == "cube-root":
        bounds = cube_root_bounds(point, unit, level=level, n_categories=len(data.labels))
    elif interval in ("interviews", "lines", "bca"):
        bounds = bootstrap_bounds(point, interval, level=level, resamples=resamples, seed=seed)
    else:
        bounds = symmetric_bounds(point, interval, level=level, gwet=gwet)
    shared |= interval_conventions(interval, unit, n_interviews=n_interviews, interviews_known=known, level=level)
    return _agreements(names, point, bounds, reason, shared, ranges, facts)


def estimate(
    data: ReliabilityData, name: str, statistics: Statistics, definition: Definition, **options: Any
) -> Agreement:
    """Return the `Agreement` of a single coefficient; the options are those of `estimates`."""
    return estimates(data, [name], statistics, definition, **options)[0]


def codebook_conventions(data: ReliabilityData) -> dict[str, str]:
    """Return the version of the codebook, and how many judgements are left out, as far as there is something to say."""
    conventions = {"codebook": f"version {data.codebook_version}"} if data.codebook_version else {}
    if data.n_partly_judged:
        left_out = count_of(data.n_partly_judged, "judgement")
        conventions["left out"] = f"{left_out} made before a code was added, split or redefined, and not read again"
    return conventions


def _interviews_with_pairs(data: ReliabilityData, units: Patterns) -> int:
    """Return how many interviews have a pairable unit; 0 where interviews are not known."""
    if data.interviews is None or units.pattern_of_unit is None:
        return 0
    pairable = np.append(units.judgements >= 2, False)[units.pattern_of_unit]  # the last entry is for pattern -1
    return int(np.count_nonzero(np.bincount(interview_numbers(data.interviews)[pairable])))


def _values(
    units: Patterns,
    n_labels: int,
    n_quantities: int,
    statistics: Statistics,
    definition: Definition,
    reason: Callable[[Array], list[Undefined]],
) -> tuple[list[float], list[Undefined | None]]:
    """Return the value of each quantity without an interval, and the reason for each that has none."""
    if not units.n_pairable:
        undefined = Undefined.ONE_CODER if units.n_judging < 2 else Undefined.NO_PAIRS
        return [math.nan] * n_quantities, [undefined] * n_quantities
    times = units.multiplicity.astype(float)
    at_once = max(1, CELLS_AT_ONCE // (n_labels + 1))  # sets of codes make many categories
    if len(times) <= at_once:
        total = times @ statistics(units.rows)
    else:
        starts = range(0, len(times), at_once)
        total = sum(times[s : s + at_once] @ statistics(units.rows[s : s + at_once]) for s in starts)
    totals = np.asarray(total).reshape(1, -1)
    values: list[float] = definition(totals)[0].tolist()
    if not any(map(math.isnan, values)):
        return values, [None] * len(values)
    reasons = zip(values, reason(totals), strict=True)
    return values, [undefined if math.isnan(value) else None for value, undefined in reasons]


def _agreements(
    names: list[str],
    point: PointEstimates,
    bounds: Bounds,
    reason: Callable[[Array], list[Undefined]],
    conventions: Mapping[str, str],
    ranges: list[Range],
    facts: Mapping[str, Any],
) -> list[Agreement]:
    """Return each quantity with its interval, or with the reason why it has no value."""
    shared = {**conventions, **bounds.conventions}
    reasons = reason(point.totals)
    agreements = []
    for i, name in enumerate(names):
        undefined = reasons[i] if math.isnan(point.values[i]) else None
        agreements.append(
            Agreement(
                coefficient=name,
                value=float(point.values[i]),
                low=math.nan if undefined else float(bounds.low[i]),
                high=math.nan if undefined else float(bounds.high[i]),
                se=math.nan if undefined else float(bounds.se[i]),
                undefined=undefined,
                n_left_out=0 if undefined else int(bounds.n_undefined[i]),
                value_range=ranges[i],
                resamples=bounds.resamples,
                degrees_of_freedom=bounds.degrees_of_freedom,
                conventions=MappingProxyType(shared if undefined else shared | dict(bounds.notes[i])),
                **facts,
            )
        )
    return agreements
