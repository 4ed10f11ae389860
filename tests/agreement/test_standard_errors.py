"""Standard errors: exact linearisation, leaving one out, Gwet's, and what the result says about each."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import t

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    light_kappa,
    percent_agreement,
    specific_agreement,
)

Coefficient = Callable[..., Agreement]
MANY: list[Coefficient] = [krippendorff_alpha, gwet_ac1, fleiss_kappa, conger_kappa, brennan_prediger, light_kappa]


def study(
    n_interviews: int = 20, lines: int = 15, *, once: float = 0.0, right: float = 0.85, seed: int = 1
) -> ReliabilityData:
    """Return three coders who mostly agree; a share `once` of the lines was read by the first coder only."""
    rng = np.random.default_rng(seed)
    n = n_interviews * lines
    truth = rng.random(n) < rng.uniform(0.1, 0.6, n_interviews).repeat(lines)
    labels = np.where(rng.random((3, n)) < right, truth, ~truth).astype(int)
    labels[1:, rng.random(n) < once] = -1
    return ReliabilityData.from_table(labels, interviews=[f"I{i}" for i in range(n_interviews) for _ in range(lines)])


def by_lines(data: ReliabilityData) -> ReliabilityData:
    return ReliabilityData.from_table(data.values)


@pytest.mark.parametrize("coefficient", MANY)
def test_linearisation_jackknife_and_bootstrap_give_nearly_the_same_error(coefficient: Coefficient) -> None:
    for data in (study(), by_lines(study(once=0.7))):
        errors = [coefficient(data, interval=how).se for how in ("linearised", "jackknife", "interviews", "bca")]
        assert max(errors) < 1.2 * min(errors)


@pytest.mark.parametrize("coefficient", MANY)
def test_linearisation_is_the_limit_of_a_difference(coefficient: Coefficient) -> None:
    data = by_lines(study(10, 5))
    n, values = len(data.units), data.values
    often = 100
    whole = coefficient(data, interval=None).value
    moved = []
    for u in range(n):  # one unit more in `often` copies of the table, as a share of one unit
        more = np.concatenate([np.tile(values, often), values[:, [u]]], axis=1)
        moved.append((coefficient(ReliabilityData.from_table(more), interval=None).value - whole) * often)
    far = np.array(moved)
    expected = math.sqrt(n / (n - 1) * ((far - far.mean()) ** 2).sum())

    tolerance = 0.02 if coefficient is krippendorff_alpha else 5e-3  # alpha corrects for n, which the copies change
    assert coefficient(data, interval="linearised").se == pytest.approx(expected, rel=tolerance)


def test_the_jackknife_is_that_of_a_loop_over_interviews() -> None:
    data = study(8, 10)
    names = np.array(data.interviews)
    without = np.array(
        [
            krippendorff_alpha(ReliabilityData.from_table(data.values[:, names != name]), interval=None).value
            for name in sorted(set(names.tolist()))
        ]
    )
    found = krippendorff_alpha(data, interval="jackknife")
    reach = t.ppf(0.975, 7) * found.se

    assert found.se == pytest.approx(math.sqrt(7 / 8 * ((without - without.mean()) ** 2).sum()))
    assert (found.low, found.high) == pytest.approx((found.value - reach, min(1.0, found.value + reach)))
    assert found.conventions["interval"] == (
        "95 % interval by leaving out one at a time (jackknife) with t over interviews"
    )
    assert found.conventions["degrees of freedom"] == "7"
    assert found.conventions["caution"].startswith("8 interviews are fewer than 15")


def test_a_repeated_interview_makes_lines_too_sure_and_interviews_not() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, (2, 20))
    many = np.repeat(labels, 10, axis=1)
    data = ReliabilityData.from_table(many, interviews=[f"I{u // 10}" for u in range(200)])

    nested, alone = (
        percent_agreement(data, interval="linearised"),
        percent_agreement(by_lines(data), interval="linearised"),
    )
    once = percent_agreement(ReliabilityData.from_table(labels), interval="linearised")

    assert nested.se == pytest.approx(once.se)
    assert nested.se == pytest.approx(math.sqrt(10) * alone.se, rel=0.05)
    assert alone.conventions["caution"].startswith("interviews are not known")


def test_lines_judged_once_do_not_widen_the_exact_error_but_do_widen_gwets() -> None:
    data = by_lines(study(40, 10, once=0.8, right=0.97))
    exact, published = gwet_ac1(data, interval="linearised"), gwet_ac1(data, interval="gwet")

    assert published.se > 1.5 * exact.se
    assert published.conventions["caution"].startswith("some lines were judged once: Gwet's standard error then also")
    assert "caution" not in gwet_ac1(data.pairable(), interval="gwet").conventions
    assert "caution" not in krippendorff_alpha(data, interval="gwet").conventions


def test_gwets_error_without_missing_judgements_is_the_exact_one() -> None:
    data = by_lines(study())

    for coefficient in (gwet_ac1, fleiss_kappa, conger_kappa, brennan_prediger, percent_agreement):
        assert coefficient(data, interval="gwet").se == pytest.approx(coefficient(data, interval="linearised").se)


def test_ordinal_alpha_has_no_error_by_gwet() -> None:
    with pytest.raises(ValueError, match="Gwet gives no standard error for krippendorff_alpha; choose 'linearised'"):
        krippendorff_alpha(study(), distance="ordinal", interval="gwet")


def test_the_large_sample_error_uses_n_and_the_normal_and_is_not_cut() -> None:
    data = by_lines(study()).pair("coder 1", "coder 2")
    small, large = cohen_kappa(data, interval="linearised"), cohen_kappa(data, interval="asymptotic")
    sure = cohen_kappa(ReliabilityData.from_table([[0, 0, 1, 1, 1], [0, 0, 1, 1, 0]]), interval="asymptotic")

    assert large.se == pytest.approx(small.se * math.sqrt(299 / 300))
    assert large.high - large.low == pytest.approx(2 * 1.959964 * large.se, rel=1e-6)
    assert sure.high > 1


def test_bca_is_named_and_lies_near_the_percentiles() -> None:
    data = study(25)
    bca, percentile = krippendorff_alpha(data, interval="bca"), krippendorff_alpha(data)

    assert bca.conventions["interval"] == "95 % BCa interval from a bootstrap of interviews"
    assert (bca.low, bca.high) == pytest.approx((percentile.low, percentile.high), abs=0.03)
    assert (bca.low, bca.high) != (percentile.low, percentile.high)


def test_bca_of_coders_who_never_disagree_is_a_point() -> None:
    found = krippendorff_alpha(ReliabilityData.from_table([[0, 0, 0, 1, 1, 1]] * 2), interval="bca")

    assert (found.low, found.high) == pytest.approx((1.0, 1.0))


def test_a_coefficient_that_hangs_on_one_line_has_no_jackknife_and_says_so() -> None:
    data = ReliabilityData.from_table([[0, 0, 0, 1], [0, 0, 0, 0]])
    found = cohen_kappa(data, interval="jackknife")
    bca = cohen_kappa(data, interval="bca")

    assert found.value == 0.0
    assert math.isnan(found.se)
    assert found.conventions["caution"] == "without one of its clusters the coefficient is undefined"
    assert math.isnan(bca.low)


def test_one_line_has_no_error() -> None:
    found = percent_agreement(ReliabilityData.from_table([[0], [0]]), interval="linearised")

    assert found.value == 1.0
    assert math.isnan(found.se)
    assert math.isnan(found.low)


def test_specific_agreement_has_an_exact_error_too() -> None:
    data = by_lines(study())

    assert specific_agreement(data, category=1, interval="linearised").se == pytest.approx(
        specific_agreement(data, category=1, interval="jackknife").se, rel=0.02
    )


def test_many_sets_are_differentiated_along_the_lines_and_not_the_statistics() -> None:
    rng = np.random.default_rng(0)
    sets = [[{f"c{k}" for k in np.flatnonzero(rng.random(8) < 0.3)} for _ in range(25)] for _ in range(2)]
    found = krippendorff_alpha(ReliabilityData.from_table(sets), interval="linearised")

    assert found.se == pytest.approx(
        krippendorff_alpha(ReliabilityData.from_table(sets), interval="jackknife").se, rel=0.1
    )
