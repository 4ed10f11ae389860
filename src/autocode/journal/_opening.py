"""How the file of a journal is opened: for writing, or as a copy in memory where it cannot be written."""

import random
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from autocode.errors import JournalError
from autocode.files import create_empty
from autocode.journal._head import Head, head_path, read_head
from autocode.journal._schema import APPLICATION_ID, MIGRATIONS, migrate, schema_of

_PATIENCE = 30.0  # seconds to wait for another process to finish its append, which takes milliseconds on a sound disk

_ATTEMPTS = 5  # copies tried while another program writes
_LOGS = ("-wal", "-journal")  # what SQLite keeps beside a file until it is written into it

_REMEDIES = {
    "SQLITE_FULL": "the disk is full, and nothing of this step was written; make room on it and do the step again.",
    "SQLITE_READONLY_DBMOVED": "the journal was moved, deleted or replaced while it was open, and nothing of this step "
    "was written; start autocode again.",
    "SQLITE_READONLY": "the journal cannot be written, because the file or its folder is read-only; "
    "allow writing there or copy the study to a folder of your own.",
    "SQLITE_CANTOPEN": "the journal cannot be opened for writing; "
    "check that its folder exists and that you may write in it, or copy the study to a folder of your own.",
    "SQLITE_BUSY": "another program keeps the journal locked; close whatever has it open and try again.",
    "SQLITE_NOTADB": "this is not a journal of autocode (not an SQLite file); "
    "name the right file, or move this one away to begin a new journal.",
    "SQLITE_CORRUPT": "the journal is damaged; put back the latest copy of it.",
    "SQLITE_IOERR": "the disk failed, and nothing of this step was written; check that it is attached and has room.",
}
_NO_LOCKS = (
    "files in this folder cannot be locked, as on some network drives, so two programs could write at once; "
    "copy the study to a disk of this machine and work there."
)


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into a `JournalError` that says what to do."""
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite hands over a damaged name or text as it is
        raise JournalError.at(path, _REMEDIES["SQLITE_CORRUPT"]) from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY") and not _locks_work(path.parent):
            raise JournalError.at(path, _NO_LOCKS) from error
        for known, remedy in _REMEDIES.items():
            if name.startswith(known):
                raise JournalError.at(path, remedy) from error
        raise JournalError.at(path, f"the journal cannot be used: {str(error).rstrip('.')}.") from error


def _locks_work(folder: Path) -> bool:
    """Return whether files in a folder can be locked; where they cannot, SQLite waits as if others held the lock."""
    try:
        import fcntl
    except ImportError:  # Windows, where locks come with the file system
        return True
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock; commit on leaving, or roll back on an error. Within another transaction, be part of it."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself if, for example, the disk is full
            connection.execute("ROLLBACK")
        with suppress(sqlite3.Error):  # after a failure of the disk, SQLite restores the file at the next reading
            connection.execute("SELECT count(*) FROM sqlite_master")
        raise


def is_journal(path: Path) -> bool:
    """
    Return whether a file is a journal of autocode, by the mark that each has.

    Parameters
    ----------
    path : Path
        Any path.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            begin = file.read(72)
    except OSError:
        return False
    return begin.startswith(b"SQLite format 3\0") and begin[68:] == APPLICATION_ID.to_bytes(4, "big")


def refuse_absent(path: Path, *, create: bool) -> None:
    """Raise a `JournalError` if there is no journal in a place where one was, or is to be."""
    head = read_head(path)
    if path.is_symlink() and not path.exists():
        raise JournalError.at(
            path, f"is a link to {path.readlink()}, where there is no journal; put it there, or correct the link."
        )
    if not path.exists():
        if head is not None and head.seq:
            raise JournalError.at(path, f"the journal is missing: {_recover(head, path)}")
        if not create:
            raise JournalError.at(path, "there is no journal here; check the name of the study.")
        return
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise JournalError.at(path, "this is not a file, so it cannot be a journal; name the right file.")
    if not found.st_size and head is not None and head.seq and not _has_wal(path):
        raise JournalError.at(path, f"the journal was emptied: {_recover(head, path)}")


def _has_wal(path: Path) -> bool:
    """Return whether a journal of an older autocode may still lie in its write-ahead log."""
    return path.with_name(f"{path.name}-wal").exists()


def _recover(head: Head, path: Path) -> str:
    return (
        f"it had at least {head.seq} entries. Put back the latest copy of it; to begin a new journal without them, "
        f"delete {head_path(path).name} too."
    )


def connected(path: Path, *, create: bool) -> sqlite3.Connection:
    """Return an open journal file, migrated to the present schema, of which every commit is durable and in the file."""
    patience_ends = time.monotonic() + _PATIENCE
    while True:
        if create:
            create_empty(path)
        with translated_errors(path):
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            with translated_errors(path):
                connection.execute("PRAGMA synchronous = FULL")
                # without it, a sync on macOS returns before the data are on the disk
                connection.execute("PRAGMA fullfsync = ON")
                connection.execute("PRAGMA secure_delete = ON")  # what is erased leaves no trace in free pages
                _migrate(connection, path, create=create)
                if _left_wal(connection) or time.monotonic() > patience_ends:
                    return connection
        except BaseException:
            connection.close()
            raise
        # several processes that open a journal of an older autocode at once keep each other from it until all but one
        # have closed it; one that keeps it open stays in the mode that it began in
        connection.close()
        time.sleep(random.uniform(0.01, 0.2))


def _left_wal(connection: sqlite3.Connection) -> bool:
    """
    Keep what is written in the file itself, with a rollback journal that is emptied after every commit.

    In a write-ahead log, a copy of the file lacks the latest entries, and a file put in its place takes up the old log.
    """
    try:
        return bool(connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone() == ("truncate",))
    except sqlite3.OperationalError:  # another process has the file open in the other mode
        return False


def snapshot(path: Path) -> sqlite3.Connection:
    """
    Return a journal file as it is now, copied into memory and migrated there; nothing is written beside the file.

    What a program that died left in the write-ahead log belongs to the journal and is read too.
    """
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with translated_errors(path):
            _copy_unchanged(path, memory)
            _migrate(memory, path, create=False)
    except OSError as error:
        memory.close()
        raise JournalError.at(path, f"cannot be read ({error.strerror}); check that you may open it.") from error
    except BaseException:
        memory.close()
        raise
    return memory


def _copy_unchanged(path: Path, memory: sqlite3.Connection) -> None:
    """Copy a journal that nobody writes to meanwhile, as far as that can be seen from here."""
    file = path.resolve()  # what SQLite keeps beside a file is beside the file that a link stands for
    for _ in range(_ATTEMPTS):
        before = _states(file)
        _copy(file, memory, before)
        if _states(file) == before:
            return
    raise JournalError.at(
        path, "another program writes to the journal, and here it can only be read; try again when that has ended."
    )


def _states(path: Path) -> dict[Path, tuple[int, int]]:
    """Return size and time of the file and of those beside it that hold a part of it."""
    states = {path: path.stat()}
    for suffix in _LOGS:
        beside = path.with_name(path.name + suffix)
        if beside.exists() and beside.stat().st_size:
            states[beside] = beside.stat()
    return {file: (state.st_size, state.st_mtime_ns) for file, state in states.items()}


def _copy(path: Path, memory: sqlite3.Connection, files: dict[Path, tuple[int, int]]) -> None:
    if len(files) == 1:  # all that was written is in the file, so SQLite needs no lock and no file beside it
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as source:
            source.backup(memory)
        return
    # SQLite cannot join a log to its file without writing beside them, so it does so in a folder of our own
    with TemporaryDirectory(prefix="autocode-") as folder:
        for file in files:
            shutil.copyfile(file, Path(folder) / file.name)
        with closing(sqlite3.connect(Path(folder) / path.name)) as source:
            source.backup(memory)


def _migrate(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Migrate the file to the present schema; raises `JournalError` if its tables are not those of the schema."""
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("BEGIN")  # one consistent view, as another process may be making the tables
    try:
        version = _version(connection, path, create=create)
    finally:
        connection.execute("ROLLBACK")
    if version < len(MIGRATIONS):
        try:
            with transaction(connection):
                # another process may have migrated the file meanwhile
                migrate(connection, after=_version(connection, path, create=create))
        except ValueError as error:
            raise JournalError.at(path, f"{error}; put back the latest copy of the journal.") from error
    if schema_of(connection) != _present_schema():
        raise JournalError.at(
            path,
            "the tables and triggers of the journal are not as autocode made them; put back the latest copy of it.",
        )


@cache
def _present_schema() -> list[tuple[str, str, str | None]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh, after=0)
        return schema_of(fresh)


def _version(connection: sqlite3.Connection, path: Path, *, create: bool) -> int:
    """Return the schema of the file, 0 for an empty file; raises `JournalError` for other files and newer schemas."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (tables or version or not create):
        raise JournalError.at(
            path,
            "this file is not a journal of autocode; "
            "name the right file, or move this one away to begin a new journal.",
        )
    if version > len(MIGRATIONS):
        raise JournalError.at(
            path,
            f"this journal was written by a newer autocode (schema {version}; this one knows {len(MIGRATIONS)}); "
            "update autocode to open it.",
        )
    return int(version)
