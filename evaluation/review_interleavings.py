"""Is anything lost or doubled when coders, browsers and servers act in no particular order?

    python -m evaluation.review_interleavings

Writes `results/review_interleavings.json`. Tabs of one coder in headless Chromium (from Debian; CHROMIUM names
another) use the real server, and a thousand turns are drawn at random: decide by one key, by two, by finding a code,
on keys of other layouts, leave for later, undo, redo, move, several keys at once, double clicks, keys while the next
interview is fetched or the line is out of view, memos that are left without being kept, reload the page, close a tab,
open another one, lose the answer to a request that was stored, kill the server (SIGKILL) with decisions waiting or at
the border of an interview, decide while it is down, start it again. Every act of a page is recorded when it is made,
in the browser's own storage, separately from the page's outbox and out of its reach, with whether its line was in
full view at that moment. Every 100 turns, when all is stored, the acts that were made are compared with the journal,
and the journal with what a newly opened page shows. An act that the server refused with a sentence which the page put
up counts as refused, not as lost; refused without one, it is lost. Seeds differ in the study's mode, too. Of whatever
was lost or refused, the act, its line's other acts and the turns before it are in the result. The exit code is 1 if
acts, journal and page differ.
"""

import argparse
import json
import math
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from autocode.coding import Coding, Paradata
from autocode.journal import Journal, Undo
from evaluation._browser import StudyServer, chromium
from evaluation._results import RESULTS, write_results

CODER = "MO"
# Suggestions of the invented study and the keys that find its third code, as the page names them.
NAMES = {"logistics": "Logistical issues", "awareness": "Lack of awareness", "meetings": "Inefficient meetings"}
# Kinds of turns, with their relative frequency.
TURNS = {
    "none": 30,
    "keep": 18,
    "find": 3,
    "later": 4,
    "undo": 14,
    "redo": 4,
    "move": 5,
    "burst": 6,
    "reload": 3,
    "close": 2,
    "another tab": 3,
    "other layout": 6,
    "double click": 4,
    "out of view": 2,
    "fetched": 3,
    "draft": 4,
    "answer lost": 3,
    "killed while fetched": 0.6,
    "killed": 1.2,
    "killed, tab closed": 0.8,
}
EVERY = 100  # turns between two comparisons
PATIENCE = 60_000  # milliseconds
MODES = ("assisted", "independent", "blind-first")
MOST_TABS = 3
TURNS_BEFORE = 25  # turns that are listed before a fault
LAYOUTS = {  # what the key for “none fits”, and that for the first suggestion, give on other keyboards
    "AZERTY": ({"key": "n", "code": "KeyN"}, {"key": "1", "code": "Digit1", "shiftKey": True}),
    "AZERTY without Shift": ({"key": "n", "code": "KeyN"}, {"key": "&", "code": "Digit1"}),
    "Cyrillic": ({"key": "т", "code": "KeyN"}, {"key": "1", "code": "Digit1"}),
    "Hebrew": ({"key": "מ", "code": "KeyN"}, {"key": "1", "code": "Numpad1"}),
}
RECORD = """(() => {
    const original = Storage.prototype.setItem, key = `made:${crypto.randomUUID()}`;
    window.made = [];
    const isInView = (id) => {
        const words = document.querySelector("article.now .words"), pane = document.querySelector("main");
        if (words?.closest("article").dataset.line !== id) return false;
        const [line, room] = [words.getBoundingClientRect(), pane.getBoundingClientRect()];
        return line.top >= room.top - 2 && line.bottom <= room.bottom + 2;
    };
    Storage.prototype.setItem = function (name, value) {
        if (name.startsWith("autocode:act:")) {
            const act = JSON.parse(value);
            window.made.push([name.split(":").at(-2), { ...act, inView: act.kind === "undo" || isInView(act.line) }]);
            original.call(this, key, JSON.stringify(window.made));
        }
        original.call(this, name, value);
    };
    const answers = { refused: [], messages: [] }, answersKey = `answers:${crypto.randomUUID()}`;
    const keep = () => original.call(localStorage, answersKey, JSON.stringify(answers));
    const request = window.fetch;
    window.fetch = async (url, options) => {
        const response = await request(url, options);
        if (!url.endsWith("/review/submit")) return response;
        try {
            const { acts } = JSON.parse(options.body), text = await response.clone().text();
            const isRefused = response.status >= 400 && response.status < 500 && acts.length === 1;
            const results = response.ok ? JSON.parse(text).results : isRefused ? [{ refused: text }] : [];
            for (const [index, { refused }] of results.entries())
                if (refused) answers.refused.push([acts[index].gesture, refused]);
            if (answers.refused.length) keep();
        } catch {
            // the server was killed while it answered, which the page notices, too
        }
        return response;
    };
    const watch = () => new MutationObserver((changes) => {
        for (const { addedNodes } of changes) answers.messages.push(...[...addedNodes].map((box) => box.textContent));
        keep();
    }).observe(document.querySelector("#alerts"), { childList: true });
    document.addEventListener("DOMContentLoaded", watch);
})();"""
MADE = """() => Object.keys(localStorage).filter((name) => name.startsWith("made:"))
    .flatMap((name) => JSON.parse(localStorage.getItem(name)))
    .sort(([first], [second]) => (first < second ? -1 : 1)).map(([at, act]) => ({ at: Number(at), ...act }))"""
ANSWERS = """() => Object.keys(localStorage).filter((name) => name.startsWith("answers:"))
    .map((name) => JSON.parse(localStorage.getItem(name)))"""
# How many acts were made, and whether one key would make another one: a line is read, and nothing is chosen on it.
COUNT = """() => {
    const side = document.querySelector("#side"), words = document.querySelector("article.now .words");
    const isRead = side.dataset.phase === "reading" && !side.querySelector(".card[aria-pressed=true], .picked");
    if (!isRead || !words) return [window.made.length, false];
    const [line, room] = [words, document.querySelector("main")].map((part) => part.getBoundingClientRect());
    return [window.made.length, line.top >= room.top && line.bottom <= room.bottom];
}"""
SHOWN = """() => Object.fromEntries([...document.querySelectorAll("article.line")]
    .map((line) => [line.dataset.line, [...line.querySelectorAll(".kept .chip, .kept .none-fits:not(.again)")]
        .map((part) => part.textContent).sort()]))"""
TYPE = """(event) => document.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...event }))"""
ALL_STORED = """() => !Object.keys(localStorage).some((name) => name.startsWith("autocode:act:"))"""
LATER = ["left for later"]


class Session:
    """A coder's tabs, and everything that may happen to them."""

    def __init__(self, context: Any, server: StudyServer, rng: random.Random, *, interviews: int) -> None:
        self._context, self._server, self._rng, self._interviews = context, server, rng, interviews
        self.errors: list[str] = []
        self.keys_without_effect = 0
        self.decided_unseen = 0
        self.decided_twice = 0
        self.drafts_lost = 0
        self.log: list[tuple[int, str]] = []  # when a turn began, in milliseconds, and what it was
        self.faults: dict[str, list[str]] = {}  # what was lost or refused -> the turns before it
        self._opened_tabs: list[Any] = []
        self._tabs = [self._opened()]

    def _opened(self) -> Any:
        page = self._context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self._server.address)
        page.locator("html[data-ready]").wait_for(state="attached")
        self._opened_tabs.append(page)
        return page

    def _tab(self) -> Any:
        page = self._rng.choice(self._tabs)
        begun, kind = self.log[-1]
        self.log[-1] = (begun, f"{kind}, tab {self._opened_tabs.index(page)}")
        return page

    def _write_down(self, fault: str, *, until: float = math.inf) -> None:
        """Write down a fault once, with the turns before it, up to a time."""
        turns = [f"{begun}: {kind}" for begun, kind in self.log if begun <= until]
        self.faults.setdefault(fault, turns[-TURNS_BEFORE:])

    def turn(self, kind: str) -> None:
        """Do a turn of one kind."""
        self.log.append((round(time.time() * 1000), kind))
        getattr(self, f"_{kind.replace(', ', '_').replace(' ', '_')}")()

    def _none(self) -> None:
        page = self._tab()
        before, decides = page.evaluate(COUNT)
        page.keyboard.press("n")
        after, still_decides = page.evaluate(COUNT)  # suggestions may have appeared in between
        self.keys_without_effect += decides and still_decides and after == before

    def _keep(self) -> None:
        page = self._tab()
        for key in ("1", "Enter"):
            page.keyboard.press(key)

    def _find(self) -> None:
        page = self._tab()
        for key in ("f", *"meet", "Enter", "Enter"):
            page.keyboard.press(key)

    def _later(self) -> None:
        self._tab().keyboard.press("s")

    def _undo(self) -> None:
        self._tab().keyboard.press("u")

    def _redo(self) -> None:
        self._tab().keyboard.press(self._rng.choice(("r", "Control+y")))

    def _move(self) -> None:
        self._tab().keyboard.press(self._rng.choice("jk"))

    def _burst(self) -> None:
        page = self._tab()
        for _ in range(8):
            page.keyboard.press(self._rng.choice("nnnnus"))

    def _reload(self) -> None:
        page = self._tab()
        page.keyboard.press("n")
        page.reload()
        page.locator("html[data-ready]").wait_for(state="attached")

    def _close(self) -> None:
        page = self._tab()
        page.keyboard.press("n")
        self._tabs.remove(page)
        page.close()
        if not self._tabs:
            self._tabs.append(self._opened())

    def _another_tab(self) -> None:
        if len(self._tabs) == MOST_TABS:
            self._tabs.pop(0).close()
        self._tabs.append(self._opened())

    def _other_layout(self) -> None:
        page = self._tab()
        none, first = LAYOUTS[self._rng.choice(list(LAYOUTS))]
        for event in self._rng.choice(([none], [first, {"key": "Enter", "code": "Enter"}])):
            page.evaluate(TYPE, event)

    def _double_click(self) -> None:
        page = self._tab()
        button = page.locator(self._rng.choice(('[data-act="n"]', "#keep", ".card", '[data-act="s"]'))).first
        box = button.bounding_box() if button.count() else None
        if box is None:
            return
        before, _ = page.evaluate(COUNT)
        page.mouse.dblclick(box["x"] + 15, box["y"] + 8)
        after, _ = page.evaluate(COUNT)
        self.decided_twice += after > before + 1

    def _out_of_view(self) -> None:
        page = self._tab()
        page.evaluate("document.querySelector('main').scrollTop += 3000")
        page.keyboard.press("n")

    def _far(self, page: Any) -> None:
        """Go to a line of an interview that is far ahead, by its address."""
        page.evaluate(f"location.hash = 'line=GP{self._rng.randrange(2, self._interviews + 1)}:2'")

    def _fetched(self) -> None:
        self._keys_while_fetched(self._tab(), lambda: None)

    def _killed_while_fetched(self) -> None:
        self._keys_while_fetched(self._tab(), self._server.kill)
        self._restart()

    def _keys_while_fetched(self, page: Any, happens: Callable[[], None]) -> None:
        """Press keys while the interview of the next line is on its way; none may decide anything."""
        page.route("**/review/lines*", lambda route: route.abort())
        self._far(page)
        happens()
        before, _ = page.evaluate(COUNT)
        is_fetching = page.evaluate("document.querySelector('#side').dataset.phase") == "fetching"
        for key in ("n", "1", "Enter", "n"):
            page.keyboard.press(key)
        after, _ = page.evaluate(COUNT)
        self.decided_unseen += is_fetching and after != before
        page.unroute("**/review/lines*")

    def _draft(self) -> None:
        """Write a memo and leave the line without storing it; it is there when the coder comes back."""
        page = self._tab()
        if page.evaluate("document.querySelector('#side').dataset.phase") != "reading":
            return
        memo = f"draft {self._rng.random():.6f}"
        page.keyboard.press("m")
        field = page.locator("#memo")
        if not field.count():
            return  # the line was out of view
        line = page.locator("article.now").get_attribute("data-line")
        field.fill(memo)
        field.press("Enter")
        page.keyboard.press("j")
        page.goto(f"{page.url.partition('#')[0]}#line={line}")
        if self._rng.random() < 0.3:
            page.reload()
        page.locator(f'article.now[data-line="{line}"]').wait_for()
        found = field.input_value() if field.count() else None
        if found != memo:
            self.drafts_lost += 1
            self._write_down(f"The memo {memo!r} of {line} is lost; {found!r} is there.")

    def _answer_lost(self) -> None:
        from playwright.sync_api import Error

        page = self._tab()

        def lose(route: Any) -> None:
            with suppress(Error):  # the server may have been killed, or the tab closed
                route.fetch()
            with suppress(Error):
                route.abort()

        page.route("**/review/submit", lose, times=1)
        page.keyboard.press("n")
        page.keyboard.press("u" if self._rng.random() < 0.3 else "n")

    def _killed(self) -> None:
        self._burst()  # the server is killed while these are being sent
        self._server.kill()
        self._burst()
        self._restart()

    def _killed_tab_closed(self) -> None:
        page = self._tab()
        page.keyboard.press("n")
        self._server.kill()
        for key in self._rng.choices("nnnus", k=4):
            page.keyboard.press(key)
        self._tabs.remove(page)
        page.close()
        self._restart()

    def _restart(self) -> None:
        self._server.start()
        if len(self._tabs) == MOST_TABS:
            self._tabs.pop(self._rng.randrange(MOST_TABS)).close()
        self._tabs.append(self._opened())  # with the new token, which then is in the other tab's cookie, too

    def compare(self) -> Counter[str]:
        """Wait until all that was decided is stored, and count where acts, journal and page differ."""
        fresh = self._opened()
        for page in (*self._tabs, fresh):
            page.locator("#saved:is([data-state=saved], [data-state=draft])").wait_for(timeout=PATIENCE)
        assert fresh.evaluate(ALL_STORED)
        made, shown, refused = fresh.evaluate(MADE), fresh.evaluate(SHOWN), refusals(fresh.evaluate(ANSWERS))
        self._tabs.append(fresh)
        self._tabs.pop(0).close()
        for act in not_stored(self._server.journal, made):
            outcome = f"refused: {refused[act['gesture']]}" if act["gesture"] in refused else "lost."
            before = [other for other in made if other["line"] == act["line"] and other["at"] <= act["at"]]
            of_line = ", ".join(f"{other['kind']} at {other['at']} under {other.get('batch')}" for other in before)
            fault = f"The act {act['gesture']} on {act['line']} was {outcome} Acts on its line: {of_line}."
            self._write_down(fault, until=act["at"])
        return differences(self._server.journal, made, shown, refused=refused.keys())


def refusals(pages: list[dict[str, Any]]) -> dict[str, str]:
    """Return the acts that were refused with a sentence which the page put up: gesture -> sentence."""
    shown: dict[str, str] = {}
    for page in pages:
        messages = list(page["messages"])
        for gesture, sentence in page["refused"]:
            message = next((text for text in messages if sentence in text), None)
            if message is not None:
                messages.remove(message)
                shown[gesture] = sentence
    return shown


def not_stored(path: Path, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the decisions that were made and are not in a journal."""
    with Journal.open(path) as journal:
        stored = {entry.gesture for entry in journal.history() if isinstance(entry.record, Paradata)}
    return [act for act in made if act["kind"] != "undo" and act["gesture"] not in stored]


def differences(
    path: Path, made: list[dict[str, Any]], shown: dict[str, list[str]], *, refused: Set[str] = frozenset()
) -> Counter[str]:
    """Count where a journal differs from the acts that were made and not refused, and from what a page shows."""
    with Journal.open(path) as journal:
        history = list(journal.history())
        made_in_journal = [coding for coding in journal.codings() if coding.coder == CODER]
    in_force = {coding.line: (coding.codes, coding.memo) for coding in made_in_journal}
    stored = Counter(entry.gesture for entry in history if isinstance(entry.record, Paradata))
    codings = Counter(entry.gesture for entry in history if isinstance(entry.record, Coding))
    undone = {entry.gesture for entry in history if entry.undone}
    undos = Counter(entry.record.entry for entry in history if isinstance(entry.record, Undo))
    decided = {act["gesture"]: act for act in made if act["kind"] != "undo"}
    refused = refused - stored.keys()
    acts = {gesture: act for gesture, act in decided.items() if gesture not in refused}
    taken_back = {act["act"] for act in made if act["kind"] == "undo"}
    expected: dict[str, tuple[set[str], str]] = {}
    left_for_later: set[str] = set()
    for gesture, act in acts.items():
        if gesture in taken_back:
            continue
        if act["kind"] == "later":
            left_for_later.add(act["line"])
        else:
            expected[act["line"]] = (set(act["codes"]), act["memo"])
    on_page = {line: names for line, names in shown.items() if names not in (LATER, [])}
    in_journal = {
        line: sorted(NAMES[code] for code in codes) or ["none fits"]
        for line, (codes, _) in in_force.items()
        if line in shown
    }
    later_on_page = {line for line, names in shown.items() if names == LATER}
    return Counter(
        {
            "refused": len(refused),
            "lost": len(acts.keys() - stored.keys()) + len((taken_back & stored.keys()) - undone),
            "doubled": sum(n > 1 for counts in (stored, codings, undos) for n in counts.values()),
            "unseen": sum(not act["inView"] for act in made),
            "from nowhere": len(stored.keys() - acts.keys()) + len(undone - taken_back),
            "journal unlike acts": _n_different(expected, in_force),
            "page unlike journal": _n_different(on_page, in_journal) + len(later_on_page - left_for_later),
        }
    )


def _n_different(a: dict[Any, Any], b: dict[Any, Any]) -> int:
    return sum(a.get(key) != b.get(key) for key in a.keys() | b.keys())


@contextmanager
def session(rng: random.Random, *, lines: int, mode: str, delay: float = 0) -> Iterator[tuple[Session, StudyServer]]:
    """Start a study, a server and a browser, and end them."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        interviews = (
            1 + lines // 3
        )  # all but the first have three lines to decide, so that much happens at their borders
        server = StudyServer(Path(folder), lines=40, interviews=interviews, coders=[CODER], mode=mode, delay=delay)
        try:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            context.add_init_script(RECORD)
            yield Session(context, server, rng, interviews=interviews), server
        finally:
            server.kill()


def run(turns: int, *, seed: int, delay: float = 0) -> dict[str, Any]:
    """Do random turns in the mode of the seed; return their kinds, and how often acts, journal and page differed."""
    rng, happened, found = random.Random(seed), Counter[str](), Counter[str]()
    begun = time.perf_counter()
    mode = MODES[seed % len(MODES)]
    with session(rng, lines=100 + turns, mode=mode, delay=delay) as (coder, server):
        comparisons = 0
        for turn in range(1, turns + 1):
            (kind,) = rng.choices(list(TURNS), list(TURNS.values()))
            happened[kind] += 1
            coder.turn(kind)
            if turn % EVERY == 0 or turn == turns:
                found = found | coder.compare()  # what was lost once is still lost later
                comparisons += 1
        with Journal.open(server.journal) as journal:
            entries = list(journal.history())
    return {
        "seed": seed,
        "mode": mode,
        "turns": turns,
        "happened": dict(sorted(happened.items())),
        "acts_stored": sum(isinstance(entry.record, Paradata) for entry in entries),
        "acts_undone": sum(entry.undone for entry in entries if isinstance(entry.record, Paradata | Coding)),
        "comparisons": comparisons,
        "lost": found["lost"],
        "refused_with_a_message": found["refused"],
        "doubled": found["doubled"],
        "decided_out_of_view": found["unseen"],
        "decided_while_fetched": coder.decided_unseen,
        "decided_twice_by_a_double_click": coder.decided_twice,
        "drafts_lost": coder.drafts_lost,
        "from_nowhere": found["from nowhere"],
        "lines_on_which_the_journal_is_unlike_the_acts": found["journal unlike acts"],
        "lines_on_which_the_page_is_unlike_the_journal": found["page unlike journal"],
        "keys_that_decided_nothing": coder.keys_without_effect,
        "errors_in_the_page": coder.errors,
        "turns_before_a_fault": coder.faults,
        "wall_s": round(time.perf_counter() - begun, 1),
    }


def is_faultless(result: dict[str, Any]) -> bool:
    """Return whether nothing was lost, doubled or shown otherwise than it is stored."""
    faults = ("lost", "doubled", "drafts_lost", "from_nowhere", "keys_that_decided_nothing", "errors_in_the_page")
    return not any(result[name] for name in result if name in faults or name.startswith(("lines_on_which", "decided_")))


def main() -> None:
    """Do random turns for each seed, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1000, help="number of turns (%(default)s)")
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="random seeds, one run for each")
    parser.add_argument("--delay", type=float, default=0, help="seconds before an act is stored (%(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS / "review_interleavings.json", help="where to write")
    arguments = parser.parse_args()
    runs = []
    for seed in arguments.seed:
        runs.append(run(arguments.turns, seed=seed, delay=arguments.delay))
        print(json.dumps(runs[-1], indent=1), flush=True)
    write_results(arguments.out, {"cores": os.cpu_count(), "python": platform.python_version(), "runs": runs})
    if not all(map(is_faultless, runs)):
        sys.exit(1)


if __name__ == "__main__":
    main()
