"""How long a coder waits for the review page: the next line on the screen, and the decision on the disk.

    python -m evaluation.review_latency

Writes `results/review_latency.json`. Drives headless Chromium (from Debian; CHROMIUM names another) against the real
server in a process of its own: an invented interview of 400 lines, 300 decisions by the key N, three lines a second,
first in quiet and then while a suggester is trained again and again in a process beside it, as `autocode review` does
it. *Screen* is from the key to the end of the frame that follows the change of the line; *saved* is from the key to the
answer that says the decision is synced to the disk. Then 50 presses 30 ms apart, also behind a server that answers
150 ms late, and a study of 10,000 lines and 60 codes that is opened and scrolled.
"""

import argparse
import json
import multiprocessing
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autocode.coding import Coding
from autocode.journal import Journal

HERE = Path(__file__).parent
SERVER = HERE.parent / "tests" / "web" / "serve_a_study.py"
SAMPLE = HERE.parent / "corpora" / "integration-barriers"
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


def train_for_ever() -> None:
    """Train on the sample study again and again, as politely as the review does it."""
    os.nice(max(0, 10 - os.nice(0)))
    import autocode as ac

    book = ac.read_codebook(SAMPLE / "codebook.toml")
    lines = ac.read_transcripts(SAMPLE / "transcripts", unit="paragraph", interviewers={"Interviewer"})
    sheets = [
        ac.read_codings(sheet, lines=lines, codebook=book) for sheet in sorted((SAMPLE / "codings").glob("*.csv"))
    ]
    codings = ac.Codings(one for sheet in sheets for one in sheet)
    while True:
        ac.train(codings, lines, book, seed=0)


def decide(browser: Any, address: str, journal: Path, *, decisions: int) -> dict[str, Any]:
    """Decide by key, three lines a second, and tell how long the screen and the disk took."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")
    page.evaluate(WATCH)
    for _ in range(decisions):
        page.keyboard.press("n")
        page.wait_for_timeout(330)
    page.wait_for_timeout(1000)
    times = page.evaluate("window.times")
    page.close()
    with Journal.open(journal) as kept:
        rows = [one.record.line for one in kept.history() if isinstance(one.record, Coding)]
    return {
        "screen_ms": quantiles([one["screen"] for one in times]),
        "saved_ms": quantiles([one["saved"] for one in times if "saved" in one]),
        "rows": len(rows),
        "lines": len(set(rows)),
    }


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
    with Journal.open(journal) as kept:
        rows = [one.record.line for one in kept.history() if isinstance(one.record, Coding)]
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
        beside = multiprocessing.get_context("spawn").Process(target=train_for_ever, daemon=True)
        beside.start()
        time.sleep(5)
        with served(lines=500, interviews=1) as (address, journal):
            found["while_training"] = decide(browser, address, journal, decisions=given.decisions)
        found["load_average_while_training"] = [round(one, 2) for one in os.getloadavg()]
        beside.kill()
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
