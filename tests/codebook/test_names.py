"""Names that several codes have."""

import pytest
from hypothesis import given

from any_codebook import codebooks
from autocode.codebook import Code, Codebook
from autocode.errors import CodebookError

BOOK = Codebook(
    [
        Code(id="access", name="Access", codable=False),
        Code(id="money", name="Money", codable=False),
        Code(id="wait", name="Waiting times", parent="access"),
        Code(id="wait-2", name="waiting  Times", parent="money"),
        Code(id="cost", name="Cost", parent="money"),
        Code(id="cost-2", name="Cost"),
        Code(id="queue", name="Queues", parent="wait"),
    ]
)


def test_a_name_that_several_codes_have_is_asked_about_with_their_paths():
    with pytest.raises(CodebookError) as error:
        BOOK.find("waiting times")

    assert str(error.value) == (
        "'waiting times' is what several codes are called; write 'Access / Waiting times' or 'Money / waiting  Times'."
    )
    assert BOOK.find("access / WAITING times").id == "wait"
    assert BOOK.find("Cost (top level)").id == "cost-2"
    assert BOOK.find("nothing") is None


def test_an_id_that_is_the_name_of_another_code_is_asked_about():
    codebook = Codebook([Code(id="b", name="a"), Code(id="a", name="c")])

    with pytest.raises(CodebookError, match="'a' is what several codes are called"):
        codebook.find("a")


def test_only_names_that_recur_are_shown_with_their_path():
    assert [BOOK.label(code) for code in BOOK] == [
        "Access",
        "Money",
        "Access / Waiting times",
        "Money / waiting  Times",
        "Money / Cost",
        "Cost (top level)",
        "Queues",
    ]
    assert [code.name for code in BOOK.labelled().values()] == [BOOK.label(code) for code in BOOK]
    assert BOOK.path("queue") == "Access / Waiting times / Queues"


def test_a_code_with_codes_below_it_is_a_theme_too():
    assert [code.id for code in BOOK.themes] == ["access", "money", "wait"]
    assert [code.id for code in BOOK.subthemes] == ["wait", "wait-2", "cost", "cost-2", "queue"]
    assert BOOK.theme_label("wait") == "Access / Waiting times (theme)"


@given(codebook=codebooks())
def test_the_label_of_a_code_finds_it_and_no_other(codebook):
    labels = [codebook.label(code) for code in codebook]

    assert len(set(labels)) == len(labels)
    assert [codebook.find(label).id for label in labels] == list(codebook)
