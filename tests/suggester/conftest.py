"""A small invented study, a suggester that learnt from it, and the sample study."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from autocode.codebook import Code, Codebook, CodeId, read_codebook
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.exchange import read_codings
from autocode.suggester import Suggester, save_suggester, train
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts, read_transcripts

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"

# What two people said, by code: the first half of a line and the second can be joined freely.
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


class Study(NamedTuple):
    codings: Codings
    lines: Transcripts
    codebook: Codebook


def interview_of(name: str, said: Iterable[str | tuple[str, str]]) -> Transcript:
    """Return an interview whose lines follow each other; a line is what `name` says, or (speaker, words)."""
    lines: list[Line] = []
    text = ""
    for order, words in enumerate(said, start=1):
        speaker, words = words if isinstance(words, tuple) else (name, words)
        text += f"{speaker}: "
        line = Line(
            id=LineId(f"{name}:{order}"),
            transcript=TranscriptId(name),
            order=order,
            speaker=speaker,
            role=Role.INTERVIEWER if speaker == "INT" else Role.PARTICIPANT,
            text=words,
            start=len(text),
            end=len(text) + len(words),
        )
        text += words + "\n"
        lines.append(line)
    return Transcript(id=TranscriptId(name), text=text, lines=tuple(lines), digest=Transcript.digest_of(text, lines))


def coding_of(line: str, codes: str = "", coder: str = "coder_a", basis: Basis = Basis.INDEPENDENT) -> Coding:
    return Coding(
        line=LineId(line), coder=CoderId(coder), codes=frozenset(map(CodeId, codes.split())), basis=basis
    )  # fmt: skip


def study_of(interviews: Mapping[str, Iterable[tuple[str, str]]], codebook: Codebook) -> Study:
    """Return the study in which one coder gave each participant's line, told as (words, codes), its codes."""
    transcripts, codings = [], []
    for name, told in interviews.items():
        lines = [("INT", "What gets in the way, would you say?"), *told]
        transcripts.append(interview_of(name, [words if words[0] == "INT" else words[0] for words in lines]))
        codings += [coding_of(f"{name}:{order}", codes) for order, (_, codes) in enumerate(lines, start=1) if order > 1]
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
    pieces = [(f"{a} {b}", code) for code, (first, last) in SAID.items() for a in first for b in last]
    turn = [pieces[(7 * i) % len(pieces)] for i in range(2 * len(pieces))]
    names = [f"GP{n}" for n in range(1, 7)] + [f"PM{n}" for n in range(1, 7)]
    return study_of({name: turn[6 * i : 6 * i + 6] for i, name in enumerate(names)}, small_codebook())


@pytest.fixture(scope="session")
def interview() -> Callable[..., Transcript]:
    return interview_of


@pytest.fixture(scope="session")
def coding() -> Callable[..., Coding]:
    return coding_of


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
            first, last = SAID[code]
            told += [(f"{first[(n + k) % 3]} {last[n % 3]}", code), (vague[(n + k) % 4], code)]
        interviews[f"GP{n + 1}"] = told
    return study_of(interviews, small_codebook())


@pytest.fixture(scope="session")
def saved(suggester: Suggester, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_suggester(suggester, tmp_path_factory.mktemp("saved") / "model", made_by="autocode train")


@pytest.fixture(scope="session")
def sample() -> Study:
    """The sample study: 25 interviews, 22 of them coded."""
    lines, codebook = read_transcripts(SAMPLE / "transcripts"), read_codebook(SAMPLE / "codebook.toml")
    sheets = sorted((SAMPLE / "codings").glob("*.csv"))
    codings = Codings(one for sheet in sheets for one in read_codings(sheet, lines=lines, codebook=codebook))
    return Study(codings, lines, codebook)


@pytest.fixture(scope="session")
def sample_suggester(sample: Study) -> Suggester:
    return train(*sample)
