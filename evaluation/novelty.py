"""Are the lines of a code that nobody has defined yet called unlike anything coded more often than other lines?

    python -m evaluation.novelty ../shared/corpora

One code at a time is left out: its lines are removed from the coded lines, and the code from the codebook. A suggester
is trained on the rest and asked about the lines of other documents. Writes results/novelty.json; takes about three
minutes on one core.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

import autocode
from autocode.codebook import Codebook, CodeId
from autocode.coding import Reason
from autocode.validation import MIN_USES, eligible, split
from evaluation._arguments import corpora_and_seeds
from evaluation._results import RESULTS, write_results

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
SEEDS, LEARN, CODES, RESAMPLES = (0, 1, 2), 500, 4, 2000
# Least number of test lines that have only the code left out: with fewer, a share of them is too uncertain.
LEAST_LINES = 15
# The code left out is on fewer training lines than this share, so that the rest is still a coded study.
LARGEST_SHARE = 0.25


def runs_on(folder: Path, seed: int) -> Iterator[dict[str, object]]:
    """Yield the result for each code left out: the most frequent codes that are on less than a quarter of the lines."""
    codings, lines, codebook = autocode.read_corpus(folder)
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    part = split(table, seed=seed)
    learn, test = table.take(part.pool[:LEARN]), table.take(part.test)
    has_only = test.applied & (test.applied.sum(axis=1) == 1)[:, None]
    most_frequent = np.argsort(-learn.applied.sum(axis=0), kind="stable")
    candidates = [
        j for j in most_frequent if has_only[:, j].sum() >= LEAST_LINES and learn.applied[:, j].mean() < LARGEST_SHARE
    ]
    for j in candidates[:CODES]:
        left_out = table.codes[j].id
        kept = [line.id for line, has_code in zip(learn.lines, learn.applied[:, j], strict=True) if not has_code]
        suggester = autocode.train(codings.on(kept), lines, without(codebook, left_out), seed=seed)
        new, other = has_only[:, j], ~test.applied[:, j]
        reasons = {abstention.line: abstention.reason for abstention in suggester.suggest(test.lines).abstentions}
        unlike = np.array([reasons.get(line.id) is Reason.UNLIKE_ANYTHING for line in test.lines])
        nothing_fits = np.array([reasons.get(line.id) is Reason.NOTHING_FITS for line in test.lines])
        similarity = suggester.similarity(test.lines)
        compared = new | other
        yield {
            "corpus": folder.name,
            "seed": seed,
            "code": str(left_out),
            "new lines": int(new.sum()),
            "other lines": int(other.sum()),
            "unlike, new": float(unlike[new].mean()),
            "unlike, other": float(unlike[other].mean()),
            "nothing fits, new": float(nothing_fits[new].mean()),
            "nothing fits, other": float(nothing_fits[other].mean()),
            "auc": float(roc_auc_score(new[compared], -similarity[compared])),
        }


def without(codebook: Codebook, left_out: CodeId) -> Codebook:
    """Return the codebook without one code."""
    return Codebook([code for code in codebook.values() if code.id != left_out])


def main() -> None:
    """Leave out one code after the other, and write how often its lines were called unlike anything coded."""
    corpora, seeds, are_written = corpora_and_seeds(__doc__, SEEDS)
    runs, summary = [], []
    rng = np.random.default_rng(0)
    for corpus in CORPORA:
        of_corpus = [run for seed in seeds for run in runs_on(corpora / corpus, seed)]
        draws = rng.integers(0, len(of_corpus), size=(RESAMPLES, len(of_corpus)))
        means: dict[str, object] = {"corpus": corpus, "runs": len(of_corpus)}
        for name in ("unlike, new", "unlike, other", "nothing fits, new", "nothing fits, other", "auc"):
            values = np.array([run[name] for run in of_corpus], dtype=np.float64)
            low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
            means[name] = {"mean": float(values.mean()), "low": float(low), "high": float(high)}
        print(json.dumps(means, indent=1), flush=True)
        runs += of_corpus
        summary.append(means)
    if are_written:
        results = {"learn": LEARN, "seeds": list(seeds), "summary": summary, "runs": runs}
        write_results(RESULTS / "novelty.json", results)


if __name__ == "__main__":
    main()
