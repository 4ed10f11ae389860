"""Whether other users of this machine can read the interviews of a study."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from autocode.study._folder import JOURNAL, TRANSCRIPTS


def exposure(folder: Path) -> tuple[str, ...]:
    """
    Return a sentence if everybody with an account on this machine can read interviews or codings of a study.

    Parameters
    ----------
    folder : Path
        The study's folder.
    """
    # elsewhere than on POSIX systems, the bits of a file say nothing of who may read it
    if os.name != "posix":
        return ()
    for path in _with_words(folder):
        ways = path.resolve().parents
        if path.stat().st_mode & stat.S_IROTH and all(way.stat().st_mode & stat.S_IXOTH for way in ways):
            return (
                f"{path} can be read by every user of this machine; close the study to others with: "
                f"chmod -R o-rwx {quote(str(folder))}.",
            )
    return ()


def _with_words(folder: Path) -> Iterator[Path]:
    """Yield the files of a study that hold words of interviews, or who gave which codes."""
    yield from (path for path in sorted((folder / TRANSCRIPTS).glob("*")) if path.is_file())
    if (folder / JOURNAL).is_file():
        yield folder / JOURNAL
