"""What the evidence allows one to say, and how much more there would have to be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from autocode.agreement import (
    Agreement,
    Undefined,
    agreement_table,
    krippendorff_alpha,
    lines_for_verdict,
    missing_evidence,
    verdict,
)
from autocode.agreement import ReliabilityData as Data
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.transcripts import Transcripts

SOME = Agreement(
    coefficient="krippendorff_alpha",
    value=0.767,
    low=0.571,
    high=0.963,
    se=0.1,
    n_pairable=100,
    n_interviews=10,
    resampled="lines",
    resamples=2000,
)


def test_the_lines_needed_are_those_of_n_pilot_times_se_over_h_z_squared() -> None:
    plan = lines_for_verdict(SOME)

    # h = .767 - .667 = .1 and z se = .196: 100 (1.96)^2 = 384.1, the text's own rule
    assert plan is not None
    assert plan.lines == 385
    assert plan.interviews == 0
    assert verdict(SOME) == "not enough evidence yet: about 290 more double-coded lines"


def test_lines_grow_with_interviews_where_the_interval_is_of_interviews() -> None:
    plan = lines_for_verdict(replace(SOME, resampled="interviews"))

    assert plan is not None
    assert (plan.lines, plan.interviews) == (385, 39)


def test_an_interval_that_reaches_further_down_than_its_standard_error_needs_more() -> None:
    plan, further = lines_for_verdict(SOME), lines_for_verdict(replace(SOME, low=0.467))

    assert plan is not None
    assert further is not None
    assert further.lines == 900
    assert further.lines > plan.lines


def test_a_code_below_the_threshold_needs_lines_to_be_called_unreliable() -> None:
    low = replace(SOME, value=0.567, low=0.371, high=0.763)

    assert verdict(low) == "not enough evidence yet: about 290 more double-coded lines"


def test_one_more_line_is_one_line() -> None:
    nearly = replace(SOME, value=0.567, low=0.467, high=0.667, se=0.05)

    assert verdict(nearly) == "not enough evidence yet: about 1 more double-coded line"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"low": 0.7}, "tentative conclusions only"),
        ({"low": 0.81, "value": 0.9}, "reliable"),
        ({"value": 0.3, "low": 0.2, "high": 0.4}, "not reliable"),
        (
            {"undefined": Undefined.ONE_CATEGORY, "value": float("nan"), "low": float("nan"), "high": float("nan")},
            "not enough evidence yet: only one category was used, so agreement cannot be distinguished from chance",
        ),
        (
            {"resampled": "interviews", "n_interviews": 4},
            "not enough evidence yet: double-code lines of at least 6 interviews, these are of 4",
        ),
        ({"low": float("nan"), "high": float("nan")}, "not enough evidence yet: no interval was asked for"),
        (
            {"value": 1.0, "low": 1.0, "high": 1.0},
            "not enough evidence yet: nobody disagreed, so the interval has no width",
        ),
        ({"n_left_out": 200}, "not enough evidence yet: the code is too rare in these lines"),
        ({"value": 0.667}, "not enough evidence yet: too near 0.667 for more lines to tell"),
        ({"value": 0.668}, "not enough evidence yet: too near 0.667 for more lines to tell"),
    ],
)
def test_every_verdict_says_what_is_missing(changed: dict[str, Any], sentence: str) -> None:
    agreement = replace(SOME, **changed)

    assert verdict(agreement) == sentence
    assert sentence in (str(agreement.reliability), f"not enough evidence yet: {missing_evidence(agreement)}")


def test_an_undefined_coefficient_does_not_show_how_many_lines_are_missing() -> None:
    assert lines_for_verdict(krippendorff_alpha(Data.from_table([[1, 1], [1, 1]]))) is None


def test_every_row_of_the_table_has_its_verdict(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of(
        {
            "MO": ["cost", "", "cost", "", "", "cost"] * 2,
            "JB": ["cost", "", "", "", "", "cost", "cost", "", "cost", "", "", "cost"],
        }
    )
    table = agreement_table(codings, interviews, Codebook([Code(id=CodeId("cost"), name="Cost")]))
    row = table.codes[0]

    assert row.verdict == verdict(row.alpha)
    assert row.verdict.startswith("not enough evidence yet: about ")
    assert row.verdict == f"not enough evidence yet: {row.missing_evidence}"
    assert table.rows()[1][-1] == row.verdict


def test_results_are_equal_where_both_have_no_number() -> None:
    without = replace(SOME, value=float("nan"), low=float("nan"))

    assert without == replace(SOME, value=float("nan"), low=float("nan"))
    assert without != SOME
    assert SOME != "0.77"
