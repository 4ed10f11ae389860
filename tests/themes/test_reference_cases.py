"""The reference cases of saturation, variation and codes together."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autocode.themes import Incidence, next_interview, rule_in_random_orders, saturation, saturation_rule, together
from autocode.themes import variation as variation_of

CASES = Path(__file__).parents[3] / "shared" / "study" / "cases.jsonl"
KINDS = ("saturation.", "variation", "together")
MATRICES = {"insect": "001", "made": "002", "sample_consensus": "003"}


def read():
    if not CASES.is_file():
        return {}
    cases = (json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines())
    return {case["id"]: case for case in cases if case["kind"].startswith(KINDS)}


READ = read()


def table(number):
    given = READ[f"saturation.incidence-{number}"]["given"]
    return Incidence(
        interviews=tuple(given["interviews"]), codes=tuple(given["codes"]), met=np.array(given["matrix"], dtype=np.int8)
    )


@pytest.mark.skipif(not READ and "CI" not in os.environ, reason="needs the cases in ../shared/study")
def test_the_cases_are_there():
    assert {case["kind"] for case in READ.values()} == {
        *("saturation.rule", "saturation.incidence", "saturation.orderings", "saturation.next"),
        *("variation", "variation.all", "together"),
    }


def of_kind(kind):
    return pytest.mark.parametrize("case", [pytest.param(c, id=i) for i, c in READ.items() if c["kind"] == kind])


@of_kind("saturation.rule")
def test_a_rule(case):
    given, expected = case["given"], case["expect"]
    rule = saturation_rule(given["new"], base=given["base"], run=given["run"], threshold=given["threshold"])

    assert [[*run, round(ratio, 6)] for *run, ratio in rule.ratios] == expected["ratios"]
    assert {
        "base_codes": rule.base_codes,
        "saturated_at": rule.met_at,
        "notation": rule.notation,
        "why_not": rule.why_not,
        "new_afterwards": rule.new_afterwards,
    } == {key: value for key, value in expected.items() if key != "ratios"}


@of_kind("saturation.incidence")
def test_an_incidence_table(case):
    expected = case["expect"]
    found = saturation(table(case["id"][-3:]), n_orders=1)

    assert list(found.new) == expected["new"]
    assert found.richness.value == pytest.approx(expected["chao2"], abs=1e-5)
    assert found.richness.se == pytest.approx(expected["chao2_se"], abs=1e-5)
    assert [found.richness.low, found.richness.high] == pytest.approx(expected["chao2_interval"], abs=1e-5)
    assert found.richness.coverage == pytest.approx(expected["coverage"], abs=1e-6)
    assert found.next.expected == pytest.approx(expected["expected_new_in_next"], abs=1e-6)
    assert found.next.at_most == pytest.approx(expected["expected_new_in_next_at_most"], abs=1e-5)
    for t, value in expected["rarefied"].items():
        assert found.mean[int(t) - 1] == pytest.approx(value, abs=1e-5)
    for t, value in expected["sd_over_orderings"].items():
        assert found.sd[int(t) - 1] == pytest.approx(value, abs=1e-5)


@of_kind("saturation.orderings")
def test_random_orders(case):
    given, expected = case["given"], case["expect"]
    incidence = table(MATRICES[given["of"]])
    orders = rule_in_random_orders(incidence, base=given["base"], run=given["run"], threshold=given["threshold"])

    tolerance = expected["tolerance"]
    assert list(orders.met_at) == pytest.approx(expected["saturated_at_5_50_95"], abs=tolerance["saturated_at"])
    assert orders.never == pytest.approx(expected["never"], abs=tolerance["never"])
    known = expected["share_of_codes_found_by_then_5_50_95"]
    assert list(orders.known_by_then) == pytest.approx(known, abs=tolerance["share"])


@of_kind("saturation.next")
def test_the_next_interview(case):
    found = next_interview(case["given"]["Q1"], case["given"]["interviews"])

    assert found.expected == pytest.approx(case["expect"]["expected"], abs=1e-6)
    assert found.at_most == pytest.approx(case["expect"]["at_most"], abs=1e-5)


@of_kind("variation")
def test_a_code_by_role(case, incidence, people):
    found = variation_of(replace(incidence, attributes=people), case["given"]["by"])
    code, expected = case["given"]["code"], dict(case["expect"])
    difference = found.differences[code]

    assert [difference.value, difference.low, difference.high] == pytest.approx(expected.pop("difference"), abs=1e-4)
    for group, row in expected.items():
        share = found.shares[code][group]
        assert [share.k, share.n, share.low, share.high] == pytest.approx(row, abs=1e-4)


@of_kind("variation.all")
def test_all_codes_by_role(case, incidence, people):
    found = variation_of(replace(incidence, attributes=people), case["given"]["by"])
    expected = case["expect"]

    assert found.exact
    assert found.n_arrangements == 74_613
    assert found.largest == pytest.approx(expected["largest_difference"], abs=1e-4)
    assert found.largest_code == expected["code"]
    assert found.as_large_somewhere == pytest.approx(expected["as_large_somewhere_if_roles_were_shuffled"], abs=1e-4)
    assert found.differences[found.largest_code].alone == pytest.approx(expected["alone"], abs=1e-4)


@of_kind("together")
def test_two_codes(case, sample):
    found = together(*sample, unit=case["given"]["unit"], resamples=50)
    pair = found.pair(*case["given"]["codes"])
    sizes = dict(zip(pair.codes, (pair.first, pair.second), strict=True))
    first, second = case["given"]["codes"]

    assert {"both": pair.both, "first": sizes[first], "second": sizes[second]} == {
        key: case["expect"][key] for key in ("both", "first", "second")
    }
    assert pair.jaccard == pytest.approx(case["expect"]["jaccard"], abs=1e-4)
