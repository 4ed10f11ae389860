import re
from dataclasses import replace

import pytest

from autocode.coding import Basis, Evidence, Verdict
from autocode.transcripts import Transcripts


@pytest.fixture
def browser(browser_of, session):
    return browser_of(session)


def codes_of(journal):
    return {one.line: set(one.codes) for one in journal.codings()}


def decide(browser, line, action="keep", **fields):
    return browser.post("/decide", data={"line_id": line, "action": action, **fields})


def test_the_page_shows_the_interview_the_line_and_what_is_suggested(browser):
    page = browser.get("/").text

    assert '<p class="question">How do you reach social services?</p>' in page
    assert '<article class="now" id="now" aria-current="true">' in page
    assert "There is one number and it rings out." in page
    assert "They begin without us." in page
    assert "I am in another interview" not in page
    assert "<kbd>1</kbd> <b>Logistical issues</b>" in page
    assert "<kbd>2</kbd> <b>Lack of awareness</b>" in page
    assert "Getting there." in page
    assert "<b>strong match</b> on “parking”" in page
    assert "I run the practice. <cite>JB, PM1</cite>" in page
    assert "0 of 3 lines decided, 0 left for later" in page
    assert "checked" not in page


def test_strength_is_told_in_words_and_never_as_a_number(browser):
    page = browser.get("/").text

    assert "%" not in page
    assert not re.search(r"\d\.\d", page)


def test_the_words_a_suggestion_rests_on_are_marked_in_the_line(browser, session):
    session.go_to("GP1:3")

    assert '<mark class="of-1">Parking</mark> there is a day&#39;s work.' in browser.get("/").text


def test_chosen_and_other_codes_and_the_memo_are_stored_and_the_next_line_shows(browser, journal):
    answer = decide(browser, "GP1:2", accept=["logistics"], add=["computers", "meetings"], memo=" one\r\nnumber ")

    assert (answer.status_code, answer.headers["location"]) == (303, "/#now")
    (coding,) = journal.codings()
    assert coding.codes == {"logistics", "computers", "meetings"}
    assert coding.memo == "one\nnumber"
    assert [one.verdict for one in journal.decisions()[0].shown] == [Verdict.ACCEPTED, Verdict.REJECTED]
    page = browser.get("/").text
    assert "line 3" in page
    assert (
        "<span>Minimal interoperability</span><span>Logistical issues</span><span>Inefficient meetings</span>" in page
    )
    assert '<p class="said">one\nnumber</p>' in page


def test_none_fits_and_later_are_different_things(browser, journal):
    decide(browser, "GP1:2", "none")
    decide(browser, "GP1:3", "later")
    page = browser.get("/").text

    assert codes_of(journal) == {"GP1:2": set()}
    assert "1 of 3 lines decided, 1 left for later" in page
    assert "No suggestion: nothing fits." in page

    decide(browser, "PM1:2", "none")
    page = browser.get("/").text

    assert '<span class="none">none fits</span>' in page
    assert '<span class="none">left for later</span>' in page


@pytest.mark.parametrize(
    ("action", "fields", "sentence"),
    [
        ("keep", {}, "Nothing is chosen, so nothing is decided: choose a code, or say that none fits."),
        ("none", {"accept": "logistics"}, "Codes are chosen: keep them, or drop them before saying that none fits."),
        ("dance", {"accept": "logistics"}, "Choose what to do with the line"),
        ("keep", {"accept": "computers"}, "Nothing was stored. GP1:2: there is a verdict on &#39;computers&#39;"),
        ("keep", {"add": "moon"}, "the code &#39;moon&#39; is not in the codebook"),
    ],
)
def test_what_is_not_a_decision_is_not_stored_and_the_choice_stays(browser, journal, action, fields, sentence):
    answer = decide(browser, "GP1:2", action, memo="half a thought", **fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "half a thought</textarea>" in answer.text
    assert ("checked" in answer.text) == (fields.get("accept", fields.get("add")) in ("logistics", "computers"))
    assert list(journal.history()) == []


def test_a_form_sent_twice_or_from_an_old_page_decides_once(browser, journal):
    for _ in range(2):
        assert decide(browser, "GP1:2", accept="logistics").status_code == 303
    assert decide(browser, "GP9:9", "none").status_code == 303
    assert browser.post("/decide", data={"action": "none"}).status_code == 303

    assert codes_of(journal) == {"GP1:2": {"logistics"}}


def test_undo_goes_back_once_with_the_memo_and_then_says_that_there_is_nothing(browser, journal):
    decide(browser, "GP1:2", "none", memo="rings out")
    for _ in range(2):
        browser.post("/undo", data={"line_id": "GP1:3"})
    page = browser.get("/").text

    assert codes_of(journal) == {}
    assert "line 2" in page
    assert "rings out</textarea>" in page

    answer = browser.post("/undo", data={"line_id": "GP1:2"})

    assert answer.status_code == 422
    assert "There is nothing to undo." in answer.text


def test_a_memo_waits_with_a_line_left_for_later_and_stands_beside_a_line_judged_again(browser):
    decide(browser, "GP1:2", "later", memo="ask again")
    decide(browser, "GP1:3", "none", memo="parking")
    browser.post("/undo", data={"line_id": "PM1:2"})

    assert "parking</textarea>" in browser.get("/").text

    decide(browser, "GP1:3", "none", memo="parking")
    browser.post("/go", data={"line_id": "PM1:2", "to": "GP1:3"})

    assert "parking</textarea>" in browser.get("/").text

    browser.post("/go", data={"line_id": "GP1:3", "to": "GP1:2"})

    assert "ask again</textarea>" in browser.get("/").text


def test_undo_of_leaving_for_later_keeps_the_memo_that_was_written(browser):
    decide(browser, "GP1:2", "later", memo="ask again")
    browser.post("/undo", data={"line_id": "GP1:3"})

    assert "ask again</textarea>" in browser.get("/").text


@pytest.mark.parametrize(
    ("to", "sentence"), [("GP1:1", "the line &#39;GP1:1&#39; is the interviewer&#39;s"), ("", "there is no line")]
)
def test_going_to_what_is_not_coded_says_so(browser, to, sentence):
    answer = browser.post("/go", data={"line_id": "GP1:2", "to": to})

    assert answer.status_code == 422
    assert sentence in answer.text


def test_when_every_line_is_decided_the_page_says_so_and_undo_leads_back(browser, journal):
    for line in ("GP1:2", "GP1:3", "PM1:2"):
        decide(browser, line, "none")
    page = browser.get("/").text

    assert "<h1>Every line is decided</h1>" in page
    assert "3 of 3 lines decided" in page
    assert 'id="decide"' not in page
    assert "undo, or go to a line to judge it again" in decide(browser, "", "none").text

    browser.post("/undo", data={"line_id": ""})

    assert "No suggestion: nothing fits." in browser.get("/").text

    decide(browser, "PM1:2", "none")
    answer = browser.post("/go", data={"line_id": "", "to": "nowhere"})

    assert answer.status_code == 422
    assert "Every line is decided" in answer.text


def test_without_suggestions_the_codes_lie_open_and_codings_are_independent(browser_of, session_of, journal):
    browser = browser_of(session_of())
    page = browser.get("/").text

    assert "uggest" not in page
    assert '<details class="others" open>' in page
    assert "Independent" in page

    decide(browser, "GP1:2", add="meetings")

    assert journal.codings()[0].basis is Basis.INDEPENDENT


def test_what_people_wrote_and_said_is_text_and_never_markup(browser_of, session_of, interview, batch):
    said = '<script>alert(1)</script> & "so"'
    hostile = replace(interview("GP1", [("INT", said), ("GP1", said)]), attributes={"role": said})
    evidence = Evidence(words=(("<script>", 1.0),))
    told = replace(batch, suggestions=(replace(batch.suggestions[1], evidence=evidence),), abstentions=())
    browser = browser_of(session_of(lines=Transcripts([hostile]), batch=told))

    assert "<script>" not in browser.get("/").text

    decide(browser, "GP1:2", "none", memo=said)
    browser.post("/go", data={"line_id": "", "to": "GP1:2"})

    assert "<script>" not in browser.get("/").text


def test_a_journal_that_cannot_be_written_is_told_on_the_page(browser, journal):
    journal.close()
    answer = decide(browser, "GP1:2", "none", memo="kept")

    assert answer.status_code == 500
    assert "Nothing was stored." in answer.text
    assert "kept</textarea>" in answer.text


def test_a_form_that_is_too_long_is_refused(browser, journal):
    answer = decide(browser, "GP1:2", "none", memo="x" * 70_000)

    assert answer.status_code == 413
    assert answer.text == "This memo is too long to store; shorten it."
    assert list(journal.history()) == []


@pytest.mark.parametrize("path", ["/static/review.css", "/static/review.js"])
def test_style_and_script_come_from_this_machine(browser, path):
    answer = browser.get(path)

    assert answer.status_code == 200
    assert "http" not in answer.text
    assert path in browser.get("/").text
