"""A study can be read where it cannot be written: from an archive, a read-only share, a disc."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autocode.errors import JournalError
from autocode.journal import Journal
from studies import coding_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of folders, fork and SIGKILL are POSIX")

# what is typed; what is made goes elsewhere
COMMANDS = {
    "check": ("check", "study"),
    "agree": ("agree", "study", "--json"),
    "export": ("export", "study", "elsewhere/plain"),
    "report": ("-q", "report", "study", "-o", "elsewhere/report.html", "--no-validation"),
    "backup": ("-q", "backup", "study", "elsewhere/study.zip"),
    "recheck": ("-q", "recheck", "study", "--resamples", "2"),
    "saturation": ("-q", "saturation", "study", "--json"),
    "vary": ("-q", "vary", "study", "--by", "place"),
    "together": ("-q", "together", "study", "--unit", "line", "--json"),
    "samples": ("-q", "samples", "study", "--json"),
    "validate": ("-q", "validate", "study", "--seeds", "1", "--resamples", "10", "--json"),
}
MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'


def can_mount() -> bool:
    """Return whether this user may mount a folder read-only in a namespace of its own."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.fixture
def sealed(coded: Path, tmp_path: Path) -> Iterator[Path]:
    """A coded study without permission to write, and a folder elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    with_places(coded)
    with unwritable(coded):
        yield coded


def with_places(study: Path) -> None:
    """Give each participant an attribute to compare groups by."""
    names = sorted(path.stem for path in (study / "transcripts").iterdir())
    rows = "".join(f"{name},{('Hackney', 'Brent')[number % 2]}\n" for number, name in enumerate(names))
    (study / "participants.csv").write_text(f"participant,place\n{rows}")


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Take the permission to write from a folder and what is in it, for a time."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return when each file and folder last changed, and what it holds."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted([folder, *folder.rglob("*")])
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_a_study_without_permission_to_write_is_read_and_left_as_it_is(sealed, run, command):
    before = state(sealed)
    result = run(*COMMANDS[command])

    assert result.exit_code == 0, result.output
    assert state(sealed) == before
    if command == "check":
        assert "no faults. 7 interviews" in result.stdout
        assert "288 judgements by 2 coders" in result.stdout
    if command == "export":
        assert len((sealed.parent / "elsewhere/plain/codings.csv").read_text().splitlines()) > 288


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount; permissions are tested above")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_study_on_a_read_only_disk_is_read(coded, run, tmp_path, command):
    (tmp_path / "elsewhere").mkdir()
    with_places(coded)
    before = state(coded)
    typed = [sys.executable, "-m", "autocode", *COMMANDS[command]]
    ran = subprocess.run(
        ["unshare", "-m", "sh", "-c", MOUNT, "sh", str(coded), *typed],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state(coded) == before
    if command == "agree":
        assert json.loads(ran.stdout) == json.loads(run("agree", "study", "--json").stdout)


@pytest.fixture
def crashed(coded: Path) -> Path:
    """A coded study in which a program died while it stored many judgements: half of them are in the file."""
    process = os.fork()
    if process == 0:
        try:
            journal = Journal.open(coded / "study.sqlite")
            journal._connection.execute("PRAGMA cache_size = 5")  # pages, so that some are written before the end
            with journal.exclusively():
                for line in range(1000):
                    journal.append(coding_of("GP1:2", "coder_c", "forms", memo=f"{line} " * 20))
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(process, 0)
    assert (coded / "study.sqlite-journal").stat().st_size > 0
    return coded


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_judgements_that_were_half_stored_do_not_count(crashed, run):
    with unwritable(crashed):
        before = state(crashed)
        result = run("check", "study")

        assert "288 judgements by 2 coders" in result.stdout
        assert state(crashed) == before


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_judgements_that_an_earlier_autocode_left_in_its_log_are_read_too(tmp_path):
    path = tmp_path / "study.sqlite"
    shutil.copy(Path(__file__).parents[1] / "journal" / "schemas" / "v3.sqlite", path)
    process = os.fork()
    if process == 0:
        try:
            old = sqlite3.connect(path)
            old.execute("PRAGMA journal_mode = WAL")
            payload = '{"basis":"independent","coder":"coder_c","codes":["forms"],"line":"GP4:2"}'
            row = ("coding", "2026-03-02T12:00:00.000000+00:00", payload)
            old.execute("INSERT INTO entries (kind, at, payload) VALUES (?, ?, ?)", row)
            old.commit()
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(process, 0)
    (tmp_path / "study.sqlite-shm").unlink()  # as a copy of the folder may lack the file, which can be made anew

    for read_only in (True, False):
        with Journal.open(path, read_only=read_only) as journal:
            assert "coder_c" in journal.codings().coders


@pytest.mark.skipif(not can_mount(), reason="needs the right to mount; permissions are tested above")
def test_judgements_that_were_half_stored_do_not_count_on_a_read_only_disk(crashed, tmp_path):
    typed = [sys.executable, "-m", "autocode", "check", "study"]
    ran = subprocess.run(
        ["unshare", "-m", "sh", "-c", MOUNT, "sh", str(crashed), *typed],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert "288 judgements by 2 coders" in ran.stdout


def test_a_log_that_another_program_writes_meanwhile_is_not_read_half(crashed, run, monkeypatch):
    copy = shutil.copyfile

    def written_meanwhile(source: Path, target: Path) -> None:
        copy(source, target)
        os.utime(source)

    monkeypatch.setattr("autocode.journal._opening.shutil.copyfile", written_meanwhile)
    with unwritable(crashed):
        result = run("agree", "study")

        assert result.exit_code == 1
        assert result.stderr == (
            "autocode: study/study.sqlite: another program writes to the journal, and here it can only be read; try "
            "again when that has ended.\n"
        )


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_a_journal_of_an_earlier_schema_is_read_as_it_is(tmp_path, schema):
    frozen = Path(__file__).parents[1] / "journal" / "schemas" / f"{schema}.sqlite"
    path = tmp_path / "archive" / "study.sqlite"
    path.parent.mkdir()
    shutil.copy(frozen, path)
    with unwritable(path.parent):
        before = state(path.parent)
        with Journal.open(path, read_only=True) as journal:
            sealed = (journal.codings(), list(journal.history()))

        assert state(path.parent) == before
    with Journal.open(path) as journal:
        assert sealed == (journal.codings(), list(journal.history()))


def test_a_journal_that_is_read_only_says_that_nothing_can_be_added(sealed):
    with Journal.open(sealed / "study.sqlite", read_only=True) as journal, pytest.raises(JournalError) as refusal:
        journal.append(coding_of("GP4:2", "coder_c", "forms"))

    assert str(refusal.value) == (
        f"{sealed / 'study.sqlite'}: was opened for reading only, so nothing can be added; open it where it can be "
        "written."
    )


def test_a_journal_that_is_not_there_or_is_none_cannot_be_read(tmp_path):
    for name, content, why in (("a", None, "there is no journal here"), ("b", b"", "not a journal of autocode"),
                               ("c", b"Dear diary, " * 99, "not a journal of autocode")):  # fmt: skip
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(JournalError, match=why):
            Journal.open(tmp_path / name, read_only=True)
