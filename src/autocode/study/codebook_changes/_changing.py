"""Changes of a codebook, made: entries in the journal first, then the file from the record."""

from collections.abc import Sequence
from pathlib import Path

from autocode.codebook import Change, Codebook
from autocode.coding import Sample
from autocode.errors import StudyError
from autocode.journal import Journal
from autocode.study._codebook_edits import CodebookEdits
from autocode.study._consistency import unrecorded_codebook
from autocode.study._folder import CODEBOOK
from autocode.study._opening import open_journal
from autocode.study._reading import StudyData, read_study_as_recorded
from autocode.study._recorded_codebook import codebook_in_file, is_same, recorded_versions, write_recorded_codebook
from autocode.study._rereading_draws import LIKELY, RANDOM, ends_of_draws, named_apart, planned_draws
from autocode.study.codebook_changes._plan import ChangePlan
from autocode.study.codebook_changes._planning import plan_change


def change_codebook(
    folder: str | Path,
    *changes: Change,
    viewer: str | None = None,
    likely: int = LIKELY,
    random: int = RANDOM,
    seed: int = 0,
) -> ChangePlan:
    """
    Change the codebook of a study, all of the changes or none, and return what they did.

    The changes are entries in the study's journal, which begins with the codebook as it is; `codebook.toml` is written
    from them, unless it was edited by hand otherwise than these changes say, which `check` reports. No judgement is
    changed: each is brought to the codebook in force when it is read. The lines that are read again for a new or wider
    code are drawn in the same act, so that they cannot be chosen after somebody looked (see `draw_rereading`); where a
    change is taken back, nothing waits for its lines any more.

    Parameters
    ----------
    folder : str or Path
        The study's folder.
    *changes : Change
        The changes in order, at least one. The first begins at the version in force, each later one where the one
        before ends. A change without a time gets the present time.
    viewer : str or None, default None
        Who sees the plan that is returned, as in `plan_change`.
    likely : int, default 50
        Number of lines to draw because they are likely to have a code that is new or wider.
    random : int, default 100
        Number of other lines to draw at random for it.
    seed : int, default 0
        Random seed of the draw, which is recorded with it.

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
    plan = plan_change(study, *changes, viewer=viewer, likely=likely, random=random, seed=seed)
    with open_journal(study.folder) as journal:
        # a suggester may be trained to find likely lines, for which nobody else has to wait
        drawn = planned_draws(study, journal, plan.changes, likely=likely, random=random, seed=seed)
        versions, in_file = _recorded(journal, study, plan, drawn)
    # a file that was edited by hand is kept until all that was edited is said
    is_edited = not any(is_same(in_file, version) for version in (study.codebook, *versions))
    if not (is_edited and CodebookEdits.between(plan.after, in_file).say_something):
        write_recorded_codebook(study.folder)
    return plan


def _recorded(
    journal: Journal, study: StudyData, plan: ChangePlan, drawn: Sequence[Sample]
) -> tuple[tuple[Codebook, ...], Codebook]:
    """Record changes with the lines that were drawn for them; return the versions before, and the codebook on disk."""
    path = study.folder / CODEBOOK
    with journal.exclusively():
        in_file = codebook_in_file(study.folder, study.settings)
        versions = recorded_versions(journal, is_coded=len(study.codings) > 0)
        if not versions and not is_same(in_file, study.codebook):
            raise StudyError.at(path, "was edited meanwhile; look at it and plan the change anew.")
        known = journal.samples()
        journal.append(*unrecorded_codebook(journal, study.codebook), *plan.changes)
        journal.append(*named_apart(drawn, known), *ends_of_draws(known, plan.changes))
    return versions, in_file
