"""A study small enough to be reviewed in a test, by a session, in a terminal or in a page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import hypothesis
import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import (
    Abstention,
    Band,
    Basis,
    BatchId,
    CoderId,
    Coding,
    Evidence,
    Neighbour,
    Reason,
    Suggestion,
    SuggestionBatch,
)
from autocode.exchange import PlainCorpus
from autocode.journal import CodebookSeen, Journal
from autocode.review import ReviewSession
from autocode.transcripts import LineId, Transcript, TranscriptId, Transcripts
from studies import coding_of, interview_of, sample_study

# How long an example takes says something of the machine, not of autocode.
hypothesis.settings.register_profile("autocode", deadline=None)
hypothesis.settings.load_profile("autocode")

INTERVIEWS = {
    "GP1": [
        ("INT", "How do you reach social services?"),
        ("GP1", "There is one number and it rings out."),
        ("GP1", "Parking there is a day's work."),
        ("INT", "And the meetings?"),
        ("GP1", "They begin without us."),
    ],
    "PM1": [("INT", "What is your role?"), ("PM1", "I run the practice."), ("PM1", "On two computers.")],
}


@pytest.fixture(autouse=True)
def full_width(monkeypatch):
    """Tables are as wide as they are, whatever the shell of whoever runs the tests exports."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def interview() -> Callable[..., Transcript]:
    return interview_of


@pytest.fixture(scope="session")
def coding() -> Callable[..., Coding]:
    """Give a maker of one coding of a line by its codes, apart by spaces: `coding("GP1:2", "parking phones")`."""

    def build(line: str, codes: str = "", coder: str = "coder_a", basis: Basis = Basis.INDEPENDENT) -> Coding:
        return coding_of(line, coder, *codes.split(), basis=basis)

    return build


@pytest.fixture(scope="session")
def sample() -> PlainCorpus:
    """The sample study: 25 interviews, 22 of them coded."""
    return sample_study()


@pytest.fixture
def lines() -> Transcripts:
    return Transcripts(interview_of(name, turns) for name, turns in INTERVIEWS.items())


@pytest.fixture
def codebook() -> Codebook:
    return Codebook(
        [
            Code(id=CodeId("access"), name="Accessing services", codable=False),
            Code(
                id=CodeId("logistics"), name="Logistical issues", parent=CodeId("access"), definition="Getting there."
            ),
            Code(id=CodeId("awareness"), name="Lack of awareness", parent=CodeId("access")),
            Code(id=CodeId("meetings"), name="Inefficient meetings"),
            Code(id=CodeId("computers"), name="Minimal interoperability"),
        ]
    )


@pytest.fixture
def suggestion_of() -> Callable[..., Suggestion]:
    def build(line: str, code: str, rank: int = 1, band: Band = Band.FAIR) -> Suggestion:
        near = Neighbour(
            line=LineId("PM1:2"),
            transcript=TranscriptId("PM1"),
            text="",
            coders=(CoderId("JB"),),
            similarity=0.5,
        )
        return Suggestion(
            line=LineId(line),
            code=CodeId(code),
            rank=rank,
            probability=0.6 / rank,
            band=band,
            evidence=Evidence(words=(("parking", 1.0),), neighbours=(near,)),
        )

    return build


@pytest.fixture
def batch(suggestion_of) -> SuggestionBatch:
    return SuggestionBatch(
        id=BatchId("b1"),
        model="sha256:00",
        codebook="1",
        suggestions=(
            suggestion_of("GP1:2", "awareness", 2),
            suggestion_of("GP1:2", "logistics", 1, Band.STRONG),
            suggestion_of("GP1:3", "logistics", 1),
        ),
        abstentions=(Abstention(line=LineId("PM1:2"), reason=Reason.NOTHING_FITS),),
        at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "study.sqlite") as opened:
        yield opened


@pytest.fixture
def session_of(journal, lines, codebook) -> Callable[..., ReviewSession]:
    def build(coder: str = "MO", **more: object) -> ReviewSession:
        return ReviewSession(journal, **{"lines": lines, "codebook": codebook, "coder": CoderId(coder), **more})

    return build


@pytest.fixture
def recorded(journal, codebook, batch):
    """The journal of a study that was opened: it knows the codebook, and has suggestions."""
    journal.append(CodebookSeen(codebook=codebook), replace(batch, codebook=codebook.digest))
    return journal


@pytest.fixture
def elsewhere(recorded):
    """Record changes of the codebook from another process."""

    def change(*changes):
        with Journal.open(recorded.path) as other:
            other.append(*changes)

    return change
