"""How often a promise that was given is missed on interviews not seen.

    python -m evaluation.promises ../shared/corpora

Writes evaluation/results/promises.json and prints it. Under the protocol of the corpora (whole documents held out, N
coded lines to learn from), each model is asked for precision=0.8 and recall=0.9. A promise that was given is missed if
the share on the test part is more than 3 points below it. Beside it stands the naive way: the laxest threshold that
reaches the share on the out-of-fold scores that the model was calibrated on, without a bound.
"""

import json
from pathlib import Path

import numpy as np

import autocode
from autocode.suggester import Promise, PromiseMet, certify, cross_validated_probabilities, fit
from autocode.validation import eligible, split
from evaluation._asked import corpora_and_seeds

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
LEARN, SEEDS, LEEWAY = (250, 1000), tuple(range(5)), 0.03
PROMISES = ("precision=0.8", "recall=0.9")
HERE = Path(__file__).parent


def kept(promise: Promise, threshold: float, p: np.ndarray, strength: np.ndarray, truth: np.ndarray) -> dict:
    """Return what became of a promise: the share, over how many, and on how many lines nothing was said."""
    if promise.kind == "precision":
        order = np.argsort(-p, axis=1, kind="stable")[:, :3]
        said = np.take_along_axis(p, order, axis=1) >= threshold
        right = said & np.take_along_axis(truth, order, axis=1)
        share, n, silent = right.sum() / max(said.sum(), 1), int(said.sum()), float((~said.any(axis=1)).mean())
        found = float(right.sum() / max(truth.sum(), 1))
    else:
        deserving = truth.any(axis=1)
        share, n = (strength[deserving] >= threshold).mean(), int(deserving.sum())
        silent, found = float((strength < threshold).mean()), None
    return {"share": float(share), "of": n, "silent": silent, "codes_found": found}


def naive(promise: Promise, p: np.ndarray, strength: np.ndarray, truth: np.ndarray) -> float | None:
    """Return the laxest threshold that reaches the share, or None."""
    reached = np.unique(np.round(p if promise.kind == "precision" else strength, 3)).tolist()
    if promise.kind == "precision":
        # from the laxest up, the first that holds
        return next((t for t in reached if _holds(promise, t, p, strength, truth)), None)
    return next((t for t in reversed(reached) if _holds(promise, t, p, strength, truth)), None)


def _holds(promise: Promise, t: float, p: np.ndarray, strength: np.ndarray, truth: np.ndarray) -> bool:
    got = kept(promise, t, p, strength, truth)
    return got["of"] > 0 and got["share"] >= promise.at_least


def runs(corpora: Path, seeds: tuple[int, ...]) -> list[dict]:
    """Return what became of every promise in every run."""
    found = []
    for name in CORPORA:
        codings, lines, codebook = autocode.read_corpus(corpora / name)
        table = eligible(codings, lines, codebook, min_uses=15)
        for seed in seeds:
            part = split(table, seed=seed)
            test = table.take(part.test)
            for n in LEARN:
                train = table.take(part.pool[:n])
                model = fit(train, codebook, seed=seed)
                p, unseen = model.calibration(model.held_out), model.probabilities(test.lines)
                strength, far = model.thresholds.strength(p), model.thresholds.strength(unseen)
                tried = cross_validated_probabilities(train, codebook, language="en", seed=seed)
                place: dict[str, int] = {}
                interview = np.array([place.setdefault(line.transcript, len(place)) for line in train.lines])
                for text in PROMISES:
                    promise = Promise.parse(text)
                    answer = certify(promise, tried, train.applied, interview, seed=seed)
                    run: dict[str, object] = {"corpus": name, "N": n, "seed": seed, "promise": text}
                    if isinstance(answer, PromiseMet):
                        got = kept(promise, answer.threshold, unseen, far, test.applied)
                        run |= {"given": True, "bound": answer.bound, **got}
                        run["missed"] = got["share"] < promise.at_least - LEEWAY
                    else:
                        run |= {"given": False, "why": answer.why}
                    t = naive(promise, p, strength, train.applied)
                    if t is not None:
                        got = kept(promise, t, unseen, far, test.applied)
                        run["naive"] = {**got, "missed": got["share"] < promise.at_least - LEEWAY}
                    found.append(run)
                    print(run, flush=True)
    return found


def main() -> None:
    """Ask for every promise in every run and write what became of it."""
    corpora, seeds, written = corpora_and_seeds(__doc__, SEEDS)
    found = runs(corpora, seeds)
    summary = []
    for text in PROMISES:
        mine = [run for run in found if run["promise"] == text]
        given, plain = [run for run in mine if run["given"]], [run["naive"] for run in mine if "naive" in run]
        summary.append(
            {
                "promise": text,
                "runs": len(mine),
                "given": len(given),
                "missed": sum(run["missed"] for run in given),
                "mean_share_where_given": float(np.mean([run["share"] for run in given])) if given else None,
                "mean_silent_where_given": float(np.mean([run["silent"] for run in given])) if given else None,
                "naive_given": len(plain),
                "naive_missed": sum(run["missed"] for run in plain),
            }
        )
    print(json.dumps(summary, indent=1))
    if written:
        result = {
            "what": "promises on documents held out",
            "protocol": {"N": list(LEARN), "seeds": list(seeds), "leeway": LEEWAY},
            "summary": summary,
            "runs": found,
        }
        (HERE / "results" / "promises.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
