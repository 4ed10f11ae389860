"""Where turns begin: which of the places that may name a speaker are believed."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._doubts import Begun, begins_like, comes_again, doubted, is_everywhere, runs_of, taking_turns
from autocode.transcripts._labels import TIME
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._styles import WEAK, Candidate, SourceLine, Style
from autocode.transcripts._typing_errors import misspelt, unmarked


@dataclass(frozen=True, slots=True)
class Marks:
    """The places where turns begin, in order, and those that look like it and are read as speech."""

    turns: tuple[Candidate, ...]
    speech: tuple[Candidate, ...] = ()


def find_marks(
    text: str, lines: Sequence[SourceLine], found: Sequence[Candidate], rules: SpeakerRules, path: Path
) -> Marks:
    """Return the places where turns begin.

    Raises
    ------
    TranscriptError
        With each place that may name a speaker or not.
    """
    by_style: dict[Style, list[Candidate]] = defaultdict(list)
    for candidate in found:
        by_style[candidate.style].append(candidate)
    accepted = {style: _accepted(style, by_style[style], lines, rules) for style in Style}
    best = max(Style, key=lambda style: len(accepted[style]))
    if not accepted[best]:
        asked = taking_turns(by_style, rules) if rules.speaker_name is None else []
        TranscriptError.raise_if(Fault(begins_like(candidate.label), path, candidate.line) for candidate in asked)
        return Marks(())
    known = {candidate.key for candidate in accepted[best]}
    begun = {candidate.line: candidate for candidate in accepted[best]}
    for style in Style:
        for candidate in accepted[style]:
            if candidate.line not in begun and _may_join(candidate, known, rules, n_alike=len(accepted[style])):
                begun[candidate.line] = candidate
    for candidate in by_style[Style.TAB]:
        if candidate.line not in begun and candidate.key in known and rules.is_sure(candidate.label):
            begun[candidate.line] = candidate
    asked, speech = doubted(found, Begun(begun, best, is_everywhere(best, by_style[best], lines)), rules)
    doubts = misspelt(found, begun, rules) | unmarked(lines, begun, rules)
    doubts |= {candidate.line: begins_like(candidate.label) for candidate in asked}
    TranscriptError.raise_if(Fault(doubts[line], path, line) for line in sorted(doubts))
    turns = sorted(begun.values(), key=lambda candidate: candidate.start)
    if best is Style.COLON:
        turns = [*_with_inner(text, lines, turns, rules)]
    return Marks(tuple(turns), tuple(speech))


def _may_join(candidate: Candidate, known: Collection[str], rules: SpeakerRules, *, n_alike: int) -> bool:
    """Return whether a label in another style than most of the file's is believed there."""
    if candidate.style in WEAK:
        return candidate.key in known and candidate.spaced
    # a name and a time may be a verse: John 3:16
    timed = candidate.style in (Style.HEADER, Style.TIMED) and n_alike > 1
    return candidate.key in known or rules.is_sure(candidate.label) or timed


def _accepted(
    style: Style, found: Sequence[Candidate], lines: Sequence[SourceLine], rules: SpeakerRules
) -> list[Candidate]:
    """Return the candidates of one style whose labels name speakers."""
    if style in (Style.HASH, Style.TIMING):
        return [candidate for candidate in found if candidate.key not in rules.not_speakers]
    sure = {candidate.key for candidate in found if rules.is_sure(candidate.label)}
    tight = style is Style.DASH and is_everywhere(style, found, lines)
    believed = [
        candidate
        for candidate in found
        if candidate.spaced
        or candidate.key in sure
        or tight
        or (style is Style.COLON and _labels.is_name(candidate.label))
    ]
    runs = runs_of(believed)
    everywhere = is_everywhere(style, believed, lines)
    keys = set(sure)
    for candidate in believed:
        if candidate.key not in rules.not_speakers and (
            _comes_again(candidate, runs[candidate.key], everywhere=everywhere)
            or (style in (Style.HEADER, Style.TIMED) and _labels.is_name(candidate.label))
        ):
            keys.add(candidate.key)
    if style in WEAK and len(keys) < 2:
        return []
    if style in (Style.COLON, Style.BRACKET) and (everywhere or not keys - set(rules.interviewers)):
        named = (candidate for candidate in believed if _labels.is_name(candidate.label))
        keys |= {candidate.key for candidate in named if candidate.key not in rules.not_speakers}
    return [candidate for candidate in believed if candidate.key in keys]


def _comes_again(candidate: Candidate, n_runs: int, *, everywhere: bool) -> bool:
    """Return whether a label stands at the beginning of turns again and again, and so is a speaker's."""
    label, style = candidate.label, candidate.style
    if n_runs < 2 or not comes_again(label, everywhere=everywhere):
        return False
    if style not in WEAK:
        return True
    if style is Style.DOT:
        return len(label) <= 2 or _labels.is_name(label)
    return everywhere or _labels.is_name(label)


def _with_inner(
    text: str, lines: Sequence[SourceLine], marks: Sequence[Candidate], rules: SpeakerRules
) -> Iterator[Candidate]:
    """Yield the marks, and those of known speakers who begin to speak within a line."""
    written = {candidate.label for candidate in marks}
    written |= {rules.stem} if _labels.is_code(rules.stem) else set()
    written |= {label.capitalize() for label in rules.interviewers if len(label) > 3 and label.isalpha()}
    inner = _inner_pattern(written, rules)
    begun = {candidate.line: candidate for candidate in marks}
    for line in lines:
        after = 0
        if line.number in begun:
            yield begun[line.number]
            after = begun[line.number].end - line.start
        for match in inner.finditer(line.text, after):
            label = match["sure"] or match["name"]
            yield Candidate(label, Style.COLON, line.number, line.start + match.start(), line.start + match.end())


def _inner_pattern(written: Collection[str], rules: SpeakerRules) -> re.Pattern[str]:
    """Return what finds a known speaker inside a line: a code anywhere, a name after the end of a sentence."""
    either = {True: ["(?!)"], False: ["(?!)"]}
    for label in sorted(written, key=len, reverse=True):
        sure = len(label) > 1 and _labels.is_sure(label, interviewers=rules.interviewers, stem=rules.stem)
        either[sure and not label.isdigit()].append(re.escape(label))
    names = rf"(?<=[.?!…\"”’')\]–—-])\s(?:{TIME}\s?)?(?P<name>{'|'.join(either[False])})"
    sure_names = rf"(?<!\S)(?:{TIME}\s?)?(?P<sure>{'|'.join(either[True])})"
    return re.compile(rf"(?:{sure_names}|{names})\s?(?::(?=\s|$)|：)")
