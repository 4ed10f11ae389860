"""Compare autocode with its peers: the same training lines, the same test lines, the same choice of thresholds.

    python -m evaluation.peers ../shared/corpora/nhs_feedback ../shared/corpora/serdif_thinkaloud \
        ../shared/corpora/disapere --minilm FOLDER

Protocol as in `evaluation.suggester`. Every cell (corpus, method, N, seed) is measured in a process of its own, with
one thread, and stored under build/peers when it is done: a second run continues where the first stopped, and does not
measure again what evaluation/results/peers_*.json already has. A cell whose method, corpus or settings changed since is
measured again, and `--again METHOD` asks for it. A peer that is not installed (peers-requirements.txt), or whose model
file is not named, is reported as missing; nothing is ever downloaded. FOLDER contains all-MiniLM-L6-v2 as its authors
publish it (vocab.txt, model.safetensors, ...).

Writes results/peers_<corpus>.json and peers.md; with `--costs`, results/peers_costs.json: what learning from 1,000
lines costs autocode, calibrated logistic regression and SetFit, in one process.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autocode
from autocode.suggester import CodedLines, fit, fit_platt, fit_thresholds, folds
from autocode.validation import MIN_USES, Predictions, eligible, interview_draws, mean_over_splits, measure, split
from evaluation._results import HERE, read_results, write_results, write_text
from evaluation.peers_methods import (
    METHODS,
    MOST_STEPS,
    PAIRS,
    Fitted,
    Method,
    offline,
    setfit_model,
    setfit_steps,
    statements_of,
)
from evaluation.peers_page import page

LEARN, SEEDS, RESAMPLES = (50, 250, 1000), (0, 1, 2), 500
MEASURED = ("R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece")
COSTS = ("fit_cpu_s", "tuned_cpu_s", "lines_per_cpu_s", "peak_mb")
# SetFit's steps are timed after this many steps, for this many.
WARM, TIMED = 5, 30
# Lines on which a method is run once before it is measured: what a library loads at its first call is not learning.
WARM_UP = 10
# Standardised scores below this are raised to it: some peers score 10^-12 for "never", and one slope cannot fit such
# scores and the others.
LEAST_SCORE = -4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One method that learns from the first `n` lines of one split of one corpus."""

    corpus: Path
    method: Method
    n: int
    seed: int

    def path(self, cells: Path) -> Path:
        """Return where it is stored once measured."""
        name = "".join(c if c.isalnum() else "-" for c in self.method.name)
        return cells / f"{self.corpus.name}.{name}.{self.n}.{self.seed}.npz"

    def digest(self) -> str:
        """Return a digest of all that determines its scores: the method, the corpus, the number of lines, the split."""
        digest = sha256(f"{self.method.digest()} {self.n} {self.seed} {MIN_USES}".encode())
        for name in ("lines.csv", "codings.csv", "codebook.csv"):
            digest.update((self.corpus / name).read_bytes())
        return digest.hexdigest()[:16]

    def __str__(self) -> str:
        return f"{self.corpus.name}, {self.method.name}, N = {self.n}, seed {self.seed}"


@lru_cache(maxsize=1)
def coded_lines(corpus: Path) -> tuple[CodedLines, autocode.Codebook]:
    """Return the lines of a corpus that the protocol uses, and the codebook."""
    codings, lines, codebook = autocode.read_corpus(corpus)
    return eligible(codings, lines, codebook, min_uses=MIN_USES), codebook


def training_and_test(corpus: Path, n: int, seed: int) -> tuple[CodedLines, CodedLines, autocode.Codebook]:
    """Return the training lines, the test lines, and the codebook."""
    table, codebook = coded_lines(corpus)
    part = split(table, seed=seed)
    return table.take(part.pool[:n]), table.take(part.test), codebook


def measure_cell(cell: Cell, minilm: Path | None) -> dict[str, Any]:
    """Fit and score, and return the scores and the costs; to be called in a process of its own."""
    train, test, codebook = training_and_test(cell.corpus, cell.n, cell.seed)
    method = cell.method
    few = train.take(np.arange(min(WARM_UP, len(train))))
    method.learn(few, codebook, cell.seed, minilm).score(few.lines)
    begun = time.process_time()
    fitted = method.learn(train, codebook, cell.seed, minilm)
    fit_cpu = time.process_time() - begun
    held_out = fitted.held_out
    if held_out is None:
        held_out = np.zeros(train.applied.shape)
        fold = folds([line.transcript for line in train.lines], seed=cell.seed) % method.folds
        for k in np.unique(fold):
            inside, outside = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
            without_fold = method.learn(train.take(outside), codebook, cell.seed, minilm)
            held_out[inside] = without_fold.score(train.take(inside).lines)
    tuned_cpu = time.process_time() - begun
    begun = time.process_time()
    scores = fitted.score(test.lines)
    score_cpu = time.process_time() - begun
    about = {
        "digest": cell.digest(),
        "fit_cpu_s": fit_cpu if fitted.held_out is None else None,
        "tuned_cpu_s": tuned_cpu,
        "lines_per_cpu_s": len(test) / max(score_cpu, 1e-9),
        "peak_mb": peak_mb(),
        "test_lines": len(test),
        "versions": versions(method),
    }
    return {"about": about, "held_out": held_out, "scores": scores, **own_calibration(fitted, scores)}


def own_calibration(fitted: Fitted, scores: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the probabilities and thresholds of a method that makes its own."""
    if fitted.probabilities is None or fitted.thresholds is None:
        return {}
    return {"probabilities": fitted.probabilities(scores), "thresholds": fitted.thresholds}


def peak_mb() -> float:
    """Return the peak memory of this process, in MB (2**20 bytes)."""
    try:
        # Not getrusage: it begins with the memory of the parent process.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 1024)


def versions(method: Method) -> dict[str, str]:
    """Return the versions of the packages that a method uses."""
    found = {}
    for name in ("autocode", "numpy", "scikit-learn", "spacy", *method.packages):
        try:
            found[name] = version({"fasttext": "fasttext-numpy2-wheel"}.get(name, name))
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


def write_cell(path: Path, measured: dict[str, Any]) -> None:
    """Store a measured cell; the file is replaced as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, **{**measured, "about": np.array(json.dumps(measured["about"]))})
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read_cell(cell: Cell, cells: Path) -> dict[str, Any] | None:
    """Return a measured cell, or None where there is none or something that determines it has changed."""
    path = cell.path(cells)
    if not path.is_file():
        return None
    with np.load(path) as stored:
        measured: dict[str, Any] = dict(stored)
    measured["about"] = json.loads(str(measured["about"]))
    return measured if measured["about"]["digest"] == cell.digest() else None


def measure_in_processes(wanted: Sequence[Cell], cells: Path, minilm: Path | None) -> Iterator[str]:
    """Measure cells of one corpus and one method, each in a process of its own; yield why one failed, or ''."""
    common = [str(wanted[0].corpus), wanted[0].method.name, str(minilm or "")]
    of_cells = [f"{cell.n}:{cell.seed}:{cell.path(cells)}" for cell in wanted]
    with subprocess.Popen(
        [sys.executable, "-m", "evaluation.peers_worker", *common, *of_cells],
        cwd=HERE.parent,
        env={**os.environ, **dict(offline())},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as process:
        for _ in wanted:
            # A library may print; the worker's report on a cell is a line of JSON.
            line = next((line for line in process.stdout or () if line.startswith('"')), '"the process ended"')
            why = json.loads(line)
            yield f"failed: {why}" if why else ""


def tuned(
    held_out: NDArray[np.float64], applied: NDArray[np.bool_], scores: NDArray[np.float64], *, documents: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return probabilities and thresholds by autocode's own calibration, from standardised scores."""
    mean, sd = held_out.mean(), max(float(held_out.std()), 1e-12)
    train, test = (np.maximum((part - mean) / sd, LEAST_SCORE) for part in (held_out, scores))
    calibration = fit_platt(train, applied, n_interviews=documents)
    return calibration(test), fit_thresholds(calibration(train), applied).codes


@lru_cache(maxsize=1)
def scoring_digest(resamples: int) -> str:
    """Return a digest of the code that turns scores into metrics."""
    modules = [inspect.getmodule(function) for function in (fit_platt, fit_thresholds, measure, mean_over_splits)]
    sources = [inspect.getsource(part) for part in (tuned, *modules) if part is not None]
    return sha256(f"{resamples} {[statements_of(source) for source in sources]}".encode()).hexdigest()[:16]


class Corpus:
    """The lines on which the methods are compared, and the bootstrap draws of their documents."""

    def __init__(self, folder: Path, *, resamples: int) -> None:
        self.folder, self.resamples = folder, resamples
        self.table, _ = coded_lines(folder)
        self.splits = [split(self.table, seed=seed) for seed in SEEDS]
        self.draws = interview_draws(self.table, self.splits, resamples=resamples, seed=SEEDS[0])

    def to_json(self) -> dict[str, object]:
        """Return its size and the protocol."""
        return {
            "corpus": self.folder.name,
            "lines": len(self.table),
            "documents": len({line.transcript for line in self.table.lines}),
            "codes": len(self.table.codes),
            "min_uses": MIN_USES,
            "learn": list(LEARN),
            "seeds": list(SEEDS),
            "interval": "95% percentile, bootstrap of documents",
            "resamples": self.resamples,
        }

    def metrics(self, cell: Cell, measured: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
        """Return each metric of a cell, on the test lines and on every bootstrap draw of documents."""
        s = SEEDS.index(cell.seed)
        part = self.splits[s]
        pool = part.pool[: cell.n]
        applied, truth = self.table.applied[pool], self.table.applied[part.test]
        if "thresholds" in measured:
            p, thresholds = measured["probabilities"], measured["thresholds"]
            ranked = p
        else:
            documents = len({self.table.lines[i].transcript for i in pool})
            p, thresholds = tuned(measured["held_out"], applied, measured["scores"], documents=documents)
            ranked = measured["scores"]
        predictions = Predictions(truth=truth, scores=ranked, predicted=p >= thresholds, probabilities=p)
        return measure(predictions, self.draws[s])

    def entry(self, method: Method, n: int, cells: Sequence[tuple[Cell, dict[str, Any]]]) -> dict[str, Any]:
        """Return the results of a method at one N: the mean over its seeds, and each cell."""
        of_seeds = [self.metrics(cell, measured) for cell, measured in cells]
        of_cells = []
        for (cell, measured), values in zip(cells, of_seeds, strict=True):
            metrics = {name: mean_over_splits(values[name][None, :]).to_json() for name in MEASURED}
            of_cells.append({"seed": cell.seed, **measured["about"], "metrics": metrics})
        means = {name: mean_over_splits(np.stack([values[name] for values in of_seeds])).to_json() for name in MEASURED}
        draws = _mean_per_draw(np.stack([values["R@3"][1:] for values in of_seeds]))
        return {
            "method": method.name,
            "n": n,
            "scored": scoring_digest(self.resamples),
            "seeds": [cell.seed for cell, _ in cells],
            "metrics": means,
            "costs": {name: _mean([measured["about"][name] for _, measured in cells]) for name in COSTS},
            # In ten-thousandths, draw by draw, on the same documents for every method: differences follow from these.
            "R@3_draws": " ".join(draws),
            "cells": of_cells,
        }


def _mean_per_draw(values: NDArray[np.float64]) -> list[str]:
    """Return the mean over splits for each draw; a split of which a draw has no document is left out."""
    known = ~np.isnan(values)
    means = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return [
        f"{10_000 * mean:.0f}" if any_known else "-" for mean, any_known in zip(means, known.any(axis=0), strict=True)
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


Entries = Mapping[tuple[str, int], dict[str, Any]]


def run(arguments: argparse.Namespace) -> None:
    """Measure what is missing, and write the results and the page after every method."""
    for folder in arguments.corpora:
        corpus = Corpus(folder, resamples=arguments.resamples)
        path = arguments.out / "results" / f"peers_{folder.name}.json"
        for method in (METHODS[name] for name in arguments.methods):
            before = read_results(path) if path.is_file() else {"entries": [], "missing": []}
            entries = {(entry["method"], entry["n"]): entry for entry in before["entries"]}
            missing = {(entry["method"], entry["n"]): entry for entry in before["missing"]}
            for n, entry, why in entries_of(corpus, method, entries, arguments):
                entries.pop((method.name, n), None)
                missing.pop((method.name, n), None)
                if entry:
                    entries[method.name, n] = entry
                if why:
                    missing[method.name, n] = {"method": method.name, "n": n, "why": why}
            order = [(name, n) for n in LEARN for name in METHODS]
            results = {
                **corpus.to_json(),
                "entries": [entries[key] for key in order if key in entries],
                "missing": [missing[key] for key in order if key in missing],
            }
            write_results(path, results)
            write_page(arguments.out)


def entries_of(
    corpus: Corpus, method: Method, entries: Entries, arguments: argparse.Namespace
) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """Yield for each N the results of a method, measured now if need be, and why anything is missing."""
    wanted = {
        n: [
            Cell(corpus=corpus.folder, method=method, n=n, seed=seed)
            for seed in SEEDS[: method.seeds.get(n, len(SEEDS))]
            if len(corpus.splits[SEEDS.index(seed)].pool) >= n
        ]
        for n in arguments.learn
    }
    again = method.name in arguments.again
    cells = [cell for of_n in wanted.values() for cell in of_n]
    known = {
        cell: None if again and cell.seed in arguments.seeds else read_cell(cell, arguments.cells) for cell in cells
    }
    current = {n for n, of_n in wanted.items() if _is_current(entries.get((method.name, n)), of_n, arguments.seeds)}
    kept = set() if again else current
    absent = method.why_not_here(arguments.minilm)
    missing = [
        cell for cell, measured in known.items() if not measured and cell.n not in kept and cell.seed in arguments.seeds
    ]
    why: dict[Cell, str] = {}
    if missing and not absent and not arguments.as_is:
        begun = time.monotonic()
        reports = measure_in_processes(missing, arguments.cells, arguments.minilm)
        for cell, failed in zip(missing, reports, strict=True):
            why[cell] = failed
            known[cell] = None if failed else read_cell(cell, arguments.cells)
            print(f"{cell}: {failed or f'{time.monotonic() - begun:.0f} s'}", flush=True)
            begun = time.monotonic()
    for n, of_n in wanted.items():
        if not of_n:
            yield n, None, _why_none(corpus, method, n)
            continue
        yield (
            n,
            *_entry_at(
                corpus,
                method,
                n,
                entries.get((method.name, n)),
                done=[(cell, measured) for cell in of_n if (measured := known[cell]) is not None],
                n_wanted=len(of_n),
                kept=n in kept,
                current=n in current,
                attempted=any(cell in why for cell in of_n),
                failed=next((why[cell] for cell in of_n if why.get(cell)), ""),
                absent=absent,
            ),
        )


def _why_none(corpus: Corpus, method: Method, n: int) -> str:
    if method.seeds.get(n) == 0:
        return "it takes hours; see what learning costs"
    pools = ", ".join(str(len(part.pool)) for part in corpus.splits)
    return f"its training parts have {pools} lines"


def _entry_at(
    corpus: Corpus,
    method: Method,
    n: int,
    entry: dict[str, Any] | None,
    *,
    done: Sequence[tuple[Cell, dict[str, Any]]],
    n_wanted: int,
    kept: bool,
    current: bool,
    attempted: bool,
    failed: str,
    absent: str,
) -> tuple[dict[str, Any] | None, str]:
    """Return the results of a method at one N, and why anything is missing.

    `entry` are its earlier results, `kept` whether they may be kept and `current` whether they are of the present
    code; `done` are the measured cells, of `n_wanted`.
    """
    is_scored = entry is not None and entry["scored"] == scoring_digest(corpus.resamples)
    if entry and is_scored and kept and not attempted and len(entry["cells"]) >= len(done):
        return entry, ""
    if done and (len(done) == n_wanted or not kept):
        return corpus.entry(method, n, done), failed
    if kept:
        return entry, ""
    if entry and (absent or not failed):
        # Earlier results are kept, and marked as those of an older state if they are.
        return {**entry, "stale": not current}, ""
    return None, failed or absent


def _is_current(entry: Mapping[str, Any] | None, cells: Sequence[Cell], seeds: Sequence[int]) -> bool:
    """Return whether an entry has these seeds, and its cells are as they would be measured now."""
    stored = {} if entry is None else {cell["seed"]: cell["digest"] for cell in entry["cells"]}
    now = {cell.seed: cell.digest() for cell in cells}
    return bool(stored) and stored.items() <= now.items() and (set(seeds) & now.keys()) <= stored.keys()


def write_page(out: Path) -> None:
    """Write the page from the results."""
    results = [read_results(path) for path in sorted((out / "results").glob("peers_*.json"))]
    costs = next((result for result in results if "setfit" in result), None)
    write_text(out / "peers.md", page([result for result in results if "entries" in result], costs))


def learning_costs(corpus: Path, minilm: Path, *, n: int = 1000, seed: int = 0) -> dict[str, Any]:
    """Return CPU seconds of learning from `n` lines: autocode, calibrated logistic regression, and SetFit.

    SetFit is not run to its end: some steps of its own trainer are timed, and multiplied by the number of steps.
    Drawing its pairs and fitting its head are left out, in its favour.
    """
    from evaluation.suggester_speed import cpu_seconds, fit_baseline

    train, _, codebook = training_and_test(corpus, n, seed)
    few = train.take(np.arange(WARM_UP))
    fit(few, codebook, seed=seed)
    fit_baseline(few)
    ours = [cpu_seconds(lambda: fit(train, codebook, seed=seed)) for _ in range(3)]
    baseline = [cpu_seconds(lambda: fit_baseline(train)) for _ in range(3)]
    _, clock = setfit_model(train, seed, minilm, {"max_steps": WARM + TIMED})
    step = (clock[-1] - clock[WARM - 1]) / (len(clock) - WARM)
    steps = {
        "defaults": setfit_steps(train.applied),
        f"{PAIRS} pairs per line and sign": -(-2 * PAIRS * len(train) // 16),
    }
    ours_median, baseline_median = float(np.median(ours)), float(np.median(baseline))
    return {
        "corpus": corpus.name,
        "n": len(train),
        "seed": seed,
        "codes": len(train.codes),
        "autocode_cpu_s": {"median": ours_median, "runs": ours},
        "logistic_calibrated_cpu_s": {"median": baseline_median, "runs": baseline},
        "autocode_over_logistic": ours_median / baseline_median,
        "setfit": {
            "cpu_s_a_step": step,
            "timed_steps": len(clock) - WARM,
            "after_steps": WARM,
            "most_steps_here": MOST_STEPS,
            "variants": {
                name: {"steps": k, "cpu_s": k * step, "over_autocode": k * step / ours_median}
                for name, k in steps.items()
            },
        },
        "versions": versions(METHODS["SetFit"]),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write; with `--costs`, what learning costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+", help="folders of plain corpora")
    parser.add_argument("--minilm", type=Path, help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD")
    parser.add_argument("--learn", nargs="+", type=int, choices=LEARN, default=list(LEARN), metavar="N")
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS), metavar="SEED")
    parser.add_argument("--again", nargs="+", choices=METHODS, default=[], metavar="METHOD", help="measure again")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="bootstrap draws of documents (%(default)s)")
    parser.add_argument("--cells", type=Path, default=HERE.parent / "build" / "peers", help="where cells are stored")
    parser.add_argument("--out", type=Path, default=HERE, help="where results/ and peers.md are written")
    parser.add_argument("--as-is", action="store_true", help="measure nothing; write what has been measured")
    parser.add_argument("--costs", action="store_true", help="measure only what learning from 1,000 lines costs")
    options = parser.parse_args(arguments)
    options.corpora = [corpus.resolve() for corpus in options.corpora]
    options.cells, options.out = options.cells.resolve(), options.out.resolve()
    options.minilm = options.minilm.resolve() if options.minilm else None
    if not options.costs:
        run(options)
        return
    why = METHODS["SetFit"].why_not_here(options.minilm)
    if why:
        parser.error(f"--costs: {why}.")
    os.environ.update(dict(offline()))
    write_results(options.out / "results" / "peers_costs.json", learning_costs(options.corpora[0], options.minilm))
    write_page(options.out)


if __name__ == "__main__":
    main()
