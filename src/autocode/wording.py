"""Counts, lists and shares in words: written once for every message, table and report."""

from collections.abc import Iterable

__all__ = ["count_of", "listing", "percent"]


def count_of(n: int, noun: str, *, plural: str | None = None, thousands: str = "") -> str:
    """Return a number with its noun in the singular or plural.

    Parameters
    ----------
    n : int
        How many there are.
    noun : str
        What is counted, in the singular.
    plural : str or None, default None
        The plural of the noun; None for the noun with an s.
    thousands : str, default ""
        The separator of thousands; "," in reports. Sentences that are also stored or compared have none.

    Examples
    --------
    >>> from autocode.wording import count_of
    >>> count_of(1, "line"), count_of(1200, "line", thousands=","), count_of(2, "person", plural="people")
    ('1 line', '1,200 lines', '2 people')
    """
    number = f"{n:,}".replace(",", thousands)
    return f"{number} {noun if n == 1 else plural or noun + 's'}"


def listing(names: Iterable[object], *, conjunction: str = "and", at_most: int | None = None) -> str:
    """Return names as a list in a sentence; an empty text for no names.

    Parameters
    ----------
    names : iterable of object
        What is listed, each as its `str`.
    conjunction : str, default "and"
        The word before the last name.
    at_most : int or None, default None
        How many entries the list may have, at least 2. Of more names the first are shown, and the last entry says how
        many more there are. None to show all.

    Examples
    --------
    >>> from autocode.wording import listing
    >>> listing(["alpha", "kappa", "AC1"]), listing(["a.csv", "b.csv"], conjunction="or")
    ('alpha, kappa and AC1', 'a.csv or b.csv')
    >>> listing("abcdef", at_most=3)
    'a, b and 4 more'
    """
    shown = [str(name) for name in names]
    if at_most is not None and len(shown) > at_most:
        shown[at_most - 1 :] = [f"{len(shown) - at_most + 1} more"]
        conjunction = "and"
    *first, last = shown or [""]
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def percent(share: float, *, decimals: int = 0, undefined: str = "–") -> str:
    """Return a share in percent.

    Parameters
    ----------
    share : float
        The share, 1 for all.
    decimals : int, default 0
        Number of digits after the decimal point.
    undefined : str, default "–"
        What stands for NaN.

    Examples
    --------
    >>> from autocode.wording import percent
    >>> percent(0.256), percent(0.256, decimals=1), percent(float("nan"))
    ('26 %', '25.6 %', '–')
    """
    return undefined if share != share else f"{100 * share:.{decimals}f} %"
