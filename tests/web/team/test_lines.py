"""The pages on which coded lines are read again: what they show to whom, what they send, and how they are used."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from autocode.coding import Basis, Proposal
from autocode.journal import Deferral
from studies import coding_of


def places(answer) -> list[str]:
    return re.findall(r'<article[^>]* aria-label="([^"]*)"', answer.text)


def test_all_lines_of_a_code_stand_with_their_question_and_everybody_who_judged_them(asked_by, differing):
    answer = asked_by("TW").get("/codes/awareness")

    assert places(answer) == ["GP1, line 2", "GP1, line 3"]
    assert "How do you reach social services?" in answer.text
    assert "2 lines of 1 interview" in answer.text
    assert re.findall(r'class="by">(\w+)', answer.text) == ["JB", "MO", "SK", "JB", "MO", "SK"]
    assert 'href="/codes/logistics"' in answer.text


def test_a_theme_is_all_its_codes_and_filters_stand_in_the_address(asked_by, differing):
    browser = asked_by("TW")

    assert places(browser.get("/codes/access")) == ["GP1, line 2", "GP1, line 3"]
    assert places(browser.get("/codes/access?subcodes=without")) == []
    assert places(browser.get("/codes/access?coder=SK")) == ["GP1, line 2"]
    assert places(browser.get("/codes/logistics?with=awareness&coder=JB&memo=")) == ["GP1, line 2"]
    assert places(browser.get("/codes/logistics?participant_role=GP")) == []
    assert browser.get("/codes/nothing").status_code == 404
    assert "Lack of awareness</a> <span" in browser.get("/codes").text


def test_who_still_reads_sees_only_their_own_codings(asked_by, journal):
    journal.append(
        coding_of("GP1:2", "MO", "logistics", memo="a memo of MO"),
        coding_of("GP1:2", "JB", "awareness", memo="a memo of JB"),
        coding_of("GP1:3", "JB", "awareness"),
    )
    answers = [
        asked_by("MO").get(f"/codes{path}").text
        for path in ("", "/awareness", "/access", "/logistics", "/access?coder=JB", "/access?as=csv", "/access?as=docx")
    ]

    for answer in answers:
        assert "JB" not in answer.replace('value="JB"', "").replace(">JB (0)", "").replace("coder=JB", "")
    assert 'Lack of awareness</a> <span class="soft">0 lines' in answers[0]
    assert "You have 4 lines left to read, so only your own codings are shown." in answers[1]
    assert (places(asked_by("MO").get("/codes/awareness")), places(asked_by("MO").get("/codes/access"))) == (
        [],
        ["GP1, line 2"],
    )
    # who does not code here, and everybody once coding is closed, sees all
    assert places(asked_by("TW").get("/codes/awareness")) == ["GP1, line 2", "GP1, line 3"]
    assert places(asked_by("MO", coding_closed=True).get("/codes/awareness")) == ["GP1, line 2", "GP1, line 3"]


def test_while_coders_make_own_codes_nobody_who_codes_sees_what_another_gave(asked_by, differing):
    assert places(asked_by("MO", own_codes_made=True).get("/codes/awareness")) == []
    assert places(asked_by("TW", own_codes_made=True).get("/codes/awareness")) == ["GP1, line 2", "GP1, line 3"]


def test_a_coding_that_is_made_meanwhile_is_there_at_once(asked_by, differing):
    browser = asked_by("TW")
    before = places(browser.get("/codes/computers"))
    differing.append(coding_of("PM1:3", "MO", "computers", basis=Basis.ASSISTED))

    assert (before, places(browser.get("/codes/computers"))) == ([], ["PM1, line 3"])


def test_tables_and_documents_have_the_lines_that_are_shown(asked_by, differing):
    browser = asked_by("TW")
    table = browser.get("/codes/access?coder=SK&as=csv")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    document = browser.get("/codes/access?as=docx")

    assert table.headers["content-disposition"].startswith('attachment; filename="access.csv"')
    assert [(row["reference"], row["coders"]) for row in rows] == [("GP1, line 2", "SK")]
    assert document.headers["content-type"].endswith("wordprocessingml.document")
    assert "x-content-type-options" in document.headers


def test_nothing_that_somebody_wrote_becomes_markup(asked_by, differing, hostile):
    answer = asked_by("TW", **hostile).get("/codes/awareness")

    assert places(answer)
    assert "<img" not in answer.text
    assert "1337" not in answer.text


def test_words_are_searched_with_their_forms_and_counts_by_participant(asked_by, differing):
    browser = asked_by("MO")
    answer = browser.get("/search?q=ringing")
    table = browser.get("/search?q=ring&as=csv")

    assert places(answer) == ["GP1, line 2"]
    assert "it <mark>rings</mark> out" in answer.text
    assert "q=ringing+-%22rings%22" in answer.text  # leads to the lines without this form
    assert places(browser.get('/search?q=ring+-"rings"')) == []
    assert places(browser.get("/search?q=reach")) == []
    assert places(browser.get("/search?q=reach&questions=1")) == ["GP1, line 1"]
    assert table.text.splitlines()[1].startswith('"GP1, line 2",GP1:2,GP1,2,GP1,There is one number')
    assert "<script>" not in browser.get("/search?q=<script>alert(1)</script>").text.replace("<script type", "")


def test_memos_stand_in_one_list_and_only_ones_own_while_reading(asked_by, journal):
    journal.append(
        coding_of("GP1:3", "JB", "awareness", memo="=a memo of JB"), coding_of("GP1:2", "MO", "logistics", memo="mine")
    )

    def memos(browser, query=""):
        return re.findall(r"<b>(\w+)</b> ([^<]*)</p>", browser.get(f"/memos{query}").text)

    assert memos(asked_by("MO")) == [("MO", "mine")]
    assert memos(asked_by("TW")) == [("MO", "mine"), ("JB", "=a memo of JB")]
    assert memos(asked_by("TW"), "?coder=JB") == memos(asked_by("TW"), "?code=awareness") == [("JB", "=a memo of JB")]
    assert 'href="/review#line=' not in asked_by("TW").get("/memos").text  # TW has no review
    rows = list(csv.DictReader(io.StringIO(asked_by("TW").get("/memos?as=csv").text.removeprefix("\ufeff"))))
    assert [(row["reference"], row["memo"]) for row in rows] == [
        ("GP1, line 2", "mine"),
        ("GP1, line 3", "'=a memo of JB"),
    ]


def test_own_work_is_looked_through_by_what_was_done(asked_by, journal):
    browser = asked_by("MO")
    journal.append(coding_of("GP1:2", "MO", "logistics"))  # line by line, as in a review
    journal.append(coding_of("GP1:3", "MO", memo="odd"), Proposal(name="Language", line="GP1:3", coder="MO"))
    journal.append(
        Deferral(line="GP1:5", coder="MO"),
        coding_of("PM1:2", "JB", "meetings", memo="of JB"),
    )

    def shown(query):
        return places(browser.get(f"/work{query}"))

    assert shown("") == ["GP1, line 5", "PM1, line 2", "PM1, line 3"]
    assert shown("?show=later") == ["GP1, line 5"]
    assert shown("?show=proposed") == shown("?show=memo") == ["GP1, line 3"]
    assert shown("?show=decided") == ["GP1, line 2", "GP1, line 3"]
    assert shown("?code=logistics") == ["GP1, line 2"]
    assert shown("?code=meetings") == []
    answer = browser.get("/work").text
    assert "2 lines decided today" in answer
    assert "3 lines left" in answer
    assert "JB" not in answer
    journal.append(coding_of("GP1:5", "MO", "logistics"))
    assert shown("?show=later") == []


@pytest.mark.browser
def test_lines_are_read_and_copied_by_keyboard_at_any_width(visit, differing, violations):
    page = visit("/codes/access", size=(320, 700))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    assert violations(page) == []
    assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("article.line:focus")).to_have_attribute("aria-label", "GP1, line 3")
    page.keyboard.press("c")
    expect(page.locator("#live")).to_have_text("Copied: GP1, line 3")
    assert page.evaluate("navigator.clipboard.readText()") == "“Parking there is a day's work.” (GP1, line 3)"
    # words marked by hand take along where they stand, too
    page.locator("article.line .text").first.select_text()
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == ("“There is one number and it rings out.” (GP1, line 2)")
    page.get_by_role("button", name="Lines around them X").click()
    expect(page.locator(".line .beside").first).to_be_hidden()
    # a choice by keyboard waits for the button
    page.get_by_label("Coder").select_option("SK")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("article.line")).to_have_count(1)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.get_by_role("link", name="Search").click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("numbers")
    page.keyboard.press("Enter")
    expect(page.locator("article.line mark")).to_have_text("number")
    assert violations(page) == []
    assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    for name in ("Memos", "My work"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        assert violations(page) == []
        assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
