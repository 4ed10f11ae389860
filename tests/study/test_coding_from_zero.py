"""A study coded from zero: it begins without codes, and coders make their own while they code."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from autocode.agreement import agreement_table
from autocode.cli import main
from autocode.codebook import Added, Code, Merged, Renamed
from autocode.coding import Coding
from autocode.errors import CodebookError, StudyError
from autocode.report import methods_paragraph
from autocode.study import (
    change_codebook,
    create_study,
    open_journal,
    open_review,
    read_study,
    study_faults,
    unrecorded_codebook,
    with_origin,
)


@pytest.fixture
def folder(tmp_path) -> Path:
    create_study(tmp_path, inductive=True)
    (tmp_path / "transcripts" / "Bea.txt").write_text("Interviewer: And?\nBea: It rings out.\nBea: There is no time.\n")
    return tmp_path


def close(folder: Path) -> None:
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('independent_coding = "open"', 'independent_coding = "closed"'))


def test_a_study_coded_from_zero_begins_without_codes_and_without_faults(folder):
    study = read_study(folder)

    assert (len(study.codebook), study.settings.codes, study.settings.is_inductive) == (0, "own", True)
    assert study_faults(folder) == ()


def test_a_study_whose_codes_come_from_its_codebook_is_not_without_codes(folder):
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('codes = "own"', 'codes = "codebook"'))

    [fault] = study_faults(folder)
    assert "contains no codes" in str(fault)


def test_own_codes_are_not_measured_before_they_are_grouped_and_every_command_says_why(folder):
    late = Code(id="MO/late", name="Late", owner="MO")
    line = read_study(folder).lines.participant_lines[0].id
    with open_journal(folder) as journal:
        journal.append(*unrecorded_codebook(journal, read_study(folder).codebook))
        journal.append(
            Added(before="1", after="2", by="MO", code=late), Coding(line=line, coder="MO", codes=frozenset({late.id}))
        )
    sentences = [
        CliRunner().invoke(main, [command, str(folder)]).output
        for command in ("agree", "validate", "train", "recheck", "prevalence", "saturation", "suggest")
    ]

    assert {sentence.partition("is coded with own codes")[1] for sentence in sentences} == {"is coded with own codes"}
    assert all(sentence.count("\n") == 1 for sentence in sentences)
    with pytest.raises(StudyError, match="no agreement to measure and nothing to learn from yet"):
        read_study(folder).with_common_codes()
    close(folder)
    with pytest.raises(StudyError, match="has only codes of one coder each, which cannot be compared; group them"):
        read_study(folder).with_common_codes()
    with open_journal(folder) as journal:
        new = Code(id="delay", name="Delay")
        journal.append(Merged(before="2", after="3", by="TW", codes=(late.id,), into="delay", new=new))
    assert list(read_study(folder).with_common_codes().codebook) == ["delay"]


def test_shared_codes_appear_for_all_at_once_and_say_nothing_about_lines_read_before(folder):
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('codes = "own"', 'codes = "shared"'))
    first, second = (line.id for line in read_study(folder).lines.participant_lines)
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        mo, jb = review.sessions["MO"], review.sessions["JB"]
        jb.settle(line=first)
        mo.settle(proposed=["Late"], line=first)
        jb.refresh()
        jb.settle(added=["late"], line=second)
        codings = {(coding.coder, coding.line): coding for coding in review.journal.codings()}

    assert codings["JB", first].applies("late") is None
    assert codings["JB", second].applies("late")
    assert codings["MO", first].applies("late")
    table = with_origin(agreement_table(read_study(folder).codings, review.study.lines, read_study(folder).codebook),
                        read_study(folder))  # fmt: skip
    assert "a code that one coder made appeared for all at once" in methods_paragraph(table)


def test_the_report_says_that_own_codes_were_grouped_with_knowledge_of_them(folder):
    first = next(iter(read_study(folder).lines.participant_lines)).id
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        for coder, session in review.sessions.items():
            session.settle(proposed=[f"Late ({coder})"], line=first)
    close(folder)
    change_codebook(
        folder,
        Merged(
            before="3", after="4", by="TW", why="one", codes=("MO/late-mo", "JB/late-jb"), into="delay",
            new=Code(id="delay", name="Delay"),
        ),
    )  # fmt: skip
    said = (
        "each coder made and gave own codes that the others did not see; TW grouped 2 own codes afterwards, with "
        "knowledge of the codes and of the lines that had them"
    )

    printed = CliRunner().invoke(main, ["agree", str(folder)]).output
    assert said in " ".join(printed.split())
    assert said in json.loads(CliRunner().invoke(main, ["agree", str(folder), "--json"]).output)["conventions"]["codes"]
    out = folder.parent / "report.md"
    assert CliRunner().invoke(main, ["report", str(folder), "-o", str(out), "--no-validation"]).exit_code == 0
    assert said in " ".join(out.read_text().split())


def test_a_name_that_a_coder_used_before_is_the_same_code_in_any_case(folder):
    lines = [line.id for line in read_study(folder).lines.participant_lines]
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        review.sessions["MO"].settle(proposed=["No  time"], line=lines[0])
        review.sessions["MO"].settle(proposed=["NO TIME"], line=lines[1])
        review.sessions["JB"].settle(proposed=["no time"], line=lines[0])

    study = read_study(folder)
    assert [(code.id, code.name, code.owner) for code in study.codebook.values()] == [
        ("MO/no-time", "No time", "MO"),
        ("JB/no-time", "no time", "JB"),
    ]
    assert [str(change) for change in study.codebook_changes] == ["MO added 'No time'", "JB added 'no time'"]
    assert study.codebook_changes[0].why == f"made while coding {lines[0]}"


def test_only_coders_make_codes_and_only_their_own_while_others_group_nothing(folder):
    settings = folder / "study.toml"
    text = settings.read_text().replace("coders = []", 'coders = ["MO", "JB"]')
    settings.write_text(text.replace("codebook_editors = []", 'codebook_editors = ["TW"]'))
    own = Added(before="1", after="2", by="MO", why="new", code=Code(id="MO/late", name="Late", owner="MO"))
    change_codebook(folder, own)
    refused = [
        replace(own, before="2", after="3", by="JB", code=Code(id="MO/more", name="More", owner="MO")),
        replace(own, before="2", after="3", by="TW", code=Code(id="more", name="More")),
        Merged(before="2", after="3", by="TW", why="one", codes=("MO/late",), into="x", new=Code(id="x", name="X")),
    ]

    for change in refused:
        with pytest.raises(CodebookError, match="coders still make and give own codes; when all have coded, write"):
            change_codebook(folder, change)
    change_codebook(folder, Renamed(before="2", after="3", by="MO", code="MO/late", name="Delay"))
    close(folder)
    with pytest.raises(CodebookError, match="own codes are made only while independent coding is open"):
        change_codebook(folder, replace(refused[0], before="3", after="4", by="TW"))
    assert read_study(folder).codebook["MO/late"].name == "Delay"


def test_a_code_outlives_the_undo_of_the_line_that_it_was_made_for_and_its_coder_retires_it(folder):
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        mo, jb = review.sessions["MO"], review.sessions["JB"]
        first, second = (line.id for line in mo.lines.participant_lines)
        mo.settle(proposed=["Calls"], line=first)
        jb.settle(proposed=["Phone"], line=first)
        mo.settle(proposed=["No tmie"], line=second)
        mo.undo()
    study = read_study(folder)
    assert [(coding.coder, coding.line) for coding in study.codings] == [("MO", first), ("JB", first)]
    assert list(study.codebook.visible_to("MO")) == ["MO/calls", "MO/no-tmie"]
    assert study.codings.by("MO").of(first)[0].unjudged == {"MO/no-tmie"}

    retire = ["codebook", "retire", str(folder), "MO/no-tmie", "--why", "misspelt", "--yes"]
    refused = CliRunner().invoke(main, [*retire, "--by", "JB"])
    assert (refused.exit_code, "coders still make and give own codes" in refused.output) == (1, True)
    assert CliRunner().invoke(main, [*retire, "--by", "MO"]).exit_code == 0
    study = read_study(folder)
    assert list(study.codebook.visible_to("MO")) == ["MO/calls"]
    assert not study.codings.by("MO").of(first)[0].unjudged
