"""The review page in a real browser: every key, every state, and everything that can be torn away under it."""

import datetime
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autocode.coding import Basis
from autocode.journal import Journal, Kind
from served_studies import now, press, saved

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]


# every key


def test_one_key_settles_and_moves_on_and_the_journal_holds_it(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "n", "1", "Enter")
    saved(page)

    assert study.in_force() == {"GP1:2": set(), "GP1:3": {"logistics"}}
    expect(page.locator('article[data-line="GP1:2"] .kept')).to_have_text("none fits")
    expect(page.locator('article[data-line="GP1:3"] .chip')).to_have_text("Logistical issues")
    assert now(page) == "GP1:4"
    expect(page.locator("#count")).to_have_text("2 of 32")


def test_nothing_is_chosen_in_advance_and_enter_says_so(study_of, page_of):
    study = study_of()
    page = page_of(study)

    expect(page.locator('.card[aria-pressed="true"]')).to_have_count(0)
    press(page, "Enter")
    expect(page.locator("#quiet")).to_contain_text("Nothing is chosen")
    assert now(page) == "GP1:2"
    assert study.in_force() == {}


def test_a_accepts_the_first_only_if_it_is_strong(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "a", "a")
    saved(page)

    assert study.in_force() == {"GP1:2": {"logistics"}}
    assert now(page) == "GP1:3"
    expect(page.locator("#quiet")).to_contain_text("is a fair match: press 1 to choose it, or N if none fits.")


def test_n_does_not_drop_what_is_chosen(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "1", "n")

    expect(page.locator("#quiet")).to_contain_text("is chosen: press Enter to keep it")
    press(page, "1", "n")
    saved(page)
    assert study.in_force() == {"GP1:2": set()}


def test_a_code_is_found_by_its_words_and_a_new_one_is_proposed_by_a_gesture_of_its_own(study_of, page_of):
    study = study_of()
    page = page_of(study)
    for typed in ("meet", "meetings inefficient", "inefficeint", "inf meet", "working chance"):
        page.keyboard.press("f")
        page.keyboard.type(typed)
        found = page.locator("#found .chip").all_inner_texts()
        assert found == ([] if typed in ("inf meet", "working chance") else ["Inefficient meetings"]), typed
        press(page, "Enter", "Escape")
    expect(page.locator("#keep")).to_contain_text("Keep Inefficient meetings")  # chosen, dropped, chosen
    press(page, "/")
    page.keyboard.type("meetins unprepared")
    expect(page.locator("#new-about")).to_contain_text("Near it: “Inefficient meetings”.")
    press(page, "Enter", "Enter")
    expect(page.locator("#palette")).to_be_visible()
    # what is typed is beside the line that it is for, and does not cover it
    line, palette = (page.locator(one).bounding_box() for one in ("article.now", "#palette"))
    assert line["x"] + line["width"] <= palette["x"]
    press(page, "Escape", "f")
    page.keyboard.type("parking fees")
    press(page, "Shift+Enter")
    expect(page.locator(".picked .chip")).to_have_count(2)
    press(page, "Enter")
    saved(page)

    assert study.in_force() == {"GP1:2": {"meetings"}}
    with Journal.open(study.journal) as journal:
        assert [(one.name, one.line, one.coder) for one in journal.proposals()] == [("parking fees", "GP1:2", "MO")]
    expect(page.locator('article[data-line="GP1:2"] .proposed')).to_have_text("parking fees (proposed)")


def test_no_key_is_lost_between_the_palette_and_the_line(study_of, page_of):
    study = study_of()
    page = page_of(study)
    for _ in range(5):
        press(page, "f", "m", "e", "e", "t", "Enter", "Enter")
    saved(page)

    assert list(study.in_force().values()) == [{"meetings"}] * 5


def test_a_memo_is_stored_with_the_decision_and_its_letters_decide_nothing(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "m")
    page.keyboard.type("none of us knew; <b>1</b>")
    press(page, "Enter", "n")
    saved(page)

    with Journal.open(study.journal) as journal:
        (coding,) = journal.codings()
    assert coding.memo == "none of us knew; <b>1</b>"
    expect(page.locator('article[data-line="GP1:2"] .said')).to_have_text("none of us knew; <b>1</b>")


def test_later_comes_back_at_the_end_and_undo_goes_back(study_of, page_of):
    study = study_of(lines=5, interviews=1)
    page = page_of(study)
    press(page, "s", "n", "n", "n")
    expect(page.locator('article[data-line="GP1:2"].now .kept')).to_have_text("left for later")
    press(page, "u")
    assert now(page) == "GP1:5"
    press(page, "Control+z")
    assert now(page) == "GP1:4"
    saved(page)
    assert study.in_force() == {"GP1:3": set()}
    press(page, "n", "n")
    press(page, "n")
    saved(page)
    expect(page.locator("#side h2")).to_have_text("Every line is decided")
    assert len(study.in_force()) == 4


def test_after_the_lines_with_suggestions_the_others_are_read(study_of, page_of):
    study = study_of(lines=3, covered=1)
    page = page_of(study)
    press(page, "n", "n")
    expect(page.locator("#side h2")).to_have_text("Every line with suggestions is decided")
    page.get_by_role("button", name="Read the other 3 lines").click()
    expect(page.locator('article.now[data-line="GP2:2"]')).to_be_visible()
    expect(page.locator("#side .own")).to_contain_text("No suggestions have been made for this line.")
    press(page, "n", "n", "n")
    expect(page.locator("#side h2")).to_have_text("Every line is decided")
    expect(page.locator("#others")).to_have_count(0)
    saved(page)

    assert len(study.in_force()) == 5


def test_moving_decides_nothing(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "j", "ArrowDown", "k", "ArrowUp", "j")

    assert now(page) == "GP1:3"
    page.locator('article[data-line="GP1:7"] .words').click()
    assert now(page) == "GP1:7"
    assert study.history()[-1].kind is not Kind.CODING


def test_a_held_key_a_composed_character_and_a_modifier_never_decide(study_of, page_of):
    study = study_of()
    page = page_of(study)
    for more in ({"repeat": True}, {"isComposing": True}, {"keyCode": 229}, {"ctrlKey": True}, {"altKey": True},
                 {"metaKey": True}, {"shiftKey": True}):  # fmt: skip
        for key in ("n", "a", "s"):
            page.evaluate(
                "(how) => document.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...how}))",
                {"key": key, **more},
            )

    assert now(page) == "GP1:2"
    expect(page.locator("#saved")).to_have_text("Saved")
    assert study.in_force() == {}


def test_single_keys_can_be_turned_off_and_the_mouse_and_enter_do_everything(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "?")
    page.get_by_label("Single-key shortcuts").uncheck()
    press(page, "Escape", "n", "1", "s")
    assert now(page) == "GP1:2"
    page.locator(".card").first.click()
    page.locator("#keep").click()
    page.get_by_role("button", name="None fits").click()
    page.get_by_role("button", name="Leave for later").click()
    saved(page)

    assert study.in_force() == {"GP1:2": {"logistics"}, "GP1:3": set()}
    assert now(page) == "GP1:5"
    page.get_by_role("button", name="Undo").click()
    saved(page)
    assert now(page) == "GP1:4"


def test_the_whole_flow_by_tab_and_enter_alone(study_of, page_of):
    study = study_of()
    page = page_of(study)
    page.locator("main").focus()
    press(page, "Tab", "Enter")
    expect(page.locator(".card").first).to_have_attribute("aria-pressed", "true")


def test_dialogs_open_at_their_top_and_no_key_pressed_by_habit_turns_the_switch(study_of, page_of):
    page = page_of(study_of())
    page.set_viewport_size({"width": 320, "height": 640})
    press(page, "?")
    expect(page.get_by_role("heading", name="Keys")).to_be_in_viewport()
    assert page.evaluate("document.activeElement.textContent") == "Close Esc"
    press(page, "Space")
    expect(page.locator("#help")).to_be_hidden()
    press(page, "i", "Enter")

    expect(page.locator("#choose")).to_be_hidden()
    assert now(page) == "GP1:2"


def test_what_a_match_has_meant_stands_beside_the_keys(study_of, page_of):
    study = study_of(lines=160)
    page = page_of(study)
    for _ in range(31):  # a strong match, two fair ones, and a line without suggestions, in turn
        press(page, "a", "n", "n", "n")
    saved(page)
    press(page, "?")

    expect(page.locator("#help-bands")).to_contain_text("strongyou kept 10 of 10 (31 of 31)")
    expect(page.locator("#help-bands")).to_contain_text("fair")
    assert page.locator("#side").inner_text().count("10 of 10") == 0


def test_a_new_line_is_announced_with_what_is_suggested(study_of, page_of):
    page = page_of(study_of())
    press(page, "n")

    expect(page.locator("#live")).to_have_text(
        "Line 3. Parking there is a day's work, number 3. Suggested: 1: Logistical issues, fair."
    )


# modes


def test_blind_first_shows_suggestions_after_the_reading_and_keeps_both(study_of, page_of):
    study = study_of(mode="blind-first")
    page = page_of(study)
    sent = []
    page.on("response", lambda answer: sent.append(answer) if "/review/" in answer.url else None)
    expect(page.locator(".card")).to_have_count(0)
    page.clock.install()  # a slow machine may not answer within the time that the line waits for its suggestions
    page.clock.pause_at(datetime.datetime.now() + datetime.timedelta(hours=1))
    press(page, "f", "m", "e", "e", "Enter", "Enter")
    page.clock.run_for(10)  # milliseconds
    expect(page.locator(".card")).to_have_count(2)
    assert now(page) == "GP1:2"
    page.clock.run_for(350)
    page.clock.resume()
    press(page, "1", "Enter")
    saved(page)

    with Journal.open(study.journal) as journal:
        readings = {one.basis: set(one.codes) for one in journal.codings()}
    assert readings == {Basis.INDEPENDENT: {"meetings"}, Basis.ASSISTED: {"meetings", "logistics"}}
    assert now(page) == "GP1:3"
    expect(page.locator(".card")).to_have_count(0)


def test_blind_first_a_key_that_came_before_anybody_could_look_decides_nothing(study_of, page_of):
    study = study_of(mode="blind-first", lines=20)
    page = page_of(study)
    page.clock.install()  # a slow machine may not answer within the time that the line waits for its suggestions
    page.clock.pause_at(datetime.datetime.now() + datetime.timedelta(hours=1))
    press(page, "n", "n", "Enter")
    page.clock.run_for(10)  # milliseconds
    expect(page.locator(".card")).to_have_count(2)
    press(page, "n", "1", "a")
    page.clock.run_for(350)
    expect(page.locator('.card[aria-pressed="true"]')).to_have_count(0)
    press(page, "n")
    page.clock.run_for(10)
    page.clock.resume()
    saved(page)

    readings = [entry.record for entry in study.history() if entry.kind is Kind.CODING]
    assert [(one.line, one.basis) for one in readings] == [("GP1:2", Basis.INDEPENDENT), ("GP1:2", Basis.ASSISTED)]
    assert now(page) == "GP1:3"


def test_blind_first_a_reading_that_is_taken_back_is_read_anew_in_every_tab_once_the_server_says_what_may_be_shown(
    study_of, page_of
):
    study = study_of(mode="blind-first", lines=6, interviews=1)
    page = page_of(study)
    press(page, "j", "j", "j", "n")  # nothing is suggested for GP1:5
    saved(page)
    other = page_of(study, address=page.url.partition("#")[0] + "#line=GP1:5")
    expect(other.locator("#side")).to_have_attribute("data-phase", "second look")
    waiting = []
    page.route("**/review/submit", lambda route: waiting.append(route))
    press(page, "u")
    expect(page.locator("#side")).to_have_attribute("data-phase", "fetching")
    press(page, "n")
    expect(page.locator("#quiet")).to_contain_text("press the key again when it is here")
    waiting[0].continue_()
    page.unroute("**/review/submit")

    for tab in (page, other):
        expect(tab.locator("#side")).to_have_attribute("data-phase", "reading")
        press(tab, "n")
        saved(tab)
        expect(tab.locator(".alert")).to_have_count(0)
        press(tab, "u")
        saved(tab)
    readings = [entry for entry in study.history() if entry.kind is Kind.CODING]
    assert [(entry.record.line, entry.record.basis, entry.undone) for entry in readings] == [
        ("GP1:5", Basis.INDEPENDENT, True)
    ] * 3


def test_in_blind_first_and_independent_mode_nothing_suggested_is_on_the_wire_before_the_reading(
    study_of, page_of, context
):
    for mode in ("blind-first", "independent"):
        study = study_of(mode=mode)
        bodies = []
        page = context.new_page()
        page.on("response", lambda answer, into=bodies: into.append(answer))
        page.goto(study.address)
        expect(page.locator("article.now")).to_be_visible()
        press(page, "j", "j", "k")
        page.wait_for_timeout(150)
        before = b"".join(one.body() for one in bodies if one.status == 200 and "/static/" not in one.url)
        # all of these stand in the suggestions of this study, and nowhere else in it; in quotes, because the
        # hexadecimal names of acts and tokens may hold b1
        for part in (b"coder_z", b'"band"', b"cards", b"fair", b'"b1"'):
            assert part not in before.replace(b'"again"', b""), (mode, part)
        page.close()
        study.kill()


# nothing is lost


def test_fifty_presses_thirty_milliseconds_apart_are_fifty_rows_on_fifty_lines(study_of, page_of):
    study = study_of(lines=80)
    page = page_of(study)
    for _ in range(50):
        page.keyboard.press("n")
        page.wait_for_timeout(30)
    saved(page)

    rows = [entry.record.line for entry in study.history() if entry.kind is Kind.CODING]
    assert (len(rows), len(set(rows))) == (50, 50)


def test_fifty_presses_behind_a_slow_server_are_fifty_rows_on_fifty_lines(study_of, page_of):
    study = study_of(lines=80, delay=0.15)
    page = page_of(study)
    for _ in range(50):
        page.keyboard.press("n")
        page.wait_for_timeout(30)
    saved(page)

    rows = [entry.record.line for entry in study.history() if entry.kind is Kind.CODING]
    assert (len(rows), len(set(rows))) == (50, 50)


def test_a_server_killed_with_decisions_waiting_loses_none(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "n", "1", "Enter")
    study.kill()
    press(page, "n", "n", "n", "u", "n")
    expect(page.locator("#saved")).to_contain_text("wait in this browser: autocode is not running")
    study.start()
    again = page.context.new_page()
    again.goto(study.address)
    saved(again)
    saved(page)

    assert list(study.in_force()) == ["GP1:2", "GP1:3", "GP1:4", "GP1:5", "GP1:7"]
    expect(again.locator("article.now")).to_have_attribute("data-line", "GP1:8")


def test_an_answer_that_breaks_off_is_asked_for_again(study_of, page_of):
    study = study_of()
    page = page_of(study)
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = async (url, how) => {
                const answer = await real(url, how);
                if (how?.method !== "POST" || window.broken) return answer;
                window.broken = true;
                return new Response(new ReadableStream({ start: (body) => body.error(new TypeError("gone")) }));
            };
        }"""
    )
    press(page, "n")
    saved(page)

    assert page.evaluate("window.broken")
    assert study.in_force() == {"GP1:2": set()}


def test_a_tab_closed_while_the_server_is_down_loses_nothing(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "n")
    saved(page)
    study.kill()
    press(page, "m")
    page.keyboard.type("kept")
    press(page, "Enter", "n", "s", "n")
    page.close()
    study.start()
    page = page_of(study)
    saved(page)

    assert list(study.in_force()) == ["GP1:2", "GP1:3", "GP1:5"]
    with Journal.open(study.journal) as journal:
        assert {one.line: one.memo for one in journal.codings()}["GP1:3"] == "kept"
    assert now(page) == "GP1:7"


def test_two_tabs_of_one_coder_decide_each_line_they_show_and_know_of_each_other(study_of, page_of):
    study = study_of()
    one, other = page_of(study), page_of(study)
    press(one, "n", "n")
    saved(one)
    expect(other.locator('article[data-line="GP1:3"] .kept')).to_have_text("none fits")
    press(other, "j", "j", "n")
    saved(other)
    expect(one.locator('article[data-line="GP1:4"] .kept')).to_have_text("none fits")

    rows = [entry.record.line for entry in study.history() if entry.kind is Kind.CODING]
    assert rows == ["GP1:2", "GP1:3", "GP1:4"]


def test_two_coders_on_one_server_see_their_own(study_of, page_of, browser):
    study = study_of(coders=["MO", "JB"])
    page = page_of(study, "MO")
    with browser.new_context() as apart:
        other = apart.new_page()
        other.goto(study.addresses["JB"])
        expect(other.locator("article.now")).to_be_visible()
        press(page, "1", "Enter")
        press(other, "n")
        saved(page)
        saved(other)

        expect(other.locator('article[data-line="GP1:2"] .kept')).to_have_text("none fits")
    assert (study.in_force("MO"), study.in_force("JB")) == ({"GP1:2": {"logistics"}}, {"GP1:2": set()})


def test_a_refused_decision_is_said_and_the_line_is_open_again(study_of, page_of):
    study = study_of()
    page = page_of(study)
    page.evaluate(
        """() => {
            const real = window.fetch;
            window.fetch = (url, how) => {
                if (how?.body) how.body = how.body.replace('"codes":["logistics"]', '"codes":["moon"]');
                return real(url, how);
            };
        }"""
    )
    press(page, "1", "Enter")

    expect(page.locator(".alert p")).to_contain_text("the code 'moon' is not in the codebook")
    expect(page.locator('article[data-line="GP1:2"] .kept')).to_have_count(0)
    page.locator(".alert button").first.click()
    assert now(page) == "GP1:2"
    assert study.in_force() == {}


def test_learning_goes_on_beside_and_the_line_on_the_screen_stays(study_of, page_of):
    study = study_of(every=3)
    page = page_of(study)
    press(page, "n", "n", "n")
    before = page.locator("#side .card").all_inner_texts()
    page.wait_for_timeout(250)
    line = now(page)
    assert page.locator("#side .card").all_inner_texts() == before
    press(page, "s")
    expect(page.locator("#quiet")).to_contain_text("new decisions learnt")
    press(page, "n")
    expect(page.locator("#side .card")).to_have_count(1)
    expect(page.locator("#side .card b").first).to_have_text("Inefficient meetings")
    saved(page)

    assert line == "GP1:5"


# what it looks like, to eyes and to machines


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(study_of, page_of, violations, scheme):
    study = study_of(lines=8)
    page = page_of(study)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert violations(page) == []
    press(page, "1")
    press(page, "m")
    page.keyboard.type("a memo")
    press(page, "Enter")
    assert violations(page) == []
    press(page, "f", "p", "a", "r")
    assert violations(page) == []
    press(page, "Shift+Enter", "Enter", "s", "?")
    assert violations(page) == []
    press(page, "Escape", "i")
    assert violations(page) == []
    press(page, "Escape", "n", "n", "n", "n")
    assert violations(page) == []
    study.kill()
    press(page, "n")
    expect(page.locator("#saved")).to_contain_text("in this browser")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["blind-first", "independent"])
def test_axe_finds_nothing_in_other_modes(study_of, page_of, violations, scheme, mode):
    page = page_of(study_of(lines=8, mode=mode))
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    press(page, "n")
    saved(page)
    if mode == "blind-first":
        if now(page) != "GP1:2":
            press(page, "k")  # a busy machine answered after the page had gone on
        expect(page.locator(".card")).to_have_count(2)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_states_that_are_seldom_met(study_of, page_of, violations, scheme):
    page = page_of(study_of(lines=8, every=3))
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    press(page, "j", "j", "j")
    expect(page.locator("#side .own")).to_have_text("No suggestion: nothing fits.")
    assert violations(page) == []
    press(page, "f", *"Fares")
    expect(page.locator("#new-about")).to_contain_text("No code is called “Fares”")
    assert violations(page) == []
    page.get_by_role("button", name="Propose “Fares”").click()
    expect(page.locator(".picked .proposed")).to_have_count(1)
    assert violations(page) == []
    page.evaluate(
        """() => {
            window.real = window.fetch;
            window.fetch = (url, how) => {
                if (how?.body) how.body = how.body.replace('["Fares"]', '["Inefficient meetings"]');
                return window.real(url, how);
            };
        }"""
    )
    press(page, "Enter")
    expect(page.locator(".alert p")).to_contain_text("is a code of the codebook; choose it instead of proposing it")
    assert violations(page) == []
    page.evaluate("window.fetch = window.real")
    press(page, "?")
    page.locator("#letters").click()
    press(page, "Escape")
    expect(page.locator(".card kbd")).to_have_count(0)
    assert violations(page) == []
    page.locator("#keys").click()
    page.locator("#letters").click()
    press(page, "Escape")
    for _ in range(20):
        if not page.locator("article.now").count():
            break
        press(page, "n")
        saved(page)
    expect(page.locator("#side h2")).to_have_text("Every line is decided")
    expect(page.locator("#quiet")).to_contain_text("new decisions learnt")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_the_page_cannot_be_shown(study_of, context, violations, scheme):
    study = study_of(lines=8)
    page = context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto(study.address.partition("?")[0])
    expect(page.locator("h1")).to_have_text("This page stays closed")
    expect(page.locator("main")).to_contain_text("needs the address that autocode printed when it was started")
    assert violations(page) == []
    page.route("**/review/state*", lambda asked: asked.abort())
    page.goto(study.address)
    expect(page.locator("#saved")).to_have_text("autocode is not running")
    assert violations(page) == []
    page.goto(f"{study.address.partition('?')[0]}nowhere")
    expect(page.locator("h1")).to_have_text("Nothing is here")
    assert violations(page) == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 21, 17)"
    assert dark == (scheme == "dark")


def test_scripts_in_what_was_said_and_written_are_words(study_of, page_of):
    page = page_of(study_of(lines=8, hard=True))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    said = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page.get_by_text(said).first.click()
    expect(page.locator("article.now .words")).to_have_text(said)
    press(page, "m")
    page.keyboard.type(said)
    press(page, "Escape", "f")
    page.keyboard.type(said)
    press(page, "Shift+Enter", "f")
    page.keyboard.type("number 7 ")
    press(page, "Enter", "?", "Escape", "i")
    expect(page.locator("#choose-list small").first).to_contain_text("<b>GP</b>")
    line = now(page)
    press(page, "Escape", "Enter")
    saved(page)
    kept = page.locator(f'article[data-line="{line}"] .kept')

    expect(kept.locator(".chip").first).to_have_text("<i>Subtheme</i> number 7 with a long name")
    expect(kept.locator(".proposed")).to_have_text(f"{said} (proposed)")
    expect(kept.locator(".said")).to_have_text(said)
    assert page.locator("img, main script, aside script, dialog script, .chip i, small b").count() == 0


@pytest.mark.parametrize("width", [320, 640, 1440])
def test_no_width_scrolls_sideways(study_of, page_of, width):
    page = page_of(study_of(lines=8, hard=True))
    page.set_viewport_size({"width": width, "height": 800})
    press(page, "1", "f", "Escape")
    for _ in range(6):
        sizes = page.evaluate(
            "() => [...document.querySelectorAll('html, main, aside')].map((e) => e.scrollWidth - e.clientWidth)"
        )
        assert max(sizes) <= 0
        press(page, "j")


def test_ten_thousand_lines_and_sixty_codes_open_and_move(study_of, page_of):
    study = study_of(lines=10_000, codes=60)
    begun = time.perf_counter()
    page = page_of(study)
    opened = time.perf_counter() - begun
    press(page, "n", "n", "1", "Enter")
    saved(page)

    assert len(study.in_force()) == 3
    # on a quiet machine it is under a second; the claim of two is measured in evaluation/review_latency.py
    assert opened < 20
    frames = page.evaluate(
        """() => new Promise((done) => {
            const pane = document.querySelector('main'), gaps = [];
            let last = performance.now(), n = 0;
            const step = (t) => {
                gaps.push(t - last); last = t; pane.scrollTop += 900;
                if (++n < 40) requestAnimationFrame(step); else done(gaps);
            };
            requestAnimationFrame(step);
        })"""
    )
    assert len(frames) == 40


# whatever happens in whatever order


def test_whatever_happens_in_whatever_order_nothing_is_lost_or_doubled_and_journal_and_page_agree(browser, tmp_path):
    """A random 250 turns; `python -m evaluation.review_interleavings` takes a thousand, and its result is committed."""
    made = tmp_path / "found.json"
    command = [sys.executable, "-m", "evaluation.review_interleavings", "--turns", "250", "--seed", "3"]
    ended = subprocess.run([*command, "--out", str(made)], cwd=ROOT, capture_output=True, text=True)

    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}"
    (run,) = json.loads(made.read_text())["runs"]
    assert run["happened"].keys() >= {
        "none",
        "undo",
        "killed",
        "reload",
        "another tab",
        "double click",
        "draft",
        "fetched",
    }
    assert run["acts_stored"] > 150


def test_the_committed_thousand_turns_lost_and_doubled_nothing():
    found = json.loads((ROOT / "evaluation" / "results" / "review_interleavings.json").read_text())

    assert {(one["turns"], one["mode"]) for one in found["runs"]} == {
        (1000, "assisted"), (1000, "blind-first"), (1000, "independent"),
    }  # fmt: skip
    for one in found["runs"]:
        faults = ("lost", "doubled", "drafts_lost", "from_nowhere", "keys_that_decided_nothing", "decided_out_of_view",
                  "decided_while_fetched", "decided_twice_by_a_double_click")  # fmt: skip
        assert [one[fault] for fault in faults] == [0] * len(faults)
        assert one["lines_on_which_the_journal_is_unlike_the_acts"] == 0
        assert one["lines_on_which_the_page_is_unlike_the_journal"] == 0
