"""A codebook.toml that was edited by hand: what differs is said, and nothing runs until it is recorded or put back."""

from collections import Counter

import pytest

from autocode.codebook import read_codebook
from autocode.journal import Journal, Kind
from autocode.study import read_study

TABLE = "[[themes.subthemes]]\n"
BY = ("--by", "TW", "--why", "as the team agreed")


@pytest.fixture
def edited(coded, run):
    """Replace words in the codebook of the coded study."""
    run("check", coded)

    def edit(*pairs):
        path = coded / "codebook.toml"
        text = path.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        return coded

    return edit


def without(text: str, code: str) -> str:
    """Return a codebook without the table of a code."""
    start = text.index(f'[[themes.subthemes]]\nid = "{code}"')
    end = text.find("[[", start + 2)
    return text[:start] + (text[end:] if end > 0 else "")


def readings(study):
    """Return how many readings give each code."""
    return Counter(code for coding in read_study(study).codings for code in coding.codes)


def kinds(study):
    with Journal.open(study / "study.sqlite") as journal:
        return [type(entry.record).__name__ for entry in journal.history(kinds=(Kind.CODEBOOK,))]


def test_before_anybody_has_coded_the_file_alone_decides(run, study):
    fresh = study("fresh")
    path = fresh / "codebook.toml"
    path.write_text(path.read_text().replace('id = "forms"', 'id = "paper"').replace("Records apart", "Other records"))

    assert run("check", fresh).exit_code == 0
    assert "Other records" in run("codebook", fresh).stdout
    assert run("codebook", "rename", fresh, "paper", "Paper", "--by", "TW", "--yes").exit_code == 0
    assert read_codebook(path)["paper"].name == "Paper"


def test_a_code_that_is_gone_is_asked_about_with_the_readings_that_hold_it(edited, run):
    study = edited(('id = "records"', 'id = "computers"'), ("Records apart", "Computers apart"))
    said = run("check", study).stdout

    assert (
        "codebook.toml: 'computers' is new and 'records' is gone, 43 readings hold it: was it renamed (autocode "
        f"codebook rename {study} records NAME --by YOU --why REASON), merged (autocode codebook merge {study} records "
        f"--into OTHER --by YOU --why REASON) or retired (autocode codebook retire {study} records --by YOU --why "
        "REASON)?"
    ) in said
    assert f"autocode codebook restore {study} (the edited file is kept beside it)" in said


@pytest.mark.parametrize("command", ["agree", "codebook", "train", "export"])
def test_nothing_runs_until_it_is_said_or_put_back(edited, run, command):
    study = edited(("Records apart", "Computers apart"))
    result = run(command, study, *(["out"] if command == "export" else []))

    assert result.exit_code == 1
    assert "'records' is named 'Computers apart', on record 'Records apart'." in result.stderr
    assert "differs from version '1' of the codebook, which is on record, so nothing runs." in result.stderr
    assert f"autocode codebook adopt {study} --by YOU --why REASON" in result.stderr


def test_to_say_that_a_code_was_renamed_gives_it_its_id_back(edited, run):
    study = edited(('id = "records"', 'id = "computers"'), ("Records apart", "Computers apart"))
    assert run("codebook", "rename", study, "records", "Computers apart", *BY, "--yes").exit_code == 0

    assert run("check", study).exit_code == 0
    codebook = read_codebook(study / "codebook.toml")
    assert (codebook["records"].name, "computers" in codebook) == ("Computers apart", False)
    assert readings(study)["records"] == 43


@pytest.mark.parametrize("words", [("merge", "records", "--into", "forms"), ("retire", "records")])
def test_to_say_that_a_code_was_merged_or_retired_settles_its_absence(edited, run, words):
    study = edited()
    before = readings(study)
    path = study / "codebook.toml"
    path.write_text(without(path.read_text(), "records"))
    command, *more = words
    assert run("codebook", command, study, *more, *BY, "--yes").exit_code == 0

    assert run("check", study).exit_code == 0
    assert list(read_study(study).codebook) == ["access", "forms", "people"]
    now = readings(study)
    assert now["forms"] == before["forms"] + (before["records"] if command == "merge" else 0)


def test_what_is_not_said_yet_stays_in_the_file(edited, run):
    study = edited(("Paper, forms,", "Only paper, forms,"))
    path = study / "codebook.toml"
    path.write_text(without(path.read_text(), "records"))
    assert run("codebook", "retire", study, "records", *BY, "--yes").exit_code == 0

    said = run("check", study).stdout
    assert "'forms' has another definition than on record." in said
    assert "Only paper" in path.read_text()
    assert run("codebook", "adopt", study, *BY, "--yes").exit_code == 0
    assert run("check", study).exit_code == 0
    assert kinds(study) == ["CodebookSeen", "Retired", "Redefined"]


def test_edits_that_say_themselves_are_adopted(edited, run):
    study = edited(
        ("Records apart", "Computers apart"),
        ("Posts that are empty,", "Only posts that are empty,"),
        (
            '[[themes.subthemes]]\nid = "people"',
            '[[themes]]\nid = "means"\nname = "Means"\n\n[[themes.subthemes]]\nid = "people"',
        ),
    )
    planned = run("codebook", "adopt", study, *BY, "--dry-run").stdout
    assert "TW added 'Means' (version 1 to 2)." in planned
    assert "TW clarified 'Too few people' (version 4 to 5)." in planned
    assert run("codebook", "adopt", study, *BY, "--yes").exit_code == 0

    codebook = read_codebook(study / "codebook.toml")
    assert (codebook.version, codebook["people"].parent, codebook["records"].name) == ("5", "means", "Computers apart")
    assert run("check", study).exit_code == 0


def test_a_code_that_is_gone_is_not_adopted(edited, run, digest):
    study = edited(('id = "records"', 'id = "computers"'), ("Records apart", "Computers apart"))
    before = digest(study)
    result = run("codebook", "adopt", study, *BY, "--yes")

    assert result.exit_code == 1
    assert "'records' is gone, 43 readings hold it" in result.stderr
    assert digest(study) == before


def test_an_id_that_was_changed_by_hand_is_put_back(edited, run):
    study = edited(('id = "records"', 'id = "computers"'))
    said = run("check", study).stdout
    assert "the code 'Records apart' has the id 'computers', on record 'records'; ids never change." in said
    result = run("codebook", "adopt", study, *BY, "--yes")
    assert result.exit_code == 1
    assert "has nothing to record" in result.stderr

    assert run("codebook", "restore", study).exit_code == 0
    assert run("check", study).exit_code == 0


def test_the_record_is_put_back_and_the_edited_file_kept(edited, run):
    study = edited(("Records apart", "Computers apart"))
    edited_text = (study / "codebook.toml").read_text()
    result = run("codebook", "restore", study)

    assert (
        result.stdout
        == f"{study}: codebook.toml is as it is on record again; what was edited is in codebook.edited.toml.\n"
    )
    assert (study / "codebook.edited.toml").read_text() == edited_text
    assert read_codebook(study / "codebook.toml")["records"].name == "Records apart"
    assert kinds(study) == ["CodebookSeen"]
    assert run("codebook", "restore", study).stdout == f"{study}: codebook.toml is as it is on record.\n"


def test_a_code_that_became_a_theme_is_put_back(edited, run):
    study = edited()
    path = study / "codebook.toml"
    path.write_text(without(path.read_text(), "records") + '\n[[themes]]\nid = "records"\nname = "Records apart"\n')
    said = run("check", study).stdout

    assert "'records' became a theme, 43 readings hold it; no command does that, so put it back." in said
    assert run("codebook", "adopt", study, *BY, "--yes").exit_code == 1


def test_a_circle_of_parents_in_the_file_is_refused_with_its_line(edited, run):
    study = edited()
    path = study / "codebook.toml"
    path.write_text(
        'version = "1"\n[[codes]]\nid = "a"\nname = "A"\nparent = "b"\ncodable = false\n'
        '[[codes]]\nid = "b"\nname = "B"\nparent = "a"\ncodable = false\n'
    )
    said = run("codebook", "rename", study, "forms", "Paper", *BY, "--yes")

    assert said.exit_code == 1
    assert "break the circle of parents" in said.stderr
    assert kinds(study) == ["CodebookSeen"]


def test_additions_can_be_adopted_into_a_file_in_another_order(edited, run):
    study = edited((f'{TABLE}id = "records"', f'{TABLE}id = "new"\nname = "New"\n\n{TABLE}id = "records"'))
    assert run("codebook", "adopt", study, *BY, "--yes").exit_code == 0

    assert run("check", study).exit_code == 0
    assert list(read_codebook(study / "codebook.toml")) == ["access", "forms", "records", "people", "new"]
