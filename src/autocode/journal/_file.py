"""The SQLite file of a journal: opened, known to be the same file at every step, and whole whenever nobody writes."""

import secrets
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Self

from autocode.errors import JournalError
from autocode.journal._head import Head, head_path, read_head
from autocode.journal._schema import APPLICATION_ID, MIGRATIONS, migrate, schema_of

_PATIENCE = 30.0  # seconds to wait for another process to finish its append, which takes milliseconds on a sound disk

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


class JournalFile:
    """
    The open SQLite file of a journal.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open database.
    path : Path
        Its file.
    """

    def __init__(self, connection: sqlite3.Connection, *, path: Path) -> None:
        self.path = path
        self.connection = connection
        self._absolute = path.absolute()  # a program may change its folder while the file is open
        self._identity = _identity_of(self._absolute)
        self._lost = False

    @classmethod
    def open(cls, path: Path, *, create: bool) -> Self:
        """
        Return the journal in a file, brought to the present schema.

        Parameters
        ----------
        path : Path
            The file.
        create : bool
            Whether to make the file if it does not exist, and was not there before.

        Raises
        ------
        JournalError
            As `Journal.open` does.
        """
        _refuse_absent(path, create=create)
        with translated_errors(path):
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            with translated_errors(path):
                _prepare(connection, path, create=create)
            return cls(connection, path=path)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock; commit on leaving, or roll back on an error."""
        self.check_same()
        with _transaction(self.connection):
            yield
        self.check_same()  # else what was just written is in a file that is no longer there

    def check_same(self) -> None:
        """
        Raise a `JournalError` if the file of this name is no longer the one that is open.

        What only this program has by then is saved beside it. Pages are read from the file anew afterwards: it may have
        been overwritten in place, which SQLite notices by a counter that two versions of a file can share.
        """
        # without a write lock held by us, SQLite keeps no page that it must not read again
        self.connection.execute("PRAGMA shrink_memory")
        found = _identity_of(self._absolute)
        if found == self._identity:
            return
        what = "was deleted or moved" if found is None else "was replaced by another program, such as a sync program,"
        self._lost = True
        raise JournalError.at(self.path, f"the journal {what} while it was open{self._rescued()}")

    def _rescued(self) -> str:
        """Return, as the end of a sentence, where all that was stored is now."""
        mine = self.connection.execute("SELECT seq, link FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        if mine is None or _holds(self._absolute, *mine):
            return "; the file that is there now has all that was stored. Start autocode again."
        rescue = self._absolute.with_name(f"{self.path.stem}.rescued-{secrets.token_hex(4)}.sqlite")
        try:
            with closing(sqlite3.connect(rescue)) as copy:
                self.connection.backup(copy)
        except sqlite3.Error as error:
            return f", and what was stored cannot be saved beside it ({error}); put back the latest copy of it."
        return (
            f"; all that was stored until then is saved as {rescue.name}. "
            "Compare the two, keep the right one under the name of the journal, and start autocode again."
        )

    def close(self) -> None:
        """Close the file; raises `JournalError` if it was deleted or replaced meanwhile, and that was not said yet."""
        try:
            if not self._lost:
                with translated_errors(self.path), suppress(sqlite3.ProgrammingError):  # it was closed before
                    self.check_same()
            with suppress(sqlite3.Error):  # another program may be writing; then it is the one that removes it
                self.connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            self.connection.close()


def _identity_of(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from one that took its name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _holds(path: Path, seq: int, link: bytes) -> bool:
    """Return whether the journal in a file has this entry, and so all before it."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as other:
            found: tuple[bytes] | None = other.execute("SELECT link FROM entries WHERE seq = ?", (seq,)).fetchone()
    except sqlite3.Error:
        return False
    return found == (link,)


def _refuse_absent(path: Path, *, create: bool) -> None:
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
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock; commit on leaving, or roll back on an error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself if, for example, the disk is full
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Migrate the file to the present schema and make every commit durable."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # without it, a sync on macOS returns before the data are on the disk
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased leaves no trace in free pages
    connection.execute("BEGIN")  # one consistent view, as another process may be making the tables
    try:
        version = _version(connection, path, create=create)
    finally:
        connection.execute("ROLLBACK")
    if version < len(MIGRATIONS):
        try:
            with _transaction(connection):
                # another process may have migrated the file meanwhile
                migrate(connection, after=_version(connection, path, create=create))
        except ValueError as error:
            raise JournalError.at(path, f"{error}; put back the latest copy of the journal.") from error
    if schema_of(connection) != _present_schema():
        raise JournalError.at(
            path,
            "the tables and triggers of the journal are not as autocode made them; put back the latest copy of it.",
        )
    if connection.execute("PRAGMA journal_mode").fetchone() != ("truncate",):
        _leave_wal(connection)


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


def _leave_wal(connection: sqlite3.Connection) -> None:
    """
    Keep what is written in the file itself, with a rollback journal that is emptied after every commit.

    In a write-ahead log, a copy of the file lacks the latest entries, and a file put in its place takes up the old log.
    """
    patience_ends = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = TRUNCATE")
            return
        except sqlite3.OperationalError:  # another process has the file open, and SQLite does not wait for it here
            if time.monotonic() > patience_ends:
                raise
            time.sleep(0.01)
