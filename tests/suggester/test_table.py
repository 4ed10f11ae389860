import numpy as np
import pytest

from autocode.coding import Basis, Codings
from autocode.coding._consensus import Rule
from autocode.errors import TrainingError
from autocode.suggester import CodedLines
from autocode.transcripts import Transcripts


@pytest.fixture
def table_of(interview, coding, codebook):
    def build(*readings: tuple[str, ...], said=("One.", "Two.", "Three.")) -> CodedLines:
        codings = Codings(coding(*reading) for reading in readings)
        return CodedLines.from_codings(codings, Transcripts([interview("GP1", said)]), codebook)

    return build


def test_an_adjudicated_reading_stands_above_the_majority_and_a_majority_above_one_coder(table_of):
    table = table_of(
        ("GP1:1", "parking", "coder_a"),
        ("GP1:1", "parking", "coder_b"),
        ("GP1:1", "phones", "coder_c", Basis.ADJUDICATED),
        ("GP1:2", "parking", "coder_a"),
        ("GP1:2", "parking records", "coder_b"),
        ("GP1:2", "phones", "coder_c"),
        ("GP1:3", "records", "coder_a"),
    )

    assert table.applied.tolist() == [[False, True, False], [True, False, False], [False, False, True]]
    assert [table.consensus.rules[line.id] for line in table.lines] == [Rule.ADJUDICATED, Rule.MAJORITY, Rule.SINGLE]


def test_half_of_the_coders_is_no_majority(table_of):
    table = table_of(("GP1:1", "parking", "coder_a"), ("GP1:1", "", "coder_b"))

    assert not table.applied.any()


def test_interviewers_lines_are_left_out_even_when_somebody_coded_them(table_of):
    said = [("INT", "Is there parking?"), "No.", ("INT", "None?")]
    table = table_of(("GP1:1", "parking"), ("GP1:2", "parking"), ("GP1:3", "parking"), said=said)

    assert [line.id for line in table.lines] == ["GP1:2"]


def test_an_unread_line_is_left_out_and_one_read_without_a_code_is_not(table_of):
    table = table_of(("GP1:1", "parking"), ("GP1:3", ""))

    assert [line.id for line in table.lines] == ["GP1:1", "GP1:3"]
    assert table.applied[1].tolist() == [False, False, False]


def test_lines_come_in_the_order_of_the_transcripts_and_codes_in_that_of_the_codebook(table_of):
    table = table_of(("GP1:3", "records"), ("GP1:1", "parking"))

    assert [line.id for line in table.lines] == ["GP1:1", "GP1:3"]
    assert [code.id for code in table.codes] == ["parking", "phones", "records"]


@pytest.mark.parametrize("code", ["weather", "access"])
def test_a_code_that_the_codebook_lacks_or_that_is_a_theme_is_refused(table_of, code):
    with pytest.raises(TrainingError) as refused:
        table_of(("GP1:1", "parking"), ("GP1:2", code))

    assert str(refused.value) == (
        f"the line GP1:2 is coded '{code}', which is not a subtheme of this codebook; "
        "add it to the codebook or correct the coding."
    )


def test_lines_and_codes_can_be_taken_in_any_order(table_of):
    table = table_of(("GP1:1", "parking"), ("GP1:2", "phones"), ("GP1:3", "records"))
    some = table.take(np.array([2, 0])).only(np.array([2, 0]))

    assert [line.id for line in some.lines] == ["GP1:3", "GP1:1"]
    assert [code.id for code in some.codes] == ["records", "parking"]
    assert some.applied.tolist() == [[True, False], [False, True]]
