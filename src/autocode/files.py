"""Files are written completely or not at all, even if the program is interrupted."""

import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

__all__ = ["draft", "put"]


def draft(path: Path, data: bytes) -> Path:
    """
    Write a file to the disk under a temporary name in the same folder, and return that name.

    If it cannot be written completely, nothing is left of it.

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
        with made.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
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
