"""Spans of free length: what they refuse, and what the alphas for unitizing make of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.agreement import (
    Reliability,
    ReliabilityData,
    SpanData,
    Undefined,
    alpha_u_2004,
    cu_alpha,
    krippendorff_alpha,
    ku_alpha,
    u_alpha,
    u_alpha_binary,
)
from autocode.errors import AgreementError

LENGTH = 30

Marked = dict[str, list[tuple[int, int, str]]]


@st.composite
def marked(draw: st.DrawFn) -> Marked:
    """Two to four coders who cut the same thirty places, gaps among their pieces."""
    coders: Marked = {}
    for coder in range(draw(st.integers(2, 4))):
        cuts = sorted(draw(st.sets(st.integers(1, LENGTH - 1), max_size=6)))
        pieces = list(zip([0, *cuts], [*cuts, LENGTH], strict=True))
        labels = draw(st.lists(st.sampled_from(["x", "y", "z", None]), min_size=len(pieces), max_size=len(pieces)))
        coders[f"coder_{coder}"] = [(a, b, k) for (a, b), k in zip(pieces, labels, strict=True) if k is not None]
    return coders


def place_by_place(coders: Marked) -> np.ndarray:
    """Return the label of each place by each coder, 0 a gap."""
    rows = np.zeros((len(coders), LENGTH), dtype=int)
    for row, spans in zip(rows, coders.values(), strict=True):
        for start, end, label in spans:
            row[start:end] = " xyz".index(label)
    return rows


@given(marked())
def test_u_alpha_is_what_counting_place_by_place_gives(coders: Marked) -> None:
    rows, m = place_by_place(coders), len(coders)
    l_ck = np.zeros((4, 4))
    for i in range(m):
        for j in range(m):
            if i != j:
                np.add.at(l_ck, (rows[i], rows[j]), 1 / (m - 1))
    s = np.array([(rows == 0).sum(), 0, 0, 0], dtype=float)
    for spans in coders.values():
        for start, end, label in spans:
            s[" xyz".index(label)] += (end - start) ** 2
    l_c = l_ck.sum(axis=1)
    below = l_c.sum() ** 2 - s.sum()
    expected = l_c.sum() - l_c.sum() * (l_c**2 - s).sum() / below if below else 0.0

    found = u_alpha(SpanData.from_text(coders, length=LENGTH))

    if expected > 1e-9:
        assert found.value == pytest.approx(1 - (l_c.sum() - np.trace(l_ck)) / expected, abs=1e-9)
    else:
        assert found.undefined in (Undefined.ONE_CATEGORY, Undefined.NOTHING_MARKED)


@given(marked())
def test_the_order_of_coders_and_the_names_of_labels_change_nothing(coders: Marked) -> None:
    other = {
        coder: [(a, b, {"x": "p", "y": "a", "z": "m"}[k]) for a, b, k in coders[coder]] for coder in reversed(coders)
    }

    for coefficient in (u_alpha, u_alpha_binary, cu_alpha, alpha_u_2004):
        one = coefficient(SpanData.from_text(coders, length=LENGTH))
        two = coefficient(SpanData.from_text(other, length=LENGTH))

        assert two.undefined == one.undefined
        assert two.value == pytest.approx(one.value, abs=1e-9, nan_ok=True)


@given(st.lists(st.lists(st.sampled_from("xyz"), min_size=8, max_size=8), min_size=2, max_size=4))
def test_on_single_places_that_all_coders_marked_the_family_is_nominal_alpha(rows: list[list[str]]) -> None:
    spans = {f"coder_{c}": [(i, i + 1, k) for i, k in enumerate(row)] for c, row in enumerate(rows)}
    data = SpanData.from_text(spans, length=8)
    alpha = krippendorff_alpha(ReliabilityData.from_table(rows), interval=None)

    for coefficient in (u_alpha, cu_alpha):
        assert coefficient(data).undefined == alpha.undefined
        assert coefficient(data).value == pytest.approx(alpha.value, abs=1e-9, nan_ok=True)
    for label in data.labels:
        one = [[k == label for k in row] for row in rows]
        same = krippendorff_alpha(ReliabilityData.from_table(one), interval=None)

        assert ku_alpha(data, label=label).value == pytest.approx(same.value, abs=1e-9, nan_ok=True)


def test_cu_alpha_subtracts_what_a_unit_shares_with_itself_by_equation_10() -> None:
    data = SpanData.from_text({"MO": [(0, 4, "x"), (4, 10, "y")], "RT": [(0, 6, "x"), (6, 12, "y")]}, length=20)

    # both marked 0-10: x with x 4, y with x 2, y with y 4; units share 4 and 6 with the other coder, and 6 and 4
    l_x, l_y, both = 10.0, 10.0, 20.0
    t_x, t_y = 4.0**2 + 6.0**2, 6.0**2 + 4.0**2
    e_xx = both * (l_x**2 - t_x) / (both**2 - t_x - t_y)
    e_yy = both * (l_y**2 - t_y) / (both**2 - t_x - t_y)
    assert cu_alpha(data).value == pytest.approx(1 - (both - 8 - 8) / (both - e_xx - e_yy), abs=1e-12)
    e_x = e_xx + both * l_x * l_y / (both**2 - t_x - t_y)
    assert ku_alpha(data, label="x").value == pytest.approx(1 - (e_x / l_x) * (l_x - 8) / (e_x - e_xx), abs=1e-12)


def test_lengths_count_code_points_and_the_end_is_outside() -> None:
    text = "Zoë sagt: 👍🏽 gut"
    data = SpanData.from_texts({"I1": (text, {"MO": [(0, 3, "name")], "RT": [(0, 3, "name"), (10, 12, "sign")]})})

    assert data.continua[0].length == 16
    assert text[10:12] == "👍🏽"
    assert [span.length for span in data.continua[0].marked["RT"]] == [3, 2]
    assert data.n_spans == 3


def test_every_impossible_span_is_told_at_once_with_its_place() -> None:
    with pytest.raises(AgreementError) as told:
        SpanData.from_text(
            {"MO": [(5, 5, "x"), (20, 31, "x")], "RT": [(10, 15, "x"), (14, 18, "x"), (14, 18, "y")]},
            length=20,
            begin=10,
        )

    assert [str(fault) for fault in told.value.faults] == [
        "the span 5-5 of MO in text is empty or outside, for the text goes from 10 to 30; "
        "`end` is the first place after the span.",
        "the span 20-31 of MO in text is empty or outside, for the text goes from 10 to 30; "
        "`end` is the first place after the span.",
        "RT marked 10-15 (x) and 14-18 (x) in text, which overlap; join them, or measure one label at a time with "
        "`only`.",
    ]


def test_two_labels_at_one_place_are_refused_by_the_family_of_2016_and_measured_one_by_one() -> None:
    data = SpanData.from_text({"MO": [(0, 5, "x"), (3, 8, "y")], "RT": [(0, 5, "x")]}, length=20)

    with pytest.raises(AgreementError, match=r"MO marked 0-5 \(x\) and 3-8 \(y\) in text, which overlap"):
        u_alpha(data)
    assert u_alpha(data.only("x")).value == 1.0
    assert alpha_u_2004(data, label="x").value == 1.0


def test_undefined_says_why() -> None:
    nobody = SpanData.from_text({"MO": [], "RT": []}, length=20)
    apart = SpanData.from_text({"MO": [(0, 3, "x")], "RT": [(5, 8, "y")]}, length=20)
    whole = SpanData.from_text({"MO": [(0, 20, "x")], "RT": [(0, 20, "x")]}, length=20)
    alone = SpanData.from_text({"MO": [(0, 3, "x")]}, length=20)
    never = SpanData.from_texts({"I1": (20, {"MO": [(0, 3, "x")]}), "I2": (20, {"RT": []})})

    assert u_alpha(nobody).undefined is Undefined.NOTHING_MARKED
    assert u_alpha_binary(nobody).undefined is Undefined.NOTHING_MARKED
    assert alpha_u_2004(nobody).undefined is Undefined.NOTHING_MARKED
    assert cu_alpha(apart).undefined is Undefined.NOTHING_MARKED
    assert ku_alpha(apart, label="x").undefined is Undefined.NEVER_USED
    assert u_alpha(whole).undefined is Undefined.ONE_CATEGORY
    assert cu_alpha(whole).undefined is Undefined.ONE_CATEGORY
    assert ku_alpha(whole, label="x").undefined is Undefined.ONE_CATEGORY
    assert u_alpha(alone).undefined is Undefined.ONE_CODER
    assert alpha_u_2004(alone).undefined is Undefined.ONE_CODER
    assert u_alpha(never).undefined is Undefined.NO_PAIRS


def interviews(n: int) -> SpanData:
    return SpanData.from_texts(
        {
            f"I{i}": (40, {"MO": [(i % 5, 10, "x"), (20, 25, "y")], "RT": [(2, 10, "x"), (20, 26, "y")]})
            for i in range(n)
        }
    )


def test_several_interviews_give_an_interval_by_resampling_them() -> None:
    found = u_alpha(interviews(20), seed=3)
    few = u_alpha(interviews(8), seed=3)

    assert found.low < found.value < found.high
    assert found.n_interviews == 20
    assert found.conventions["interval"] == "95 % percentile interval from a bootstrap of interviews"
    assert found == u_alpha(interviews(20), seed=3)
    assert "caution" not in found.conventions
    assert few.conventions["caution"] == ("8 interviews are fewer than 15: the interval is likely to be too narrow")
    assert u_alpha(interviews(5)).reliability is Reliability.UNDECIDED


def test_resamples_in_which_it_is_undefined_are_left_out_and_counted() -> None:
    data = SpanData.from_texts(
        {
            "I1": (20, {"MO": [(0, 20, "x")], "RT": [(0, 20, "x")]}),
            "I2": (20, {"MO": [], "RT": []}),
        }
    )

    found = u_alpha(data, resamples=100)

    assert found.value == 1
    assert 30 < found.n_left_out < 70
    assert found.conventions["left out"].endswith("of 100 resamples, in which the coefficient is undefined")
    assert np.isnan(u_alpha(data, resamples=1).low)


def test_one_text_has_no_interval_and_says_so() -> None:
    found = u_alpha(interviews(1))

    assert found.basis == "2 coders, 40 code points, 1 interview"
    assert np.isnan(found.low)
    assert found.conventions["interval"] == "none: one text cannot be resampled"
    assert u_alpha(interviews(3), interval=None).conventions["interval"] == "none"


def test_a_text_that_one_coder_read_is_left_out_and_alpha_u_of_2004_refuses_it() -> None:
    both = {"MO": [(0, 5, "x")], "RT": [(1, 5, "x")]}
    data = SpanData.from_texts({"I1": (20, both), "I2": (20, {"MO": [(0, 20, "x")]})})

    assert u_alpha(data).value == u_alpha(SpanData.from_text(both, length=20)).value
    assert (u_alpha(data).n_units, u_alpha(data).n_pairable) == (40, 20)
    with pytest.raises(AgreementError, match="RT did not read I2, and alpha-u of 2004 needs every coder in every text"):
        alpha_u_2004(data)


def test_alpha_u_of_2004_lays_texts_end_to_end() -> None:
    one = SpanData.from_text({"MO": [(0, 5, "x"), (22, 30, "x")], "RT": [(1, 5, "x"), (20, 30, "x")]}, length=40)
    two = SpanData.from_texts(
        {
            "I1": (20, {"MO": [(0, 5, "x")], "RT": [(1, 5, "x")]}),
            "I2": (20, {"MO": [(2, 10, "x")], "RT": [(0, 10, "x")]}),
        }
    )

    assert alpha_u_2004(two).value == alpha_u_2004(one).value


def test_wrong_arguments_are_told_in_a_sentence() -> None:
    data = interviews(2)

    with pytest.raises(ValueError, match="there is no label 'q'; the labels are x, y"):
        ku_alpha(data, label="q")
    with pytest.raises(ValueError, match="there is no label 'q'; the labels are x, y"):
        alpha_u_2004(data, label="q")
    with pytest.raises(ValueError, match="an interval over texts resamples 'interviews', or is None; not 'lines'"):
        u_alpha(data, interval="lines")
    with pytest.raises(ValueError, match="the level of an interval lies between 0 and 1, not at 95"):
        u_alpha(data, level=95)
    with pytest.raises(ValueError, match="an interval needs at least one resample, not 0"):
        u_alpha(data, resamples=0)
