"""The versions of a codebook as somebody counts them who does not see the own codes of others."""

from collections.abc import Iterable

from autocode.codebook._changes import Change, Undone
from autocode.codebook._difference import codes_concerned
from autocode.codebook._evolution import codebook_versions
from autocode.codebook._new_names import next_version
from autocode.codebook._nouns import Codebook


def versions_seen(codebook: Codebook, changes: Iterable[Change], *coders: str) -> tuple[str, ...]:
    """
    Return how each version of a codebook is named for coders, such that the name says nothing of others' own codes.

    A change of others' own codes alone is no new version for them, and later versions are numbered without it until no
    code is hidden from them any more.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        All its changes, in order.
    *coders : str
        The coders who look, whose own codes are seen.

    Raises
    ------
    CodebookError
        If a change is impossible.

    Examples
    --------
    >>> from autocode.codebook import Added, Code, Codebook, versions_seen
    >>> late, money = (Code(id=f"{who}/x", name="X", owner=who) for who in ("MO", "JB"))
    >>> changes = [
    ...     Added(before="1", after="2", by="MO", code=late),
    ...     Added(before="2", after="3", by="JB", code=money),
    ... ]
    >>> versions_seen(Codebook([]), changes, "JB")
    ('1', '1', '2')
    """
    made = tuple(changes)
    versions = codebook_versions(codebook, made)
    hidden = {code.id for known in versions for code in known.own_codes if code.owner not in coders}
    changes_to = {change.after: change for change in made}
    names = [codebook.version]
    differ = False
    for change, after in zip(made, versions[1:], strict=True):
        about = codes_concerned(changes_to[change.change] if isinstance(change, Undone) else change)
        if hidden.issuperset(about):
            names.append(names[-1])
            differ = True
            continue
        if hidden.isdisjoint(after) and change.after not in names:
            differ = False
        names.append(next_version(names[-1], names) if differ else change.after)
    return tuple(names)
