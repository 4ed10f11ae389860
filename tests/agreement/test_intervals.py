"""Intervals: what is resampled, and what the result says about it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from autocode.agreement import (
    Agreement,
    Reliability,
    ReliabilityData,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    verdict,
)


def study(n_interviews: int, lines: int = 10, *, seed: int = 1, once: int = 0) -> ReliabilityData:
    """Return three coders who mostly agree; the first `once` interviews were read by the first coder only."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n_interviews * lines) < rng.uniform(0.1, 0.6, n_interviews).repeat(lines)
    labels = np.where(rng.random((3, len(truth))) < 0.9, truth, ~truth).astype(int)
    labels[1:, : once * lines] = -1
    return ReliabilityData.from_table(labels, interviews=[f"I{i}" for i in range(n_interviews) for _ in range(lines)])


def test_an_agreement_reads_as_a_sentence() -> None:
    agreement = krippendorff_alpha(study(18), seed=7)

    assert (
        str(agreement)
        == f"{agreement.value:.2f} [{agreement.low:.2f}, {agreement.high:.2f}] (3 coders, 180 lines, 18 interviews)"
    )
    assert agreement._repr_html_().startswith(f"<p><b>krippendorff_alpha</b> {agreement}</p><table><tr><th>unit</th>")


def test_interviews_are_resampled_on_request() -> None:
    agreement = krippendorff_alpha(study(18), interval="interviews", seed=7)

    assert agreement.conventions["interval"] == "95 % percentile interval from a bootstrap of interviews"
    assert (agreement.conventions["resamples"], agreement.conventions["seed"]) == ("2000", "7")
    assert "caution" not in agreement.conventions
    assert agreement.low < agreement.value < agreement.high


def test_few_interviews_are_a_caution() -> None:
    by_default, resampled = (krippendorff_alpha(study(6), interval=how) for how in ("cube-root", "interviews"))

    assert by_default.conventions["caution"] == (
        "6 interviews are fewer than 15: the interval may be too narrow; take one of 95 % for one of 90 %"
    )
    assert resampled.conventions["caution"] == "6 interviews are fewer than 15: the interval is likely to be too narrow"


def test_lines_are_resampled_where_interviews_are_not_known() -> None:
    data = ReliabilityData.from_table(study(18).values)
    agreement = krippendorff_alpha(data, interval="interviews")

    assert agreement.n_interviews == 0
    assert str(agreement).endswith("(3 coders, 180 lines taken as independent: interviews are not known)")
    assert str(krippendorff_alpha(data, interval=None)).endswith("(3 coders, 180 lines)")
    assert agreement.conventions["interval"] == "95 % percentile interval from a bootstrap of lines"
    assert agreement.conventions["caution"].startswith("interviews are not known: the interval is too narrow if")


def test_one_interview_cannot_be_resampled() -> None:
    assert krippendorff_alpha(study(1, 30)).conventions["caution"].startswith("there is only one interview")


def test_lines_are_resampled_on_request_without_a_caution() -> None:
    agreement = krippendorff_alpha(study(18), interval="lines", level=0.9)

    assert agreement.conventions["interval"] == "90 % percentile interval from a bootstrap of lines"
    assert "caution" not in agreement.conventions


def test_no_interval_on_request() -> None:
    agreement = krippendorff_alpha(study(4), interval=None)

    assert math.isnan(agreement.low)
    assert str(agreement) == f"{agreement.value:.2f} (3 coders, 40 lines, 4 interviews)"
    assert agreement.reliability is Reliability.UNDECIDED


def test_the_same_seed_gives_the_same_interval_and_another_gives_another() -> None:
    first, again, other = (krippendorff_alpha(study(18), interval="interviews", seed=seed) for seed in (1, 1, 2))

    assert (first.low, first.high) == (again.low, again.high)
    assert first.low != other.low


def test_the_order_of_lines_does_not_change_the_interval() -> None:
    data = study(18)
    backwards = ReliabilityData.from_table(data.values[:, ::-1], interviews=(data.interviews or ())[::-1])

    for how in ("cube-root", "interviews"):
        backward, forward = (krippendorff_alpha(each, interval=how, seed=3).low for each in (backwards, data))
        assert backward == pytest.approx(forward, abs=1e-12)


def test_the_bootstrap_is_that_of_a_loop_over_interviews() -> None:
    data = study(18)
    names = sorted(set(data.interviews or ()))
    at = {name: np.flatnonzero(np.array(data.interviews) == name) for name in names}
    weights = np.random.default_rng(5).multinomial(18, np.full(18, 1 / 18), size=200)
    values = []
    for row in weights:
        chosen = np.concatenate([np.tile(at[name], n) for name, n in zip(names, row, strict=True)])
        values.append(krippendorff_alpha(ReliabilityData.from_table(data.values[:, chosen]), interval=None).value)

    agreement = krippendorff_alpha(data, interval="interviews", resamples=200, seed=5)

    assert (agreement.low, agreement.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))


def test_interviews_coded_once_leave_alpha_and_its_interval_alone_but_not_chance_in_ac1() -> None:
    with_once, without = study(20, once=8), study(20, once=8).pairable()

    assert krippendorff_alpha(with_once, seed=2).low == pytest.approx(krippendorff_alpha(without, seed=2).low)
    assert percent_agreement(with_once, seed=2).high == pytest.approx(percent_agreement(without, seed=2).high)
    assert gwet_ac1(with_once).value != gwet_ac1(without).value
    assert with_once.judged.any(axis=0).sum() == krippendorff_alpha(with_once).n_units == 200
    assert krippendorff_alpha(with_once).n_pairable == 120


def test_resamples_without_a_value_are_left_out_and_counted() -> None:
    labels = np.zeros((2, 40), dtype=int)
    labels[:, 0] = 1
    labels[0, 1] = 1
    data = ReliabilityData.from_table(labels, interviews=[f"I{u // 2}" for u in range(40)])
    agreement = krippendorff_alpha(data, interval="interviews", resamples=500)

    assert 0 < agreement.n_left_out < 500
    assert agreement.conventions["left out"] == (
        f"{agreement.n_left_out} of 500 resamples, in which the coefficient is undefined"
    )
    assert agreement.reliability is Reliability.UNDECIDED


def test_an_interval_without_any_resample_with_a_value_is_none() -> None:
    data = ReliabilityData.from_table([[0, 1], [0, 1]], interviews=["a", "b"])
    agreement = krippendorff_alpha(data, interval="interviews", resamples=1, seed=1)

    assert agreement.n_left_out in (0, 1)
    assert agreement.reliability is Reliability.UNDECIDED


def test_a_table_too_wide_for_one_integer_is_counted_too() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, (40, 30))
    wide = krippendorff_alpha(ReliabilityData.from_table(labels), interval="lines", resamples=50)

    assert wide.value == pytest.approx(
        krippendorff_alpha(ReliabilityData.from_table(labels[::-1]), interval=None).value
    )


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"level": 95}, "the level of an interval lies between 0 and 1, not at 95"),
        ({"resamples": 0}, "an interval needs at least one resample, not 0"),
        (
            {"interval": "units"},
            "an interval is 'cube-root', resamples 'interviews' or 'lines', or is None; not 'units'",
        ),
    ],
)
def test_an_impossible_interval_is_the_callers_mistake(how: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        krippendorff_alpha(study(2), **how)


@pytest.mark.parametrize(
    ("interval", "resampled", "resamples", "degrees_of_freedom"),
    [
        (None, None, 0, None),
        ("cube-root", "interviews", 0, 7),
        ("interviews", "interviews", 50, None),
        ("lines", "lines", 50, None),
        ("bca", "interviews", 50, None),
        ("linearised", "interviews", 0, 7),
        ("jackknife", "interviews", 0, 7),
        ("gwet", "lines", 0, 79),
        ("asymptotic", "lines", 0, None),
    ],
)
def test_what_an_interval_rests_on_is_a_fact_and_not_only_a_sentence(
    interval, resampled, resamples, degrees_of_freedom
):
    found = krippendorff_alpha(study(8), interval=interval, resamples=50)

    assert (found.resampled, found.resamples, found.unit) == (resampled, resamples, "line")
    assert (found.interviews_known, found.lines_for_interviews) == (True, False)
    assert (None if math.isnan(found.degrees_of_freedom) else found.degrees_of_freedom) == degrees_of_freedom


def test_lines_that_stand_in_for_interviews_are_a_fact() -> None:
    unknown, single = ReliabilityData.from_table(study(8).values), study(1, 30)
    facts = [
        (found.interviews_known, found.lines_for_interviews) for found in map(krippendorff_alpha, (unknown, single))
    ]

    assert facts == [(False, True), (True, True)]
    assert not krippendorff_alpha(unknown, interval="lines").lines_for_interviews
    assert not krippendorff_alpha(unknown, interval=None).lines_for_interviews


def test_a_coefficient_knows_its_range() -> None:
    assert krippendorff_alpha(study(8)).value_range == (-1, 1)
    assert percent_agreement(study(8), interval=None).value_range == (0, 1)


@pytest.mark.parametrize("interval", [None, "cube-root", "interviews", "lines", "linearised"])
@pytest.mark.parametrize("data", [study(4), study(18), ReliabilityData.from_table(study(8).values)])
def test_no_conclusion_depends_on_how_the_conventions_are_worded(interval, data) -> None:
    found = krippendorff_alpha(data, interval=interval, resamples=50)
    reworded = replace(found, conventions=dict.fromkeys(found.conventions, "other words"))

    assert (reworded.reliability, str(reworded), verdict(reworded)) == (found.reliability, str(found), verdict(found))


def test_five_interviews_are_not_enough_evidence_however_narrow_the_interval() -> None:
    five, six = (
        Agreement(
            coefficient="krippendorff_alpha",
            value=0.9,
            low=0.85,
            high=0.95,
            n_interviews=n,
            resampled="interviews",
            resamples=2000,
        )
        for n in (5, 6)
    )

    assert five.reliability is Reliability.UNDECIDED
    assert six.reliability is Reliability.RELIABLE


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.81, 0.9, Reliability.RELIABLE),
        (0.7, 0.9, Reliability.TENTATIVE),
        (0.5, 0.6, Reliability.UNRELIABLE),
        (0.5, 0.7, Reliability.UNDECIDED),
        (1.0, 1.0, Reliability.UNDECIDED),
    ],
)
def test_the_verdict_rests_on_the_lower_bound(low: float, high: float, verdict: Reliability) -> None:
    agreement = Agreement(coefficient="krippendorff_alpha", value=(low + high) / 2, low=low, high=high, resamples=2000)

    assert agreement.reliability is verdict
