"""Names that match nothing: what was meant, and the error that says so."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from autocode.arguments import no_single_text
from autocode.errors import UnknownNameError
from autocode.frozen import FrozenMapping
from autocode.wording import listing

__all__ = ["aside", "check_known", "check_spelling", "closest", "hint", "name_key", "respelt", "unknown"]

_MOST_LISTED = 8


def name_key(name: str) -> str:
    """Return a name so that names which readers take for the same are equal: without case, in NFC, with single spaces.

    Parameters
    ----------
    name : str
        The name of a code.

    Examples
    --------
    >>> from autocode.names import name_key
    >>> name_key("Informal  Fixers") == name_key("informal\\u00a0fixers ")
    True
    """
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


@no_single_text
def closest(name: object, known: Iterable[str]) -> str | None:
    """Return the known name that is most like another, or None if none is like it.

    A name that differs only in case, blanks, hyphens, accents or leading zeros is taken before one that is spelt
    similarly.

    Parameters
    ----------
    name : object
        The name that matches nothing, as its `str`.
    known : iterable of str
        The names that there are.

    Examples
    --------
    >>> from autocode.names import closest
    >>> closest("GP01", ["GP1", "GP10"]), closest("fones", ["phones", "parking"]), closest("x", ["phones"])
    ('GP1', 'phones', None)
    """
    names = list(dict.fromkeys(map(str, known)))
    same = respelt(name, names)
    if same is not None:
        return same
    folded: dict[str, str] = {}
    for other in names:
        folded.setdefault(other.casefold(), other)
    similar = get_close_matches(str(name).casefold(), folded, n=1)
    return folded[similar[0]] if similar else None


@no_single_text
def respelt(name: object, known: Iterable[str]) -> str | None:
    """Return the known name that differs only in case, accents, blanks, hyphens or leading zeros, or None.

    Parameters
    ----------
    name : object
        The name that matches nothing.
    known : iterable of str
        The names that there are.

    Examples
    --------
    >>> from autocode.names import respelt
    >>> respelt("gp 01", ["GP1", "GP2"]), respelt("GP3", ["GP1", "GP2"])
    ('GP1', None)
    """
    plain = _plain(str(name))
    return next((other for other in known if plain and _plain(other) == plain), None)


def _plain(name: str) -> str:
    """Return a name without what people write in different ways: case, accents, blanks, hyphens, leading zeros."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", "".join(letter for letter in letters if letter.isalnum()))


@no_single_text
def hint(name: object, known: Iterable[str]) -> str:
    """Return the part of a sentence that names the closest known name, or those that there are.

    Parameters
    ----------
    name : object
        The name that matches nothing.
    known : iterable of str
        The names that there are.

    Examples
    --------
    >>> from autocode.names import hint
    >>> hint("Ann", ["ann", "ben"]), hint("zoe", ["ann", "ben"]), hint("zoe", [])
    ("the closest is 'ann'", "there are 'ann' and 'ben'", 'there is none')
    """
    names = list(dict.fromkeys(map(str, known)))
    like = closest(name, names)
    if like is not None:
        return f"the closest is {like!r}"
    if not names:
        return "there is none"
    return f"there {'is' if len(names) == 1 else 'are'} {listing(map(repr, names), at_most=_MOST_LISTED)}"


@no_single_text
def aside(name: object, known: Iterable[str]) -> str:
    """Return the closest known name in parentheses, for the middle of a sentence; an empty text if none is like it.

    Parameters
    ----------
    name : object
        The name that matches nothing.
    known : iterable of str
        The names that there are.

    Examples
    --------
    >>> from autocode.names import aside
    >>> f"the code 'fones' is unknown{aside('fones', ['phones'])}."
    "the code 'fones' is unknown (the closest is 'phones')."
    """
    like = closest(name, known)
    return "" if like is None else f" (the closest is {like!r})"


@no_single_text
def unknown(
    kind: str,
    name: object,
    known: Iterable[str],
    *,
    titles: Mapping[str, str] = FrozenMapping({}),
    remedy: str = "",
) -> UnknownNameError:
    """Return the error for a name that matches nothing.

    Parameters
    ----------
    kind : str
        What is named, in the singular, such as "code".
    name : object
        The name that matches nothing.
    known : iterable of str
        The names that there are.
    titles : mapping of str to str, default empty
        What people call each of them, by its id: a title that was given for an id is recognised.
    remedy : str, default ""
        What else to do about it, as a sentence.

    Examples
    --------
    >>> from autocode.names import unknown
    >>> print(unknown("coder", "Ann", ["ann", "ben"]))
    there is no coder 'Ann'; the closest is 'ann'.
    >>> print(unknown("code", "Telephones", ["phones"], titles={"phones": "Telephones"}))
    there is no code with the id 'Telephones'; that is the name of 'phones', so give 'phones'.
    """

    def message() -> str:
        called = name_key(str(name))
        ids = [identifier for identifier, title in titles.items() if name_key(title) == called]
        if ids:
            named, give = listing(map(repr, ids)), listing(map(repr, ids), conjunction="or")
            what = f"there is no {kind} with the id {name!r}; that is the name of {named}, so give {give}."
        else:
            what = f"there is no {kind} {name!r}; {hint(name, known)}."
        return f"{what} {remedy}".rstrip()

    return UnknownNameError(message)


@no_single_text
def check_known(
    kind: str,
    names: Iterable[object],
    known: Iterable[str],
    *,
    titles: Mapping[str, str] = FrozenMapping({}),
    remedy: str = "",
) -> None:
    """Raise an error for the first of some names that matches nothing.

    Parameters
    ----------
    kind : str
        What is named, in the singular, such as "code".
    names : iterable of object
        The names that a caller gave.
    known : iterable of str
        The names that there are.
    titles : mapping of str to str, default empty
        What people call each of them, by its id.
    remedy : str, default ""
        What else to do about it, as a sentence.

    Raises
    ------
    UnknownNameError
        If one of the names is not among the known ones.
    """
    ordered = sorted(known) if isinstance(known, set | frozenset) else tuple(known)
    there = frozenset(ordered)
    for name in names:
        if name not in there:
            raise unknown(kind, name, ordered, titles=titles, remedy=remedy)


@no_single_text
def check_spelling(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise an error for a name that is a known one in another spelling, or if none of the names is known.

    For names of which some may be about something else, such as predictions for lines of other interviews.

    Parameters
    ----------
    kind : str
        What is named, in the singular, such as "line".
    names : iterable of str
        The names that a caller gave.
    known : iterable of str
        The names that there are.

    Raises
    ------
    UnknownNameError
        As said.
    """
    ordered = tuple(known)
    there = frozenset(ordered)
    given = tuple(names)
    strange = [name for name in given if name not in there]
    if not strange:
        return
    spellings = {_plain(name) for name in ordered}
    for name in strange:
        if len(strange) == len(given) or _plain(name) in spellings:
            raise unknown(kind, name, ordered)
