"""The cases of the room themes: saturation, variation by attributes of participants, and codes that come together."""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from autocode.codebook import Codebook, read_codebook
from autocode.coding import Codings
from autocode.exchange import read_codings
from autocode.themes import (
    Incidence,
    Variation,
    next_interview,
    rule_in_random_orders,
    saturation,
    saturation_rule,
    together,
    variation,
)
from autocode.transcripts import Transcripts, read_transcripts

SAMPLE = Path(__file__).parents[1] / "corpora" / "integration-barriers"
# Of numbers that the cases give with four, five or six digits.
TO_4, TO_5, TO_6 = 1e-4, 1e-5, 1e-6
# Which incidence table a case about random orders means.
_INCIDENCE_OF = {"insect": "001", "made": "002", "sample_consensus": "003"}


@cache
def _sample() -> tuple[Codings, Transcripts, Codebook]:
    codebook, lines = read_codebook(SAMPLE / "codebook.toml"), read_transcripts(SAMPLE / "transcripts")
    sheets = sorted((SAMPLE / "codings").glob("*.csv"))
    codings = Codings(coding for sheet in sheets for coding in read_codings(sheet, lines=lines, codebook=codebook))
    return codings, lines, codebook


@cache
def _variation(by: str) -> Variation:
    with (SAMPLE / "participants.csv").open(encoding="utf-8") as file:
        people = {row["participant"]: MappingProxyType(row) for row in csv.DictReader(file)}
    return variation(replace(Incidence.of(*_sample()), attributes=people), by)


def _incidence(given: Mapping[str, Any]) -> Incidence:
    return Incidence(
        interviews=tuple(given["interviews"]), codes=tuple(given["codes"]), met=np.array(given["matrix"], dtype=np.int8)
    )


def differing(name: str, found: Any, expected: Any, tolerance: float) -> Iterator[str]:
    """Yield in words where a value, or a list of values, is not as expected to a tolerance."""
    pairs = list(zip(np.ravel(found).tolist(), np.ravel(expected).tolist(), strict=True))
    if any(math.isnan(a) or abs(a - b) > tolerance for a, b in pairs):
        yield f"{name} {found}, expected {expected}"


def rule(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `saturation.rule`."""
    found = saturation_rule(given["new"], base=given["base"], run=given["run"], threshold=given["threshold"])
    values = {
        "ratios": [[*span, round(ratio, 6)] for *span, ratio in found.ratios],
        "base_codes": found.base_codes,
        "saturated_at": found.met_at,
        "notation": found.notation,
        "why_not": found.why_not,
        "new_afterwards": found.new_afterwards,
    }
    for name, value in expect.items():
        if values[name] != value:
            yield f"{name} {values[name]}, expected {value}"


def incidence(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `saturation.incidence`."""
    found = saturation(_incidence(given), n_orders=1)
    richness = found.richness
    if list(found.new) != expect["new"]:
        yield f"new {list(found.new)}, expected {expect['new']}"
    yield from differing("chao2", richness.value, expect["chao2"], TO_5)
    yield from differing("chao2_se", richness.se, expect["chao2_se"], TO_5)
    yield from differing("chao2_interval", [richness.low, richness.high], expect["chao2_interval"], TO_5)
    yield from differing("coverage", richness.coverage, expect["coverage"], TO_6)
    yield from differing("expected_new_in_next", found.next.expected, expect["expected_new_in_next"], TO_6)
    at_most = expect["expected_new_in_next_at_most"]
    yield from differing("expected_new_in_next_at_most", found.next.at_most, at_most, TO_5)
    for name, curve in (("rarefied", found.mean), ("sd_over_orderings", found.sd)):
        for t, value in expect[name].items():
            yield from differing(f"{name} {t}", curve[int(t) - 1], value, TO_5)


def orderings(given: dict[str, Any], expect: dict[str, Any], cases: Path) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `saturation.orderings`, about a table of another case."""
    wanted = f"saturation.incidence-{_INCIDENCE_OF[given['of']]}"
    with cases.open(encoding="utf-8") as lines:
        table = next(case["given"] for case in map(json.loads, filter(str.strip, lines)) if case["id"] == wanted)
    orders = rule_in_random_orders(
        _incidence(table), base=given["base"], run=given["run"], threshold=given["threshold"]
    )
    tolerance = expect["tolerance"]
    if orders.met_at is None or orders.known_by_then is None:
        yield "the rule is met in no order"
        return
    yield from differing("saturated_at", orders.met_at, expect["saturated_at_5_50_95"], tolerance["saturated_at"])
    yield from differing("never", orders.never, expect["never"], tolerance["never"])
    known = expect["share_of_codes_found_by_then_5_50_95"]
    yield from differing("share_of_codes", orders.known_by_then, known, tolerance["share"])


def following(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `saturation.next`."""
    found = next_interview(given["Q1"], given["interviews"])
    yield from differing("expected", found.expected, expect["expected"], TO_6)
    yield from differing("at_most", found.at_most, expect["at_most"], TO_5)


def by_group(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `variation`."""
    found = _variation(given["by"])
    difference = found.differences[given["code"]]
    for name, value in expect.items():
        if name == "difference":
            yield from differing(name, [difference.value, difference.low, difference.high], value, TO_4)
        else:
            share = found.shares[given["code"]][name]
            yield from differing(name, [share.k, share.n, share.low, share.high], value, TO_4)


def of_all_codes(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `variation.all`."""
    found = _variation(given["by"])
    if found.largest_code != expect["code"]:
        yield f"code {found.largest_code}, expected {expect['code']}"
    shuffled = expect["as_large_somewhere_if_roles_were_shuffled"]
    yield from differing("largest_difference", found.largest, expect["largest_difference"], TO_4)
    yield from differing("as_large_somewhere", found.as_large_somewhere, shuffled, TO_4)
    yield from differing("alone", found.differences[found.largest_code].alone, expect["alone"], TO_4)


def pair(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `together`."""
    found = together(*_sample(), unit=given["unit"], resamples=50).pair(*given["codes"])
    if found is None:
        yield "the codes come together nowhere"
        return
    sizes = dict(zip(found.codes, (found.first, found.second), strict=True))
    first, second = given["codes"]
    counts = [found.both, sizes[first], sizes[second]]
    yield from differing("both, first, second", counts, [expect[key] for key in ("both", "first", "second")], 0)
    yield from differing("jaccard", found.jaccard, expect["jaccard"], TO_4)
