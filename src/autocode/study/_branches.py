"""What two copies of a study made apart, in words: how it was joined, or why it cannot be, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from autocode.errors import Fault
from autocode.journal import ChangeApart, CodebookBranches, Journal
from autocode.study._folder import is_study
from autocode.study._samples import drawn_alike
from autocode.wording import count_of, listing

_SHOWN = 12  # changes of one copy that a plan names; check and history have them all


def joined_codebooks(branches: CodebookBranches, journal: Journal, *, here: Path, there: Path) -> Iterator[str]:
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


def samples_told_apart(
    mine: Mapping[str, str], theirs: Mapping[str, str], journal: Journal, *, here: Path, there: Path
) -> Iterator[str]:
    """
    Yield which samples are called otherwise from now on, as both copies had one of that name, or one of that seed.

    Parameters
    ----------
    mine, theirs : mapping of str to str
        The names of the samples of each copy before the merge, by the identities of their entries.
    journal : Journal
        The journal after the merge.
    here, there : Path
        The two copies.
    """
    names = journal.sample_names()
    for path, before in ((there, theirs), (here, mine)):
        for identity, name in before.items():
            if names[identity] != name:
                yield f"Both copies had a sample {name}: that of {path} is {names[identity]} from now on."
    drawn_there = {names[identity] for identity in theirs.keys() - mine.keys()} - {
        names[identity] for identity in mine
    }
    samples = journal.samples()
    for sample in samples:
        if sample.name in drawn_there and (same := drawn_alike(sample, samples)):
            yield (
                f"{sample.name} and {listing(same)} were drawn from the same lines with the same seed, so that no "
                "estimate can use both: end one of them with autocode samples STUDY --end NAME."
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
