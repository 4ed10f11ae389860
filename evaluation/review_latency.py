"""How long does a coder wait for the review page: for the next line on the screen, and for the decision on the disk?

    python -m evaluation.review_latency

Writes `results/review_latency.json`. Headless Chromium (from Debian; CHROMIUM names another) uses the real server in a
process of its own: an invented interview of 400 lines to code, 300 decisions by the key N, three lines a second. First
without a suggester, then as `autocode review` works, on the sample study with one more interview: after every twelve
decisions its learning process trains, writes the model to the study's `models` and new suggestions to the journal.
*Screen* is the time from the key to the end of the frame that follows the change of the line; *saved* is the time from
the key to the answer that the decision is synced to the disk. *Disk sync* is measured at the same time, three times a
second: 4 KB appended to a file in the study's folder and synced. A decision needs one such sync and cannot be faster;
what *saved* takes beyond it is the page's own. Then 50 presses 30 ms apart, also with a server that answers 150 ms
late, and a study of 10,000 lines and 60 codes that is opened and scrolled.
"""

import argparse
import json
import os
import shutil
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
from evaluation._browser import StudyServer, chromium, load_average, machine, open_page, quantiles
from evaluation._results import HERE, RESULTS, write_results

SAMPLE = HERE.parent / "corpora" / "integration-barriers"
# The interviews of the sample study that nobody coded; they are replaced by one long interview.
UNCODED = ("GP8", "GP18", "PM7")
VIEWPORT = {"width": 1440, "height": 900}
WATCH = """() => {
    window.times = [];
    addEventListener("keydown", (event) => {
        if (event.key !== "n") return;
        const time = {pressed: performance.now()};
        window.times.push(time);
        requestAnimationFrame(() => { const channel = new MessageChannel();
            channel.port1.onmessage = () => { time.screen = performance.now() - time.pressed; };
            channel.port2.postMessage(0); });
    }, true);
    const badge = document.querySelector("#saved");
    new MutationObserver(() => {
        if (badge.dataset.state !== "saved") return;
        for (const time of window.times) time.saved ??= performance.now() - time.pressed;
    }).observe(badge, {attributes: true, childList: true, subtree: true, characterData: true});
}"""
SCROLL = """() => new Promise((done) => {
    const pane = document.querySelector("main"), gaps = [];
    let last = performance.now(), n = 0;
    const step = (now) => { gaps.push(now - last); last = now; pane.scrollTop += 1200;
        if (++n < 120) requestAnimationFrame(step); else done(gaps.slice(1)); };
    requestAnimationFrame(step);
})"""


@contextmanager
def study_server(**options: Any) -> Iterator[tuple[str, Path]]:
    """Serve an invented study; yield its address and its journal."""
    with tempfile.TemporaryDirectory() as folder:
        server = StudyServer(Path(folder), **options)
        try:
            yield server.address, server.journal
        finally:
            server.kill()


@contextmanager
def review_command() -> Iterator[tuple[str, Path]]:
    """Run `autocode review` on the sample study with a long interview; yield its address and its journal."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        copy_sample(study)
        autocode = [sys.executable, "-m", "autocode"]
        sheets = map(str, sorted((SAMPLE / "codings").glob("*.csv")))
        for step in (["add", str(study), *sheets], ["train", str(study)], ["suggest", str(study)]):
            subprocess.run([*autocode, "--quiet", *step], check=True, stdout=subprocess.DEVNULL)
        review = ["review", str(study), "--coder", "MO", "--port", "0", "--no-browser"]
        server = subprocess.Popen([*autocode, *review], stderr=subprocess.PIPE, text=True)
        assert server.stderr is not None
        try:
            yield next(line.strip() for line in server.stderr if "token=" in line), study / "study.sqlite"
        finally:
            server.terminate()  # which also ends its learning process
            server.wait()


def copy_sample(study: Path) -> None:
    """Copy the sample study with an interview of 400 lines in the place of those that nobody coded."""
    shutil.copytree(SAMPLE, study, ignore=shutil.ignore_patterns("README.md", "codings", "reading"))
    participants = (study / "participants.csv").read_text(encoding="utf-8").splitlines()
    for name in UNCODED:
        (study / "transcripts" / f"{name}.txt").unlink()
        participants = [row for row in participants if not row.startswith(f"{name},")]
    sample = read_transcripts(study / "transcripts", unit="paragraph", interviewers={"Interviewer"})
    lines = [line.text for line in sample.participant_lines[:400]]
    turns = ["\n".join(lines[at : at + 4]) for at in range(0, len(lines), 4)]
    text = "".join(f"Interviewer: And how was that for you?\nGP19: {turn}\n\n" for turn in turns)
    (study / "transcripts" / "GP19.txt").write_text(text, encoding="utf-8")
    (study / "participants.csv").write_text(
        "\n".join([*participants, "GP19,GP,Lambeth,14,in person"]) + "\n", encoding="utf-8"
    )


@contextmanager
def disk_syncs(folder: Path) -> Iterator[list[float]]:
    """Append 4 KB to a file in the folder and sync it, three times a second; yield the list of milliseconds."""
    times: list[float] = []
    stop = threading.Event()

    def sync() -> None:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            while not stop.wait(1 / 3):
                file.write(bytes(4096))
                begun = time.perf_counter()
                os.fsync(file.fileno())
                times.append(1000 * (time.perf_counter() - begun))

    thread = threading.Thread(target=sync)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


class JournalContent(NamedTuple):
    """The lines of MO's codings, and the number of batches of suggestions."""

    lines: Sequence[str]
    batches: int


def read_journal(journal: Path) -> JournalContent:
    """Return what is in a journal by now."""
    with Journal.open(journal) as opened:
        records = [entry.record for entry in opened.history()]
    own = [record.line for record in records if isinstance(record, Coding) and record.coder == "MO"]
    return JournalContent(own, sum(isinstance(record, SuggestionBatch) for record in records))


def decide(browser: Any, address: str, journal: Path, *, decisions: int) -> dict[str, Any]:
    """Decide by key, three lines a second; return how long the screen and the disk took."""
    page = open_page(browser, address, viewport=VIEWPORT)
    page.evaluate(WATCH)
    before = read_journal(journal)
    with disk_syncs(journal.parent) as synced:
        for _ in range(decisions):
            page.keyboard.press("n")
            page.wait_for_timeout(330)
        page.locator("#saved[data-state=saved]").wait_for(timeout=60_000)
    times = page.evaluate("window.times")
    page.close()
    after = read_journal(journal)
    return {
        "screen_ms": quantiles([time["screen"] for time in times]),
        "saved_ms": quantiles([time["saved"] for time in times]),
        "disk_sync_ms": quantiles(synced),
        "rows": len(after.lines) - len(before.lines),
        "lines": len(set(after.lines[len(before.lines) :])),
        "batches_learnt": after.batches - before.batches,
    }


def burst(browser: Any, address: str, journal: Path) -> dict[str, int]:
    """Press N fifty times, 30 ms apart; return how many rows were stored on how many lines."""
    page = open_page(browser, address)
    for _ in range(50):
        page.keyboard.press("n")
        page.wait_for_timeout(30)
    page.locator("#saved[data-state=saved]").wait_for(timeout=60_000)
    page.close()
    rows = read_journal(journal).lines
    return {"rows": len(rows), "lines": len(set(rows))}


def scroll(browser: Any, address: str) -> dict[str, Any]:
    """Open a study and scroll through it; return how long it took to open and how long the frames took."""
    page = browser.new_page(viewport=VIEWPORT)
    begun = time.perf_counter()
    page.goto(address)
    page.locator("article.now").wait_for()
    opened = time.perf_counter() - begun
    page.wait_for_timeout(500)
    gaps = page.evaluate(SCROLL)
    page.close()
    return {"open_s": round(opened, 2), "frame_ms": quantiles(gaps)}


def main() -> None:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=300, help="number of decisions by key (%(default)s)")
    parser.add_argument("--out", type=Path, default=RESULTS / "review_latency.json", help="where to write")
    arguments = parser.parse_args()
    results: dict[str, Any] = {"machine": machine(), "load_average_at_start": load_average()}
    with chromium() as browser:
        results["machine"]["chromium"] = browser.version
        with study_server(lines=500, interviews=1) as (address, journal):
            results["quiet"] = decide(browser, address, journal, decisions=arguments.decisions)
        with review_command() as (address, journal):
            results["while_learning"] = decide(browser, address, journal, decisions=arguments.decisions)
        results["load_average_while_learning"] = load_average()
        with study_server(lines=100) as (address, journal):
            results["burst"] = burst(browser, address, journal)
        with study_server(lines=100, delay=0.15) as (address, journal):
            results["burst_150_ms_late"] = burst(browser, address, journal)
        with study_server(lines=10_000, codes=60) as (address, _):
            results["ten_thousand_lines"] = scroll(browser, address)
    results["load_average_at_end"] = load_average()
    write_results(arguments.out, results)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
