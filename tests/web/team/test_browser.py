"""The team's pages in real Chromium: by keyboard alone, by mouse alone, without anything lost, for everybody's eyes."""

import json

import pytest
from playwright.sync_api import expect

from autocode.coding import Basis, CoderId, Proposal
from autocode.journal import Kind
from autocode.transcripts import LineId, Transcripts
from autocode.web import FlaggedLine, SuggesterStatus

pytestmark = pytest.mark.browser

FLAGGED = [FlaggedLine(line=LineId("GP1:2"), reason="Lack of awareness was given, and expected with 3 %.")]
SUGGESTER = SuggesterStatus(
    learnt_from="learnt from 3 lines of 1 interview", unsupported=["'Minimal interoperability' is on no line."]
)


@pytest.fixture
def page(visit, differing):
    opened = visit()
    expect(opened.locator(".row.now")).to_be_visible()
    expect(opened.locator(".saved")).to_have_text("Saved")
    return opened


def rulings(journal):
    return [
        (one.record.line, str(one.record.ruling))
        for one in journal.history(kinds=(Kind.ADJUDICATION,))
        if not one.undone
    ]


def stored(page):
    expect(page.locator(".saved")).to_have_text("Saved")


def now(page):
    return page.locator(".row.now").get_attribute("data-line")


# by keyboard


def test_every_ruling_is_one_key_that_also_goes_on(page, differing):
    assert now(page) == "GP1:2"
    page.keyboard.press("b")
    assert now(page) == "GP1:3"
    page.keyboard.press("n")
    assert now(page) == "GP1:5"
    page.keyboard.press("2")
    expect(page.locator(".over h2")).to_have_text("All settled")
    stored(page)

    assert rulings(differing) == [("GP1:2", "both"), ("GP1:3", "neither"), ("GP1:5", "right")]
    made = {one.line: one.codes for one in differing.codings().with_basis(Basis.ADJUDICATED)}
    assert made == {"GP1:2": {"logistics", "awareness"}, "GP1:3": set(), "GP1:5": {"meetings"}}
    assert page.locator(".sofar").inner_text() == "3 of 3 settled"


def test_the_reason_is_written_before_the_ruling_and_stands_under_the_line(page, differing):
    page.keyboard.press("m")
    page.keyboard.type("1 number is no n")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    stored(page)

    assert rulings(differing) == [("GP1:2", "left")]
    (made,) = differing.codings().with_basis(Basis.ADJUDICATED)
    assert made.memo == "1 number is no n"
    expect(page.locator('[data-line="GP1:2"] .third')).to_contain_text("Settled by TW")
    expect(page.locator('[data-line="GP1:2"] q')).to_have_text("1 number is no n")
    assert page.locator("#reason").input_value() == ""


def test_other_codes_are_found_by_typing_and_enter_settles(page, differing):
    page.keyboard.press("o")
    page.keyboard.type("interop")
    page.keyboard.press("Enter")
    page.keyboard.type("meet")
    page.keyboard.press("Enter")
    expect(page.locator(".palette .main")).to_contain_text(
        "Settle with Minimal interoperability and Inefficient meetings"
    )
    page.keyboard.press("Enter")
    stored(page)

    assert rulings(differing) == [("GP1:2", "other")]
    (made,) = differing.codings().with_basis(Basis.ADJUDICATED)
    assert made.codes == {"computers", "meetings"}
    assert now(page) == "GP1:3"


def test_the_palette_moves_by_arrows_drops_by_backspace_and_leaves_by_escape(page, differing):
    page.keyboard.press("o")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".palette .main")).to_contain_text("Settle with Lack of awareness")
    page.keyboard.press("Escape")
    page.keyboard.press("j")

    assert now(page) == "GP1:3"
    assert rulings(differing) == []


def test_undo_goes_back_to_the_line_and_takes_one_ruling_back(page, differing):
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("u")
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:3")
    stored(page)
    assert rulings(differing) == [("GP1:2", "left")]

    page.keyboard.press("Control+z")
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:2")
    stored(page)
    assert rulings(differing) == []
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_have_text("There is nothing to undo.")


def test_moving_decides_nothing(page, differing):
    for key, line in [("j", "GP1:3"), ("ArrowDown", "GP1:5"), ("j", "GP1:5"), ("k", "GP1:3"), ("ArrowUp", "GP1:2")]:
        page.keyboard.press(key)
        assert now(page) == line

    assert list(differing.history(kinds=(Kind.ADJUDICATION,))) == []


def test_each_of_many_readings_has_a_key_and_lines_with_a_majority_can_be_gone_through(page, differing):
    majority = page.get_by_label("Most coders agree (2)")
    majority.check()
    expect(page.locator(".row:visible")).to_have_count(2)
    expect(page.locator(".row.now .most")).to_have_text("2 of 3 coders")
    assert page.locator(".sofar").inner_text() == "0 of 2 settled"
    page.locator(".column").focus()
    page.keyboard.press("2")
    assert now(page) == "GP1:5"
    majority.uncheck()
    page.locator('[data-line="GP1:3"] .order').click()
    assert page.locator(".choices .title").all_inner_texts() == ["JB", "MO", "SK", "Both together"]
    assert page.locator(".row.now .readings kbd").all_inner_texts() == ["1", "2", "3"]
    page.keyboard.press("4")
    assert now(page) == "GP1:3"
    page.keyboard.press("3")
    stored(page)

    assert rulings(differing) == [("GP1:2", "right"), ("GP1:3", "right")]
    adjudications = [entry.record for entry in differing.history(kinds=(Kind.ADJUDICATION,))]
    assert [one.right.coders for one in adjudications] == [("MO", "SK"), ("SK",)]


def test_a_double_click_settles_one_line_and_the_second_click_none_that_was_not_seen(page, differing):
    page.locator('.choices [data-key="1"]').dblclick()
    assert now(page) == "GP1:3"
    page.wait_for_timeout(550)  # what is clicked sooner is a second click
    page.locator('.moves [data-key="n"]').dblclick()
    assert now(page) == "GP1:5"
    stored(page)
    assert rulings(differing) == [("GP1:2", "left"), ("GP1:3", "neither")]


def test_the_focus_stays_on_a_button_that_was_pressed_by_key_and_leaves_the_menu_after_a_choice_by_mouse(
    page, differing
):
    page.locator('.choices [data-key="1"]').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.key") == "1"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.key") == "1"
    assert now(page) == "GP1:5"
    menu = page.locator("#on-code")
    menu.focus()
    menu.dispatch_event("pointerdown")
    menu.select_option("awareness")
    page.keyboard.press("k")
    stored(page)

    assert menu.input_value() == "awareness"
    assert page.evaluate("document.activeElement.className") == "column"
    assert rulings(differing) == [("GP1:2", "left"), ("GP1:3", "left")]


def test_a_reason_without_a_ruling_is_kept_and_said_and_stays_with_its_ruling(page, differing):
    page.keyboard.press("m")
    page.keyboard.type("they")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("meet")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_have_text("Saved; a reason waits for its ruling")
    page.keyboard.press("j")
    page.reload()
    expect(page.locator(".saved")).to_have_text("Saved; a reason waits for its ruling")
    expect(page.locator("#reason")).to_have_value("they\nmeet")
    page.keyboard.press("1")
    stored(page)
    page.keyboard.press("k")
    expect(page.locator("#reason")).to_have_value("they\nmeet")
    page.keyboard.press("2")
    stored(page)

    memos = [one.memo for one in differing.codings().with_basis(Basis.ADJUDICATED)]
    assert memos == ["they\nmeet"]
    assert rulings(differing) == [("GP1:2", "left"), ("GP1:2", "right")]


def test_held_keys_modifiers_composing_and_fields_never_decide(page, differing):
    send = """(given) => document.querySelector('.column').dispatchEvent(
        new KeyboardEvent('keydown', { key: '1', bubbles: true, composed: true, ...given }))"""
    for given in ({"repeat": True}, {"ctrlKey": True}, {"altKey": True}, {"metaKey": True}, {"isComposing": True}):
        page.evaluate(send, given)
    page.keyboard.press("m")
    page.keyboard.type("123nu")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.keyboard.press("1")
    page.keyboard.press("Escape")

    assert now(page) == "GP1:2"
    assert page.locator(".third").count() == 0


def test_single_keys_can_be_turned_off_and_stay_off(page, differing):
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.reload()
    expect(page.locator(".row.now")).to_be_visible()
    page.keyboard.press("1")
    assert now(page) == "GP1:2"
    page.keyboard.press("?")
    page.get_by_label("Single-key shortcuts").check()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    stored(page)

    assert rulings(differing) == [("GP1:2", "left")]


def test_definitions_are_one_key_away(page):
    page.keyboard.press("c")
    expect(page.locator(".book")).to_contain_text("Getting there.")
    page.keyboard.press("Escape")
    expect(page.locator(".book")).to_be_hidden()
    assert now(page) == "GP1:2"


def test_the_new_line_is_announced_with_its_readings(page):
    page.keyboard.press("2")

    told = page.locator("[aria-live=polite]").inner_text()
    assert told == (
        "Settled: Logistical issues. Line 3 of GP1. Parking there is a day's work. "
        "JB: Lack of awareness. MO: Logistical issues. SK: none fits."
    )


# by mouse


def test_the_mouse_can_do_all_of_it(page, differing):
    page.locator('[data-line="GP1:5"]').click()
    assert now(page) == "GP1:5"
    page.locator("#reason").fill("they meet")
    page.locator('.choices [data-key="2"]').click()
    page.locator('.moves [data-key="o"]').click()
    page.get_by_role("option", name="Minimal interoperability").click()
    page.locator(".palette .main").click()
    page.locator('[data-line="GP1:2"] .order').click()
    page.locator('.moves [data-key="u"]').click()
    stored(page)

    assert rulings(differing) == [("GP1:5", "right")]


def test_lines_are_filtered_by_the_code_that_coders_differ_about(page):
    page.locator("#on-code").select_option("meetings")
    expect(page.locator(".row:visible")).to_have_count(1)
    assert now(page) == "GP1:5"
    assert page.locator(".sofar").inner_text() == "0 of 1 settled"
    assert page.locator("#on-code option").all_inner_texts() == [
        "All codes (3)", "Lack of awareness (2)", "Logistical issues (1)", "Inefficient meetings (1)"
    ]  # fmt: skip

    page.locator("#on-code").select_option("")
    page.get_by_label("Open lines only").check()
    page.locator(".column").focus()
    page.keyboard.press("1")
    expect(page.locator(".row:visible")).to_have_count(2)


def test_a_chip_of_a_code_that_only_some_gave_is_dashed(page):
    row = page.locator('[data-line="GP1:2"] .reading').first

    assert [told.split() for told in row.locator(".chip.only").all_inner_texts()] == [
        ["Lack", "of", "awareness", "(not", "all)"]
    ]
    assert row.locator(".chip:not(.only)").all_inner_texts() == ["Logistical issues"]
    assert row.locator(".chip.only").evaluate("(chip) => getComputedStyle(chip).borderTopStyle") == "dashed"


def test_hidden_names_are_nowhere_on_the_page_and_on_the_record(page, differing):
    page.get_by_label("Hide names").check()
    expect(page.locator(".row.now .by").first).to_contain_text("Coding A")
    body = page.locator("main").inner_html()
    assert not [name for name in ("MO", "JB", "SK") if name in body]
    page.locator(".column").focus()
    page.keyboard.press("1")
    stored(page)

    (entry,) = differing.history(kinds=(Kind.ADJUDICATION,))
    assert entry.record.names_hidden is True


# lines to read again


def test_lines_to_read_again_are_worked_through_and_come_back_when_they_are_coded_again(visit, differing, coding_of):
    flagged = [*FLAGGED, FlaggedLine(line=LineId("GP1:3"), reason="Logistical issues was given and least expected.")]
    page = visit("/team/slips", flagged=flagged)
    issues = page.locator(".issue")
    expect(issues.first).to_contain_text("How do you reach social services?")
    expect(issues.first).to_contain_text("Parking there is a day's work.")
    issues.first.get_by_role("button").press("Enter")
    expect(page.locator("#saved")).to_have_text("Saved")
    expect(issues.first).to_contain_text("Looked at by TW: stays.")
    assert page.evaluate("document.activeElement.dataset.line") == "GP1:3"
    page.reload()
    assert [issue.get_attribute("id") for issue in issues.all()] == ["GP1:3", "GP1:2"]
    expect(page.get_by_role("button")).to_have_count(1)

    (entry,) = [one for one in differing.history(kinds=(Kind.LOOK,)) if one.record.coder == "TW"]
    assert entry.record.line == "GP1:2"
    differing.append(coding_of("GP1:3", "JB", "meetings"))
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody has coded that line again")
    differing.append(coding_of("GP1:2", "JB", "meetings"))
    page.reload()
    expect(page.get_by_role("button")).to_have_count(2)


# nothing is lost, nothing is doubled


def test_rulings_made_while_the_server_is_down_arrive_once_when_it_is_back(visit, serve, pages_of, differing):
    served = serve(pages_of())
    page = visit(served=served)
    expect(page.locator(".saved")).to_have_text("Saved")
    port = served.port
    served.close()
    page.keyboard.press("1")
    page.keyboard.press("n")
    expect(page.locator(".saved")).to_have_text("Not saved yet; trying again")
    assert now(page) == "GP1:5"
    assert rulings(differing) == []

    serve(pages_of(), port)
    stored(page)
    assert rulings(differing) == [("GP1:2", "left"), ("GP1:3", "neither")]


def test_a_page_closed_while_the_server_is_down_sends_when_it_is_opened_again(visit, serve, pages_of, differing):
    served = serve(pages_of())
    page = visit(served=served)
    expect(page.locator(".saved")).to_have_text("Saved")
    port, context = served.port, page.context
    served.close()
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.close()

    again = serve(pages_of(), port)
    reopened = context.new_page()
    reopened.goto(f"{again.address}/adjudicate")
    expect(reopened.locator(".saved")).to_have_text("Saved")
    expect(reopened.locator(".row.now")).to_have_attribute("data-line", "GP1:5")
    assert rulings(differing) == [("GP1:2", "left"), ("GP1:3", "left")]
    assert reopened.evaluate("Object.keys(localStorage).filter((key) => key.includes('adjudications')).length") == 0


def test_two_tabs_of_one_adjudicator_store_each_ruling_once(page, differing):
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".saved")).to_have_text("Saved")
    page.keyboard.press("1")
    other.keyboard.press("j")
    other.keyboard.press("2")
    stored(page)
    stored(other)

    assert rulings(differing) == [("GP1:2", "left"), ("GP1:3", "right")]


def test_a_line_read_anew_meanwhile_comes_back_with_a_sentence(page, differing, coding_of):
    differing.append(coding_of("GP1:2", "JB", "meetings"))
    page.keyboard.press("m")
    page.keyboard.type("why")
    page.keyboard.press("Escape")
    page.keyboard.press("1")

    expect(page.locator(".notice")).to_contain_text("Somebody has coded that line again")
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:2")
    expect(page.locator(".row.now .reading").first).to_contain_text("Inefficient meetings")
    assert page.locator("#reason").input_value() == "why"
    assert rulings(differing) == []


def test_who_came_with_a_token_of_an_earlier_run_is_told_to_open_the_new_address(page, differing):
    page.context.clear_cookies()
    page.keyboard.press("1")

    expect(page.locator(".saved")).to_have_text("Not saved: open the address that autocode printed last")
    assert len(json.loads(page.evaluate("JSON.stringify(Object.keys(localStorage))"))) >= 1


# thousands of lines


@pytest.fixture
def many(journal, interview, coding_of):
    """700 lines of three interviews, on all of which MO and JB differ."""
    told = [interview(name, [(name, f"Line {n}, and what was said.") for n in range(n)]) for name, n in
            (("GP1", 300), ("GP2", 250), ("PM1", 150))]  # fmt: skip
    lines = Transcripts(told)
    one, other = ("logistics", "meetings"), ("awareness", "computers")
    journal.append(
        *(
            coding_of(line.id, coder, codes[n % 10 == 0])
            for n, line in enumerate(lines)
            for coder, codes in (("MO", one), ("JB", other))
        )
    )
    return lines


def seen(page):
    """The lines that stand on the screen, whose words are there."""
    return page.evaluate(
        """() => {
            const pane = document.querySelector(".column").getBoundingClientRect();
            const inside = ({ top, bottom }) => bottom > pane.top && top < pane.bottom;
            return [...document.querySelectorAll(".row")]
                .filter((row) => row.querySelector(".words") && inside(row.getBoundingClientRect()))
                .map((row) => row.dataset.line);
        }"""
    )


def test_of_many_lines_only_those_near_the_screen_are_elements_and_all_can_be_reached(visit, many):
    page = visit(lines=many)
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:1")
    assert page.locator(".sofar").inner_text() == "0 of 700 settled"
    assert page.locator(".row").count() <= 60
    tall = page.evaluate("document.querySelector('.column').scrollHeight")
    assert tall > 700 * 40

    column = page.locator(".column")
    column.evaluate("(one) => one.scrollTo({ top: one.scrollHeight, behavior: 'instant' })")
    expect(page.locator('[data-line="PM1:150"] .words')).to_be_visible()
    column.evaluate("(one) => one.scrollTo({ top: one.scrollHeight / 2, behavior: 'instant' })")
    expect(page.locator(".row .words").first).to_be_visible()
    page.wait_for_timeout(300)
    middle = seen(page)
    assert middle
    assert {line.partition(":")[0] for line in middle} <= {"GP1", "GP2"}
    assert page.locator(".row").count() <= 60
    page.locator(f'[data-line="{middle[1]}"]').click()
    assert now(page) == middle[1]
    page.keyboard.press("j")
    assert now(page) == f"{middle[1].partition(':')[0]}:{int(middle[1].partition(':')[2]) + 1}"


def test_walking_down_and_up_passes_every_line_and_the_present_one_stays_in_sight(visit, many):
    page = visit(lines=many)
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:1")
    for n in range(2, 70):
        page.keyboard.press("j")
        assert now(page) == f"GP1:{n}"
        if n % 10 == 0:
            expect(page.locator(".row.now .words")).to_be_visible()
            assert f"GP1:{n}" in seen(page)
    for n in range(68, 0, -1):
        page.keyboard.press("k")
        assert now(page) == f"GP1:{n}"
    assert "GP1:1" in seen(page)


def test_rulings_go_on_over_lines_whose_words_came_later(visit, many, journal):
    page = visit(lines=many)
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:1")
    for n in range(1, 81):
        expect(page.locator(f'.row.now[data-line="GP1:{n}"] .words')).to_have_count(1)
        page.keyboard.press("1")
    stored(page)

    assert [line for line, _ in rulings(journal)] == [f"GP1:{n}" for n in range(1, 81)]
    assert page.locator(".sofar").inner_text() == "80 of 700 settled"


def test_a_code_or_open_lines_alone_are_found_among_many(visit, many, journal):
    page = visit(lines=many)
    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:1")
    page.locator("#on-code").select_option("meetings")
    expect(page.locator(".row")).to_have_count(60)
    expect(page.locator(".row .words")).to_have_count(60)
    assert page.locator(".row").nth(1).get_attribute("data-line") == "GP1:11"
    assert now(page) == "GP1:1"
    page.get_by_label("Open lines only").check()
    page.locator(".column").focus()
    page.keyboard.press("1")
    page.keyboard.press("1")
    stored(page)

    assert [line for line, _ in rulings(journal)] == ["GP1:1", "GP1:11"]
    assert page.locator(".row").first.get_attribute("data-line") == "GP1:21"
    assert page.locator(".sofar").inner_text() == "2 of 70 settled"


# for everybody


def test_on_a_narrow_screen_the_next_line_begins_at_its_first_choice(visit, differing):
    page = visit(size=(320, 640))
    expect(page.locator(".row.now")).to_be_visible()
    page.locator("#reason").focus()
    page.keyboard.type("It was meant.")
    assert page.locator(".panel").evaluate("(one) => one.scrollTop") > 0
    page.keyboard.press("Escape")
    page.keyboard.press("1")

    expect(page.locator(".row.now")).to_have_attribute("data-line", "GP1:3")
    assert page.locator(".panel").evaluate("(one) => one.scrollTop") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_anybodys_way(visit, differing, journal, scheme, violations):
    differing.append(Proposal(name="Language", line=LineId("GP1:3"), coder=CoderId("MO")))
    page = visit(color_scheme=scheme, suggester=SUGGESTER, flagged=FLAGGED)
    expect(page.locator(".row.now")).to_be_visible()
    assert violations(page) == []
    for key, box in [("?", ".keys"), ("c", ".book"), ("o", ".palette")]:
        page.keyboard.press(key)
        expect(page.locator(box)).to_be_visible()
        assert violations(page) == [], box
        page.keyboard.press("Escape")
    page.get_by_label("Hide names").check()
    expect(page.locator(".row.now .by").first).to_contain_text("Coding A")
    assert violations(page) == []
    page.locator(".column").focus()
    page.keyboard.press("1")
    stored(page)
    assert violations(page) == []
    page.keyboard.press("u")
    expect(page.locator(".row.settled")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_be_visible()
    assert violations(page) == []
    for key in ("1", "1", "1"):
        page.keyboard.press(key)
    expect(page.locator(".over")).to_be_visible()
    assert violations(page) == []
    for path in ("/team", "/team/slips", "/codebook"):
        page.goto(page.url.split("/adjudicate")[0].split("/team")[0] + path)
        assert violations(page) == [], path
        if path == "/team":  # times are those of whoever reads them
            expect(page.locator("time").first).to_be_visible()
            expect(page.locator("time", has_text="UTC")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_to_settle_and_nobody_coding_are_pages_too(visit, journal, violations, scheme):
    page = visit(size=(320, 700), color_scheme=scheme)
    expect(page.locator(".over h2")).to_have_text("Nothing to settle")
    assert violations(page) == []
    page.goto(page.url.replace("/adjudicate", "/team"))
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_coder_with_lines_left_meets_a_sentence(visit, journal, coding_of, violations, scheme):
    journal.append(coding_of("GP1:2", "MO", "logistics"), coding_of("GP1:2", "JB", "awareness"))
    page = visit(coder="MO", color_scheme=scheme)

    expect(page.locator("main")).to_contain_text("MO has 4 lines left to read")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whom_the_study_does_not_name_meets_a_sentence_and_a_way_back(visit, differing, violations, scheme):
    page = visit("/adjudicate/", coder="JB", color_scheme=scheme)

    expect(page.locator("main")).to_contain_text("JB may not open this page; study.toml says who may.")
    assert violations(page) == []
    page.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Where the team stands")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_ruling_that_waits_is_said_so_that_everybody_can_read_it(visit, differing, violations, scheme):
    page = visit(color_scheme=scheme)
    expect(page.locator(".row.now")).to_be_visible()
    page.route("**/adjudicate/submit", lambda asked: asked.abort())
    expect(page.locator("html[data-ready]")).to_have_count(1)
    page.keyboard.press("b")

    expect(page.locator(".saved")).to_have_text("Not saved yet; trying again")
    assert violations(page) == []
    page.unroute("**/adjudicate/submit")
    stored(page)


@pytest.mark.parametrize("width", [320, 640])
def test_a_narrow_screen_needs_no_scrolling_sideways(visit, differing, hostile, width):
    page = visit(size=(width, 700), suggester=SUGGESTER, flagged=FLAGGED, **hostile)
    expect(page.locator(".row.now")).to_be_visible()
    root = page.url.split("/adjudicate")[0]
    for path in ("/adjudicate", "/team", "/team/slips", "/codebook"):
        page.goto(root + path)
        if path == "/adjudicate":
            expect(page.locator(".row.now")).to_be_visible()
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, path


def test_scripts_in_words_and_names_do_nothing(visit, differing, hostile):
    page = visit(**hostile)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    expect(page.locator(".row.now .text")).to_contain_text("<img src=x onerror=alert(1)>")
    page.keyboard.press("m")
    page.keyboard.type("<script>alert(5)</script>")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    for key in ("c", "Escape", "o", "Escape"):
        page.keyboard.press(key)
    stored(page)

    expect(page.locator(".third q")).to_have_text("<script>alert(5)</script>")
    assert page.locator("main img, main script").count() == 0
