"""Are lines of a code that nobody has named yet called unlike anything coded more often than other lines?

    python -m evaluation.novelty ../shared/corpora

One code at a time is left out: its lines are taken from the coded ones and the code from the codebook. A suggester
learns from what is left and is asked about the lines of other documents. Writes results/novelty.json; about three
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
from autocode.validation import eligible, split
from evaluation._asked import corpora_and_seeds

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
SEEDS, LEARN, CODES, RESAMPLES = (0, 1, 2), 500, 4, 2000
# Fewer lines than this of the code that is left out say too little of a share.
ENOUGH = 15
HERE = Path(__file__).parent


def left_out(folder: Path, seed: int) -> Iterator[dict[str, object]]:
    """Yield what became of each code that was left out: the most frequent ones that are on no quarter of the lines."""
    codings, lines, codebook = autocode.read_corpus(folder)
    table = eligible(codings, lines, codebook, min_uses=15)
    part = split(table, seed=seed)
    learn, test = table.take(part.pool[:LEARN]), table.take(part.test)
    alone = test.applied & (test.applied.sum(axis=1) == 1)[:, None]
    common = np.argsort(-learn.applied.sum(axis=0), kind="stable")
    enough = [j for j in common if alone[:, j].sum() >= ENOUGH and learn.applied[:, j].mean() < 0.25]
    for j in enough[:CODES]:
        gone = table.codes[j].id
        kept = [line.id for line, has in zip(learn.lines, learn.applied[:, j], strict=True) if not has]
        suggester = autocode.train(codings.on(kept), lines, without(codebook, gone), seed=seed)
        new, other = alone[:, j], ~test.applied[:, j]
        silent = {one.line: one.reason for one in suggester.suggest(test.lines).abstentions}
        unlike = np.array([silent.get(line.id) is Reason.UNLIKE_ANYTHING for line in test.lines])
        nothing = np.array([silent.get(line.id) is Reason.NOTHING_FITS for line in test.lines])
        like = suggester.similarity(test.lines)
        asked = new | other
        yield {
            "corpus": folder.name,
            "seed": seed,
            "code": str(gone),
            "new lines": int(new.sum()),
            "other lines": int(other.sum()),
            "unlike, new": float(unlike[new].mean()),
            "unlike, other": float(unlike[other].mean()),
            "nothing fits, new": float(nothing[new].mean()),
            "nothing fits, other": float(nothing[other].mean()),
            "auc": float(roc_auc_score(new[asked], -like[asked])),
        }


def without(codebook: Codebook, gone: CodeId) -> Codebook:
    """Return the codebook without a code."""
    return Codebook([code for code in codebook.values() if code.id != gone])


def main() -> None:
    """Leave out code after code and write how often its lines were called new."""
    corpora, seeds, written = corpora_and_seeds(__doc__, SEEDS)
    runs, summary = [], []
    rng = np.random.default_rng(0)
    for name in CORPORA:
        mine = [run for seed in seeds for run in left_out(corpora / name, seed)]
        draws = rng.integers(0, len(mine), size=(RESAMPLES, len(mine)))
        told: dict[str, object] = {"corpus": name, "runs": len(mine)}
        for what in ("unlike, new", "unlike, other", "nothing fits, new", "nothing fits, other", "auc"):
            values = np.array([run[what] for run in mine], dtype=np.float64)
            low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
            told[what] = {"mean": float(values.mean()), "low": float(low), "high": float(high)}
        print(json.dumps(told, indent=1), flush=True)
        runs += mine
        summary.append(told)
    if written:
        found = {"learn": LEARN, "seeds": list(seeds), "summary": summary, "runs": runs}
        path = HERE / "results" / "novelty.json"
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
