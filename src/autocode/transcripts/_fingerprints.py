"""What is kept of a line so that an edit of it can be measured later: too little to read its words from."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

from autocode.transcripts._nouns import Line

_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Chinese and Japanese: each sign is a word
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:'[^\W{_UNSPACED}]+)*")
# Eight classes of words: an edit shows in most of them, and an eighth of the dictionary fits each.
_CLASSES = 8


def words_of(text: str) -> tuple[str, ...]:
    """
    Return the words of a line as an edit is measured in them: without case, punctuation and blanks.

    Parameters
    ----------
    text : str
        The words as they are written. Where there is no letter or digit, the text itself counts as a word.

    Examples
    --------
    >>> from autocode.transcripts import words_of
    >>> words_of("Well - it DOESN'T ring."), words_of("电话"), words_of("...")
    (('well', 'it', "doesn't", 'ring'), ('电', '话'), ('...',))
    """
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return tuple(_WORD.findall(plain)) or (" ".join(plain.split()),)


def fingerprints_of(lines: Iterable[Line]) -> tuple[str, ...]:
    """
    Return a fingerprint of each line: its role, a check of its words, and one of eight classes for each word.

    Two texts of a line can be compared by their fingerprints, so that an edit is measured although the old text is no
    longer there. The words cannot be read from it.

    Parameters
    ----------
    lines : iterable of Line
        The lines of an interview, in order.

    Examples
    --------
    >>> from autocode.transcripts import Line, Role, fingerprints_of
    >>> line = Line(
    ...     id="GP1:2", transcript="GP1", order=2, speaker="GP1", role=Role.PARTICIPANT, text="It rings out.",
    ...     start=22, end=35,
    ... )
    >>> fingerprints_of([line])
    ('p31ba:206',)
    """
    return tuple(_fingerprint(line) for line in lines)


def _fingerprint(line: Line) -> str:
    words = words_of(line.text)
    classes = "".join(str(_hash(word)[0] % _CLASSES) for word in words)
    return f"{line.role.value[0]}{_hash(' '.join(words)).hex()[:4]}:{classes}"


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
