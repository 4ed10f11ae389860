"""The cost of incremental training on 25 decisions, and how far it is from a full fit to the same lines.

    python -m evaluation.refit ../shared/corpora

Prints CPU milliseconds (of the process, not of the clock) and writes evaluation/results/refit.json. On the health
comments (40 codes), a suggester is fitted to 2,000 lines, and batches of 25 are added one after the other; beside each
stands a full fit to the same lines. R@3 and the share of lines with the same first suggestion are of the test part of
the protocol.
"""

import argparse
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

import autocode
from autocode.coding import Coding, Codings
from autocode.suggester import CodedLines, LearningSuggester, train
from autocode.transcripts import LineId, Transcripts
from autocode.validation import MIN_USES, eligible, split
from evaluation._arguments import corpora_argument
from evaluation._results import RESULTS, write_results

N, BATCH, BATCHES, SEEDS = 2000, 25, 2, (0, 1, 2)


def recall_at_3(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean share of a line's codes among its three highest scores, over lines that have a code."""
    has_code = truth.any(axis=1)
    first = np.argsort(-scores[has_code], axis=1, kind="stable")[:, :3]
    recall = np.take_along_axis(truth[has_code], first, axis=1).sum(axis=1) / truth[has_code].sum(axis=1)
    return float(recall.mean())


def share_with_same_first(a: np.ndarray, b: np.ndarray) -> float:
    """Return the share of lines on which two models rank the same code first."""
    return float((a.argmax(axis=1) == b.argmax(axis=1)).mean())


def batch_runs(
    table: CodedLines,
    coding_of: Mapping[LineId, Coding],
    lines: Transcripts,
    codebook: autocode.Codebook,
    *,
    seed: int,
) -> list[dict[str, Any]]:
    """Return the cost of each batch of one split, and how far incremental training is from a full fit."""
    part = split(table, seed=seed)
    test = table.take(part.test)

    def first(n: int) -> Codings:
        return Codings(coding_of[table.lines[i].id] for i in part.pool[:n])

    start = time.process_time()
    learning = LearningSuggester(first(N), lines, codebook, seed=seed)
    full_fit = time.process_time() - start
    column = {code.id: j for j, code in enumerate(learning.suggester.codes)}
    columns = [column[code.id] for code in test.codes]
    runs = []
    for batch in range(1, BATCHES + 1):
        codings = first(N + batch * BATCH)
        start = time.process_time()
        incremental = learning.learn(codings)
        spent = time.process_time() - start
        refitted = train(codings, lines, codebook, seed=seed)
        quick, full = (fitted.probabilities(test.lines)[:, columns] for fitted in (incremental, refitted))
        run = {
            "seed": seed,
            "new_lines": batch * BATCH,
            "cpu_ms": 1000 * spent,
            "full_fit_cpu_s": full_fit,
            "same_first": share_with_same_first(quick, full),
            "R@3_quick": recall_at_3(quick, test.applied),
            "R@3_full": recall_at_3(full, test.applied),
        }
        if batch == BATCHES:
            # With no new line, it is the suggester of the last full fit.
            old = learning.learn(first(N)).probabilities(test.lines)[:, columns]
            run["same_first_without_learning"] = share_with_same_first(old, full)
            run["R@3_without_learning"] = recall_at_3(old, test.applied)
        runs.append(run)
        print(run, flush=True)
    return runs


def main() -> None:
    """Add batches incrementally and by full fits, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    codings, lines, codebook = autocode.read_corpus(parser.parse_args().corpora / "nhs_feedback")
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    kept = {code.id for code in table.codes}
    codebook = autocode.Codebook(code for code in codebook.values() if not code.codable or code.id in kept)
    original = {coding.line: coding for coding in codings}
    coding_of = {
        line.id: Coding(
            line=line.id,
            coder=original[line.id].coder,
            codes=frozenset(code.id for code, is_given in zip(table.codes, row, strict=True) if is_given),
            basis=original[line.id].basis,
        )
        for line, row in zip(table.lines, table.applied, strict=True)
    }
    runs = [run for seed in SEEDS for run in batch_runs(table, coding_of, lines, codebook, seed=seed)]
    results = {
        "what": "incremental training on 25 decisions at a time, health comments, 40 codes",
        "protocol": {"N": N, "batch": BATCH, "seeds": list(SEEDS)},
        "cpu_ms_median": float(np.median([run["cpu_ms"] for run in runs])),
        "cpu_ms_worst": max(run["cpu_ms"] for run in runs),
        "same_first_least": min(run["same_first"] for run in runs),
        "runs": runs,
    }
    print({name: value for name, value in results.items() if name != "runs"})
    write_results(RESULTS / "refit.json", results)


if __name__ == "__main__":
    main()
