"""Interviews in the rows and columns of a table: which column names who speaks, and which holds the words."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autocode.transcripts import _labels
from autocode.transcripts._labelled import read_labelled
from autocode.transcripts._labels import TIME
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script

# headings of the columns that transcription programs and people write, in lower case
_SPEAKERS = frozenset(
    {
        *("speaker", "speakers", "speaker name", "speaker label", "who", "name", "participant", "person", "voice"),
        *("sprecher", "sprecherin", "locuteur", "intervenant", "hablante", "interlocutor", "falante", "parlante"),
        *("spreker", "talare"),
    }
)
_WORDS = frozenset(
    {
        *("text", "content", "transcript", "transcription", "words", "utterance", "speech", "sentence", "what"),
        *("inhalt", "äußerung", "transkript", "texte", "contenu", "texto", "contenido", "conteúdo", "testo"),
        *("contenuto", "tekst", "inhoud"),
    }
)
_TIME = re.compile(rf"(?:{TIME}|\d+(?:[.,]\d+)?)(?:\s*(?:-->|[-–—])\s*(?:{TIME}|\d+(?:[.,]\d+)?))?$")
_NUMBER = re.compile(r"\d{1,5}[.)]?$")


def column_of(names: Sequence[str], headings: Collection[str]) -> int | None:
    """Return the one column with one of these headings, or None if there is none or more than one."""
    places = [place for place, name in enumerate(names) if name in headings]
    return places[0] if len(places) == 1 else None


def speaker_and_words(header: Sequence[str]) -> tuple[int, int] | None:
    """Return the columns whose headings say that they hold the speaker and the words, or None."""
    names = [" ".join(name.casefold().strip().strip(":").split()) for name in header]
    speaker, words = column_of(names, _SPEAKERS), column_of(names, _WORDS)
    return None if speaker is None or words is None else (speaker, words)


def speakers_in_columns(header: Sequence[str], body: Sequence[Sequence[str]], rules: SpeakerRules) -> list[int]:
    """Return the columns that each hold what one speaker says, or an empty list.

    They are headed by the speaker; every other column holds times or numbers, and no row is a label and words.
    """
    columns = [
        place
        for place, name in enumerate(header)
        if name.strip() and _is_label(_labels.tidy(name).rstrip(":"), rules) and not name.strip().isdigit()
    ]
    others = [place for place in range(len(header)) if place not in columns]
    counted = all(_kind(row[place]) for row in body for place in others if place < len(row) and row[place].strip())
    first = [row[columns[0]].strip().rstrip(":") for row in body if columns and columns[0] < len(row)]
    labels = sum(_is_label(_labels.tidy(cell), rules) for cell in first if cell)
    return columns if len(columns) > 1 and body and counted and not labels else []


def _is_label(cell: str, rules: SpeakerRules) -> bool:
    return rules.is_sure(cell) or (_labels.is_code(cell) and _labels.key(cell) not in rules.not_speakers)


def _kind(cell: str) -> LeftOutKind | None:
    """Return whether a cell is a number or a time, which nobody speaks, or None."""
    if _NUMBER.match(cell.strip()):
        return LeftOutKind.NUMBER
    return LeftOutKind.TIME if _TIME.match(cell.strip()) else None


def aside(cell: str, line: int | None = None) -> LeftOut:
    """Return a cell beside the words as what it is: a time, a number, or what stands in another column."""
    return LeftOut(_kind(cell) or LeftOutKind.COLUMN, " ".join(cell.split()), line)


@dataclass(slots=True)
class Page:
    """What is gathered while a document is read: words that nobody spoke, and the labels that its tables show.

    Attributes
    ----------
    rules : what the caller knows about the speakers.
    left_out : words that are not in the text.
    labels : keys of labels from a column of speakers.
    """

    rules: SpeakerRules
    left_out: list[LeftOut] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)

    def read(self, text: str, path: Path) -> Script:
        """Return the turns of the document's text, with what was left out of it."""
        rules = replace(self.rules, speakers={*self.rules.speakers, *self.labels} - set(self.rules.not_speakers))
        script = read_labelled(text, path=path, rules=rules)
        return replace(script, left_out=(*script.left_out, *self.left_out))

    def lines_of_table(self, rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """Yield the rows of a table as `speaker: words`, each on a line of its own.

        By the headings of its columns, or with a column for each speaker; else a row of two filled cells is a speaker
        and words, and another row is its cells. Numbers and times at the ends of a row are left out.
        """
        filled = [row for row in rows if any(row)]
        if not filled:
            return
        header, body = filled[0], filled[1:]
        places = speaker_and_words(header)
        columns = [] if places else speakers_in_columns(header, body, self.rules)
        if not places and not columns:
            # where some rows begin with words, a number at the beginning of another is somebody's label
            first = [next(filter(None, row)) for row in filled if len(list(filter(None, row))) > 1]
            numbered = all(map(_kind, first))
            yield from (self._line(row, numbered=numbered) for row in filled)
            return
        self.left_out += [aside(cell) for place, cell in enumerate(header) if cell and place not in columns]
        for row in body:
            cells = [*row, *[""] * (len(header) - len(row))]
            turns = [(cells[places[0]], cells[places[1]])] if places else [(header[c], cells[c]) for c in columns]
            self.left_out += [
                aside(cell) for n, cell in enumerate(cells) if cell and n not in (*(places or ()), *columns)
            ]
            yield from (self._turn(speaker, words) for speaker, words in turns if words or places)

    def _turn(self, speaker: str, words: str) -> str:
        label = " ".join(speaker.split()).rstrip(":： ")
        if label:
            self.labels.add(_labels.key(label))
        return f"{label}: {words}" if label else words

    def _line(self, row: Sequence[str], *, numbered: bool) -> str:
        cells = [cell for cell in row if cell]
        for end in (0, -1):
            # the last of two cells may be words: "How many?", "2"
            while len(cells) > (1 if numbered and not end else 2) and _kind(cells[end]):
                self.left_out.append(aside(cells.pop(end)))
        if len(cells) == 2 and not re.search("[:：]", cells[0]) and _labels.is_short(cells[0]):
            cells[0] += ":"
        return " ".join(cells)


_MARKDOWN_ROW = re.compile(r"[ \t]*\|(?P<cells>.*)\|[ \t]*")
_MARKDOWN_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*\|[ \t:|-]*")


def markdown_tables_as_turns(text: str, page: Page) -> str:
    """Return a Markdown text with the rows of its tables as `speaker: words`."""
    lines: list[str] = []
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        match = _MARKDOWN_ROW.fullmatch(line)
        if match and not _MARKDOWN_RULE.fullmatch(line):
            rows.append([cell.strip().strip("*").strip() for cell in re.split(r"(?<!\\)\|", match["cells"])])
        elif not match:
            lines += page.lines_of_table(rows)
            rows = []
            lines.append(line)
    return "\n".join(lines[:-1])
