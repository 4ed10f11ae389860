"""Do three laptops become one study when people worked on each of them in a browser?

    python -m evaluation.merging_in_browsers SAMPLE [--acts 200] [--seed 1]

The sample study is copied to three laptops. On each, `autocode review` serves its pages, and headless Chromium presses
the keys of a coder and of an adjudicator, as chance has it: suggestions are kept, codes looked for, new codes proposed,
memos written, lines left for later, acts taken back; differences are ruled on, and rulings taken back. Half-way, the
codebook is changed on one of the laptops, while its pages are open. Then the copies are merged in all six orders: the
exports must be equal by bytes, every entry must be there once, and a second merge must bring nothing. The exit code is
1 if anything of this does not hold, or if a page had an error. It needs Chromium and POSIX.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import autocode as ac
from autocode.codebook import Split
from autocode.coding import CoderId
from autocode.journal import Entry, Journal
from autocode.study import change_codebook
from evaluation._browser import chromium, load_average
from evaluation.merging import ADJUDICATOR, LAPTOPS, begin, try_orders

RULINGS = 0.2  # share of the acts
CHANGED = "third"  # the laptop on which the codebook is changed
SOON = 30_000  # milliseconds until a page must have answered, on a busy machine


@contextmanager
def served(study: Path, coder: str) -> Iterator[dict[str, str]]:
    """Serve the pages of a study with its own command, and yield the address of each person."""
    command = [sys.executable, "-m", "autocode", "review", study, "--coder", coder, "--adjudicator", ADJUDICATOR]
    server = subprocess.Popen(
        [*map(str, command), "--no-browser", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
    )
    try:
        addresses: dict[str, str] = {}
        assert server.stderr is not None
        for line in server.stderr:
            name, _, address = line.strip().rpartition(": ")
            if address.startswith("http://"):
                addresses[name.split()[-1]] = address
            if len(addresses) == 2:
                break
        yield addresses
    finally:
        server.terminate()
        server.communicate()


# what the bar says while nothing is on its way; the other is about a choice or a memo that nobody has kept
NOTHING_SENT = re.compile(r"^(Saved|Not stored)\b")


class Page:
    """A page in the browser, and the acts that it has sent."""

    def __init__(self, context: Any, address: str, *, saved: str, submit: str) -> None:
        self.sent: set[str] = set()
        self.errors: list[str] = []
        self.refused: Counter[str] = Counter()
        self._saved = saved
        self._answers: list[Any] = []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._count(request) if request.url.endswith(submit) else None)
        self.page.on("response", lambda answer: self._answers.append(answer) if answer.url.endswith(submit) else None)
        self.page.goto(address)

    def _count(self, request: Any) -> None:
        self.sent.update(act["gesture"] for act in request.post_data_json["acts"])

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wait_until_saved(self) -> None:
        self.page.locator(self._saved).get_by_text(NOTHING_SENT).wait_for(timeout=SOON)
        answers, self._answers = self._answers, []
        for answer in answers:
            self.refused.update(result["refused"] for result in answer.json()["results"] if "refused" in result)


def code(page: Page, chance: random.Random, names: list[str], coder: str) -> None:
    """Do one thing that a coder does."""
    what = chance.choices(
        ["keep", "none", "find", "propose", "memo", "later", "undo", "elsewhere"], [6, 3, 4, 2, 1, 1, 3, 2]
    )[0]
    page.press("Escape")
    if what == "keep":
        page.press(chance.choice("12"), "Enter")
    elif what in ("find", "propose"):
        page.press("f")
        page.page.keyboard.type(chance.choice(names) if what == "find" else f"Code {chance.randrange(5)} of {coder}")
        page.press("Enter" if what == "find" else "Shift+Enter", "Enter")
    elif what == "memo":
        page.press("m")
        page.page.keyboard.type("an invented memo")
        page.press("Escape", "n")
    elif what == "elsewhere":
        lines = page.page.locator("article.line:not(.context):not(.now)")
        if n := lines.count():
            lines.nth(chance.randrange(min(n, 20))).click()
    else:
        page.press({"none": "n", "later": "s", "undo": "u"}[what])


def rule(page: Page, chance: random.Random) -> None:
    """Do one thing that an adjudicator does."""
    page.press(chance.choices(["1", "2", "b", "n", "u"], [4, 4, 3, 1, 2])[0])


def do(page: Page, act: Callable[[], None], until: int) -> None:
    """Act until the page has sent this number of acts, all of which are stored."""
    while len(page.sent) < until:
        act()
        page.wait_until_saved()


def change(study: Path) -> None:
    """Split a code, as somebody at a terminal does while the pages are open."""
    codebook = ac.read_codebook(study / "codebook.toml")
    whole = codebook["logistical-issues"]
    parts = tuple(
        ac.Code(id=CoderId(name.lower()), name=name, parent=whole.parent) for name in ("Distance", "Paperwork")
    )
    split = Split(
        before=codebook.version, after=f"{codebook.version}.1", by="TW", why="two ideas", code=whole.id, parts=parts
    )
    change_codebook(study, split)


def work(browser: Any, study: Path, coder: str, *, acts: int, seed: int) -> list[str]:
    """Do a number of acts in a copy of a study, and return the errors of its pages."""
    chance = random.Random(seed)
    rulings = round(RULINGS * acts)
    names = [known.name for known in ac.read_codebook(study / "codebook.toml").subthemes]
    with served(study, coder) as addresses, browser.new_context() as coding, browser.new_context() as ruling:
        review = Page(coding, addresses[coder], saved="#saved", submit="/review/submit")
        review.page.locator("html[data-ready]").wait_for(state="attached", timeout=SOON)
        differences = Page(ruling, addresses[ADJUDICATOR], saved=".saved", submit="/adjudicate/submit")
        differences.page.locator(".row.now").wait_for(timeout=SOON)
        for part in (0.5, 1.0):
            do(review, lambda: code(review, chance, names, coder), round(part * (acts - rulings)))
            do(differences, lambda: rule(differences, chance), round(part * rulings))
            if study.name == CHANGED and part < 1:
                change(study)
        n_sent = len(review.sent) + len(differences.sent)
        kinds = Counter(entry.kind.value for entry in entries_of(study) if entry.gesture)
        stored = {entry.gesture for entry in entries_of(study) if entry.gesture}
    n_under_old = sum(entry.kind.value == "coding" and _version(entry) == "1" for entry in entries_of(study))
    print(
        f"{study.name}: {n_sent} acts sent by the pages, {len(stored)} of them stored "
        f"({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}); "
        f"{n_under_old} judgements of version 1 after the codebook was changed; refused: "
        f"{', '.join(f'{n} x {sentence}' for sentence, n in (review.refused + differences.refused).items()) or 'none'}"
    )
    return review.errors + differences.errors


def entries_of(study: Path) -> list[Entry]:
    with Journal.open(study / "study.sqlite", read_only=True) as journal:
        return list(journal.history())


def _version(entry: Entry) -> str:
    return str(getattr(entry.record, "version", ""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sample", type=Path, help="the folder of the sample study")
    parser.add_argument("--acts", type=int, default=200, help="acts on each laptop (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="random seed (default 1)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        begin(arguments.sample, folder / "base")
        settings = folder / "base" / "study.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + 'independent_coding = "closed"\n', encoding="utf-8")
        errors: list[str] = []
        copies = []
        for number, (laptop, coder) in enumerate(LAPTOPS.items()):
            copies.append(folder / laptop)
            shutil.copytree(folder / "base", copies[-1])
            seed = 1000 * arguments.seed + number
            errors += work(browser, copies[-1], coder, acts=arguments.acts, seed=seed)
        print(f"{len(errors)} errors on the pages{''.join(f'; {error}' for error in errors)}")
        holds = try_orders(copies, folder) and not errors
        print(f"load average {load_average()}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
