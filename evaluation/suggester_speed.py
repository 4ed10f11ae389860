"""CPU time of fitting and suggesting, and the memory that a long table takes.

    python -m evaluation.suggester_speed ../shared/corpora

Writes `results/suggester_speed.json` and the table between the markers of `README.md`. The model learns from 1,000
coded lines of the health comments (`nhs_feedback`, split of seed 0, codes on at least 15 lines). The lines that it
predicts are invented: lines of the three corpora drawn with replacement (seed 0), in which every fiftieth word is
replaced by one that occurs nowhere else, because lines that only repeat themselves would be answered from a cache.
Times are of the processor, with one thread; peak memory is that of a separate process (Linux). Longer tables and more
coded lines are measured by `suggester_scale`.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import autocode
from autocode.suggester import CodedLines, fit
from autocode.transcripts import Line, LineId, Role, TranscriptId
from autocode.validation import MIN_USES, eligible, split
from evaluation._arguments import corpora_argument
from evaluation._results import HERE, RESULTS, read_results, write_between, write_results

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
LEARN, SEED = 1000, 0
# Every word of this number is replaced by one that occurs nowhere else.
NEW_WORD_EVERY = 50
# Lines of an invented transcript.
TRANSCRIPT = 50
WAYS = {"suggest": "`suggest`, with evidence", "frame": "`suggest_frame`", "table": "`suggest_table`, CSV to CSV"}


def training_lines(corpora: Path) -> tuple[CodedLines, autocode.Codebook]:
    """Return the coded lines to learn from, of the training part of the split of seed 0, and their codebook."""
    codings, lines, codebook = autocode.read_corpus(corpora / CORPORA[0])
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    return table.take(split(table, seed=SEED).pool[:LEARN]), codebook


def invented_texts(corpora: Path, n: int) -> Iterator[str]:
    """Yield n texts drawn from the corpora, every fiftieth word replaced by a new one."""
    texts = [line.text for corpus in CORPORA for line in autocode.read_corpus(corpora / corpus).lines]
    n_words = 0
    for i in np.random.default_rng(SEED).integers(0, len(texts), n):
        words = texts[i].split()
        for k in range(len(words)):
            n_words += 1
            if n_words % NEW_WORD_EVERY == 0:
                words[k] = f"w{n_words:x}q"
        yield " ".join(words)


def fit_baseline(table: CodedLines) -> None:
    """Fit TF-IDF with logistic regression, calibrated in five folds where a code has five lines."""
    X = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit_transform([line.text for line in table.lines])
    for applied in table.applied.T:
        model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
        if applied.sum() >= 5:
            CalibratedClassifierCV(model, cv=5).fit(X, applied)
        elif applied.any():
            model.fit(X, applied)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def measure_fitting(corpora: Path) -> dict[str, float]:
    """Return CPU seconds of fitting autocode's model and the baseline, the better of two runs each."""
    table, codebook = training_lines(corpora)
    runs = [(cpu_seconds(lambda: fit(table, codebook)), cpu_seconds(lambda: fit_baseline(table))) for _ in range(2)]
    ours, baseline = (min(times) for times in zip(*runs, strict=True))
    return {"fit": ours, "plain": baseline, "ratio": ours / baseline, "codes": len(table.codes)}


def measure_suggesting(corpora: Path, model: Path, way: str, n: int) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of suggesting for n lines, in one of three ways."""
    suggester = autocode.open_suggester(model)
    if way == "table":
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
            with source.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["text"])
                writer.writerows([text] for text in invented_texts(corpora, n))
            cpu = cpu_seconds(lambda: suggester.suggest_table(source, target))
    elif way == "frame":
        texts = list(invented_texts(corpora, n))
        cpu = cpu_seconds(lambda: suggester.suggest_frame(texts))
    else:
        lines = [
            Line(
                id=LineId(f"{i}"),
                transcript=TranscriptId(f"{i // TRANSCRIPT}"),
                order=i,
                speaker="GP1",
                role=Role.PARTICIPANT,
                text=text,
                start=0,
                end=len(text),
            )
            for i, text in enumerate(invented_texts(corpora, n))
        ]
        cpu = cpu_seconds(lambda: suggester.suggest(lines))
    return {"lines": n, "cpu": cpu, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Return the peak memory of this process in MB, as Linux reports it."""
    # `resource` would include the memory of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def in_own_process(module: str, *arguments: object) -> dict[str, float]:
    """Return what a module of this folder measures in a process of its own, as it prints it in JSON."""
    command = [sys.executable, "-m", f"evaluation.{module}", *map(str, arguments)]
    finished = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return dict(json.loads(finished.stdout or "{}"))


def table(results: Mapping[str, Any]) -> str:
    """Return the table of the README, in Markdown."""
    fitting = results["fitting"]
    rows = [
        "| what | lines | CPU seconds | peak MB |",
        "|---|---|---|---|",
        f"| fit, {fitting['codes']} codes | {LEARN:,} | {fitting['fit']:.2f} | |",
        f"| TF-IDF + logistic regression, 5-fold calibrated | {LEARN:,} | {fitting['plain']:.2f} | |",
    ]
    for way, runs in results["suggesting"].items():
        for run in runs:
            rows.append(f"| {WAYS[way]} | {run['lines']:,} | {run['cpu']:.1f} | {run['peak_mb']:,.0f} |")
    return "\n".join(rows) + "\n"


def write_table() -> None:
    """Write the table of the README from the results."""
    write_between(HERE / "README.md", "speed", table(read_results(RESULTS / "suggester_speed.json")))


def main() -> None:
    """Measure everything and write it; with `--in-process`, one way of suggesting, printed as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    parser.add_argument("--lines", type=int, default=100_000, help="number of lines to suggest for")
    parser.add_argument("--in-process", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    corpora = arguments.corpora.resolve()
    if arguments.in_process:
        print(json.dumps(measure_suggesting(corpora, arguments.model, arguments.in_process, arguments.lines)))
        return
    results: dict[str, Any] = {
        "versions": {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "spacy")},
        "fitting": measure_fitting(corpora),
        "suggesting": {way: [] for way in WAYS},
    }
    print(results["fitting"], flush=True)
    codings, lines, codebook = autocode.read_corpus(corpora / CORPORA[0])
    learnt = {line.id for line in training_lines(corpora)[0].lines}
    with tempfile.TemporaryDirectory() as folder:
        suggester = autocode.train(codings.on(learnt), lines, codebook)
        model = autocode.save_suggester(suggester, Path(folder) / "model")
        for way in WAYS:
            run = in_own_process(
                "suggester_speed", corpora, "--in-process", way, "--lines", arguments.lines, "--model", model
            )
            results["suggesting"][way].append(run)
            print(way, run, flush=True)
            write_results(RESULTS / "suggester_speed.json", results)
            write_table()


if __name__ == "__main__":
    main()
