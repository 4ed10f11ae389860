"""Changes of a codebook, made: entries in the journal first, then the file from the record."""

from pathlib import Path

from autocode.codebook import Change
from autocode.errors import StudyError
from autocode.study._codebook_edits import CodebookEdits
from autocode.study._consistency import unrecorded_codebook
from autocode.study._folder import CODEBOOK
from autocode.study._opening import open_journal
from autocode.study._reading import read_study_as_recorded
from autocode.study._recorded_codebook import codebook_in_file, is_same, recorded_versions, write_recorded_codebook
from autocode.study.codebook_changes._plan import ChangePlan
from autocode.study.codebook_changes._planning import plan_change


def change_codebook(folder: str | Path, *changes: Change, viewer: str | None = None) -> ChangePlan:
    """
    Change the codebook of a study, all of the changes or none, and return what they did.

    The changes are entries in the study's journal, which begins with the codebook as it is; `codebook.toml` is written
    from them, unless it was edited by hand otherwise than these changes say, which `check` reports. No judgement is
    changed: each is brought to the codebook in force when it is read.

    Parameters
    ----------
    folder : str or Path
        The study's folder.
    *changes : Change
        The changes in order, at least one. The first begins at the version in force, each later one where the one
        before ends. A change without a time gets the present time.
    viewer : str or None, default None
        Who sees the plan that is returned, as in `plan_change`.

    Raises
    ------
    CodebookError
        As `plan_change` does; nothing is changed then. Where somebody else changed the codebook since, the error says
        what changed.
    StudyError
        If the study has faults, or its files cannot be written.
    JournalError
        If the journal cannot be written or is not whole.
    ValueError
        If no change is given.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.codebook import Added, Code
    >>> from autocode.study import change_codebook, create_study
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     new = Code(id="fixers", name="Informal fixers", parent="an-example-theme")
    ...     _ = change_codebook(folder, Added(before="1", after="2", by="TW", why="not foreseen", code=new))
    ...     ac.read_study(folder).codebook
    <Codebook version 2: 1 theme, 2 subthemes>
    """
    study = read_study_as_recorded(folder)
    plan = plan_change(study, *changes, viewer=viewer)
    path = study.folder / CODEBOOK
    with open_journal(study.folder) as journal, journal.exclusively():
        in_file = codebook_in_file(study.folder, study.settings)
        versions = recorded_versions(journal, is_coded=len(study.codings) > 0)
        if not versions and not is_same(in_file, study.codebook):
            raise StudyError.at(path, "was edited meanwhile; look at it and plan the change anew.")
        journal.append(*unrecorded_codebook(journal, study.codebook), *plan.changes)
    # a file that was edited by hand is kept until all that was edited is said
    is_edited = not any(is_same(in_file, version) for version in (study.codebook, *versions))
    if not (is_edited and CodebookEdits.between(plan.after, in_file).say_something):
        write_recorded_codebook(study.folder)
    return plan
