"""What one coder sees of a study: the present line, what may be shown for it, and how far the coder has come."""

from collections.abc import Collection, Mapping
from pathlib import Path

from autocode.codebook import Change, Codebook, CodeId, Fate
from autocode.coding import (
    Abstention,
    BatchId,
    BlindDraw,
    CoderId,
    Coding,
    Codings,
    Design,
    Mode,
    Proposal,
    Sample,
    SampleEnd,
    Stage,
    Suggestion,
    SuggestionBatch,
)
from autocode.conduct import Amendment
from autocode.errors import SettlementError
from autocode.frozen import FrozenMapping
from autocode.journal import CodebookSeen, Journal
from autocode.names import unknown
from autocode.review._assignment import Assignment
from autocode.review._bands import BandMeaning, band_meanings
from autocode.review._code_making import CodeMaking
from autocode.review._codebook_history import CodebookHistory, FollowsCodebook, latest_labels
from autocode.review._disclosure import Disclosure
from autocode.review._history import Act, CoderHistory
from autocode.review._offer import Offer, Offers
from autocode.review._pace import Pace
from autocode.review._queue import Progress, Queue
from autocode.review._readings import lines_set_aside
from autocode.review._transcript_versions import TranscriptVersions, refuse_edited
from autocode.transcripts import Line, LineId, Role, Transcripts


class CoderView(FollowsCodebook):
    """A study as one coder sees it; parameters and attributes are those of `ReviewSession`, which also records acts."""

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
        making: CodeMaking | None = None,
        coding_closed: bool = False,
    ) -> None:
        if batch is not None and mode is not None:
            raise ValueError(
                "give a batch or a mode, not both: in a mode, a session shows the suggestions in the journal."
            )
        self.coder = journal.coder(coder)
        self.lines = lines
        self._codebook = CodebookHistory(journal, codebook, viewers=[self.coder])
        self.mode = mode or (Mode.ASSISTED if batch is not None else Mode.INDEPENDENT)
        self.making = making
        self._journal = journal
        self._coding_closed = coding_closed
        self._shows_new_batches = mode is not None and self.mode is not Mode.INDEPENDENT
        self._offers = Offers(self._codebook, lines, self.coder)
        if batch is not None:
            self._offers.add(batch)
        self._history = CoderHistory(self.coder)
        self._versions = TranscriptVersions()
        self._set_aside: Mapping[LineId, Codings] = {}
        self._assignment = Assignment(lines, only=only)
        self._disclosure = Disclosure(
            self.mode,
            offers=self._offers,
            history=self._history,
            assignment=self._assignment,
            codebook=self._codebook,
            sees_others=lambda: self.sees_others,
        )
        self._pace = Pace()
        self._queue: Queue | None = None
        self._in_force: dict[LineId, tuple[Coding, Coding]] = {}  # judgements as made, and in the codes in force
        self._last_entry = 0
        self.refresh()
        suggested = () if self.mode is Mode.INDEPENDENT else self._offers.lines
        # lines in the place of others are read again, though nothing was suggested for them yet
        self._assignment.choose({*suggested, *self._versions.changes.to_read} if suggested else ())
        refuse_edited(self._assignment.lines, journal.codings(), lines)
        self._versions.refuse_stale_suggestions(self._assignment.lines, self._offers, lines, journal.path.parent)
        self.current: Line | None = self.queue.after(None)

    def refresh(self) -> bool:
        """
        Read what was appended to the journal since, by anyone; return whether there are new suggestions to show.

        Changes of the codebook are taken in, too: from then on, `codebook` is the one after them.
        """
        entries = list(self._journal.history(after=self._last_entry))
        if not entries:
            return False
        self._last_entry = entries[-1].seq
        # entries that came from another laptop since may be older than those that were here
        as_made = sorted(entries, key=lambda entry: entry.id)
        records = [entry.record for entry in as_made]
        if any(isinstance(record, CodebookSeen | Change | Proposal) for record in records):
            self._codebook.read()
            self._in_force.clear()
        batches = [
            (record, entry)
            for entry, record in zip(as_made, records, strict=True)
            if self._shows_new_batches and isinstance(record, SuggestionBatch) and self._codebook.knows(record)
        ]
        for batch, entry in batches:
            self._offers.add(batch, entry)
            if self._assignment.lines:
                self._assignment.widen(batch)
        if self._shows_new_batches and any(isinstance(record, BlindDraw | Amendment) for record in records):
            for draw in self._journal.blind_draws():
                self._disclosure.keep_blind(draw.drawn)
        if self._shows_new_batches and any(isinstance(record, Sample | SampleEnd | Amendment) for record in records):
            self._disclosure.keep_sampled_blind(_lines_to_measure(self._journal))
        if any(isinstance(record, Amendment) for record in records):
            self._set_aside = lines_set_aside(self._journal, self.coder, self.lines)
        self._versions.ingest(as_made)
        self._history.ingest(entries)
        self._bring_into_force()
        self._queue = None
        return bool(batches)

    def fates_since(self, version: str) -> Mapping[CodeId, Fate]:
        """
        Return what became of the codes that ended, or mean something else, after a version of the codebook.

        Parameters
        ----------
        version : str
            The version; empty for the one before all recorded changes.

        Raises
        ------
        SettlementError
            If the codebook never had that version.
        """
        return self._codebook.fates_since(version)

    @property
    def queue(self) -> Queue:
        """The lines that this coder still has to see."""
        if self._queue is None:
            self._queue = Queue(
                self._assignment.lines,
                judged=self._history.codings.keys(),
                deferred=self._history.deferred,
                again=[line for line in self._history.awaiting_second_look if self.awaits_second_look(line)],
            )
        return self._queue

    @property
    def progress(self) -> Progress:
        """How far the coder has come."""
        return self.queue.progress

    @property
    def judged(self) -> Mapping[LineId, Coding]:
        """This coder's latest judgement in force on each line, in the codes in force."""
        return FrozenMapping({line: coding for line, (_, coding) in self._in_force.items()})

    def _bring_into_force(self) -> None:
        """Replay this coder's latest judgements that were not replayed yet."""
        made = self._history.codings
        known = self._in_force
        new = {line: coding for line, coding in made.items() if line not in known or known[line][0] is not coding}
        brought = self._codebook.replayed(new.values())
        replayed = {line: (new[line], coding) for line, coding in zip(new, brought, strict=True)}
        self._in_force = {line: replayed.get(line) or known[line] for line in made}

    @property
    def acts(self) -> tuple[Act, ...]:
        """What this coder did and did not undo, oldest first."""
        return self._history.acts

    @property
    def lines_to_judge(self) -> tuple[Line, ...]:
        """The participants' lines that this session is about, judged or not, in the order of the interviews."""
        return self._assignment.lines

    @property
    def n_others(self) -> int:
        """The number of participants' lines without suggestions that could be read besides those of this session."""
        return self._assignment.others

    def read_others(self) -> None:
        """Make the session one about all lines of participants, also those without suggestions."""
        self._assignment.take_others()
        self._queue = None
        self.current = self.queue.after(None)

    @property
    def journal_path(self) -> Path:
        """The file of the journal."""
        return self._journal.path

    @property
    def band_meanings(self) -> tuple[BandMeaning, ...]:
        """How many strong, fair and weak suggestions were kept so far: by all coders, or this one while `sees_others`
        is false."""
        return band_meanings(
            decision for decision in self._journal.decisions() if self.sees_others or decision.coder == self.coder
        )

    @property
    def sees_others(self) -> bool:
        """Whether this coder may see what others gave: independent coding is closed, or every line is read."""
        return self._coding_closed or all(line.id in self._history.codings for line in self.lines.participant_lines)

    @property
    def question(self) -> Line | None:
        """The interviewer's line before the present one."""
        return None if self.current is None else self.lines.question_before(self.current)

    @property
    def stage(self) -> Stage:
        """What the coder sees of the present line; blind when all lines are judged."""
        return Stage.BLIND if self.current is None else self.stage_of(self.current.id)

    @property
    def suggestions(self) -> tuple[Suggestion, ...] | None:
        """The suggestions for the present line, at most three; None where no suggestions may be shown."""
        offer = None if self.current is None else self.offer(self.current.id)
        return None if offer is None else offer.suggestions

    @property
    def abstention(self) -> Abstention | None:
        """Why the suggester proposes nothing for the present line; None if it does, or nothing may be shown."""
        offer = None if self.current is None else self.offer(self.current.id)
        return None if offer is None or offer.suggestions else offer.abstention

    def stage_of(self, line: LineId) -> Stage:
        """
        Return what the coder sees of a line now: only the line, suggestions, or suggestions after an own judgement.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._disclosure.stage_of(line)

    def is_withheld(self, line: LineId) -> bool:
        """
        Return whether there are suggestions for a line that the coder is to judge alone first.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._disclosure.is_withheld(line)

    def judgement(self, line: LineId) -> Act | None:
        """
        Return the act with this coder's latest judgement of a line, or None if it was not judged.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._history.latest(line)

    def awaits_second_look(self, line: LineId) -> bool:
        """
        Return whether suggestions differ from this coder's own judgement and the coder has not decided on them yet.

        Parameters
        ----------
        line : LineId
            The line.
        """
        if not self._history.awaits_second_look(line):
            return False
        # what was revealed may be withheld since
        offer = self.offer(line) if self._codebook.changes else None
        return offer is None or bool(offer.suggestions)

    def offer(self, line: LineId, *, batch: BatchId | None = None, version: str | None = None) -> Offer | None:
        """
        Return what may be shown for a line now; None while the coder is to judge it alone.

        Parameters
        ----------
        line : LineId
            The line.
        batch : BatchId or None, default None
            The batch of the suggestions; None for the latest with this line.
        version : str or None, default None
            The version of the codebook under which they were shown; None for the one in force.
        """
        return self._disclosure.offer(line, batch=batch, version=version)

    def _shown(
        self, line: Line, batch: BatchId | None, version: str | None, seen: Collection[CodeId] | None
    ) -> Offer | None:
        """Return what was on the screen for a line; raises `SettlementError` for what was not to be shown."""
        offer = self.offer(line.id, batch=batch, version=version)
        if batch is not None and (offer is None or offer.batch != batch):
            raise SettlementError(
                f"{line.id}: the suggestions {batch!r} were not to be shown for this line; load the page again."
            )
        return None if offer is None else offer.seen(seen)

    def gave_before_correction(self, line: LineId) -> tuple[str, ...] | None:
        """
        Return the names of the codes that this coder gave before a correction to what stood in the place of a line.

        Parameters
        ----------
        line : LineId
            The line.

        Returns
        -------
        tuple of str or None
            Empty if no code applied; None if the coder judged the line since, or nothing before.
        """
        if line not in self._set_aside or self._history.latest(line) is not None:
            return None
        labels = latest_labels(self._codebook.versions)
        given = {code for coding in self._set_aside[line] for code in coding.codes}
        return tuple(label for code, label in labels.items() if code in given)

    def go_to(self, line: LineId) -> Line:
        """
        Make a line the present one, judged or not, and return it.

        Parameters
        ----------
        line : LineId
            The line.

        Raises
        ------
        ValueError
            If there is no such line, or it is the interviewer's.
        """
        self.current = self._line(line)
        return self.current

    def hurries(self) -> bool:
        """Return, at most once per session, whether the latest lines were decided faster than they can be read."""
        return self._pace.warns()

    def _line(self, line_id: LineId | None) -> Line:
        if line_id is None:
            if self.current is None:
                raise ValueError("every line is decided; go to a line to judge it again.")
            return self.current
        line = find_line(self.lines, line_id)
        if line is None:
            raise unknown("line", line_id, [other.id for other in self.lines])
        if line.role is not Role.PARTICIPANT:
            raise ValueError(f"the line {line_id!r} is the interviewer's; only participants' lines are coded.")
        return line


def _lines_to_measure(journal: Journal) -> frozenset[LineId]:
    """Return the lines of open samples with random ones: what is estimated from them rests on independent codings."""
    samples = [sample for sample in journal.samples() if sample.design is not Design.ACTIVE and sample.ended is None]
    return frozenset(line for sample in samples for line in sample.drawn)


def find_line(lines: Transcripts, line_id: LineId) -> Line | None:
    """Return the line with this id, or None if there is none."""
    try:
        return lines.line(line_id)
    except KeyError:
        return None
