"""What two copies of a study changed in its codebook apart from each other, and whether all of it can be in force."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autocode.codebook import Change, Undone, are_one_addition, changes_in_words, contradict
from autocode.errors import CodebookError, Fault, StudyError
from autocode.journal._lineage import Lineage
from autocode.wording import count_of

_WITHOUT_PLACE = """
    SELECT count(*) FROM entries WHERE kind IN ('coding', 'proposal', 'codebook')
    AND coalesce(json_extract(payload, '$.version'), json_extract(payload, '$.before')) = ?
    AND json_extract(payload, '$.what') IS NOT 'seen'
    AND coalesce(json_extract(payload, '$.under'), json_extract(payload, '$.follows')) IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApart:
    """
    A change of the codebook that only one of two copies has.

    Attributes
    ----------
    change : Change
        The change.
    sentence : str
        What it did, with the names of codes, and when.
    taken_back : bool
        Whether it was taken back in its copy, or takes such a change back.
    """

    change: Change
    sentence: str
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookBranches:
    """
    How the codebook was changed in two copies since they were one.

    Attributes
    ----------
    paths : tuple of (Path, Path)
        The two journals: this one and the other.
    since : str
        The latest version that both have.
    here, there : tuple of ChangeApart
        What only this copy, and only the other, changed.
    contradictions : tuple of (ChangeApart, ChangeApart)
        Changes here and there of which only one can be in force.
    made_twice : tuple of (ChangeApart, ChangeApart)
        Additions of the same code here and there: it is one code.
    together : str
        The version in which all of them are in force; empty if they cannot be.
    impossible : str
        Why the changes cannot be made one after the other although no two contradict each other; empty if they can.
    names_in_both : tuple of str
        The names that each copy gave to a version of its own.
    """

    paths: tuple[Path, Path]
    since: str
    here: tuple[ChangeApart, ...]
    there: tuple[ChangeApart, ...]
    contradictions: tuple[tuple[ChangeApart, ChangeApart], ...]
    made_twice: tuple[tuple[ChangeApart, ChangeApart], ...]
    together: str
    impossible: str
    names_in_both: tuple[str, ...]

    def to_take_back(self, *, there: bool) -> int | None:
        """
        Return how many changes of one copy have to be taken back, latest first, so that all others fit.

        Parameters
        ----------
        there : bool
            Whether in the other copy; else in this one.

        Returns
        -------
        int or None
            None if that is not possible there: what was taken back is not brought back by an undo.
        """
        changes = self.there if there else self.here
        in_force = [apart for apart in changes if not apart.taken_back]
        if any(isinstance(apart.change, Undone) for apart in in_force):
            return None
        if self.impossible:
            return len(in_force)
        found = [pair[there] for pair in self.contradictions]
        return len(in_force) - min((in_force.index(apart) for apart in found), default=len(in_force))

    def faults(self) -> Iterator[Fault]:
        """Yield what was changed in each copy, and what contradicts what; nothing if all can be in force together."""
        if self.together:
            return
        mine, theirs = self.paths
        yield Fault(
            f"has a codebook that was changed here and in {mine} since version {self.since!r}, and not all of the "
            "changes can be in force together, so nothing was taken.",
            theirs,
        )
        for path, other, changes, side in ((theirs, mine, self.there, 1), (mine, theirs, self.here, 0)):
            for apart in changes:
                against = [pair[1 - side].sentence for pair in self.contradictions if pair[side] is apart]
                if against:
                    contradiction = "; and that ".join(against)
                    yield Fault(f"{apart.sentence}, which contradicts that, in {other}, {contradiction}.", path)
                elif apart.taken_back:
                    yield Fault(f"{apart.sentence}, of which nothing is left.", path)
                else:
                    yield Fault(f"{apart.sentence}, which contradicts nothing.", path)
        if self.impossible:
            yield Fault(f"one after the other, they cannot be made: {self.impossible}", theirs)


def codebook_branches(
    here: Lineage | None, there: Lineage | None, *, paths: tuple[Path, Path]
) -> CodebookBranches | None:
    """Return how two copies of a codebook were changed apart; None unless each has changes that the other lacks."""
    if here is None or there is None or not (here.steps.keys() - there.steps) or not (there.steps.keys() - here.steps):
        return None
    mine, theirs = _private(here, there), _private(there, here)
    twice, contradictions = [], []
    for identity, apart in mine.items():
        for other_identity, other in theirs.items():
            if apart.taken_back or other.taken_back:
                continue
            undone = here.takes_back.get(identity)
            if undone is not None and undone == there.takes_back.get(other_identity):
                continue  # both took back the same change
            if contradict(apart.change, other.change):
                contradictions.append((apart, other))
            elif are_one_addition(apart.change, other.change):
                twice.append((apart, other))
    together = impossible = ""
    if not contradictions:
        try:
            together = Lineage(here.codebook, [*(here.steps | there.steps).values()]).versions[-1].version
        except CodebookError as error:
            impossible = str(error)
    common = [identity for identity in here.order if identity in there.steps]
    return CodebookBranches(
        paths=paths,
        since=(here.name_of(common[-1]) if common else None) or here.codebook.version,
        here=tuple(mine.values()),
        there=tuple(theirs.values()),
        contradictions=tuple(contradictions),
        made_twice=tuple(twice),
        together=together,
        impossible=impossible,
        names_in_both=tuple(sorted(_names(here, there) & _names(there, here))),
    )


def _names(lineage: Lineage, other: Lineage) -> set[str]:
    return {step.change.after for identity, step in lineage.steps.items() if identity not in other.steps}


def _private(lineage: Lineage, other: Lineage) -> dict[str, ChangeApart]:
    """Return the changes that only one copy has, by their identities, in their order."""
    sentences = changes_in_words(lineage.codebook, lineage.changes)
    found = {}
    cancelled = {
        identity for pair in lineage.takes_back.items() for identity in pair if other.steps.keys().isdisjoint(pair)
    }
    for sentence, (identity, change) in zip(sentences, lineage.arranged.items(), strict=True):
        if identity not in other.steps:
            when = "" if change.at is None else f" on {change.at:%Y-%m-%d %H:%M} UTC"
            found[identity] = ChangeApart(change=change, sentence=f"{sentence}{when}", taken_back=identity in cancelled)
    return found


def refuse_entries_without_place(connection: sqlite3.Connection, versions: Iterable[str], path: Path) -> None:
    """Raise a `StudyError` if entries name one of these versions, and nothing else that says which it was."""
    for version in versions:
        (n,) = connection.execute(_WITHOUT_PLACE, (version,)).fetchone()
        if n:
            raise StudyError.at(
                path,
                f"has {count_of(n, 'entry', plural='entries')} of an older autocode under version {version!r} of the "
                "codebook, and another copy has another version of that name, so it cannot be said which is meant. "
                "Export the codings of one copy, and add them to the other as a table.",
            )
