"""The list of disagreements."""

from collections.abc import Callable

import pytest

from autocode.agreement import disagreements
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import Transcripts


@pytest.fixture
def codebook() -> Codebook:
    return Codebook([Code(id=CodeId("cost"), name="Cost worries"), Code(id=CodeId("wait"), name="Waiting times")])


def test_the_worst_come_first_then_those_of_more_coders_then_the_order_of_interviews(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of(
        {
            "MO": ["cost", "cost wait", "", "cost", "cost", "cost"],
            "JB": ["cost", "cost", "cost", "wait", None, "wait"],
            "SK": ["cost", "cost", "", None, None, None],
        }
    )
    found = disagreements(codings, interviews, codebook)

    # MASI of {cost} and {cost, wait}: 1 - 1/2 2/3 = 2/3, twice, and 0: 4/9; {} and {cost}: 1, twice, and 0: 2/3
    assert [(one.line, round(one.distance, 4)) for one in found] == [
        ("I2:2", 1.0),
        ("I3:2", 1.0),
        ("I2:1", 0.6667),
        ("I1:2", 0.4444),
    ]


def test_equally_bad_ones_are_told_by_how_many_judged_them(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of({"MO": ["cost", "cost"], "JB": ["", "wait"], "SK": [None, ""]})

    assert [one.line for one in disagreements(codings, interviews, codebook)] == ["I1:2", "I1:1"]


def test_each_has_its_text_and_who_said_what(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of({"MO": ["cost wait"], "JB": ["cost"], "SK": ["cost"]})
    [one] = disagreements(codings, interviews, codebook)

    assert (one.interview, one.text, one.coders) == ("I1", "words", ("JB", "MO", "SK"))
    assert one.said["MO"] == {"cost", "wait"}
    assert one.contested == {"Waiting times": ("MO",)}
    assert str(one) == "I1:1  0.44  words\n  Waiting times: MO; not JB, SK"


def test_only_independent_codings_disagree(
    coding_of: Callable[..., Coding], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = Codings([coding_of("I1:1", "MO", "cost"), coding_of("I1:1", "JB", "wait", basis=Basis.ASSISTED)])

    assert disagreements(codings, interviews, codebook) == ()


def test_unknown_codes_and_lines_are_all_refused_at_once(
    coding_of: Callable[..., Coding], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = Codings([coding_of("I9:1", "MO", "fun"), coding_of("I1:1", "JB", "cost")])
    with pytest.raises(AgreementError) as refused:
        disagreements(codings, interviews, codebook)

    assert str(refused.value) == (
        "the code 'fun' was given to lines but is not in the codebook; add it or correct the codings.\n"
        "the line I9:1 was judged but is in no transcript; correct its id or add its transcript."
    )
