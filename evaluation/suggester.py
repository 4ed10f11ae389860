"""Validate the suggester on real corpora beside the baselines, and write what came out.

    python -m evaluation.suggester ../shared/corpora

Writes evaluation/results/<corpus>.json, <corpus>_semantic.json (the same with the sentence encoder of
`autocode[semantic]`) and the table in evaluation/README.md. The protocol is that of the corpora's own `protocol.py`:
whole documents held out, N coded lines to learn from, three seeds.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import autocode

CORPORA = ("nhs_feedback", "serdif_thinkaloud", "disapere")
LEARN, SEEDS, RESAMPLES = (50, 250, 1000), 3, 500
HERE = Path(__file__).parent
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
SHOWN = ("R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece")


def rows(results: Iterable[dict]) -> Iterator[str]:
    """Yield the table of all results, in Markdown."""
    yield f"| corpus | N | method | {' | '.join(SHOWN)} |"
    yield f"|---|---|---|{'---|' * len(SHOWN)}"
    for result in results:
        for point in result["curve"]:
            encoded = "encoder" in result["protocol"]
            others = {} if encoded else point["baselines"]
            own = "autocode[semantic]" if encoded else "autocode"
            for method, metrics in {own: point["metrics"], **others}.items():
                cells = " | ".join(_cell(metrics[name], with_interval=name in ("R@3", "mAP")) for name in SHOWN)
                yield f"| {result['corpus']} | {point['n']} | {method} | {cells} |"


def _cell(value: dict, *, with_interval: bool) -> str:
    if value["mean"] is None:
        return "–"
    interval = f" [{value['low']:.3f}, {value['high']:.3f}]" if with_interval else ""
    return f"{value['mean']:.3f}{interval}"


def main() -> None:
    """Validate on each corpus and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    corpora = parser.parse_args().corpora
    results = []
    encoder = autocode.SentenceEncoder(threads=2)
    for name, heard in product(CORPORA, (None, encoder)):
        codings, lines, codebook = autocode.read_corpus(corpora / name)
        found = autocode.validate(
            codings, lines, codebook, learn=LEARN, seeds=SEEDS, seed=0, resamples=RESAMPLES, encoder=heard, corpus=name
        )
        print(f"{name}\n{found}\n", flush=True)
        results.append(found.to_json())
        path = HERE / "results" / f"{name}{'' if heard is None else '_semantic'}.json"
        path.write_text(json.dumps(results[-1], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = HERE / "README.md"
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{chr(10).join(rows(results))}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
