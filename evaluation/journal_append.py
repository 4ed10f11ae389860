"""How long does one act wait for the disk, and what do links, checks and the rollback journal cost?

    python -m evaluation.journal_append [--times 200] [--folder .]

Prints the median time and the CPU time of one append: of three rows to a bare SQLite file in each journal mode, in turn
so that a busy disk slows all of them, and of one coding to an empty journal and to one with 30,000 codings; then the
CPU time of appending, opening and reading those 30,000. Compare ratios only: times differ between disks.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from autocode.coding import CoderId, Coding, Codings
from autocode.journal import Journal
from autocode.transcripts import LineId

MODES = ("WAL", "WAL and a checkpoint", "TRUNCATE", "PERSIST", "DELETE")


def coding(n: int, *, coder: str = "MO") -> Coding:
    return Coding(line=LineId(f"GP{n % 25}:{n}"), coder=CoderId(coder), codes=frozenset({"logistics", "contact"}))


def bare(connection: sqlite3.Connection, mode: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        connection.execute("INSERT INTO entries (payload) VALUES (?)", ("x" * 140,))
    connection.execute("COMMIT")
    if mode.endswith("checkpoint"):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def timed(act: Callable[..., object], *arguments: object, **named: object) -> tuple[float, float]:
    """Return the milliseconds that a call takes, on the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    act(*arguments, **named)
    return 1e3 * (time.perf_counter() - clock), 1e3 * (time.process_time() - processor)


def print_medians(times: dict[str, list[tuple[float, float]]]) -> None:
    for name, measured in times.items():
        clock, processor = (statistics.median(values) for values in zip(*measured, strict=True))
        print(f"{name}: {clock:.2f} ms, {processor:.2f} ms of CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200, help="how many appends of each kind are timed (default 200)")
    parser.add_argument("--folder", type=Path, default=Path(), help="a folder on the disk to measure (default .)")
    arguments = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        folder = Path(made)
        connections = {}
        for mode in MODES:
            connection = connections[mode] = sqlite3.connect(folder / f"{mode}.sqlite", isolation_level=None)
            connection.execute(f"PRAGMA journal_mode = {mode.split()[0]}")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, payload TEXT)")
        with Journal.open(folder / "empty.sqlite") as empty, Journal.open(folder / "large.sqlite") as large:
            codings = Codings(coding(n, coder=coder) for n in range(10_000) for coder in ("MO", "JB", "KL"))
            _, appended = timed(large.append, codings)
            for n in range(arguments.times):
                for mode, connection in connections.items():
                    times[f"three rows, {mode}"].append(timed(bare, connection, mode))
                times["one coding to an empty journal"].append(timed(empty.append, coding(n), gesture=f"g{n}"))
                times["one coding to 30,000"].append(timed(large.append, coding(n), gesture=f"g{n}"))
        for connection in connections.values():
            with closing(connection):
                pass
        print_medians(times)
        with Journal.open(folder / "large.sqlite") as large:
            _, followed = timed(lambda: large.last)
            _, read = timed(large.codings)
        print(f"30,000 codings: append {appended:.0f} ms of CPU, follow all links {followed:.0f}, read {read:.0f}")


if __name__ == "__main__":
    main()
