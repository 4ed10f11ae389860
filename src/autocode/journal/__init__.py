"""An append-only SQLite record of codings, suggestions and decisions."""

from autocode.journal._entries import Deferral, Entry, Erasure, Kind, TranscriptSeen, Undo
from autocode.journal._journal import Journal

__all__ = ["Deferral", "Entry", "Erasure", "Journal", "Kind", "TranscriptSeen", "Undo"]
