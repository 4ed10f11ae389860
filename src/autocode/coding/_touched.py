"""The readings that changes of a codebook touched."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autocode.codebook import Change, Codebook, CodeId, Undone, codebook_versions, codes_concerned
from autocode.coding._codings import Codings
from autocode.coding._nouns import Coding
from autocode.coding._paradata import Proposal
from autocode.coding._people import CoderId
from autocode.coding._remapping import remapped
from autocode.display import displayed
from autocode.frozen import FrozenMapping


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedReadings:
    """
    The readings that one change of a codebook touched when it was made.

    Attributes
    ----------
    gave : mapping of CoderId to int
        How many readings of each coder had one of the codes that the change is about.
    unjudged : mapping of CoderId to int
        How many readings of each coder said something about a code, or about all codes there were, and do not any more.
    """

    gave: Mapping[CoderId, int]
    unjudged: Mapping[CoderId, int]


def touched_readings(
    codings: Codings, changes: Iterable[Change], *, codebook: Codebook, proposals: Iterable[Proposal] = ()
) -> tuple[TouchedReadings, ...]:
    """
    Return, for each change of a codebook, the readings made before it that it touched.

    Parameters
    ----------
    codings : Codings
        The judgements as they were made, each under its `version`.
    changes : iterable of Change
        All changes since `codebook`, in order.
    codebook : Codebook
        The codebook before the first change.
    proposals : iterable of Proposal, default empty
        The codes that coders proposed and did not take back.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Split
    >>> from autocode.coding import Coding, Codings, touched_readings
    >>> codebook = Codebook([Code(id="wait", name="Waiting")])
    >>> parts = (Code(id="queue", name="Queues"), Code(id="call", name="Calls"))
    >>> split = Split(before="1", after="2", by="TW", code="wait", parts=parts)
    >>> codings = Codings([Coding(line="GP1:2", coder="MO", codes=frozenset({"wait"}))])
    >>> touched, = touched_readings(codings, [split], codebook=codebook)
    >>> dict(touched.gave), dict(touched.unjudged)
    ({'MO': 1}, {'MO': 1})
    """
    made, proposed = tuple(changes), tuple(proposals)
    versions = codebook_versions(codebook, made)
    place_of = {version.version: place for place, version in enumerate(versions)} | {"": 0}
    place_of_change = {change.after: place for place, change in enumerate(made)}
    found = []
    for place, change in enumerate(made):
        earlier = Codings(coding for coding in codings if place_of[coding.version] <= place)
        before = remapped(earlier, made[:place], codebook=codebook, proposals=proposed)
        after = remapped(earlier, made[: place + 1], codebook=codebook, proposals=proposed)
        about = change
        if isinstance(change, Undone):
            about = made[place_of_change[change.change]]
        ids = _with_descendants(codes_concerned(about), versions[place])
        found.append(
            TouchedReadings(
                gave=_counts(coding for coding in before if coding.codes & ids),
                unjudged=_counts(then for now, then in zip(before, after, strict=True) if then.unjudged - now.unjudged),
            )
        )
    return tuple(found)


def _with_descendants(codes: Iterable[CodeId], codebook: Codebook) -> frozenset[CodeId]:
    known = [code for code in codes if code in codebook]
    return frozenset(known).union(*(codebook.descendants(code) for code in known if not codebook[code].codable))


def _counts(codings: Iterable[Coding]) -> Mapping[CoderId, int]:
    counts = Counter(coding.coder for coding in codings)
    return FrozenMapping({coder: counts[coder] for coder in sorted(counts)})
