"""Codes and the codebook they belong to."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, TypeAlias

from autocode.arguments import no_single_text
from autocode.display import Tabular, displayed
from autocode.errors import CodebookError, Fault
from autocode.names import unknown
from autocode.unicode import is_well_formed
from autocode.wording import count_of

CodeId: TypeAlias = str


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """
    A theme (`codable=False`), or a subtheme that coders give to lines.

    Attributes
    ----------
    id : CodeId
        The short name that codings refer to.
    name : str
        The name that coders read.
    parent : CodeId or None, default None
        The id of the theme that the code belongs to; None for none.
    codable : bool, default True
        Whether coders may give the code to lines; False for themes, which group other codes.
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

    Parameters
    ----------
    codes : iterable of Code
        The codes, in any order: a parent may come after its children.
    version : str, default "1"
        The team's name for this state of the codebook.

    Raises
    ------
    CodebookError
        If two codes share an id or a name, a parent does not exist, or a code is its own ancestor. Every fault is
        listed.

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
        """The codes that group others and are not given to lines."""
        return tuple(code for code in self._codes.values() if not code.codable)

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

    def find(self, name: str) -> Code | None:
        """
        Return the code with this id or name, or None if there is none.

        Parameters
        ----------
        name : str
            The id or the name; case and spaces around it do not matter.
        """
        folded = name.strip().casefold()
        for code in self._codes.values():
            if folded in (code.id.casefold(), code.name.casefold()):
                return code
        return None

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

    faults += _unwritable(given, places or {})
    first_id: dict[str, int] = {}
    first_name: dict[tuple[str | None, str], int] = {}
    for index, code in enumerate(given):
        if not code.id.strip():
            fault(index, f"the code {code.name!r} has an empty id; give it one.")
        elif first_id.setdefault(code.id, index) != index:
            fault(index, f"two codes have the id {code.id!r}; rename one of them.")
        if not code.name.strip():
            fault(index, f"the code {code.id!r} has no name; give it one.")
        elif first_name.setdefault((code.owner, code.name.casefold()), index) != index:
            fault(index, f"two codes have the name {code.name!r}; rename one of them.")
        if code.owner is not None and not code.owner.strip():
            fault(index, f"the owner of the code {code.name!r} has no name; name the coder, or remove the owner.")
        elif code.owner is not None and not code.codable:
            fault(index, f"the theme {code.name!r} is the own code of {code.owner}; only codes have an owner.")
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


def _unwritable(codes: Iterable[Code], places: Mapping[int, Fault]) -> Iterator[Fault]:
    """Yield a fault for each code with a character that cannot be written as UTF-8 or shown."""
    for index, code in enumerate(codes):
        texts = (code.id, code.name, code.definition, code.use_when, code.not_when, *code.examples)
        if not all(map(is_well_formed, texts)):
            place = places.get(index, Fault(""))
            what = f"the code {code.name!r} has a character that cannot be written or shown; type it again."
            yield Fault(what, place.path, place.line)
