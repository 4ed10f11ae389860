"""One coder at work: every act is stored before the next line is shown."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from autocode.arguments import no_single_text
from autocode.codebook import Code, CodeId
from autocode.coding import BatchId, Paradata, Proposal, Stage, Verdict
from autocode.doctext import documented
from autocode.errors import Fault, SettlementError
from autocode.journal import Deferral, TranscriptSeen, Undo
from autocode.review._code_making import made_code
from autocode.review._offer import Offer
from autocode.review._settle import Settlement, settle
from autocode.review._transcript_versions import refuse_edited
from autocode.review._view import CoderView, find_line
from autocode.transcripts import Line, LineId

_NOTHING = Settlement(coding=None, decision=None)


@no_single_text
@documented
class ReviewSession(CoderView):
    """
    One coder at work on a study; a session that is opened again goes on where the coder stopped.

    Parameters
    ----------
    journal : Journal
        The record of the study, to which every act is appended.
    {lines}
    {codebook}
    coder : CoderId
        The coder.
    batch : SuggestionBatch or None, default None
        The suggestions to show in an assisted session about this one batch.
    mode : Mode or None, default None
        When suggestions are shown: the latest in the journal for each line, also those appended meanwhile. None for an
        assisted session if there is a `batch`, else an independent one.
    only : collection of LineId or None, default None
        The lines to judge. None for the lines with suggestions or abstentions or, without any, all participants' lines.
    making : CodeMaking or None, default None
        What makes codes that the coder names, in a study coded from zero; None where the coder proposes them instead.
    coding_closed : bool, default False
        Whether independent coding is over; until then, a coder with lines left sees no other's coding.

    Attributes
    ----------
    current : Line or None
        The present line; None when all lines are judged.
    coder, lines, mode, making
        As given.
    codebook : Codebook
        The codebook in force: as given, or after the changes that the journal has recorded until the last `refresh`.

    Raises
    ------
    StudyError
        If a transcript with lines to judge was edited after it was coded, or after the suggestions to show were made.
    CodingError
        If the coder is not a human.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Code, Codebook, Journal, ReviewSession, read_transcripts
    >>> codebook = Codebook([Code(id="phone", name="Telephone")])
    >>> with TemporaryDirectory() as folder, Journal.open(Path(folder) / "study.sqlite") as journal:
    ...     path = Path(folder) / "GP1.txt"
    ...     _ = path.write_text("I: How do you refer?\\nGP1: By phone.\\nIt rings out.\\n")
    ...     session = ReviewSession(journal, lines=read_transcripts(path), codebook=codebook, coder="ann")
    ...     _ = session.settle(added=["phone"])
    ...     print(session.progress, "|", session.current.text)
    1 of 2 lines decided, 0 left for later | It rings out.
    """

    @no_single_text
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
        version: str | None = None,
        seen: Collection[CodeId] | None = None,
    ) -> Settlement:
        """
        Record the coder's judgement of a line and go on to the next.

        The line gets the accepted and the added codes; all other suggestions shown are rejected. Without any code, none
        fits. If suggestions differ from a judgement that was made without seeing them, the present line stays: they may
        be shown from then on, and settling again records the decision on them.

        Parameters
        ----------
        accepted : iterable of CodeId, default ()
            The suggestions to accept.
        added : iterable of CodeId, default ()
            Further codes.
        proposed : iterable of str, default ()
            Names of codes that the codebook lacks, for the team to consider. Where coders make codes, they are made, if
            they are not there, and given to the line.
        memo : str, default ""
            The coder's note.
        line : LineId or None, default None
            The line to judge; None for the present one.
        batch : BatchId or None, default None
            The batch of the suggestions that were on the screen; None for those that the session shows.
        gesture : str, default ""
            An idempotency key, made where the key was pressed: what is sent twice under it is stored once.
        milliseconds : int or None, default None
            Time from the line's appearance on the screen to the act; None if it was not measured.
        version : str or None, default None
            The version of the codebook that was on the screen; None for the one in force, and empty for the one before
            all recorded changes. The judgement is stored as one under that version, and what became of its codes since
            is applied to it.
        seen : collection of CodeId or None, default None
            The suggestions that were on the screen; None for all of them. The others count as not shown.

        Returns
        -------
        Settlement
            The coding and the decision; neither, if the idempotency key was stored already.

        Raises
        ------
        SettlementError
            If a code was not shown or may not be given, the batch was not shown, or the codebook never had that
            version.
        """
        target = self._line(line)
        if self._is_stored(gesture):
            return _NOTHING
        codebook = self._codebook.under(version)
        shown = self._shown(target, batch, version, seen)
        verdicts = dict.fromkeys(_codes_of(shown), Verdict.REJECTED)
        verdicts.update((code, Verdict.ACCEPTED) for code in accepted)
        names = tuple(dict.fromkeys(name for written in proposed if (name := " ".join(written.split()))))
        unseen: frozenset[CodeId] = frozenset()
        if self.making is not None and names:
            made = {self.make_code(name, line=target.id).id for name in names}
            added, names = (*added, *made), ()
            # the judgement is one under the version with the new codes, and says nothing about others made meanwhile
            version, unseen = None, frozenset(code.id for code in self.codebook.subthemes) - codebook.keys() - made
        known = {codebook.label(code.id): None for name in names for code in codebook.named(name) if code.codable}
        SettlementError.raise_if(
            Fault(f"{target.id}: {label!r} is a code of the codebook; choose it instead of proposing it.")
            for label in known
        )
        settlement = self._settlement(target, shown, verdicts, added=added, memo=memo, version=version, unseen=unseen)
        under = self._codebook.name_of(version)
        proposals = tuple(Proposal(name=name, line=target.id, coder=self.coder, version=under) for name in names)
        self._append(
            target, settlement, proposals, shown=shown, gesture=gesture, milliseconds=milliseconds, version=version
        )
        return settlement

    def make_code(self, name: str, *, line: LineId | None = None) -> Code:
        """
        Return the code of a name; in a study coded from zero, it is made if the coder has none of that name.

        Parameters
        ----------
        name : str
            The name.
        line : LineId or None, default None
            The line on which the coder needs it; None for the present one.

        Raises
        ------
        SettlementError
            If coders do not make codes in this study, or the name is empty.
        """
        code = made_code(self.making, name, by=self.coder, line=self._line(line).id)
        self.refresh()
        return code

    @no_single_text
    def keep_first(
        self,
        *,
        memo: str = "",
        line: LineId | None = None,
        batch: BatchId | None = None,
        gesture: str = "",
        milliseconds: int | None = None,
        version: str | None = None,
        seen: Collection[CodeId] | None = None,
    ) -> Settlement:
        """
        Accept the first suggestion alone, if it is strong, as `settle` does.

        Parameters
        ----------
        memo, line, batch, gesture, milliseconds, version, seen : optional
            As in `settle`.

        Raises
        ------
        SettlementError
            If the first suggestion is not strong.
        """
        target = self._line(line)
        if self._is_stored(gesture):
            return _NOTHING
        shown = self._shown(target, batch, version, seen)
        first = None if shown is None else shown.strong_first
        if first is None:
            raise SettlementError(
                f"{target.id}: only a strong match is kept by one key; choose the suggestion itself, or say that none "
                "fits."
            )
        is_second_look = self.stage_of(target.id) is Stage.SECOND_LOOK
        own = self._disclosure.own_judgement(target.id, version=version) if is_second_look else None
        return self.settle(
            [first],
            added=() if own is None else own.codes,
            memo=memo,
            line=target.id,
            batch=batch,
            gesture=gesture,
            milliseconds=milliseconds,
            version=version,
            seen=seen,
        )

    @no_single_text
    def later(
        self,
        *,
        line: LineId | None = None,
        batch: BatchId | None = None,
        gesture: str = "",
        milliseconds: int | None = None,
        version: str | None = None,
        seen: Collection[CodeId] | None = None,
    ) -> Settlement:
        """
        Leave a line for later, at the end of the queue, and go on to the next.

        Parameters
        ----------
        line, batch, gesture, milliseconds, version, seen : optional
            As in `settle`.
        """
        target = self._line(line)
        if self._is_stored(gesture):
            return _NOTHING
        shown = self._shown(target, batch, version, seen)
        verdicts = dict.fromkeys(_codes_of(shown), Verdict.SKIPPED)
        settlement = self._settlement(target, shown, verdicts, version=version) if verdicts else _NOTHING
        self._append(target, settlement, (), shown=shown, gesture=gesture, milliseconds=milliseconds, version=version)
        return settlement

    def undo(self, act: str | None = None, *, gesture: str = "") -> Line | None:
        """
        Take back an act of this coder, go back to its line and return it; None if there is nothing to undo.

        Parameters
        ----------
        act : str or None, default None
            The name of the act; None for the latest. An act that is undone already is left alone.
        gesture : str, default ""
            An idempotency key, as in `settle`.
        """
        if self._is_stored(gesture):
            return self.current
        undone = self._history.act(act)
        if undone is None or not undone.entries:
            return None
        self._journal.append(*(Undo(entry=entry, coder=self.coder) for entry in undone.entries), gesture=gesture)
        self.refresh()
        self.current = find_line(self.lines, undone.line) or self.queue.after(None)
        return self.current

    def _is_stored(self, gesture: str) -> bool:
        """Return whether an idempotency key was stored already; then what it came to is read from the journal."""
        is_stored = bool(gesture) and self._journal.stores(gesture)
        if is_stored:
            self.refresh()
        return is_stored

    def _settlement(
        self,
        line: Line,
        shown: Offer | None,
        verdicts: Mapping[CodeId, Verdict],
        *,
        version: str | None,
        added: Iterable[CodeId] = (),
        memo: str = "",
        unseen: frozenset[CodeId] = frozenset(),
    ) -> Settlement:
        settlement = settle(
            line,
            coder=self.coder,
            shown=None if shown is None else shown.suggestions,
            verdicts=verdicts,
            codebook=self._codebook.under(version),
            added=added,
            batch=None if shown is None else shown.batch,
            memo=memo,
            influenced=self._history.is_influenced(line.id) or self._history.has_seen_others(line.id),
            people=[self.coder],
        )
        coding = settlement.coding
        if coding is None:
            return settlement
        coding = replace(coding, version=self._codebook.name_of(version), unjudged=unseen - coding.codes)
        if self.stage_of(line.id) is Stage.SECOND_LOOK:
            # the coder is asked about what is suggested besides; what the own judgement leaves open stays open
            own = self._disclosure.own_judgement(line.id, version=version)
            open_codes = frozenset[CodeId]() if own is None else own.unjudged - coding.codes.union(_codes_of(shown))
            waiting = frozenset[frozenset[CodeId]]() if own is None else own.waiting_parts
            coding = replace(
                coding, unjudged=open_codes, waiting_parts=frozenset(parts for parts in waiting if parts <= open_codes)
            )
        return replace(settlement, coding=coding)

    def _append(
        self,
        line: Line,
        settlement: Settlement,
        proposals: tuple[Proposal, ...],
        *,
        shown: Offer | None,
        gesture: str,
        milliseconds: int | None,
        version: str | None,
    ) -> None:
        """Append an act with its paradata to the journal, and choose the line that comes next."""
        coding = settlement.coding
        before = self.judged.get(line.id)
        revealed = None if coding is None else self._disclosure.revealed_by(line.id, coding)
        source = shown or revealed
        paradata = Paradata(
            line=line.id,
            coder=self.coder,
            mode=self.mode,
            stage=self.stage_of(line.id),
            before=None if before is None else before.codes,
            after=None if coding is None else coding.codes,
            revealed=_codes_of(revealed),
            batch=None if source is None else source.batch,
            milliseconds=milliseconds,
            hurried=self._pace.add(line.text, milliseconds),
            model="" if source is None else source.model,
            codebook=self._codebook.under(version).digest,
        )
        interview = self.lines.interview(line.transcript)
        digest = self._versions.digest(interview.id)
        if digest not in (None, interview.digest):
            # somebody may have coded another text of it meanwhile
            refuse_edited(self._assignment.lines, self._journal.codings(), self.lines)
        self._journal.append(
            *(() if digest == interview.digest else (TranscriptSeen.of(interview),)),
            *(settlement.entries or (Deferral(line=line.id, coder=self.coder),)),
            *proposals,
            paradata,
            gesture=gesture,
        )
        self.refresh()
        self.current = line if paradata.revealed else self.queue.after(line)


def _codes_of(offer: Offer | None) -> tuple[CodeId, ...]:
    return () if offer is None else tuple(suggestion.code for suggestion in offer.suggestions)
