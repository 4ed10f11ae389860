"""The compressed table: what may change how it is stored, and must not change what it says."""

import numpy as np
import pytest

from autocode.agreement import ReliabilityData, _alpha, _intervals, krippendorff_alpha


def study(n: int = 240) -> ReliabilityData:
    """Return three coders of four categories, some lines not judged, in twelve interviews."""
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 4, n)
    said = np.where(rng.random((3, n)) < 0.8, truth, rng.integers(0, 4, (3, n)))
    said[rng.random((3, n)) < 0.2] = -1
    return ReliabilityData.from_table(said, interviews=[f"I{u % 12}" for u in range(n)], labels=(0, 1, 2, 3))


@pytest.mark.parametrize("interval", ["interviews", "linearised", "jackknife"])
def test_a_table_too_large_to_be_dense_says_the_same(
    interval: _intervals.Interval, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = krippendorff_alpha(study(), interval=interval, seed=3)
    monkeypatch.setattr(_intervals, "_FEW_CELLS", 10)
    monkeypatch.setattr(_alpha, "_FEW_CELLS", 10)
    large = krippendorff_alpha(study(), interval=interval, seed=3)

    assert (large.value, large.low, large.high) == pytest.approx((small.value, small.low, small.high), abs=1e-12)


def test_the_order_of_coders_does_not_change_a_bootstrap_of_lines() -> None:
    data = study()
    turned = ReliabilityData.from_table(data.values[::-1], labels=data.labels)
    one, other = (krippendorff_alpha(each, interval="lines", seed=3) for each in (data, turned))

    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-12)


def test_lines_that_bring_the_same_are_drawn_as_one_with_the_same_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    merged = krippendorff_alpha(study(), interval="lines", resamples=8000)
    monkeypatch.setattr(_intervals, "_FEW_CELLS", 10)
    apart = krippendorff_alpha(study(), interval="lines", resamples=8000)

    assert merged.se == pytest.approx(apart.se, rel=0.05)
