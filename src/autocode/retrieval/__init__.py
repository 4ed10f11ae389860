"""What was coded and what was said, to be read again: all lines of a code, and words in all interviews."""

from autocode.retrieval._lines import RetrievedLine, RetrievedLines, lines_with_code
from autocode.retrieval._reference import interviews_of_several, reference, several_speak, source_of
from autocode.retrieval._search import FoundLine, FoundLines, LineSearch

__all__ = [
    "FoundLine",
    "FoundLines",
    "LineSearch",
    "RetrievedLine",
    "RetrievedLines",
    "interviews_of_several",
    "lines_with_code",
    "reference",
    "several_speak",
    "source_of",
]
