"""An adjudicator at work: the lines on which coders differ, in the codes in force, and the rulings on them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook, CodeId, Fate
from autocode.coding import Adjudication, Basis, CoderId, Coding, Codings, Proposal, Reading, Ruling, Sample, SampleEnd
from autocode.doctext import documented
from autocode.frozen import FrozenMapping
from autocode.journal import CodebookSeen, Entry, Journal, Kind, Undo
from autocode.review._codebook_history import CodebookHistory, FollowsCodebook
from autocode.review._differences import Difference, difference_on
from autocode.review._open_coding import lines_left_to_read, record_shown
from autocode.review._ruling import adjudicate, may_adjudicate
from autocode.transcripts import LineId, Transcripts

_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_KINDS = (Kind.CODING, Kind.ADJUDICATION, Kind.UNDO, Kind.CODEBOOK, Kind.PROPOSAL, Kind.SAMPLE)


@documented
class AdjudicationSession(FollowsCodebook):
    """
    One adjudicator at work on the lines on which coders differ; every ruling is stored before the call returns.

    Parameters
    ----------
    journal : Journal
        The record of the study, to which every ruling is appended.
    {lines}
    {codebook}
    coder : CoderId
        The adjudicator.
    adjudicators : collection of CoderId
        Those whom the study names as adjudicators.
    coders : collection of CoderId, default ()
        Those whom the study names as coders; without any, everybody may code.

    Attributes
    ----------
    left_to_read : int
        The number of lines that this adjudicator, as a coder, has yet to judge or to read again (`lines_left_to_read`).
    coder, lines
        As given.
    codebook : Codebook
        The codebook in force: as given, or after the changes that the journal has recorded until the last `refresh`.

    Raises
    ------
    StudyError
        If the study does not name the coder as an adjudicator, or a coded transcript has changed.
    CodingError
        If the coder is not a human.
    """

    @no_single_text
    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coder: CoderId,
        adjudicators: Collection[CoderId],
        coders: Collection[CoderId] = (),
    ) -> None:
        self.coder = may_adjudicate(coder, adjudicators)
        journal.codings().check_lines(lines)
        self.lines = lines
        self._codebook = CodebookHistory(journal, codebook)
        self._adjudicators = frozenset(adjudicators)
        self._coders = frozenset(coders)
        self._journal = journal
        self._last_entry = 0
        self._lines = {line.id: line for line in lines.participant_lines}
        self._codings: dict[LineId, dict[int, Entry]] = {}  # by the numbers of their entries, without those undone
        self._line_of: dict[int, LineId] = {}
        self._differences: dict[LineId, Difference] = {}
        self._settled: dict[LineId, tuple[Coding, ...]] = {}
        self._acts: dict[int, Adjudication] = {}  # of this adjudicator by time, with the numbers of their entries
        self._update_left_to_read()
        self.refresh()

    def refresh(self) -> None:
        """Read what was appended to the journal since: by coders, other adjudicators, and who changes the codebook."""
        last = self._journal.last
        if last == self._last_entry:
            return
        changed: dict[LineId, None] = {}
        is_own_changed = is_codebook_changed = False
        for entry in self._journal.history(kinds=_KINDS, after=self._last_entry):
            last = max(last, entry.seq)
            record, number = entry.record, entry.seq
            if entry.undone:
                continue
            if isinstance(record, Undo):
                number = record.entry
                self._acts.pop(number, None)
                if number not in self._line_of:
                    continue
                record = self._codings[self._line_of.pop(number)].pop(number).record
            elif isinstance(record, Coding):
                self._codings.setdefault(record.line, {})[number] = entry
                self._line_of[number] = record.line
            elif isinstance(record, Adjudication) and record.coder == self.coder and record.line in self._lines:
                self._acts[number] = record
            if isinstance(record, CodebookSeen | Change | Proposal):
                is_codebook_changed = True
            # a change, or a draw, may leave lines to be read again
            is_own_changed |= isinstance(record, Change | Sample | SampleEnd)
            if isinstance(record, Coding):
                changed[record.line] = None
                is_own_changed |= record.coder == self.coder and record.basis is not Basis.ADJUDICATED
        self._last_entry = last
        self._acts = dict(sorted(self._acts.items(), key=lambda act: act[1].at or _UNKNOWN))
        if is_codebook_changed and self._codebook.read():
            changed = dict.fromkeys(self._codings)
        self._update_differences([line for line in changed if line in self._lines])
        if is_own_changed:
            self._update_left_to_read()

    def _update_differences(self, changed: Collection[LineId]) -> None:
        """Find how coders differ on these lines now, and how the lines are adjudicated."""
        is_added = False
        in_force = self._codebook.replayed(coding for line in changed for coding in self._latest(line))
        for line in changed:
            codings = in_force.of(line)
            difference = difference_on(self._lines[line], codings)
            is_added |= difference is not None and line not in self._differences
            self._settled[line] = tuple(coding for coding in codings if coding.basis is Basis.ADJUDICATED)
            if difference is None:
                self._differences.pop(line, None)
            else:
                self._differences[line] = difference
        if is_added:  # in the order of the interviews
            self._differences = {line: self._differences[line] for line in self._lines if line in self._differences}

    def _latest(self, line: LineId) -> Collection[Coding]:
        """Return each coder's latest coding of a line on each basis, with the codes that were given."""
        return {(coding.coder, coding.basis): coding for coding in self._as_made(line)}.values()

    def _as_made(self, line: LineId) -> list[Coding]:
        """Return the codings of a line by their time; entries that came from another laptop are not in that order."""
        entries = sorted(self._codings[line].values(), key=lambda entry: (entry.at, entry.id))
        return [entry.record for entry in entries if isinstance(entry.record, Coding)]

    def _update_left_to_read(self) -> None:
        """Count the lines that this adjudicator, as a coder, has yet to judge."""
        latest = {
            (coding.line, coding.basis): coding
            for line in self._codings
            for coding in self._as_made(line)
            if coding.coder == self.coder
        }
        self.left_to_read = lines_left_to_read(
            self.coder, Codings(latest.values()), self.lines, coders=self._coders, journal=self._journal
        )

    def record_shown(self) -> None:
        """Record that others' codings are shown to this adjudicator, as `autocode.review.record_shown` does."""
        record_shown(self.coder, self._journal, coders=self._coders)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every line on which coders differ, adjudicated or not, in the order of the interviews."""
        return tuple(self._differences.values())

    def difference(self, line: LineId, *, version: str | None = None) -> Difference | None:
        """
        Return how coders differ on a line, or None if they do not.

        Parameters
        ----------
        line : LineId
            The line.
        version : str or None, default None
            The version of the codebook under which it is asked for; None for the one in force. Where somebody has
            judged the line since, under a later version, it is how they differ now.

        Raises
        ------
        SettlementError
            If the codebook never had that version.
        """
        if version is None or self._codebook.under(version) is self.codebook or line not in self._lines:
            return self._differences.get(line)
        latest = self._latest(line) if line in self._codings else ()
        if any(self._codebook.is_after(coding, version) for coding in latest):
            return self._differences.get(line)
        return difference_on(self._lines[line], self._codebook.replayed(latest, version=version))

    @property
    def contested(self) -> Mapping[CodeId, int]:
        """For each code, the number of lines on which coders differ about it."""
        counts: dict[CodeId, int] = {}
        for difference in self._differences.values():
            for code in difference.contested:
                counts[code] = counts.get(code, 0) + 1
        return FrozenMapping(counts)

    def settled(self, line: LineId) -> tuple[Coding, ...]:
        """
        Return the adjudicated codings in force on a line, of this adjudicator and of others.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._settled.get(line, ())

    def ended(self, ruling: Coding) -> tuple[Fate, ...]:
        """
        Return the codes of an adjudicated coding that ended or changed since, with what became of them.

        Codes that were merged into one that the coding has now are not among them.

        Parameters
        ----------
        ruling : Coding
            One of the codings that `settled` returns.
        """
        latest = self._latest(ruling.line) if ruling.line in self._codings else ()
        made = [coding for coding in latest if (coding.coder, coding.basis) == (ruling.coder, ruling.basis)]
        became = self._codebook.fates_since(made[0].version) if made else {}
        lost = sorted(made[0].codes - ruling.codes) if made else []
        return tuple(became[code] for code in lost if code in became and ruling.codes.isdisjoint(became[code].into))

    def ruling(self, line: LineId) -> Adjudication | None:
        """
        Return how this adjudicator settled a line, or None if this adjudicator did not.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return next((ruling for ruling in reversed(self._acts.values()) if ruling.line == line), None)

    @property
    def open(self) -> tuple[Difference, ...]:
        """The lines on which coders differ and that nobody has adjudicated."""
        return tuple(difference for line, difference in self._differences.items() if not self._settled[line])

    @no_single_text
    def settle(
        self,
        line: LineId,
        ruling: Ruling,
        *,
        left: Reading | None = None,
        right: Reading | None = None,
        codes: Iterable[CodeId] = (),
        reason: str = "",
        names_hidden: bool = False,
        milliseconds: int | None = None,
        gesture: str = "",
        version: str | None = None,
    ) -> Coding:
        """
        Record a ruling on a line, and return the adjudicated coding.

        Parameters
        ----------
        line : LineId
            The line.
        ruling : Ruling
            Which reading is right, as in `adjudicate`.
        left, right, codes, reason, names_hidden, milliseconds : optional
            As in `adjudicate`.
        gesture : str, default ""
            An idempotency key: what is sent twice under it is stored once.
        version : str or None, default None
            The version of the codebook that was on the screen; None for the one in force. The ruling is stored as one
            under that version.

        Raises
        ------
        StudyError, CodingError, SettlementError
            As `adjudicate` does.
        ValueError
            If the coders do not differ on the line, or as `adjudicate` does.
        """
        difference = self.difference(line, version=version)
        if difference is None:
            raise ValueError(f"the coders do not differ on the line {line!r}, so there is nothing to adjudicate.")
        adjudicated = adjudicate(
            difference,
            ruling,
            coder=self.coder,
            adjudicators=self._adjudicators,
            codebook=self._codebook.under(version),
            left=left,
            right=right,
            codes=codes,
            reason=reason,
            names_hidden=names_hidden,
            milliseconds=milliseconds,
            version=self._codebook.name_of(version),
        )
        if gesture and self._journal.stores(gesture):
            return adjudicated.coding
        self._journal.append(*adjudicated.entries, gesture=gesture)
        self.refresh()
        return adjudicated.coding

    def undo(self, *, gesture: str = "") -> LineId | None:
        """
        Take back this adjudicator's latest ruling, and return its line; None if there is nothing to undo.

        Parameters
        ----------
        gesture : str, default ""
            An idempotency key: what is sent twice under it is undone once.
        """
        if not self._acts or (gesture and self._journal.stores(gesture)):
            return None
        number, ruling = next(reversed(self._acts.items()))
        entries = (number, number + 1)  # the ruling, and the coding that results from it
        self._journal.append(*(Undo(entry=entry, coder=self.coder) for entry in entries), gesture=gesture)
        self.refresh()
        return ruling.line
