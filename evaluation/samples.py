"""Is the prevalence of a code estimated without bias, whatever samples were drawn and coded before?

    python -m evaluation.samples [--runs 200]

Prints the table and writes evaluation/results/samples.json. The lines are those of the invented sample study that
coder_a coded, and her codes are taken for the truth of every line, so that estimates can be compared with it. In each
run, with a seed of its own, lines are drawn and "coded" as in a study, a suggester is trained on them, and lines are
chosen or drawn again; the estimates of all codes from the samples of the run are then compared with their true shares.

Two ways to use several samples are compared: `joint`, one inclusion probability 1 - (1 - p) (1 - q) of each line over
all samples (what autocode did until November 2026), and `mean`, the estimate of each random sample alone, averaged by
the numbers of lines (what `code_prevalence` does; lines chosen by `select_lines` are not used). `known` uses the lines
of one chosen sample alone, where all lines coded before count as certain, which is the most that can be made of it.
"""

import argparse
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import autocode
from autocode.agreement import Prevalence, code_prevalence, draw_sample, prevalence
from autocode.coding import Codings, Sample
from autocode.suggester import select_lines, train
from autocode.transcripts import LineId, Transcripts
from evaluation._results import RESULTS, write_results

SAMPLE = Path(__file__).parents[1] / "corpora" / "integration-barriers"
DRAWN, CHOSEN = 60, 40


class Population:
    """The lines that one coder coded, with their codes taken for the truth."""

    def __init__(self) -> None:
        lines = autocode.read_transcripts(SAMPLE / "transcripts")
        self.codebook = autocode.read_codebook(SAMPLE / "codebook.toml")
        table = SAMPLE / "codings" / "coder_a.csv"
        self.codings = Codings(autocode.read_codings(table, lines=lines, codebook=self.codebook))
        self.lines = Transcripts(
            interview for interview in lines.interviews if any(self.codings.of(line.id) for line in interview.lines)
        )
        self.frame = self.lines.participant_lines
        self.codes = [code.id for code in self.codebook.subthemes]

    def has(self, line: LineId, code: str) -> bool:
        """Return whether a line has a code."""
        return any(code in coding.codes for coding in self.codings.of(line))

    def coded(self, lines: Iterable[LineId]) -> Codings:
        """Return the codings of some lines, as a coder would give them."""
        return Codings(coding for line in set(lines) for coding in self.codings.of(line))

    def choose(self, coded: Sequence[LineId], n: int, *, seed: int) -> Sample:
        """Return the lines that `autocode next` would choose after some were coded."""
        codings = self.coded(coded)
        suggester = train(codings, self.lines, self.codebook, seed=seed)
        return select_lines(suggester, codings.uncoded(self.frame), n, seed=seed)

    def enriched(self, coded: Sequence[LineId], code: str, *, seed: int) -> Sample:
        """Return a draw in which lines with a suggestion for a code are five times as likely, as `--enrich` does."""
        codings = self.coded(coded)
        suggester = train(codings, self.lines, self.codebook, seed=seed)
        batch = suggester.suggest(codings.uncoded(self.frame))
        factors = {suggestion.line: 5.0 for suggestion in batch.suggestions if suggestion.code == code}
        return draw_sample(self.lines, DRAWN, seed=seed + 10_000, enrich=factors)

    def joint(self, code: str, samples: Sequence[Sample]) -> Prevalence:
        """Return the estimate with one joint inclusion probability of each line over all samples."""
        drawn = {line for sample in samples for line in sample.drawn}
        missed = {
            line.id: math.prod(1 - sample.probabilities.get(line.id, 0.0) for sample in samples) for line in self.frame
        }
        return self._estimate(code, drawn, {line: 1 - q for line, q in missed.items()})

    def known(self, code: str, coded: Sequence[LineId], sample: Sample) -> Prevalence:
        """Return the estimate from one chosen sample, all lines that were coded before counting as certain."""
        probabilities = {**sample.probabilities, **dict.fromkeys(coded, 1.0)}
        return self._estimate(code, {*coded, *sample.drawn}, probabilities)

    def mean(self, code: str, samples: Sequence[Sample]) -> Prevalence:
        """Return autocode's estimate from random samples."""
        return code_prevalence([code], self.codings, self.lines, samples=samples)

    def _estimate(self, code: str, drawn: set[LineId], probabilities: Mapping[LineId, float]) -> Prevalence:
        return prevalence(
            [float(self.has(line.id, code)) if line.id in drawn else None for line in self.frame],
            [0.0] * len(self.frame),
            probabilities=[probabilities[line.id] for line in self.frame],
            interviews=[line.transcript for line in self.frame],
        )


def run(people: Population, seed: int) -> dict[str, dict[str, Prevalence]]:
    """Return the estimates of every code in one run, by design and way to use the samples."""
    first = draw_sample(people.lines, DRAWN, seed=seed)
    chosen = people.choose(first.drawn, CHOSEN, seed=seed)
    second = draw_sample(people.lines, DRAWN, seed=seed + 10_000)
    enriched = people.enriched(first.drawn, "overworked-staff", seed=seed)
    five = {interview.id for interview in people.lines.interviews[:5]}
    begun = [line.id for line in people.frame if line.transcript in five]
    after = people.choose(begun, 100, seed=seed)
    return {
        "one draw: mean": {code: people.mean(code, [first]) for code in people.codes},
        "draw, then next: joint": {code: people.joint(code, [first, chosen]) for code in people.codes},
        "draw, next, draw: joint": {code: people.joint(code, [first, chosen, second]) for code in people.codes},
        "draw, next, draw: mean": {code: people.mean(code, [first, second]) for code in people.codes},
        "the same seed twice: joint": {code: people.joint(code, [first, first]) for code in people.codes},
        "the same seed twice: mean": {code: people.mean(code, [first, first]) for code in people.codes},
        "draw, then enriched draw: joint": {code: people.joint(code, [first, enriched]) for code in people.codes},
        "draw, then enriched draw: mean": {code: people.mean(code, [first, enriched]) for code in people.codes},
        "five interviews, then next 100: known": {code: people.known(code, begun, after) for code in people.codes},
    }


def summary(people: Population, runs: Sequence[Mapping[str, Mapping[str, Prevalence]]]) -> list[dict[str, Any]]:
    """Return bias and coverage of each design, over codes: the ratio of estimate and truth, with its interval."""
    truth = {code: float(np.mean([people.has(line.id, code) for line in people.frame])) for code in people.codes}
    rows = []
    for design in runs[0]:
        # one number per run: runs are independent of each other, codes of a run are not
        ratios = np.array(
            [np.mean([found[design][code].value / truth[code] for code in people.codes]) for found in runs]
        )
        pairs = [(found[design][code], truth[code]) for found in runs for code in people.codes]
        known = [(estimate.low <= true <= estimate.high) for estimate, true in pairs if not math.isnan(estimate.low)]
        margin = 1.96 * ratios.std(ddof=1) / math.sqrt(len(ratios))
        rows.append(
            {
                "design": design,
                "runs": len(runs),
                "ratio": float(ratios.mean()),
                "low": float(ratios.mean() - margin),
                "high": float(ratios.mean() + margin),
                "coverage": float(np.mean(known)),
                "without_interval": 1 - len(known) / len(pairs),
            }
        )
    return rows


def main() -> None:
    """Run the simulation and write its results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="at least 2")
    arguments = parser.parse_args()
    if arguments.runs < 2:
        parser.error("an interval needs at least 2 runs.")
    people = Population()
    runs = [run(people, seed) for seed in range(arguments.runs)]
    rows = summary(people, runs)
    protocol = {"lines": len(people.frame), "codes": len(people.codes), "drawn": DRAWN, "chosen": CHOSEN}
    write_results(RESULTS / "samples.json", {"protocol": protocol, "designs": rows})
    for row in rows:
        print(
            f"{row['design']:40} estimate / truth {row['ratio']:.3f} [{row['low']:.3f}, {row['high']:.3f}], "
            f"coverage {row['coverage']:.3f}, without interval {row['without_interval']:.3f}, {row['runs']} runs"
        )


if __name__ == "__main__":
    main()
