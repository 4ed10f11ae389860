"""Mathet, Widlöcher & Métivier (2015). The unified and holistic method gamma. Computational Linguistics 41, 437-479.

The example of Alex, Paul and Suzan, with the values of pygamma-agreement 0.5.9: disorder .9606 in 6 unitary alignments,
gamma .44 to .47, gamma-cat (Mathet 2017) .38 to .42.
"""

import pytest

from autocode.agreement import SpanData, best_alignment, gamma, gamma_cat

DATA = SpanData.from_text(
    {
        "Alex": [(2, 9, "1"), (11, 17, "2"), (24, 30, "5"), (32, 36, "6"), (36, 44, "6"), (44, 60, "7")],
        "Paul": [(2, 9, "1"), (11, 17, "3"), (19, 25, "5"), (32, 44, "6")],
        "Suzan": [(2, 9, "1"), (11, 17, "4"), (21, 27, "5"), (32, 36, "6"), (36, 40, "6"), (40, 44, "6")],
    },
    begin=2,
    length=58,
)


def test_the_best_alignment() -> None:
    best = best_alignment(DATA.continua[0].marked, delta_empty=1, alpha=3, beta=1)

    assert best.disorder == pytest.approx(0.960625, abs=1e-9)
    assert len(best.unitary) == 6


def test_gamma_and_gamma_cat() -> None:
    found = gamma(DATA)

    assert 0.44 <= found.value <= 0.47
    assert 0.38 <= gamma_cat(DATA).value <= 0.42
    assert found.conventions["distance"] == "3 x place + 1 x label (0 if the same, else 1), nothing 1"
