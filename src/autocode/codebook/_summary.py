"""How often a codebook was changed, and who decided, in a few words."""

from collections.abc import Iterable

from autocode.arguments import no_single_text
from autocode.codebook._changes import Change, Undone
from autocode.wording import count_of, listing


@no_single_text
def changes_summary(changes: Iterable[Change]) -> str:
    """
    Return how many changes were recorded and who decided them, as a part of a sentence; an empty text for none.

    Parameters
    ----------
    changes : iterable of Change
        The changes, in order.

    Examples
    --------
    >>> from autocode.codebook import Renamed, Undone, changes_summary
    >>> renamed = Renamed(before="1", after="2", by="TW", code="wait", name="Waiting times")
    >>> changes_summary([renamed, Undone(before="2", after="3", by="MO", change="2")])
    '2 changes since version 1, decided by TW and MO; 1 takes another back'
    """
    made = tuple(changes)
    if not made:
        return ""
    people = listing(dict.fromkeys(change.by for change in made))
    undone = sum(isinstance(change, Undone) for change in made)
    back = f"; {undone} {'takes' if undone == 1 else 'take'} another back" if undone else ""
    return f"{count_of(len(made), 'change')} since version {made[0].before}, decided by {people}{back}"
