"""The cases of a codebook that changes: what each judgement comes to, and what changes do to the sample study."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from autocode.codebook import (
    Added,
    Change,
    Code,
    Codebook,
    CodeId,
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
    evolve,
)
from autocode.coding import CoderId, Coding, Codings, Proposal, remapped
from autocode.transcripts import LineId

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class UnknownEventError(Exception):
    """An event of a case that is not known here, so that the case is not supported."""


@dataclass(slots=True)
class Events:
    """A study that grows event by event: judgements, proposals and changes, each a second after the one before.

    Attributes
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : list of Change
        The changes so far.
    places : list of int
        The place of each change among the events.
    judged : dict of (coder, line) to Coding
        The latest judgement of each line by each coder, as it was made.
    proposals : list of Proposal
        The proposals so far.
    """

    codebook: Codebook
    changes: list[Change] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    judged: dict[tuple[str, str], Coding] = field(default_factory=dict)
    proposals: list[Proposal] = field(default_factory=list)
    _n_events: int = 0

    @property
    def version(self) -> str:
        """The version in force."""
        return self.changes[-1].after if self.changes else self.codebook.version

    def now(self) -> Codebook:
        """Return the codebook in force."""
        return evolve(self.codebook, self.changes)

    def codings(self) -> Codings:
        """Return the judgements as they were made."""
        return Codings(self.judged.values())

    def replayed(self) -> Codings:
        """Return the judgements in the codes of the version in force."""
        return remapped(self.codings(), self.changes, codebook=self.codebook, proposals=self.proposals)

    def states(self) -> dict[str, dict[str, int]]:
        """Return for each `coder|line` what the coder says of each code: 1 applies, 0 does not, -1 not judged."""
        codes = [code.id for code in self.now().subthemes]
        return {
            f"{coding.coder}|{coding.line}": {
                code: {True: 1, False: 0, None: -1}[coding.applies(code)] for code in codes
            }
            for coding in self.replayed()
        }

    def happen(self, event: Sequence[Any]) -> None:
        """Take in one event, such as `["merge", ["b"], "a"]`; raises `UnknownEventError` where it has another form."""
        kind, *values = event
        at = _BEGIN + timedelta(seconds=self._n_events)
        if kind == "code":
            coder, line, codes, *version = values  # an act of a page that is older than a change names its version
            self.judged[coder, line] = Coding(
                line=LineId(line),
                coder=CoderId(coder),
                codes=frozenset(codes),
                version=f"{version[0]}" if version else self.version,
                at=at,
            )
        elif kind == "propose":
            coder, line, name = values
            self.proposals.append(Proposal(name=name, line=LineId(line), coder=CoderId(coder), at=at))
        elif kind == "undo":
            self._undo(*values, at=at)
        elif kind in _CHANGES:
            self.append(_CHANGES[kind](self, *values), at)
        else:
            raise UnknownEventError(f"the event {kind!r} is not known")
        self._n_events += 1

    def append(self, change: Change, at: datetime) -> None:
        """Make a change; raises `CodebookError` if it is impossible."""
        change = replace(change, before=self.version, after=f"{len(self.changes) + 2}", at=at)
        evolve(self.codebook, [*self.changes, change])
        self.changes.append(change)
        self.places.append(self._n_events)

    def in_force(self) -> list[int]:
        """Return the places, among the changes, of those that were not undone."""
        left: list[int] = []
        for place, change in enumerate(self.changes):
            if isinstance(change, Undone):
                left.pop()
            else:
                left.append(place)
        return left

    def _undo(self, which: int = 1, *, at: datetime) -> None:
        """Undo the latest change in force; `which` counts changes from the end, or names one by its place."""
        latest = self.in_force()[-1]
        names_it = which in (latest + 1, self.places[latest])
        for _ in range(1 if names_it else which):
            change = self.changes[self.in_force()[-1]].after
            self.append(Undone(before="", after="", by="TW", change=change), at)

    def with_themes(self, *themes: str) -> Codebook:
        """Return the first codebook with these themes."""
        new = [Code(id=CodeId(name), name=f"theme {name}", codable=False) for name in themes]
        return Codebook([*self.codebook.values(), *new], version=self.codebook.version)


_BLANK = {"before": "", "after": "", "by": "TW"}


def _add(_: Events, code: str, name: str, parent: str | None = None) -> Change:
    return Added(**_BLANK, code=Code(id=CodeId(code), name=name, parent=None if parent is None else CodeId(parent)))


def _rename(_: Events, code: str, name: str) -> Change:
    return Renamed(**_BLANK, code=CodeId(code), name=name)


def _move(events: Events, code: str, parent: str | None) -> Change:
    if parent is not None and parent not in events.now():
        events.codebook = events.with_themes(parent)  # cases name themes without adding them
    return Moved(**_BLANK, code=CodeId(code), parent=None if parent is None else CodeId(parent))


def _group(events: Events, theme: Any, codes: Any) -> Change:
    if isinstance(theme, list):
        theme, codes = codes, theme
    name = Code(id=CodeId(theme), name=f"theme {theme}", codable=False)
    return Grouped(**_BLANK, theme=name, codes=tuple(map(CodeId, codes)))


def _redefine(_: Events, code: str, kind: str) -> Change:
    return Redefined(**_BLANK, code=CodeId(code), kind=Redefinition(kind))


def _merge(_: Events, codes: list[str], into: str) -> Change:
    return Merged(**_BLANK, codes=tuple(CodeId(code) for code in codes if code != into), into=CodeId(into))


def _split(events: Events, code: str, parts: list[str]) -> Change:
    parent = events.now()[CodeId(code)].parent
    return Split(
        **_BLANK,
        code=CodeId(code),
        parts=tuple(Code(id=CodeId(part), name=f"part {part}", parent=parent) for part in parts),
    )


def _retire(_: Events, code: str, how: Any = "drop", into: str | None = None) -> Change:
    if isinstance(how, list):
        how, into = how
    how = f"{how}".replace("_", " ").replace("-", " ")
    if how in ("read again", "reread"):
        return Retired(**_BLANK, code=CodeId(code), how=Retirement.READ_AGAIN)
    if how == "drop":
        return Retired(**_BLANK, code=CodeId(code))
    target = into if how == "into" and into is not None else how
    return Retired(**_BLANK, code=CodeId(code), how=Retirement.INTO, into=CodeId(target))


_CHANGES: dict[str, Callable[..., Change]] = {
    "add": _add,
    "rename": _rename,
    "move": _move,
    "group": _group,
    "redefine": _redefine,
    "merge": _merge,
    "split": _split,
    "retire": _retire,
}


def remap(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `codebook.remap`."""
    codes = [Code(id=CodeId(code), name=f"code {code}") for code in given["codes"]]
    events = Events(Codebook(codes))
    for event in given["events"]:
        try:
            events.happen(event)
        except (TypeError, ValueError) as error:  # an event of another form than those known
            raise UnknownEventError(f"the event {event} is not understood: {error}") from error
    found = sorted(code.id for code in events.now().subthemes)
    if found != sorted(expect["codes"]):
        yield f"codes {found}, expected {sorted(expect['codes'])}"
    if events.states() != expect["states"]:
        yield f"states {events.states()}, expected {expect['states']}"
