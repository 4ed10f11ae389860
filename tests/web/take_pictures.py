"""Take the pictures of docs/review.md from a study made by `autocode demo`; scripts/pictures runs it."""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@contextmanager
def served(demo: Path, mode: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        shutil.copytree(demo, study)
        settings = (study / "study.toml").read_text(encoding="utf-8")
        settings = re.sub(r"(?m)^(mode|blind_share) *=.*\n", "", settings)
        (study / "study.toml").write_text(f'{settings}\nmode = "{mode}"\nblind_share = 0.0\n', encoding="utf-8")
        server = subprocess.Popen(
            [sys.executable, "-m", "autocode", "review", str(study), "--coder", "MO", "--port", "0", "--no-browser"],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield next(line.strip() for line in server.stderr if "token=" in line)
        finally:
            server.kill()
            server.wait()


def arrive(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("html[data-ready]")).to_have_count(1)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def read_on(page: Page) -> None:
    """Say that none fits until something is suggested."""
    for _ in range(20):
        if page.locator(".card").count():
            return
        press(page, "n")
        page.wait_for_timeout(450)
    raise AssertionError("nothing is suggested for the first twenty lines")


def take(page: Page, name: str) -> None:
    expect(page.locator("#saved")).to_have_text("Saved")
    page.wait_for_timeout(150)
    taken = Image.open(io.BytesIO(page.screenshot()))
    # a palette is a third of the size, and no eye tells the difference
    taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(IMAGES / f"review-{name}.png", optimize=True)


def main(demo: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        with served(demo, "assisted") as address:
            arrive(page, address)
            read_on(page)
            press(page, "1", "m")
            page.keyboard.type("Twice in two years, and one of them by mistake. Compare GP13.")
            press(page, "Enter", "Enter", "f")
            page.keyboard.type("overw")
            press(page, "Enter", "Enter", "1")
            take(page, "assisted")
            page.emulate_media(color_scheme="dark")
            take(page, "dark")
            page.emulate_media(color_scheme="light")
            press(page, "f")
            page.keyboard.type("info")
            take(page, "find")
            press(page, "Escape", "?")
            take(page, "keys")
            press(page, "Escape")
            page.set_viewport_size({"width": 320, "height": 700})
            take(page, "narrow")
        page.set_viewport_size({"width": 1280, "height": 800})
        with served(demo, "blind-first") as address:
            arrive(page, address)
            take(page, "blind")
            read_on(page)
            take(page, "second-look")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
