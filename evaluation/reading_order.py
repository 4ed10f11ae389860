"""Does a suggester learn faster from lines that it selects than from lines in order or at random?

    python -m evaluation.reading_order ../shared/corpora

Writes evaluation/results/reading_order.json and prints it. From the same 100 lines in order, three ways of reading
continue in batches of 100 up to 400 lines: in the order of the transcripts, at random, and as `select_lines` selects
(a fifth at random). The test part is that of the protocol; the pool is limited to 2,000 lines, so that all three
choose from the same lines.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

import autocode
from autocode.coding import Coding, Codings
from autocode.suggester import Suggester, select_lines, train
from autocode.transcripts import Line, LineId
from autocode.validation import MIN_USES, eligible, split
from evaluation._arguments import corpora_argument
from evaluation._results import RESULTS, write_results

CORPORA = ("nhs_feedback", "disapere")
BEGIN, BATCH, END, POOL, SEEDS = 100, 100, 400, 2000, (0, 1, 2)
WAYS = ("in order", "at random", "chosen")


def recall_and_precision(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return R@3 and mAP."""
    has_code = truth.any(axis=1)
    first = np.argsort(-scores[has_code], axis=1, kind="stable")[:, :3]
    recall = np.take_along_axis(truth[has_code], first, axis=1).sum(axis=1) / truth[has_code].sum(axis=1)
    occurring = np.flatnonzero(truth.any(axis=0))
    return {
        "R@3": float(recall.mean()),
        "mAP": float(np.mean([average_precision_score(truth[:, j], scores[:, j]) for j in occurring])),
    }


def next_batch(
    way: str, unread: Sequence[LineId], suggester: Suggester, line_of: Mapping[LineId, Line], rng: np.random.Generator
) -> Sequence[LineId]:
    """Return the lines that are read next."""
    if way == "in order":
        return unread[:BATCH]
    if way == "at random":
        return list(rng.choice(list(unread), BATCH, replace=False))
    n_read = len(line_of) - len(unread)
    return select_lines(suggester, [line_of[line] for line in unread], BATCH, seed=n_read).drawn


def learning_curves(corpora: Path, corpus: str, seed: int) -> list[dict[str, Any]]:
    """Return the metrics of each way of reading after each batch."""
    codings, lines, codebook = autocode.read_corpus(corpora / corpus)
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    part = split(table, seed=seed)
    pool, test = part.pool[:POOL], table.take(part.test)
    kept = {code.id for code in table.codes}
    codebook = autocode.Codebook(code for code in codebook.values() if not code.codable or code.id in kept)
    coding_of = {
        table.lines[i].id: Coding(
            line=table.lines[i].id,
            coder=autocode.CoderId("gold"),
            codes=frozenset(code.id for code, is_given in zip(table.codes, table.applied[i], strict=True) if is_given),
        )
        for i in pool
    }
    line_of = {table.lines[i].id: table.lines[i] for i in pool}
    found = []
    for way in WAYS:
        rng = np.random.default_rng(seed)
        read = list(coding_of)[:BEGIN]
        while True:
            read_codings = Codings(coding_of[line] for line in read)
            suggester = train(read_codings, [line_of[line] for line in read], codebook, seed=seed)
            columns = [next(j for j, own in enumerate(suggester.codes) if own.id == code.id) for code in test.codes]
            metrics = recall_and_precision(suggester.probabilities(test.lines)[:, columns], test.applied)
            found.append({"corpus": corpus, "seed": seed, "way": way, "N": len(read), **metrics})
            print(found[-1], flush=True)
            if len(read) >= END:
                break
            is_read = set(read)
            unread = [line for line in coding_of if line not in is_read]
            read += next_batch(way, unread, suggester, line_of, rng)
    return found


def main() -> None:
    """Continue reading in each way, and write the learning curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    corpora = parser.parse_args().corpora
    runs = [run for corpus in CORPORA for seed in SEEDS for run in learning_curves(corpora, corpus, seed)]
    means = []
    for corpus in CORPORA:
        for n in range(BEGIN, END + 1, BATCH):
            for way in WAYS:
                of_cell = [run for run in runs if (run["corpus"], run["N"], run["way"]) == (corpus, n, way)]
                metrics = {name: float(np.mean([run[name] for run in of_cell])) for name in ("R@3", "mAP")}
                means.append({"corpus": corpus, "N": n, "way": way, **metrics})
                print(means[-1])
    results = {
        "what": "learning curves by the order of reading",
        "protocol": {"begin": BEGIN, "batch": BATCH, "pool": POOL, "seeds": list(SEEDS)},
        "means": means,
        "runs": runs,
    }
    write_results(RESULTS / "reading_order.json", results)


if __name__ == "__main__":
    main()
