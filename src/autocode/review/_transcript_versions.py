"""Whether transcripts are still those that were coded and that suggestions were made for."""

from collections.abc import Iterable, Mapping, Sequence

from autocode.coding import BatchId, Codings, SuggestionBatch
from autocode.conduct import Amendment, LineChanges
from autocode.errors import Fault, StudyError
from autocode.journal import Entry, TranscriptSeen
from autocode.review._offer import Offers
from autocode.transcripts import Line, Transcripts, digests_of


class TranscriptVersions:
    """The digest of each transcript when it was last coded, and at the time of each batch of suggestions."""

    def __init__(self) -> None:
        self._digests: Mapping[str, str] = {}
        self._digests_at: dict[BatchId, Mapping[str, str]] = {}
        self._amendments: list[Amendment] = []

    def ingest(self, entries: Iterable[Entry]) -> None:
        """Add what was appended to the journal."""
        for entry in entries:
            record = entry.record
            if isinstance(record, TranscriptSeen):
                self._digests = {**self._digests, record.transcript: record.digest}
            elif isinstance(record, Amendment):
                self._amend(record)
            elif isinstance(record, SuggestionBatch):
                self._digests_at[record.id] = self._digests

    def _amend(self, amendment: Amendment) -> None:
        """Take suggestions for the old text as suggestions for the new one: lines that changed much have other ids."""
        name = amendment.transcript
        self._amendments.append(amendment)
        self._digests = {**self._digests, name: amendment.after}
        for batch, digests in self._digests_at.items():
            if digests.get(name) == amendment.before:
                self._digests_at[batch] = {**digests, name: amendment.after}

    @property
    def changes(self) -> LineChanges:
        """What became of lines through amendments."""
        return LineChanges(self._amendments)

    def digest(self, transcript: str) -> str | None:
        """Return the digest of a transcript when it was last coded, or None if it was not."""
        return self._digests.get(transcript)

    def refuse_stale_suggestions(
        self, to_judge: Sequence[Line], offers: Offers, lines: Transcripts, study: object
    ) -> None:
        """Raise a `StudyError` if suggestions for lines to judge were made for other words than these."""
        stale = set()
        digests = digests_of(lines)
        for line in to_judge:
            batch = offers.batch_of(line.id)
            digest = None if batch is None else self._digests_at.get(batch, {}).get(line.transcript)
            if digest not in (None, digests[line.transcript]):
                stale.add(line.transcript)
        StudyError.raise_if(
            Fault(
                f"was edited after suggestions were made for it; make new ones: autocode suggest {study}.",
                transcript.source or transcript.id,
            )
            for transcript in lines.interviews
            if transcript.id in stale
        )


def refuse_edited(to_judge: Sequence[Line], codings: Codings, lines: Transcripts) -> None:
    """Raise a `StudyError` if a transcript with lines to judge has changed since it was coded."""
    names = {line.transcript for line in to_judge}
    StudyError.raise_if(
        Fault(
            f"the transcript {name!r} was edited after it was coded, so its lines may have other words than those that "
            "were judged; put the old text back, or record the correction with autocode amend and start again.",
            lines.interview(name).source or None,
        )
        for name in codings.edited(lines)
        if name in names
    )
