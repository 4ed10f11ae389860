"""Gamma: the exact alignment, and agreement against chance."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocode.agreement import Span, SpanData, Undefined, best_alignment, gamma, gamma_cat
from autocode.errors import AgreementError


@st.composite
def few_spans(draw: st.DrawFn) -> dict[str, tuple[Span, ...]]:
    """Three coders with at most two spans each."""
    marked = {}
    for coder in ("MO", "RT", "XV"):
        starts = sorted(draw(st.sets(st.integers(0, 20), max_size=2)))
        marked[coder] = tuple(Span(s, s + draw(st.integers(1, 6)), draw(st.sampled_from("xy"))) for s in starts)
    return marked


def dissimilarity(a: Span | None, b: Span | None) -> float:
    if a is None or b is None:
        return 1.0
    place = ((abs(a.start - b.start) + abs(a.end - b.end)) / (a.length + b.length)) ** 2
    return 3 * place + (a.label != b.label)


def least_disorder(units: list[tuple[Span, ...]]) -> float:
    """Return the disorder of the best alignment by trying them all."""
    first = next((c for c, mine in enumerate(units) if mine), None)
    if first is None:
        return 0.0
    best = np.inf
    for choice in product(*[[None, *mine] for mine in units[first + 1 :]]):
        row = [None] * first + [units[first][0], *choice]
        left = [tuple(s for s in mine if s is not row[c]) for c, mine in enumerate(units)]
        cost = sum(dissimilarity(row[i], row[j]) for i, j in ((0, 1), (0, 2), (1, 2))) / 3
        best = min(best, cost + least_disorder(left))
    return best


@settings(max_examples=40, deadline=None)
@given(few_spans())
def test_no_other_alignment_has_less_disorder(marked: dict[str, tuple[Span, ...]]) -> None:
    n_units = sum(map(len, marked.values()))

    found = best_alignment(marked)

    assert found.disorder * n_units / 3 == pytest.approx(least_disorder(list(marked.values())), abs=2e-5)
    aligned = [span for row in found.unitary for span in row if span is not None]
    assert sorted(aligned) == sorted(span for mine in marked.values() for span in mine)


def test_pairs_of_spans_that_are_one_place_apart() -> None:
    marked = {
        "one": (Span(1, 5, "a"), Span(6, 10, "b"), Span(11, 15, "a")),
        "two": (Span(2, 6, "a"), Span(7, 11, "b"), Span(12, 16, "a")),
    }

    found = best_alignment(marked, alpha=1)

    assert found.disorder == pytest.approx(0.0625, abs=1e-12)
    assert found.unitary == tuple(zip(marked["one"], marked["two"], strict=True))
    assert found.coders == ("one", "two")


def test_the_same_spans_agree_wholly() -> None:
    spans = [(0, 5, "x"), (10, 14, "y"), (20, 29, "x")]
    data = SpanData.from_text({"MO": spans, "RT": spans}, length=40)

    assert gamma(data, precision=0.2).value == pytest.approx(1.0)
    assert gamma_cat(data, precision=0.2).value == pytest.approx(1.0)


def test_gamma_cat_looks_at_labels_and_gamma_at_both() -> None:
    spans = [(0, 5), (10, 14), (20, 29), (32, 36)]
    data = SpanData.from_text(
        {
            "MO": [(a, b, "x" if a % 20 else "y") for a, b in spans],
            "RT": [(a + 1, b + 1, "x" if a % 20 else "y") for a, b in spans],
        },
        length=40,
    )

    assert gamma_cat(data, precision=0.1).value == pytest.approx(1.0)
    assert gamma(data, precision=0.1).value < 1


def test_a_span_without_a_counterpart_disagrees_or_is_ignored() -> None:
    data = SpanData.from_text(
        {"MO": [(0, 5, "x"), (10, 14, "y"), (30, 34, "y")], "RT": [(0, 5, "x"), (10, 14, "y")]}, length=40
    )

    strict = gamma_cat(data, precision=0.2)

    assert strict.value < 1
    assert strict.conventions["unaligned"] == "a span without a counterpart: disagree"
    assert gamma_cat(data, unaligned="ignore", precision=0.2).value == pytest.approx(1.0)


def texts(n: int) -> SpanData:
    return SpanData.from_texts(
        {
            f"I{i}": (30, {"MO": [(i % 3, 6, "x"), (15, 20, "y")], "RT": [(1, 6, "x"), (15, 20 + i % 2, "y")]})
            for i in range(n)
        }
    )


def test_several_interviews_give_an_interval_that_repeats_with_its_seed() -> None:
    found = gamma(texts(6), precision=0.2, seed=2)

    assert found.low < found.value < found.high
    assert found.conventions["caution"].startswith("6 interviews are fewer than 15")
    assert found.conventions["expected"].startswith("30 shuffles")
    assert gamma(texts(6), precision=0.2, seed=2) == found
    assert "caution" not in gamma(texts(15), precision=0.3, resamples=50).conventions
    assert gamma(texts(2), precision=0.3, interval=None).conventions["interval"] == "none"


def test_undefined_says_why() -> None:
    assert gamma(SpanData.from_text({"MO": [], "RT": []}, length=20)).undefined is Undefined.NOTHING_MARKED
    assert gamma(SpanData.from_text({"MO": [(0, 3, "x")]}, length=20)).undefined is Undefined.ONE_CODER
    same = SpanData.from_text({"MO": [(0, 20, "x")], "RT": [(0, 20, "x")]}, length=20)
    assert gamma_cat(same, unaligned="ignore").undefined is Undefined.ONE_CATEGORY
    assert best_alignment({"MO": (), "RT": ()}).disorder == 0


def test_a_coder_who_marked_little_is_still_shuffled() -> None:
    data = SpanData.from_text({"MO": [(0, 3, "x")], "RT": [], "XV": []}, length=6)

    assert -1 < gamma(data, precision=0.2).value < 1


def test_wrong_arguments_are_told_in_a_sentence() -> None:
    with pytest.raises(AgreementError, match="RT did not read I1; leave the text or the coder out"):
        gamma(SpanData.from_texts({"I1": (9, {"MO": []}), "I2": (9, {"MO": [], "RT": [(0, 3, "x")]})}))
    with pytest.raises(ValueError, match="the precision is a share of the expected disorder between 0 and 1, not 2"):
        gamma(texts(2), precision=2)
    with pytest.raises(ValueError, match="an interval over texts resamples 'interviews', or is None; not 'lines'"):
        gamma(texts(2), interval="lines")
    with pytest.raises(ValueError, match="the level of an interval lies between 0 and 1, not at 95"):
        gamma(texts(2), level=95)
    with pytest.raises(ValueError, match="an interval needs at least one resample, not 0"):
        gamma(texts(2), resamples=0)


def test_too_many_alignments_are_refused_before_memory_ends() -> None:
    long = {who: tuple(Span(3 * i, 3 * i + 400, "x") for i in range(300)) for who in ("MO", "RT", "XV")}

    with pytest.raises(AgreementError, match="3 coders with up to 300 spans in a text can be aligned in more than"):
        best_alignment(long)
