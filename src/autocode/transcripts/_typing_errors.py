"""Typing errors in transcripts: a label misspelt, and a label without its mark."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from autocode.transcripts import _labels
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._styles import Candidate, SourceLine

# Two labels of letters that are so similar are one label and a misspelling of it: Interveiwer.
_MISSPELT = 0.8


def misspelt(found: Sequence[Candidate], begun: Mapping[int, Candidate], rules: SpeakerRules) -> dict[int, str]:
    """Return a question for each label that stands once and is nearly the label of somebody who speaks, by its line."""
    times = Counter(candidate.key for candidate in begun.values())
    written = {candidate.key: candidate.label for candidate in begun.values()}
    known = [key for key in times if key.replace(" ", "").isalpha() and len(key) > 3]
    doubts: dict[int, str] = {}
    for candidate in found:
        key = candidate.key
        if times[key] > 1 or rules.is_sure(candidate.label) or key in rules.not_speakers or key[:1].isspace():
            continue
        if candidate.line in begun and begun[candidate.line].key != key:
            continue
        near = next((other for other in known if other != key and _is_near(key, other)), None)
        if near is not None and (times[near] > 1 or rules.is_sure(written[near])):
            doubts[candidate.line] = (
                f"begins like a turn of {candidate.label!r}, which is nearly {written[near]!r}; correct it, or say "
                f"that it is another speaker: speakers=[{candidate.label!r}] (--speaker-label), or none: "
                f"not_speakers=[{candidate.label!r}] (--no-speaker)."
            )
    return doubts


def _is_near(key: str, other: str) -> bool:
    if abs(len(key) - len(other)) > 3 or not key.replace(" ", "").isalpha() or key[:1] != other[:1]:
        return False
    return SequenceMatcher(None, key, other).ratio() >= _MISSPELT


def unmarked(lines: Sequence[SourceLine], begun: Mapping[int, Candidate], rules: SpeakerRules) -> dict[int, str]:
    """Return a question for each line that begins with a label, but without the mark that makes it one, by its line."""
    labels = sorted({mark.label for mark in begun.values() if len(mark.label) > 1}, key=len, reverse=True)
    every = "|".join(map(re.escape, labels))
    sure = "|".join(map(re.escape, filter(rules.is_sure, labels))) or "(?!)"
    begins = re.compile(
        rf"(?P<label>(?:{every or '(?!)'})(?=;\s)|(?:{sure})(?=[;.,]?[ \t]+[^\W\d_a-zß-ÿ]|[;.]\s|\s+[-–—]\s))"
        r"\W+(?P<word>\w\S*)"
    )
    doubts = {}
    for line in lines:
        match = None if line.number in begun else begins.match(line.text)
        words = f"{match['label']} {match['word']}" if match is not None else ""
        if match is not None and _labels.key(words) not in rules.not_speakers:
            doubts[line.number] = (
                f"begins with {match['label']!r}, but without the mark after the label that makes it a turn; add it, "
                f"or, if somebody says this, not_speakers=[{words!r}] (--no-speaker)."
            )
    return doubts
