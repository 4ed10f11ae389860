"""Turns in subtitles: WebVTT as Zoom and Teams write it, and SubRip."""

import html
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._labelled import NO_SPEAKER
from autocode.transcripts._script import Script, script_of

_CLOCK = r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^>]*)>")
_TAG = re.compile(r"</?[A-Za-z0-9][^>]*>")
_NAMED = re.compile(
    r"\s*(?:[-–]\s*)?(?:>>\s*)?(?:\[(?P<bracket>[^\[\]:]{1,60})\]\s*:?|(?P<colon>[^:\n]{1,60}?)\s*[:：])(?=\s|$)"
)
UNKNOWN = "Unknown speaker"  # who speaks before the first name: automatic captions often begin without one


def read_cues(text: str, *, path: Path, stem: str, interviewers: Collection[str]) -> Script:
    """Return one turn for each run of cues by one speaker; a cue without a name continues the turn before it."""
    cues = list(_payloads(text, path))
    if any(_VOICE.search(cue) for cue in cues):
        utterances = [utterance for cue in cues for utterance in _voices(cue)]
    else:
        plain = [_plain(cue) for cue in cues]
        candidates = [match[match.lastgroup or 0] for cue in plain if (match := _NAMED.match(cue))]
        known = _labels.accepted(
            candidates, interviewers=interviewers, stem=stem, every_line_labelled=len(candidates) == len(plain)
        )
        # a name-like opening is a speaker even if it occurs once: Zoom writes the name before every cue
        named = {_labels.key(label) for label in candidates if _labels.is_name_like(label)}
        utterances = [_named(cue, known | named) for cue in plain]
    if not any(speaker for speaker, _ in utterances):
        raise TranscriptError.at(path, NO_SPEAKER)
    return script_of(_runs(utterances))


def _payloads(text: str, path: Path) -> Iterator[str]:
    """Yield the text of each cue, its lines joined."""
    lines = text.split("\n")
    timings = [n for n, line in enumerate(lines) if _TIMING.match(line)]
    if not timings:
        raise TranscriptError.at(
            path, "contains no cue with a timing such as '00:00:01.000 --> 00:00:04.000'; export the subtitles again."
        )
    broken = [n for n, line in enumerate(lines) if "-->" in line and not _TIMING.match(line)]
    TranscriptError.raise_if(
        Fault(
            f"expected a timing such as '00:00:01.000 --> 00:00:04.000', found {lines[n].strip()!r}; correct it.",
            path,
            n + 1,
        )
        for n in broken
    )
    for n in timings:
        payload = []
        for line in lines[n + 1 :]:
            if not line.strip() or _TIMING.match(line):
                break
            payload.append(line.strip())
        yield " ".join(payload)


def _plain(payload: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", payload)).split())


def _voices(payload: str) -> Iterator[tuple[str, str]]:
    """Yield the speaker and the words of each voice tag in a cue, first the words before any tag without a speaker."""
    voices = list(_VOICE.finditer(payload))
    yield "", _plain(payload[: voices[0].start()] if voices else payload)
    ends = [voice.start() for voice in voices[1:]] + [len(payload)]
    for voice, end in zip(voices, ends, strict=False):
        yield _labels.tidy(html.unescape(voice["name"])), _plain(payload[voice.end() : end])


def _named(cue: str, known: Collection[str]) -> tuple[str, str]:
    """Return the speaker and the words of a cue; the speaker is empty where the cue names none of those known."""
    match = _NAMED.match(cue)
    label = match[match.lastgroup or 0] if match else ""
    if match and _labels.key(label) in known:
        return _labels.tidy(label), cue[match.end() :].strip()
    return "", cue


def _runs(utterances: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each run of utterances by one speaker as one paragraph."""
    current, words = UNKNOWN, list[str]()
    for speaker, text in utterances:
        if speaker and speaker != current:
            if words:
                yield current, (" ".join(words),)
            current, words = speaker, []
        if text:
            words.append(text)
    if words:
        yield current, (" ".join(words),)
