"""How often do 95 % intervals of alpha and AC1 contain the true value?

    python -m evaluation.agreement_coverage

Simulates lines nested in interviews, partial double-coding and few units. Writes `results/agreement_coverage.json` and
the tables between the markers of `agreement.md`; takes about ten minutes on two cores. Every cell has a seed of its
own, so that the numbers do not depend on `--workers`.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from autocode.agreement import Agreement, ReliabilityData, gwet_ac1, krippendorff_alpha
from autocode.coding import CoderId
from autocode.transcripts import LineId, TranscriptId
from evaluation._results import HERE, RESULTS, read_results, write_between, write_results

REPLICATES = 1500
WITH_PEERS = 300  # replicates in which every interval is computed; the others have those in `MOST` only
RESAMPLES = 499
LEVEL = 0.95
SEED = 4  # intervals were chosen on other draws, with seeds from 101 on

POPULATIONS = {"common": (0.3, 0.07), "rare": (0.05, 0.02)}  # prevalence of the code, share of errors
LINES = (30, 90)  # lines in an interview, uniform
INTERVIEWS = (8, 15, 25, 60)
EFFECTS = {"none": 0.0, "moderate": 0.1, "strong": 0.3}
SHARES = (0.1, 0.2, 0.5, 1.0)
UNITS = (15, 30, 60, 120, 250)
CODERS = (2, 3, 5)
LOW, HIGH = 0.92, 0.97  # coverage outside is printed in bold

ALGORITHM = "Krippendorff's algorithm"
LOG = "log"
NESTED = ("cube-root", LOG, "linearised", "jackknife", "interviews", "lines", "gwet")
INDEPENDENT = ("cube-root", LOG, "linearised", "jackknife", "lines", "bca", "gwet")
RARE = ("cube-root", LOG, "linearised", "interviews")
MOST = ("cube-root", LOG, "linearised")
NAMES = {
    "cube-root": "cube root (default)",
    LOG: "log scale, linearised",
    "interviews": "interview bootstrap",
    "linearised": "linearised",
    "lines": "line bootstrap",
    "jackknife": "jackknife",
    "bca": "BCa",
    "gwet": "Gwet (irrCAC)",
    ALGORITHM: ALGORITHM,
}
COEFFICIENTS: dict[str, Callable[..., Any]] = {"alpha": krippendorff_alpha, "AC1": gwet_ac1}
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One cell of the simulation.

    With `interviews` 0, lines are independent and of no known interview; `units` of them, which are `share` of all
    lines, are coded by every coder.
    """

    interviews: int = 0
    units: int = 0
    coders: int = 2
    effect: str = "none"
    share: float = 1.0
    population: str = "common"

    @property
    def methods(self) -> tuple[str, ...]:
        """The intervals compared."""
        if not self.interviews:
            return INDEPENDENT
        return NESTED if self.population == "common" else RARE


def designs() -> Iterator[Design]:
    """Yield every cell, nested ones first."""
    for interviews in INTERVIEWS:
        for effect in EFFECTS:
            for share in SHARES:
                yield Design(interviews=interviews, effect=effect, share=share)
    for coders in CODERS:
        for share in SHARES if coders == 2 else (1.0,):
            for units in UNITS:
                yield Design(units=units, coders=coders, share=share)
    for interviews in INTERVIEWS:
        for effect in EFFECTS:
            for share in (0.2, 1.0):
                yield Design(interviews=interviews, effect=effect, share=share, population="rare")


def truth(design: Design) -> dict[str, float]:
    """Return alpha and AC1 for infinitely many lines of infinitely many interviews.

    A coder errs on a line with the interview's own probability e, which is Beta distributed with mean `error` and
    E[e(1-e)] = error (1 - error) (1 - effect); the code applies with the interview's own probability, independent of e.
    """
    prevalence, error = POPULATIONS[design.population]
    disagree = 2 * error * (1 - error) * (1 - EFFECTS[design.effect])
    applied = prevalence * (1 - error) + (1 - prevalence) * error
    by_chance = 2 * applied * (1 - applied)
    return {
        "alpha": 1 - disagree / by_chance,
        "AC1": ((1 - disagree) - by_chance) / (1 - by_chance),  # p_e of AC1 for two categories is 2 pi (1 - pi) too
    }


def draw(design: Design, rng: np.random.Generator) -> ReliabilityData:
    """Return one simulated study of this design."""
    effect = EFFECTS[design.effect]
    prevalence, error = POPULATIONS[design.population]
    n_lines = round(design.units / design.share)
    sizes = rng.integers(LINES[0], LINES[1] + 1, design.interviews) if design.interviews else np.array([n_lines])
    interview = np.repeat(np.arange(len(sizes)), sizes)
    n = len(interview)
    applies = rng.random(n) < _per_interview(prevalence, effect, len(sizes), rng)[interview]
    errs = rng.random((design.coders, n)) < _per_interview(error, effect, len(sizes), rng)[interview]
    values = (applies ^ errs).astype(np.int32)
    single = rng.permutation(n)[round(design.share * n) :]
    values[rng.integers(0, design.coders, len(single)), single] = -1
    return ReliabilityData(
        coders=tuple(CoderId(f"coder {c}") for c in range(design.coders)),
        units=tuple(LineId(f"{u}") for u in range(n)),
        values=values,
        labels=("not applied", "applied"),
        interviews=tuple(TranscriptId(f"{i}") for i in interview) if design.interviews else None,
    )


def _per_interview(mean: float, effect: float, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a probability per interview, Beta distributed with this mean and this intraclass correlation."""
    if effect == 0:
        return np.full(n, mean)
    total = 1 / effect - 1
    return rng.beta(mean * total, (1 - mean) * total, n)


def on_log_scale(linearised: Agreement) -> Bounds:
    """Return a linearised interval made symmetric in log(1 - coefficient), which autocode does not offer."""
    disagreement = 1 - linearised.value
    if disagreement <= 0:
        return 1.0, 1.0
    half_width = float(stdtrit(linearised.degrees_of_freedom, (1 + LEVEL) / 2)) * linearised.se / disagreement
    return 1 - disagreement * math.exp(half_width), 1 - disagreement * math.exp(-half_width)


def krippendorff_algorithm(data: ReliabilityData, rng: np.random.Generator) -> Bounds:
    """Return the interval of the "Krippendorff algorithm" bootstrap, which is implemented here and not in autocode.

    Pairs of judgements are drawn independently from the coincidences, and D_e is not resampled; so the pairs of one
    unit count as independent. Nominal; without the macro's rule for resamples with agreement only.

    References
    ----------
    Hayes, A. F. & Krippendorff, K. (2007). Answering the call for a standard reliability measure for coding data.
    Communication Methods and Measures 1, 77-89 (the KALPHA macro).
    """
    m = data.judged.sum(axis=0)
    pairable = m >= 2
    n_c = np.stack([(data.values[:, pairable] == k).sum(axis=0) for k in range(len(data.labels))], axis=1).astype(float)
    m = m[pairable]
    n = float(m.sum())
    agreement = ((n_c * (n_c - 1)).sum(axis=1) / (m - 1)).sum() / n
    margins = n_c.sum(axis=0)
    D_e = (n * n - (margins**2).sum()) / (n * (n - 1))
    if D_e == 0:
        return math.nan, math.nan
    replicates = np.ones(RESAMPLES)
    for coders, units in zip(*np.unique(m, return_counts=True), strict=True):
        n_disagreeing = rng.binomial(units * coders * (coders - 1) // 2, 1 - agreement, RESAMPLES)
        replicates -= 2 * n_disagreeing / (n * D_e * (coders - 1))
    low, high = np.quantile(replicates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def simulate(number: int, design: Design, replicates: int) -> dict[str, Any]:
    """Return the coverage and mean width of every interval in one cell."""
    rng = np.random.default_rng([SEED, number])
    true_values = truth(design)
    # for each coefficient and interval: whether it contains the true value, and its width
    intervals: dict[str, dict[str, list[tuple[bool, float]]]] = {name: {} for name in COEFFICIENTS}
    for replicate in range(replicates):
        data = draw(design, rng)
        for name in COEFFICIENTS:
            for method, (low, high) in _intervals(design, name, data, replicate, rng).items():
                if not math.isnan(low):
                    is_inside = low <= true_values[name] <= high
                    intervals[name].setdefault(method, []).append((is_inside, high - low))
    coverage = {
        name: {method: _summary_of_intervals(found) for method, found in by_method.items()}
        for name, by_method in intervals.items()
    }
    return asdict(design) | coverage | {"truth": true_values}


def _intervals(
    design: Design, name: str, data: ReliabilityData, replicate: int, rng: np.random.Generator
) -> dict[str, Bounds]:
    """Return every interval of one coefficient on one simulated study."""
    has_all = replicate < WITH_PEERS
    found = {
        method: COEFFICIENTS[name](data, interval=method, level=LEVEL, resamples=RESAMPLES, seed=replicate)
        for method in design.methods
        if method != LOG and (has_all or method in MOST)
    }
    bounds = {method: (agreement.low, agreement.high) for method, agreement in found.items()}
    if not math.isnan(found["linearised"].low):
        bounds[LOG] = on_log_scale(found["linearised"])
    if name == "alpha" and design.population == "common" and has_all:
        bounds[ALGORITHM] = krippendorff_algorithm(data, rng)
    return bounds


def _summary_of_intervals(found: list[tuple[bool, float]]) -> dict[str, Any]:
    return {
        "coverage": float(np.mean([is_inside for is_inside, _ in found])),
        "error": _monte_carlo_error(len(found)),
        "width": float(np.mean([width for _, width in found])),
        "replicates": len(found),
    }


def _monte_carlo_error(replicates: int) -> float:
    return math.sqrt(LEVEL * (1 - LEVEL) / replicates)


def tables(results: Mapping[str, Any]) -> str:
    """Return what was simulated and the tables of the page, in Markdown."""
    cells = results["cells"]
    independent = [cell for cell in cells if not cell["interviews"]]
    nested = [cell for cell in cells if cell["interviews"] and cell["population"] == "common"]
    rare = [cell for cell in cells if cell["population"] == "rare"]
    text = [_setup(results), _summary_of_nested(nested)]
    for name in COEFFICIENTS:
        methods = _methods(name, NESTED)
        rows = [
            [f"{cell['interviews']}", cell["effect"], f"{cell['share']:.0%}", *_cells(cell[name], methods)]
            for cell in nested
        ]
        text.append(f"**{name}, lines nested in interviews, 2 coders**\n")
        text.append(_markdown(["interviews", "effect", "double-coded", *(NAMES[m] for m in methods)], rows))
    text.append(_summary_of_independent(independent))
    for name in COEFFICIENTS:
        methods = _methods(name, INDEPENDENT)
        rows = [
            [f"{cell['coders']}", f"{cell['units']}", f"{cell['share']:.0%}", *_cells(cell[name], methods)]
            for cell in independent
        ]
        text.append(f"**{name}, independent lines of no known interview**\n")
        text.append(_markdown(["coders", "lines coded by all", "of all lines", *(NAMES[m] for m in methods)], rows))
    text.append("**A rare code, lines nested in interviews, 2 coders**\n")
    rows = [
        [
            *(f"{cell['interviews']}", cell["effect"], f"{cell['share']:.0%}"),
            *(coverage for name in COEFFICIENTS for coverage in _cells(cell[name], RARE)),
        ]
        for cell in rare
    ]
    head = [f"{name}: {NAMES[method]}" for name in COEFFICIENTS for method in RARE]
    text.append(_markdown(["interviews", "effect", "double-coded", *head], rows))
    return "\n".join(text)


def _setup(results: Mapping[str, Any]) -> str:
    return (
        f"\n{results['replicates']} replicates a cell for the default, the log scale and the linearised interval, the "
        f"first {results['with_peers']} of them for the others ({results['resamples']} resamples each where they "
        f"resample), seed {results['seed']}; the Monte-Carlo standard error of a coverage of .95 is "
        f"{results['monte_carlo_error']:.4f} and {_monte_carlo_error(results['with_peers']):.4f}. "
        f"Bold: outside {LOW} to {HIGH}.\n"
    )


def _methods(name: str, methods: Sequence[str]) -> list[str]:
    """Return the intervals of a coefficient; Krippendorff's algorithm is for alpha only."""
    return [*methods, *([ALGORITHM] if name == "alpha" else [])]


def _cells(methods: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    shown = []
    for name in names:
        coverage = methods[name]["coverage"]
        text = f"{coverage:.3f}".removeprefix("0")
        shown.append(text if LOW <= coverage <= HIGH else f"**{text}**")
    return shown


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


SUMMARY = ("coefficient", "interval", "lowest", "highest", "below .92", "above .97")


def _summary_of_nested(nested: Sequence[Mapping[str, Any]]) -> str:
    fewest = min(INTERVIEWS)
    more, few = (
        [cell for cell in nested if cell["interviews"] > fewest],
        [cell for cell in nested if cell["interviews"] == fewest],
    )
    rows = [
        [interviews, name, NAMES[method], *_summary([cell[name][method]["coverage"] for cell in cells])]
        for interviews, cells in (("15 or more", more), ("8", few))
        for name in COEFFICIENTS
        for method in _methods(name, NESTED)
    ]
    table = _markdown(["interviews", *SUMMARY], rows)
    return f"Of the cells with at least 15 interviews, and below them of the cells with 8:\n\n{table}"


def _summary_of_independent(cells: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [name, NAMES[method], *_summary([cell[name][method]["coverage"] for cell in cells])]
        for name in COEFFICIENTS
        for method in _methods(name, INDEPENDENT)
    ]
    return f"Of the cells with 15 to 250 independent lines that every coder coded:\n\n{_markdown(SUMMARY, rows)}"


def _summary(values: Sequence[float]) -> list[str]:
    low, high = (f"{value:.3f}".removeprefix("0") for value in (min(values), max(values)))
    n_below, n_above = sum(value < LOW for value in values), sum(value > HIGH for value in values)
    return [low, high, f"{n_below} of {len(values)}", f"{n_above} of {len(values)}"]


def write_page(page: Path, results: Mapping[str, Any]) -> None:
    """Write the tables into the page."""
    write_between(page, "coverage", tables(results))


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate every cell and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="simulated studies per cell (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="number of processes (%(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS / "agreement_coverage.json", help="where to write")
    parser.add_argument("--page", type=Path, default=HERE / "agreement.md", help="the page to write the tables into")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    cells = list(designs())
    with ProcessPoolExecutor(options.workers) as pool:
        found = list(pool.map(simulate, range(len(cells)), cells, [options.replicates] * len(cells)))
    minutes = (time.perf_counter() - started) / 60
    results = {
        "replicates": options.replicates,
        "with_peers": min(WITH_PEERS, options.replicates),
        "resamples": RESAMPLES,
        "level": LEVEL,
        "seed": SEED,
        "populations": POPULATIONS,
        "lines_in_an_interview": LINES,
        "monte_carlo_error": _monte_carlo_error(options.replicates),
        "cells": found,
    }
    write_results(options.out, results)
    write_page(options.page, read_results(options.out))
    print(f"{len(found)} cells in {minutes:.1f} minutes; see {options.page.name}")


if __name__ == "__main__":
    main()
