"""What must hold of every coefficient on all data."""

import math
from collections.abc import Callable, Sequence

import hypothesis.strategies as st
import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from sklearn.metrics import cohen_kappa_score

from autocode.agreement import (
    Agreement,
    Reliability,
    ReliabilityData,
    Undefined,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    specific_agreement,
)

Coefficient = Callable[..., Agreement]
Table = list[list[int | None]]


def positive(data: ReliabilityData, **how: object) -> Agreement:
    """Return the specific agreement on the last category."""
    return specific_agreement(data, category=data.labels[-1], **how)


ALL: list[Coefficient] = [krippendorff_alpha, percent_agreement, gwet_ac1, positive]


@st.composite
def tables(draw: st.DrawFn, *, coders: int | None = None) -> Table:
    """Tables of up to five coders and twenty units in up to four categories, with holes."""
    n_coders = coders or draw(st.integers(2, 5))
    n_units = draw(st.integers(1, 20))
    cell = st.one_of(st.none(), st.integers(0, 3))
    return [[draw(cell) for _ in range(n_units)] for _ in range(n_coders)]


def same(a: Agreement, b: Agreement) -> bool:
    return (math.isnan(a.value) and math.isnan(b.value) and a.undefined == b.undefined) or a.value == pytest.approx(
        b.value, abs=1e-12
    )


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_coders_and_of_units_does_not_matter(table: Table, random: Sequence[int]) -> None:
    columns = [list(column) for column in zip(*table, strict=True)]
    random.shuffle(columns)
    shuffled = [list(row) for row in zip(*columns, strict=True)]
    random.shuffle(shuffled)

    for coefficient in ALL:
        first = coefficient(ReliabilityData.from_table(table, labels=range(4)), interval=None)
        second = coefficient(ReliabilityData.from_table(shuffled, labels=range(4)), interval=None)
        assert same(first, second)


@given(tables())
def test_an_unjudged_unit_changes_nothing(table: Table) -> None:
    more = [[*row, None] for row in table]

    for coefficient in ALL:
        first = coefficient(ReliabilityData.from_table(table, labels=range(4)), resamples=20)
        second = coefficient(ReliabilityData.from_table(more, labels=range(4)), resamples=20)
        assert same(first, second)
        assert first.n_units == second.n_units
        assert (first.low, first.high) == pytest.approx((second.low, second.high), nan_ok=True)


@given(tables())
def test_renaming_the_categories_changes_nothing(table: Table) -> None:
    named = [[None if v is None else "dbca"[v] for v in row] for row in table]

    for coefficient in (krippendorff_alpha, percent_agreement, gwet_ac1):
        first, second = (coefficient(ReliabilityData.from_table(t), interval=None) for t in (table, named))
        assert same(first, second)


@given(tables())
def test_alpha_agrees_with_the_krippendorff_package(table: Table) -> None:
    alpha = krippendorff_alpha(ReliabilityData.from_table(table), interval=None)
    assume(alpha.undefined is None)
    floats = np.array([[np.nan if v is None else v for v in row] for row in table], dtype=float)

    assert alpha.value == pytest.approx(krippendorff.alpha(floats, level_of_measurement="nominal"), abs=1e-12)


@given(tables(coders=2))
def test_kappa_agrees_with_scikit_learn_on_what_both_judged(table: Table) -> None:
    kappa = cohen_kappa(ReliabilityData.from_table(table), interval=None)
    assume(kappa.undefined is None)
    first, second = zip(*[pair for pair in zip(*table, strict=True) if None not in pair], strict=True)

    assert kappa.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)


def by_enumeration(units: list[list[frozenset[str]]]) -> float:
    """Alpha by MASI from its definition, pair by pair."""

    def masi(a: frozenset[str], b: frozenset[str]) -> float:
        if a == b:
            return 0.0
        m = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
        return 1 - len(a & b) / len(a | b) * m

    pairable = [unit for unit in units if len(unit) >= 2]
    values = [v for unit in pairable for v in unit]
    n = len(values)
    observed = sum(masi(a, b) / (len(unit) - 1) for unit in pairable for a in unit for b in unit) / n
    expected = sum(masi(a, b) for a in values for b in values) / (n * (n - 1))
    return 1 - observed / expected


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.frozensets(st.sampled_from("abcd"), max_size=3)), min_size=3, max_size=3),
        min_size=2,
        max_size=12,
    )
)
def test_masi_alpha_is_its_definition(units: list[list[frozenset[str] | None]]) -> None:
    rows = [list(row) for row in zip(*units, strict=True)]
    data = ReliabilityData.from_table(rows)
    assume(data.of_sets)
    alpha = krippendorff_alpha(data, interval=None)
    assume(alpha.undefined is None)

    assert alpha.value == pytest.approx(
        by_enumeration([[v for v in unit if v is not None] for unit in units]), abs=1e-12
    )


def test_jaccard_and_dice_stand_between_masi_and_perfect() -> None:
    data = ReliabilityData.from_table([[{"a"}, {"b"}, {"c"}, set()], [{"a", "b"}, {"b"}, {"c"}, set()]])
    by = {name: krippendorff_alpha(data, distance=name, interval=None).value for name in ("masi", "jaccard", "dice")}

    assert by["masi"] < by["jaccard"] < by["dice"] < 1


@pytest.mark.parametrize(
    ("table", "undefined", "sentence"),
    [
        ([[1, 1], [1, 1]], Undefined.ONE_CATEGORY, "undefined: only one category was used"),
        ([[0, 1], [None, None]], Undefined.ONE_CODER, "undefined: fewer than two coders judged anything"),
        ([[0, None], [None, 1]], Undefined.NO_PAIRS, "undefined: no line was judged by two coders"),
        ([[], []], Undefined.ONE_CODER, "undefined: fewer than two coders judged anything (0 coders, 0 lines)"),
    ],
)
def test_a_coefficient_without_a_value_says_why(table: Table, undefined: Undefined, sentence: str) -> None:
    for coefficient in (krippendorff_alpha, cohen_kappa):
        found = coefficient(ReliabilityData.from_table(table))

        assert found.undefined is undefined
        assert math.isnan(found.value)
        assert math.isnan(found.low)
        assert str(found).startswith(sentence)
        assert found.reliability is Reliability.UNDECIDED
        assert found.to_json() == {"value": None, "low": None, "high": None, "undefined": str(undefined)}


def test_percent_agreement_and_ac1_have_a_value_where_one_of_two_categories_was_used() -> None:
    data = ReliabilityData.from_table([[1, 1], [1, 1]], labels=[0, 1])

    assert percent_agreement(data).value == 1.0
    assert gwet_ac1(data).value == 1.0
    assert gwet_ac1(ReliabilityData.from_table([[1, 1], [1, 1]])).undefined is Undefined.ONE_CATEGORY


def test_specific_agreement_on_a_category_that_nobody_used_is_undefined() -> None:
    data = ReliabilityData.from_table([[0, 0], [0, 0]], labels=[0, 1])

    assert specific_agreement(data, category=1).undefined is Undefined.NEVER_USED
    with pytest.raises(ValueError, match="there is no category 'applied'; the categories are 0, 1"):
        specific_agreement(data)


def test_kappa_is_for_two_coders() -> None:
    with pytest.raises(ValueError, match=r"for two coders and these are 3; choose with data\.pair\(a, b\)"):
        cohen_kappa(ReliabilityData.from_table([[0, 1]] * 3))


def test_a_distance_between_sets_needs_sets_and_a_known_name() -> None:
    data = ReliabilityData.from_table([[0, 1], [1, 1]])

    with pytest.raises(
        ValueError, match="the distance 'masi' compares sets, and these labels are not sets; use 'nominal'"
    ):
        krippendorff_alpha(data, distance="masi")
    with pytest.raises(ValueError, match="there is no distance 'mazi'; the distances are nominal, masi, jaccard, dice"):
        krippendorff_alpha(data, distance="mazi")
