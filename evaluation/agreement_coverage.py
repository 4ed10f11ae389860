"""How often 95 % intervals of alpha and AC1 hold the true value: nested lines, partial double-coding, few units.

    python -m evaluation.agreement_coverage

Writes `results/agreement_coverage.json` and the tables between the markers of `agreement.md`; about ten minutes
on two cores. Every cell has its own seed, so that the numbers do not depend on `--workers`.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
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

HERE = Path(__file__).parent
REPLICATES = 1500
WITH_PEERS = 300  # of the replicates, those in which every interval is made; the others serve those in `MOST` only
RESAMPLES = 499
LEVEL = 0.95
SEED = 4  # intervals were chosen on other draws, with seeds from 101 on

POPULATIONS = {"common": (0.3, 0.07), "rare": (0.05, 0.02)}  # share of lines that the code applies to, share of errors
LINES = (30, 90)  # lines in an interview, uniform
INTERVIEWS = (8, 15, 25, 60)
EFFECTS = {"none": 0.0, "moderate": 0.1, "strong": 0.3}
SHARES = (0.1, 0.2, 0.5, 1.0)
UNITS = (15, 30, 60, 120, 250)
CODERS = (2, 3, 5)
LOW, HIGH = 0.92, 0.97

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
    """One cell of the simulation; `interviews` 0 for lines that are independent and of no known interview.

    `units` are then the lines that are coded by every coder, `share` of all lines.
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
    """Return alpha and AC1 of infinitely many lines of infinitely many interviews.

    A coder errs on a line with the interview's own probability e, Beta with mean `error` and E[e(1-e)] =
    error (1 - error) (1 - effect); the code applies with the interview's own probability, which is independent of e.
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
    """Return one study of this design."""
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
    """Return each interview's probability: Beta with this mean and this intraclass correlation."""
    if effect == 0:
        return np.full(n, mean)
    total = 1 / effect - 1
    return rng.beta(mean * total, (1 - mean) * total, n)


def on_log_scale(linearised: Agreement) -> Bounds:
    """Return a linearised interval made symmetric in log(1 - coefficient), which autocode does not offer."""
    apart = 1 - linearised.value
    if apart <= 0:
        return 1.0, 1.0
    reach = float(stdtrit(linearised.degrees_of_freedom, (1 + LEVEL) / 2)) * linearised.se / apart
    return 1 - apart * math.exp(reach), 1 - apart * math.exp(-reach)


def krippendorff_algorithm(data: ReliabilityData, rng: np.random.Generator) -> Bounds:
    """Return the interval of the "Krippendorff algorithm" bootstrap; re-implemented here and nowhere in autocode.

    Every pair of judgements is drawn anew and by itself from the coincidences, and D_e stays as it was; so the pairs
    of one unit count as independent. Nominal; without the macro's rule for samples of agreement only.

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
    alike = ((n_c * (n_c - 1)).sum(axis=1) / (m - 1)).sum() / n
    margins = n_c.sum(axis=0)
    D_e = (n * n - (margins**2).sum()) / (n * (n - 1))
    if D_e == 0:
        return math.nan, math.nan
    again = np.ones(RESAMPLES)
    for coders, units in zip(*np.unique(m, return_counts=True), strict=True):
        apart = rng.binomial(units * coders * (coders - 1) // 2, 1 - alike, RESAMPLES)
        again -= 2 * apart / (n * D_e * (coders - 1))
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def simulate(number: int, design: Design, replicates: int) -> dict[str, Any]:
    """Return the coverage and mean width of every interval in one cell."""
    rng = np.random.default_rng([SEED, number])
    true = truth(design)
    held: dict[str, dict[str, list[tuple[bool, float]]]] = {name: {} for name in COEFFICIENTS}
    for replicate in range(replicates):
        data = draw(design, rng)
        for name, compute in COEFFICIENTS.items():
            found: dict[str, Agreement] = {}
            for method in design.methods:
                if method != LOG and (replicate < WITH_PEERS or method in MOST):
                    found[method] = compute(data, interval=method, level=LEVEL, resamples=RESAMPLES, seed=replicate)
            bounds = {method: (one.low, one.high) for method, one in found.items()}
            if not math.isnan(found["linearised"].low):
                bounds[LOG] = on_log_scale(found["linearised"])
            if name == "alpha" and design.population == "common" and replicate < WITH_PEERS:
                bounds[ALGORITHM] = krippendorff_algorithm(data, rng)
            for method, (low, high) in bounds.items():
                if not math.isnan(low):
                    held[name].setdefault(method, []).append((low <= true[name] <= high, high - low))
    return (
        asdict(design)
        | {
            name: {
                method: {
                    "coverage": float(np.mean([inside for inside, _ in each])),
                    "error": _monte_carlo_error(len(each)),
                    "width": float(np.mean([width for _, width in each])),
                    "replicates": len(each),
                }
                for method, each in methods.items()
            }
            for name, methods in held.items()
        }
        | {"truth": true}
    )


def _monte_carlo_error(replicates: int) -> float:
    return math.sqrt(LEVEL * (1 - LEVEL) / replicates)


def tables(found: Iterable[Mapping[str, Any]]) -> str:
    """Return the tables and, in words, where coverage is poor."""
    cells = list(found)
    independent = [c for c in cells if not c["interviews"]]
    nested = [c for c in cells if c["interviews"] and c["population"] == "common"]
    rare = [c for c in cells if c["population"] == "rare"]
    text = [_where_poor(nested)]
    for name in COEFFICIENTS:
        methods = [*NESTED, *([ALGORITHM] if name == "alpha" else [])]
        rows = [[f"{c['interviews']}", c["effect"], f"{c['share']:.0%}", *_cells(c[name], methods)] for c in nested]
        text.append(f"**{name}, lines nested in interviews, 2 coders**\n")
        text.append(_markdown(["interviews", "effect", "double-coded", *(NAMES[m] for m in methods)], rows))
    text.append(_where_poor_independent(independent))
    for name in COEFFICIENTS:
        methods = [*INDEPENDENT, *([ALGORITHM] if name == "alpha" else [])]
        rows = [
            [f"{c['coders']}", f"{c['units']}", f"{c['share']:.0%}", *_cells(c[name], methods)] for c in independent
        ]
        text.append(f"**{name}, independent lines of no known interview**\n")
        text.append(_markdown(["coders", "lines coded by all", "of all lines", *(NAMES[m] for m in methods)], rows))
    text.append("**A rare code, lines nested in interviews, 2 coders**\n")
    rows = [
        [
            *(f"{c['interviews']}", c["effect"], f"{c['share']:.0%}"),
            *(cell for name in COEFFICIENTS for cell in _cells(c[name], RARE)),
        ]
        for c in rare
    ]
    head = [f"{name}: {NAMES[m]}" for name in COEFFICIENTS for m in RARE]
    text.append(_markdown(["interviews", "effect", "double-coded", *head], rows))
    return "\n".join(text)


def _cells(methods: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    shown = []
    for name in names:
        coverage = methods[name]["coverage"]
        text = f"{coverage:.3f}".removeprefix("0")
        shown.append(f"**{text}**" if not LOW <= coverage <= HIGH else text)
    return shown


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"


def _where_poor(nested: list[Mapping[str, Any]]) -> str:
    said = ["Of the cells with at least 15 interviews, and below them of the cells with 8:\n"]
    rows = []
    for least, cells in (("15 or more", [c for c in nested if c["interviews"] >= 15]), ("8", nested[:12])):
        for name in COEFFICIENTS:
            for method in [*NESTED, *([ALGORITHM] if name == "alpha" else [])]:
                rows.append([least, name, NAMES[method], *_summary([c[name][method]["coverage"] for c in cells])])
    head = ["interviews", "coefficient", "interval", "lowest", "highest", "below .92", "above .97"]
    said.append(_markdown(head, rows))
    return "\n".join(said)


def _where_poor_independent(cells: list[Mapping[str, Any]]) -> str:
    rows = []
    for name in COEFFICIENTS:
        for method in [*INDEPENDENT, *([ALGORITHM] if name == "alpha" else [])]:
            rows.append([name, NAMES[method], *_summary([c[name][method]["coverage"] for c in cells])])
    head = ["coefficient", "interval", "lowest", "highest", "below .92", "above .97"]
    return "Of the cells with 15 to 250 independent lines that every coder coded:\n\n" + _markdown(head, rows)


def _summary(values: list[float]) -> list[str]:
    low, high = (f"{v:.3f}".removeprefix("0") for v in (min(values), max(values)))
    few, many = sum(v < LOW for v in values), sum(v > HIGH for v in values)
    return [low, high, f"{few} of {len(values)}", f"{many} of {len(values)}"]


def write_between(page: Path, marker: str, text: str) -> None:
    """Put the text between `<!-- marker: begin -->` and `<!-- marker: end -->`."""
    begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
    before, rest = page.read_text("utf-8").split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n{text}{end}{after}", "utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Simulate every cell and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "agreement_coverage.json")
    parser.add_argument("--page", type=Path, default=HERE / "agreement.md")
    asked = parser.parse_args(arguments)
    started = time.perf_counter()
    cells = list(designs())
    with ProcessPoolExecutor(asked.workers) as pool:
        found = list(pool.map(simulate, range(len(cells)), cells, [asked.replicates] * len(cells)))
    minutes = (time.perf_counter() - started) / 60
    about = {
        "replicates": asked.replicates,
        "with_peers": min(WITH_PEERS, asked.replicates),
        "resamples": RESAMPLES,
        "level": LEVEL,
        "seed": SEED,
        "populations": POPULATIONS,
        "lines_in_an_interview": LINES,
        "monte_carlo_error": _monte_carlo_error(asked.replicates),
    }
    asked.out.write_text(json.dumps(about | {"cells": found}, indent=1) + "\n", "utf-8")
    head = (
        f"\n{asked.replicates} replicates a cell for the default, the log scale and the linearised interval, the "
        f"first {about['with_peers']} of them for the others ({RESAMPLES} resamples where they resample), seed {SEED}; "
        f"the Monte-Carlo standard error of a coverage of .95 is {about['monte_carlo_error']:.4f} and "
        f"{_monte_carlo_error(about['with_peers']):.4f}. "
        f"Bold: outside {LOW} to {HIGH}.\n\n"
    )
    write_between(asked.page, "coverage", head + tables(found))
    print(f"{len(found)} cells in {minutes:.1f} minutes; see {asked.page.name}")


if __name__ == "__main__":
    main()
