"""Turns in a table, CSV or Excel: one row per paragraph, in columns that the caller can name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.errors import Fault, TranscriptError
from autocode.tables import CsvError, read_rows
from autocode.transcripts._decoding import decoded_text, guess_in_words, read_bytes, read_text
from autocode.transcripts._grid import aside, speaker_and_words, speakers_in_columns
from autocode.transcripts._nouns import LeftOut, LeftOutKind
from autocode.transcripts._office import cells_of_workbook, words_of_other_sheets
from autocode.transcripts._roles import INTERVIEWERS
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script, script_of
from autocode.transcripts._survey import SurveyColumns, attribute_columns, name_column, read_survey, recognised
from autocode.wording import count_of, listing

Row = tuple[int, list[str]]


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """
    The names of the columns of a transcript in a table; case does not matter.

    A table of turns has a column of speakers and one of their words, or a column for each speaker. A survey table has a
    row for each respondent and a column for each question. Where the headings make clear which it is, no column needs
    to be named.

    Attributes
    ----------
    speaker : str, default "speaker"
        The column of the speaker's name.
    text : str, default "text"
        The column of the words.
    transcript : str or None, default None
        In a table of several interviews, the column of the interview's name; None if the table is one interview, named
        after its file. In a survey table the column that names the respondents; None if the table shows it, or else for
        the numbers of the rows.
    sheet : str or None, default None
        In a workbook with several filled sheets, the name of the one that is read.
    questions : tuple of str, default empty
        In a survey table, the columns of the questions whose answers are coded; with them, the table is a survey.
    attributes : tuple of str or None, default None
        In a survey table, the columns of what is known about the respondents; None for all others than those of the
        questions, but for dates, times and addresses.

    Examples
    --------
    >>> from autocode.transcripts import Columns
    >>> Columns(speaker="Who", text="What").speaker
    'Who'
    >>> Columns(transcript="ID", questions=("What would help?",)).questions
    ('What would help?',)
    """

    speaker: str = "speaker"
    text: str = "text"
    transcript: str | None = None
    sheet: str | None = None
    questions: tuple[str, ...] = ()
    attributes: tuple[str, ...] | None = None

    @property
    def is_default(self) -> bool:
        """Whether nobody named the columns of speaker and words."""
        return self.speaker == "speaker" and self.text == "text"


def read_table(
    path: Path, *, stem: str, columns: Columns, rules: SpeakerRules, encoding: str | None
) -> dict[str, Script]:
    """Return the script of each interview in a table, by name."""
    left_out: list[LeftOut] = []
    decoded, guessed = "", ""
    if path.suffix.lower() == ".xlsx":
        rows = rows_of_workbook(path, sheet=columns.sheet, left_out=left_out)
    else:
        rows = rows_of_csv(path, encoding=encoding)
        decoded, guessed = decoded_text(path, encoding=encoding)
    if not rows:
        raise TranscriptError.at(path, "is empty; put the interview into it or remove it.")
    n_titles = _titles(rows) if columns.is_default else 0
    left_out += [
        LeftOut(LeftOutKind.FRONT_MATTER, " ".join(" ".join(cells).split()), line) for line, cells in rows[:n_titles]
    ]
    (first, header), *body = rows[n_titles:]
    table = _Table(path, first, header, body)
    table.refuse_long_rows()
    scripts = _scripts(table, stem, columns, rules)
    if not scripts:
        raise TranscriptError.at(path, "contains no words below its header; put the interview into it or remove it.")
    # what is about the whole table is said with its first interview
    name = next(iter(scripts))
    notes = (guess_in_words(decoded, guessed),) if guessed else ()
    scripts[name] = replace(
        scripts[name], left_out=(*left_out, *scripts[name].left_out), notes=(*notes, *scripts[name].notes)
    )
    return scripts


def _titles(rows: Sequence[Row]) -> int:
    """Return how many rows of one cell stand above the headings of the speaker and the words."""
    above = next((n for n, (_, cells) in enumerate(rows) if sum(bool(cell.strip()) for cell in cells) > 1), 0)
    return above if speaker_and_words(rows[above][1]) is not None else 0


@no_single_text
def shows_interviews(header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> bool:
    """
    Return whether the headings of a table show that it holds interviews: turns, a column for each speaker, or a survey.

    Parameters
    ----------
    header : sequence of str
        The headings.
    rows : iterable of (int, sequence of str)
        The rows below, each with the number of its line.

    Examples
    --------
    >>> from autocode.transcripts import shows_interviews
    >>> shows_interviews(["Speaker", "Text"], []), shows_interviews(["line_id", "coder", "code"], [])
    (True, False)
    """
    body = [(line, list(cells)) for line, cells in rows]
    if "line_id" in {name.strip().casefold() for name in header}:
        return False
    if speaker_and_words(header) is not None:
        return True
    rules = SpeakerRules(interviewers=INTERVIEWERS, stem="")
    if speakers_in_columns(header, [cells for _, cells in body], rules):
        return True
    survey, doubts = recognised(header, body)
    return survey is not None and not doubts


def _scripts(table: "_Table", stem: str, columns: Columns, rules: SpeakerRules) -> dict[str, Script]:
    """Return the interviews of a table in the layout that the caller names, or else the one that its headings show."""
    if columns.questions:
        return read_survey(table.header, table.body, columns=table.survey(columns), stem=stem, path=table.path)
    wanted = [columns.speaker, columns.text]
    if columns.is_default and not all(map(table.has, wanted)):
        places = speaker_and_words(table.header)
        if places is not None:
            names = [table.header[place] for place in places]
            note = f"speakers from the column {names[0]!r}, words from {names[1]!r}"
            return _turns(table, stem, replace(columns, speaker=names[0], text=names[1]), note)
        by_speaker = speakers_in_columns(table.header, [cells for _, cells in table.body], rules)
        if by_speaker:
            return {stem: _by_speaker(table, by_speaker)}
        survey, doubts = recognised(table.header, table.body)
        doubts = [heading for heading in doubts if heading not in (columns.attributes or ())]
        if doubts:
            raise TranscriptError.at(table.path, _DOUBTFUL.format(listing(map(repr, doubts))), line=table.first)
        if survey is not None:
            if columns.transcript is not None or columns.attributes is not None:
                survey = table.survey(replace(columns, questions=tuple(table.header[n] for n in survey.questions)))
            return read_survey(table.header, table.body, columns=survey, stem=stem, path=table.path)
    return _turns(table, stem, columns)


_DOUBTFUL = (
    "has no columns 'speaker' and 'text', and {} may hold answers to questions; if each row is a respondent, name the "
    "columns of the questions with Columns(questions=...) (--question), or of what else is known with "
    "Columns(attributes=...) (--attribute); else those of the turns with Columns(speaker=..., text=...) (--speaker, "
    "--text)."
)


@dataclass(frozen=True, slots=True)
class _Table:
    """A header, the number of its line, and the rows below it."""

    path: Path
    first: int
    header: list[str]
    body: list[Row]

    def has(self, name: str) -> bool:
        """Return whether a column has this name, whatever its case."""
        return name.strip().casefold() in self._names()

    def _names(self) -> list[str]:
        return [name.strip().casefold() for name in self.header]

    def places(self, wanted: Sequence[str], hint: str) -> list[int]:
        """Return the places of columns by name; raises `TranscriptError` for each that is missing or there twice."""
        names = self._names()
        found = ", ".join(map(repr, self.header))
        faults = [f"has no column {name!r}; its columns are {found}; {hint}" for name in wanted if not self.has(name)]
        faults += [
            f"two columns are named {name!r}; rename one of them."
            for name in wanted
            if names.count(name.strip().casefold()) > 1
        ]
        TranscriptError.raise_if(Fault(what, self.path, self.first) for what in faults)
        return [names.index(name.strip().casefold()) for name in wanted]

    def refuse_long_rows(self) -> None:
        """Raise a `TranscriptError` for each row with more cells than the header."""
        width = len(self.header)
        TranscriptError.raise_if(
            Fault(
                f"has {count_of(len(cells), 'cell')}, but the header names {count_of(width, 'column')}; "
                "put words that hold commas in quotation marks.",
                self.path,
                line,
            )
            for line, cells in self.body
            if any(cell.strip() for cell in cells[width:])
        )

    def survey(self, columns: Columns) -> SurveyColumns:
        """Return the places of the columns of a survey whose questions are named."""
        hint = "name yours with Columns(questions=..., transcript=..., attributes=...)."
        questions = self.places(columns.questions, hint)
        shown, _ = recognised(self.header, self.body)
        name = (
            self.places([columns.transcript], hint)[0]
            if columns.transcript is not None
            else name_column(self.header, self.body)
        )
        others = shown.attributes if shown is not None else attribute_columns(self.header, self.body)
        if columns.attributes is not None:
            others = tuple(self.places(columns.attributes, hint))
        return SurveyColumns(
            name=name,
            questions=tuple(questions),
            attributes=tuple(place for place in others if place not in questions and place != name),
        )


def _turns(table: _Table, stem: str, columns: Columns, *notes: str) -> dict[str, Script]:
    """Return the interviews of a table of turns."""
    wanted = [name for name in (columns.speaker, columns.text, columns.transcript) if name is not None]
    places = table.places(wanted, "name yours with Columns(speaker=..., text=...).")
    faults: list[Fault] = []
    utterances: dict[str, list[tuple[str, str]]] = {}
    left_out: dict[str, list[LeftOut]] = {}
    name = stem
    for line, cells in table.body:
        row = [cells[place].strip() if place < len(cells) else "" for place in places]
        speaker, words, name = row[0], row[1], row[2] or name if columns.transcript is not None else stem
        asides = left_out.setdefault(name, [])
        asides += [aside(cell, line) for place, cell in enumerate(cells) if cell.strip() and place not in places]
        if not words:
            asides += [LeftOut(LeftOutKind.NO_WORDS, speaker, line)] if speaker else []
        elif not speaker:
            what = f"has words but nothing in the column {columns.speaker!r}; name the speaker."
            faults.append(Fault(what, table.path, line))
        elif columns.transcript is not None and not row[2]:
            what = f"has words but nothing in the column {columns.transcript!r}; name the interview."
            faults.append(Fault(what, table.path, line))
        else:
            utterances.setdefault(name, []).append((" ".join(speaker.split()), words))
    TranscriptError.raise_if(faults)
    # what stands with interviews without words is said with the first that has some
    first = next(iter(utterances), stem)
    left_out[first] = [
        piece for name, own in left_out.items() if name == first or name not in utterances for piece in own
    ]
    return {
        name: replace(_script(of_interview), left_out=tuple(left_out.get(name, ())), notes=notes)
        for name, of_interview in utterances.items()
    }


def _by_speaker(table: _Table, columns: Sequence[int]) -> Script:
    """Return the script of a table with a column for each speaker."""
    utterances = []
    left_out = []
    for line, cells in table.body:
        utterances += [
            (" ".join(table.header[place].split()).rstrip(":"), cells[place].strip())
            for place in columns
            if place < len(cells) and cells[place].strip()
        ]
        left_out += [aside(cell, line) for place, cell in enumerate(cells) if cell.strip() and place not in columns]
    names = listing(repr(table.header[place]) for place in columns)
    return replace(_script(utterances), left_out=tuple(left_out), notes=(f"a column for each speaker: {names}",))


def _script(utterances: Iterable[tuple[str, str]]) -> Script:
    """Return a script in which the rows that one speaker has in succession are one turn."""
    return script_of(
        (speaker, tuple(paragraph for _, words in run for paragraph in words.split("\n") if paragraph.strip()))
        for speaker, run in groupby(utterances, key=lambda utterance: utterance[0])
    )


def rows_of_csv(path: Path, *, encoding: str | None = None) -> list[Row]:
    """Return the rows of a CSV file that are not blank, each with the number of its first line."""
    text = read_text(path, encoding=encoding).replace("\r\n", "\n").replace("\r", "\n")
    try:
        return read_rows(text)
    except CsvError as error:
        raise TranscriptError.at(path, f"is not a table in CSV ({error}); save it again as CSV.") from error


def rows_of_workbook(path: Path, *, sheet: str | None = None, left_out: list[LeftOut]) -> list[Row]:
    """Return the rows of a sheet that are not blank, each with its number; other sheets are noted in `left_out`."""
    data = read_bytes(path)
    rows = enumerate(cells_of_workbook(data, path, error_type=TranscriptError, sheet=sheet), start=1)
    if sheet is not None:
        others = words_of_other_sheets(data, sheet)
        left_out += [LeftOut(LeftOutKind.SHEET, words) for words in others.values()]
    cleaned = ((n, [_with_plain_line_breaks(cell) for cell in cells]) for n, cells in rows)
    return [(n, cells) for n, cells in cleaned if any(cell.strip() for cell in cells)]


def _with_plain_line_breaks(cell: str) -> str:
    # Excel for Windows writes a carriage return inside a cell as _x000D_
    return cell.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
