"""Codebooks in TOML: themes with their subthemes, every fault with its line."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autocode.codebook._nouns import Code, Codebook, CodeId, faults_of
from autocode.codebook._parents import with_parents_by_id
from autocode.errors import CodebookError, Fault

KEYS = ("id", "name", "definition", "use_when", "not_when", "examples")
_TEXTS = ("id", "name", "parent", "definition", "use_when", "not_when")
_TOP = ("version", "themes", "subthemes", "codes")


def read_toml(text: str, *, path: Path) -> Codebook:
    """Return the codebook that a text in TOML describes; raises `CodebookError` with every fault."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise CodebookError(_of_syntax(why, text, path)) from why
    return _Reading(told, places=_Places(text), path=path).codebook()


def _of_syntax(why: tomllib.TOMLDecodeError, text: str, path: Path) -> Fault:
    said = str(why)
    place = re.search(r"\(at line (\d+), column \d+\)$", said)
    line = int(place[1]) if place else max(1, text.rstrip("\n").count("\n") + 1)
    what = re.sub(r"\s*\(at [^()]*\)$", "", said)
    return Fault(f"is not TOML: {what[:1].lower()}{what[1:]}; correct the line.", path, line)


class _Places:
    """Where in a source the n-th table of a kind begins, and where its keys stand; tomllib does not tell."""

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
        """Return the line of a key in the n-th table of a kind, else that of the table's header."""
        tables = self._tables.get(table, [])
        if n >= len(tables):
            return self._tables[""][0].get(table.partition(".")[0])
        return tables[n].get(key, tables[n].get(""))


def _outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that do not begin within a string of several lines, each with its number."""
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
    """One pass over what TOML told, gathering codes, their places and faults."""

    def __init__(self, told: Mapping[str, Any], *, places: _Places, path: Path) -> None:
        self._told, self._places, self._path = told, places, path
        self._codes: list[Code] = []
        self._where: dict[int, Fault] = {}
        self._faults: list[Fault] = []

    def codebook(self) -> Codebook:
        for key in self._told:
            if key not in _TOP:
                self._fault(f"the key {key!r} is unknown; a codebook knows {', '.join(_TOP)}.", "", 0, key)
        version = self._told.get("version", "1")
        if not isinstance(version, str | int) or isinstance(version, bool):
            self._fault(f'version must be a text, such as "1"; found {version!r}.', "", 0, "version")
        nested = 0
        for n, theme in enumerate(self._tables("themes", self._told)):
            code = self._code(theme, "themes", n, known=(*KEYS, "subthemes"), codable=False)
            inner = self._tables("subthemes", theme, at=("themes", n))
            for one in inner:
                self._code(one, "themes.subthemes", nested, known=KEYS, under=code)
                nested += 1
        for n, one in enumerate(self._tables("subthemes", self._told)):
            self._code(one, "subthemes", n, known=(*KEYS, "parent"))
        for n, one in enumerate(self._tables("codes", self._told)):
            self._code(one, "codes", n, known=(*KEYS, "parent", "codable"))
        codes = with_parents_by_id(self._codes)
        if not codes and not self._faults:
            self._faults.append(Fault("holds no codes; add a [[themes]] with its [[themes.subthemes]].", self._path))
        CodebookError.raise_if([*self._faults, *faults_of(codes, places=self._where)])
        return Codebook(codes, version=str(version))

    def _fault(self, what: str, table: str, n: int, key: str = "") -> None:
        self._faults.append(Fault(what, self._path, self._places.line(table, n, key)))

    def _tables(self, key: str, told: Mapping[str, Any], *, at: tuple[str, int] = ("", 0)) -> list[dict[str, Any]]:
        found = told.get(key, [])
        if isinstance(found, list) and all(isinstance(one, dict) for one in found):
            return found
        written = f"{at[0]}.{key}" if at[0] else key
        self._fault(f"{key} must be tables; begin each with [[{written}]].", *at, key)
        return []

    def _code(
        self,
        told: dict[str, Any],
        table: str,
        n: int,
        *,
        known: tuple[str, ...],
        codable: bool = True,
        under: Code | None = None,
    ) -> Code | None:
        for key in told:
            if key not in known:
                self._fault(f"the key {key!r} is unknown here; [[{table}]] knows {', '.join(known)}.", table, n, key)
        texts: dict[str, str] = {}
        for key in _TEXTS:
            value = told.get(key, "") if key in known else ""
            if not isinstance(value, str):
                self._fault(f"{key} must be a text in quotation marks; found {value!r}.", table, n, key)
            else:
                texts[key] = value
        examples = told.get("examples", [])
        if not isinstance(examples, list) or not all(isinstance(one, str) for one in examples):
            self._fault(
                f'examples must be a list of texts, as in ["...", "..."]; found {examples!r}.', table, n, "examples"
            )
            examples = []
        given = told.get("codable", codable) if "codable" in known else codable
        if not isinstance(given, bool):
            self._fault(f"codable must be true or false; found {given!r}.", table, n, "codable")
            given = codable
        if "name" not in texts:
            return None
        if not texts["name"].strip():
            self._fault(f"this [[{table}]] has no name; give it one.", table, n, "name")
            return None
        parent = under.id if under else CodeId(texts["parent"]) if texts.get("parent") else None
        code = Code(
            id=CodeId(texts.get("id") or slug(texts["name"])),
            name=texts["name"],
            parent=parent,
            codable=given,
            definition=texts.get("definition", ""),
            use_when=texts.get("use_when", ""),
            not_when=texts.get("not_when", ""),
            examples=tuple(examples),
        )
        self._where[len(self._codes)] = Fault(
            "", self._path, self._places.line(table, n, "parent" if texts.get("parent") else "name")
        )
        self._codes.append(code)
        return code


def slug(name: str) -> str:
    """Return the id of a code that was given none: its name in lower case, with hyphens."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-") or name
