"""A small invented study that two coders read, in as many interviews as a claim needs."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts
from autocode.validation import Validation, validate

# What people said, by code: the first half of a line and the second can be joined freely.
SAID = {
    "parking": (
        ["There is nowhere to park", "I drove round for a parking space", "The car park is full by nine"],
        ["and the meter takes coins only.", "so I leave the car two streets off.", "whenever I visit the day centre."],
    ),
    "phones": (
        ["The phone rings out", "I sat in the telephone queue", "Nobody picks up the phone"],
        ["for forty minutes or more.", "until the line goes dead.", "and then they put you on hold."],
    ),
    "records": (
        ["We cannot see their records", "The two computer systems do not talk", "I type the same record twice"],
        ["because the password differs.", "on another screen.", "so the notes never match."],
    ),
    "": (
        ["My daughter plays the violin", "It rained on our summer fair", "I have worked here since school"],
        ["which was lovely.", "to be honest with you.", "if that is what you are after."],
    ),
}
CODES = tuple(code for code in SAID if code)


class Study(NamedTuple):
    codings: Codings
    lines: Transcripts
    codebook: Codebook


def coding_of(line: str, codes: str = "", coder: str = "coder_a", basis: Basis = Basis.INDEPENDENT) -> Coding:
    return Coding(line=LineId(line), coder=CoderId(coder), codes=frozenset(map(CodeId, codes.split())), basis=basis)


def interview_of(name: str, said: list[str]) -> Transcript:
    """Return an interview that begins with a question and goes on with answers."""
    lines = tuple(
        Line(
            id=LineId(f"{name}:{order}"),
            transcript=TranscriptId(name),
            order=order,
            speaker=name if order > 1 else "INT",
            role=Role.PARTICIPANT if order > 1 else Role.INTERVIEWER,
            text=words,
            start=0,
            end=len(words),
        )
        for order, words in enumerate(["What gets in the way?", *said], start=1)
    )
    return Transcript(id=TranscriptId(name), text="", lines=lines, digest=name)


def codebook_of() -> Codebook:
    return Codebook(
        [
            Code(id=CodeId("access"), name="Getting there", codable=False),
            Code(id=CodeId("parking"), name="Parking", parent=CodeId("access"), definition="No room for the car."),
            Code(id=CodeId("phones"), name="Telephones", parent=CodeId("access"), definition="Calls nobody answers."),
            Code(id=CodeId("records"), name="Records", definition="Computer systems that do not share records."),
        ]
    )


def study_of(interviews: int, *, answers: int = 12, coders: int = 2, seed: int = 0) -> Study:
    """Return a study in which each coder sees what is there in nine lines of ten, and something else in the tenth."""
    rng = np.random.default_rng(seed)
    transcripts, codings = [], []
    for n in range(1, interviews + 1):
        meant = rng.choice(list(SAID), size=answers)
        said = [" ".join(str(rng.choice(half)) for half in SAID[code]) + f" {k}" for k, code in enumerate(meant)]
        transcripts.append(interview_of(f"GP{n}", said))
        for order, code in enumerate(meant, start=2):
            for coder in "abc"[:coders]:
                seen = rng.choice(list(SAID)) if rng.random() < 0.1 else code
                codings.append(coding_of(f"GP{n}:{order}", str(seen), f"coder_{coder}"))
    return Study(Codings(codings), Transcripts(transcripts), codebook_of())


@pytest.fixture(scope="session")
def coding() -> Callable[..., Coding]:
    return coding_of


@pytest.fixture(scope="session")
def interview() -> Callable[..., Transcript]:
    return interview_of


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return codebook_of()


@pytest.fixture(scope="session")
def make_study() -> Callable[..., Study]:
    return study_of


@pytest.fixture(scope="session")
def study() -> Study:
    """Twelve interviews, twelve answers each, read by two coders."""
    return study_of(12)


@pytest.fixture(scope="session")
def validation(study: Study) -> Validation:
    return validate(*study, learn=[20, None], seeds=2, resamples=60, min_uses=5, corpus="small")
