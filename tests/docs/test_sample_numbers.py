"""The numbers in docs/agreement.md on several samples are those of the simulation."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def results():
    return json.loads((ROOT / "evaluation" / "results" / "samples.json").read_text(encoding="utf-8"))


def designs():
    return {row["design"]: row for row in results()["designs"]}


def page():
    return " ".join((ROOT / "docs" / "agreement.md").read_text(encoding="utf-8").split())


def ratio(row):
    return f"{row['ratio']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


def test_the_table_of_several_samples_is_that_of_the_simulation():
    rows = {
        "one draw": "one draw",
        "a draw, then `next`": "draw, then next",
        "a draw, `next`, another draw": "draw, next, draw",
        "a draw, then one with `--enrich`": "draw, then enriched draw",
        "the same seed twice": "the same seed twice",
    }
    found = designs()
    for shown, design in rows.items():
        joint, mean = (found.get(f"{design}: {way}") for way in ("joint", "mean"))
        cells = [
            shown,
            ratio(joint) if joint else "",
            *([ratio(mean), f"{mean['coverage']:.1%}"] if mean else ["", ""]),
        ]

        assert f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |").replace("%", " %") in page()


def test_the_runs_and_the_numbers_of_lines_are_those_of_the_simulation():
    protocol = results()["protocol"]
    drawn, chosen = protocol["drawn"], protocol["chosen"]

    assert f"In {designs()['one draw: mean']['runs']} runs on the sample study" in page()
    assert f"{drawn} lines drawn, {chosen} chosen by `autocode next`, {drawn} drawn again" in page()


def test_what_chosen_lines_alone_would_say_is_that_of_the_simulation():
    row = designs()["five interviews, then next 100: known"]
    covered = f"{row['coverage']:.1%}".replace("%", " %")

    assert f"their estimate has no bias, {ratio(row)}, but" in page()
    assert f"and a 95 % interval covered the true share in only {covered} of the cases" in page()


def test_the_mean_of_samples_has_no_bias_and_joint_probabilities_have():
    for design, row in designs().items():
        has_bias = not row["low"] <= 1 <= row["high"]

        assert has_bias == design.endswith(": joint"), design
        assert row["coverage"] > 0.93 or not design.endswith(": mean")
