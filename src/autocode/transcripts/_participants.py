"""The table of participants: their attributes, such as role or borough, as the study defines them."""

from collections.abc import Collection, Iterator
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.errors import Fault, TranscriptError
from autocode.names import respelt
from autocode.transcripts._nouns import TranscriptId
from autocode.transcripts._tables import rows_of_csv
from autocode.wording import count_of, listing

_MOST_NAMED = 8


def read_participants(path: str | Path) -> dict[TranscriptId, dict[str, str]]:
    """
    Return the attributes of each participant in a table, by the name of the transcript.

    Parameters
    ----------
    path : str or Path
        A table in CSV with the column `participant`, which names the transcript, and one column per attribute.

    Returns
    -------
    dict of TranscriptId to dict of str to str
        In the order of the rows.

    Raises
    ------
    TranscriptError
        If the column `participant` is missing, a column has no name or the name of another, or a row names no
        participant or one that an earlier row names. Every fault is listed with its line.

    Examples
    --------
    >>> from autocode.transcripts import read_participants
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "participants.csv"
    ...     _ = path.write_text("participant,role\\nGP1,doctor\\nGP2,nurse\\n")
    ...     read_participants(path)
    {'GP1': {'role': 'doctor'}, 'GP2': {'role': 'nurse'}}
    """
    path = Path(path)
    rows = rows_of_csv(path)
    if not rows:
        raise TranscriptError.at(path, "is empty; it needs a header with the column 'participant'.")
    (first, header), *body = rows
    names = [name.strip() for name in header]
    if "participant" not in names:
        raise TranscriptError.at(
            path, f"expected a header with the column 'participant', found {', '.join(map(repr, names))}.", line=first
        )
    faults = [
        Fault(f"two columns are named {name!r}; rename one of them.", path, first)
        for place, name in enumerate(names)
        if name in names[:place]
    ]
    faults += [Fault(f"column {n + 1} has no name; name it.", path, first) for n, name in enumerate(names) if not name]
    attributes: dict[TranscriptId, dict[str, str]] = {}
    first_line: dict[str, int] = {}
    for line, cells in body:
        if len(cells) != len(names):
            faults.append(
                Fault(f"expected {count_of(len(names), 'cell')}, found {len(cells)}; fill or remove cells.", path, line)
            )
            continue
        row = dict(zip(names, (cell.strip() for cell in cells), strict=True))
        name = row.pop("participant")
        if not name:
            faults.append(Fault("the row names no participant; name one or remove the row.", path, line))
        elif name in first_line:
            faults.append(
                Fault(f"the participant {name!r} is in line {first_line[name]} already; keep one row.", path, line)
            )
        else:
            first_line[name] = line
            attributes[TranscriptId(name)] = row
    TranscriptError.raise_if(faults)
    return attributes


@no_single_text
def misspelt_participants(path: Path, interviews: Collection[TranscriptId]) -> list[Fault]:
    """
    Return a fault for each participant without an interview whose name is that of an interview in another spelling.

    Only interviews that no row names are compared: `GP01` may be another interview than `GP1` if `GP1` has a row too.

    Parameters
    ----------
    path : Path
        A table of participants that can be read.
    interviews : collection of TranscriptId
        The names of the interviews.

    Raises
    ------
    TranscriptError
        As `read_participants` does.
    """
    participants = read_participants(path)
    lines = dict(_named_rows(path))
    without_row = [name for name in interviews if name not in participants]
    return [
        Fault(
            f"names {name!r}, but the interview is called {like!r}, and its attributes would be lost; write {like!r}.",
            path,
            lines.get(name),
        )
        for name in participants
        if name not in interviews and (like := respelt(name, without_row)) is not None
    ]


def _named_rows(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name of the participant of each row of a table that can be read, and its line."""
    (_, header), *body = rows_of_csv(path)
    place = [name.strip() for name in header].index("participant")
    for line, cells in body:
        yield cells[place].strip(), line


@no_single_text
def unmatched_participants(
    participants: Collection[TranscriptId], interviews: Collection[TranscriptId]
) -> tuple[str, ...]:
    """
    Return sentences on the participants without an interview and the interviews without a participant.

    Parameters
    ----------
    participants : collection of TranscriptId
        The names in the table of participants; where it is empty, no interview lacks its row.
    interviews : collection of TranscriptId
        The names of the interviews.

    Examples
    --------
    >>> from autocode.transcripts import unmatched_participants
    >>> unmatched_participants(["GP1", "GP9"], ["GP1", "GP2"])
    ("no interview is called 'GP9', so this row is not used", "no row for the interview 'GP2'")
    """
    sentences = []
    without_interview = [repr(name) for name in participants if name not in interviews]
    if without_interview:
        rows = "this row is" if len(without_interview) == 1 else "these rows are"
        names = listing(without_interview, conjunction="or", at_most=_MOST_NAMED)
        sentences.append(f"no interview is called {names}, so {rows} not used")
    without_row = [repr(name) for name in interviews if name not in participants]
    if participants and without_row:
        noun = "interview" if len(without_row) == 1 else "interviews"
        sentences.append(f"no row for the {noun} {listing(without_row, at_most=_MOST_NAMED)}")
    return tuple(sentences)
