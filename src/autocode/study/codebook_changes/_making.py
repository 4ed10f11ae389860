"""Codes that coders make while they code a study from zero, and who may change what in such a study."""

from autocode.codebook import (
    Added,
    Change,
    Code,
    CodeId,
    Redefined,
    Renamed,
    Retired,
    Undone,
    check_editors,
    code_id_for,
    codebook_versions,
    name_key,
    next_version,
)
from autocode.coding import CoderId
from autocode.errors import CodebookError
from autocode.journal import Journal
from autocode.study._reading import StudyData
from autocode.study._recorded_codebook import codebook_in_file, codebook_in_force, write_versions
from autocode.study._settings import Settings
from autocode.transcripts import LineId


class CodeMaker:
    """
    Makes codes while coders code a study from zero: a change of the codebook by the coder, recorded at once.

    Parameters
    ----------
    study : StudyData
        The study, whose settings say whether codes are the coders' own or shared.
    journal : Journal
        The study's journal, open.
    """

    def __init__(self, study: StudyData, journal: Journal) -> None:
        self._study = study
        self._journal = journal

    @property
    def shared(self) -> bool:
        """Whether all coders see and give a code that one of them makes."""
        return self._study.settings.codes == "shared"

    def __call__(self, name: str, *, by: CoderId, line: LineId) -> Code:
        """
        Return the code of a name among those that a coder may give; it is made if there is none.

        Parameters
        ----------
        name : str
            The name of the code.
        by : CoderId
            The coder.
        line : LineId
            The line on which the coder needs it.

        Raises
        ------
        CodebookError
            If a theme has that name.
        StudyError
            If `codebook.toml` was edited by hand, or cannot be written.
        """
        study, settings = self._study, self._study.settings
        with self._journal.exclusively():
            first, changes = self._journal.codebook_history()
            versions = codebook_versions(study.codebook if first is None else first, changes)
            if changes:
                in_file = codebook_in_file(study.folder, settings)
                codebook_in_force(in_file, versions, study.codings, folder=study.folder)
            now = versions[-1]
            for code in now.visible_to(by).subthemes:
                if name_key(code.name) == name_key(name):
                    return code
            owner = by if settings.codes == "own" else None
            used = {code for version in versions for code in version}
            new = Code(id=_own_id(name, owner, used) if owner else code_id_for(name, used), name=name, owner=owner)
            change = Added(
                before=now.version,
                after=next_version(now.version, {version.version for version in versions}),
                by=by,
                why=f"made while coding {line}",
                code=new,
            )
            self._journal.append(change)
            write_versions(codebook_versions(now, [change]), study.folder)
        return new


def _own_id(name: str, owner: CoderId, used: set[CodeId]) -> CodeId:
    """Return the id of a coder's own code, such as `MO/no-time`; whose it is, is a field of the code."""
    prefix = f"{owner}/"
    return prefix + code_id_for(name, {code.removeprefix(prefix) for code in used if code.startswith(prefix)})


def editors_of(settings: Settings) -> frozenset[str] | None:
    """Return who may change the codebook of a study; None for everybody."""
    return settings.codebook_editors or settings.adjudicators or None


def check_may_change(change: Change, study: StudyData) -> None:
    """
    Raise `CodebookError` if somebody may not make a change.

    Coders make codes while they code from zero, also where others edit the codebook, and rename, redefine and retire
    their own. Own codes are not grouped before all have coded, since a coder would learn from it how others code.
    """
    settings = study.settings
    own = change.code.owner if isinstance(change, Added) else None
    if settings.makes_codes:
        if isinstance(change, Added) and _makes_code(change, settings):
            return
        if settings.codes == "own":
            about: Change | None = change
            if isinstance(change, Undone):  # such as a name that two laptops gave apart
                about = next((made for made in study.codebook_changes if made.after == change.change), None)
            if isinstance(about, Renamed | Redefined | Retired):
                codes = {code.id: code for known in study.codebook_versions for code in known.own_codes}
                own = codes[about.code].owner if about.code in codes else None
            if own is None or own != change.by or isinstance(change, Added):
                raise CodebookError(
                    f"{change}, but coders still make and give own codes; when all have coded, write "
                    'independent_coding = "closed" into study.toml, and group the codes then.'
                )
            return
    if isinstance(change, Added) and own is not None:
        raise CodebookError(
            f"{change} as the own code of {own}, and own codes are made only while independent coding is open in a "
            'study with codes = "own"; leave the owner out.'
        )
    editors = editors_of(settings)
    if editors is not None:
        check_editors([change], editors)


def _makes_code(change: Added, settings: Settings) -> bool:
    """Return whether a coder makes a code as the study lets coders do."""
    code = change.code
    owner = change.by if settings.codes == "own" else None
    codes_here = not settings.coders or change.by in settings.coders
    return codes_here and code.codable and code.parent is None and code.owner == owner
