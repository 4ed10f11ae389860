"""The codebook of a study: its file, and the recorded changes that the file is written from."""

from collections.abc import Sequence
from pathlib import Path

from autocode.codebook import Codebook, codebook_versions, read_codebook, write_codebook
from autocode.errors import CodebookError, StudyError
from autocode.journal import Journal
from autocode.study._folder import CODEBOOK
from autocode.study._opening import is_writable, open_journal
from autocode.study._settings import Settings


def recorded_versions(journal: Journal) -> tuple[Codebook, ...]:
    """Return every version of the codebook of which a change is recorded; empty while no change is."""
    codebook, changes = journal.codebook_history()
    return codebook_versions(codebook, changes) if codebook is not None and changes else ()


def codebook_in_file(folder: Path, settings: Settings) -> Codebook:
    """Return what the file of a study's codebook says; it may hold no codes where the study is coded from zero."""
    return read_codebook(folder / CODEBOOK, may_be_empty=settings.is_inductive)


def is_same(codebook: Codebook, other: Codebook) -> bool:
    """Return whether two codebooks are one version with the same codes."""
    return (codebook.digest, codebook.version) == (other.digest, other.version)


def codebook_in_force(codebook: Codebook, versions: Sequence[Codebook], *, folder: Path) -> Codebook:
    """
    Return the codebook of a study, of which a file that was left at an earlier version is brought up to date.

    The file is written after the entry of a change. Where the program is killed between the two, or where journals
    were merged, the next command writes it.

    Parameters
    ----------
    codebook : Codebook
        What the file says; it was read before the versions were.
    versions : sequence of Codebook
        Every recorded version; empty while no change is recorded.
    folder : Path
        The study's folder.

    Raises
    ------
    StudyError
        If the file is no version of the record.
    """
    if not versions or is_same(codebook, versions[-1]):
        return codebook
    if any(is_same(codebook, earlier) for earlier in versions[:-1]):
        if is_writable(folder):
            write_recorded_codebook(folder)
        return versions[-1]
    raise StudyError.at(
        folder / CODEBOOK,
        f"was edited by hand: it is not version {versions[-1].version!r} of the codebook, which the recorded changes "
        "come to.",
    )


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
        versions = recorded_versions(journal)
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
