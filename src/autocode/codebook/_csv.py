"""Codebooks in CSV: the columns code, parent and definition, and as many of the others as there are."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

from autocode.codebook._nouns import Code, Codebook, CodeId, faults_of
from autocode.codebook._parents import with_parents_by_id
from autocode.errors import CodebookError, Fault

NEEDED = ("code", "parent", "definition")
OPTIONAL = ("name", "use_when", "not_when", "examples", "codable", "version")
_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_csv(text: str, *, path: Path) -> Codebook:
    """Return the codebook of a table; a code that is a parent is a theme, unless its cell `codable` says otherwise."""
    try:
        rows = _rows(text)
    except csv.Error as why:
        raise CodebookError.at(path, f"is not a table in CSV ({why}); save it again as CSV.") from why
    if not rows:
        raise CodebookError.at(path, f"is empty; it needs a header with {', '.join(NEEDED)}.")
    first, header = rows[0][0], [name.strip().casefold() for name in rows[0][1]]
    faults = [
        Fault(
            f"has no column {name!r}; a codebook has {', '.join(NEEDED)}, and may have {', '.join(OPTIONAL)}.",
            path,
            first,
        )
        for name in NEEDED
        if name not in header
    ]
    faults += [
        Fault(f"has the unknown column {name!r}; a codebook knows {', '.join((*NEEDED, *OPTIONAL))}.", path, first)
        for name in header
        if name not in (*NEEDED, *OPTIONAL)
    ]
    CodebookError.raise_if(faults)
    codes: list[Code] = []
    places: dict[int, Fault] = {}
    stated: dict[int, str] = {}
    version = "1"
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            faults.append(Fault(f"expected {len(header)} cells, found {len(cells)}; fill or remove cells.", path, line))
            continue
        told = dict(zip(header, cells, strict=True))
        stated[len(codes)] = told.get("codable", "").strip().casefold()
        if stated[len(codes)] not in ("", *_TRUTHS):
            faults.append(Fault(f"codable must be yes or no; found {told['codable']!r}.", path, line))
        version = told.get("version", "").strip() or version
        places[len(codes)] = Fault("", path, line)
        codes.append(
            Code(
                id=CodeId(told["code"]),
                name=told.get("name") or told["code"],
                parent=CodeId(told["parent"]) if told["parent"].strip() else None,
                definition=told["definition"],
                use_when=told.get("use_when", ""),
                not_when=told.get("not_when", ""),
                examples=examples_of(told.get("examples", "")),
            )
        )
    codes = with_parents_by_id(codes)
    CodebookError.raise_if([*faults, *faults_of(codes, places=places)])
    parents = {code.parent for code in codes}
    return Codebook(
        (replace(code, codable=_TRUTHS.get(stated[n], code.id not in parents)) for n, code in enumerate(codes)),
        version=version,
    )


def _rows(text: str) -> list[tuple[int, list[str]]]:
    header = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, begins = [], 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append((begins, cells))
        begins = reader.line_num + 1
    return rows


def examples_of(cell: str) -> tuple[str, ...]:
    """Return the examples of a cell: one a line, or a list in JSON where an example holds line breaks."""
    if cell.startswith("["):
        try:
            told = json.loads(cell)
        except json.JSONDecodeError:
            told = None
        if isinstance(told, list) and all(isinstance(one, str) for one in told):
            return tuple(told)
    return tuple(line.strip() for line in cell.split("\n") if line.strip())


def cell_of(examples: tuple[str, ...]) -> str:
    """Return the cell that reads back as these examples."""
    plain = "\n".join(examples)
    return plain if examples_of(plain) == examples else json.dumps(list(examples), ensure_ascii=False)


def csv_of(codebook: Codebook) -> str:
    """Return a codebook as CSV, with no more columns than it needs to read back the same."""
    parents = {code.parent for code in codebook.values()}
    version = codebook.version
    cells = [
        {
            "code": code.id,
            "parent": code.parent or "",
            "definition": code.definition,
            "name": code.name if code.name != code.id else "",
            "use_when": code.use_when,
            "not_when": code.not_when,
            "examples": cell_of(code.examples),
            "codable": "" if code.codable is (code.id not in parents) else "yes" if code.codable else "no",
            "version": "" if version == "1" else version,
        }
        for code in codebook.values()
    ]
    header = [*NEEDED, *(name for name in OPTIONAL if any(row[name] for row in cells))]
    out = io.StringIO(newline="")
    # csv reads a carriage return that is not in quotation marks as the end of a row, and would not quote it
    returns = any("\r" in cell for row in cells for cell in row.values())
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL)
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in cells)
    return out.getvalue()
