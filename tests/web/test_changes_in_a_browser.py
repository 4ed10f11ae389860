"""A codebook that is changed while pages are open in a real browser: they follow it, and no act is lost."""

import datetime

import pytest

from autocode.codebook import Added, Code, Merged, Split
from autocode.coding import Coding
from autocode.journal import Journal, Kind
from served_studies import now, press, saved

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SPLIT = Split(
    before="1",
    after="2",
    by="TW",
    why="two ideas",
    code="logistics",
    parts=(
        Code(id="parking", name="Parking", parent="t1", definition="Where to leave the car."),
        Code(id="phones", name="Phones", parent="t1"),
    ),
)
FIXERS = Code(id="fixers", name="Informal fixers", parent="t2")
ADDED = Added(before="1", after="2", by="TW", why="three lines", code=FIXERS)
NEWS = "The codebook is now version 2: TW split 'Logistical issues' into 'Parking' and 'Phones'."


def change(study, *changes):
    """Record changes from another process's view of the journal."""
    with Journal.open(study.journal) as journal:
        journal.append(*changes)


def versions(study, coder="MO"):
    entries = [entry for entry in study.history() if entry.kind is Kind.CODING and entry.record.coder == coder]
    return [(entry.record.line, entry.record.version, set(entry.record.codes)) for entry in entries]


@pytest.fixture
def page_of(page_of):
    """Open a study's page, and wait until it has asked for all that it needs: it learns of changes with any answer."""

    def build(study):
        page = page_of(study)
        page.wait_for_load_state("networkidle")
        return page

    return build


def read(page):
    """Wait until the line is on the screen with what is suggested for it now."""
    expect(page.locator("#side")).to_have_attribute("data-phase", "reading")


def codes_offered(page):
    read(page)
    press(page, "f")
    names = page.locator("#found .chip").all_inner_texts()
    press(page, "Escape")
    return names


def test_the_page_follows_a_change_and_says_so(study_of, page_of, violations):
    study = study_of()
    page = page_of(study)
    press(page, "1", "Enter")
    saved(page)
    change(study, SPLIT)
    expect(page.locator(".card b").first).to_have_text("Logistical issues")

    press(page, "1", "Enter")

    expect(page.locator("#news span")).to_have_text(NEWS)
    saved(page)
    ended = "Logistical issues, since split into 'Parking' and 'Phones'"
    for line in ("GP1:2", "GP1:3"):
        expect(page.locator(f'article[data-line="{line}"] .chip')).to_have_text(ended)
    assert codes_offered(page) == ["Parking", "Phones", "Lack of awareness", "Inefficient meetings"]
    assert versions(study) == [("GP1:2", "", {"logistics"}), ("GP1:3", "1", {"logistics"})]
    expect(page.locator("#side .own")).to_have_text(
        "No suggestion: what was suggested is about a code that has changed since."
    )
    assert violations(page) == []
    press(page, "f")
    page.keyboard.type("park")
    press(page, "Enter", "Enter")
    saved(page)
    assert versions(study)[2] == ("GP1:4", "2", {"parking"})
    page.locator("#news button").click()
    expect(page.locator("#news")).to_be_hidden()


def test_what_waits_in_the_browser_is_stored_as_it_was_made(study_of, page_of):
    study = study_of()
    page = page_of(study)
    study.kill()
    press(page, "1", "Enter", "1", "Enter", "n")
    expect(page.locator("#saved")).to_contain_text("3 decisions wait")
    change(study, SPLIT)
    study.start()
    page.goto(study.address)
    saved(page)

    assert versions(study) == [("GP1:2", "1", {"logistics"}), ("GP1:3", "1", {"logistics"}), ("GP1:4", "1", set())]
    expect(page.locator('article[data-line="GP1:2"] .chip.ended')).to_have_count(1)
    assert now(page) == "GP1:5"
    press(page, "n")
    saved(page)
    assert versions(study)[3] == ("GP1:5", "2", set())


def test_a_code_that_was_chosen_when_it_ended_is_named(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "1", "2")
    change(study, SPLIT)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    dropped = " Logistical issues, since split into 'Parking' and 'Phones', was chosen here; choose anew."
    expect(page.locator("#news span")).to_have_text(NEWS + dropped)
    expect(page.locator("#keep")).to_contain_text("Keep Lack of awareness")


def test_a_code_that_was_chosen_when_it_was_merged_is_chosen_as_what_it_became(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "2")
    change(study, Merged(before="1", after="2", by="TW", codes=("awareness",), into="meetings"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#news span")).to_contain_text("TW merged 'Lack of awareness' into 'Inefficient meetings'.")
    expect(page.locator("#keep")).to_contain_text("Keep Inefficient meetings")
    read(page)
    press(page, "Enter")
    expect(page.locator('article[data-line="GP1:2"] .chip')).to_have_text("Inefficient meetings")
    saved(page)
    assert versions(study) == [("GP1:2", "2", {"meetings"})]


def test_a_proposal_that_became_a_code_is_chosen_as_that_code(study_of, page_of):
    study = study_of()
    page = page_of(study)
    press(page, "f")
    page.keyboard.type("informal fixers")
    press(page, "Shift+Enter")
    change(study, ADDED)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#keep")).to_contain_text("Keep Informal fixers")
    read(page)
    press(page, "Enter")
    expect(page.locator('article[data-line="GP1:2"] .chip')).to_have_text("Informal fixers")
    saved(page)
    assert versions(study) == [("GP1:2", "2", {"fixers"})]


def test_two_windows_of_a_coder_one_of_them_stale(study_of, page_of):
    study = study_of()
    stale, other = page_of(study), page_of(study)
    change(study, SPLIT)
    press(other, "n")
    expect(other.locator("#news span")).to_have_text(NEWS)
    expect(stale.locator("#news span")).to_have_text(NEWS)  # the other tab told of it
    press(stale, "j")
    read(stale)
    press(stale, "n")
    saved(stale)

    assert [version for _, version, _ in versions(study)] == ["1", "2"]


def test_blind_first_the_second_look_is_under_the_new_codebook(study_of, page_of):
    study = study_of(mode="blind-first")
    page = page_of(study)
    change(study, SPLIT)
    page.clock.install()  # a slow machine may not answer within the time that the line waits for its suggestions
    page.clock.pause_at(datetime.datetime.now() + datetime.timedelta(hours=1))
    press(page, "n")
    page.clock.run_for(10)  # milliseconds

    expect(page.locator("#news span")).to_have_text(NEWS)
    expect(page.locator("#side h2")).to_have_text("Suggestions that differ")
    expect(page.locator(".card b").first).to_have_text("Lack of awareness")
    expect(page.locator(".card")).to_have_count(1)
    page.clock.run_for(350)  # sooner, a key would be no answer to what has just appeared
    page.clock.resume()
    press(page, "1", "Enter")
    saved(page)
    assert study.in_force()["GP1:2"] == {"awareness"}
    assert [version for _, version, _ in versions(study)] == ["1", "2"]


def test_at_320_pixels_the_message_fits(study_of, page_of, violations):
    study = study_of()
    page = page_of(study)
    page.set_viewport_size({"width": 320, "height": 700})
    change(study, SPLIT)
    press(page, "n")
    expect(page.locator("#news span")).to_have_text(NEWS)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []


@pytest.fixture
def differences(study_of, context):
    """The page of differences, with five lines on which coders differ."""
    study = study_of(adjudicators=["TW"])
    for n in (2, 3, 4, 5, 7):
        change(
            study,
            Coding(line=f"GP1:{n}", coder="MO", codes=frozenset({"logistics"})),
            Coding(line=f"GP1:{n}", coder="JB", codes=frozenset({"meetings"})),
        )
    faults = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(study.addresses["TW"])
    expect(page.locator(".row.now")).to_be_visible()
    yield study, page
    assert faults == []


def test_rulings_on_a_page_that_was_open_are_stored_and_the_page_follows(differences, violations):
    study, page = differences
    change(study, SPLIT)
    press(page, "b")

    expect(page.locator(".news span")).to_have_text(NEWS)
    expect(page.locator(".sofar")).to_have_text("1 of 5 settled")
    expect(page.locator(".saved")).to_have_text("Saved")
    assert versions(study, "TW") == [("GP1:2", "1", {"logistics", "meetings"})]
    expect(page.locator(".notice[role=alert]")).to_be_hidden()
    press(page, "o")
    expect(page.locator("#other-codes .chip").first).to_have_text("Parking")
    page.keyboard.type("park")
    press(page, "Enter", "Enter")
    expect(page.locator(".sofar")).to_have_text("2 of 5 settled")
    expect(page.locator(".saved")).to_have_text("Saved")
    assert versions(study, "TW")[1] == ("GP1:3", "2", {"parking"})
    assert violations(page) == []
    page.locator(".news button").click()
    expect(page.locator(".news")).to_be_hidden()


def test_a_merge_that_ends_a_difference_takes_the_line_off_the_page_and_stores_its_ruling(differences):
    study, page = differences
    change(study, Merged(before="1", after="2", by="TW", codes=("meetings",), into="logistics"))
    press(page, "1")

    expect(page.locator(".panel h2")).to_have_text("Nothing to settle")
    assert versions(study, "TW") == [("GP1:2", "1", {"meetings"})]
