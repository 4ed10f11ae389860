"""How long does a study of 10,000 lines take to show what a change of its codebook would do?

    python -m evaluation.codebook_plan [--lines 10000] [--coders 3] [--codes 12] [--repeats 5]

A study is invented: interviews of 200 lines, themes of four codes each, and coders who agree on most lines. It is read
from its folder, which is timed once (`read`). For each kind of change, the plan is made from the study as it was read,
as the pages do, and written out: `plan.KIND` is the median of the repeats in seconds, on the clock and of the
processor; `plan.slowest` is the longest on the clock. The exit code is 1 if that is not below one second.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import autocode as ac
from autocode.codebook import (
    Added,
    Change,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Retirement,
    Split,
    write_codebook,
)
from autocode.study import create_study, open_journal, plan_change, unrecorded_codebook, unrecorded_digests

SIGNED = {"before": "1", "after": "2", "by": "TW", "why": "to see how long the plan takes"}
LINES_OF_AN_INTERVIEW = 200
MOST_SECONDS = 1.0


def invent_study(folder: Path, n_lines: int, n_coders: int, n_codes: int, *, seed: int = 0) -> None:
    """Write a study in which every coder has read every line; a sixth of the lines has no code."""
    chance = random.Random(seed)
    create_study(folder)
    write_codebook(invented_codebook(n_codes), folder / "codebook.toml", force=True)
    for first in range(0, n_lines, LINES_OF_AN_INTERVIEW):
        name = f"P{first // LINES_OF_AN_INTERVIEW:03}"
        words = (
            f"{name}: An invented line, number {n}.\n"
            for n in range(first, min(first + LINES_OF_AN_INTERVIEW, n_lines))
        )
        (folder / "transcripts" / f"{name}.txt").write_text("".join(words), encoding="utf-8")
    study = ac.read_study(folder)
    ids = [code.id for code in study.codebook.subthemes]
    codings = []
    for line in study.lines.participant_lines:
        codes = frozenset(chance.sample(ids, chance.choice((0, 1, 1, 1, 2, 2))))
        for coder in range(n_coders):
            read = codes if chance.random() < 0.8 else frozenset(chance.sample(ids, chance.choice((0, 1, 2))))
            codings.append(ac.Coding(line=line.id, coder=f"P{coder + 1}", codes=read))
    with open_journal(folder) as journal:
        journal.append(
            *unrecorded_digests(journal, study.lines), *unrecorded_codebook(journal, study.codebook), *codings
        )


def invented_codebook(n_codes: int) -> ac.Codebook:
    """Return a codebook of themes with four codes each."""
    codes: list[ac.Code] = []
    for number in range(n_codes):
        if number % 4 == 0:
            codes.append(ac.Code(id=f"theme-{number // 4}", name=f"Theme {number // 4}", codable=False))
        codes.append(ac.Code(id=f"code-{number}", name=f"Code {number}", parent=f"theme-{number // 4}"))
    return ac.Codebook(codes)


def changes(codebook: ac.Codebook) -> dict[str, Change]:
    """Return a change of each kind."""
    first, second = (code.id for code in codebook.subthemes[:2])
    parts = tuple(ac.Code(id=f"part-{n}", name=f"Part {n}", parent="theme-0") for n in (1, 2))
    theme = ac.Code(id="top", name="Top", codable=False)
    return {
        "add": Added(code=ac.Code(id="new", name="New", parent="theme-0"), **SIGNED),
        "rename": Renamed(code=first, name="Another name", **SIGNED),
        "move": Moved(code=first, parent="theme-1", **SIGNED),
        "group": Grouped(theme=theme, codes=("theme-0", "theme-1"), **SIGNED),
        "redefine": Redefined(code=first, kind=Redefinition.CHANGED, definition="Another one.", **SIGNED),
        "merge": Merged(codes=(second,), into=first, **SIGNED),
        "split": Split(code=first, parts=parts, **SIGNED),
        "retire": Retired(code=first, how=Retirement.READ_AGAIN, **SIGNED),
    }


def seconds_for(study: ac.StudyData, change: Change, *, repeats: int) -> tuple[float, float]:
    """Return the median time that a plan takes until it is written out: on the clock, and of the processor."""
    clock, processor = [], []
    for _ in range(repeats):
        begun, begun_processor = time.perf_counter(), time.process_time()
        str(plan_change(study, change))
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - begun_processor)
    return statistics.median(clock), statistics.median(processor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the time of the plan of each kind of change, and return 1 if one is not below a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("lines", 10_000), ("coders", 3), ("codes", 12), ("repeats", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        invent_study(Path(folder), chosen.lines, chosen.coders, chosen.codes)
        begun = time.perf_counter()
        study = ac.read_study(folder)
        print(f"read = {time.perf_counter() - begun:.3f}")
    print(f"{len(study.lines.participant_lines)} lines, {len(study.codings)} readings", file=sys.stderr)
    slowest = 0.0
    for kind, change in changes(study.codebook).items():
        clock, processor = seconds_for(study, change, repeats=chosen.repeats)
        slowest = max(slowest, clock)
        print(f"plan.{kind} = {clock:.3f}, of the processor {processor:.3f}")
    print(f"plan.slowest = {slowest:.3f}")
    return 0 if slowest < MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
