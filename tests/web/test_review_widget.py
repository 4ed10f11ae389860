"""The review page as a notebook's widget: the real widget in Python, the real page and its modules in Chromium."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import unquote

import anywidget
import pytest

import autocode.web
from autocode.coding import Basis, Mode
from autocode.errors import JournalError
from autocode.review import ReviewSession
from autocode.web import Learning

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

HURRIED = "const real = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = (time) => real(time / 30);"


@pytest.fixture
def frame_in():
    def found(cell):
        frame = cell.page.frame_locator("iframe")
        expect(frame.locator("html[data-ready]")).to_have_count(1)
        return frame

    return found


@pytest.fixture
def asked():
    """Ask a widget as its page does, without a browser."""

    def ask(widget, address, method="GET", body=""):
        sent = []
        widget.send = lambda content, buffers=None: sent.append(content)
        widget._handle_custom_msg({"number": "view-1", "method": method, "address": address, "body": body}, [])
        (told,) = sent
        return told

    return ask


def act_of(**more):
    act = {"gesture": "gesture-1", "coder": "MO", "kind": "keep", "line": "GP1:2", "codes": ["meetings"]}
    return json.dumps({"acts": [{**act, **more}]})


@pytest.mark.browser
def test_in_a_notebook_the_same_page_decides_and_undoes_by_the_same_keys(session, cell_of, frame_in, journal):
    cell = cell_of(autocode.web.ReviewWidget(session))
    frame = frame_in(cell)
    expect(frame.locator("article.now .words")).to_have_text("There is one number and it rings out.")
    expect(frame.locator(".card")).to_have_count(2)
    for key in ("1", "Enter", "n"):
        cell.page.keyboard.press(key)
    expect(frame.locator("#saved")).to_have_text("Saved")
    expect(frame.locator("article.now")).to_have_attribute("data-line", "PM1:2")
    kept = {one.line: set(one.codes) for one in journal.codings()}
    cell.page.keyboard.press("u")
    expect(frame.locator("article.now")).to_have_attribute("data-line", "GP1:3")
    expect(frame.locator("#saved")).to_have_text("Saved")

    assert list(kept) == ["GP1:2", "GP1:3"]
    assert len(kept["GP1:2"]) == 1
    assert kept["GP1:3"] == set()
    assert [one.line for one in journal.codings()] == ["GP1:2"]


@pytest.mark.browser
def test_the_frame_looks_like_the_page_and_the_cell_stays_as_it_was(session, cell_of, frame_in):
    cell = cell_of(autocode.web.ReviewWidget(session))
    frame = frame_in(cell)

    assert cell.page.evaluate("getComputedStyle(document.body).margin") == "8px"
    assert frame.locator("body").evaluate("(body) => getComputedStyle(body).margin") == "0px"
    assert "Literata" in frame.locator(".now .words").evaluate("(words) => getComputedStyle(words).fontFamily")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_frame(session, cell_of, frame_in, violations, scheme):
    cell = cell_of(autocode.web.ReviewWidget(session))
    cell.page.emulate_media(color_scheme=scheme)
    frame = frame_in(cell)
    inside = cell.page.frames[1]
    expect(frame.locator(".card")).to_have_count(2)
    assert violations(inside) == []
    cell.page.keyboard.press("n")
    expect(frame.locator("#saved")).to_have_text("Saved")
    assert violations(inside) == []


@pytest.mark.browser
def test_the_notebooks_own_keys_hear_nothing_that_is_pressed_in_the_frame(session, cell_of, frame_in, journal):
    cell = cell_of(autocode.web.ReviewWidget(session))
    cell.page.evaluate("window.heard = []; addEventListener('keydown', (event) => heard.push(event.key), true)")
    frame = frame_in(cell)
    for key in ("j", "n", "f", "Escape"):
        cell.page.keyboard.press(key)
    expect(frame.locator("#saved")).to_have_text("Saved")

    assert cell.page.evaluate("heard") == []
    assert [one.line for one in journal.codings()] == ["GP1:3"]


@pytest.mark.browser
def test_blind_first_no_message_holds_a_suggestion_before_the_reading_is_stored(
    session_of, journal, batch, codebook, cell_of, frame_in
):
    journal.append(replace(batch, codebook=codebook.digest))
    cell = cell_of(autocode.web.ReviewWidget(session_of(mode=Mode.BLIND_FIRST)))
    frame = frame_in(cell)
    for key in ("j", "k", "?"):
        cell.page.keyboard.press(key)
    expect(frame.locator("#help-bands")).not_to_be_empty()
    cell.page.keyboard.press("Escape")
    before = [json.loads(one["body"]) for told in cell.told for one in json.loads(told)]
    shown = json.dumps([one for one in before if "bands" not in one])  # those are words for strength, of no line
    assert len(before) > len(json.loads(shown)) > 0
    assert not re.search('cards|stretches|strong|fair|"b1"|parking', shown)

    cell.page.keyboard.press("n")
    expect(frame.locator("#saved")).to_have_text("Saved")
    if frame.locator("article.now").get_attribute("data-line") != "GP1:2":
        cell.page.keyboard.press("k")  # a busy machine answered after the page had gone on
    expect(frame.locator(".card")).to_have_count(2)
    assert "cards" in "".join(cell.told)
    assert [(one.line, one.basis) for one in journal.codings()] == [("GP1:2", Basis.INDEPENDENT)]


@pytest.mark.browser
@pytest.mark.parametrize("lost", ["deaf", "mute"])
def test_what_a_kernel_does_not_answer_waits_in_the_browser_and_arrives_once(lost, session, cell_of, frame_in, journal):
    cell = cell_of(autocode.web.ReviewWidget(session))
    cell.page.context.add_init_script(HURRIED)
    cell.open()
    frame = frame_in(cell)
    setattr(cell, lost, True)
    cell.page.keyboard.press("n")
    expect(frame.locator("#saved")).to_have_text("1 decision waits in this browser: autocode is not running")
    assert len(list(journal.codings())) == (0 if lost == "deaf" else 1)

    setattr(cell, lost, False)
    expect(frame.locator("#saved")).to_have_text("Saved")
    assert sum("/review/submit" in said for said in cell.said) > 1
    assert [(one.line, set(one.codes)) for one in journal.codings()] == [("GP1:2", set())]


@pytest.mark.browser
def test_what_waits_outlives_the_notebook_and_its_kernel(session, session_of, batch, cell_of, frame_in, journal):
    cell = cell_of(autocode.web.ReviewWidget(session))
    frame = frame_in(cell)
    cell.deaf = True
    cell.page.keyboard.press("n")
    expect(frame.locator("#saved")).to_have_text("Saving")
    cell.deaf = False
    cell.open()
    frame = frame_in(cell)
    expect(frame.locator("#saved")).to_have_text("Saved")
    expect(frame.locator("article.now")).to_have_attribute("data-line", "GP1:3")

    assert [one.line for one in journal.codings()] == ["GP1:2"]


@pytest.mark.browser
def test_two_views_of_one_widget_each_get_their_own_answers(session, cell_of, frame_in):
    cell = cell_of(autocode.web.ReviewWidget(session))
    frame_in(cell)
    cell.page.evaluate("void again()")
    frames = cell.page.frame_locator("iframe")
    for one in (frames.first, frames.last):
        expect(one.locator("html[data-ready]")).to_have_count(1)
        expect(one.locator("article.now")).to_have_attribute("data-line", "GP1:2")
    numbers = [json.loads(said)["number"] for said in cell.said]

    assert len(set(numbers)) == len(numbers)


def test_the_page_is_whole_asks_nothing_of_a_server_and_holds_nothing_that_was_said(session):
    widget = autocode.web.ReviewWidget(session)

    assert isinstance(widget, anywidget.AnyWidget)
    assert "/static/" not in widget._page
    assert "@font-face" not in widget._page
    modules = set(re.findall('"autocode/([a-z_]+)": "data:', widget._page))
    assert modules >= {"review", "code_search"}
    assert set(re.findall('from "autocode/([a-z_]+)"', unquote(widget._page))) <= modules
    assert "from%20%22.%2F" not in widget._page
    assert "<nav" not in widget._page
    assert "rings out" not in widget._page


def test_it_answers_while_the_kernels_loop_runs(session, asked):
    async def kernel():
        return asked(autocode.web.ReviewWidget(session), "/review/state?line=GP1%3A3")

    with ThreadPoolExecutor(1) as beside:  # Playwright's own loop runs in this thread
        told = beside.submit(asyncio.run, kernel()).result()

    assert (told["number"], told["status"]) == ("view-1", 200)
    assert json.loads(told["body"])["current"] == "GP1:3"


@pytest.mark.parametrize(
    ("address", "body", "status", "said"),
    [
        ("/review/submit", act_of(coder="JB"), 403, "This browser codes as MO, and the decision is somebody else's."),
        ("/review/submit", "no", 400, "This is not JSON."),
        ("/team", "", 404, "There is no page at this address; start from the one that autocode printed."),
    ],
)
def test_what_the_desk_refuses_is_refused_here(address, body, status, said, session, asked, journal):
    told = asked(autocode.web.ReviewWidget(session), address, method="POST", body=body)

    assert (told["status"], told["body"]) == (status, said)
    assert list(journal.codings()) == []


def test_independent_coding_gets_no_suggestions(session_of, journal, batch, codebook, asked):
    journal.append(replace(batch, codebook=codebook.digest))
    told = asked(autocode.web.ReviewWidget(session_of(mode=Mode.INDEPENDENT)), "/review/offer?line=GP1:2")

    assert told["status"] == 403
    assert told["body"] == "This study is coded independently, without suggestions."


def test_learning_hears_of_decisions(session, asked):
    learnt = []
    learning = Learning(lambda: learnt.append(1), every=1)
    told = asked(autocode.web.ReviewWidget(session, learning=learning), "/review/submit", "POST", act_of())
    learning.wait()

    assert told["status"] == 200
    assert learnt == [1]


def test_what_breaks_is_told_to_the_page_and_to_the_kernel(session, asked, monkeypatch, caplog):
    widget = autocode.web.ReviewWidget(session)

    def refuse(self):
        raise RuntimeError("out of order")

    monkeypatch.setattr(ReviewSession, "refresh", refuse)
    told = asked(widget, "/review/state")
    assert (told["status"], told["body"]) == (500, "Internal Server Error")

    def no_disk(self):
        raise JournalError("the disk is full.")

    monkeypatch.setattr(ReviewSession, "refresh", no_disk)
    told = asked(widget, "/review/state")
    assert (told["status"], told["body"]) == (500, "Nothing was stored. the disk is full.")
