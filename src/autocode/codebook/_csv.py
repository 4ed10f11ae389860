"""Codebooks in CSV: the columns code, parent and definition, and any of the optional ones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autocode.codebook._nouns import Code, Codebook, CodeId, contradictions
from autocode.codebook._parents import with_parents_by_id
from autocode.errors import CodebookError, Fault
from autocode.tables import CsvError, csv_text, read_rows
from autocode.wording import count_of

REQUIRED = ("code", "parent", "definition")
OPTIONAL = ("name", "use_when", "not_when", "examples", "codable", "version", "owner")
_TRUTH_VALUES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_csv(text: str, *, path: Path) -> Codebook:
    """
    Return the codebook in a table; a code that is a parent is a theme, unless its cell `codable` says otherwise.

    Raises `CodebookError` with every fault.
    """
    try:
        rows = read_rows(text)
    except CsvError as error:
        raise CodebookError.at(path, f"is not a table in CSV ({error}); save it again as CSV.") from error
    if not rows:
        raise CodebookError.at(path, f"is empty; it needs a header with {', '.join(REQUIRED)}.")
    header_line, header = rows[0][0], [name.strip().casefold() for name in rows[0][1]]
    CodebookError.raise_if(_header_faults(header, path, header_line))
    faults: list[Fault] = []
    codes: list[Code] = []
    places: dict[int, Fault] = {}
    codable_cells: list[str] = []
    version = "1"
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            faults.append(
                Fault(
                    f"expected {count_of(len(header), 'cell')}, found {len(cells)}; fill or remove cells.", path, line
                )
            )
            continue
        row = dict(zip(header, cells, strict=True))
        codable_cells.append(row.get("codable", "").strip().casefold())
        if codable_cells[-1] not in ("", *_TRUTH_VALUES):
            faults.append(Fault(f"codable must be yes or no; found {row['codable']!r}.", path, line))
        version = row.get("version", "").strip() or version
        places[len(codes)] = Fault("", path, line)
        codes.append(_code_from(row))
    codes, ambiguous = with_parents_by_id(codes, places=places)
    CodebookError.raise_if([*faults, *(ambiguous or contradictions(codes, places=places))])
    parents = {code.parent for code in codes}
    return Codebook(
        (
            replace(code, codable=_TRUTH_VALUES.get(cell, code.id not in parents))
            for code, cell in zip(codes, codable_cells, strict=True)
        ),
        version=version,
    )


def _header_faults(header: Sequence[str], path: Path, line: int) -> list[Fault]:
    faults = [
        Fault(
            f"has no column {name!r}; a codebook has {', '.join(REQUIRED)}, and may have {', '.join(OPTIONAL)}.",
            path,
            line,
        )
        for name in REQUIRED
        if name not in header
    ]
    return faults + [
        Fault(
            f"has the unknown column {name!r}; the columns of a codebook are {', '.join((*REQUIRED, *OPTIONAL))}.",
            path,
            line,
        )
        for name in header
        if name not in (*REQUIRED, *OPTIONAL)
    ]


def _code_from(row: Mapping[str, str]) -> Code:
    return Code(
        id=CodeId(row["code"]),
        name=row.get("name") or row["code"],
        parent=CodeId(row["parent"]) if row["parent"].strip() else None,
        definition=row["definition"],
        use_when=row.get("use_when", ""),
        not_when=row.get("not_when", ""),
        examples=examples_in(row.get("examples", "")),
        owner=row.get("owner", "").strip() or None,
    )


def examples_in(cell: str) -> tuple[str, ...]:
    """Return the examples in a cell: one per line, or a list in JSON where an example itself has line breaks."""
    if cell.startswith("["):
        try:
            examples = json.loads(cell)
        except json.JSONDecodeError:
            examples = None
        if isinstance(examples, list) and all(isinstance(example, str) for example in examples):
            return tuple(examples)
    return tuple(line.strip() for line in cell.split("\n") if line.strip())


def examples_cell(examples: tuple[str, ...]) -> str:
    """Return the cell that reads back as these examples."""
    plain = "\n".join(examples)
    return plain if examples_in(plain) == examples else json.dumps(list(examples), ensure_ascii=False)


def csv_of(codebook: Codebook) -> str:
    """
    Return a codebook as a table in CSV that reads back equal, without the optional columns that would be empty.

    Parameters
    ----------
    codebook : Codebook
        The codes to write.

    Examples
    --------
    >>> from autocode.codebook import csv_of
    >>> from autocode import Code, Codebook
    >>> codes = [Code(id="access", name="access", codable=False), Code(id="wait", name="wait", parent="access")]
    >>> print(csv_of(Codebook(codes)))
    code,parent,definition
    access,,
    wait,access,
    <BLANKLINE>
    """
    parents = {code.parent for code in codebook.values()}
    rows = [
        {
            "code": code.id,
            "parent": code.parent or "",
            "definition": code.definition,
            "name": code.name if code.name != code.id else "",
            "use_when": code.use_when,
            "not_when": code.not_when,
            "examples": examples_cell(code.examples),
            "codable": "" if code.codable is (code.id not in parents) else "yes" if code.codable else "no",
            "version": "" if codebook.version == "1" else codebook.version,
            "owner": code.owner or "",
        }
        for code in codebook.values()
    ]
    header = [*REQUIRED, *(name for name in OPTIONAL if any(row[name] for row in rows))]
    return csv_text(header, ([row[name] for name in header] for row in rows))
