"""Is anything lost or doubled when coders, browsers and servers act in no particular order?

    python -m evaluation.review_interleavings

Writes `results/review_interleavings.json`. Two tabs of one coder in headless Chromium (from Debian; CHROMIUM names
another) use the real server, and a thousand turns are drawn at random: decide by one key, by two, by finding a code,
leave for later, undo, move, several keys at once, reload the page, close a tab, open a second one, lose the answer to a
request that was stored, kill the server (SIGKILL) with decisions waiting, decide while it is down, start it again.
Every act of a page is recorded when it is made, in the browser's own storage, separately from the page's outbox and out
of its reach. Every 100 turns, when the page says *Saved*, the acts that were made are compared with the journal, and
the journal with what a newly opened page shows. The exit code is 1 if they differ.
"""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
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
    "move": 5,
    "burst": 6,
    "reload": 3,
    "close": 2,
    "second tab": 3,
    "answer lost": 3,
    "killed": 1.2,
    "killed, tab closed": 0.8,
}
EVERY = 100  # turns between two comparisons
PATIENCE = 60_000  # milliseconds
RECORD = """(() => {
    const original = Storage.prototype.setItem, key = `made:${crypto.randomUUID()}`;
    window.made = [];
    Storage.prototype.setItem = function (name, value) {
        if (name.startsWith("autocode:act:")) {
            window.made.push([name.split(":").at(-2), JSON.parse(value)]);
            original.call(this, key, JSON.stringify(window.made));
        }
        original.call(this, name, value);
    };
})();"""
MADE = """() => Object.keys(localStorage).filter((name) => name.startsWith("made:"))
    .flatMap((name) => JSON.parse(localStorage.getItem(name)))
    .sort(([first], [second]) => (first < second ? -1 : 1)).map(([, act]) => act)"""
COUNT = """() => [window.made.length, document.querySelector("article.now")?.dataset.line ?? null,
    document.querySelector("#side .own")?.textContent.includes("Fetching the suggestions") ?? false]"""
SHOWN = """() => Object.fromEntries([...document.querySelectorAll("article.line")]
    .filter((line) => line.querySelector(".kept"))
    .map((line) => [line.dataset.line, [...line.querySelectorAll(".kept .chip, .kept .none-fits:not(.again)")]
        .map((part) => part.textContent).sort()]))"""
LATER = ["left for later"]


class Session:
    """A coder's tabs, and everything that may happen to them."""

    def __init__(self, context: Any, server: StudyServer, rng: random.Random) -> None:
        self._context, self._server, self._rng = context, server, rng
        self.errors: list[str] = []
        self.keys_without_effect = 0
        self._tabs = [self._opened()]

    def _opened(self) -> Any:
        page = self._context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self._server.address)
        page.locator("html[data-ready]").wait_for(state="attached")
        return page

    def _tab(self) -> Any:
        return self._rng.choice(self._tabs)

    def turn(self, kind: str) -> None:
        """Do a turn of one kind."""
        getattr(self, f"_{kind.replace(', ', '_').replace(' ', '_')}")()

    def _none(self) -> None:
        page = self._tab()
        before, line, awaited = page.evaluate(COUNT)
        page.keyboard.press("n")
        after, _, _ = page.evaluate(COUNT)
        # On a line whose suggestions are still being fetched, a key waits for them.
        self.keys_without_effect += line is not None and not awaited and after == before

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

    def _second_tab(self) -> None:
        if len(self._tabs) == 2:
            self._tabs.pop(0).close()
        self._tabs.append(self._opened())

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
        if len(self._tabs) == 2:
            self._tabs.pop(self._rng.randrange(2)).close()
        self._tabs.append(self._opened())  # with the new token, which then is in the other tab's cookie, too

    def compare(self) -> Counter[str]:
        """Wait until all tabs say that everything is saved, and count where acts, journal and page differ."""
        for page in self._tabs:
            page.locator("#saved[data-state=saved]").wait_for(timeout=PATIENCE)
        fresh = self._opened()
        fresh.locator("#saved[data-state=saved]").wait_for(timeout=PATIENCE)
        made, shown = fresh.evaluate(MADE), fresh.evaluate(SHOWN)
        self._tabs.append(fresh)
        self._tabs.pop(0).close()
        return differences(self._server.journal, made, shown)


def differences(path: Path, made: list[dict[str, Any]], shown: dict[str, list[str]]) -> Counter[str]:
    """Count where a journal differs from the acts that were made, and from what a page shows."""
    with Journal.open(path) as journal:
        history = list(journal.history())
        in_force = {coding.line: coding.codes for coding in journal.codings() if coding.coder == CODER}
    stored = Counter(entry.gesture for entry in history if isinstance(entry.record, Paradata))
    codings = Counter(entry.gesture for entry in history if isinstance(entry.record, Coding))
    undone = {entry.gesture for entry in history if entry.undone}
    undos = Counter(entry.record.entry for entry in history if isinstance(entry.record, Undo))
    acts = {act["gesture"]: act for act in made if act["kind"] != "undo"}
    taken_back = {act["act"] for act in made if act["kind"] == "undo"}
    expected: dict[str, set[str]] = {}
    left_for_later: set[str] = set()
    for gesture, act in acts.items():
        if gesture in taken_back:
            continue
        if act["kind"] == "later":
            left_for_later.add(act["line"])
        else:
            expected[act["line"]] = set(act["codes"])
    on_page = {line: names for line, names in shown.items() if names != LATER}
    in_journal = {line: sorted(NAMES[code] for code in codes) or ["none fits"] for line, codes in in_force.items()}
    later_on_page = {line for line, names in shown.items() if names == LATER}
    return Counter(
        {
            "lost": len(acts.keys() - stored.keys()) + len((taken_back & stored.keys()) - undone),
            "doubled": sum(n > 1 for counts in (stored, codings, undos) for n in counts.values()),
            "from nowhere": len(stored.keys() - acts.keys()) + len(undone - taken_back),
            "journal unlike acts": _n_different(expected, in_force),
            "page unlike journal": _n_different(on_page, in_journal) + len(later_on_page - left_for_later),
        }
    )


def _n_different(a: dict[Any, Any], b: dict[Any, Any]) -> int:
    return sum(a.get(key) != b.get(key) for key in a.keys() | b.keys())


@contextmanager
def session(rng: random.Random, *, lines: int) -> Iterator[tuple[Session, StudyServer]]:
    """Start a study, a server and a browser, and end them."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        server = StudyServer(Path(folder), lines=lines, interviews=1, coders=[CODER])
        try:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            context.add_init_script(RECORD)
            yield Session(context, server, rng), server
        finally:
            server.kill()


def run(turns: int, *, seed: int) -> dict[str, Any]:
    """Do random turns; return how many of each kind, and how often acts, journal and page differed."""
    rng, happened, found = random.Random(seed), Counter[str](), Counter[str]()
    begun = time.perf_counter()
    with session(rng, lines=100 + turns) as (coder, server):
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
        "turns": turns,
        "happened": dict(sorted(happened.items())),
        "acts_stored": sum(isinstance(entry.record, Paradata) for entry in entries),
        "acts_undone": sum(entry.undone for entry in entries if isinstance(entry.record, Paradata | Coding)),
        "comparisons": comparisons,
        "lost": found["lost"],
        "doubled": found["doubled"],
        "from_nowhere": found["from nowhere"],
        "lines_on_which_the_journal_is_unlike_the_acts": found["journal unlike acts"],
        "lines_on_which_the_page_is_unlike_the_journal": found["page unlike journal"],
        "keys_that_decided_nothing": coder.keys_without_effect,
        "errors_in_the_page": coder.errors,
        "wall_s": round(time.perf_counter() - begun, 1),
    }


def is_faultless(result: dict[str, Any]) -> bool:
    """Return whether nothing was lost, doubled or shown otherwise than it is stored."""
    faults = ("lost", "doubled", "from_nowhere", "keys_that_decided_nothing", "errors_in_the_page")
    return not any(result[name] for name in result if name in faults or name.startswith("lines_on_which"))


def main() -> None:
    """Do random turns for each seed, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1000, help="number of turns (%(default)s)")
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="random seeds, one run for each")
    parser.add_argument("--out", type=Path, default=RESULTS / "review_interleavings.json", help="where to write")
    arguments = parser.parse_args()
    runs = []
    for seed in arguments.seed:
        runs.append(run(arguments.turns, seed=seed))
        print(json.dumps(runs[-1], indent=1), flush=True)
    write_results(arguments.out, {"cores": os.cpu_count(), "python": platform.python_version(), "runs": runs})
    if not all(map(is_faultless, runs)):
        sys.exit(1)


if __name__ == "__main__":
    main()
