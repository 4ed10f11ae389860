"""Changes of a codebook that were recorded in copies of a study, laid one after the other."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

from autocode.codebook import (
    Added,
    Change,
    Codebook,
    CodeId,
    Redefined,
    Renamed,
    Retired,
    Undone,
    are_one_addition,
    codebook_versions,
    joined_version,
)
from autocode.errors import CodebookError

_Ids = frozenset[str]
_NONE: _Ids = frozenset()


class Step(NamedTuple):
    """A change as it is recorded, with what was in force where it was made.

    Attributes
    ----------
    identity : the identity of its entry.
    change : the change, with the names that its versions had in that copy.
    follows : the changes after which it was made, without those before them; None if an older autocode wrote it, which
        knew them by the name of the version.
    takes_back : the change that it takes back; None for other changes, and where an older autocode wrote it.
    """

    identity: str
    change: Change
    follows: _Ids | None = None
    takes_back: str | None = None


class Place(NamedTuple):
    """Where something was made, that was made under some changes, among all of them.

    Attributes
    ----------
    number : the number of changes until the last of those.
    unseen : those among them that it was made without; of what was taken back again, nothing is left.
    """

    number: int
    unseen: tuple[Change, ...]


class Lineage:
    """
    Every recorded change of a codebook, in one order, which is the same in every copy that has the same changes.

    A change comes after those that were in force where it was made. Of others, the earlier comes first; but what was
    taken back in its copy comes, with what took it back, before them. As the changes of copies that were merged do not
    contradict each other, each is what it was where it was made.

    Where all changes were made one after the other, their versions have the names that they were recorded with. The
    names of others have a digest of the changes that the version is made of.

    Parameters
    ----------
    codebook : Codebook
        The codebook before all changes.
    steps : sequence of Step
        The changes; their order does not matter.

    Attributes
    ----------
    codebook : Codebook
        The codebook before all changes.
    order : tuple of str
        The identities of all changes in their order.
    changes : tuple of Change
        The changes in this order, each from the version before it to its own. A code that was added in two copies is
        added once.
    versions : tuple of Codebook
        The codebook before all changes and after each of them.
    has_branches : bool
        Whether changes were made in different copies, where not all changes before them were known yet.
    made_twice : tuple of (Added, Added)
        The additions of a code in two copies, the one that is among the changes first.

    Raises
    ------
    CodebookError
        If a change is impossible.
    """

    def __init__(self, codebook: Codebook, steps: Sequence[Step] = ()) -> None:
        self.codebook = codebook
        self.steps = {step.identity: step for step in sorted(steps, key=lambda step: step.identity)}
        self._before: dict[str, _Ids] = {}  # for each change, itself and all that were in force where it was made
        self.follows = {identity: self._followed(step) for identity, step in self.steps.items()}
        self.takes_back = {
            identity: self._taken_back(step) for identity, step in self.steps.items() if isinstance(step.change, Undone)
        }
        self.order = tuple(self._ordered())
        self.made_twice: tuple[tuple[Added, Added], ...] = ()
        self._kept: list[tuple[str, Change]] = []
        self._names: dict[str, str] = {}
        self._number_of: dict[str, int] = {}  # how many changes there are up to each
        self._arrange()
        self.has_branches = any(len(self._before[identity]) < n for n, identity in enumerate(self.order, start=1))
        self.changes: tuple[Change, ...] = tuple(change for _, change in self._kept)
        self.versions = codebook_versions(codebook, self.changes)
        self._owners = {code.id: code.owner for known in self.versions for code in known.own_codes}
        self._under: dict[str, _Ids] = {}
        self._places: dict[tuple[_Ids, str | None], Place] = {}
        self._codebooks: dict[_Ids, Codebook] = {}

    # what each change was made after

    def _followed(self, step: Step) -> _Ids:
        follows = step.follows
        if follows is None:
            named = [known for known in self._before if self.steps[known].change.after == step.change.before]
            follows = frozenset(named[-1:])
        self._before[step.identity] = self.seen(follows) | {step.identity}
        return follows

    def seen(self, under: Iterable[str]) -> _Ids:
        """Return these changes and all before them."""
        return _NONE.union(*(self._before[identity] for identity in under if identity in self._before))

    def _taken_back(self, step: Step) -> str:
        if step.takes_back is not None:
            return step.takes_back
        named = [
            known
            for known in self._before[step.identity]
            if self.steps[known].change.after == getattr(step.change, "change", "")
        ]
        return max(named, default="")

    @property
    def cancelled(self) -> _Ids:
        """What was taken back, and what took it back."""
        return frozenset(self.takes_back) | frozenset(self.takes_back.values())

    def latest(self, seen: Collection[str]) -> _Ids:
        """Return those changes that no other of them follows."""
        return frozenset(seen) - _NONE.union(*(self.follows[identity] for identity in seen))

    # the order

    def _ordered(self) -> Iterator[str]:
        undo_of = {target: undo for undo, target in reversed(self.takes_back.items())}
        needs = {identity: set(follows & self.steps.keys()) for identity, follows in self.follows.items()}
        for target, undo in undo_of.items():
            needs[target] |= self._in_force_below(target, undo, undo_of)
        needed_by: dict[str, list[str]] = {identity: [] for identity in self.steps}
        for identity, others in needs.items():
            for other in others:
                needed_by[other].append(identity)
        missing = {identity: len(others) for identity, others in needs.items()}
        ready = {identity for identity, n in missing.items() if not n}
        cancelled = self.cancelled
        unfinished: list[str] = []  # what took back the changes that are made and not taken back yet
        while ready:
            candidates = ready
            if unfinished:
                candidates = ready & self._before[unfinished[-1]] or ready
            chosen = min(candidates, key=lambda identity: (identity not in cancelled, identity))
            ready.remove(chosen)
            if chosen in undo_of:
                unfinished.append(undo_of[chosen])
            elif chosen in unfinished:
                unfinished.remove(chosen)
            for identity in needed_by[chosen]:
                missing[identity] -= 1
                if not missing[identity]:
                    ready.add(identity)
            yield chosen

    def _in_force_below(self, target: str, undo: str, undo_of: Mapping[str, str]) -> set[str]:
        """Return what comes before a change that was taken back: all that was in force then, as it was the latest."""
        there = self._before[undo]
        pairs = {*undo_of.items(), *self.takes_back.items()}
        taken_back = {identity for identity, partner in pairs if identity in there and partner in there}
        return {other for other in there - taken_back - {undo, target} if target not in self._before[other]}

    def _arrange(self) -> None:
        """Give each change the names of its versions in this order, and leave out what another copy added, too."""
        recorded = Counter(step.change.after for step in self.steps.values())
        version, used = self.codebook.version, {self.codebook.version}
        added: dict[CodeId, Added] = {}  # and not taken back
        taken_back: set[str] = set()
        for n, identity in enumerate(self.order, start=1):
            change = self.steps[identity].change
            if isinstance(change, Added) and change.code.id in added:
                first = added[change.code.id]
                if are_one_addition(first, change):
                    self.made_twice += ((first, change),)
                    self._number_of[identity], self._names[identity] = len(self._kept), version
                    continue
            if isinstance(change, Undone) and self.takes_back[identity] in taken_back:  # in two copies
                self._number_of[identity], self._names[identity] = len(self._kept), version
                continue
            before, is_apart = version, len(self._before[identity]) < n
            version = change.after
            if is_apart or recorded[version] > 1 or version in used:
                version = joined_version(before, digest=_digest(self.order[:n]))
            used.add(version)
            arranged = replace(change, before=before, after=version, apart=is_apart)
            if isinstance(arranged, Undone):
                target = self.takes_back[identity]
                taken_back.add(target)
                arranged = replace(arranged, change=self._names.get(target, arranged.change))
                if target in self.steps and isinstance(undone := self.steps[target].change, Added):
                    added.pop(undone.code.id, None)
            elif isinstance(arranged, Added):
                added[arranged.code.id] = arranged
            self._kept.append((identity, arranged))
            self._number_of[identity], self._names[identity] = len(self._kept), version

    @property
    def arranged(self) -> Mapping[str, Change]:
        """Each change by its identity, without those that added a code that another copy had added, too."""
        return dict(self._kept)

    def states(self, recorded: Iterable[str]) -> Iterator[Codebook]:
        """Yield every codebook that a copy had in which the changes were recorded in this order."""
        yield from self.versions
        steps: list[Step] = []
        for identity in recorded if self.has_branches else ():
            if identity in self.steps:
                steps.append(self.steps[identity])
                with suppress(CodebookError):  # in the midst of what was merged in together
                    yield Lineage(self.codebook, steps).versions[-1]

    # what was made under some of the changes

    def under(self, version: str) -> _Ids:
        """Return the latest changes of a version, by its name in this order; empty for the one before all changes."""
        if version not in self._under:
            numbers = {codebook.version: number for number, codebook in enumerate(self.versions)}
            number = numbers.get(version, 0)
            until = (identity for identity in self.order if number and self._number_of[identity] <= number)
            self._under[version] = self.latest(frozenset(until))
        return self._under[version]

    def change_to(self, version: str) -> str | None:
        """Return the identity of the change that led to a version; None if there is none."""
        return next((identity for identity, change in self._kept if change.after == version), None)

    def name_of(self, identity: str) -> str | None:
        """Return the name of the version that came of a change; None if it is not known."""
        return self._names.get(identity)

    def place(self, under: _Ids, *, by: str | None = None) -> Place:
        """
        Return the place of what was made under these changes.

        Parameters
        ----------
        under : frozenset of str
            The changes.
        by : str or None, default None
            Who made it: codes that others alone give do not concern it. None for somebody who has none.
        """
        if (under, by) not in self._places:
            self._places[under, by] = self._place(under, by)
        return self._places[under, by]

    def _place(self, under: _Ids, by: str | None) -> Place:
        seen = self.seen(under)
        number = max((self._number_of[identity] for identity in seen), default=0)
        cancelled = self.cancelled
        there = self.added(seen)  # a code that was added in two copies was known in both
        unseen = tuple(
            change
            for identity, change in self._kept[:number]
            if identity not in seen
            and identity not in cancelled
            and not (isinstance(change, Added) and change.code.id in there)
            and (by is None or self._concerns(change, by))
        )
        return Place(number, unseen)

    def _concerns(self, change: Change, coder: str) -> bool:
        if not isinstance(change, Added | Renamed | Redefined | Retired):
            return True
        code = change.code.id if isinstance(change, Added) else change.code
        return self._owners.get(code, coder) == coder

    def added(self, seen: Iterable[str]) -> frozenset[CodeId]:
        """Return the codes that some of the changes added."""
        changes = (self.steps[identity].change for identity in seen)
        return frozenset(change.code.id for change in changes if isinstance(change, Added))

    def named(self, version: str) -> _Ids:
        """Return the change to a version by the name that it was recorded with; empty if there is none."""
        named = [identity for identity, step in self.steps.items() if version and step.change.after == version]
        return frozenset(named[-1:])

    def first_unseen(self, under: Iterable[str]) -> int:
        """Return the number of changes before the first that something was made without."""
        seen = self.seen(under)
        unseen = (max(self._number_of[identity] - 1, 0) for identity in self.order if identity not in seen)
        return min(unseen, default=len(self.changes))

    def codebook_of(self, under: _Ids) -> Codebook:
        """Return the codebook as it was in the copy in which only these changes, and those before them, were known."""
        if under not in self._codebooks:
            steps = [self.steps[identity] for identity in self.seen(under)]
            self._codebooks[under] = Lineage(self.codebook, steps).versions[-1]
        return self._codebooks[under]


def _digest(identities: Iterable[str]) -> str:
    return blake2b(" ".join(sorted(identities)).encode(), digest_size=3).hexdigest()
