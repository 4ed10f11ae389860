"""The codings in force of a journal that grows: only what was appended since is read."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from autocode.coding import Basis, CoderId, Coding, Codings, remapped
from autocode.conduct import LineChanges
from autocode.journal import Entry, Journal, Kind, Undo
from autocode.transcripts import LineId

_Key = tuple[CoderId, LineId, Basis]
_READ = (Kind.CODING, Kind.UNDO, Kind.CODEBOOK, Kind.PROPOSAL, Kind.AMENDMENT, Kind.TRANSCRIPT)
_CHANGES_ALL = (Kind.CODEBOOK, Kind.PROPOSAL, Kind.UNDO)


class _Made(NamedTuple):
    """A judgement that was not undone, with the identity and the time of its entry."""

    id: str
    at: datetime
    coding: Coding


class CodingsInForce:
    """
    What `Journal.codings` returns, at the cost of what is new: of 100,000s of judgements, reading all takes seconds.

    Parameters
    ----------
    journal : Journal
        The record of the study, to which others append.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last = 0
        self._made: dict[_Key, dict[int, _Made]] = {}
        self._key_of: dict[int, _Key] = {}
        self._latest: dict[_Key, Coding] = {}
        self._brought: dict[_Key, tuple[Coding, Coding]] = {}  # as made, and in the codes in force
        self._codings: Codings | None = None

    def read(self) -> Codings:
        """Return the codings in force now; the same object while nothing was appended."""
        last = self._journal.last
        if self._codings is not None and last == self._last:
            return self._codings
        entries = [*self._journal.history(after=self._last, kinds=_READ)]
        self._last = max([last, *(entry.seq for entry in entries[-1:])])
        for key in self._taken_in(entries):
            self._settle(key)
        self._codings = self._in_force()
        return self._codings

    def _taken_in(self, entries: Iterable[Entry]) -> Iterable[_Key]:
        """Take in new entries, and return the judgements that may be others now, in order."""
        touched: dict[_Key, None] = {}
        for entry in entries:
            record = entry.record
            if isinstance(record, Coding) and not entry.undone:
                key = (record.coder, record.line, record.basis)
                self._made.setdefault(key, {})[entry.seq] = _Made(entry.id, entry.at, record)
                self._key_of[entry.seq] = key
                touched[key] = None
            elif isinstance(record, Undo) and record.entry in self._key_of:
                key = self._key_of.pop(record.entry)
                del self._made[key][record.entry]
                touched[key] = None
            elif entry.kind in _CHANGES_ALL:  # an undo may take back a proposal
                self._brought.clear()
        return touched

    def _settle(self, key: _Key) -> None:
        """Find the latest judgement by its time; of those with the same time, the one made last."""
        made = self._made[key].values()
        if not made:
            del self._made[key]
            self._latest.pop(key, None)
            return
        self._latest[key] = max(made, key=lambda made: (made.at, made.id)).coding

    def _in_force(self) -> Codings:
        amendments = self._journal.amendments()
        retired = LineChanges(amendments).retired
        made = {key: coding for key, coding in self._latest.items() if coding.line not in retired}
        codebook, changes = self._journal.codebook_history()
        version = ""
        if codebook is not None and changes:
            version = changes[-1].after
            known = self._brought
            new = {key: coding for key, coding in made.items() if key not in known or known[key][0] is not coding}
            brought = remapped(Codings(new.values()), changes, codebook=codebook, proposals=self._journal.proposals())
            known |= {key: (new[key], coding) for key, coding in zip(new, brought, strict=True)}
            made = {key: known[key][1] for key in made}
        return Codings(
            made.values(),
            digests=self._journal.transcripts(),
            version=version,
            amended={amendment.transcript for amendment in amendments},
        )
