"""What changes of a codebook would do to a study, found out before anything is changed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from autocode.agreement import AlphaChange, MergeComparison, alpha_changes, compare_merge
from autocode.codebook import (
    Change,
    Codebook,
    Merged,
    Renamed,
    Undone,
    changed_meanings,
    changes_in_words,
    codebook_versions,
)
from autocode.coding import CoderId, Codings, code_asked_for, human, leaves_most_open, remapped
from autocode.errors import CodebookError
from autocode.study._folder import MODEL
from autocode.study._open_coding import left_to_read
from autocode.study._reading import StudyData
from autocode.study._rereading_draws import LIKELY, RANDOM, is_drawn_for
from autocode.study.codebook_changes._making import check_may_change
from autocode.study.codebook_changes._plan import ChangePlan, PlannedDraw
from autocode.study.codebook_changes._readings import coder_readings


def plan_change(
    study: StudyData,
    *changes: Change,
    viewer: str | None = None,
    likely: int = LIKELY,
    random: int = RANDOM,
    seed: int = 0,
) -> ChangePlan:
    """
    Return what changes of the codebook would do to a study; nothing is changed.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.
    *changes : Change
        The changes in order, at least one. The first begins at the version in force, each later one where the one
        before ends.
    viewer : str or None, default None
        Who sees the plan. While independent coding is open, somebody who has lines left to read sees nothing of the
        readings of others, nor of agreement. None for somebody who may see all.
    likely, random, seed : int
        The lines that are to be drawn for a new or wider code, as in `change_codebook`.

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
    first, earlier = study.codebook_versions[0], study.codebook_changes
    versions = codebook_versions(first, [*earlier, *signed])
    after = versions[-1]
    made = study.codings if study.codings_as_made is None else study.codings_as_made
    steps = [study.codings]
    for n in range(1, len(signed) + 1):
        steps.append(remapped(made, [*earlier, *signed[:n]], codebook=first, proposals=study.proposals))
    viewer = None if viewer is None else human(viewer, people=_people(study))
    n_left = left_to_read(study, None if viewer is None else CoderId(viewer))
    readings = coder_readings(
        # even which codes are listed would tell somebody who still reads what others gave
        [_own(codings, viewer) for codings in steps] if n_left else steps,
        signed,
        earlier=earlier,
        codable=([code.id for code in study.codebook.subthemes], [code.id for code in after.subthemes]),
    )
    changed = changed_meanings([*earlier, *signed], since=study.codebook.version)
    withheld = tuple(code.id for code in study.codebook.subthemes if code.id in changed or code.id not in after)
    suggestions = () if study.batch is None else study.batch.suggestions
    return ChangePlan(
        folder=study.folder,
        changes=signed,
        sentences=changes_in_words(first, [*earlier, *signed])[len(earlier) :],
        before=study.codebook,
        after=after,
        coders=readings,
        n_left=n_left,
        alphas=() if n_left else _alphas(study, steps[-1], after),
        draws=() if n_left else tuple(_draws(study, signed, steps[-1], likely=likely, random=random, seed=seed)),
        merges=() if n_left else tuple(_merges(signed, steps, versions[len(earlier) :])),
        withheld=withheld,
        n_suggestions=sum(suggestion.code in withheld for suggestion in suggestions),
        has_model=(study.folder / MODEL).is_dir(),
    )


def _draws(
    study: StudyData, changes: Iterable[Change], codings: Codings, *, likely: int, random: int, seed: int
) -> Iterator[PlannedDraw]:
    """Yield how many lines are drawn to be read again for each code that is new or wider."""
    participants = {line.id for line in study.lines.participant_lines}
    for change in changes:
        code = code_asked_for(change)
        if code is None or not leaves_most_open(change):
            continue
        lines = {coding.line for coding in codings if code in coding.unjudged} & participants
        if lines:
            is_drawn = is_drawn_for(change, study)
            yield PlannedDraw(code=code, n_lines=len(lines), likely=likely, random=random, seed=seed, is_drawn=is_drawn)


def _own(codings: Codings, viewer: str | None) -> Codings:
    """Return the codings of somebody, who need not have begun."""
    return codings.by(CoderId(viewer)) if viewer is not None and viewer in codings.coders else Codings()


def _alphas(study: StudyData, codings: Codings, after: Codebook) -> tuple[AlphaChange, ...]:
    """Return alpha before and after, without own codes, on which nobody can agree; nothing while coders make them."""
    own = {code.id for codebook in (study.codebook, after) for code in codebook.own_codes}
    before, after = study.codebook.visible_to(), after.visible_to()
    if study.settings.makes_own_codes or not (before.subthemes or after.subthemes):
        return ()
    return alpha_changes(study.codings.without_codes(own), codings.without_codes(own), codebooks=(before, after))


def _merges(
    changes: Sequence[Change], steps: Sequence[Codings], versions: Sequence[Codebook]
) -> Iterator[MergeComparison]:
    """Yield each merge of codes beside the others that were possible then."""
    for change, codings, codebook in zip(changes, steps, versions, strict=False):
        if not isinstance(change, Merged) or any(codebook[code].owner is not None for code in change.codes):
            continue  # to group own codes is no merge beside which others could stand
        if change.new is None and codebook[change.into].codable and len(codings.independent().coders) > 1:
            yield compare_merge(codings, (change.into, *change.codes), codebook)


def _people(study: StudyData) -> Collection[str]:
    """Return the people whom a study knows."""
    return study.settings.people or study.codings.coders


def _signed(changes: Iterable[Change], study: StudyData) -> Iterator[Change]:
    """Yield changes with the names of people in the spelling of the study, and reasons in one line."""
    for change in changes:
        signed = replace(change, by=human(change.by, people=_people(study)), why=" ".join(change.why.split()))
        check_may_change(signed, study)
        if not signed.why and not isinstance(signed, Renamed | Undone):
            raise CodebookError(f"{signed}, but not why; say in a few words why the codebook is changed.")
        yield signed
