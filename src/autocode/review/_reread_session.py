"""One coder who reads lines again after the codebook or a transcript changed: every answer is stored at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook, CodeId
from autocode.coding import (
    Basis,
    CoderId,
    Coding,
    Codings,
    Design,
    Mode,
    Paradata,
    Proposal,
    Sample,
    SampleEnd,
    Stage,
    answered,
    code_asked_for,
)
from autocode.conduct import Amendment
from autocode.doctext import documented
from autocode.errors import Fault, SettlementError
from autocode.journal import CodebookSeen, Journal, Undo
from autocode.names import aside
from autocode.review._history import Act, CoderHistory
from autocode.review._queue import Progress
from autocode.review._readings import (
    CodebookRecord,
    CoderReadings,
    RereadingQueue,
    draws_of_changes,
    lines_set_aside,
)
from autocode.review._rereading import Rereading
from autocode.review._settle import settle
from autocode.transcripts import LineId, Transcripts

if TYPE_CHECKING:
    from autocode.agreement import Unfound

_CHANGES_THE_RECORD = Change | CodebookSeen | Proposal | Undo


@documented
def lines_to_read_again(coder: CoderId, journal: Journal, lines: Transcripts) -> frozenset[LineId]:
    """
    Return the lines that wait to be read again independently by a person, since the codebook or their words changed.

    While there are any and independent coding is open, the person must not see others' codings of them.

    Parameters
    ----------
    coder : CoderId
        The person.
    journal : Journal
        The record of the study.
    {lines}

    Raises
    ------
    StudyError
        If a coded transcript has changed since it was coded.
    """
    codebook, changes = journal.codebook_history()
    # reading all codings of a large study takes seconds
    if not changes and not journal.amendments() and not journal.edited(lines):
        return frozenset()
    codings = journal.codings()
    codings.check_lines(lines)
    if codebook is None or coder not in {*codings.coders, *journal.set_aside().coders}:
        return frozenset()
    return RereadingSession(journal, lines=lines, codebook=codebook, coder=coder).waiting_alone


@documented
class RereadingSession:
    """
    One coder at work on the lines that wait to be read again; a session that is opened again goes on where it stopped.

    After a split, the lines to which the coder gave the code wait; after a narrower definition, the same; after another
    meaning, all that the coder read; after a retirement whose lines are read again, those that had no other code; after
    a change was taken back, those that became unknown. For a code that is new or wider, only lines that were drawn wait
    (`autocode.study.draw_rereading`). Lines that a correction of the transcript changed much wait for those who had
    read them.

    Parameters
    ----------
    journal : Journal
        The record of the study, to which every answer is appended.
    {lines}
    {codebook}
        Where changes of it are recorded, the codebook is that of the record.
    coder : CoderId
        The coder.
    mode : Mode, default Mode.INDEPENDENT
        When the study shows suggestions, for the record; none are shown here.

    Raises
    ------
    StudyError
        If a transcript was edited after it was coded.
    CodingError
        If the coder is not a human.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Code, Codebook, Coding, Journal, read_transcripts
    >>> from autocode.codebook import Split
    >>> from autocode.journal import CodebookSeen
    >>> from autocode.review import RereadingSession
    >>> codebook = Codebook([Code(id="travel", name="Travel")])
    >>> parts = (Code(id="bus", name="Bus"), Code(id="car", name="Car"))
    >>> with TemporaryDirectory() as folder, Journal.open(Path(folder) / "study.sqlite") as journal:
    ...     path = Path(folder) / "GP1.txt"
    ...     _ = path.write_text("I: How do you get there?\\nGP1: By bus.\\n")
    ...     lines = read_transcripts(path)
    ...     _ = journal.append(CodebookSeen(codebook=codebook))
    ...     _ = journal.append(Coding(line="GP1:2", coder="MO", codes=frozenset(["travel"])))
    ...     _ = journal.append(Split(before="1", after="2", by="TW", code="travel", parts=parts))
    ...     session = RereadingSession(journal, lines=lines, codebook=codebook, coder="MO")
    ...     waiting = session.waiting[0]
    ...     coding = session.answer(waiting.line, ["bus"], asked=waiting.codes)
    >>> waiting.why, waiting.gave, waiting.codes
    ("TW split 'Travel' into 'Bus' and 'Car'.", ('Travel',), ('bus', 'car'))
    >>> sorted(coding.codes), coding.basis.value, len(session.waiting)
    (['bus'], 'independent', 0)
    """

    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coder: str,
        mode: Mode = Mode.INDEPENDENT,
    ) -> None:
        journal.codings().check_lines(lines)
        self.coder = journal.coder(coder)
        self.lines = lines
        self._mode = mode
        self._journal = journal
        self._codebook = codebook
        self._history = CoderHistory(self.coder)
        self._last_entry = 0
        self._filled = ""  # the identity of the entry since which lines wait
        self._record = CodebookRecord(journal, codebook, self.coder)
        self._samples: Sequence[Sample] = ()
        self._set_aside: Mapping[LineId, Codings] = {}
        self._readings = CoderReadings(self._history, self._record, self._set_aside)
        self._waiting: tuple[Rereading, ...] = ()
        self.refresh()

    def refresh(self) -> None:
        """Read what was appended to the journal since, by anyone."""
        entries = list(self._journal.history(after=self._last_entry))
        if not entries:
            return
        self._last_entry = entries[-1].seq
        filling = (entry.id for entry in entries if isinstance(entry.record, Change | Amendment | Sample))
        self._filled = max(filling, default=self._filled)
        records = [entry.record for entry in entries]
        if any(isinstance(record, _CHANGES_THE_RECORD) for record in records):
            self._record = CodebookRecord(self._journal, self._codebook, self.coder)
        if any(isinstance(record, Sample | SampleEnd | Amendment) for record in records):
            self._samples = [sample for sample in self._journal.samples() if sample.design is Design.REREADING]
        self._history.ingest(entries)
        self._set_aside = lines_set_aside(self._journal, self.coder, self.lines)
        self._readings = CoderReadings(self._history, self._record, self._set_aside)
        queue = RereadingQueue(
            self._readings, self._record, samples=self._samples, set_aside=self._set_aside, lines=self.lines
        )
        self._waiting = queue.waiting

    @property
    def waiting(self) -> tuple[Rereading, ...]:
        """The questions that wait for this coder, in the order in which they are asked."""
        return self._waiting

    @property
    def waiting_alone(self) -> frozenset[LineId]:
        """The lines that wait and of which another reading is independent, if the coder sees nothing of them before."""
        lines = {rereading.line for rereading in self._waiting}
        return frozenset(line for line in lines if self._basis(line) is Basis.INDEPENDENT)

    @property
    def journal_path(self) -> Path:
        """The file of the journal."""
        return self._journal.path

    @property
    def codebook(self) -> Codebook:
        """The codebook in force, without the own codes of other coders."""
        return self._record.codebook

    @property
    def version(self) -> str:
        """The version of the codebook in force."""
        return self._record.version

    @property
    def version_seen(self) -> str:
        """The version in force as a page names it: own codes of others, which it does not show, do not count."""
        return self._record.version_seen

    def version_named(self, seen: str) -> str:
        """
        Return the version that a page knows by a name, see `version_seen`.

        Parameters
        ----------
        seen : str
            The name; empty for the version before all recorded changes.

        Raises
        ------
        CodingError
            If no page ever had it.
        """
        return self._record.version_named(seen)

    @property
    def acts(self) -> tuple[Act, ...]:
        """The answers of this coder that were not undone, oldest first."""
        return self._readings.acts

    @property
    def progress(self) -> Progress:
        """How far the coder has come: questions answered since lines last came to wait, and those left."""
        return Progress(done=sum(act.id > self._filled for act in self.acts), later=0, left=len(self._waiting))

    @no_single_text
    def answer(
        self,
        line: LineId,
        applied: Collection[CodeId] = (),
        *,
        asked: Collection[CodeId],
        version: str | None = None,
        gesture: str = "",
        milliseconds: int | None = None,
    ) -> Coding | None:
        """
        Record which of the codes in question apply to a line.

        The rest of the coder's judgement and its memo stay. The basis stays independent if the coder has seen nothing
        of suggestions or of others' codings of the line, and becomes assisted otherwise.

        Parameters
        ----------
        line : LineId
            The line.
        applied : collection of CodeId, default ()
            The codes among `asked` that apply; none if none of them does.
        asked : collection of CodeId
            The codes in question.
        version : str or None, default None
            The version of the codebook that the coder had before them; None for the one in force. The answer is
            recorded under it, and brought to the one in force like any other judgement.
        gesture : str, default ""
            An idempotency key, as in `ReviewSession.settle`.
        milliseconds : int or None, default None
            Time from the line's appearance on the screen to the act; None if it was not measured.

        Returns
        -------
        Coding or None
            The judgement; None if the idempotency key was stored already.

        Raises
        ------
        SettlementError
            If the coder has not read the line before or has read it again already, or a code cannot be given.
        CodingError
            If there is no such version, or the coder judged the line again under a later one.
        """
        if gesture and self._journal.stores(gesture):
            self.refresh()
            return None
        version = self.version if version is None else version
        codable = self._codable(version)
        SettlementError.raise_if(
            Fault(f"{line}: {code!r} is no code that lines can be given{aside(code, codable)}; reload the page.")
            for code in dict.fromkeys((*asked, *applied))
            if code not in codable
        )
        before, after = self._answered(line, frozenset(applied), frozenset(asked), version)
        coding = replace(after, version=version if self._record.changes else "", basis=self._basis(line), at=None)
        self._journal.append(
            coding,
            Paradata(
                line=line,
                coder=self.coder,
                mode=self._mode,
                stage=Stage.BLIND,  # only the line is on the screen
                before=before,
                after=coding.codes,
                milliseconds=milliseconds,
                codebook=self.codebook.digest,
            ),
            gesture=gesture,
        )
        self.refresh()
        return coding

    def undo(self, act: str | None = None, *, gesture: str = "") -> LineId | None:
        """
        Take back an answer, and return its line, which waits again; None if there is nothing to undo.

        Parameters
        ----------
        act : str or None, default None
            The name of the act; None for the latest. An act that is undone already is left alone.
        gesture : str, default ""
            An idempotency key, as in `answer`.
        """
        if gesture and self._journal.stores(gesture):
            self.refresh()
            return None
        undone = next((known for known in reversed(self.acts) if act in (None, known.name) and known.entries), None)
        if undone is None:
            return None
        self._journal.append(*(Undo(entry=entry, coder=self.coder) for entry in undone.entries), gesture=gesture)
        self.refresh()
        return undone.line

    def unfound(self) -> "dict[CodeId, Unfound]":
        """
        Return, for each code that is new or wider and whose drawn lines are read, how many others may have it.

        The lines that were read because they are likely to have the code count neither as drawn nor as left. Where more
        lines were drawn later, all that were drawn at random count together, as one sample without replacement.
        """
        from autocode.agreement import estimate_unfound  # scipy takes a second, which a coder's page need not wait for

        unread = {rereading.change.after for rereading in self._waiting if rereading.change is not None}
        found = {}
        for version, draws in draws_of_changes(self._samples).items():
            change = self._record.change_to(version)
            code = None if change is None else code_asked_for(change)
            if code is None or version in unread or code not in self.codebook:
                continue
            read, n_left = self._read_at_random(draws, code)
            if read and n_left:
                found[code] = estimate_unfound(sum(read), len(read), len(read) + n_left)
        return found

    def _read_at_random(self, draws: Sequence[Sample], code: CodeId) -> tuple[list[bool], int]:
        """Return whether each line that was drawn at random has the code, and how many were not drawn and are open."""
        now = self._readings.now
        frames = ([line for line, p in sample.probabilities.items() if p < 1 and line in now] for sample in draws)
        # whatever was drawn of the others later, all lines of the first frame had the same chance to be among the drawn
        frame = next(filter(None, frames), [])
        answers = {line: now[line].applies(code) for line in frame}
        drawn = {line for sample in draws for line in sample.drawn}
        read = [answer for line, answer in answers.items() if line in drawn and answer is not None]
        return read, sum(answer is None for line, answer in answers.items() if line not in drawn)

    def _codable(self, version: str) -> frozenset[CodeId]:
        place = self._record.questions.place_of(version)
        return frozenset(code.id for code in self._record.versions[place].subthemes)

    def _answered(
        self, line: LineId, applied: frozenset[CodeId], asked: frozenset[CodeId], version: str
    ) -> tuple[frozenset[CodeId] | None, Coding]:
        """Return the codes before, and the judgement with an answer, in the codes of a version."""
        readings = self._readings.made(line)
        if readings:
            before, _ = self._record.questions.of(readings, version=version)
            if not asked <= before.unjudged:
                raise SettlementError(f"{line}: you read this line again already; undo that first, or reload the page.")
            return before.codes, answered(before, asked, applied)
        if line not in self._set_aside:
            raise SettlementError(f"{line}: {self.coder} has not read this line before; code it in the review.")
        if asked != self._codable(version):
            raise SettlementError(f"{line}: this line is read as if anew, with all codes; reload the page.")
        settlement = settle(
            self.lines.line(line),
            coder=self.coder,
            shown=None,
            verdicts={},
            codebook=self._record.versions[self._record.questions.place_of(version)],
            added=applied,
            people=[self.coder],
        )
        assert settlement.coding is not None  # nothing was skipped
        return None, settlement.coding

    def _basis(self, line: LineId) -> Basis:
        """Return the basis of another reading: as before, but not independent once something of it was seen."""
        readings = self._readings.made(line)
        bases = {readings[-1].basis} if readings else {coding.basis for coding in self._set_aside[line]}
        if bases != {Basis.INDEPENDENT}:
            return Basis.ADJUDICATED if readings and bases == {Basis.ADJUDICATED} else Basis.ASSISTED
        return Basis.ASSISTED if self._history.is_influenced(line) else Basis.INDEPENDENT
