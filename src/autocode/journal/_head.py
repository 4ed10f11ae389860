"""What lies beside a journal and knows how far it went, so that an older copy in its place is found."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autocode.files import create_empty

_FORM = (
    "autocode wrote this; keep it beside the journal, which it tells from an older copy of it.\n"
    "journal {journal}\nentries {seq:>12}\nlink {link}\n"
)
_READ = re.compile(r"^journal ([0-9a-f]{32})\nentries +(\d+)\nlink ([0-9a-f]{32})$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    A place in a journal that it had reached.

    Attributes
    ----------
    journal : bytes
        The identity of the journal.
    seq : int
        The number of an entry that was stored, the last one at the time; 0 for none.
    link : bytes
        Its link.
    """

    journal: bytes
    seq: int
    link: bytes


def head_path(path: Path) -> Path:
    """Return the file that knows how far a journal went, such as `study.head` beside `study.sqlite`."""
    return path.with_suffix(".head")


def read_head(path: Path) -> Head | None:
    """Return how far a journal went; None where nothing, or nothing legible, is known."""
    try:
        found = _READ.search(head_path(path).read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    if found is None:
        return None
    return Head(journal=bytes.fromhex(found[1]), seq=int(found[2]), link=bytes.fromhex(found[3]))


def write_head(path: Path, head: Head) -> None:
    """
    Store how far a journal went, unless a later place is stored already.

    It is written after the entries are on the disk, in one piece and without waiting for the disk: after a power cut it
    may lag behind the journal, which is harmless, but never be ahead of it. Where it cannot be written, the journal is
    as safe as without it.
    """
    known = read_head(path)
    if known is not None and known.journal == head.journal and known.seq >= head.seq:
        return
    text = _FORM.format(journal=head.journal.hex(), seq=head.seq, link=head.link.hex())
    create_empty(head_path(path))
    with suppress(OSError):
        file = os.open(head_path(path), os.O_WRONLY)
        try:
            os.write(file, text.encode("ascii"))  # always of one length, so that none is ever half old and half new
        finally:
            os.close(file)
