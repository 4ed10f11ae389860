"""Summaries and minutes of meetings, which name people and are no transcripts."""

import re

from autocode.transcripts._labels import BLANK

_HEADINGS = frozenset(
    {
        *("summary", "meeting summary", "ai summary", "executive summary", "quick recap", "recap", "meeting recap"),
        *("meeting notes", "meeting minutes", "minutes", "notes", "overview", "outline", "chapters", "highlights"),
        *("action items", "action points", "actions", "next steps", "follow-up tasks", "follow up tasks", "to do"),
        *("key points", "key takeaways", "takeaways", "key topics", "topics discussed", "decisions", "decisions made"),
        *("agenda", "attendees", "present", "apologies", "any other business", "next meeting"),
        *("zusammenfassung", "protokoll", "anwesend", "nächste schritte", "résumé", "compte rendu", "resumen"),
    }
)
NO_TRANSCRIPT = (
    "reads like a summary or the minutes of a meeting ({}), not like a transcript; export the transcript itself, or, "
    "if this is one, remove these headings."
)
_MINUTES = re.compile(r"(?:minutes|summary|protokoll) (?:of|from|der|des) ")


def summary_headings(text: str) -> list[str]:
    """Return the different headings of summaries and minutes that stand on lines of their own or before a colon."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        words = line.strip(f"{BLANK}#*-•_").partition(":")[0].strip(f"{BLANK}*")
        key = " ".join(words.casefold().split())
        if len(key) <= 60 and (key in _HEADINGS or (":" not in line and _MINUTES.match(key))):
            found.setdefault(key, words)
    return list(found.values())
