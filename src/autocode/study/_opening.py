"""The journal of a study, opened to add to it or only to read it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autocode.journal import Journal
from autocode.study._folder import JOURNAL

_WRITE_BITS = 0o222


@contextmanager
def open_journal(folder: Path, *, create: bool = True) -> Iterator[Journal]:
    """
    Open a study's journal, and close it at the end of the block.

    Parameters
    ----------
    folder : Path
        The study's folder.
    create : bool, default True
        Whether a journal is made if there is none.

    Raises
    ------
    JournalError
        If the file is not a journal, is newer than this autocode, or cannot be written.
    """
    with Journal.open(folder / JOURNAL, create=create) as journal:
        yield journal


@contextmanager
def reading_journal(folder: Path) -> Iterator[Journal]:
    """
    Open a study's journal to read it; where the study cannot be written, nothing is written.

    Parameters
    ----------
    folder : Path
        The study's folder, which has a journal.

    Raises
    ------
    JournalError
        If the file is not a journal or is newer than this autocode.
    """
    with Journal.open(folder / JOURNAL, read_only=not is_writable(folder)) as journal:
        yield journal


def is_writable(folder: Path) -> bool:
    """
    Return whether a study may be written: its folder, and its journal if there is one.

    An administrator may write where the permissions say that nobody should; such a study counts as one to be read.

    Parameters
    ----------
    folder : Path
        The study's folder.
    """
    paths = [path for path in (folder, folder / JOURNAL) if path.exists()]
    if not all(os.access(path, os.W_OK) for path in paths):
        return False
    # elsewhere than on POSIX systems, a folder's bits say nothing of who may write into it
    return os.name != "posix" or all(path.stat().st_mode & _WRITE_BITS for path in paths)
