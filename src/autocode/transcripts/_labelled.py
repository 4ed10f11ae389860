"""Turns in a text with speaker labels, as texts, Word files and Markdown hold them."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._doubts import read_as
from autocode.transcripts._labels import BLANK, TIME
from autocode.transcripts._line_ends import line_ends_of
from autocode.transcripts._marks import find_marks
from autocode.transcripts._nouns import LeftOutKind
from autocode.transcripts._roles import INTERVIEWERS
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Gap, Script, Turn, trimmed
from autocode.transcripts._styles import TIMING, Candidate, SourceLine, Style, candidates, source_lines
from autocode.transcripts._summary import NO_TRANSCRIPT, summary_headings
from autocode.wording import listing

NO_SPEAKER = (
    "names no speaker; begin each turn with its speaker, as in 'GP1: words', or, where only one person speaks, name "
    "that person with speaker_name=... (--speaker-name)."
)

_TIME_FIRST = re.compile(rf"{TIME}(?=\s|$)\s*")
_ONLY_TIME = re.compile(rf"#?{TIME}(?:-\d{{1,2}}#)?$")
# the time at the end of a paragraph: f4's, and Trint's with the length of the paragraph in seconds
_LAST_TIME = re.compile(
    r"\s*(?:#\d{1,2}:\d{2}:\d{2}(?:[-.,]\d{1,3})?#|\[\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?\](?:\s?\[\d{1,4}\.\d{1,2}\])?)$"
)
_RECORDER = re.compile(r".{0,80}\b(?:started|stopped) transcription$|Transcription ended after [\d:]{4,8}$")
_SERVICES = r"otter\.ai|sonix|trint|descript|rev(?:\.com)?|temi|happy scribe|fireflies|notta|turboscribe|amberscript"
_FOOTER = re.compile(
    r"(?:this (?:editable )?transcript was )?(?:computer[ -])?(?:transcribed|generated|created|powered|exported)\s+"
    r"(?:by|with|on|using|from|and might)\b.*$"
    rf"|(?:{_SERVICES})\s+(?:is|was|can|makes)\b.*$",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:page|seite|página|pagina|p\.)\s*\d{1,4}(?:\s*(?:of|/|von|de|di|van)\s*\d{1,4})?$|-\s*\d{1,4}\s*-$",
    re.IGNORECASE,
)
_TAPE = re.compile(
    r"[\[(<*-]{0,3}\s*(?:(?:end|start|beginning) of (?:the )?(?:recording|interview|transcript|tape|audio)"
    r"|(?:recording|interview|transcript|tape|audio) (?:ends|ended|stops|stopped|begins|began|starts|started|resumes)"
    r"|ende der aufnahme|fin de l['’]enregistrement|fin de la grabación)\s*[\])>*.-]{0,3}$",
    re.IGNORECASE,
)
_LINE_NUMBER = re.compile(r"(\d{1,4})[.)]?[ \t]+(?=\S)")


def read_labelled(text: str, *, path: Path, rules: SpeakerRules) -> Script:
    """Return the turns of a text with speaker labels, and what of it is nobody's words.

    A label that stands at the beginning of turns again and again is a speaker, whatever its words; a number code, an
    interviewer, a role and the file's own name are speakers the first time. Styles of labelling may be mixed. Two
    spellings of one label that differ in case are one speaker.

    Raises
    ------
    TranscriptError
        Where nobody is named, or where a name stands before a colon only once, so that it may be a speaker or not.
    """
    lines = source_lines(text)
    numbers = _line_numbers(lines)
    lines = [_without_number(line, numbers) for line in lines]
    front = _front_matter(lines)
    try:
        found = find_marks(text, lines[front:], list(candidates(lines[front:])), rules, path)
    except TranscriptError as error:
        raise TranscriptError(*_doubts(text, path), *error.faults) from error
    marks = list(found.turns)
    if not marks and rules.speaker_name is not None and lines[front:]:
        start = lines[front].start
        marks = [Candidate(rules.speaker_name, Style.COLON, lines[front].number, start, start)]
    if not marks:
        raise TranscriptError(*(_doubts(text, path) or [Fault(NO_SPEAKER, path)]))
    names = _names(marks)
    line_ends = line_ends_of(lines, {mark.line: mark.end for mark in marks})
    wrapped = line_ends.are_of_the_page
    gaps = [Gap(LeftOutKind.NUMBER, *span) for span in numbers.values()]
    gaps += _before(text, lines, marks[0].start)
    footers = _footers(lines)
    turns = []
    for mark, end in zip(marks, [*(mark.start for mark in marks[1:]), len(text)], strict=True):
        paragraphs = tuple(_paragraphs(text, mark, end, footers, numbers, gaps, wrapped=wrapped))
        if paragraphs:
            turns.append(Turn(speaker=names[mark.label.casefold()], paragraphs=paragraphs))
        else:
            match = _find(mark.label, text[mark.start : mark.end])
            span = match.span() if match else (0, mark.end - mark.start)
            gaps.append(Gap(LeftOutKind.NO_WORDS, mark.start + span[0], mark.start + span[1]))
        gaps += _with_label(text, mark)
    notes = [*_unbelieved(found.speech, lines, marks[0].start)]
    notes += line_ends.remarks()
    return Script(text=text, turns=tuple(turns), gaps=tuple(gaps), notes=tuple(notes))


def _unbelieved(places: Sequence[Candidate], lines: Sequence[SourceLine], first: int) -> Iterator[str]:
    """Yield the remarks about what looks like the beginning of a turn and is none; the first turn begins at `first`."""
    by_number = {line.number: line for line in lines}
    entries = {line.number for line in lines if line.start < first and (_is_heading(line) or _is_entry(line))}
    places = [place for place in places if _kind_without_speech(by_number[place.line].text) is None]
    above = {place.line: place.label for place in places if by_number[place.line].start < first}
    speech = {place.line: place.label for place in places if place.line not in above}
    above = {line: label for line, label in above.items() if line not in entries}
    if above:
        yield read_as("front matter", above)
    if speech:
        yield read_as("speech", speech)


def _line_numbers(lines: Sequence[SourceLine]) -> dict[int, tuple[int, int]]:
    """Return the span of the number before each line, where lines are numbered one by one, as for close analysis."""
    matches = [(line, _LINE_NUMBER.match(line.text)) for line in lines]
    numbered = [(line, match) for line, match in matches if match is not None]
    values = [int(match[1]) for _, match in numbered]
    if len(values) < 4 or len(values) < 0.8 * len(lines) or any(b != a + 1 for a, b in pairwise(values)):
        return {}
    return {line.number: (line.start, line.start + len(match[0].rstrip())) for line, match in numbered}


def _without_number(line: SourceLine, numbers: Mapping[int, tuple[int, int]]) -> SourceLine:
    if line.number not in numbers:
        return line
    number = numbers[line.number][1] - line.start
    words = line.text[number:]
    after = number + len(words) - len(words.lstrip(BLANK))
    return replace(line, start=line.start + after, text=line.text[after:])


def _doubts(text: str, path: Path) -> list[Fault]:
    """Return the doubt whether a text without clear speakers is a transcript at all."""
    headings = summary_headings(text)
    return [Fault(NO_TRANSCRIPT.format(listing(map(repr, headings), at_most=4)), path)] if len(headings) > 1 else []


def _names(marks: Sequence[Candidate]) -> dict[str, str]:
    """Return the name of each speaker by the label in lower case: the commonest spelling, of two the first.

    A label with a remark in brackets, and without it elsewhere, is one person: `Anna (Interviewer)` and `Anna`. Several
    remarks are several people, and so is `Interviewer (KB)` beside an interviewer.
    """
    spellings: dict[str, Counter[str]] = {}
    remarked: dict[str, set[str]] = {}
    for mark in marks:
        label = mark.label.casefold()
        spellings.setdefault(label, Counter())[mark.label] += 1
        if label != mark.key:
            remarked.setdefault(mark.key, set()).add(label)
    names = {label: counts.most_common(1)[0][0] for label, counts in spellings.items()}
    for key, labels in remarked.items():
        if key in names and len(labels) == 1 and key not in INTERVIEWERS:
            names[key] = names[next(iter(labels))]
    return names


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


def _before(text: str, lines: Sequence[SourceLine], stop: int) -> Iterator[Gap]:
    """Yield what stands before the first turn."""
    for line in lines:
        start, end = trimmed(text, line.start, min(line.start + len(line.text), stop))
        if start < end:
            yield Gap(_kind_without_speech(text[start:end]) or LeftOutKind.FRONT_MATTER, start, end)


def _with_label(text: str, mark: Candidate) -> Iterator[Gap]:
    """Yield what stands with a label and is no part of the speaker's name: a time, or a remark in brackets."""
    region = text[mark.start : mark.end]
    match = _find(mark.label, region)
    pieces = [(0, match.start()), (match.end(), len(region))] if match else [(0, len(region))]
    for begin, end in pieces:
        words = re.search(r"[\[(#]?\w.*\w[\])#]?|\w", region[begin:end], re.DOTALL)
        if words is not None:
            kind = LeftOutKind.TIME if any(letter.isdigit() for letter in words[0]) else LeftOutKind.STAGE
            yield Gap(kind, mark.start + begin + words.start(), mark.start + begin + words.end())


def _find(label: str, region: str) -> re.Match[str] | None:
    """Return where a label stands among the words before a turn, whatever blanks are between its words."""
    return re.search(r"(?<!\w)" + r"\s+".join(map(re.escape, label.split())) + r"(?!\w)", region, re.IGNORECASE)


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
    if _TAPE.match(line):
        return LeftOutKind.STAGE
    return LeftOutKind.RULE if set(line) <= set("-_=*~ ") else None


def _paragraphs(
    text: str,
    mark: Candidate,
    end: int,
    footers: Collection[int],
    numbers: Mapping[int, tuple[int, int]],
    gaps: list[Gap],
    *,
    wrapped: bool,
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the paragraphs of a turn; what is nobody's words is noted in `gaps`."""
    start = mark.end
    number = mark.line + text.count("\n", mark.start, start)
    begin = start
    whole: tuple[int, int] | None = None
    for offset, raw in enumerate(text[start:end].split("\n")):
        stop = begin + len(raw)
        if number + offset in numbers and begin <= numbers[number + offset][0]:
            begin = min(stop, numbers[number + offset][1])
        line = text[begin:stop].strip(BLANK)
        kind = LeftOutKind.FOOTER if number + offset in footers else _kind_without_speech(line) if line else None
        if kind is not None:
            gaps.append(Gap(kind, *trimmed(text, begin, stop)))
        span = (begin, begin) if kind is not None else _span_of_words(text, begin, stop, gaps, first=begin == start)
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


def _span_of_words(text: str, start: int, stop: int, gaps: list[Gap], *, first: bool) -> tuple[int, int]:
    """Return where the words of a line are, without a time before them and a time mark after them."""
    start, stop = trimmed(text, start, stop)
    time = _TIME_FIRST.match(text[start:stop])
    if time is not None and (first or "[" in time[0]):
        gaps.append(Gap(LeftOutKind.TIME, *trimmed(text, start, start + time.end())))
        start += time.end()
    mark = _LAST_TIME.search(text[start:stop])
    if mark is not None:
        gaps.append(Gap(LeftOutKind.TIME, *trimmed(text, start + mark.start(), stop)))
        stop = start + mark.start()
    return trimmed(text, start, stop)
