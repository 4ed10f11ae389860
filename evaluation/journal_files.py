"""Does a journal lose anything without a word when people and sync programs copy, replace or delete its file?

    python -m evaluation.journal_files [--times 40] [--flips 1500]

A writer appends codings and notes each one that was acknowledged. Its file is copied, replaced, overwritten, truncated,
deleted or linked before it is opened, between two appends, or while another process appends. Then the journal is
opened again: everything acknowledged must be there, or an error must have said that it is not, to the writer or now;
what an error says was saved must be in the file that it names. Then single bits of a journal are flipped: the codings
must be the same, or an error must be raised. The exit code is 1 if anything was lost without a word. It needs POSIX.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from autocode.coding import CoderId, Coding, Codings
from autocode.errors import AutocodeError
from autocode.journal import Entry, Journal, Undo
from autocode.transcripts import LineId

MOMENTS = ("before", "between", "during")


def coding(n: int, *, coder: str = "MO") -> Coding:
    return Coding(line=LineId(f"GP1:{n}"), coder=CoderId(coder), codes=frozenset({"logistics"}), memo="short of staff")


class Writer:
    """Somebody who codes, in this process or in another, and what was acknowledged to them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acknowledged: set[str] = set()
        self.was_refused = False
        self._n = 0

    def append(self, times: int) -> None:
        """Open the journal, append and close it."""
        try:
            with Journal.open(self.path) as journal:
                self.append_to(journal, times)
        except AutocodeError:
            self.was_refused = True

    def append_to(self, journal: Journal, times: int) -> None:
        for _ in range(times):
            self._n += 1
            journal.append(coding(self._n))
            self.acknowledged.add(f"GP1:{self._n}")

    def append_elsewhere(self, meanwhile: Callable[[], None], *, wait: float) -> None:
        """Let another process append, do something meanwhile, and kill the process if nothing has stopped it."""
        reading_end, writing_end = os.pipe()
        pid = os.fork()
        if not pid:
            self._append_until_killed(writing_end)
        os.close(writing_end)
        time.sleep(wait)
        meanwhile()
        time.sleep(wait)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with os.fdopen(reading_end) as lines:
            for line in lines.read().splitlines():
                self.was_refused |= line == "refused"
                self.acknowledged |= {line} - {"refused"}

    def _append_until_killed(self, writing_end: int) -> None:
        try:
            with Journal.open(self.path) as journal:
                for n in range(self._n + 1, 100_000):
                    journal.append(coding(n))
                    os.write(writing_end, f"GP1:{n}\n".encode())
        except AutocodeError:
            os.write(writing_end, b"refused\n")
        finally:
            os._exit(0)


def older(path: Path) -> Path:
    return path.with_name("older copy")


def colleagues(path: Path) -> Path:
    """Return a copy of the journal in which a colleague has gone on."""
    folder = Path(tempfile.mkdtemp(dir=path.parent))
    copy = folder / path.name
    shutil.copyfile(older(path), copy)
    with Journal.open(copy) as journal:
        journal.append(Codings(coding(n, coder="JB") for n in range(1000, 1005)))
    return copy


def another(path: Path) -> Path:
    copy = Path(tempfile.mkdtemp(dir=path.parent)) / path.name
    with Journal.open(copy) as journal:
        journal.append(coding(1, coder="JB"))
    return copy


def truncate(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def move_and_link(path: Path, chance: random.Random) -> None:
    target = path.with_name("elsewhere.sqlite")
    path.replace(target)
    path.symlink_to(target)


def dangle(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere.sqlite"))


def loop(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.symlink_to(path)


ACTS: dict[str, Callable[[Path, random.Random], object]] = {
    "replaced by an older copy": lambda path, _: older(path).replace(path),
    "replaced by a colleague's copy": lambda path, _: colleagues(path).replace(path),
    "replaced by another journal": lambda path, _: another(path).replace(path),
    "overwritten by an older copy": lambda path, _: path.write_bytes(older(path).read_bytes()),
    "overwritten by a colleague's copy": lambda path, _: path.write_bytes(colleagues(path).read_bytes()),
    "emptied": lambda path, _: os.truncate(path, 0),
    "truncated": truncate,
    "deleted": lambda path, _: path.unlink(),
    "moved and linked": move_and_link,
    "a link to nowhere": dangle,
    "a link to itself": loop,
    "a second, hard link": lambda path, _: os.link(path, path.with_name("second.sqlite")),
}
COPIES = {"copied alone": False, "copied with what lies beside it": True}


def lines_in(path: Path) -> set[str]:
    with Journal.open(path) as journal:
        return {coding.line for coding in journal.codings()}


def outcome(path: Path, writer: Writer) -> str:
    """Return whether all that was acknowledged is there, it was said that it is not, or neither."""
    rescued = [lines_in(copy) for copy in path.parent.glob("*.rescued-*.sqlite")]
    if writer.was_refused and rescued and not any(writer.acknowledged <= lines for lines in rescued):
        return "lost"
    try:
        found = lines_in(path)
    except AutocodeError:
        return "said"
    return "whole" if writer.acknowledged <= found else "said" if writer.was_refused else "lost"


def try_act(act: str, moment: str, seed: int) -> str:
    """Do something to the file of a journal at a moment, and return the outcome."""
    chance = random.Random(f"{act} {moment} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.sqlite"
        writer = Writer(path)
        writer.append(chance.randint(1, 4))
        shutil.copyfile(path, older(path))
        writer.append(chance.randint(1, 4))
        if moment == "before":
            ACTS[act](path, chance)
            writer.append(2)
        elif moment == "during":
            writer.append_elsewhere(lambda: ACTS[act](path, chance), wait=chance.uniform(0.01, 0.1))
        else:
            try:
                with Journal.open(path) as journal:
                    writer.append_to(journal, 2)
                    ACTS[act](path, chance)
                    writer.append_to(journal, 2)
            except AutocodeError:
                writer.was_refused = True
        return outcome(path, writer)


def try_copy(copy: str, moment: str, seed: int) -> str:
    """Copy the file of a journal at a moment, and return what became in the copy of what was acknowledged by then."""
    chance = random.Random(f"{copy} {moment} {seed}")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        path, copied = Path(folder) / "study.sqlite", Path(other) / "study.sqlite"
        writer = Writer(path)

        def do() -> None:
            beside = [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")] * COPIES[copy]
            for file in (path, *(file for file in beside if file.exists())):
                shutil.copyfile(file, copied.with_name(file.name))

        writer.append(chance.randint(1, 400))
        known = Writer(copied)
        if moment == "during":
            known.acknowledged = set(writer.acknowledged)
            writer.append_elsewhere(do, wait=chance.uniform(0.0, 0.1))
        elif moment == "between":
            with Journal.open(path) as journal:
                writer.append_to(journal, chance.randint(1, 40))
                known.acknowledged = set(writer.acknowledged)
                do()
        else:
            known.acknowledged = set(writer.acknowledged)
            do()
        return outcome(copied, known)


def content_of(path: Path) -> tuple[set[Coding], list[Entry]]:
    with Journal.open(path, create=False) as journal:
        return set(journal.codings()), list(journal.history())


def try_flips(n: int, *, seed: int = 7) -> Counter[str]:
    """Flip one bit at a time anywhere in a journal, and count what its reader gets."""
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path, flipped = Path(folder) / "study.sqlite", Path(folder) / "flipped.sqlite"
        with Journal.open(path) as journal:
            for line in range(120):
                journal.append(coding(line, coder=("MO", "JB")[line % 2]), gesture=f"g{line}")
                if line % 10 == 9:
                    journal.append(Undo(entry=journal.last, coder=CoderId("JB")))
        whole, data = content_of(path), path.read_bytes()
        for _ in range(n):
            place = chance.randrange(8 * len(data))
            changed = bytearray(data)
            changed[place // 8] ^= 1 << place % 8
            flipped.write_bytes(changed)
            try:
                found["harmless" if content_of(flipped) == whole else "lost"] += 1
            except AutocodeError:
                found["said"] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=40, help="how often each act is done at each moment (default 40)")
    parser.add_argument("--flips", type=int, default=1500, help="how many bits are flipped (default 1500)")
    arguments = parser.parse_args()
    lost = 0
    for names, attempt in ((ACTS, try_act), (COPIES, try_copy)):
        for name in names:
            for moment in MOMENTS:
                found = Counter(attempt(name, moment, seed) for seed in range(arguments.times))
                lost += found["lost"]
                print(f"{name}, {moment}: {found['whole']} whole, {found['said']} said, {found['lost']} lost unsaid")
    flips = try_flips(arguments.flips)
    lost += flips["lost"]
    print(f"one bit flipped: {flips['said']} said, {flips['harmless']} harmless, {flips['lost']} other codings unsaid")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
