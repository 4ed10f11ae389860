"""Codebooks that were changed in two copies of a study apart, in words: what was joined, or what to do."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

from autocode.errors import Fault
from autocode.journal import ChangeApart, CodebookBranches, Journal
from autocode.study._folder import is_study
from autocode.wording import count_of

_SHOWN = 12  # changes of one copy that a plan names; check and history have them all


def joined(branches: CodebookBranches, journal: Journal, *, here: Path, there: Path) -> Iterator[str]:
    """
    Yield what was changed in each of two copies that became one, and what came of it; nothing if only one was changed.

    Parameters
    ----------
    branches : CodebookBranches
        What the two changed.
    journal : Journal
        The journal after the merge.
    here, there : Path
        The two copies.
    """
    if not (branches.here and branches.there):
        return
    _, changes = journal.codebook_history()
    yield (
        f"The codebook was changed in both since version {branches.since}. No change contradicts another, so that all "
        f"are in force, as version {changes[-1].after}; judgements made without a change are brought to it like earlier "
        "ones:"
    )
    yield from _listed(branches.there, there)
    yield from _listed(branches.here, here)
    for mine, theirs in branches.made_twice:
        yield (
            f"- One code was made in both: {theirs.sentence}, and {mine.sentence}. It is one code now, with the "
            "judgements of both; split it if two things were meant."
        )


def _listed(changes: Sequence[ChangeApart], path: Path) -> Iterator[str]:
    for apart in changes[:_SHOWN]:
        yield f"- in {path}, {apart.sentence}{' (nothing is left of it)' if apart.taken_back else ''}"
    if len(changes) > _SHOWN:
        more = count_of(len(changes) - _SHOWN, "change")
        yield f"- and {more} more in {path}, which autocode codebook history names"


def contradictions(branches: CodebookBranches, *, here: Path, there: Path) -> Iterator[Fault]:
    """
    Yield what was changed in each of two copies, what contradicts what, and the commands after which a merge succeeds.

    Parameters
    ----------
    branches : CodebookBranches
        What the two changed.
    here, there : Path
        The two copies.
    """
    yield from branches.faults()
    ways = []
    for path, is_there in ((there, True), (here, False)):
        n = branches.to_take_back(there=is_there)
        if n is not None and is_study(path):
            times = "once" if n == 1 else f"{n} times"
            ways.append(
                f"in {path}, take back the latest {count_of(n, 'change')}: autocode codebook undo {quote(str(path))} "
                f"--by YOU --why REASON ({times})"
            )
    if not ways:
        ways.append("take the changes back in one of the two, latest first, in a study and not in its journal alone")
    yield Fault(
        f"choose which of them stay. Either {'; or '.join(ways)}. Then merge again, and make anew what is still wanted; "
        "it is planned first. Lines that were given a code whose addition is taken back are to be read again for it.",
        there,
    )
