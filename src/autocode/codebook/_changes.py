"""What a team changes in its codebook: one noun per kind of change, each from one version to the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from autocode.arguments import no_single_text
from autocode.codebook._nouns import Code, CodeId
from autocode.display import displayed
from autocode.wording import listing


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    A change of a codebook, of which each kind is a class of its own.

    Attributes
    ----------
    before, after : str
        The version that was changed, and the version that came of it.
    by : str
        Who decided.
    at : datetime or None, default None
        When; None if unknown.
    why : str, default ""
        The reason.
    apart : bool, default False
        Whether it was made in a copy of the study in which not all changes before it were known yet. It may then bring
        an id that was added, and taken back again, in another copy.
    """

    before: str
    after: str
    by: str
    at: datetime | None = None
    why: str = ""
    apart: bool = False


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Added(Change):
    """
    A code or a theme that is new. Earlier judgements do not speak about a new code.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    code : Code
        The code or theme, with an id that no code of the study ever had.
    coded_theme : bool, default False
        Whether its parent may be a code that lines are given and that has no codes below it yet: that code becomes a
        theme too. Other parents are themes already.
    guid : str, default ""
        The GUID under which another program exchanges the code; empty for one that is made of the study and the id.

    Examples
    --------
    >>> from autocode.codebook import Added, Code
    >>> print(Added(before="1", after="2", by="TW", code=Code(id="fixers", name="Informal fixers")))
    TW added 'Informal fixers'
    """

    code: Code
    coded_theme: bool = False
    guid: str = ""

    def __str__(self) -> str:
        return f"{self.by} added {self.code.name!r}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Change):
    """
    A code or a theme that has another name. Its id stays, and so do all judgements.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    code : CodeId
        The code or theme.
    name : str
        Its new name.
    """

    code: CodeId
    name: str

    def __str__(self) -> str:
        return f"{self.by} renamed {self.code!r} to {self.name!r}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Change):
    """
    A code or a theme that belongs to another theme. Judgements of codes stay; those of the two themes change.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    code : CodeId
        The code or theme.
    parent : CodeId or None
        The theme that it belongs to now; None for none.
    coded_theme : bool, default False
        Whether the parent may be a code that lines are given and that has no codes below it yet: that code becomes a
        theme too. Other parents are themes already.
    """

    code: CodeId
    parent: CodeId | None
    coded_theme: bool = False

    def __str__(self) -> str:
        return f"{self.by} moved {self.code!r} " + (f"to {self.parent!r}" if self.parent else "out of its theme")


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(Change):
    """
    A new theme above codes. Judgements of codes stay.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    theme : Code
        The theme, with `codable=False` and an id that no code of the study ever had.
    codes : tuple of CodeId
        The codes and themes that belong to it from now on.
    """

    theme: Code
    codes: tuple[CodeId, ...]

    def __str__(self) -> str:
        return f"{self.by} grouped {_names(self.codes)} as {self.theme.name!r}"


class Redefinition(StrEnum):
    """What a new definition does to the code: the same lines, fewer, more, or other lines have it."""

    CLARIFIED = "clarified"
    NARROWED = "narrowed"
    WIDENED = "widened"
    CHANGED = "changed"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Redefined(Change):
    """
    A code that is defined in other words.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    code : CodeId
        The code or theme.
    kind : Redefinition
        What the new definition does. Earlier judgements stay if the code was only clarified. They no longer speak about
        it if it was changed; if it was narrowed, where it was given; if it was widened, where it was not.
    definition, use_when, not_when : str or None, default None
        The new texts; None for those that stay.
    examples : tuple of str or None, default None
        The new examples; None if they stay.
    """

    code: CodeId
    kind: Redefinition
    definition: str | None = None
    use_when: str | None = None
    not_when: str | None = None
    examples: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.by} {self.kind} {self.code!r}" + (" in meaning" if self.kind is Redefinition.CHANGED else "")


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Change):
    """
    Codes that became one: a line has it if it had any of them. Two themes can be merged likewise.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    codes : tuple of CodeId
        The codes that end.
    into : CodeId
        The code that stays.
    new : Code or None, default None
        The code `into`, where it is a new one in their place: a subtheme into which coders' own codes are grouped. It
        has no judgements of its own, so that it says of a line what the merged codes said. None where it was there.
    """

    codes: tuple[CodeId, ...]
    into: CodeId
    new: Code | None = None

    def __str__(self) -> str:
        return f"{self.by} merged {_names(self.codes)} into {(self.into if self.new is None else self.new.name)!r}"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Change):
    """
    A code that became several. Lines without it have none of them; lines that had it wait to be read again.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    code : CodeId
        The code that ends.
    parts : tuple of Code
        The codes in its place, with ids that no code of the study ever had.
    """

    code: CodeId
    parts: tuple[Code, ...]

    def __str__(self) -> str:
        return f"{self.by} split {self.code!r} into {_names(part.id for part in self.parts)}"


class Retirement(StrEnum):
    """What becomes of lines that had only the retired code: no code applies, another does, or they are read again."""

    DROP = "drop"
    INTO = "into"
    READ_AGAIN = "read again"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Retired(Change):
    """
    A code that is given no more.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    code : CodeId
        The code that ends, or a theme without codes.
    how : Retirement, default Retirement.DROP
        What becomes of the lines that have it.
    into : CodeId or None, default None
        The code that these lines get, with `Retirement.INTO`; else None.
    """

    code: CodeId
    how: Retirement = Retirement.DROP
    into: CodeId | None = None

    def __str__(self) -> str:
        return f"{self.by} retired {self.code!r}" + (f" into {self.into!r}" if self.into is not None else "")


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Change):
    """
    The latest change in force, taken back. It stays on record.

    Attributes
    ----------
    before, after, by, at, why, apart : str, datetime, bool or None
        As in every `Change`.
    change : str
        The version that came of the change that is taken back, its `after`.
    """

    change: str

    def __str__(self) -> str:
        return f"{self.by} took back the change to version {self.change}"


def _names(ids: Iterable[CodeId]) -> str:
    return listing(repr(code_id) for code_id in ids)
