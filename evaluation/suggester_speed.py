"""Measure what the suggester costs: CPU time of fitting and suggesting, and how much memory a long table takes.

    python -m evaluation.suggester_speed ../shared/corpora

Writes `results/suggester_speed.json` and the table between the markers of `README.md`. The model learns from 1,000
coded lines of the health comments (`nhs_feedback`, split of seed 0, codes on at least 15 lines). The lines that it is
asked about are invented: lines of the three corpora drawn with replacement (seed 0), in which every fiftieth word is
made one that nobody ever said, because lines that only repeat themselves would be remembered. Times are of the
processor, with one thread; peak memory is that of a process of its own (Linux). Longer tables and more coded lines are
for `suggester_scale`.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import autocode
from autocode.suggester import CodedLines, fit
from autocode.transcripts import Role
from evaluation.agreement_coverage import write_between

HERE = Path(__file__).parent
CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
LEARN, SEED, UNHEARD = 1000, 0, 50


def learnt(corpora: Path) -> tuple[CodedLines, autocode.Codebook]:
    """Return the coded lines to learn from: those of the training part of the split of seed 0."""
    from autocode.validation import MIN_USES, eligible, split

    codings, lines, codebook = autocode.read_corpus(corpora / CORPORA[0])
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    return table.take(split(table, seed=SEED).pool[:LEARN]), codebook


def invented(corpora: Path, n: int) -> Iterator[str]:
    """Yield so many lines drawn from the corpora, every fiftieth word unheard of."""
    texts = [line.text for name in CORPORA for line in autocode.read_corpus(corpora / name).lines]
    spoken = 0
    for i in np.random.default_rng(SEED).integers(0, len(texts), n):
        words = texts[i].split()
        for k in range(len(words)):
            spoken += 1
            if spoken % UNHEARD == 0:
                words[k] = f"w{spoken:x}q"
        yield " ".join(words)


def plain(table: CodedLines) -> None:
    """Fit TF-IDF with logistic regression, calibrated in five folds where a code has five lines."""
    X = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit_transform([line.text for line in table.lines])
    for applied in table.applied.T:
        model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
        if applied.sum() >= 5:
            CalibratedClassifierCV(model, cv=5).fit(X, applied)
        elif applied.any():
            model.fit(X, applied)


def fitting(corpora: Path) -> dict[str, float]:
    """Return CPU seconds of fitting, ours and the plain one's, the better of two turns."""
    table, codebook = learnt(corpora)
    ours, theirs = [], []
    for _ in range(2):
        begun = time.process_time()
        fit(table, codebook)
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        plain(table)
        theirs.append(time.process_time() - begun)
    return {"fit": min(ours), "plain": min(theirs), "ratio": min(ours) / min(theirs), "codes": len(table.codes)}


def suggesting(corpora: Path, model: Path, how: str, n: int) -> dict[str, float]:
    """Return CPU seconds and peak memory in MB of suggesting for so many lines, in one of three ways."""
    suggester = autocode.open_suggester(model)
    if how == "table":
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
            with source.open("w", encoding="utf-8", newline="") as out:
                table = csv.writer(out)
                table.writerow(["text"])
                table.writerows([text] for text in invented(corpora, n))
            begun = time.process_time()
            suggester.suggest_table(source, target)
    elif how == "frame":
        texts = list(invented(corpora, n))
        begun = time.process_time()
        suggester.suggest_frame(texts)
    else:
        lines = [
            autocode.Line(
                id=f"{i}",
                transcript=f"{i // 50}",
                order=i,
                speaker="GP1",
                role=Role.PARTICIPANT,
                text=text,
                start=0,
                end=len(text),
            )
            for i, text in enumerate(invented(corpora, n))
        ]
        begun = time.process_time()
        suggester.suggest(lines)
    cpu = time.process_time() - begun
    return {"lines": n, "cpu": cpu, "peak_mb": peak()}


def peak() -> float:
    """Return the most memory that this process has held, in MB; Linux says it of the process alone."""
    # The usage that `resource` tells begins with that of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def apart(*args: object) -> dict[str, float]:
    """Return what this module measures in a process of its own."""
    command = [sys.executable, "-m", "evaluation.suggester_speed", *map(str, args)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return dict(json.loads(said.stdout))


def rows(found: dict) -> Iterator[str]:
    """Yield the table, in Markdown."""
    yield "| what | lines | CPU seconds | peak MB |"
    yield "|---|---|---|---|"
    fitted = found["fitting"]
    yield f"| fit, {fitted['codes']} codes | {LEARN:,} | {fitted['fit']:.2f} | |"
    yield f"| TF-IDF + logistic regression, 5-fold calibrated | {LEARN:,} | {fitted['plain']:.2f} | |"
    names = {"suggest": "`suggest`, with evidence", "frame": "`suggest_frame`", "table": "`suggest_table`, CSV to CSV"}
    for how, runs in found["suggesting"].items():
        for run in runs:
            yield f"| {names[how]} | {run['lines']:,} | {run['cpu']:.1f} | {run['peak_mb']:,.0f} |"


def main() -> None:
    """Measure everything and write it down; with `--apart`, one thing, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    parser.add_argument("--lines", type=int, default=100_000, help="how many lines to suggest for")
    parser.add_argument("--apart", help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    corpora = asked.corpora.resolve()
    if asked.apart:
        print(json.dumps(suggesting(corpora, asked.model, asked.apart, asked.lines)))
        return
    found: dict = {"versions": {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "spacy")}}
    found["fitting"] = fitting(corpora)
    print(found["fitting"], flush=True)
    codings, lines, codebook = autocode.read_corpus(corpora / CORPORA[0])
    pool = {line.id for line in learnt(corpora)[0].lines}
    found["suggesting"] = {"suggest": [], "frame": [], "table": []}
    with tempfile.TemporaryDirectory() as folder:
        model = autocode.save_suggester(autocode.train(codings.on(pool), lines, codebook), Path(folder) / "model")
        for how in found["suggesting"]:
            run = apart(corpora, "--apart", how, "--lines", asked.lines, "--model", model)
            found["suggesting"][how].append(run)
            print(how, run, flush=True)
            written(found)


def written(found: dict) -> None:
    """Write what was found so far."""
    (HERE / "results" / "suggester_speed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    write_between(HERE / "README.md", "speed", "\n".join(rows(found)) + "\n")


if __name__ == "__main__":
    main()
