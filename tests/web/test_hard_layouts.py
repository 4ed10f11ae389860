"""Text that is hard to lay out: a line of 5,000 words, right-to-left writing, emoji, an endless word, and 200 codes."""

import json
import re
import socket
from pathlib import Path

import pytest

from begun import begin_script

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

from autocode.journal import Journal
from served_studies import press, saved
from studies import coding_of

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
    server = begin_script(Path(__file__).with_name("serve_a_study.py"), json.dumps(how))
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


NAME = "Maximiliane Oberhauser-Wunderlich"
OUTSIDE = """() => [...document.querySelectorAll('header *, .bar *, #side *')].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 1 && (left < -0.5 || right > innerWidth + 0.5);
}).map((one) => one.outerHTML.slice(0, 80))"""
# the contrast of an element's text with what is painted behind it, as the system's colours come out
CONTRAST = """(selector) => {
    const one = document.querySelector(selector), style = getComputedStyle(one);
    const behind = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return /^rgba.* 0\\)$/.test(colour) && element.parentElement ? behind(element.parentElement) : colour;
    };
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [low, high] = [light(style.color), light(behind(one))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}"""


def test_no_width_hides_a_button_of_somebody_with_a_long_name(study_of, page_of):
    study = study_of(lines=8, coders=[NAME], adjudicators=[NAME])
    page = page_of(study, coder=NAME)
    for path in ("/", "/adjudicate"):
        page.goto(f"http://127.0.0.1:{study.port}{path}")
        expect(page.locator(".saved").first).to_have_text("Saved")
        for width in (320, 761, 768, 839, 1000, 1366):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate(OUTSIDE) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


def test_at_400_percent_and_in_forced_colours_a_line_is_read_and_decided(study_of, page_of):
    page = page_of(study_of(lines=40, coders=["MO"], adjudicators=["MO"]))
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 x 1024 at 400 %
    line = page.locator("article.now .words")
    for key in ("n", "s", "j", "j", "k", "k"):
        press(page, key)
        expect(line).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="None fits").click()
    expect(line).to_be_in_viewport(ratio=1)

    page.set_viewport_size({"width": 1366, "height": 768})
    press(page, "k", "k")
    for scheme in ("dark", "light"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        assert page.locator("#keep").evaluate("(one) => getComputedStyle(one).borderStyle") == "dashed"
        press(page, "1")
        for selector in ("article.now mark", "#keep", "header nav a[aria-current]", ".card b"):
            assert page.evaluate(CONTRAST, selector) > 4.5, (scheme, selector)
        for painted in (".dots i.full", ".ticks i.done"):
            fill = "(one) => [one, document.body].map((each) => getComputedStyle(each).backgroundColor)"
            assert len(set(page.locator(painted).first.evaluate(fill))) == 2, (scheme, painted)
        press(page, "1")


def test_three_suggestions_fit_a_small_laptop_and_what_was_below_the_fold_is_not_recorded_as_shown(study_of, page_of):
    study = study_of(lines=40, suggested=3)
    page = page_of(study)
    for height in (768, 560):
        page.set_viewport_size({"width": 1366, "height": height})
        expect(page.locator(".card")).to_have_count(3)
        foot = page.locator(".foot").bounding_box()
        cards = [card.bounding_box() for card in page.locator(".card").all()]
        assert all(card["y"] + card["height"] <= foot["y"] for card in cards)
    expect(page.locator(".definition").first).to_be_hidden()
    press(page, "e")
    expect(page.locator(".definition").first).to_be_visible()
    expect(page.get_by_role("button", name="In short")).to_have_attribute("aria-expanded", "true")
    press(page, "e", "n")
    page.set_viewport_size({"width": 1366, "height": 280})
    press(page, *"jjjn", *"jjj3")
    expect(page.locator("#quiet")).to_contain_text("Suggestion 3 was out of view: press the key again")
    press(page, "3", "Enter")
    saved(page)

    with Journal.open(study.journal) as journal:
        shown = {decision.line: [one.code for one in decision.shown] for decision in journal.decisions()}
    assert {line: len(codes) for line, codes in shown.items()} == {"GP1:2": 3, "GP1:7": 2, "GP1:12": 3}
    assert study.in_force()["GP1:12"] == {shown["GP1:12"][2]}


def test_an_interview_and_the_differences_print_whole_with_names_and_codes(study_of, page_of):
    study = study_of(lines=150, interviews=1, mode="independent", coders=["MO", "JB"], adjudicators=["TW"])
    lines = [f"GP1:{order}" for order in range(1, 151) if order % 5 != 1]
    with Journal.open(study.journal) as journal:
        journal.append(*(coding_of(line, "MO", "logistics") for line in lines))
        journal.append(*(coding_of(line, "JB", "meetings") for line in lines))
    page = page_of(study)
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#lines .kept .chip")).to_have_count(len(lines))
    expect(page.locator("header")).to_have_text(re.compile("GP1.*MO", re.DOTALL))
    expect(page.locator("#side")).to_be_hidden()
    last = page.locator("#lines article").last.bounding_box()
    assert last["y"] + last["height"] <= page.evaluate("document.documentElement.scrollHeight") + 1
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 27, 22)"  # on paper, no dark scheme

    page.context.clear_cookies()
    page.goto(study.addresses["TW"])
    page.goto(f"http://127.0.0.1:{study.port}/adjudicate")
    expect(page.locator(".row.now .text")).to_be_visible()
    assert page.locator(".row").count() < len(lines)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    rows = page.locator(".row")
    expect(rows).to_have_count(len(lines))
    expect(rows.last).to_contain_text("number 150")
    assert all({"MO", "JB", "Logistical issues"} <= {*row.split("\n")} for row in rows.all_inner_texts()[1:])
    last = rows.last.bounding_box()
    assert last["y"] + last["height"] <= page.evaluate("document.documentElement.scrollHeight") + 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".row").count() < len(lines)
