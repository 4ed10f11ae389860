"""Turns in subtitles: WebVTT as Zoom and Teams write it, and SubRip."""

import html
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._doubts import begins_like, comes_again, may_be_asked, read_as
from autocode.transcripts._labelled import NO_SPEAKER
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script, script_of

_CLOCK = r"(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^<>]*)>")
# Only the tags of WebVTT and SubRip: `a<b then c>d` is speech.
_TAG = re.compile(
    r"</?(?:c|i|b|u|s|ruby|rt)(?:\.[\w.-]+)*>|</?(?:v|lang|font)(?:[\s.][^<>]*)?>|<\d[\d:.]*>", re.IGNORECASE
)
_NAMED = re.compile(
    r"\s*(?:[-–]\s*)?(?:>>\s*)?(?:\[(?P<bracket>[^\[\]:]{1,140})\]\s*:?|(?P<colon>[^:\n]{1,140}?)\s*[:：])(?=\s|$)"
)
# what stands over a cue's timing: a number, or a name of one word with a number in it
_IDENTIFIER = re.compile(r"\s*\S*\d\S*\s*")
_NOTE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_ARROW = re.compile(r"--\s*>|[-–—]>|\d\s*->\s*\d")
UNKNOWN = "Unknown speaker"


def read_cues(text: str, *, path: Path, rules: SpeakerRules) -> Script:
    """Return one turn for each run of cues that one speaker says; a cue without a name goes on with the last one."""
    left_out: list[LeftOut] = []
    cues = list(_payloads(text, path, left_out))
    if any(_VOICE.search(" ".join(cue.values())) for cue in cues):
        utterances, speech = [part for cue in cues for part in _voices(" ".join(cue.values()))], dict[int, str]()
    else:
        utterances, speech = _named_utterances(cues, path, rules)
    if not any(speaker for speaker, _ in utterances):
        if rules.speaker_name is None:
            raise TranscriptError.at(path, NO_SPEAKER)
        utterances = [(rules.speaker_name, words) for _, words in utterances]
    script = script_of(_runs(utterances, left_out))
    notes = (read_as("speech", speech),) if speech else ()
    return replace(script, left_out=tuple(left_out), notes=notes)


def _named_utterances(
    cues: list[dict[int, str]], path: Path, rules: SpeakerRules
) -> tuple[list[tuple[str, str]], dict[int, str]]:
    """Return the words of each line of each cue with the name before them, and the labels that are read as speech.

    A name within a cue must be known.

    Raises
    ------
    TranscriptError
        With each name that stands once before a colon within a cue, so that it may be a speaker or not.
    """
    plain = [{n: _plain(line) for n, line in cue.items()} for cue in cues]
    labels = {
        n: match[match.lastgroup or 0] for cue in plain for n, line in cue.items() if (match := _NAMED.match(line))
    }
    known = _known(list(labels.values()), rules)
    # what opens a cue and looks like a name is one, even once: Zoom writes the name before every cue
    opening = {labels[n] for cue in plain for n in list(cue)[:1] if n in labels}
    known |= {_labels.key(label) for label in opening if _labels.is_name(label)} - set(rules.not_speakers)
    doubtful = {
        n: label
        for n, label in labels.items()
        if may_be_asked(label) and _labels.key(label) not in known | set(rules.not_speakers)
    }
    TranscriptError.raise_if(Fault(begins_like(label), path, n) for n, label in doubtful.items())
    utterances = [_named(line, known) for cue in plain for line in cue.values()]
    if not any(speaker for speaker, _ in utterances):
        return utterances, {}
    speech = {
        n: label
        for n, label in labels.items()
        if _labels.key(label) not in known | set(rules.not_speakers) and not _labels.is_speech(label)
    }
    return utterances, speech


def _known(labels: list[str], rules: SpeakerRules) -> set[str]:
    """Return the keys of labels that are sure, or that stand at the beginning of lines again and again."""
    times = Counter(map(_labels.key, labels))
    known = {
        _labels.key(label)
        for label in labels
        if rules.is_sure(label) or (times[_labels.key(label)] > 1 and comes_again(label))
    }
    return (known | set(rules.speakers)) - set(rules.not_speakers)


def _payloads(text: str, path: Path, left_out: list[LeftOut]) -> Iterator[dict[int, str]]:
    """Yield the lines of each cue by their numbers; what is nobody's words is noted in `left_out`."""
    lines = text.split("\n")
    timings = [n for n, line in enumerate(lines) if _TIMING.match(line)]
    if not timings:
        raise TranscriptError.at(
            path, "contains no cue with a timing such as '00:00:01.000 --> 00:00:04.000'; export the subtitles again."
        )
    broken = [n for n, line in enumerate(lines) if _ARROW.search(line) and not _TIMING.match(line)]
    TranscriptError.raise_if(
        Fault(
            f"expected a timing such as '00:00:01.000 --> 00:00:04.000', found {lines[n].strip()!r}; correct it.",
            path,
            n + 1,
        )
        for n in broken
    )
    for n, line in enumerate(lines[: timings[0]]):
        named = n == timings[0] - 1 and _IDENTIFIER.fullmatch(line) is not None
        if line.strip() and not named and (n or line.strip() != "WEBVTT"):
            left_out.append(LeftOut(LeftOutKind.FRONT_MATTER, line.strip(), n + 1))
    for n, following in pairwise([*timings, len(lines)]):
        yield dict(_cue_lines(lines, n + 1, following, left_out))


def _cue_lines(lines: list[str], start: int, stop: int, left_out: list[LeftOut]) -> Iterator[tuple[int, str]]:
    """Yield the lines of one cue, also after a blank line; the next cue's identifier and notes are no words."""
    if stop < len(lines) and stop - 1 >= start and _is_identifier(lines, stop - 1, after_blank=stop - 2 >= start):
        stop -= 1
    note = False
    for n in range(start, stop):
        line = lines[n].strip()
        note = bool(line) and (note or _NOTE.match(line) is not None)
        if note:
            left_out.append(LeftOut(LeftOutKind.NOTE, line, n + 1))
        elif line:
            yield n + 1, line


def _is_identifier(lines: list[str], n: int, *, after_blank: bool) -> bool:
    """Return whether a line over a timing names the cue; words there belong to the cue before."""
    if lines[n].strip().isdigit():
        return True
    return after_blank and not lines[n - 1].strip() and _IDENTIFIER.fullmatch(lines[n]) is not None


def _plain(payload: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", payload)).split())


def _voices(payload: str) -> Iterator[tuple[str, str]]:
    voices = list(_VOICE.finditer(payload))
    yield "", _plain(payload[: voices[0].start()] if voices else payload)
    ends = [voice.start() for voice in voices[1:]] + [len(payload)]
    for voice, end in zip(voices, ends, strict=False):
        yield _labels.tidy(html.unescape(voice["name"])), _plain(payload[voice.end() : end])


def _named(cue: str, known: Collection[str]) -> tuple[str, str]:
    match = _NAMED.match(cue)
    label = match[match.lastgroup or 0] if match else ""
    if match and _labels.key(label) in known:
        return _labels.tidy(label), cue[match.end() :].strip()
    return "", cue


def _runs(utterances: list[tuple[str, str]], left_out: list[LeftOut]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the words of each speaker until the next speaks; who says nothing is noted in `left_out`."""
    current, words = UNKNOWN, list[str]()
    for speaker, text in utterances:
        if speaker and speaker != current:
            if words:
                yield current, (" ".join(words),)
            elif current != UNKNOWN:
                left_out.append(LeftOut(LeftOutKind.NO_WORDS, current))
            current, words = speaker, []
        if text:
            words.append(text)
    if words:
        yield current, (" ".join(words),)
    elif current != UNKNOWN:
        left_out.append(LeftOut(LeftOutKind.NO_WORDS, current))
