"""What may be shown for a line: a few suggestions in an order that favours none of equal strength."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from autocode.codebook import Codebook, CodeId
from autocode.coding import Abstention, Band, BatchId, CoderId, Neighbour, Suggestion, SuggestionBatch
from autocode.transcripts import LineId, Transcripts

AT_MOST = 3  # suggestions shown for a line: as many as a glance takes in

_STRENGTH = {band: place for place, band in enumerate(Band)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one batch offers a coder for one line, in the order to show, or why it is silent."""

    batch: BatchId
    model: str
    suggestions: tuple[Suggestion, ...] = ()
    abstention: Abstention | None = None

    @property
    def strong_first(self) -> CodeId | None:
        """The code that is first and strong, if there is one."""
        first = next(iter(self.suggestions), None)
        return first.code if first is not None and first.band is Band.STRONG else None

    def without(self, codes: Collection[CodeId]) -> "Offer":
        """Return what the offer holds besides these codes."""
        return replace(self, suggestions=tuple(one for one in self.suggestions if one.code not in codes))


class Offers:
    """What batches offer, line by line; the latest batch that speaks of a line is the one to show."""

    def __init__(self, codebook: Codebook, lines: Transcripts, coder: CoderId) -> None:
        self._codebook = codebook
        self._lines = lines
        self._coder = coder
        self._by_batch: dict[BatchId, Mapping[LineId, tuple[list[Suggestion], Abstention | None]]] = {}
        self._models: dict[BatchId, str] = {}
        self._latest: dict[LineId, BatchId] = {}

    def add(self, batch: SuggestionBatch) -> None:
        """Let a batch speak from now on."""
        told: dict[LineId, tuple[list[Suggestion], Abstention | None]] = {}
        for one in sorted(batch.suggestions, key=lambda one: one.rank):
            told.setdefault(one.line, ([], None))[0].append(one)
        for silence in batch.abstentions:
            told[silence.line] = (told.get(silence.line, ([], None))[0], silence)
        self._by_batch[batch.id] = told
        self._models[batch.id] = batch.model
        self._latest.update(dict.fromkeys(told, batch.id))

    @property
    def lines(self) -> Collection[LineId]:
        """The lines that some batch speaks of."""
        return self._latest.keys()

    def batch_of(self, line: LineId) -> BatchId | None:
        """Return the latest batch with suggestions for a line, or that has none to make; None if there is no batch."""
        return self._latest.get(line)

    def __contains__(self, batch: BatchId) -> bool:
        return batch in self._by_batch

    def of(self, line: LineId, *, batch: BatchId | None = None, hidden: Callable[[LineId], bool]) -> Offer | None:
        """
        Return what this batch, or the latest that speaks of the line, offers for it; None if it does not speak of it.

        Parameters
        ----------
        hidden : whether the coder may not see how others coded a line, because the coder is still to read it alone.
        """
        batch = batch or self._latest.get(line)
        if batch is None or line not in self._by_batch[batch]:
            return None
        suggestions, abstention = self._by_batch[batch][line]
        book = self._codebook
        kept = [one for one in suggestions if one.code in book and book[one.code].codable][:AT_MOST]
        kept.sort(key=lambda one: (_STRENGTH[one.band], self._chance(one)))
        told = tuple(self._with_words(one, hidden) for one in kept)
        return Offer(batch=batch, model=self._models[batch], suggestions=told, abstention=abstention)

    def _chance(self, one: Suggestion) -> bytes:
        """Return what orders equals: the same for one coder and line at any time, another for another coder."""
        told = "\x00".join((self._coder, one.line, one.code))
        return sha256(told.encode("utf-8", "surrogatepass")).digest()

    def _with_words(self, suggestion: Suggestion, hidden: Callable[[LineId], bool]) -> Suggestion:
        """Return the suggestion with the words of its neighbours, which the journal leaves to the transcripts."""
        neighbours = tuple(
            self._spoken(near)
            for near in suggestion.evidence.neighbours
            if near.line != suggestion.line and not hidden(near.line)
        )
        return replace(suggestion, evidence=replace(suggestion.evidence, neighbours=neighbours))

    def _spoken(self, near: Neighbour) -> Neighbour:
        try:
            return replace(near, text=self._lines.line(near.line).text)
        except KeyError:
            return near
