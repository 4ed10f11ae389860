"""Calderon, Reichart & Dror (2025). The alternative annotator test for LLM-as-a-judge. ACL.

The paper's data were not at hand: made-up answers to 60 lines, with what the authors' reference notebook gives.
"""

import pytest

from autocode.agreement import AltTest, alt_test

# what the three coders and the model said, and of how many lines
OFTEN = {"aaaa": 16, "bbbb": 11, "cccc": 9, "cbbb": 3, "bccc": 2, "cccb": 2, "abcb": 2}
ONCE = [
    "cbba",
    "accc",
    "bcbc",
    "bbba",
    "acaa",
    "abbb",
    "acbb",
    "bbbc",
    "baaa",
    "aaac",
    "cbcc",
    "bacc",
    "aaca",
    "cacb",
    "bcca",
]
LINES = [labels for labels, n in OFTEN.items() for _ in range(n)] + ONCE


def run(epsilon: float) -> AltTest:
    of = [{f"i{i}": labels[who] for i, labels in enumerate(LINES)} for who in range(4)]
    return alt_test({"h0": of[0], "h1": of[1], "h2": of[2]}, of[3], epsilon=epsilon)


def test_one_of_three_coders_is_beaten_with_a_handicap_of_a_tenth() -> None:
    found = run(0.1)

    assert found.p_values == pytest.approx([0.002984135187866766, 0.18506120663109882, 0.38078911658836423], abs=1e-12)
    assert found.winning_rate == pytest.approx(1 / 3)
    assert not found.passed


def test_all_three_are_beaten_with_a_fifth() -> None:
    found = run(0.2)

    assert found.p_values == pytest.approx(
        [3.4912169257290076e-05, 0.0044044441746674415, 0.01851681267310858], abs=1e-12
    )
    assert (found.winning_rate, found.passed) == (1.0, True)
    assert found.advantage_probability == pytest.approx(0.8833333333333333, abs=1e-12)
