"""The styles in which transcripts name who speaks: each finds the places in a text where a turn may begin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from autocode.transcripts import _labels
from autocode.transcripts._labels import BLANK, TIME

# No label begins further into a line than this: what comes later in a line is speech.
_REACH = 180

_DATE = r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})"
_LEAD_TIME = re.compile(
    rf"#?(?:\[?{_DATE},?[ \t\u202f]{{1,3}})?{TIME}(?:[ \u202f]?[AaPp]\.?[Mm]\b\.?\]?)?"
    rf"(?:\s{{0,3}}(?:-->|[-–—])\s{{0,3}}{TIME})?(?:-\d{{1,2}}#)?\s*(?:[-–—|]\s*)?"
)
_TIMES = re.compile(TIME)
_TRAILING_TIME = re.compile(rf"[\s,]*{TIME}$")
# what stands before a label in a list or in captions: a bullet, or `>>`
_BULLET = re.compile(r"(?:>{1,3}|[-–•*])[ \t]+")
_BRACKETED = re.compile(r"\[([^\[\]\n]{1,140})\]")
# the chat of a meeting: `From Anna to Everyone:`
_TO_EVERYONE = re.compile(r"^From\s+(.{1,40}?)\s+to\s+(?:Everyone|.{1,30}\(.{1,30}\))$")
_HEADER = re.compile(
    r"\*{0,2}\[?(?P<label>[^\s:\[\]][^:\n\[\]]{0,139}?)\]?\*{0,2},?"
    rf"(?:[ \t]{{1,8}}|[ \t]{{0,8}}[-–—|][ \t]{{0,8}}){TIME}$"
)
_TIMED = re.compile(
    r"(?P<label>[^\s:\[\]][^:\n\[\]]{0,139}?)[ \t]{1,4}[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])][ \t]+(?=\S)"
)
_DASH = re.compile(r"(?P<label>[^\s:\-–—|][^:\n–—|]{0,139}?)(?:[ \t]{1,4}[-–—|][ \t]{1,4}|(?P<tight>[–—]))(?=\S)")
_TAB = re.compile(r"(?P<label>[^\t]{1,140}?)(?:\t| {3,40}(?=\S))")
# a name in bold, in round or in angle brackets before the words
_MARKED = re.compile(r"(?:\*\*([^*\n]{1,140})\*\*|\(([^()\n]{1,140})\)|<([^<>\n]{1,140})>)[ \t]+(?=\S)")
_TIME_OVER = re.compile(rf"{TIME}[ \t]{{0,4}}[-–—][ \t]{{0,4}}(?P<label>[^\s:\[\]][^:\n\[\]]{{0,139}})$")
_ONLY_TIME = re.compile(rf"{TIME}(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?$")
TIMING = re.compile(r"\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?\s*-->\s*\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?$")
# a number that stands for a person, as in `12b  0:01` and `1st speaker  0:01`
_NUMBERED = re.compile(r"\d{1,4}[A-Za-z]{0,2}[.)]?(?:\s[^\W\d_]+){0,3}")
_STAGE = frozenset(
    re.findall(
        r"\S+",
        """anonymised applause audible break coughing coughs crosstalk cries crying door end foreign gap hesitates
        hesitation inaudible indistinct interruption laugh laughing laughs laughter music nods noise overlapping
        overtalking pause pauses phone place redacted recording rings sic sigh sighs silence smiles sneezes sniffs start
        unclear unintelligible whispers""",
    )
)


class Style(StrEnum):
    """How a text names its speakers."""

    COLON = "a name and a colon"
    HASH = "a name after a hash"
    BRACKET = "a name in brackets"
    HEADER = "a name and a time over the words"
    TIMED = "a name and a time before the words"
    TIMING = "a timing over the name"
    TAB = "a name and a tab"
    DASH = "a name and a dash"
    DOT = "a letter and a full stop"
    OWN_LINE = "a name on a line of its own"


# styles in which words of speech often stand too, so that a label has to come again and again
WEAK = frozenset({Style.TAB, Style.DASH, Style.DOT, Style.OWN_LINE})


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the source that is not blank: its words without the blanks around them, and where these begin."""

    number: int
    start: int
    text: str
    after_blank: bool
    before_blank: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may name a speaker: the label as it stands there, and where the words of the turn begin."""

    label: str
    style: Style
    line: int
    start: int
    end: int
    # whether white space or the end of the line follows the mark; without, only sure labels are believed
    spaced: bool = True
    # a stage direction that stands with the label, as in `P3 (laughs):`
    remark: str = ""

    @property
    def key(self) -> str:
        """What two spellings of the label share."""
        return _labels.key(self.label)


def source_lines(text: str) -> list[SourceLine]:
    """Return the lines of a text that are not blank."""
    rows: list[tuple[int, int, str]] = []
    blank: set[int] = set()
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip(BLANK):
            rows.append((number, start + len(line) - len(line.lstrip(BLANK)), line.strip(BLANK)))
        else:
            blank.add(number)
        start += len(line) + 1
    last = rows[-1][0] if rows else 0
    return [
        SourceLine(
            number=number,
            start=at,
            text=words,
            after_blank=number == 1 or number - 1 in blank,
            before_blank=number == last or number + 1 in blank,
        )
        for number, at, words in rows
    ]


def candidates(lines: list[SourceLine]) -> Iterator[Candidate]:
    """Yield every place that may name a speaker, in any style; a line may yield several."""
    for position, line in enumerate(lines):
        over = _over_time(line, lines[position + 1]) if position + 1 < len(lines) else None
        for candidate in (over, *(find(line) for find in _FINDERS)):
            if candidate is not None:
                yield candidate
        if position and TIMING.fullmatch(lines[position - 1].text) and len(line.text) <= _labels.MAX_LETTERS:
            yield Candidate(_labels.tidy(line.text), Style.TIMING, line.number, line.start, line.start + len(line.text))
        begin = _after_time(line.text) if line.after_blank else 0
        label = line.text[begin:]
        if line.after_blank and _labels.is_short(label):
            end = line.start + len(line.text)
            yield Candidate(
                _labels.tidy(label), Style.OWN_LINE, line.number, line.start, end, spaced=not line.before_blank
            )


def _after_time(words: str) -> int:
    """Return where the words begin that follow a time or a bullet at the beginning."""
    match = _LEAD_TIME.match(words)
    begin = match.end() if match else 0
    bullet = _BULLET.match(words, begin)
    return bullet.end() if bullet else begin


def _colon(line: SourceLine) -> Candidate | None:
    begin = _after_time(line.text)
    head = line.text[begin : begin + _REACH]
    if head.startswith("#"):
        return None
    timed = [match.span() for match in _TIMES.finditer(head)]
    places = (place for place, letter in enumerate(head) if letter in ":：")
    place = next((p for p in places if not any(a <= p < b for a, b in timed)), -1)
    if place < 1 or re.match(r"[\d/\\]", head[place + 1 : place + 2]):
        return None
    label, remark = _without_stage(_labels.tidy(_TRAILING_TIME.sub("", head[:place].strip(f"{BLANK}*"))))
    label = _without_brackets(label)
    label = label[1:-1] if re.fullmatch(r"<[^<>]+>", label) else label
    label = _TO_EVERYONE.sub(r"\1", label)
    if not label or set(label) & set("<>[]") or not _labels.is_short(label):
        return None
    end = begin + place + 1
    end += len(line.text) - end - len(line.text[end:].lstrip("*"))
    spaced = head[place] == "：" or line.text[end : end + 1].isspace() or end >= len(line.text)
    return Candidate(_labels.tidy(label), Style.COLON, line.number, line.start, line.start + end, spaced, remark)


def _is_stage(words: str) -> bool:
    """Return whether words in brackets are a stage direction, such as `door slams`, and nobody's name or job."""
    plain = _labels.words_of(words)
    return not _STAGE.isdisjoint(plain) and (
        plain[0] in _STAGE or not (_labels.is_role(words) or _labels.is_calling(words))
    )


def _without_stage(label: str) -> tuple[str, str]:
    """Return a label and the stage direction in brackets after it, if there is one."""
    match = re.search(r"(?<=\S)\s*([(\[][^()\[\]]*[)\]])$", label)
    if match is None or not _is_stage(match[1]):
        return label, ""
    return label[: match.start()], match[1]


def _without_brackets(label: str) -> str:
    match = _BRACKETED.fullmatch(label.strip())
    return match[1] if match else label


def _hash(line: SourceLine) -> Candidate | None:
    begin = _after_time(line.text)
    head = line.text[begin : begin + _REACH]
    if not head.startswith("#") or head.startswith("##"):
        return None
    place = next((p for p, letter in enumerate(head) if letter in ":："), -1)
    label = head[1:place].strip().strip("#").strip() if place > 1 else ""
    if not label or re.match(r"[\d/\\]", head[place + 1 : place + 2]):
        return None
    end = begin + place + 1
    end += line.text[end : end + 1] == "#"
    return Candidate(_labels.tidy(label), Style.HASH, line.number, line.start, line.start + end)


def _bracket(line: SourceLine) -> Candidate | None:
    begin = _after_time(line.text)
    match = _BRACKETED.match(line.text, begin)
    if match is None or _TIMES.fullmatch(match[0]) or _is_stage(match[1]):
        return None
    rest = line.text[match.end() :]
    mark = re.match(r"\s?[:：]?(?=\s|$)", rest)
    if mark is None or ":" in match[1] or _HEADER.fullmatch(line.text):
        return None
    return Candidate(
        _labels.tidy(match[1]), Style.BRACKET, line.number, line.start, line.start + match.end() + mark.end()
    )


def _marked(line: SourceLine) -> Candidate | None:
    match = _MARKED.match(line.text)
    label = next(filter(None, match.groups()), "") if match else ""
    if match is None or _TIMES.fullmatch(f"({label})") or _is_stage(label) or label.rstrip().endswith((":", "：")):
        return None
    return Candidate(_labels.tidy(label), Style.BRACKET, line.number, line.start, line.start + match.end())


def _over_time(line: SourceLine, following: SourceLine) -> Candidate | None:
    """Return a name on a line of its own over a line that is only a time, as meeting tools copy it."""
    if following.number != line.number + 1 or not _ONLY_TIME.match(following.text) or _TIMES.search(line.text):
        return None
    if not _labels.is_name(line.text) or line.text.endswith((".", ",", ":", "?", "!")):
        return None
    end = following.start + len(following.text)
    return Candidate(_labels.tidy(line.text), Style.HEADER, line.number, line.start, end)


def _header(line: SourceLine) -> Candidate | None:
    if len(line.text) > _REACH:
        return None
    match = _HEADER.fullmatch(line.text) or _TIME_OVER.fullmatch(line.text)
    if match is None or (match["label"][0].isdigit() and not _NUMBERED.fullmatch(match["label"])):
        return None
    if _labels.is_clause(match["label"].replace(",", "")):
        return None
    return Candidate(_labels.tidy(match["label"]), Style.HEADER, line.number, line.start, line.start + len(line.text))


def _timed(line: SourceLine) -> Candidate | None:
    match = _TIMED.match(line.text[:_REACH])
    if match is None or _labels.is_clause(match["label"]):
        return None
    return Candidate(_labels.tidy(match["label"]), Style.TIMED, line.number, line.start, line.start + match.end())


def _tab(line: SourceLine) -> Candidate | None:
    begin = _after_time(line.text)
    match = _TAB.match(line.text[begin : begin + _REACH])
    if match is None or not _labels.is_short(match["label"]) or match["label"].rstrip().endswith((":", "：")):
        return None
    return Candidate(_labels.tidy(match["label"]), Style.TAB, line.number, line.start, line.start + begin + match.end())


def _dot(line: SourceLine) -> Candidate | None:
    match = re.match(r"(?P<label>[^\W\d_]{1,12}\d{0,2})\.[ \t]+(?=\S)", line.text)
    if match is None:
        return None
    # longer words with a full stop are labels only where they usually are: `Resp.`
    short = len(match["label"]) <= 4
    return Candidate(match["label"], Style.DOT, line.number, line.start, line.start + match.end(), spaced=short)


def _dash(line: SourceLine) -> Candidate | None:
    begin = _after_time(line.text)
    match = _DASH.match(line.text[begin : begin + _REACH])
    if match is None or not _labels.is_short(match["label"]):
        return None
    end = line.start + begin + match.end()
    spaced = match["tight"] is None
    return Candidate(_labels.tidy(match["label"]), Style.DASH, line.number, line.start, end, spaced=spaced)


_FINDERS = (_hash, _colon, _bracket, _marked, _header, _timed, _tab, _dash, _dot)
