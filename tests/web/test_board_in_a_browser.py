"""A study coded from zero in browsers, each coder with own codes, and grouped on the board by keys alone."""

import re
import shutil
from pathlib import Path

import pytest

from autocode.codebook import Undone
from autocode.study import create_study, open_review, read_study
from begun import begin_command

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"


def set_settings(folder: Path, **settings: str) -> None:
    path = folder / "study.toml"
    text = path.read_text()
    for key, value in settings.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    path.write_text(text)


@pytest.fixture
def folder(tmp_path):
    create_study(tmp_path, inductive=True)
    set_settings(tmp_path, coders='["MO", "JB"]', codebook_editors='["TW"]')
    (tmp_path / "transcripts" / "Bea.txt").write_text(
        "Interviewer: And the council?\nBea: There is no time.\nBea: The phone rings out.\nBea: No money is left.\n"
    )
    return tmp_path


@pytest.fixture
def addresses_of(folder):
    """Serve a command's pages, and return the address of each person."""
    begun = []

    def serve(*words, people=1):
        begun.append(begin_command(words[0], folder, *words[1:], "--port", "0", "--no-browser"))
        found = []
        while len(found) < people:
            line = begun[-1].stderr.readline()
            assert line, "the page was not served"
            found += re.findall(r"http://\S+", line)
        return found

    yield serve
    for process in begun:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture
def coded(folder):
    """MO and JB have read all lines and made own codes; coding is closed."""
    lines = [line.id for line in read_study(folder).lines.participant_lines]
    given = {"MO": ["No time", "Nobody answers", "Money"], "JB": ["Rushed", "Nobody answers", ""]}
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        for coder, names in given.items():
            for line, name in zip(lines, names, strict=True):
                review.sessions[coder].settle(proposed=[name] if name else [], line=line)
    set_settings(folder, independent_coding='"closed"')
    return folder


def opened(context, address, path="/"):
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.problems = problems
    page.goto(address)
    if path != "/":
        page.goto(address.partition("/?")[0] + path)
    expect(page.locator("html[data-ready=true]")).to_be_attached()
    return page


def test_a_name_and_marked_words_become_own_codes_at_once_and_nothing_of_them_reaches_another_coder(
    folder, browser, addresses_of
):
    addresses = addresses_of("review", "--coder", "MO", "--coder", "JB", people=2)
    received = []
    with browser.new_context() as of_mo, browser.new_context() as of_jb:
        jb = opened(of_jb, addresses[1])
        jb.on("response", lambda response: received.append(response.text()))
        mo = opened(of_mo, addresses[0])
        mo.keyboard.press("f")
        mo.keyboard.type("Hidden haste")
        expect(mo.locator("#new-about")).to_contain_text("nobody else sees or gives it before all have coded.")
        mo.keyboard.press("Shift+Enter")
        expect(mo.locator(".picked")).to_have_text("Hidden haste×")  # it is a code now, and proposed no more
        assert list(read_study(folder).codebook) == ["MO/hidden-haste"]
        mo.keyboard.press("Enter")

        expect(mo.locator("article.now")).to_contain_text("The phone rings out.")
        # words that are marked in the line are the name: an in-vivo code
        mo.locator("article.now .words").evaluate("(words) => getSelection().selectAllChildren(words)")
        mo.keyboard.press("f")
        expect(mo.locator("#find")).to_have_value("The phone rings out.")
        mo.keyboard.press("Shift+Enter")
        mo.keyboard.press("Enter")
        expect(mo.locator("article.line:not(.now) .chip", has_text="The phone rings out.")).to_be_visible()
        expect(mo.locator("#saved")).to_contain_text("Saved")

        jb.keyboard.press("f")
        expect(jb.locator("#found li")).to_have_count(0)
        jb.keyboard.type("Rushed")
        jb.keyboard.press("Shift+Enter")
        jb.keyboard.press("Enter")
        expect(jb.locator("#saved")).to_contain_text("Saved")
        jb.reload()
        expect(jb.locator("html[data-ready=true]")).to_be_attached()
        for path in ("/team", "/codebook"):
            jb.goto(addresses[1].partition("/?")[0] + path)
            assert "Hidden haste" not in jb.content()

        # the line before the second code waits to be read again
        waiting = {(coding.coder, coding.line): coding.unjudged for coding in read_study(folder).codings}
        assert waiting["MO", "Bea:2"] == {"MO/the-phone-rings-out"}
        assert not waiting["JB", "Bea:2"]
        assert (mo.problems, jb.problems) == ([], [])
    assert received
    assert not any("haste" in text.casefold() or "rings-out" in text for text in received)


def test_a_team_page_says_why_there_is_no_agreement_yet(coded, browser, addresses_of):
    set_settings(coded, independent_coding='"open"')
    [address] = addresses_of("board", "--by", "TW")
    with browser.new_context() as context:
        page = opened(context, address)
        expect(page.locator("#closed")).to_contain_text("Coders still make and give own codes")
        expect(page.get_by_role("button", name="Group")).to_be_disabled()
        page.goto(address.partition("/?")[0] + "/team")
        expect(page.locator(".agreement")).to_contain_text("Coders have no codes in common yet")


def test_codes_are_grouped_split_renamed_merged_and_all_of_it_undone_by_keys_alone(
    coded, browser, addresses_of, violations
):
    before = read_study(coded)
    [address] = addresses_of("board", "--by", "TW")
    with browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce") as context:
        page = opened(context, address)
        key, typed = page.keyboard.press, page.keyboard.type
        said = page.locator("#said")

        def select(*names):
            for name in names:
                page.get_by_role("checkbox", name=name).first.focus()
                key("x")

        def to(field):
            """Go on to a field of the dialog."""
            for _ in range(12):
                key("Tab")
                if page.evaluate("document.activeElement.id") == field:
                    return
            raise AssertionError(f"the keyboard does not reach {field}")

        def plan_and_make():
            """Show the plan with Enter in the last field, and make the change with Enter on its button."""
            key("Enter")
            expect(page.locator("#act-sentences")).to_be_visible()
            expect(page.locator("#act-make")).to_be_focused()
            key("Enter")
            expect(page.locator("#act")).to_be_hidden()
            expect(said).to_contain_text("done.")

        # arrows reach every card, and X selects
        key("ArrowRight")
        expect(page.get_by_role("checkbox", name="Code Rushed")).to_be_focused()
        key("x")
        expect(page.locator("#selected")).to_have_text("1 selected")
        select("Code No time")
        assert violations(page) == []
        key("g")
        expect(page.locator("#name")).to_be_focused()
        typed("Lack of time")
        to("reason")
        typed("both are about hurry")
        assert violations(page) == []
        plan_and_make()
        expect(page.locator(".card", has_text="Lack of time")).to_contain_text("From Rushed (JB), No time (MO)")

        # two codes of one name, of two coders
        for box in page.get_by_role("checkbox", name="Code Nobody answers").all():
            box.focus()
            key("x")
        key("g")
        typed("Nobody answers")
        to("reason")
        typed("the same")
        plan_and_make()

        select("Code Lack of time", "Code Nobody answers")
        key("g")
        typed("Access")
        to("reason")
        typed("one theme")
        plan_and_make()
        expect(page.get_by_role("checkbox", name="Theme Access")).to_be_focused()
        key("r")
        page.locator("#name").fill("Getting through")
        plan_and_make()

        select("Code Nobody answers")
        key("s")
        typed("Phone")
        to("part-definition-1")
        typed("Calls, and calls that nobody takes.")
        to("part-2")
        typed("Letters")
        to("reason")
        typed("two ways")
        plan_and_make()
        expect(page.locator(".card", has_text="Letters")).to_contain_text("4 judgements to be read again")
        select("Code Phone", "Code Letters")
        key("m")
        to("reason")
        typed("one after all")
        plan_and_make()
        assert [theme.name for theme in read_study(coded).codebook.themes] == ["Getting through"]

        for _ in range(6):
            key("u")
            expect(page.locator("#act-make")).to_be_focused()
            key("Enter")
            expect(page.locator("#act")).to_be_hidden()
        expect(page.get_by_role("checkbox", name="Code Rushed")).to_be_visible()
        after = read_study(coded)
        assert (after.codebook.digest, after.codings) == (before.codebook.digest, before.codings)
        assert page.problems == []
        key("?")
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_double_click_makes_one_change_and_a_second_editor_is_told_and_plans_anew(coded, browser, addresses_of):
    set_settings(coded, codebook_editors='["TW", "SK"]')
    [of_tw], [of_sk] = addresses_of("board", "--by", "TW"), addresses_of("board", "--by", "SK")
    with browser.new_context() as first, browser.new_context() as second:
        tw, sk = opened(first, of_tw), opened(second, of_sk)
        for page, name, group in ((tw, "Code Rushed", "Haste"), (sk, "Code Money", "Means")):
            page.get_by_role("checkbox", name=name).check()
            page.get_by_role("button", name="Group").click()
            page.locator("#name").fill(group)
            page.locator("#reason").fill("it is one")
            page.get_by_role("button", name="Show what this changes").click()
            expect(page.locator("#act-make")).to_be_visible()
        tw.locator("#act-make").dblclick()
        expect(tw.locator("#act")).to_be_hidden()
        sk.locator("#act-make").click()
        expect(sk.locator("#act-said")).to_contain_text("look at the codebook and plan the change again.")
        sk.get_by_role("button", name="Show what this changes").click()
        sk.locator("#act-make").click()
        expect(sk.locator("#act")).to_be_hidden()
        changes = [str(change) for change in read_study(coded).codebook_changes if change.by in ("TW", "SK")]

        assert changes == ["TW merged 'JB/rushed' into 'Haste'", "SK merged 'MO/money' into 'Means'"]
        assert (tw.problems, sk.problems) == ([], [])


def test_a_card_is_dragged_onto_a_theme_and_nothing_moves_before_the_plan_is_confirmed(tmp_path, browser, addresses_of):
    shutil.rmtree(tmp_path / "transcripts")
    create_study(tmp_path, force=True)
    set_settings(tmp_path, coders='["MO"]', codebook_editors='["TW"]')
    shutil.copy(SAMPLE / "codebook.toml", tmp_path / "codebook.toml")
    shutil.copy(SAMPLE / "transcripts" / "GP1.txt", tmp_path / "transcripts")
    first, theme = read_study(tmp_path).codebook.subthemes[0], read_study(tmp_path).codebook.themes[-1]
    [address] = addresses_of("board", "--by", "TW")
    with browser.new_context(viewport={"width": 1600, "height": 1600}) as context:
        page = opened(context, address)
        row = page.locator("section.row-of-cards", has_text=theme.name).last
        page.locator(".card", has_text=first.name).first.drag_to(row.locator(".theme"))
        expect(page.locator("#into")).to_have_value(theme.id)
        assert not read_study(tmp_path).codebook_changes
        page.locator("#reason").fill("it is about what there is")
        page.get_by_role("button", name="Show what this changes").click()
        page.locator("#act-make").click()
        expect(page.locator("#act")).to_be_hidden()

        assert read_study(tmp_path).codebook[first.id].parent == theme.id
        assert not any(isinstance(change, Undone) for change in read_study(tmp_path).codebook_changes)
