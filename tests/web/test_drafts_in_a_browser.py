"""What was chosen or written and is not stored stays with its line; every line has an address."""

import pytest

from autocode.journal import Journal
from served_studies import now, press, saved

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def memos(study):
    with Journal.open(study.journal) as journal:
        return {coding.line: coding.memo for coding in journal.codings()}


def read(page):
    expect(page.locator("html[data-ready]")).to_have_count(1)


def test_what_is_not_stored_stays_with_its_line_through_moves_reloads_and_tabs_and_is_not_called_saved(
    study_of, page_of
):
    study = study_of(lines=5, interviews=1)
    page = page_of(study)

    # a memo on a decided line
    press(page, "n", "k", "m")
    page.keyboard.type("a second thought")
    expect(page.locator("#saved")).to_have_text("Not stored yet")
    press(page, "Enter")
    expect(page.locator("#quiet")).to_have_text("Press Enter to store the memo with your coding.")
    press(page, "j")
    expect(page.locator("#saved")).to_have_text("Not stored: a draft on GP1:2")
    expect(page.locator('article[data-line="GP1:2"] .draft')).to_have_text("not stored yet: memo")

    # a choice, a new code and a memo on a line that is left for later, and another choice
    press(page, "1", "f", *"Fares", "Shift+Enter", "m")
    page.keyboard.type("on fares")
    press(page, "Enter", "s")
    expect(page.locator('article[data-line="GP1:3"] .kept')).to_have_text("left for later")
    expect(page.locator('article[data-line="GP1:3"] .draft')).to_have_text(
        "not stored yet: Logistical issues, Fares (proposed), memo"
    )
    press(page, "1", "j")
    expect(page.locator("#saved")).to_have_text("Not stored: drafts on 3 lines")

    # the page is loaded again, where it was; another tab knows of the drafts, too
    assert now(page) == "GP1:5"
    page.reload()
    read(page)
    assert now(page) == "GP1:5"
    page.goto(page.url.replace("GP1%3A5", "GP1%3A3"))
    expect(page.locator('article.now[data-line="GP1:3"]')).to_be_visible()
    expect(page.locator("#keep")).to_contain_text("Keep Logistical issues, “Fares”")
    expect(page.locator("#memo")).to_have_value("on fares")
    other = page.context.new_page()
    other.goto(page.url)
    read(other)
    expect(other.locator("#saved")).to_have_text("Not stored: drafts on 3 lines")
    press(page, "Enter")
    expect(other.locator("#saved")).to_have_text("Not stored: drafts on 2 lines")

    # at the end, the page leads to what is left
    press(page, "Enter", "n")
    expect(page.locator("#side h2")).to_have_text("Every line is decided")
    page.locator("#side").get_by_role("button", name="Go to GP1:2").click()
    expect(page.locator("#side")).to_have_attribute("data-phase", "reading")  # its suggestions are fetched
    press(page, "Enter")
    saved(page)
    assert study.in_force() == {"GP1:2": set(), "GP1:3": {"logistics"}, "GP1:4": {"logistics"}, "GP1:5": set()}
    assert {line: memo for line, memo in memos(study).items() if memo} == {
        "GP1:2": "a second thought",
        "GP1:3": "on fares",
    }


def test_every_line_has_an_address_and_the_place_is_kept_when_the_window_changes(study_of, page_of):
    page = page_of(study_of())
    press(page, "j", "j")
    assert page.url.endswith("#line=GP1%3A4")
    page.evaluate("location.hash = 'line=GP2:3'")
    expect(page.locator('article.now[data-line="GP2:3"]')).to_be_visible()
    page.goto(f"{page.url.partition('#')[0]}codebook")
    page.go_back()
    expect(page.locator('article.now[data-line="GP2:3"]')).to_be_visible()
    page.evaluate("location.hash = 'line=GP9:1'")
    expect(page.locator(".alert p")).to_have_text("There is no line GP9:1 to be decided here.")
    assert now(page) == "GP2:3"

    # reading ahead, the line that is read stays where it is
    page.evaluate("location.hash = 'line=GP1:4'")
    expect(page.locator('article.now[data-line="GP1:4"]')).to_be_visible()
    page.locator('article[data-line="GP1:33"]').scroll_into_view_if_needed()
    page.locator("main").evaluate("(main) => { main.scrollTop += 200; }")
    first = """() => {
        const main = document.querySelector("main"), top = main.getBoundingClientRect().top;
        return [...main.querySelectorAll("article")].find((line) => line.getBoundingClientRect().bottom > top + 40)
            .dataset.line;
    }"""
    before = page.evaluate(first)
    for width in (1100, 900, 1300):
        page.set_viewport_size({"width": width, "height": 700})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate(first) == before


def test_a_draft_on_a_line_with_an_unstored_decision_stays_and_what_is_refused_while_a_page_begins_is_said(
    study_of, page_of
):
    study = study_of(lines=5, interviews=1)
    page = page_of(study)
    page.route("**/review/submit", lambda route: route.abort())
    press(page, "1", "Enter", "k", "m")
    page.keyboard.type("a second thought")
    page.reload()
    read(page)
    expect(page.locator("#saved")).to_contain_text("1 decision waits in this browser")
    page.goto(page.url.partition("#")[0] + "#line=GP1:2")
    expect(page.locator("#memo")).to_have_value("a second thought")

    page.evaluate(
        """() => {
            const name = Object.keys(localStorage).find((name) => name.startsWith("autocode:act:"));
            localStorage.setItem(name, localStorage.getItem(name).replace('"logistics"', '"moon"'));
        }"""
    )
    page.unroute("**/review/submit")
    page.reload()
    read(page)
    expect(page.locator(".alert p")).to_contain_text(
        "Nothing was stored. GP1:2: the code 'moon' is not in the codebook"
    )
    expect(page.locator("#memo")).to_have_value("a second thought")
    expect(page.locator('article[data-line="GP1:2"] .kept')).to_have_count(0)
    assert study.in_force() == {}
