"""What a coder may see of suggestions, line by line, so that independent judgements stay independent."""

from collections.abc import Iterable

from autocode.codebook import CodeId
from autocode.coding import BatchId, Mode, Stage
from autocode.review._assignment import Assignment
from autocode.review._history import CoderHistory
from autocode.review._offer import Offer, Offers
from autocode.transcripts import LineId


class Disclosure:
    """The rule of a study's mode, applied to what is suggested, what the coder did, and which lines stay blind."""

    def __init__(self, mode: Mode, *, offers: Offers, history: CoderHistory, assignment: Assignment) -> None:
        self._mode = mode
        self._offers = offers
        self._history = history
        self._assignment = assignment
        self._blind: set[LineId] = set()
        self._sampled: frozenset[LineId] = frozenset()

    def keep_blind(self, lines: Iterable[LineId]) -> None:
        """Show no suggestions for these lines of an assisted study."""
        self._blind.update(lines)

    def keep_sampled_blind(self, lines: Iterable[LineId]) -> None:
        """Show no suggestions for the lines of open random samples, instead of those of earlier ones."""
        self._sampled = frozenset(lines)

    def stage_of(self, line: LineId) -> Stage:
        """Return what the coder sees of a line now."""
        if self._mode is Mode.INDEPENDENT or line not in self._offers.lines:
            return Stage.BLIND
        if self._mode is Mode.BLIND_FIRST:
            if self._history.independent(line) is not None:
                return Stage.SECOND_LOOK
            return Stage.ASSISTED if self._history.is_influenced(line) else Stage.BLIND
        is_blind = self._is_blind(line) and not self._history.is_influenced(line)
        return Stage.BLIND if is_blind else Stage.ASSISTED

    def _is_blind(self, line: LineId) -> bool:
        return line in self._blind or line in self._sampled

    def is_withheld(self, line: LineId) -> bool:
        """Return whether there are suggestions for a line that the coder does not see yet."""
        return self.stage_of(line) is Stage.BLIND and line in self._offers.lines

    def offer(self, line: LineId, *, batch: BatchId | None = None) -> Offer | None:
        """Return what may be shown for a line by a batch, or by the latest with the line; None for nothing yet."""
        stage = self.stage_of(line)
        if stage is Stage.BLIND or (batch is not None and batch not in self._offers):
            return None
        independent = self._history.independent(line)
        if batch is None and stage is Stage.SECOND_LOOK and independent is not None and independent.revealed:
            batch = independent.batch  # what was revealed does not change while the coder decides on it
        offer = self._offers.offer_for(line, batch=batch, is_hidden=self._is_to_be_read_alone)
        codes = self._history.independent_codes(line)
        if offer is None or stage is Stage.ASSISTED or codes is None:
            return offer
        return offer.without(codes)

    def revealed_by(self, line: LineId, codes: frozenset[CodeId]) -> Offer | None:
        """Return what is suggested for a line besides the codes of an independent judgement that is being made."""
        if self._mode is not Mode.BLIND_FIRST or self.stage_of(line) is not Stage.BLIND:
            return None
        offer = self._offers.offer_for(line, is_hidden=self._is_to_be_read_alone)
        return None if offer is None else offer.without(codes)

    def _is_to_be_read_alone(self, line: LineId) -> bool:
        """Return whether the coder is to read a line alone and has not done so yet."""
        if self._history.latest(line) is not None:
            return False
        return self._is_blind(line) or (self._mode is Mode.BLIND_FIRST and line in self._assignment.ids)
