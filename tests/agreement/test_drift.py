"""Agreement over time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from autocode.agreement import ReliabilityData as Data
from autocode.agreement import drift, krippendorff_alpha
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts

TWO = {
    "MO": ["cost", "", "", "cost", "cost", "", "wait", "cost", "wait", "", "", "cost"],
    "JB": ["cost", "", "cost", "cost", "", "", "wait", "cost", "wait", "", None, "cost"],
}


def timed(codings: Codings) -> Codings:
    """Return codings a day apart from line to line, from the last Friday of a year on; JB a day after MO."""
    start = datetime(2026, 12, 25, 9, tzinfo=UTC)
    day = {line: u for u, line in enumerate(codings.lines)}
    return Codings(replace(one, at=start + timedelta(days=day[one.line] + (one.coder == "JB"))) for one in codings)


def test_without_times_it_goes_by_runs_of_interviews(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    codings = codings_of(TWO)
    periods = drift(codings, interviews)

    assert [(one.name, one.lines) for one in periods] == [("I1", 2), ("I2 to I3", 4), ("I4", 2), ("I5 to I6", 3)]
    within = codings.on(map(LineId, ["I2:1", "I2:2", "I3:1", "I3:2"]))
    assert periods[1].agreement == krippendorff_alpha(Data.for_sets(within, interviews))
    assert str(periods[0]) == f"I1: {periods[0].agreement}"


def test_more_runs_than_interviews_are_the_interviews(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    periods = drift(codings_of({"MO": ["cost", "", ""], "JB": ["cost", "", "cost"]}), interviews, runs=9)

    assert [one.name for one in periods] == ["I1", "I2"]


def test_with_times_it_goes_by_the_week_of_the_last_coder_across_the_new_year(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    periods = drift(timed(codings_of(TWO)), interviews, codes=[CodeId("cost")], interval=None)

    assert [(one.name, one.lines) for one in periods] == [("2026-W52", 2), ("2026-W53", 7), ("2027-W01", 2)]
    assert all(one.agreement.conventions["distance"].startswith("nominal") for one in periods)


def test_within_one_week_it_goes_by_interviews_unless_the_week_is_asked_for(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    codings = timed(codings_of({"MO": ["cost", ""], "JB": ["cost", "cost"]}))

    assert [one.name for one in drift(codings, interviews)] == ["I1"]
    assert [one.name for one in drift(codings, interviews, by="week")] == ["2026-W52"]


def test_batches_come_in_the_order_in_which_they_occur(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    codings = codings_of({"MO": ["cost", "", ""], "JB": ["cost", "", "cost"]})
    batch = {LineId("I2:1"): "pilot", LineId("I1:1"): "main", LineId("I1:2"): "main", LineId("I3:1"): "never"}

    assert [(one.name, one.lines) for one in drift(codings, interviews, by=batch)] == [("pilot", 1), ("main", 2)]


def test_what_cannot_be_told_is_refused(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of(TWO)
    with pytest.raises(AgreementError, match=r"some codings have no time, .* name the batch"):
        drift(codings, interviews, by="week")
    with pytest.raises(AgreementError, match="the line I1:2 was judged by two coders but has no batch; name one"):
        drift(codings, interviews, by={LineId("I1:1"): "pilot"})
    with pytest.raises(ValueError, match="not by 'month'"):
        drift(codings, interviews, **{"by": "month"})
    with pytest.raises(ValueError, match="at least one run, not 0"):
        drift(codings, interviews, runs=0)
