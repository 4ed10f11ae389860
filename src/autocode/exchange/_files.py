"""Several text files written together, completely or not at all."""

from collections.abc import Mapping
from pathlib import Path

from autocode.errors import CodingError, Fault
from autocode.files import put


def write_files(texts: Mapping[Path, str], *, force: bool) -> None:
    """
    Write all of these files; if one cannot be written, none is changed.

    Raises `CodingError` if a file exists and `force` is False, or if the disk refuses.
    """
    if not force:
        CodingError.raise_if(
            Fault("exists already; choose another name, or force to replace it.", path)
            for path in texts
            if path.exists()
        )
    try:
        put({path: text.encode() for path, text in texts.items()})
    except OSError as error:
        raise CodingError.at(error.filename, f"cannot be written ({error.strerror}); choose another folder.") from error
