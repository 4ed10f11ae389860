"""Changes made on the board, read again by two coders and taken back: by keys, and each sees only what they may."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.cli import main
from autocode.journal import Kind
from begun import begin_command
from small_codebook import SMALL_CODEBOOK

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CODEBOOK = f"""{SMALL_CODEBOOK}
[[themes.subthemes]]
id = "phones"
name = "Telephone"
definition = "Who answers it."
"""
ANSWERS = (
    "Parking there is a day's work.",
    "I took the bus, and it came an hour late.",
    "They begin without us.",
    "We waited nine weeks for a letter.",
    "It rings and rings.",
    "My daughter plays the violin.",  # which nobody has read yet
)
LINES = [f"Bea:{2 * n}" for n in range(1, len(ANSWERS) + 1)]
GIVEN = {
    "MO": ("travel", "travel", "meetings", "waiting", "phones"),
    "SK": ("travel", "waiting", "meetings", "", "travel"),
}
OTHER = {"MO": "SK", "SK": "MO"}

Answers = Mapping[str, tuple[set[str], set[str]]]
"""What a coder gives, and does not judge, by line."""


def autocode(*words: object) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


class Served:
    """A study that two coders have nearly coded, served with its board, and a page of each of the three people."""

    def __init__(self, folder, browser) -> None:
        self.folder = folder / "study"
        autocode("init", self.folder)
        (self.folder / "codebook.toml").write_text(CODEBOOK)
        settings = self.folder / "study.toml"
        people = settings.read_text().replace("coders = []", 'coders = ["MO", "SK"]')
        settings.write_text(people.replace("adjudicators = []", 'adjudicators = ["TW"]'))
        turns = "".join(f"Interviewer: Question {n}?\nBea: {text}\n" for n, text in enumerate(ANSWERS, start=1))
        (folder / "Bea.txt").write_text(turns)
        rows = [
            f"{line},{coder},{code},memo-of-{coder}"
            for coder, codes in GIVEN.items()
            for line, code in zip(LINES, codes, strict=False)
        ]
        (folder / "codings.csv").write_text("line_id,coder,code,memo\n" + "\n".join(rows) + "\n")
        autocode("-q", "add", self.folder, folder / "Bea.txt", folder / "codings.csv")
        coders = ["--coder", "MO", "--coder", "SK", "--adjudicator", "TW"]
        self.server = begin_command("review", self.folder, *coders, "--no-browser", "--port", "0")
        self.pages, self.problems, self.wire = {}, [], {}
        for line in self.server.stderr:
            if found := re.search(r"http://\S+", line):
                person = ("MO", "SK", "TW")[len(self.pages)]
                self.pages[person] = self.opened(browser, found[0], self.wire.setdefault(person, []))
            if len(self.pages) == 3:
                return
        raise AssertionError("the pages were not served")

    def opened(self, browser, address, received):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("response", lambda response: received.append(response))
        page.goto(address)
        self.origin = address.partition("/?")[0]
        return page

    def go(self, person, path):
        page = self.pages[person]
        page.goto(self.origin + path)
        expect(page.locator("html[data-ready]")).to_have_count(1)
        return page

    def answers(self, coder) -> Answers:
        codings = ac.read_study(self.folder).codings
        return {one.line: (set(one.codes), set(one.unjudged)) for one in codings.by(coder)}

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
        self.server.kill()
        self.server.wait()
        self.server.stderr.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory, browser):
    made = Served(tmp_path_factory.mktemp("board"), browser)
    yield made
    made.close()


class Board:
    """The board, by its keys."""

    def __init__(self, page, violations) -> None:
        self.page, self.violations = page, violations

    def focused(self, name: str) -> str:
        return self.page.evaluate(f"document.activeElement.{name} ?? ''")

    def select(self, *codes: str) -> None:
        """Go along the cards, from the last back to the first, and select those of these codes."""
        left = set(codes)
        for key in [*["ArrowRight"] * 8, *["ArrowLeft"] * 8]:
            self.page.keyboard.press(key)
            code = self.focused("dataset.code")
            if code in left:
                self.page.keyboard.press("x")
                left.remove(code)
            if not left:
                return
        raise AssertionError(f"the arrows do not reach {left}")

    def fill(self, **fields: str) -> None:
        """Fill in fields of the dialog, by Tab from each to the next; a choice by its first letters."""
        for name, text in fields.items():
            for _ in range(14):
                if self.focused("id") == name.replace("_", "-"):
                    break
                self.page.keyboard.press("Tab")
            else:
                raise AssertionError(f"the keyboard does not reach {name}")
            if self.focused("tagName") != "SELECT":
                self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)

    def plan(self) -> str:
        self.page.keyboard.press("Control+Enter")
        expect(self.page.locator("#act-make")).to_be_focused()
        assert self.violations(self.page) == []
        return self.page.locator("#act-sentences").inner_text()

    def make(self) -> None:
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#act")).to_be_hidden()
        expect(self.page.locator("#said")).to_contain_text("done.")
        # wherever the keys end, they go on from there
        assert self.page.evaluate("document.activeElement !== document.body")

    def undo(self) -> str:
        self.page.keyboard.press("u")
        expect(self.page.locator("#act-make")).to_be_focused()
        assert self.violations(self.page) == []
        title = self.page.locator("#act-title").inner_text()
        self.make()
        return title


@dataclass(frozen=True)
class Tried:
    """A change, with what is expected of it.

    Attributes
    ----------
    act : does it on the board, up to its plan.
    change : what the study says of it.
    plan : what stands in the plan, by the number of lines that wait for MO and for SK.
    waits : which lines wait for a coder, by what the coder gave before.
    keys : what each of two coders answers, for as many lines as wait.
    after : what a coder's answers are then, by those before and the keys.
    undone : what they are once the change is taken back, by those before and the keys.
    """

    act: Callable[[Board], object]
    change: str
    plan: str
    waits: Callable[[Answers], list[str]]
    keys: Mapping[str, str] = field(default_factory=lambda: {"MO": "", "SK": ""})
    after: Callable[[Answers, Mapping[str, str]], Answers] = lambda before, answered: before
    undone: Callable[[Answers, Mapping[str, str]], Answers] = lambda before, answered: before


def adds(board):
    board.page.keyboard.press("a")
    board.fill(name="Informal fixers", theme="Working", definition="Who gets things done.", reason="not foreseen")


def redefines(board):
    board.select("travel")
    board.page.keyboard.press("d")
    board.fill(how="Narrowed", definition="The way to a service, on foot.", reason="too wide")


def moves(board):
    board.select("phones")
    board.page.keyboard.press("v")
    board.fill(theme="Accessing", reason="it is how services are reached")


def merges(board):
    board.select("waiting", "phones")
    board.page.keyboard.press("m")
    board.fill(into="Waiting", reason="nobody could distinguish them")


def splits(board, first="Buses", second="Cars"):
    board.select("travel")
    board.page.keyboard.press("s")
    board.fill(part_1=first, part_definition_1="With a timetable.", part_2=second, reason="they are another matter")


def retires(board):
    board.select("meetings")
    board.page.keyboard.press("t")
    board.fill(how="Lines lose it; who", reason="rare")


def gave(code):
    return lambda before: [line for line, (codes, _) in before.items() if code in codes]


def swapped(before, answered, code, by):
    """Return answers with a code exchanged for others on the lines that were answered."""
    return {
        line: ((codes - {code}) | by[answered[line]], unjudged) if line in answered else (codes, unjudged)
        for line, (codes, unjudged) in before.items()
    }


def unknown_where(keys, before, answered, code, by):
    """Return swapped answers that say nothing of the code where one of these keys answered."""
    return {
        line: (codes, unjudged | {code}) if answered.get(line, "-") in keys else (codes, unjudged)
        for line, (codes, unjudged) in swapped(before, answered, code, by).items()
    }


def merged(before, answered):
    return {line: ({"waiting" if code == "phones" else code for code in codes}, unjudged)
            for line, (codes, unjudged) in before.items()}  # fmt: skip


CHANGES = {
    "add": Tried(
        act=adds,
        change="TW added 'Informal fixers'",
        plan="10 earlier readings say nothing about 'Informal fixers': MO 5 and SK 5.",
        waits=list,
        keys={"MO": "ynnnn", "SK": "nnnny"},
        after=lambda before, answered: swapped(before, answered, "", {"y": {"informal-fixers"}, "n": set()}),
    ),
    "redefine": Tried(
        act=redefines,
        change="TW narrowed 'travel'",
        plan="To be read again, with autocode reread: {MO} and {SK}",
        waits=gave("travel"),
        keys={"MO": "yn", "SK": "yy"},
        after=lambda before, answered: swapped(before, answered, "travel", {"y": {"travel"}, "n": set()}),
        # that the narrower code does not apply says nothing of the wider one
        undone=lambda before, answered: unknown_where("n", before, answered, "travel", {"y": {"travel"}, "n": set()}),
    ),
    "move": Tried(
        act=moves,
        change="TW moved 'phones' to 'access'",
        plan="Nothing has to be read again.",
        waits=lambda before: [],
    ),
    "merge": Tried(
        act=merges,
        change="TW merged 'phones' into 'waiting'",
        plan="Nothing has to be read again.",
        waits=lambda before: [],
        after=merged,
    ),
    "split": Tried(
        act=splits,
        change="TW split 'travel' into 'buses' and 'cars'",
        plan="To be read again, with autocode reread: {MO} and {SK}",
        waits=gave("travel"),
        keys={"MO": "21", "SK": "1n"},
        after=lambda before, answered: swapped(before, answered, "travel", {"1": {"buses"}, "2": {"cars"}, "n": set()}),
        # whoever gives a part gave the whole; who gives none of them, did not
        undone=lambda before, answered: swapped(
            before, answered, "travel", {"1": {"travel"}, "2": {"travel"}, "n": set()}
        ),
    ),
    "retire": Tried(
        act=retires,
        change="TW retired 'meetings'",
        plan="To be read again, with autocode reread: {MO} and {SK}",
        waits=lambda before: [line for line, (codes, _) in before.items() if codes == {"meetings"}],
        keys={"MO": "1", "SK": "n"},
        after=lambda before, answered: swapped(before, answered, "meetings", {"1": {"travel"}, "n": set()}),
        # what was read without the code says nothing about it
        undone=lambda before, answered: unknown_where(
            "1n", before, answered, "meetings", {"1": {"travel"}, "n": set()}
        ),
    ),
}


def read_again(page, keys, violations):
    """Answer what waits with one key each, or see that nothing does."""
    count = page.locator("#count")
    for n, key in enumerate(keys):
        left = count.inner_text()
        assert left.startswith(f"{len(keys) - n} of "), left
        for _ in range(20):
            page.wait_for_timeout(280)  # a key that is pressed before the line can be seen answers nothing
            page.keyboard.press(key)
            if count.inner_text() != left:
                break
    expect(page.locator("#side h2")).to_have_text(re.compile("Everything is read again|Nothing waits"))
    expect(page.locator("#saved")).to_have_text("Saved")
    assert violations(page) == []


def of_others(responses, coder):
    """Return what of the other coder is in answers that a coder's browser got."""
    bodies = [response.text() for response in responses if "/static/" not in response.url and response.status == 200]
    assert any(f'"{coder}"' in body for body in bodies)
    return [word for body in bodies for word in re.findall(rf"memo-of-{OTHER[coder]}|\b{OTHER[coder]}\b", body)]


def with_answers_lost_once(page, path):
    """Have the first answer to what a page submits get lost on the way, once the server has stored it."""
    lost = []

    def carry(route):
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer)
            route.abort()

    page.route(f"**{path}", carry)
    return lost


def stored(served, coder):
    """Return what stands in the record of a coder's readings, raw, in order."""
    with ac.Journal.open(served.folder / "study.sqlite") as journal:
        made = [entry.record for entry in journal.history(kinds=(Kind.CODING,))]
    return [(one.line, one.version, set(one.codes)) for one in made if one.coder == coder]


def test_what_is_sent_by_pages_that_were_open_before_a_change_is_stored_once_and_replayed(served, violations):
    version, before = ac.read_study(served.folder).codebook.version, served.answers("MO")
    mo = served.go("MO", "/")
    board = Board(served.go("TW", "/board"), violations)
    merges(board)
    board.plan()
    board.make()
    n_stored, lost = len(stored(served, "MO")), with_answers_lost_once(mo, "/review/submit")
    mo.keyboard.press("f")
    mo.keyboard.type("Telephone")
    mo.keyboard.press("Enter")
    mo.keyboard.press("Enter")
    expect(mo.locator("#news span")).to_contain_text("TW merged 'Telephone' into 'Waiting times'")
    expect(mo.locator("#saved")).to_contain_text("Saved")

    assert len(lost) == 1
    assert stored(served, "MO")[n_stored:] == [(LINES[-1], version, {"phones"})]
    assert served.answers("MO")[LINES[-1]] == ({"waiting"}, set())
    board.undo()
    assert served.answers("MO")[LINES[-1]] == ({"phones"}, set())
    mo.keyboard.press("u")
    expect(mo.locator("article.now")).to_have_attribute("data-line", LINES[-1])
    expect(mo.locator("#saved")).to_contain_text("Saved")

    # a page of lines to read again takes an answer that is given when none of them waits any more
    splits(board, "Trains", "Bicycles")
    board.plan()
    board.make()
    split = ac.read_study(served.folder).codebook.version
    mo = served.go("MO", "/reread")
    expect(mo.locator(".card")).to_have_count(3)
    board.undo()
    n_stored, lost = len(stored(served, "MO")), with_answers_lost_once(mo, "/reread/submit")
    mo.wait_for_timeout(280)
    mo.keyboard.press("1")
    expect(mo.locator(".alert")).to_contain_text("The codebook was changed meanwhile")
    expect(mo.locator("#saved")).to_have_text("Saved")

    assert len(lost) == 1
    assert [(version, codes) for _, version, codes in stored(served, "MO")[n_stored:]] == [(split, {"trains"})]
    assert served.answers("MO") == before
    mo.unroute_all()
    assert mo.goto(f"{served.origin}/board").status == 403
    assert served.problems == []


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_planned_made_read_again_by_two_coders_and_taken_back_by_keys_alone(kind, served, violations):
    tried, before = CHANGES[kind], {coder: served.answers(coder) for coder in GIVEN}
    codebook = ac.read_study(served.folder).codebook
    waiting = {coder: tried.waits(before[coder]) for coder in GIVEN}
    assert all(len(tried.keys[coder]) == len(waiting[coder]) for coder in GIVEN)
    board = Board(served.go("TW", "/board"), violations)

    tried.act(board)
    assert tried.plan.format(**{coder: f"{coder} {len(lines)}" for coder, lines in waiting.items()}) in board.plan()
    assert ac.read_study(served.folder).codebook == codebook  # nothing is changed by a plan
    board.make()
    assert violations(board.page) == []
    assert str(ac.read_study(served.folder).codebook_changes[-1]) == tried.change

    if kind == "add":  # the lines are drawn by the command
        autocode("reread", served.folder, "--coder", "MO", "--list")
    for coder, keys in tried.keys.items():
        served.wire[coder].clear()
        page = served.go(coder, "/reread")
        if keys:
            assert violations(page) == []
        read_again(page, keys, violations)

        assert of_others(served.wire[coder], coder) == []
        answered = dict(zip(waiting[coder], keys, strict=True))
        assert served.answers(coder) == tried.after(before[coder], answered)

    assert tried.change in board.undo()
    after = ac.read_study(served.folder)
    assert after.codebook.digest == codebook.digest
    for coder, keys in tried.keys.items():
        answered = dict(zip(waiting[coder], keys, strict=True))
        assert served.answers(coder) == tried.undone(before[coder], answered)
        left = [line for line, (_, unjudged) in served.answers(coder).items() if unjudged]
        read_again(served.go(coder, "/reread"), "y" * len(left), violations)
    assert served.problems == []
