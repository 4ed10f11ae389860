"""What changes of a codebook do to the readings of each coder: which codes they come to, and what is read again."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autocode.arguments import no_single_text
from autocode.codebook import Added, Change, CodeId, Merged, Redefined, Redefinition, Retired, Split, Undone
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.display import displayed
from autocode.frozen import FrozenMapping
from autocode.transcripts import LineId


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CoderReadings:
    """
    What changes of a codebook do to the readings of one coder.

    Attributes
    ----------
    coder : CoderId
        The coder.
    adjudicated : bool
        Whether these are the coder's rulings as an adjudicator; else they are all other readings.
    n_readings : int
        Number of readings.
    before, after : mapping of CodeId to int
        Number of readings that give each code that changes, before and after; only codes that exist then.
    again : tuple of LineId, default ()
        Lines that the coder has to read again: what became of a code that was given there is open, or a code means
        something else.
    silent : tuple of LineId, default ()
        Lines on which the coder says nothing about a code that is new or wider now. They need not all be read again.
    emptied : tuple of LineId, default ()
        Lines that are left without any code.
    proposed : tuple of LineId, default ()
        Lines that get a new code because the coder had proposed it for them.
    """

    coder: CoderId
    adjudicated: bool
    n_readings: int
    before: Mapping[CodeId, int]
    after: Mapping[CodeId, int]
    again: tuple[LineId, ...] = ()
    silent: tuple[LineId, ...] = ()
    emptied: tuple[LineId, ...] = ()
    proposed: tuple[LineId, ...] = ()


@dataclass(slots=True)
class _Tally:
    """The readings of one coder while they are counted; lines are the keys of dicts, in order."""

    n_readings: int = 0
    before: Counter[CodeId] = field(default_factory=Counter)
    after: Counter[CodeId] = field(default_factory=Counter)
    again: dict[LineId, None] = field(default_factory=dict)
    silent: dict[LineId, None] = field(default_factory=dict)
    emptied: dict[LineId, None] = field(default_factory=dict)
    proposed: dict[LineId, None] = field(default_factory=dict)

    def changed_codes(self) -> set[CodeId]:
        """Return the codes that more or fewer of these readings give than before."""
        return {code for code in {*self.before, *self.after} if self.before[code] != self.after[code]}


def coder_readings(
    steps: Sequence[Codings],
    changes: Sequence[Change],
    *,
    earlier: Sequence[Change],
    codable: tuple[Collection[CodeId], Collection[CodeId]],
) -> tuple[CoderReadings, ...]:
    """
    Return what changes do to the readings of each coder, in the order of their names.

    Parameters
    ----------
    steps : sequence of Codings
        The same readings before the first change and after each.
    changes : sequence of Change
        The changes.
    earlier : sequence of Change
        The recorded changes before them, of which one may be taken back.
    codable : tuple of collections of CodeId
        The codes that lines can be given, before and after.
    """
    tallies: dict[tuple[CoderId, bool], _Tally] = {}
    made = {change.after: change for change in (*earlier, *changes)}
    pairs = zip(steps[0], steps[-1], strict=True)
    # few different sets of codes are given to many lines
    counts = Counter((*_key(before), before.codes, after.codes) for before, after in pairs)
    for (coder, adjudicated, codes, later), n in counts.items():
        tally = tallies.setdefault((coder, adjudicated), _Tally())
        tally.n_readings += n
        for code in codes:
            tally.before[code] += n
        for code in later:
            tally.after[code] += n
    for change, codings, changed in zip(changes, steps, steps[1:], strict=False):
        _count_lines(change, made, zip(codings, changed, steps[-1], strict=True), tallies)
    ended_or_new = set(codable[0]) ^ set(codable[1])
    listed = ended_or_new.union(*(tally.changed_codes() for tally in tallies.values()))
    shown = [[code for code in known if code in listed] for known in codable]
    return tuple(
        CoderReadings(
            coder=coder,
            adjudicated=adjudicated,
            n_readings=tally.n_readings,
            before=FrozenMapping({code: tally.before[code] for code in shown[0]}),
            after=FrozenMapping({code: tally.after[code] for code in shown[1]}),
            again=tuple(tally.again),
            silent=tuple(line for line in tally.silent if line not in tally.again),
            emptied=tuple(tally.emptied),
            proposed=tuple(tally.proposed),
        )
        for (coder, adjudicated), tally in sorted(tallies.items(), key=lambda item: (item[0][1], item[0][0]))
    )


def _key(coding: Coding) -> tuple[CoderId, bool]:
    return (coding.coder, coding.basis is Basis.ADJUDICATED)


def _count_lines(
    change: Change,
    made: Mapping[str, Change],
    readings: Iterable[tuple[Coding, Coding, Coding]],
    tallies: Mapping[tuple[CoderId, bool], _Tally],
) -> None:
    """Count what one change does to each reading, which is given before it, after it and after all changes."""
    origins, redefined = _origins(change, made), _redefined(change, made)
    for before, after, last in readings:
        if after is before or (after.codes == before.codes and after.unjudged == before.unjudged):
            continue
        tally = tallies[_key(before)]
        lost = before.codes - after.codes
        newly_open = {
            code
            for code in after.unjudged - before.unjudged
            if before.unjudged.isdisjoint(origins.get(code, ()))  # what was open stays open under other names
        }
        if newly_open and last.unjudged:
            kind = tally.again if lost or not newly_open.isdisjoint(redefined) else tally.silent
            kind[before.line] = None
        elif lost and not last.codes and not last.unjudged:
            tally.emptied[before.line] = None
        if isinstance(change, Added) and change.code.id in after.codes:
            tally.proposed[before.line] = None


def _origins(change: Change, made: Mapping[str, Change]) -> dict[CodeId, frozenset[CodeId]]:
    """Return for each code that a change makes of others, or of which it makes others, those that it was."""
    is_undone = isinstance(change, Undone)
    match made.get(change.change) if isinstance(change, Undone) else change:
        case Merged(codes=codes, into=into):
            wholes, parts = frozenset({into}), frozenset({*codes, into})
        case Retired(code=code, into=str() as into):
            wholes, parts = frozenset({into}), frozenset({code, into})
        case Split(code=code, parts=new):
            wholes, parts = frozenset(part.id for part in new), frozenset({code})
        case _:
            return {}
    came_from, became = (wholes, parts) if is_undone else (parts, wholes)
    return dict.fromkeys(became, came_from)


def _redefined(change: Change, made: Mapping[str, Change]) -> frozenset[CodeId]:
    """Return the code that means something else after a change, so that every reading of it is open."""
    match made.get(change.change) if isinstance(change, Undone) else change:
        case Redefined(code=code, kind=Redefinition.CHANGED):
            return frozenset({code})
    return frozenset()
