"""Rows of participants.csv that match no interview are said, in Python as in the shell."""

import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.cli import main
from autocode.errors import TranscriptError
from autocode.study import create_study, study_faults, study_remarks

TALK = "Interviewer: How do you refer?\n{name}: By phone, and it rings out.\n"


@pytest.fixture
def study(tmp_path):
    create_study(tmp_path / "study")
    for name in ("GP1", "PM2"):
        (tmp_path / "study" / "transcripts" / f"{name}.txt").write_text(TALK.format(name=name))
    return tmp_path / "study"


def run(*words):
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, result.output


def test_a_name_in_another_spelling_is_a_fault_of_the_study(study):
    (study / "participants.csv").write_text("participant,role\ngp1,GP\nPM2,PM\n")
    fault = (
        f"{study / 'participants.csv'}:2: names 'gp1', but the interview is called 'GP1', and its attributes would be "
        "lost; write 'GP1'."
    )
    with pytest.raises(TranscriptError) as refusal:
        ac.read_study(study)

    assert str(refusal.value) == fault
    assert [str(fault) for fault in study_faults(study)] == [fault]
    assert run("check", study) == (1, f"{fault}\nautocode: 1 fault found; fix and check again.\n")


def test_what_matches_nothing_is_said_when_the_study_is_checked(study):
    (study / "participants.csv").write_text("participant,role\nGP1,GP\nGP7,GP\n")
    status, printed = run("check", study)

    assert status == 0
    assert study_remarks(study) == (
        f"{study / 'participants.csv'}: no interview is called 'GP7', so this row is not used.",
        f"{study / 'participants.csv'}: no row for the interview 'PM2'.",
    )
    assert printed.splitlines()[1:] == [*study_remarks(study)]


def test_what_matches_nothing_is_said_when_the_table_is_added(study, tmp_path):
    table = tmp_path / "participants.csv"
    table.write_text("participant,role\nGP01,GP\n")
    refused = run("add", study, table)
    dry = run("add", study, table, "--dry-run")
    table.write_text("participant,role\nGP1,GP\nGP7,GP\n")

    assert refused == dry
    assert refused[0] == 1
    assert "names 'GP01', but the interview is called 'GP1'" in refused[1]
    assert run("add", study, table) == (
        0,
        f"added {table}: attributes of 2 participants.\n"
        "  no interview is called 'GP7', so this row is not used.\n"
        "  no row for the interview 'PM2'.\n",
    )


def test_a_table_without_rows_lacks_no_interview(study):
    (study / "participants.csv").write_text("participant,role\n")

    assert study_remarks(study) == ()
