"""What the entries of a journal come to: which codings, decisions, suggestions and draws are in force."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from autocode.codebook import Change, Codebook
from autocode.coding import (
    Basis,
    BatchId,
    BlindDraw,
    CoderId,
    Coding,
    Codings,
    Decision,
    Paradata,
    Proposal,
    Sample,
    SampleEnd,
    SuggestionBatch,
    remapped,
)
from autocode.conduct import Amendment, LineChanges
from autocode.journal._apart import CodebookBranches, codebook_branches
from autocode.journal._entries import Entry, Kind, Record, TranscriptSeen
from autocode.journal._lineage import Lineage
from autocode.journal._sample_names import NamedSamples
from autocode.journal._texts import inherited_draw, inherited_sample
from autocode.transcripts import LineId, TranscriptId, Transcripts


class JournalReader(ABC):
    """What is asked of a journal; how the entries are stored is the matter of `Journal`."""

    path: Path

    @abstractmethod
    def history(self, *, kinds: Collection[Kind] | None = None, after: int = 0) -> Iterator[Entry]:
        """Return the entries in the order in which they were appended, undone entries included."""

    @abstractmethod
    def _latest_of(self, kind: Kind) -> Entry | None:
        """Return the entry of a kind that was made last; None if there is none."""

    @property
    @abstractmethod
    def _lineage(self) -> Lineage | None:
        """The recorded changes of the codebook; None if no codebook is recorded."""

    def _as_made(self, *kinds: Kind) -> list[Entry]:
        """Return entries in the order in which they were made, which is the same in every journal that was merged."""
        return sorted(self.history(kinds=kinds), key=lambda entry: entry.id)

    def codings(self) -> Codings:
        """
        Return the codings in force: each coder's latest on each line and basis that was not undone.

        The latest is the one with the latest time; of those with the same time, the one appended last.

        Codings of lines that an amendment replaced are set aside, see `set_aside`. Where changes of the codebook are
        recorded, each coding is brought to the codes in force, see `remapped`. The codings have the digests of the
        transcripts, so that functions that join them with lines can refuse edited ones.
        """
        made = self.codings_as_made()
        codebook, changes = self.codebook_history()
        if codebook is None or not changes:
            return made
        return remapped(made, changes, codebook=codebook, proposals=self.proposals())

    def codings_as_made(self) -> Codings:
        """Return the codings in force with the codes that were given, whatever became of the codebook since."""
        amendments = self.amendments()
        retired = LineChanges(amendments).retired
        return Codings(
            (coding for coding in self._latest_codings() if coding.line not in retired),
            digests=self.transcripts(),
            amended={amendment.transcript for amendment in amendments},
        )

    def set_aside(self) -> Codings:
        """Return the codings of lines that an amendment replaced; they count again if the lines come back."""
        retired = LineChanges(self.amendments()).retired
        return Codings(coding for coding in self._latest_codings() if coding.line in retired)

    def _latest_codings(self) -> Collection[Coding]:
        latest: dict[tuple[CoderId, LineId, Basis], tuple[datetime, Coding]] = {}
        for entry in self._as_made(Kind.CODING):
            if isinstance(entry.record, Coding) and not entry.undone:
                key = (entry.record.coder, entry.record.line, entry.record.basis)
                if key not in latest or latest[key][0] <= entry.at:
                    latest[key] = (entry.at, entry.record)
        return [coding for _, coding in latest.values()]

    def decisions(self) -> tuple[Decision, ...]:
        """
        Return the decisions in force: each coder's latest on each line and batch that was not undone.

        Decisions on lines that an amendment replaced are left out.
        """
        retired = LineChanges(self.amendments()).retired
        latest: dict[tuple[CoderId, LineId, BatchId], tuple[datetime, Decision]] = {}
        for entry in self._as_made(Kind.DECISION):
            if isinstance(entry.record, Decision) and not entry.undone and entry.record.line not in retired:
                key = (entry.record.coder, entry.record.line, entry.record.batch)
                if key not in latest or latest[key][0] <= entry.at:
                    latest[key] = (entry.at, entry.record)
        return tuple(decision for _, decision in latest.values())

    def batches(self) -> tuple[SuggestionBatch, ...]:
        """Return every batch of suggestions, oldest first; the text of neighbours is in the transcripts, not here."""
        records = (entry.record for entry in self._as_made(Kind.BATCH))
        return tuple(record for record in records if isinstance(record, SuggestionBatch))

    def latest_batch(self) -> SuggestionBatch | None:
        """
        Return the batch of suggestions that was appended last, or None if there is none.

        Suggestions for lines that an amendment replaced are left out.
        """
        entry = self._latest_of(Kind.BATCH)
        if entry is None or not isinstance(entry.record, SuggestionBatch):
            return None
        return entry.record.without(LineChanges(self.amendments()).retired)

    def samples(self) -> tuple[Sample, ...]:
        """
        Return every sample of lines to judge, oldest first, each with its name and, if it was ended, when.

        A line in the place of lines that an amendment replaced was drawn if the first of them was. Two copies of a
        study may have called different samples the same; each name then ends with digits that tell it from the other.
        A draw that both made in the same way is one sample.
        """
        changes, ends = LineChanges(self.amendments()), self.sample_ends()
        return tuple(
            replace(inherited_sample(sample, changes), ended=ends[sample.name].at if sample.name in ends else None)
            for sample in self._named_samples().different
        )

    def sample_names(self) -> Mapping[str, str]:
        """Return the names of samples by the identities of their entries."""
        return self._named_samples().names

    def sample_ends(self) -> Mapping[str, SampleEnd]:
        """Return the ends of samples by the names of these."""
        samples = self._named_samples()
        ends: dict[str, SampleEnd] = {}
        for entry in self._as_made(Kind.SAMPLE):
            if isinstance(entry.record, SampleEnd):
                for name in samples.ended_by(entry.record):
                    ends.setdefault(name, replace(entry.record, sample=name))
        return ends

    def _of_named_sample(self, record: Record) -> Record:
        """Return the end of a sample with the identity of the sample that has the name now."""
        if not isinstance(record, SampleEnd) or record.entry:
            return record
        return replace(record, entry=self._named_samples().identity_of(record.sample))

    def _named_samples(self) -> NamedSamples:
        entries = self._as_made(Kind.SAMPLE)
        return NamedSamples({entry.id: entry.record for entry in entries if isinstance(entry.record, Sample)})

    def proposals(self) -> tuple[Proposal, ...]:
        """Return the codes that coders proposed and did not take back, oldest first."""
        changes = LineChanges(self.amendments())
        records = (entry.record for entry in self._as_made(Kind.PROPOSAL) if not entry.undone)
        return tuple(
            replace(record, line=next(iter(changes.successors(record.line)), record.line))
            for record in records
            if isinstance(record, Proposal)
        )

    def paradata(self) -> tuple[Paradata, ...]:
        """Return the paradata of every act, oldest first, undone acts included."""
        records = (entry.record for entry in self._as_made(Kind.PARADATA))
        return tuple(record for record in records if isinstance(record, Paradata))

    def blind_draws(self) -> tuple[BlindDraw, ...]:
        """
        Return every draw of lines to be judged without suggestions, oldest first.

        A line in the place of lines that an amendment replaced was drawn if the first of them was.
        """
        changes = LineChanges(self.amendments())
        records = (entry.record for entry in self._as_made(Kind.BLIND))
        return tuple(inherited_draw(record, changes) for record in records if isinstance(record, BlindDraw))

    def codebook_history(self) -> tuple[Codebook | None, tuple[Change, ...]]:
        """
        Return the codebook before its first recorded change, None if it is not recorded, and the changes since.

        Changes that were made in different copies of the study stand in one order, which is the same in every copy.
        """
        records = {entry.id: entry.record for entry in self.history(kinds=(Kind.CODEBOOK,))}
        lineage = self._lineage
        if lineage is None:
            return None, ()
        ordered = (records[identity] for identity in lineage.arranged)
        return lineage.codebook, tuple(record for record in ordered if isinstance(record, Change))

    def codebook_states(self) -> Iterator[Codebook]:
        """
        Yield every codebook that this copy of the study had on record.

        These are the versions as `codebook_history` gives them and, where other copies were merged in that had changed
        the codebook apart, those that this copy had before.
        """
        recorded = [entry.id for entry in self.history(kinds=(Kind.CODEBOOK,))]
        lineage = self._lineage
        if lineage is not None:
            yield from lineage.states(recorded)

    def branches(self, other: "JournalReader") -> CodebookBranches | None:
        """
        Return how the codebook was changed in two copies of the journal apart; None unless each has changes of its own.

        Parameters
        ----------
        other : Journal
            The other journal.
        """
        return codebook_branches(self._lineage, other._lineage, paths=(self.path, other.path))

    def amendments(self) -> tuple[Amendment, ...]:
        """Return every correction of a transcript that was recorded, oldest first."""
        records = (entry.record for entry in self._as_made(Kind.AMENDMENT))
        return tuple(record for record in records if isinstance(record, Amendment))

    def transcripts(self) -> dict[TranscriptId, str]:
        """Return the digest that each transcript had when it was last coded or amended, by its name."""
        digests: dict[TranscriptId, str] = {}
        for entry in self._as_made(Kind.TRANSCRIPT, Kind.AMENDMENT):
            if isinstance(entry.record, TranscriptSeen):
                digests[entry.record.transcript] = entry.record.digest
            elif isinstance(entry.record, Amendment):
                digests[entry.record.transcript] = entry.record.after
        return digests

    def edited(self, transcripts: Transcripts) -> tuple[TranscriptId, ...]:
        """
        Return the interviews that have changed since they were last coded.

        Parameters
        ----------
        transcripts : Transcripts
            The interviews as they are now.
        """
        digests = self.transcripts()
        return tuple(
            interview.id
            for interview in transcripts.interviews
            if digests.get(interview.id, interview.digest) != interview.digest
        )
