"""A tiny study, with signs in it that a page must not take for its own."""

from collections.abc import Callable
from typing import Any

import pytest

from autocode.agreement import agreement_table
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import (
    Abstention,
    Band,
    BatchId,
    CoderId,
    Coding,
    Codings,
    Decision,
    Reason,
    Shown,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts
from autocode.validation import CodeScore, CurvePoint, Estimate, ModelHumanAgreement, Validation

SAID = {
    "GP1": [
        "The form goes to a fax machine that nobody admits to owning, and then you wait.",
        "<script>alert('x')</script> is what their *system* shows | every time I log in, I swear it does.",
        "We had a lovely Christmas party.",
    ],
    "PM1": [
        "Three weeks I rang, and three weeks I was told that the person was on leave until further notice.",
        "They can't see our records & we can't see theirs, so everything is typed twice, by me, at night.",
        "Yes.",
    ],
    "PM2": ["Nobody has read this one yet."],
}
GIVEN = {
    "coder_a": {"GP1:2": "forms", "GP1:3": "systems", "GP1:4": "", "PM1:2": "forms", "PM1:3": "systems", "PM1:4": ""},
    "coder_b": {"GP1:2": "forms", "GP1:3": "systems", "GP1:4": "", "PM1:2": "", "PM1:3": "systems forms"},
    "coder_c": {"GP1:2": "forms", "GP1:3": "", "GP1:4": "", "PM1:2": "forms", "PM1:3": "systems"},
}


def interview(name: str, texts: list[str]) -> Transcript:
    """Return an interview in which the interviewer asks once."""
    asked = [(Role.INTERVIEWER, "Q", "Tell me about forms and systems, forms and systems, forms."), *(
        (Role.PARTICIPANT, name, text) for text in texts
    )]  # fmt: skip
    lines = tuple(
        Line(
            id=LineId(f"{name}:{k}"),
            transcript=TranscriptId(name),
            order=k,
            speaker=speaker,
            role=role,
            text=text,
            start=0,
            end=len(text),
        )
        for k, (role, speaker, text) in enumerate(asked, start=1)
    )
    attributes = {"role": "Practice manager" if name == "PM1" else "GP", "borough": "Camden", "years_in_role": "9"}
    return Transcript(id=TranscriptId(name), text="", lines=lines, digest="d" * 8, attributes=attributes)


def about(mean: float) -> Estimate:
    """Return an estimate with an interval around it."""
    return Estimate(mean=mean, low=mean - 0.1, high=mean + 0.1)


def scores(r3: float) -> dict[str, Estimate]:
    """Return three metrics."""
    return {"R@3": about(r3), "microF1": about(r3 - 0.1), "ece": about(0.2)}


@pytest.fixture
def codebook() -> Codebook:
    return Codebook(
        [
            Code(id=CodeId("access"), name="Access to <care>", codable=False, definition="Getting in."),
            Code(id=CodeId("forms"), name="Forms & routes", parent=CodeId("access"), definition="How one refers."),
            Code(id=CodeId("systems"), name="Systems", parent=CodeId("access")),
            Code(id=CodeId("money"), name="Money"),
        ],
        version="2",
    )


@pytest.fixture
def lines() -> Transcripts:
    return Transcripts(interview(name, texts) for name, texts in SAID.items())


@pytest.fixture
def codings() -> Codings:
    return Codings(
        Coding(line=LineId(line), coder=CoderId(coder), codes=frozenset(map(CodeId, codes.split())))
        for coder, given in GIVEN.items()
        for line, codes in given.items()
    )


@pytest.fixture
def validation() -> Validation:
    return Validation(
        corpus="tiny",
        protocol={"held out": "whole interviews", "seeds": 2},
        curve=(
            CurvePoint(n=50, seeds=2, metrics=scores(0.5), baselines={"logistic": scores(0.4)}),
            CurvePoint(n=20, seeds=2, metrics=scores(0.3), baselines={"logistic": scores(0.2)}),
        ),
        codes=tuple(
            CodeScore(
                code=CodeId(code),
                name=name,
                theme="Access to <care>",
                n=n,
                precision=about(f1),
                recall=about(f1),
                f1=about(f1),
                average_precision=about(f1),
                human=human,
                model=human,
            )
            for code, name, n, f1, human in (
                ("forms", "Forms & routes", 40, 0.7, about(0.8)),
                ("systems", "Systems", 30, 0.3, None),
                ("money", "Money", 3, 0.9, None),
            )
        ),
        human=ModelHumanAgreement(
            human_human=about(0.7), model_human=about(0.5), what="Alpha of sets on the same lines"
        ),
    )


@pytest.fixture
def batch() -> SuggestionBatch:
    def suggested(line: str, rank: int, band: Band) -> Suggestion:
        return Suggestion(line=LineId(line), code=CodeId("forms"), rank=rank, probability=0.5, band=band)

    return SuggestionBatch(
        id=BatchId("b1"),
        model="m1",
        codebook="2",
        suggestions=(suggested("PM2:2", 1, Band.STRONG), suggested("GP1:4", 1, Band.WEAK)),
        abstentions=(Abstention(line=LineId("PM1:4"), reason=Reason.TOO_SHORT),),
    )


@pytest.fixture
def decisions() -> tuple[Decision, ...]:
    shown = Shown(code=CodeId("forms"), rank=1, probability=0.5, band=Band.WEAK, verdict=Verdict.REJECTED)
    return (Decision(line=LineId("GP1:4"), coder=CoderId("coder_a"), batch=BatchId("b1"), shown=(shown,)),)


@pytest.fixture
def study(
    lines: Transcripts,
    codebook: Codebook,
    codings: Codings,
    validation: Validation,
    batch: SuggestionBatch,
    decisions: tuple[Decision, ...],
) -> dict[str, Any]:
    """Everything that a report is made of."""
    return {
        "title": "Forms & <systems>",
        "lines": lines,
        "codebook": codebook,
        "codings": codings,
        "table": agreement_table(codings, lines, codebook),
        "validation": validation,
        "batch": batch,
        "decisions": decisions,
        "made_with": {"command": "autocode report STUDY -o report.html", "seed": "7"},
    }


@pytest.fixture
def bare(study: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """Return a maker of a study in which no machine took part."""

    def make(**other: object) -> dict[str, Any]:
        return {**study, "validation": None, "batch": None, "decisions": (), "made_with": {}, **other}

    return make
