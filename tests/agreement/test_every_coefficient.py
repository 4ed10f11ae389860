"""What must hold of every coefficient of units by coders, with every weight and by every interval."""

import math
import re
import warnings
from collections.abc import Callable, Sequence
from functools import partial

import hypothesis.strategies as st
import krippendorff
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from sklearn.metrics import cohen_kappa_score

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    Undefined,
    alpha_gwet_weights,
    bias_index,
    brennan_prediger,
    cohen_kappa,
    cohen_kappa_max,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    hubert_kappa,
    icc,
    krippendorff_alpha,
    light_kappa,
    pabak,
    percent_agreement,
    prevalence_index,
    scott_pi,
)
from autocode.errors import AgreementError

Coefficient = Callable[..., Agreement]
Table = list[list[int | None]]

FAMILIES = ("unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")
METRICS = ("nominal", "ordinal", "interval", "ratio", "circular", "bipolar")
ALPHAS = [partial(krippendorff_alpha, distance=metric) for metric in METRICS]
WEIGHTED = [gwet_ac2, fleiss_kappa, conger_kappa, brennan_prediger, percent_agreement, alpha_gwet_weights]
PAIRWISE = [light_kappa, hubert_kappa]
MANY: list[Coefficient] = [*ALPHAS, *WEIGHTED, *PAIRWISE, icc, partial(icc, model="oneway"), gwet_ac1]
TWO: list[Coefficient] = [cohen_kappa, cohen_kappa_max, scott_pi]
INTERVALS = ("cube-root", "interviews", "lines", "bca", "linearised", "jackknife", "asymptotic")


@st.composite
def tables(draw: st.DrawFn, *, coders: int | None = None, most: int = 4) -> Table:
    """Tables of up to four coders and twelve units in categories 1 to `most`, with holes."""
    n_coders = coders or draw(st.integers(2, 4))
    n_units = draw(st.integers(1, 12))
    cell = st.one_of(st.none(), st.integers(1, most))
    return [[draw(cell) for _ in range(n_units)] for _ in range(n_coders)]


def data_of(table: Table) -> ReliabilityData:
    return ReliabilityData.from_table(table, labels=range(1, 5))


def same(a: Agreement, b: Agreement) -> bool:
    return (math.isnan(a.value) and math.isnan(b.value)) or a.value == pytest.approx(b.value, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_coders_and_of_units_does_not_matter(table: Table, random: Sequence[int]) -> None:
    columns = [list(column) for column in zip(*table, strict=True)]
    random.shuffle(columns)
    shuffled = [list(row) for row in zip(*columns, strict=True)]
    random.shuffle(shuffled)

    for coefficient in MANY:
        first, second = coefficient(data_of(table), interval=None), coefficient(data_of(shuffled), interval=None)
        assert same(first, second)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_an_unjudged_unit_and_a_coder_who_judged_nothing_change_nothing(table: Table) -> None:
    more = [[*row, None] for row in table] + [[None] * (len(table[0]) + 1)]

    for coefficient in MANY:
        first, second = (coefficient(data_of(t), interval="linearised") for t in (table, more))
        assert same(first, second)
        assert first.undefined == second.undefined
        assert first.se == pytest.approx(second.se, abs=1e-9, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(tables())
@example([[None, 1, 1, None], [None, 1, 1, 2]])  # another category was given, but to no line of two coders
@example([[2, 2], [1, 1]])  # by rounding, the upper bound of -1 came out below the lower one, which is cut at -1
def test_a_value_that_does_not_exist_has_a_reason_and_no_interval(table: Table) -> None:
    data = data_of(table)

    for interval in INTERVALS:
        for coefficient in MANY:
            found = coefficient(data, interval=interval, resamples=20)
            assert math.isnan(found.value) == (found.undefined is not None)
            assert found.undefined is None or (math.isnan(found.low) and math.isnan(found.se))
            assert math.isnan(found.low) or found.low <= found.high


@settings(max_examples=30, deadline=None)
@given(tables(coders=2))
def test_two_coders_by_every_interval(table: Table) -> None:
    for interval in INTERVALS:
        for coefficient in TWO:
            found = coefficient(data_of(table), interval=interval, resamples=20)
            assert math.isnan(found.value) == (found.undefined is not None)


@settings(max_examples=40)
@given(tables(coders=2, most=2))
def test_two_coders_and_two_categories(table: Table) -> None:
    data = ReliabilityData.from_table(table, labels=[1, 2])
    n = percent_agreement(data, interval=None)
    assume(n.undefined is None)

    assert pabak(data, interval=None).value == pytest.approx(2 * n.value - 1)
    assert 0 <= prevalence_index(data, interval="linearised").value <= 1
    assert 0 <= bias_index(data, interval="jackknife").value <= 1 - n.value + 1e-12


@pytest.mark.parametrize("metric", ["ordinal", "interval", "ratio"])
@settings(deadline=None)
@given(table=tables())
def test_alpha_agrees_with_the_krippendorff_package(metric: str, table: Table) -> None:
    alpha = krippendorff_alpha(ReliabilityData.from_table(table), distance=metric, interval=None)
    assume(alpha.undefined is None)
    floats = np.array([[np.nan if v is None else v for v in row] for row in table], dtype=float)

    assert alpha.value == pytest.approx(krippendorff.alpha(floats, level_of_measurement=metric), abs=1e-12)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
@given(table=tables(coders=2))
def test_weighted_kappa_agrees_with_scikit_learn(weights: str, table: Table) -> None:
    kappa = cohen_kappa(data_of(table), weights=weights, interval=None)
    assume(kappa.undefined is None)
    first, second = zip(*[pair for pair in zip(*table, strict=True) if None not in pair], strict=True)

    assert kappa.value == pytest.approx(
        cohen_kappa_score(first, second, labels=[1, 2, 3, 4], weights=weights), abs=1e-12
    )


@settings(max_examples=40)
@given(tables())
def test_what_is_the_same_coefficient_by_another_name(table: Table) -> None:
    data = data_of(table)
    whole = [[row[u] for u in range(len(row)) if all(other[u] is not None for other in table)] for row in table]

    assert same(alpha_gwet_weights(data, interval=None), krippendorff_alpha(data, interval=None))
    assert same(
        alpha_gwet_weights(data, weights="quadratic", interval=None),
        krippendorff_alpha(data, distance="interval", interval=None),
    )
    assert same(gwet_ac2(data, weights="unweighted", interval=None), gwet_ac1(data, interval=None))
    assert same(conger_kappa(data_of(whole), interval=None), hubert_kappa(data_of(whole), interval=None))


@given(tables(coders=2))
def test_kappas_of_two_coders_who_judged_the_same_are_cohens_and_scotts(table: Table) -> None:
    whole = [pair for pair in zip(*table, strict=True) if None not in pair]
    data = data_of([list(row) for row in zip(*whole, strict=True)] or [[], []])

    for several in (conger_kappa, hubert_kappa, light_kappa):
        assert same(several(data, interval=None), cohen_kappa(data, interval=None))
    assert same(fleiss_kappa(data, interval=None), scott_pi(data, interval=None))
    assert cohen_kappa_max(data, interval=None).undefined or (
        cohen_kappa(data, interval=None).value <= cohen_kappa_max(data, interval=None).value + 1e-12
    )


@pytest.mark.parametrize("weights", FAMILIES)
def test_every_family_gives_a_category_its_whole_weight_and_tells_its_spacing(weights: str) -> None:
    data = ReliabilityData.from_table([[0, 1, 2, 3], [0, 1, 2, 3]])

    for coefficient in WEIGHTED:
        found = coefficient(data, weights=weights, interval=None)
        assert found.value == pytest.approx(1.0)
        assert weights == "unweighted" or found.conventions["distance"] == (
            f"weights: {weights}, categories spaced by their values"
        )


def test_categories_that_are_not_evenly_spaced_count_by_value_or_by_rank() -> None:
    data = ReliabilityData.from_table([[1, 2, 10, 10], [2, 2, 10, 1]])
    by_value, by_rank = (cohen_kappa(data, weights="linear", spacing=s, interval=None) for s in ("values", "ranks"))

    assert by_value.value != pytest.approx(by_rank.value)
    assert by_rank.conventions["distance"] == "weights: linear, categories spaced by their ranks"


def test_one_category_has_no_weights_to_make() -> None:
    data = ReliabilityData.from_table([[1, 1], [1, 1]])

    for coefficient in (gwet_ac2, fleiss_kappa, conger_kappa, brennan_prediger, cohen_kappa, scott_pi):
        assert coefficient(data, weights="quadratic").undefined is Undefined.ONE_CATEGORY


def test_lights_kappa_is_undefined_where_that_of_a_pair_is() -> None:
    one_says_the_same = light_kappa(ReliabilityData.from_table([[0, 0, 0], [0, 0, 0], [0, 1, 0]]))
    two_never_meet = light_kappa(ReliabilityData.from_table([[0, 1, None], [0, 1, 1], [None, None, 1]]))

    assert one_says_the_same.undefined is Undefined.PAIR_UNDEFINED
    assert two_never_meet.undefined is Undefined.PAIR_UNDEFINED
    assert hubert_kappa(ReliabilityData.from_table([[0, 0], [0, 0], [0, 0]])).undefined is Undefined.ONE_CATEGORY
    assert str(two_never_meet).startswith("undefined: two of the coders share no line")


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda data: fleiss_kappa(data, weights="square"), "there are no weights 'square'; choose unweighted, linear"),
        (lambda data: fleiss_kappa(data, weights=[[1, 0]]), "the weights have the shape (1, 2), but there are 3 categ"),
        (
            lambda data: fleiss_kappa(data, weights=[[1], [0, 1]]),
            "the weights are not all numbers, or their rows differ",
        ),
        (
            lambda data: fleiss_kappa(data, weights=lambda a, b: math.inf),
            "the weights hold a number that is not finite",
        ),
        (
            lambda data: fleiss_kappa(data, spacing="log"),
            "categories are spaced by 'values' or by 'ranks', not by 'log'",
        ),
        (lambda data: krippendorff_alpha(data, distance=[[0]]), "the distances have the shape (1, 1), but there are 3"),
        (lambda data: fleiss_kappa(data, category=9), "there is no category 9; the categories are 1, 2, 3"),
        (pabak, "PABAK is for two categories and these are 3; use brennan_prediger"),
        (bias_index, "the bias index is for two categories and these are 3"),
        (lambda data: icc(data, model="threeway"), "an intraclass correlation is 'oneway' or 'twoway', not 'threeway'"),
        (
            lambda data: light_kappa(data, interval="gwet"),
            "Gwet gives no standard error for light_kappa; choose 'linear",
        ),
    ],
)
def test_a_wrong_choice_is_refused_in_a_sentence(compute: Coefficient, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        compute(ReliabilityData.from_table([[1, 2, 3], [1, 2, 2]]))


def test_scotts_pi_and_the_maximum_of_kappa_are_for_two_coders() -> None:
    data = ReliabilityData.from_table([[0, 1]] * 3)

    with pytest.raises(ValueError, match="Scott's pi is for two coders and these are 3"):
        scott_pi(data)
    with pytest.raises(ValueError, match="the maximum of Cohen's kappa is for two coders and these are 3"):
        cohen_kappa_max(data)


def test_text_where_numbers_are_needed_is_named_with_its_place() -> None:
    data = ReliabilityData.from_table([[1, "two", 2], [1, 2, 2]])

    with pytest.raises(
        AgreementError, match=r"'interval' needs numbers, but 'two' \(coder coder 1, unit 2\) is not a number"
    ):
        krippendorff_alpha(data, distance="interval")
    with pytest.raises(
        AgreementError, match="an intraclass correlation needs numbers, but 'two' is not a number; give ratings"
    ):
        icc(data)


def test_a_declared_word_that_nobody_used_has_no_place() -> None:
    data = ReliabilityData.from_table([[1, 2], [1, 2]], labels=[1, 2, "many"])

    with pytest.raises(
        AgreementError, match="needs numbers, but 'many' is not a number; give numbers, or use 'ordinal'"
    ):
        krippendorff_alpha(data, distance="ratio")


def test_ratings_that_cannot_be_compared_have_no_intraclass_correlation() -> None:
    flat = icc(ReliabilityData.from_table([[0.3, 0.3], [0.3, 0.3]], labels=[0.1, 0.3]), interval="f")
    one_unit = icc(ReliabilityData.from_table([[1, 2, None], [1, None, 2], [2, None, None]]))
    perfect = icc(ReliabilityData.from_table([[1, 2, 3], [1, 2, 3]]), interval="f")
    consistent = icc(ReliabilityData.from_table([[1, 2, 3], [2, 3, 4]]), kind="consistency", interval="f")

    assert flat.undefined is Undefined.NO_VARIATION
    assert one_unit.undefined is Undefined.FEW_UNITS
    assert perfect.value == pytest.approx(1.0)
    assert consistent.value == pytest.approx(1.0)
    assert math.isnan(perfect.low)
    assert math.isnan(consistent.low)


def test_nothing_warns_on_a_table_where_every_line_is_of_one_kind() -> None:
    data = ReliabilityData.from_table([[1, 1, 1, 1, 2], [1, 1, 1, 1, 2]], interviews=list("aabbc"))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for interval in INTERVALS:
            for coefficient in (*MANY, *TWO):
                assert coefficient(data, interval=interval, resamples=50).value == pytest.approx(1.0, abs=0.2)


def test_text_in_place_of_codes_is_refused_before_it_fills_the_memory() -> None:
    data = ReliabilityData.from_table([range(5001), range(5001)])

    for coefficient in (*ALPHAS, *WEIGHTED, *PAIRWISE, gwet_ac1, cohen_kappa, scott_pi):
        with pytest.raises(AgreementError, match="there are 5001 different labels, more than 5000: these look like"):
            coefficient(data)


def test_labels_are_declared_once_and_none_is_missing() -> None:
    with pytest.raises(AgreementError, match="labels are declared more than once: 'a'; declare each once"):
        ReliabilityData.from_table([["a"], ["b"]], labels="aab")
    with pytest.raises(
        AgreementError, match="None or NaN is declared as a label, but it means not judged; leave it out"
    ):
        ReliabilityData.from_table([[1], [2]], labels=[1, 2, math.nan])

    assert ReliabilityData.from_table([["a"], ["b"]], labels="ab").labels == ("a", "b")
