"""The codebook of a study: its file, and the recorded changes that the file is written from."""

from collections.abc import Sequence
from pathlib import Path

from autocode.codebook import Codebook, codebook_versions, read_codebook, write_codebook
from autocode.coding import Codings
from autocode.errors import CodebookError, StudyError
from autocode.journal import Journal
from autocode.study._codebook_edits import CodebookEdits
from autocode.study._folder import CODEBOOK
from autocode.study._opening import has_journal, is_writable, open_journal, reading_journal
from autocode.study._settings import Settings


def recorded_versions(journal: Journal, *, is_coded: bool = False) -> tuple[Codebook, ...]:
    """
    Return every recorded version of a study's codebook; empty while the file alone decides.

    The file alone decides as long as nobody has coded and no change is recorded.
    """
    codebook, changes = journal.codebook_history()
    return codebook_versions(codebook, changes) if codebook is not None and (changes or is_coded) else ()


def codebook_in_file(folder: Path, settings: Settings) -> Codebook:
    """Return what the file of a study's codebook says; it may hold no codes where the study is coded from zero."""
    return read_codebook(folder / CODEBOOK, may_be_empty=settings.is_inductive)


def is_same(codebook: Codebook, other: Codebook) -> bool:
    """Return whether two codebooks are one version with the same codes."""
    return (codebook.digest, codebook.version) == (other.digest, other.version)


def codebook_in_force(
    codebook: Codebook, versions: Sequence[Codebook], codings: Codings, *, folder: Path, edited: bool = False
) -> Codebook:
    """
    Return the codebook of a study, of which a file that was left at an earlier version is brought up to date.

    The file is written after the entry of a change. Where the program is killed between the two, or where journals
    were merged, the next command writes it.

    Parameters
    ----------
    codebook : Codebook
        What the file says; it was read before the versions were.
    versions : sequence of Codebook
        Every recorded version; empty where the file alone decides.
    codings : Codings
        The judgements in the codes on record.
    folder : Path
        The study's folder.
    edited : bool, default False
        Whether the file may be edited; the codebook on record is returned all the same.

    Raises
    ------
    StudyError
        If the file is no version of the record, with all that differs.
    """
    if not versions or is_same(codebook, versions[-1]):
        return codebook
    if any(is_same(codebook, earlier) for earlier in versions[:-1]) or _was_recorded(codebook, folder):
        if is_writable(folder):
            write_recorded_codebook(folder)
    elif not edited:
        StudyError.raise_if(CodebookEdits.between(versions[-1], codebook).faults(codings, folder=folder))
    return versions[-1]


def _was_recorded(codebook: Codebook, folder: Path) -> bool:
    """Return whether a codebook was in force in this copy of a study before others were merged into it."""
    with reading_journal(folder) as journal:
        return any(is_same(codebook, state) for state in journal.codebook_states())


def codebook_of(folder: Path, settings: Settings) -> Codebook:
    """
    Return the codebook of a study, of which nothing else is read.

    Raises
    ------
    StudyError
        If the file was edited by hand since lines were coded.
    """
    codebook = codebook_in_file(folder, settings)
    if not has_journal(folder):
        return codebook
    with reading_journal(folder) as journal:
        versions = recorded_versions(journal, is_coded=True)
        if not versions or is_same(codebook, versions[-1]):
            return codebook
        codings = journal.codings()
        versions = recorded_versions(journal, is_coded=len(codings) > 0)
    return codebook_in_force(codebook, versions, codings, folder=folder)


def write_recorded_codebook(folder: Path) -> None:
    """
    Write the codebook that the recorded changes come to into its file.

    Raises
    ------
    StudyError
        If the file cannot be written; the next command that can will write it.
    """
    # two editors write one after the other, so that the later version is there at the end
    with open_journal(folder, create=False) as journal, journal.exclusively():
        versions = recorded_versions(journal, is_coded=True)
        if versions:
            write_versions(versions, folder)


def write_versions(versions: Sequence[Codebook], folder: Path) -> None:
    """Write the latest of the recorded versions into the file of a study's codebook, while nobody else can append."""
    try:
        # a study that is coded from zero is without codes again when the first is taken back
        write_codebook(versions[-1], folder / CODEBOOK, force=True, may_be_empty=True)
    except CodebookError as error:
        raise StudyError(
            f"version {versions[-1].version!r} of the codebook is recorded and in force, but {error} The next "
            "command that can write the file brings it up to date."
        ) from error
