"""Validate the suggester on real corpora, with the baselines beside it.

    python -m evaluation.suggester ../shared/corpora
    python -m evaluation.suggester ../shared/corpora --only serdif_thinkaloud --without-encoder --compare

Writes evaluation/results/<corpus>.json, <corpus>_semantic.json (the same with the sentence encoder of
`autocode[semantic]`) and the table in evaluation/README.md. The protocol is that of the corpora's own `protocol.py`:
whole documents held out, N coded lines to learn from, three seeds. With --compare nothing is written: every number is
compared with the committed results, and the largest difference is printed.
"""

import argparse
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import autocode
from evaluation._arguments import corpora_argument
from evaluation._results import HERE, RESULTS, read_results, rounded, write_between, write_results

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
LEARN, SEEDS, RESAMPLES = (50, 250, 1000), 3, 500
SHOWN = ("R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece")


def file_name(corpus: str, *, with_encoder: bool) -> str:
    """Return the name of the file of a corpus's results."""
    return f"{corpus}{'_semantic' if with_encoder else ''}.json"


def validate(corpora: Path, corpus: str, encoder: autocode.SentenceEncoder | None) -> dict[str, Any]:
    """Return the results of the validation on one corpus."""
    codings, lines, codebook = autocode.read_corpus(corpora / corpus)
    validation = autocode.validate(
        codings, lines, codebook, learn=LEARN, seeds=SEEDS, seed=0, resamples=RESAMPLES, encoder=encoder, corpus=corpus
    )
    print(f"{corpus}\n{validation}\n", flush=True)
    return validation.to_json()


def table(results: Iterable[Mapping[str, Any]]) -> str:
    """Return the table of all results, in Markdown."""
    return "\n".join(_rows(results)) + "\n"


def _rows(results: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield f"| corpus | N | method | {' | '.join(SHOWN)} |"
    yield f"|---|---|---|{'---|' * len(SHOWN)}"
    for result in results:
        with_encoder = "encoder" in result["protocol"]
        for point in result["curve"]:
            methods = {"autocode[semantic]" if with_encoder else "autocode": point["metrics"]}
            methods |= {} if with_encoder else point["baselines"]
            for method, metrics in methods.items():
                cells = " | ".join(_cell(metrics[name], with_interval=name in ("R@3", "mAP")) for name in SHOWN)
                yield f"| {result['corpus']} | {point['n']} | {method} | {cells} |"


def _cell(estimate: Mapping[str, float | None], *, with_interval: bool) -> str:
    if estimate["mean"] is None:
        return "–"
    interval = f" [{estimate['low']:.3f}, {estimate['high']:.3f}]" if with_interval else ""
    return f"{estimate['mean']:.3f}{interval}"


def write_table() -> None:
    """Write the table of the README from the results."""
    names = [file_name(corpus, with_encoder=encoded) for corpus, encoded in product(CORPORA, (False, True))]
    write_between(HERE / "README.md", "table", table(read_results(RESULTS / name) for name in names))


def differences(new: Any, old: Any, place: str = "") -> Iterator[tuple[float, str]]:
    """Yield the relative difference of each pair of numbers, with its place; a missing or other value is infinite."""
    if isinstance(new, dict) and isinstance(old, dict):
        for name in new.keys() | old.keys():
            yield from differences(new.get(name), old.get(name), f"{place}/{name}")
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for i, (ours, theirs) in enumerate(zip(new, old, strict=True)):
            yield from differences(ours, theirs, f"{place}/{i}")
    elif isinstance(new, float) and isinstance(old, float):
        yield abs(new - old) / max(abs(new), abs(old), 1e-12), place
    elif new != old:
        yield math.inf, f"{place}: {new!r}, was {old!r}"


def compare(new: dict[str, Any], old: dict[str, Any]) -> None:
    """Print how far new results are from the committed ones, apart from the versions of the packages."""
    new = json.loads(json.dumps(rounded(new)))
    found = sorted(differences(_without_versions(new), _without_versions(rounded(old))), reverse=True)
    changed = [(difference, place) for difference, place in found if difference]
    print(f"{len(found) - len(changed)} of {len(found)} compared numbers are the same to six digits")
    for difference, place in changed[:20]:
        print(f"  {difference:.1e} {place}")


def _without_versions(results: dict[str, Any]) -> dict[str, Any]:
    protocol = {name: value for name, value in results["protocol"].items() if name != "versions"}
    return {**results, "protocol": protocol}


def main() -> None:
    """Validate on each corpus and write the results, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora_argument(parser)
    parser.add_argument("--only", choices=CORPORA, help="one corpus instead of all three")
    parser.add_argument("--without-encoder", action="store_true", help="without the runs that use the sentence encoder")
    parser.add_argument("--compare", action="store_true", help="compare with the committed results; write nothing")
    arguments = parser.parse_args()
    encoders = [None] if arguments.without_encoder else [None, autocode.SentenceEncoder(threads=2)]
    for corpus, encoder in product([arguments.only] if arguments.only else CORPORA, encoders):
        results = validate(arguments.corpora, corpus, encoder)
        path = RESULTS / file_name(corpus, with_encoder=encoder is not None)
        if arguments.compare:
            compare(results, read_results(path))
        else:
            write_results(path, results)
    if not arguments.compare:
        write_table()


if __name__ == "__main__":
    main()
