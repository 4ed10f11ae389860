"""`autocode review --next` in a real browser: the page opens on exactly the chosen lines, then says they are done."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from autocode.cli import main
from autocode.coding import CoderId, Coding
from autocode.journal import Journal
from begun import begin_command

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"


def autocode(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    """The sample study, of which one coder's codings are in and five lines are chosen."""
    folder = tmp_path_factory.mktemp("chosen") / "study"
    autocode("init", folder)
    for name in ("codebook.toml", "participants.csv"):
        shutil.copy(SAMPLE / name, folder)
    autocode("-q", "add", folder, SAMPLE / "transcripts", SAMPLE / "codings" / "coder_a.csv")
    autocode("-q", "next", folder, "-n", 5)
    return folder


@pytest.fixture
def study(chosen, tmp_path):
    return shutil.copytree(chosen, tmp_path / "study")


@pytest.fixture
def address_of():
    """Start a command that serves a page, and return the address that it prints."""
    begun = []

    def serve(*words: object) -> str:
        begun.append(begin_command(*words, "--no-browser", "--port", "0"))
        for line in begun[-1].stderr:
            if "http://" in line:
                return line[line.index("http://") :].split()[0]
        raise AssertionError("the page was not served")

    yield serve
    for server in begun:
        server.kill()
        server.wait()
        server.stderr.close()


def test_the_page_decides_the_chosen_lines_in_their_order_and_says_that_they_are_done(study, address_of, context):
    with Journal.open(study / "study.sqlite", create=False) as journal:
        (sample,) = journal.samples()
    page = context.new_page()
    page.goto(address_of("review", study, "--coder", "MO", "--next"))
    expect(page.locator("html[data-ready]")).to_have_count(1)

    expect(page.locator("#quiet")).to_have_text("Here you decide the 5 lines of next-1; the other lines are context.")
    context_line = page.locator("article.context").first
    before = page.locator("article.now").get_attribute("data-line")
    context_line.click()
    expect(context_line.locator("button")).to_have_count(0)
    page.locator("article.now .words").scroll_into_view_if_needed()  # a line is decided where it can be read
    visited = []
    for line in sample.drawn:
        expect(page.locator(f'article.now[data-line="{line}"]')).to_be_visible()
        visited.append(page.locator("article.now").get_attribute("data-line"))
        page.keyboard.press("n")
    assert (visited, before) == (list(sample.drawn), sample.drawn[0])
    expect(page.locator("#side h2")).to_have_text("All 5 lines of next-1 are decided")
    expect(page.locator("#saved")).to_have_text("Saved", timeout=15_000)
    with Journal.open(study / "study.sqlite", create=False) as journal:
        assert [coding.line for coding in journal.codings().by(CoderId("MO"))] == list(sample.drawn)


def test_before_any_suggestion_the_page_does_not_say_that_lines_were_kept_blind(study, address_of, context):
    page = context.new_page()
    page.goto(address_of("review", study, "--coder", "MO"))
    expect(page.locator("html[data-ready]")).to_have_count(1)

    expect(page.locator("#side h2")).to_have_text("Your coding")
    expect(page.locator("#side .own")).to_have_text(
        "No suggestions have been made for this line. Press F to find a code. "
        "Nobody has made suggestions in this study yet; autocode train and autocode suggest make them."
    )


def test_a_page_opened_when_they_are_done_says_so(study, address_of, context):
    with Journal.open(study / "study.sqlite", create=False) as journal:
        (sample,) = journal.samples()
        journal.append(*(Coding(line=line, coder=CoderId("MO"), codes=frozenset()) for line in sample.drawn))
    page = context.new_page()
    page.goto(address_of("review", study, "--coder", "MO", "--sample", "next-1"))

    expect(page.locator("#side h2")).to_have_text("All 5 lines of next-1 are decided")
