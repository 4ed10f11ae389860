"""Krippendorff, Mathet, Bouvry & Widlöcher (2016). On the reliability of unitizing textual continua.

The paper's own example was not at hand. The first data are those of the package krippendorff-unitized-alpha, whose
value is right once it is fed ends that do not belong to the span; the second are derived from the formulas by hand.
"""

import pytest

from autocode.agreement import SpanData, u_alpha, u_alpha_binary

THREE = SpanData.from_text(
    {
        "one": [(0, 5, "x"), (8, 12, "y"), (20, 30, "x")],
        "two": [(0, 6, "x"), (8, 11, "x"), (21, 30, "x")],
        "three": [(1, 5, "x"), (9, 12, "y"), (22, 28, "z")],
    },
    length=40,
)


def test_key_phrases_of_three_coders() -> None:
    data = SpanData.from_text(
        {
            "one": [(3, 15, "keyphrase"), (22, 53, "keyphrase")],
            "two": [(3, 10, "keyphrase"), (22, 53, "keyphrase")],
            "three": [(22, 46, "keyphrase")],
        },
        length=56,
    )

    assert u_alpha(data).value == pytest.approx(0.5645448655652737, abs=1e-12)


def test_three_coders_with_three_labels() -> None:
    assert u_alpha(THREE).value == pytest.approx(0.5214330101913994, abs=1e-12)
    assert u_alpha_binary(THREE).value == pytest.approx(0.7332952380952381, abs=1e-12)
