"""Suggestions and suggesters that are older than the codebook in force: what of them holds, and what to say of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autocode.codebook import Change, Codebook, CodeId, changed_meanings
from autocode.coding import SuggestionBatch
from autocode.study._reading import StudyData
from autocode.wording import listing

if TYPE_CHECKING:
    from autocode.suggester import Suggester


def version_with(versions: Sequence[Codebook], digest: str) -> Codebook | None:
    """Return the latest version that has a digest, of the codes that all coders have in common; None if none has."""
    common = (codebook.visible_to() for codebook in reversed(versions))
    return next((codebook for codebook in common if codebook.digest == digest), None)


def suggester_in_force(
    suggester: "Suggester", versions: Sequence[Codebook], changes: Sequence[Change]
) -> "Suggester | None":
    """Return a suggester without the codes that changed since it was trained; None if it knows another codebook."""
    from autocode.suggester import after_changes  # scikit-learn takes seconds, which no page need wait for

    learnt_with = version_with(versions, suggester.codebook_digest)
    if learnt_with is None or learnt_with.version == versions[-1].version:
        return None if learnt_with is None else suggester
    return after_changes(suggester, changes, versions[-1].visible_to(), since=learnt_with.version)


def withheld_codes(study: StudyData, batch: SuggestionBatch) -> frozenset[CodeId]:
    """Return the codes whose suggestions are not shown, as they ended or mean something else since."""
    made_for = version_with(study.codebook_versions, batch.codebook)
    if made_for is None:
        return frozenset()
    ended = {code.id for code in made_for.subthemes} - study.codebook.keys()
    return changed_meanings(study.codebook_changes, since=made_for.version) | ended


def outdated_suggestions(study: StudyData, batch: SuggestionBatch) -> str:
    """Return a sentence about suggestions made for an earlier version of the codebook; empty if all are shown."""
    made_for = version_with(study.codebook_versions, batch.codebook)
    if made_for is None:
        return ""
    withheld = [made_for.label(code) for code in made_for if code in withheld_codes(study, batch)]
    known = {code.id for code in made_for.subthemes}
    common = study.codebook.visible_to()
    new = [common.label(code.id) for code in common.subthemes if code.id not in known]
    parts = []
    if withheld:
        parts.append(f"{listing(withheld)} ended or changed since and {_are(withheld)} not suggested")
    if new:
        parts.append(f"{listing(new)} {_are(new)} new and not suggested yet")
    if not parts:
        return ""
    return (
        f"the suggestions were made under version {made_for.version} of the codebook: {'; '.join(parts)}. To learn the "
        f"changes: autocode train {study.folder} --force, then autocode suggest {study.folder}."
    )


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
