"""The lines that a session is about."""

from collections.abc import Collection

from autocode.coding import SuggestionBatch
from autocode.names import check_known
from autocode.transcripts import Line, LineId, Transcripts


class Assignment:
    """The lines to judge: those asked for, else those with suggestions, else all lines of participants."""

    def __init__(self, lines: Transcripts, *, only: Collection[LineId] | None) -> None:
        check_known("line", only or (), {line.id for line in lines})
        self._participant_lines = lines.participant_lines
        self._only = only
        self.lines: tuple[Line, ...] = ()
        self.ids: frozenset[LineId] = frozenset()

    def choose(self, suggested: Collection[LineId]) -> None:
        """Choose the lines, given those that suggestions were made for."""
        wanted = self._only if self._only is not None else suggested or None
        self._set(None if wanted is None else frozenset(wanted))

    def widen(self, batch: SuggestionBatch) -> None:
        """Add the lines of a batch that was made while the session is open; none is taken away."""
        lines = {suggestion.line for suggestion in batch.suggestions}
        lines |= {abstention.line for abstention in batch.abstentions}
        if self._only is None and not lines <= self.ids:
            self._set(self.ids | lines)

    @property
    def others(self) -> int:
        """The number of participants' lines that the session could be about besides, but is not."""
        return 0 if self._only is not None else len(self._participant_lines) - len(self.lines)

    def take_others(self) -> None:
        """Add all other lines of participants, unless the session was opened for certain lines."""
        if self._only is None:
            self._set(None)

    def _set(self, wanted: frozenset[LineId] | None) -> None:
        self.lines = tuple(line for line in self._participant_lines if wanted is None or line.id in wanted)
        self.ids = frozenset(line.id for line in self.lines)
