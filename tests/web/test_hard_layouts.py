"""Text that is hard to lay out: a line of 5,000 words, right-to-left writing, emoji, an endless word, and 200 codes."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

from served_studies import press, saved

pytestmark = pytest.mark.browser

# the participants' lines of the invented study, in turn
LINES = {"long": "GP1:2", "right-to-left": "GP1:3", "emoji": "GP1:4", "one-word": "GP1:5"}
INSIDE = """(selector) => {
    const place = document.querySelector(selector).getBoundingClientRect();
    return place.left >= 0 && place.right <= innerWidth && place.top >= 0 && place.top < innerHeight;
}"""
SIDEWAYS = "() => [...document.querySelectorAll('html, main, aside, dialog')].map((e) => e.scrollWidth - e.clientWidth)"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a study that holds all of it, served by a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    how = {"mode": "assisted", "lines": 8, "hard": True, "port": port}
    how["journal"] = str(tmp_path_factory.mktemp("study") / "study.sqlite")
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("serve_a_study.py")), json.dumps(how)],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield server.stdout.readline().strip()
    server.kill()
    server.wait()
    server.stdout.close()


@pytest.fixture
def page_at(browser, address):
    contexts = []

    def build(size, scheme="light"):
        width, height = size
        look = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "reduced_motion": "reduce"}
        contexts.append(browser.new_context(**look))
        page = contexts[-1].new_page()
        page.goto(address)
        expect(page.locator("html[data-ready]")).to_have_count(1)
        return page

    yield build
    for one in contexts:
        one.close()


@pytest.mark.parametrize(("size", "scheme"), [((1440, 900), "light"), ((1440, 900), "dark"), ((320, 700), "light")])
def test_the_beginning_of_every_line_and_the_key_that_keeps_are_on_the_screen(page_at, violations, size, scheme):
    page = page_at(size, scheme)
    for name, line in LINES.items():
        expect(page.locator(f'article.now[data-line="{line}"]')).to_have_count(1)
        assert page.evaluate(INSIDE, "article.now .words"), name
        assert page.evaluate(INSIDE, "#keep"), name
        assert max(page.evaluate(SIDEWAYS)) <= 0, name
        page.keyboard.press("j")
    assert violations(page) == []

    words = page.locator(f'article[data-line="{LINES["right-to-left"]}"] .words')
    assert words.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    page.keyboard.press("f")
    expect(page.locator("#found li")).to_have_count(203)
    assert page.evaluate(INSIDE, "#palette")
    assert max(page.evaluate(SIDEWAYS)) <= 0
    for _ in range(30):
        page.keyboard.press("PageDown")
    assert page.locator('#found li[aria-selected="true"]').evaluate(
        """(one) => {
            const [here, list] = [one.getBoundingClientRect(), one.parentElement.getBoundingClientRect()];
            return here.top >= list.top - 1 && here.bottom <= list.bottom + 1;
        }"""
    )
    expect(page.locator('#found li[aria-selected="true"]')).to_contain_text("number 199")


def test_who_speaks_stands_at_every_turn_and_is_announced_on_review_and_differences(study_of, page_of):
    study = study_of(lines=8, group=True, mode="independent", coders=["MO", "JB"], adjudicators=["TW"])
    page = page_of(study)
    speakers = page.locator("#lines .speaker:not(.unseen)")

    assert speakers.all_text_contents()[:4] == ["Question by Moderator", "Anna", "بن", "Anna"]
    assert speakers.nth(2).evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    press(page, "n")
    expect(page.locator("#live")).to_have_text("Line 3, Anna. Parking there is a day's work, number 3.")
    press(page, "n", "n")
    saved(page)
    page.context.clear_cookies()
    other = page_of(study, "JB")
    for _ in range(3):
        press(other, "f", *"meet", "Enter", "Enter")
    saved(other)
    other.context.clear_cookies()
    other.goto(study.addresses["TW"])
    other.goto(f"http://127.0.0.1:{study.port}/adjudicate")
    expect(other.locator(".row.now .speaker")).to_have_text(["Question by Moderator", "Anna"])
    expect(other.locator(".row .speaker")).to_have_text(["Question by Moderator", "Anna", "Anna", "بن"])
    press(other, "j", "j")
    expect(other.locator(".adjudication > .unseen[aria-live]")).to_contain_text("Line 4 of GP1, بن. Parking")


def test_one_interviewer_and_one_participant_are_told_apart_by_screen_readers_alone(page_at):
    page = page_at((1440, 900))

    expect(page.locator("#lines .speaker:not(.unseen)")).to_have_count(0)
    expect(page.locator("#lines .speaker").first).to_have_text("Question by INT")
