"""Codebooks in TOML: themes with their subthemes; every fault is reported with its line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autocode.codebook._new_names import code_id_for
from autocode.codebook._nouns import Code, Codebook, CodeId, contradictions
from autocode.codebook._parents import with_parents_by_id
from autocode.errors import CodebookError, Fault

KEYS = ("id", "name", "definition", "use_when", "not_when", "examples")
_TEXTS = ("id", "name", "parent", "definition", "use_when", "not_when", "owner")
_TOP = ("version", "themes", "subthemes", "codes")


def read_toml(text: str, *, path: Path, may_be_empty: bool = False) -> Codebook:
    """Return the codebook in a text in TOML; raises `CodebookError` with every fault."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(_syntax_fault(str(error), text, path)) from error
    return _Reading(document, places=_Places(text), path=path).codebook(may_be_empty=may_be_empty)


def _syntax_fault(message: str, text: str, path: Path) -> Fault:
    """Return what tomllib reports, such as `Invalid value (at line 3, column 8)`, as a fault of that line."""
    place = re.search(r"\(at line (\d+), column \d+\)$", message)
    line = int(place[1]) if place else max(1, text.rstrip("\n").count("\n") + 1)  # without a place, it is the end
    what = re.sub(r"\s*\(at [^()]*\)$", "", message)
    return Fault(f"is not TOML: {what[:1].lower()}{what[1:]}; correct the line.", path, line)


class _Places:
    """The line numbers of the tables and keys in a source, which tomllib does not give."""

    def __init__(self, text: str) -> None:
        self._tables: dict[str, list[dict[str, int]]] = {"": [{}]}
        current = self._tables[""][0]
        for number, line in _outside_strings(text):
            header = re.match(r"\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$", line)
            key = re.match(r"""\s*(["']?)([\w-]+)\1\s*=""", line)
            if header:
                current = {"": number}
                self._tables.setdefault(re.sub(r"[\s\"']", "", header[1]), []).append(current)
            elif key:
                current.setdefault(key[2], number)

    def line(self, table: str, n: int, key: str = "") -> int | None:
        """Return the line of a key in the n-th table of a name, else that of the table's header."""
        tables = self._tables.get(table, [])
        if n >= len(tables):
            return self._tables[""][0].get(table.partition(".")[0])
        return tables[n].get(key, tables[n].get(""))


def _outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that do not begin inside a multi-line string, each with its number."""
    within = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not within:
            yield number, line
        rest = line
        while rest:
            if within:
                closed = re.match(r'(?:\\.|[^\\])*?"""' if within == '"""' else r"[\s\S]*?'''", rest)
                if not closed:
                    break
                within, rest = "", rest[closed.end() :]
                continue
            opened = re.search(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", rest)
            if not opened:
                break
            within = opened[0] if opened[0] in ('"""', "'''") else ""
            rest = rest[opened.end() :]


class _Reading:
    """One pass over a parsed document, collecting codes, their places and faults."""

    def __init__(self, document: Mapping[str, Any], *, places: _Places, path: Path) -> None:
        self._document, self._places, self._path = document, places, path
        self._codes: list[Code] = []
        self._places_of_codes: dict[int, Fault] = {}
        self._faults: list[Fault] = []
        self._ids = set(_ids_in(document))

    def codebook(self, *, may_be_empty: bool) -> Codebook:
        for key in self._document:
            if key not in _TOP:
                self._fault(f"the key {key!r} is unknown; the keys of a codebook are {', '.join(_TOP)}.", "", 0, key)
        version = self._document.get("version", "1")
        if not isinstance(version, str | int) or isinstance(version, bool):
            self._fault(f'version must be a text, such as "1"; found {version!r}.', "", 0, "version")
        n_nested = 0
        for n, theme in enumerate(self._tables("themes", self._document)):
            code = self._code(theme, "themes", n, known=(*KEYS, "subthemes"), codable=False)
            for subtheme in self._tables("subthemes", theme, at=("themes", n)):
                self._code(subtheme, "themes.subthemes", n_nested, known=(*KEYS, "owner"), theme=code)
                n_nested += 1
        for n, subtheme in enumerate(self._tables("subthemes", self._document)):
            self._code(subtheme, "subthemes", n, known=(*KEYS, "parent", "owner"))
        for n, flat in enumerate(self._tables("codes", self._document)):
            self._code(flat, "codes", n, known=(*KEYS, "parent", "codable", "owner"))
        codes, ambiguous = with_parents_by_id(self._codes, places=self._places_of_codes)
        if not codes and not self._faults and not may_be_empty:
            self._faults.append(Fault("contains no codes; add a [[themes]] with its [[themes.subthemes]].", self._path))
        CodebookError.raise_if([*self._faults, *(ambiguous or contradictions(codes, places=self._places_of_codes))])
        return Codebook(codes, version=str(version))

    def _fault(self, what: str, table: str, n: int, key: str = "") -> None:
        self._faults.append(Fault(what, self._path, self._places.line(table, n, key)))

    def _tables(self, key: str, parent: Mapping[str, Any], *, at: tuple[str, int] = ("", 0)) -> list[dict[str, Any]]:
        """Return the tables under a key of the document or, with its name and number in `at`, of a table."""
        tables = parent.get(key, [])
        if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
            return tables
        written = f"{at[0]}.{key}" if at[0] else key
        self._fault(f"{key} must be tables; begin each with [[{written}]].", *at, key)
        return []

    def _code(
        self,
        fields: Mapping[str, Any],
        table: str,
        n: int,
        *,
        known: tuple[str, ...],
        codable: bool = True,
        theme: Code | None = None,
    ) -> Code | None:
        """Add the code of the n-th table of a name, and return it, or None if it has no name."""
        for key in fields:
            if key not in known:
                self._fault(
                    f"the key {key!r} is unknown here; the keys of [[{table}]] are {', '.join(known)}.", table, n, key
                )
        texts: dict[str, str] = {}
        for key in _TEXTS:
            value = fields.get(key, "") if key in known else ""
            if not isinstance(value, str):
                self._fault(f"{key} must be a text in quotation marks; found {value!r}.", table, n, key)
            else:
                texts[key] = value
        examples = fields.get("examples", [])
        if not isinstance(examples, list) or not all(isinstance(example, str) for example in examples):
            self._fault(
                f'examples must be a list of texts, as in ["...", "..."]; found {examples!r}.', table, n, "examples"
            )
            examples = []
        is_codable = fields.get("codable", codable) if "codable" in known else codable
        if not isinstance(is_codable, bool):
            self._fault(f"codable must be true or false; found {is_codable!r}.", table, n, "codable")
            is_codable = codable
        if "name" not in texts:
            return None
        if not texts["name"].strip():
            self._fault(f"this [[{table}]] has no name; give it one.", table, n, "name")
            return None
        parent = theme.id if theme else CodeId(texts["parent"]) if texts.get("parent") else None
        name, above = texts["name"], theme.name if theme else texts.get("parent", "")
        code = Code(
            id=CodeId(texts.get("id") or code_id_for(name, self._ids, above=(above,) if above else ())),
            name=name,
            parent=parent,
            codable=is_codable,
            definition=texts.get("definition", ""),
            use_when=texts.get("use_when", ""),
            not_when=texts.get("not_when", ""),
            examples=tuple(examples),
            owner=texts.get("owner") or None,
        )
        self._places_of_codes[len(self._codes)] = Fault(
            "", self._path, self._places.line(table, n, "parent" if texts.get("parent") else "name")
        )
        self._codes.append(code)
        self._ids.add(code.id)
        return code


def _ids_in(tables: object) -> Iterator[str]:
    """Yield the ids that a document gives to codes, at any depth."""
    for key, value in tables.items() if isinstance(tables, Mapping) else ():
        if key == "id" and isinstance(value, str):
            yield value
        for table in value if isinstance(value, list) else ():
            yield from _ids_in(table)
