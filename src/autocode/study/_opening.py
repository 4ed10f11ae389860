"""The journal of a study, opened to add to it or only to read it; a missing or another one is not a new study."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autocode.coding import CoderId
from autocode.errors import JournalError, StudyError
from autocode.files import put
from autocode.journal import Journal
from autocode.study._folder import HEAD, JOURNAL, SETTINGS
from autocode.study._settings import read_settings, with_journal

_WRITE_BITS = 0o222


def has_journal(folder: Path) -> bool:
    """
    Return whether a study has a journal.

    Parameters
    ----------
    folder : Path
        The study's folder.

    Raises
    ------
    JournalError
        If the study had one that is missing or was emptied.
    """
    path = folder / JOURNAL
    named = _named(folder)
    if path.is_symlink() and not path.exists():
        return True  # a link to nowhere, which opening it says
    is_empty = path.is_file() and not path.stat().st_size
    if named and (is_empty or not path.exists()):
        raise JournalError.at(
            path,
            f"the journal {'was emptied' if is_empty else 'is missing'}: {SETTINGS} names one, with all codings of the "
            f"study. Put back the latest copy of it; to begin without them, delete the line 'journal = ...' from "
            f"{SETTINGS}, and the file {HEAD}.",
        )
    return path.exists() and not is_empty


@contextmanager
def open_journal(folder: Path, *, create: bool = True) -> Iterator[Journal]:
    """
    Open a study's journal, and close it at the end of the block. The study's settings name it from then on.

    Parameters
    ----------
    folder : Path
        The study's folder.
    create : bool, default True
        Whether a journal is made if the study never had one.

    Raises
    ------
    JournalError
        If the file is not a journal, is newer than this autocode, cannot be written, is missing, or is another one than
        the study's settings name.
    """
    has_journal(folder)
    with Journal.open(folder / JOURNAL, create=create, people=_listed(folder)) as journal:
        _refuse_another(folder, journal)
        _name(folder, journal)
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
        If the file is not a journal, is newer than this autocode, or is another one than the study's settings name.
    """
    read_only = not is_writable(folder)
    with Journal.open(folder / JOURNAL, create=False, read_only=read_only) as journal:
        _refuse_another(folder, journal)
        if not read_only:
            _name(folder, journal)
        yield journal


@contextmanager
def journal_as_it_is(folder: Path) -> Iterator[Journal]:
    """
    Open a copy in memory of a study's journal; nothing is written in the study, whether or not it could be.

    Parameters
    ----------
    folder : Path
        The study's folder, which has a journal.

    Raises
    ------
    JournalError
        If the file is not a journal, is newer than this autocode, or is another one than the study's settings name.
    """
    with Journal.open(folder / JOURNAL, read_only=True) as journal:
        _refuse_another(folder, journal)
        yield journal


def _listed(folder: Path) -> frozenset[CoderId]:
    """Return the people whom the study's settings name; nobody where they cannot be read, which is said elsewhere."""
    try:
        return read_settings(folder).people
    except StudyError:
        return frozenset()


def _named(folder: Path) -> str:
    """Return the journal that a study's settings name; "" if there is none, or if they cannot be read."""
    try:
        named = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8-sig")).get("journal", "")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""  # reading the settings says so
    return str(named)


def _refuse_another(folder: Path, journal: Journal) -> None:
    named = _named(folder)
    if named and named != journal.id:
        raise JournalError.at(
            journal.path,
            f"this is the journal {journal.id}, and {SETTINGS} names another one, {named}. Put that one back; if this "
            f'is the one to go on with, write journal = "{journal.id}" into {SETTINGS}.',
        )


def _name(folder: Path, journal: Journal) -> None:
    """Write the identity of a journal into the settings of its study, unless they have it or may not be written."""
    settings = folder / SETTINGS
    if settings.is_file() and not _named(folder):
        with suppress(PermissionError):
            put({settings: with_journal(settings.read_bytes().decode("utf-8-sig"), journal.id).encode()})


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
