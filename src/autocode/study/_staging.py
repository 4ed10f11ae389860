"""Files that change together with the journal: all of them or none, even if the program is killed in between.

The new files wait in a folder of their own. The journal decides: once the entry is in it that names the folder, the
files are put in place, by the next command if need be; before, they count for nothing.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from autocode.errors import Fault, StudyError
from autocode.files import create, make_folder
from autocode.journal import Journal
from autocode.study._folder import translated_disk_errors
from autocode.study._opening import has_journal, is_writable, reading_journal

_PREFIX = ".amendment-"
_CONTENTS = "contents.json"


def stage(folder: Path, contents: Mapping[Path, bytes], removed: Collection[Path], *, key: str) -> Path:
    """Write files that are to come into a study, and return the folder in which they wait."""
    staging = folder / f"{_PREFIX}{key}"
    with translated_disk_errors(folder):
        make_folder(staging)
        try:
            put = {}
            for number, (path, content) in enumerate(contents.items()):
                _write(staging / str(number), content)
                put[str(number)] = path.relative_to(folder).as_posix()
            remove = [path.relative_to(folder).as_posix() for path in removed]
            _write(staging / _CONTENTS, json.dumps({"put": put, "remove": remove}).encode())
            _sync_folder(staging)
            _sync_folder(folder)
        except BaseException:
            discard(staging)
            raise
    return staging


def place(staging: Path) -> None:
    """Put the files in place that wait in a folder; where another process does the same, both succeed."""
    listed = staging / _CONTENTS
    with translated_disk_errors(staging.parent):
        try:
            contents = json.loads(listed.read_text())
        except FileNotFoundError:
            contents = {"put": {}, "remove": []}  # all are in place already
        for number, name in contents["put"].items():
            if (staging / number).exists():
                _replace(staging / number, staging.parent / name)
        for name in contents["remove"]:
            (staging.parent / name).unlink(missing_ok=True)
        discard(staging)


def discard(staging: Path) -> None:
    """Remove a folder in which files wait."""
    shutil.rmtree(staging, ignore_errors=True)


def finish_interrupted(folder: Path) -> None:
    """
    Put the files in place that an interrupted amendment left waiting after the journal had it.

    Raises
    ------
    StudyError
        If that is to be done and the study cannot be written.
    """
    for staging, is_recorded in _waiting(folder):
        if not is_recorded:
            continue
        if not is_writable(folder):
            raise StudyError.at(
                folder,
                "was amended, and the amendment was interrupted before the files were in place; run autocode check "
                "once where the study can be written.",
            )
        place(staging)


def discard_unfinished(folder: Path, journal: Journal) -> None:
    """Remove files that an amendment left that was interrupted before the journal had it; the caller has the lock."""
    for staging in folder.glob(f"{_PREFIX}*"):
        if not journal.stores(_key(staging)):
            discard(staging)


def unfinished(folder: Path) -> Iterator[Fault]:
    """Yield a fault for each amendment that was interrupted before the journal had it."""
    for staging, is_recorded in _waiting(folder):
        if not is_recorded:
            yield Fault(
                "holds files of an amendment that was interrupted before it counted; repeat the amendment, or remove "
                "this folder.",
                staging,
            )


def _waiting(folder: Path) -> list[tuple[Path, bool]]:
    """Return the folders in which files wait, and whether the journal has their amendment."""
    found = sorted(folder.glob(f"{_PREFIX}*"))
    if not found or not has_journal(folder):
        return [(staging, False) for staging in found]
    with reading_journal(folder) as journal:
        return [(staging, journal.stores(_key(staging))) for staging in found]


def _key(staging: Path) -> str:
    return staging.name.removeprefix(_PREFIX)


def _replace(staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except FileNotFoundError:
        if not target.exists():
            raise


def _write(path: Path, content: bytes) -> None:
    with create(path) as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
