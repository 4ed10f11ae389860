"""One coder at work: the present line, what may be shown for it, and every act durable before the next line shows."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from autocode.codebook import Codebook, CodeId
from autocode.coding import (
    Abstention,
    Adjudication,
    Basis,
    BatchId,
    BlindDraw,
    CoderId,
    Coding,
    Decision,
    Mode,
    Paradata,
    Proposal,
    Stage,
    Suggestion,
    SuggestionBatch,
    Verdict,
    human,
)
from autocode.errors import Fault, SettlementError, StudyError
from autocode.journal import Deferral, Entry, Journal, TranscriptSeen, Undo
from autocode.review._bands import BandMeaning, band_meanings
from autocode.review._offer import Offer, Offers
from autocode.review._pace import Pace
from autocode.review._queue import Progress, Queue
from autocode.review._settle import Settlement, settle
from autocode.transcripts import Line, LineId, Role, Transcripts, digests_of

_NOTHING = Settlement(coding=None, decision=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a coder did with one line in one go: the coding if there is one, what was proposed, and what it uncovered.

    `entries` are those that undo reaches. Codings that came from a file or an adjudication have none: a key pressed in
    review does not undo them. `name` is the gesture's id, or the number of the first entry where there was no gesture.
    """

    name: str
    line: LineId
    coding: Coding | None
    proposed: tuple[str, ...]
    revealed: tuple[CodeId, ...]
    batch: BatchId | None
    entries: tuple[int, ...]


class ReviewSession:
    """One coder at work on a study; opening it again goes on where the coder stopped.

    Parameters
    ----------
    batch : the suggestions to show in an assisted session over this one batch; its lines are those to judge.
    mode : what the study lets its coders see; the suggestions are then those of the journal, the latest for each line,
        and those appended while the session is open. Without a mode, a batch makes the session assisted, and no batch
        makes it independent.
    only : the lines to judge; by default those that suggestions speak about, or all participants' lines without any.

    Attributes
    ----------
    current : the line to judge now, or None when all are done.

    Raises
    ------
    StudyError
        If a transcript with lines to judge was edited after it was coded, or after the suggestions to show were made.
    CodingError
        If the coder is not a human.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coder: CoderId,
        batch: SuggestionBatch | None = None,
        mode: Mode | None = None,
        only: Collection[LineId] | None = None,
    ) -> None:
        if batch is not None and mode is not None:
            raise ValueError("a session shows one batch, or what the journal holds in a mode; give one of the two.")
        self.coder = human(coder)
        self.lines = lines
        self.codebook = codebook
        self.mode = mode or (Mode.ASSISTED if batch is not None else Mode.INDEPENDENT)
        self._journal = journal
        self._offers = Offers(codebook, lines, self.coder)
        self._follows = mode is not None and self.mode is not Mode.INDEPENDENT
        self._only = only
        if batch is not None:
            self._offers.add(batch)
        self._seen_to = 0
        self._acts: dict[str, Act] = {}
        self._made_by: dict[int, str] = {}
        self._influenced: set[LineId] = set()
        self._blind: set[LineId] = set()
        self._digests: Mapping[str, str] = {}
        self._digests_at: dict[BatchId, Mapping[str, str]] = {}  # what the transcripts were when a batch was made
        self._judged: dict[LineId, Act] = {}
        self._own: dict[LineId, Act] = {}
        self._queue: Queue | None = None
        self._pace = Pace()
        self._told_of_pace = False
        self._to_judge: tuple[Line, ...] = ()
        self._to_judge_ids: frozenset[LineId] = frozenset()
        self.refresh()
        self._choose_lines()
        self._queue = None
        self._refuse_edited()
        self._refuse_stale_suggestions()
        self.current: Line | None = self.queue.after(None)

    def _choose_lines(self) -> None:
        wanted = None if self._only is None else set(self._only)
        if wanted is None and self.mode is not Mode.INDEPENDENT and self._offers.lines:
            wanted = set(self._offers.lines)
        self._to_judge = tuple(line for line in self.lines.participant_lines if wanted is None or line.id in wanted)
        self._to_judge_ids = frozenset(line.id for line in self._to_judge)

    def _widen(self, batch: SuggestionBatch) -> None:
        """Let lines that are suggested for while the session is open be judged too; none is taken away."""
        spoken = {*(one.line for one in batch.suggestions), *(one.line for one in batch.abstentions)}
        if self._only is None and not spoken <= self._to_judge_ids:
            self._to_judge_ids |= spoken
            self._to_judge = tuple(line for line in self.lines.participant_lines if line.id in self._to_judge_ids)

    def _refuse_edited(self) -> None:
        names = {line.transcript for line in self._to_judge}
        edited = [name for name in self._journal.codings().edited(self.lines) if name in names]
        StudyError.raise_if(
            Fault(
                f"the transcript {one.id!r} was edited after it was coded, so its lines may hold other words than "
                "those that were judged; put the old text back, or add the new one under a name of its own.",
                one.source or None,
            )
            for one in map(self.lines.interview, edited)
        )

    def _refuse_stale_suggestions(self) -> None:
        """Raise a `StudyError` if suggestions to show were made for other words than the transcripts have now."""
        stale: dict[str, None] = {}
        digests = digests_of(self.lines)
        for line in self._to_judge:
            batch = self._offers.batch_of(line.id)
            then = None if batch is None else self._digests_at.get(batch, {}).get(line.transcript)
            if then not in (None, digests[line.transcript]):
                stale[line.transcript] = None
        StudyError.raise_if(
            Fault(
                "was edited after suggestions were made for it; make new ones: "
                f"autocode suggest {self._journal.path.parent}.",
                transcript.source or transcript.id,
            )
            for transcript in self.lines.interviews
            if transcript.id in stale
        )

    # what the journal says

    def refresh(self) -> bool:
        """Take in what was appended to the journal since, by whomever; return whether suggestions were among it."""
        fresh = list(self._journal.history(after=self._seen_to))
        if not fresh:
            return False
        self._seen_to = fresh[-1].seq
        batches = [entry.record for entry in fresh if isinstance(entry.record, SuggestionBatch)]
        fitting = [one for one in batches if self._follows and one.codebook == self.codebook.digest]
        for one in fitting:
            self._offers.add(one)
        for entry in fresh:
            record = entry.record
            if isinstance(record, BlindDraw) and self._follows:
                self._blind |= record.drawn
            elif isinstance(record, TranscriptSeen):
                self._digests = {**self._digests, record.transcript: record.digest}
            elif isinstance(record, SuggestionBatch):
                self._digests_at[record.id] = self._digests
            elif isinstance(record, Undo) and record.entry in self._made_by:
                self._acts.pop(self._made_by[record.entry], None)
        self._take_in([one for one in fresh if getattr(one.record, "coder", None) == self.coder])
        for one in fitting if self._to_judge else ():
            self._widen(one)
        self._look_again()
        return bool(fitting)

    def _take_in(self, mine: Sequence[Entry]) -> None:
        for entry in mine:
            record = entry.record
            if isinstance(record, Paradata):
                saw = bool(record.revealed) or record.stage is not Stage.BLIND
            else:  # who adjudicated a line has seen how others read it
                saw = isinstance(record, Adjudication) or (isinstance(record, Decision) and bool(record.shown))
            if saw and isinstance(record, Paradata | Decision | Adjudication):
                self._influenced.add(record.line)
        for act in _acts_of(mine):
            self._acts[act.name] = act
            self._made_by.update(dict.fromkeys(act.entries, act.name))

    def _look_again(self) -> None:
        self._judged = {}
        self._own = {}
        for act in self._acts.values():
            if act.coding is not None:
                self._judged[act.line] = act
                if act.coding.basis is Basis.INDEPENDENT:
                    self._own[act.line] = act
        self._queue = None

    # what a coder sees

    @property
    def queue(self) -> Queue:
        """The lines that this coder still has to see."""
        if self._queue is None:
            deferred: dict[LineId, None] = {}
            for act in self._acts.values():
                if act.coding is None:
                    deferred.pop(act.line, None)  # left once more: to the end
                    deferred[act.line] = None
            again = [line for line in self._own if self.awaits_second_look(line)]
            self._queue = Queue(self._to_judge, judged=self._judged.keys(), deferred=deferred, again=again)
        return self._queue

    @property
    def progress(self) -> Progress:
        """How far the coder has come."""
        return self.queue.progress

    @property
    def judged(self) -> Mapping[LineId, Coding]:
        """This coder's latest judgement in force on each line."""
        return MappingProxyType({line: act.coding for line, act in self._judged.items() if act.coding is not None})

    @property
    def acts(self) -> tuple[Act, ...]:
        """What this coder did and did not undo, oldest first."""
        return tuple(self._acts.values())

    @property
    def lines_to_judge(self) -> tuple[Line, ...]:
        """The participants' lines that this session is about, judged or not, in the order of the interviews."""
        return self._to_judge

    @property
    def journal_path(self) -> Path:
        """The file that holds what was decided."""
        return self._journal.path

    @property
    def band_meanings(self) -> tuple[BandMeaning, ...]:
        """What strong, fair and weak have meant in this study so far, by what its coders kept."""
        return band_meanings(self._journal.decisions())

    def is_withheld(self, line: LineId) -> bool:
        """Return whether something is suggested for a line that the coder is to read alone first."""
        return self.stage_of(line) is Stage.BLIND and line in self._offers.lines

    def judgement(self, line: LineId) -> Act | None:
        """Return the act that holds this coder's latest judgement of a line, or None if it was not judged."""
        return self._judged.get(line)

    @property
    def question(self) -> Line | None:
        """The interviewer's line that the present one answers."""
        return None if self.current is None else self.lines.question_before(self.current)

    @property
    def stage(self) -> Stage:
        """What the coder sees of the present line; blind when all lines are done."""
        return Stage.BLIND if self.current is None else self.stage_of(self.current.id)

    def stage_of(self, line: LineId) -> Stage:
        """Return what the coder sees of a line now: it alone, suggestions, or suggestions after an own reading."""
        if self.mode is Mode.INDEPENDENT or line not in self._offers.lines:
            return Stage.BLIND
        if self.mode is Mode.BLIND_FIRST:
            if line in self._own:
                return Stage.SECOND_LOOK
            return Stage.ASSISTED if line in self._influenced else Stage.BLIND
        return Stage.BLIND if line in self._blind and line not in self._influenced else Stage.ASSISTED

    def awaits_second_look(self, line: LineId) -> bool:
        """Return whether suggestions differed from this coder's own reading and nothing was said of them yet."""
        own = self._own.get(line)
        return own is not None and bool(own.revealed) and self._judged[line] is own

    def offer(self, line: LineId, *, batch: BatchId | None = None) -> Offer | None:
        """
        Return what may be shown for a line now: None while the coder is to read it alone.

        A batch may be named to get what it offered while a newer one speaks of the line.
        """
        stage = self.stage_of(line)
        if stage is Stage.BLIND or (batch is not None and batch not in self._offers):
            return None
        own = self._own.get(line)
        if batch is None and stage is Stage.SECOND_LOOK and own is not None and own.revealed:
            batch = own.batch  # what was uncovered stays as it was uncovered
        found = self._offers.of(line, batch=batch, hidden=self._unread)
        if found is None or stage is Stage.ASSISTED or own is None or own.coding is None:
            return found
        return found.without(own.coding.codes)

    def _unread(self, line: LineId) -> bool:
        """Return whether the coder is to read this line alone and has not read it yet."""
        if line in self._judged:
            return False
        return line in self._blind or (self.mode is Mode.BLIND_FIRST and line in self._to_judge_ids)

    @property
    def suggestions(self) -> tuple[Suggestion, ...] | None:
        """What is suggested for the present line, at most three; None where nothing of a suggester may be shown."""
        found = None if self.current is None else self.offer(self.current.id)
        return None if found is None else found.suggestions

    @property
    def abstention(self) -> Abstention | None:
        """Why nothing is suggested for the present line, where the suggester chose to be silent."""
        found = None if self.current is None else self.offer(self.current.id)
        return None if found is None or found.suggestions else found.abstention

    # what a coder does

    def settle(
        self,
        accepted: Iterable[CodeId] = (),
        *,
        added: Iterable[CodeId] = (),
        proposed: Iterable[str] = (),
        memo: str = "",
        line: LineId | None = None,
        batch: BatchId | None = None,
        gesture: str = "",
        milliseconds: int | None = None,
    ) -> Settlement:
        """
        Record the coder's judgement of a line and go on to the next.

        The suggestions accepted are kept, all others shown are rejected, codes added are kept as well. Nothing accepted
        and nothing added says that none fits. After a blind reading, the present line stays if suggestions differ from
        it: they may be shown from then on, and settling once more says what the coder makes of them.

        Parameters
        ----------
        proposed : names of codes that the codebook lacks, for the team to consider.
        line : the line to judge; by default the present one.
        batch : the suggestions that were on the screen; by default those that the session shows.
        gesture : an id made where the key was pressed; what is sent twice under it is stored once.
        milliseconds : from the line's appearance to the gesture.

        Raises
        ------
        SettlementError
            For a code not shown or not to be given, or a batch that was not shown.
        """
        at = self._line(line)
        if self._stores(gesture):
            return _NOTHING
        shown = self._shown(at, batch)
        verdicts = {one.code: Verdict.REJECTED for one in (() if shown is None else shown.suggestions)}
        verdicts.update((code, Verdict.ACCEPTED) for code in accepted)
        names = tuple(dict.fromkeys(name for one in proposed if (name := " ".join(one.split()))))
        known = [code.name for name in names if (code := self.codebook.find(name)) is not None and code.codable]
        SettlementError.raise_if(
            Fault(f"{at.id}: {name!r} is a code of the codebook; choose it instead of proposing it.") for name in known
        )
        settlement = self._settled(at, shown, verdicts, added=added, memo=memo)
        proposals = tuple(Proposal(name=name, line=at.id, coder=self.coder) for name in names)
        self._append(at, settlement, proposals, shown=shown, gesture=gesture, milliseconds=milliseconds)
        return settlement

    def keep_first(
        self,
        *,
        memo: str = "",
        line: LineId | None = None,
        batch: BatchId | None = None,
        gesture: str = "",
        milliseconds: int | None = None,
    ) -> Settlement:
        """Accept the first suggestion alone, if it is strong; raises `SettlementError` if it is not."""
        at = self._line(line)
        if self._stores(gesture):
            return _NOTHING
        shown = self._shown(at, batch)
        first = None if shown is None else shown.strong_first
        if first is None:
            raise SettlementError(
                f"{at.id}: only a strong match is kept by one key; choose the suggestion itself, or say that none fits."
            )
        own = self._own.get(at.id) if self.stage_of(at.id) is Stage.SECOND_LOOK else None
        added = own.coding.codes if own is not None and own.coding is not None else ()
        return self.settle(
            [first], added=added, memo=memo, line=at.id, batch=batch, gesture=gesture, milliseconds=milliseconds
        )

    def later(
        self,
        *,
        line: LineId | None = None,
        batch: BatchId | None = None,
        gesture: str = "",
        milliseconds: int | None = None,
    ) -> Settlement:
        """Leave a line for later, at the end of the queue, and go on to the next."""
        at = self._line(line)
        if self._stores(gesture):
            return _NOTHING
        shown = self._shown(at, batch)
        verdicts = {one.code: Verdict.SKIPPED for one in (() if shown is None else shown.suggestions)}
        settlement = self._settled(at, shown, verdicts) if verdicts else _NOTHING
        self._append(at, settlement, (), shown=shown, gesture=gesture, milliseconds=milliseconds)
        return settlement

    def _stores(self, gesture: str) -> bool:
        """Whether a gesture that comes again is on record already; then what it came to is read anew."""
        stored = bool(gesture) and self._journal.stores(gesture)
        if stored:
            self.refresh()
        return stored

    def undo(self, act: str | None = None, *, gesture: str = "") -> Line | None:
        """Take back this coder's latest act, or a named one, go back to its line and return it; None if there is none.

        A named act that is undone already is left alone.
        """
        if self._stores(gesture):
            return self.current
        if act is None:
            found = next((one for one in reversed(self._acts.values()) if one.entries), None)
        else:
            found = self._acts.get(act)
        if found is None or not found.entries:
            return None
        self._journal.append(*(Undo(entry=entry, coder=self.coder) for entry in found.entries), gesture=gesture)
        self.refresh()
        self.current = _find(self.lines, found.line) or self.queue.after(None)
        return self.current

    def go_to(self, line: LineId) -> Line:
        """Make this line the present one, judged or not, and return it; raises `ValueError` if it is not to code."""
        self.current = self._line(line)
        return self.current

    def _line(self, line: LineId | None) -> Line:
        if line is None:
            if self.current is None:
                raise ValueError("every line is decided; go to a line to judge it again.")
            return self.current
        found = _find(self.lines, line)
        if found is None:
            raise ValueError(f"there is no line {line!r} in these transcripts.")
        if found.role is not Role.PARTICIPANT:
            raise ValueError(f"the line {line!r} is the interviewer's; only participants' lines are coded.")
        return found

    def _shown(self, line: Line, batch: BatchId | None) -> Offer | None:
        found = self.offer(line.id, batch=batch)
        if batch is not None and (found is None or found.batch != batch):
            raise SettlementError(
                f"{line.id}: the suggestions {batch!r} were not to be shown for this line; load the page again."
            )
        return found

    def _settled(
        self,
        line: Line,
        shown: Offer | None,
        verdicts: Mapping[CodeId, Verdict],
        *,
        added: Iterable[CodeId] = (),
        memo: str = "",
    ) -> Settlement:
        return settle(
            line,
            coder=self.coder,
            shown=None if shown is None else shown.suggestions,
            verdicts=verdicts,
            codebook=self.codebook,
            added=added,
            batch=None if shown is None else shown.batch,
            memo=memo,
            influenced=line.id in self._influenced,
        )

    def _append(
        self,
        line: Line,
        settlement: Settlement,
        proposals: tuple[Proposal, ...],
        *,
        shown: Offer | None,
        gesture: str,
        milliseconds: int | None,
    ) -> None:
        interview = self.lines.interview(line.transcript)
        stage, before = self.stage_of(line.id), self._judged.get(line.id)
        uncovered = None
        if self.mode is Mode.BLIND_FIRST and stage is Stage.BLIND and settlement.coding is not None:
            every = self._offers.of(line.id, hidden=self._unread)
            uncovered = None if every is None else every.without(settlement.coding.codes)
        offered = shown or uncovered
        hurried = self._pace.hurries(line.text, milliseconds)
        how = Paradata(
            line=line.id,
            coder=self.coder,
            mode=self.mode,
            stage=stage,
            before=None if before is None or before.coding is None else before.coding.codes,
            after=None if settlement.coding is None else settlement.coding.codes,
            revealed=() if uncovered is None else tuple(one.code for one in uncovered.suggestions),
            batch=None if offered is None else offered.batch,
            milliseconds=milliseconds,
            hurried=hurried,
            model="" if offered is None else offered.model,
            codebook=self.codebook.digest,
        )
        seen = TranscriptSeen(transcript=interview.id, digest=interview.digest)
        if self._digests.get(interview.id, interview.digest) != interview.digest:
            self._refuse_edited()  # somebody may have coded another text of it meanwhile
        self._journal.append(
            *(() if self._digests.get(interview.id) == interview.digest else (seen,)),
            *(settlement.entries or (Deferral(line=line.id, coder=self.coder),)),
            *proposals,
            how,
            gesture=gesture,
        )
        self.refresh()
        self.current = line if how.revealed else self.queue.after(line)

    def hurries(self) -> bool:
        """Return, once a sitting, whether the latest lines took less time than reading them takes."""
        if self._told_of_pace or not self._pace.hurried:
            return False
        self._told_of_pace = True
        return True


def _find(lines: Transcripts, line: LineId) -> Line | None:
    try:
        return lines.line(line)
    except KeyError:
        return None


_Mine = Coding | Decision | Deferral | Proposal


def _acts_of(mine: Sequence[Entry]) -> Iterator[Act]:
    """Yield what one coder did and did not undo, in order: what one gesture or one decision made is one act."""
    # review appends one line at a time, and one append has one time: several lines at one instant came from a file
    lines_at = Counter(one.record.at for one in mine if isinstance(one.record, Coding) and not one.undone)
    revealed = {one.seq: one.record for one in mine if isinstance(one.record, Paradata)}
    group: list[Entry] = []
    for entry in (*mine, None):
        if entry is not None and (entry.undone or not isinstance(entry.record, _Mine)):
            continue
        if group and (entry is None or not _together(group[-1], entry)):
            how = revealed.get(group[-1].seq + 1)
            if how is not None and how.line != _told(group[0]).line:
                how = None
            yield _act(group, how, from_file=lines_at[group[0].at] > 1)
            group = []
        if entry is not None:
            group.append(entry)


def _told(entry: Entry) -> _Mine:
    assert isinstance(entry.record, _Mine)
    return entry.record


def _together(one: Entry, other: Entry) -> bool:
    if other.seq != one.seq + 1 or one.gesture != other.gesture or _told(one).line != _told(other).line:
        return False
    if isinstance(other.record, Proposal):
        return True
    made = isinstance(one.record, Decision) and isinstance(other.record, Coding)
    return made and not any(shown.verdict is Verdict.SKIPPED for shown in getattr(one.record, "shown", ()))


def _act(group: Sequence[Entry], how: Paradata | None, *, from_file: bool) -> Act:
    records = [_told(entry) for entry in group]
    coding = next((one for one in records if isinstance(one, Coding)), None)
    foreign = coding is not None and (from_file or coding.basis is Basis.ADJUDICATED)
    return Act(
        name=group[0].gesture or f"#{group[0].seq}",
        line=records[0].line,
        coding=coding,
        proposed=tuple(one.name for one in records if isinstance(one, Proposal)),
        revealed=() if how is None else how.revealed,
        batch=None if how is None else how.batch,
        entries=() if foreign else tuple(entry.seq for entry in group),
    )
