"""What two copies of a study made apart, in words: how it was joined, or why it cannot be, and what to do."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from autocode.codebook import Added, Change
from autocode.errors import Fault
from autocode.journal import Journal
from autocode.study._folder import is_study
from autocode.study._samples import drawn_with_one_seed
from autocode.wording import count_of, listing

_SHOWN = 12  # changes of one copy that a plan names; check and history have them all


def joined_codebooks(mine: Journal, theirs: Journal, *, here: Path, there: Path) -> tuple[str, ...]:
    """
    Return what was changed in each of two copies that become one; nothing if only one was changed.

    Parameters
    ----------
    mine, theirs : Journal
        The journals of the two before the merge.
    here, there : Path
        The two copies.
    """
    branches = mine.branches(theirs)
    if branches is None:
        return ()
    own_twice = Counter(owner for _, other in branches.made_twice if (owner := _owner_of(other.change)))
    twice = [
        f"- One code was made in both: {other.sentence}, and {apart.sentence}. It is one code now, with the judgements "
        "of both; split it if two things were meant."
        for apart, other in branches.made_twice
        if _owner_of(other.change) is None
    ]
    twice += [
        f"- {owner} made {count_of(n, 'own code')} of the same name in both; {'it is' if n == 1 else 'each is'} one "
        "code now, with the judgements of both."
        for owner, n in own_twice.items()
    ]
    return (
        f"The codebook was changed in both since version {branches.since}. No change contradicts another, so that all "
        f"are in force, as version {branches.together}; judgements made without a change are brought to it as earlier "
        "ones are:",
        *(
            sentence
            for path, changes in ((there, branches.there), (here, branches.here))
            for sentence in _listed([(apart.change, apart.sentence, apart.taken_back) for apart in changes], path)
        ),
        *twice,
    )


def _owner_of(change: Change) -> str | None:
    """Return whose own code a change adds; None for other changes."""
    return change.code.owner if isinstance(change, Added) else None


def _listed(changes: Sequence[tuple[Change, str, bool]], path: Path) -> Iterator[str]:
    # the names of own codes are for their coder alone, and anybody may be the one who merges
    own = Counter(owner for change, _, _ in changes if (owner := _owner_of(change)))
    for owner, n in own.items():
        yield f"- in {path}, {owner} made {count_of(n, 'own code')}"
    others = [(sentence, taken_back) for change, sentence, taken_back in changes if _owner_of(change) is None]
    for sentence, taken_back in others[:_SHOWN]:
        yield f"- in {path}, {sentence}{' (nothing is left of it)' if taken_back else ''}"
    if len(others) > _SHOWN:
        more = count_of(len(others) - _SHOWN, "change")
        yield f"- and {more} more in {path}, which autocode codebook history names"


def renamed_samples(
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
    drawn_there = {names[identity] for identity in theirs.keys() - mine.keys()} - {names[identity] for identity in mine}
    samples = journal.samples()
    for sample in samples:
        if sample.name in drawn_there and (same := drawn_with_one_seed(sample, samples)):
            yield (
                f"{sample.name} and {listing(same)} were drawn from the same lines with the same seed, so that no "
                "estimate can use both: end one of them with autocode samples STUDY --end NAME."
            )


def contradictions(mine: Journal, theirs: Journal, *, here: Path, there: Path) -> Iterator[Fault]:
    """
    Yield what was changed in each of two copies, what contradicts what, and the commands after which a merge succeeds.

    Parameters
    ----------
    mine, theirs : Journal
        The journals of the two.
    here, there : Path
        The two copies.
    """
    branches = mine.branches(theirs)
    if branches is None or branches.together:
        return
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
        f"choose which of them stay. Either {'; or '.join(ways)}. Then merge again, and make anew what is still "
        "wanted; it is planned first. Lines that were given a code whose addition is taken back are to be read again "
        "for it.",
        there,
    )
