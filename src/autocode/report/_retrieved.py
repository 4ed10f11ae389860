"""All lines of a code as a Word document: each with its question, where it stands, who gave the code, and memos."""

from pathlib import Path

from autocode.report._appendix import word_path
from autocode.report._word import Word
from autocode.report._write import replace_file
from autocode.retrieval import RetrievedLine, RetrievedLines
from autocode.wording import count_of


def write_retrieved_lines(path: Path | str, *, title: str, found: RetrievedLines, force: bool = False) -> Path:
    """
    Write all lines of a code as a Word document and return its path.

    Parameters
    ----------
    path : path-like
        The file to write, which ends in .docx.
    title : str
        The title of the study.
    found : RetrievedLines
        The lines.
    force : bool, default False
        Whether an existing file is replaced.

    Raises
    ------
    ReportError
        If the file exists, has another suffix, or its folder cannot be written to.
    """
    target = word_path(path, force=force)
    replace_file(target, retrieved_lines_document(found, title=title))
    return target


def retrieved_lines_document(found: RetrievedLines, *, title: str) -> bytes:
    """
    Return all lines of a code as the bytes of a Word document.

    Parameters
    ----------
    found : RetrievedLines
        The lines.
    title : str
        The title of the study.
    """
    name = found.names[found.code.id]
    word = Word(title=f"{title}: {name}", running=f"{name}, {count_of(len(found), 'line')}")
    if found.code.definition:
        word.paragraph(found.code.definition)
    word.paragraph(
        f"{count_of(len(found), 'line')} of {count_of(len(found.interviews), 'interview')}"
        + (f", given by {', '.join(found.by_coder)}." if found.lines else "."),
        small=True,
    )
    interview, question = "", None
    for line in found.lines:
        if line.line.transcript != interview:
            interview = line.line.transcript
            known = ", ".join(value for value in line.attributes.values() if value)
            word.heading(f"{interview} ({known})" if known else interview, level=2)
        if line.question is not None and line.question != question:
            word.paragraph((line.question.text, "i"), small=True)
        question = line.question
        _add(word, line, found)
    return word.data()


def _add(word: Word, line: RetrievedLine, found: RetrievedLines) -> None:
    word.paragraph(line.line.text, (f"  ({line.reference})", "i"))
    given = [code for code in found.codes if any(code in coding.codes for coding in line.given)]
    # of a single code, its name is in the title
    names = f": {', '.join(found.names[code] for code in given)}" if len(found.codes) > 1 else ""
    word.paragraph(f"{', '.join(line.coders)}{names}", small=True)
    for coder, memo in line.memos:
        word.paragraph((f"Memo of {coder}: ", "b"), memo, small=True)
