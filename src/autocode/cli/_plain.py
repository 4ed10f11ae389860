"""Text as it may be printed: a transcript must not steer the terminal."""

import unicodedata


def plain(text: str) -> str:
    """Return a text with its control characters replaced."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(c) else c for c in text)


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
