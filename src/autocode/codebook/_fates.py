"""What became of codes through changes of the codebook, and the changes themselves, in the names that coders read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

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
    Split,
    Undone,
)
from autocode.codebook._evolution import codebook_versions, version_of
from autocode.codebook._nouns import Codebook, CodeId
from autocode.display import displayed
from autocode.wording import listing


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """
    What became of a code that ended, or that means something else since.

    Attributes
    ----------
    code : CodeId
        The code.
    name : str
        Its name, the last that it had, or its path where another code had that name.
    became : str
        What became of it, as a part of a sentence, such as "split into 'Parking' and 'Distance'".
    into : tuple of CodeId, default ()
        The codes in its place, in this order.

    Examples
    --------
    >>> from autocode.codebook import Fate
    >>> print(Fate(code="queue", name="Queues", became="merged into 'Waiting times'", into=("wait",)))
    Queues, since merged into 'Waiting times'
    """

    code: CodeId
    name: str
    became: str
    into: tuple[CodeId, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}, since {self.became}"


class _Event(NamedTuple):
    """What a change did to a code: a verb, and the codes in its place."""

    verb: str
    into: tuple[CodeId, ...] = ()


def fates(codebook: Codebook, changes: Iterable[Change], *, since: str = "") -> dict[CodeId, Fate]:
    """
    Return what became of the codes that ended, or that mean something else, after a version of the codebook.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        All its changes, in order. What was taken back became of nothing.
    since : str, default ""
        The version after which the changes count; empty for the first.

    Raises
    ------
    CodebookError
        If a change is impossible, or the codebook never had that version.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Merged, fates
    >>> codebook = Codebook([Code(id="wait", name="Waiting times"), Code(id="queue", name="Queues")])
    >>> merged = Merged(before="1", after="2", by="TW", codes=("queue",), into="wait")
    >>> [str(fate) for fate in fates(codebook, [merged]).values()]
    ["Queues, since merged into 'Waiting times'"]
    """
    made = tuple(changes)
    versions = codebook_versions(codebook, made)
    first = version_of(versions, since) if since else versions[0]
    start = next(place for place, known in enumerate(versions) if known is first)
    names = {code: known.label(code) for known in versions for code in known}
    events: dict[CodeId, _Event] = {}
    taken_back: dict[CodeId, _Event] = {}
    in_force: list[tuple[Change, dict[CodeId, _Event]]] = []
    for place, change in enumerate(made):
        if isinstance(change, Undone):
            undone, events = in_force.pop()
            if place >= start:
                taken_back |= dict.fromkeys(_created(undone), _Event("taken back"))
            continue
        in_force.append((change, events))
        if place >= start:
            events = events | _events(change)
    return {
        code: Fate(code=code, name=names[code], became=_in_words(event, names), into=event.into)
        for code, event in (taken_back | events).items()
    }


def _events(change: Change) -> dict[CodeId, _Event]:
    match change:
        case Split(code=code, parts=parts):
            return {code: _Event("split into", tuple(part.id for part in parts))}
        case Merged(codes=codes, into=into):
            return dict.fromkeys(codes, _Event("merged into", (into,)))
        case Retired(code=code, into=into):
            return {code: _Event("retired") if into is None else _Event("retired into", (into,))}
        case Redefined(code=code, kind=kind) if kind is not Redefinition.CLARIFIED:
            return {code: _Event("redefined" if kind is Redefinition.CHANGED else kind.value)}
    return {}


def _created(change: Change) -> tuple[CodeId, ...]:
    """Return the codes that a change brings, which go when it is taken back."""
    match change:
        case Added(code=code):
            return (code.id,)
        case Split(parts=parts):
            return tuple(part.id for part in parts)
        case Grouped(theme=theme):
            return (theme.id,)
        case Merged(new=new) if new is not None:
            return (new.id,)
    return ()


def _in_words(event: _Event, names: dict[CodeId, str]) -> str:
    return f"{event.verb} {listing(repr(names[code]) for code in event.into)}" if event.into else event.verb


def changes_in_words(codebook: Codebook, changes: Iterable[Change]) -> tuple[str, ...]:
    """
    Return a sentence for each change, without its full stop, with the names of codes instead of their ids.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        All its changes, in order.

    Raises
    ------
    CodebookError
        If a change is impossible.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Merged, Undone, changes_in_words
    >>> codebook = Codebook([Code(id="wait", name="Waiting times"), Code(id="queue", name="Queues")])
    >>> changes = [
    ...     Merged(before="1", after="2", by="TW", codes=("queue",), into="wait"),
    ...     Undone(before="2", after="3", by="SK", change="2"),
    ... ]
    >>> changes_in_words(codebook, changes)
    ("TW merged 'Queues' into 'Waiting times'", "SK took back that TW merged 'Queues' into 'Waiting times'")
    """
    made = tuple(changes)
    versions: Sequence[Codebook] = codebook_versions(codebook, made)
    sentences: dict[str, str] = {}  # by the version that came of the change
    for change, before in zip(made, versions, strict=False):
        if isinstance(change, Undone):
            sentences[change.after] = f"{change.by} took back that {sentences[change.change]}"
        else:
            sentences[change.after] = str(_with_names(change, before))
    return tuple(sentences.values())


def _with_names(change: Change, before: Codebook) -> Change:
    """Return a change in which the names of codes stand where their ids do, only to be printed."""
    match change:
        case Moved(code=code, parent=parent):
            return replace(change, code=before.label(code), parent=None if parent is None else before.label(parent))
        case Grouped(codes=codes):
            return replace(change, codes=tuple(before.label(code) for code in codes))
        case Merged(codes=codes, into=into, new=new):
            whole = before.label(into) if new is None else into
            return replace(change, codes=tuple(before.label(code) for code in codes), into=whole)
        case Split(code=code, parts=parts):
            return replace(change, code=before.label(code), parts=tuple(replace(part, id=part.name) for part in parts))
        case Retired(code=code, into=into):
            return replace(change, code=before.label(code), into=None if into is None else before.label(into))
        case Renamed(code=code) | Redefined(code=code):
            return replace(change, code=before.label(code))
    return change
