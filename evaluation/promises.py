"""How often is a promise that was made not kept on unseen interviews?

    python -m evaluation.promises ../shared/corpora

Writes evaluation/results/promises.json and prints it. Under the protocol of the corpora (whole documents held out, N
coded lines to learn from), each model is asked to promise precision=0.8 and recall=0.9. A promise that was made is
missed if the share on the test part is more than 3 points below it. For comparison, a naive threshold: the lowest one
that reaches the share on the out-of-fold scores that the model was calibrated on, without a confidence bound.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

import autocode
from autocode.suggester import (
    CodedLines,
    LineModel,
    Promise,
    PromiseMet,
    certify,
    cross_validated_probabilities,
    fit,
)
from autocode.validation import MIN_USES, eligible, split
from evaluation._arguments import corpora_and_seeds
from evaluation._results import RESULTS, write_results

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
LEARN, SEEDS, LEEWAY = (250, 1000), tuple(range(5)), 0.03
PROMISES = ("precision=0.8", "recall=0.9")
# Suggestions that a line can have, as a coder sees them.
SHOWN = 3


def outcome(
    promise: Promise, threshold: float, p: np.ndarray, strength: np.ndarray, truth: np.ndarray
) -> dict[str, Any]:
    """Return the share that was promised, over how many cases, and the share of lines without a suggestion."""
    if promise.kind == "precision":
        order = np.argsort(-p, axis=1, kind="stable")[:, :SHOWN]
        suggested = np.take_along_axis(p, order, axis=1) >= threshold
        correct = suggested & np.take_along_axis(truth, order, axis=1)
        return {
            "share": float(correct.sum() / max(suggested.sum(), 1)),
            "of": int(suggested.sum()),
            "silent": float((~suggested.any(axis=1)).mean()),
            "codes_found": float(correct.sum() / max(truth.sum(), 1)),
        }
    with_code = truth.any(axis=1)
    return {
        "share": float((strength[with_code] >= threshold).mean()),
        "of": int(with_code.sum()),
        "silent": float((strength < threshold).mean()),
        "codes_found": None,
    }


def naive_threshold(promise: Promise, p: np.ndarray, strength: np.ndarray, truth: np.ndarray) -> float | None:
    """Return the lowest threshold that reaches a precision, or the highest that reaches a recall; None if none does."""
    is_precision = promise.kind == "precision"
    thresholds = np.unique(np.round(p if is_precision else strength, 3)).tolist()
    for threshold in thresholds if is_precision else reversed(thresholds):
        reached = outcome(promise, threshold, p, strength, truth)
        if reached["of"] > 0 and reached["share"] >= promise.at_least:
            return float(threshold)
    return None


def interview_numbers(table: CodedLines) -> np.ndarray:
    """Return the number of each line's interview, shape (n_lines,)."""
    number: dict[str, int] = {}
    return np.array([number.setdefault(line.transcript, len(number)) for line in table.lines])


def promise_runs(
    train: CodedLines, test: CodedLines, codebook: autocode.Codebook, *, seed: int
) -> list[dict[str, Any]]:
    """Return the outcome of each promise of a model that learns from `train`, on the lines of `test`."""
    model: LineModel = fit(train, codebook, seed=seed)
    p, test_p = model.calibration(model.held_out), model.probabilities(test.lines)
    strength, test_strength = model.thresholds.strength(p), model.thresholds.strength(test_p)
    cross_validated = cross_validated_probabilities(train, codebook, language="en", seed=seed)
    runs = []
    for text in PROMISES:
        promise = Promise.parse(text)
        answer = certify(promise, cross_validated, train.applied, interview_numbers(train), seed=seed)
        run: dict[str, Any] = {"promise": text}
        if isinstance(answer, PromiseMet):
            tested = outcome(promise, answer.threshold, test_p, test_strength, test.applied)
            run |= {"given": True, "bound": answer.bound, **tested}
            run["missed"] = tested["share"] < promise.at_least - LEEWAY
        else:
            run |= {"given": False, "why": answer.why}
        threshold = naive_threshold(promise, p, strength, train.applied)
        if threshold is not None:
            tested = outcome(promise, threshold, test_p, test_strength, test.applied)
            run["naive"] = {**tested, "missed": tested["share"] < promise.at_least - LEEWAY}
        runs.append(run)
    return runs


def all_runs(corpora: Path, seeds: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return the outcome of every promise in every run."""
    runs = []
    for corpus in CORPORA:
        codings, lines, codebook = autocode.read_corpus(corpora / corpus)
        table = eligible(codings, lines, codebook, min_uses=MIN_USES)
        for seed in seeds:
            part = split(table, seed=seed)
            test = table.take(part.test)
            for n in LEARN:
                for run in promise_runs(table.take(part.pool[:n]), test, codebook, seed=seed):
                    runs.append({"corpus": corpus, "N": n, "seed": seed, **run})
                    print(runs[-1], flush=True)
    return runs


def summarised(runs: list[dict[str, Any]], promise: str) -> dict[str, Any]:
    """Return how often a promise was made and missed, over all runs."""
    of_promise = [run for run in runs if run["promise"] == promise]
    made = [run for run in of_promise if run["given"]]
    naive = [run["naive"] for run in of_promise if "naive" in run]
    return {
        "promise": promise,
        "runs": len(of_promise),
        "given": len(made),
        "missed": sum(run["missed"] for run in made),
        "mean_share_where_given": float(np.mean([run["share"] for run in made])) if made else None,
        "mean_silent_where_given": float(np.mean([run["silent"] for run in made])) if made else None,
        "naive_given": len(naive),
        "naive_missed": sum(run["missed"] for run in naive),
    }


def main() -> None:
    """Ask for every promise in every run, and write the outcomes."""
    corpora, seeds, are_written = corpora_and_seeds(__doc__, SEEDS)
    runs = all_runs(corpora, seeds)
    summary = [summarised(runs, promise) for promise in PROMISES]
    print(json.dumps(summary, indent=1))
    if are_written:
        results = {
            "what": "promises on documents held out",
            "protocol": {"N": list(LEARN), "seeds": list(seeds), "leeway": LEEWAY},
            "summary": summary,
            "runs": runs,
        }
        write_results(RESULTS / "promises.json", results)


if __name__ == "__main__":
    main()
