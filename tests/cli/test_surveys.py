"""Survey tables: one row per respondent becomes one interview, and what is known about them their attributes."""

import pytest

from autocode.study import read_study
from autocode.transcripts import Role

WAVE = (
    "ID,Role,How is it?,What would help?\n"
    "R1,GP,It is slow and nobody rings back.,A form.\n"
    "R2,Nurse,We wait for weeks.,\n"
)
DOUBTFUL = "ID,Role,Difficulties\nR1,GP,It is slow and nobody rings back.\nR2,Nurse,We wait for weeks.\n"


@pytest.fixture
def table(tmp_path):
    def table(text, name="wave1.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return table


def test_a_survey_becomes_an_interview_for_each_respondent_and_shows_what_was_taken_for_what(study, run, table):
    kept = study("empty")
    result = run("add", "study", table(WAVE))
    read = read_study(kept)

    assert result.stdout.splitlines()[:7] == [
        "added wave1.csv: R1, R2; 6 lines, 3 of participants.",
        "  a survey: 2 interviews, one for each row, named by 'ID'",
        "  questions: 'How is it?' and 'What would help?'",
        "  attributes: 'Role'",
        "  R1",
        "    speakers: Question (2 turns, 6 words) and R1 (2 turns, 9 words)",
        "    interviewer: Question, by the label",
    ]
    assert [(line.speaker, line.role, line.text) for line in read.lines][:2] == [
        ("Question", Role.INTERVIEWER, "How is it?"),
        ("R1", Role.PARTICIPANT, "It is slow and nobody rings back."),
    ]
    assert {name: row["role"] for name, row in read.participants.items()} == {"R1": "GP", "R2": "Nurse"}


def test_what_may_be_a_survey_is_asked_about_and_the_answer_is_remembered_for_the_next_wave(study, run, table):
    kept = study("empty")
    asked = run("add", "study", table(DOUBTFUL))
    named = run(
        "add", "study", table(DOUBTFUL), "--question", "Difficulties", "--transcript", "ID", "--attribute", "Role"
    )
    second = run("add", "study", table(DOUBTFUL.replace("R1", "R8").replace("R2", "R9"), "wave2.csv"))
    settings = read_study(kept).settings

    assert asked.exit_code == 1
    assert "name the columns of its questions with --question." in asked.stderr
    assert (named.exit_code, second.exit_code) == (0, 0)
    assert [*settings.questions, *settings.attributes, *settings.respondents] == ["Difficulties", "Role", "ID"]
    assert [interview.id for interview in read_study(kept).lines.interviews] == ["R1", "R2", "R8", "R9"]


def test_attributes_are_put_into_the_table_of_participants_and_contradictions_are_refused(study, run, table):
    kept = study("empty")
    (kept / "participants.csv").write_text("participant,role,borough\nR1,,Lambeth\nR2,manager,\n")
    refused = run("add", "study", table(WAVE))
    replaced = run("add", "study", "wave1.csv", "--force")

    assert refused.exit_code == 1
    assert refused.stderr == (
        "autocode: gives 'R2' another 'role' than study/participants.csv; correct one of them, or replace it with "
        "--force.\n"
    )
    assert replaced.exit_code == 0
    assert (kept / "participants.csv").read_text() == "participant,role,borough\nR1,GP,Lambeth\nR2,Nurse,\n"


def test_rows_that_name_nobody_or_the_same_person_are_refused_by_line(study, run, table):
    study("empty")
    result = run(
        "add",
        "study",
        table(WAVE + ",GP,Slow.,\nR1,GP,Slow again.,\n"),
        "--question",
        "How is it?",
        "--transcript",
        "ID",
    )

    assert result.stderr.splitlines() == [
        "autocode: wave1.csv:4: has answers but nothing in the column 'ID'; name them.",
        "autocode: wave1.csv:5: 'R1' is in line 2 already; give each row a name.",
    ]


def test_a_large_survey_is_described_as_a_whole(study, run, table):
    study("empty")
    rows = "".join(f"R{n},GP,Answer number {n} to it is this.\n" for n in range(1, 41))
    result = run("add", "study", table(f"ID,Role,How is it?\n{rows}"))

    assert result.stdout.splitlines() == [
        f"added wave1.csv: {', '.join(f'R{n}' for n in range(1, 31))} and 10 more; 80 lines, 40 of participants.",
        "  speakers: Question (40 turns, 120 words), R1 (1 turn, 7 words), R2 (1 turn, 7 words), R3 (1 turn, 7 words), "
        "R4 (1 turn, 7 words), R5 (1 turn, 7 words), R6 (1 turn, 7 words), R7 (1 turn, 7 words), R8 (1 turn, 7 words), "
        "R9 (1 turn, 7 words), R10 (1 turn, 7 words) and 30 more",
        "  interviewer: Question, by the label",
        "  a survey: 40 interviews, one for each row, named by 'ID'",
        "  questions: 'How is it?'",
        "  attributes: 'Role'",
    ]


def test_an_encoding_is_named_and_the_study_keeps_the_text_in_utf8(study, run, tmp_path):
    kept = study("empty")
    (tmp_path / "GP1.txt").write_bytes("Lekarz: Źle.\nI: Więc?\nLekarz: Łóżek nie było.\n".encode("cp852"))
    result = run("add", "study", "GP1.txt", "--encoding", "cp852", "--interviewer", "I")
    wrong = run("add", "study", "GP1.txt", "--encoding", "klingon")

    assert result.exit_code == 0
    assert (kept / "transcripts" / "GP1.txt").read_text(encoding="utf-8").startswith("Lekarz: Źle.")
    assert "'klingon' is not an encoding that Python knows, such as cp1252." in wrong.stderr


def test_every_doubt_about_a_folder_is_said_beside_its_faults(study, run, tmp_path):
    study("empty")
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "a.txt").write_text("Nobody is named here.\n")
    (tmp_path / "talks" / "b.txt").write_text("How did it start?\nP1: Well.\nInterviewer: And?\n")
    result = run("add", "study", "talks")

    assert result.exit_code == 1
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == [" talks/a.txt", " talks/b.txt"]
