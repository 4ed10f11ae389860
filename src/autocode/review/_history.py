"""What one coder did and saw, act by act, as the journal records it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import (
    Adjudication,
    Basis,
    BatchId,
    CoderId,
    Coding,
    Decision,
    Paradata,
    Proposal,
    Stage,
    Verdict,
)
from autocode.conduct import Amendment, LineChanges
from autocode.display import displayed
from autocode.frozen import FrozenMapping
from autocode.journal import CodingsShown, Deferral, Entry, Undo
from autocode.transcripts import LineId


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    What a coder did with one line in one step.

    Attributes
    ----------
    name : str
        The idempotency key of the act, or "#" and the number of its first entry if it has none.
    line : LineId
        The line.
    coding : Coding or None
        The judgement; None if the line was left for later.
    proposed : tuple of str
        The names of the codes that the coder proposed.
    revealed : tuple of CodeId
        The suggestions that the coder saw from this act on.
    batch : BatchId or None
        The batch of the suggestions that were on the screen or were revealed.
    entries : tuple of int
        The numbers of the entries that undoing takes back; empty for codings from a file or an adjudication, which
        cannot be undone in review.
    id : str
        The identity of its first entry: in order of identities, acts stand in the order in which they were made.
    """

    name: str
    line: LineId
    coding: Coding | None
    proposed: tuple[str, ...]
    revealed: tuple[CodeId, ...]
    batch: BatchId | None
    entries: tuple[int, ...]
    id: str


class CoderHistory:
    """The acts of one coder that are in force, and the lines on which the coder saw suggestions or others' codings."""

    def __init__(self, coder: CoderId) -> None:
        self.coder = coder
        self._acts: dict[str, Act] = {}
        self._act_of_entry: dict[int, str] = {}
        self._influenced: set[LineId] = set()
        self._coded_by_others: set[LineId] = set()
        self._shown: set[LineId] = set()
        self._amendments: list[Amendment] = []
        self._retired: frozenset[LineId] = frozenset()
        self._latest: dict[LineId, Act] = {}
        self._independent: dict[LineId, Act] = {}

    def ingest(self, entries: Sequence[Entry]) -> None:
        """Add what was appended to the journal; entries of other coders are passed over."""
        for entry in entries:
            if isinstance(entry.record, Undo) and entry.record.entry in self._act_of_entry:
                self._acts.pop(self._act_of_entry[entry.record.entry], None)
            if isinstance(entry.record, Coding) and entry.record.coder != self.coder:
                self._coded_by_others.add(entry.record.line)
            elif isinstance(entry.record, CodingsShown) and entry.record.coder == self.coder:
                self._shown |= self._coded_by_others
        own = [entry for entry in entries if getattr(entry.record, "coder", None) == self.coder]
        self._influenced.update(line for entry in own if (line := _influenced_line(entry.record)) is not None)
        last = next(reversed(self._acts.values()), None)
        acts = sorted(acts_in(own), key=lambda act: act.id)
        for act in acts:
            self._acts[act.name] = act
            self._act_of_entry.update(dict.fromkeys(act.entries, act.name))
        if acts and last is not None and acts[0].id < last.id:  # they were made on another laptop
            self._acts = {act.name: act for act in sorted(self._acts.values(), key=lambda act: act.id)}
        as_made = sorted(entries, key=lambda entry: entry.id)
        self._amendments += [entry.record for entry in as_made if isinstance(entry.record, Amendment)]
        self._reindex()

    def _reindex(self) -> None:
        self._retired = LineChanges(self._amendments).retired
        for amendment in self._amendments:
            for replacement in amendment.replaced:
                # who saw suggestions for a line has seen them for what it was cut into
                if not self._influenced.isdisjoint(replacement.before):
                    self._influenced.update(replacement.after)
        judgements = [(act, act.coding) for act in self.acts if act.coding is not None]
        self._latest = _latest_by_line(judgements)
        self._independent = _latest_by_line(
            (act, coding) for act, coding in judgements if coding.basis is Basis.INDEPENDENT
        )

    @property
    def acts(self) -> tuple[Act, ...]:
        """What the coder did and did not undo, oldest first, without acts on lines that an amendment replaced."""
        return tuple(act for act in self._acts.values() if act.line not in self._retired)

    def act(self, name: str | None) -> Act | None:
        """Return the act of this name, or the latest that can be undone; None if there is none."""
        if name is not None:
            return next((act for act in self.acts if act.name == name), None)
        return next((act for act in reversed(self.acts) if act.entries), None)

    @property
    def codings(self) -> Mapping[LineId, Coding]:
        """The coder's latest judgement of each line."""
        return FrozenMapping({line: act.coding for line, act in self._latest.items() if act.coding is not None})

    def latest(self, line: LineId) -> Act | None:
        """Return the act with the coder's latest judgement of a line, or None if the line was not judged."""
        return self._latest.get(line)

    def independent(self, line: LineId) -> Act | None:
        """Return the act with the coder's latest independent judgement of a line, or None if there is none."""
        return self._independent.get(line)

    def is_influenced(self, line: LineId) -> bool:
        """Return whether the coder has seen suggestions or other coders' codings for a line."""
        return line in self._influenced

    def has_seen_others(self, line: LineId) -> bool:
        """Return whether others' codings were shown to the coder when a line had some."""
        return line in self._shown

    def awaits_second_look(self, line: LineId) -> bool:
        """Return whether an independent judgement revealed suggestions on which the coder has not decided yet."""
        independent = self._independent.get(line)
        return independent is not None and bool(independent.revealed) and self._latest[line] is independent

    @property
    def awaiting_second_look(self) -> tuple[LineId, ...]:
        """The lines whose suggestions were revealed and are not decided on."""
        return tuple(line for line in self._independent if self.awaits_second_look(line))

    @property
    def deferred(self) -> tuple[LineId, ...]:
        """The lines that were left for later, in the order in which they were last left."""
        lines: dict[LineId, None] = {}
        for act in self.acts:
            if act.coding is None:
                lines.pop(act.line, None)  # a line that is left again goes to the end
                lines[act.line] = None
        return tuple(lines)


def _latest_by_line(judgements: Iterable[tuple[Act, Coding]]) -> dict[LineId, Act]:
    """Return the judgement of each line with the latest time; of those with the same time, the one made last."""
    latest: dict[LineId, tuple[Act, datetime | None]] = {}
    for act, coding in judgements:
        _, known = latest.get(act.line, (act, None))
        if known is None or coding.at is None or known <= coding.at:
            latest[act.line] = (act, coding.at)
    return {line: act for line, (act, _) in latest.items()}


def _influenced_line(record: object) -> LineId | None:
    """Return the line on which the coder of a record saw suggestions or others' codings, or None."""
    if isinstance(record, Paradata):
        return record.line if record.revealed or record.stage is not Stage.BLIND else None
    if isinstance(record, Decision):
        return record.line if record.shown else None
    return record.line if isinstance(record, Adjudication) else None


_OwnRecord = Coding | Decision | Deferral | Proposal


def acts_in(entries: Sequence[Entry]) -> Iterator[Act]:
    """Yield the acts in the entries of one coder, in order; entries that are undone are left out."""
    # review appends one line at a time, and one append has one time: several lines at one instant came from a file
    lines_at = Counter(entry.record.at for entry in entries if isinstance(entry.record, Coding) and not entry.undone)
    paradata = {entry.seq: entry.record for entry in entries if isinstance(entry.record, Paradata)}
    group: list[Entry] = []
    for entry in (*entries, None):
        if entry is not None and (entry.undone or not isinstance(entry.record, _OwnRecord)):
            continue
        if group and (entry is None or not _are_of_one_act(group[-1], entry)):
            about = paradata.get(group[-1].seq + 1)
            if about is not None and about.line != _record_of(group[0]).line:
                about = None
            yield _act_from(group, about, from_file=lines_at[group[0].at] > 1)
            group = []
        if entry is not None:
            group.append(entry)


def _record_of(entry: Entry) -> _OwnRecord:
    assert isinstance(entry.record, _OwnRecord)
    return entry.record


def _are_of_one_act(entry: Entry, following: Entry) -> bool:
    """Return whether two entries came from one act: a decision and its coding, or proposals after either."""
    if following.seq != entry.seq + 1 or following.gesture != entry.gesture:
        return False
    if _record_of(following).line != _record_of(entry).line:
        return False
    if isinstance(following.record, Proposal):
        return True
    if not isinstance(entry.record, Decision) or not isinstance(following.record, Coding):
        return False
    return not any(shown.verdict is Verdict.SKIPPED for shown in entry.record.shown)


def _act_from(group: Sequence[Entry], paradata: Paradata | None, *, from_file: bool) -> Act:
    records = [_record_of(entry) for entry in group]
    coding = next((record for record in records if isinstance(record, Coding)), None)
    made_elsewhere = coding is not None and (from_file or coding.basis is Basis.ADJUDICATED)
    return Act(
        name=group[0].gesture or f"#{group[0].seq}",
        line=records[0].line,
        coding=coding,
        proposed=tuple(record.name for record in records if isinstance(record, Proposal)),
        revealed=() if paradata is None else paradata.revealed,
        batch=None if paradata is None else paradata.batch,
        entries=() if made_elsewhere else tuple(entry.seq for entry in group),
        id=group[0].id,
    )
