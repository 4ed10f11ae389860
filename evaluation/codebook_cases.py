"""The cases of a codebook that changes: what each judgement comes to, and what changes do to the sample study."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from autocode.agreement import ReliabilityData, krippendorff_alpha
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
    read_codebook,
)
from autocode.coding import CoderId, Coding, Codings, Proposal, remapped
from autocode.exchange import read_codings
from autocode.transcripts import LineId, read_transcripts

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
        try:
            self._happen(*event)
        except (KeyError, TypeError, ValueError) as error:
            raise UnknownEventError(f"the event {event} is not understood: {error}") from error

    def _happen(self, kind: str, *values: Any) -> None:
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


def _make(_: Events, coder: str, code: str, name: str, *, is_own: bool = True) -> Change:
    new = Code(id=CodeId(code), name=name, owner=CoderId(coder) if is_own else None)
    return Added(**_BLANK | {"by": coder}, code=new)


def _make_shared(events: Events, coder: str, code: str, name: str) -> Change:
    return _make(events, coder, code, name, is_own=False)


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


def _gather(_: Events, codes: list[str], into: str) -> Change:
    new = Code(id=CodeId(into), name=f"code {into}")
    return Merged(**_BLANK, codes=tuple(map(CodeId, codes)), into=new.id, new=new)


def _split(events: Events, code: str, parts: list[str]) -> Change:
    whole = events.now()[CodeId(code)]
    return Split(
        **_BLANK,
        code=whole.id,
        parts=tuple(replace(whole, id=CodeId(part), name=f"part {part}") for part in parts),
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
    "make own": _make,
    "make shared": _make_shared,
    "gather": _gather,
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
        events.happen(event)
    found = sorted(code.id for code in events.now().subthemes)
    if found != sorted(expect["codes"]):
        yield f"codes {found}, expected {sorted(expect['codes'])}"
    if events.states() != expect["states"]:
        yield f"states {events.states()}, expected {expect['states']}"


def sample(given: dict[str, Any], expect: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs in a case of the kind `codebook.study`, computed on the sample study."""
    folder = Path(__file__).parents[1] / given["study"]
    book, lines = read_codebook(folder / "codebook.toml"), read_transcripts(folder / "transcripts")
    sheets = sorted((folder / "codings").glob("*.csv"))
    codings = Codings(coding for sheet in sheets for coding in read_codings(sheet, lines=lines, codebook=book))
    study = Events(book)
    study.judged = {(coding.coder, coding.line): coding for coding in codings.independent()}
    study.happen([*given["change"], *(["New code"] if given["change"][0] == "add" else [])])
    now = study.replayed()
    unknown = [name for name in expect if name not in _FIGURES]
    if unknown:
        raise UnknownEventError(f"the figures {unknown} are not known")
    found = {name: _FIGURES[name](codings.independent(), now, study) for name in expect}
    for name, value in expect.items():
        if not _same(found[name], value):
            yield f"{name} {found[name]}, expected {value}"


def _same(found: Any, expected: Any) -> bool:
    """Return whether figures are as expected: numbers to the digits that the cases have."""
    if isinstance(expected, dict):
        return set(found) >= set(expected) and all(_same(found[key], value) for key, value in expected.items())
    return abs(found - expected) < 5e-7 if isinstance(expected, float) else bool(found == expected)


def _alpha(codings: Codings, code: str) -> float:
    return krippendorff_alpha(
        ReliabilityData.for_code(CodeId(code), codings, codebook=[CodeId(code)]), interval=None
    ).value


def _overall(codings: Codings) -> float:
    return krippendorff_alpha(ReliabilityData.for_sets(codings), interval=None).value


def _of_themes(codings: Codings, codebook: Codebook) -> dict[str, float]:
    """Return alpha of each theme by its name."""
    tables = {
        theme.name: ReliabilityData.for_theme([theme.id, *codebook.descendants(theme.id)], codings, codebook=codebook)
        for theme in codebook.themes
    }
    return {name: krippendorff_alpha(table, interval=None).value for name, table in tables.items()}


def _lines_with_it(before: Codings, now: Codings, study: Events) -> dict[str, list[int]]:
    """Return how many lines of each coder had the code that stays, those that end, and have the one that is left."""
    [change] = (change for change in study.changes if isinstance(change, Merged))
    return {
        coder: [
            sum(change.into in coding.codes for coding in before.by(coder)),
            sum(not coding.codes.isdisjoint(change.codes) for coding in before.by(coder)),
            sum(change.into in coding.codes for coding in now.by(coder)),
        ]
        for coder in before.coders
    }


def _to_read_again(before: Codings, now: Codings, study: Events) -> dict[str, int] | int:
    """Return how many lines each coder has to read again; 0 if nobody has any."""
    waiting = Counter(f"{coding.coder}" for coding in now.partly_judged())
    return dict(waiting) or 0


def _unchanged(before: Codings, now: Codings, study: Events) -> dict[str, float]:
    """Return alpha of the themes that a change leaves exactly as they were."""
    was, is_now = _of_themes(before, study.codebook), _of_themes(now, study.now())
    return {name: alpha for name, alpha in is_now.items() if abs(alpha - was[name]) <= 1e-12}


def _parts(before: Codings, now: Codings, study: Events) -> str:
    """Return in words whether alpha of each part of a split code is undefined."""
    [change] = (change for change in study.changes if isinstance(change, Split))
    tables = [ReliabilityData.for_code(part.id, now, codebook=[part.id]) for part in change.parts]
    undefined = all(krippendorff_alpha(table, interval=None).undefined for table in tables)
    return "undefined until lines are read again" if undefined else "defined"


Figure = Callable[[Codings, Codings, Events], Any]

_FIGURES: dict[str, Figure] = {
    "lines_with_it": _lines_with_it,
    "alpha_before": lambda before, _, study: {code.id: _alpha(before, code.id) for code in study.codebook.subthemes},
    "alpha_after": lambda _, now, study: _alpha(now, next(c.into for c in study.changes if isinstance(c, Merged))),
    "overall_before": lambda before, now, study: _overall(before),
    "overall_after": lambda before, now, study: _overall(now),
    "to_read_again": _to_read_again,
    "distinct_lines": lambda before, now, study: len(now.partly_judged().lines),
    "theme_alpha_unchanged": _unchanged,
    "alpha_of_the_parts": _parts,
    "theme_alpha_before": lambda before, _, study: _of_themes(before, study.codebook),
    "theme_alpha_after": lambda _, now, study: _of_themes(now, study.now()),
    "judgements_silent_about_it": lambda before, now, study: len(now.partly_judged()),
    "by_coder": _to_read_again,
}
