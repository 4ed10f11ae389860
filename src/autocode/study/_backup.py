"""A whole copy of a study: its journal as of one moment, also while others write to it, and every file beside it."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

from autocode.display import displayed
from autocode.errors import Fault, StudyError
from autocode.files import draft
from autocode.journal import Journal, Undo, is_journal
from autocode.study._folder import HEAD, JOURNAL, VECTORS, is_study, translated_disk_errors
from autocode.study._opening import has_journal, reading_journal
from autocode.study._staging import finish_interrupted
from autocode.wording import count_of

# the journal, which is copied as of one moment, what lies beside it, and what is computed anew
_APART = frozenset({JOURNAL, HEAD, VECTORS, *(f"{JOURNAL}-{log}" for log in ("wal", "shm", "journal"))})


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """
    A backup that was written and read back.

    Attributes
    ----------
    path : Path
        The file.
    files : int
        Number of files in it.
    entries : int
        Number of the journal's entries in it; 0 if the study has no journal.
    """

    path: Path
    files: int
    entries: int

    def __str__(self) -> str:
        return f"{self.path}: {count_of(self.files, 'file')}, {count_of(self.entries, 'entry', plural='entries')}."


def backup_study(folder: Path, out: Path | None = None, *, force: bool = False) -> Backup:
    """
    Write a study into one zip file, and read it back to see that it is whole; coders may go on meanwhile.

    Vectors of sentence encoders, which are computed anew, are left out, and so are files that an interrupted command
    left behind. To restore a backup, unpack it into an empty folder.

    Parameters
    ----------
    folder : Path
        The study's folder.
    out : Path, optional
        The file, which ends in `.zip`; by default, one beside the folder, named by the folder and the time.
    force : bool, default False
        Whether a file that exists is replaced.

    Raises
    ------
    StudyError
        If the folder is not a study, or the file exists, lies in the study or cannot be written.
    JournalError
        If the journal is missing, damaged or another one than the study's.
    """
    if not is_study(folder):
        raise StudyError.at(folder, "is not a study; name the folder with study.toml.")
    whole = folder.resolve()
    target = out or whole.parent / f"{whole.name}-{datetime.now():%Y-%m-%d-%H%M%S}.zip"
    _refuse(folder, target, force=force)
    finish_interrupted(folder)
    with TemporaryDirectory(prefix="autocode-") as temporary, translated_disk_errors(target):
        journal = Path(temporary) / JOURNAL
        if has_journal(folder):
            with reading_journal(folder) as opened:
                opened.copy_to(journal)
        packed = Path(temporary) / "backup.zip"
        n_files = _pack(folder, journal, packed)
        # the name appears when everything is on the disk
        draft(target, packed.read_bytes()).replace(target)
    return Backup(path=target, files=n_files, entries=_entries_in(target))


def _refuse(folder: Path, target: Path, *, force: bool) -> None:
    if target.suffix.casefold() != ".zip":
        raise StudyError.at(target, "is no name for a backup; end it in .zip.")
    if folder.resolve() in target.resolve().parents:
        raise StudyError.at(target, "lies in the study itself; choose a place outside, best on another disk.")
    if target.exists() and not force:
        raise StudyError.at(target, "exists already; choose another name, or replace it with --force.")


def _pack(folder: Path, journal: Path, out: Path) -> int:
    """Write the files of a study, with this copy of its journal, and return how many there are."""
    n_files = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files_of(folder):
            archive.write(path, path.relative_to(folder))
            n_files += 1
        if journal.exists():
            archive.write(journal, JOURNAL)
            n_files += 1
    return n_files


def _files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of a study apart from the journal, those left behind by an interrupted command left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            is_apart = path.parent == folder and name in _APART
            if path.is_file() and not name.startswith(".") and not is_apart:
                yield path


def _entries_in(backup: Path) -> int:
    """Return how many entries a backup's journal has; raises `StudyError` if the backup does not read back."""
    with closing(zipfile.ZipFile(backup)) as archive:
        broken = archive.testzip()
        if broken is not None:
            raise StudyError.at(backup, f"was not written as it should be ({broken}); check the disk and repeat.")
        if JOURNAL not in archive.namelist():
            return 0
        with TemporaryDirectory(prefix="autocode-") as temporary:
            copy = Path(archive.extract(JOURNAL, temporary))
            with Journal.open(copy, create=False) as journal:
                return journal.last


def leftovers(folder: Path) -> Iterator[Fault]:
    """
    Yield a fault for each file that an interrupted command or a sync program left in a study.

    Parameters
    ----------
    folder : Path
        The study's folder.

    Yields
    ------
    Fault
        For each draft and each original that was put aside when autocode was stopped, which may hold words of an
        interview, and for each other copy of the journal that has entries which the journal lacks.
    """
    for path in sorted([*folder.glob(".*"), *folder.glob("*/.*")]):
        if path.suffix == ".draft":
            yield Fault("was left when autocode was stopped while writing; it counts for nothing, so delete it.", path)
        elif path.suffix == ".old":
            name = path.name.removeprefix(".").removesuffix(".old").rpartition(".")[0]
            what = "delete this one" if path.with_name(name).exists() else f"rename it to {name}"
            yield Fault(f"was put aside by autocode, which was stopped then: it was {name}; {what}.", path)
    if not has_journal(folder):
        return
    copies = [path for path in sorted(folder.iterdir()) if path.name != JOURNAL and is_journal(path)]
    if not copies:
        return
    with reading_journal(folder) as journal:
        for path in copies:
            with Journal.open(path, read_only=True) as other:
                lacking = _n_lacking(journal, other) if other.id == journal.id else 0
            if lacking:
                yield Fault(
                    f"has {count_of(lacking, 'entry', plural='entries')} that {JOURNAL} lacks: two copies of the "
                    "journal went on apart, as where a sync program keeps both. Take them in with: autocode merge "
                    f"{quote(str(folder))} {quote(str(path))}.",
                    path,
                )


def _n_lacking(mine: Journal, other: Journal) -> int:
    """Return how many entries another journal would bring; an undo of what is undone here brings nothing."""
    is_undone = {entry.id: entry.undone for entry in mine.history()}
    identities = {entry.seq: entry.id for entry in other.history()}
    return sum(
        entry.id not in is_undone
        and not (isinstance(entry.record, Undo) and is_undone.get(identities[entry.record.entry], False))
        for entry in other.history()
    )
