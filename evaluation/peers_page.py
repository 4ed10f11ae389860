"""The page that tells how autocode stands beside its peers, made of the results and of nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from evaluation.peers_methods import METHODS

OURS = ("autocode", "autocode[semantic]")
SHOWN = {"R@1": "R@1", "R@3": "R@3", "mAP": "mAP", "microF1": "micro F1", "macroF1": "macro F1", "brier": "Brier"}

HEAD = """# autocode beside its peers

Made by

```
python -m evaluation.peers ../shared/corpora/nhs_feedback ../shared/corpora/serdif_thinkaloud \\
    ../shared/corpora/disapere --minilm FOLDER
```

from `results/peers_*.json`; not written by hand. [peers-requirements.txt](peers-requirements.txt) says what to install
besides, and how to come by FOLDER, the model that SetFit needs. Nothing is downloaded.

**Protocol.** That of `protocol.py` beside the corpora and of `evaluation.suggester`: documents drawn at random until
they hold 30 % of the lines (at most 1,500) are the test; the first N lines of the others are learnt from; codes on
fewer than 15 lines are left out; seeds 0, 1 and 2, and every number is their mean (fewer seeds are named). Brackets
are 95 % percentile intervals from 500 bootstrap draws of documents, the same draws for every method. They speak of
other documents to be asked about, not of other documents to learn from; those of mAP and macro F1 lie a little high,
because a line drawn twice is found twice.

**One tuner for all.** Every method scores its training lines out of fold: five folds of whole documents, or of
consecutive lines where there are fewer than ten (two folds for SetFit, whose cost grows with the square of the
lines). From these scores, and from nothing else, come the probabilities (Platt's curve a code, drawn towards that of
all codes) and the threshold of each code (best F1, drawn towards that of all codes). autocode makes its own by the
same functions; the peers' scores are first brought to mean 0 and standard deviation 1. R@k and mAP need neither.
Thresholds learnt from few lines serve the definitions alone worse than the fixed .1 of the README's table.

**Settings.** Every peer has its defaults or what its own documentation recommends, one attempt each; nothing of a
peer was tuned. What was tuned of autocode was tuned on splits of these corpora seeded 10, 11 and 12
([README](README.md)).

**Costs.** CPU seconds of one process with one thread. "fit" is learning from the N lines once; "tuned" is with the
out-of-fold fits (autocode makes them as it learns, so it has no other number). "lines/s" are test lines scored for a
CPU second, embedding them included. "peak" is the memory of the whole process: Python, libraries, corpus, model.
Seconds come from a machine with other work on it: trust ratios.
"""


def page(results: Sequence[Mapping[str, Any]], costs: Mapping[str, Any] | None) -> str:
    """Return the page, in Markdown."""
    parts = [HEAD, "\n".join(_settings()), "\n".join(_glance(results))]
    for found in results:
        parts.append("\n".join(_corpus(found)))
    if costs:
        parts.append("\n".join(_costs(costs)))
    return "\n".join(parts)


def _settings() -> Iterator[str]:
    yield "| method | settings |"
    yield "|---|---|"
    for method in METHODS.values():
        yield f"| {method.name} | {method.settings} |"
    yield ""


def _glance(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield R@3 of every method everywhere, and in bold where a peer is ahead of autocode."""
    by_key = {(r["corpus"], one["method"], one["n"]): one for r in results for one in r["entries"]}
    columns = [(r["corpus"], n) for r in results for n in r["learn"]]
    yield "## R@3 at a glance"
    yield ""
    yield "In bold: higher than autocode without a model file, on the same seeds. In brackets: not of all three seeds."
    yield ""
    yield f"| method | {' | '.join(f'{corpus}, {n}' for corpus, n in columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for name in METHODS:
        cells = []
        for corpus, n in columns:
            one, ours = by_key.get((corpus, name, n)), by_key.get((corpus, OURS[0], n))
            told = "–" if one is None else f"{one['metrics']['R@3']['mean']:.3f}"
            ahead = None if one is None or ours is None else _ahead(ours, one)
            told = f"**{told}**" if ahead is not None and ahead < 0 else told
            cells.append(f"({told})" if one is not None and len(one["seeds"]) < 3 else told)
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _corpus(found: Mapping[str, Any]) -> Iterator[str]:
    by_key = {(one["method"], one["n"]): one for one in found["entries"]}
    yield f"## {found['corpus']}"
    yield ""
    yield f"{found['lines']:,} lines, {found['documents']:,} documents, {found['codes']} codes."
    for n in found["learn"]:
        here = [by_key[name, n] for name in METHODS if (name, n) in by_key]
        if not here:
            continue
        yield ""
        yield f"### N = {n}"
        yield ""
        yield f"| method | {' | '.join(SHOWN.values())} | calibration error | autocode's R@3 minus its R@3 |"
        yield f"|---|{'---|' * (len(SHOWN) + 2)}"
        for one in here:
            cells = [_shown(one["metrics"][name]) for name in (*SHOWN, "ece")]
            yield f"| {_name(one, found)} | {' | '.join(cells)} | {_difference(by_key.get(('autocode', n)), one)} |"
        yield ""
        yield "| method | fit, CPU s | tuned, CPU s | lines/s | peak MB |"
        yield "|---|---|---|---|---|"
        for one in here:
            cost = one["costs"]
            fit = "" if cost["fit_cpu_s"] is None else _seconds(cost["fit_cpu_s"])
            yield (
                f"| {_name(one, found)} | {fit} | {_seconds(cost['tuned_cpu_s'])} | "
                f"{_lines(cost['lines_per_cpu_s'])} | {cost['peak_mb']:,.0f} |"
            )
    why: dict[str, list[int]] = {}
    for one in found["missing"]:
        why.setdefault(f"{one['method']}: {one['why']}", []).append(one["n"])
    told_of = {*by_key, *((one["method"], one["n"]) for one in found["missing"])}
    for name in METHODS:
        for n in found["learn"]:
            if (name, n) not in told_of:
                why.setdefault(f"{name}: not measured yet", []).append(n)
    if why:
        yield ""
        told = [f"{text} (N = {', '.join(map(str, ns))})" for text, ns in why.items()]
        yield f"Not measured: {'; '.join(told)}."
    yield ""


def _name(one: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    name = f"**{one['method']}**" if one["method"] in OURS else str(one["method"])
    if one["seeds"] != found["seeds"]:
        few = ", ".join(map(str, one["seeds"]))
        name += f" (seed {few} only)" if len(one["seeds"]) == 1 else f" (seeds {few} only)"
    return f"{name} (of an older state)" if one.get("stale") else name


def _shown(value: Mapping[str, float | None]) -> str:
    if value["mean"] is None:
        return "–"
    if value["low"] is None:
        return f"{value['mean']:.3f}"
    return f"{value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def _ahead(ours: Mapping[str, Any], one: Mapping[str, Any]) -> float | None:
    """Return by how much autocode's R@3 is higher, on the seeds that both have."""
    by_seed = {cell["seed"]: cell["metrics"]["R@3"]["mean"] for cell in ours["cells"]}
    pairs = [(by_seed[c["seed"]], c["metrics"]["R@3"]["mean"]) for c in one["cells"] if c["seed"] in by_seed]
    return float(np.mean([a - b for a, b in pairs])) if pairs else None


def _difference(ours: Mapping[str, Any] | None, one: Mapping[str, Any]) -> str:
    """Return by how much autocode is ahead, with an interval where all seeds are the same."""
    if ours is None or one["method"] == OURS[0]:
        return ""
    ahead = _ahead(ours, one)
    if ahead is None:
        return "–"
    draws = list(zip(ours["R@3_draws"].split(), one["R@3_draws"].split(), strict=False))
    apart = [(float(a) - float(b)) / 10_000 for a, b in draws if "-" not in (a, b)]
    if ours["seeds"] != one["seeds"] or not apart:
        return f"{ahead:+.3f}"
    low, high = np.quantile(apart, [0.025, 0.975])
    return f"{ahead:+.3f} [{low:+.3f}, {high:+.3f}]"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _lines(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.0f}"


def _costs(costs: Mapping[str, Any]) -> Iterator[str]:
    ours, theirs, setfit = costs["autocode_cpu_s"], costs["logistic_calibrated_cpu_s"], costs["setfit"]
    yield "## What learning costs"
    yield ""
    command = f"python -m evaluation.peers ../shared/corpora/{costs['corpus']} --minilm FOLDER --costs"
    yield (
        f"`{command}` in one process: the first {costs['n']:,} lines of {costs['corpus']}, seed {costs['seed']}, "
        f"{costs['codes']} codes; the median of {len(ours['runs'])} fits in turn. SetFit was not run to its end: "
        f"{setfit['timed_steps']} steps of its own trainer were timed after {setfit['after_steps']} others "
        f"({setfit['cpu_s_a_step']:.2f} CPU seconds each) and multiplied by the steps that it would take; drawing its "
        "pairs and fitting its head are left out, which favours it."
    )
    yield ""
    yield "| what | steps | CPU s | over autocode |"
    yield "|---|---|---|---|"
    yield f"| autocode | | {ours['median']:.2f} | 1 |"
    yield f"| TF-IDF + LR, calibrated in 5 folds | | {theirs['median']:.2f} | {theirs['median'] / ours['median']:.2f} |"
    for name, one in setfit["variants"].items():
        yield f"| SetFit, {name} | {one['steps']:,} | {one['cpu_s']:,.0f} | {one['over_autocode']:,.0f} |"
    yield ""
    yield f"autocode takes {costs['autocode_over_logistic']:.2f} times what calibrated TF-IDF + LR takes."
    yield ""
