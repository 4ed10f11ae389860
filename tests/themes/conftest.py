"""The sample study, as the tests of this room use it."""

import csv
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

import autocode as ac
from autocode.themes import Incidence

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"


@pytest.fixture(scope="session")
def sample():
    """Codings, lines with what is known about participants, and codebook of the sample study."""
    codebook = ac.read_codebook(SAMPLE / "codebook.toml")
    lines = ac.read_transcripts(SAMPLE / "transcripts")
    sheets = sorted((SAMPLE / "codings").glob("*.csv"))
    codings = ac.Codings(c for sheet in sheets for c in ac.read_codings(sheet, lines=lines, codebook=codebook))
    return codings, lines, codebook


@pytest.fixture(scope="session")
def incidence(sample):
    return Incidence.of(*sample)


@pytest.fixture(scope="session")
def people():
    with (SAMPLE / "participants.csv").open() as file:
        return {row["participant"]: row for row in csv.DictReader(file)}


@pytest.fixture
def with_attribute(incidence):
    """Give the interviews of the sample values of an attribute."""

    def given(values):
        known = {
            name: MappingProxyType({"place": value}) for name, value in zip(incidence.interviews, values, strict=False)
        }
        return replace(incidence, attributes=known)

    return given
