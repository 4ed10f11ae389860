"""The command line as a user types it."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from autocode.cli import _main as commands
from autocode.cli import main
from autocode.coding import Band, Basis, Decision, Shown, Verdict
from autocode.exchange import read_corpus
from autocode.journal import Journal
from autocode.transcripts import read_transcripts

HEADER = ["line_id", "speaker", "text", "rank", "code", "probability", "band", "evidence"]
METRICS = {"R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece"}
FILES = ["codebook.toml", "participants.csv", "study.toml", "transcripts"]


def held(study):
    with Journal.open(study / "study.sqlite", create=False) as journal:
        return journal.codings()


# init


def test_init_makes_a_study_that_says_what_to_do_next(run, tmp_path):
    result = run("init", "my study")

    assert result.exit_code == 0
    assert result.stdout == (
        "my study: a new study. Write your codes into my study/codebook.toml, then:\n"
        "  autocode add 'my study' INTERVIEWS...\n"
    )
    assert sorted(one.name for one in (tmp_path / "my study").iterdir()) == FILES
    assert 'title = "my study"' in (tmp_path / "my study" / "study.toml").read_text()


@pytest.mark.parametrize("name", ['the "big" one', "back\\slash", "tab\there", "Größe"])
def test_whatever_a_folder_is_called_its_new_settings_can_be_read(run, tmp_path, name):
    run("init", name)
    (tmp_path / "GP1.txt").write_text("GP1: A talk.\n")

    assert run("add", name, "GP1.txt").exit_code == 0
    assert run("check", name).exit_code == 0


def test_init_does_not_touch_a_study_that_is_there(run, digest, tmp_path):
    run("init", "new")
    (tmp_path / "new" / "codebook.toml").write_text("# mine\n")
    before = digest(tmp_path)
    result = run("init", "new")

    assert result.exit_code == 1
    assert result.stderr == (
        "autocode: new: already has study.toml, codebook.toml, participants.csv; choose another folder, or replace "
        "with --force.\n"
    )
    assert digest(tmp_path) == before
    assert run("init", "new", "--force").exit_code == 0
    assert "An example theme" in (tmp_path / "new" / "codebook.toml").read_text()


def test_a_new_study_lacks_only_its_transcripts(run):
    run("init", "new")
    result = run("check", "new")

    assert result.exit_code == 1
    assert result.stdout == (
        "new/transcripts: contains no transcripts; put .txt, .md, .docx, .odt, .rtf, .vtt, .srt, .csv or .xlsx files "
        "into it.\n"
    )
    assert result.stderr == "autocode: 1 fault found; fix and check again.\n"


# add


def spoken_by(study, name):
    """Return how many words a participant says in a study's interview."""
    lines = read_transcripts(study / "transcripts" / f"{name}.txt")
    return sum(len(line.text.split()) for line in lines.participant_lines)


def test_interviews_then_codings_then_check(study, run, tmp_path, labelled_interview, readings_of):
    kept = study("empty")
    names = ["GP1", "GP2", "GP3", "PM1", "PM2", "PM3"]
    for start, name in enumerate(names):
        (tmp_path / f"{name}.txt").write_text(labelled_interview(name, start)[0])
    (tmp_path / "coder_a.csv").write_text(readings_of(0))
    first = run("add", "study", *(f"{name}.txt" for name in names))
    second = run("add", "study", "coder_a.csv")

    assert first.stdout.splitlines() == [
        sentence
        for name in names
        for sentence in (
            f"added {name}.txt: {name}; 27 lines, 24 of participants.",
            f"  speakers: Interviewer (3 turns, 18 words) and {name} (3 turns, {spoken_by(kept, name)} words)",
            "  interviewer: Interviewer, as you said",
        )
    ]
    assert second.stdout == "added coder_a.csv: 144 judgements of 144 lines by 1 coder.\n"
    assert (first.stderr, second.stderr) == ("", "")
    assert (kept / "transcripts" / "GP1.txt").read_text() == labelled_interview("GP1", 0)[0]
    assert run("check", "study").stdout == (
        "study: no faults. 6 interviews, 144 lines of participants, 3 subthemes, 144 judgements by 1 coder.\n"
    )


def test_a_folder_of_interviews_with_its_participants(study, run, tmp_path, labelled_interview):
    kept = study("empty")
    (tmp_path / "talks").mkdir()
    for name in ("GP1", "GP2", "GP10"):
        (tmp_path / "talks" / f"{name}.txt").write_text(labelled_interview(name, 0)[0])
    (tmp_path / "talks" / "participants.csv").write_text("participant,role\nGP1,partner\n")
    result = run("add", "study", "talks")

    assert [sentence for sentence in result.stdout.splitlines() if not sentence.startswith(" ")] == [
        "added talks: GP1, GP2, GP10; 81 lines, 72 of participants.",
        "added talks/participants.csv: attributes of 1 participant.",
    ]
    assert [sentence.strip() for sentence in result.stdout.splitlines() if sentence.startswith("  ")][::3] == [
        "GP1",
        "GP2",
        "GP10",
        "no row for the interviews 'GP2' and 'GP10'.",
    ]
    assert (kept / "participants.csv").read_text() == "participant,role\nGP1,partner\n"


def test_a_folder_of_tables_is_one_of_codings(study, run, tmp_path, readings_of):
    kept = study("fresh")
    (tmp_path / "codings").mkdir()
    for coder in (0, 1):
        (tmp_path / "codings" / f"coder_{'ab'[coder]}.csv").write_text(readings_of(coder))

    assert run("add", "study", "codings").stdout.splitlines() == [
        "added codings/coder_a.csv: 144 judgements of 144 lines by 1 coder.",
        "added codings/coder_b.csv: 144 judgements of 144 lines by 1 coder.",
    ]
    assert held(kept).coders == ("coder_a", "coder_b")


def test_a_table_of_participants_is_not_overwritten_unasked(study, run, tmp_path, digest):
    kept = study("fresh")
    (tmp_path / "participants.csv").write_text("participant,role\nGP1,partner\n")
    first = run("add", "study", "participants.csv")
    again = run("add", "study", "participants.csv")
    (tmp_path / "participants.csv").write_text("participant,role\nGP1,locum\n")
    before = digest(kept)
    other = run("add", "study", "participants.csv")

    assert first.stdout.splitlines() == [
        "added participants.csv: attributes of 1 participant.",
        "  no row for the interviews 'GP2', 'GP3', 'GP4', 'PM1', 'PM2' and 'PM3'.",
    ]
    assert again.stdout.splitlines()[0] == "added participants.csv: nothing that is not there already."
    assert other.exit_code == 1
    assert other.stderr == (
        "autocode: participants.csv: differs from the study's own table of participants (study/participants.csv); "
        "edit that, or replace it with --force.\n"
    )
    assert digest(kept) == before
    assert run("add", "study", "participants.csv", "--force").exit_code == 0
    assert (kept / "participants.csv").read_text() == "participant,role\nGP1,locum\n"


def test_a_wide_sheet_is_one_coder_s_and_says_what_was_read(study, run, tmp_path):
    kept = study("fresh")
    sheet = "line_id,Forms and queues,records\nGP1:2,1,\nGP1:3,0,\nGP1:4,x,yes\nGP1:5,,\n"
    (tmp_path / "MO.csv").write_text(sheet)
    (tmp_path / "sheet.csv").write_text(sheet)
    named = run("add", "study", "MO.csv")
    told = run("add", "study", "sheet.csv", "--coder", "JB", "--basis", "adjudicated")

    assert named.stdout == "added MO.csv: 3 judgements of 3 lines by 1 coder.\n"
    assert told.stdout == "added sheet.csv: 3 judgements of 3 lines by 1 coder.\n"
    assert [(one.coder, one.line, sorted(one.codes), one.basis) for one in held(kept)] == [
        ("MO", "GP1:2", ["forms"], Basis.INDEPENDENT),
        ("MO", "GP1:3", [], Basis.INDEPENDENT),
        ("MO", "GP1:4", ["forms", "records"], Basis.INDEPENDENT),
        ("JB", "GP1:2", ["forms"], Basis.ADJUDICATED),
        ("JB", "GP1:3", [], Basis.ADJUDICATED),
        ("JB", "GP1:4", ["forms", "records"], Basis.ADJUDICATED),
    ]


def test_a_wide_sheet_of_excel(study, run, tmp_path):
    kept = study("fresh")
    book = openpyxl.Workbook()
    for row in (["line_id", "Records apart"], ["GP1:2", 1], ["GP1:3", 0]):
        book.active.append(row)
    book.save(tmp_path / "MO.xlsx")

    assert run("add", "study", "MO.xlsx").exit_code == 0
    assert [sorted(one.codes) for one in held(kept)] == [["records"], []]


def test_transcripts_in_a_table_become_text_that_the_study_reads_by_itself(study, run, tmp_path):
    kept = study("empty")
    rows = [
        ["who", "interview", "words"],
        ["Interviewer", "GP8", "How is it?"],
        ["GP8", "GP8", "Well: as they say, 10:30 is late.\nAnd then some more."],
        ["Dr. O'Neill", "GP9", "Quite fine."],
        ["Interviewer", "GP9", "Really?"],
    ]
    with (tmp_path / "talks.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    how = ["--speaker", "who", "--text", "words", "--transcript", "interview"]
    result = run("add", "study", "talks.csv", *how)
    lines = read_transcripts(kept / "transcripts")

    assert result.stdout.splitlines() == [
        "added talks.csv: GP8, GP9; 5 lines, 3 of participants.",
        "  GP8",
        "    speakers: Interviewer (1 turn, 3 words) and GP8 (1 turn, 11 words)",
        "    interviewer: Interviewer, as you said",
        "  GP9",
        "    speakers: Dr. O'Neill (1 turn, 2 words) and Interviewer (1 turn, 1 word)",
        "    interviewer: Interviewer, as you said",
    ]
    assert [(line.id, line.speaker, line.text) for line in lines] == [
        ("GP8:1", "Interviewer", "How is it?"),
        ("GP8:2", "GP8", "Well: as they say, 10:30 is late."),
        ("GP8:3", "GP8", "And then some more."),
        ("GP9:1", "Dr. O'Neill", "Quite fine."),
        ("GP9:2", "Interviewer", "Really?"),
    ]
    assert run("add", "study", "talks.csv", *how).stdout == "added talks.csv: 2 transcripts were there already.\n"


@pytest.mark.parametrize(
    ("interview", "speaker", "words", "sentence"),
    [
        ("../GP8", "GP8", "A.", "names an interview '../GP8', which cannot name a file; rename it in the table."),
        (
            "GP8",
            "GP8: the elder",
            "A.",
            "has speakers or words in GP8 that cannot be kept as labelled text; give the speakers plain names without "
            "colons or brackets, or save the interview as .docx.",
        ),
    ],
)
def test_a_table_that_labelled_text_cannot_hold_is_refused(
    study, run, digest, tmp_path, interview, speaker, words, sentence
):
    kept = study("empty")
    (tmp_path / "talks.csv").write_text(f"interview,speaker,text\n{interview},{speaker},{words}\n")
    before = digest(kept)
    how = ["--speaker", "speaker", "--text", "text", "--transcript", "interview"]
    result = run("add", "study", "talks.csv", *how)

    assert (result.exit_code, result.stderr) == (1, f"autocode: talks.csv: {sentence}\n")
    assert digest(kept) == before


def test_a_table_with_the_columns_of_a_transcript_is_one(study, run, tmp_path):
    kept = study("empty")
    (tmp_path / "GP8.csv").write_text("speaker,text\nInterviewer,How?\nGP8,Fine.\n")
    result = run("add", "study", "GP8.csv")

    assert result.exit_code == 0, result.stderr
    assert [line.text for line in read_transcripts(kept / "transcripts").participant_lines] == ["Fine."]


def test_a_table_of_a_transcript_without_its_columns_named_says_what_to_type(study, run, tmp_path):
    study("empty")
    (tmp_path / "talk.csv").write_text("label,phrase\nGP8,Fine.\n")
    result = run("add", "study", "talk.csv")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "autocode: talk.csv: if this is a transcript, name its columns with --speaker and --text; if it is a survey "
        "with one row per respondent, name the columns of its questions with --question."
    )


def test_dry_run_says_what_would_be_done_and_changes_nothing(study, run, digest, tmp_path, readings_of):
    kept = study("fresh")
    (tmp_path / "GP9.txt").write_text("GP9: A talk.\n")
    (tmp_path / "coder_a.csv").write_text(readings_of(0))
    before = digest(kept)
    result = run("add", "study", "GP9.txt", "coder_a.csv", "--dry-run")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "would add GP9.txt: GP9; 1 line, 1 of participants.",
        "  speakers: GP9 (1 turn, 2 words)",
        "  interviewer: nobody",
        "would add coder_a.csv: 144 judgements of 144 lines by 1 coder.",
    ]
    assert digest(kept) == before


def test_dry_run_on_a_coded_study_changes_no_byte_either(coded, run, digest, tmp_path, readings_of):
    (tmp_path / "coder_c.csv").write_text(readings_of(0).replace("coder_a", "coder_c"))
    before = digest(coded)

    assert run("add", "study", "coder_c.csv", "--dry-run").exit_code == 0
    assert digest(coded) == before


def test_codings_that_are_there_already_are_counted_and_not_repeated(coded, run, tmp_path, readings_of):
    (tmp_path / "coder_a.csv").write_text(readings_of(0) + "GP4:2,coder_a,forms\n")
    result = run("add", "study", "coder_a.csv")

    assert result.stdout == "added coder_a.csv: 1 judgement of 1 line by 1 coder; 144 were there already.\n"
    assert len(held(coded)) == 289


def test_the_same_interview_again_is_there_already(coded, run, digest, tmp_path):
    (tmp_path / "GP1.txt").write_bytes((coded / "transcripts" / "GP1.txt").read_bytes())
    before = digest(coded)
    result = run("add", "study", "GP1.txt")

    assert (result.exit_code, result.stdout) == (0, "added GP1.txt: one transcript was there already.\n")
    assert digest(coded) == before


def test_another_judgement_by_the_same_coder_needs_force_and_is_a_later_entry(coded, run, digest, tmp_path):
    (tmp_path / "later.csv").write_text("line_id,coder,code\nGP1:2,coder_a,people\n")
    before = digest(coded)
    refused = run("add", "study", "later.csv")

    assert refused.exit_code == 1
    assert refused.stderr == (
        "autocode: later.csv: coder_a judged GP1:2 otherwise before (forms then, people now); correct the file, or "
        "record the later judgement with --force.\n"
    )
    assert digest(coded) == before
    assert run("add", "study", "later.csv", "--force").exit_code == 0
    assert next(sorted(one.codes) for one in held(coded).of("GP1:2") if one.coder == "coder_a") == ["people"]
    with Journal.open(coded / "study.sqlite") as journal:
        assert sum(getattr(entry.record, "line", "") == "GP1:2" for entry in journal.history()) == 3


def test_two_tables_that_contradict_each_other_are_not_added(study, run, digest, tmp_path):
    kept = study("fresh")
    (tmp_path / "one.csv").write_text("line_id,coder,code\nGP1:2,MO,people\n")
    (tmp_path / "two.csv").write_text("line_id,coder,code\nGP1:2,MO,\n")
    before = digest(kept)
    result = run("add", "study", "one.csv", "two.csv")

    assert result.exit_code == 1
    assert "autocode: two.csv: MO judged GP1:2 otherwise before (people then, nothing now)" in result.stderr
    assert digest(kept) == before
    assert run("add", "study", "one.csv", "two.csv", "--force").exit_code == 0
    assert [sorted(one.codes) for one in held(kept)] == [[]]


def test_one_bad_file_keeps_all_of_them_out(coded, run, digest, tmp_path):
    (tmp_path / "GP9.txt").write_text("GP9: A talk.\n")
    (tmp_path / "good.csv").write_text("line_id,coder,code\nGP4:2,MO,forms\nGP9:1,MO,\n")
    (tmp_path / "bad.csv").write_text("line_id,coder,code\nGP9:2,MO,forms\n")
    before = digest(coded)
    result = run("add", "study", "GP9.txt", "good.csv", "bad.csv")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("autocode: bad.csv:2: names the line 'GP9:2', which is in no transcript")
    assert digest(coded) == before
    assert run("add", "study", "GP9.txt", "good.csv").exit_code == 0


def test_an_interview_that_is_added_under_another_name_is_said(study, run, tmp_path):
    study()
    text = "Interviewer: And the forms?\nAnn: There are many of them.\n"
    for name in ("first", "second"):
        (tmp_path / f"{name}.txt").write_text(text)
    alone = run("add", "study", "first.txt")
    again = run("add", "study", "second.txt")

    assert "same words" not in alone.stdout
    assert "second has the same words as first; if it is the same interview, delete one of the two." in again.stdout


def test_an_interview_that_nobody_has_coded_may_be_replaced_by_force(coded, run, tmp_path):
    (tmp_path / "GP4.md").write_text("Interviewer: How is it?\nGP4: Quite another talk.\n")
    result = run("add", "study", "GP4.md", "--force")

    assert result.exit_code == 0
    assert not (coded / "transcripts" / "GP4.txt").exists()
    assert run("check", "study").stdout.startswith("study: no faults. 7 interviews, 145 lines")


def test_a_file_whose_name_the_study_would_pass_over_is_refused(study, run, digest, tmp_path):
    kept = study("fresh")
    (tmp_path / "readme.txt").write_text("GP9: A talk.\n")
    before = digest(kept)
    result = run("add", "study", "readme.txt")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "autocode: readme.txt: cannot be kept in the study under the name 'readme.txt'; rename the file, plainly and "
        "unlike the others.\n"
    )
    assert digest(kept) == before


def test_a_speaker_whose_label_is_no_plain_name_is_kept_too(study, run, tmp_path):
    kept = study("empty")
    (tmp_path / "talk.csv").write_text("speaker,text\nthe one in the red coat by the door,A.\nit,B.\nit,C.\nAn,D.\n")
    result = run("add", "study", "talk.csv", "--speaker", "speaker", "--text", "text")

    assert result.exit_code == 0, result.stderr
    assert [(line.speaker, line.text) for line in read_transcripts(kept / "transcripts")] == [
        ("the one in the red coat by the door", "A."),
        ("it", "B."),
        ("it", "C."),
        ("An", "D."),
    ]


def test_check_names_the_faults_of_all_files_at_once(coded, run):
    (coded / "study.toml").write_text('unit = "word"\n')
    (coded / "codebook.toml").write_text("")
    (coded / "transcripts" / "GP9.txt").write_text("")
    (coded / "study.sqlite").write_text("not a journal, but long enough to look like a file of some kind" * 20)
    result = run("check", "study")

    assert result.exit_code == 1
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()] == [
        "study/study.toml",
        "study/transcripts/GP9.txt",
        "study/codebook.toml",
        "study/study.sqlite",
    ]
    assert result.stderr == "autocode: 4 faults found; fix and check again.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "study"], "Missing argument 'FILES...'"),
        (["add", "study", "nothing.txt"], "Path 'nothing.txt' does not exist"),
        (["add", "study", "study", "--speaker", "who"], "--speaker and --text go together"),
        (["agree", "nowhere"], "Path 'nowhere' does not exist"),
        (["agree", "study", "--seed", "-1"], "-1 is not in the range"),
        (["agree", "study", "--resamples", "0"], "0 is not in the range"),
        (["validate", "study", "--learn", "many"], "at least 10, such as 50,250,1000, not 'many'."),
        (["validate", "study", "--learn", "5,50"], "--learn takes numbers of at least 10"),
        (["validate", "study", "--learn", ""], "--learn takes numbers of at least 10"),
        (["validate", "study", "--seeds", "0"], "0 is not in the range"),
        (["report", "study"], "Missing option '-o' / '--out'"),
        (["report", "study", "-o", "r.pdf"], "a report is written as .html or .md, not 'r.pdf'."),
        (["review", "study"], "Missing option '--coder'"),
        (["suggest", "study", "--unit", "turn"], "a study says in study.toml what a line is and who asks"),
        (["suggest", "study/transcripts/GP1.txt"], "is not a study, so say which suggester to use: --model MODEL."),
        (["colour"], "No such command 'colour'"),
    ],
)  # fmt: skip
def test_wrong_use_is_exit_code_2_and_changes_nothing(coded, run, digest, words, said):
    before = digest(coded)
    result = run(*words)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""
    assert digest(coded) == before


# agree


def test_agree_prints_a_table(coded, run):
    result = run("agree", "study")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "Forms and queues" in result.stdout
    assert "2 coders, 144 lines, 6 interviews" in result.stdout


def test_agree_in_json_has_the_promised_shape_and_nothing_else_is_on_stdout(coded, run):
    result = run("agree", "study", "--json")
    told = json.loads(result.stdout)
    coefficient = {"value", "low", "high", "undefined"}

    assert result.stderr == ""
    assert set(told) == {"codes", "overall", "conventions", "codebook", "waiting"}
    assert [code["code"] for code in told["codes"]] == ["forms", "records", "people"]
    for code in told["codes"]:
        assert {"code", "theme", "units", "coders", "prevalence", "verdict", "coefficients"} <= set(code)
        assert code["theme"] == "Accessing services"
        assert (code["units"], code["coders"]) == (144, 2)
        for one in code["coefficients"].values():
            assert coefficient <= set(one)
        alpha = code["coefficients"]["alpha"]
        assert alpha["low"] <= alpha["value"] <= alpha["high"]
        assert alpha["undefined"] is None
    assert {"units", "coders", "prevalence", "verdict", "coefficients"} <= set(told["overall"])


def test_agreement_of_nobody_is_undefined_and_says_why(study, run):
    study("fresh")
    result = run("agree", "study", "--json")
    told = json.loads(result.stdout)

    assert result.exit_code == 0
    for code in told["codes"]:
        alpha = code["coefficients"]["alpha"]
        assert (alpha["value"], alpha["low"], alpha["high"]) == (None, None, None)
        assert alpha["undefined"]
    assert run("agree", "study").exit_code == 0


def test_the_same_seed_gives_the_same_numbers(coded, run):
    told = [run("agree", "study", "--json", "--interval", "interviews", "--seed", seed).stdout for seed in (3, 3, 4)]

    assert told[0] == told[1] != told[2]


# validate


def test_validate_in_json_has_the_promised_shape_on_a_study_and_on_a_plain_corpus(coded, run):
    run("export", "study", "plain")
    studied, plain = (
        run("validate", where, "--learn", "50,80", "--seeds", 2, "--resamples", 50, "--json")
        for where in ("study", "plain")
    )
    told = json.loads(studied.stdout)

    assert (studied.exit_code, studied.stderr, plain.exit_code) == (0, "", 0)
    assert {"corpus", "protocol", "curve", "codes"} <= set(told)
    assert told["corpus"] == "study"
    assert [point["n"] for point in told["curve"]] == [50, 80]
    for point in told["curve"]:
        assert point["seeds"] == 2
        assert set(point["metrics"]) == METRICS
        assert set(point["baselines"]) == {"logistic", "definitions"}
        assert all(set(one) == METRICS for one in point["baselines"].values())
        for one in [*point["metrics"].values(), *point["baselines"]["logistic"].values()]:
            assert set(one) == {"mean", "low", "high"}
    assert json.loads(plain.stdout)["curve"] == told["curve"]
    assert json.loads(plain.stdout)["corpus"] == "plain"


def test_validate_prints_a_table_with_the_baselines_and_the_humans(coded, run):
    result = run("validate", "study", "--seeds", 1, "--resamples", 20)
    rows = [line.split()[:2] for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert [row[1] for row in rows[1:4]] == ["autocode", "logistic", "definitions"]
    assert "human-human" in result.stdout.splitlines()[4]


# train and suggest


def test_train_and_suggest_for_a_study_put_the_batch_on_record(coded, run):
    trained = run("train", "study")
    suggested = run("suggest", "study", "-o", "out.csv")
    with Journal.open(coded / "study.sqlite") as journal:
        batch = journal.latest_batch()

    assert trained.stdout.startswith(
        "study/model: learnt from 144 lines of 6 interviews (144 by strict majority), 3 codes, digest "
    )
    assert (trained.stderr, suggested.stderr) == ("", "")
    assert suggested.stdout == f"{batch}. Review them with: autocode review study --coder YOU\n"
    assert batch.codebook
    assert {one.line.split(":")[0] for one in (*batch.suggestions, *batch.abstentions)} == {"GP4"}
    assert held(coded).on([f"GP4:{n}" for n in range(30)]).lines == ()


def test_what_coders_made_of_a_strength_is_told_from_thirty_decisions_on(study, run):
    folder = study("trained")
    run("suggest", "study")
    with Journal.open(folder / "study.sqlite") as journal:
        batch = journal.latest_batch()
        one = next(one for one in batch.suggestions if one.band is Band.STRONG)
        lines = read_transcripts(folder / "transcripts", interviewers=["Interviewer"]).participant_lines
        for n in range(30):
            shown = Shown(
                code=one.code,
                rank=1,
                probability=one.probability,
                band=one.band,
                verdict=Verdict.REJECTED if n % 10 == 0 else Verdict.ACCEPTED,
            )
            journal.append(Decision(line=lines[n].id, coder="coder_a", batch=batch.id, shown=(shown,)))
    told = run("suggest", "study")

    assert told.stderr == (
        "autocode: what coders made of suggestions so far: strong: coders kept 9 of 10 (27 of 30).\n"
    )


def test_suggestions_as_a_table(study, run, tmp_path):
    study("trained")
    said = run("suggest", "study", "-o", "out.csv")
    written = (tmp_path / "out.csv").read_text()
    piped = run("suggest", "study", "-o", "-")
    header, *rows = csv.reader(io.StringIO(written))
    silent = [dict(zip(HEADER, row, strict=True)) for row in rows if not row[4]]
    spoken = [dict(zip(HEADER, row, strict=True)) for row in rows if row[4]]

    assert (said.stderr, piped.stdout) == ("", written)
    assert piped.stderr.endswith("Review them with: autocode review study --coder YOU\n")
    assert header == HEADER
    assert len({row[0] for row in rows}) == 24
    assert silent
    assert all((one["rank"], one["probability"], one["band"]) == ("", "", "") for one in silent)
    assert {one["evidence"] for one in silent} <= {"nothing fits", "too short", "unlike anything coded"}
    assert len({one["line_id"] for one in silent}) == len(silent)
    assert {one["code"] for one in spoken} == {"forms", "records", "people"}
    assert all(0 <= float(one["probability"]) <= 1 and one["band"] in ("strong", "fair", "weak") for one in spoken)
    assert all(one["speaker"] == "GP4" and one["evidence"].startswith("words: ") for one in spoken)


def test_nothing_is_overwritten_without_force(study, run, digest, tmp_path):
    kept = study("trained")
    for name in ("out.csv", "r.html", "r.md"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "codings.csv").write_text("mine")
    before = digest(tmp_path)
    refused = [
        run("suggest", "study", "-o", "out.csv"),
        run("suggest", "--model", "study/model", "study/transcripts/GP1.txt", "-o", "out.csv"),
        run("report", "study", "-o", "r.html"),
        run("report", "study", "-o", "r.md"),
        run("train", "study", "-o", "study/model"),
        run("export", "study", "plain"),
        run("demo", "--out", "plain", "--force"),
    ]

    assert [result.exit_code for result in refused] == [1] * 7
    assert all("exists already; choose another" in result.stderr for result in refused)
    assert digest(tmp_path) == before
    assert run("suggest", "study", "-o", "out.csv", "--force").exit_code == 0
    assert run("report", "study", "-o", "r.md", "--no-validation", "--force").exit_code == 0
    assert run("train", "study", "-o", "study/model", "--force").exit_code == 0
    assert run("export", "study", "plain", "--force").exit_code == 0
    assert (kept / "model" / "card.md").exists()


def test_suggestions_for_a_file_need_no_study(study, run, tmp_path):
    study("trained")
    talk = "Chair: And then?\nGP7: The fourth form took the whole morning and then the telephone queue began.\n"
    (tmp_path / "GP7.txt").write_text(talk)
    how = ["suggest", "--model", "study/model", "GP7.txt"]
    written = run(*how, "-o", "out.csv")
    piped = run(*how, "-o", "-")
    bare = run(*how)
    asked = run(*how, "--interviewer", "Chair", "--unit", "turn")
    rows = list(csv.DictReader(io.StringIO(piped.stdout)))

    assert (written.stdout, written.stderr) == ("1 suggestion for 1 line; no suggestion for 1.\n", "")
    assert (piped.stdout, piped.stderr) == ((tmp_path / "out.csv").read_text(), written.stdout)
    assert (bare.stdout, bare.stderr) == (piped.stdout, piped.stderr)
    assert [(row["line_id"], row["code"], row["evidence"]) for row in rows[:1]] == [("GP7:1", "", "too short")]
    assert rows[1]["code"] == "forms"
    assert [row["line_id"] for row in csv.DictReader(io.StringIO(asked.stdout))] == ["GP7:2"]


def test_suggestions_for_a_plain_corpus(study, run):
    study("trained")
    run("export", "study", "plain")
    result = run("suggest", "--model", "study/model", "plain")

    assert result.exit_code == 0
    assert len({row["line_id"] for row in csv.DictReader(io.StringIO(result.stdout))}) == 168


def test_a_model_of_another_codebook_is_not_asked(study, run):
    kept = study("trained")
    run("init", "other")
    shutil.copytree(kept / "model", "other/model")
    shutil.copyfile(kept / "transcripts" / "GP4.txt", "other/transcripts/GP4.txt")
    book = (kept / "codebook.toml").read_text()
    Path("other/codebook.toml").write_text(book.replace("Paper, forms", "Papers, forms"))
    suggested = run("suggest", "other")

    assert suggested.exit_code == 1
    assert suggested.stderr == (
        "autocode: other/model: learnt from another version of the codebook; train again with: autocode train other.\n"
    )


def test_with_a_codebook_that_was_edited_after_coding_nothing_is_suggested_or_reviewed(study, run, digest):
    kept = study("trained")
    book = kept / "codebook.toml"
    book.write_text(book.read_text().replace("Paper, forms", "Papers, forms"))
    before = digest(kept)
    suggested, reviewed = run("suggest", "study"), run("review", "study", "--coder", "MO", "--terminal")

    assert (suggested.exit_code, reviewed.exit_code) == (1, 1)
    assert suggested.stderr == reviewed.stderr
    assert suggested.stderr.startswith(
        "autocode: study/codebook.toml: 'forms' has another definition than on record.\nautocode: study/codebook.toml: "
        "differs from version '1' of the codebook, which is on record, so nothing runs."
    )
    assert digest(kept) == before


def test_a_tampered_model_is_found_by_check_and_refused_by_suggest(study, run):
    kept = study("trained")
    card = kept / "model" / "card.md"
    card.write_text(card.read_text() + "!")
    said = "study/model/card.md: was altered after the suggester was saved; train it again or get a fresh copy.\n"

    assert run("check", "study").stdout == said
    assert run("suggest", "study").stderr == f"autocode: {said}"


def test_a_model_that_knows_less_than_was_coded_says_so_unless_quiet(study, run, tmp_path):
    study("trained")
    (tmp_path / "more.csv").write_text("line_id,coder,code\nGP4:2,coder_a,forms\n")
    run("add", "study", "more.csv")
    said, quiet = run("suggest", "study"), run("-q", "suggest", "study")

    assert said.stderr == (
        "autocode: learnt from 144 lines of 6 interviews (144 by strict majority), and 145 are coded by now; "
        "to learn from them all: autocode train study.\n"
    )
    assert quiet.stderr == ""
    assert quiet.exit_code == said.exit_code == 0


def test_suggesting_without_a_model_trains_one_and_says_so(coded, run):
    result = run("suggest", "study")

    assert result.stderr == (
        "autocode: no model yet, so one was trained: learnt from 144 lines of 6 interviews (144 by strict majority).\n"
    )
    assert (coded / "model" / "suggester.json").exists()


def test_when_every_line_is_coded_there_is_nothing_to_suggest_for(coded, run):
    (coded / "transcripts" / "GP4.txt").unlink()
    result = run("suggest", "study")

    assert result.exit_code == 1
    assert result.stderr.endswith(
        "autocode: study: has no line that nobody has coded; add transcripts with: autocode add.\n"
    )


def test_a_plain_corpus_is_trained_on_where_the_model_has_a_place(coded, run, tmp_path):
    run("export", "study", "plain")

    assert run("train", "plain").exit_code == 2
    assert run("train", "plain", "-o", "model").exit_code == 0
    assert (tmp_path / "model" / "suggester.json").exists()


# review


def test_the_seed_of_the_blind_lines_is_the_studys_own_and_stays_when_interviews_come(study, run):
    from autocode.review import blind_seed
    from autocode.study import read_study

    kept = study("trained")
    found = read_study(kept)
    run("review", "study", "--coder", "MO", "--terminal", keys="q")
    (kept / "transcripts" / "GP9.txt").write_text("GP9: We wait for a form again.\nGP9: And the record is elsewhere.\n")
    run("review", "study", "--coder", "JB", "--terminal", keys="q")
    with Journal.open(kept / "study.sqlite") as journal:
        first, second = journal.blind_draws()

    assert first.seed == second.seed == blind_seed(found.lines, found.codebook) != 0
    assert len(second.probabilities) == 2
    assert not set(second.probabilities) & set(first.probabilities)


def test_review_in_the_terminal_decides_undoes_and_goes_on_where_it_stopped(study, run):
    kept = study("trained")
    with (kept / "study.toml").open("a") as settings:
        settings.write("blind_share = 0.0\n")  # else chance says which of these lines are read without suggestions
    first = run("review", "study", "--coder", "MO", "--terminal", keys="1\nnq")
    undone = run("review", "study", "--coder", "MO", "--terminal", keys="uq")
    again = run("review", "study", "--coder", "MO", "--terminal", keys="nq")
    judged = [one for one in held(kept) if one.coder == "MO"]

    assert (first.exit_code, undone.exit_code, again.exit_code) == (0, 0, 0)
    assert "2 of 24 lines decided" in first.stdout
    assert "1 of 24 lines decided" in undone.stdout
    assert "To go on: autocode review study --coder MO --terminal" in again.stdout
    assert [one.line for one in judged] == ["GP4:2", "GP4:3"]
    assert [sorted(one.codes) for one in judged] == [["forms"], []]
    assert all(one.basis is Basis.ASSISTED for one in judged)


def test_ctrl_c_in_a_review_keeps_what_was_decided(study, run, monkeypatch):
    kept = study("trained")
    keys = iter("n")

    def pressed(echo=False):
        key = next(keys, None)
        if key is None:
            raise KeyboardInterrupt
        return key

    monkeypatch.setattr("click.getchar", pressed)
    result = run("review", "study", "--coder", "MO", "--terminal")

    assert result.exit_code == 0
    assert len(held(kept).by("MO")) == 1


def test_a_review_without_suggestions_is_an_independent_reading_and_says_so(coded, run):
    result = run("review", "study", "--coder", "MO", "--terminal", keys="nq")
    blind = run("review", "study", "--coder", "JB", "--terminal", "--blind", keys="nq")

    assert result.stderr == (
        "no suggestions to show, so this is an independent reading; make some: autocode suggest study\n"
    )
    assert blind.stderr == ""
    assert "autocode review study --coder JB --terminal --blind" in blind.stdout
    assert [one.basis for one in held(coded).by("MO", "JB")] == [Basis.INDEPENDENT] * 2


def test_a_plain_corpus_is_not_reviewed(coded, run):
    run("export", "study", "plain")

    assert run("review", "plain", "--coder", "MO").stderr == (
        "autocode: plain: is not a study: it has no study.toml. Make a study with: autocode init plain.\n"
    )


def test_review_opens_the_page_unless_the_terminal_is_asked_for(study, run, monkeypatch):
    study("trained")
    asked = {}
    monkeypatch.setattr("autocode.study._pages.serve", lambda pages, **how: asked.update(how, pages=pages))
    run("review", "study", "--coder", "MO", "--port", 9000, "--no-browser")

    assert [page.name for page in asked["pages"]] == [
        "Review", "Read again", "Differences", "Team", "Codebook", "Lines", "Search", "Memos", "My work", "Board",
        "Corrections",
    ]  # fmt: skip
    assert (asked["coders"], asked["port"], asked["open_browser"]) == (("MO",), 9000, False)


# report and export


def test_a_report_is_one_page_or_markdown(study, run, tmp_path):
    study("trained")
    page = run("report", "study", "-o", "r.html", "--seeds", 1)
    text = run("report", "study", "-o", "r.md", "--no-validation")
    written = (tmp_path / "r.html").read_text()

    assert (page.stdout, text.stdout) == ("r.html\n", "r.md\n")
    assert (page.stderr, text.stderr) == ("", "")
    assert written.startswith("<!")
    assert "Small study" in written
    assert "Forms and queues" in (tmp_path / "r.md").read_text()


def test_a_report_on_a_study_too_small_to_validate_says_so_and_is_written(study, run, tmp_path):
    study("fresh")
    result = run("report", "study", "-o", "r.md")

    assert result.exit_code == 0
    assert result.stderr.startswith("autocode: the report says nothing of the suggester: fewer than two codes")
    assert (tmp_path / "r.md").exists()


def test_what_is_exported_reads_back_the_same(coded, run, tmp_path):
    result = run("export", "study", "plain")
    again = run("export", "plain", "again")
    corpus = read_corpus(tmp_path / "plain")
    names = ["codebook.csv", "codings.csv", "lines.csv"]

    assert result.stdout == "plain: 189 lines, 288 judgements, 4 codes.\n"
    assert sorted(one.name for one in (tmp_path / "plain").iterdir()) == names
    assert corpus.codings == held(coded)
    assert again.exit_code == 0
    assert all((tmp_path / "plain" / n).read_text() == (tmp_path / "again" / n).read_text() for n in names)
    assert run("agree", "plain").stdout == run("agree", "study").stdout
    assert run("check", "plain").exit_code == 0


# demo


def test_the_demo_takes_the_sample_study_through_the_whole_loop(demonstrated):
    folder, result = demonstrated
    told = result.stdout

    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert "1. Read: 25 invented interviews" in told
    assert told.count("\nLogistical issues  ") == 1
    assert "Validation, " in told
    assert "whole interviews held out, 3 splits: R@3 " in told
    assert "coder_a read 33 of these lines" in told
    assert f"6. The report: {folder / 'report.html'}" in told
    assert (folder / "report.html").stat().st_size > 50_000
    assert run_quietly("check", folder).exit_code == 0


def run_quietly(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_second_demo_changes_nothing(demonstrated, digest):
    folder, _ = demonstrated
    before = digest(folder)
    again = run_quietly("demo", "--out", folder)

    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == (
        f"autocode: {folder}: exists already; choose another folder with --out, or, if it is an earlier demo, replace "
        "it with --force.\n"
    )
    assert digest(folder) == before


def test_a_demo_does_not_replace_what_is_no_demo(coded, run, digest, tmp_path):
    before = digest(tmp_path)

    assert run("demo", "--out", "study", "--force").exit_code == 1
    assert digest(tmp_path) == before


def test_a_demo_makes_room_for_itself_only_by_force(study, run, monkeypatch, tmp_path):
    kept = study("fresh")
    (kept / "study.toml").write_text('title = "Integration barriers (invented sample)"\n')

    class EnoughError(Exception):
        pass

    def enough(*_, **__):
        raise EnoughError

    monkeypatch.setattr("autocode.cli._demo.agreement_table", enough)
    with pytest.raises(EnoughError):
        run("demo", "--out", "study", "--force")

    assert len(list((tmp_path / "study" / "transcripts").iterdir())) == 25


def test_without_its_sample_study_the_demo_says_so(run, monkeypatch, tmp_path):
    monkeypatch.setattr("autocode.cli._demo.SAMPLE", "nothing")
    result = run("demo", "--out", "new")

    assert result.exit_code == 1
    assert result.stderr.endswith(
        "is missing: this autocode was installed without its sample study; install it again.\n"
    )
    assert not (tmp_path / "new").exists()


# the process


def test_help_and_version_are_quick_to_read(typed):
    shown, version = typed("--help"), typed("--version")

    assert (shown.returncode, shown.stderr, version.stderr) == (0, "", "")
    for command in (
        "demo",
        "init",
        "add",
        "check",
        "agree",
        "validate",
        "train",
        "suggest",
        "review",
        "report",
        "export",
    ):
        assert f"\n  {command} " in shown.stdout
    assert version.stdout == "autocode, version 0.1.0\n"


def test_a_study_from_nothing_in_processes_of_their_own(typed, tmp_path, labelled_interview):
    (tmp_path / "GP1.txt").write_text(labelled_interview("GP1", 0)[0])
    made = typed("init", "new")
    added = typed("add", "new", "GP1.txt")
    again = typed("init", "new")
    wrong = typed("add", "new")

    assert (made.returncode, added.returncode, again.returncode, wrong.returncode) == (0, 0, 1, 2)
    assert added.stdout.splitlines()[0] == "added GP1.txt: GP1; 27 lines, 24 of participants."
    assert added.stdout.splitlines()[2] == "  interviewer: Interviewer, by the label"
    assert (again.stdout, added.stderr) == ("", "")


def test_a_reader_that_has_seen_enough_is_no_fault(coded, tmp_path):
    command = f"{sys.executable} -m autocode export study plain >&- ; {sys.executable} -m autocode --help | true"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )

    assert "Traceback" not in done.stderr


def test_a_closed_pipe_ends_without_a_word(coded, run, monkeypatch):
    def closed(*_, **__):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(commands, "dumped", closed)
    result = run("agree", "study", "--json")

    assert (result.exit_code, result.stderr) == (1, "")


def test_what_the_system_refuses_is_a_sentence(coded, run, monkeypatch):
    def refused(*_, **__):
        raise OSError(5, "Input/output error", "study/x")

    monkeypatch.setattr(commands, "dumped", refused)
    result = run("agree", "study", "--json")

    assert (result.exit_code, result.stderr) == (
        1,
        "autocode: study/x: Input/output error; fix that and repeat the command.\n",
    )


def test_progress_is_drawn_on_a_terminal_s_stderr_only(study, run, monkeypatch):
    study("trained")
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: self.name == "<stderr>")
    shown = run("suggest", "study")
    quiet = run("-q", "suggest", "study")

    assert "suggesting" in shown.stderr
    assert "suggesting" not in shown.stdout
    assert quiet.stderr == ""
