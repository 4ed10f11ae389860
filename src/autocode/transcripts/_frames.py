"""Interviews as the rows of a data frame, and back: one row per line, with all that stands between the lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from autocode.errors import Fault, TranscriptError
from autocode.frames import Frame, Kind, rows_of
from autocode.frozen import FrozenMapping
from autocode.names import aside
from autocode.transcripts._nouns import Line, Role, Transcript

_ATTRIBUTE = "participant_"  # before the name of an attribute, which may be that of another column, such as role
_NEEDED = ("transcript", "speaker", "text")
_COLUMNS = ("line", "order", "role", "before", "after", *_NEEDED)
KINDS: dict[str, Kind] = {
    "line": "text", "transcript": "text", "order": "count", "speaker": "text", "role": "text", "text": "text",
    "before": "text", "after": "text",
}  # fmt: skip


def rows_of_interviews(interviews: Iterable[Transcript]) -> Iterator[dict[str, object]]:
    """Yield one row per line, with the text of the source before it and, of the last line, after it."""
    for interview in interviews:
        attributes = {f"{_ATTRIBUTE}{name}": value for name, value in interview.attributes.items()}
        end = 0
        for place, line in enumerate(interview.lines, start=1):
            is_last = place == len(interview.lines)
            yield {
                "line": line.id,
                "transcript": line.transcript,
                "order": line.order,
                "speaker": line.speaker,
                "role": line.role,
                "text": line.text,
                "before": interview.text[end : line.start],
                "after": interview.text[line.end :] if is_last else "",
                **attributes,
            }
            end = line.end


def transcripts_from_frame(frame: Frame) -> list[Transcript]:
    """Return the interviews of a frame as `to_frame` makes it; raises `TranscriptError` with every fault."""
    rows = rows_of(frame, needed=_NEEDED, optional=["*"])
    faults = [
        Fault(f"there is no column {name!r} in a frame of lines; name an attribute {_ATTRIBUTE + name!r}.")
        for name in (rows[0] if rows else ())
        if name not in _COLUMNS and not name.startswith(_ATTRIBUTE)
    ]
    faults += [Fault(f"row {number}: {what}") for number, row in enumerate(rows, start=1) for what in _faults(row)]
    TranscriptError.raise_if(faults)
    groups = [(name, list(group)) for name, group in groupby(rows, key=lambda row: str(row["transcript"]))]
    names = [name for name, _ in groups]
    TranscriptError.raise_if(
        Fault(f"the rows of {name!r} do not stand together; put all rows of a transcript one below the other.")
        for name in sorted({name for name in names if names.count(name) > 1})
    )
    return [_interview(name, group) for name, group in groups]


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    for name in _NEEDED:
        if not isinstance(row[name], str) or (name != "text" and not row[name]):
            yield f"the column {name!r} holds {row[name]!r}; write a text."
    role = row.get("role")
    if role is not None and role not in [*Role]:
        yield f"there is no role {role!r}{aside(role, [*Role])}; write {' or '.join(Role)}."


def _interview(name: str, rows: Sequence[Mapping[str, Any]]) -> Transcript:
    """Return an interview of rows without faults; without `before`, each line is a line of the text."""
    text, lines = "", []
    for place, row in enumerate(rows, start=1):
        before = row.get("before")
        text += ("\n" if text else "") if before is None else before
        order = place if row.get("order") is None else int(row["order"])
        lines.append(
            Line(
                id=row.get("line") or f"{name}:{order}",
                transcript=name,
                order=order,
                speaker=row["speaker"],
                role=Role(row.get("role") or Role.PARTICIPANT),
                text=row["text"],
                start=len(text),
                end=len(text) + len(row["text"]),
            )
        )
        text += row["text"] + (row.get("after") or "")
    attributes = {
        column.removeprefix(_ATTRIBUTE): value
        for column, value in rows[0].items()
        if column.startswith(_ATTRIBUTE) and value is not None
    }
    return Transcript.from_lines(lines, name=name, text=text, attributes=FrozenMapping(attributes))
