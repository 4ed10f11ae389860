"""Places that look like the beginning of a turn and are not believed: which are asked about, and which are speech."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autocode.transcripts import _labels
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._styles import WEAK, Candidate, SourceLine, Style
from autocode.wording import listing

# styles that stand with a time, which words of speech do not
_WITH_TIME = frozenset({Style.HEADER, Style.TIMED})
_WEAK_WORDS, _FEW_WORDS = 8, 4
_ABBREVIATED = 6  # Anon.
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.\s?){1,4}|[^\W\d_]{0,3}\d{1,3}\.")


@dataclass(frozen=True, slots=True)
class Begun:
    """The turns that are believed: the label of each by its line, the style of most, and whether every line has one."""

    by_line: Mapping[int, Candidate]
    style: Style
    everywhere: bool

    @property
    def are_tight(self) -> bool:
        """Whether most of the turns have no white space after the mark of the label: `Anna—well`."""
        return 2 * sum(not candidate.spaced for candidate in self.by_line.values()) > len(self.by_line)

    def are_all(self, case: str) -> bool:
        """Return whether all labels are in one case, \"isupper\" or \"islower\"."""
        return all(getattr(candidate.label, case)() for candidate in self.by_line.values())


def begins_like(label: str) -> str:
    """Return the question whether a label is a speaker, and how to answer it."""
    shown = repr(_labels.shown(label))
    return (
        f"begins like a turn of {shown}; say whether that is a speaker: speakers=[{shown}] if so "
        f"(--speaker-label), not_speakers=[{shown}] if not (--no-speaker)."
    )


def read_as(what: str, labels: Mapping[int, str]) -> str:
    """Return the remark that words which may be labels were taken for something else, each by its line."""
    each = [f"{_labels.shown(label)!r} in line {line}" for line, label in labels.items()]
    return f"read as {what}, not as the beginning of a turn: {listing(each)}; name a speaker with --speaker-label"


def comes_again(label: str, *, everywhere: bool = False) -> bool:
    """Return whether words that stand at the beginning of lines again and again are a speaker's label.

    `And then` is one only where every line begins with a label.
    """
    if _labels.is_clause(label) or (_labels.joins_sentences(label) and not everywhere):
        return False
    return not _labels.is_heading(_labels.words_of(label)) and not _labels.is_counted(label)


def may_be_asked(label: str) -> bool:
    """Return whether words look like a name or a code, or say what somebody is: they are asked about even once."""
    return _labels.is_name(label) or _labels.is_calling(label) or _labels.is_uncertain(label)


def is_everywhere(style: Style, found: Sequence[Candidate], lines: Sequence[SourceLine]) -> bool:
    """Return whether every line, or every paragraph, begins with what may be a label, so that no line goes on."""
    begin = {line.number for line in lines if style is not Style.OWN_LINE or line.after_blank}
    return {candidate.line for candidate in found} == begin


def runs_of(found: Iterable[Candidate]) -> Counter[str]:
    """Return how often each label takes turns with others: labels that follow themselves count once."""
    runs: Counter[str] = Counter()
    before = ""
    for candidate in found:
        if _labels.is_clause(candidate.label):
            continue
        runs[candidate.key] += candidate.key != before
        before = candidate.key
    return runs


def taking_turns(by_style: Mapping[Style, Sequence[Candidate]], rules: SpeakerRules) -> list[Candidate]:
    """Return the first place of each label that takes turns with others: in the style where most do, or in several.

    They are asked about in a file of which no style is believed.
    """
    every = _one_a_line(
        candidate for found in by_style.values() for candidate in found if rules.is_sure(candidate.label)
    )
    every = _one_a_line([*every, *(candidate for found in by_style.values() for candidate in found)])
    best = max(([_again_in(found, rules) for found in by_style.values()]), key=len, default=[]) or _again_in(
        every, rules
    )
    first = {candidate.key: candidate for candidate in reversed(best) if not rules.is_sure(candidate.label)}
    return list(first.values())


def _again_in(found: Iterable[Candidate], rules: SpeakerRules) -> list[Candidate]:
    """Return the candidates whose labels take turns with each other, where at least two do."""
    able = [
        candidate
        for candidate in found
        if candidate.key not in rules.not_speakers
        and candidate.style is not Style.DOT
        and (candidate.spaced or candidate.style is Style.DASH)
        and not _labels.is_clause(candidate.label)
    ]
    runs = runs_of(able)
    again = [candidate for candidate in able if runs[candidate.key] > 1]
    return again if len({candidate.key for candidate in again}) > 1 else []


def doubted(found: Sequence[Candidate], begun: Begun, rules: SpeakerRules) -> tuple[list[Candidate], list[Candidate]]:
    """Return the places to ask about, and those that are read as speech and said to be, one for each label.

    Asked about is what looks like a name, a code or what somebody is, even once; what comes again and again in turn
    with others; any words where no line goes on with a turn, or where they stand with a time. What can only be a piece
    of a sentence, such as `I said:`, is speech and not said to be.
    """
    asked: dict[str, Candidate] = {}
    speech: dict[str, Candidate] = {}
    runs = {style: _runs_with(begun, style, found) for style in Style}
    often = max(2, sum(runs_of(sorted(begun.by_line.values(), key=lambda mark: mark.start)).values()) / 2)
    lines = set(begun.by_line)
    for candidate in found:
        key = candidate.key
        if candidate.line in lines or key in rules.not_speakers or key in asked or _labels.is_speech(candidate.label):
            continue
        n_runs = runs[candidate.style][key]
        same = candidate.style is begun.style
        if _is_asked(candidate, begun, n_runs) if same else _is_asked_elsewhere(candidate, begun, n_runs >= often):
            asked[key] = candidate
            speech.pop(key, None)
        elif _is_like_a_label(candidate, begun, n_runs):
            speech.setdefault(key, candidate)
    taken = {candidate.line for candidate in asked.values()}
    return list(asked.values()), _one_a_line(place for place in speech.values() if place.line not in taken)


def _one_a_line(places: Iterable[Candidate]) -> list[Candidate]:
    by_line: dict[int, Candidate] = {}
    for place in places:
        by_line.setdefault(place.line, place)
    return [by_line[line] for line in sorted(by_line)]


def _runs_with(begun: Begun, style: Style, found: Iterable[Candidate]) -> Counter[str]:
    """Return how often each label of one style takes turns, with the speakers who are known."""
    own = [candidate for candidate in found if candidate.style is style and candidate.line not in begun.by_line]
    return runs_of(sorted([*begun.by_line.values(), *own], key=lambda candidate: candidate.start))


def _is_asked(candidate: Candidate, begun: Begun, n_runs: int) -> bool:
    """Return whether a label in the style of the file's turns is asked about."""
    label, style = candidate.label, candidate.style
    if style is Style.DOT:
        return label.isupper() and len(label) <= 2
    if not _is_set_off(candidate, begun):
        return False
    if n_runs > 1 and style not in WEAK:
        return not (_labels.opens_sentence(label) and _labels.is_clause(label))
    if n_runs > 1 and (style is not Style.OWN_LINE or _may_stand_alone(label)):
        return _labels.is_calling(label) or not (_labels.opens_sentence(label) or label.casefold() in _labels.SENTENCE)
    if style in _WITH_TIME:
        return not _labels.is_clause(label) and (not _labels.opens_sentence(label) or _labels.is_calling(label))
    if style in WEAK - {Style.TAB} and not _may_stand_alone(label):
        return style is Style.DASH and label.endswith(".") and len(label) < _ABBREVIATED
    if _looks_named(label, begun) or (label.isdigit() and style not in WEAK):
        return not _labels.is_heading(_labels.words_of(label)) and not _labels.is_counted(label)
    placed = begun.everywhere and style not in WEAK and label[0].isupper()
    return placed and not (_labels.opens_sentence(label) or _labels.is_sentence(label))


def _is_asked_elsewhere(candidate: Candidate, begun: Begun, often: bool) -> bool:
    """Return whether a label in another style than the file's turns is asked about."""
    label, style = candidate.label, candidate.style
    if not candidate.spaced or _labels.is_clause(label):
        return False
    if style is Style.HASH or style is Style.TIMING:
        return True
    if often and style is not Style.DOT:
        return style not in WEAK or (_may_stand_alone(label) and not _labels.opens_sentence(label))
    if style in _WITH_TIME:
        return may_be_asked(label)
    return style is Style.COLON and begun.style not in _WITH_TIME | {Style.TIMING} and _looks_named(label, begun)


def _is_like_a_label(candidate: Candidate, begun: Begun, n_runs: int) -> bool:
    """Return whether words that are read as speech may all the same be a label."""
    label, style = candidate.label, candidate.style
    if style is Style.COLON:
        return True
    if style is Style.DOT or not _is_set_off(candidate, begun):
        return False
    if style not in WEAK:
        return (style is Style.BRACKET and not label.isdigit()) or not _labels.joins_sentences(label)
    if style is not Style.TAB and not _may_stand_alone(label):
        return False
    if _labels.is_clause(label) or _labels.joins_sentences(label):
        return False
    if len(label.split()) > _WEAK_WORDS:
        return False
    return style in (begun.style, Style.TAB) or (_looks_named(label, begun) and (n_runs > 1 or _has_few_words(label)))


def _has_few_words(label: str) -> bool:
    return len(label.split()) <= _FEW_WORDS


def _is_set_off(candidate: Candidate, begun: Begun) -> bool:
    """Return whether white space follows the mark of a label, or none does in this file or after this name."""
    if candidate.spaced or (candidate.style is Style.DASH and begun.style is Style.DASH and begun.are_tight):
        return True
    if candidate.style is Style.DASH:
        return begun.style is not Style.DASH and may_be_asked(candidate.label)
    return candidate.style is Style.COLON and _labels.is_name(candidate.label)


def _may_stand_alone(label: str) -> bool:
    """Return whether words do not end as a sentence or a part of it does; initials do not."""
    return _INITIALS.fullmatch(label) is not None or not label.endswith((".", ",", "!", ";", ":"))


def _looks_named(label: str, begun: Begun) -> bool:
    """Return whether words look like somebody's name or code, or say what somebody is."""
    if may_be_asked(label):
        return True
    if label.isupper() and len(label) > 2 and begun.are_all("isupper"):
        return True
    one_word = label.isalpha() and label.islower() and not _labels.is_sentence(label)
    return one_word and label not in _labels.SENTENCE and begun.are_all("islower")
