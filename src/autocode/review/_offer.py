"""What may be shown for a line: a few suggestions, those of equal strength in an order that favours none."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Abstention, Band, BatchId, CoderId, Neighbour, Suggestion, SuggestionBatch
from autocode.display import displayed
from autocode.journal import Entry
from autocode.review._codebook_history import CodebookHistory
from autocode.transcripts import LineId, Transcripts

AT_MOST = 3
"""The number of suggestions shown for a line at most: what can be taken in at a glance."""

_STRENGTH = {band: place for place, band in enumerate(Band)}


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    What is shown to a coder for one line: suggestions, or the reason why there are none.

    Attributes
    ----------
    batch : BatchId
        The batch that the suggestions are from.
    model : str
        Digest of the suggester.
    suggestions : tuple of Suggestion, default ()
        The suggestions, in the order to show.
    abstention : Abstention or None, default None
        Why the suggester proposes nothing; None if it did not abstain.
    withheld : int, default 0
        Number of suggestions that are not shown, because their codes ended or mean something else since they were made.
    """

    batch: BatchId
    model: str
    suggestions: tuple[Suggestion, ...] = ()
    abstention: Abstention | None = None
    withheld: int = 0

    @property
    def strong_first(self) -> CodeId | None:
        """The code that is shown first, if it is strong; None otherwise."""
        first = next(iter(self.suggestions), None)
        return first.code if first is not None and first.band is Band.STRONG else None

    @no_single_text
    def without(self, codes: Collection[CodeId]) -> "Offer":
        """
        Return the offer without some codes.

        Parameters
        ----------
        codes : collection of CodeId
            The codes to leave out.
        """
        return replace(
            self, suggestions=tuple(suggestion for suggestion in self.suggestions if suggestion.code not in codes)
        )

    @no_single_text
    def seen(self, codes: Collection[CodeId] | None) -> "Offer":
        """
        Return the offer with those suggestions that were on the screen.

        Parameters
        ----------
        codes : collection of CodeId or None
            Their codes; None if all of them were.
        """
        return self if codes is None else self.without({suggestion.code for suggestion in self.suggestions} - {*codes})


class Offers:
    """
    The suggestions and abstentions of batches, line by line; the latest batch with a line is the one to show.

    Suggestions of codes that ended or mean something else since the batch was made are withheld.
    """

    def __init__(self, codebook: CodebookHistory, lines: Transcripts, coder: CoderId) -> None:
        self._codebook = codebook
        self._lines = lines
        self._coder = coder
        self._by_batch: dict[BatchId, Mapping[LineId, tuple[list[Suggestion], Abstention | None]]] = {}
        self._models: dict[BatchId, str] = {}
        self._places: dict[BatchId, int] = {}  # of the versions of the codebook that batches were made for
        self._latest: dict[LineId, BatchId] = {}

    def add(self, batch: SuggestionBatch, entry: Entry | None = None) -> None:
        """Add a batch, which replaces earlier ones for the lines that it is about."""
        by_line: dict[LineId, tuple[list[Suggestion], Abstention | None]] = {}
        for suggestion in sorted(batch.suggestions, key=lambda suggestion: suggestion.rank):
            by_line.setdefault(suggestion.line, ([], None))[0].append(suggestion)
        for abstention in batch.abstentions:
            by_line[abstention.line] = (by_line.get(abstention.line, ([], None))[0], abstention)
        self._by_batch[batch.id] = by_line
        self._models[batch.id] = batch.model
        self._places[batch.id] = self._codebook.place_of(batch, entry)
        self._latest.update(dict.fromkeys(by_line, batch.id))

    @property
    def lines(self) -> Collection[LineId]:
        """The lines with a suggestion or an abstention."""
        return self._latest.keys()

    def batch_of(self, line: LineId) -> BatchId | None:
        """Return the latest batch with a suggestion or an abstention for a line, or None if there is none."""
        return self._latest.get(line)

    def __contains__(self, batch: BatchId) -> bool:
        return batch in self._by_batch

    def offer_for(
        self,
        line: LineId,
        *,
        batch: BatchId | None = None,
        coders_shown: Callable[[Neighbour], tuple[CoderId, ...]],
        version: str | None = None,
    ) -> Offer | None:
        """
        Return what a batch, or the latest with the line, offers for it; None if the batch does not have the line.

        Parameters
        ----------
        coders_shown : callable
            Those of whom the coder may see that they gave a neighbour the code; a neighbour without any is left out.
        version : str or None, default None
            The version of the codebook under which it is shown; None for the one in force.
        """
        batch = batch or self._latest.get(line)
        if batch is None or line not in self._by_batch[batch]:
            return None
        suggestions, abstention = self._by_batch[batch][line]
        shown = self._without_withheld(suggestions, self._places[batch], version)
        codable = shown[:AT_MOST]
        codable.sort(key=lambda suggestion: (_STRENGTH[suggestion.band], self._random_key(suggestion)))
        return Offer(
            batch=batch,
            model=self._models[batch],
            suggestions=tuple(self._with_neighbour_texts(suggestion, coders_shown) for suggestion in codable),
            abstention=abstention,
            withheld=len(suggestions) - len(shown),
        )

    def _without_withheld(
        self, suggestions: Sequence[Suggestion], made_for: int, version: str | None
    ) -> list[Suggestion]:
        codebook = self._codebook.under(version)
        withheld = self._codebook.withheld(made_for, version=version)
        return [
            suggestion
            for suggestion in suggestions
            if suggestion.code in codebook and codebook[suggestion.code].codable and suggestion.code not in withheld
        ]

    def _random_key(self, suggestion: Suggestion) -> bytes:
        """Return what orders suggestions of equal strength: the same at any time, but another for another coder."""
        text = "\x00".join((self._coder, suggestion.line, suggestion.code))
        return sha256(text.encode("utf-8", "surrogatepass")).digest()

    def _with_neighbour_texts(
        self, suggestion: Suggestion, coders_shown: Callable[[Neighbour], tuple[CoderId, ...]]
    ) -> Suggestion:
        """Return a suggestion with the text of its neighbours that may be shown; the journal has no text."""
        neighbours = tuple(
            self._with_text(replace(neighbour, coders=coders))
            for neighbour in suggestion.evidence.neighbours
            if neighbour.line != suggestion.line and (coders := coders_shown(neighbour))
        )
        return replace(suggestion, evidence=replace(suggestion.evidence, neighbours=neighbours))

    def _with_text(self, neighbour: Neighbour) -> Neighbour:
        try:
            return replace(neighbour, text=self._lines.line(neighbour.line).text)
        except KeyError:
            return neighbour
