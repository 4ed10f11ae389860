"""How many of the lines listed as possible label issues are mistakes: planted ones, and real disagreement of coders.

    python -m evaluation.label_issues ../shared/corpora

Writes evaluation/results/label_issues.json and prints it. On the health comments, 5 % of all codes given are swapped
for another code drawn at random; a hit is a line with a swapped code. On the review sentences, the codes of one reader
of each review, drawn at random, are taken; a hit is a line on which the other readers, who coded it independently,
disagree. How surprisal is combined over codes was chosen on seeds 10 to 12; seeds 0 to 4 are reported.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autocode
from autocode.coding import Basis, Coding, Codings
from autocode.suggester import CodedLines, excess_surprisal, fit, line_surprisal
from autocode.transcripts import LineId, Transcripts
from autocode.validation import MIN_USES, eligible, split
from evaluation._arguments import corpora_argument
from evaluation._results import RESULTS, write_results

N, TOP, SWAPPED, RESAMPLES = 1000, 20, 0.05, 500
SEEDS = tuple(range(5))
WAYS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "worst given + worst not given": line_surprisal,
    "sum over all codes": lambda surprisal, applied: surprisal.sum(axis=1),
}


class Run(NamedTuple):
    """Rankings of the lines of one table, by way of combining; which lines are hits, by kind; each line's interview.

    A line for which a kind of hit is unknown is NaN there.
    """

    rankings: dict[str, np.ndarray]
    hits: dict[str, np.ndarray]
    interviews: list[str]


def rankings_of(table: CodedLines, codebook: autocode.Codebook, seed: int) -> dict[str, np.ndarray]:
    """Return the rows of a table by surprisal, highest first, for each way of combining the codes of a line."""
    model = fit(table, codebook, seed=seed)
    surprisal = excess_surprisal(model.calibration(model.held_out), table.applied)
    return {way: np.argsort(-combine(surprisal, table.applied), kind="stable") for way, combine in WAYS.items()}


def with_swapped_codes(table: CodedLines, seed: int) -> tuple[CodedLines, np.ndarray]:
    """Return a table in which some codes were swapped for others at random, and on which lines they were."""
    rng = np.random.default_rng(seed)
    applied = table.applied.copy()
    line, code = np.nonzero(applied)
    is_swapped = np.zeros(len(table), dtype=bool)
    for k in rng.choice(len(line), round(SWAPPED * len(line)), replace=False):
        unused = np.flatnonzero(~table.applied[line[k]] & ~applied[line[k]])
        applied[line[k], code[k]] = False
        applied[line[k], rng.choice(unused)] = True
        is_swapped[line[k]] = True
    return replace(table, applied=applied), is_swapped


def planted_mistakes(corpora: Path, seed: int) -> Run:
    """Return the run on the health comments with swapped codes."""
    codings, lines, codebook = autocode.read_corpus(corpora / "nhs_feedback")
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    table, is_swapped = with_swapped_codes(table.take(split(table, seed=seed).pool[:N]), seed)
    return Run(
        rankings_of(table, codebook, seed),
        {"a code was swapped": is_swapped},
        [line.transcript for line in table.lines],
    )


def jaccard_distance(a: frozenset, b: frozenset) -> float:
    """Return 1 minus the number of codes that both sets have over the number that either has."""
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def one_reader_each(
    readings: dict[LineId, list[Coding]], lines: Transcripts, seed: int
) -> tuple[list[Coding], dict[LineId, list[frozenset]]]:
    """Return the codings of one reader of each review, drawn at random, and the codes that the others gave."""
    rng = np.random.default_rng(seed)
    names = [t.id for t in lines.interviews if any(len(readings[line.id]) > 1 for line in t.lines)]
    chosen: list[Coding] = []
    others: dict[LineId, list[frozenset]] = {}
    for name in rng.permutation(names):
        shared = [line.id for line in lines.interview(name).lines if len(readings[line.id]) > 1]
        coders = sorted(Counter(coding.coder for line in shared for coding in readings[line]))
        reader = coders[int(rng.integers(len(coders)))]
        for line in shared:
            own = [coding for coding in readings[line] if coding.coder == reader]
            if own and len(chosen) < N:
                chosen += own
                others[line] = [coding.codes for coding in readings[line] if coding.coder != reader]
    return chosen, others


def real_disagreement(corpora: Path, seed: int) -> Run:
    """Return the run on the review sentences; a line that was not adjudicated is neither hit nor miss there."""
    codings, lines, codebook = autocode.read_corpus(corpora / "disapere")
    readings: dict[LineId, list[Coding]] = defaultdict(list)
    adjudicated = {}
    for coding in codings:
        if coding.basis is Basis.ADJUDICATED:
            adjudicated[coding.line] = coding.codes
        else:
            readings[coding.line].append(coding)
    chosen, others = one_reader_each(readings, lines, seed)
    table = CodedLines.from_codings(Codings(chosen), lines, codebook)
    table = table.only(np.flatnonzero(table.applied.any(axis=0)))
    given = {coding.line: coding.codes for coding in chosen}
    to_others = np.array(
        [np.mean([jaccard_distance(given[line.id], codes) for codes in others[line.id]]) for line in table.lines]
    )
    to_adjudicated = np.array(
        [
            jaccard_distance(given[line.id], adjudicated[line.id]) if line.id in adjudicated else np.nan
            for line in table.lines
        ]
    )

    def where_adjudicated(hit: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(to_adjudicated), np.nan, hit)

    hits = {
        "nothing in common with the others": (to_others == 1).astype(float),
        "less than half in common with the others": (to_others > 0.5).astype(float),
        "any difference from the others": (to_others > 0).astype(float),
        "nothing in common with the adjudication": where_adjudicated(to_adjudicated == 1),
        "less than half in common with the adjudication": where_adjudicated(to_adjudicated > 0.5),
    }
    return Run(rankings_of(table, codebook, seed), hits, [line.transcript for line in table.lines])


def precision(ranking: np.ndarray, hit: np.ndarray, times: np.ndarray) -> float:
    """Return the share of hits among the first 20 lines, each counted as often as its interview was drawn."""
    ranking = ranking[~np.isnan(hit[ranking])]
    counts = np.diff(np.minimum(np.cumsum(times[ranking]), TOP), prepend=0)
    return float((counts * hit[ranking]).sum() / max(counts.sum(), 1))


def summarised(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return precision and chance for each way and each kind of hit, with 95 % intervals over interviews."""
    found = []
    for way in WAYS:
        for kind in runs[0].hits:
            draws = []
            for seed, run in enumerate(runs):
                names, interview = np.unique(run.interviews, return_inverse=True)
                rng = np.random.default_rng(seed)
                drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
                hit = np.asarray(run.hits[kind], dtype=float)
                draws.append(
                    [precision(run.rankings[way], hit, times[interview]) for times in [np.ones(len(names)), *drawn]]
                )
            mean = np.mean(draws, axis=0)
            low, high = np.quantile(mean[1:], [0.025, 0.975])
            found.append(
                {
                    "surprise": way,
                    "hit": kind,
                    f"precision@{TOP}": mean[0],
                    "low": low,
                    "high": high,
                    "by_seed": [draw[0] for draw in draws],
                    "chance": float(np.mean([np.nanmean(np.asarray(run.hits[kind], dtype=float)) for run in runs])),
                }
            )
    return found


def main() -> None:
    """Measure on both corpora and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    corpora = parser.parse_args().corpora
    results = {
        "what": "lines listed as possible label issues, out of fold",
        "protocol": {"N": N, "top": TOP, "swapped": SWAPPED, "seeds": list(SEEDS), "resamples": RESAMPLES},
        "nhs_feedback": summarised([planted_mistakes(corpora, seed) for seed in SEEDS]),
        "disapere": summarised([real_disagreement(corpora, seed) for seed in SEEDS]),
    }
    print(json.dumps(results, indent=1))
    write_results(RESULTS / "label_issues.json", results)


if __name__ == "__main__":
    main()
