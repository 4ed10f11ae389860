"""What a coder may see of suggestions, line by line, so that independent judgements stay independent."""

from collections.abc import Callable, Iterable

from autocode.coding import BatchId, CoderId, Coding, Mode, Neighbour, Stage
from autocode.review._assignment import Assignment
from autocode.review._codebook_history import CodebookHistory
from autocode.review._history import CoderHistory
from autocode.review._offer import Offer, Offers
from autocode.transcripts import LineId


class Disclosure:
    """The rule of a study's mode, applied to what is suggested, what the coder did, and which lines stay blind."""

    def __init__(
        self,
        mode: Mode,
        *,
        offers: Offers,
        history: CoderHistory,
        assignment: Assignment,
        codebook: CodebookHistory,
        sees_others: Callable[[], bool],
    ) -> None:
        self._mode = mode
        self._codebook = codebook
        self._offers = offers
        self._history = history
        self._assignment = assignment
        self._blind: set[LineId] = set()
        self._sampled: frozenset[LineId] = frozenset()
        self._sees_others = sees_others

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

    def offer(self, line: LineId, *, batch: BatchId | None = None, version: str | None = None) -> Offer | None:
        """Return what may be shown for a line by a batch, or by the latest with the line; None for nothing yet.

        Under an older `version` of the codebook, it is what was shown before the changes since.
        """
        stage = self.stage_of(line)
        if stage is Stage.BLIND or (batch is not None and batch not in self._offers):
            return None
        independent = self._history.independent(line)
        if batch is None and stage is Stage.SECOND_LOOK and independent is not None and independent.revealed:
            batch = independent.batch  # what was revealed does not change while the coder decides on it
        offer = self._offers.offer_for(line, batch=batch, coders_shown=self._coders_shown, version=version)
        own = self.own_judgement(line, version=version)
        if offer is None or stage is Stage.ASSISTED or own is None:
            return offer
        return offer.without(own.codes)

    def own_judgement(self, line: LineId, *, version: str | None = None) -> Coding | None:
        """Return the coder's latest independent judgement of a line in the codes of a version, or None."""
        act = self._history.independent(line)
        if act is None or act.coding is None:
            return None
        if version is not None and self._codebook.is_after(act.coding, version):
            return act.coding
        return self._codebook.replayed([act.coding], version=version)[0]

    def revealed_by(self, line: LineId, coding: Coding) -> Offer | None:
        """Return what is suggested for a line besides the codes of an independent judgement that is being made."""
        if self._mode is not Mode.BLIND_FIRST or self.stage_of(line) is not Stage.BLIND:
            return None
        offer = self._offers.offer_for(line, coders_shown=self._coders_shown)
        return None if offer is None else offer.without(self._codebook.replayed([coding])[0].codes)

    def _coders_shown(self, neighbour: Neighbour) -> tuple[CoderId, ...]:
        """Return who, of those who gave a neighbour its code, may be named: nobody else while the coder reads alone."""
        own = tuple(coder for coder in neighbour.coders if coder == self._history.coder)
        if not self._sees_others():
            return own
        return own if self._is_to_be_read_alone(neighbour.line) else neighbour.coders

    def _is_to_be_read_alone(self, line: LineId) -> bool:
        """Return whether the coder is to read a line alone and has not done so yet."""
        if self._history.latest(line) is not None:
            return False
        return self._is_blind(line) or (self._mode is Mode.BLIND_FIRST and line in self._assignment.ids)
