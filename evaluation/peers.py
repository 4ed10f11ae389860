"""Measure autocode beside its peers: the same lines to learn from, the same lines asked, the same tuner of thresholds.

    python -m evaluation.peers ../shared/corpora/nhs_feedback ../shared/corpora/serdif_thinkaloud \
        ../shared/corpora/disapere --minilm FOLDER

Protocol as in `evaluation.suggester`. Every cell (corpus, method, N, seed) is measured in a process of its own, with
one thread, and written under build/peers when it is done: a second run goes on where the first stopped, and what
evaluation/results/peers_*.json already holds is not measured again. A cell whose method, corpus or settings changed
since is. `--again METHOD` measures a method anew. A peer that is not installed (peers-requirements.txt), or whose model
file is not named, is said to be missing; nothing is ever downloaded. FOLDER holds all-MiniLM-L6-v2 as its authors
publish it (vocab.txt, model.safetensors, ...).

Writes results/peers_<corpus>.json and peers.md; with `--costs`, results/peers_costs.json too: what learning from 1,000
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
from autocode.suggester import CodedLines
from autocode.validation import Predictions, eligible, interview_draws, mean_over_splits, measure, split
from evaluation.peers_methods import METHODS, MOST_STEPS, PAIRS, Fitted, Method, offline, setfit_model, setfit_steps
from evaluation.peers_page import page

HERE = Path(__file__).parent
LEARN, SEEDS, RESAMPLES, MIN_USES = (50, 250, 1000), (0, 1, 2), 500, 15
MEASURED = ("R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece")
COSTS = ("fit_cpu_s", "tuned_cpu_s", "lines_per_cpu_s", "peak_mb")
# After this many steps SetFit's are timed, for this many.
WARM, TIMED = 5, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One method that learns from the first `n` lines of one split of one corpus."""

    corpus: Path
    method: Method
    n: int
    seed: int

    def path(self, cells: Path) -> Path:
        """Return where it is kept once measured."""
        name = "".join(c if c.isalnum() else "-" for c in self.method.name)
        return cells / f"{self.corpus.name}.{name}.{self.n}.{self.seed}.npz"

    def digest(self) -> str:
        """Return a digest of all that makes it what it is: the method, the corpus, how much is learnt, the split."""
        told = sha256(f"{self.method.digest()} {self.n} {self.seed} {MIN_USES}".encode())
        for name in ("lines.csv", "codings.csv", "codebook.csv"):
            told.update((self.corpus / name).read_bytes())
        return told.hexdigest()[:16]

    def __str__(self) -> str:
        return f"{self.corpus.name}, {self.method.name}, N = {self.n}, seed {self.seed}"


@lru_cache(maxsize=1)
def coded(corpus: Path) -> tuple[CodedLines, autocode.Codebook]:
    """Return the lines of a corpus that the protocol is about, and the codebook."""
    codings, lines, codebook = autocode.read_corpus(corpus)
    return eligible(codings, lines, codebook, min_uses=MIN_USES), codebook


def tables(corpus: Path, n: int, seed: int) -> tuple[CodedLines, CodedLines, autocode.Codebook]:
    """Return the lines to learn from, the lines asked about, and the codebook."""
    table, codebook = coded(corpus)
    part = split(table, seed=seed)
    return table.take(part.pool[:n]), table.take(part.test), codebook


def measured(cell: Cell, minilm: Path | None) -> dict[str, Any]:
    """Learn and score, and return the scores and what they cost; to be called in a process of its own."""
    from autocode.suggester.model._model import folds  # the folds of autocode's own held-out scores, for every peer

    train, test, codebook = tables(cell.corpus, cell.n, cell.seed)
    method = cell.method
    # Once on a few lines: what a library loads or compiles at its first call is not learning.
    few = train.take(np.arange(min(10, len(train))))
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
            apart = method.learn(train.take(outside), codebook, cell.seed, minilm)
            held_out[inside] = apart.score(train.take(inside).lines)
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
    return {"about": about, "held_out": held_out, "scores": scores, **own(fitted, scores)}


def own(fitted: Fitted, scores: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the probabilities and thresholds of a method that makes its own."""
    if fitted.probabilities is None or fitted.cut is None:
        return {}
    return {"probabilities": fitted.probabilities(scores), "cut": fitted.cut}


def peak_mb() -> float:
    """Return the most memory this process has held, in MB (2**20 bytes)."""
    try:
        # Not getrusage: a child starts from what its parent had held.
        told = Path("/proc/self/status").read_text(encoding="ascii")
        return int(told.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        import resource

        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return held / (2**20 if sys.platform == "darwin" else 1024)


def versions(method: Method) -> dict[str, str]:
    """Return the versions of what a method is made with."""
    found = {}
    for name in ("autocode", "numpy", "scikit-learn", "spacy", *method.packages):
        try:
            found[name] = version({"fasttext": "fasttext-numpy2-wheel"}.get(name, name))
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


def write(path: Path, found: dict[str, Any]) -> None:
    """Write a measured cell, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as out:
        np.savez_compressed(out, **{**found, "about": np.array(json.dumps(found["about"]))})
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)


def read(cell: Cell, cells: Path) -> dict[str, Any] | None:
    """Return a measured cell, or None where it is not there or something that made it has changed."""
    path = cell.path(cells)
    if not path.is_file():
        return None
    with np.load(path) as kept:
        found: dict[str, Any] = dict(kept)
    found["about"] = json.loads(str(found["about"]))
    return found if found["about"]["digest"] == cell.digest() else None


def apart(wanted: Sequence[Cell], cells: Path, minilm: Path | None) -> Iterator[str]:
    """Measure cells of one corpus and one method, each in a process of its own; yield why one could not be, or ''."""
    asked = [f"{cell.n}:{cell.seed}:{cell.path(cells)}" for cell in wanted]
    of_all = [str(wanted[0].corpus), wanted[0].method.name, str(minilm or "")]
    with subprocess.Popen(
        [sys.executable, "-m", "evaluation.peers_apart", *of_all, *asked],
        cwd=HERE.parent,
        env={**os.environ, **dict(offline())},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as process:
        for _ in wanted:
            # A library may print; what is told of a cell is the line that is a piece of JSON.
            told = next((line for line in process.stdout or () if line.startswith('"')), '"the process ended"')
            why = json.loads(told)
            yield f"failed: {why}" if why else ""


def tuned(
    held_out: NDArray[np.float64], applied: NDArray[np.bool_], scores: NDArray[np.float64], *, documents: int
) -> tuple[Any, Any]:
    """Return probabilities and thresholds from held-out scores, as autocode makes its own, on one scale for all."""
    from autocode.suggester.model._calibration import platt
    from autocode.suggester.model._thresholds import thresholds

    middle, spread = held_out.mean(), max(float(held_out.std()), 1e-12)
    # Some peers say 10^-12 where they mean never; one slope cannot serve these scores and the others.
    known, asked = (np.maximum((s - middle) / spread, -4) for s in (held_out, scores))
    calibration = platt(known, applied, interviews=documents)
    return calibration(asked), thresholds(calibration(known), applied).codes


@lru_cache(maxsize=1)
def scoring(resamples: int) -> str:
    """Return a digest of what makes metrics of scores."""
    from autocode.suggester.model import _calibration, _thresholds

    made = (tuned, _calibration, _thresholds, inspect.getmodule(measure), inspect.getmodule(mean_over_splits))
    return sha256(f"{resamples} {[inspect.getsource(one) for one in made]}".encode()).hexdigest()[:16]


class Corpus:
    """What the methods are held against, and how its documents are drawn."""

    def __init__(self, folder: Path, *, resamples: int) -> None:
        self.folder, self.resamples = folder, resamples
        self.table, _ = coded(folder)
        self.splits = [split(self.table, seed=seed) for seed in SEEDS]
        self.draws = interview_draws(self.table, self.splits, resamples=resamples, seed=SEEDS[0])

    def told(self) -> dict[str, object]:
        """Return what it is made of."""
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

    def drawn(self, cell: Cell, found: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
        """Return each metric of a cell, on the test lines as they are and on every draw of documents."""
        s = SEEDS.index(cell.seed)
        part = self.splits[s]
        applied, truth = self.table.applied[part.pool[: cell.n]], self.table.applied[part.test]
        if "cut" in found:
            p, cut = found["probabilities"], found["cut"]
            ranked = p
        else:
            documents = len({self.table.lines[i].transcript for i in part.pool[: cell.n]})
            p, cut = tuned(found["held_out"], applied, found["scores"], documents=documents)
            ranked = found["scores"]
        predictions = Predictions(truth=truth, scores=ranked, predicted=p >= cut, probabilities=p)
        return measure(predictions, self.draws[s])

    def entry(self, method: Method, n: int, cells: Sequence[tuple[Cell, dict[str, Any]]]) -> dict[str, Any]:
        """Return what is known of a method at one N: the mean over its seeds, and each cell."""
        drawn = [self.drawn(cell, found) for cell, found in cells]
        of_cells = []
        for (cell, found), values in zip(cells, drawn, strict=True):
            about = found["about"]
            metrics = {name: mean_over_splits(values[name][None, :]).to_json() for name in MEASURED}
            of_cells.append({"seed": cell.seed, **about, "metrics": metrics})
        mean = {name: mean_over_splits(np.stack([values[name] for values in drawn])).to_json() for name in MEASURED}
        costs = {name: _mean([about["about"][name] for _, about in cells]) for name in COSTS}
        by_draw = _per_draw(np.stack([values["R@3"][1:] for values in drawn]))
        return {
            "method": method.name,
            "n": n,
            "scored": scoring(self.resamples),
            "seeds": [cell.seed for cell, _ in cells],
            "metrics": mean,
            "costs": costs,
            # In ten-thousandths, draw by draw, the same documents for every method: differences need no cell.
            "R@3_draws": " ".join(by_draw),
            "cells": of_cells,
        }


def _per_draw(values: NDArray[np.float64]) -> list[str]:
    """Return the mean over splits for each draw; where a draw holds no document of a split, over the others."""
    known = ~np.isnan(values)
    means = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return [
        f"{10_000 * mean:.0f}" if any_known else "-" for mean, any_known in zip(means, known.any(axis=0), strict=True)
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def run(asked: argparse.Namespace) -> None:
    """Measure what is missing, and write the results and the page after every method."""
    for corpus in asked.corpora:
        about = Corpus(corpus, resamples=asked.resamples)
        path = asked.out / "results" / f"peers_{corpus.name}.json"
        for method in (METHODS[name] for name in asked.methods):
            before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"entries": [], "missing": []}
            entries = {(one["method"], one["n"]): one for one in before["entries"]}
            missing = {(one["method"], one["n"]): one for one in before["missing"]}
            for n, entry, why in _settled(about, method, entries, asked):
                entries.pop((method.name, n), None)
                missing.pop((method.name, n), None)
                if entry:
                    entries[method.name, n] = entry
                if why:
                    missing[method.name, n] = {"method": method.name, "n": n, "why": why}
            order = [(name, n) for n in LEARN for name in METHODS]
            found = {
                **about.told(),
                "entries": [entries[key] for key in order if key in entries],
                "missing": [missing[key] for key in order if key in missing],
            }
            _write_text(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
            _write_page(asked.out)


def _settled(
    about: Corpus, method: Method, entries: Mapping[tuple[str, int], dict[str, Any]], asked: argparse.Namespace
) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """Yield for each N what is known of a method, measured now if need be, and why anything is not."""
    wanted = {
        n: [
            Cell(corpus=about.folder, method=method, n=n, seed=seed)
            for seed in SEEDS[: method.seeds.get(n, len(SEEDS))]
            if len(about.splits[SEEDS.index(seed)].pool) >= n
        ]
        for n in asked.learn
    }
    anew = method.name in asked.again
    known = {
        cell: None if anew and cell.seed in asked.seeds else read(cell, asked.cells)
        for cells in wanted.values()
        for cell in cells
    }
    current = {n for n, cells in wanted.items() if _stands(entries.get((method.name, n)), cells, asked.seeds)}
    stands = set() if anew else current
    absent = method.absent(asked.minilm)
    why: dict[Cell, str] = {}
    missing = [cell for cell, found in known.items() if not found and cell.n not in stands and cell.seed in asked.seeds]
    if missing and not absent and not asked.as_is:
        begun = time.monotonic()
        for cell, failed in zip(missing, apart(missing, asked.cells, asked.minilm), strict=True):
            why[cell] = failed
            known[cell] = None if failed else read(cell, asked.cells)
            print(f"{cell}: {failed or f'{time.monotonic() - begun:.0f} s'}", flush=True)
            begun = time.monotonic()
    for n, cells in wanted.items():
        entry = entries.get((method.name, n))
        if not cells:
            pools = ", ".join(str(len(part.pool)) for part in about.splits)
            yield (
                n,
                None,
                "it takes hours; see what learning costs"
                if method.seeds.get(n) == 0
                else f"its training parts have {pools} lines",
            )
            continue
        done = [(cell, found) for cell in cells if (found := known[cell]) is not None]
        failed = next((why[cell] for cell in cells if why.get(cell)), "")
        as_before = n in stands and not any(cell in why for cell in cells)
        if as_before and entry and entry["scored"] == scoring(about.resamples) and len(entry["cells"]) >= len(done):
            yield n, entry, ""
        elif done and (len(done) == len(cells) or n not in stands):
            yield n, about.entry(method, n, done), failed
        elif n in stands:
            yield n, entry, ""
        elif entry and (absent or not failed):
            # What was measured before is kept, and said to be of an older state if it is.
            yield n, {**entry, "stale": n not in current}, ""
        else:
            yield n, None, failed or absent


def _stands(entry: Mapping[str, Any] | None, cells: Sequence[Cell], seeds: Sequence[int]) -> bool:
    """Return whether an entry holds these seeds, and was made of cells as they would be measured now."""
    made = {} if entry is None else {one["seed"]: one["digest"] for one in entry["cells"]}
    now = {cell.seed: cell.digest() for cell in cells}
    return bool(made) and made.items() <= now.items() and (set(seeds) & now.keys()) <= made.keys()


def _write_page(out: Path) -> None:
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((out / "results").glob("peers_*.json"))]
    costs = next((one for one in results if "setfit" in one), None)
    _write_text(out / "peers.md", page([one for one in results if "entries" in one], costs))


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)


def costs(corpus: Path, minilm: Path, *, n: int = 1000, seed: int = 0) -> dict[str, Any]:
    """Return CPU seconds of learning from `n` lines: autocode, calibrated logistic regression, and SetFit.

    SetFit is not run to its end: some steps of its own trainer are timed, and multiplied by how many it would take.
    Drawing its pairs and fitting its head are left out, which favours it.
    """
    from autocode.suggester import fit
    from evaluation.suggester_speed import plain

    train, _, codebook = tables(corpus, n, seed)
    few = train.take(np.arange(10))
    fit(few, codebook, seed=seed)
    plain(few)

    def cpu(work: Any) -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    ours = [cpu(lambda: fit(train, codebook, seed=seed)) for _ in range(3)]
    theirs = [cpu(lambda: plain(train)) for _ in range(3)]
    _, clock = setfit_model(train, seed, minilm, {"max_steps": WARM + TIMED})
    step = (clock[-1] - clock[WARM - 1]) / (len(clock) - WARM)
    steps = {
        "defaults": setfit_steps(train.applied),
        f"{PAIRS} pairs a line and sign": -(-2 * PAIRS * len(train) // 16),
    }
    a, b = float(np.median(ours)), float(np.median(theirs))
    return {
        "corpus": corpus.name,
        "n": len(train),
        "seed": seed,
        "codes": len(train.codes),
        "autocode_cpu_s": {"median": a, "runs": ours},
        "logistic_calibrated_cpu_s": {"median": b, "runs": theirs},
        "autocode_over_logistic": a / b,
        "setfit": {
            "cpu_s_a_step": step,
            "timed_steps": len(clock) - WARM,
            "after_steps": WARM,
            "most_steps_here": MOST_STEPS,
            "variants": {
                name: {"steps": k, "cpu_s": k * step, "over_autocode": k * step / a} for name, k in steps.items()
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
    parser.add_argument("--again", nargs="+", choices=METHODS, default=[], metavar="METHOD", help="measure anew")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="draws of documents behind each interval")
    parser.add_argument("--cells", type=Path, default=HERE.parent / "build" / "peers", help="where cells are kept")
    parser.add_argument("--out", type=Path, default=HERE, help="where results/ and peers.md are written")
    parser.add_argument("--as-is", action="store_true", help="measure nothing, write what has been measured")
    parser.add_argument("--costs", action="store_true", help="measure only what learning from 1,000 lines costs")
    asked = parser.parse_args(arguments)
    asked.corpora = [corpus.resolve() for corpus in asked.corpora]
    asked.cells, asked.out = asked.cells.resolve(), asked.out.resolve()
    asked.minilm = asked.minilm.resolve() if asked.minilm else None
    if asked.costs:
        why = METHODS["SetFit"].absent(asked.minilm)
        if why:
            parser.error(f"--costs: {why}.")
        os.environ.update(dict(offline()))
        _write_text(
            asked.out / "results" / "peers_costs.json",
            json.dumps(costs(asked.corpora[0], asked.minilm), indent=1) + "\n",
        )
        _write_page(asked.out)
    else:
        run(asked)


if __name__ == "__main__":
    main()
