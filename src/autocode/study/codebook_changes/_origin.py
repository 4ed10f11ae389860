"""How the codes of a study that was coded from zero came about, beside every table of agreement."""

from dataclasses import replace

from autocode.agreement import AgreementTable
from autocode.codebook import Merged
from autocode.frozen import FrozenMapping
from autocode.study._reading import StudyData
from autocode.wording import count_of, listing


def with_origin(table: AgreementTable, study: StudyData) -> AgreementTable:
    """
    Return a table of agreement whose conventions say how the codes of a study that was coded from zero came about.

    Parameters
    ----------
    table : AgreementTable
        The agreement.
    study : StudyData
        The study.
    """
    origin = _origin_of_codes(study)
    return replace(table, conventions=FrozenMapping({**table.conventions, "codes": origin})) if origin else table


def _origin_of_codes(study: StudyData) -> str:
    if study.settings.codes == "shared":
        return (
            "coding began without codes, and a code that one coder made appeared for all at once, so coders knew which "
            "codes others had made, though not for which lines"
        )
    owned = {code.id for codebook in study.codebook_versions for code in codebook.own_codes}
    grouped, by = set(), set()
    for change in study.codebook_changes:
        if isinstance(change, Merged) and not owned.isdisjoint(change.codes):
            grouped |= owned & {*change.codes}
            by.add(change.by)
    if study.settings.codes != "own" or not grouped:
        return ""
    return (
        f"coding began without codes, and each coder made and gave own codes that the others did not see; "
        f"{listing(sorted(by))} grouped {count_of(len(grouped), 'own code')} afterwards, with knowledge of the codes "
        "and of the lines that had them, and agreement is measured on the groups"
    )
