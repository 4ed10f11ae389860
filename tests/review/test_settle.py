from datetime import UTC, datetime

import pytest

from autocode.codebook import CodeId
from autocode.coding import Basis, BatchId, CoderId, Verdict
from autocode.errors import CodingError, SettlementError
from autocode.review import settle
from autocode.transcripts import LineId

ACCEPTED, REJECTED, SKIPPED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.SKIPPED
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def shown(suggestion_of):
    return (suggestion_of("GP1:2", "logistics"), suggestion_of("GP1:2", "awareness", 2))


@pytest.fixture
def settled(lines, codebook):
    def build(shown, verdicts, *, coder="MO", **more):
        return settle(
            lines.line(LineId("GP1:2")),
            coder=CoderId(coder),
            shown=shown,
            verdicts=verdicts,
            codebook=codebook,
            **{"batch": BatchId("b1"), **more},
        )

    return build


def test_accepted_and_added_codes_become_one_assisted_coding_beside_the_decision(settled, shown):
    made = settled(
        shown, {"logistics": ACCEPTED, "awareness": REJECTED}, added=["computers"], memo="one number", at=NOON
    )

    assert made.coding.codes == {"logistics", "computers"}
    assert made.coding.basis is Basis.ASSISTED
    assert (made.coding.line, made.coding.coder, made.coding.memo, made.coding.at) == (
        "GP1:2",
        "MO",
        "one number",
        NOON,
    )
    assert [(one.code, one.rank, one.verdict) for one in made.decision.shown] == [
        ("logistics", 1, ACCEPTED),
        ("awareness", 2, REJECTED),
    ]
    assert [(one.probability, one.band) for one in made.decision.shown] == [
        (one.probability, one.band) for one in shown
    ]
    assert (made.decision.batch, made.decision.coder, made.decision.at) == ("b1", "MO", NOON)
    assert made.entries == (made.decision, made.coding)


def test_all_rejected_and_nothing_added_says_that_none_fits(settled, shown):
    made = settled(shown, {"logistics": REJECTED, "awareness": REJECTED})

    assert made.coding.codes == frozenset()


def test_a_coder_who_saw_no_suggestions_judges_independently_and_decides_on_nothing(settled):
    made = settled(None, {}, added=["meetings"])

    assert made.coding.basis is Basis.INDEPENDENT
    assert made.coding.codes == {"meetings"}
    assert made.decision is None
    assert made.entries == (made.coding,)


def test_a_silence_that_was_seen_is_help_too(settled):
    made = settled((), {})

    assert made.coding.basis is Basis.ASSISTED
    assert made.coding.codes == frozenset()
    assert made.decision.shown == ()


def test_a_skipped_line_has_a_decision_and_no_coding(settled, shown):
    made = settled(shown, {"logistics": SKIPPED, "awareness": SKIPPED}, memo="come back")

    assert made.coding is None
    assert made.entries == (made.decision,)


@pytest.mark.parametrize(
    ("verdicts", "added", "sentence"),
    [
        ({"logistics": ACCEPTED}, [], "GP1:2: 'awareness' was shown and has no verdict; accept, reject or skip it."),
        ({}, ["meetings"], "'logistics' was shown and has no verdict"),
        (
            {"logistics": ACCEPTED, "awareness": REJECTED, "meetings": ACCEPTED},
            [],
            "there is a verdict on 'meetings', which was not shown; add the code instead",
        ),
        ({"logistics": ACCEPTED, "awareness": REJECTED}, ["moon"], "the code 'moon' is not in the codebook"),
        (
            {"logistics": ACCEPTED, "awareness": REJECTED},
            ["access"],
            "'access' is a theme; give the line one of its subthemes",
        ),
        (
            {"logistics": ACCEPTED, "awareness": REJECTED},
            ["awareness"],
            "'awareness' is both rejected and added; choose one",
        ),
        ({"logistics": ACCEPTED, "awareness": SKIPPED}, [], "a line is skipped as a whole"),
        ({"logistics": SKIPPED, "awareness": SKIPPED}, ["meetings"], "a line is skipped as a whole"),
    ],
)
def test_what_is_not_wholly_decided_is_not_settled(settled, shown, verdicts, added, sentence):
    with pytest.raises(SettlementError) as refusal:
        settled(shown, verdicts, added=added)

    assert sentence in str(refusal.value)


def test_every_fault_of_a_settlement_is_named_at_once(settled, suggestion_of):
    shown = (
        suggestion_of("GP1:3", "logistics"),
        suggestion_of("GP1:2", "meetings"),
        suggestion_of("GP1:2", "meetings"),
    )

    with pytest.raises(SettlementError) as refusal:
        settled(shown, {"meetings": ACCEPTED}, added=["moon", "access"])

    assert [fault.what for fault in refusal.value.faults] == [
        "GP1:2: the suggestion 'logistics' was made for the line GP1:3, not for this one.",
        "GP1:2: 'logistics' was shown and has no verdict; accept, reject or skip it.",
        "GP1:2: 'meetings' was shown 2 times; show each suggestion once.",
        "GP1:2: the code 'moon' is not in the codebook; correct it or add it there first.",
        "GP1:2: 'access' is a theme; give the line one of its subthemes.",
    ]


@pytest.mark.parametrize("coder", ["", "model", "gpt-4", "autocode"])
def test_only_a_named_human_settles(settled, shown, coder):
    with pytest.raises(CodingError, match=r"a coder needs a name|named like a machine"):
        settled(shown, {"logistics": ACCEPTED, "awareness": ACCEPTED}, coder=coder)


def test_suggestions_shown_come_from_a_batch(settled, shown):
    with pytest.raises(ValueError, match="suggestions that were shown come from a batch; name it"):
        settled(shown, {CodeId("logistics"): ACCEPTED, CodeId("awareness"): ACCEPTED}, batch=None)
