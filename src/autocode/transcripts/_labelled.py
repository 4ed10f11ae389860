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
    """A place where a speaker is named: the turn's words begin at `end`."""

    speaker: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Source:
    """A text, and what is known about its speakers beforehand."""

    text: str
    stem: str
    interviewers: Collection[str]

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines that are not blank, each with its place."""
        at = 0
        for line in self.text.split("\n"):
            if line.strip():
                yield at, line
            at += len(line) + 1

    def accepted(self, candidates: list[str], *, every_line_labelled: bool = False) -> frozenset[str]:
        return _labels.accepted(
            candidates, interviewers=self.interviewers, stem=self.stem, every_line_labelled=every_line_labelled
        )


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
_NOT_SAID = re.compile(r".{0,80}\b(?:started|stopped) transcription\s*$")
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
    Return the turns of a text with speaker labels; what stands before the first label is a heading and no turn.

    The way of labelling is the one that the text uses most: `Name: words` (`Name:` alone, several on a line), `#Name:`,
    `[Name] words`, a name with a time over the words (Otter, Teams), or a timing with the name under it (Teams).
    """
    source = _Source(text, stem, interviewers)
    ways = [way(source) for way in (_hashes, _colons, _headers, _timings, _brackets)]
    marks = max(ways, key=len)
    if not marks:
        raise TranscriptError.at(path, NO_SPEAKER)
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    turns = tuple(
        Turn(speaker=mark.speaker, paragraphs=tuple(_paragraphs(text, mark.end, end)))
        for mark, end in zip(marks, ends, strict=True)
    )
    return Script(text=text, turns=tuple(turn for turn in turns if turn.paragraphs))


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for line in text[start:end].split("\n"):
        stop = at + len(line)
        told = _TIME_FIRST.match(line)
        first = at + told.end() if told and (at == start or "[" in told[0] or _ONLY_TIME.match(line)) else at
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
    asking = {_labels.key(label) for label in source.interviewers}
    found: list[tuple[int, re.Match[str]]] = []
    every = True
    for at, line in source.lines():
        match = _COLON.match(line)
        if match and (
            match["gap"] is not None or _labels.is_sure(match["label"], interviewers=asking, stem=source.stem)
        ):
            found.append((at, match))
        else:
            every = False
    known = source.accepted([match["label"] for _, match in found], every_line_labelled=every)
    begun = {at: match for at, match in found if _labels.key(match["label"]) in known}
    written = {_labels.tidy(match["label"]) for match in begun.values()}
    if not written:
        return []
    # who is asked may only ever speak in the middle of a line; short labels and names are too easily words
    written |= {source.stem} if _labels.is_code(source.stem) else set()
    written |= {label.capitalize() for label in asking if len(label) > 3 and label.isalpha()}
    inside = _inside(written, asking=asking, stem=source.stem)
    marks: list[_Mark] = []
    for at, line in source.lines():
        after = 0
        if at in begun:
            after = begun[at].end()
            marks.append(_Mark(_labels.tidy(begun[at]["label"]), at, at + after))
        for again in inside.finditer(line, after):
            marks.append(_Mark(again["sure"] or again["name"], at + again.start(), at + again.end()))
    return marks


def _inside(written: set[str], *, asking: Collection[str], stem: str) -> re.Pattern[str]:
    """Return what finds a known speaker inside a line: a code anywhere, a name after the end of a sentence."""
    either = {True: ["(?!)"], False: ["(?!)"]}
    for label in sorted(written, key=len, reverse=True):
        sure = len(label) > 1 and _labels.is_sure(label, interviewers=asking, stem=stem)
        either[sure].append(re.escape(label))
    said = rf"(?<=[.?!…\"”’')\]–—-])\s+(?:{TIME}\s*)?(?P<name>{'|'.join(either[False])})"
    sure_said = rf"(?<!\S)(?:{TIME}\s*)?(?P<sure>{'|'.join(either[True])})"
    return re.compile(rf"(?:{sure_said}|{said})\s*(?::(?=\s|$)|：)")


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
