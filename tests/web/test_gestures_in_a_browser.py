"""No gesture decides what nobody looked at: double clicks, keys while something is fetched, lines out of view."""

import pytest

from served_studies import now, press, saved

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def typed(page, *events):
    """Let a keyboard of another layout press keys."""
    for event in events:
        page.evaluate(
            "(event) => document.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...event}))", event
        )


def test_keys_while_the_next_interview_is_fetched_decide_nothing_and_a_server_that_is_gone_is_waited_for(
    study_of, page_of, context
):
    study = study_of(mode="independent", lines=5)
    held = []
    context.route("**/review/lines*", lambda route: held.append(route))
    page = page_of(study)
    press(page, "n", "n", "n", "f", *"meet", "Enter", "Enter")
    expect(page.locator("#side h2")).to_have_text("Fetching the next line")
    expect(page.locator("article.now")).to_have_count(0)
    press(page, "n", "Enter", "1", "s", "m", "n")
    page.mouse.dblclick(1300, 700)
    saved(page)
    assert study.in_force() == {"GP1:2": set(), "GP1:3": set(), "GP1:4": set(), "GP1:5": {"meetings"}}

    # the server does not answer: nothing breaks, nothing is decided, undo still works
    while held:
        held.pop().abort()
    expect(page.locator("#quiet")).to_contain_text("The next line comes as soon as autocode answers")
    press(page, "n", "n")
    press(page, "u")
    assert now(page) == "GP1:5"
    press(page, "f", *"meet", "Enter", "Enter")
    context.unroute("**/review/lines*")
    expect(page.locator('article.now[data-line="GP2:2"]')).to_be_visible()
    press(page, "n")
    saved(page)
    assert study.in_force() == {
        "GP1:2": set(), "GP1:3": set(), "GP1:4": set(), "GP1:5": {"meetings"}, "GP2:2": set(),
    }  # fmt: skip


def test_a_double_click_is_one_click_and_no_sentence_moves_a_button_under_the_pointer(study_of, page_of):
    study = study_of()
    page = page_of(study)
    none_fits = page.get_by_role("button", name="None fits")
    none_fits.click(trial=True)  # for a moment after a change of line, the pointer presses nothing
    place = none_fits.bounding_box()
    x, y = place["x"] + 20, place["y"] + 10
    page.mouse.dblclick(x, y)
    saved(page)
    assert study.in_force() == {"GP1:2": set()}
    none_fits.click(trial=True)

    # the sentence of the first click on “Choose a code first” does not put another button under the second
    keep = page.locator("#keep").bounding_box()
    page.mouse.dblclick(keep["x"] + 20, keep["y"] + 10)
    page.mouse.click(keep["x"] + 20, keep["y"] + 10)
    expect(page.locator("#quiet")).to_contain_text("Nothing is chosen")
    assert (none_fits.bounding_box(), page.locator("#keep").bounding_box()) == (place, keep)
    page.set_viewport_size({"width": 390, "height": 844})
    with_hint = none_fits.bounding_box()
    press(page, "j", "k")
    expect(page.locator("#quiet")).to_have_text("")
    assert none_fits.bounding_box() == with_hint
    page.set_viewport_size({"width": 1440, "height": 900})

    # a second click that falls on another line of the text, or comes right after a change of line, presses nothing
    page.locator('article[data-line="GP1:7"] .words').dblclick()
    assert now(page) == "GP1:7"
    is_hit = """([x, y]) => {
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        return Boolean(document.elementFromPoint(x, y).closest("button"));
    }"""
    assert page.evaluate(is_hit, [x, y]) is False
    assert now(page) == "GP1:8"
    saved(page)
    assert study.in_force() == {"GP1:2": set()}


def test_a_sentence_about_a_line_goes_with_its_line(study_of, page_of):
    page = page_of(study_of())
    press(page, "n", "a")
    expect(page.locator("#quiet")).to_contain_text("Logistical issues is a fair match: press 1 to choose it")
    press(page, "n")
    expect(page.locator("#quiet")).to_have_text("")


def test_the_button_that_was_pressed_keeps_the_focus_and_a_key_that_is_held_on_it_presses_once(study_of, page_of):
    study = study_of()
    page = page_of(study)
    focused = "document.activeElement.dataset.act ?? document.activeElement.id"
    page.get_by_role("button", name="None fits").focus()
    for _ in range(3):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    assert (now(page), page.evaluate(focused)) == ("GP1:3", "n")
    page.locator(".card").first.focus()
    press(page, "Space")
    assert page.evaluate(focused) == "1"
    expect(page.locator(".card").first).to_have_attribute("aria-pressed", "true")
    page.locator("#keep").focus()
    press(page, "Enter")
    assert (now(page), page.evaluate(focused)) == ("GP1:4", "Enter")
    page.get_by_role("button", name="Undo").focus()
    press(page, "Enter")
    assert (now(page), page.evaluate(focused)) == ("GP1:3", "u")

    # a dialog gives the focus back to its button; after a choice, the button that keeps it has it
    page.locator("#keys").focus()
    press(page, "Enter", "Escape")
    expect(page.locator("#keys")).to_be_focused()
    page.get_by_role("button", name="Find a code").focus()
    press(page, "Enter", "Escape")
    expect(page.get_by_role("button", name="Find a code")).to_be_focused()
    press(page, "Enter", *"meet", "Enter", "Enter")
    saved(page)
    assert study.in_force() == {"GP1:2": set(), "GP1:3": {"meetings"}}


def test_digits_and_letters_answer_on_keyboards_of_other_layouts(study_of, page_of):
    study = study_of()
    page = page_of(study)
    typed(page, {"key": "1", "code": "Digit1", "shiftKey": True}, {"key": "Enter", "code": "Enter"})  # AZERTY
    typed(page, {"key": "&", "code": "Digit1"}, {"key": "Enter", "code": "Enter"})
    typed(page, {"key": "т", "code": "KeyN"}, {"key": "т", "code": "KeyN"})
    typed(page, {"key": "я", "code": "KeyZ", "ctrlKey": True})
    saved(page)

    assert study.in_force() == {"GP1:2": {"logistics"}, "GP1:3": {"logistics"}, "GP1:4": set()}
    assert now(page) == "GP1:5"


def test_a_key_decides_only_what_is_in_full_view_and_was_there_when_it_was_pressed(study_of, page_of):
    study = study_of()
    page = page_of(study)
    page.evaluate("document.querySelector('main').scrollTop += 900")
    press(page, "n")
    expect(page.locator("#quiet")).to_have_text("Line 2 was out of view: press the key again to decide it.")
    expect(page.locator("article.now .words")).to_be_in_viewport(ratio=1)
    press(page, "n")
    # of two presses that waited while the page was busy, the second was made before its line was there
    page.evaluate(
        """() => {
            const presses = ["n", "n"].map((key) => new KeyboardEvent("keydown", { key, bubbles: true }));
            for (const press of presses) document.dispatchEvent(press);
        }"""
    )
    saved(page)

    assert study.in_force() == {"GP1:2": set(), "GP1:3": set()}


def test_what_was_undone_is_made_again_on_its_line_and_not_after_another_decision(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "1", "Enter", "n", "u", "u")
    assert now(page) == "GP1:2"
    press(page, "r", "r", "r")
    expect(page.locator("#quiet")).to_have_text("There is nothing to redo.")
    saved(page)
    assert (study.in_force(), now(page)) == ({"GP1:2": {"logistics"}, "GP1:3": set()}, "GP1:4")
    press(page, "u", "j")
    press(page, "Control+y")
    assert now(page) == "GP1:3"
    press(page, "n", "Control+y")
    saved(page)
    assert study.in_force() == {"GP1:2": {"logistics"}, "GP1:3": set()}

    # while an undo waits, that its line was decided is stored, and the line is the next one all the same
    waiting = []
    page.route("**/review/submit", lambda route: waiting.append(route))
    with page.expect_request("**/review/submit"):
        press(page, "n")
    press(page, "u")
    with page.expect_request("**/review/submit"):
        waiting[0].continue_()
    press(page, "k", "n")
    assert now(page) == "GP1:4"
    page.unroute("**/review/submit")
    saved(page)
    assert study.in_force() == {"GP1:2": {"logistics"}, "GP1:3": set()}
