"""The compressed table: how it is stored must not change the results."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from autocode.agreement.coefficients import _alpha
from autocode.agreement.data import _patterns
from autocode.agreement.intervals import _estimates, _tabulation
from autocode.agreement.intervals._methods import Interval


def study(n: int = 240) -> ReliabilityData:
    """Return three coders of four categories, some lines not judged, in twelve interviews."""
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 4, n)
    labels = np.where(rng.random((3, n)) < 0.8, truth, rng.integers(0, 4, (3, n)))
    labels[rng.random((3, n)) < 0.2] = -1
    return ReliabilityData.from_table(labels, interviews=[f"I{u % 12}" for u in range(n)], labels=(0, 1, 2, 3))


@pytest.mark.parametrize("interval", ["interviews", "linearised", "jackknife"])
def test_a_table_too_large_to_be_dense_says_the_same(interval: Interval, monkeypatch: pytest.MonkeyPatch) -> None:
    small = krippendorff_alpha(study(), interval=interval, seed=3)
    monkeypatch.setattr(_tabulation, "_FEW_CELLS", 10)
    monkeypatch.setattr(_alpha, "_FEW_CELLS", 10)
    large = krippendorff_alpha(study(), interval=interval, seed=3)

    assert (large.value, large.low, large.high) == pytest.approx((small.value, small.low, small.high), abs=1e-12)


def test_the_order_of_coders_does_not_change_a_bootstrap_of_lines() -> None:
    data = study()
    turned = ReliabilityData.from_table(data.values[::-1], labels=data.labels)
    first, second = (krippendorff_alpha(each, interval="lines", seed=3) for each in (data, turned))

    assert (first.low, first.high) == pytest.approx((second.low, second.high), abs=1e-12)


def test_lines_that_bring_the_same_are_drawn_as_one_with_the_same_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    merged = krippendorff_alpha(study(), interval="lines", resamples=8000)
    monkeypatch.setattr(_tabulation, "_FEW_CELLS", 10)
    apart = krippendorff_alpha(study(), interval="lines", resamples=8000)

    assert merged.se == pytest.approx(apart.se, rel=0.05)


def column_counts(units: _patterns.Patterns) -> Counter[tuple[int, ...]]:
    labels: Counter[tuple[int, ...]] = Counter()
    for row, times in zip(units.rows.tolist(), units.multiplicity.tolist(), strict=True):
        labels[tuple(row)] += times
    return +labels


@pytest.mark.parametrize(
    "n_labels",
    [
        pytest.param(2, id="every possible column is listed"),
        pytest.param(20, id="columns are counted"),
        pytest.param(80, id="columns are sorted as numbers"),
        pytest.param(2**16, id="columns are too long for a number"),
    ],
)
@pytest.mark.parametrize("counts_only", [False, True])
def test_a_compressed_table_says_what_the_table_says(n_labels: int, counts_only: bool) -> None:
    rng = np.random.default_rng(8)
    values = np.where(rng.random((4, 60_000)) < 0.4, -1, rng.integers(0, n_labels, (4, 60_000))).astype(np.int32)
    values[:, :7] = -1
    units = _patterns.patterns_of(values, n_labels, of_units=True, counts_only=counts_only)
    judged = (values >= 0).any(axis=0)

    assert column_counts(units) == Counter(map(tuple, values.T[judged].tolist()))
    assert units.pattern_of_unit is not None
    found = np.append(units.rows, np.full((1, 4), -1), axis=0)[units.pattern_of_unit]
    assert (found == values.T).all()
    assert np.append(units.judgements, 0)[units.pattern_of_unit].tolist() == (values >= 0).sum(axis=0).tolist()
    assert units.n_pairable == ((values >= 0).sum(axis=0) >= 2).sum()


def test_coders_count_where_another_judged_too() -> None:
    data = ReliabilityData.from_table(
        [[0, 1, 1, None], [0, None, 1, None], [None, None, None, 1]], interviews=["a", "b", "c", "d"]
    )

    for interval in (None, "linearised"):
        found = krippendorff_alpha(data, interval=interval)
        assert (found.n_units, found.n_pairable, found.n_coders, found.n_interviews) == (4, 2, 2, 2)


@pytest.mark.parametrize("coefficient", [krippendorff_alpha, gwet_ac1, percent_agreement, fleiss_kappa])
def test_a_value_alone_is_the_value_of_the_interval_however_many_categories(
    coefficient: Callable[..., Agreement], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 90, 700)
    labels = np.where(rng.random((3, 700)) < 0.6, truth, rng.integers(-1, 90, (3, 700)))
    data = ReliabilityData.from_table(labels, interviews=[f"I{u % 9}" for u in range(700)])
    whole = coefficient(data, interval="linearised").value
    monkeypatch.setattr(_estimates, "CELLS_AT_ONCE", 10_000)

    assert coefficient(data, interval=None).value == pytest.approx(whole, abs=1e-13)
