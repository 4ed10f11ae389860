"""What a survey table gives a study besides its interviews: attributes of the respondents, and columns to remember."""

from collections.abc import Sequence
from pathlib import Path

from autocode.errors import Fault, StudyError
from autocode.study._folder import PARTICIPANTS, SETTINGS
from autocode.study._settings import with_labels
from autocode.tables import csv_text, read_rows
from autocode.transcripts import Columns, Transcript
from autocode.wording import listing

TABLES = frozenset({".csv", ".xlsx"})


def remembered_columns(folder: Path, columns: Columns | None, remembered: dict[Path, bytes]) -> dict[Path, bytes]:
    """Return `study.toml` as it remembers the columns of a survey, besides what it remembers of speakers."""
    if columns is None or not columns.questions:
        return remembered
    path = folder / SETTINGS
    source = before = remembered.get(path, path.read_bytes()).decode("utf-8-sig")
    respondents = (columns.transcript,) if columns.transcript is not None else ()
    for key, headings in (
        ("questions", columns.questions),
        ("attributes", columns.attributes or ()),
        ("respondents", respondents),
    ):
        source = with_labels(source, key, headings) if headings else source
    return remembered if source == before else remembered | {path: source.encode("utf-8")}


def with_attributes(
    folder: Path, new: Sequence[Transcript], contents: dict[Path, bytes], *, force: bool
) -> dict[Path, bytes]:
    """Return the study's table of participants with the attributes that surveys give, if they give any."""
    given = {
        transcript.id: transcript.attributes
        for transcript in new
        if transcript.attributes and Path(transcript.source).suffix.casefold() in TABLES
    }
    if not given:
        return {}
    target = folder / PARTICIPANTS
    source = contents.get(target, target.read_bytes() if target.is_file() else b"participant\n")
    (_, header), *rows = read_rows(source.decode("utf-8-sig"))
    known = {row[header.index("participant")].strip(): dict(zip(header, row, strict=False)) for _, row in rows}
    spelled = {name.casefold(): name for name in reversed(header)}
    given = {
        name: {spelled.get(key.casefold(), key): value for key, value in attributes.items()}
        for name, attributes in given.items()
    }
    columns = list(dict.fromkeys([*header, *(name for attributes in given.values() for name in attributes)]))
    faults = []
    for name, attributes in given.items():
        row = known.setdefault(name, {"participant": name})
        differing = [key for key, value in attributes.items() if row.get(key, "") not in ("", value)]
        if differing and not force:
            what = f"gives {name!r} another {listing(map(repr, differing))} than {target}; correct one of them"
            faults.append(Fault(f"{what}, or replace it with --force."))
        row.update({key: value for key, value in attributes.items() if value or key not in row})
    StudyError.raise_if(faults)
    return {
        target: csv_text(columns, ([row.get(key, "") for key in columns] for row in known.values())).encode("utf-8")
    }
