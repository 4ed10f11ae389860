"""The lines that a coder still has to see, in order."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.transcripts import Line, LineId, Role
from autocode.wording import count_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How far a coder has come.

    Attributes
    ----------
    done : int
        The number of lines that are judged.
    later : int
        The number of lines left for later.
    left : int
        The number of lines that the coder has not seen.
    """

    done: int
    later: int
    left: int

    @property
    def total(self) -> int:
        """The number of lines to judge, done or not."""
        return self.done + self.later + self.left

    def __str__(self) -> str:
        return f"{self.done} of {count_of(self.total, 'line')} decided, {self.later} left for later"


class Queue:
    """
    The participants' lines that a coder has not judged, in the order of the interviews, then those left for later.

    Parameters
    ----------
    lines : iterable of Line
        The lines to judge, in the order of the interviews; those of interviewers are passed over.
    judged : collection of LineId
        The lines that the coder has judged, on any basis.
    deferred : collection of LineId, default ()
        The lines that the coder left for later, in the order in which they were left.
    again : collection of LineId, default ()
        Judged lines to look at again, after those that were never seen.

    Attributes
    ----------
    unseen, again, later : tuple of Line
        The lines never seen, those to look at again, and those left for later.
    progress : Progress
        How far the coder has come.
    """

    @no_single_text
    def __init__(
        self,
        lines: Iterable[Line],
        *,
        judged: Collection[LineId],
        deferred: Collection[LineId] = (),
        again: Collection[LineId] = (),
    ) -> None:
        by_id = {line.id: line for line in lines if line.role is Role.PARTICIPANT}
        later = {line_id: by_id[line_id] for line_id in deferred if line_id in by_id and line_id not in judged}
        self._order = {line_id: place for place, line_id in enumerate(by_id)}
        self.unseen = tuple(line for line in by_id.values() if line.id not in judged and line.id not in later)
        self.later = tuple(later.values())
        again_ids = frozenset(again)
        self.again = tuple(line for line in by_id.values() if line.id in again_ids)
        self.progress = Progress(
            done=len(by_id) - len(self.unseen) - len(self.later), later=len(self.later), left=len(self.unseen)
        )

    def __iter__(self) -> Iterator[Line]:
        yield from self.unseen
        yield from self.again
        yield from self.later

    def __len__(self) -> int:
        return len(self.unseen) + len(self.again) + len(self.later)

    def after(self, line: Line | None) -> Line | None:
        """
        Return the next line: the next unseen one after a line, else the first of the queue; None if it is empty.

        Parameters
        ----------
        line : Line or None
            The line that was just judged; None at the beginning.
        """
        place = -1 if line is None else self._order.get(line.id, -1)
        further = (unseen for unseen in self.unseen if self._order[unseen.id] > place)
        return next(further, None) or next(iter(self), None)
