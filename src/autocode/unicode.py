"""Text that can be written as UTF-8 and shown in a page, a table and a document, whatever somebody typed."""

import re

__all__ = ["is_well_formed", "well_formed"]

# lone surrogates, which UTF-8 cannot hold, and controls that XML and terminals cannot (tab and line breaks are text)
_IMPOSSIBLE = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def is_well_formed(text: str) -> bool:
    """
    Return whether a text holds neither lone surrogates nor control characters besides tabs and line breaks.

    Parameters
    ----------
    text : str
        The text.

    Examples
    --------
    >>> from autocode.unicode import is_well_formed
    >>> is_well_formed("café"), is_well_formed("caf\\udce9")
    (True, False)
    """
    return not _IMPOSSIBLE.search(text) and not _CONTROLS.search(text)


def well_formed(text: str) -> str:
    """
    Return a text with U+FFFD for each lone surrogate and control character, and halves of one character joined.

    Parameters
    ----------
    text : str
        What somebody typed or a program sent.

    Examples
    --------
    >>> from autocode.unicode import well_formed
    >>> well_formed("caf\\udce9 and a bell \\x07"), well_formed("\\ud83d\\ude00")
    ('caf� and a bell �', '😀')
    """
    if is_well_formed(text):
        return text
    # two surrogates that belong together are one character, as JSON and UTF-16 write it
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROLS.sub("\ufffd", joined)
