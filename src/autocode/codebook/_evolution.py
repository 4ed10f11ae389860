"""A codebook through its changes: every version of it, or an error that says which change is impossible and why."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from autocode.arguments import no_single_text
from autocode.codebook._changes import (
    Added,
    Change,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Retirement,
    Split,
    Undone,
)
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.errors import CodebookError
from autocode.names import name_key
from autocode.wording import listing

_TEXTS = ("definition", "use_when", "not_when", "examples")


@no_single_text
def evolve(codebook: Codebook, changes: Iterable[Change], *, editors: Collection[str] | None = None) -> Codebook:
    """
    Return the codebook after these changes.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first of them.
    changes : iterable of Change
        The changes in order. The first begins at the version of `codebook`, each later one where the one before ended.
    editors : collection of str or None, default None
        Who may change the codebook; None for anybody.

    Raises
    ------
    CodebookError
        If a change is impossible: it begins at a version that is not in force, reuses an id or a name, names a code
        that does not exist, or is made by somebody who may not.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Merged, evolve
    >>> codebook = Codebook([Code(id="wait", name="Waiting"), Code(id="queue", name="Queues")])
    >>> evolve(codebook, [Merged(before="1", after="2", by="TW", codes=("queue",), into="wait")])
    <Codebook version 2: 0 themes, 1 subtheme>
    """
    return codebook_versions(codebook, changes, editors=editors)[-1]


@no_single_text
def codebook_versions(
    codebook: Codebook, changes: Iterable[Change], *, editors: Collection[str] | None = None
) -> tuple[Codebook, ...]:
    """
    Return every version of a codebook: as it was before the changes, then after each of them.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        The changes in order.
    editors : collection of str or None, default None
        Who may change the codebook; None for anybody.

    Raises
    ------
    CodebookError
        As `evolve` does.
    """
    made = tuple(changes)
    history = _cached(codebook, made)
    if editors is not None:
        check_editors(history.made, editors)
    later = made[len(history.made) :]
    for change in later:
        if editors is not None:
            check_editors([change], editors)
        history.append(change)
    if later:
        _CACHED.append(history)
    return tuple(history.versions)


@no_single_text
def check_editors(changes: Iterable[Change], editors: Collection[str]) -> None:
    """
    Raise `CodebookError` if somebody makes a change who may not change the codebook.

    Parameters
    ----------
    changes : iterable of Change
        The changes.
    editors : collection of str
        Who may change the codebook.

    Raises
    ------
    CodebookError
        If a change is made by anybody else.
    """
    for change in changes:
        if change.by not in editors:
            raise CodebookError(
                f"{change.by} may not change the codebook of this study; {listing(sorted(editors), conjunction='or')} "
                "can, or add the name to codebook_editors in study.toml."
            )


def version_of(versions: Sequence[Codebook], version: str) -> Codebook:
    """
    Return the codebook of a version.

    Parameters
    ----------
    versions : sequence of Codebook
        Every version, as `codebook_versions` returns them.
    version : str
        The version.

    Raises
    ------
    CodebookError
        If there is no such version.
    """
    for codebook in versions:
        if codebook.version == version:
            return codebook
    known = listing((codebook.version for codebook in versions), at_most=20)
    raise CodebookError(f"the codebook never had a version {version!r}; it has {known}.")


def changed_meanings(changes: Iterable[Change], *, since: str = "") -> frozenset[CodeId]:
    """
    Return the codes that ended or mean something else after these changes.

    What was learnt about them before is out of date. Names, themes and clarified definitions do not change what a code
    means, nor does a merge that of the code that stays.

    Parameters
    ----------
    changes : iterable of Change
        Changes in order. One that is taken back among them counts for nothing.
    since : str, default ""
        The version after which they count; empty for all. Those before it are given because one of them may be taken
        back since, which changes what its codes mean, too.

    Examples
    --------
    >>> from autocode.codebook import Merged, Renamed, changed_meanings
    >>> changes = [
    ...     Renamed(before="1", after="2", by="TW", code="wait", name="Waiting times"),
    ...     Merged(before="2", after="3", by="TW", codes=("queue",), into="wait"),
    ... ]
    >>> sorted(changed_meanings(changes))
    ['queue']
    """
    in_force: list[tuple[Change, bool]] = []
    changed: set[CodeId] = set()
    counts = not since
    for change in changes:
        counts = counts or change.before == since
        if isinstance(change, Undone):
            # of changes that are not given, none can be taken back before all of these are
            undone, is_new = in_force.pop() if in_force else (change, True)
            if counts and not is_new:
                changed |= _meanings_restored(undone)
        else:
            in_force.append((change, counts))
    for change, is_new in in_force:
        match change:
            case _ if not is_new:
                continue
            case Retired(code=code) | Split(code=code):
                changed.add(code)
            case Redefined(code=code, kind=kind) if kind is not Redefinition.CLARIFIED:
                changed.add(code)
            case Merged(codes=codes):
                changed.update(codes)
    return frozenset(changed)


def _meanings_restored(change: Change) -> set[CodeId]:
    """Return the codes that mean again what they meant before a change, once it is taken back."""
    match change:
        case Redefined(code=code, kind=kind) if kind is not Redefinition.CLARIFIED:
            return {code}
        case Merged(into=into):
            return {into}
        case Retired(into=into) if into is not None:
            return {into}
    return set()


@dataclass(slots=True)
class _History:
    """A codebook while its changes are made one after the other.

    Attributes
    ----------
    versions : the codebook before the changes and after each of them.
    used : every id that a code ever had.
    released : those of them whose code came with a change that was taken back.
    made : the changes that were made.
    in_force : the changes that were not taken back, each with the codes before it.
    """

    versions: list[Codebook]
    used: set[CodeId]
    made: list[Change] = field(default_factory=list)
    in_force: list[tuple[Change, tuple[Code, ...]]] = field(default_factory=list)
    released: set[CodeId] = field(default_factory=set)

    def append(self, change: Change) -> None:
        """Make one more change."""
        self._check_version(change)
        codes = tuple(self.versions[-1].values())
        changed: Sequence[Code]
        if isinstance(change, Undone):
            changed = self._codes_before(change)
            self.released |= self.versions[-1].keys() - {code.id for code in changed}
        else:
            changed = self._changed(change)
            if not any(code.codable for code in changed) and any(code.codable for code in codes):
                raise _impossible(change, "no code would be left that a line can be given; add one first.")
            _check_names(change, changed, before=self.versions[-1])
            self.in_force.append((change, codes))
        self.versions.append(Codebook(changed, version=change.after))
        self.made.append(change)

    def _check_version(self, change: Change) -> None:
        versions = [codebook.version for codebook in self.versions]
        if change.before not in versions:
            raise _impossible(change, f"there is no version {change.before!r}; the codebook is at {versions[-1]!r}.")
        if change.before != versions[-1]:
            since = listing(map(str, self.made[versions.index(change.before) :]))
            raise _impossible(
                change,
                f"it was planned on version {change.before!r}, but the codebook is at version {versions[-1]!r}, as "
                f"{since} since; look at the codebook and plan the change again.",
            )
        if not change.after.strip() or change.after in versions:
            raise _impossible(change, f"the version {change.after!r} is empty or was there before; name a new one.")

    def _codes_before(self, undo: Undone) -> tuple[Code, ...]:
        """Return the codes as they were before a change that is taken back."""
        places = {change.after: place for place, (change, _) in enumerate(self.in_force)}
        if undo.change not in places:
            raise _impossible(undo, f"no change to version {undo.change!r} is in force, so there is nothing to undo.")
        later = [str(change) for change, _ in self.in_force[places[undo.change] + 1 :]]
        if later:
            raise _impossible(undo, f"{listing(later)} after it; undo the later ones first, latest first.")
        return self.in_force.pop()[1]

    def _changed(self, change: Change) -> list[Code]:
        """Return the codes after a change; raises `CodebookError` if it is impossible."""
        made = _MAKE.get(type(change))
        if made is None:
            raise TypeError(f"{type(change).__name__} is no kind of change of a codebook.")
        codes: list[Code] = made(self, change)
        return codes

    def code(self, change: Change, code_id: CodeId) -> Code:
        """Return a code of the version in force."""
        if code_id in self.versions[-1]:
            return self.versions[-1][code_id]
        where = "is no longer in the codebook" if code_id in self.used else "is not in the codebook"
        raise _impossible(change, f"the code {code_id!r} {where}; name one of version {self.versions[-1].version!r}.")

    def codes(self) -> list[Code]:
        """Return the codes of the version in force."""
        return list(self.versions[-1].values())

    def check_new(self, change: Change, new: Sequence[Code], *, coded_theme: bool = False) -> None:
        """Raise `CodebookError` unless codes have a name, a new id and a parent that they can belong to."""
        for code in new:
            if not code.id.strip() or not code.name.strip():
                raise _impossible(change, f"the new code {code.name or code.id!r} needs an id and a name.")
            if code.id in self.used and not (change.apart and code.id in self.released):
                raise _impossible(change, f"the id {code.id!r} is or was in use; ids are never reused, so choose one.")
            self.check_parent(change, code.parent, coded_theme=coded_theme)
            self.used.add(code.id)

    def check_parent(self, change: Change, parent: CodeId | None, *, coded_theme: bool = False) -> None:
        """Raise `CodebookError` unless codes can belong to this parent: a theme, or what is said to become one."""
        if parent is None or (coded_theme and parent in self.versions[-1]):
            return
        if self.code(change, parent) not in self.versions[-1].themes:
            raise _impossible(
                change,
                f"{parent!r} is a code that lines are given, not a theme; name a theme, group codes first, or say that "
                "the code is to be a theme too.",
            )

    def check_owner(self, change: Change, code: Code, into: Code) -> None:
        """Raise `CodebookError` if lines of one coder's own code, or of the team's, would get another coder's own."""
        if into.owner not in (None, code.owner):
            raise _impossible(
                change,
                f"{into.id!r} is the own code of {into.owner}, which nobody else gives; group the codes into a "
                "subtheme of the team.",
            )

    def check_ends(self, change: Change, code_id: CodeId) -> None:
        """Raise `CodebookError` if other codes belong to a code that is to end."""
        children = [code.id for code in self.codes() if code.parent == code_id]
        if children:
            belong = "belong" if len(children) > 1 else "belongs"
            raise _impossible(change, f"{listing(map(repr, children))} {belong} to {code_id!r}; move that first.")


# A session replays the same changes after every judgement, and one more now and then. No history in here is changed.
_CACHED: deque[_History] = deque(maxlen=8)


def _cached(codebook: Codebook, changes: tuple[Change, ...]) -> _History:
    """Return a codebook with as many of these changes as were made of it lately."""
    codes = tuple(codebook.values())
    found = _History(versions=[codebook], used=set(codebook))
    for known in tuple(_CACHED):
        first, n = known.versions[0], len(known.made)
        if (
            n > len(found.made)
            and first.version == codebook.version
            and tuple(known.made) == changes[:n]
            and tuple(first.values()) == codes
        ):
            found = known
    return _History(versions=[*found.versions], used={*found.used}, made=[*found.made], in_force=[*found.in_force])


def _impossible(change: Change, why: str) -> CodebookError:
    return CodebookError(f"{change} (version {change.before} to {change.after}) cannot be: {why}")


def _check_names(change: Change, codes: Sequence[Code], *, before: Codebook) -> None:
    """Raise `CodebookError` if a change gives codes of one theme the same name; coders do not know each other's own."""
    names: dict[tuple[str | None, CodeId | None, str], CodeId] = {}
    for code in sorted(codes, key=lambda code: before.get(code.id) != code):  # those that stay as they were first
        taken = names.setdefault((code.owner, code.parent, name_key(code.name)), code.id)
        if taken != code.id:
            where = f" under {code.parent!r}" if code.parent is not None else ""
            raise _impossible(change, f"the name {code.name!r} is that of the code {taken!r}{where}; choose another.")


def _add(history: _History, change: Added) -> list[Code]:
    history.check_new(change, [change.code], coded_theme=change.coded_theme)
    return [*history.codes(), change.code]


def _rename(history: _History, change: Renamed) -> list[Code]:
    history.code(change, change.code)
    if not change.name.strip():
        raise _impossible(change, "a code needs a name.")
    return [replace(code, name=change.name) if code.id == change.code else code for code in history.codes()]


def _move(history: _History, change: Moved) -> list[Code]:
    history.code(change, change.code)
    history.check_parent(change, change.parent, coded_theme=change.coded_theme)
    if change.parent in (change.code, *history.versions[-1].descendants(change.code)):
        raise _impossible(change, f"{change.parent!r} is {change.code!r} or belongs to it; that would be a circle.")
    return [replace(code, parent=change.parent) if code.id == change.code else code for code in history.codes()]


def _group(history: _History, change: Grouped) -> list[Code]:
    if change.theme.codable:
        raise _impossible(change, f"{change.theme.id!r} is not a theme; give it codable=False.")
    if not change.codes:
        raise _impossible(change, "it groups no codes; name some, or add the theme.")
    for code_id in change.codes:
        if history.code(change, code_id).id == change.theme.parent:
            raise _impossible(change, f"{code_id!r} cannot be above the new theme and in it.")
    history.check_new(change, [change.theme])
    theme = change.theme
    return [*(replace(code, parent=theme.id) if code.id in change.codes else code for code in history.codes()), theme]


def _redefine(history: _History, change: Redefined) -> list[Code]:
    history.code(change, change.code)
    texts = {name: getattr(change, name) for name in _TEXTS if getattr(change, name) is not None}
    return [replace(code, **texts) if code.id == change.code else code for code in history.codes()]


def _merge(history: _History, change: Merged) -> list[Code]:
    ending = {history.code(change, code_id).id for code_id in change.codes}
    if change.new is None:
        into = history.code(change, change.into)
    else:
        into = change.new
        if into.id != change.into:
            raise _impossible(change, f"the new code is {into.id!r}, not {change.into!r}; name one of them.")
        history.check_new(change, [into])
    if not ending:
        raise _impossible(change, "it merges no codes; name at least one.")
    if change.into in ending or len(ending) < len(change.codes):
        raise _impossible(change, "a code cannot be merged with itself; name different codes.")
    for code_id in change.codes:
        history.check_owner(change, history.versions[-1][code_id], into)
        if history.versions[-1][code_id].codable is not into.codable:
            raise _impossible(change, "a theme cannot be merged with a code; merge codes, or themes, or move the code.")
        if into.codable:
            history.check_ends(change, code_id)
        elif change.new is not None:
            raise _impossible(change, f"{code_id!r} is a theme; merge it into a theme that exists, or rename it.")
        elif change.into in history.versions[-1].descendants(code_id):
            raise _impossible(change, f"{change.into!r} belongs to {code_id!r}; merge the inner theme into the outer.")
    codes = [
        replace(code, parent=change.into) if code.parent in ending and code.id != change.into else code
        for code in history.codes()
        if code.id not in ending
    ]
    return codes if change.new is None else [*codes, change.new]


def _split(history: _History, change: Split) -> list[Code]:
    whole = history.code(change, change.code)
    if not whole.codable:
        raise _impossible(change, f"{change.code!r} is a theme; add a theme and move codes to it.")
    if len(change.parts) < 2:
        raise _impossible(change, "a code is split into at least two; rename or redefine it to keep one.")
    if not all(part.codable for part in change.parts):
        raise _impossible(change, "a part would be a theme; a code is split into codes.")
    if any(part.owner != whole.owner for part in change.parts):
        whose = "the team's" if whole.owner is None else f"{whole.owner}'s own"
        raise _impossible(change, f"{change.code!r} is {whose}, and so must its parts be.")
    history.check_ends(change, change.code)
    history.check_new(change, change.parts)
    codes: list[Code] = []
    for code in history.codes():
        codes += change.parts if code.id == change.code else [code]
    return codes


def _retire(history: _History, change: Retired) -> list[Code]:
    code = history.code(change, change.code)
    if (change.how is Retirement.INTO) is not (change.into is not None):
        raise _impossible(change, "name the code that its lines get, or say that they get none.")
    history.check_ends(change, change.code)
    if change.into is not None:
        into = history.code(change, change.into)
        if into.id == code.id or into.codable is not code.codable:
            raise _impossible(change, "its lines can only get another code, not itself and not a theme.")
        history.check_owner(change, code, into)
    return [other for other in history.codes() if other.id != change.code]


_MAKE: dict[type, Callable[..., list[Code]]] = {
    Added: _add,
    Renamed: _rename,
    Moved: _move,
    Grouped: _group,
    Redefined: _redefine,
    Merged: _merge,
    Split: _split,
    Retired: _retire,
}
