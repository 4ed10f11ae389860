"""What changes of a codebook would do to a study, before anything is changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook, Renamed, Undone, codebook_versions
from autocode.coding import human
from autocode.display import Tabular, displayed
from autocode.errors import CodebookError
from autocode.study._reading import StudyData
from autocode.study.codebook_changes._making import check_may_change


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan(Tabular):
    """
    What changes of a codebook do to a study, or would do.

    Attributes
    ----------
    folder : Path
        The study's folder.
    changes : tuple of Change
        The changes, in order, each by a person in the spelling that the study knows.
    before, after : Codebook
        The codebook before the first and after the last of them.
    """

    folder: Path
    changes: tuple[Change, ...]
    before: Codebook
    after: Codebook

    def _records(self) -> Iterable[dict[str, object]]:
        for change in self.changes:
            versions = {"before": change.before, "after": change.after}
            yield {"change": str(change), **versions, "by": change.by, "why": change.why, "at": change.at}

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        for change in self.changes:
            yield f"{change} (version {change.before} to {change.after})."


def plan_change(study: StudyData, *changes: Change) -> ChangePlan:
    """
    Return what changes of the codebook would do to a study; nothing is changed.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.
    *changes : Change
        The changes in order, at least one. The first begins at the version in force, each later one where the one
        before ends.

    Raises
    ------
    CodebookError
        If a change is impossible, begins at a version that is not in force, lacks a reason although it is neither a
        renaming nor an undo, or is made by somebody whom `codebook_editors` in study.toml does not name.
    CodingError
        If a change is made by nobody or by a machine.
    ValueError
        If no change is given.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.codebook import Renamed
    >>> from autocode.study import create_study, plan_change
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     study = ac.read_study(folder)
    >>> change = Renamed(before="1", after="2", by="TW", code="an-example-subtheme", name="Nobody answers")
    >>> plan_change(study, change).after["an-example-subtheme"].name
    'Nobody answers'
    """
    if not changes:
        raise ValueError("name at least one change of the codebook.")
    signed = tuple(_signed(changes, study))
    versions = codebook_versions(study.codebook_versions[0], [*study.codebook_changes, *signed])
    return ChangePlan(folder=study.folder, changes=signed, before=study.codebook, after=versions[-1])


def _signed(changes: Iterable[Change], study: StudyData) -> Iterator[Change]:
    """Yield changes with the names of people in the spelling of the study, and reasons in one line."""
    people = study.settings.people or study.codings.coders
    for change in changes:
        signed = replace(change, by=human(change.by, people=people), why=" ".join(change.why.split()))
        check_may_change(signed, study)
        if not signed.why and not isinstance(signed, Renamed | Undone):
            raise CodebookError(f"{signed}, but not why; say in a few words why the codebook is changed.")
        yield signed
