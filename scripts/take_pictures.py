"""Take all pictures of the documentation, from a study made by `autocode demo`; scripts/pictures runs it.

docs/images holds these pictures and no others, and each is shown by a page (tests/web/test_pictures.py). Text that is
hard to lay out comes from the invented study of tests/web/serve_a_study.py.
"""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from autocode.coding import CoderId, Proposal
from autocode.journal import Journal
from autocode.transcripts import LineId

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
HARD_STUDY = ROOT / "tests" / "web" / "serve_a_study.py"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 700}
SIZES = {
    "review-narrow": NARROW,
    "review-zoom": {"width": 320, "height": 256},  # 1280 x 1024 at 400 %
    "review-laptop": {"width": 1366, "height": 768},
    "review-tablet": {"width": 768, "height": 1024},
}
SETTINGS = 'blind_share = 0.0\nadjudicators = ["TW"]\nindependent_coding = "closed"\n'
PROPOSALS = [("Housing", "GP1:14", "coder_a"), ("Housing", "GP2:4", "coder_b")]


@contextmanager
def command(*arguments: str) -> Iterator[str]:
    """Run a command that serves pages, and yield the address that it prints."""
    server = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    try:
        yield next(line.strip() for line in server.stdout if "token=" in line)
    finally:
        server.kill()
        server.wait()


@contextmanager
def served(demo: Path, page: str, coder: str, *, mode: str = "assisted") -> Iterator[str]:
    """Serve a page of a copy of the demo study in which codes are proposed and somebody may adjudicate."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        shutil.copytree(demo, study)
        settings = (study / "study.toml").read_text(encoding="utf-8")
        (study / "study.toml").write_text(f'{settings}\nmode = "{mode}"\n{SETTINGS}', encoding="utf-8")
        with Journal.open(study / "study.sqlite") as journal:
            for name, line, proposer in PROPOSALS:
                journal.append(Proposal(name=name, line=LineId(line), coder=CoderId(proposer)))
        options = ("--coder", coder, "--port", "0", "--no-browser")
        with command(sys.executable, "-m", "autocode", page, str(study), *options) as address:
            yield address


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def take(page: Page, name: str) -> None:
    """Take a picture when all is stored and painted."""
    for saved in page.locator("#saved, .bar .saved").all():
        expect(saved).to_have_text(re.compile("Saved|Not stored yet"))  # what is chosen is no decision yet
    page.wait_for_timeout(200)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    # a palette takes a third of the space, and nobody sees the difference
    picture.quantize(256, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


def open_review(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("html[data-ready]")).to_have_count(1)


def read_on(page: Page) -> None:
    """Press "none fits" until something is suggested."""
    for _ in range(20):
        if page.locator(".card").count():
            return
        press(page, "n")
        page.wait_for_timeout(450)
    raise AssertionError("nothing is suggested for the first twenty lines")


def take_review(page: Page, demo: Path) -> None:
    with served(demo, "review", "MO") as address:
        open_review(page, address)
        read_on(page)
        press(page, "1", "m")
        page.keyboard.type("Twice in two years, and one of them by mistake. Compare GP13.")
        press(page, "Enter", "Enter", "f")
        page.keyboard.type("overw")
        press(page, "Enter", "Enter", "1")
        take(page, "review-assisted")
        page.emulate_media(color_scheme="dark")
        take(page, "review-dark")
        page.emulate_media(color_scheme="light")
        press(page, "f")
        page.keyboard.type("info")
        take(page, "review-find")
        press(page, "Escape", "?")
        take(page, "review-keys")
        press(page, "Escape")
        page.emulate_media(forced_colors="active", color_scheme="dark")
        take(page, "review-forced-colours")
        page.emulate_media(forced_colors="none", color_scheme="light")
        for name, size in SIZES.items():
            page.set_viewport_size(size)
            press(page, "j", "k")
            take(page, name)
        page.set_viewport_size(WIDE)
    with served(demo, "review", "MO", mode="blind-first") as address:
        open_review(page, address)
        take(page, "review-blind")
        read_on(page)
        take(page, "review-second-look")


def take_team(page: Page, demo: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    with served(demo, "adjudicate", "TW") as address:
        page.goto(address)
        expect(page.locator(".row.now .words")).to_be_visible()
        press(page, "b", "m")
        page.keyboard.type("Nobody rang: that is contact, not logistics.")
        press(page, "Escape", "1")
        take(page, "differences")
        page.emulate_media(color_scheme="dark")
        take(page, "differences-dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 640, "height": 1000})
        take(page, "differences-narrow")
        page.set_viewport_size({"width": 1440, "height": 900})
        for name in ("team", "codebook"):
            page.goto(f"{address.partition('/?')[0]}/{name}")
            expect(page.locator("h1")).to_be_visible()
            take(page, name)
    page.set_viewport_size(WIDE)


def take_hard_layouts(page: Page) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        study = {"mode": "assisted", "lines": 8, "hard": True, "port": port, "journal": f"{folder}/study.sqlite"}
        with command(sys.executable, str(HARD_STUDY), json.dumps(study)) as address:
            open_review(page, address)
            take(page, "hard-long")
            page.set_viewport_size(NARROW)
            press(page, "j")
            take(page, "hard-right-to-left-narrow")
            press(page, "f", *["PageDown"] * 30)
            take(page, "hard-codes-narrow")
            page.set_viewport_size(WIDE)


def take_report(browser: Browser, demo: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto((demo / "report.html").as_uri())
    take(page, "report")
    page.close()


def main(demo: Path) -> None:
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
        page.set_default_timeout(180_000)  # the team's page computes agreement
        take_review(page, demo)
        take_team(page, demo)
        take_hard_layouts(page)
        take_report(browser, demo)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
