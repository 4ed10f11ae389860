"""`autocode prevalence`: draw lines, code them, and know how common each code is among all of them."""

import csv
import json
import re

import pytest

from autocode.journal import Journal

ROLES = "participant,role\nGP1,doctor\nGP2,doctor\nGP3,doctor\nGP4,doctor\nPM1,manager\nPM2,manager\nPM3,manager\n"
NAMES = ("GP1", "GP2", "GP3", "PM1", "PM2", "PM3", "GP4")


@pytest.fixture
def deserved(labelled_interview) -> dict[str, str]:
    """The code that each line of a participant deserves."""
    return {line: code for start, name in enumerate(NAMES) for line, code in labelled_interview(name, start)[1].items()}


@pytest.fixture
def judge(run, tmp_path, deserved):
    """Have a coder give lines what they deserve, as a table that is added to the study."""

    def judged(lines: list[str], coder: str = "coder_c", codes: dict[str, str] = deserved) -> None:
        with (tmp_path / f"{coder}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("line_id", "coder", "code"), *((line, coder, codes[line]) for line in lines)])
        assert run("add", "study", f"{coder}.csv").exit_code == 0

    return judged


@pytest.fixture
def told(run):
    def ran(*words: object) -> dict:
        result = run("prevalence", "study", "--json", *words)
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    return ran


def shares(found: dict) -> dict[str, float]:
    return {row["code"]: row["value"] for row in found["rows"] if row["group"] is None}


def test_from_a_plan_to_how_common_each_code_is(study, run, judge, told, deserved):
    study("fresh")
    assert run("plan", "--prevalence", 0.3, "--half-width", 0.2).exit_code == 0
    drawn = run("-q", "plan", "study", "--draw", 84, "--seed", 5).stdout.split()
    refused = run("prevalence", "study")
    judge(drawn)
    found = told()
    n = len(deserved)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        "autocode: 84 of 84 lines of the sample draw-1 are not judged independently yet, "
        f"{min(drawn, key=list(deserved).index)} first; judge them all, since those that are left may not be a random "
        "part, or end the sample and draw another.\n"
    )
    assert [row["code"] for row in found["rows"]] == ["forms", "records", "people", "access"]
    for row in found["rows"]:
        given = {"access": ("forms", "records", "people")}.get(row["code"], (row["code"],))
        assert row["value"] == pytest.approx(sum(deserved[line] in given for line in drawn) / 84)
        assert row["low"] < sum(code in given for code in deserved.values()) / n < row["high"]
        assert (row["judged"], row["lines"], row["interviews"], row["reason"]) == (84, n, 7, None)
    assert [row["theme"] for row in found["rows"]] == [False, False, False, True]
    assert found["notes"] == [
        "sample: draw-1, 84 of 168 lines drawn with probability 0.5, seed 5",
        "suggestions: none stood when lines were drawn, so the drawn lines alone are counted",
    ]
    assert found["conventions"]["method"].startswith("DSL (Egami et al. 2023)")
    assert found["conventions"]["caution"].startswith("7 interviews are fewer than 15")


def test_lines_drawn_likelier_do_not_make_a_code_commoner(study, run, judge, told, deserved):
    kept = study("trained")
    run("plan", "study", "--draw", 60, "--enrich", "records", "--times", 2.5, "--seed", 2)
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        (sample,) = journal.samples()
    judge(list(sample.drawn))
    row = told("--code", "Records apart")["rows"][0]
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        judged = {line: [one.codes for one in journal.codings().of(line)] for line in sample.drawn}
        said = {one.line: one.probability for one in journal.latest_batch().suggestions if one.code == "records"}
    y = {line: sum("records" in codes for codes in given) / len(given) for line, given in judged.items()}
    p = sample.probabilities
    corrected = [
        said.get(line, 0) + (y[line] - said.get(line, 0)) / p[line] if line in y else said.get(line, 0) for line in p
    ]

    assert max(p.values()) == pytest.approx(2.5 * min(p.values()))
    assert row["value"] == pytest.approx(sum(corrected) / len(corrected))
    assert row["suggested"] == pytest.approx(sum(said.values()) / len(p))
    assert row["value"] == pytest.approx(sum(code == "records" for code in deserved.values()) / len(p), abs=0.08)


def test_suggestions_made_after_the_draw_are_not_used(study, run, judge, told):
    study("trained")
    drawn = run("-q", "plan", "study", "--draw", 40, "--seed", 1).stdout.split()
    judge(drawn)
    before = told()
    run("train", "study")
    run("suggest", "study", "--seed", 4)
    after = told()

    assert before["rows"] == after["rows"]
    assert before["notes"][-1].endswith("made before lines were drawn")
    assert after["notes"][-1].endswith("made before lines were drawn; later ones are not used")


def test_where_all_suggestions_are_later_the_drawn_lines_alone_count(coded, run, judge, told, deserved):
    drawn = run("-q", "plan", "study", "--draw", 60, "--seed", 5).stdout.split()
    judge(drawn)
    run("-q", "suggest", "study")
    found = told()

    assert found["notes"][-1] == (
        "suggestions: none; those made after lines were drawn may have learnt from them and are not used"
    )
    assert all(row["suggested"] == 0 for row in found["rows"])


def test_by_role_each_group_has_its_row_or_its_reason(study, run, judge, told):
    kept = study("fresh")
    (kept / "participants.csv").write_text(ROLES.replace("PM1,manager", "PM1,lead"))
    judge(run("-q", "plan", "study", "--draw", 90, "--seed", 3).stdout.split())
    found = told("--by", "role", "--code", "forms")
    groups = {row["group"]: row for row in found["rows"]}
    printed = run("prevalence", "study", "--by", "role", "--code", "forms").stdout

    assert list(groups) == [None, "doctor", "lead", "manager"]
    assert (groups["doctor"]["lines"], groups["manager"]["lines"]) == (96, 48)
    assert groups["lead"]["reason"] == "all lines are of one interview, which cannot show how far interviews differ."
    assert "value" not in groups["lead"]
    assert re.search(r"^Forms and queues +doctor +\d+\.\d % +\d+\.\d % to \d+\.\d % +\d+ +96 +0\.0 %$", printed, re.M)
    assert re.search(r"^Forms and queues +lead +- +-$", printed, re.M)
    assert "\nlead: all lines are of one interview, which cannot show how far interviews differ.\n" in printed


def test_the_table_says_what_it_rests_on(study, run, judge):
    study("fresh")
    judge(run("-q", "plan", "study", "--draw", 84, "--seed", 5).stdout.split())
    title, _, head, _, *rows = run("prevalence", "study", "--method", "ppi", "--confidence", 0.9).stdout.splitlines()

    assert title == (
        "How common each code is among 168 lines of participants in 7 interviews, from 84 lines drawn at random"
    )
    assert head.split() == ["code", "share", "interval", "judged", "lines", "suggested"]
    assert [row.split("  ")[0] for row in rows[:4]] == [
        "Forms and queues", "Records apart", "Too few people", "Accessing services",
    ]  # fmt: skip
    assert "method: PPI (Angelopoulos et al. 2023), lambda chosen for the narrowest interval (PPI++)" in rows
    assert "interval: 90 % interval over interviews, cluster-robust with t on 6 degrees of freedom" in rows


def test_a_code_that_no_drawn_line_has_is_not_said_to_be_nowhere(study, run, judge, told, deserved):
    study("fresh")
    drawn = run("-q", "plan", "study", "--draw", 30, "--seed", 5).stdout.split()
    judge(drawn, codes=dict.fromkeys(deserved, ""))
    row = told("--code", "forms")["rows"][0]
    printed = run("prevalence", "study", "--code", "forms").stdout

    assert (row["value"], row["low"], row["high"]) == (0, None, None)
    assert "up to 0.1 of the others might be otherwise (rule of three)" in row["caution"]
    assert "Forms and queues: the 30 judged lines do not vary, so there is no interval;" in printed
    assert re.search(r"^Forms and queues +0\.0 % +- +30 +168 +0\.0 %$", printed, re.M)


def test_without_a_draw_it_is_refused_with_the_reason(coded, run, digest):
    before = digest(coded)
    result = run("prevalence", "study")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "autocode: no lines of this study were drawn at random, and those that coders picked, or a queue put first, "
        "do not represent the others; draw some with autocode plan study --draw N, and code them.\n"
    )
    assert digest(coded) == before


def test_a_plain_corpus_stores_no_probabilities(coded, run):
    run("export", "study", "plain")
    result = run("prevalence", "plain")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "no inclusion probabilities were stored" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--code", "love"], 1, "there is no code 'love'; name a code or theme of the codebook, or none for all."),
        (["--by", "shoe"], 1, "participants have no 'shoe'; known are role."),
        (["--by", "role"], 1, "an interview has no 'role', GP4 first; add it to participants.csv."),
        (["--method", "mle"], 2, "'mle' is not one of 'dsl', 'ppi'"),
        (["--confidence", 95], 2, "95.0 is not in the range"),
    ],
)
def test_what_cannot_be_asked(study, run, judge, words, code, said):
    kept = study("fresh")
    (kept / "participants.csv").write_text(ROLES.replace("GP4,doctor\n", ""))
    judge(run("-q", "plan", "study", "--draw", 10).stdout.split())
    result = run("prevalence", "study", *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())


def test_attributes_that_nobody_wrote_down(study, run):
    study("fresh")
    result = run("prevalence", "study", "--by", "role")

    assert result.stderr == "autocode: participants have no 'role'; participants.csv is empty.\n"


def test_ppi_refuses_unequal_probabilities(study, run, judge):
    kept = study("trained")
    run("plan", "study", "--draw", 30, "--enrich", "records")
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        judge(list(journal.samples()[0].drawn))
    result = run("prevalence", "study", "--method", "ppi")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "and PPI++ needs equal ones; use method 'dsl'." in result.stderr
