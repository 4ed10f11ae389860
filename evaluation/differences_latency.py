"""How long an adjudicator waits for the page of differences when coders differ on ten thousand lines.

    python -m evaluation.differences_latency

Writes `results/differences_latency.json`. Drives headless Chromium (from Debian; CHROMIUM names another) against the
real server in a process of its own: two invented coders who differ on each of 10,000 lines, 60 codes; once as 50
interviews of 200 lines and once as a single one. *Opened* is from the address to the present line on the screen, first
in a server that has just begun and then again; *screen* is from a key to the end of the frame that follows, over
rulings and moves.
"""

import argparse
import json
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import CoderId, Coding
from autocode.journal import Journal
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts
from evaluation.review_latency import ARGS, quantiles

HERE = Path(__file__).parent
LINES, CODES, KEYS = 10_000, 60, "1jn3k2j" * 20
MADE_UP = "Parking there is a day's work, number {n}, and nobody told us where the meeting was to be held."
WATCH = """() => {
    window.times = [];
    addEventListener("keydown", () => {
        const pressed = performance.now();
        requestAnimationFrame(() => { const c = new MessageChannel();
            c.port1.onmessage = () => window.times.push(performance.now() - pressed); c.port2.postMessage(0); });
    }, true);
}"""


def interviews(each: int) -> Iterator[Transcript]:
    """Yield interviews of so many lines each, with `LINES` lines in all."""
    for number in range(1, LINES // each + 1):
        name = TranscriptId(f"GP{number}")
        told = [
            Line(
                id=LineId(f"{name}:{n}"),
                transcript=name,
                order=n,
                speaker=name,
                role=Role.PARTICIPANT,
                text=MADE_UP.format(n=n),
                start=0,
                end=len(MADE_UP.format(n=n)),
            )
            for n in range(1, each + 1)
        ]
        yield Transcript(id=name, text="", lines=tuple(told), digest="0", attributes={"role": "GP"})


def serve_differences(folder: str, each: int, told: Connection) -> None:
    """Serve a study on every line of which MO and JB differ, and tell the address."""
    from autocode.web import adjudication_page, serve

    lines = Transcripts(interviews(each))
    book = Codebook(
        [
            Code(id=CodeId("t"), name="Theme", codable=False),
            *(Code(id=CodeId(f"c{n}"), name=f"Subtheme {n}", parent=CodeId("t")) for n in range(CODES)),
        ]
    )
    coders = (CoderId("MO"), CoderId("JB"))
    with Journal.open(Path(folder) / "study.sqlite") as journal:
        journal.append(
            *(
                Coding(line=line.id, coder=coder, codes=frozenset([CodeId(f"c{(n + other) % CODES}")]))
                for n, line in enumerate(lines)
                for other, coder in enumerate(coders)
            )
        )
        page = adjudication_page(
            journal, lines=lines, codebook=book, adjudicators={CoderId("TW")}, coders=coders, study="invented"
        )
        serve([page], coders=[CoderId("TW")], port=0, open_browser=False, announce=told.send)


def wait(browser: Any, each: int) -> dict[str, Any]:
    """Open the page twice, press keys on it, and tell how long both took."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = context.Process(target=serve_differences, args=(folder, each, theirs), daemon=True)
        server.start()
        address = ours.recv()
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        opened = []
        for _ in range(2):
            begun = time.perf_counter()
            page.goto(address)
            page.locator(".row.now .words").wait_for()
            opened.append(round(time.perf_counter() - begun, 2))
        page.evaluate(WATCH)
        for key in KEYS:
            page.keyboard.press(key)
            page.wait_for_timeout(200)
        page.wait_for_timeout(500)
        times, elements = page.evaluate("[window.times, document.querySelectorAll('*').length]")
        page.close()
        server.kill()
        server.join()
    return {
        "interviews": LINES // each,
        "opened_first_s": opened[0],
        "opened_again_s": opened[1],
        "screen_ms": quantiles(times),
        "elements": elements,
    }


def main() -> None:
    """Measure both studies and write it down."""
    parser = argparse.ArgumentParser(description="How long an adjudicator waits for the page of differences.")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "differences_latency.json")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {
        "lines": LINES,
        "codes": CODES,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "nice": os.nice(0)},
        "load_average_at_start": [round(one, 2) for one in os.getloadavg()],
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGS)
        found["machine"]["chromium"] = browser.version
        found["studies"] = [wait(browser, each) for each in (200, LINES)]
        browser.close()
    found["load_average_at_end"] = [round(one, 2) for one in os.getloadavg()]
    written = given.out.with_suffix(".part")
    written.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    written.replace(given.out)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
