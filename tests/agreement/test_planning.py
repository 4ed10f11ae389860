"""How many lines to double-code."""

import pytest

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    Undefined,
    kappa_variance,
    krippendorff_alpha,
    lines_by_interval,
    lines_by_power,
    lines_cantor,
    lines_flack,
    lines_for_half_width,
    lines_for_lower_bound,
    lines_from_pilot,
    lines_from_standard_error,
    lower_limit,
)
from autocode.errors import AgreementError


def test_a_plan_says_what_it_asks_for_and_what_it_assumes() -> None:
    plan = lines_for_half_width(0.1, kappa=0.8, prevalence=0.2)

    assert str(plan) == "222 double-coded lines"
    assert dict(plan.assumes) == {
        "aim": "a 95 % interval of half-width 0.1",
        "kappa": "0.8",
        "prevalence": "0.2",
        "coders": "2",
        "model": "common correlation (Donner & Eliasziw 1992)",
    }


def test_lines_of_an_interview_that_resemble_each_other_ask_for_more() -> None:
    plan = lines_for_half_width(0.1, kappa=0.8, prevalence=0.2, lines_per_interview=20, correlation=0.05)
    none = lines_for_lower_bound(kappa=0.8, prevalence=0.5, lines_per_interview=20)

    # 221.28 lines x (1 + 19 x .05)
    assert str(plan) == "432 double-coded lines in 22 interviews"
    assert plan.assumes["design effect"] == "1.95 (correlation within interviews 0.05)"
    assert (none.lines, none.interviews) == (170, 9)


def test_a_pilot_grows_by_the_square_of_its_standard_error_over_the_one_asked_for() -> None:
    plan = lines_from_standard_error(0.1, standard_error=0.1, lines=60, interviews=10)

    # (1.96 x .1 / .1) squared is 3.84
    assert (plan.lines, plan.interviews) == (231, 39)
    assert plan.assumes["pilot"] == "60 lines, standard error 0.1"


def test_a_pilot_is_planned_from_at_its_own_level() -> None:
    pilot = Agreement(coefficient="krippendorff_alpha", value=0.7, low=0.5, high=0.9, level=0.9, n_pairable=50)

    assert lines_from_pilot(pilot, half_width=0.1).lines == 200
    assert lines_from_pilot(pilot, half_width=0.1).interviews == 0


def test_a_pilot_of_interviews_says_how_many_interviews() -> None:
    lines = [["a", "b", "a", "b", "a", "b"] * 10, ["a", "b", "a", "b", "b", "b"] * 10]
    data = ReliabilityData.from_table(lines, interviews=[f"I{i // 7}" for i in range(60)])
    pilot = krippendorff_alpha(data, interval="interviews")

    plan = lines_from_pilot(pilot, half_width=0.05)

    growth = (1.959964 * pilot.se / 0.05) ** 2
    assert plan.lines == pytest.approx(60 * growth, abs=1)
    assert plan.interviews == pytest.approx(9 * growth, abs=1)


def test_a_pilot_that_never_varies_is_refused() -> None:
    undefined = Agreement(coefficient="krippendorff_alpha", value=float("nan"), undefined=Undefined.ONE_CATEGORY)

    with pytest.raises(AgreementError, match="the pilot's krippendorff_alpha has no interval with a width"):
        lines_from_pilot(undefined, half_width=0.1)
    with pytest.raises(AgreementError, match="the pilot's kappa has no interval with a width"):
        lines_from_pilot(Agreement(coefficient="kappa", value=1.0, low=1.0, high=1.0), half_width=0.1)
    with pytest.raises(AgreementError, match="a pilot of 40 lines with standard error 0 does not show"):
        lines_from_standard_error(0.1, standard_error=0.0, lines=40)


def test_three_coders_need_fewer_lines_than_two_and_one_sided_fewer_than_two_sided() -> None:
    assert lines_by_interval(0.8, low=0.667, prevalence=0.2, coders=3) < lines_by_interval(
        0.8, low=0.667, prevalence=0.2
    )
    assert lines_by_interval(0.8, low=0.667, prevalence=0.2) < lines_by_interval(
        0.8, low=0.667, high=0.95, prevalence=0.2
    )


def test_the_limit_that_lines_give_is_the_one_they_were_planned_for() -> None:
    lines = lines_by_interval(0.8, low=0.667, prevalence=0.2)

    assert lower_limit(0.8, lines=lines, prevalence=0.2) == pytest.approx(0.667, abs=1e-3)


def test_two_categories_are_one_code() -> None:
    assert lines_by_power(0.6, hypothesis=0.4, prevalence=[0.3, 0.7]) == lines_by_power(
        0.6, hypothesis=0.4, prevalence=0.3
    )


def test_two_sided_flack_asks_for_more() -> None:
    one = lines_flack(0.6, hypothesis=0.4, margins=[0.5, 0.5])

    assert lines_flack(0.6, hypothesis=0.4, margins=[0.5, 0.5], two_sided=True) > one


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: lines_for_half_width(0.1, kappa=1.0, prevalence=0.2),
            "the kappa to plan for lies between 0 and below 1",
        ),
        (
            lambda: lines_for_half_width(0.1, kappa=0.8, prevalence=0),
            "the prevalence of a code lies between 0 and 1, not",
        ),
        (
            lambda: lines_for_half_width(0, kappa=0.8, prevalence=0.2),
            "the half-width of an interval lies between 0 and 1",
        ),
        (
            lambda: lines_for_half_width(0.1, kappa=0.8, prevalence=0.2, level=95),
            "the level of an interval lies between",
        ),
        (
            lambda: lines_for_lower_bound(kappa=0.8, prevalence=0.2, power=80),
            "the power of a test lies between 0 and 1",
        ),
        (lambda: lines_for_lower_bound(0.8, kappa=0.8, prevalence=0.2), "cannot be planned to pass 0.8"),
        (
            lambda: lines_for_half_width(0.1, kappa=0.8, prevalence=0.2, lines_per_interview=0),
            "an interview has at least one double-coded line, not 0",
        ),
        (
            lambda: lines_for_half_width(0.1, kappa=0.8, prevalence=0.2, lines_per_interview=9, correlation=2),
            "the correlation of lines within interviews lies between 0 and 1, not at 2",
        ),
        (lambda: lines_cantor(0.6, hypothesis=0.6, prevalences=(0.2, 0.2)), "two different numbers between -1 and 1"),
        (lambda: lines_cantor(0.6, hypothesis=0.4, prevalences=(0, 0.2)), "prevalences lie between 0 and 1, not at 0"),
        (lambda: lines_cantor(0.6, hypothesis=0.4, prevalences=(0.2, 0.2), power=2), "level and power lie between"),
        (lambda: lines_flack(0.6, hypothesis=0.4, margins=[0.5, 0.6]), "at least two shares above 0 that add up to 1"),
        (lambda: lines_flack(-0.9, hypothesis=0.4, margins=[0.1, 0.9]), "no table with the margins"),
        (lambda: lines_by_power(0.6, hypothesis=0.6, prevalence=0.2), "kappa and the hypothesis must differ"),
        (lambda: lines_by_power(0.6, hypothesis=0.4, prevalence=0.2, power=0), "the power of a test lies between"),
        (lambda: lines_by_power(0.6, hypothesis=0.4, prevalence=2), "the prevalence of a code lies between 0 and 1"),
        (lambda: lines_by_power(0.6, hypothesis=0.4, prevalence=[0.2, 0.2]), "lie above 0 and add up to 1"),
        (lambda: lines_by_power(0.6, hypothesis=0.4, prevalence=0.2, coders=1), "at least two coders, not 1"),
        (
            lambda: lines_by_power(1.0, hypothesis=0.4, prevalence=0.2),
            "the kappas to plan for lie between 0 and below 1",
        ),
        (
            lambda: lines_by_power(0.6, hypothesis=0.4, prevalence=0.2, level=95),
            "the level of an interval lies between",
        ),
        (lambda: lines_by_interval(0.6, low=0.7, prevalence=0.2), "the limits must lie on both sides of kappa, 0.6"),
        (
            lambda: lower_limit(0.2, lines=5, prevalence=0.2),
            "5 lines cannot distinguish a kappa of 0.2 from 0; plan for more",
        ),
    ],
)
def test_what_cannot_be_planned_is_told_in_a_sentence(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_variance_of_no_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="agreement needs at least one line, not 0"):
        kappa_variance(0.8, prevalence=0.2, lines=0)
