"""One coder at work: the present line, what is suggested for it, and every act durable before the next line shows."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from autocode.codebook import Codebook, CodeId
from autocode.coding import (
    Abstention,
    Basis,
    CoderId,
    Coding,
    Decision,
    Suggestion,
    SuggestionBatch,
    Verdict,
    human,
)
from autocode.errors import Fault, StudyError
from autocode.journal import Deferral, Journal, Kind, TranscriptSeen, Undo
from autocode.review._queue import Progress, Queue
from autocode.review._settle import Settlement, settle
from autocode.transcripts import Line, LineId, Role, Transcripts

AT_MOST = 3  # suggestions shown for a line: as many as a glance takes in


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """What the coder did with one line in one go: the coding if there is one, and the entries that undo would reach.

    Codings that came from a file or an adjudication have no such entries: a key pressed in review does not undo them.
    """

    line: LineId
    coding: Coding | None
    entries: tuple[int, ...]


class ReviewSession:
    """One coder at work on a study; opening it again goes on where the coder stopped.

    Parameters
    ----------
    batch : the suggestions to show; None for coding without help, whose codings are independent.
    only : the lines to judge; by default those that the batch speaks about, or all participants' lines without one.

    Attributes
    ----------
    current : the line to judge now, or None when all are done.

    Raises
    ------
    StudyError
        If a transcript with lines to judge was edited after it was coded.
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
        only: Collection[LineId] | None = None,
    ) -> None:
        self.coder = human(coder)
        self.lines = lines
        self.codebook = codebook
        self.batch = batch
        self._journal = journal
        self._suggested = _shown_by_line(batch, codebook, lines)
        self._abstained: dict[LineId, Abstention] = {
            one.line: one for one in (() if batch is None else batch.abstentions)
        }
        wanted = only
        if wanted is None and batch is not None:
            wanted = {*(one.line for one in batch.suggestions), *self._abstained}
        self._to_judge = tuple(line for line in lines.participant_lines if wanted is None or line.id in wanted)
        self._digests = journal.transcripts()
        self._refuse_edited()
        self._acts = _acts_of(journal, self.coder)
        self._look_again()
        self.current: Line | None = self.queue.after(None)

    def _refuse_edited(self) -> None:
        names = dict.fromkeys(line.transcript for line in self._to_judge)
        StudyError.raise_if(
            Fault(
                f"the transcript {one.id!r} was edited after it was coded, so its lines may hold other words than "
                "those that were judged; put the old text back, or add the new one under a name of its own.",
                one.source or None,
            )
            for one in map(self.lines.interview, names)
            if self._digests.get(one.id, one.digest) != one.digest
        )

    def _look_again(self) -> None:
        judged: dict[LineId, Coding] = {}
        deferred: dict[LineId, None] = {}
        for act in self._acts:
            if act.coding is not None:
                judged[act.line] = act.coding
            else:
                deferred.pop(act.line, None)  # left once more: to the end
                deferred[act.line] = None
        self._judged = judged
        self._queue = Queue(self._to_judge, judged=judged.keys(), deferred=deferred)

    @property
    def queue(self) -> Queue:
        """The lines that this coder still has to see."""
        return self._queue

    @property
    def progress(self) -> Progress:
        """How far the coder has come."""
        return self._queue.progress

    @property
    def judged(self) -> Mapping[LineId, Coding]:
        """This coder's latest judgement in force on each line."""
        return MappingProxyType(self._judged)

    @property
    def question(self) -> Line | None:
        """The interviewer's line that the present one answers."""
        return None if self.current is None else self.lines.question_before(self.current)

    @property
    def suggestions(self) -> tuple[Suggestion, ...] | None:
        """What is suggested for the present line, at most three; None where no suggester has looked at it."""
        if self.current is None:
            return None
        found = self._suggested.get(self.current.id)
        return () if found is None and self.abstention is not None else found

    @property
    def abstention(self) -> Abstention | None:
        """Why nothing is suggested for the present line, where the suggester chose to be silent."""
        return None if self.current is None else self._abstained.get(self.current.id)

    def settle(self, accepted: Iterable[CodeId] = (), *, added: Iterable[CodeId] = (), memo: str = "") -> Settlement:
        """
        Record the coder's judgement of the present line and go on to the next.

        The suggestions accepted are kept, all others shown are rejected, codes added are kept as well. Nothing accepted
        and nothing added says that none fits. Raises `SettlementError` for a code not shown or not to be given.
        """
        line = self._present()
        taken = tuple(accepted)
        verdicts = {one.code: Verdict.REJECTED for one in self.suggestions or ()}
        verdicts.update((code, Verdict.ACCEPTED) for code in taken)
        return self._record(line, verdicts, added=added, memo=memo)

    def later(self) -> Settlement:
        """Leave the present line for later, at the end of the queue, and go on to the next."""
        line = self._present()
        if self.suggestions:
            return self._record(line, {one.code: Verdict.SKIPPED for one in self.suggestions})
        self._append(line, Deferral(line=line.id, coder=self.coder), coding=None)
        return Settlement(coding=None, decision=None)

    def undo(self) -> Line | None:
        """Take back this coder's latest act, go back to its line and return it; None if there is nothing to undo."""
        act = next((act for act in reversed(self._acts) if act.entries), None)
        if act is None:
            return None
        self._journal.append(*(Undo(entry=entry, coder=self.coder) for entry in act.entries))
        self._acts.remove(act)
        self._look_again()
        self.current = _find(self.lines, act.line) or self._queue.after(None)
        return self.current

    def go_to(self, line: LineId) -> Line:
        """Make this line the present one, judged or not, and return it; raises `ValueError` if it is not to code."""
        found = _find(self.lines, line)
        if found is None:
            raise ValueError(f"there is no line {line!r} in these transcripts.")
        if found.role is not Role.PARTICIPANT:
            raise ValueError(f"the line {line!r} is the interviewer's; only participants' lines are coded.")
        self.current = found
        return found

    def _present(self) -> Line:
        if self.current is None:
            raise ValueError("every line is decided; go to a line to judge it again.")
        return self.current

    def _record(
        self, line: Line, verdicts: Mapping[CodeId, Verdict], *, added: Iterable[CodeId] = (), memo: str = ""
    ) -> Settlement:
        settlement = settle(
            line,
            coder=self.coder,
            shown=self.suggestions,
            verdicts=verdicts,
            codebook=self.codebook,
            added=added,
            batch=None if self.batch is None else self.batch.id,
            memo=memo,
        )
        self._append(line, *settlement.entries, coding=settlement.coding)
        return settlement

    def _append(self, line: Line, *entries: Decision | Coding | Deferral, coding: Coding | None) -> None:
        interview = self.lines.interview(line.transcript)
        first_look = interview.id not in self._digests
        seen = (TranscriptSeen(transcript=interview.id, digest=interview.digest),) if first_look else ()
        last = self._journal.append(*seen, *entries)
        self._digests.setdefault(interview.id, interview.digest)
        reach = tuple(range(last - len(entries) + 1, last + 1))
        self._acts.append(_Act(line=line.id, coding=coding, entries=reach))
        self._look_again()
        self.current = self._queue.after(line)


def _shown_by_line(
    batch: SuggestionBatch | None, codebook: Codebook, lines: Transcripts
) -> dict[LineId, tuple[Suggestion, ...]]:
    """Return what is shown for each line: first ranks first, without codes that the codebook has dropped since."""
    ranked: dict[LineId, list[Suggestion]] = {}
    for one in sorted(() if batch is None else batch.suggestions, key=lambda one: one.rank):
        kept = ranked.setdefault(one.line, [])
        if len(kept) < AT_MOST and one.code in codebook and codebook[one.code].codable:
            kept.append(_with_words(one, lines))
    return {line: tuple(kept) for line, kept in ranked.items()}


def _with_words(suggestion: Suggestion, lines: Transcripts) -> Suggestion:
    """Return the suggestion with the words of its neighbours, which the journal leaves to the transcripts."""
    neighbours = tuple(
        near if (line := _find(lines, near.line)) is None else replace(near, text=line.text)
        for near in suggestion.evidence.neighbours
    )
    return replace(suggestion, evidence=replace(suggestion.evidence, neighbours=neighbours))


def _find(lines: Transcripts, line: LineId) -> Line | None:
    try:
        return lines.line(line)
    except KeyError:
        return None


def _acts_of(journal: Journal, coder: CoderId) -> list[_Act]:
    """Return what this coder did and did not undo, in order: a decision and the coding that it made are one act."""
    mine: dict[int, Coding | Decision | Deferral] = {}
    for entry in journal.history(kinds=(Kind.CODING, Kind.DECISION, Kind.DEFERRAL)):
        record = entry.record
        if not entry.undone and isinstance(record, Coding | Decision | Deferral) and record.coder == coder:
            mine[entry.seq] = record
    # review appends one line at a time, and one append has one time: several lines at one instant came from a file
    lines_at = Counter(one.at for one in mine.values() if isinstance(one, Coding))

    acts: list[_Act] = []
    joined: set[int] = set()
    for seq, record in mine.items():
        follower = mine.get(seq + 1)
        if seq in joined:
            continue
        if isinstance(record, Coding):
            foreign = lines_at[record.at] > 1 or record.basis is Basis.ADJUDICATED
            acts.append(_Act(line=record.line, coding=record, entries=() if foreign else (seq,)))
        elif isinstance(record, Decision) and isinstance(follower, Coding) and _made(record, follower):
            acts.append(_Act(line=record.line, coding=follower, entries=(seq, seq + 1)))
            joined.add(seq + 1)
        else:
            acts.append(_Act(line=record.line, coding=None, entries=(seq,)))
    return acts


def _made(decision: Decision, coding: Coding) -> bool:
    skipped = any(one.verdict is Verdict.SKIPPED for one in decision.shown)
    return coding.line == decision.line and not skipped
