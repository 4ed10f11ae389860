"""What was coded and what was said, to be read again: all lines of a code, and words in all interviews."""

from autocode.retrieval._lines import RetrievedLine, RetrievedLines, lines_with_code
from autocode.retrieval._memos import LineMemo, Memos, memos_on_lines
from autocode.retrieval._reference import interviews_of_several, reference, several_speak, source_of
from autocode.retrieval._search import FoundLine, FoundLines, LineSearch

__all__ = [
    "FoundLine",
    "FoundLines",
    "LineMemo",
    "LineSearch",
    "Memos",
    "RetrievedLine",
    "RetrievedLines",
    "interviews_of_several",
    "lines_with_code",
    "memos_on_lines",
    "reference",
    "several_speak",
    "source_of",
]
