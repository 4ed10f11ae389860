"""A pilot's own variance says how many lines a lower bound needs."""

import math

import numpy as np
import pytest

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    Undefined,
    kappa_variance,
    krippendorff_alpha,
    lines_for_bound_from_pilot,
    lines_for_lower_bound,
)
from autocode.errors import AgreementError


def pilot(value: float = 0.8, *, se: float = 0.05, **more: object) -> Agreement:
    return Agreement(
        **{"coefficient": "krippendorff_alpha", "value": value, "low": 0.7, "high": 0.9, "se": se, "n_pairable": 200}
        | more
    )


def test_lines_are_those_of_a_one_sided_test_with_the_pilots_standard_error():
    plan = lines_for_bound_from_pilot(pilot(), 0.667)
    z = 1.6448536269514722 + 0.8416212335729143

    assert plan.lines == math.ceil(200 * (0.05 * z / (0.8 - 0.667)) ** 2)
    assert plan.interviews == 0
    assert plan.assumes["aim"] == "a one-sided 95 % lower bound above 0.667 with power 0.8"
    assert plan.assumes["agreement"] == "0.8, as in the pilot"


def test_it_is_near_what_prevalence_and_agreement_give_where_the_variance_is_theirs():
    """METHOD, 5.6: 170 / 271 / 491 / 940 lines for .80 over .667; the variance there is smaller under the threshold."""
    se = math.sqrt(kappa_variance(0.8, prevalence=0.2, lines=200))
    plan = lines_for_bound_from_pilot(pilot(se=se), 0.667)

    assert lines_for_lower_bound(0.667, kappa=0.8, prevalence=0.2).lines == 271
    assert 0.5 * 271 < plan.lines < 271


def test_interviews_grow_with_lines():
    plan = lines_for_bound_from_pilot(pilot(n_interviews=20, resampled="interviews"), 0.667)

    assert plan.lines == 175
    assert plan.interviews == 18


def test_planned_lines_pass_the_bound_as_often_as_planned():
    rng = np.random.default_rng(1)

    def coded(n: int) -> Agreement:
        truth = rng.random(n) < 0.5
        rows = [np.where(rng.random(n) < 0.06, ~truth, truth).astype(int).tolist() for _ in range(2)]
        return krippendorff_alpha(ReliabilityData.from_table(rows), interval="linearised", level=0.90)

    actual = 1 - 2 * 2 * 0.06 * 0.94
    first = coded(2000)
    plan = lines_for_bound_from_pilot(
        Agreement(
            coefficient="krippendorff_alpha",
            value=actual,
            low=0.7,
            high=0.8,
            se=first.se,
            n_pairable=2000,
        ),
        0.667,
    )
    passed = np.mean([coded(plan.lines).low > 0.667 for _ in range(400)])

    assert passed == pytest.approx(0.8, abs=0.07)


@pytest.mark.parametrize(
    ("agreement", "message"),
    [
        (pilot(0.6), "the pilot's krippendorff_alpha is 0.60, not above 0.667: more lines would not bring its lower"),
        (pilot(math.nan, undefined=Undefined.ONE_CATEGORY), "the pilot's krippendorff_alpha has no standard error"),
        (pilot(1.0, se=0.0), "the pilot's krippendorff_alpha has no standard error"),
    ],
)
def test_a_pilot_that_shows_nothing_is_refused(agreement, message):
    with pytest.raises(AgreementError, match=message):
        lines_for_bound_from_pilot(agreement)


@pytest.mark.parametrize("power", [0.4, 1.0])
def test_a_power_that_cannot_be_planned_for(power):
    with pytest.raises(ValueError, match="the power to plan for lies between a half and 1, not at"):
        lines_for_bound_from_pilot(pilot(), power=power)
