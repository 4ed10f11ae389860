"""The numbers in docs/suggester.md and docs/suggester-evidence.md are those of the evaluation."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", name="page")
def _page():
    return evidence_page()


def evidence_page():
    return " ".join((ROOT / "docs" / "suggester-evidence.md").read_text(encoding="utf-8").split())


def results(name):
    return json.loads((ROOT / "evaluation" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_numbers_of_label_issues_are_those_of_the_evaluation(page):
    rows = [row for corpus in ("nhs_feedback", "disapere") for row in results("label_issues")[corpus]]
    shown = [row for row in rows if row["surprise"].startswith("worst") and "less than half" not in row["hit"]]

    (other,) = [row for row in results("label_issues")["nhs_feedback"] if row["surprise"] == "sum over all codes"]

    assert "five seeds, 95 % intervals over documents" in page
    assert f"health comments, {100 * results('label_issues')['protocol']['swapped']:.0f} % of codes swapped" in page
    assert f"sum of the surprisal over all codes, reached {other['precision@20']:.2f} for swapped codes" in page
    assert len(shown) == 4
    for row in shown:
        interval = f"[{row['low']:.2f}, {row['high']:.2f}]"
        assert f"| {row['precision@20']:.2f} {interval} | {row['chance']:.2f} |" in page


def test_label_issues_are_found_as_often_as_was_required():
    rows = results("label_issues")
    first = {row["hit"]: row for row in (*rows["disapere"][::-1], *rows["nhs_feedback"][::-1])}

    assert first["a code was swapped"]["precision@20"] >= 0.45
    for hit in ("nothing in common with the others", "nothing in common with the adjudication"):
        assert first[hit]["precision@20"] >= 2 * first[hit]["chance"]


def test_the_numbers_of_incremental_learning_are_those_of_the_evaluation(page):
    protocol, batches = results("refit")["protocol"], results("refit")["runs"]
    fits = [batch["full_fit_cpu_s"] for batch in batches]
    cost, same = ([batch[name] for batch in batches] for name in ("cpu_ms", "same_first"))

    assert f"For {protocol['batch']} decisions after {protocol['N']:,} coded lines" in page
    assert f"a full fit {min(fits):.0f} to {max(fits):.0f} CPU-seconds" in page
    assert max(cost) < 100
    assert f"took {min(cost):.0f} to {max(cost):.0f} CPU-milliseconds" in page
    assert f"on {min(same):.0%} to {max(same):.0%} of the lines".replace("%", " %").replace(" % to", " to") in page


def test_what_choosing_lines_is_worth_is_what_was_measured(page):
    means = results("reading_order")["means"]
    last = {(mean["corpus"], mean["way"]): mean for mean in means if mean["N"] == 400}

    def both(measure, way):
        return " and ".join(f"{last[corpus, way][measure]:.2f}" for corpus in ("nhs_feedback", "disapere"))

    assert f"(R@3): {both('R@3', 'chosen')} chosen, {both('R@3', 'at random')} at random" in page
    assert f"{both('R@3', 'in order')} in order" in page
    assert f"as many lines at random {both('mAP', 'at random')}, in order {both('mAP', 'in order')}" in page
    health, reviews = (f"{last[corpus, 'chosen']['mAP']:.2f}" for corpus in ("nhs_feedback", "disapere"))
    assert f"over codes was {health} on the health comments and {reviews} on the review sentences" in page
    assert last["nhs_feedback", "chosen"]["mAP"] > last["nhs_feedback", "at random"]["mAP"]


def test_the_numbers_of_promises_are_those_of_the_evaluation(page):
    precision, recall = results("promises")["summary"]

    assert precision["missed"] <= 0.1 * precision["given"]
    assert "precision=0.8 was given in {given} of {runs} runs and missed in {missed}".format(**precision) in page
    assert "recall=0.9 given in {given} and missed in {missed}".format(**recall) in page
    assert "missed in {naive_missed} of {naive_given}".format(**precision) in page


@pytest.fixture(scope="module", name="about")
def _about():
    return suggester_page()


def suggester_page():
    return (ROOT / "docs" / "suggester.md").read_text(encoding="utf-8")


CORPORA = {"nhs_feedback": "health comments", "serdif_thinkaloud": "think-aloud", "disapere": "review sentences"}


def test_the_table_of_ranking_and_calibration_is_that_of_the_evaluation(about):
    for corpus, name in CORPORA.items():
        for point, semantic in zip(results(corpus)["curve"], results(f"{corpus}_semantic")["curve"], strict=True):
            ours, encoded, plain = point["metrics"]["R@3"], semantic["metrics"]["R@3"], point["baselines"]
            shown = (f"{R3['mean']:.2f} [{R3['low']:.2f}, {R3['high']:.2f}]" for R3 in (ours, encoded))
            cells = [
                name,
                f"{point['n']:,}",
                *shown,
                *(f"{plain[method]['R@3']['mean']:.2f}" for method in ("logistic", "definitions")),
                f"{point['metrics']['ece']['mean']:.3f}",
            ]

            assert f"| {' | '.join(cells)} |" in about
            assert ours["mean"] >= max(method["R@3"]["mean"] for method in plain.values())
            assert encoded["mean"] > ours["mean"]


def test_the_table_of_how_it_was_measured_names_every_result_and_command(about):
    rows = [
        row.split(" | ") for row in about.partition("## How each number was measured")[2].splitlines() if "`" in row
    ]
    measured = [row for row in rows if row[0].startswith("| ")]

    assert len(measured) == 9
    for row in measured:
        [command] = re.findall(r"`python -m evaluation\.(\w+)`", row[1])
        assert (ROOT / "evaluation" / f"{command}.py").is_file()
        for name in re.findall(r"`(\w+\.json)`", row[-1]):
            assert (ROOT / "evaluation" / "results" / name).is_file()


def test_the_numbers_of_speed_are_those_of_the_evaluation(about):
    page, speed = " ".join(about.split()), results("suggester_speed")
    took = {how: runs[-1]["cpu"] for how, runs in speed["suggesting"].items()}
    lines = {run["lines"] for runs in speed["suggesting"].values() for run in runs}

    assert lines == {100_000}
    assert f"took {took['suggest']:.1f} CPU-seconds with its evidence" in page
    assert f"{took['frame']:.1f} as a frame and {took['table']:.1f} as a CSV table" in page
    assert f"took {speed['fitting']['ratio']:.1f} times as long" in page
    assert speed["fitting"]["ratio"] < 3


def test_the_numbers_of_scale_are_those_of_the_evaluation(about):
    page, scale = " ".join(about.split()), results("suggester_scale")
    rows = {run["lines"]: run for run in scale["streaming"]}
    longest, shortest = rows[1_000_000], rows[100_000]
    training = {(run["lines"], run["codes"]): run for run in scale["training"]}[100_000, 4]

    assert f"took {longest['cpu']:.0f} CPU-seconds and at most {longest['peak_mb']:.0f} MB" in page
    assert f"one of 100,000 rows {shortest['peak_mb']:.0f} MB" in page
    assert longest["peak_mb"] < 1.5 * shortest["peak_mb"]
    assert f"took {training['cpu']:.0f} CPU-seconds and at most {training['peak_mb']:,.0f} MB." in page


def test_the_numbers_of_novelty_are_those_of_the_evaluation():
    text = " ".join((ROOT / "docs" / "suggester.md").read_text(encoding="utf-8").split())
    novelty = results("novelty")

    assert novelty["learn"] == 500
    for row in novelty["summary"]:
        new, other = row["unlike, new"], row["unlike, other"]
        shown = f"{100 * new['mean']:.1f} % ({{}}{100 * other['mean']:.1f} %)"
        assert shown.format("") in text or shown.format("other lines ") in text
        assert new["mean"] > other["mean"]
