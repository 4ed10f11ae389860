"""`autocode plan`: how many lines to double-code, and which, on the record."""

import json

import pytest

from autocode.journal import Journal


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["--prevalence", 0.5], 170),
        (["--prevalence", 0.2], 271),
        (["--prevalence", 0.1, "--lower-bound", 0.667], 491),
        (["--prevalence", 0.05], 940),
        (["--prevalence", 0.1, "--half-width", 0.1], 401),
        (["--prevalence", 0.05, "--half-width", 0.15, "--alpha", 0.6], 599),
    ],
)
def test_the_lines_of_the_published_model(run, words, lines):
    """METHOD, 5.6: the common-correlation model of Donner & Eliasziw (1992)."""
    result = run("plan", "--json", *words)
    (row,) = json.loads(result.stdout)["rows"]

    assert (result.exit_code, result.stderr) == (0, "")
    assert row == {"code": "", "lines": lines, "interviews": None, "reason": None}


def test_a_plan_says_what_it_rests_on(run):
    result = run("plan", "--prevalence", 0.1, "--half-width", 0.1, "--lines-per-interview", 10, "--correlation", 0.1)

    assert result.stdout.splitlines() == [
        "For a 95 % interval of half-width 0.1:",
        "",
        "762 double-coded lines in 77 interviews",
        "",
        "kappa: 0.8",
        "prevalence: 0.1",
        "coders: 2",
        "model: common correlation (Donner & Eliasziw 1992)",
        "lines per interview: 10",
        "design effect: 1.9 (correlation within interviews 0.1)",
    ]


def test_a_study_plans_from_its_own_pilot(coded, run):
    found = json.loads(run("plan", "study", "--json").stdout)
    narrow, wide = (json.loads(run("plan", "study", "--json", "--half-width", h).stdout) for h in (0.05, 0.1))

    assert found["aim"] == "a one-sided 95 % lower bound of alpha above 0.667 with power 0.8"
    assert [row["code"] for row in found["rows"]] == [
        "Forms and queues", "Records apart", "Too few people", "Accessing services",
    ]  # fmt: skip
    assert found["conventions"]["pilot"] == "2 coders, 144 lines, 6 interviews"
    assert wide["aim"] == "a 95 % interval of alpha of half-width 0.1"
    for one, other in zip(narrow["rows"], wide["rows"], strict=True):
        assert one["lines"] == pytest.approx(4 * other["lines"], abs=4)
        assert one["interviews"] >= other["interviews"]


def test_a_study_without_double_coding_says_why_there_is_no_plan(study, run):
    study("fresh")
    result = run("plan", "study")

    assert result.exit_code == 0
    assert "Forms and queues    the pilot's krippendorff_alpha has no standard error (undefined" in result.stdout


def test_a_study_without_codes_has_nothing_to_plan(study, run):
    kept = study("empty")
    (kept / "transcripts" / "GP1.txt").write_text("GP1: Something was said.\n")
    (kept / "codebook.toml").write_text('version = "1"\n')
    result = run("plan", "study")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "study/codebook.toml: contains no codes;" in result.stderr


def test_drawn_lines_are_printed_and_kept_with_their_probabilities(coded, run):
    result = run("plan", "study", "--draw", 20, "--seed", 3)
    lines = result.stdout.split()

    assert result.exit_code == 0
    assert (
        result.stderr
        == f"autocode: draw-1: 20 of 168 lines drawn with probability {20 / 168:.4g}, seed 3; stored in the study. "
        "Code them with: autocode review study --coder YOU --sample draw-1\n"
    )
    assert len(set(lines)) == 20
    with Journal.open(coded / "study.sqlite", create=False) as journal:
        (sample,) = journal.samples()
    assert list(sample.drawn) == lines
    assert set(sample.probabilities.values()) == {20 / 168}
    assert run("check", "study").exit_code == 0


def test_lines_of_a_rare_code_are_drawn_likelier(study, run):
    kept = study("trained")
    result = run("-q", "plan", "study", "--draw", 20, "--enrich", "Records apart", "--times", 4, "--json")
    found = json.loads(result.stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    low, high = min(found["probabilities"].values()), max(found["probabilities"].values())
    assert high == pytest.approx(4 * low)
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        (sample,) = journal.samples()
        suggested = {one.line for one in journal.latest_batch().suggestions if one.code == "records"}
    assert {line for line, p in sample.probabilities.items() if p > 2 * low} == suggested
    assert sample.enriched == f"{len(suggested)} lines 4 times as likely as the others"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "name a study with double-coded lines, or --prevalence of a code."),
        (["study", "--prevalence", 0.1], 2, "--prevalence and a study are two ways to plan; name one."),
        (["--prevalence", 0.1, "--half-width", 0.1, "--lower-bound", 0.7], 2, "are two aims; name one."),
        (["--prevalence", 0.1, "--alpha", 0.5], 2, "an interval around 0.5 cannot be planned to pass 0.667; name a"),
        (["--prevalence", 1.0], 2, "1.0 is not in the range"),
        (["--prevalence", "often"], 2, "'often' is not a valid float"),
        (["--draw", 5], 2, "--draw needs a study whose lines are drawn."),
        (["study", "--enrich", "forms"], 2, "--enrich is about the lines to draw; say how many with --draw."),
        (["study", "--sample", "pilot"], 2, "--sample names the lines to draw; say how many with --draw."),
        (["study", "--draw", 1000], 1, "1000 lines cannot be drawn from 168; draw between 1 and all of them."),
        (["study", "--draw", 5, "--enrich", "love"], 1, "there is no code 'love' to enrich for; there are"),
        (["study", "--draw", 5, "--enrich", "forms"], 1, "no suggestions are stored that would show which lines are"),
        (["study/transcripts", "--draw", 5], 1, "is not a study, and only a study's journal keeps what was drawn"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_or_drawn_changes_nothing(coded, run, digest, words, code, said):
    before = digest(coded)
    result = run("plan", *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())
    assert digest(coded) == before
