from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from autocode.codebook import CodeId
from autocode.coding import (
    Abstention,
    Band,
    Basis,
    BatchId,
    CoderId,
    Coding,
    Decision,
    Evidence,
    Neighbour,
    Reason,
    Shown,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.transcripts import LineId, TranscriptId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def coding_of() -> Callable[..., Coding]:
    def build(line: str, *codes: str, coder: str = "MO", basis: Basis = Basis.INDEPENDENT, **more: object) -> Coding:
        return Coding(
            line=LineId(line),
            coder=CoderId(coder),
            codes=frozenset(map(CodeId, codes)),
            basis=basis,
            **{"at": NOON, **more},
        )

    return build


@pytest.fixture
def decision_of() -> Callable[..., Decision]:
    def build(line: str, *, coder: str = "MO", verdict: Verdict = Verdict.ACCEPTED, minute: int = 0) -> Decision:
        shown = Shown(code=CodeId("logistics"), rank=1, probability=0.1 + 0.2, band=Band.FAIR, verdict=verdict)
        return Decision(
            line=LineId(line),
            coder=CoderId(coder),
            batch=BatchId("b1"),
            shown=(shown,),
            at=NOON + timedelta(minutes=minute),
        )

    return build


@pytest.fixture
def batch() -> SuggestionBatch:
    near = Neighbour(
        line=LineId("GP2:4"),
        transcript=TranscriptId("GP2"),
        text="They never met us.",
        coders=(CoderId("MO"), CoderId("JB")),
        similarity=0.25,
    )
    first = Suggestion(
        line=LineId("GP1:2"),
        code=CodeId("logistics"),
        rank=1,
        probability=1 / 3,
        band=Band.STRONG,
        evidence=Evidence(words=(("parking", 1.5), ("forms", 0.1)), definition=0.3, neighbours=(near,)),
    )
    second = Suggestion(line=LineId("GP1:2"), code=CodeId("contact"), rank=2, probability=0.1, band=Band.WEAK)
    return SuggestionBatch(
        id=BatchId("b1"),
        model="sha256:00",
        codebook="1",
        suggestions=(first, second),
        abstentions=(Abstention(line=LineId("GP1:4"), reason=Reason.TOO_SHORT),),
        at=NOON,
    )
