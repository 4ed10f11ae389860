"""What it costs to take in 25 decisions, and how far the quick way lands from fitting everything anew.

    python -m evaluation.refit ../shared/corpora

Prints CPU milliseconds (of the process, not of the clock) and writes evaluation/results/refit.json: of the health
comments (40 codes), 2,000
lines are learnt in full and batches of 25 are taken in one after the other; beside each stands a full fit to the same
lines. R@3 and the share of lines with the same first suggestion are of the test part of the protocol.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

import autocode
from autocode.coding import Codings
from autocode.suggester import LearningSuggester, train
from autocode.validation import eligible, split

N, BATCH, BATCHES, SEEDS = 2000, 25, 2, (0, 1, 2)
HERE = Path(__file__).parent


def recall_at_3(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean share of a line's codes among its three highest scores, over lines that have a code."""
    has = truth.any(axis=1)
    first = np.argsort(-scores[has], axis=1, kind="stable")[:, :3]
    return float((np.take_along_axis(truth[has], first, axis=1).sum(axis=1) / truth[has].sum(axis=1)).mean())


def main() -> None:
    """Take in batches quickly and in full, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    codings, lines, codebook = autocode.read_corpus(parser.parse_args().corpora / "nhs_feedback")
    table = eligible(codings, lines, codebook, min_uses=15)
    kept = {code.id for code in table.codes}
    book = autocode.Codebook(code for code in codebook.values() if not code.codable or code.id in kept)
    by_line = {one.line: one for one in codings}
    judged = {
        line.id: type(by_line[line.id])(
            line=line.id,
            coder=by_line[line.id].coder,
            codes=frozenset(code.id for code, yes in zip(table.codes, row, strict=True) if yes),
            basis=by_line[line.id].basis,
        )
        for line, row in zip(table.lines, table.applied, strict=True)
    }
    rows = []
    for seed in SEEDS:
        part = split(table, seed=seed)
        test = table.take(part.test)

        def first(n: int, pool: np.ndarray = part.pool) -> Codings:
            return Codings(judged[table.lines[i].id] for i in pool[:n])

        start = time.process_time()
        learning = LearningSuggester(first(N), lines, book, seed=seed)
        begun = time.process_time() - start
        column = {code.id: j for j, code in enumerate(learning.suggester.codes)}
        order = [column[code.id] for code in test.codes]
        for batch in range(1, BATCHES + 1):
            now = first(N + batch * BATCH)
            start = time.process_time()
            quick = learning.learn(now)
            spent = time.process_time() - start
            whole = train(now, lines, book, seed=seed)
            s, t = (one.probabilities(test.lines)[:, order] for one in (quick, whole))
            # with nothing new to learn, it is the one of the full fit
            before = learning.learn(first(N)) if batch == BATCHES else None
            row = {
                "seed": seed,
                "new_lines": batch * BATCH,
                "cpu_ms": 1000 * spent,
                "full_fit_cpu_s": begun,
                "same_first": float((s.argmax(axis=1) == t.argmax(axis=1)).mean()),
                "R@3_quick": recall_at_3(s, test.applied),
                "R@3_full": recall_at_3(t, test.applied),
            }
            if before is not None:
                stale = before.probabilities(test.lines)[:, order]
                row["same_first_without_learning"] = float((stale.argmax(axis=1) == t.argmax(axis=1)).mean())
                row["R@3_without_learning"] = recall_at_3(stale, test.applied)
            rows.append(row)
            print(row, flush=True)
    result = {
        "what": "25 decisions taken in at a time, health comments, 40 codes",
        "protocol": {"N": N, "batch": BATCH, "seeds": list(SEEDS)},
        "cpu_ms_median": float(np.median([row["cpu_ms"] for row in rows])),
        "cpu_ms_worst": max(row["cpu_ms"] for row in rows),
        "same_first_least": min(row["same_first"] for row in rows),
        "runs": rows,
    }
    print({name: value for name, value in result.items() if name != "runs"})
    (HERE / "results" / "refit.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
