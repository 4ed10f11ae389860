"""Agreement on boundaries."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.agreement import (
    Undefined,
    boundary_similarity,
    pk,
    segmentation_kappa,
    segmentation_pi,
    window_diff,
)
from autocode.errors import AgreementError


@st.composite
def segmentations(draw: st.DrawFn, n: int = 2) -> list[list[int]]:
    """Some segmentations of one text of twelve parts."""
    cuts = [sorted(draw(st.sets(st.integers(1, 11), min_size=1))) for _ in range(n)]
    return [np.diff([0, *cut, 12]).tolist() for cut in cuts]


@given(segmentations())
def test_boundary_similarity_is_symmetric_and_one_only_for_the_same(pair: list[list[int]]) -> None:
    a, b = pair

    assert boundary_similarity(a, b) == boundary_similarity(b, a)
    assert (boundary_similarity(a, b) == 1) == (a == b)
    assert 0 <= boundary_similarity(a, b) <= 1


@given(segmentations())
def test_windows_find_no_difference_in_the_same(pair: list[list[int]]) -> None:
    a, b = pair

    assert pk(a, reference=a) == window_diff(a, reference=a) == 0
    assert 0 <= pk(a, reference=b) <= window_diff(a, reference=b) <= 1


def test_a_near_miss_costs_its_share_of_n_t() -> None:
    assert boundary_similarity([5, 5], [6, 4]) == 0.5
    assert boundary_similarity([5, 5], [6, 4], n_t=1) == 0
    assert boundary_similarity([5, 5], [7, 3], n_t=4) == 0.5
    assert boundary_similarity([5, 5], [7, 3]) == 0


def test_no_boundary_anywhere_leaves_nothing_to_compare() -> None:
    assert math.isnan(boundary_similarity([10], [10]))
    assert segmentation_pi({"I1": {"MO": [10], "RT": [10]}}).undefined is Undefined.ONE_CATEGORY
    assert segmentation_pi({"I1": {"MO": [5, 5]}}).undefined is Undefined.ONE_CODER


def test_a_text_of_one_part_has_no_place_for_a_boundary() -> None:
    texts = {"I1": {"MO": [5, 5], "RT": [5, 5]}, "I2": {"MO": [1], "RT": [1]}}

    assert segmentation_kappa(texts, interval=None).value == 1
    assert segmentation_pi(texts, interval=None).value == 1


def texts(n: int) -> dict[str, dict[str, list[int]]]:
    return {f"I{i}": {"MO": [3, 4, 5], "RT": [3, 3 + i % 3, 6 - i % 3]} for i in range(n)}


def test_several_interviews_give_an_interval() -> None:
    found = segmentation_kappa(texts(18), seed=1)

    assert found.low < found.value < found.high
    assert (found.n_coders, found.n_interviews, found.n_units) == (2, 18, 18 * 11)
    assert found.conventions["interval"] == "95 % percentile interval from a bootstrap of interviews"
    assert segmentation_pi(texts(4)).conventions["caution"].startswith("4 interviews are fewer than 15")
    assert segmentation_pi(texts(18), interval=None).conventions["interval"] == "none"


def test_what_does_not_fit_is_refused_with_what_to_do() -> None:
    with pytest.raises(AgreementError, match="texts with 10 and 11 parts; both must divide the same text"):
        boundary_similarity([5, 5], [5, 6])
    with pytest.raises(AgreementError, match=r"the sizes of its segments, each at least 1, not \[5, 0, 5\]"):
        boundary_similarity([5, 0, 5], [5, 5])
    with pytest.raises(AgreementError, match="RT did not divide I1; leave the text or the coder out"):
        segmentation_pi({"I1": {"MO": [5, 5]}, "I2": {"MO": [5, 5], "RT": [5, 5]}})
    with pytest.raises(ValueError, match="a near miss spans at least one place, not 0"):
        boundary_similarity([5, 5], [5, 5], n_t=0)
    with pytest.raises(ValueError, match="a window of 10 does not fit into a text of 10 parts"):
        pk([5, 5], reference=[5, 5], window=10)
    with pytest.raises(ValueError, match="an interval over texts resamples 'interviews', or is None; not 'lines'"):
        segmentation_pi(texts(2), interval="lines")
    with pytest.raises(ValueError, match="the level of an interval lies between 0 and 1, not at 95"):
        segmentation_pi(texts(2), level=95)
    with pytest.raises(ValueError, match="an interval needs at least one resample, not 0"):
        segmentation_pi(texts(2), resamples=0)
