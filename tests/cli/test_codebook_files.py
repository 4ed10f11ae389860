"""`autocode codebook diff`, `export` and `import`."""

import json

import docx
import pytest

from autocode.codebook import read_codebook, read_qdc

BY = ("--by", "TW", "--why", "as the team agreed", "--yes")
NVIVO = """<?xml version="1.0"?>
<CodeBook xmlns="urn:QDA-XML:codebook:1:0" origin="NVivo 12 For Mac"><Codes>
<Code guid="00000000-0000-0000-0000-000000000001" name="Costs" isCodable="false">
<Code guid="00000000-0000-0000-0000-000000000002" name="Records apart" isCodable="true" color="#cc3311"/>
</Code></Codes></CodeBook>
"""


@pytest.fixture
def changed(run, coded):
    """The coded study after three changes of its codebook."""
    for words in (
        ("rename", coded, "people", "No people"),
        ("split", coded, "forms", "--part", "Forms", "--part", "Queues"),
        ("retire", coded, "records"),
    ):
        result = run("codebook", *words, *BY)
        assert result.exit_code == 0, result.output
    return coded


def test_two_versions_are_compared_with_who_decided_and_readings(run, changed):
    shown = run("codebook", "diff", changed, "1", "4").stdout
    found = json.loads(run("codebook", "diff", changed, "1", "4", "--json").stdout)

    assert shown.startswith("Codebook, version 1 to 4: 3 changes, decided by TW.\n\nSplit into\n")
    assert "  Forms and queues, into Forms and Queues\n    TW, 20" in shown
    assert ": as the team agreed. 43 readings had the code (" in shown
    assert [entry["kind"] for entry in found["differences"]] == ["split into", "retired", "renamed"]
    assert run("codebook", "diff", changed, "4", "4").stdout == "Codebook, version 4 to 4: no change.\n"


def test_the_difference_is_written_as_a_word_document_once(run, changed, tmp_path):
    out = tmp_path / "diff.docx"
    result = run("codebook", "diff", changed, "1", "4", "--out", out)
    again = run("codebook", "diff", changed, "1", "4", "--out", out)

    assert result.stdout == f"{out}: version 1 to 4, 3 changes, decided by TW.\n"
    assert "No people" in " ".join(paragraph.text for paragraph in docx.Document(out).paragraphs)
    assert (again.exit_code, "replace it with --force" in again.stderr) == (1, True)
    assert run("codebook", "diff", changed, "1", "4", "--out", out, "--json").exit_code == 2


def test_versions_that_there_are_not_are_refused(run, changed):
    never, wrong = run("codebook", "diff", changed, "1", "9"), run("codebook", "diff", changed, "4", "1")

    assert never.stderr == "autocode: the codebook never had a version '9'; it has 1, 2, 3 and 4.\n"
    assert wrong.stderr == "autocode: version '4' came after '1'; name the earlier version first.\n"


@pytest.mark.parametrize("name", ["book.qdc", "book.toml", "book.csv"])
def test_a_version_is_exported(run, changed, tmp_path, name):
    now, before = tmp_path / name, tmp_path / f"before-{name}"

    assert run("codebook", "export", changed, now).stdout == f"{now}: version 4, 4 codes.\n"
    assert run("codebook", "export", changed, before, "--version", "1").stdout == f"{before}: version 1, 4 codes.\n"
    assert {code.name for code in read_codebook(now).values()} == {
        "Accessing services", "No people", "Forms", "Queues"
    }  # fmt: skip
    assert "Forms and queues" in {code.name for code in read_codebook(before).values()}


def test_codes_that_ended_are_exported_if_that_is_asked_for(run, changed, tmp_path):
    run("codebook", "export", changed, tmp_path / "all.qdc", "--all")
    table = run("codebook", "export", changed, tmp_path / "all.csv", "--all")
    book = read_codebook(tmp_path / "all.qdc")

    assert [book.path(code) for code in book][-2:] == ["Retired / Forms and queues", "Retired / Records apart"]
    assert table.exit_code == 2
    assert "a .csv has no place for codes that ended" in table.stderr
    assert not (tmp_path / "all.csv").exists()


def test_an_exported_codebook_comes_into_a_new_study_and_leaves_it_the_same(run, changed, tmp_path):
    new, first, second = tmp_path / "new", tmp_path / "first.qdc", tmp_path / "second.qdc"
    run("init", new)
    (new / "transcripts" / "Bea.txt").write_text("Mara: And?\nBea: It rings out.\n")
    run("codebook", "export", changed, first)
    result = run("codebook", "import", new, first, *BY)
    run("codebook", "export", new, second)
    again = run("codebook", "import", new, first, *BY)

    assert result.exit_code == 0, result.output
    assert second.read_bytes() == first.read_bytes()
    assert result.stderr == "The example codes of a new study are retired.\n"
    assert again.stdout == f"{first}: 4 codes, all of them in the codebook already; nothing was changed.\n"


def test_codes_of_another_program_are_added_with_the_plan_first(run, coded, tmp_path, digest):
    file = tmp_path / "nvivo.qdc"
    file.write_text(NVIVO)
    before = digest(coded)
    planned = run("codebook", "import", coded, file, *BY[:4], "--dry-run")
    assert digest(coded) == before

    result = run("codebook", "import", coded, file, *BY)
    named = run("codebook", "rename", coded, "records  APART", "Records", *BY)
    run("codebook", "export", coded, tmp_path / "back.qdc")

    assert "TW added 'Costs'" in planned.stdout
    assert planned.stdout in result.stdout
    assert planned.stderr == "Left out, as a codebook here has no place for them: the colours of 1 code.\n"
    assert named.stderr.splitlines()[-1] == (
        "autocode: 'records  APART' is what several codes are called; write 'Accessing services / Records apart' or "
        "'Costs / Records apart'."
    )
    assert "00000000-0000-0000-0000-000000000002" in read_qdc(tmp_path / "back.qdc").guids.values()


def test_a_code_becomes_a_coded_theme_only_if_that_is_said(run, coded):
    refused = run("codebook", "move", coded, "people", "--under", "forms", *BY)
    moved = run("codebook", "move", coded, "people", "--under", "forms", "--coded-theme", *BY)
    added = run("codebook", "add", coded, "Queues", "--under", "records", "--coded-theme", *BY)
    book = read_codebook(coded / "codebook.toml")

    assert "'forms' is a code that lines are given, not a theme" in refused.stderr
    assert (moved.exit_code, added.exit_code) == (0, 0)
    assert [book["people"].parent, book.find("Queues").parent] == ["forms", "records"]
    assert book["forms"].codable


def test_a_file_that_is_no_codebook_is_refused(run, coded, tmp_path):
    (tmp_path / "book.qdc").write_text("<Project/>")
    result = run("codebook", "import", coded, tmp_path / "book.qdc", *BY)

    assert result.stderr == (
        f"autocode: {tmp_path / 'book.qdc'}: is not a codebook of REFI-QDA: it begins with <Project>, not with "
        "<CodeBook>.\n"
    )
