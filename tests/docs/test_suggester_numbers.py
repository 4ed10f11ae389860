"""The numbers that docs/suggester-evidence.md tells of slips are those of the evaluation."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page():
    return " ".join((ROOT / "docs" / "suggester-evidence.md").read_text(encoding="utf-8").split())


def results(name):
    return json.loads((ROOT / "evaluation" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_numbers_of_slips_are_those_of_the_evaluation(page):
    found = [one for corpus in ("nhs_feedback", "disapere") for one in results("slips")[corpus]]
    told = [one for one in found if one["surprise"].startswith("worst") and "less than half" not in one["hit"]]

    assert len(told) == 4
    for one in told:
        interval = f"[{one['low']:.2f}, {one['high']:.2f}]"
        assert f"| {one['precision@20']:.2f} {interval} | {one['chance']:.2f} |" in page


def test_slips_are_found_as_often_as_was_asked():
    found = results("slips")
    first = {one["hit"]: one for one in (*found["disapere"][::-1], *found["nhs_feedback"][::-1])}

    assert first["a code was swapped"]["precision@20"] >= 0.45
    for hit in ("nothing in common with the others", "nothing in common with the adjudication"):
        assert first[hit]["precision@20"] >= 2 * first[hit]["chance"]


def test_the_numbers_of_quick_learning_are_those_of_the_evaluation(page):
    batches = results("refit")["runs"]
    cost, same = ([one[name] for one in batches] for name in ("cpu_ms", "same_first"))

    assert max(cost) < 100
    assert f"took {min(cost):.0f} to {max(cost):.0f} CPU-milliseconds" in page
    assert f"on {min(same):.0%} to {max(same):.0%} of the lines".replace("%", " %").replace(" % to", " to") in page


def test_what_choosing_lines_is_worth_is_what_was_measured(page):
    last = {(one["corpus"], one["way"]): one for one in results("reading_order")["means"] if one["N"] == 400}

    def both(measure, way):
        return " and ".join(f"{last[corpus, way][measure]:.2f}" for corpus in ("nhs_feedback", "disapere"))

    assert f"(R@3): {both('R@3', 'chosen')} chosen, {both('R@3', 'at random')} at random" in page
    assert f"{both('R@3', 'in order')} in order" in page
    assert f"as many lines at random {both('mAP', 'at random')}, in order {both('mAP', 'in order')}" in page
    assert last["nhs_feedback", "chosen"]["mAP"] > last["nhs_feedback", "at random"]["mAP"]


def test_the_numbers_of_promises_are_those_of_the_evaluation(page):
    precision, recall = results("promises")["summary"]

    assert precision["missed"] <= 0.1 * precision["given"]
    told = "precision=0.8 was given in {given} of {runs} runs and missed in {missed}"
    assert told.format(**precision) in page
    assert "recall=0.9 given in {given} and missed in {missed}".format(**recall) in page
    assert "missed in {naive_missed} of {naive_given}".format(**precision) in page


def test_the_numbers_of_novelty_are_those_of_the_evaluation():
    text = " ".join((ROOT / "docs" / "suggester.md").read_text(encoding="utf-8").split())
    found = results("novelty")

    assert found["learn"] == 500
    for one in found["summary"]:
        new, other = one["unlike, new"], one["unlike, other"]
        told = f"{100 * new['mean']:.1f} % ({{}}{100 * other['mean']:.1f} %)"
        assert told.format("") in text or told.format("other lines ") in text
        assert new["mean"] > other["mean"]
