"""Whether anything is lost or doubled when coders, browsers and servers do what they do in no particular order.

    python -m evaluation.review_interleavings

Writes `results/review_interleavings.json`. Two tabs of one coder in headless Chromium (from Debian; CHROMIUM names
another) stand before the real server, and a thousand turns are drawn by chance: decide by one key, by two, by finding a
code, leave for later, undo, move, several keys at once, open the page again, close a tab, open a second one, lose the
answer to a request that was stored, kill the server (-9) with decisions waiting, decide while it is down, start it
again. Every act that a page makes is noted when it is made, in the browser's own storage, beside the page's outbox and
out of its reach. Again and again, when the page says *Saved*, three are held against each other: what was made, what
the journal holds, and what a freshly opened page shows. The exit code is 1 if they differ.
"""

import argparse
import json
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from autocode.coding import CoderId, Coding, Paradata
from autocode.journal import Journal, Undo

HERE = Path(__file__).parent
SERVER = HERE.parent / "tests" / "web" / "serve_a_study.py"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
CODER = "MO"
# Suggestions of the invented study and the keys that find its third code, as the page names them.
NAMES = {"logistics": "Logistical issues", "awareness": "Lack of awareness", "meetings": "Inefficient meetings"}
TURNS = {
    "none": 30, "keep": 18, "find": 3, "later": 4, "undo": 14, "move": 5, "burst": 6, "reload": 3, "close": 2,
    "second tab": 3, "answer lost": 3, "killed": 1.2, "killed, tab closed": 0.8,
}  # fmt: skip
EVERY = 100  # turns between two comparisons
PATIENCE = 60_000  # milliseconds
NOTE = """(() => {
    const real = Storage.prototype.setItem, here = `made:${crypto.randomUUID()}`;
    window.made = [];
    Storage.prototype.setItem = function (name, value) {
        if (name.startsWith("autocode:act:")) {
            window.made.push([name.split(":").at(-2), JSON.parse(value)]);
            real.call(this, here, JSON.stringify(window.made));
        }
        real.call(this, name, value);
    };
})();"""
MADE = """() => Object.keys(localStorage).filter((name) => name.startsWith("made:"))
    .flatMap((name) => JSON.parse(localStorage.getItem(name)))
    .sort(([one], [other]) => (one < other ? -1 : 1)).map(([, act]) => act)"""
COUNT = """() => [window.made.length, document.querySelector("article.now")?.dataset.line ?? null,
    document.querySelector("#side .own")?.textContent.includes("Fetching the suggestions") ?? false]"""
SHOWN = """() => Object.fromEntries([...document.querySelectorAll("article.line")]
    .filter((one) => one.querySelector(".kept"))
    .map((one) => [one.dataset.line, [...one.querySelectorAll(".kept .chip, .kept .none-fits:not(.again)")]
        .map((part) => part.textContent).sort()]))"""


class Served:
    """A server of an invented study in a process of its own, which can be killed and started again on its port."""

    def __init__(self, folder: Path, *, lines: int) -> None:
        self.journal = folder / "study.sqlite"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._lines = lines
        self.start()

    def start(self) -> None:
        """Start the server and learn its new address."""
        told = {"mode": "assisted", "lines": self._lines, "interviews": 1, "coders": [CODER]}
        told |= {"journal": str(self.journal), "port": self._port}
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER), json.dumps(told)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End the server without letting it do anything more (-9)."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Sitting:
    """A coder's tabs, and everything that may happen to them."""

    def __init__(self, context: Any, served: Served, chance: random.Random) -> None:
        self._context, self._served, self._chance = context, served, chance
        self.faults: list[str] = []
        self.silent = 0  # keys that should have decided and did not
        self._tabs = [self._opened()]

    def _opened(self) -> Any:
        page = self._context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(self._served.address)
        page.locator("html[data-ready]").wait_for(state="attached")
        return page

    def _tab(self) -> Any:
        return self._chance.choice(self._tabs)

    def turn(self, kind: str) -> None:
        """Let one thing happen."""
        getattr(self, f"_{kind.replace(', ', '_').replace(' ', '_')}")()

    def _none(self) -> None:
        page = self._tab()
        before, line, awaited = page.evaluate(COUNT)
        page.keyboard.press("n")
        after, _, _ = page.evaluate(COUNT)
        # a key on a line whose suggestions are still on their way waits for them
        self.silent += line is not None and not awaited and after == before

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
        self._tab().keyboard.press(self._chance.choice("jk"))

    def _burst(self) -> None:
        page = self._tab()
        for _ in range(8):
            page.keyboard.press(self._chance.choice("nnnnus"))

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
            with suppress(Error):  # the server may be killed, or the tab closed, meanwhile
                route.fetch()
            with suppress(Error):
                route.abort()

        page.route("**/review/submit", lose, times=1)
        page.keyboard.press("n")
        page.keyboard.press("u" if self._chance.random() < 0.3 else "n")

    def _killed(self) -> None:
        self._burst()  # the server dies while these are on their way
        self._served.kill()
        self._burst()
        self._back()

    def _killed_tab_closed(self) -> None:
        page = self._tab()
        page.keyboard.press("n")
        self._served.kill()
        for key in self._chance.choices("nnnus", k=4):
            page.keyboard.press(key)
        self._tabs.remove(page)
        page.close()
        self._back()

    def _back(self) -> None:
        self._served.start()
        if len(self._tabs) == 2:
            self._tabs.pop(self._chance.randrange(2)).close()
        self._tabs.append(self._opened())  # with the new token, which the other tab's cookie then is too

    def compared(self) -> Counter[str]:
        """Wait until all tabs say that everything is saved, and count where acts, journal and page differ."""
        for page in self._tabs:
            page.locator("#saved[data-state=saved]").wait_for(timeout=PATIENCE)
        fresh = self._opened()
        fresh.locator("#saved[data-state=saved]").wait_for(timeout=PATIENCE)
        made, shown = fresh.evaluate(MADE), fresh.evaluate(SHOWN)
        self._tabs.append(fresh)
        self._tabs.pop(0).close()
        return self._differing(made, shown)

    def _differing(self, made: list[dict[str, Any]], shown: dict[str, list[str]]) -> Counter[str]:
        with Journal.open(self._served.journal) as journal:
            history = list(journal.history())
            in_force = {one.line: one.codes for one in journal.codings().by(CoderId(CODER))}
        stored = Counter(entry.gesture for entry in history if isinstance(entry.record, Paradata))
        codings = Counter(entry.gesture for entry in history if isinstance(entry.record, Coding))
        undone = {entry.gesture for entry in history if entry.undone}
        undos = Counter(entry.record.entry for entry in history if isinstance(entry.record, Undo))
        acts = {act["gesture"]: act for act in made if act["kind"] != "undo"}
        taken_back = {act["act"] for act in made if act["kind"] == "undo"}
        expected: dict[str, set[str]] = {}
        left: set[str] = set()
        for gesture, act in acts.items():
            if gesture not in taken_back:
                if act["kind"] == "later":
                    left.add(act["line"])
                else:
                    expected[act["line"]] = set(act["codes"])
        page = {line: told for line, told in shown.items() if told != ["left for later"]}
        named = {line: sorted(NAMES[code] for code in codes) or ["none fits"] for line, codes in in_force.items()}
        return Counter(
            {
                "lost": len(acts.keys() - stored.keys()) + len((taken_back & stored.keys()) - undone),
                "doubled": sum(n > 1 for one in (stored, codings, undos) for n in one.values()),
                "from nowhere": len(stored.keys() - acts.keys()) + len(undone - taken_back),
                "journal unlike acts": sum(
                    expected.get(line) != in_force.get(line) for line in expected.keys() | in_force.keys()
                ),
                "page unlike journal": sum(
                    page.get(line) != named.get(line) for line in page.keys() | named.keys()
                ) + len({line for line, told in shown.items() if told == ["left for later"]} - left),
            }
        )  # fmt: skip


@contextmanager
def sitting(chance: random.Random, *, lines: int) -> Iterator[tuple[Sitting, Served]]:
    """Begin a study, a server and a browser, and end them."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        served = Served(Path(folder), lines=lines)
        try:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            context.add_init_script(NOTE)
            yield Sitting(context, served, chance), served
        finally:
            served.kill()
            browser.close()


def run(turns: int, *, seed: int) -> dict[str, Any]:
    """Let that many things happen, and return how often, and what came of them."""
    chance, happened, found = random.Random(seed), Counter[str](), Counter[str]()
    begun = time.perf_counter()
    with sitting(chance, lines=100 + turns) as (coder, served):
        comparisons = 0
        for turn in range(1, turns + 1):
            (kind,) = chance.choices(list(TURNS), list(TURNS.values()))
            happened[kind] += 1
            coder.turn(kind)
            if turn % EVERY == 0 or turn == turns:
                found = found | coder.compared()  # what was lost once is still lost later
                comparisons += 1
        with Journal.open(served.journal) as journal:
            entries = list(journal.history())
    return {
        "seed": seed,
        "turns": turns,
        "happened": dict(sorted(happened.items())),
        "acts_stored": sum(isinstance(one.record, Paradata) for one in entries),
        "acts_undone": sum(one.undone for one in entries if isinstance(one.record, Paradata | Coding)),
        "comparisons": comparisons,
        "lost": found["lost"],
        "doubled": found["doubled"],
        "from_nowhere": found["from nowhere"],
        "lines_on_which_the_journal_is_unlike_the_acts": found["journal unlike acts"],
        "lines_on_which_the_page_is_unlike_the_journal": found["page unlike journal"],
        "keys_that_decided_nothing": coder.silent,
        "errors_in_the_page": coder.faults,
        "wall_s": round(time.perf_counter() - begun, 1),
    }


def whole(result: dict[str, Any]) -> bool:
    """Return whether nothing was lost, doubled or shown otherwise than it is stored."""
    wrong = ("lost", "doubled", "from_nowhere", "keys_that_decided_nothing", "errors_in_the_page")
    return not any(result[name] for name in (*wrong, *(name for name in result if name.startswith("lines_on_which"))))


def main() -> None:
    """Let it all happen, and write down what came of it."""
    parser = argparse.ArgumentParser(description="Whether anything is lost or doubled, whatever happens.")
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--seed", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, default=HERE / "results" / "review_interleavings.json")
    given = parser.parse_args()
    runs = []
    for seed in given.seed:
        runs.append(run(given.turns, seed=seed))
        print(json.dumps(runs[-1], indent=1), flush=True)
    found = {"cores": os.cpu_count(), "python": platform.python_version(), "runs": runs}
    written = given.out.with_suffix(".part")
    written.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    written.replace(given.out)
    if not all(map(whole, runs)):
        sys.exit(1)


if __name__ == "__main__":
    main()
