"""The table of participants: their attributes, such as role or borough, as the study defines them."""

from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts._nouns import TranscriptId
from autocode.transcripts._tables import rows_of_csv


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
            faults.append(Fault(f"expected {len(names)} cells, found {len(cells)}; fill or remove cells.", path, line))
            continue
        row = dict(zip(names, (cell.strip() for cell in cells), strict=True))
        name = row.pop("participant")
        if not name:
            faults.append(Fault("the row names no participant; name one or remove the row.", path, line))
        elif name in first_line:
            faults.append(
                Fault(f"the participant {name!r} stands in line {first_line[name]} already; keep one row.", path, line)
            )
        else:
            first_line[name] = line
            attributes[TranscriptId(name)] = row
    TranscriptError.raise_if(faults)
    return attributes
