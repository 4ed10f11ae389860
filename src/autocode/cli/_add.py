"""Files into a study: every file is read and found good before anything is written."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from autocode.cli._study import (
    CODEBOOK,
    JOURNAL,
    PARTICIPANTS,
    TRANSCRIPTS,
    Settings,
    journal_of,
    placing,
    seen,
    settings_of,
    transcripts_of,
    unfit,
)
from autocode.codebook import Codebook, read_codebook
from autocode.coding import Basis, Coding, Codings
from autocode.errors import AutocodeError, CodingError, Fault, StudyError, TranscriptError
from autocode.exchange import read_codings
from autocode.transcripts import (
    Columns,
    Role,
    Transcript,
    TranscriptId,
    Transcripts,
    read_participants,
    read_transcripts,
)

_TABLES = {".csv", ".tsv", ".xlsx"}
_LABELS = ("{speaker}: {text}", "#{speaker}: {text}")


class _Reading(NamedTuple):
    """Interviews of one file or folder: those to store, as files, and how many the study has already."""

    fresh: tuple[Transcript, ...]
    known: int
    files: dict[Path, bytes]
    told: str


def bring(
    study: Path,
    files: Sequence[Path],
    *,
    coder: str | None,
    basis: Basis,
    columns: Columns | None,
    dry_run: bool,
    force: bool,
) -> list[str]:
    """Bring transcripts and codings into a study and return a sentence for each file, or only say what would be done.

    Raises an `AutocodeError` with every fault, and changes nothing, if a file cannot be read, has the name of another
    transcript that is there, or tells otherwise what a coder already judged (unless `force`).
    """
    settings = settings_of(study)
    there = _there(study, settings)
    codebook = read_codebook(study / CODEBOOK)
    interviews, tables, people = _kinds(files, columns)
    readings = _readings(interviews, there, study, settings, columns)
    placed = {path: data for one in readings for path, data in one.files.items()}
    every, away = _together(there, [t for one in readings for t in one.fresh], placed, force=force)
    told = [one.told for one in readings]
    for table in people:
        sentence, data = _people(table, study, force=force)
        told.append(sentence)
        placed |= data
    judged = _judged(study, every, codebook)
    codings: list[Coding] = []
    faults: list[Fault] = []
    for file in tables:
        try:
            read = _codings_in(file, every, codebook, coder=coder, basis=basis)
            fresh = _fresh(judged, read, file, force=force)
        except AutocodeError as error:
            faults += error.faults
            continue
        known = len(read) - len(fresh)
        again = f"; {known} were there already" if known else ""
        told.append(f"{file}: {_so_many(fresh)}{again}.")
        codings += fresh
        judged |= {(one.line, one.coder, one.basis): one for one in fresh}
    CodingError.raise_if(faults)
    if dry_run:
        return [f"would add {sentence}" for sentence in told]
    with placing(placed, away=away, about=study):
        every = _read_back(study, settings, every) if placed else every
        if codings:
            with journal_of(study) as journal:
                # Of two files with one judgement, and --force, the later one stands: as it would, one after the other.
                in_force = {(one.line, one.coder, one.basis): one for one in codings}
                journal.append(*seen(journal, every, Codings(in_force.values())), *in_force.values())
    return [f"added {sentence}" for sentence in told]


def _kinds(files: Iterable[Path], columns: Columns | None) -> tuple[list[Path], list[Path], list[Path]]:
    """Return which files hold interviews, which codings, and which are tables of participants."""
    interviews: list[Path] = []
    tables: list[Path] = []
    people: list[Path] = []
    for file in dict.fromkeys(files):
        inside = (
            [one for one in sorted(file.iterdir()) if not one.name.startswith((".", "~$"))] if file.is_dir() else []
        )
        about = [one for one in inside if one.name.casefold() == PARTICIPANTS]
        sheets = [one for one in inside if one not in about and one.suffix.casefold() in _TABLES]
        if file.name.casefold() == PARTICIPANTS:
            people.append(file)
        elif sheets and columns is None and len(sheets) + len(about) == len(inside):
            tables += sheets
            people += about
        elif file.is_dir() or columns is not None or file.suffix.casefold() not in _TABLES:
            interviews.append(file)
            people += about
        else:
            tables.append(file)
    return interviews, tables, people


def _there(study: Path, settings: Settings) -> Transcripts:
    folder = study / TRANSCRIPTS
    if not folder.is_dir() or not any(not f.name.startswith(".") for f in folder.iterdir()):
        return Transcripts(())
    return transcripts_of(study, settings)


def _readings(
    files: Iterable[Path], there: Transcripts, study: Path, settings: Settings, columns: Columns | None
) -> list[_Reading]:
    found: list[_Reading] = []
    faults: list[Fault] = []
    for file in files:
        try:
            found.append(_reading(file, there, study, settings, columns))
        except TranscriptError as error:
            faults += error.faults
    TranscriptError.raise_if(faults)
    return found


def _reading(file: Path, there: Transcripts, study: Path, settings: Settings, columns: Columns | None) -> _Reading:
    read = _read(file, settings, columns)
    known = {one.id: one for one in there.interviews}
    fresh: list[Transcript] = []
    files: dict[Path, bytes] = {}
    for source, group in groupby(read.interviews, key=lambda one: one.source):
        ones = tuple(group)
        if all(one.id in known and _said(known[one.id]) == _said(one) for one in ones):
            continue
        if columns is None:
            files[study / TRANSCRIPTS / Path(source).name] = Path(source).read_bytes()
        else:
            # A table keeps its columns' names to itself; as labelled text the study can read it without being told.
            files |= {study / TRANSCRIPTS / f"{one.id}.txt": _labelled(one, settings) for one in ones}
        fresh += ones
    lines = [line for one in fresh for line in one.lines]
    coded = sum(line.role is Role.PARTICIPANT for line in lines)
    again = len(read.interviews) - len(fresh)
    told = [f"{', '.join(one.id for one in fresh)}; {len(lines)} lines, {coded} of participants"] if fresh else []
    told += [f"{again} transcripts were there already" if again > 1 else "one transcript was there already"] * bool(
        again
    )
    return _Reading(tuple(fresh), again, files, f"{file}: {'; '.join(told)}.")


def _read(file: Path, settings: Settings, columns: Columns | None) -> Transcripts:
    return read_transcripts(
        file,
        unit=settings.unit,
        language=settings.language,
        interviewers=settings.interviewers,
        columns=columns,
    )


def _said(interview: Transcript) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in interview.lines]


def _labelled(interview: Transcript, settings: Settings) -> bytes:
    """Return an interview as labelled text that reads back as the same lines."""
    if Path(interview.id).name != interview.id or interview.id.startswith((".", "~$")):
        raise TranscriptError.at(
            interview.source, f"names an interview {interview.id!r}, which cannot name a file; rename it in the table."
        )
    with TemporaryDirectory() as made:
        file = Path(made) / "transcripts" / f"{interview.id}.txt"
        file.parent.mkdir()
        for label in _LABELS:
            told, speaker = [], ""
            for line in interview.lines:
                told.append(
                    label.format(speaker=line.speaker, text=line.text) if line.speaker != speaker else line.text
                )
                speaker = line.speaker
            file.write_text("\n".join(told) + "\n", encoding="utf-8")
            try:
                if [_said(one) for one in _read(file, settings, None).interviews] == [_said(interview)]:
                    return file.read_bytes()
            except TranscriptError:
                continue  # the other way of labelling may do
    raise TranscriptError.at(
        interview.source,
        f"has speakers or words in {interview.id} that cannot be kept as labelled text; "
        "give the speakers plain names without colons or brackets, or save the interview as .docx.",
    )


def _together(
    there: Transcripts, fresh: Sequence[Transcript], placed: dict[Path, bytes], *, force: bool
) -> tuple[Transcripts, set[Path]]:
    """Return all interviews as they will be, and the files that the new ones replace under another name."""
    old = {one.id: one for one in there.interviews}
    names: dict[TranscriptId, Transcript] = {}
    faults: list[Fault] = []
    for one in fresh:
        other = names.setdefault(one.id, one)
        if other is not one:
            faults.append(
                Fault(f"two transcripts are named {one.id!r}, this and {other.source}; rename one of them.", one.source)
            )
        elif one.id in old and not force:
            faults.append(
                Fault(
                    f"the study already has a transcript named {one.id!r} ({old[one.id].source}); rename the file, "
                    "or replace the transcript with --force.",
                    one.source,
                )
            )
    away = {Path(old[name].source) for name in names if name in old}
    TranscriptError.raise_if(faults)
    return Transcripts((old | names).values()), away - placed.keys()


def _read_back(study: Path, settings: Settings, every: Transcripts) -> Transcripts:
    """Return the study's interviews, now that all is in its folder; raises `StudyError` if one is not what was read."""
    found = {one.id: one for one in _there(study, settings).interviews}
    StudyError.raise_if(
        Fault(
            f"cannot be kept in the study under the name {Path(one.source).name!r}; rename the file, plainly and "
            "unlike the others.",
            one.source,
        )
        for one in every.interviews
        if one.id not in found or _said(found[one.id]) != _said(one)
    )
    return Transcripts(found.values())


def _people(table: Path, study: Path, *, force: bool) -> tuple[str, dict[Path, bytes]]:
    target = study / PARTICIPANTS
    found = read_participants(table)
    old = read_participants(target) if target.is_file() else {}
    if found == old:
        return f"{table}: nothing that is not there already.", {}
    if old and not force:
        raise StudyError.at(
            table,
            f"differs from the study's own table of participants ({target}); edit that, or replace it with --force.",
        )
    return f"{table}: attributes of {len(found)} participants.", {target: table.read_bytes()}


_Judged = dict[tuple[str, str, Basis], Coding]


def _judged(study: Path, every: Transcripts, codebook: Codebook) -> _Judged:
    """Return what the journal holds; nothing is written to look, and no journal begun."""
    if not (study / JOURNAL).exists():
        return {}
    with journal_of(study) as journal:
        StudyError.raise_if(unfit(journal, every, codebook, study) if every else ())
        return {(one.line, one.coder, one.basis): one for one in journal.codings()}


def _codings_in(file: Path, lines: Transcripts, codebook: Codebook, *, coder: str | None, basis: Basis) -> Codings:
    try:
        return read_codings(file, lines=lines, codebook=codebook, coder=coder, basis=basis)
    except CodingError as error:
        if "expected a header with 'line_id" not in str(error):
            raise
        hint = Fault("if this is a transcript, name its columns with --speaker and --text.", file)
        raise CodingError(*error.faults, hint) from error


def _fresh(judged: _Judged, read: Codings, file: Path, *, force: bool) -> Codings:
    faults, fresh = [], []
    for one in read:
        other = judged.get((one.line, one.coder, one.basis))
        if other is None or (force and other.codes != one.codes):
            fresh.append(one)
        elif other.codes != one.codes:
            faults.append(
                Fault(
                    f"{one.coder} judged {one.line} otherwise before ({_names(other)} then, {_names(one)} now); "
                    "correct the file, or record the later judgement with --force.",
                    file,
                )
            )
    StudyError.raise_if(faults)
    return Codings(fresh)


def _names(coding: Coding) -> str:
    return ", ".join(sorted(coding.codes)) or "nothing"


def _so_many(codings: Codings) -> str:
    numbers = {"judgement": len(codings), "line": len(codings.lines), "coder": len(codings.coders)}
    judgements, lines, coders = (f"{n} {noun}{'s' * (n != 1)}" for noun, n in numbers.items())
    return f"{judgements} of {lines} by {coders}"
