"""Agreement of every two coders, without each one, and of each with herself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from autocode.agreement import (
    ReliabilityData,
    Undefined,
    coder_matrix,
    first_and_second,
    krippendorff_alpha,
    leave_one_coder_out,
    stability,
)
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import Transcripts

THREE = {
    "MO": ["cost", "wait", "", "cost wait", "", "trust", "", "cost", "", "", "wait", ""],
    "JB": ["cost", "wait", "", "cost", "", "trust", "", "", "", "", "wait", ""],
    "SK": ["cost", "", "", "cost", None, None, None, "cost", "trust", "", "wait", "cost"],
}
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_the_matrix_holds_alpha_of_every_two(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of(THREE)
    matrix = coder_matrix(codings, interviews, seed=5)
    alone = krippendorff_alpha(ReliabilityData.for_sets(codings, interviews).pair("MO", "SK"), seed=5)

    assert matrix.coders == ("MO", "JB", "SK")
    assert matrix.agreement("SK", "MO") == matrix.agreement("MO", "SK") == alone
    values = matrix.values()
    assert np.isnan(np.diag(values)).all()
    assert values[2, 0] == values[0, 2] == alone.value
    assert str(matrix).splitlines()[1] == f"MO and SK: {alone}"


def test_the_matrix_can_be_of_a_code(codings_of: Callable[..., Codings], interviews: Transcripts) -> None:
    codings = codings_of(THREE)
    data = ReliabilityData.for_code(CodeId("cost"), codings, interviews)

    assert coder_matrix(codings, interviews, codes=[CodeId("cost")]).agreement("MO", "JB") == krippendorff_alpha(
        data.pair("MO", "JB")
    )


def test_without_each_coder_the_others_agree_as_they_would_alone(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    codings = codings_of(THREE)
    without = leave_one_coder_out(codings, interviews, codes=[CodeId("cost")])
    two = codings.by(CoderId("JB"), CoderId("SK"))

    assert list(without) == ["MO", "JB", "SK"]
    assert without[CoderId("MO")] == krippendorff_alpha(ReliabilityData.for_code(CodeId("cost"), two, interviews))


def test_of_two_coders_none_can_be_left_out(codings_of: Callable[..., Codings]) -> None:
    without = leave_one_coder_out(codings_of({"MO": ["cost", ""], "JB": ["cost", ""]}))

    assert {one.undefined for one in without.values()} == {Undefined.ONE_CODER}


def test_a_coder_agrees_with_herself_on_the_lines_she_read_twice(
    codings_of: Callable[..., Codings], interviews: Transcripts
) -> None:
    first = codings_of({"MO": ["cost", "wait", "", "cost"], "JB": ["cost"]})
    second = codings_of({"MO": ["cost", "", "", None, "wait"], "SK": ["cost"]})
    found = stability(first, second, interviews, codes=[CodeId("wait")], interval=None)
    same = krippendorff_alpha(ReliabilityData.from_table([[0, 1, 0], [0, 0, 0]]), interval=None)

    assert list(found) == ["MO"]
    assert found[CoderId("MO")].value == pytest.approx(same.value)
    assert found[CoderId("MO")].n_pairable == 3


def test_nobody_read_twice_is_refused(codings_of: Callable[..., Codings]) -> None:
    with pytest.raises(
        AgreementError, match=r"no coder read a line twice, .* have some lines coded again, weeks later"
    ):
        stability(codings_of({"MO": ["cost"]}), codings_of({"JB": ["cost"]}))


def test_a_second_reading_with_suggestions_is_refused(coding_of: Callable[..., Coding]) -> None:
    first = Codings([coding_of("I1:1", "MO", "cost")])
    second = Codings([coding_of("I1:1", "MO", "cost", basis=Basis.ASSISTED)])
    with pytest.raises(AgreementError, match="codings of mixed basis"):
        stability(first, second)


def test_a_correction_is_not_a_second_reading(coding_of: Callable[..., Coding]) -> None:
    def at(coding: Coding, days: float) -> Coding:
        return replace(coding, at=MONDAY + timedelta(days=days))

    history = [
        at(coding_of("I1:1", "MO"), 0),
        at(coding_of("I1:1", "MO", "cost"), 0.01),
        at(coding_of("I1:2", "MO"), 0.01),
        at(coding_of("I1:1", "MO", "wait", basis=Basis.ASSISTED), 5),
        coding_of("I1:2", "MO", "wait"),
        at(coding_of("I1:1", "MO", "wait"), 20),
        at(coding_of("I1:1", "MO", "trust"), 40),
    ]
    first, second = first_and_second(history)

    assert [(one.line, set(one.codes)) for one in first] == [("I1:1", {"cost"})]
    assert [(one.line, set(one.codes)) for one in second] == [("I1:1", {"wait"})]
