"""The correction of a transcript that was coded, and what became of its lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from autocode.arguments import no_single_text
from autocode.display import displayed
from autocode.transcripts import LineId, TranscriptId
from autocode.wording import count_of

T = TypeVar("T")


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """
    Lines that changed much or were cut otherwise, and the lines in their place, which are to be read again.

    Attributes
    ----------
    before : tuple of LineId
        The lines that are no more; empty where lines were inserted.
    after : tuple of LineId
        The lines in their place; empty where lines were taken out.
    """

    before: tuple[LineId, ...]
    after: tuple[LineId, ...]


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """
    A correction of a transcript after it was coded: who made it, why, and which lines are the same ones.

    Attributes
    ----------
    transcript : TranscriptId
        The transcript.
    before, after : str
        Its digest before and after the correction.
    lines : tuple of LineId
        The ids of its lines after the correction, in order. A line that stayed the same one keeps its id; an id that
        was given up is not given to other words.
    fingerprints : tuple of str
        The fingerprint of each of these lines, see `fingerprints_of`; the words themselves are not kept.
    changed : tuple of LineId
        Lines that stayed the same ones though some of their words changed.
    replaced : tuple of Replacement
        Lines that are no more, and those in their place.
    by : str
        Who made the correction.
    reason : str
        Why.
    at : datetime or None, default None
        When; None if unknown.
    """

    transcript: TranscriptId
    before: str
    after: str
    lines: tuple[LineId, ...]
    fingerprints: tuple[str, ...]
    changed: tuple[LineId, ...]
    replaced: tuple[Replacement, ...]
    by: str
    reason: str
    at: datetime | None = None

    def __str__(self) -> str:
        n_new = sum(len(replacement.after) for replacement in self.replaced)
        return (
            f"{self.transcript} amended by {self.by} ({self.reason}): {count_of(len(self.changed), 'line')} changed "
            f"a little, {count_of(n_new, 'line')} to read"
        )


class LineChanges:
    """
    What became of lines through amendments, one after the other.

    Parameters
    ----------
    amendments : iterable of Amendment
        The amendments, oldest first.

    Attributes
    ----------
    retired : frozenset of LineId
        Lines that are no more: what was coded on them is set aside, and counts again if they come back.
    to_read : frozenset of LineId
        Lines that took the place of others.

    Examples
    --------
    >>> from autocode.conduct import Amendment, LineChanges, Replacement
    >>> cut = Amendment(
    ...     transcript="GP1", before="a", after="b", lines=("GP1:1", "GP1:2.1", "GP1:2.2"), fingerprints=(), changed=(),
    ...     replaced=(Replacement(before=("GP1:2",), after=("GP1:2.1", "GP1:2.2")),), by="TW", reason="two speakers",
    ... )
    >>> changes = LineChanges([cut])
    >>> changes.retired, changes.successors("GP1:2"), changes.successors("GP1:1")
    (frozenset({'GP1:2'}), ('GP1:2.1', 'GP1:2.2'), ('GP1:1',))
    """

    def __init__(self, amendments: Iterable[Amendment] = ()) -> None:
        self._successors: dict[LineId, tuple[LineId, ...]] = {}
        self._to_read: set[LineId] = set()
        for amendment in amendments:
            for replacement in amendment.replaced:
                self._replace(replacement)
        self.retired = frozenset(self._successors)
        self.to_read = frozenset(self._to_read)

    def _replace(self, replacement: Replacement) -> None:
        ended = set(replacement.before)
        for line, after in self._successors.items():
            if not ended.isdisjoint(after):
                kept = [new for old in after for new in (replacement.after if old in ended else (old,))]
                self._successors[line] = tuple(dict.fromkeys(kept))
        self._successors.update(dict.fromkeys(replacement.before, replacement.after))
        for line in replacement.after:
            self._successors.pop(line, None)
        self._to_read -= ended
        self._to_read.update(replacement.after)

    def successors(self, line: LineId) -> tuple[LineId, ...]:
        """
        Return the lines of today that stand where a line stood; the line itself if it is still there.

        Parameters
        ----------
        line : LineId
            The line, of today or of an earlier text.
        """
        return self._successors.get(line, (line,))

    def inherited(self, values: Mapping[LineId, T]) -> dict[LineId, T]:
        """
        Return values by the lines of today: a line in the place of others has the value of the first of them.

        Parameters
        ----------
        values : mapping of LineId to any
            A value for each line of an earlier text, in the order of the interviews.
        """
        found: dict[LineId, T] = {}
        for line, value in values.items():
            for successor in self.successors(line):
                found.setdefault(successor, value)
        return found
