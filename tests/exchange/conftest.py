import os
from pathlib import Path

import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.transcripts import read_transcripts


@pytest.fixture
def codebook():
    return Codebook(
        [
            Code(id=CodeId("access"), name="Accessing social services", codable=False),
            Code(id=CodeId("roles, services"), name="Lack of awareness", parent=CodeId("access")),
            Code(id=CodeId("logistics"), name="Logistical issues", parent=CodeId("access")),
            Code(id=CodeId("alone"), name="A theme alone", codable=False),
        ]
    )


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "source" / "GP1.txt"
    path.parent.mkdir()
    path.write_text("I: How?\nGP1: a\nb\nc\n")
    return read_transcripts(path)


@pytest.fixture
def corpora():
    """Give the folder of real corpora that lies beside the checkout."""
    folder = Path(__file__).parents[3] / "shared" / "corpora"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is not there")
        pytest.skip(f"the real corpora are not part of the repository and not at {folder}")
    return folder
