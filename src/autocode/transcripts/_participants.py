"""The table of participants: who they are, by attributes that the study chose."""

from pathlib import Path

from autocode.errors import Fault, TranscriptError
from autocode.transcripts._nouns import TranscriptId
from autocode.transcripts._tables import rows_of_csv


def read_participants(path: str | Path) -> dict[TranscriptId, dict[str, str]]:
    """Return the attributes of each participant, whose column `participant` names the transcript, in order."""
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
    found: dict[TranscriptId, dict[str, str]] = {}
    seen: dict[str, int] = {}
    for line, cells in body:
        if len(cells) != len(names):
            faults.append(Fault(f"expected {len(names)} cells, found {len(cells)}; fill or remove cells.", path, line))
            continue
        told = dict(zip(names, (cell.strip() for cell in cells), strict=True))
        name = told.pop("participant")
        if not name:
            faults.append(Fault("the row names no participant; name one or remove the row.", path, line))
        elif name in seen:
            faults.append(
                Fault(f"the participant {name!r} stands in line {seen[name]} already; keep one row.", path, line)
            )
        else:
            seen[name] = line
            found[TranscriptId(name)] = told
    TranscriptError.raise_if(faults)
    return found
