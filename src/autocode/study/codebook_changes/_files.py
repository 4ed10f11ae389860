"""A study's codebook written to files for other programs, and the codes of such files as changes."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autocode.codebook import (
    Added,
    Additions,
    Code,
    Codebook,
    CodeId,
    Retired,
    additions,
    code_guid,
    csv_of,
    ended_codes,
    fates,
    next_version,
    qdc_of,
    read_codebook,
    read_qdc,
    version_of,
    write_codebook,
)
from autocode.errors import CodebookError, StudyError
from autocode.files import put
from autocode.report import write_codebook_document
from autocode.study._folder import has_example_codebook, is_study
from autocode.study._opening import has_journal, is_writable, open_journal, reading_journal
from autocode.study._reading import StudyData
from autocode.wording import listing

SUFFIXES = (".qdc", ".toml", ".csv", ".docx")


def export_codebook(
    study: StudyData, path: str | Path, *, version: str | None = None, with_ended: bool = False, force: bool = False
) -> Codebook:
    """
    Write a version of a study's codebook to a file, and return it.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.
    path : str or Path
        The file: .qdc, which other programs of qualitative analysis read; .toml or .csv; or .docx, to read and print.
    version : str or None, default None
        The version; None for the one in force.
    with_ended : bool, default False
        Whether the codes that ended are written too, in a .qdc into the folder "Retired".
    force : bool, default False
        Whether a file that exists is replaced.

    Raises
    ------
    CodebookError
        If there is no such version, the version has no codes, or the file exists or cannot be written.
    ValueError
        If codes that ended are asked for in a format that has no place for them.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.study import create_study, export_codebook
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     export_codebook(ac.read_study(folder), Path(folder, "book.qdc"))
    <Codebook version 1: 1 theme, 1 subtheme>
    """
    path = Path(path)
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        raise CodebookError.at(path, f"has the unknown suffix {path.suffix!r}; a codebook is {', '.join(SUFFIXES)}.")
    if with_ended and suffix not in (".qdc", ".docx"):
        raise ValueError(f"a {suffix} has no place for codes that ended; leave them out, or write a .qdc or a .docx.")
    if path.exists() and not force:
        raise CodebookError.at(path, "exists already; choose another name, or replace it with --force.")
    versions = study.codebook_versions
    codebook = study.codebook if version is None else version_of(versions, version)
    changes = study.codebook_changes[: [known.version for known in versions].index(codebook.version)]
    ended: Mapping[CodeId, Code] = ended_codes(versions[0], changes) if with_ended else {}
    if suffix == ".docx":
        became = fates(versions[0], changes)
        with_fates = [
            (replace(code, name=became[code.id].name), f"since {became[code.id].became}") for code in ended.values()
        ]
        write_codebook_document(path, title=study.title, codebook=codebook, ended=with_fates, force=force)
    elif suffix == ".toml":
        write_codebook(codebook, path, force=force)
    else:
        text = csv_of(codebook) if suffix == ".csv" else _qdc(study, codebook, list(ended.values()))
        try:
            put({path: text.encode()})
        except OSError as error:
            raise CodebookError.at(path, f"cannot be written ({error.strerror}); choose another folder.") from error
    return codebook


def _qdc(study: StudyData, codebook: Codebook, ended: list[Code]) -> str:
    return qdc_of(codebook, study=identity_of(study.folder), guids=_imported_guids(study), retired=ended)


def codes_to_import(study: StudyData, path: str | Path, *, by: str, why: str) -> Additions:
    """
    Return the codes of a file that a study's codebook lacks, as changes that `plan_change` and `change_codebook` take.

    A code is there already if its GUID is known, or if a code of its name stands in the same place of the tree. What
    differs in it is said, and stays as it is. Remarks say too what of the file has no place in a codebook. The example
    that a new study has is retired.

    Parameters
    ----------
    study : StudyData
        The study.
    path : str or Path
        The file: .qdc, as NVivo, ATLAS.ti, MAXQDA, Taguette and autocode write it, .toml or .csv.
    by, why : str
        Who decides, and the reason.

    Raises
    ------
    CodebookError
        If the file cannot be read or is no codebook.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.study import codes_to_import, create_study
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     _ = Path(folder, "pilot.csv").write_text("code,parent,definition\\nForms,,\\n")
    ...     found = codes_to_import(ac.read_study(folder), Path(folder, "pilot.csv"), by="TW", why="from the pilot")
    >>> for change in found.changes:
    ...     print(change)
    TW added 'Forms'
    TW retired 'an-example-subtheme'
    TW retired 'an-example-theme'
    """
    path = Path(path)
    guids: Mapping[CodeId, str] = {}
    lost: list[str] = []
    if path.suffix.casefold() == ".qdc":
        read = read_qdc(path)
        other, guids = read.codebook, read.guids
        if read.lost:
            lost = [f"Left out, as a codebook here has no place for them: {listing(read.lost)}."]
    else:
        other = read_codebook(path)
    versions = study.codebook_versions
    became = fates(versions[0], study.codebook_changes)
    ended = {code: became[code] for code in ended_codes(versions[0], study.codebook_changes)}
    imported, identity = _imported_guids(study), identity_of(study.folder)
    found = additions(
        study.codebook,
        other,
        by=by,
        why=why,
        guids=guids,
        known_guids={imported.get(code) or code_guid(identity, code): code for code in (*study.codebook, *ended)},
        ended=ended,
        versions=[version.version for version in versions],
    )
    example = _retired_example(study, found, by=by, why=why)
    if example:
        lost.append("The example codes of a new study are retired.")
    return replace(found, changes=(*found.changes, *example), remarks=(*lost, *found.remarks))


def _retired_example(study: StudyData, found: Additions, *, by: str, why: str) -> list[Retired]:
    """Return the end of the codes that a new study has as an example, if codes come into it for the first time."""
    ending = [code.id for code in study.codebook.subthemes] + [code.id for code in study.codebook.themes]
    if not found.changes or study.codebook_changes or found.known or not has_example_codebook(study.folder):
        return []
    used = {study.codebook.version, *(change.after for change in found.changes)}
    changes, before = [], found.changes[-1].after
    for code in ending:
        after = next_version(before, used)
        changes.append(Retired(before=before, after=after, by=by, why=why, code=code))
        used.add(after)
        before = after
    return changes


def identity_of(folder: Path) -> str:
    """
    Return what distinguishes a study from all others: the id of its journal, for a plain corpus its name.

    Raises
    ------
    StudyError
        If the study has no journal yet, and none can be made.
    """
    if not is_study(folder):
        return folder.resolve().name
    if has_journal(folder):
        with reading_journal(folder) as journal:
            return journal.id
    if not is_writable(folder):
        raise StudyError.at(folder, "has no journal yet and cannot be written; make it writable, then export again.")
    with open_journal(folder) as journal:
        return journal.id


def _imported_guids(study: StudyData) -> dict[CodeId, str]:
    return {
        change.code.id: change.guid for change in study.codebook_changes if isinstance(change, Added) and change.guid
    }
