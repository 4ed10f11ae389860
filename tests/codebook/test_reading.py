"""Codebooks from TOML and CSV, and back."""

from pathlib import Path

import pytest
from hypothesis import given

from any_codebook import codebooks
from autocode.codebook import Code, Codebook, CodeId, csv_of, read_codebook, write_codebook
from autocode.errors import CodebookError

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers" / "codebook.toml"


@pytest.fixture
def toml(tmp_path):
    def toml(text, name="codebook.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return toml


def faults(path):
    with pytest.raises(CodebookError) as error:
        read_codebook(path)
    return [str(fault).removeprefix(f"{path}:") for fault in error.value.faults]


def test_the_sample_codebook_has_three_themes_and_nine_subthemes():
    codebook = read_codebook(SAMPLE)

    assert [len(codebook.themes), len(codebook.subthemes)] == [3, 9]
    assert codebook.theme_of(CodeId("inefficient-mdt")).name == "Interprofessional relationships"
    assert all(code.definition and code.use_when and code.not_when and code.examples for code in codebook.subthemes)


def test_ids_may_be_left_out_and_parents_given_by_name(toml):
    path = toml(
        """
        version = 2
        [[themes]]
        name = "Access & money"
        [[themes.subthemes]]
        name = "Waiting"
        definition = "Long waits."
        [[themes]]
        name = "Alone"
        [[subthemes]]
        name = "Forms"
        parent = "access & MONEY"
        examples = ["Eleven pages."]
        [[subthemes]]
        name = "Loose"
        [[codes]]
        name = "???"
        codable = false
        """
    )

    codebook = read_codebook(path)

    assert codebook.version == "2"
    assert list(codebook.values()) == [
        Code(id=CodeId("access-money"), name="Access & money", codable=False),
        Code(id=CodeId("waiting"), name="Waiting", parent=CodeId("access-money"), definition="Long waits."),
        Code(id=CodeId("alone"), name="Alone", codable=False),
        Code(id=CodeId("forms"), name="Forms", parent=CodeId("access-money"), examples=("Eleven pages.",)),
        Code(id=CodeId("loose"), name="Loose"),
        Code(id=CodeId("???"), name="???", codable=False),
    ]


def test_every_fault_of_a_file_has_its_line(toml):
    path = toml(
        '''versoin = "1"
version = 1.5

[[themes]]
name = "A"
definition = """
[[themes]]
name = "not a table"
say = "\\"""
it \\\\"""
colour = "red"

[[themes.subthemes]]
name = "B"
examples = "one"

[[themes.subthemes]]
definition = \'\'\'
name = "no"
\'\'\'

[[themes]]
name = "C" # [[themes]]

[[themes.subthemes]]
name = "b"
id = 7

[[subthemes]]
name = "D"
parent = "nowhere"
"use_when" = ["x"]

[[codes]]
name = ["E"]

[[codes]]
name = "F"
id = "f"
codable = "yes"
parent = "g"

[[codes]]
name = "G"
id = "g"
parent = "f"
'''
    )

    assert faults(path) == [
        "1: the key 'versoin' is unknown; the keys of a codebook are version, themes, subthemes, codes.",
        '2: version must be a text, such as "1"; found 1.5.',
        "11: the key 'colour' is unknown here; the keys of [[themes]] are id, name, definition, use_when, not_when, "
        "examples, subthemes.",
        '15: examples must be a list of texts, as in ["...", "..."]; found \'one\'.',
        "17: this [[themes.subthemes]] has no name; give it one.",
        "27: id must be a text in quotation marks; found 7.",
        "32: use_when must be a text in quotation marks; found ['x'].",
        "35: name must be a text in quotation marks; found ['E'].",
        "40: codable must be true or false; found 'yes'.",
        "31: the parent 'nowhere' of 'D' does not exist; add it or correct the name.",
        "41: 'F' is its own ancestor; break the circle of parents.",
        "46: 'G' is its own ancestor; break the circle of parents.",
    ]


def test_tables_written_in_one_line_have_its_line(toml):
    path = toml('version = "1"\nthemes = [{name = "A"}, {name = "A", id = "other"}]\n')

    assert faults(path) == ["2: two codes have the name 'A'; rename one of them."]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", " is empty; write the codes into it, the first under [[themes]]."),
        ("# nothing\n", " contains no codes; add a [[themes]] with its [[themes.subthemes]]."),
        ('[[themes]]\nname = "A\n', "2: is not TOML: illegal character '\\n'; correct the line."),
        ('a = "A"\n\nb = [1,\n', "3: is not TOML: "),
        ('[[themes]]\nname = "A"\nname = "B"\n', "3: is not TOML: cannot overwrite a value; correct the line."),
        ("themes = 1\n", "1: themes must be tables; begin each with [[themes]]."),
        (
            '[[themes]]\nname = "A"\nsubthemes = ["B"]\n',
            "3: subthemes must be tables; begin each with [[themes.subthemes]].",
        ),
        (b'[[themes]]\nname = "caf\xe9"\n', "2: is not a text in UTF-8; save it as UTF-8."),
    ],
)
def test_what_is_no_codebook_is_refused(toml, text, fault):
    (found,) = faults(toml(text))

    assert found.startswith(fault)


def test_a_missing_file_and_another_suffix_are_refused(tmp_path, toml):
    assert faults(tmp_path / "gone.toml") == [
        " cannot be read (No such file or directory); check that it exists and that you may open it."
    ]
    assert faults(toml("x", "codebook.yaml")) == [
        " has the unknown suffix '.yaml'; a codebook is a .toml, a .csv or a .qdc."
    ]


def test_a_table_of_codes_makes_parents_themes(toml):
    path = toml(
        "code;parent;definition;name;examples\n"
        'a;;"Of; a";Access;\n\nb;access;;;"One.\n Two. "\nc;;;;"[""x"", ""y""]"\nd;;;;[laughs]\ne;;;;[1]\n',
        "codebook.csv",
    )

    codebook = read_codebook(path)

    assert list(codebook.values()) == [
        Code(id=CodeId("a"), name="Access", codable=False, definition="Of; a"),
        Code(id=CodeId("b"), name="b", parent=CodeId("a"), examples=("One.", "Two.")),
        Code(id=CodeId("c"), name="c", examples=("x", "y")),
        Code(id=CodeId("d"), name="d", examples=("[laughs]",)),
        Code(id=CodeId("e"), name="e", examples=("[1]",)),
    ]


def test_every_fault_of_a_table_of_codes_has_its_line(toml):
    header = toml("code,parent,colour\na,,red\n", "header.csv")
    rows = toml("code,parent,definition,codable\na,,,maybe\na,x,,\nb,\n", "rows.csv")
    open_quote = toml('code,parent,definition\n"a', "quote.csv")

    assert faults(header) == [
        "1: has no column 'definition'; a codebook has code, parent, definition, and may have name, use_when, "
        "not_when, examples, codable, version, owner.",
        "1: has the unknown column 'colour'; the columns of a codebook are code, parent, definition, name, use_when, "
        "not_when, examples, codable, version, owner.",
    ]
    assert faults(rows) == [
        "2: codable must be yes or no; found 'maybe'.",
        "4: expected 4 cells, found 2; fill or remove cells.",
        "3: two codes have the id 'a'; rename one of them.",
        "3: the parent 'x' of 'a' does not exist; add it or correct the name.",
    ]
    assert faults(toml(",,\n", "blank.csv")) == [" is empty; it needs a header with code, parent, definition."]
    assert faults(open_quote) == [" is not a table in CSV (unexpected end of data); save it again as CSV."]


@given(codebook=codebooks())
def test_any_codebook_reads_back_equal_from_toml(tmp_path_factory, codebook):
    path = tmp_path_factory.mktemp("any") / "codebook.toml"

    write_codebook(codebook, path)

    assert read_codebook(path).digest == codebook.digest
    assert read_codebook(path).version == codebook.version


@given(codebook=codebooks())
def test_any_codebook_reads_back_equal_from_csv(tmp_path_factory, codebook):
    path = tmp_path_factory.mktemp("any") / "codebook.csv"

    path.write_text(csv_of(codebook), encoding="utf-8", newline="")

    assert read_codebook(path).digest == codebook.digest
    assert read_codebook(path).version == codebook.version


def test_a_name_that_recurs_without_an_id_gets_one_of_its_path(toml):
    path = toml(
        """
        [[themes]]
        name = "Access"
        [[themes.subthemes]]
        name = "Waiting times"
        [[themes]]
        name = "Money"
        [[themes.subthemes]]
        name = "Waiting  Times"
        [[subthemes]]
        name = "Queues"
        parent = "money / waiting times"
        [[subthemes]]
        name = "Waiting"
        id = "money-waiting-times"
        """
    )
    codebook = read_codebook(path)

    assert list(codebook) == [
        "access",
        "waiting-times",
        "money",
        "waiting-times-2",
        "queues",
        "money-waiting-times",
    ]
    assert codebook["queues"].parent == "waiting-times-2"


def test_a_parent_that_could_be_several_codes_is_asked_about(toml):
    themes = "code,parent,definition,name\nA,,,\nB,,,\na1,A,,Wait\nb1,B,,wait\n"

    assert faults(toml(themes + "c,WAIT,,\n", "several.csv")) == [
        "6: the parent 'WAIT' of 'c' is what several codes are called; write 'a1' or 'b1'."
    ]
    assert read_codebook(toml(themes + "c,b / wait,,\n", "path.csv"))["c"].parent == "b1"


def test_the_sample_is_written_as_themes_with_their_subthemes(tmp_path):
    codebook = read_codebook(SAMPLE)

    write_codebook(codebook, tmp_path / "codebook.toml")

    assert read_codebook(tmp_path / "codebook.toml").digest == codebook.digest
    assert (tmp_path / "codebook.toml").read_text().count("[[themes.subthemes]]") == 9


def test_a_codebook_that_exists_is_replaced_only_by_force(toml):
    codebook = Codebook([Code(id=CodeId("a"), name="A")])
    path = toml("what was here")

    with pytest.raises(CodebookError) as error:
        write_codebook(codebook, path)

    assert str(error.value) == f"{path}: exists already; choose another name, or force to replace it."
    assert path.read_text() == "what was here"
    write_codebook(codebook, path, force=True)
    assert read_codebook(path) == codebook
    assert [one.name for one in path.parent.iterdir()] == ["codebook.toml"]


def test_a_codebook_that_cannot_be_written_leaves_nothing(tmp_path):
    codebook = Codebook([Code(id=CodeId("a"), name="A")])

    with pytest.raises(CodebookError) as missing:
        write_codebook(codebook, tmp_path / "gone" / "codebook.toml")
    with pytest.raises(CodebookError) as empty:
        write_codebook(Codebook([]), tmp_path / "codebook.toml")

    path = tmp_path / "gone" / "codebook.toml"
    assert str(missing.value) == f"{path}: cannot be written (No such file or directory); choose another folder."
    assert str(empty.value) == f"{tmp_path / 'codebook.toml'}: would contain no codes; a codebook needs at least one."
    assert list(tmp_path.iterdir()) == []


def test_an_own_code_keeps_its_owner_in_toml_and_csv(tmp_path):
    codebook = Codebook(
        [Code(id="wait", name="Waiting"), *(Code(id=f"{who}/late", name="Late", owner=who) for who in ("MO", "JB"))]
    )
    write_codebook(codebook, tmp_path / "codebook.toml")
    (tmp_path / "codebook.csv").write_text(csv_of(codebook))

    assert read_codebook(tmp_path / "codebook.toml").digest == codebook.digest
    assert read_codebook(tmp_path / "codebook.csv").digest == codebook.digest


def test_a_codebook_without_codes_is_read_and_written_only_where_it_may_be_empty(tmp_path):
    path = tmp_path / "codebook.toml"
    write_codebook(Codebook([], version="3"), path, may_be_empty=True)

    assert (len(read_codebook(path, may_be_empty=True)), read_codebook(path, may_be_empty=True).version) == (0, "3")
    with pytest.raises(CodebookError, match=r"contains no codes; add a \[\[themes\]\]"):
        read_codebook(path)
    with pytest.raises(CodebookError, match="would contain no codes"):
        write_codebook(Codebook([]), path, force=True)
