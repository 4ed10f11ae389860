"""docs/study-files.md is what the readers of a study's files accept: every key, its default, and what is refused."""

import ast
import doctest
import re
from dataclasses import fields
from pathlib import Path

import pytest

from autocode.codebook import Code, read_codebook
from autocode.errors import AutocodeError
from autocode.study import (
    CODEBOOK,
    JOURNAL,
    MODEL,
    MODELS,
    PARTICIPANTS,
    SETTINGS,
    TRANSCRIPTS,
    VECTORS,
    Settings,
    create_study,
    read_settings,
)
from autocode.transcripts import read_participants

PAGE = Path(__file__).parents[2] / "docs" / "study-files.md"


def tables(heading: str) -> list[list[list[str]]]:
    """Return the tables under a heading, each as the cells of its rows, without the header."""
    section = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(heading)]
    found = [block.splitlines() for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
    return [[[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]] for rows in found]


def in_code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


(SETTINGS_ROWS,) = tables("study.toml")
(CODEBOOK_ROWS,) = tables("codebook.toml")
COLUMNS, REFUSED_TABLES = tables("participants.csv")


def refused(cell: str) -> tuple[str, str]:
    """Return the line that is refused and the message."""
    shown = re.fullmatch(r"`(.+?)`: (.+)", cell)
    assert shown, cell
    return shown[1], shown[2]


def faults_of(read, *given) -> list[str]:
    with pytest.raises(AutocodeError) as caught:
        read(*given)
    return [fault.what for fault in caught.value.faults]


def matches(shown: str, message: str) -> bool:
    return doctest.OutputChecker().check_output(f"{shown}\n", f"{message}\n", doctest.ELLIPSIS)


def known_keys(message: str) -> set[str]:
    return set(re.split(r", ", message.rstrip(".").rpartition(" are ")[2]))


# study.toml


def test_every_setting_is_on_the_page_and_no_other(tmp_path):
    (tmp_path / SETTINGS).write_text("colour = 1\n")
    (message,) = faults_of(read_settings, tmp_path)
    on_page = [in_code(row[0])[0] for row in SETTINGS_ROWS]

    assert set(on_page) == known_keys(message) == {setting.name for setting in fields(Settings)}
    assert len(on_page) == len(set(on_page))
    assert message.startswith("'colour' is not a setting")


@pytest.mark.parametrize("row", SETTINGS_ROWS, ids=lambda row: row[0])
def test_the_default_of_a_setting(row, tmp_path):
    (tmp_path / SETTINGS).write_text("")
    (key,) = in_code(row[0])
    value = getattr(read_settings(tmp_path), key)

    if key == "title":
        assert (row[2], value) == ("the folder's name", tmp_path.name)
    elif key == "interviewers":
        assert (row[2], value) == ("not set", None)
    else:
        assert ast.literal_eval(in_code(row[2])[0]) == (sorted(value) if isinstance(value, frozenset) else value)


@pytest.mark.parametrize("row", SETTINGS_ROWS, ids=lambda row: row[0])
def test_every_value_that_the_page_names_is_accepted_and_the_other_refused(row, tmp_path):
    (key,) = in_code(row[0])
    line, message = refused(row[4])
    for choice in in_code(row[1]):
        (tmp_path / SETTINGS).write_text(f"{key} = {choice}\n")
        assert getattr(read_settings(tmp_path), key) == ast.literal_eval(choice)
    (tmp_path / SETTINGS).write_text(f"{line}\n")

    assert line.startswith(f"{key} = ")
    assert [matches(message, what) for what in faults_of(read_settings, tmp_path)] == [True]


def test_every_choice_of_a_setting_is_on_the_page():
    for row in SETTINGS_ROWS:
        _, message = refused(row[4])
        choices = re.search(r"must be one of (.+), not ", message)

        assert not choices or [f'"{choice}"' for choice in choices[1].split(", ")] == in_code(row[1])


# codebook.toml


def written(line: str, key: str, place: str) -> str:
    """Return a codebook with one line in question."""
    if place == "top":
        return f'{line}\n[[codes]]\nname = "X"\n'
    if place == "themes":
        return f'[[themes]]\nname = "X"\n{line}\n'
    return f"[[{place}]]\n{line}\n" + ('name = "X"\n' if key != "name" else "")


@pytest.mark.parametrize(
    ("place", "header"),
    [("top", ""), ("themes", "[[themes]]"), ("subthemes", "[[subthemes]]"), ("codes", "[[codes]]")],
)
def test_every_key_of_a_codebook_is_on_the_page_and_no_other(place, header, tmp_path):
    path = tmp_path / CODEBOOK
    path.write_text(f"{header}\ncolour = 1\nname = 'X'\n" if header else "colour = 1\n[[codes]]\nname = 'X'\n")
    (message, *_) = faults_of(read_codebook, path)
    on_page = {key for row in CODEBOOK_ROWS if place in row[1].split(", ") for key in in_code(row[0])}

    assert on_page == known_keys(message)


def test_a_subtheme_under_a_theme_has_the_keys_of_a_theme_without_subthemes(tmp_path):
    path = tmp_path / CODEBOOK
    path.write_text('[[themes]]\nname = "T"\n[[themes.subthemes]]\nname = "X"\ncolour = 1\n')
    (message,) = faults_of(read_codebook, path)
    of_subthemes = {key for row in CODEBOOK_ROWS if "subthemes" in row[1].split(", ") for key in in_code(row[0])}

    assert known_keys(message) == of_subthemes - {"parent"}


@pytest.mark.parametrize("row", CODEBOOK_ROWS, ids=lambda row: f"{row[0]} in {row[1]}")
def test_what_is_refused_in_a_codebook(row, tmp_path):
    line, message = refused(row[5])
    key, place = in_code(row[0])[0], row[1].split(", ")[-1]
    path = tmp_path / CODEBOOK
    path.write_text(written(line, key, place))

    assert line.startswith(f"{key} = ")
    assert [matches(message, what) for what in faults_of(read_codebook, path)] == [True]


def test_the_defaults_of_a_code(tmp_path):
    path = tmp_path / CODEBOOK
    path.write_text('[[codes]]\nname = "Waiting for it"\n')
    book = read_codebook(path)
    (code,) = book.values()
    defaults = {in_code(row[0])[0]: row[3] for row in CODEBOOK_ROWS}

    assert code == Code(id="waiting-for-it", name="Waiting for it")
    assert defaults["id"] == "the name in lower case, with hyphens"
    assert (defaults["version"], book.version) == ('`"1"`', "1")
    for key in ("definition", "use_when", "not_when"):
        assert (defaults[key], getattr(code, key)) == ('`""`', "")
    assert (defaults["examples"], code.examples) == ("`[]`", ())
    assert (defaults["codable"], code.codable, defaults["parent"], code.parent) == ("`true`", True, "none", None)


def test_the_codebook_on_the_page_is_read(tmp_path):
    example, deeper = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path = tmp_path / CODEBOOK
    path.write_text(example)
    book = read_codebook(path)

    assert [(code.id, code.parent, code.codable) for code in book.values()] == [
        ("getting-there", None, False),
        ("waiting", "getting-there", True),
        ("something-else", None, True),
    ]
    assert book.version == "2"
    path.write_text(deeper)
    assert [(code.id, code.parent, code.codable) for code in read_codebook(path).values()] == [
        ("getting-there", None, True),
        ("on-foot", "getting-there", True),
        ("after-dark", "on-foot", True),
    ]


# participants.csv and the folder


def test_the_columns_of_participants():
    assert [in_code(row[0]) or row[0] for row in COLUMNS] == [["participant"], "any other"]


@pytest.mark.parametrize("row", REFUSED_TABLES, ids=lambda row: row[0])
def test_what_is_refused_in_participants(row, tmp_path):
    path = tmp_path / PARTICIPANTS
    path.write_text(in_code(row[0])[0].replace("\\n", "\n") + "\n")

    assert faults_of(read_participants, path) == [row[1]]


def test_the_files_of_the_folder(tmp_path):
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8").partition("## study.toml")[0], re.MULTILINE)
    create_study(tmp_path)

    assert rows == [
        SETTINGS, CODEBOOK, PARTICIPANTS, f"{TRANSCRIPTS}/", JOURNAL, f"{MODEL}/", f"{MODELS}/", VECTORS,
    ]  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == {SETTINGS, CODEBOOK, PARTICIPANTS, TRANSCRIPTS}
