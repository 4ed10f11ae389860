"""Every fault of every file of a study, for those who are about to correct them."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from autocode.coding import Codings
from autocode.conduct import Amendment
from autocode.errors import AutocodeError, Fault
from autocode.study._backup import leftovers
from autocode.study._consistency import inconsistencies
from autocode.study._folder import MODEL, PARTICIPANTS, is_study
from autocode.study._opening import has_journal, reading_journal
from autocode.study._privacy import exposure
from autocode.study._reading import read_lines, read_study_or_corpus
from autocode.study._recorded_codebook import codebook_in_file, codebook_of
from autocode.study._settings import Settings, read_settings
from autocode.study._staging import finish_interrupted, unfinished
from autocode.study._text_options import encoding_of
from autocode.transcripts import read_participants, unmatched_participants

T = TypeVar("T")


def study_faults(path: Path) -> tuple[Fault, ...]:
    """
    Return every fault of every file of a study or a plain corpus, each with its place; empty if there is none.

    Parameters
    ----------
    path : Path
        The study's folder, or that of a plain corpus.
    """
    faults: list[Fault] = []
    of_journal: list[Fault] = []  # which is read first, for the ids of the lines, and reported last

    def attempt(read: Callable[[], T], found: list[Fault] = faults) -> T | None:
        try:
            return read()
        except AutocodeError as error:
            found.extend(error.faults)
            return None

    if not is_study(path):
        attempt(lambda: read_study_or_corpus(path))
        return tuple(faults)
    attempt(lambda: finish_interrupted(path), of_journal)
    settings = attempt(lambda: read_settings(path)) or Settings()
    record = attempt(lambda: _record(path), of_journal)
    amendments = () if record is None else record[1]
    lines = attempt(lambda: read_lines(path, settings, amendments=amendments))
    codebook = attempt(lambda: codebook_in_file(path, settings) if record is None else codebook_of(path, settings))
    if record is not None and lines is not None and codebook is not None:
        of_journal += inconsistencies(record[0], lines, codebook, folder=path)
    of_journal += attempt(lambda: list(unfinished(path)), of_journal) or []
    if record is not None:
        of_journal += attempt(lambda: list(leftovers(path)), of_journal) or []
    faults += dict.fromkeys(of_journal)
    if (path / MODEL).exists():
        attempt(lambda: _open_model(path, settings))
    return tuple(faults)


def study_remarks(path: Path) -> tuple[str, ...]:
    """
    Return what is worth knowing of a study that has no faults: participants without an interview, and the reverse, and
    whether others can read it.

    Parameters
    ----------
    path : Path
        The study's folder; a plain corpus has no remarks.

    Raises
    ------
    AutocodeError
        If the study has faults, see `study_faults`.
    """
    table = path / PARTICIPANTS
    if not is_study(path):
        return ()
    if not table.is_file():
        return exposure(path)
    interviews = [interview.id for interview in read_lines(path, read_settings(path)).interviews]
    unmatched = unmatched_participants(read_participants(table), interviews)
    return (*(f"{table}: {what}." for what in unmatched), *exposure(path))


def _record(folder: Path) -> tuple[Codings, tuple[Amendment, ...]]:
    if not has_journal(folder):
        return Codings(), ()
    with reading_journal(folder) as journal:
        return journal.codings(), journal.amendments()


def _open_model(folder: Path, settings: Settings) -> None:
    from autocode.suggester import open_suggester

    open_suggester(folder / MODEL, encoder=encoding_of(settings.encoder, folder=folder))
