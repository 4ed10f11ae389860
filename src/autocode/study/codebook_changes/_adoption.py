"""A codebook that was edited by hand: what was meant is recorded where it can be seen, or the record is put back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autocode.codebook import (
    Added,
    Change,
    Code,
    Codebook,
    CodeId,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    next_version,
)
from autocode.errors import StudyError
from autocode.study._codebook_edits import CodebookEdits
from autocode.study._folder import CODEBOOK
from autocode.study._opening import has_journal, open_journal
from autocode.study._reading import StudyData, read_study_as_recorded
from autocode.study._recorded_codebook import codebook_in_file, is_same, recorded_versions, write_recorded_codebook


def adopted_changes(study: StudyData, *, by: str, why: str) -> tuple[Change, ...]:
    """
    Return the changes that say what was edited by hand in a study's codebook; nothing is changed.

    Codes that are new, names, themes and texts say what was meant: a text is taken as clarified. An id that was changed
    by hand is put back.

    Parameters
    ----------
    study : StudyData
        The study, of `read_study_as_recorded`.
    by : str
        Who decided on the changes.
    why : str
        Why.

    Returns
    -------
    tuple of Change
        The changes, to be given to `plan_change` and `change_codebook`; empty if nothing is to be recorded.

    Raises
    ------
    StudyError
        If a code is gone, or became a theme, so that it cannot be seen what was meant.
    """
    edited = codebook_in_file(study.folder, study.settings)
    edits = CodebookEdits.between(study.codebook, edited)
    if edits.are_ambiguous:
        StudyError.raise_if(edits.faults(study.codings, folder=study.folder))
    used = {codebook.version for codebook in study.codebook_versions}
    before, changes = study.codebook.version, []
    for change in _changes(edits, edited, by=by, why=why):
        after = next_version(before, used)
        changes.append(replace(change, before=before, after=after))
        used.add(after)
        before = after
    return tuple(changes)


def _changes(edits: CodebookEdits, edited: Codebook, *, by: str, why: str) -> Iterator[Change]:
    """Yield each edit as a change without its versions; themes come before the codes that belong to them."""
    signed: dict[str, Any] = {"before": "", "after": "", "by": by, "why": why}
    for code in _parents_first(edits.added, edits.recorded):
        yield Added(code=code, coded_theme=_is_below_a_code(code, edited), **signed)
    for code in edits.moved:
        yield Moved(code=code.id, parent=code.parent, coded_theme=_is_below_a_code(code, edited), **signed)
    for code in edits.renamed:
        yield Renamed(code=code.id, name=code.name, **signed)
    for code in edits.redefined:
        was = edits.recorded[code.id]
        texts = {text: getattr(code, text) for text in ("definition", "use_when", "not_when", "examples")}
        changed: dict[str, Any] = {text: value for text, value in texts.items() if value != getattr(was, text)}
        yield Redefined(code=code.id, kind=Redefinition.CLARIFIED, **changed, **signed)


def _is_below_a_code(code: Code, codebook: Codebook) -> bool:
    return code.parent is not None and codebook[code.parent].codable


def _parents_first(codes: tuple[Code, ...], known: Codebook) -> Iterator[Code]:
    there: set[CodeId | None] = {None, *known}
    waiting = list(codes)
    while waiting:
        ready = [code for code in waiting if code.parent in there]
        yield from ready
        there |= {code.id for code in ready}
        waiting = [code for code in waiting if code not in ready]


def restore_codebook(folder: str | Path) -> Path | None:
    """
    Put the codebook that is on record back into its file, and return where the edited file is kept beside it.

    Parameters
    ----------
    folder : str or Path
        The study's folder.

    Returns
    -------
    Path or None
        The copy of the edited file; None if nothing was edited.

    Raises
    ------
    StudyError
        If the folder is not a study, or its files cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.codebook import Renamed
    >>> from autocode.study import change_codebook, create_study, restore_codebook
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     change = Renamed(before="1", after="2", by="TW", code="an-example-subtheme", name="Nobody answers")
    ...     _ = change_codebook(folder, change)
    ...     file = Path(folder, "codebook.toml")
    ...     _ = file.write_text(file.read_text().replace("Nobody answers", "No answer"))
    ...     kept = restore_codebook(folder)
    ...     kept.name, ac.read_study(folder).codebook["an-example-subtheme"].name
    ('codebook.edited.toml', 'Nobody answers')
    """
    study = read_study_as_recorded(folder)
    path = study.folder / CODEBOOK
    if not has_journal(study.folder):
        return None
    with open_journal(study.folder) as journal:
        versions = recorded_versions(journal, is_coded=len(study.codings) > 0)
    edited = path.read_bytes()
    if not versions or is_same(codebook_in_file(study.folder, study.settings), versions[-1]):
        return None
    kept = _free_name(path)
    try:
        with kept.open("xb") as out:
            out.write(edited)
    except OSError as error:
        raise StudyError.at(kept, f"cannot be written ({error.strerror}); nothing was changed.") from error
    write_recorded_codebook(study.folder)
    return kept


def _free_name(path: Path) -> Path:
    """Return a name beside a file that no file has yet."""
    candidate, n = path.with_name(f"{path.stem}.edited{path.suffix}"), 2
    while candidate.exists():
        candidate, n = path.with_name(f"{path.stem}.edited-{n}{path.suffix}"), n + 1
    return candidate
