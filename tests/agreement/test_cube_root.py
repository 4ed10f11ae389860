"""The default interval: symmetric in the cube root of 1 - coefficient, over interviews where they are known."""

import math

import numpy as np
import pytest
from scipy.stats import t

from autocode.agreement import (
    Agreement,
    Reliability,
    ReliabilityData,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    specific_agreement,
)


def study(n_interviews: int, lines: int = 10, *, wrong: float = 0.1, seed: int = 1) -> ReliabilityData:
    """Return two coders who mostly agree."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n_interviews * lines) < rng.uniform(0.1, 0.6, n_interviews).repeat(lines)
    labels = np.where(rng.random((2, len(truth))) < wrong, ~truth, truth).astype(int)
    return ReliabilityData.from_table(labels, interviews=[f"I{i}" for i in range(n_interviews) for _ in range(lines)])


def unanimous(n_interviews: int | None, n_lines: int, *, applied: int) -> ReliabilityData:
    labels = [int(u < applied) for u in range(n_lines)]
    spread = np.random.default_rng(0).permutation(labels).tolist()
    of = None if n_interviews is None else [f"I{u % n_interviews}" for u in range(n_lines)]
    return ReliabilityData.from_table([spread, spread], interviews=of)


def test_the_default_leaves_out_one_interview_at_a_time_on_the_cube_root_scale() -> None:
    data = study(12)
    names = np.array(data.interviews)
    without = np.array(
        [
            krippendorff_alpha(ReliabilityData.from_table(data.values[:, names != name]), interval=None).value
            for name in sorted(set(names.tolist()))
        ]
    )
    roots = np.cbrt(1 - without)
    found = krippendorff_alpha(data)
    root = np.cbrt(1 - found.value)
    se = math.sqrt(11 / 12 * ((roots - roots.mean()) ** 2).sum())
    reach = t.ppf(0.975, 11) * se

    assert (found.low, found.high) == pytest.approx((1 - (root + reach) ** 3, 1 - (root - reach) ** 3))
    assert found.se == pytest.approx(3 * root**2 * se)
    assert found.conventions["interval"] == (
        "95 % interval by leaving out one interview at a time (jackknife), on the scale of the cube root of "
        "1 - coefficient, with t over interviews"
    )
    assert found.conventions["degrees of freedom"] == "11"
    assert found == krippendorff_alpha(data, interval="cube-root", seed=9, resamples=1)


def test_lines_of_no_known_interview_are_linearised_on_the_same_scale() -> None:
    data = ReliabilityData.from_table(study(12).values)
    found, linearised = krippendorff_alpha(data), krippendorff_alpha(data, interval="linearised")
    root = np.cbrt(1 - found.value)
    reach = t.ppf(0.975, 119) * linearised.se / (3 * root**2)

    assert found.se == pytest.approx(linearised.se)
    assert (found.low, found.high) == pytest.approx((1 - (root + reach) ** 3, 1 - (root - reach) ** 3))
    assert found.conventions["interval"] == (
        "95 % interval by exact linearisation (infinitesimal jackknife), on the scale of the cube root of "
        "1 - coefficient, with t over lines"
    )
    assert found.conventions["caution"].startswith("interviews are not known")


def test_the_lower_bound_lies_further_off_than_the_upper() -> None:
    for found in (krippendorff_alpha(study(18)), gwet_ac1(study(18))):
        assert found.value - found.low > found.high - found.value > 0


def test_bounds_stay_where_a_coefficient_can_lie() -> None:
    few = study(2, 12, wrong=0.4)
    alpha, percent = krippendorff_alpha(few), percent_agreement(few)

    assert (alpha.low, alpha.high) == (-1.0, 1.0)
    assert (percent.low, percent.high) == (0.0, 1.0)
    assert specific_agreement(few, category=1).low >= 0


def test_ten_of_ten_lines_of_one_category_are_no_proof_that_another_is_never_given() -> None:
    same_category = ReliabilityData.from_table([["no"] * 10] * 2, labels=["no", "yes"])
    apart = ReliabilityData.from_table([[None, 1, 1, None, None], [None, 1, 1, None, 2]])

    # Clopper & Pearson (1934): 10 of 10
    assert percent_agreement(same_category).low == pytest.approx(0.025 ** (1 / 10), abs=1e-9)
    for coefficient in (gwet_ac1, brennan_prediger):
        assert coefficient(same_category).low < percent_agreement(same_category).low
    assert conger_kappa(apart).low < 0 < conger_kappa(apart).high


def test_where_no_other_category_is_known_there_is_no_interval() -> None:
    found = percent_agreement(ReliabilityData.from_table([["no"] * 10] * 2))

    assert found.value == 1
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert math.isnan(found.se)


def test_coders_who_never_disagree_get_the_bound_of_lines_that_may_have_escaped() -> None:
    found = percent_agreement(unanimous(None, 40, applied=15))

    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 40))  # the exact (Clopper-Pearson) bound of 40 of 40
    assert found.conventions["no disagreement"].endswith("(Hanley & Lippman-Hand 1983)")
    assert found.se == pytest.approx((1 - found.low) / t.ppf(0.975, 39))


def test_without_disagreement_lines_of_interviews_count_for_less_than_independent_lines() -> None:
    alone, nested = unanimous(None, 200, applied=80), unanimous(20, 200, applied=80)
    n = 200 / (1 + (10 - 1) * 0.3)

    assert percent_agreement(nested).low == pytest.approx(0.025 ** (1 / n))
    assert krippendorff_alpha(nested).low < krippendorff_alpha(alone).low < 1


def test_without_disagreement_a_verdict_needs_enough_lines() -> None:
    few, many = (krippendorff_alpha(unanimous(20, n, applied=n // 2)) for n in (40, 1000))

    assert few.reliability is Reliability.TENTATIVE or few.reliability is Reliability.UNDECIDED
    assert many.reliability is Reliability.RELIABLE
    assert few.low < many.low < many.value == 1.0


def test_three_coders_who_never_disagree_are_thought_of_with_one_dissenter() -> None:
    labels = [u % 3 for u in range(60)]
    found = percent_agreement(ReliabilityData.from_table([labels, labels, labels]))

    assert found.low == pytest.approx(1 - (1 - 0.025 ** (1 / 60)) * 2 / 3)


def test_a_code_of_a_single_interview_is_linearised_and_is_not_enough_evidence() -> None:
    labels = np.zeros((2, 100), dtype=int)
    labels[:, :4] = 1
    labels[0, 4] = 1
    data = ReliabilityData.from_table(labels, interviews=[f"I{u // 5}" for u in range(100)])
    found = krippendorff_alpha(data)

    assert found.n_left_out == 1
    assert found.conventions["left out"] == (
        "1 of 20 interviews, without which the coefficient is undefined; its interval is by exact linearisation instead"
    )
    assert found.low < found.value < found.high
    assert found.reliability is Reliability.UNDECIDED


def test_one_line_has_no_interval() -> None:
    found = percent_agreement(ReliabilityData.from_table([[0], [0]]))

    assert found.value == 1.0
    assert math.isnan(found.low)


def test_an_undefined_coefficient_has_no_interval() -> None:
    found = cohen_kappa(ReliabilityData.from_table([[0] * 30, [0] * 30]))

    assert math.isnan(found.low)
    assert math.isnan(found.se)


def holds(found: Agreement, true: float) -> bool:
    return found.low <= true <= found.high


def test_the_default_holds_the_true_value_where_a_symmetric_interval_does_not() -> None:
    """15 interviews that differ strongly in how often coders err; more in evaluation/agreement.md."""
    rng = np.random.default_rng(31)
    mean, effect, true = 0.07, 0.3, 1 - 2 * 0.07 * 0.93 * 0.7
    default, symmetric = [], []
    for _ in range(300):
        errs = rng.beta(mean * (1 / effect - 1), (1 - mean) * (1 / effect - 1), 15).repeat(10)
        labels = (rng.random((2, 150)) < errs).astype(int)
        data = ReliabilityData.from_table(labels, interviews=[f"I{u // 10}" for u in range(150)])
        default.append(holds(percent_agreement(data), true))
        symmetric.append(holds(percent_agreement(data, interval="jackknife"), true))

    assert 0.92 <= np.mean(default) <= 0.97
    assert np.mean(symmetric) < 0.9
