"""Krippendorff, K. (2004). Content analysis: an introduction to its methodology (2nd ed.), p. 254."""

import pytest

from autocode.agreement import SpanData, alpha_u_2004

DATA = SpanData.from_text(
    {
        "i": [(225, 295, "c"), (370, 400, "c"), (180, 240, "k"), (300, 350, "k")],
        "j": [(220, 300, "c"), (355, 375, "c"), (400, 420, "c"), (180, 240, "k"), (300, 350, "k")],
    },
    begin=150,
    length=300,
)


def test_both_categories_and_each() -> None:
    assert alpha_u_2004(DATA, label="c").value == pytest.approx(0.7286, abs=5e-5)
    assert alpha_u_2004(DATA, label="k").value == 1.0
    assert alpha_u_2004(DATA).value == pytest.approx(0.8591, abs=5e-4)
