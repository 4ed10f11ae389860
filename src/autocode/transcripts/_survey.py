"""Survey tables: a row for each respondent, open questions as columns, and what is known about the respondent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Literal

from autocode.errors import Fault, TranscriptError
from autocode.frozen import FrozenMapping
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._script import Script, script_of
from autocode.wording import count_of, listing

Row = tuple[int, list[str]]

QUESTION = "Question"
"""The label of the lines that hold a survey's questions; one of the usual labels of interviewers."""

_NAMES = re.compile(
    r"(?:participant|respondent|response|record|case|person|user|subject|interview|teilnehmer|teilnehmerin|fall)?"
    r"[ _-]?(?:id|code|nr|no|number|nummer|name)?\.?",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？؟]\s*\W*$|^\s*(?:q|frage)?\d{1,3}[a-z]?[.):]\s", re.IGNORECASE)
# dates, times, addresses of machines and of mail: a survey tool writes them, and nobody codes by them
_TECHNICAL = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}(?: .*)?|\d{1,2}:\d{2}(?::\d{2})?"
    r"|\d{1,3}(?:\.\d{1,3}){3}|\S+@\S+\.\S+|https?://\S+"
)
# Answers in words: on average at least this many words a cell; below that, a column of few different values is closed.
_WORDS_OF_ANSWERS, _DIFFERENT = 3, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyColumns:
    """Which columns of a table are what, by their places.

    Attributes
    ----------
    name : the column that names the respondents; None where the rows are numbered.
    questions : the columns of answers that are coded.
    attributes : the columns of what is known about the respondent.
    """

    name: int | None
    questions: tuple[int, ...]
    attributes: tuple[int, ...]


def recognised(header: Sequence[str], body: Sequence[Row]) -> tuple[SurveyColumns | None, list[str]]:
    """Return the columns of a survey where the table shows them, and the headings that may be questions or not.

    A question is a column headed by one, or with a number such as `Q2.`, and answered in words. Words under another
    heading are a doubt, and so are single words under a question, unless they are the same again and again. A table in
    which no column is a question is no survey.
    """
    name = name_column(header, body)
    questions: list[int] = []
    attributes: list[int] = []
    doubts: list[str] = []
    for place, heading in enumerate(header):
        cells = _cells(body, place)
        if place == name or not _is_of_people(cells):
            continue
        kind = _kind_of_column(heading, cells)
        if kind == "doubt":
            doubts.append(heading)
        else:
            (questions if kind == "question" else attributes).append(place)
    # a heading that comes again as a cell is none: the first row is one of turns
    headless = any(heading.strip() in _cells(body, place) for place, heading in enumerate(header) if heading.strip())
    if headless:
        return None, []
    if not questions or len(body) < 2:
        return None, [*(header[place] for place in questions), *doubts]
    return SurveyColumns(name=name, questions=tuple(questions), attributes=tuple(attributes)), doubts


def name_column(header: Sequence[str], body: Sequence[Row]) -> int | None:
    """Return the first column headed as one of names or numbers in which every row has its own, or None."""
    return next((n for n, heading in enumerate(header) if _is_name(heading, _cells(body, n), len(body))), None)


def attribute_columns(header: Sequence[str], body: Sequence[Row]) -> tuple[int, ...]:
    """Return the columns with something about people: not empty, and not only dates, times and addresses."""
    return tuple(place for place in range(len(header)) if _is_of_people(_cells(body, place)))


def _is_of_people(cells: Sequence[str]) -> bool:
    return bool(cells) and not all(map(_TECHNICAL.fullmatch, cells))


def _cells(body: Sequence[Row], place: int) -> list[str]:
    return [cell for _, cells in body if place < len(cells) and (cell := cells[place].strip())]


def _is_name(heading: str, cells: Sequence[str], n_rows: int) -> bool:
    plain = heading.strip()
    names = bool(plain) and _NAMES.fullmatch(plain) is not None
    return names and len(set(cells)) == len(cells) == n_rows and all(len(cell) <= 40 for cell in cells)


def _kind_of_column(heading: str, cells: Sequence[str]) -> Literal["question", "attribute", "doubt"]:
    """Return what a column holds, from its heading and from whether its cells are somebody's own words or a choice."""
    if all(re.fullmatch(r"[\d.,%+\- ]+", cell) for cell in cells):
        return "attribute"
    lengths = [len(cell.split()) for cell in cells]
    different = len({cell.casefold() for cell in cells}) / len(cells)
    asks = _ASKS.search(heading) is not None
    in_words = fmean(lengths) >= _WORDS_OF_ANSWERS and different >= _DIFFERENT / 2
    if asks and (in_words or (different >= _DIFFERENT and max(lengths) > 1)):
        return "question"
    return "doubt" if in_words or (asks and different >= _DIFFERENT / 2) else "attribute"


def read_survey(
    header: Sequence[str], body: Sequence[Row], *, columns: SurveyColumns, stem: str, path: Path
) -> dict[str, Script]:
    """Return one interview for each respondent: the questions that were answered, each with its answer.

    Raises
    ------
    TranscriptError
        If a row with answers names no respondent, two rows name the same, or nobody answered.
    """
    faults: list[Fault] = []
    first_line: dict[str, int] = {}
    scripts: dict[str, Script] = {}
    unanswered: list[str] = []
    asides: list[LeftOut] = []
    for number, (line, row) in enumerate(body, start=1):
        cells = [cell.strip() for cell in [*row, *[""] * (len(header) - len(row))]]
        answered = any(cells[place] for place in columns.questions)
        name = " ".join(cells[columns.name].split()) if columns.name is not None else f"{stem}-{number}"
        if not name and answered:
            faults.append(
                Fault(f"has answers but nothing in the column {header[columns.name or 0]!r}; name them.", path, line)
            )
        elif name and first_line.setdefault(name, line) != line:
            faults.append(Fault(f"{name!r} is in line {first_line[name]} already; give each row a name.", path, line))
        elif answered:
            scripts[name] = _interview(name, header, cells, columns)
        else:
            unanswered.append(name or f"line {line}")
            asides += [LeftOut(LeftOutKind.COLUMN, cell, line) for cell in cells if cell]
    TranscriptError.raise_if(faults)
    if not scripts:
        raise TranscriptError.at(path, "holds no answers below its questions; name others with questions=[...].")
    notes = tuple(_notes(header, columns, n_interviews=len(scripts), unanswered=unanswered))
    first = next(iter(scripts))
    scripts[first] = replace(scripts[first], left_out=(*asides, *scripts[first].left_out))
    return {name: replace(script, notes=notes) for name, script in scripts.items()}


def _interview(name: str, header: Sequence[str], cells: Sequence[str], columns: SurveyColumns) -> Script:
    utterances: list[tuple[str, tuple[str, ...]]] = []
    left_out = []
    for place in columns.questions:
        question = " ".join(header[place].split())
        if cells[place]:
            paragraphs = tuple(words for words in cells[place].split("\n") if words.strip())
            utterances += [(QUESTION, (question,)), (name, paragraphs)]
        else:
            left_out.append(LeftOut(LeftOutKind.UNANSWERED, question))
    used = {*columns.questions, *columns.attributes, columns.name}
    left_out += [LeftOut(LeftOutKind.COLUMN, cell) for place, cell in enumerate(cells) if cell and place not in used]
    attributes: Mapping[str, str] = FrozenMapping({header[n].strip(): cells[n] for n in columns.attributes})
    return replace(script_of(utterances), left_out=tuple(left_out), attributes=attributes)


def _notes(
    header: Sequence[str], columns: SurveyColumns, *, n_interviews: int, unanswered: Sequence[str]
) -> Iterator[str]:
    """Yield what was taken for what, in sentences."""
    named = repr(header[columns.name]) if columns.name is not None else "the number of the row"
    yield f"a survey: {count_of(n_interviews, 'interview')}, one for each row, named by {named}"
    yield f"questions: {listing(repr(header[place]) for place in columns.questions)}"
    if columns.attributes:
        yield f"attributes: {listing(repr(header[place]) for place in columns.attributes)}"
    used = {*columns.questions, *columns.attributes, columns.name}
    rest = [repr(heading) for place, heading in enumerate(header) if place not in used and heading.strip()]
    if rest:
        yield f"columns left out: {listing(rest)}"
    if unanswered:
        yield f"without an answer, and so without an interview: {listing(unanswered, at_most=12)}"
