"""Choose the hyperparameters of the suggester again, on splits whose results are not reported.

    python -m evaluation.choose_constants ../shared/corpora --seeds 10 11 12 13 14
    python -m evaluation.choose_constants ../shared/corpora --corpora sample serdif_thinkaloud --minutes 15

For each constant, every candidate value takes the place of the default while all others stay, and a model with it is
fitted and tested under the protocol of `evaluation.suggester`. Seeds 0 to 2, whose results are reported, are refused.
Writes `results/constants.json` after every model and the page `constants.md`: which value was best by its criterion,
and how far it is from the default. A second run continues where the first stopped; `--minutes` of processor time end
a run early, and what is not measured is listed on the page. `sample` is the invented study in corpora/.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import autocode
from autocode.coding import Codings
from autocode.suggester import (
    CodedLines,
    ContextWindow,
    Embeddings,
    Hyperparameters,
    SentenceEncoder,
    fit,
    folds,
)
from autocode.transcripts import Transcripts
from autocode.validation import MIN_USES, Predictions, eligible, measure, split
from evaluation._arguments import corpora_argument
from evaluation._results import HERE, RESULTS, read_results, write_results, write_text

CORPORA = ("serdif_thinkaloud", "sample", "nhs_feedback", "disapere")
SAMPLE = HERE.parent / "corpora" / "integration-barriers"
REPORTED_SEEDS, SEEDS = (0, 1, 2), (10, 11, 12, 13, 14)
FILE = RESULTS / "constants.json"
METRICS = ("R@3", "mAP", "microF1", "macroF1", "brier")
LOWER_IS_BETTER = ("brier",)
# Coded lines of the runs on novelty, as in `evaluation.novelty`, and codes that are left out of each split.
NOVELTY_LINES, NOVELTY_CODES = 500, 2

Setting = Callable[[Hyperparameters, Any], Hyperparameters]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A constant with the values that are tried.

    Attributes
    ----------
    name : str
        Its place in `Hyperparameters`.
    candidates : mapping of str to value
        The values by their label; the default is among them.
    default : str
        Label of the default.
    n : int
        Number of coded lines to learn from.
    criterion : str
        The metric by which a value is chosen.
    encoder : bool
        Whether the model has a sentence encoder.
    """

    name: str
    candidates: Mapping[str, Any]
    default: str
    n: int = 250
    criterion: str = "R@3"
    encoder: bool = False

    def applied_to(self, hyperparameters: Hyperparameters, label: str) -> Hyperparameters:
        """Return the hyperparameters with one candidate in its place."""
        return _replaced(hyperparameters, self.name.split("."), self.candidates[label])


def _replaced(record: Any, path: Sequence[str], value: Any) -> Any:
    name, *rest = path
    return replace(record, **{name: _replaced(getattr(record, name), rest, value) if rest else value})


def numbers(name: str, *values: float, **options: Any) -> Constant:
    """Return a constant with numbers as candidates; the default is the one in the code."""
    default: Any = Hyperparameters()
    for part in name.split("."):
        default = getattr(default, part)
    return Constant(name=name, candidates={f"{v:g}": v for v in values}, default=f"{default:g}", **options)


NO_CONTEXT, NEXT_LINE = ContextWindow(share=0.0), ContextWindow(share=0.3)
FOUR_LINES = ContextWindow(share=0.3, reach=4, fading=0.6)
DEFAULTS = Hyperparameters()
CONSTANTS = (
    numbers("inputs.characters", 0.4, 0.8, 1.2, 0.0),
    numbers("inputs.role", 0.0, 0.25, 0.5, 1.0),
    numbers("inputs.place", 0.0, 0.1, 0.2, 0.4),
    numbers("inputs.last_place", 1, 3, 6),
    numbers("C", 1.0, 3.0, 10.0, 30.0),
    numbers("codebook_examples", 1.0, 3.0, 10.0),
    numbers("codebook_counterexamples", 0.1, 0.3, 1.0),
    Constant(
        name="line_contexts",
        candidates={
            "none, .15, .3, .3 over 4 lines": DEFAULTS.line_contexts,
            "none": (NO_CONTEXT,),
            ".3": (NEXT_LINE,),
            ".3 over 4 lines": (FOUR_LINES,),
        },
        default="none, .15, .3, .3 over 4 lines",
    ),
    Constant(
        name="codebook_context",
        candidates={
            "none": NO_CONTEXT,
            ".3": NEXT_LINE,
            ".5 over 4 lines": ContextWindow(share=0.5, reach=4, fading=0.8),
            ".5 over 8 lines": DEFAULTS.codebook_context,
            "1 over 8 lines": ContextWindow(share=1.0, reach=8, fading=0.8),
        },
        default=".5 over 8 lines",
    ),
    Constant(
        name="grid.codebook_weights",
        candidates={
            "2, 4, 8, 16": (2.0, 4.0, 8.0, 16.0),
            "4": (4.0,),
            "8": (8.0,),
            "1 to 32": (1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
        },
        default="2, 4, 8, 16",
    ),
    Constant(
        name="grid.default_weights",
        candidates={
            "context 1, weight 5.7": DEFAULTS.grid.default_weights,
            "context 0, weight 5.7": (0, 4 * 2**0.5, 0.0),
            "context 1, weight 2.8": (1, 2 * 2**0.5, 0.0),
            "context 1, weight 11.3": (1, 8 * 2**0.5, 0.0),
        },
        default="context 1, weight 5.7",
        n=50,
    ),
    numbers("prior_strength", 0.0, 1.0, 4.0, n=50),
    Constant(
        name="grid.cold_start_weight",
        candidates={"2": (2.0, 0.0), "8": DEFAULTS.grid.cold_start_weight, "32": (32.0, 0.0)},
        default="8",
        n=0,
    ),
    numbers("cold_start_slope", 0.1, 0.25, 0.5, 1.0, n=0, criterion="brier"),
    numbers("slope_sd", 0.1, 0.3, 1.0, criterion="brier"),
    numbers("intercept_sd", 0.5, 1.0, 2.0, criterion="brier"),
    numbers("calibration_interviews", 1.0, 4.0, 16.0, 64.0),
    numbers("threshold_shrinkage", 0.1, 1.0, 5.0, criterion="microF1"),
    numbers("inputs.embedding_extra", 0.0, 0.25, 0.5, 1.0, n=50, encoder=True),
    numbers("inputs.embedding_lines", 50, 250, 1000, encoder=True),
    Constant(
        name="grid_with_encoder.default_weights",
        candidates={
            "context 1, weights 4 and 2": DEFAULTS.grid_with_encoder.default_weights,
            "context 1, weights 4 and 0": (1, 4.0, 0.0),
            "context 1, weights 4 and 8": (1, 4.0, 8.0),
        },
        default="context 1, weights 4 and 2",
        n=50,
        encoder=True,
    ),
)
# The share of coded lines that are less similar to the others than the threshold of novelty.
QUANTILES = (0.01, 0.02, 0.05, 0.1, 0.2)
DEFAULT_QUANTILE = 0.05
LARGEST_THRESHOLD = 0.3


Study = tuple[Codings, Transcripts, autocode.Codebook]


def read(corpora: Path, name: str) -> Study:
    """Return the codings, lines and codebook of a corpus or of the sample study."""
    if name != "sample":
        return autocode.read_corpus(corpora / name)
    codebook = autocode.read_codebook(SAMPLE / "codebook.toml")
    lines = autocode.read_transcripts(SAMPLE / "transcripts")
    sheets = sorted((SAMPLE / "codings").glob("*.csv"))
    read_sheet = autocode.read_codings
    codings = Codings(coding for path in sheets for coding in read_sheet(path, lines=lines, codebook=codebook))
    return codings, lines, codebook


def key_of(cell: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what identifies a cell among the results."""
    return tuple(cell[name] for name in ("constant", "value", "corpus", "seed", "n"))


class Measurements:
    """The cells that are measured, written after each; a run ends when its processor time is used up."""

    def __init__(self, seconds: float) -> None:
        results = read_results(FILE) if FILE.exists() else {"cells": [], "novelty": []}
        self.cells: dict[tuple[Any, ...], dict[str, Any]] = {key_of(cell): cell for cell in results["cells"]}
        self.novelty: list[dict[str, Any]] = results["novelty"]
        self._end = time.process_time() + seconds

    @property
    def time_is_up(self) -> bool:
        """Whether the processor time of this run is used up."""
        return time.process_time() > self._end

    def add(self, cell: dict[str, Any], compute: Callable[[], dict[str, float]]) -> None:
        """Measure a cell that is not measured yet, and write the results."""
        key = key_of(cell)
        if key not in self.cells and not self.time_is_up:
            self.cells[key] = {**cell, **compute()}
            self.write()

    def add_novelty(self, run: dict[str, Any]) -> None:
        """Add a run on novelty, and write the results."""
        self.novelty.append(run)
        self.write()

    def write(self) -> None:
        """Write all results, sorted by constant, corpus, seed and value."""
        names = ["defaults", *(constant.name for constant in CONSTANTS)]
        order = sorted(self.cells.values(), key=lambda cell: (names.index(cell["constant"]), *map(str, key_of(cell))))
        write_results(FILE, {"cells": order, "novelty": self.novelty})


def metrics_of(
    train: CodedLines, test: CodedLines, codebook: autocode.Codebook, seed: int, **options: Any
) -> dict[str, float]:
    """Return the metrics of one model on the test lines."""
    model = fit(train, codebook, seed=seed, **options)
    p = model.probabilities(test.lines)
    predictions = Predictions(truth=test.applied, scores=p, predicted=p >= model.thresholds.codes, probabilities=p)
    found = measure(predictions, np.ones((1, len(test))))
    return {name: float(found[name][0]) for name in METRICS}


def measure_split(
    measurements: Measurements,
    corpus: str,
    table: CodedLines,
    codebook: autocode.Codebook,
    seed: int,
    encoder: Embeddings | None,
) -> None:
    """Measure every candidate of every constant on one split; those with an encoder only if one is given."""
    part = split(table, seed=seed)
    test = table.take(part.test)
    for constant in CONSTANTS:
        if constant.encoder and encoder is None:
            continue
        train = table.take(part.pool[: constant.n])
        own_encoder = encoder if constant.encoder else None
        for label in constant.candidates:
            is_default = label == constant.default
            cell = {
                "constant": "defaults" if is_default else constant.name,
                "value": ("with encoder" if constant.encoder else "without encoder") if is_default else label,
                "corpus": corpus,
                "seed": seed,
                "n": constant.n,
            }
            hyperparameters = constant.applied_to(DEFAULTS, label)
            measurements.add(
                cell,
                lambda train=train, own_encoder=own_encoder, hyperparameters=hyperparameters: metrics_of(
                    train, test, codebook, seed, encoder=own_encoder, hyperparameters=hyperparameters
                ),
            )


def measure_novelty(measurements: Measurements, corpus: str, study: Study, seed: int) -> None:
    """Leave out codes, and measure how often lines are called new by each threshold of similarity.

    The threshold is a quantile of the similarity of coded lines to those of the other folds: here the folds are trained
    one by one, which the suggester itself does without training.
    """
    codings, lines, codebook = study
    table = eligible(codings, lines, codebook, min_uses=MIN_USES)
    part = split(table, seed=seed)
    learn, test = table.take(part.pool[:NOVELTY_LINES]), table.take(part.test)
    has_only = test.applied & (test.applied.sum(axis=1) == 1)[:, None]
    frequent = [j for j in np.argsort(-learn.applied.sum(axis=0), kind="stable") if has_only[:, j].sum() >= MIN_USES]
    done = {(run["corpus"], run["seed"], run["code"]) for run in measurements.novelty}
    for j in frequent[:NOVELTY_CODES]:
        code = table.codes[j].id
        if (corpus, seed, code) in done or measurements.time_is_up:
            continue
        rest = autocode.Codebook([other for other in codebook.values() if other.id != code])
        known = learn.take(np.flatnonzero(~learn.applied[:, j]))
        held_out = np.zeros(len(known))
        fold = folds([line.transcript for line in known.lines], seed=seed)
        for k in np.unique(fold):
            others = [known.lines[i].id for i in np.flatnonzero(fold != k)]
            own = [known.lines[i] for i in np.flatnonzero(fold == k)]
            held_out[fold == k] = autocode.train(codings.on(others), lines, rest, seed=seed).similarity(own)
        suggester = autocode.train(codings.on([line.id for line in known.lines]), lines, rest, seed=seed)
        no_code = (suggester.probabilities(test.lines) < suggester.model.thresholds.codes).all(axis=1)
        similarity = suggester.similarity(test.lines)
        new, other = has_only[:, j], ~test.applied[:, j]
        shares = {}
        for quantile in QUANTILES:
            is_new = no_code & (similarity < min(float(np.quantile(held_out, quantile)), LARGEST_THRESHOLD))
            shares[f"{quantile:g}"] = {"new": float(is_new[new].mean()), "other": float(is_new[other].mean())}
        measurements.add_novelty({"corpus": corpus, "seed": seed, "code": str(code), "shares": shares})


def page(results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown, from the results alone."""
    return "\n".join([*_head(results), *_summary(results), *_tables(results), *_novelty(results)]) + "\n"


def _head(results: Mapping[str, Any]) -> Iterator[str]:
    cells = results["cells"]
    measured = {corpus: sorted({cell["seed"] for cell in cells if cell["corpus"] == corpus}) for corpus in CORPORA}
    yield "# The constants of the suggester, chosen again"
    yield ""
    yield "Written by `python -m evaluation.choose_constants ../shared/corpora`; do not edit."
    yield ""
    yield (
        "The suggester has numbers that it does not learn from a study: `Hyperparameters` and the share of lines "
        "below the novelty threshold. They were chosen while the suggester was written, on splits of the evaluation "
        "corpora that are not the reported ones and on the invented sample study. This page makes the choice again: "
        "one constant at a time takes each of some values while the others keep their defaults, on splits with seeds "
        "from 10 on."
    )
    yield ""
    yield (
        "**Reading.** *Best* is the value with the best mean of its criterion over the corpora, each counted once. "
        "*Gain* is the mean difference of that criterion from the default, with the standard error over the splits "
        "(paired by corpus and seed). A gain of less than two standard errors does not distinguish the values."
    )
    yield ""
    yield (
        "**What was measured.** "
        + "; ".join(
            f"`{corpus}`: seeds {', '.join(map(str, seeds))}" if seeds else f"`{corpus}`: not measured"
            for corpus, seeds in measured.items()
        )
        + "."
    )
    missing = [constant.name for constant in CONSTANTS if not _complete_splits(results, constant)]
    if missing:
        yield ""
        yield f"**Not measured.** {', '.join(f'`{name}`' for name in missing)}."
    yield ""


def _complete_splits(results: Mapping[str, Any], constant: Constant) -> dict[tuple[str, int], dict[str, float]]:
    """Return the criterion of each candidate, by corpus and seed, where all candidates are measured."""
    default = "with encoder" if constant.encoder else "without encoder"
    found: dict[tuple[str, int], dict[str, float]] = {}
    for cell in results["cells"]:
        if cell["n"] != constant.n:
            continue
        if cell["constant"] == constant.name and cell["value"] in constant.candidates:
            found.setdefault((cell["corpus"], cell["seed"]), {})[cell["value"]] = cell[constant.criterion]
        elif cell["constant"] == "defaults" and cell["value"] == default:
            found.setdefault((cell["corpus"], cell["seed"]), {})[constant.default] = cell[constant.criterion]
    return {key: values for key, values in found.items() if len(values) == len(constant.candidates)}


def _by_corpus(splits: Mapping[tuple[str, int], Mapping[str, float]], label: str) -> dict[str, float]:
    """Return the mean criterion of a candidate on each corpus."""
    corpora = [corpus for corpus in CORPORA if any(known == corpus for known, _ in splits)]
    return {
        corpus: float(np.mean([values[label] for (known, _), values in splits.items() if known == corpus]))
        for corpus in corpora
    }


def _best(constant: Constant, splits: Mapping[tuple[str, int], Mapping[str, float]]) -> str:
    sign = -1 if constant.criterion in LOWER_IS_BETTER else 1
    return max(constant.candidates, key=lambda label: sign * np.mean(list(_by_corpus(splits, label).values())))


def _summary(results: Mapping[str, Any]) -> Iterator[str]:
    yield "| constant | coded lines | criterion | in the code | best | gain |"
    yield "|---|---|---|---|---|---|"
    for constant in CONSTANTS:
        splits = _complete_splits(results, constant)
        if not splits:
            continue
        best = _best(constant, splits)
        of_best, of_default = (_by_corpus(splits, label).values() for label in (best, constant.default))
        gain = np.mean([a - b for a, b in zip(of_best, of_default, strict=True)])
        gains = np.array([values[best] - values[constant.default] for values in splits.values()])
        se = f"{gains.std(ddof=1) / np.sqrt(len(gains)):.4f}" if len(gains) > 1 else "unknown"
        cells = (
            f"`{constant.name}`",
            f"{constant.n}{', encoder' if constant.encoder else ''}",
            constant.criterion,
            constant.default,
            best,
            "" if best == constant.default else f"{gain:+.4f} (SE {se})",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _tables(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Every value"
    yield ""
    yield "The mean of the criterion over the splits of a corpus; the default in bold."
    for constant in CONSTANTS:
        splits = _complete_splits(results, constant)
        if not splits:
            continue
        corpora = list(_by_corpus(splits, constant.default))
        counts = [sum(known == corpus for known, _ in splits) for corpus in corpora]
        yield ""
        yield f"**`{constant.name}`**, {constant.criterion} with {constant.n} coded lines"
        yield ""
        heads = [f"{corpus}, {n} split{'s' * (n != 1)}" for corpus, n in zip(corpora, counts, strict=True)]
        yield f"| value | {' | '.join(heads)} |"
        yield f"|---|{'---|' * len(corpora)}"
        for label in constant.candidates:
            name = f"**{label}**" if label == constant.default else label
            yield f"| {name} | {' | '.join(f'{value:.4f}' for value in _by_corpus(splits, label).values())} |"
    yield ""


def _novelty(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## The share of lines below the novelty threshold"
    yield ""
    runs = results["novelty"]
    if not runs:
        yield "Not measured."
        return
    corpora = [corpus for corpus in CORPORA if any(run["corpus"] == corpus for run in runs)]
    yield (
        "One code at a time was left out, as in `evaluation.novelty`; the threshold is this quantile of the similarity "
        "of coded lines to those of the other folds. The share of lines called new among those of the code left out, "
        "and in brackets among the other lines, which should be few; the default in bold. A larger quantile finds more "
        "new lines and calls more of the others new: no criterion decides between them."
    )
    yield ""
    heads = [f"{corpus}, {sum(run['corpus'] == corpus for run in runs)} codes" for corpus in corpora]
    yield f"| quantile | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(corpora)}"
    for quantile in QUANTILES:
        cells = []
        for corpus in corpora:
            shares = [run["shares"][f"{quantile:g}"] for run in runs if run["corpus"] == corpus]
            new, other = (float(np.mean([share[kind] for share in shares])) for kind in ("new", "other"))
            cells.append(f"{new:.1%} ({other:.1%})")
        name = f"**{quantile:g}**" if quantile == DEFAULT_QUANTILE else f"{quantile:g}"
        yield f"| {name} | {' | '.join(cells)} |"


def write_page(folder: Path = HERE) -> None:
    """Write the page from the results."""
    write_text(folder / "constants.md", page(read_results(FILE)))


def main() -> None:
    """Measure what is not measured yet, and write the results and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    parser.add_argument("--corpora", dest="names", nargs="+", choices=CORPORA, default=list(CORPORA), metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="seeds of the splits, 10 or more")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="processor time of this run")
    parser.add_argument("--encoder", action="store_true", help="with the constants of the sentence encoder")
    parser.add_argument("--novelty", action="store_true", help="with the share of lines below the novelty threshold")
    arguments = parser.parse_args()
    if set(arguments.seeds) & set(REPORTED_SEEDS):
        parser.error("seeds 0, 1 and 2 are those of the reported results; constants are chosen on others.")
    measurements = Measurements(60 * arguments.minutes)
    studies = {name: read(arguments.corpora, name) for name in arguments.names}
    encoder = Embeddings(SentenceEncoder()) if arguments.encoder else None
    # Seed by seed, so that a run that ends early has compared all values of a constant on the same splits.
    for seed in arguments.seeds:
        for name, (codings, lines, codebook) in studies.items():
            table = eligible(codings, lines, codebook, min_uses=MIN_USES)
            measure_split(measurements, name, table, codebook, seed, encoder)
            if arguments.novelty:
                measure_novelty(measurements, name, (codings, lines, codebook), seed)
            print(f"{name}, seed {seed}: {len(measurements.cells)} cells", flush=True)
    write_page()


if __name__ == "__main__":
    main()
