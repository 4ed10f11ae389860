"""CPU time and memory as a study grows: learning from many coded lines, suggesting for a long table.

    python -m evaluation.suggester_scale ../shared/corpora

Writes `results/suggester_scale.json` and the table between the markers of `README.md`. No study of this size is in
`../shared`, so the lines are invented. A coded line is one of the health comments (`nhs_feedback`, split of seed 0,
codes on at least 15 lines) with its sentences in another order and one more sentence, of any line of the three corpora,
among them; it keeps its codes. Two hundred such lines make an interview. The rows of the table are those that
`suggester_speed` invents, in Parquet. Everything is measured in separate processes with one thread: seconds are of the
processor, peak memory is that of the whole process.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import autocode
from autocode.suggester import CodedLines, fit
from evaluation._arguments import corpora_argument
from evaluation._results import HERE, RESULTS, read_results, write_between, write_results
from evaluation.suggester_speed import CORPORA, SEED, in_own_process, invented_texts, peak_mb, training_lines

INTERVIEW = 200
# Lines and codes to learn from. Time grows with both, so that many lines are tried with the most frequent codes only.
LEARN = ("1000:40", "10000:4", "100000:4")
STREAM = (100_000, 300_000, 1_000_000)
# Rows of the table that are written at once.
ROWS = 10_000
FILE = RESULTS / "suggester_scale.json"


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, split after a full stop, a question mark or an exclamation mark."""
    return re.split(r"(?<=[.!?])\s+", text)


def invented_lines(corpora: Path, n: int, n_codes: int) -> tuple[CodedLines, autocode.Codebook]:
    """Return n invented coded lines, made of the sentences of real ones, with the most frequent codes."""
    table, codebook = training_lines(corpora)
    table = table.only(np.sort(np.argsort(-table.applied.sum(axis=0), kind="stable")[:n_codes]))
    pool = [
        sentence
        for corpus in CORPORA
        for line in autocode.read_corpus(corpora / corpus).lines
        for sentence in sentences(line.text)
    ]
    rng = np.random.default_rng(SEED)
    drawn, added = rng.integers(0, len(table), n), rng.integers(0, len(pool), n)
    lines = []
    for i, (row, more) in enumerate(zip(drawn.tolist(), added.tolist(), strict=True)):
        text = " ".join(rng.permutation([*sentences(table.lines[row].text), pool[more]]))
        lines.append(replace(table.lines[row], id=f"{i}", order=i, text=text, transcript=f"d{i // INTERVIEW}"))
    return replace(table, lines=tuple(lines), applied=table.applied[drawn]), codebook


def measure_training(corpora: Path, n: int, n_codes: int) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of fitting to n invented coded lines."""
    table, codebook = invented_lines(corpora, n, n_codes)
    before = peak_mb()
    begun = time.process_time()
    model = fit(table, codebook)
    return {
        "lines": n,
        "codes": len(table.codes),
        "features": model.coefficients.shape[1],
        "cpu": time.process_time() - begun,
        "before_mb": before,
        "peak_mb": peak_mb(),
    }


def write_source(corpora: Path, n: int, source: Path) -> None:
    """Write a table of n invented rows."""
    import pyarrow as pa
    from pyarrow import parquet

    texts = invented_texts(corpora, n)
    with parquet.ParquetWriter(source, pa.schema([("text", pa.string())])) as writer:
        while rows := list(islice(texts, ROWS)):
            writer.write_table(pa.table({"text": rows}))


def measure_streaming(model: Path, source: Path, target: Path) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of suggesting for every row of a table."""
    suggester = autocode.open_suggester(model)
    begun = time.process_time()
    summary = suggester.suggest_table(source, target)
    return {
        "lines": summary.rows,
        "suggested": summary.suggested,
        "cpu": time.process_time() - begun,
        "peak_mb": peak_mb(),
    }


def table(results: Mapping[str, Any]) -> str:
    """Return the table of the README, in Markdown."""
    rows = ["| what | lines | CPU seconds | peak MB |", "|---|---|---|---|"]
    names = {"training": "fit, {codes} codes", "streaming": "`suggest_table`, Parquet to Parquet"}
    for kind, name in names.items():
        for run in results[kind]:
            rows.append(f"| {name.format(**run)} | {run['lines']:,} | {run['cpu']:,.0f} | {run['peak_mb']:,.0f} |")
    return "\n".join(rows) + "\n"


def write_table() -> None:
    """Write the table of the README from the results."""
    write_between(HERE / "README.md", "scale", table(read_results(FILE)))


def add_run(kind: str, run: dict[str, float]) -> None:
    """Add a run to the results, in the place of an older one of the same size, and write them."""
    results = read_results(FILE) if FILE.exists() else {"training": [], "streaming": []}
    results["versions"] = {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "spacy", "pyarrow")}
    runs = {(known["lines"], known.get("codes", 0)): known for known in [*results[kind], run]}
    results[kind] = [runs[key] for key in sorted(runs)]
    print(kind, run, flush=True)
    write_results(FILE, results)
    write_table()


def main() -> None:
    """Measure everything and write it; with `--in-process`, one step, printed as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    parser.add_argument("--learn", nargs="*", default=LEARN, help="numbers of coded lines and codes, as LINES:CODES")
    parser.add_argument("--stream", type=int, nargs="*", default=STREAM, help="numbers of rows to suggest for")
    parser.add_argument("--in-process", choices=("training", "source", "streaming"), help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--codes", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    corpora, folder = arguments.corpora.resolve(), arguments.folder
    if arguments.in_process == "training":
        print(json.dumps(measure_training(corpora, arguments.lines, arguments.codes)))
        return
    if arguments.in_process == "source":
        write_source(corpora, arguments.lines, folder / "in.parquet")
        return
    if arguments.in_process == "streaming":
        print(json.dumps(measure_streaming(folder / "model", folder / "in.parquet", folder / "out.parquet")))
        return
    step = ("suggester_scale", corpora, "--in-process")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        codings, lines, codebook = autocode.read_corpus(corpora / CORPORA[0])
        learnt = {line.id for line in training_lines(corpora)[0].lines}
        autocode.save_suggester(autocode.train(codings.on(learnt), lines, codebook), folder / "model")
        for n in arguments.stream:
            in_own_process(*step, "source", "--lines", n, "--folder", folder)
            add_run("streaming", in_own_process(*step, "streaming", "--folder", folder))
            (folder / "out.parquet").unlink()
    for lines_and_codes in arguments.learn:
        n, n_codes = lines_and_codes.split(":")
        add_run("training", in_own_process(*step, "training", "--lines", n, "--codes", n_codes))


if __name__ == "__main__":
    main()
