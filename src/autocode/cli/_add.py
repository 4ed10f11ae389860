"""Files into a study: every file is read and found good before anything is written."""

from collections.abc import Sequence
from pathlib import Path

from autocode.cli._study import (
    CODEBOOK,
    TRANSCRIPTS,
    Settings,
    copy_files,
    is_study,
    journal_of,
    replace_text,
    seen,
    settings_of,
    transcripts_of,
    unfit,
    writing,
)
from autocode.codebook import read_codebook
from autocode.coding import Basis, Coding, Codings
from autocode.errors import Fault, StudyError, TranscriptError
from autocode.exchange import read_codings
from autocode.journal import Journal
from autocode.transcripts import Columns, Role, Transcript, Transcripts, read_transcripts

_TABLES = {".csv", ".xlsx"}


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

    Raises an `AutocodeError` with every fault, and changes nothing, if a file cannot be read, has the name of a
    transcript that is there, or tells otherwise what a coder already judged (unless `force`).
    """
    if not is_study(study):
        raise StudyError.at(study, f"is not a study; make one with: autocode init {study.name}.")
    settings = settings_of(study)
    there = _there(study, settings)
    codebook = read_codebook(study / CODEBOOK)
    interviews = [f for f in files if f.is_dir() or f.suffix.casefold() not in _TABLES or columns is not None]
    tables = [f for f in files if f not in interviews]
    new = [_read(file, settings, columns) for file in interviews]
    every = _together(there, new, force=force)
    told = []
    for file, found in zip(interviews, new, strict=True):
        names = ", ".join(one.id for one in found.interviews)
        coded = sum(line.role is Role.PARTICIPANT for line in found)
        told.append(f"{file}: {names}; {len(found)} lines, {coded} of participants.")
    with journal_of(study) as journal:
        StudyError.raise_if(unfit(journal, every, codebook, study) if every else ())
        batches: list[Codings] = []
        for file in tables:
            read = read_codings(file, lines=every, codebook=codebook, coder=coder, basis=basis)
            fresh = _fresh(journal, read, file, force=force)
            batches.append(fresh)
            known = len(read) - len(fresh)
            again = f"; {known} were there already" if known else ""
            told.append(
                f"{file}: {len(fresh)} judgements of {len(fresh.lines)} lines by {len(fresh.coders)} coders{again}."
            )
        if dry_run:
            return [f"would add {sentence}" for sentence in told]
        for file, found in zip(interviews, new, strict=True):
            _store(file, found, study, columns)
        codings = [one for batch in batches for one in batch]
        if codings:
            journal.append(*seen(journal, every, Codings(codings)), *codings)
    return [f"added {sentence}" for sentence in told]


def _there(study: Path, settings: Settings) -> Transcripts:
    folder = study / TRANSCRIPTS
    if not folder.is_dir() or not any(not f.name.startswith(".") for f in folder.iterdir()):
        return Transcripts(())
    return transcripts_of(study, settings)


def _read(file: Path, settings: Settings, columns: Columns | None) -> Transcripts:
    return read_transcripts(
        file,
        unit=settings.unit,
        language=settings.language,
        interviewers=settings.interviewers,
        columns=columns,
    )


def _together(there: Transcripts, new: Sequence[Transcripts], *, force: bool) -> Transcripts:
    names = {one.id: one for one in there.interviews}
    faults = []
    for found in new:
        for one in found.interviews:
            other = names.setdefault(one.id, one)
            if other is not one and not (force and other in there.interviews):
                faults.append(
                    Fault(
                        f"the study already has a transcript named {one.id!r} ({other.source}); rename the file, "
                        "or replace the transcript with --force.",
                        one.source,
                    )
                )
            names[one.id] = one
    TranscriptError.raise_if(faults)
    return Transcripts(names.values())


def _fresh(journal: Journal, read: Codings, file: Path, *, force: bool) -> Codings:
    known: dict[tuple[str, str, Basis], Coding] = {(o.line, o.coder, o.basis): o for o in journal.codings()}
    faults, fresh = [], []
    for one in read:
        other = known.get((one.line, one.coder, one.basis))
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


def _store(file: Path, found: Transcripts, study: Path, columns: Columns | None) -> None:
    folder = study / TRANSCRIPTS
    if columns is None:
        sources = sorted({Path(one.source) for one in found.interviews})
        copy_files(sources, folder)
        return
    # A table keeps its columns' names to itself; as labelled text the study can read it without being told.
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for one in found.interviews:
            replace_text(folder / f"{one.id}.txt", _labelled(one))


def _labelled(interview: Transcript) -> str:
    told, speaker = [], ""
    for line in interview.lines:
        told.append(f"{line.speaker}: {line.text}" if line.speaker != speaker else line.text)
        speaker = line.speaker
    return "\n".join(told) + "\n"
