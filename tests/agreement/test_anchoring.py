"""Lines coded blind against lines coded with suggestions."""

from collections.abc import Callable

import pytest

from autocode.agreement import ReliabilityData, Undefined, anchoring_audit, krippendorff_alpha
from autocode.codebook import CodeId
from autocode.coding import Band, Basis, BatchId, CoderId, Coding, Codings, Decision, Shown, Verdict
from autocode.errors import AgreementError
from autocode.transcripts import LineId, Transcripts

A, R, S = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.SKIPPED
BLIND = {"MO": ["cost", "", "wait", "", "cost", "", "", "cost"], "JB": ["", "", "wait", "cost", "cost", "", "", ""]}
SHOWN = {"MO": ["", "cost", "", "wait", "cost", "", "", "cost"], "JB": ["", "cost", "", "wait", "", "", "", "cost"]}


@pytest.fixture
def arms(coding_of: Callable[..., Coding]) -> tuple[Codings, Codings]:
    """Return the blind and the shown arm: the first lines of six interviews, and the second lines."""

    def arm(table: dict[str, list[str]], k: int, basis: Basis) -> Codings:
        return Codings(
            coding_of(f"I{i}:{k}", coder, *said.split(), basis=basis)
            for coder, row in table.items()
            for i, said in enumerate(row[:6], start=1)
        )

    return arm(BLIND, 1, Basis.INDEPENDENT), arm(SHOWN, 2, Basis.ASSISTED)


def decision(line: str, *verdicts: Verdict) -> Decision:
    return Decision(
        line=LineId(line),
        coder=CoderId("MO"),
        batch=BatchId("b1"),
        shown=tuple(
            Shown(code=CodeId("cost"), rank=rank, probability=0.5, band=Band.STRONG, verdict=verdict)
            for rank, verdict in enumerate(verdicts, start=1)
        ),
    )


def test_each_arm_has_the_alpha_that_it_has_alone(arms: tuple[Codings, Codings], interviews: Transcripts) -> None:
    blind, shown = arms
    audit = anchoring_audit(blind, shown, [], interviews)
    alone = [krippendorff_alpha(ReliabilityData.for_sets(arm, interviews), interval=None).value for arm in arms]

    assert audit.blind.value == pytest.approx(alone[0])
    assert audit.shown.value == pytest.approx(alone[1])
    assert audit.difference.value == pytest.approx(alone[1] - alone[0])
    assert audit.difference.low < audit.difference.value < audit.difference.high
    assert (audit.blind.n_pairable, audit.blind.n_coders, audit.blind.n_interviews) == (6, 2, 6)
    assert (audit.difference.n_pairable, audit.difference.n_coders) == (12, 2)
    assert audit.shown.conventions["basis"] == "assisted"


def test_a_code_can_be_asked_for(arms: tuple[Codings, Codings], interviews: Transcripts) -> None:
    audit = anchoring_audit(*arms, [], interviews, codes=[CodeId("cost")], interval=None)
    alone = krippendorff_alpha(ReliabilityData.for_code(CodeId("cost"), arms[0]), interval=None)

    assert audit.blind.value == pytest.approx(alone.value)


def test_adoption_is_the_share_taken_of_those_decided_on_by_interview(
    arms: tuple[Codings, Codings], interviews: Transcripts
) -> None:
    decisions = [decision("I1:2", A, R, S), decision("I2:2", A), decision("I3:2", R, R), decision("I4:2", S)]
    adoption = anchoring_audit(*arms, decisions, interviews).adoption

    assert (adoption.taken, adoption.decided, adoption.skipped) == (2, 5, 2)
    assert adoption.value == 2 / 5
    assert (adoption.low, adoption.high) == (0.0, 1.0)
    assert str(adoption) == "0.40 [0.00, 1.00] (2 of 5 suggestions)"


def test_one_interview_of_decisions_gives_no_interval_and_none_no_rate(
    arms: tuple[Codings, Codings], interviews: Transcripts
) -> None:
    one = anchoring_audit(*arms, [decision("I1:2", A)], interviews)
    none = anchoring_audit(*arms, [], interviews)

    assert str(one.adoption) == "1.00 (1 of 1 suggestion)"
    assert str(none.adoption) == "undefined: nobody decided on a suggestion"
    assert str(none).splitlines() == [
        f"coded blind: {none.blind}",
        f"coded with suggestions: {none.shown}",
        f"difference: {none.difference.estimate}",
        "suggestions taken: undefined: nobody decided on a suggestion",
    ]


def test_an_empty_arm_is_undefined_and_says_why(arms: tuple[Codings, Codings], interviews: Transcripts) -> None:
    blind, _ = arms
    audit = anchoring_audit(blind, Codings(), [], interviews)

    assert audit.shown.undefined is Undefined.ONE_CODER
    assert audit.difference.undefined is Undefined.ONE_CODER
    assert audit.blind.undefined is None


def test_arms_in_which_nothing_was_coded_twice_say_so(
    coding_of: Callable[..., Coding], interviews: Transcripts
) -> None:
    alone = Codings([coding_of("I1:1", "MO", "cost"), coding_of("I2:1", "JB", "cost")])
    empty = Codings([coding_of("I3:1", coder, basis=Basis.ASSISTED) for coder in ("MO", "JB")])
    audit = anchoring_audit(alone, empty, [], interviews)

    assert audit.blind.undefined is Undefined.NO_PAIRS
    assert audit.shown.undefined is Undefined.ONE_CATEGORY


def test_arms_of_the_wrong_basis_and_unknown_lines_are_refused(
    arms: tuple[Codings, Codings], interviews: Transcripts
) -> None:
    blind, shown = arms
    with pytest.raises(AgreementError, match=r"given as independent are assisted; give codings.with_basis\(Basis.IND"):
        anchoring_audit(shown, shown, [], interviews)
    with pytest.raises(AgreementError, match=r"given as assisted are independent; give"):
        anchoring_audit(blind, blind, [], interviews)
    with pytest.raises(AgreementError, match="decided on for the line I9:1, which is in no transcript"):
        anchoring_audit(blind, shown, [decision("I9:1", A)], interviews)
