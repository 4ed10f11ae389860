"""Run the reference cases of a study, and report which ones autocode gets right.

    python -m evaluation.study_cases ../shared/study/cases.jsonl

Prints for each kind of case, and in all, `N right, N wrong, N unsupported`; a kind that is not built
yet is unsupported.
Each wrong case is listed. The exit code is 1 if any case is wrong. Cases about the sample study are computed on the
corpora of this repository.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autocode.errors import AutocodeError
from evaluation import codebook_cases, themes_cases

Judge = Callable[[dict[str, Any], dict[str, Any]], Iterator[str]]

JUDGES: dict[str, Judge] = {
    "codebook.remap": codebook_cases.remap,
    "codebook.study": codebook_cases.sample,
    "saturation.incidence": themes_cases.incidence,
    "saturation.next": themes_cases.following,
    "saturation.rule": themes_cases.rule,
    "together": themes_cases.pair,
    "variation": themes_cases.by_group,
    "variation.all": themes_cases.of_all_codes,
}


def judges(cases: Path) -> dict[str, Judge]:
    """Return what judges each kind; some cases are about a table that stands in another case of the file."""
    return JUDGES | {"saturation.orderings": partial(themes_cases.orderings, cases=cases)}


def judge(case: dict[str, Any], by: Mapping[str, Judge] = MappingProxyType(JUDGES)) -> tuple[str, str]:
    """Return "right", "wrong" or "unsupported", and why."""
    judged_by = by.get(case["kind"])
    if judged_by is None:
        return "unsupported", "this kind is not built"
    try:
        differences = list(judged_by(case["given"], case["expect"]))
    except codebook_cases.UnknownEventError as error:
        return "unsupported", str(error)
    except AutocodeError as error:
        differences = [f"refused: {error}"]
    return ("wrong", "; ".join(differences)) if differences else ("right", "")


def main() -> None:
    """Judge every case of a file, and print how many are right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, help="the file of reference cases, one JSON object per line")
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reports: defaultdict[str, list[str]] = defaultdict(list)
    path: Path = parser.parse_args().cases
    by = judges(path)
    with path.open(encoding="utf-8") as lines:
        for case in map(json.loads, filter(str.strip, lines)):
            status, why = judge(case, by)
            counts[case["kind"]][status] += 1
            if why and case["kind"] in by:
                reports[status].append(f"  {case['id']}: {why}")
    for kind, of_kind in [*sorted(counts.items()), ("all", sum(counts.values(), Counter[str]()))]:
        print(f"{kind:24}" + ", ".join(f"{of_kind[status]} {status}" for status in ("right", "wrong", "unsupported")))
    for status in ("unsupported", "wrong"):
        if reports[status]:
            print(f"\n{status}:", *reports[status], sep="\n")
    sys.exit(1 if reports["wrong"] else 0)


if __name__ == "__main__":
    main()
