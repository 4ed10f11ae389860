"""Codes that ended, and what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autocode.codebook._changes import Change, Merged, Retired, Retirement, Split
from autocode.codebook._evolution import codebook_versions
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.display import displayed
from autocode.frozen import FrozenMapping
from autocode.wording import listing


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCode:
    """
    A code that is no longer in the codebook.

    Attributes
    ----------
    code : Code
        The code as it was last.
    label : str
        Its name then, with its path where the name alone was not enough.
    change : Change
        The change with which it ended.
    successors : tuple of str
        What the codes are called, in the version in which it ended, that came in its place.
    """

    code: Code
    label: str
    change: Change
    successors: tuple[str, ...] = ()

    @property
    def what_became(self) -> str:
        """What became of the code, as in "since split into Staff and Rooms"."""
        match self.change:
            case Split():
                return f"since split into {listing(self.successors)}"
            case Merged():
                return f"since merged into {listing(self.successors)}"
            case Retired(how=Retirement.INTO):
                return f"since retired, its lines now {listing(self.successors)}"
            case Retired():
                return "since retired"
            case _:
                return "since taken back"

    def __str__(self) -> str:
        return f"{self.label}, {self.what_became}"


def ended_codes(codebook: Codebook, changes: Iterable[Change]) -> Mapping[CodeId, EndedCode]:
    """
    Return the codes that ended with changes of a codebook, by their ids, in the order in which they ended.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        The changes in order.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Merged, ended_codes
    >>> codebook = Codebook([Code(id="wait", name="Waiting"), Code(id="queue", name="Queues")])
    >>> merged = Merged(before="1", after="2", by="TW", codes=("queue",), into="wait")
    >>> print(ended_codes(codebook, [merged])["queue"])
    Queues, since merged into Waiting
    """
    made = tuple(changes)
    versions = codebook_versions(codebook, made)
    ended: dict[CodeId, EndedCode] = {}
    for change, before, after in zip(made, versions, versions[1:], strict=False):
        for code in before.values():
            if code.id not in after:
                ended.pop(code.id, None)
                successors = tuple(after.label(successor) for successor in _successors(change))
                ended[code.id] = EndedCode(code=code, label=before.label(code.id), change=change, successors=successors)
    return FrozenMapping({code: end for code, end in ended.items() if code not in versions[-1]})


def _successors(change: Change) -> tuple[CodeId, ...]:
    match change:
        case Split(parts=parts):
            return tuple(part.id for part in parts)
        case Merged(into=into):
            return (into,)
        case Retired(into=into) if into is not None:
            return (into,)
        case _:
            return ()
