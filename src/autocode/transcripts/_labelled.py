"""Turns in a text whose speakers are named at the beginnings of lines."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._labels import TIME
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._script import Script, Turn, trimmed
from autocode.transcripts._styles import TIMING, Candidate, SourceLine, Style, candidates, source_lines

NO_SPEAKER = (
    "names no speaker; begin each turn with its speaker, as in 'GP1: words', or, where only one person speaks, name "
    "that person with speaker_name=... (--speaker-name)."
)

_TIME_FIRST = re.compile(rf"{TIME}(?=\s|$)\s*")
_ONLY_TIME = re.compile(rf"{TIME}$")
_F4_TIME = re.compile(r"\s*#\d{1,2}:\d{2}:\d{2}(?:[-.,]\d{1,3})?#$")
_RECORDER = re.compile(r".{0,80}\b(?:started|stopped) transcription$")
_FOOTER = re.compile(
    r"(?:this transcript was )?(?:transcribed|generated|created|powered|exported)\s+(?:by|with|on|using|from)\b.*$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:page|seite|página|pagina|p\.)\s*\d{1,4}(?:\s*(?:of|/|von|de|di|van)\s*\d{1,4})?$|-\s*\d{1,4}\s*-$",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.?!…:;。？！][\"'”’)\]]*$")
# Where at least this share of the line ends within turns cuts a sentence, lines end where the page did.
_WRAPPED_SHARE, _WRAPPED_WIDTH = 1 / 3, 130


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

    def is_sure(self, candidate: Candidate) -> bool:
        """Return whether a label is believed the first time that it stands at the beginning of a line."""
        if candidate.key in self.not_speakers:
            return False
        return candidate.key in self.speakers or _labels.is_sure(
            candidate.label, interviewers=self.interviewers, stem=self.stem
        )


def read_labelled(text: str, *, path: Path, rules: SpeakerRules) -> Script:
    """Return the turns of a text with speaker labels, and what of it is nobody's words.

    A label that stands at the beginning of turns again and again is a speaker, whatever its words; a number code, an
    interviewer, a role and the file's own name are speakers the first time. Styles of labelling may be mixed.

    Raises
    ------
    TranscriptError
        Where nobody is named, or where a name stands before a colon only once, so that it may be a speaker or not.
    """
    lines = source_lines(text)
    front = _front_matter(lines)
    found = list(candidates(lines[front:]))
    marks = _marks(text, lines[front:], found, rules, path)
    if not marks and rules.speaker_name is not None and lines[front:]:
        start = lines[front].start
        marks = [Candidate(rules.speaker_name, Style.COLON, lines[front].number, start, start)]
    if not marks:
        raise TranscriptError.at(path, NO_SPEAKER)
    wrapped = _is_wrapped(lines, {mark.line for mark in marks})
    left_out: list[LeftOut] = []
    before = (line for line in lines if line.start < marks[0].start)
    left_out += [LeftOut(LeftOutKind.FRONT_MATTER, line.text, line.number) for line in before]
    left_out += [LeftOut(LeftOutKind.STAGE, mark.remark, mark.line) for mark in marks if mark.remark]
    footers = _footers(lines)
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    turns = []
    for mark, end in zip(marks, ends, strict=True):
        paragraphs = tuple(_paragraphs(text, mark.end, end, lines, footers, left_out, wrapped=wrapped))
        if paragraphs:
            turns.append(Turn(speaker=mark.label, paragraphs=paragraphs))
        else:
            left_out.append(LeftOut(LeftOutKind.NO_WORDS, mark.label, mark.line))
    notes = ("lines end where the page did; a paragraph ends at a blank line or a new speaker",) if wrapped else ()
    return Script(text=text, turns=tuple(turns), left_out=tuple(left_out), notes=notes)


def _front_matter(lines: Sequence[SourceLine]) -> int:
    """Return how many lines at the beginning are a heading such as `Date: 5 July`, and no speech."""
    block = next((position + 1 for position, line in enumerate(lines) if line.before_blank), len(lines))
    if block == len(lines):
        return 0
    headings = [position for position, line in enumerate(lines[:block]) if _is_heading(line)]
    if not headings:
        return 0
    end = headings[-1] + 1
    while end < block and _is_entry(lines[end]):
        end += 1
    return end if all(_is_heading(line) or _is_entry(line) for line in lines[:end]) else 0


def _is_heading(line: SourceLine) -> bool:
    label, colon, _ = line.text.partition(":")
    words = _labels.words_of(label)
    return bool(colon and words) and _labels.is_short(label) and _labels.is_heading(words)


def _is_entry(line: SourceLine) -> bool:
    """Return whether a line of a heading has at most a few words that are no sentence, as in `Interviewer: KB`."""
    rest = line.text.partition(":")[2] or line.text
    return len(rest.split()) <= 6 and not re.search(r"[.?!]$", rest.strip())


def _marks(
    text: str, lines: Sequence[SourceLine], found: Sequence[Candidate], rules: SpeakerRules, path: Path
) -> list[Candidate]:
    """Return the places where turns begin, in order."""
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
    if best is Style.COLON:
        _refuse_doubtful(by_style[Style.COLON], begun, rules, path)
    marks = sorted(begun.values(), key=lambda candidate: candidate.start)
    return [*_with_inner(text, lines, marks, rules)] if best is Style.COLON else marks


def _may_join(candidate: Candidate, known: Collection[str], rules: SpeakerRules) -> bool:
    """Return whether a label in another style than most of the file's is believed there."""
    if candidate.style in (Style.TAB, Style.DASH, Style.OWN_LINE):
        return candidate.key in known
    return candidate.key in known or rules.is_sure(candidate) or candidate.style in (Style.HEADER, Style.TIMED)


def _accepted(
    style: Style, found: Sequence[Candidate], lines: Sequence[SourceLine], rules: SpeakerRules
) -> list[Candidate]:
    """Return the candidates of one style whose labels name speakers."""
    if style in (Style.HASH, Style.TIMING):
        return [candidate for candidate in found if candidate.key not in rules.not_speakers]
    sure = {candidate.key for candidate in found if rules.is_sure(candidate)}
    believed = [c for c in found if c.spaced or c.key in sure]
    runs = _runs(believed)
    keys = set(sure)
    for candidate in believed:
        label = candidate.label
        if candidate.key in rules.not_speakers or _labels.is_clause(label):
            continue
        again = runs[candidate.key] > 1 and not (
            _labels.is_heading(_labels.words_of(label)) or _labels.is_counted(label)
        )
        if style in (Style.TAB, Style.DASH, Style.OWN_LINE):
            again = again and _labels.is_name(label)
        if again or (style in (Style.HEADER, Style.TIMED) and _labels.is_name(candidate.label)):
            keys.add(candidate.key)
    if style in (Style.TAB, Style.DASH, Style.OWN_LINE) and len(keys) < 2:
        return []
    if style in (Style.COLON, Style.BRACKET):
        everywhere = {candidate.line for candidate in believed} == {line.number for line in lines}
        if everywhere or not keys - set(rules.interviewers):
            named = (candidate for candidate in believed if _labels.is_name(candidate.label))
            keys |= {candidate.key for candidate in named if candidate.key not in rules.not_speakers}
    return [candidate for candidate in believed if candidate.key in keys]


def _runs(found: Iterable[Candidate]) -> Counter[str]:
    """Return how often each label takes turns with others: labels that follow themselves count once."""
    runs: Counter[str] = Counter()
    before = ""
    for candidate in found:
        if _labels.is_clause(candidate.label):
            continue
        runs[candidate.key] += candidate.key != before
        before = candidate.key
    return runs


def _refuse_doubtful(found: Sequence[Candidate], begun: dict[int, Candidate], rules: SpeakerRules, path: Path) -> None:
    """Raise a question for each name that stands before a colon and may be a speaker or not."""
    runs = _runs(found)
    asked: dict[str, Candidate] = {}
    for candidate in found:
        doubtful = candidate.spaced and candidate.line not in begun and candidate.key not in rules.not_speakers
        if doubtful and (_labels.is_name(candidate.label) or runs[candidate.key] > 1):
            asked.setdefault(candidate.key, candidate)
    TranscriptError.raise_if(
        Fault(
            f"begins like a turn of {candidate.label!r}; say whether that is a speaker: "
            f"speakers=[{candidate.label!r}] if so (--speaker-label), not_speakers=[{candidate.label!r}] if not "
            "(--no-speaker).",
            path,
            candidate.line,
        )
        for candidate in asked.values()
    )


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


def _is_wrapped(lines: Sequence[SourceLine], marked: Collection[int]) -> bool:
    """Return whether lines end where the page did: many line ends within a turn cut a sentence."""
    ends = cuts = 0
    for line, following in pairwise(lines):
        if line.before_blank or following.number in marked or following.number != line.number + 1:
            continue
        ends += 1
        cuts += (
            len(line.text) <= _WRAPPED_WIDTH
            and not _ENDS_SENTENCE.search(line.text)
            and following.text[0].isalpha()
            and not following.text[0].isupper()
        )
    return ends >= 3 and cuts >= _WRAPPED_SHARE * ends


def _footers(lines: Sequence[SourceLine]) -> set[int]:
    """Return the numbers of lines at the end in which a transcription service names itself."""
    return {line.number for line in lines[-3:] if _FOOTER.match(line.text)}


def _kind_without_speech(line: str) -> LeftOutKind | None:
    """Return what kind of line nobody speaks this is, or None for speech."""
    if _RECORDER.match(line):
        return LeftOutKind.RECORDER
    if TIMING.fullmatch(line) or _ONLY_TIME.match(line):
        return LeftOutKind.TIME
    if _PAGE.match(line):
        return LeftOutKind.PAGE
    return LeftOutKind.RULE if set(line) <= set("-_=*~ ") else None


def _paragraphs(
    text: str,
    start: int,
    end: int,
    lines: Sequence[SourceLine],
    footers: Collection[int],
    left_out: list[LeftOut],
    *,
    wrapped: bool,
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the paragraphs of a turn; what is nobody's words is noted in `left_out`."""
    number = text.count("\n", 0, start) + 1
    begin = start
    whole: tuple[int, int] | None = None
    for offset, raw in enumerate(text[start:end].split("\n")):
        stop = begin + len(raw)
        line = raw.strip()
        kind = LeftOutKind.FOOTER if number + offset in footers else _kind_without_speech(line) if line else None
        if kind is not None:
            left_out.append(LeftOut(kind, line, number + offset))
        span = (begin, begin) if kind is not None else _span_of_words(text, begin, stop, first=begin == start)
        if not wrapped:
            if span[0] < span[1]:
                yield span
        elif span[0] < span[1]:
            whole = span if whole is None else (whole[0], span[1])
        elif whole is not None and not line and offset:
            yield whole
            whole = None
        begin = stop + 1
    if whole is not None:
        yield whole


def _span_of_words(text: str, start: int, stop: int, *, first: bool) -> tuple[int, int]:
    """Return where the words of a line are, without a time before them and a time mark after them."""
    start, stop = trimmed(text, start, stop)
    line = text[start:stop]
    time = _TIME_FIRST.match(line)
    if time is not None and (first or "[" in time[0]):
        start += time.end()
    mark = _F4_TIME.search(text[start:stop])
    if mark is not None:
        stop = start + mark.start()
    return trimmed(text, start, stop)
