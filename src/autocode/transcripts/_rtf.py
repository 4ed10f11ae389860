"""The text of a file in Rich Text Format."""

import re
from pathlib import Path

from autocode.errors import TranscriptError
from autocode.transcripts._decoding import read_bytes
from autocode.transcripts._labelled import read_labelled
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script

_NOT_RTF = "is not in Rich Text Format, whatever its name says; open it in a word processor and save it as .docx."
# Word marks what a tracked change took out; striprtf shows it
_DELETED = re.compile(r"\\deleted\b(?!0)")


def read_rtf(path: Path, *, rules: SpeakerRules) -> Script:
    """Return the turns of a file in Rich Text Format; raises `TranscriptError` for one with tracked deletions."""
    from striprtf.striprtf import rtf_to_text

    data = read_bytes(path)
    # RTF is ASCII: other characters are written as escapes, in the code page that the file names
    source = data.decode("latin-1")
    if not source.lstrip().startswith("{\\rtf"):
        raise TranscriptError.at(path, _NOT_RTF)
    if _DELETED.search(source):
        raise TranscriptError.at(path, "holds tracked deletions; accept or reject all changes and save it again.")
    try:
        text = rtf_to_text(source)
    except (LookupError, UnicodeError, ValueError) as error:
        raise TranscriptError.at(path, _NOT_RTF) from error
    text = text.replace("\xa0", " ").replace("\r\n", "\n")
    if not text.strip():
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    return read_labelled(text, path=path, rules=rules)
