"""How long does it take to read all lines of a code, and to search all interviews, in a large study?

    python -m evaluation.retrieval_speed [--interviews 200] [--lines 500] [--codes 200] [--times 5]

An invented study, made of invented words: by default 200 interviews of 500 lines each (100,000), of which four in five
are answers, 200 codes, and two coders who have judged every answer (160,000 judgements). Each page is asked without a
network and without a browser, first once after the pages were opened, when the journal is read, then several times.
Printed are the median on the clock and of the processor: on a busy machine, only the second says something of autocode.
"""

import argparse
import asyncio
import itertools
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from autocode.codebook import Code, Codebook
from autocode.coding import Coding, Codings
from autocode.journal import CodebookSeen, Journal
from autocode.retrieval import LineSearch, lines_with_code
from autocode.transcripts import Line, Role, Transcript, Transcripts
from autocode.web import lines_pages, make_app

CODERS = ("MO", "JB")
ENDINGS = ("", "s", "ed", "ing")


def invented_words(chance: random.Random, n: int) -> list[str]:
    syllables = [consonant + vowel for consonant in "bcdfglmnprst" for vowel in "aeiou"]
    return ["".join(chance.choices(syllables, k=chance.randint(1, 4))) + chance.choice(ENDINGS) for _ in range(n)]


def invented_interviews(chance: random.Random, words: list[str], *, n: int, n_lines: int) -> Iterator[Transcript]:
    frequencies = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))  # as Zipf found
    for number in range(n):
        name, lines, start = f"P{number:03}", [], 0
        for order in range(1, n_lines + 1):
            asks = order % 5 == 1
            text = " ".join(chance.choices(words, cum_weights=frequencies, k=12 if asks else 16)) + "?."[not asks]
            lines.append(
                Line(
                    id=f"{name}:{order}", transcript=name, order=order, speaker="INT" if asks else name,
                    role=Role.INTERVIEWER if asks else Role.PARTICIPANT, text=text, start=start, end=start + len(text),
                )
            )  # fmt: skip
            start += len(text) + 1
        attributes = {"role": ("GP", "Practice manager")[number % 2], "borough": f"Borough {number % 10}"}
        whole = "\n".join(line.text for line in lines)
        yield Transcript.from_lines(lines, name=name, text=whole, attributes=attributes)


def judgements(chance: random.Random, lines: Transcripts, codebook: Codebook) -> Iterator[Coding]:
    codes = [code.id for code in codebook.subthemes]
    for coder in CODERS:
        for line in lines.participant_lines:
            n = chance.choices([0, 1, 2], [0.4, 0.45, 0.15])[0]
            memo = "an invented memo" if chance.random() < 0.02 else ""
            yield Coding(line=line.id, coder=coder, codes=frozenset(chance.choices(codes, k=n)), memo=memo)


def timed(what: str, act: Callable[[], object], *, times: int = 1) -> None:
    clocks, processors = [], []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        act()
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
    print(f"{what}: {statistics.median(clocks):.2f} s, {statistics.median(processors):.2f} s of CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interviews", type=int, default=200, help="number of interviews (default 200)")
    parser.add_argument("--lines", type=int, default=500, help="lines of each (default 500)")
    parser.add_argument("--codes", type=int, default=200, help="number of codes, in themes of ten (default 200)")
    parser.add_argument("--times", type=int, default=5, help="how often each is timed (default 5)")
    asked = parser.parse_args()
    chance = random.Random(1)
    words = invented_words(chance, 8000)
    lines = Transcripts(invented_interviews(chance, words, n=asked.interviews, n_lines=asked.lines))
    codebook = Codebook(
        code
        for theme in range(-(-asked.codes // 10))
        for code in (
            Code(id=f"theme-{theme}", name=f"Theme {theme}", codable=False),
            *(Code(id=f"code-{n}", name=f"Code {n}", parent=f"theme-{theme}")
              for n in range(10 * theme, min(10 * theme + 10, asked.codes))),
        )
    )  # fmt: skip
    codings = Codings(judgements(chance, lines, codebook))
    word = words[40]
    print(f"{lines!r}, {len(codebook.subthemes)} codes, {codings!r}; load {os.getloadavg()[0]:.1f}")
    timed(
        "lines_with_code, one code", lambda: lines_with_code(codings, lines, codebook, code="code-0"), times=asked.times
    )
    timed(
        "lines_with_code, a theme", lambda: lines_with_code(codings, lines, codebook, code="theme-0"), times=asked.times
    )
    timed("LineSearch, to prepare the words", lambda: LineSearch(lines), times=asked.times)
    search = LineSearch(lines)
    timed("LineSearch.find", lambda: search.find(word), times=asked.times)
    with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "study.sqlite") as journal:
        journal.append(CodebookSeen(codebook=codebook), codings)
        pages = lines_pages(journal, lines=lines, codebook=codebook, coders=CODERS)
        app = make_app(pages, tokens={"MO": "0" * 48}, port=8765)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765", cookies={"autocode-8765": "0" * 48}
        )
        with asyncio.Runner() as runner:

            def get(path: str) -> None:
                runner.run(client.get(path)).raise_for_status()

            timed("the first page, when the journal is read", lambda: get("/codes"))
            for path in ("/codes", "/codes/code-0", "/codes/theme-0", "/codes/theme-0?all=1", "/memos"):
                timed(path, lambda path=path: get(path), times=asked.times)
            timed("/search, the first time", lambda: get(f"/search?q={word}"))
            timed("/search", lambda: get(f"/search?q={word}"), times=asked.times)
            timed("/work, the first time", lambda: get("/work"))
            timed("/work", lambda: get("/work"), times=asked.times)

            def judge_and_get() -> None:
                journal.append(Coding(line=lines.participant_lines[0].id, coder="MO", codes=frozenset(["code-0"])))
                get("/codes/code-0")

            timed("/codes/code-0 after another judgement", judge_and_get, times=asked.times)


if __name__ == "__main__":
    main()
