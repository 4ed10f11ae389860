"""Where turns begin: which of the places that may name a speaker are believed, and which are asked about."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._labels import TIME
from autocode.transcripts._styles import WEAK, Candidate, SourceLine, Style

# Two labels of letters that are so similar are one label and a misspelling of it: Interveiwer.
_MISSPELT = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRules:
    """What the caller knows about the speakers of a file beforehand.

    Attributes
    ----------
    interviewers : keys of labels that stand for interviewers.
    speakers : keys of labels that are speakers, whatever they look like.
    not_speakers : keys of words before a colon that are no speakers.
    speaker_name : the one speaker of a file that names nobody.
    stem : the file's name without its suffix, which its participant may be called by.
    """

    interviewers: Collection[str]
    stem: str
    speakers: Collection[str] = ()
    not_speakers: Collection[str] = ()
    speaker_name: str | None = None

    def is_sure(self, label: str) -> bool:
        """Return whether a label is believed the first time that it stands at the beginning of a line."""
        key = _labels.key(label)
        if key in self.not_speakers:
            return False
        return key in self.speakers or _labels.is_sure(label, interviewers=self.interviewers, stem=self.stem)


def find_marks(
    text: str, lines: Sequence[SourceLine], found: Sequence[Candidate], rules: SpeakerRules, path: Path
) -> list[Candidate]:
    """Return the places where turns begin, in order.

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
        return []
    known = {candidate.key for candidate in accepted[best]}
    begun = {candidate.line: candidate for candidate in accepted[best]}
    for style in Style:
        for candidate in accepted[style]:
            if candidate.line not in begun and _may_join(candidate, known, rules):
                begun[candidate.line] = candidate
    for candidate in by_style[Style.TAB]:
        if candidate.line not in begun and candidate.key in known and rules.is_sure(candidate.label):
            begun[candidate.line] = candidate
    doubts = _misspelt(found, begun, rules) | _unmarked(lines, begun, rules)
    everywhere = _is_everywhere(by_style[best], lines)
    doubts |= _unknown(best, by_style[best], begun, rules, everywhere=everywhere)
    TranscriptError.raise_if(Fault(doubts[line], path, line) for line in sorted(doubts))
    marks = sorted(begun.values(), key=lambda candidate: candidate.start)
    return [*_with_inner(text, lines, marks, rules)] if best is Style.COLON else marks


def _written(begun: Mapping[int, Candidate]) -> set[str]:
    return {candidate.label for candidate in begun.values()}


def _may_join(candidate: Candidate, known: Collection[str], rules: SpeakerRules) -> bool:
    """Return whether a label in another style than most of the file's is believed there."""
    if candidate.style in WEAK:
        return candidate.key in known and candidate.spaced
    return candidate.key in known or rules.is_sure(candidate.label) or candidate.style in (Style.HEADER, Style.TIMED)


def _accepted(
    style: Style, found: Sequence[Candidate], lines: Sequence[SourceLine], rules: SpeakerRules
) -> list[Candidate]:
    """Return the candidates of one style whose labels name speakers."""
    if style in (Style.HASH, Style.TIMING):
        return [candidate for candidate in found if candidate.key not in rules.not_speakers]
    sure = {candidate.key for candidate in found if rules.is_sure(candidate.label)}
    believed = [c for c in found if c.spaced or c.key in sure or (style is Style.COLON and _labels.is_name(c.label))]
    runs = _runs(believed)
    everywhere = _is_everywhere(believed, lines)
    keys = set(sure)
    for candidate in believed:
        label = candidate.label
        if candidate.key in rules.not_speakers or _labels.is_clause(label):
            continue
        again = runs[candidate.key] > 1 and not (
            _labels.is_heading(_labels.words_of(label)) or _labels.is_counted(label)
        )
        if style in WEAK:
            again = again and (
                (style is Style.DOT and len(label) <= 2)
                or (style is Style.TAB and everywhere)
                or _labels.is_name(label)
            )
        if again or (style in (Style.HEADER, Style.TIMED) and _labels.is_name(candidate.label)):
            keys.add(candidate.key)
    if style in WEAK and len(keys) < 2:
        return []
    if style in (Style.COLON, Style.BRACKET) and (everywhere or not keys - set(rules.interviewers)):
        named = (candidate for candidate in believed if _labels.is_name(candidate.label))
        keys |= {candidate.key for candidate in named if candidate.key not in rules.not_speakers}
    return [candidate for candidate in believed if candidate.key in keys]


def _is_everywhere(found: Sequence[Candidate], lines: Sequence[SourceLine]) -> bool:
    """Return whether every line begins with what may be a label, so that no line goes on with a turn."""
    return {candidate.line for candidate in found} == {line.number for line in lines}


def _runs(found: Iterable[Candidate], *, but: Callable[[str], bool] = _labels.is_clause) -> Counter[str]:
    """Return how often each label takes turns with others: labels that follow themselves count once."""
    runs: Counter[str] = Counter()
    before = ""
    for candidate in found:
        if but(candidate.label):
            continue
        runs[candidate.key] += candidate.key != before
        before = candidate.key
    return runs


def _unknown(
    style: Style,
    found: Sequence[Candidate],
    begun: Mapping[int, Candidate],
    rules: SpeakerRules,
    *,
    everywhere: bool,
) -> dict[int, str]:
    """Return a question for each label in the file's style that may be a speaker or not, by its first line.

    That is a name, even once, and what comes again and again in turn with others; any words with a capital where no
    line goes on with a turn, or where they stand with a time. Words that open a sentence, as in `And she said:`, are
    speech.
    """
    if style in (Style.HASH, Style.TIMING, Style.DOT):
        return {}
    runs = _runs(found, but=_labels.opens_sentence)
    in_capitals = all(label.isupper() for label in _written(begun))
    asked: dict[str, Candidate] = {}
    for candidate in found:
        label = candidate.label
        if candidate.line in begun or candidate.key in rules.not_speakers:
            continue
        if not candidate.spaced and not (style is Style.COLON and _labels.is_name(label)):
            continue
        plain = _labels.is_heading(_labels.words_of(label)) or _labels.is_counted(label)
        named = _labels.is_name(label) or (in_capitals and label.isupper() and len(label) > 2)
        named = named or (label.isdigit() and style not in WEAK)
        named = named and not (style in WEAK and label.endswith((".", ",", "!")))
        again = runs[candidate.key] > 1 and style is not Style.OWN_LINE
        placed = (everywhere and style not in WEAK) or style in (Style.HEADER, Style.TIMED)
        placed = placed and label[0].isupper() and not (_labels.opens_sentence(label) or _labels.is_clause(label))
        if again or ((named or placed) and not plain):
            asked.setdefault(candidate.key, candidate)
    return {candidate.line: begins_like(candidate.label) for candidate in asked.values()}


def begins_like(label: str) -> str:
    """Return the question whether a label is a speaker, and how to answer it."""
    return (
        f"begins like a turn of {label!r}; say whether that is a speaker: speakers=[{label!r}] if so "
        f"(--speaker-label), not_speakers=[{label!r}] if not (--no-speaker)."
    )


def _misspelt(found: Sequence[Candidate], begun: Mapping[int, Candidate], rules: SpeakerRules) -> dict[int, str]:
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


def _unmarked(lines: Sequence[SourceLine], begun: Mapping[int, Candidate], rules: SpeakerRules) -> dict[int, str]:
    """Return a question for each line that begins with a label, but without the mark that makes it one, by its line."""
    labels = sorted((label for label in _written(begun) if len(label) > 1), key=len, reverse=True)
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
