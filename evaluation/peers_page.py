"""The page that compares autocode with its peers, made of the results and of nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from evaluation.peers_methods import METHODS

OURS = ("autocode", "autocode[semantic]")
SHOWN = {"R@1": "R@1", "R@3": "R@3", "mAP": "mAP", "microF1": "micro F1", "macroF1": "macro F1", "brier": "Brier"}

HEAD = """# autocode and its peers

Made by

```
python -m evaluation.peers ../shared/corpora/nhs_feedback ../shared/corpora/serdif_thinkaloud \\
    ../shared/corpora/disapere --minilm FOLDER
```

from `results/peers_*.json`; not written by hand. [peers-requirements.txt](peers-requirements.txt) lists what to install
besides autocode, and where to get FOLDER, the model that SetFit needs. Nothing is downloaded.

**Protocol.** As in `protocol.py` beside the corpora and in `evaluation.suggester`: documents drawn at random until
they hold 30 % of the lines (at most 1,500) are the test part; the first N lines of the others are the training part;
codes on fewer than 15 lines are left out; seeds 0, 1 and 2, and every number is their mean (fewer seeds are named).
Brackets are 95 % percentile intervals from a cluster bootstrap of documents with 500 resamples, the same draws for
every method. They are about other test documents, not about other training documents; those of mAP and macro F1 lie a
little high, because a line that is drawn twice is found twice.

**One calibration for all.** Every method scores its training lines out of fold: five folds of whole documents, or of
consecutive lines where there are fewer than ten documents (two folds for SetFit, whose cost grows with the square of
the lines). From these scores, and from nothing else, come the probabilities (one Platt curve per code, shrunk towards
that of all codes) and the threshold of each code (at which its predicted count matches its observed count, shrunk
towards that of all codes). autocode uses the same functions; the peers' scores are first standardised to mean 0 and
standard deviation 1. R@k and mAP need neither. For the definitions alone, thresholds learnt from few lines are worse
than the fixed .1 of the README's table.

**Settings.** Every peer has its defaults or what its own documentation recommends, one attempt each; no peer was
tuned. What was tuned in autocode was tuned on splits of these corpora with seeds 10 to 19 ([README](README.md)).

**Costs.** CPU seconds of one process with one thread. "fit" is fitting to the N lines once; "tuned" includes the
out-of-fold fits (autocode makes them as it fits, so it has no separate number). "lines/s" are test lines scored per
CPU second, embedding them included. "peak" is the memory of the whole process: Python, libraries, corpus, model.
Seconds were measured on a machine with other work on it: trust ratios.
"""


def page(results: Sequence[Mapping[str, Any]], costs: Mapping[str, Any] | None) -> str:
    """Return the page, in Markdown."""
    parts = [HEAD, "\n".join(_settings()), "\n".join(_overview(results))]
    for result in results:
        parts.append("\n".join(_corpus(result)))
    if costs:
        parts.append("\n".join(_costs(costs)))
    return "\n".join(parts)


def _settings() -> Iterator[str]:
    yield "| method | settings |"
    yield "|---|---|"
    for method in METHODS.values():
        yield f"| {method.name} | {method.settings} |"
    yield ""


def _overview(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield R@3 of every method everywhere, in bold where a peer is ahead of autocode."""
    by_key = {(r["corpus"], entry["method"], entry["n"]): entry for r in results for entry in r["entries"]}
    columns = [(r["corpus"], n) for r in results for n in r["learn"]]
    yield "## R@3 at a glance"
    yield ""
    yield "In bold: higher than autocode without a model file, on the same seeds. In brackets: not of all three seeds."
    yield ""
    yield f"| method | {' | '.join(f'{corpus}, {n}' for corpus, n in columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for name in METHODS:
        cells = [
            _overview_cell(by_key.get((corpus, name, n)), by_key.get((corpus, OURS[0], n))) for corpus, n in columns
        ]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _overview_cell(entry: Mapping[str, Any] | None, ours: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "–"
    text = f"{entry['metrics']['R@3']['mean']:.3f}"
    ahead = None if ours is None else _ahead(ours, entry)
    text = f"**{text}**" if ahead is not None and ahead < 0 else text
    return f"({text})" if len(entry["seeds"]) < 3 else text


def _corpus(result: Mapping[str, Any]) -> Iterator[str]:
    by_key = {(entry["method"], entry["n"]): entry for entry in result["entries"]}
    yield f"## {result['corpus']}"
    yield ""
    yield f"{result['lines']:,} lines, {result['documents']:,} documents, {result['codes']} codes."
    for n in result["learn"]:
        entries = [by_key[name, n] for name in METHODS if (name, n) in by_key]
        if not entries:
            continue
        yield ""
        yield f"### N = {n}"
        yield ""
        yield f"| method | {' | '.join(SHOWN.values())} | calibration error | autocode's R@3 minus its R@3 |"
        yield f"|---|{'---|' * (len(SHOWN) + 2)}"
        for entry in entries:
            cells = [_estimate(entry["metrics"][name]) for name in (*SHOWN, "ece")]
            difference = _difference(by_key.get((OURS[0], n)), entry)
            yield f"| {_name(entry, result)} | {' | '.join(cells)} | {difference} |"
        yield ""
        yield "| method | fit, CPU s | tuned, CPU s | lines/s | peak MB |"
        yield "|---|---|---|---|---|"
        for entry in entries:
            cost = entry["costs"]
            fit = "" if cost["fit_cpu_s"] is None else _seconds(cost["fit_cpu_s"])
            yield (
                f"| {_name(entry, result)} | {fit} | {_seconds(cost['tuned_cpu_s'])} | "
                f"{_two_digits(cost['lines_per_cpu_s'])} | {cost['peak_mb']:,.0f} |"
            )
    reasons = [f"{reason} (N = {', '.join(map(str, ns))})" for reason, ns in _not_measured(result, by_key).items()]
    if reasons:
        yield ""
        yield f"Not measured: {'; '.join(reasons)}."
    yield ""


def _not_measured(result: Mapping[str, Any], by_key: Mapping[tuple[str, int], Any]) -> dict[str, list[int]]:
    """Return the reasons why methods were not measured, each with the numbers of lines."""
    reasons: dict[str, list[int]] = {}
    for missing in result["missing"]:
        reasons.setdefault(f"{missing['method']}: {missing['why']}", []).append(missing["n"])
    reported = {*by_key, *((missing["method"], missing["n"]) for missing in result["missing"])}
    for name in METHODS:
        for n in result["learn"]:
            if (name, n) not in reported:
                reasons.setdefault(f"{name}: not measured yet", []).append(n)
    return reasons


def _name(entry: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    name = f"**{entry['method']}**" if entry["method"] in OURS else str(entry["method"])
    if entry["seeds"] != result["seeds"]:
        seeds = ", ".join(map(str, entry["seeds"]))
        name += f" (seed {seeds} only)" if len(entry["seeds"]) == 1 else f" (seeds {seeds} only)"
    return f"{name} (of an older state)" if entry.get("stale") else name


def _estimate(value: Mapping[str, float | None]) -> str:
    if value["mean"] is None:
        return "–"
    if value["low"] is None:
        return f"{value['mean']:.3f}"
    return f"{value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def _ahead(ours: Mapping[str, Any], entry: Mapping[str, Any]) -> float | None:
    """Return by how much autocode's R@3 is higher, on the seeds that both have."""
    by_seed = {cell["seed"]: cell["metrics"]["R@3"]["mean"] for cell in ours["cells"]}
    pairs = [
        (by_seed[cell["seed"]], cell["metrics"]["R@3"]["mean"]) for cell in entry["cells"] if cell["seed"] in by_seed
    ]
    return float(np.mean([a - b for a, b in pairs])) if pairs else None


def _difference(ours: Mapping[str, Any] | None, entry: Mapping[str, Any]) -> str:
    """Return by how much autocode is ahead, with an interval where all seeds are the same."""
    if ours is None or entry["method"] == OURS[0]:
        return ""
    ahead = _ahead(ours, entry)
    if ahead is None:
        return "–"
    draws = list(zip(ours["R@3_draws"].split(), entry["R@3_draws"].split(), strict=False))
    differences = [(float(a) - float(b)) / 10_000 for a, b in draws if "-" not in (a, b)]
    if ours["seeds"] != entry["seeds"] or not differences:
        return f"{ahead:+.3f}"
    low, high = np.quantile(differences, [0.025, 0.975])
    return f"{ahead:+.3f} [{low:+.3f}, {high:+.3f}]"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.0f}"


def _costs(costs: Mapping[str, Any]) -> Iterator[str]:
    ours, baseline, setfit = costs["autocode_cpu_s"], costs["logistic_calibrated_cpu_s"], costs["setfit"]
    yield "## What learning costs"
    yield ""
    command = f"python -m evaluation.peers ../shared/corpora/{costs['corpus']} --minilm FOLDER --costs"
    yield (
        f"`{command}` in one process: the first {costs['n']:,} lines of {costs['corpus']}, seed {costs['seed']}, "
        f"{costs['codes']} codes; the median of {len(ours['runs'])} fits each. SetFit was not run to its end: "
        f"{setfit['timed_steps']} steps of its own trainer were timed after {setfit['after_steps']} others "
        f"({setfit['cpu_s_a_step']:.2f} CPU seconds each) and multiplied by the number of steps that it would take; "
        "drawing its pairs and fitting its head are left out, in its favour."
    )
    yield ""
    yield "| what | steps | CPU s | over autocode |"
    yield "|---|---|---|---|"
    yield f"| autocode | | {ours['median']:.2f} | 1 |"
    ratio = baseline["median"] / ours["median"]
    yield f"| TF-IDF + LR, calibrated in 5 folds | | {baseline['median']:.2f} | {ratio:.2f} |"
    for name, variant in setfit["variants"].items():
        yield f"| SetFit, {name} | {variant['steps']:,} | {variant['cpu_s']:,.0f} | {variant['over_autocode']:,.0f} |"
    yield ""
    yield f"autocode takes {costs['autocode_over_logistic']:.2f} times what calibrated TF-IDF + LR takes."
    yield ""
