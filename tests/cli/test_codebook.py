"""`autocode codebook`: what it shows, what each change prints before it asks, and that nothing is half done."""

import json
import shutil
import unicodedata
from pathlib import Path

import pytest

from autocode.codebook import read_codebook
from autocode.coding import Proposal
from autocode.journal import Journal, Kind
from autocode.study import read_study

BY = ("--by", "TW", "--why", "as the team agreed")


@pytest.fixture
def refused(run, digest):
    """Run a command that fails, and return its one sentence; the study stays as it was, byte for byte."""

    def ran(study, *words, keys=None):
        before = digest(study)
        result = run(*words, keys=keys)
        assert result.exit_code == 1, result.output
        assert digest(study) == before
        assert len(result.stderr.splitlines()) == 1
        return result.stderr.strip()

    return ran


@pytest.fixture
def changed(run, coded):
    """Change the codebook of the coded study, and return what was printed."""

    def ran(command, *words):
        result = run("codebook", command, coded, *words, *BY, "--yes")
        assert result.exit_code == 0, result.output
        return result.stdout

    return ran


def book(study: Path):
    return read_codebook(study / "codebook.toml")


def test_the_codebook_is_shown_as_a_tree_with_lines_interviews_and_alpha(run, coded):
    shown = run("codebook", coded).stdout

    assert shown.startswith("Codebook version 1.\n")
    assert [line.split("  ")[0] for line in shown.splitlines()[4:5]] == ["Accessing services"]
    row = next(line for line in shown.splitlines() if line.startswith("  Records apart"))
    assert row.split()[2:7] == ["records", "24", "6", "0.86", "Computers"]


def test_the_codebook_as_json_has_the_same_numbers(run, coded):
    shown = json.loads(run("codebook", coded, "--json").stdout)

    assert [code["code"] for code in shown["codes"]] == ["access", "forms", "records", "people"]
    assert shown["codes"][2]["lines"] == 24
    assert shown["version"] == "1"


def test_a_study_in_a_folder_named_like_a_command_is_shown_too(run, coded):
    shutil.move(coded, coded.parent / "merge")

    assert run("codebook", "merge").stdout.startswith("Codebook version 1.")
    assert run("codebook", "./merge").stdout.startswith("Codebook version 1.")
    assert run("codebook", "add", "merge", "Fixers", *BY, "--yes").exit_code == 0


def test_a_command_that_is_misspelt_is_named(run, coded):
    result = run("codebook", "merg", coded)

    assert result.exit_code == 2
    assert "No such command 'merg'" in result.stderr


def test_codings_that_leave_a_new_code_open_are_counted_in_the_tree(changed, run, coded):
    changed("add", "Informal fixers", "--under", "access", "--definition", "Favours between colleagues.")

    shown = run("codebook", coded).stdout
    assert shown.startswith("Codebook version 2; 288 readings with open codes.")
    assert "Informal fixers" in shown


def test_each_change_is_made_and_the_file_written(changed, coded):
    changed("add", "Informal fixers", "--under", "Accessing services", "--example", "He knows somebody there.")
    changed("rename", "forms", "Forms and waiting")
    changed("redefine", "people", "--kind", "narrowed", "--definition", "Posts that are empty.")
    changed("group", "records", "people", "--as", "Means", "--under", "access")
    changed("move", "records", "--top")
    changed("merge", "informal-fixers", "--into", "people")
    changed("split", "forms", "--part", "Forms", "--part", "Queues", "--definition", "Paper.", "--definition", "Time.")
    changed("retire", "records", "--read-again")

    codebook = book(coded)
    assert codebook.version == "9"
    assert {code.id: code.parent for code in codebook.values()} == {
        "access": None,
        "means": "access",
        "people": "means",
        "forms-2": "access",
        "queues": "access",
    }
    assert codebook["queues"].definition == "Time."
    assert codebook["people"].definition == "Posts that are empty."


def test_a_plan_is_printed_and_nothing_changes_without_an_answer(run, refused, coded, digest):
    before = digest(coded)
    planned = run("codebook", "merge", coded, "records", "--into", "forms", *BY, "--dry-run")

    assert planned.exit_code == 0
    assert "TW merged 'Records apart' into 'Forms and queues' (version 1 to 2)." in planned.stdout
    assert digest(coded) == before
    for keys in ("n\n", None):
        result = run("codebook", "merge", coded, "records", "--into", "forms", *BY, keys=keys)
        assert result.exit_code == 1
        assert result.stderr.endswith("study: nothing was changed; change the codebook with --yes.\n")
        assert digest(coded) == before


def test_a_yes_at_the_terminal_changes_the_codebook(run, coded):
    result = run("codebook", "merge", coded, "records", "--into", "forms", *BY, keys="y\n")

    assert result.exit_code == 0
    assert "study: the codebook is at version 2." in result.stdout
    assert list(book(coded)) == ["access", "forms", "people"]


def test_counts_of_others_are_not_printed_for_somebody_with_lines_left(run, coded):
    open_plan = run("codebook", "retire", coded, "records", *BY, "--dry-run").stdout
    settings = coded / "study.toml"
    settings.write_text(settings.read_text() + 'independent_coding = "closed"\n')
    closed_plan = run("codebook", "retire", coded, "records", *BY, "--dry-run").stdout

    assert "coder_a" not in open_plan
    assert "of your own" in open_plan
    assert "24 → –" in closed_plan


def test_a_plan_as_json_is_what_the_text_says(run, coded):
    settings = coded / "study.toml"
    settings.write_text(settings.read_text() + 'independent_coding = "closed"\n')
    plan = json.loads(run("codebook", "retire", coded, "records", *BY, "--dry-run", "--json").stdout)

    assert plan["coders"][0]["before"] == {"records": 24}
    assert plan["version"] == {"before": "1", "after": "2"}


def test_a_renaming_and_an_undo_need_no_reason(run, coded):
    assert run("codebook", "rename", coded, "forms", "Paper", "--by", "TW", "--yes").exit_code == 0
    assert run("codebook", "undo", coded, "--by", "TW", "--yes").exit_code == 0
    assert book(coded)["forms"].name == "Forms and queues"
    assert run("codebook", "retire", coded, "forms", "--by", "TW", "--yes").exit_code == 2


def test_the_history_says_who_changed_what_and_why(changed, run, coded):
    changed("retire", "records")
    run("codebook", "undo", coded, "--by", "MO", "--yes")

    shown = run("codebook", "history", coded).stdout
    assert "TW retired 'Records apart' (taken back)" in shown
    assert "as the team agreed" in shown
    history = json.loads(run("codebook", "history", coded, "--json").stdout)
    assert [(change["by"], change["kind"], change["taken_back"]) for change in history["changes"]] == [
        ("TW", "retired", True),
        ("MO", "undone", False),
    ]


def test_a_name_that_was_proposed_takes_the_proposals_up(run, coded):
    with Journal.open(coded / "study.sqlite") as journal:
        line = next(coding.line for coding in journal.codings().by("coder_a") if not coding.codes)
        journal.append(Proposal(line=line, coder="coder_a", name="informal  fixers"))
    settings = coded / "study.toml"
    settings.write_text(settings.read_text() + 'independent_coding = "closed"\n')
    said = run("codebook", "add", coded, "Informal Fixers", *BY, "--yes").stdout

    assert "Proposed before, so that these lines get the code: coder_a 1." in said
    given = {coding.line for coding in read_study(coded).codings if "informal-fixers" in coding.codes}
    assert given == {line}


BAD = {
    "a theme under its own subtheme's theme": (("move", "access", "--under", "access"), "that would be a circle"),
    "a split into one": (("split", "forms", "--part", "Paper"), "a code is split into at least two"),
    "a split into an existing code": (
        ("split", "forms", "--part", "Paper", "--part", "records APART"),
        "the name 'records APART' is that of the code 'records' under 'access'; choose another.",
    ),
    "a split of a theme": (("split", "access", "--part", "One", "--part", "Two"), "is a theme"),
    "a merge of a theme with a code": (("merge", "access", "--into", "forms"), "a theme cannot be merged with a code"),
    "a merge with itself": (("merge", "forms", "--into", "forms"), "a code cannot be merged with itself"),
    "a name that exists, in capitals": (
        ("add", "RECORDS  apart", "--under", "access"),
        "is that of the code 'records' under 'access'; choose another.",
    ),
    "a rename to a name that exists": (("rename", "forms", "Records apart"), "is that of the code 'records'"),
    "an id that was used": (("add", "New", "--id", "forms"), "ids are never reused"),
    "an undo without a change": (("undo",), "has no change of its codebook that could be taken back"),
    "an undo of a version that never was": (("undo", "--change", "7"), "no change to version '7' is in force"),
    "a code that does not exist": (("retire", "form"), "there is no code 'form'; the closest is 'forms'"),
    "a change by a machine": (("add", "New"), "named like a machine"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_change_that_cannot_be_is_refused_in_one_sentence(case, refused, coded, run):
    (command, *words), sentence = BAD[case]
    run("check", coded)  # names the journal in study.toml
    by = ("--by", "GPT-4", "--why", "x") if case == "a change by a machine" else BY
    said = refused(coded, "codebook", command, coded, *words, *by, "--yes")

    assert sentence in said


def test_a_name_in_composed_letters_is_the_same_name(refused, changed, coded):
    changed("add", "Café talk")
    said = refused(coded, "codebook", "add", coded, unicodedata.normalize("NFD", "CAFÉ talk"), *BY, "--yes")

    assert "is that of the code 'café-talk'; choose another." in said


def test_the_last_code_cannot_be_retired(refused, changed, coded):
    changed("retire", "forms")
    changed("retire", "records")
    said = refused(coded, "codebook", "retire", coded, "people", *BY, "--yes")

    assert "no code would be left that a line can be given; add one first." in said


def test_somebody_who_is_not_named_does_not_change_the_codebook(refused, coded, run):
    settings = coded / "study.toml"
    settings.write_text(settings.read_text() + 'codebook_editors = ["SK"]\n')
    run("check", coded)
    said = refused(coded, "codebook", "retire", coded, "forms", *BY, "--yes")

    assert "TW may not change the codebook of this study; SK can, or add the name to codebook_editors" in said


def test_an_earlier_change_is_undone_after_the_later_ones(refused, changed, coded):
    changed("retire", "forms")
    changed("rename", "records", "Other records")
    said = refused(coded, "codebook", "undo", coded, "--change", "2", *BY, "--yes")

    assert "undo the later ones first, latest first." in said


def test_a_study_that_is_not_there_is_refused(run, tmp_path):
    assert run("codebook", "nowhere").exit_code == 2
    (tmp_path / "empty").mkdir()
    result = run("codebook", "empty")
    assert result.exit_code == 1
    assert "is not a study" in result.stderr


def test_the_record_holds_one_entry_for_each_change(changed, coded):
    changed("retire", "forms")
    changed("rename", "records", "Other records")

    with Journal.open(coded / "study.sqlite") as journal:
        kinds = [type(entry.record).__name__ for entry in journal.history(kinds=(Kind.CODEBOOK,))]
    assert kinds == ["CodebookSeen", "Retired", "Renamed"]
