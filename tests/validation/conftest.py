"""A small invented study that two coders read, in as many interviews as a claim needs."""

from collections.abc import Callable

import numpy as np
import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.exchange import PlainCorpus
from autocode.transcripts import Transcript, Transcripts
from autocode.validation import Validation, validate
from studies import ANSWERS, coding_of, interview_of

CODES = tuple(code for code in ANSWERS if code)


Study = PlainCorpus


def interview_with(name: str, answers: list[str]) -> Transcript:
    """Return an interview that begins with a question and goes on with answers."""
    return interview_of(name, [("INT", "What gets in the way?"), *answers])


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
        codes = rng.choice(list(ANSWERS), size=answers)
        texts = [" ".join(str(rng.choice(half)) for half in ANSWERS[code]) + f" {k}" for k, code in enumerate(codes)]
        transcripts.append(interview_with(f"GP{n}", texts))
        for order, code in enumerate(codes, start=2):
            for coder in "abc"[:coders]:
                given = str(rng.choice(list(ANSWERS)) if rng.random() < 0.1 else code)
                codings.append(coding_of(f"GP{n}:{order}", f"coder_{coder}", *given.split()))
    return Study(Codings(codings), Transcripts(transcripts), codebook_of())


@pytest.fixture(scope="session")
def interview() -> Callable[..., Transcript]:
    return interview_with


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
