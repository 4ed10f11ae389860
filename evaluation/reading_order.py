"""Whether a suggester learns faster from lines it chose than from lines in order or at random, and where it does not.

    python -m evaluation.reading_order ../shared/corpora

Writes evaluation/results/reading_order.json and prints it. From the same 100 lines in order, each way reads on in
batches of 100 until 400: in the order of a coder, at random, and as `select_lines` chooses (a fifth at random). The
test is that of the
protocol; the pool is cut at 2,000 lines, so that all ways choose from the same.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

import autocode
from autocode.coding import Codings
from autocode.suggester import select_lines, train
from autocode.validation import eligible, split

CORPORA = ("nhs_feedback", "disapere")
BEGIN, BATCH, END, POOL, SEEDS = 100, 100, 400, 2000, (0, 1, 2)
WAYS = ("in order", "at random", "chosen")
HERE = Path(__file__).parent


def measured(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return R@3 and mAP."""
    has = truth.any(axis=1)
    first = np.argsort(-scores[has], axis=1, kind="stable")[:, :3]
    found = np.take_along_axis(truth[has], first, axis=1).sum(axis=1) / truth[has].sum(axis=1)
    seen = np.flatnonzero(truth.any(axis=0))
    return {
        "R@3": float(found.mean()),
        "mAP": float(np.mean([average_precision_score(truth[:, j], scores[:, j]) for j in seen])),
    }


def curve(corpora: Path, name: str, seed: int) -> list[dict]:
    """Return what every way has learnt after each batch."""
    codings, lines, codebook = autocode.read_corpus(corpora / name)
    table = eligible(codings, lines, codebook, min_uses=15)
    part = split(table, seed=seed)
    pool, test = part.pool[:POOL], table.take(part.test)
    kept = {code.id for code in table.codes}
    book = autocode.Codebook(code for code in codebook.values() if not code.codable or code.id in kept)
    judged = {
        table.lines[i].id: autocode.Coding(
            line=table.lines[i].id,
            coder=autocode.CoderId("gold"),
            codes=frozenset(code.id for code, yes in zip(table.codes, table.applied[i], strict=True) if yes),
        )
        for i in pool
    }
    line_of = {table.lines[i].id: table.lines[i] for i in pool}
    found = []
    for way in WAYS:
        rng = np.random.default_rng(seed)
        read = list(judged)[:BEGIN]
        while True:
            codings = Codings(judged[line] for line in read)
            suggester = train(codings, [line_of[line] for line in read], book, seed=seed)
            order = [next(j for j, c in enumerate(suggester.codes) if c.id == code.id) for code in test.codes]
            got = measured(suggester.probabilities(test.lines)[:, order], test.applied)
            found.append({"corpus": name, "seed": seed, "way": way, "N": len(read), **got})
            print(found[-1], flush=True)
            if len(read) >= END:
                break
            known = set(read)
            left = [line for line in judged if line not in known]
            if way == "in order":
                read += left[:BATCH]
            elif way == "at random":
                read += list(rng.choice(left, BATCH, replace=False))
            else:
                read += select_lines(suggester, [line_of[line] for line in left], BATCH, seed=len(read)).drawn
    return found


def main() -> None:
    """Read on in every way and write what was learnt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    corpora = parser.parse_args().corpora
    runs = [one for name in CORPORA for seed in SEEDS for one in curve(corpora, name, seed)]
    means = []
    for name in CORPORA:
        for n in range(BEGIN, END + 1, BATCH):
            for way in WAYS:
                here = [one for one in runs if (one["corpus"], one["N"], one["way"]) == (name, n, way)]
                means.append(
                    {"corpus": name, "N": n, "way": way}
                    | {m: float(np.mean([one[m] for one in here])) for m in ("R@3", "mAP")}
                )
    result = {
        "what": "learning curves by the order of reading",
        "protocol": {"begin": BEGIN, "batch": BATCH, "pool": POOL, "seeds": list(SEEDS)},
        "means": means,
        "runs": runs,
    }
    (HERE / "results" / "reading_order.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for one in means:
        print(one)


if __name__ == "__main__":
    main()
