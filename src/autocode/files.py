"""Files are written completely or not at all, even if the program is interrupted, and other users cannot read them."""

import errno
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["create", "create_empty", "draft", "make_folder", "put"]


def create(path: Path) -> BinaryIO:
    """
    Return a new file, open for writing, that only its owner may read: it may hold words of interviews.

    In a folder in which a group may write, as on the server of a team, the group may read and write the file.

    Parameters
    ----------
    path : Path
        Its name, which must be free.

    Raises
    ------
    OSError
        If the name is taken or the disk refuses.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, _allowed(0o660, path.parent)), "wb")


def create_empty(path: Path) -> None:
    """
    Make an empty file for a library to fill, which would let everybody read it; one that exists stays as it is.

    Parameters
    ----------
    path : Path
        Its name. Where it cannot be made, the library is left to say why.
    """
    with suppress(OSError):
        create(path).close()


def make_folder(path: Path, *, exist_ok: bool = False) -> None:
    """
    Make a folder that only its owner may open, and those above it that are missing; for groups, see `create`.

    Parameters
    ----------
    path : Path
        The folder.
    exist_ok : bool, default False
        Whether it may exist already; it then stays as it is.

    Raises
    ------
    OSError
        If it exists, unless it may, or the disk refuses.
    """
    if not path.parent.exists():
        make_folder(path.parent, exist_ok=True)
    try:
        path.mkdir(_allowed(0o770, path.parent))
    except FileExistsError:
        if not exist_ok or not path.is_dir():
            raise


def _allowed(mode: int, folder: Path) -> int:
    """Return the permissions of something new in a folder: the group's only where a group may write in it."""
    writable = folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    # a folder in which everybody may write, such as /tmp, belongs to no group
    return mode if writable == stat.S_IWGRP else mode & ~stat.S_IRWXG


def draft(path: Path, data: bytes) -> Path:
    """
    Write a file to the disk under a temporary name in the same folder, and return that name.

    If it cannot be written completely, nothing is left of it. Who may read a file that has that name already, may read
    the new one; else only its owner may, see `create`.

    Parameters
    ----------
    path : Path
        The name that the file will have in the end.
    data : bytes
        Its content.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        with create(made) as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileNotFoundError):
            made.chmod(stat.S_IMODE(path.stat().st_mode))
    except BaseException:
        if made.parent.is_dir():
            made.unlink(missing_ok=True)
        raise
    return made


def put(files: Mapping[Path, bytes]) -> None:
    """
    Write several files, replacing those that exist; if one of them cannot be written, none is changed.

    Parameters
    ----------
    files : mapping of Path to bytes
        The content of each file.

    Raises
    ------
    OSError
        If the disk refuses; its `filename` is the file, not its temporary name.
    """
    drafts: dict[Path, Path] = {}
    path = Path()
    try:
        for path, data in files.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            drafts[path] = draft(path, data)
        for path, made in drafts.items():
            made.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or type(error).__name__, str(path)) from error
    finally:
        for made in drafts.values():
            made.unlink(missing_ok=True)
