"""A sample knows how likely each line was; several together know it too."""

import pytest

from autocode.coding import Inclusion, Sample
from autocode.errors import CodingError


def test_a_sample_says_how_it_was_drawn():
    alike = Sample(drawn=("GP1:1",), probabilities={"GP1:1": 0.5, "GP1:2": 0.5}, seed=3)
    enriched = Sample(drawn=("GP1:1",), probabilities={"GP1:1": 0.75, "GP1:2": 0.25}, seed=3)

    assert str(alike) == "1 of 2 lines drawn with probability 0.5, seed 3"
    assert str(enriched) == "1 of 2 lines drawn with probabilities 0.25 to 0.75, seed 3"


@pytest.mark.parametrize("p", [0.0, -0.1, 1.5])
def test_a_probability_that_cannot_be_is_refused(p):
    with pytest.raises(CodingError, match=rf"the line GP1:1 is drawn with probability {p:g}; it lies above 0 and at"):
        Sample(drawn=(), probabilities={"GP1:1": p}, seed=0)


def test_a_line_outside_the_frame_cannot_be_drawn():
    with pytest.raises(CodingError, match="the line GP1:2 is drawn but is not in the frame; give its probability"):
        Sample(drawn=("GP1:2",), probabilities={"GP1:1": 0.5}, seed=0)


def test_two_samples_miss_a_line_only_if_both_do():
    one = Sample(drawn=("GP1:1",), probabilities={"GP1:1": 0.5, "GP1:2": 0.5}, seed=0)
    two = Sample(drawn=("GP1:3",), probabilities={"GP1:1": 0.5, "GP1:3": 0.25}, seed=1)
    both = Inclusion.from_samples([one, two])

    assert both.drawn == {"GP1:1", "GP1:3"}
    assert dict(both.probabilities) == pytest.approx({"GP1:1": 0.75, "GP1:2": 0.5, "GP1:3": 0.25})
    assert Inclusion.from_samples([]).probabilities == {}
