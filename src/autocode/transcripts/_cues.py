"""Turns in subtitles: WebVTT as Zoom and Teams write it, and SubRip."""

import html
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts import _labels
from autocode.transcripts._labelled import NO_SPEAKER, SpeakerRules
from autocode.transcripts._script import Script, script_of

_CLOCK = r"(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^>]*)>")
_TAG = re.compile(r"</?[A-Za-z0-9][^>]*>")
_NAMED = re.compile(
    r"\s*(?:[-–]\s*)?(?:>>\s*)?(?:\[(?P<bracket>[^\[\]:]{1,60})\]\s*:?|(?P<colon>[^:\n]{1,60}?)\s*[:：])(?=\s|$)"
)
UNKNOWN = "Unknown speaker"


def read_cues(text: str, *, path: Path, rules: SpeakerRules) -> Script:
    """Return one turn for each run of cues that one speaker says; a cue without a name goes on with the last one."""
    cues = list(_payloads(text, path))
    if any(_VOICE.search(cue) for cue in cues):
        said = [part for cue in cues for part in _voices(cue)]
    else:
        plain = [_plain(cue) for cue in cues]
        candidates = [match[match.lastgroup or 0] for cue in plain if (match := _NAMED.match(cue))]
        known = _known(candidates, rules)
        # what opens a cue and looks like a name is one, even once: Zoom writes the name before every cue
        named = {_labels.key(label) for label in candidates if _labels.is_name(label)}
        said = [_named(cue, known | named) for cue in plain]
    if not any(speaker for speaker, _ in said):
        if rules.speaker_name is None:
            raise TranscriptError.at(path, NO_SPEAKER)
        said = [(rules.speaker_name, words) for _, words in said]
    return script_of(_runs(said))


def _known(labels: list[str], rules: SpeakerRules) -> set[str]:
    """Return the keys of labels that are sure, or that stand at the beginning of cues again and again."""
    times = Counter(map(_labels.key, labels))
    known = {
        _labels.key(label)
        for label in labels
        if _labels.is_sure(label, interviewers=rules.interviewers, stem=rules.stem)
        or (times[_labels.key(label)] > 1 and not _labels.is_sentence(label))
    }
    return (known | set(rules.speakers)) - set(rules.not_speakers)


def _payloads(text: str, path: Path) -> Iterator[str]:
    lines = text.split("\n")
    timings = [n for n, line in enumerate(lines) if _TIMING.match(line)]
    if not timings:
        raise TranscriptError.at(
            path, "holds no cue with a timing such as '00:00:01.000 --> 00:00:04.000'; export the subtitles again."
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


def _runs(said: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    current, words = UNKNOWN, list[str]()
    for speaker, text in said:
        if speaker and speaker != current:
            if words:
                yield current, (" ".join(words),)
            current, words = speaker, []
        if text:
            words.append(text)
    if words:
        yield current, (" ".join(words),)
