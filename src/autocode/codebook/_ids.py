"""Ids for codes that come with names only."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from autocode.codebook._nouns import CodeId


def slug(name: str) -> str:
    """Return a name in lower case, with hyphens."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-") or name


def new_id(name: str, *, above: Sequence[str] = (), used: Collection[str] = ()) -> CodeId:
    """
    Return an id that is not in use for a code that was not given one.

    It is made of the name; where that is in use, of the names above it too, the nearest first.
    """
    return CodeId(next(candidate for candidate in _candidates(name, above) if candidate not in used))


def _candidates(name: str, above: Sequence[str]) -> Iterator[str]:
    yield slug(name)
    for depth in range(1, len(above) + 1):
        yield slug("-".join([*above[-depth:], name]))
    number = 2
    while True:
        yield f"{slug(name)}-{number}"
        number += 1
