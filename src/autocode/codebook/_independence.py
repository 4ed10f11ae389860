"""Whether changes of a codebook that were made apart can be made one after the other, or contradict each other."""

from autocode.codebook._changes import (
    Added,
    Change,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Renamed,
    Retired,
    Retirement,
    Split,
    Undone,
)
from autocode.codebook._nouns import Code, CodeId

_ASPECTS = ("name", "theme", "meaning", "existence")
_Touched = frozenset[tuple[CodeId, str]]


def are_one_addition(mine: Change, theirs: Change) -> bool:
    """
    Return whether two changes that were made apart add one code: the same id, theme, texts and owner.

    Parameters
    ----------
    mine, theirs : Change
        A change of each copy.
    """
    return isinstance(mine, Added) and isinstance(theirs, Added) and _unnamed(mine) == _unnamed(theirs)


def _unnamed(change: Added) -> object:
    """Return an addition without who made it, when, why, and how the name is written; the id says what it is."""
    code = change.code
    texts = (code.definition, code.use_when, code.not_when, code.examples)
    return (code.id, code.parent, code.codable, code.owner, texts, change.coded_theme, change.guid)


def contradict(mine: Change, theirs: Change) -> bool:
    """
    Return whether two changes that were made apart cannot both be in force, whichever is made first.

    They contradict each other if both decide on the same aspect of one code: its name, its theme, what it means, or
    whether it exists; if one ends a code that the other needs; or if one of them is taken back alone.

    Parameters
    ----------
    mine, theirs : Change
        A change of each copy. A change that was taken back in its copy, and what took it back, are left out before.

    Examples
    --------
    >>> from autocode.codebook import Merged, Renamed, contradict
    >>> renamed = Renamed(before="1", after="2", by="TW", code="wait", name="Waiting times")
    >>> again = Renamed(before="1", after="2", by="MO", code="wait", name="Delay")
    >>> merged = Merged(before="1", after="2", by="MO", codes=("queue",), into="wait")
    >>> contradict(renamed, again), contradict(renamed, merged)
    (True, False)
    """
    if isinstance(mine, Undone) or isinstance(theirs, Undone):
        return True
    if are_one_addition(mine, theirs):
        return False
    if any(isinstance(each, Retired) and each.how is Retirement.READ_AGAIN for each in (mine, theirs)):
        return True  # it makes whole lines be read again, which depends on all other codes
    decided, decided_there = _decided(mine), _decided(theirs)
    if not decided.isdisjoint(decided_there):
        return True
    return bool(_ended(decided) & _needed(theirs) or _ended(decided_there) & _needed(mine))


def _decided(change: Change) -> _Touched:
    """Return the aspects of codes on which a change decides."""
    match change:
        case Added(code=code):
            return _whole(code.id)
        case Renamed(code=code_id):
            return frozenset({(code_id, "name")})
        case Moved(code=code_id):
            return frozenset({(code_id, "theme")})
        case Redefined(code=code_id):
            return frozenset({(code_id, "meaning")})
        case Grouped(theme=theme, codes=codes):
            return _whole(theme.id) | {(code_id, "theme") for code_id in codes}
        case Merged(codes=codes, into=into, new=new):
            return _whole(*codes) | (_whole(into) if new is not None else {(into, "meaning")})
        case Split(code=code_id, parts=parts):
            return _whole(code_id, *(part.id for part in parts))
        case Retired(code=code_id, into=into):
            return _whole(code_id) | ({(into, "meaning")} if into is not None else frozenset())
    raise TypeError(f"{type(change).__name__} is no kind of change of a codebook.")


def _whole(*codes: CodeId) -> _Touched:
    return frozenset((code, aspect) for code in codes for aspect in _ASPECTS)


def _ended(decided: _Touched) -> frozenset[CodeId]:
    return frozenset(code for code, aspect in decided if aspect == "existence")


def _needed(change: Change) -> frozenset[CodeId]:
    """Return the codes that must be there for a change, though it does not change them."""
    match change:
        case Added(code=code):
            return _themes_of(code)
        case Moved(parent=parent) if parent is not None:
            return frozenset({parent})
        case Grouped(theme=theme):
            return _themes_of(theme)
        case Merged(new=new) if new is not None:
            return _themes_of(new)
        case Split(parts=parts):
            return _themes_of(*parts)
    return frozenset()


def _themes_of(*codes: Code) -> frozenset[CodeId]:
    return frozenset(code.parent for code in codes if code.parent is not None)
