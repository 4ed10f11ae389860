"""Time autocode and its peers on the same integer codes, in turns in one process.

    python -m evaluation.agreement_speed

Writes `results/agreement_speed.json` and the table between the markers of `agreement.md`. Needs krippendorff; times
irrCAC, NLTK, statsmodels and scikit-learn where they are installed. Each package gets the codes in the form that it
takes (NLTK triples, irrCAC a frame, ...); making that form is not timed. The names of lines and coders, which only
autocode has, are made before, too; making `ReliabilityData` of codes and names is timed. autocode computes no interval
in rows (a), (b) and (d), because of the peers only irrCAC computes one there. Times are of the processor, and the
shortest of many rounds in turns, because other work on the machine slows each of them; the medians are stored, too.
"""

import argparse
import contextlib
import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autocode.agreement import ReliabilityData, krippendorff_alpha
from autocode.codebook import CodeId
from autocode.coding import CoderId
from autocode.errors import AgreementError
from autocode.transcripts import LineId, TranscriptId
from evaluation._results import HERE, RESULTS, read_results, write_between, write_results

SEED = 7
RESAMPLES = 2000  # of each bootstrap
CATEGORIES = 4
# How many times as long the fastest peer should take, as was asked for.
TARGETS = {"a": 5.0, "b": 50.0, "c": 200.0, "d": 50.0}
ROWS = {
    "a": "(a) alpha, 1,000 x 3, 4 categories",
    "b": "(b) alpha, 100,000 x 5, 4 categories, 10 % missing",
    "c": "(c) alpha with 2,000 bootstraps of lines, 5,000 x 3, 4 categories",
    "d": "(d) MASI alpha, 5,000 x 3, 9 codes",
}
Codes = NDArray[np.int32]
Contestants = dict[str, Callable[[], float]]
PEERS = ("krippendorff", "irrCAC", "nltk", "statsmodels", "sklearn")


def codes(n: int, coders: int, missing: float = 0.0) -> Codes:
    """Return integer codes of coders who mostly agree, -1 for not judged."""
    rng = np.random.default_rng([SEED, n, coders])
    truth = rng.integers(0, CATEGORIES, n)
    given = np.where(rng.random((coders, n)) < 0.8, truth, rng.integers(0, CATEGORIES, (coders, n)))
    given[rng.random((coders, n)) < missing] = -1
    return given.astype(np.int32)


def rare_code(n: int, coders: int, number: int) -> Codes:
    """Return whether each coder applied a code that few lines have."""
    rng = np.random.default_rng([SEED, n, number])
    truth = rng.random(n) < 0.03
    return (truth ^ (rng.random((coders, n)) < 0.01)).astype(np.int32)


def sets_of(
    n: int, coders: int, n_codes: int, share: float, *, never_empty: bool = False
) -> tuple[Codes, tuple[frozenset[CodeId], ...]]:
    """Return integer codes of sets of codes, and the sets."""
    rng = np.random.default_rng([SEED, n, n_codes])
    truth = rng.random((n, n_codes)) < share
    flipped = rng.random((coders, n, n_codes)) < 0.03
    given = truth ^ flipped
    if never_empty:  # NLTK divides by zero for two empty sets
        given[..., 0] |= ~given.any(axis=-1)
    distinct, index = np.unique(given.reshape(-1, n_codes), axis=0, return_inverse=True)
    labels = tuple(frozenset(CodeId(f"code {k}") for k in np.flatnonzero(row)) for row in distinct)
    return index.reshape(coders, n).astype(np.int32), labels


class Study:
    """Integer codes with the names of coders, lines and interviews that autocode needs."""

    def __init__(self, values: Codes, labels: tuple[Any, ...], interviews: int = 0) -> None:
        self.values, self.labels = values, labels
        self.coders = tuple(CoderId(f"coder {c}") for c in range(len(values)))
        self.units = tuple(LineId(f"{u}") for u in range(values.shape[1]))
        each = -(-values.shape[1] // interviews) if interviews else 0
        self.interviews = tuple(TranscriptId(f"{u // each}") for u in range(len(self.units))) if interviews else None

    def data(self) -> ReliabilityData:
        """Return new reliability data."""
        return ReliabilityData(
            coders=self.coders,
            units=self.units,
            values=self.values,
            labels=self.labels,
            interviews=self.interviews,
        )


def installed(peer: str) -> bool:
    """Return whether a peer can be imported."""
    return importlib.util.find_spec(peer) is not None


def nominal(values: Codes) -> Contestants:
    """Return each package's nominal agreement of these codes; all but scikit-learn's and statsmodels' are alpha."""
    study = Study(values, tuple(range(CATEGORIES)))
    found: Contestants = {"autocode": lambda: krippendorff_alpha(study.data(), interval=None).value}
    with_nan = np.where(values < 0, np.nan, values)
    complete = bool((values >= 0).all())
    if installed("krippendorff"):
        import krippendorff

        found["krippendorff"] = lambda: float(
            krippendorff.alpha(reliability_data=with_nan, level_of_measurement="nominal")
        )
    if installed("irrCAC"):
        import pandas as pd
        from irrCAC.raw import CAC

        frame = pd.DataFrame(with_nan.T)
        found["irrCAC"] = lambda: float(CAC(frame).krippendorff()["est"]["coefficient_value"])
    if installed("nltk"):
        from nltk.metrics.agreement import AnnotationTask

        triples = _triples(values)
        found["NLTK"] = lambda: float(AnnotationTask(triples).alpha())
    if installed("statsmodels") and complete:
        from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

        by_unit = np.ascontiguousarray(values.T)
        found["statsmodels (Fleiss)"] = lambda: float(fleiss_kappa(aggregate_raters(by_unit)[0]))
    if installed("sklearn"):
        from sklearn.metrics import cohen_kappa_score

        def pairwise() -> float:
            kappas = []
            for i in range(len(values)):
                for j in range(i):
                    both = (values[i] >= 0) & (values[j] >= 0)
                    kappas.append(float(cohen_kappa_score(values[i][both], values[j][both])))
            return float(np.mean(kappas))

        found["scikit-learn (mean pairwise kappa)"] = pairwise
    return found


def bootstrapped(values: Codes) -> Contestants:
    """Return alpha with an interval; krippendorff has none, so it is called on each resample of its own counts."""
    study = Study(values, tuple(range(CATEGORIES)))
    seeds = iter(range(10**9))
    found: Contestants = {
        "autocode": lambda: (
            krippendorff_alpha(study.data(), interval="lines", resamples=RESAMPLES, seed=next(seeds)).low
        )
    }
    if installed("krippendorff"):
        import krippendorff

        counts = np.stack([(values == k).sum(axis=0) for k in range(CATEGORIES)], axis=1)

        def loop() -> float:
            rng = np.random.default_rng(next(seeds))
            replicates = [
                krippendorff.alpha(
                    value_counts=counts[rng.integers(0, len(counts), len(counts))], level_of_measurement="nominal"
                )
                for _ in range(RESAMPLES)
            ]
            return float(np.quantile(replicates, 0.025))

        found["krippendorff"] = loop
    return found


def sets(values: Codes, labels: tuple[frozenset[CodeId], ...]) -> Contestants:
    """Return MASI alpha; krippendorff would need an array of units x sets x sets."""
    study = Study(values, labels)
    found: Contestants = {"autocode": lambda: krippendorff_alpha(study.data(), distance="masi", interval=None).value}
    if installed("nltk"):
        from nltk.metrics import masi_distance
        from nltk.metrics.agreement import AnnotationTask

        triples = [(c, u, labels[v]) for c, u, v in _triples(values)]
        found["NLTK"] = lambda: float(AnnotationTask(triples, distance=masi_distance).alpha())
    return found


def _triples(values: Codes) -> list[tuple[int, int, Any]]:
    return [(c, u, int(v)) for c, row in enumerate(values) for u, v in enumerate(row) if v >= 0]


def timed(contestants: Contestants, seconds: float) -> dict[str, dict[str, float]]:
    """Return the processor time of each contestant over rounds in turns, at least three, and what it computed."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    values: dict[str, float] = {}
    calls: dict[str, int] = {}
    for name, run in contestants.items():
        values[name] = run()  # imports are not timed
        at = time.process_time()
        run()
        # Short calls are timed several in a row: after a slow peer, the processor's cache is cold.
        calls[name] = max(1, min(50, int(0.01 / (time.process_time() - at))))
    started, rounds = time.perf_counter(), 0
    while rounds < 3 or (time.perf_counter() - started < seconds and rounds < 200):
        for name, run in contestants.items():
            at = time.process_time()
            for _ in range(calls[name]):
                run()
            times[name].append((time.process_time() - at) / calls[name])
        rounds += 1
    return {
        name: {"least": min(rounds_of), "median": median(rounds_of), "rounds": len(rounds_of), "value": values[name]}
        for name, rounds_of in times.items()
    }


def ratios_of(times: dict[str, dict[str, float]], by: str) -> dict[str, float]:
    """Return how many times as long as autocode each peer takes, by the least or the median time."""
    return {name: of_peer[by] / times["autocode"][by] for name, of_peer in times.items() if name != "autocode"}


def time_of_a_new_shape() -> float:
    """Return the processor time of alpha for a number of categories that did not occur before, the median of five."""
    values, times = codes(1_000, 3), []
    for n_labels in range(CATEGORIES + 1, CATEGORIES + 6):
        study = Study(values, tuple(range(n_labels)))
        at = time.process_time()
        krippendorff_alpha(study.data(), interval=None)
        times.append(time.process_time() - at)
    return median(times)


def times_of_making_data() -> dict[str, float]:
    """Return the processor time of making reliability data of 100,000 units by 5 coders, the shortest of five."""
    values = codes(100_000, 5, 0.1)
    cells = [[None if v < 0 else f"category {v}" for v in row] for row in values.tolist()]
    rows = [
        {"unit": u, "coder": c, "code": cell}
        for c, row in enumerate(cells)
        for u, cell in enumerate(row)
        if cell is not None
    ]
    text = [[f"answer {u}" for u in range(1_000_000)]] * 2

    def refused() -> None:
        with contextlib.suppress(AgreementError):
            krippendorff_alpha(ReliabilityData.from_table(text))

    makers: dict[str, Callable[[], object]] = {
        "an array of integers": lambda: ReliabilityData.from_table(values),
        "lists of text": lambda: ReliabilityData.from_table(cells),
        "450,000 rows, one per judgement": lambda: ReliabilityData.from_long(
            rows, unit="unit", coder="coder", value="code"
        ),
        "a million different texts by two coders, to the refusal": refused,
    }
    found = {}
    for name, make in makers.items():
        times = []
        for _ in range(5):
            at = time.process_time()
            make()
            times.append(time.process_time() - at)
        found[name] = min(times)
    return found


def times_of_all_codes(seconds: float) -> dict[str, Any]:
    """Time 2,000 interview bootstraps of alpha of all 45 codes, and two calls of krippendorff per code."""
    import krippendorff

    tables = [rare_code(6000, 3, number) for number in range(45)]
    studies = [Study(values, ("not applied", "applied"), interviews=30) for values in tables]
    for study in studies[1:]:
        study.interviews = studies[0].interviews
    answers = [values.astype(float) for values in tables]
    seeds = iter(range(10**9))

    def ours() -> float:
        seed = next(seeds)  # a new seed in each round, so that no draws are cached
        options = {"interval": "interviews", "resamples": RESAMPLES, "seed": seed}
        return sum(krippendorff_alpha(study.data(), **options).value for study in studies)

    def two_calls() -> float:
        found = [
            krippendorff.alpha(reliability_data=answer, level_of_measurement="nominal", value_domain=[0.0, 1.0])
            for answer in answers
            for _ in range(2)
        ]
        return float(sum(found[::2]))

    times = timed({"autocode": ours, "krippendorff": two_calls}, seconds)
    return {"times": times, "ratio": ratios_of(times, "least")["krippendorff"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Time every row and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each row, beyond its first three rounds")
    parser.add_argument("--out", type=Path, default=RESULTS / "agreement_speed.json", help="where to write")
    parser.add_argument("--page", type=Path, default=HERE / "agreement.md", help="the page to write the table into")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # peers warn of their own 0/0 and of future versions of pandas
    rows: dict[str, Contestants] = {
        "a": nominal(codes(1_000, 3)),
        "b": nominal(codes(100_000, 5, 0.1)),
        "c": bootstrapped(codes(5_000, 3)),
        "d": sets(*sets_of(5_000, 3, 9, 0.2, never_empty=True)),
    }
    found: dict[str, Any] = {}
    loads = [os.getloadavg()[0]]
    for row, contestants in rows.items():
        times = timed(contestants, options.seconds)
        ratios = ratios_of(times, "least")
        fastest = min(ratios, key=lambda name: ratios[name], default="")
        found[row] = {
            "times": times,
            "ratios": ratios,
            "ratios_of_medians": ratios_of(times, "median"),
            "fastest_peer": fastest,
            "target": TARGETS[row],
            "reached": bool(ratios) and ratios[fastest] >= TARGETS[row],
        }
        loads.append(os.getloadavg()[0])
    found["codes"] = times_of_all_codes(options.seconds)
    found["new_shape"] = time_of_a_new_shape()
    found["making_data"] = times_of_making_data()
    loads.append(os.getloadavg()[0])
    found["load"] = {"processors": os.cpu_count(), "least": min(loads), "most": max(loads)}
    missing = [peer for peer in PEERS if not installed(peer)]
    write_results(options.out, {"seed": SEED, "missing_peers": missing, "python": sys.version[:6], "rows": found})
    results = read_results(options.out)
    write_page(options.page, results)
    print(table(results["rows"]))


def write_page(page: Path, results: Mapping[str, Any]) -> None:
    """Write the table into the page."""
    write_between(page, "speed", "\n" + table(results["rows"]))


def table(rows: Mapping[str, Any]) -> str:
    """Return the ratios as a table, and in sentences what else was timed and which targets were missed."""
    names = list(dict.fromkeys(name for row in ROWS for name in rows[row]["ratios"]))
    lines = [
        "| row | autocode, ms | target | " + " | ".join(names) + " |",
        "|" + " --- |" * (len(names) + 3),
    ]
    for row, title in ROWS.items():
        timing = rows[row]
        cells = [f"{timing['ratios'][name]:.3g}" if name in timing["ratios"] else "–" for name in names]
        ms = f"{1000 * timing['times']['autocode']['least']:.3g}"
        lines.append(f"| {title} | {ms} | {timing['target']:g} | " + " | ".join(cells) + " |")
    medians = [
        f"({row}) {rows[row]['ratios_of_medians'][rows[row]['fastest_peer']]:.3g}"
        for row in ROWS
        if rows[row]["ratios"]
    ]
    all_codes, load = rows["codes"], rows["load"]
    ours, theirs = (1000 * all_codes["times"][name]["least"] for name in ("autocode", "krippendorff"))
    making = "; ".join(f"{name} {1000 * seconds:.3g} ms" for name, seconds in rows["making_data"].items())
    lines += [
        "",
        f"By medians, the fastest peer takes {', '.join(medians)} times as long. The load of the machine was "
        f"{load['least']:.1f} to {load['most']:.1f} on {load['processors']} processors. Alpha of 1,000 x 3 for a "
        f"number of categories not met before: {1000 * rows['new_shape']:.2g} ms.",
        "",
        f"All 45 codes of 6,000 lines in 30 interviews by 3 coders, alpha with 2,000 interview bootstraps: "
        f"{ours:.3g} ms; two calls of `krippendorff.alpha` per code: {theirs:.3g} ms, "
        f"{all_codes['ratio']:.2f} times as long "
        f"(at least 1 asked for: {'reached' if all_codes['ratio'] >= 1 else 'missed'}).",
        "",
        f"Making `ReliabilityData` of 100,000 units by 5 coders: {making}.",
    ]
    for row in ROWS:
        timing = rows[row]
        if timing["ratios"] and not timing["reached"]:
            lines.append(
                f"\nMissed: row ({row}), {timing['ratios'][timing['fastest_peer']]:.3g} times the speed of "
                f"{timing['fastest_peer']} where {timing['target']:g} was asked for."
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
