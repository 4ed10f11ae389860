"""Lines are read again in a browser: by keyboard alone, once each, without anything of other coders."""

import json
import signal
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.cli import main
from autocode.codebook import Added, Code, Merged, Redefined, Redefinition, Retired, Retirement, Split
from autocode.journal import Journal
from autocode.study import change_codebook
from begun import Begun, begin_command
from small_codebook import SMALL_CODEBOOK

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ANSWERS = (
    "Parking there is a day's work.",
    "I took the bus, and it came an hour late.",
    "They begin without us.",
    "We waited nine weeks for a letter.",
    "My daughter plays the violin.",
    "The car park is full by nine, so I go by bus.",
)
GIVEN = ("travel", "travel", "meetings", "waiting", "", "travel")  # by MO
BUS = Code(
    id="bus",
    name="Public transport",
    parent="access",
    definition="Buses and trains.",
    use_when="A bus or train is named.",
)
CAR = Code(id="car", name="Driving and parking", parent="access", definition="Cars, and where to leave them.")
FIXERS = Code(id="fixers", name="Informal fixers", parent="work", definition="People who get things done.")
SECRET = "SK-says-something-secret"


def split(before="1", after="2"):
    return Split(before=before, after=after, by="TW", why="buses are another matter than cars", code="travel",
                 parts=(BUS, CAR))  # fmt: skip


class Study:
    """A study that MO and SK have coded, and its page of lines to read again in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "study"
        autocode("init", self.folder)
        (self.folder / "codebook.toml").write_text(SMALL_CODEBOOK)
        settings = self.folder / "study.toml"
        settings.write_text(settings.read_text().replace("coders = []", 'coders = ["MO", "SK"]'))
        speakers = ["Ada", *["Bea"] * (len(ANSWERS) - 1)]  # an interview of two
        said = enumerate(zip(speakers, ANSWERS, strict=True), start=1)
        turns = "".join(f"Interviewer: Question {n}?\n{speaker}: {text}\n" for n, (speaker, text) in said)
        (folder / "Bea.txt").write_text(turns)
        rows = [f"Bea:{2 * n},MO,{code},{'by bus I think' if n == 2 else ''}" for n, code in enumerate(GIVEN, start=1)]
        rows += [f"Bea:{2 * n},SK,waiting,{SECRET}" for n in range(1, len(ANSWERS) + 1)]
        sheet = folder / "codings.csv"
        sheet.write_text("line_id,coder,code,memo\n" + "\n".join(rows) + "\n")
        autocode("-q", "add", self.folder, folder / "Bea.txt", sheet)
        self.server: Begun | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def change(self, *changes: object) -> None:
        change_codebook(self.folder, *changes)

    def serve(self, *more: str) -> str:
        """Serve the page for MO and return its address."""
        return self.run(*more)[0]

    def review(self) -> list[str]:
        """Serve the pages of a review and return the addresses of MO and of SK."""
        return self.run(command="review", coders=("MO", "SK"))

    def run(self, *more: str, command: str = "reread", coders: tuple[str, ...] = ("MO",)) -> list[str]:
        named = [word for coder in coders for word in ("--coder", coder)]
        self.server = begin_command(command, self.folder, *named, "--no-browser", "--port", self.port, *more)
        addresses = []
        for line in self.server.stderr:
            if "http://" in line:
                addresses.append(line[line.index("http://") :].split()[0])
            if len(addresses) == len(coders):
                return addresses
        raise AssertionError("the page was not served")

    def kill(self) -> None:
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        self.server.stderr.close()

    def journal(self) -> Journal:
        return Journal.open(self.folder / "study.sqlite")

    def answers(self) -> dict[str, tuple[set[str], set[str]]]:
        """Return what MO gives and does not judge, by line."""
        return {one.line: (set(one.codes), set(one.unjudged)) for one in ac.read_study(self.folder).codings.by("MO")}

    def n_codings(self) -> int:
        with self.journal() as journal:
            return len(list(journal.history(kinds=("coding",))))


def autocode(*words: object) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


@pytest.fixture
def study(tmp_path):
    made = Study(tmp_path)
    yield made
    if made.server is not None and made.server.poll() is None:
        made.kill()


@pytest.fixture
def page_of(context):
    """Open the page, and fail on whatever the browser complains of."""
    faults = []

    def build(address):
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: None if "127.0.0.1" in request.url else faults.append(request.url))
        page.goto(address)
        expect(page.locator("html[data-ready]")).to_have_count(1)
        return page

    yield build
    assert faults == []


def press(page, *keys):
    """Press keys as somebody does who looks at each line first."""
    for key in keys:
        page.wait_for_timeout(320)
        page.keyboard.press(key)


def answer(page, *keys):
    """Answer question after question; a key that comes too soon after a question was painted is pressed again."""
    for key in keys:
        before = page.locator("#count").inner_text()
        for _ in range(20):
            press(page, key)
            try:
                expect(page.locator("#count")).not_to_have_text(before, timeout=3_000)
            except AssertionError:
                continue
            break


def saved(page):
    expect(page.locator("#saved")).to_have_text("Saved", timeout=15_000)


def now(page):
    return page.locator("article.now").get_attribute("data-line")


def test_parts_of_a_split_code_are_chosen_with_one_key_each(study, page_of, violations):
    study.change(split())
    page = page_of(study.serve())
    expect(page.locator("#count")).to_have_text("3 of 3 wait")
    expect(page.locator("#side")).to_contain_text("TW split 'Getting there' into 'Public transport' and 'Driving")
    expect(page.locator(".gave")).to_contain_text("Getting there")
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator("#line .speaker:not(.unseen)")).to_have_text(
        ["Question by Interviewer", "Ada", "Question by Interviewer", "Bea"]
    )
    expect(page.locator("#live")).to_contain_text("Line 2, Ada.")
    assert violations(page) == []

    press(page, "2", "1", "s", "1", "2", "Enter")
    saved(page)

    expect(page.locator("#side h2")).to_have_text("Everything is read again")
    assert violations(page) == []
    answers = study.answers()
    assert (answers["Bea:2"][0], answers["Bea:4"][0], answers["Bea:12"][0]) == ({"car"}, {"bus"}, {"bus", "car"})
    with study.journal() as journal:
        (again,) = [one for one in journal.codings().of("Bea:4") if one.coder == "MO"]
    assert (again.memo, again.basis.value, again.version) == ("by bus I think", "independent", "2")


@pytest.mark.parametrize(("key", "codes"), [("y", {"waiting", "travel"}), ("n", {"waiting"})])
def test_a_wider_code_applies_or_does_not(study, page_of, key, codes):
    study.change(Redefined(before="1", after="2", by="TW", why="trains too", code="travel", kind=Redefinition.WIDENED))
    page = page_of(study.serve())
    expect(page.locator(".card")).to_have_text(["YApplies", "NDoes not apply"])
    assert now(page) == "Bea:6"
    press(page, "1", "s")  # are no answers here
    expect(page.locator("#count")).to_have_text("3 of 3 wait")
    press(page, "j", key)
    saved(page)

    assert study.answers()["Bea:8"] == (codes, set())


def test_a_line_that_lost_its_only_code_is_read_as_if_anew(study, page_of):
    study.change(Retired(before="1", after="2", by="TW", why="rare", code="meetings", how=Retirement.READ_AGAIN))
    page = page_of(study.serve())
    expect(page.locator(".card")).to_have_count(3)
    press(page, "2")
    saved(page)

    assert study.answers()["Bea:6"] == ({"waiting"}, set())


def test_undo_takes_back_the_answer_on_the_screen_or_the_latest(study, page_of):
    study.change(split())
    page = page_of(study.serve())
    press(page, "1", "2", "k", "k")
    expect(page.locator("#side .own")).to_contain_text("You answered: Public transport")
    press(page, "2")  # does not answer again
    expect(page.locator("#quiet")).to_contain_text("press U")
    press(page, "u")
    saved(page)
    assert study.answers()["Bea:2"] == (set(), {"bus", "car"})
    page.reload()
    expect(page.locator("#count")).to_have_text("2 of 3 wait")

    press(page, "u")
    saved(page)

    expect(page.locator("#count")).to_have_text("3 of 3 wait")
    assert all(unjudged == {"bus", "car"} for _, unjudged in (study.answers()[line] for line in ("Bea:2", "Bea:4")))


def test_a_key_pressed_twice_in_a_hurry_answers_one_line(study, page_of):
    study.change(split())
    page = page_of(study.serve())
    page.wait_for_timeout(320)
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.wait_for_timeout(320)
    saved(page)
    assert {line for line, (codes, _) in study.answers().items() if "bus" in codes} == {"Bea:2"}
    before = study.n_codings()
    page.get_by_role("button", name="Driving and parking").dblclick()
    saved(page)

    assert study.n_codings() == before + 1
    assert study.answers()["Bea:4"][0] == {"car"}


def test_answers_wait_in_the_browser_while_the_server_is_down_and_are_stored_once(study, page_of):
    study.change(split())
    address = study.serve()
    page = page_of(address)
    before = study.n_codings()
    study.kill()
    press(page, "1", "2", "n")
    expect(page.locator("#saved")).to_contain_text("3 answers wait in this browser: autocode is not running")
    expect(page.locator("#side")).to_contain_text("Your answers wait in this browser")

    # the address of another run: what waits belongs to the study, not to the run
    page.goto(study.serve())
    saved(page)

    expect(page.locator("#side h2")).to_have_text("Everything is read again")
    assert study.n_codings() == before + 3
    answers = study.answers()
    assert [answers[line][0] for line in ("Bea:2", "Bea:4", "Bea:12")] == [{"bus"}, {"car"}, set()]


def test_what_one_window_answers_the_other_passes_over(study, page_of):
    study.change(split())
    address = study.serve()
    first, second = page_of(address), page_of(address)
    before = study.n_codings()
    press(first, "1")
    saved(first)

    expect(second.locator("#count")).to_have_text("2 of 3 wait")
    expect(second.locator("article.now")).to_have_attribute("data-line", "Bea:4")
    press(second, "2", "2")
    saved(second)
    expect(first.locator("#side h2")).to_have_text("Everything is read again")
    assert study.n_codings() == before + 3


def test_an_answer_to_a_page_opened_before_another_change_is_replayed_under_its_version(study, page_of):
    study.change(split())
    page = page_of(study.serve())
    study.change(Merged(before="2", after="3", by="TW", why="too fine", codes=("bus",), into="waiting"))
    press(page, "1")
    saved(page)
    expect(page.locator(".alert")).to_contain_text("The codebook was changed meanwhile")
    assert study.answers()["Bea:2"] == ({"waiting"}, set())
    with study.journal() as journal:
        assert {one.version for one in journal.codings().of("Bea:2") if one.coder == "MO"} == {"2"}

    page.get_by_role("button", name="Show what waits now").click()

    cards = [
        "1Driving and parkingCars, and where to leave them.",
        "2Waiting timesHow long people wait.",
        "NNone of them",
    ]
    expect(page.locator(".card")).to_have_text(cards)


def test_nothing_of_other_coders_reaches_the_browser(study, context):
    study.change(split(), Added(before="2", after="3", by="TW", why="new", code=FIXERS))
    bodies = []
    page = context.new_page()
    page.on("response", lambda response: bodies.append(response.body()) if response.status == 200 else None)
    page.goto(study.serve())
    expect(page.locator("html[data-ready]")).to_have_count(1)
    answer(page, "1", "2", "1", *"ynynyn")
    saved(page)
    expect(page.locator("#side h2")).to_have_text("Everything is read again")
    wire = b"\n".join(bodies).decode(errors="replace")

    assert "Getting there" in wire
    assert SECRET not in wire
    assert '"SK"' not in wire
    assert ">SK<" not in wire
    (first,) = [json.loads(body) for body in bodies if body.startswith(b"{") and b'"questions"' in body][:1]
    # SK gave "Waiting times" to every line, MO to one
    assert sum("Waiting times" in question["gave"] for question in first["questions"]) == 1


def correct_a_line(study, folder):
    text = (study.folder / "transcripts" / "Bea.txt").read_text()
    corrected = folder / "corrected" / "Bea.txt"
    corrected.parent.mkdir()
    corrected.write_text(text.replace(ANSWERS[2], "The social worker's phone rang for the whole of Tuesday."))
    autocode("amend", study.folder, corrected, "--by", "TW", "--why", "misheard", "--yes")


def test_the_corrected_line_of_a_coder_waits_with_what_they_gave_before(study, page_of, tmp_path):
    correct_a_line(study, tmp_path)
    page = page_of(study.serve())
    expect(page.locator("#side h2")).to_have_text("Corrected line")
    expect(page.locator(".gave")).to_contain_text("You gave this before the line was corrected")
    expect(page.locator(".gave")).to_contain_text("Inefficient meetings")
    press(page, "2")
    saved(page)

    line = next(line for line in ac.read_study(study.folder).lines if "whole of Tuesday" in line.text)
    assert study.answers()[line.id] == ({"waiting"}, set())


@pytest.mark.parametrize("width", [320, 640])
def test_a_narrow_screen_needs_no_scrolling_sideways(study, page_of, width):
    study.change(split(), Added(before="2", after="3", by="TW", why="new", code=FIXERS))
    page = page_of(study.serve())
    page.set_viewport_size({"width": width, "height": 640})

    for _ in range(4):
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.keyboard.press("j")


def test_the_keys_are_listed_and_single_keys_can_be_turned_off(study, page_of, violations):
    study.change(split())
    page = page_of(study.serve())
    press(page, "?")
    expect(page.locator("#help")).to_contain_text("none of them does")
    assert violations(page) == []
    page.locator("#letters").uncheck()
    press(page, "Escape", "1")
    assert study.answers()["Bea:2"][0] == set()
    page.get_by_role("button", name="Public transport").focus()
    press(page, "Enter")
    saved(page)

    assert study.answers()["Bea:2"][0] == {"bus"}


def test_the_review_shows_a_coder_what_they_gave_before_the_correction(study, page_of, tmp_path):
    correct_a_line(study, tmp_path)
    page = page_of(study.review()[0])

    expect(page.locator("#side")).to_contain_text("You gave this before the line was corrected: Inefficient meetings.")
    press(page, "f")
    page.keyboard.type("waiting")
    page.keyboard.press("Enter")
    press(page, "Enter")
    saved(page)
    page.reload()
    expect(page.locator("html[data-ready]")).to_have_count(1)
    expect(page.locator("body")).not_to_contain_text("before the line was corrected")


def test_only_coders_with_something_waiting_find_the_page_in_the_review(study, page_of, context):
    study.change(split())
    mo, sk = study.review()
    page = page_of(mo)
    page.get_by_role("link", name="Read again").click()
    expect(page.locator("#count")).to_have_text("3 of 3 wait")
    press(page, "1", "1", "1")
    saved(page)
    page.reload()
    expect(page.locator("#side h2")).to_have_text("Everything is read again")
    context.clear_cookies()
    other = page_of(sk)

    expect(other.get_by_role("link", name="Read again")).to_have_count(0)
    other.goto(f"http://127.0.0.1:{study.port}/reread")
    expect(other.locator("#side h2")).to_have_text("Nothing waits")
