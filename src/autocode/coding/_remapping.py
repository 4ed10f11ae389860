"""What earlier judgements come to when the codebook changes: a replay that never changes a judgement as it was made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeGuard

from autocode.codebook import (
    Added,
    Change,
    Code,
    Codebook,
    CodeId,
    Merged,
    Redefined,
    Redefinition,
    Retired,
    Retirement,
    Split,
    Undone,
    codebook_versions,
    name_key,
)
from autocode.coding._codings import Codings
from autocode.coding._nouns import Basis, Coding
from autocode.coding._paradata import Proposal
from autocode.coding._people import CoderId
from autocode.errors import CodingError, Fault
from autocode.transcripts import LineId
from autocode.wording import listing


class _State(NamedTuple):
    """What a judgement says: the codes that apply, those it says nothing about, and the parts of split codes."""

    applied: frozenset[CodeId]
    unjudged: frozenset[CodeId]
    waiting_parts: frozenset[frozenset[CodeId]]


Causes = Mapping[CodeId, int]  # the change, by its place, since which a judgement says nothing about a code


def remapped(
    codings: Codings, changes: Iterable[Change], *, codebook: Codebook, proposals: Iterable[Proposal] = ()
) -> Codings:
    """
    Return what codings come to after changes of the codebook.

    A judgement says nothing about codes that did not exist when it was made. Each judgement is replayed through the
    changes since its `version`: after an addition it says nothing about the new code, unless that coder had proposed
    the code for the line; after a merge it has the code that stays if it had any of those merged; after a split it has
    none of the parts, or waits to be read again; what a change that was taken back did to earlier judgements is gone.
    A code that one coder alone gives does not concern the judgements of others: they do not have it, and do not wait.
    Once such codes are gathered into one of the team, this is new to all coders who had none of them.

    Parameters
    ----------
    codings : Codings
        The judgements as they were made, each under its `version`.
    changes : iterable of Change
        All changes since `codebook`, in order.
    codebook : Codebook
        The codebook before the first change. Codings without a version were made under it.
    proposals : iterable of Proposal, default empty
        The codes that coders proposed and did not take back. A proposal made after a code was added does not count.

    Returns
    -------
    Codings
        The same judgements with their codes, `unjudged` and `waiting_parts` in the version in force, which is the
        `version` of the collection.

    Raises
    ------
    CodebookError
        If a change is impossible, see `evolve`.
    CodingError
        If a coding has a version that the codebook never had, or a code that its version lacks, or if the codings were
        replayed already.

    Examples
    --------
    >>> from autocode.codebook import Added, Code, Codebook
    >>> from autocode.coding import Coding, Codings, remapped
    >>> codebook = Codebook([Code(id="wait", name="Waiting times")])
    >>> new = Added(before="1", after="2", by="TW", code=Code(id="fixers", name="Informal fixers"))
    >>> codings = Codings([Coding(line="GP1:2", coder="MO", codes=frozenset({"wait"}))])
    >>> [sorted(coding.unjudged) for coding in remapped(codings, [new], codebook=codebook)]
    [['fixers']]
    """
    if codings.version:
        raise CodingError(
            f"these codings were brought to version {codings.version!r} of the codebook already; replaying changes "
            "twice would misplace codes, so give the codings as they were made."
        )
    made = tuple(changes)
    versions = codebook_versions(codebook, made)
    _check(codings, versions)
    replay = Replay(made, versions, proposals)
    return codings.replayed(map(replay.of, codings), version=versions[-1].version)


def _check(codings: Codings, versions: Sequence[Codebook]) -> None:
    """Raise `CodingError` for versions that never were, and for codes that were not in theirs."""
    by_version = {known.version: frozenset(known) for known in versions} | {"": frozenset(versions[0])}
    faults = []
    for coding in codings:
        known = by_version.get(coding.version)
        if known is None:
            faults.append(
                Fault(
                    f"{coding.coder} judged the line {coding.line} under version {coding.version!r}, which the "
                    "codebook never had; correct the version."
                )
            )
        elif not (lacking := coding.codes | coding.unjudged) <= known:
            name = coding.version or versions[0].version
            faults.append(
                Fault(
                    f"{coding.coder} judged the line {coding.line} under version {name!r} of the codebook, which lacks "
                    f"{listing(map(repr, sorted(lacking - known)))}; correct the version or the codes."
                )
            )
    CodingError.raise_if(faults)


class Replay:
    """The changes of a codebook, ready to be applied to judgements: equal ones are replayed once."""

    def __init__(self, changes: Sequence[Change], versions: Sequence[Codebook], proposals: Iterable[Proposal]) -> None:
        self._changes = changes
        self._codable = [frozenset(code.id for code in known.subthemes) for known in versions]
        self._place_of = {known.version: place for place, known in enumerate(versions)} | {"": 0}
        self._place_of_change = {change.after: place for place, change in enumerate(changes)}
        self._undone_at = {change.change: place for place, change in enumerate(changes) if isinstance(change, Undone)}
        self._proposed = self._additions_proposed(proposals, versions)
        owners = {code.id: code.owner for known in versions for code in known.own_codes}
        self._own_codes = frozenset(owners)
        self._others_codes = {
            coder: frozenset(code for code, owner in owners.items() if owner != coder) for coder in owners.values()
        }
        new_codes = [(place, _new_code(change)) for place, change in enumerate(changes)]
        self._place_of_code = {code.id: place for place, code in new_codes if code is not None}
        self._cached: dict[object, tuple[_State, Causes]] = {}

    def _additions_proposed(
        self, proposals: Iterable[Proposal], versions: Sequence[Codebook]
    ) -> Mapping[tuple[CoderId, LineId], frozenset[int]]:
        """Return the places of the additions of a code that each coder had proposed for each line."""
        proposals = tuple(proposals)
        if not proposals:
            return {}
        additions: dict[str, list[tuple[int, frozenset[str | None]]]] = {}
        for place, change in enumerate(self._changes):
            if (new := _new_code(change)) is not None:
                name = name_key(new.name)
                owners = frozenset(code.owner for code in versions[place].values() if name_key(code.name) == name)
                additions.setdefault(name, []).append((place, owners))
                if owners:
                    # beside a code of the same name, only the path says which of the two a coder had meant
                    path = name_key(versions[place + 1].path(new.id))
                    additions.setdefault(path, []).append((place, frozenset()))
        proposed: dict[tuple[CoderId, LineId], frozenset[int]] = {}
        for proposal in proposals:
            for place, owners in additions.get(name_key(proposal.name), ()):
                # of the own codes of others, a coder knew nothing
                if owners.isdisjoint((None, proposal.coder)) and self._precedes(proposal, place):
                    key = (proposal.coder, proposal.line)
                    proposed[key] = proposed.get(key, frozenset()) | {place}
        return proposed

    def _precedes(self, proposal: Proposal, place: int) -> bool:
        """Whether a proposal was made before a change, of which a page may not have known yet."""
        if proposal.version in self._place_of and proposal.version:
            return self._place_of[proposal.version] <= place
        added_at = self._changes[place].at
        return proposal.at is None or added_at is None or proposal.at <= added_at

    def of(self, coding: Coding) -> Coding:
        """Return a coding in the codes of the version in force; the coding itself where nothing changes."""
        return self.with_causes(coding, {})[0]

    def with_causes(self, coding: Coding, known: Causes) -> tuple[Coding, Causes]:
        """Return a coding in the codes of the version in force, and since when it says nothing about a code.

        `known` are the causes of what the coding as it was made says nothing about; for other such codes, it is the
        latest change of the code before it.
        """
        start = self._place_of[coding.version]
        # what is adjudicated was decided between readings, and is not the proposal of one coder
        proposed: frozenset[int] = frozenset()
        if coding.basis is not Basis.ADJUDICATED:
            proposed = self._proposed.get((coding.coder, coding.line), proposed)
        before = _State(coding.codes, coding.unjudged, coding.waiting_parts)
        others_codes = self._others_codes.get(coding.coder, self._own_codes)
        causes = {code: known.get(code, self._latest_about(code, start)) for code in coding.unjudged}
        key = (start, before, proposed, tuple(sorted(causes.items())), others_codes)
        if key not in self._cached:
            self._cached[key] = self._replayed(before, causes, start, proposed, others_codes)
        after, causes_after = self._cached[key]
        if after == before:
            return coding, causes_after
        brought = replace(coding, codes=after.applied, unjudged=after.unjudged, waiting_parts=after.waiting_parts)
        return brought, causes_after

    def _latest_about(self, code: CodeId, end: int) -> int:
        """Return the place of the latest of the first `end` changes that brought a code or gave it another meaning."""
        codes, joined = {code}, 0
        for place in reversed(range(end)):
            change = self._changes[place]
            if (ending := joined_codes(change)) and code_asked_for(change) in codes:
                codes |= ending
                joined = joined or place
            elif any(_is_about(change, known) for known in codes):
                is_gathered = code not in self._own_codes and self._is_own(place)
                return self._place_of_code.get(code, joined) if is_gathered else place
        return joined

    def _is_own(self, place: int) -> bool:
        """Return whether a change brought or widened a code that only one coder gives."""
        change = self._changes[place]
        return leaves_most_open(change) and code_asked_for(change) in self._own_codes

    def _replayed(
        self, state: _State, causes: Causes, start: int, proposed: frozenset[int], others_codes: frozenset[CodeId]
    ) -> tuple[_State, Causes]:
        """Return what a judgement made after the first `start` changes comes to, without the own codes of others."""
        earlier: list[tuple[_State, Causes]] = []
        for place in range(start, len(self._changes)):
            change = self._changes[place]
            before = state
            if not isinstance(change, Undone):
                earlier.append((state, causes))
                known = self._known_from_own_code(place, causes, others_codes)
                state = state._replace(unjudged=state.unjudged - known)
                if isinstance(change, Merged) and others_codes.issuperset(change.codes):
                    state = state if change.new is None else _came(state, change.new, is_proposed=place in proposed)
                else:
                    state = self._changed(state, change, place, is_proposed=place in proposed)
                state = _of_one_coder(state, others_codes)
                causes = self._causes_after(causes, before, state, place)
                continue
            # only the latest change in force can be undone, so states come back in the reverse order
            undone = self._place_of_change[change.change]
            if undone >= start:
                state, causes = earlier.pop()
            else:
                state = _of_one_coder(self._reversed(state, self._changes[undone], undone), others_codes)
                causes = self._causes_after(causes, before, state, place)
        return state, causes

    def _known_from_own_code(self, place: int, causes: Causes, others_codes: frozenset[CodeId]) -> frozenset[CodeId]:
        """Return a code that was gathered from the own codes of others alone, where now the first of this coder joins.

        It is to the coder what it would be if all had been gathered at once, in whatever order they were.
        """
        into = code_asked_for(self._changes[place])
        if into is None or into not in causes:
            return frozenset()
        own_codes = self._own_codes - others_codes
        gathered, *between = self._changes[causes[into] : place]
        joins = [
            change
            for change in (gathered, *between, self._changes[place])
            if code_asked_for(change) == into and self._undone_at.get(change.after, place) >= place
        ]
        *earlier, now = [bool(joined_codes(change) & own_codes) for change in joins]
        is_first = now and not any(earlier)
        return frozenset({into} if is_first and isinstance(gathered, Merged) and gathered in joins else ())

    def _causes_after(self, causes: Causes, before: _State, after: _State, place: int) -> Causes:
        """Return since which change a judgement says nothing about each code, after the change at a place."""
        if after.unjudged == before.unjudged == frozenset():
            return {}
        change = self._changes[place]
        origins = (
            _origins_taken_back(self._changes[self._place_of_change[change.change]])
            if isinstance(change, Undone)
            else _origins(change)
        )
        found = {}
        for code in after.unjudged:
            sources = origins.get(code, frozenset({code})) & causes.keys()
            found[code] = max((causes[source] for source in sources), default=place)
            if code not in self._own_codes and self._is_own(found[code]):
                # for a code of the team, the same lines are drawn for all coders
                found[code] = self._place_of_code.get(code, place)
            if is_widened(change) and change.code == code and leaves_most_open(self._changes[found[code]]):
                found[code] = place  # lines never read for the code are drawn anew for its wider meaning
        return found

    def _changed(self, state: _State, change: Change, place: int, *, is_proposed: bool) -> _State:
        if self._of_theme(change, place):
            return state
        if isinstance(change, Added):
            return _came(state, change.code, is_proposed=is_proposed)
        if isinstance(change, Retired):
            return _retired(state, change, left=self._codable[place + 1])
        forward = _FORWARD.get(type(change))
        return state if forward is None else forward(state, change)

    def _reversed(self, state: _State, change: Change, place: int) -> _State:
        """Return what a judgement that was made after a change comes to when the change is taken back."""
        backward = _BACKWARD.get(type(change))
        return state if backward is None or self._of_theme(change, place) else backward(state, change)

    def _of_theme(self, change: Change, place: int) -> bool:
        """Whether a change is about a theme, which no line is given."""
        return isinstance(change, Redefined | Retired) and change.code not in self._codable[place]


def is_widened(change: Change) -> TypeGuard[Redefined]:
    """Return whether a change widens the meaning of a code."""
    return isinstance(change, Redefined) and change.kind is Redefinition.WIDENED


def leaves_most_open(change: Change) -> bool:
    """
    Return whether a change leaves open most lines read before, of which only some are drawn to be read again.

    Codes that are joined leave lines open since the first of these changes, and since they were joined if one coder
    alone gave them before.

    Parameters
    ----------
    change : Change
        The change.
    """
    return isinstance(change, Added) or is_widened(change) or bool(joined_codes(change))


def is_read_whole(change: Change) -> bool:
    """Return whether lines that had only the code of a change are read as if anew."""
    return isinstance(change, Retired) and change.into is None


def code_asked_for(change: Change) -> CodeId | None:
    """
    Return the code that a change made new, gave another meaning or made of others; None for other changes.

    Parameters
    ----------
    change : Change
        The change.
    """
    if isinstance(change, Added):
        return change.code.id
    if isinstance(change, Merged | Retired):
        return change.into
    return change.code if isinstance(change, Redefined) else None


def joined_codes(change: Change) -> frozenset[CodeId]:
    """Return the codes that end because their lines get another one."""
    if isinstance(change, Merged):
        return frozenset(change.codes)
    return frozenset({change.code}) if isinstance(change, Retired) and change.into is not None else frozenset()


def _new_code(change: Change) -> Code | None:
    if isinstance(change, Added):
        return change.code
    return change.new if isinstance(change, Merged) else None


def _is_about(change: Change, code: CodeId) -> bool:
    if isinstance(change, Redefined):
        return change.code == code and change.kind is not Redefinition.CLARIFIED
    return (isinstance(change, Added) and change.code.id == code) or code in _origins(change)


def _origins(change: Change) -> Mapping[CodeId, frozenset[CodeId]]:
    """Return which codes before a change each code after it comes from, where these are not the same."""
    if (ending := joined_codes(change)) and (into := code_asked_for(change)) is not None:
        return {into: ending | {into}}
    if isinstance(change, Split):
        return {part.id: frozenset({change.code}) for part in change.parts}
    return {}


def _origins_taken_back(change: Change) -> Mapping[CodeId, frozenset[CodeId]]:
    """Return the same for a change that is taken back."""
    if isinstance(change, Merged):
        return dict.fromkeys((*change.codes, change.into), frozenset({change.into}))
    if isinstance(change, Retired) and change.into is not None:
        return dict.fromkeys((change.code, change.into), frozenset({change.into}))
    if isinstance(change, Split):
        return {change.code: frozenset(part.id for part in change.parts)}
    return {}


def _came(state: _State, code: Code, *, is_proposed: bool) -> _State:
    """Return a judgement that was made before there was a code, and has it only if its coder had proposed it."""
    if not code.codable:
        return state
    new = frozenset({code.id})
    if is_proposed:
        return state._replace(applied=state.applied | new)
    return state._replace(unjudged=state.unjudged | new)


def _of_one_coder(state: _State, others_codes: frozenset[CodeId]) -> _State:
    """Return a judgement that neither has nor waits for the own codes of other coders."""
    if state.unjudged.isdisjoint(others_codes) and state.applied.isdisjoint(others_codes):
        return state
    waiting = frozenset(group - others_codes for group in state.waiting_parts)
    return _State(state.applied - others_codes, state.unjudged - others_codes, waiting - {frozenset()})


def _redefined(state: _State, change: Redefined) -> _State:
    return _doubted(
        state,
        change.code,
        given=change.kind in (Redefinition.NARROWED, Redefinition.CHANGED),
        not_given=change.kind in (Redefinition.WIDENED, Redefinition.CHANGED),
    )


def _doubted(state: _State, code: CodeId, *, given: bool, not_given: bool) -> _State:
    """Return a judgement that says nothing about a code any more, where it was given or where it was not."""
    if given:  # a coder who gave the whole of a split code may no longer mean this part
        state = state._replace(waiting_parts=frozenset(group for group in state.waiting_parts if code not in group))
    if given if code in state.applied else not_given:
        state = state._replace(applied=state.applied - {code}, unjudged=state.unjudged | {code})
    return state


def _merged(state: _State, change: Merged) -> _State:
    return _joined(state, frozenset(change.codes), change.into)


def _joined(state: _State, parts: frozenset[CodeId], whole: CodeId) -> _State:
    """Return a judgement in which codes became one: 1 if any is 1, else not judged if any is not, else 0."""
    parts |= {whole}
    joined = frozenset({whole})
    is_applied = not state.applied.isdisjoint(parts)
    is_unjudged = not is_applied and not state.unjudged.isdisjoint(parts)
    waiting = {group for group in state.waiting_parts if group.isdisjoint(parts)}
    if not is_applied:  # where a part applies, its group waits no more
        waiting |= {group - parts | joined for group in state.waiting_parts - waiting}
    return _State(
        applied=state.applied - parts | (joined if is_applied else frozenset()),
        unjudged=state.unjudged - parts | (joined if is_unjudged else frozenset()),
        waiting_parts=frozenset(waiting),
    )


def _split(state: _State, change: Split) -> _State:
    return _parted(state, change.code, frozenset(part.id for part in change.parts))


def _parted(state: _State, whole: CodeId, parts: frozenset[CodeId]) -> _State:
    """Return a judgement in which a code became several: where it was given, its parts wait to be read again."""
    was = frozenset({whole})
    if whole in state.applied:
        waiting = state.waiting_parts | {parts}
        return _State(state.applied - was, state.unjudged | parts, waiting)
    if whole in state.unjudged:
        waiting = frozenset(group - was | parts if whole in group else group for group in state.waiting_parts)
        return _State(state.applied, state.unjudged - was | parts, waiting)
    return state


def _retired(state: _State, change: Retired, *, left: frozenset[CodeId]) -> _State:
    if change.into is not None:
        return _joined(state, frozenset({change.code}), change.into)
    if change.how is Retirement.READ_AGAIN and state.applied == {change.code}:
        return _State(frozenset(), left, frozenset())
    return _without(state, change.code)


def _without(state: _State, code: CodeId) -> _State:
    """Return a judgement without a code; whether other parts of the same code apply cannot be known any more."""
    return _State(
        state.applied - {code},
        state.unjudged - {code},
        frozenset(group for group in state.waiting_parts if code not in group),
    )


def _un_redefined(state: _State, change: Redefined) -> _State:
    # to take back a narrowing is a widening, and the other way round
    return _doubted(
        state,
        change.code,
        given=change.kind in (Redefinition.WIDENED, Redefinition.CHANGED),
        not_given=change.kind in (Redefinition.NARROWED, Redefinition.CHANGED),
    )


def _un_merged(state: _State, change: Merged) -> _State:
    was_there = frozenset({change.into}) if change.new is None else frozenset()
    return _parted(state, change.into, was_there | frozenset(change.codes))


def _un_split(state: _State, change: Split) -> _State:
    return _joined(state, frozenset(part.id for part in change.parts), change.code)


def _un_retired(state: _State, change: Retired) -> _State:
    if change.into is not None:
        return _parted(state, change.into, frozenset({change.code, change.into}))
    return state._replace(unjudged=state.unjudged | {change.code})


_FORWARD: Mapping[type, Callable[[_State, Any], _State]] = {Redefined: _redefined, Merged: _merged, Split: _split}
_BACKWARD: Mapping[type, Callable[[_State, Any], _State]] = {
    Added: lambda state, change: _without(state, change.code.id),
    Redefined: _un_redefined,
    Merged: _un_merged,
    Split: _un_split,
    Retired: _un_retired,
}
