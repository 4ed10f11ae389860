"""A study of sentences whose interviewer has a name that only study.toml knows. All text is invented."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autocode.codebook import Codebook, read_codebook
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.journal import Journal, TranscriptSeen
from autocode.transcripts import Transcripts, read_transcripts

SETTINGS = 'title = "Reaching the council"\nunit = "sentence"\nlanguage = "en"\ninterviewers = ["Mara"]\n'
CODEBOOK = """version = "1"

[[themes]]
id = "access"
name = "Accessing services"

[[themes.subthemes]]
id = "phone"
name = "Nobody answers the phone"
definition = "Telephones that ring out, calls that nobody returns."

[[themes.subthemes]]
id = "meetings"
name = "Left out of meetings"
definition = "Meetings that are held without those whom they concern."
"""
INTERVIEWS = {
    "Bea": (
        "Mara: Good morning. How do you reach the council?\n"
        "Bea: The phone rings out.\n"
        "They meet without us. I am tired.\n"
        "Mara: Since when?\n"
        "Bea: Since the spring. Nobody calls back.\n"
    ),
    "Tom": "Mara: And you?\nTom: I wrote a letter. They met on Monday without telling me.\n",
}
# the sentences that two coders read, and the codes that both gave
CODED = {"Bea:3": {"phone"}, "Bea:4": {"meetings"}, "Bea:5": set(), "Bea:7": set(), "Bea:8": {"phone"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study folder with two interviews, of which one is coded by two coders."""
    study = tmp_path / "study"
    (study / "transcripts").mkdir(parents=True)
    (study / "study.toml").write_text(SETTINGS)
    (study / "codebook.toml").write_text(CODEBOOK)
    (study / "participants.csv").write_text("participant,role\nBea,carer\nTom,carer\n")
    for name, text in INTERVIEWS.items():
        (study / "transcripts" / f"{name}.txt").write_text(text)
    as_coded = read_transcripts(study / "transcripts", unit="sentence", interviewers=["Mara"])
    with Journal.open(study / "study.sqlite") as journal:
        journal.append(TranscriptSeen(transcript="Bea", digest=as_coded.interview("Bea").digest))
        journal.append(
            Codings(
                Coding(line=line, coder=CoderId(coder), codes=frozenset(codes), basis=Basis.INDEPENDENT)
                for coder in ("JB", "MO")
                for line, codes in CODED.items()
            )
        )
    return study


@pytest.fixture
def codebook(folder: Path) -> Codebook:
    return read_codebook(folder / "codebook.toml")


@pytest.fixture
def read(folder: Path) -> Callable[..., Transcripts]:
    """Read the study's transcripts as a script would; by default as they were coded."""

    def lines(**settings: object) -> Transcripts:
        return read_transcripts(
            folder / "transcripts",
            participants=folder / "participants.csv",
            **{"unit": "sentence", "interviewers": ["Mara"], **settings},
        )

    return lines


@pytest.fixture
def codings(folder: Path) -> Codings:
    with Journal.open(folder / "study.sqlite") as journal:
        return journal.codings()
