"""Measure what the suggester needs as a study grows: learning from many coded lines, suggesting for a long table.

    python -m evaluation.suggester_scale ../shared/corpora

Writes `results/suggester_scale.json` and the table between the markers of `README.md`. No such study exists in
`../shared`, so the lines are invented. A coded line is one of the health comments (`nhs_feedback`, split of seed 0,
codes on at least 15 lines) with its sentences in another order and one more sentence, of any line of the three corpora,
among them; it keeps its codes. Two hundred such lines make an interview. The rows of the table are those that
`suggester_speed` invents, in Parquet. Everything is measured in a process of its own with one thread: seconds are the
processor's, peak memory is the whole process's.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np

import autocode
from autocode.suggester import CodedLines, fit
from evaluation.agreement_coverage import write_between
from evaluation.suggester_speed import CORPORA, SEED, invented, learnt, peak

HERE = Path(__file__).parent
INTERVIEW = 200
# Lines and codes: time grows with both, so that many lines are tried with the commonest few codes.
LEARN = ("1000:40", "10000:4", "100000:4")
STREAM = (100_000, 300_000, 1_000_000)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, cut after a full stop, a question mark or an exclamation mark."""
    return re.split(r"(?<=[.!?])\s+", text)


def recombined(corpora: Path, n: int, codes: int) -> tuple[CodedLines, autocode.Codebook]:
    """Return so many invented coded lines, made of the sentences of real ones, with the commonest so many codes."""
    table, codebook = learnt(corpora)
    table = table.only(np.sort(np.argsort(-table.applied.sum(axis=0), kind="stable")[:codes]))
    pool = [
        one for name in CORPORA for line in autocode.read_corpus(corpora / name).lines for one in sentences(line.text)
    ]
    rng = np.random.default_rng(SEED)
    drawn, added = rng.integers(0, len(table), n), rng.integers(0, len(pool), n)
    lines = []
    for i, (row, more) in enumerate(zip(drawn.tolist(), added.tolist(), strict=True)):
        said = rng.permutation([*sentences(table.lines[row].text), pool[more]])
        lines.append(
            replace(table.lines[row], id=f"{i}", order=i, text=" ".join(said), transcript=f"d{i // INTERVIEW}")
        )
    return replace(table, lines=tuple(lines), applied=table.applied[drawn]), codebook


def training(corpora: Path, n: int, codes: int) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of fitting to so many invented coded lines."""
    table, codebook = recombined(corpora, n, codes)
    before = peak()
    begun = time.process_time()
    model = fit(table, codebook)
    cpu = time.process_time() - begun
    features = model.coefficients.shape[1]
    return {
        "lines": n,
        "codes": len(table.codes),
        "features": features,
        "cpu": cpu,
        "before_mb": before,
        "peak_mb": peak(),
    }


def table(corpora: Path, n: int, source: Path) -> None:
    """Write a table of so many invented rows."""
    import pyarrow as pa
    from pyarrow import parquet

    texts = invented(corpora, n)
    with parquet.ParquetWriter(source, pa.schema([("text", pa.string())])) as out:
        while some := list(islice(texts, 10_000)):
            out.write_table(pa.table({"text": some}))


def streaming(model: Path, source: Path, target: Path) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of suggesting for every row of a table."""
    suggester = autocode.open_suggester(model)
    begun = time.process_time()
    streamed = suggester.suggest_table(source, target)
    return {
        "lines": streamed.rows,
        "suggested": streamed.suggested,
        "cpu": time.process_time() - begun,
        "peak_mb": peak(),
    }


def apart(*args: object) -> dict[str, float]:
    """Return what this module measures in a process of its own."""
    command = [sys.executable, "-m", "evaluation.suggester_scale", *map(str, args)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return dict(json.loads(said.stdout or "{}"))


def rows(found: dict) -> Iterator[str]:
    """Yield the table, in Markdown."""
    yield "| what | lines | CPU seconds | peak MB |"
    yield "|---|---|---|---|"
    for run in found["training"]:
        yield f"| fit, {run['codes']} codes | {run['lines']:,} | {run['cpu']:,.0f} | {run['peak_mb']:,.0f} |"
    for run in found["streaming"]:
        yield f"| `suggest_table`, Parquet to Parquet | {run['lines']:,} | {run['cpu']:,.0f} | {run['peak_mb']:,.0f} |"


def main() -> None:
    """Measure everything and write it down; with `--apart`, one thing, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    parser.add_argument("--learn", nargs="*", default=LEARN, help="how many coded lines and codes to learn from")
    parser.add_argument("--stream", type=int, nargs="*", default=STREAM, help="how many rows to suggest for")
    parser.add_argument("--apart", help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--codes", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    corpora = asked.corpora.resolve()
    if asked.apart == "training":
        print(json.dumps(training(corpora, asked.lines, asked.codes)))
    elif asked.apart == "table":
        table(corpora, asked.lines, asked.folder / "in.parquet")
    elif asked.apart == "streaming":
        print(json.dumps(streaming(asked.folder / "model", asked.folder / "in.parquet", asked.folder / "out.parquet")))
    if asked.apart:
        return
    versions = {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "spacy", "pyarrow")}
    place = HERE / "results" / "suggester_scale.json"
    found: dict = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    found = {"versions": versions, "training": found.get("training", []), "streaming": found.get("streaming", [])}

    def note(kind: str, run: dict[str, float]) -> None:
        runs = {(one["lines"], one.get("codes", 0)): one for one in [*found[kind], run]}
        found[kind] = [runs[key] for key in sorted(runs)]
        print(kind, run, flush=True)
        place.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        write_between(HERE / "README.md", "scale", "\n".join(rows(found)) + "\n")

    with tempfile.TemporaryDirectory() as folder:
        codings, lines, codebook = autocode.read_corpus(corpora / CORPORA[0])
        pool = {line.id for line in learnt(corpora)[0].lines}
        autocode.save_suggester(autocode.train(codings.on(pool), lines, codebook), Path(folder) / "model")
        for n in asked.stream:
            apart(corpora, "--apart", "table", "--lines", n, "--folder", folder)
            note("streaming", apart(corpora, "--apart", "streaming", "--folder", folder))
            (Path(folder) / "out.parquet").unlink()
    for lines_and_codes in asked.learn:
        n, codes = lines_and_codes.split(":")
        note("training", apart(corpora, "--apart", "training", "--lines", n, "--codes", codes))


if __name__ == "__main__":
    main()
