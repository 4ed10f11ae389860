"""Names that are new in a codebook: the id of a new code, and the version after a change."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count

from autocode.arguments import no_single_text
from autocode.codebook._nouns import CodeId

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)
_JOINED = re.compile(r"(.+) \([0-9a-f]{6}\)", re.DOTALL)


def slug(name: str) -> str:
    """Return the id of a code that was not given one: its name in lower case, with hyphens."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-") or name


@no_single_text
def code_id_for(name: str, used: Collection[CodeId] = (), *, above: Sequence[str] = ()) -> CodeId:
    """
    Return an id for a new code: its name in lower case with hyphens.

    Where that is or was in use, the names of the themes above the code come before it, and then a number after it.

    Parameters
    ----------
    name : str
        The name of the code.
    used : collection of CodeId, default ()
        Every id that a code of the study ever had, whether or not the code is still there.
    above : sequence of str, default ()
        The names of the themes above the code, the topmost first.

    Examples
    --------
    >>> from autocode.codebook import code_id_for
    >>> code_id_for("Informal fixers"), code_id_for("Informal fixers", {"informal-fixers"})
    ('informal-fixers', 'informal-fixers-2')
    >>> code_id_for("Waiting times", {"waiting-times"}, above=["Money"])
    'money-waiting-times'
    """
    plain = slug(name)
    with_themes = (slug("-".join([*above[-n:], name])) for n in range(1, len(above) + 1))
    candidates = chain([plain], with_themes, _numbered(plain, "-", first=2))
    return next(code_id for code_id in candidates if code_id not in used)


@no_single_text
def next_version(version: str, used: Collection[str] = ()) -> str:
    """
    Return the name of the version after a version of a codebook.

    A number at the end is raised by one. A date, or a name without a number, gets a number. What tells a version that
    was joined from copies from others of its number is left out.

    Parameters
    ----------
    version : str
        The version in force.
    used : collection of str, default ()
        Every version that the codebook had, none of which is returned.

    Examples
    --------
    >>> from autocode.codebook import next_version
    >>> next_version("1"), next_version("pilot v9"), next_version("draft"), next_version("2026-11-30")
    ('2', 'pilot v10', 'draft 2', '2026-11-30.2')
    >>> next_version("1", used={"1", "2"}), next_version("3 (5f0a1c)")
    ('3', '4')
    """
    joined = _JOINED.fullmatch(version)
    if joined is not None:
        version = joined[1]
    numbered = None if _DATE.fullmatch(version) else _NUMBERED.fullmatch(version)
    if numbered is None:
        candidates = _numbered(version, "." if _DATE.fullmatch(version) else " ", first=2)
    else:
        before, number = numbered.groups()
        candidates = (f"{before}{n:0{len(number)}d}" for n in count(int(number) + 1))
    return next(name for name in candidates if name not in used)


def _numbered(name: str, separator: str, *, first: int = 1) -> Iterator[str]:
    """Yield a name with the numbers from 1, of which the first is left out."""
    return (name if n == 1 else f"{name}{separator}{n}" for n in count(first))


def joined_version(after: str, *, digest: str) -> str:
    """
    Return the name of a version in which changes meet that were made in different copies of a study.

    Copies count their versions apart, so that one number may stand for two versions; six digits tell them apart.

    Parameters
    ----------
    after : str
        The version before it.
    digest : str
        Six hexadecimal digits of a digest of the changes that the version is made of.

    Examples
    --------
    >>> from autocode.codebook import joined_version
    >>> joined_version("2", digest="5f0a1c"), joined_version("3 (5f0a1c)", digest="09ab3e")
    ('3 (5f0a1c)', '4 (09ab3e)')
    """
    return f"{next_version(after)} ({digest})"
