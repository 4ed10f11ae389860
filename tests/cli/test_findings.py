"""Saturation, variation and codes together as a person types them, on the sample study."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from autocode.cli import main

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings") / "sample"
    CliRunner().invoke(main, ["init", str(folder)])
    for name in ("codebook.toml", "participants.csv"):
        shutil.copy(SAMPLE / name, folder)
    files = [SAMPLE / "transcripts", *sorted((SAMPLE / "codings").glob("*.csv"))]
    added = CliRunner().invoke(main, ["add", str(folder), *map(str, files)])
    assert added.exit_code == 0, added.output
    return folder


def test_saturation_leads_with_the_next_interview_and_gives_no_verdict(run, sample):
    shown = run("saturation", sample, "--by", "role").stdout

    assert shown.startswith("The next interview is expected to bring 0.00 new codes, at most 0.14 (95 % bound).")
    assert "All codes existed before the first interview was coded" in shown
    assert "saturated" not in shown


def test_saturation_as_json_has_the_numbers_of_the_sample(run, sample):
    found = json.loads(run("saturation", sample, "--by", "role", "--json").stdout)

    assert found["new"] == [7, 2, *[0] * 20]
    assert found["rule"]["notation"] == "4+2"
    assert (found["next"]["expected"], round(found["next"]["at_most"], 3)) == (0, 0.136)
    assert found["left_out"] == ["GP8", "GP18", "PM7"]
    assert found["groups"]["GP"]["new"][:3] == [7, 2, 0]
    assert found["groups"]["Practice manager"]["new"] == [8, 1, 0, 0, 0, 0]
    assert {group["rule"]["notation"] for group in found["groups"].values()} == {"4+2"}


def test_a_difference_stands_beside_what_chance_does_somewhere(run, sample):
    found = json.loads(run("vary", sample, "--by", "role", "--json").stdout)
    code = found["codes"]["insufficient-funding"]

    assert (code["groups"]["GP"]["k"], code["groups"]["GP"]["n"]) == (14, 16)
    assert [round(code["difference"][key], 2) for key in ("value", "low", "high")] == [0.54, 0.11, 0.79]
    assert round(code["difference"]["alone"], 3) == 0.025
    assert round(found["as_large_somewhere_if_shuffled"], 3) == 0.142
    assert "14.2 % of all 74,613 arrangements" in run("vary", sample, "--by", "role").stdout


def test_codes_together_on_a_line(run, sample):
    found = json.loads(run("together", sample, "--unit", "line", "--json").stdout)
    pair = next(p for p in found["pairs"] if set(p["codes"]) == {"fewer-human-resources", "insufficient-funding"})

    assert (pair["both"], pair["first"], pair["second"], round(pair["jaccard"], 3)) == (11, 47, 54, 0.122)
    assert "on the same line" in run("together", sample, "--unit", "line").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ["vary", "STUDY", "--by", "colour"],
            "no participant has the attribute 'colour'; there are 'borough',",
        ),
        (["saturation", "STUDY", "--by", "colour"], "no participant has the attribute 'colour'"),
    ],
)
def test_an_attribute_that_nobody_has_is_refused_with_those_there_are(run, sample, words, why):
    result = run(*[sample if word == "STUDY" else word for word in words])

    assert result.exit_code == 1
    assert why in result.stderr


def test_a_study_without_codings_is_told_why_there_is_no_number(run, study):
    result = run("saturation", study("fresh"))

    assert result.exit_code == 1
    assert "no interview was read completely" in result.stderr


def test_all_lines_of_a_code_in_the_terminal_as_a_table_and_in_word(run, sample, tmp_path):
    asked = ("lines", sample, "--code", "overworked staff", "--where", "role=Practice manager", "--coder", "coder_c")
    shown = run(*asked, "--docx", tmp_path / "lines.docx")
    found = json.loads(run(*asked, "--json").stdout)
    rows = run(*asked, "--csv").stdout.splitlines()

    assert shown.stdout.splitlines()[-1].startswith(f"Overworked staff: {found['n_lines']} lines of ")
    assert shown.stderr == f"autocode: written: {tmp_path / 'lines.docx'}.\n"
    assert (tmp_path / "lines.docx").is_file()
    assert (found["by_coder"], {line["participant_role"] for line in found["lines"]}) == (
        {"coder_c": found["n_lines"]},
        {"Practice manager"},
    )
    assert rows[0].startswith("code,reference,line,transcript,order,speaker,question,text,codes,coders,basis,memo,")
    assert len(rows) == found["n_lines"] + 1


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--code", "overworked", "there is no code 'overworked'; the closest is 'overworked-staff'"),
        ("--coder", "coder_d", "there is no coder 'coder_d'"),
        ("--where", "rolle=GP", "there is no attribute 'rolle'; the closest is 'role'"),
        ("--interview", "GP99", "there is no interview 'GP99'"),
        ("--with", "nothing", "there is no code 'nothing'"),
    ],
)
def test_what_is_not_there_is_said_and_no_line_is_listed(run, sample, option, value, sentence):
    given = () if option == "--code" else ("--code", "overworked-staff")
    shown = run("lines", sample, *given, option, value)

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert sentence in shown.stderr


def test_words_of_all_interviews_are_searched_by_their_forms(run, sample):
    shown = run("search", sample, "referrals").stdout
    found = json.loads(run("search", sample, "referrals", "--where", "role=GP", "--json").stdout)
    phrase = json.loads(run("search", sample, "social services", "--json").stdout)

    assert "Forms: referral (" in shown
    assert set(found["forms"]) == {"referral", "referrals"}
    assert found["n_lines"] == sum(found["by_interview"].values()) == len(found["lines"])
    assert {line["participant_role"] for line in found["lines"]} == {"GP"}
    assert set(phrase["forms"]) == {"social services"}
    assert run("search", sample, "xylophone").stdout == "xylophone: no line.\n"


def test_memos_of_coders_and_codes_that_there_are(run, sample):
    assert run("memos", sample, "--coder", "coder_a").stdout == "no memo.\n"
    assert json.loads(run("memos", sample, "--json").stdout) == []
    assert "there is no coder 'coder_d'" in run("memos", sample, "--coder", "coder_d").stderr
    assert "there is no code 'overworked'" in run("memos", sample, "--code", "overworked").stderr
