"""How long does an adjudicator wait for the page of differences when coders differ on ten thousand lines?

    python -m evaluation.differences_latency

Writes `results/differences_latency.json`. Headless Chromium (from Debian; CHROMIUM names another) uses the real server
in a process of its own: two invented coders differ on each of 10,000 lines, with 60 codes; once as 50 interviews of 200
lines and once as a single interview. *Opened* is the time from the address to the present line on the screen, first in
a server that has just started and then again; *screen* is the time from a key to the end of the next frame, over
decisions and moves.
"""

import argparse
import json
import multiprocessing
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
from evaluation._browser import chromium, load_average, machine, quantiles
from evaluation._results import RESULTS, write_results

LINES, CODES, KEYS = 10_000, 60, "1jn3k2j" * 20
# Lines of an interview: 50 interviews, or a single one.
INTERVIEWS = (200, LINES)
TEXT = "Parking there is a day's work, number {n}, and nobody knew where the meeting was."
WATCH = """() => {
    window.times = [];
    addEventListener("keydown", () => {
        const pressed = performance.now();
        requestAnimationFrame(() => { const channel = new MessageChannel();
            channel.port1.onmessage = () => window.times.push(performance.now() - pressed);
            channel.port2.postMessage(0); });
    }, true);
}"""


def interviews(n_lines: int) -> Iterator[Transcript]:
    """Yield interviews of `n_lines` lines each, with `LINES` lines in all."""
    for number in range(1, LINES // n_lines + 1):
        name = TranscriptId(f"GP{number}")
        lines = [
            Line(
                id=LineId(f"{name}:{n}"),
                transcript=name,
                order=n,
                speaker=name,
                role=Role.PARTICIPANT,
                text=TEXT.format(n=n),
                start=0,
                end=len(TEXT.format(n=n)),
            )
            for n in range(1, n_lines + 1)
        ]
        yield Transcript(id=name, text="", lines=tuple(lines), digest="0", attributes={"role": "GP"})


def serve_differences(folder: str, n_lines: int, address: Connection) -> None:
    """Serve a study in which MO and JB differ on every line, and send its address."""
    from autocode.web import adjudication_page, serve

    lines = Transcripts(interviews(n_lines))
    codebook = Codebook(
        [
            Code(id=CodeId("t"), name="Theme", codable=False),
            *(Code(id=CodeId(f"c{n}"), name=f"Subtheme {n}", parent=CodeId("t")) for n in range(CODES)),
        ]
    )
    coders = (CoderId("MO"), CoderId("JB"))
    with Journal.open(Path(folder) / "study.sqlite") as journal:
        journal.append(
            *(
                Coding(line=line.id, coder=coder, codes=frozenset([CodeId(f"c{(n + shift) % CODES}")]))
                for n, line in enumerate(lines)
                for shift, coder in enumerate(coders)
            )
        )
        page = adjudication_page(
            journal, lines=lines, codebook=codebook, adjudicators={CoderId("TW")}, coders=coders, study="invented"
        )
        serve([page], coders=[CoderId("TW")], port=0, open_browser=False, announce=address.send)


def measure(browser: Any, n_lines: int) -> dict[str, Any]:
    """Open the page twice and press keys on it; return how long both took."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = context.Process(target=serve_differences, args=(folder, n_lines, sender), daemon=True)
        server.start()
        address = receiver.recv()
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
        "interviews": LINES // n_lines,
        "opened_first_s": opened[0],
        "opened_again_s": opened[1],
        "screen_ms": quantiles(times),
        "elements": elements,
    }


def main() -> None:
    """Measure both studies and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESULTS / "differences_latency.json", help="where to write")
    arguments = parser.parse_args()
    results: dict[str, Any] = {
        "lines": LINES,
        "codes": CODES,
        "machine": machine(),
        "load_average_at_start": load_average(),
    }
    with chromium() as browser:
        results["machine"]["chromium"] = browser.version
        results["studies"] = [measure(browser, n_lines) for n_lines in INTERVIEWS]
    results["load_average_at_end"] = load_average()
    write_results(arguments.out, results)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
