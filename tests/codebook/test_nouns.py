"""Codes and the codebook they belong to."""

import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.errors import CodebookError


@pytest.fixture
def codebook():
    return Codebook(
        [
            Code(id=CodeId("top"), name="Top", codable=False),
            Code(id=CodeId("mid"), name="Middle", parent=CodeId("top"), codable=False),
            Code(id=CodeId("low"), name="Low", parent=CodeId("mid")),
            Code(id=CodeId("own"), name="Own"),
        ],
        version="3",
    )


def test_a_codebook_is_a_mapping_of_codes_in_the_teams_order(codebook):
    assert list(codebook) == ["top", "mid", "low", "own"]
    assert len(codebook) == 4
    assert codebook[CodeId("low")].name == "Low"
    assert repr(codebook) == "<Codebook version 3: 2 themes, 2 subthemes>"


def test_the_theme_of_a_code_is_its_topmost_ancestor(codebook):
    assert codebook.theme_of(CodeId("low")) == codebook[CodeId("top")]
    assert codebook.theme_of(CodeId("own")) is None


def test_the_descendants_of_a_code_are_all_codes_below_it(codebook):
    assert codebook.descendants(CodeId("top")) == ("mid", "low")
    assert codebook.descendants(CodeId("mid")) == ("low",)
    assert codebook.descendants(CodeId("low")) == ()
    with pytest.raises(KeyError):
        codebook.descendants(CodeId("none"))


def test_a_code_is_found_by_id_or_name_in_any_case(codebook):
    assert codebook.find(" LOW ") == codebook[CodeId("low")]
    assert codebook.find("middle") == codebook[CodeId("mid")]
    assert codebook.find("nothing") is None


def test_the_digest_tells_what_codes_say(codebook):
    same = Codebook(codebook.values(), version="4")
    other = Codebook([*codebook.values(), Code(id=CodeId("new"), name="New")])

    assert same.digest == codebook.digest
    assert other.digest != codebook.digest


def test_contradictions_are_reported_together():
    with pytest.raises(CodebookError) as error:
        Codebook(
            [
                Code(id=CodeId(" "), name="A"),
                Code(id=CodeId("b"), name=" "),
                Code(id=CodeId("c"), name="C", parent=CodeId("c")),
                Code(id=CodeId("d"), name="D", parent=CodeId("c")),
            ]
        )

    assert str(error.value).split("\n") == [
        "the code 'A' has an empty id; give it one.",
        "the code 'b' has no name; give it one.",
        "'C' is its own ancestor; break the circle of parents.",
    ]


def test_a_code_without_an_owner_is_written_as_before_there_were_owners():
    code = Code(id="wait", name="Waiting")

    assert list(code.to_json()) == [
        "id", "name", "parent", "codable", "definition", "use_when", "not_when", "examples",
    ]  # fmt: skip
    assert Codebook([code]).digest == "d0ecddba73ae71a4fa52d801a0923f327b5bccaeba329f3655de8efb630e8fbc"
    assert Code(id="MO/wait", name="Waiting", owner="MO").to_json()["owner"] == "MO"
