"""How many of the lines that are listed as perhaps a slip are one, where slips were planted and where coders disagree.

    python -m evaluation.slips ../shared/corpora

Writes evaluation/results/slips.json and prints it. On the health comments, 5 % of all codes given are swapped for
another code drawn at random; a hit is a line of which a code was swapped. On the review sentences, one reader of each
review, drawn at random, is taken at the word; a hit is a line on which the others, who judged it independently, say
otherwise. Seeds 10 to 12 served to choose how surprise is added up over codes; seeds 0 to 4 are reported.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import autocode
from autocode.coding import Basis, Codings
from autocode.suggester import CodedLines, excess_surprisal, fit, line_surprisal
from autocode.validation import eligible, split

N, TOP, SWAPPED, RESAMPLES = 1000, 20, 0.05, 500
SEEDS = tuple(range(5))
HERE = Path(__file__).parent
WAYS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "worst given + worst not given": line_surprisal,
    "sum over all codes": lambda surprisal, applied: surprisal.sum(axis=1),
}


def ranked(table: CodedLines, codebook: autocode.Codebook, seed: int) -> dict[str, np.ndarray]:
    """Return the rows of a table, those with the most surprising codes first, one ranking a way of adding up."""
    model = fit(table, codebook, seed=seed)
    surprisal = excess_surprisal(model.calibration(model.held_out), table.applied)
    return {way: np.argsort(-whole(surprisal, table.applied), kind="stable") for way, whole in WAYS.items()}


def swapped(table: CodedLines, seed: int) -> tuple[CodedLines, np.ndarray]:
    """Return a table in which some codes were swapped for others at random, and on which lines they were."""
    rng = np.random.default_rng(seed)
    applied = table.applied.copy()
    line, code = np.nonzero(applied)
    wrong = np.zeros(len(table), dtype=bool)
    for k in rng.choice(len(line), round(SWAPPED * len(line)), replace=False):
        free = np.flatnonzero(~table.applied[line[k]] & ~applied[line[k]])
        applied[line[k], code[k]] = False
        applied[line[k], rng.choice(free)] = True
        wrong[line[k]] = True
    return replace(table, applied=applied), wrong


def planted(corpora: Path, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[str]]:
    """Return rankings, which lines are hits, and the interview of each line, on the health comments."""
    codings, lines, codebook = autocode.read_corpus(corpora / "nhs_feedback")
    table = eligible(codings, lines, codebook, min_uses=15)
    table, wrong = swapped(table.take(split(table, seed=seed).pool[:N]), seed)
    return ranked(table, codebook, seed), {"a code was swapped": wrong}, [line.transcript for line in table.lines]


def apart(a: frozenset, b: frozenset) -> float:
    """Return one less the codes that both have over the codes that either has."""
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def real(corpora: Path, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[str]]:
    """Return the same where coders of peer reviews disagree; a line the adjudicators did not see is no hit nor miss."""
    codings, lines, codebook = autocode.read_corpus(corpora / "disapere")
    read, gold = defaultdict(list), {}
    for one in codings:
        if one.basis is Basis.ADJUDICATED:
            gold[one.line] = one.codes
        else:
            read[one.line].append(one)
    rng = np.random.default_rng(seed)
    twice = [t.id for t in lines.interviews if any(len(read[line.id]) > 1 for line in t.lines)]
    chosen, others = [], {}
    for name in rng.permutation(twice):
        double = [line.id for line in lines.interview(name).lines if len(read[line.id]) > 1]
        coders = sorted(Counter(one.coder for line in double for one in read[line]))
        mine = coders[int(rng.integers(len(coders)))]
        for line in double:
            own = [one for one in read[line] if one.coder == mine]
            if own and len(chosen) < N:
                chosen += own
                others[line] = [one.codes for one in read[line] if one.coder != mine]
    table = CodedLines.from_codings(Codings(chosen), lines, codebook)
    table = table.only(np.flatnonzero(table.applied.any(axis=0)))
    said = {one.line: one.codes for one in chosen}
    distance = np.array([np.mean([apart(said[line.id], codes) for codes in others[line.id]]) for line in table.lines])
    settled = np.array([apart(said[x.id], gold[x.id]) if x.id in gold else np.nan for x in table.lines])

    def where_known(hit: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(settled), np.nan, hit)

    hits = {
        "nothing in common with the others": (distance == 1).astype(float),
        "less than half in common with the others": (distance > 0.5).astype(float),
        "any difference from the others": (distance > 0).astype(float),
        "nothing in common with the adjudication": where_known(settled == 1),
        "less than half in common with the adjudication": where_known(settled > 0.5),
    }
    return ranked(table, codebook, seed), hits, [line.transcript for line in table.lines]


def precision(order: np.ndarray, hit: np.ndarray, times: np.ndarray) -> float:
    """Return the share of hits among the first 20 lines, each counted as often as its interview was drawn."""
    order = order[~np.isnan(hit[order])]
    taken = np.minimum(np.cumsum(times[order]), TOP)
    taken = np.diff(taken, prepend=0)
    return float((taken * hit[order]).sum() / max(taken.sum(), 1))


def measured(runs: Sequence[tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[str]]]) -> list[dict]:
    """Return precision and chance for every way and every kind of hit, with 95 % intervals over interviews."""
    found = []
    for way in WAYS:
        for kind in runs[0][1]:
            draws = []
            for seed, (orders, hits, interviews) in enumerate(runs):
                names, of = np.unique(interviews, return_inverse=True)
                rng = np.random.default_rng(seed)
                drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
                hit = np.asarray(hits[kind], dtype=float)
                draws.append([precision(orders[way], hit, t[of]) for t in [np.ones(len(names)), *drawn]])
            mean = np.mean(draws, axis=0)
            low, high = np.quantile(mean[1:], [0.025, 0.975])
            found.append(
                {
                    "surprise": way,
                    "hit": kind,
                    f"precision@{TOP}": mean[0],
                    "low": low,
                    "high": high,
                    "by_seed": [run[0] for run in draws],
                    "chance": float(np.mean([np.nanmean(np.asarray(hits[kind], dtype=float)) for _, hits, _ in runs])),
                }
            )
    return found


def main() -> None:
    """Measure on both corpora and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    corpora = parser.parse_args().corpora
    result = {
        "what": "lines listed as perhaps a slip, out of fold",
        "protocol": {"N": N, "top": TOP, "swapped": SWAPPED, "seeds": list(SEEDS), "resamples": RESAMPLES},
        "nhs_feedback": measured([planted(corpora, seed) for seed in SEEDS]),
        "disapere": measured([real(corpora, seed) for seed in SEEDS]),
    }
    told = json.dumps(result, indent=1) + "\n"
    print(told)
    (HERE / "results" / "slips.json").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
