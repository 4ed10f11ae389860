"""What one coder has done so far, to be looked through again, and how much of it today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from autocode.coding import CoderId
from autocode.display import displayed
from autocode.frozen import FrozenMapping
from autocode.journal import Journal, Kind
from autocode.review._history import CoderHistory
from autocode.transcripts import Line, LineId, Transcripts

_READ = (Kind.CODING, Kind.DECISION, Kind.DEFERRAL, Kind.PROPOSAL, Kind.PARADATA, Kind.UNDO, Kind.AMENDMENT)
_BREAK = timedelta(minutes=5)  # without a decision; beyond, nobody is at work
_ENOUGH = 10  # decisions from which a pace is meant
_AT_WORK = 5  # and minutes: what was decided faster is a recording or a trial, not a pace of reading


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Workday:
    """
    How much of one day's work is done.

    Attributes
    ----------
    decided : int
        Number of lines that were decided on the day.
    timed : int
        Number of them of which it is known how long they took: another was decided less than five minutes before.
    minutes : float
        Minutes that these took.
    left : int
        Number of lines that are not decided yet.
    """

    decided: int
    timed: int
    minutes: float
    left: int

    @property
    def per_hour(self) -> float | None:
        """Lines decided in an hour at work; None where fewer than ten were timed, or in under five minutes."""
        return 60 * self.timed / self.minutes if self.timed >= _ENOUGH and self.minutes >= _AT_WORK else None

    @property
    def hours_left(self) -> float | None:
        """Hours that the lines left would take at this pace; None where there is no pace."""
        return None if self.per_hour is None else self.left / self.per_hour


class OwnWork:
    """
    What one coder did, read anew where the journal has grown.

    Parameters
    ----------
    journal : Journal
        The record of the study.
    lines : Transcripts
        The interviews of the study.
    coder : CoderId
        The coder.
    """

    def __init__(self, journal: Journal, *, lines: Transcripts, coder: CoderId) -> None:
        self._journal = journal
        self._lines = lines
        self._history = CoderHistory(coder)
        self._last = 0

    def refresh(self) -> None:
        """Read what was appended since."""
        entries = [*self._journal.history(after=self._last, kinds=_READ)]
        if entries:
            self._last = entries[-1].seq
            self._history.ingest(entries)

    @property
    def undecided(self) -> Sequence[Line]:
        """The participants' lines that the coder has not judged."""
        judged = self._history.codings
        return [line for line in self._lines.participant_lines if line.id not in judged]

    @property
    def later(self) -> Sequence[LineId]:
        """The lines that were left for later and are not judged yet."""
        judged = self._history.codings
        return [line for line in self._history.deferred if line not in judged]

    @property
    def proposed(self) -> Mapping[LineId, tuple[str, ...]]:
        """The names of the codes that the coder proposed, by line."""
        proposed: dict[LineId, tuple[str, ...]] = {}
        for act in self._history.acts:
            if act.proposed:
                proposed[act.line] = tuple(dict.fromkeys((*proposed.get(act.line, ()), *act.proposed)))
        return FrozenMapping(proposed)

    def day(self, start: datetime) -> Workday:
        """
        Return how much was decided from a time on.

        Parameters
        ----------
        start : datetime
            When the day begins, with its time zone.
        """
        decided: dict[LineId, datetime] = {}
        for act in self._history.acts:
            is_from_file = not act.entries
            if act.coding is not None and act.coding.at is not None and act.coding.at >= start and not is_from_file:
                decided[act.line] = act.coding.at
        times = sorted(decided.values())
        gaps = [gap for before, after in pairwise(times) if (gap := after - before) < _BREAK]
        minutes = sum(gaps, timedelta()).total_seconds() / 60
        return Workday(decided=len(decided), timed=len(gaps), minutes=minutes, left=len(self.undecided))
