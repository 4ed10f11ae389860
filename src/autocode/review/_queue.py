"""Which lines a coder still has to see, and in which order."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from autocode.transcripts import Line, LineId, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a coder has come: lines judged, left for later, and not yet seen."""

    done: int
    later: int
    left: int

    @property
    def total(self) -> int:
        """All lines that the coder has to judge, done or not."""
        return self.done + self.later + self.left

    def __str__(self) -> str:
        return f"{self.done} of {self.total} lines decided, {self.later} left for later"


class Queue:
    """The participants' lines that a coder has not judged: in interview order, those left for later at the end.

    Parameters
    ----------
    lines : the lines to judge, in interview order; interviewers' lines among them are passed over.
    judged : lines that the coder has judged, on any basis.
    deferred : lines that the coder left for later, in the order in which they were left.
    again : judged lines to look at once more, after those that were never seen.
    """

    def __init__(
        self,
        lines: Iterable[Line],
        *,
        judged: Collection[LineId],
        deferred: Collection[LineId] = (),
        again: Collection[LineId] = (),
    ) -> None:
        told = {line.id: line for line in lines if line.role is Role.PARTICIPANT}
        waiting = {line_id: told[line_id] for line_id in deferred if line_id in told and line_id not in judged}
        self._order = {line_id: place for place, line_id in enumerate(told)}
        self.unseen = tuple(line for line in told.values() if line.id not in judged and line.id not in waiting)
        self.later = tuple(waiting.values())
        wanted = frozenset(again)
        self.again = tuple(line for line in told.values() if line.id in wanted)
        self.progress = Progress(
            done=len(told) - len(self.unseen) - len(self.later), later=len(self.later), left=len(self.unseen)
        )

    def __iter__(self) -> Iterator[Line]:
        yield from self.unseen
        yield from self.again
        yield from self.later

    def __len__(self) -> int:
        return len(self.unseen) + len(self.again) + len(self.later)

    def after(self, line: Line | None) -> Line | None:
        """Return the line that comes next: further down if there is one, else from the top, else one left for later."""
        place = -1 if line is None else self._order.get(line.id, -1)
        further = (one for one in self.unseen if self._order[one.id] > place)
        return next(further, None) or next(iter(self), None)
