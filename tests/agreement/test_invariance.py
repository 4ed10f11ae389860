"""What may not change any coefficient: the order of coders and of units, the names of codes, units nobody judged."""

import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from autocode import agreement
from autocode.agreement import (
    Agreement,
    ReliabilityData,
    Span,
    SpanData,
    alpha_gwet_weights,
    alpha_u_2004,
    best_alignment,
    bias_index,
    brennan_prediger,
    cohen_kappa,
    cohen_kappa_max,
    conger_kappa,
    cu_alpha,
    fleiss_kappa,
    gamma,
    gamma_cat,
    gwet_ac1,
    gwet_ac2,
    hubert_kappa,
    icc,
    krippendorff_alpha,
    ku_alpha,
    light_kappa,
    pabak,
    percent_agreement,
    prevalence_index,
    scott_pi,
    specific_agreement,
    u_alpha,
    u_alpha_binary,
)

Coefficient = Callable[..., Agreement]
# one row per coder and one column per unit; places in the list of categories
Table = list[list[int | None]]

WEIGHTS = ("linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")
SETS = tuple(map(frozenset, ("", "x", "y", "xy", "xz", "xyz")))
RENAMED = {"x": "q", "y": "a", "z": "m"}


class Kind(NamedTuple):
    """Coefficients of one kind of table, its categories, and other names for the same categories."""

    coefficients: Sequence[Coefficient]
    labels: Sequence[Hashable]
    renamed: Mapping[Hashable, Hashable]
    coders: int | None = None


def every_weight(coefficient: Coefficient) -> list[Coefficient]:
    return [partial(coefficient, weights=weights, spacing="ranks") for weights in WEIGHTS]


def positive(data: ReliabilityData, **how: object) -> Agreement:
    """Return the specific agreement on the category of the most votes among equals: the first declared."""
    return specific_agreement(data, category=data.labels[0], **how)


def against_the_rest(data: ReliabilityData, **how: object) -> Agreement:
    return krippendorff_alpha(data, category=data.labels[0], **how)


SEVERAL = [
    fleiss_kappa,
    conger_kappa,
    brennan_prediger,
    percent_agreement,
    alpha_gwet_weights,
    light_kappa,
    hubert_kappa,
]
METRICS = ("interval", "ratio", "circular", "bipolar")
KINDS = {
    "categories": Kind(
        [krippendorff_alpha, gwet_ac1, positive, against_the_rest, *SEVERAL],
        ["a", "b", "c", "d"],
        {"a": 7, "b": "z", "c": ("k", 1), "d": "A"},
    ),
    "ordered categories": Kind(
        [
            partial(krippendorff_alpha, distance="ordinal"),
            *(weighted for each in (gwet_ac2, *SEVERAL) for weighted in every_weight(each)),
        ],
        [1, 2, 3, 4],
        {1: "never", 2: "at times", 3: "often", 4: "always"},
    ),
    "numbers": Kind(
        [
            *(partial(krippendorff_alpha, distance=metric) for metric in METRICS),
            icc,
            partial(icc, model="oneway"),
            partial(icc, kind="consistency"),
        ],
        [1, 2, 4, 5],
        {1: 1.0, 2: 2.0, 4: 4.0, 5: 5.0},
    ),
    "sets": Kind(
        [
            partial(krippendorff_alpha, distance=distance)
            for distance in ("masi", "jaccard", "dice", "dkpro_masi", "passonneau2004", "nominal")
        ],
        SETS,
        {codes: frozenset(RENAMED[code] for code in codes) for codes in SETS},
    ),
    "two coders": Kind([cohen_kappa, cohen_kappa_max, scott_pi], ["a", "b", "c"], {"a": "z", "b": 1, "c": "A"}, 2),
    "two coders, ordered categories": Kind(
        [weighted for each in (cohen_kappa, scott_pi) for weighted in every_weight(each)],
        [1, 2, 3],
        {1: "low", 2: "middle", 3: "high"},
        2,
    ),
    "two coders, two categories": Kind(
        [pabak, prevalence_index, bias_index], ["not applied", "applied"], {"not applied": 0, "applied": 1}, 2
    ),
}
OF_SPANS = [
    *(partial(each, interval=None) for each in (u_alpha, u_alpha_binary, cu_alpha, partial(ku_alpha, label="x"))),
    alpha_u_2004,
]


def test_every_coefficient_of_the_room_is_among_these() -> None:
    tried = {*(each for kind in KINDS.values() for each in kind.coefficients), *OF_SPANS, gamma, gamma_cat}
    named = {each.func if isinstance(each, partial) else each for each in tried} | {specific_agreement}
    public = (getattr(agreement, name) for name in agreement.__all__)

    assert {
        function
        for function in public
        if inspect.isfunction(function) and {"data", "interval"} <= inspect.signature(function).parameters.keys()
    } <= named


@st.composite
def tables(draw: st.DrawFn, kind: Kind) -> Table:
    n_coders, n_units = kind.coders or draw(st.integers(2, 4)), draw(st.integers(1, 10))
    cell = st.one_of(st.none(), st.integers(0, len(kind.labels) - 1))
    return [[draw(cell) for _ in range(n_units)] for _ in range(n_coders)]


def data_of(table: Table, labels: Sequence[Hashable], interviews: Sequence[str]) -> ReliabilityData:
    cells = [[None if v is None else labels[v] for v in row] for row in table]
    return ReliabilityData.from_table(cells, labels=labels, interviews=interviews)


def numbers_and_facts(
    coefficient: Coefficient, data: ReliabilityData, interval: str | None
) -> tuple[list[float], list[object]]:
    """Return the numbers that a coefficient gives, and what else it says."""
    found = coefficient(data, interval=interval, resamples=20, seed=2)
    return [found.value, found.low, found.high, found.se], [
        found.undefined,
        found.n_units,
        found.n_pairable,
        found.n_coders,
    ]


def assert_the_same(kind: Kind, first: ReliabilityData, second: ReliabilityData) -> None:
    pairable = first.pairable()
    # of one interview lines are drawn instead, and which of them comes first depends on the order of the categories
    drawn = ["interviews"] if len(set(pairable.interviews or ())) > 1 else []
    for coefficient in kind.coefficients:
        for interval in (None, "linearised", *drawn):
            (numbers, words), (numbers_2, words_2) = (
                numbers_and_facts(coefficient, data, interval) for data in (first, second)
            )

            assert words_2 == words, (coefficient, interval)
            assert numbers_2[0] == pytest.approx(numbers[0], abs=1e-12, nan_ok=True), (coefficient, interval)
            assert numbers_2[1:] == pytest.approx(numbers[1:], abs=1e-7, nan_ok=True), (coefficient, interval)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_the_order_of_coders_and_of_units_changes_nothing(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    interviews = [f"I{u % 3}" for u in range(len(table[0]))]
    coders = data.draw(st.permutations(range(len(table))))
    units = data.draw(st.permutations(range(len(table[0]))))
    turned = [[table[c][u] for u in units] for c in coders]

    assert_the_same(
        kind, data_of(table, kind.labels, interviews), data_of(turned, kind.labels, [interviews[u] for u in units])
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_the_names_of_codes_change_nothing(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    interviews = [f"I{u % 3}" for u in range(len(table[0]))]
    renamed = [kind.renamed[label] for label in kind.labels]

    assert_the_same(kind, data_of(table, kind.labels, interviews), data_of(table, renamed, interviews))


@pytest.mark.parametrize(
    "kind", [KINDS["categories"], KINDS["sets"], KINDS["two coders"]], ids=["nominal", "sets", "2"]
)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_the_order_of_categories_changes_nothing_where_they_have_none(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    interviews = [f"I{u % 3}" for u in range(len(table[0]))]
    cells = data_of(table, kind.labels, interviews)
    first, *others = range(len(kind.labels))  # the first is the one whose own agreement is asked for
    order = [first, *data.draw(st.permutations(others))]
    place = {v: order.index(v) for v in order}
    turned = [[None if v is None else place[v] for v in row] for row in table]

    assert_the_same(kind, cells, data_of(turned, [kind.labels[v] for v in order], interviews))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_units_that_nobody_judged_change_nothing(kind: Kind, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    interviews = [f"I{u % 3}" for u in range(len(table[0]))]
    more = [[*row, None, None] for row in table]

    assert_the_same(
        kind, data_of(table, kind.labels, interviews), data_of(more, kind.labels, [*interviews, "I0", "unread"])
    )


Texts = dict[str, tuple[int, dict[str, list[tuple[int, int, str]]]]]


@st.composite
def texts(draw: st.DrawFn) -> Texts:
    """Two texts that two or three coders cut into pieces, gaps among them."""
    made: Texts = {}
    coders = [f"coder_{c}" for c in "abc"[: draw(st.integers(2, 3))]]
    for text, length in (("GP1", 12), ("PM2", 9)):
        by_coder = {}
        for coder in coders:
            cuts = sorted(draw(st.sets(st.integers(1, length - 1), max_size=2)))
            labels = draw(st.lists(st.sampled_from([None, *"xyz"]), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
            pieces = zip([0, *cuts], [*cuts, length], labels, strict=True)
            by_coder[coder] = [(a, b, label) for a, b, label in pieces if label is not None]
        made[text] = (length, by_coder)
    return made


@settings(max_examples=25, deadline=None)
@given(texts())
def test_the_order_of_coders_and_of_spans_and_the_names_of_labels_change_no_coefficient_of_spans(
    marked: Texts,
) -> None:
    names = {"x": "x", "y": "q", "z": "a"}
    turned = {
        text: (length, {c: [(a, b, names[k]) for a, b, k in reversed(by_coder[c])] for c in reversed(by_coder)})
        for text, (length, by_coder) in marked.items()
    }
    assume(any(label == "x" for _, by_coder in marked.values() for spans in by_coder.values() for *_, label in spans))

    for coefficient in OF_SPANS:
        first, second = (coefficient(SpanData.from_texts(each)) for each in (marked, turned))
        assert second.undefined == first.undefined
        assert second.value == pytest.approx(first.value, abs=1e-9, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(texts())
def test_the_order_of_texts_changes_only_what_lays_them_end_to_end(marked: Texts) -> None:
    assume(any(label == "x" for _, by_coder in marked.values() for spans in by_coder.values() for *_, label in spans))

    for coefficient in OF_SPANS[:-1]:
        first, second = (coefficient(SpanData.from_texts(each)) for each in (marked, dict(reversed(marked.items()))))
        assert second.undefined == first.undefined
        assert second.value == pytest.approx(first.value, abs=1e-9, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(texts())
def test_the_order_of_coders_and_of_spans_and_the_names_of_labels_change_no_alignment_that_gamma_rests_on(
    marked: Texts,
) -> None:
    names = {"x": "x", "y": "q", "z": "a"}
    for _, by_coder in marked.values():
        spans = {c: [Span(*span) for span in mine] for c, mine in by_coder.items()}
        turned = {c: [Span(s.start, s.end, names[s.label]) for s in reversed(spans[c])] for c in reversed(spans)}

        assert best_alignment(turned).disorder == pytest.approx(best_alignment(spans).disorder, abs=1e-9)


@pytest.mark.parametrize(
    "coefficient", [*SEVERAL[:-3], light_kappa, hubert_kappa], ids=lambda function: function.__name__
)
def test_where_every_category_agrees_with_every_other_nothing_is_left_beyond_chance(coefficient: Coefficient) -> None:
    data = ReliabilityData.from_table([[1, 2, 3, 3, 1, 2, 1], [1, 3, 3, 2, 1, 2, 2], [2, 2, 3, 1, 1, 1, 3]])
    found = coefficient(data, weights=np.ones((3, 3)), interval=None)

    assert found.value == 1.0 if coefficient is percent_agreement else found.undefined is not None


@st.composite
def many_units(draw: st.DrawFn) -> np.ndarray:
    """Two to five coders of up to three hundred units in up to six categories, up to half of the cells missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_coders, n_units, n_labels = draw(st.integers(2, 5)), draw(st.integers(20, 300)), draw(st.integers(2, 6))
    truth = rng.integers(1, n_labels + 1, n_units)
    labels = np.where(rng.random((n_coders, n_units)) < 0.6, truth, rng.integers(1, n_labels + 1, (n_coders, n_units)))
    return np.where(rng.random(labels.shape) < draw(st.floats(0, 0.5)), np.nan, labels)


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
@settings(max_examples=40, deadline=None)
@given(table=many_units())
def test_alpha_is_that_of_the_krippendorff_package_on_random_data_with_missing_values(
    metric: str, table: np.ndarray
) -> None:
    alpha = krippendorff_alpha(ReliabilityData.from_table(table), distance=metric, interval=None)
    assume(alpha.undefined is None)

    assert alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement=metric), abs=1e-12)


@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
@settings(max_examples=40, deadline=None)
@given(table=many_units())
def test_kappa_is_that_of_scikit_learn_on_random_data_with_missing_values(weights: str, table: np.ndarray) -> None:
    labels = list(range(1, 7))
    both = ~np.isnan(table[:2]).any(axis=0)
    assume(both.any())
    first, second = table[:2, both].astype(int)
    pair = ReliabilityData.from_table(table[:2], labels=[float(label) for label in labels])
    by = None if weights == "unweighted" else weights
    kappa = cohen_kappa(pair, weights=weights, interval=None)
    assume(kappa.undefined is None)
    peer = cohen_kappa_score(first, second, labels=labels, weights=by)

    assert kappa.value == pytest.approx(peer, abs=1e-12)
    assert light_kappa(pair, weights=weights, interval=None).value == pytest.approx(peer, abs=1e-12)
