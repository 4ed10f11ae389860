"""Codebooks read from files and written to files."""

import json
from collections.abc import Iterator
from pathlib import Path

from autocode.codebook._csv import read_csv
from autocode.codebook._nouns import Code, Codebook
from autocode.codebook._qdc import parsed_qdc
from autocode.codebook._toml import read_toml
from autocode.errors import CodebookError
from autocode.files import put


def read_codebook(path: str | Path, *, may_be_empty: bool = False) -> Codebook:
    """
    Return the codebook in a file.

    Parameters
    ----------
    path : str or Path
        A TOML file (.toml) with `[[themes]]` and their `[[themes.subthemes]]`, or with `[[codes]]`; or a table in CSV
        (.csv) with the columns code, parent and definition, and optionally name, use_when, not_when, examples, codable
        and version; or a codebook of REFI-QDA (.qdc), see `read_qdc`.
    may_be_empty : bool, default False
        Whether a TOML file may hold no codes yet, as in a study that is coded from zero.

    Raises
    ------
    CodebookError
        If the file cannot be read, a key or column is unknown, or codes contradict each other. Every fault is listed
        with its line.

    Examples
    --------
    >>> from autocode.codebook import read_codebook
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "codebook.csv"
    ...     _ = path.write_text("code,parent,definition\\naccess,,Getting care\\nwait,access,Time until care\\n")
    ...     codebook = read_codebook(path)
    >>> [code.id for code in codebook.themes], [code.id for code in codebook.subthemes]
    (['access'], ['wait'])
    """
    path = Path(path)
    if path.is_dir():
        inside = path / "codebook.toml"
        raise CodebookError.at(
            path, f"is a folder; name the file, such as {inside if inside.exists() else inside.name}."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CodebookError.at(
            path, f"cannot be read ({error.strerror}); check that it exists and that you may open it."
        ) from error
    if path.suffix.lower() == ".qdc":
        return parsed_qdc(data, path=path).codebook
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CodebookError.at(path, "is not a text in UTF-8; save it as UTF-8.", line=line) from error
    if not text.strip():
        raise CodebookError.at(path, "is empty; write the codes into it, the first under [[themes]].")
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_csv(text, path=path)
    if suffix != ".toml":
        raise CodebookError.at(
            path, f"has the unknown suffix {path.suffix!r}; a codebook is a .toml, a .csv or a .qdc."
        )
    return read_toml(text.replace("\r\n", "\n"), path=path, may_be_empty=may_be_empty)


def write_codebook(codebook: Codebook, path: str | Path, *, force: bool = False, may_be_empty: bool = False) -> None:
    """
    Write a codebook as TOML that reads back equal.

    Subthemes are written under their themes where the order and the depth of the codes allow that, otherwise all codes
    as one flat list of `[[codes]]`.

    Parameters
    ----------
    codebook : Codebook
        The codes to write; at least one, unless `may_be_empty`.
    path : str or Path
        The file to write.
    force : bool, default False
        Whether to replace a file that exists.
    may_be_empty : bool, default False
        Whether the codebook may hold no codes, as in a study that is coded from zero.

    Raises
    ------
    CodebookError
        If the file exists and `force` is False, the codebook is empty, or the file cannot be written.
    """
    path = Path(path)
    if path.exists() and not force:
        raise CodebookError.at(path, "exists already; choose another name, or force to replace it.")
    if not codebook and not may_be_empty:
        raise CodebookError.at(path, "would contain no codes; a codebook needs at least one.")
    text = "\n".join(_tables(codebook))
    try:
        put({path: text.encode()})
    except OSError as error:
        raise CodebookError.at(path, f"cannot be written ({error.strerror}); choose another folder.") from error


def _tables(codebook: Codebook) -> Iterator[str]:
    yield f"version = {_quoted(codebook.version)}\n"
    nested = _is_nested(codebook)
    for code in codebook.values():
        table = "codes" if not nested else "themes" if not code.codable else "themes.subthemes"
        if nested and code.parent is None and code.codable:
            table = "subthemes"
        yield f"[[{table}]]"
        yield f"id = {_quoted(code.id)}"
        yield f"name = {_quoted(code.name)}"
        if code.parent is not None and not nested:
            yield f"parent = {_quoted(code.parent)}"
        if not code.codable and not nested:
            yield "codable = false"
        for key in ("definition", "use_when", "not_when"):
            if getattr(code, key):
                yield f"{key} = {_quoted(getattr(code, key))}"
        if code.owner is not None:
            yield f"owner = {_quoted(code.owner)}"
        if code.examples:
            yield "examples = [\n" + "".join(f"  {_quoted(example)},\n" for example in code.examples) + "]"
        yield ""


def _is_nested(codebook: Codebook) -> bool:
    """Return whether every subtheme follows its theme and those without a theme come last."""
    theme: Code | None = None
    loose = False
    for code in codebook.values():
        if code.parent is None and code.codable:
            loose = True
        elif loose or (code.parent is None) is code.codable:
            return False
        elif code.parent is None:
            theme = code
        elif theme is None or code.parent != theme.id or not code.codable:
            return False
    return True


def _quoted(text: str) -> str:
    """Return a text as a TOML string: as JSON writes it, with DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
