"""An append-only SQLite record of codings, suggestions and decisions."""

from autocode.journal._codebook_entries import CodebookSeen
from autocode.journal._entries import (
    CodingsShown,
    Deferral,
    Entry,
    Erasure,
    Kind,
    LineChecked,
    TranscriptSeen,
    Undo,
)
from autocode.journal._journal import Journal
from autocode.journal._opening import is_journal

__all__ = [
    "CodebookSeen",
    "CodingsShown",
    "Deferral",
    "Entry",
    "Erasure",
    "Journal",
    "Kind",
    "LineChecked",
    "TranscriptSeen",
    "Undo",
    "is_journal",
]
