"""A small invented study, a suggester that learnt from it, and the sample study."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.exchange import PlainCorpus
from autocode.suggester import Suggester, save_suggester, train
from autocode.transcripts import Transcripts
from studies import ANSWERS, coding_of, interview_of

Study = PlainCorpus


def study_of(interviews: Mapping[str, Iterable[tuple[str, str]]], codebook: Codebook) -> Study:
    """Return the study in which one coder gave each participant's line, as (words, codes), its codes."""
    transcripts, codings = [], []
    for name, answers in interviews.items():
        answers = list(answers)
        question = ("INT", "What gets in the way, would you say?")
        transcripts.append(interview_of(name, [question, *(words for words, _ in answers)]))
        codings += [
            coding_of(f"{name}:{order}", "coder_a", *codes.split()) for order, (_, codes) in enumerate(answers, start=2)
        ]
    return Study(Codings(codings), Transcripts(transcripts), codebook)


@cache
def small_codebook() -> Codebook:
    return Codebook(
        [
            Code(id=CodeId("access"), name="Getting there", codable=False),
            Code(
                id=CodeId("parking"),
                name="Parking",
                parent=CodeId("access"),
                definition="No room for the car, or at a price.",
                use_when="A car cannot be left where the work is.",
                examples=("I paid the meter three times.",),
            ),
            Code(id=CodeId("phones"), name="Telephones", parent=CodeId("access"), definition="Calls nobody answers."),
            Code(id=CodeId("records"), name="Records", definition="Computer systems that do not share records."),
        ]
    )


@cache
def small_study() -> Study:
    pieces = [(f"{a} {b}", code) for code, (first, last) in ANSWERS.items() for a in first for b in last]
    turn = [pieces[(7 * i) % len(pieces)] for i in range(2 * len(pieces))]
    names = [f"GP{n}" for n in range(1, 7)] + [f"PM{n}" for n in range(1, 7)]
    return study_of({name: turn[6 * i : 6 * i + 6] for i, name in enumerate(names)}, small_codebook())


@pytest.fixture(scope="session")
def make_study() -> Callable[..., Study]:
    return study_of


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return small_codebook()


@pytest.fixture(scope="session")
def study() -> Study:
    """Twelve interviews, a question and six answers each, read by one coder."""
    return small_study()


@pytest.fixture(scope="session")
def suggester(study: Study) -> Suggester:
    return train(*study, seed=3)


@pytest.fixture(scope="session")
def rambling() -> Study:
    """Interviews in which people stay with a matter, but every other line says nothing of it by itself."""
    vague = ["And that goes on all week.", "You know how it is.", "Same again on Friday.", "It wears you down."]
    codes = ["parking", "phones", "records"]
    interviews = {}
    for n in range(12):
        told = []
        for k in range(4):
            code = codes[(n + k) % 3]
            first, last = ANSWERS[code]
            told += [(f"{first[(n + k) % 3]} {last[n % 3]}", code), (vague[(n + k) % 4], code)]
        interviews[f"GP{n + 1}"] = told
    return study_of(interviews, small_codebook())


@pytest.fixture(scope="session")
def saved(suggester: Suggester, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_suggester(suggester, tmp_path_factory.mktemp("saved") / "model", made_by="autocode train")


@pytest.fixture(scope="session")
def sample_suggester(sample: Study) -> Suggester:
    return train(*sample)
