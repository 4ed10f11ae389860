"""Turns in a text whose speakers are named at the beginnings of lines."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from autocode.errors import TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._labels import TIME
from autocode.transcripts._script import Script, Turn, trimmed

NO_SPEAKER = "names no speaker; begin each turn with its speaker, as in 'GP1: words'."


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place where a speaker is named; the words of the turn begin at `end`."""

    speaker: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Source:
    """A text, with the name of its file and the labels of interviewers."""

    text: str
    stem: str
    interviewers: Collection[str]

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the lines that are not blank, each with its offset in the text."""
        at = 0
        for line in self.text.split("\n"):
            if line.strip():
                yield at, line
            at += len(line) + 1

    def accepted(self, candidates: list[str], *, every_line_labelled: bool = False) -> frozenset[str]:
        return _labels.accepted(
            candidates, interviewers=self.interviewers, stem=self.stem, every_line_labelled=every_line_labelled
        )


# a label has at most 60 characters (a name with its title and role), 40 after a hash or in brackets
_LEAD = rf"\s*(?:{TIME}\s*(?:[-–—|]\s*)?)?"
_NAMED = r"[^:\n\[\]<>]{1,60}?"
_COLON = re.compile(
    rf"{_LEAD}\*{{0,2}}(?P<label>{_NAMED})\s*\*{{0,2}}\s*(?:{TIME}\s*)?[:：]\*{{0,2}}(?![\d/\\])(?P<gap>\s|$|(?<=：))?"
)
_HASH = re.compile(rf"{_LEAD}#(?P<label>[^\s#:][^:\n]{{0,39}}?)#?\s*[:：]#?(?![\d/\\])")
_BRACKET = re.compile(rf"{_LEAD}\[(?P<label>[^\[\]\n:]{{1,40}})\]\s*[:：]?(?=\s|$)")
_HEADER = re.compile(rf"\s*\*{{0,2}}(?P<label>[^\d\s:][^:\n]{{0,59}}?)\*{{0,2}},?(?:\s+|\s*[-–—|]\s*){TIME}\s*$")
_TIMING = re.compile(r"\s*\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?\s*-->\s*\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?\s*$")
_TIME_FIRST = re.compile(rf"\s*{TIME}(?=\s|$)\s*")
_ONLY_TIME = re.compile(rf"\s*{TIME}\s*$")
# what Teams writes between the turns
_NOT_SAID = re.compile(r".{0,80}\b(?:started|stopped) transcription\s*$")
# words in brackets that describe what happens or hide a name; a bracket with one of them names no speaker
_STAGE = frozenset(
    re.findall(
        r"\S+",
        """anonymised applause audible break coughing coughs crosstalk cries crying door end foreign gap hesitates
        hesitation inaudible indistinct interruption laugh laughing laughs laughter music name nods noise
        overlapping overtalking pause pauses phone place redacted recording rings sic sigh sighs silence
        smiles sneezes sniffs start unclear unintelligible whispers""",
    )
)


def read_labelled(text: str, *, path: Path, stem: str, interviewers: Collection[str]) -> Script:
    """
    Return the turns of a text with speaker labels; text before the first label is a heading and belongs to no turn.

    Labels are recognised in the form that the text uses most: `Name: words` (also `Name:` alone and several on a line),
    `#Name:`, `[Name] words`, a name with a time above the words (Otter, Teams), or a timing above the name (Teams).
    """
    source = _Source(text, stem, interviewers)
    marks = max((marks_in(source) for marks_in in (_hashes, _colons, _headers, _timings, _brackets)), key=len)
    if not marks:
        raise TranscriptError.at(path, NO_SPEAKER)
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    turns = tuple(
        Turn(speaker=mark.speaker, paragraphs=tuple(_paragraphs(text, mark.end, end)))
        for mark, end in zip(marks, ends, strict=True)
    )
    return Script(text=text, turns=tuple(turn for turn in turns if turn.paragraphs))


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a turn's lines, without times at their beginnings; lines that nobody spoke are left out."""
    at = start
    for line in text[start:end].split("\n"):
        stop = at + len(line)
        time = _TIME_FIRST.match(line)
        first = at + time.end() if time and (at == start or "[" in time[0] or _ONLY_TIME.match(line)) else at
        span = trimmed(text, first, stop)
        if span[0] < span[1] and not (
            _NOT_SAID.match(line) or _TIMING.match(line) or set(line.strip()) <= set("-_=*~ ")
        ):
            yield span
        at = stop + 1


def _hashes(source: _Source) -> list[_Mark]:
    found = [(at, match) for at, line in source.lines() if (match := _HASH.match(line))]
    return [_Mark(_labels.tidy(match["label"]), at, at + match.end()) for at, match in found]


def _colons(source: _Source) -> list[_Mark]:
    interviewers = {_labels.key(label) for label in source.interviewers}
    found: list[tuple[int, re.Match[str]]] = []
    every_line_labelled = True
    for at, line in source.lines():
        match = _COLON.match(line)
        if match and (
            match["gap"] is not None or _labels.is_sure(match["label"], interviewers=interviewers, stem=source.stem)
        ):
            found.append((at, match))
        else:
            every_line_labelled = False
    known = source.accepted([match["label"] for _, match in found], every_line_labelled=every_line_labelled)
    begun = {at: match for at, match in found if _labels.key(match["label"]) in known}
    written = {_labels.tidy(match["label"]) for match in begun.values()}
    if not written:
        return []
    # the participant and the interviewer may be named inside lines only; short labels are too easily other words
    written |= {source.stem} if _labels.is_code(source.stem) else set()
    written |= {label.capitalize() for label in interviewers if len(label) > 3 and label.isalpha()}
    inside = _inside(written, interviewers=interviewers, stem=source.stem)
    marks: list[_Mark] = []
    for at, line in source.lines():
        after = 0
        if at in begun:
            after = begun[at].end()
            marks.append(_Mark(_labels.tidy(begun[at]["label"]), at, at + after))
        for label in inside.finditer(line, after):
            marks.append(_Mark(label["sure"] or label["name"], at + label.start(), at + label.end()))
    return marks


def _inside(written: set[str], *, interviewers: Collection[str], stem: str) -> re.Pattern[str]:
    """Return a pattern of known speakers inside a line: of a code anywhere, of a name after the end of a sentence."""
    sure, names = ["(?!)"], ["(?!)"]  # a pattern that matches nothing stands for no labels
    for label in sorted(written, key=len, reverse=True):
        is_sure = len(label) > 1 and _labels.is_sure(label, interviewers=interviewers, stem=stem)
        (sure if is_sure else names).append(re.escape(label))
    after_sentence = rf"(?<=[.?!…\"”’')\]–—-])\s+(?:{TIME}\s*)?(?P<name>{'|'.join(names)})"
    anywhere = rf"(?<!\S)(?:{TIME}\s*)?(?P<sure>{'|'.join(sure)})"
    return re.compile(rf"(?:{anywhere}|{after_sentence})\s*(?::(?=\s|$)|：)")


def _headers(source: _Source) -> list[_Mark]:
    found = [
        (at, match)
        for at, line in source.lines()
        if (match := _HEADER.match(line)) and _labels.is_label_like(match["label"].replace(",", ""))
    ]
    return [_Mark(_labels.tidy(match["label"]), at, at + match.end()) for at, match in found]


def _timings(source: _Source) -> list[_Mark]:
    lines = list(source.lines())
    return [
        _Mark(_labels.tidy(name), at, below + len(name))
        for (at, line), (below, name) in pairwise(lines)
        if _TIMING.match(line) and len(name) <= 60
    ]


def _brackets(source: _Source) -> list[_Mark]:
    found = [
        (at, match)
        for at, line in source.lines()
        if (match := _BRACKET.match(line)) and not _STAGE & set(_labels.key(match["label"]).split())
    ]
    known = source.accepted([match["label"] for _, match in found])
    return [
        _Mark(_labels.tidy(match["label"]), at, at + match.end())
        for at, match in found
        if _labels.key(match["label"]) in known
    ]
