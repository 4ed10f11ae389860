"""Corrections as a user types them: the refusal names the remedy, the plan comes first, and the study goes on."""

import json
import shutil

import pytest

import autocode as ac

SIGNED = ("--by", "TW", "--why", "as on the recording")
FORM = "The 5 form took the whole morning and then the telephone queue began."


@pytest.fixture
def corrected(coded, tmp_path):
    """Write a corrected copy of an interview of the study, and return its name."""

    def made(*changes: tuple[str, str], name: str = "GP2") -> str:
        text = (coded / "transcripts" / f"{name}.txt").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / f"{name}.txt").write_text(text)
        return f"{name}.txt"

    return made


@pytest.fixture
def line(coded):
    """The id and the words of the third line of GP2."""
    lines = ac.read_study(coded).lines.interview("GP2").lines
    return lines[2].id, lines[2].text


def test_a_typo_that_was_corrected_in_the_study_is_amended_by_the_command_that_the_refusal_names(coded, run, line):
    before = json.loads(run("agree", "study", "--json").stdout)
    file = coded / "transcripts" / "GP2.txt"
    file.write_text(file.read_text().replace(line[1], line[1].replace("rain", "reign").replace("the", "teh"), 1))
    refusal = run("agree", "study")
    assert refusal.exit_code == 1
    assert "record the correction with: autocode amend study --by YOU --why REASON" in refusal.stderr

    result = run("amend", "study", *SIGNED)

    assert result.exit_code == 0, result.output
    assert "GP2: 27 lines, 26 unchanged, 1 changed a little, 0 new.\n" in result.stdout
    assert result.stdout.endswith("study: amended.\n")
    assert json.loads(run("agree", "study", "--json").stdout) == before
    assert run("check", "study").stdout.endswith("288 judgements by 2 coders.\n")


def test_a_corrected_file_takes_the_place_of_the_old_one_and_the_plan_shows_the_words(coded, run, corrected, line):
    name = corrected((line[1], line[1].replace("the", "teh", 1)))
    result = run("amend", "study", name, *SIGNED)

    assert result.exit_code == 0
    assert "  keep their codings:\n    GP2:3 '" in result.stdout
    assert " -> '" in result.stdout
    assert "files to be replaced: transcripts/GP2.txt.\n" in result.stdout
    assert (coded / "transcripts" / "GP2.txt").read_text() == (coded.parent / name).read_text()


def test_add_with_force_names_the_file_to_amend_with(coded, run, corrected, line):
    name = corrected((line[1], line[1].replace("the", "teh", 1)))
    refusal = run("add", "study", name, "--force")
    assert "autocode amend study GP2.txt --by YOU --why REASON" in refusal.stderr

    assert run("amend", "study", name, *SIGNED).exit_code == 0


@pytest.mark.parametrize(("answer", "made"), [("y\n", True), ("n\n", False), ("", False)])
def test_a_person_is_asked_before_judgements_are_set_aside(coded, run, corrected, line, digest, answer, made):
    name = corrected((line[1], "Something else entirely, of which nobody spoke before."))
    before = digest(coded)
    result = run("amend", "study", name, *SIGNED, keys=answer)

    assert f"    {line[0]} -> {line[0]}.1 (" in result.stdout
    assert (
        "  set aside until the earlier text or rule comes back: 2 judgements of 1 line by coder_a and coder_b.\n"
        in result.stdout
    )
    assert "Set these judgements aside and amend?" in result.stderr
    assert result.exit_code == (0 if made else 1)
    assert (digest(coded) != before) is made
    if made:
        assert "286 judgements by 2 coders, 2 set aside by amendments." in run("check", "study").stdout
    else:
        assert result.stderr.endswith("autocode: study: nothing was changed; amend it with --yes, or with --keep LINE "
                                      "for lines that stay.\n")  # fmt: skip


def test_a_dry_run_prints_the_plan_and_changes_nothing(coded, run, corrected, line, digest):
    name = corrected((line[1], "Something else entirely, of which nobody spoke before."))
    before = digest(coded)
    result = run("amend", "study", name, *SIGNED, "--dry-run")

    assert result.exit_code == 0
    assert "to be read again:" in result.stdout
    assert digest(coded) == before


def test_the_agreement_on_other_lines_and_all_other_commands_go_on_as_before(coded, run, corrected, line, tmp_path):
    others = [other for other in ac.read_study(coded).codings.lines if other != line[0]]
    before = ac.krippendorff_alpha(ac.ReliabilityData.for_sets(ac.read_study(coded).codings.on(others)), seed=1)
    name = corrected((line[1], f"Something else entirely, of which nobody spoke before.\nGP2: {FORM}"))
    assert run("amend", "study", name, *SIGNED, "--yes").exit_code == 0
    study = ac.read_study(coded)

    assert ac.krippendorff_alpha(ac.ReliabilityData.for_sets(study.codings), seed=1) == before
    assert [one.id for one in study.codings.uncoded(study.lines.participant_lines) if one.transcript == "GP2"] == [
        f"{line[0]}.1", f"{line[0]}.2"
    ]  # fmt: skip
    for typed in (("train", "study"), ("suggest", "study"), ("recheck", "study"), ("export", "study", "plain"),
                  ("report", "study", "-o", "report.md", "--no-validation")):  # fmt: skip
        result = run("-q", *typed)
        assert result.exit_code == 0, result.output
    suggested = ac.read_study(coded).batch
    assert f"{line[0]}.1" in {
        *(one.line for one in suggested.suggestions),
        *(one.line for one in suggested.abstentions),
    }
    assert "1, of GP2; 2 judgements of 1 line set aside" in (tmp_path / "report.md").read_text()
    assert f"{line[0]}.1" in (tmp_path / "plain" / "lines.csv").read_text()


def test_an_exported_corpus_of_an_amended_study_is_read_back_as_it_is(coded, run, corrected, line):
    run("amend", "study", corrected((line[1], f"{line[1]}\n{FORM}")), *SIGNED, "--yes")
    assert run("export", "study", "plain").exit_code == 0
    study, corpus = ac.read_study(coded), ac.read_corpus("plain")

    assert [(one.id, one.text) for one in corpus.lines] == [(one.id, one.text) for one in study.lines]
    assert set(corpus.codings.lines) == set(study.codings.lines)
    assert f"{line[0]}.1" in corpus.lines


@pytest.fixture
def paragraphs(run, tmp_path):
    """A study of four interviews, typed in, in which one of two paragraphs has two sentences; all are coded."""
    assert run("init", "study").exit_code == 0
    names = [f"P{number}" for number in range(1, 5)]
    for name in names:
        (tmp_path / f"{name}.txt").write_text(
            f"Interviewer: How is it?\n{name}: The phone rings out. Nobody calls back.\nI wrote a letter to them.\n"
        )
    rows = [f"{name}:{order},MO,an-example-subtheme" for name in names for order in (2, 3)]
    (tmp_path / "MO.csv").write_text("\n".join(["line_id,coder,code", *rows]) + "\n")
    assert run("add", "study", *(f"{name}.txt" for name in names), "MO.csv").exit_code == 0
    return tmp_path / "study"


def test_another_unit_is_planned_first_and_can_be_taken_back(paragraphs, run, digest):
    before, files = ac.read_study(paragraphs).codings, digest(paragraphs)
    planned = run("amend", "study", "--unit", "sentence", *SIGNED, keys="n\n")
    assert planned.exit_code == 1
    assert "P1: 4 lines, 2 unchanged, 0 changed a little, 2 new.\n" in planned.stdout
    assert "    P1:2 -> P1:2.1 and P1:2.2 (cut otherwise)\n" in planned.stdout
    assert "set aside in all 4 interviews: 4 judgements of 4 lines by MO.\n" in planned.stdout
    assert "files to be replaced: study.toml.\n" in planned.stdout
    assert digest(paragraphs) == files

    assert run("amend", "study", "--unit", "sentence", *SIGNED, "--yes").exit_code == 0
    assert sorted(ac.read_study(paragraphs).codings.lines) == ["P1:3", "P2:3", "P3:3", "P4:3"]
    back = run("amend", "study", "--unit", "paragraph", *SIGNED)  # nothing is set aside, so nobody is asked
    assert "  back in force: 1 judgement of 1 line by MO.\n" in back.stdout
    assert ac.read_study(paragraphs).codings == before


def test_a_rule_that_was_changed_by_hand_in_study_toml_is_refused_until_it_is_amended(paragraphs, run):
    settings = paragraphs / "study.toml"
    settings.write_text(settings.read_text().replace('unit = "paragraph"', 'unit = "sentence"'))
    refusal = run("check", "study")
    assert refusal.exit_code == 1
    assert refusal.stdout.count("autocode amend study --by YOU --why REASON") == 4

    assert run("amend", "study", *SIGNED, "--yes").exit_code == 0
    assert run("check", "study").stdout.endswith("4 judgements by 1 coder, 4 set aside by amendments.\n")


def test_a_speaker_taken_for_the_interviewer_is_named(coded, run):
    before = ac.read_study(coded).codings
    wrong = run("amend", "study", "--interviewer", "GP2", *SIGNED, "--yes")
    assert "(another role of the speaker)" in wrong.stdout
    assert {coding.line.partition(":")[0] for coding in ac.read_study(coded).codings} == {
        "GP1",
        "GP3",
        "PM1",
        "PM2",
        "PM3",
    }
    settings = coded / "study.toml"
    settings.write_text(settings.read_text().replace(', "GP2"', ""))
    right = run("amend", "study", *SIGNED)

    assert right.exit_code == 0
    assert ac.read_study(coded).codings == before


def test_a_line_that_a_person_knows_to_be_the_same_keeps_its_codings(coded, run, corrected, line):
    name = corrected((line[1], "Something else entirely, of which nobody spoke before."))
    result = run("amend", "study", name, *SIGNED, "--keep", line[0])

    assert result.exit_code == 0
    assert len(ac.read_study(coded).codings) == 288


def test_who_and_why_must_be_said(coded, run):
    assert "Missing option '--by'" in run("amend", "study").stderr
    assert "Missing option '--why'" in run("amend", "study", "--by", "TW").stderr
    assert "named like a machine" in run("amend", "study", "--by", "GPT-4", "--why", "x").stderr
    both = run("amend", "study", *SIGNED, "--interviewer", "A", "--no-interviewer")
    assert "--interviewer and --no-interviewer contradict each other" in both.stderr


def test_a_file_of_no_interview_is_refused(coded, run, digest, tmp_path):
    before = digest(coded)
    (tmp_path / "GP22.txt").write_text("Interviewer: So?\nGP22: So.\n")
    result = run("amend", "study", "GP22.txt", *SIGNED)

    assert result.exit_code == 1
    assert result.stderr == (
        "autocode: GP22.txt: is no correction of an interview of the study, which has GP1, GP2, GP3, GP4, PM1, PM2 and "
        "PM3; name the file as the interview, or say which it is with --interview NAME.\n"
    )
    assert digest(coded) == before


def test_the_text_that_was_coded_can_be_named_where_the_journal_does_not_know_its_lines(study, run, tmp_path):
    """In this study nobody recorded more of the texts than their digests."""
    folder = study("coded")
    lines = ac.read_study(folder).lines
    with ac.Journal.open(folder / "study.sqlite") as journal:
        codings = list(journal.codings())
    for name in ("study.sqlite", "study.head"):
        (folder / name).unlink(missing_ok=True)
    settings = folder / "study.toml"
    settings.write_text("".join(line for line in settings.read_text().splitlines(True) if "journal" not in line))
    with ac.Journal.open(folder / "study.sqlite") as journal:
        journal.append(ac.Codings(codings, digests={one.id: one.digest for one in lines.interviews}))
    file = folder / "transcripts" / "GP2.txt"
    shutil.copy(file, tmp_path / "GP2-backup.txt")
    file.write_text(file.read_text().replace(" the ", " teh ", 1))
    assert "Name a copy of that text with --was FILE" in run("amend", "study", *SIGNED).stderr

    result = run("amend", "study", *SIGNED, "--was", "GP2-backup.txt")

    assert result.exit_code == 0
    assert len(ac.read_study(folder).codings) == 288
