"""Codes and the codebook they belong to."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.errors import CodebookError, Fault
from autocode.names import name_key, unknown
from autocode.unicode import is_well_formed
from autocode.wording import count_of, listing

CodeId: TypeAlias = str


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """
    A theme (`codable=False`), or a subtheme that coders give to lines; a subtheme with codes below it is a theme too.

    Attributes
    ----------
    id : CodeId
        The short name that codings refer to.
    name : str
        The name that coders read.
    parent : CodeId or None, default None
        The id of the theme that the code belongs to; None for none.
    codable : bool, default True
        Whether coders may give the code to lines; False for themes that only group other codes.
    definition : str, default ""
        What the code means.
    use_when, not_when : str, default ""
        When coders should give the code to a line, and when they should not.
    examples : tuple of str, default ()
        Lines that have the code.
    owner : str or None, default None
        The coder who alone sees and gives the code, in a study coded from zero with own codes; None for a code of the
        whole team.

    Examples
    --------
    >>> from autocode.codebook import Code
    >>> Code(id="wait", name="Waiting times", parent="access", definition="How long people wait for care.").codable
    True
    """

    id: CodeId
    name: str
    parent: CodeId | None = None
    codable: bool = True
    definition: str = ""
    use_when: str = ""
    not_when: str = ""
    examples: tuple[str, ...] = ()
    owner: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON writes them, the owner only where there is one: digests and entries stay equal."""
        fields = asdict(self)
        if self.owner is None:
            del fields["owner"]
        return fields


class Codebook(Tabular, Mapping[CodeId, Code]):
    """
    All codes at one version, in the team's order: a mapping from the id of a code to the code.

    Names are unique among the codes of one theme, and may recur under another. Names that are equal in NFC without
    regard to case and kind of blank count as the same.

    Parameters
    ----------
    codes : iterable of Code
        The codes, in any order: a parent may come after its children.
    version : str, default "1"
        The team's name for this state of the codebook.

    Raises
    ------
    CodebookError
        If two codes share an id, or a name under the same parent, a parent does not exist, or a code is its own
        ancestor. Every fault is listed.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook
    >>> codebook = Codebook(
    ...     [
    ...         Code(id="access", name="Access", codable=False),
    ...         Code(id="wait", name="Waiting times", parent="access"),
    ...     ]
    ... )
    >>> codebook
    <Codebook version 1: 1 theme, 1 subtheme>
    >>> codebook.find("waiting times").id, codebook.theme_of("wait").name
    ('wait', 'Access')
    """

    def __init__(self, codes: Iterable[Code], *, version: str = "1") -> None:
        self._codes: dict[CodeId, Code] = {}
        self.version = version
        given = tuple(codes)
        CodebookError.raise_if(contradictions(given))
        self._codes = {code.id: code for code in given}

    def __getitem__(self, code_id: CodeId) -> Code:
        try:
            return self._codes[code_id]
        except KeyError:
            raise unknown("code", code_id, self._codes, titles=self._titles) from None

    def __contains__(self, code_id: object) -> bool:
        return code_id in self._codes

    @property
    def _titles(self) -> dict[CodeId, str]:
        return {code.id: code.name for code in self._codes.values()}

    def __len__(self) -> int:
        return len(self._codes)

    def __iter__(self) -> Iterator[CodeId]:
        return iter(self._codes)

    @cached_property
    def themes(self) -> tuple[Code, ...]:
        """The codes that group others. One that is codable too applies where it or any code below it is given."""
        parents = {code.parent for code in self._codes.values()}
        return tuple(code for code in self._codes.values() if not code.codable or code.id in parents)

    @cached_property
    def subthemes(self) -> tuple[Code, ...]:
        """The codes that coders give to lines."""
        return tuple(code for code in self._codes.values() if code.codable)

    def theme_of(self, code_id: CodeId) -> Code | None:
        """
        Return the topmost ancestor of a code, or None if the code has no parent.

        Parameters
        ----------
        code_id : CodeId
            The id of the code.

        Raises
        ------
        KeyError
            If the codebook has no such code.
        """
        code, top = self[code_id], None
        while code.parent is not None:
            code = top = self._codes[code.parent]
        return top

    def descendants(self, code_id: CodeId) -> tuple[CodeId, ...]:
        """
        Return the ids of all codes below a code, however deep, in the order of the codebook.

        Parameters
        ----------
        code_id : CodeId
            The id of a code, which is not among its own descendants.

        Raises
        ------
        KeyError
            If the codebook has no such code.
        """
        below = {self[code_id].id}
        while more := {code.id for code in self._codes.values() if code.parent in below} - below:
            below |= more
        return tuple(code.id for code in self._codes.values() if code.id in below and code.id != code_id)

    def visible_to(self, *coders: str) -> "Codebook":
        """
        Return the codes of the whole team and the own codes of these coders, at the same version.

        Parameters
        ----------
        *coders : str
            The coders; without any, only the codes of the whole team are left.

        Examples
        --------
        >>> from autocode.codebook import Code, Codebook
        >>> own = Code(id="MO/no-time", name="No time", owner="MO")
        >>> codebook = Codebook([Code(id="wait", name="Waiting"), own])
        >>> [*codebook.visible_to("MO")], [*codebook.visible_to("JB")], [*codebook.visible_to()]
        (['wait', 'MO/no-time'], ['wait'], ['wait'])
        """
        codes = [code for code in self._codes.values() if code.owner is None or code.owner in coders]
        return self if len(codes) == len(self._codes) else Codebook(codes, version=self.version)

    @cached_property
    def own_codes(self) -> tuple[Code, ...]:
        """The codes that one coder alone sees and gives."""
        return tuple(code for code in self._codes.values() if code.owner is not None)

    def path(self, code_id: CodeId) -> str:
        """
        Return the names of a code and all its ancestors, the topmost first, such as "Access / Waiting times".

        Parameters
        ----------
        code_id : CodeId
            The id of the code.

        Raises
        ------
        KeyError
            If the codebook has no such code.
        """
        names = [self[code_id].name]
        while (parent := self._codes[code_id].parent) is not None:
            code_id = parent
            names.append(self._codes[code_id].name)
        return " / ".join(reversed(names))

    def label(self, code_id: CodeId) -> str:
        """
        Return the name by which nobody can take a code for another: its path, where another code has its name.

        Parameters
        ----------
        code_id : CodeId
            The id of the code.

        Raises
        ------
        KeyError
            If the codebook has no such code.

        Examples
        --------
        >>> from autocode.codebook import Code, Codebook
        >>> codes = [Code(id="access", name="Access", codable=False), Code(id="money", name="Money", codable=False)]
        >>> waits = [Code(id=f"{code.id}-wait", name="Waiting", parent=code.id) for code in codes]
        >>> codebook = Codebook([*codes, *waits])
        >>> codebook.label("access"), codebook.label("access-wait")
        ('Access', 'Access / Waiting')
        """
        return self._labels[self[code_id].id]

    def theme_label(self, code_id: CodeId) -> str:
        """
        Return the label of a theme; if it is coded itself, one that distinguishes it from its own code.

        Parameters
        ----------
        code_id : CodeId
            The id of the theme.

        Raises
        ------
        KeyError
            If the codebook has no such code.
        """
        return self.label(code_id) + (" (theme)" if self[code_id].codable else "")

    def labelled(self) -> "Codebook":
        """Return the codes with their labels as names, for tables and texts in which only names are shown."""
        if all(self._labels[code.id] == code.name for code in self._codes.values()):
            return self
        return Codebook(
            (replace(code, name=self._labels[code.id]) for code in self._codes.values()), version=self.version
        )

    @cached_property
    def _spellings(self) -> dict[CodeId, frozenset[str]]:
        """What each code may be called, as keys of names: its id, its name and its path."""
        return {
            code.id: frozenset(map(name_key, (code.id, code.name, self.path(code.id)))) for code in self._codes.values()
        }

    @cached_property
    def _labels(self) -> dict[CodeId, str]:
        counts = Counter(key for keys in self._spellings.values() for key in keys)
        labels = {}
        for code in self._codes.values():
            path = self.path(code.id) if code.parent is not None else f"{code.name} (top level)"
            candidates = (code.name, path, f"{path} [{code.id}]")
            own = self._spellings[code.id]
            free = (text for text in candidates if counts[name_key(text)] <= (name_key(text) in own))
            labels[code.id] = next(free, candidates[-1])
        return labels

    def named(self, name: str) -> tuple[Code, ...]:
        """
        Return every code with this id, name, path or label.

        Parameters
        ----------
        name : str
            The id, name, path or label; case, kinds of blank and composed letters do not matter.

        Examples
        --------
        >>> from autocode.codebook import Code, Codebook
        >>> codebook = Codebook([Code(id="a", name="Access"), Code(id="b", name="Access", parent="a")])
        >>> [code.id for code in codebook.named("access")], [code.id for code in codebook.named("Access / Access")]
        (['a', 'b'], ['b'])
        """
        key = name_key(name)
        return tuple(
            code
            for code in self._codes.values()
            if key in self._spellings[code.id] or key == name_key(self._labels[code.id])
        )

    def find(self, name: str) -> Code | None:
        """
        Return the code with this id, name or path, or None if there is none.

        Parameters
        ----------
        name : str
            The id, the name, or the path such as "Access / Waiting times"; case, kinds of blank and composed letters do
            not matter.

        Raises
        ------
        CodebookError
            If the name is that of several codes, with the path of each.
        """
        found = self.named(name)
        if len(found) > 1:
            labels = listing((repr(self._labels[code.id]) for code in found), conjunction="or", at_most=20)
            raise CodebookError(f"{name.strip()!r} is what several codes are called; write {labels}.")
        return found[0] if found else None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all fields of all codes; the version does not count."""
        text = json.dumps([code.to_json() for code in self._codes.values()], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _records(self) -> Iterable[Code]:
        return self._codes.values()

    def __repr__(self) -> str:
        counts = f"{count_of(len(self.themes), 'theme')}, {count_of(len(self.subthemes), 'subtheme')}"
        return f"<Codebook version {self.version}: {counts}>"


def contradictions(codes: Iterable[Code], *, places: Mapping[int, Fault] | None = None) -> list[Fault]:
    """Return every contradiction between codes; `places` gives the file and line of the n-th code."""
    given = tuple(codes)
    faults: list[Fault] = []

    def fault(index: int, what: str) -> None:
        place = (places or {}).get(index, Fault(""))
        faults.append(Fault(what, place.path, place.line))

    faults += [*_unwritable(given, places or {}), *_unfit_owners(given, places or {})]
    first_id: dict[str, int] = {}
    first_name: dict[tuple[str | None, CodeId | None, str], int] = {}
    for index, code in enumerate(given):
        if not code.id.strip():
            fault(index, f"the code {code.name!r} has an empty id; give it one.")
        elif first_id.setdefault(code.id, index) != index:
            fault(index, f"two codes have the id {code.id!r}; rename one of them.")
        if not code.name.strip():
            fault(index, f"the code {code.id!r} has no name; give it one.")
        elif first_name.setdefault((code.owner, code.parent, name_key(code.name)), index) != index:
            where = f" under {code.parent!r}" if code.parent is not None else ""
            fault(index, f"two codes{where} have the name {code.name!r}; rename one of them.")
    parents = {code.id: code.parent for code in given}
    for index, code in enumerate(given):
        if code.parent is None:
            continue
        if code.parent not in parents:
            fault(index, f"the parent {code.parent!r} of {code.name!r} does not exist; add it or correct the name.")
            continue
        passed = {code.id}
        ancestor: CodeId | None = code.parent
        while ancestor is not None and ancestor not in passed:
            passed.add(ancestor)
            ancestor = parents.get(ancestor)
        if ancestor == code.id:  # another circle further up is the fault of the codes in it
            fault(index, f"{code.name!r} is its own ancestor; break the circle of parents.")
    return faults


def _unfit_owners(codes: Iterable[Code], places: Mapping[int, Fault]) -> Iterator[Fault]:
    """Yield a fault for each code that cannot belong to its owner."""
    for index, code in enumerate(codes):
        place = places.get(index, Fault(""))
        if code.owner is not None and not code.owner.strip():
            what = f"the owner of the code {code.name!r} has no name; name the coder, or remove the owner."
            yield Fault(what, place.path, place.line)
        elif code.owner is not None and not code.codable:
            what = f"the theme {code.name!r} is the own code of {code.owner}; only codes have an owner."
            yield Fault(what, place.path, place.line)


def _unwritable(codes: Iterable[Code], places: Mapping[int, Fault]) -> Iterator[Fault]:
    """Yield a fault for each code with a character that cannot be written as UTF-8 or shown."""
    for index, code in enumerate(codes):
        texts = (code.id, code.name, code.definition, code.use_when, code.not_when, *code.examples)
        if not all(map(is_well_formed, texts)):
            place = places.get(index, Fault(""))
            what = f"the code {code.name!r} has a character that cannot be written or shown; type it again."
            yield Fault(what, place.path, place.line)
