"""Codebooks in the exchange format of REFI-QDA (.qdc), which NVivo, ATLAS.ti, MAXQDA and Taguette write too."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from uuid import UUID, uuid5
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from autocode.arguments import no_single_text
from autocode.codebook._descriptions import description_of, texts_in
from autocode.codebook._new_names import code_id_for
from autocode.codebook._nouns import Code, Codebook, CodeId, contradictions
from autocode.display import displayed
from autocode.errors import CodebookError, Fault
from autocode.frozen import FrozenMapping
from autocode.names import name_key
from autocode.wording import count_of

NAMESPACE = "urn:QDA-XML:codebook:1.0"
ORIGIN = "autocode"
_FOLDER = "Retired"
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_GUIDS = UUID("5f0c6f0e-6a5b-5d0c-9c53-0f7c0a1f3b11")  # the namespace of the GUIDs that autocode makes
_TRUTH_VALUES = {"true": True, "1": True, "false": False, "0": False}


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedCodebook:
    """
    A codebook as another program gave it.

    Attributes
    ----------
    codebook : Codebook
        The codes, with ids that are made of their names.
    guids : mapping of CodeId to str
        The GUID of each code, in lower case and without braces.
    origin : str
        The program that wrote the file, as it names itself; empty if it does not.
    lost : tuple of str
        What is in the file and has no place in a codebook here, each as a phrase such as "the colours of 3 codes".
    """

    codebook: Codebook
    guids: Mapping[CodeId, str]
    origin: str = ""
    lost: tuple[str, ...] = ()


def read_qdc(path: str | Path) -> ExchangedCodebook:
    """
    Return the codebook in a .qdc file of NVivo, ATLAS.ti, MAXQDA, Taguette or autocode.

    Names, tree, order and descriptions are read. A description is taken apart into definition, when to use the code and
    when not, and examples if it is written as autocode writes it; else all of it is the definition.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    CodebookError
        If the file cannot be read, is not such a codebook, or codes contradict each other. Every fault is listed with
        its line.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode.codebook import Code, Codebook, qdc_of, read_qdc
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "book.qdc"
    ...     _ = path.write_text(qdc_of(Codebook([Code(id="wait", name="Waiting times")]), study="clinic"))
    ...     read = read_qdc(path)
    >>> read.codebook["waiting-times"].name, read.origin
    ('Waiting times', 'autocode')
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CodebookError.at(
            path, f"cannot be read ({error.strerror}); check that it exists and that you may open it."
        ) from error
    return parsed_qdc(data, path=path)


def parsed_qdc(data: bytes, *, path: Path) -> ExchangedCodebook:
    """Return the codebook that the bytes of a .qdc file hold; raises `CodebookError` with every fault."""
    reading = _Reading(path)
    try:
        reading.parser.Parse(data, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise CodebookError.at(path, f"is not XML: {what}; export it again.", line=error.lineno) from error
    return reading.result()


@dataclass(slots=True)
class _Found:
    """A code as it was found."""

    name: str
    codable: bool
    parent: int | None
    place: Fault
    guid: str
    description: list[str] = field(default_factory=list)


class _Reading:
    """One pass over the elements of a file; expat calls it for each, so that a deep tree needs no deep stack."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[str] = []
        self._codes: list[_Found] = []
        self._above: list[int] = []
        self._faults: list[Fault] = []
        self._origin = ""
        self._n_sets = self._n_colours = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def result(self) -> ExchangedCodebook:
        CodebookError.raise_if(self._faults)
        if not self._codes:
            raise CodebookError.at(self._path, "contains no codes; export the codes of the project.")
        ids: list[CodeId] = []
        used: set[CodeId] = set()
        guids: dict[CodeId, str] = {}
        codes = []
        for found in self._codes:
            parent = None if found.parent is None else ids[found.parent]
            ids.append(code_id_for(found.name.strip() or "code", used, above=list(self._names_above(found))))
            used.add(ids[-1])
            guids[ids[-1]] = found.guid
            texts = texts_in("".join(found.description))
            codes.append(Code(id=ids[-1], name=found.name, parent=parent, codable=found.codable, **texts))
        places = {place: found.place for place, found in enumerate(self._codes)}
        CodebookError.raise_if([*self._repeated(), *contradictions(codes, places=places)])
        return ExchangedCodebook(
            codebook=Codebook(codes), guids=FrozenMapping(guids), origin=self._origin, lost=tuple(self._lost())
        )

    def _names_above(self, found: _Found) -> Iterator[str]:
        above = []
        while found.parent is not None:
            found = self._codes[found.parent]
            above.append(found.name)
        return reversed(above)

    def _repeated(self) -> Iterator[Fault]:
        first: dict[str, _Found] = {}
        for found in self._codes:
            earlier = first.setdefault(found.guid, found)
            if earlier is not found:
                what = (
                    f"the codes {earlier.name!r} and {found.name!r} have one GUID, {found.guid}; export the file again."
                )
                yield Fault(what, self._path, found.place.line)

    def _lost(self) -> Iterator[str]:
        if self._n_colours:
            yield f"the colours of {count_of(self._n_colours, 'code')}"
        if self._n_sets:
            yield f"{count_of(self._n_sets, 'set')} of codes"

    def _fault(self, what: str) -> None:
        self._faults.append(Fault(what, self._path, self.parser.CurrentLineNumber))

    def _refuse_doctype(self, *_: object) -> None:
        raise CodebookError.at(
            self._path, "declares entities, which a codebook does not need; export it again from its program."
        )

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(" ")[2]  # programs write the namespace in several spellings, or none
        if not self._open and name != "CodeBook":
            raise CodebookError.at(
                self._path, f"is not a codebook of REFI-QDA: it begins with <{name}>, not with <CodeBook>."
            )
        if name == "CodeBook" and not self._open:
            self._origin = attributes.get("origin", "")
        elif name == "Code" and self._open[-1] in ("Codes", "Code"):
            self._start_code(attributes)
        elif name == "Set":
            self._n_sets += 1
        if name == "Code" and (not self._open or self._open[-1] not in ("Codes", "Code")):
            name = ""  # an element of another kind that has this name
        self._open.append(name)

    def _start_code(self, attributes: Mapping[str, str]) -> None:
        guid, codable = attributes.get("guid", ""), attributes.get("isCodable", "").strip()
        name = attributes.get("name", "")
        match = _GUID.fullmatch(guid.strip())
        if match is None:
            self._fault(f"the code {name!r} has the GUID {guid!r}, which is none; export the file again.")
        if codable not in _TRUTH_VALUES:
            self._fault(f"isCodable of {name!r} must be true or false; found {codable!r}.")
        self._n_colours += "color" in attributes
        place = Fault("", self._path, self.parser.CurrentLineNumber)
        self._codes.append(
            _Found(
                name=name,
                codable=_TRUTH_VALUES.get(codable, True),
                parent=self._above[-1] if self._above else None,
                place=place,
                guid=match[1].lower() if match else "",
            )
        )
        self._above.append(len(self._codes) - 1)

    def _end(self, name: str) -> None:
        if self._open.pop() == "Code":
            self._above.pop()

    def _text(self, text: str) -> None:
        if self._open[-2:] == ["Code", "Description"]:
            self._codes[self._above[-1]].description.append(text)


def qdc_of(
    codebook: Codebook,
    *,
    study: str,
    guids: Mapping[CodeId, str] = FrozenMapping({}),
    retired: Collection[Code] = (),
) -> str:
    """
    Return a codebook as a .qdc file, valid against the schema of REFI-QDA.

    The description of a code holds its definition, when to use it and when not, and its examples.

    Parameters
    ----------
    codebook : Codebook
        The codes, at least one.
    study : str
        What distinguishes the study from all others, the id of its journal: the GUID of a code is made of it and of the
        code's id, and so is the same for every version of the codebook.
    guids : mapping of CodeId to str, default empty
        The GUIDs of codes that came from other programs with one.
    retired : collection of Code, default empty
        Codes that were retired, for the folder "Retired".

    Raises
    ------
    CodebookError
        If there are no codes.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, qdc_of
    >>> print(qdc_of(Codebook([Code(id="wait", name="Waiting")]), study="clinic"))
    <?xml version="1.0" encoding="UTF-8"?>
    <CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="autocode">
      <Codes>
        <Code guid="cae1a74d-d7dc-50de-b061-2a5bbf88c940" name="Waiting" isCodable="true"/>
      </Codes>
    </CodeBook>
    <BLANKLINE>
    """
    if not codebook:
        raise CodebookError("the codebook has no codes, and a codebook of REFI-QDA holds at least one; add a code.")
    below: dict[CodeId | None, list[Code]] = {}
    for written in (*codebook.values(), *_in_a_folder(retired, codebook)):
        below.setdefault(written.parent, []).append(written)

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<CodeBook xmlns="{NAMESPACE}" origin="{ORIGIN}">',
        "  <Codes>",
    ]
    # a stack and no recursion, since trees of any depth are written
    waiting: list[Code | None] = [*reversed(below.get(None, []))]
    depth = 2
    while waiting:
        code = waiting.pop()
        if code is None:
            depth -= 1
            lines.append(f"{'  ' * depth}</Code>")
            continue
        description, children = description_of(code), below.get(code.id, [])
        guid, codable = guids.get(code.id) or code_guid(study, code.id), str(code.codable).lower()
        start = f'<Code guid="{guid}" name={quoteattr(code.name)} isCodable="{codable}"'
        if not description and not children:
            lines.append(f"{'  ' * depth}{start}/>")
            continue
        lines.append(f"{'  ' * depth}{start}>")
        depth += 1
        if description:
            lines.append(f"{'  ' * depth}<Description>{_content(description)}</Description>")
        waiting += [None, *reversed(children)]
    return "\n".join([*lines, "  </Codes>", "</CodeBook>", ""])


def code_guid(study: str, code_id: CodeId) -> str:
    """
    Return the GUID under which a code of a study is exchanged, the same for every version of its codebook.

    Parameters
    ----------
    study : str
        What distinguishes the study from all others, the id of its journal.
    code_id : CodeId
        The id of the code.

    Examples
    --------
    >>> from autocode.codebook import code_guid
    >>> code_guid("clinic", "wait")
    'cae1a74d-d7dc-50de-b061-2a5bbf88c940'
    """
    return str(uuid5(_GUIDS, f"{study}\n{code_id}"))


def _in_a_folder(retired: Collection[Code], codebook: Codebook) -> Iterator[Code]:
    """Yield a theme for retired codes and the codes in it, with names that nothing beside them has."""
    if not retired:
        return
    tops = {name_key(code.name) for code in codebook.values() if code.parent is None}
    names = chain([_FOLDER], (f"{_FOLDER} ({number})" for number in count(2)))
    used = {*codebook, *(code.id for code in retired)}
    folder = Code(
        id=code_id_for("Retired codes", used),
        name=next(name for name in names if name_key(name) not in tops),
        codable=False,
    )
    yield folder
    recurring = Counter(name_key(code.name) for code in retired)
    for code in retired:
        name = f"{code.name} ({code.id})" if recurring[name_key(code.name)] > 1 else code.name
        yield replace(code, name=name, parent=folder.id)


def _content(text: str) -> str:
    # a bare carriage return would be read back as a line feed
    return escape(text, {"\r": "&#13;"})
