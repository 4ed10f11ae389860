"""The pictures of docs/team.md, of the invented sample study. AUTOCODE_PICTURES=1 makes them anew where they stand."""

import os
import shutil
import struct
from pathlib import Path

import pytest
from playwright.sync_api import expect

from autocode.codebook import read_codebook
from autocode.coding import CoderId, Proposal
from autocode.exchange import read_codings
from autocode.transcripts import LineId, read_transcripts

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "corpora" / "integration-barriers"
STAND = ROOT / "docs" / "pictures"
WIDE, NARROW = (1440, 900), (640, 1000)


@pytest.fixture
def study(journal):
    codebook = read_codebook(SAMPLE / "codebook.toml")
    lines = read_transcripts(
        SAMPLE / "transcripts", interviewers={"Interviewer"}, participants=SAMPLE / "participants.csv"
    )
    for table in sorted((SAMPLE / "codings").glob("*.csv")):
        journal.append(read_codings(table, lines=lines, codebook=codebook))
    journal.append(
        *(
            Proposal(name="Housing", line=LineId(line), coder=CoderId(coder))
            for line, coder in [("GP1:14", "coder_a"), ("GP2:4", "coder_b")]
        )
    )
    return {"lines": lines, "codebook": codebook}


@pytest.mark.parametrize(
    ("name", "path", "look"),
    [
        ("differences", "/adjudicate", {}),
        ("differences-dark", "/adjudicate", {"color_scheme": "dark"}),
        ("differences-narrow", "/adjudicate", {"size": NARROW}),
        ("team", "/team", {}),
        ("team-dark", "/team", {"color_scheme": "dark"}),
        ("team-narrow", "/team", {"size": NARROW}),
        ("codebook", "/codebook", {}),
    ],
)
def test_the_pictures_show_the_pages_as_they_are(visit, study, tmp_path, name, path, look):
    page = visit(path, coding_closed=True, **look, **study)
    if path == "/adjudicate":
        expect(page.locator(".row.now")).to_be_visible()
        page.keyboard.press("3")
        page.keyboard.press("m")
        page.keyboard.type("Nobody rang: that is contact, not logistics.")
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        expect(page.locator(".saved")).to_have_text("Saved")
    made = tmp_path / f"{name}.png"
    page.screenshot(path=made)
    if os.environ.get("AUTOCODE_PICTURES") == "1":
        STAND.mkdir(exist_ok=True)
        shutil.copy(made, STAND)

    size = struct.unpack(">II", made.read_bytes()[16:24])
    assert size == struct.unpack(">II", (STAND / f"{name}.png").read_bytes()[16:24]) == look.get("size", WIDE)
