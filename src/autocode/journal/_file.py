"""The file of a journal, known to be the same one at every step; what is only in memory when it is not, is saved."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from autocode.errors import JournalError
from autocode.files import create_empty
from autocode.journal._opening import connected, refuse_absent, snapshot, transaction, translated_errors


class JournalFile:
    """
    The open SQLite file of a journal.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open database.
    path : Path
        Its file.
    read_only : bool, default False
        Whether the database is a copy of the file in memory, which nothing is written to.
    """

    def __init__(self, connection: sqlite3.Connection, *, path: Path, read_only: bool = False) -> None:
        self.path = path
        self.connection = connection
        self.read_only = read_only
        self._absolute = path.absolute()  # a program may change its folder while the file is open
        self._identity = _identity_of(self._absolute)
        self._lost: JournalError | None = None

    @classmethod
    def open(cls, path: Path, *, create: bool, read_only: bool = False) -> Self:
        """
        Return the journal in a file, brought to the present schema.

        Parameters
        ----------
        path : Path
            The file.
        create : bool
            Whether to make the file if it does not exist, and was not there before.
        read_only : bool, default False
            Whether a copy in memory is read instead of the file.

        Raises
        ------
        JournalError
            As `Journal.open` does.
        """
        refuse_absent(path, create=create and not read_only)
        connection = snapshot(path) if read_only else connected(path, create=create)
        return cls(connection, path=path, read_only=read_only)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock; commit on leaving, or roll back on an error. Within another, be part of it."""
        self.check_same()
        with transaction(self.connection):
            yield
        self.check_same()  # else what was just written is in a file that is no longer there

    def check_same(self) -> None:
        """
        Raise a `JournalError` if the file of this name is no longer the one that is open.

        What only this program has by then is saved beside it. Pages are read from the file anew afterwards: it may have
        been overwritten in place, which SQLite notices by a counter that two versions of a file can share.
        """
        if self._lost is not None:
            raise self._lost
        if self.read_only:
            return
        self.connection.execute("PRAGMA shrink_memory")
        found = _identity_of(self._absolute)
        if found == self._identity:
            return
        what = "was deleted or moved" if found is None else "was replaced by another program, such as a sync program,"
        self._lost = JournalError.at(self.path, f"the journal {what} while it was open{self._rescued()}")
        raise self._lost

    def _rescued(self) -> str:
        """Return, as the end of a sentence, where all that was stored is now."""
        mine = self.connection.execute("SELECT seq, link FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        if mine is None:
            return ", before anything was stored. Start autocode again."
        if _holds(self._absolute, *mine):
            return "; the file that is there now has all that was stored. Start autocode again."
        rescue = self._absolute.with_name(f"{self.path.stem}.rescued-{secrets.token_hex(4)}.sqlite")
        create_empty(rescue)
        try:
            with closing(sqlite3.connect(rescue)) as copy:
                self.connection.backup(copy)
        except sqlite3.Error as error:
            return f", and what was stored cannot be saved beside it ({error}); put back the latest copy of it."
        return (
            f"; all that was stored until then is saved as {rescue.name}. "
            "Take it into the journal that is there now with autocode merge, or give it the name of the journal where "
            "none is there, and start autocode again."
        )

    def close(self) -> None:
        """Close the file; raises `JournalError` if it was deleted or replaced meanwhile, and that was not said yet."""
        try:
            if self._lost is None:
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
