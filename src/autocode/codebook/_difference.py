"""What differs between two versions of a codebook, and which changes made the difference."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from autocode.arguments import no_single_text
from autocode.codebook._changes import Added, Change, Grouped, Merged, Redefined, Retired, Split, Undone
from autocode.codebook._evolution import codebook_versions, version_of
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.display import Tabular, displayed
from autocode.errors import CodebookError
from autocode.frames import Kind
from autocode.wording import listing

_WORDS = re.compile(r"[\w'’-]+\s*|[^\w\s]\s*|\s+")
TEXTS = ("definition", "use_when", "not_when", "examples")


class DifferenceKind(StrEnum):
    """What happened to a code between two versions."""

    ADDED = "added"
    MERGED = "merged from"
    SPLIT = "split into"
    RETIRED = "retired"
    RENAMED = "renamed"
    MOVED = "moved"
    REDEFINED = "redefined"
    ORDER = "order"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedText:
    """
    One text of a code in two versions, word by word.

    Attributes
    ----------
    field : str
        Which text: definition, use_when, not_when or examples.
    runs : tuple of (str, str)
        The text in pieces, each with "same", "struck" or "inserted".
    """

    field: str
    runs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        marks = {"same": ("", ""), "struck": ("[-", "-]"), "inserted": ("{+", "+}")}
        return "".join(f"{marks[kind][0]}{text}{marks[kind][1]}" for text, kind in self.runs)


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDifference:
    """
    One difference between two versions of a codebook.

    Attributes
    ----------
    kind : DifferenceKind
        What happened.
    code : CodeId
        The code: for a merge the one that stays, for a split the one that ended.
    name : str
        What it is called, with its path where the name alone is not enough; for a renaming, before it.
    before, after : str, default ""
        For a renaming the names, for a move the themes, empty for no theme. `after` is also the theme of a code that is
        new, whether a definition was clarified, narrowed, widened or changed, and the code after which one stands whose
        place among the others changed.
    codes : tuple of str, default ()
        The codes that were merged into it, that it was split into, or that now belong to a theme that is new.
    texts : tuple of ChangedText, default ()
        For a redefinition, the texts that changed.
    changes : tuple of Change, default ()
        The recorded changes that made the difference, in order.
    """

    kind: DifferenceKind
    code: CodeId
    name: str
    before: str = ""
    after: str = ""
    codes: tuple[str, ...] = ()
    texts: tuple[ChangedText, ...] = ()
    changes: tuple[Change, ...] = ()

    def __str__(self) -> str:
        match self.kind:
            case DifferenceKind.ADDED:
                under = f", under {self.after}" if self.after else ""
                return f"{self.name}{under}" + (f", above {listing(self.codes)}" if self.codes else "")
            case DifferenceKind.MERGED:
                return f"{self.name}, from {listing(self.codes)}"
            case DifferenceKind.SPLIT:
                return f"{self.name}, into {listing(self.codes)}"
            case DifferenceKind.RENAMED:
                return f"{self.name}, now {self.after}"
            case DifferenceKind.MOVED:
                return f"{self.name}, from {self.before or 'no theme'} to {self.after or 'no theme'}"
            case DifferenceKind.ORDER:
                return f"{self.name}, now after {self.after}" if self.after else f"{self.name}, now first"
            case DifferenceKind.REDEFINED if self.after:
                return f"{self.name}, {self.after}"
            case _:
                return self.name


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookDifference(Tabular):
    """
    What differs between two versions of a codebook.

    Attributes
    ----------
    before, after : Codebook
        The two versions.
    codes : tuple of CodeDifference
        The differences, by kind.
    changes : tuple of Change
        All recorded changes between the two, in order, those that were taken back too.
    """

    before: Codebook
    after: Codebook
    codes: tuple[CodeDifference, ...]
    changes: tuple[Change, ...]

    def _records(self) -> Iterable[object]:
        return [{"kind": entry.kind.value, "code": entry.code, "difference": str(entry)} for entry in self.codes]

    def _kinds(self) -> Mapping[str, Kind]:
        return dict.fromkeys(("kind", "code", "difference"), "text")


@no_single_text
def codebook_difference(
    codebook: Codebook, changes: Iterable[Change], *, before: str, after: str
) -> CodebookDifference:
    """
    Return what differs between two versions of a codebook.

    Changes that were taken back between the two make no difference.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        All its changes, in order.
    before, after : str
        The two versions, the earlier first.

    Raises
    ------
    CodebookError
        If there is no such version, or the first is the later one.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Renamed, codebook_difference
    >>> codebook = Codebook([Code(id="wait", name="Waiting")])
    >>> change = Renamed(before="1", after="2", by="TW", code="wait", name="Waiting times")
    >>> difference, = codebook_difference(codebook, [change], before="1", after="2").codes
    >>> difference.kind.value, difference.before, difference.after
    ('renamed', 'Waiting', 'Waiting times')
    """
    made = tuple(changes)
    versions = codebook_versions(codebook, made)
    place_of = {version.version: place for place, version in enumerate(versions)}
    earlier, later = (place_of[version_of(versions, name).version] for name in (before, after))
    if earlier > later:
        raise CodebookError(f"version {before!r} came after {after!r}; name the earlier version first.")
    between = _Between(versions[earlier : later + 1], made[earlier:later])
    return CodebookDifference(
        before=versions[earlier], after=versions[later], codes=tuple(between.differences()), changes=made[earlier:later]
    )


class _Between:
    """Two versions of a codebook, those between them, and the changes that were not taken back."""

    def __init__(self, versions: Sequence[Codebook], changes: Sequence[Change]) -> None:
        self._before, self._after = versions[0], versions[-1]
        self._names: dict[CodeId, str] = {}
        for version in reversed(versions):
            for code in version:
                self._names.setdefault(code, version.label(code))
        place_of = {change.after: place for place, change in enumerate(changes)}
        taken_back = {place for change in changes if isinstance(change, Undone) for place in _pair(change, place_of)}
        self._steps = [
            (change, versions[place], versions[place + 1])
            for place, change in enumerate(changes)
            if place not in taken_back
        ]

    def differences(self) -> Iterator[CodeDifference]:
        by_kind: dict[DifferenceKind, list[CodeDifference]] = {kind: [] for kind in DifferenceKind}
        for difference in (*self._presence(), *self._of_both(), *self._order()):
            by_kind[difference.kind].append(difference)
        for found in by_kind.values():
            yield from found

    def _presence(self) -> Iterator[CodeDifference]:
        """Yield what was added, merged, split and retired."""
        listed: set[CodeId] = set()
        for change, _, _ in self._steps:
            if isinstance(change, Merged):
                listed.update(change.codes)
                yield self._difference(DifferenceKind.MERGED, change.into, (change,), codes=change.codes)
            elif isinstance(change, Split) and change.code in self._before:
                parts = [part.id for part in change.parts]
                listed.update((change.code, *parts))
                yield self._difference(DifferenceKind.SPLIT, change.code, (change,), codes=parts)
        for code in self._before:
            if code not in self._after and code not in listed:
                yield self._difference(DifferenceKind.RETIRED, code, self._makers(code, "id"))
        for code in self._after:
            if code not in self._before and code not in listed:
                makers = self._makers(code, "id")
                grouped = [made for made in makers if isinstance(made, Grouped)]
                codes = grouped[0].codes if grouped else ()
                parent = self._after[code].parent
                theme = "" if parent is None else self._after.label(parent)
                yield self._difference(DifferenceKind.ADDED, code, makers, codes=codes, after=theme)

    def _of_both(self) -> Iterator[CodeDifference]:
        """Yield what was renamed, moved and redefined."""
        for code in self._before.values():
            if code.id not in self._after:
                continue
            now = self._after[code.id]
            if now.name != code.name:
                yield self._difference(
                    DifferenceKind.RENAMED, code.id, self._makers(code.id, "name"), before=code.name, after=now.name
                )
            if now.parent != code.parent:
                yield self._difference(
                    DifferenceKind.MOVED,
                    code.id,
                    self._makers(code.id, "parent"),
                    before=self._before.label(code.parent) if code.parent is not None else "",
                    after=self._after.label(now.parent) if now.parent is not None else "",
                )
            texts = tuple(_changed_texts(code, now))
            if texts:
                makers = self._makers(code.id, *(text.field for text in texts))
                kinds = dict.fromkeys(change.kind.value for change in makers if isinstance(change, Redefined))
                yield self._difference(DifferenceKind.REDEFINED, code.id, makers, texts=texts, after=listing(kinds))

    def _order(self) -> Iterator[CodeDifference]:
        """Yield the codes of both versions that stand elsewhere among the others."""
        both = [code for code in self._before if code in self._after]
        now = [code for code in self._after if code in self._before]
        stays = {
            both[n]
            for block in SequenceMatcher(None, both, now, autojunk=False).get_matching_blocks()
            for n in range(block.a, block.a + block.size)
        }
        for place, code in enumerate(now):
            if code not in stays:
                above = self._after.label(now[place - 1]) if place else ""
                yield self._difference(DifferenceKind.ORDER, code, (), after=above)

    def _makers(self, code: CodeId, *aspects: str) -> tuple[Change, ...]:
        """Return the changes that changed these fields of a code; with "id", those with which it came or ended."""
        return tuple(
            change
            for change, before, after in self._steps
            if any(getattr(before.get(code), name, None) != getattr(after.get(code), name, None) for name in aspects)
            and ((code in before and code in after) or "id" in aspects)
        )

    def _difference(
        self,
        kind: DifferenceKind,
        code: CodeId,
        changes: tuple[Change, ...],
        *,
        codes: Iterable[CodeId] = (),
        before: str = "",
        after: str = "",
        texts: tuple[ChangedText, ...] = (),
    ) -> CodeDifference:
        return CodeDifference(
            kind=kind,
            code=code,
            name=self._before.label(code) if kind is DifferenceKind.RENAMED else self._names[code],
            before=before,
            after=after,
            codes=tuple(self._names[other] for other in codes),
            texts=texts,
            changes=changes,
        )


def _pair(undo: Undone, place_of: Mapping[str, int]) -> tuple[int, ...]:
    """Return the places of an undo and of the change that it takes back, or none if that lies before both versions."""
    return (place_of[undo.change], place_of[undo.after]) if undo.change in place_of else ()


def _changed_texts(before: Code, after: Code) -> Iterator[ChangedText]:
    for field in TEXTS:
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            texts = (was, now) if field != "examples" else ("\n".join(was), "\n".join(now))
            yield ChangedText(field=field, runs=tuple(_runs(*texts)))


def _runs(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield a text in pieces that stayed, were struck and were inserted."""
    was, now = _WORDS.findall(before), _WORDS.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "".join(was[a:b]), "same"
            continue
        if a < b:
            yield "".join(was[a:b]), "struck"
        if c < d:
            yield "".join(now[c:d]), "inserted"


def codes_concerned(change: Change) -> tuple[CodeId, ...]:
    """
    Return the codes that a change is about: those that end, change or come; none for an undo.

    Parameters
    ----------
    change : Change
        The change.
    """
    match change:
        case Added(code=code):
            return (code.id,)
        case Grouped(codes=codes):
            return codes
        case Merged(codes=codes, into=into):
            return (*codes, into)
        case Undone():
            return ()
        case Redefined(code=code_id) | Retired(code=code_id) | Split(code=code_id):
            return (code_id,)
        case _:
            return (getattr(change, "code", ""),)
