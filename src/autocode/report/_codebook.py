"""A codebook, and what differs between two versions of it, as Word documents."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook, CodebookDifference, DifferenceKind
from autocode.report._appendix import word_path
from autocode.report._word import Piece, Word
from autocode.report._write import replace_file

_STYLES = {"same": "", "struck": "s", "inserted": "u"}
_LABELS = {"definition": "Definition", "use_when": "Use when", "not_when": "Not when", "examples": "Examples"}


@no_single_text
def write_codebook_document(
    path: Path | str, *, title: str, codebook: Codebook, ended: Iterable[tuple[Code, str]] = (), force: bool = False
) -> Path:
    """
    Write a codebook as a Word document and return its path.

    Parameters
    ----------
    path : path-like
        The file to write, which ends in .docx.
    title : str
        The title of the study.
    codebook : Codebook
        The codes.
    ended : iterable of (Code, str), default empty
        Codes that ended, for a section of their own, each with what became of it, such as "since retired".
    force : bool, default False
        Whether an existing file is replaced.

    Raises
    ------
    ReportError
        If the file exists, has another suffix, or its folder cannot be written to.
    """
    target = word_path(path, force=force)
    word = Word(title=f"{title}: codebook", running=f"Codebook, version {codebook.version}")
    themes = codebook.themes
    for code in codebook.values():
        if code.parent is None and code in themes:
            _section(word, code, codebook)
    loose = [code for code in codebook.values() if code.parent is None and code not in themes]
    if loose and len(loose) < len(codebook):
        word.heading("Codes without a theme")
    for code in loose:
        _code(word, code, code.name)
    ended_codes = list(ended)
    if ended_codes:
        word.heading("Codes that ended")
    for code, became in ended_codes:
        _code(word, code, code.name, remark=f"{became[:1].upper()}{became[1:]}.")
    replace_file(target, word.data())
    return target


@no_single_text
def write_codebook_difference(
    path: Path | str,
    *,
    title: str,
    difference: CodebookDifference,
    decided: Mapping[str, str],
    summary: str,
    force: bool = False,
) -> Path:
    """
    Write what differs between two versions of a codebook as a Word document and return its path.

    Words that were struck are struck through, and those that were inserted are underlined.

    Parameters
    ----------
    path : path-like
        The file to write, which ends in .docx.
    title : str
        The title of the study.
    difference : CodebookDifference
        The differences.
    decided : mapping of str to str
        Who made each change, when, why and with which consequences, by the version that came of it.
    summary : str
        How many changes there are, and who decided them.
    force : bool, default False
        Whether an existing file is replaced.

    Raises
    ------
    ReportError
        If the file exists, has another suffix, or its folder cannot be written to.
    """
    target = word_path(path, force=force)
    versions = f"version {difference.before.version} to {difference.after.version}"
    word = Word(title=f"{title}: changes of the codebook", running=f"Codebook, {versions}")
    word.paragraph(f"Codebook, {versions}: {summary}.")
    kind: DifferenceKind | None = None
    for entry in difference.codes:
        if entry.kind is not kind:
            kind = entry.kind
            word.heading(kind.capitalize())
        word.paragraph((f"{entry}", "b"))
        for text in entry.texts:
            runs: list[Piece] = [(run, _STYLES[how]) for run, how in text.runs]
            word.paragraph((f"{_LABELS[text.field]}: ", "i"), *runs)
        for change in entry.changes:
            word.paragraph(decided[change.after], small=True)
    replace_file(target, word.data())
    return target


def _section(word: Word, theme: Code, codebook: Codebook) -> None:
    word.heading(theme.name)
    _texts(word, theme)
    for code_id in codebook.descendants(theme.id):
        code = codebook[code_id]
        _code(word, code, codebook.path(code_id).removeprefix(f"{theme.name} / "))


def _code(word: Word, code: Code, name: str, *, remark: str = "") -> None:
    word.heading(name, level=2)
    if remark:
        word.paragraph((remark, "i"))
    _texts(word, code)


def _texts(word: Word, code: Code) -> None:
    if code.definition:
        word.paragraph(code.definition)
    for key in ("use_when", "not_when"):
        if getattr(code, key):
            word.paragraph((f"{_LABELS[key]}: ", "b"), getattr(code, key))
    for example in code.examples:
        word.paragraph((example, "i"))
