"""Krippendorff, K. (1995). On the reliability of unitizing continuous data. Sociological Methodology 25, p. 57.

The paper prints the limit of ever finer places; DKPro's test of it cuts each of the 24 places into 50,000.
"""

import pytest

from autocode.agreement import SpanData, alpha_u_2004

FINE = 50_000
PLACES = {
    "one": {"A": [(2, 10), (14, 20)], "B": [(0, 18)], "C": [(2, 8), (10, 12), (14, 18), (20, 22)]},
    "two": {
        "A": [(4, 8), (15, 17)],
        "B": [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)],
        "C": [(0, 2), (4, 8), (10, 14), (16, 18), (20, 22)],
    },
}
PLACES["one"]["D"] = [(0, 2), (2, 10), (10, 14), (14, 20), (20, 24)]
PLACES["two"]["D"] = [(0, 4), (4, 8), (8, 15), (15, 17), (17, 24)]


def data(fine: int) -> SpanData:
    return SpanData.from_text(
        {
            coder: [(a * fine, b * fine, label) for label, places in mine.items() for a, b in places]
            for coder, mine in PLACES.items()
        },
        length=24 * fine,
    )


@pytest.mark.parametrize(("label", "printed"), [("A", 0.553), ("B", -0.926), ("C", 0.679), ("D", 0.066)])
def test_each_category_comes_within_two_hundredths_of_the_printed_limit(label: str, printed: float) -> None:
    assert alpha_u_2004(data(FINE), label=label).value == pytest.approx(printed, abs=0.02)


@pytest.mark.parametrize(
    ("label", "value"),
    [("A", 0.5152877697841727), ("B", -1.081078508599186), ("C", 0.6033478893740902), ("D", -0.20684865900383143)],
)
def test_the_24_places_themselves_give_what_dkpro_gives(label: str, value: float) -> None:
    assert alpha_u_2004(data(1), label=label).value == pytest.approx(value, abs=1e-12)
