"""The pictures of the documentation: one folder, each shown by a page, each small."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = set((ROOT / "docs" / "images").iterdir())
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def test_every_picture_is_shown_by_a_page_and_every_picture_shown_is_there():
    shown = {
        (page.parent / picture).resolve()
        for page in PAGES
        for picture in re.findall(r"!\[[^\]]*\]\(([^)]+\.png)\)", page.read_text(encoding="utf-8"))
    }

    assert shown == PICTURES


def test_no_picture_is_larger_than_a_quarter_of_a_megabyte():
    assert [picture.name for picture in PICTURES if picture.stat().st_size > 250_000] == []


def test_the_pictures_are_those_that_one_command_takes():
    script = (ROOT / "scripts" / "take_pictures.py").read_text(encoding="utf-8")
    taken = {*re.findall(r'take\(page, "([\w-]+)"\)', script), *re.findall(r'^    "([\w-]+)": ', script, re.MULTILINE)}
    taken |= {"team", "codebook"}

    assert taken == {picture.stem for picture in PICTURES}
