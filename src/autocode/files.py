"""How files come to stand: each one whole or not at all, whatever happens meanwhile."""

import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

__all__ = ["draft", "put"]


def draft(path: Path, data: bytes) -> Path:
    """Write a file, through to the disk, beside the place where it is to stand, and return its name there.

    Nothing is left where it cannot be written. Raises `OSError`.
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
    """Write all files, then give each its name, replacing what stood there; if one cannot be written, none is changed.

    Raises `OSError` that names the file, not its draft.
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
    except OSError as no:
        raise OSError(no.errno, no.strerror or type(no).__name__, str(path)) from no
    finally:
        for made in drafts.values():
            made.unlink(missing_ok=True)
