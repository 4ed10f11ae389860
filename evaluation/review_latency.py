"""How long a coder waits for the review page: the next line on the screen, and the decision on the disk.

    python -m evaluation.review_latency

Writes `results/review_latency.json`. Drives headless Chromium (from Debian; CHROMIUM names another) against the real
server in a process of its own: an invented interview of 400 lines to code, 300 decisions by the key N, three lines a
second. First in quiet, without a suggester; then as `autocode review` does it, on the sample study with one interview
more: after every twelve decisions its staying process learns, writes the model to the study's `models` and new
suggestions to the journal. *Screen* is from the key to the end of the frame that follows the change of the line;
*saved* is from the key to the answer that says the decision is synced to the disk. *Disk sync* is measured beside,
three times a second: 4 KB appended to a file in the study's folder and synced. A decision needs one sync like that and
cannot be faster; what *saved* takes beyond it is the page's own. Then 50 presses 30 ms apart, also behind a server that
answers 150 ms late, and a study of 10,000 lines and 60 codes that is opened and scrolled.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from autocode.coding import Coding, SuggestionBatch
from autocode.journal import Journal
from autocode.transcripts import read_transcripts

HERE = Path(__file__).parent
SERVER = HERE.parent / "tests" / "web" / "serve_a_study.py"
SAMPLE = HERE.parent / "corpora" / "integration-barriers"
UNCODED = ("GP8", "GP18", "PM7")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
WATCH = """() => {
    window.times = [];
    addEventListener("keydown", (event) => {
        if (event.key !== "n") return;
        const one = {pressed: performance.now()};
        window.times.push(one);
        requestAnimationFrame(() => { const c = new MessageChannel();
            c.port1.onmessage = () => { one.screen = performance.now() - one.pressed; }; c.port2.postMessage(0); });
    }, true);
    const told = document.querySelector("#saved");
    new MutationObserver(() => {
        if (told.dataset.state !== "saved") return;
        for (const one of window.times) one.saved ??= performance.now() - one.pressed;
    }).observe(told, {attributes: true, childList: true, subtree: true, characterData: true});
}"""
SCROLL = """() => new Promise((done) => {
    const pane = document.querySelector("main"), gaps = [];
    let last = performance.now(), n = 0;
    const step = (now) => { gaps.push(now - last); last = now; pane.scrollTop += 1200;
        if (++n < 120) requestAnimationFrame(step); else done(gaps.slice(1)); };
    requestAnimationFrame(step);
})"""


def quantiles(values: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the largest of some milliseconds."""
    ranked = sorted(values)
    return {
        "n": len(ranked),
        "p50": round(ranked[len(ranked) // 2], 1),
        "p95": round(ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))], 1),
        "max": round(ranked[-1], 1),
    }


@contextmanager
def served(**how: Any) -> Iterator[tuple[str, Path]]:
    """Serve an invented study, and tell its address and its journal."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "study.sqlite"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        told = json.dumps({"mode": "assisted", **how, "journal": str(journal), "port": port})
        server = subprocess.Popen([sys.executable, str(SERVER), told], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip(), journal
        finally:
            server.kill()
            server.wait()


@contextmanager
def reviewed() -> Iterator[tuple[str, Path]]:
    """Begin `autocode review` on the sample study and a long interview, and tell its address and its journal."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        enlarge(study)
        autocode = [sys.executable, "-m", "autocode"]
        for step in (["add", str(study), *map(str, sorted((SAMPLE / "codings").glob("*.csv")))], ["train", str(study)],
                     ["suggest", str(study)]):  # fmt: skip
            subprocess.run([*autocode, "--quiet", *step], check=True, stdout=subprocess.DEVNULL)
        review = ["review", str(study), "--coder", "MO", "--port", "0", "--no-browser"]
        server = subprocess.Popen([*autocode, *review], stderr=subprocess.PIPE, text=True)
        assert server.stderr is not None
        try:
            yield next(line.strip() for line in server.stderr if "token=" in line), study / "study.sqlite"
        finally:
            server.terminate()  # it ends its learning process as well
            server.wait()


def enlarge(study: Path) -> None:
    """Copy the sample study without the interviews that nobody coded, and put one of 400 lines in their place."""
    shutil.copytree(SAMPLE, study, ignore=shutil.ignore_patterns("README.md", "codings", "reading"))
    people = (study / "participants.csv").read_text(encoding="utf-8").splitlines()
    for name in UNCODED:
        (study / "transcripts" / f"{name}.txt").unlink()
        people = [one for one in people if not one.startswith(f"{name},")]
    sample = read_transcripts(study / "transcripts", unit="paragraph", interviewers={"Interviewer"})
    lines = [line.text for line in sample.participant_lines[:400]]
    turns = ["\n".join(lines[place : place + 4]) for place in range(0, len(lines), 4)]
    told = "".join(f"Interviewer: And how was that for you?\nGP19: {turn}\n\n" for turn in turns)
    (study / "transcripts" / "GP19.txt").write_text(told, encoding="utf-8")
    (study / "participants.csv").write_text(
        "\n".join([*people, "GP19,GP,Lambeth,14,in person"]) + "\n", encoding="utf-8"
    )


@contextmanager
def synced_beside(folder: Path) -> Iterator[list[float]]:
    """Append 4 KB to a file of the folder and sync it, three times a second, and tell the milliseconds of each."""
    times: list[float] = []
    over = threading.Event()

    def sync() -> None:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            while not over.wait(1 / 3):
                file.write(bytes(4096))
                begun = time.perf_counter()
                os.fsync(file.fileno())
                times.append(1000 * (time.perf_counter() - begun))

    beside = threading.Thread(target=sync)
    beside.start()
    try:
        yield times
    finally:
        over.set()
        beside.join()


def decide(browser: Any, address: str, journal: Path, *, decisions: int) -> dict[str, Any]:
    """Decide by key, three lines a second, and tell how long the screen and the disk took."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")
    page.evaluate(WATCH)
    before = journal_holds(journal)
    with synced_beside(journal.parent) as synced:
        for _ in range(decisions):
            page.keyboard.press("n")
            page.wait_for_timeout(330)
        page.locator("#saved[data-state=saved]").wait_for(timeout=60_000)
    times = page.evaluate("window.times")
    page.close()
    now = journal_holds(journal)
    return {
        "screen_ms": quantiles([one["screen"] for one in times]),
        "saved_ms": quantiles([one["saved"] for one in times]),
        "disk_sync_ms": quantiles(synced),
        "rows": len(now.lines) - len(before.lines),
        "lines": len(set(now.lines[len(before.lines) :])),
        "batches_learnt": now.batches - before.batches,
    }


class Held(NamedTuple):
    """The lines of MO's codings, and how many batches of suggestions there are."""

    lines: Sequence[str]
    batches: int


def journal_holds(journal: Path) -> Held:
    """Return what there is in a journal by now."""
    with Journal.open(journal) as kept:
        records = [one.record for one in kept.history()]
    own = [one.line for one in records if isinstance(one, Coding) and one.coder == "MO"]
    return Held(own, sum(isinstance(one, SuggestionBatch) for one in records))


def burst(browser: Any, address: str, journal: Path) -> dict[str, int]:
    """Press N fifty times, 30 ms apart, and tell how many rows stand on how many lines."""
    page = browser.new_page()
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")
    for _ in range(50):
        page.keyboard.press("n")
        page.wait_for_timeout(30)
    page.locator("#saved[data-state=saved]").wait_for(timeout=60_000)
    page.close()
    rows = journal_holds(journal).lines
    return {"rows": len(rows), "lines": len(set(rows))}


def large(browser: Any, address: str) -> dict[str, Any]:
    """Open a study of 10,000 lines and scroll through it."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    begun = time.perf_counter()
    page.goto(address)
    page.locator("article.now").wait_for()
    opened = time.perf_counter() - begun
    page.wait_for_timeout(500)
    gaps = page.evaluate(SCROLL)
    page.close()
    return {"open_s": round(opened, 2), "frame_ms": quantiles(gaps)}


def main() -> None:
    """Measure everything and write it down."""
    parser = argparse.ArgumentParser(description="How long a coder waits for the review page.")
    parser.add_argument("--decisions", type=int, default=300)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "review_latency.json")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {
        # on a machine that others use too, `nice -n -10` lets server and browser go first, and is told here
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "nice": os.nice(0)},
        "load_average_at_start": [round(one, 2) for one in os.getloadavg()],
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGS)
        found["machine"]["chromium"] = browser.version
        with served(lines=500, interviews=1) as (address, journal):
            found["quiet"] = decide(browser, address, journal, decisions=given.decisions)
        with reviewed() as (address, journal):
            found["while_learning"] = decide(browser, address, journal, decisions=given.decisions)
        found["load_average_while_learning"] = [round(one, 2) for one in os.getloadavg()]
        with served(lines=100) as (address, journal):
            found["burst"] = burst(browser, address, journal)
        with served(lines=100, delay=0.15) as (address, journal):
            found["burst_150_ms_late"] = burst(browser, address, journal)
        with served(lines=10_000, codes=60) as (address, _):
            found["ten_thousand_lines"] = large(browser, address)
        browser.close()
    found["load_average_at_end"] = [round(one, 2) for one in os.getloadavg()]
    written = given.out.with_suffix(".part")
    written.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    written.replace(given.out)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
