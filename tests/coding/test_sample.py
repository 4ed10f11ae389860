"""A sample knows how likely each line was, what it is for, and what it is called."""

import pytest

from autocode.coding import Design, Sample, free_name, named
from autocode.errors import CodingError


def test_a_sample_says_how_it_was_drawn():
    alike = Sample(drawn=("GP1:1",), probabilities={"GP1:1": 0.5, "GP1:2": 0.5}, seed=3)
    enriched = Sample(drawn=("GP1:1",), probabilities={"GP1:1": 0.75, "GP1:2": 0.25}, seed=3)

    assert str(alike) == "1 of 2 lines drawn with probability 0.5, seed 3"
    assert str(enriched) == "1 of 2 lines drawn with probabilities 0.25 to 0.75, seed 3"


@pytest.mark.parametrize("p", [0.0, -0.1, 1.5])
def test_a_probability_that_cannot_be_is_refused(p):
    with pytest.raises(
        CodingError, match=rf"the line GP1:1 has the inclusion probability {p:g}; give one above 0 and at"
    ):
        Sample(drawn=(), probabilities={"GP1:1": p}, seed=0)


def test_a_line_outside_the_frame_cannot_be_drawn():
    with pytest.raises(CodingError, match="the line GP1:2 is drawn but is not in the frame; give its probability"):
        Sample(drawn=("GP1:2",), probabilities={"GP1:1": 0.5}, seed=0)


def test_samples_without_a_name_are_numbered_by_what_they_are_for():
    drawn = Sample(drawn=(), probabilities={"GP1:1": 0.5}, seed=0)
    chosen = Sample(drawn=(), probabilities={"GP1:1": 1.0}, seed=0, design=Design.ACTIVE)
    called = Sample(drawn=(), probabilities={"GP1:1": 0.5}, seed=0, name="draw-2")

    assert [sample.name for sample in named([drawn, chosen, called, drawn])] == ["draw-1", "next-1", "draw-2", "draw-3"]
    assert free_name(Design.ACTIVE, {"next-1", "next-3"}) == "next-2"
