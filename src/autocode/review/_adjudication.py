"""How a human adjudicates the lines on which coders differ: by a coding of their own, which replaces none of theirs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps
from types import MappingProxyType

from autocode.codebook import Codebook, CodeId
from autocode.coding import Adjudication, Basis, CoderId, Coding, Codings, Reading, Ruling, human
from autocode.doctext import documented
from autocode.errors import Fault, SettlementError, StudyError
from autocode.journal import Entry, Journal, Kind, Undo
from autocode.review._differences import Difference, difference_on
from autocode.review._open_coding import lines_left_to_read
from autocode.transcripts import LineId, Transcripts

_UNKNOWN = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudicated:
    """
    The result of a ruling.

    Attributes
    ----------
    coding : Coding
        The adjudicated codes of the line.
    adjudication : Adjudication
        How they came about.
    """

    coding: Coding
    adjudication: Adjudication

    @property
    def entries(self) -> tuple[Adjudication, Coding]:
        """The records to append to the journal, both together."""
        return (self.adjudication, self.coding)


def may_adjudicate(coder: str, adjudicators: Collection[CoderId]) -> CoderId:
    """
    Return the id of a human whom the study names as an adjudicator.

    Parameters
    ----------
    coder : str
        The name.
    adjudicators : collection of CoderId
        Those whom the study names.

    Raises
    ------
    StudyError
        If the study does not name this human.
    CodingError
        If the name is empty or that of a machine.

    Examples
    --------
    >>> from autocode.review import may_adjudicate
    >>> may_adjudicate("kim", ["kim", "lee"])
    'kim'
    """
    name = human(coder, people=adjudicators)
    if name not in adjudicators:
        named = ", ".join(adjudicators) or "nobody"
        raise StudyError(
            f"{name} may not adjudicate in this study; study.toml names {named}. "
            f"The team can add the name there: adjudicators = {dumps([*adjudicators, name], ensure_ascii=False)}."
        )
    return name


@documented
def adjudicate(
    difference: Difference,
    ruling: Ruling,
    *,
    coder: CoderId,
    adjudicators: Collection[CoderId],
    codebook: Codebook,
    left: Reading | None = None,
    right: Reading | None = None,
    codes: Iterable[CodeId] = (),
    reason: str = "",
    names_hidden: bool = False,
    milliseconds: int | None = None,
    at: datetime | None = None,
) -> Adjudicated:
    """
    Return the adjudicated coding that results from a human's ruling on one line, and the record of the ruling.

    Parameters
    ----------
    difference : Difference
        The line and how coders differ on it.
    ruling : Ruling
        LEFT or RIGHT for the codes of that reading, BOTH for the codes of either, NEITHER for no codes, OTHER for
        `codes`.
    coder : CoderId
        The adjudicator.
    adjudicators : collection of CoderId
        Those whom the study names as adjudicators.
    {codebook}
    left, right : Reading or None, default None
        The two readings that are compared; None if there are only two.
    codes : iterable of CodeId, default ()
        The codes of the line if the ruling is OTHER.
    reason : str, default ""
        The adjudicator's reason, which becomes the memo of the coding.
    names_hidden : bool, default False
        Whether the adjudicator did not see who had given which codes.
    milliseconds : int or None, default None
        Time from the line's appearance on the screen to the ruling; None if it was not measured.
    at : datetime or None, default None
        When; None if unknown.

    Raises
    ------
    StudyError
        If the study does not name the coder as an adjudicator.
    CodingError
        If the coder is not a human.
    SettlementError
        If a code is unknown or a theme, or the ruling is OTHER and no code is given. Every fault is listed.
    ValueError
        If the readings are not two different ones of the line, or codes are given with another ruling than OTHER.
    """
    name = may_adjudicate(coder, adjudicators)
    left, right = _pair(difference, left, right)
    chosen = frozenset(codes)
    if chosen and ruling is not Ruling.OTHER:
        raise ValueError(f"codes are given only with the ruling other, not {ruling}.")
    ruled = ruling.codes(left, right)
    given = chosen if ruled is None else ruled
    line = difference.line.id
    SettlementError.raise_if(_faults(line, ruling, given, codebook))
    # what neither reading judged, a ruling between them does not judge either
    unjudged = frozenset[CodeId]() if ruled is None else (left.unjudged & right.unjudged) - given
    if ruling in (Ruling.LEFT, Ruling.RIGHT):
        unjudged = (left if ruling is Ruling.LEFT else right).unjudged
    return Adjudicated(
        coding=Coding(
            line=line, coder=name, codes=given, basis=Basis.ADJUDICATED, memo=reason, at=at, unjudged=unjudged
        ),
        adjudication=Adjudication(
            line=line,
            coder=name,
            ruling=ruling,
            left=left,
            right=right,
            names_hidden=names_hidden,
            reason=reason,
            milliseconds=milliseconds,
            at=at,
        ),
    )


def _pair(difference: Difference, left: Reading | None, right: Reading | None) -> tuple[Reading, Reading]:
    if left is None and right is None and len(difference.readings) == 2:
        left, right = difference.readings
    if left is None or right is None:
        raise ValueError(
            f"the line {difference.line.id} has {len(difference.readings)} different readings; name left and right."
        )
    if left == right or left not in difference.readings or right not in difference.readings:
        raise ValueError(f"left and right must be two different readings of the line {difference.line.id}.")
    return left, right


def _faults(line: LineId, ruling: Ruling, given: frozenset[CodeId], codebook: Codebook) -> Iterable[Fault]:
    if ruling is Ruling.OTHER and not given:
        yield Fault(f"{line}: no code is given with the ruling other; give one, or choose the ruling neither.")
    for code in sorted(given):
        if code not in codebook:
            yield Fault(
                f"{line}: the code {code!r} is not in the codebook; add it there first, or choose another ruling."
            )
        elif not codebook[code].codable:
            yield Fault(f"{line}: {code!r} is a theme; give the line one of its subthemes.")


@documented
class AdjudicationSession:
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
        The number of lines that this adjudicator, as a coder, has yet to judge (`lines_left_to_read`).
    coder, lines, codebook
        As given.

    Raises
    ------
    StudyError
        If the study does not name the coder as an adjudicator, or a coded transcript has changed.
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
        adjudicators: Collection[CoderId],
        coders: Collection[CoderId] = (),
    ) -> None:
        self.coder = may_adjudicate(coder, adjudicators)
        journal.codings().check_lines(lines)
        self.lines = lines
        self.codebook = codebook
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
        """Read what coders and other adjudicators have appended to the journal since."""
        last = self._journal.last
        if last == self._last_entry:
            return
        changed: dict[LineId, None] = {}
        is_own_changed = False
        for entry in self._journal.history(kinds=(Kind.CODING, Kind.ADJUDICATION, Kind.UNDO), after=self._last_entry):
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
            if isinstance(record, Coding):
                changed[record.line] = None
                is_own_changed |= record.coder == self.coder and record.basis is not Basis.ADJUDICATED
        self._last_entry = last
        self._acts = dict(sorted(self._acts.items(), key=lambda act: act[1].at or _UNKNOWN))
        self._update_differences(line for line in changed if line in self._lines)
        if is_own_changed:
            self._update_left_to_read()

    def _update_differences(self, changed: Iterable[LineId]) -> None:
        """Find how coders differ on these lines now, and how the lines are adjudicated."""
        is_added = False
        for line in changed:
            latest = {(coding.coder, coding.basis): coding for coding in self._as_made(line)}
            difference = difference_on(self._lines[line], latest.values())
            is_added |= difference is not None and line not in self._differences
            self._settled[line] = tuple(coding for coding in latest.values() if coding.basis is Basis.ADJUDICATED)
            if difference is None:
                self._differences.pop(line, None)
            else:
                self._differences[line] = difference
        if is_added:  # in the order of the interviews
            self._differences = {line: self._differences[line] for line in self._lines if line in self._differences}

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
        self.left_to_read = lines_left_to_read(self.coder, Codings(latest.values()), self.lines, coders=self._coders)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every line on which coders differ, adjudicated or not, in the order of the interviews."""
        return tuple(self._differences.values())

    def difference(self, line: LineId) -> Difference | None:
        """
        Return how coders differ on a line, or None if they do not.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._differences.get(line)

    @property
    def contested(self) -> Mapping[CodeId, int]:
        """For each code, the number of lines on which coders differ about it."""
        counts: dict[CodeId, int] = {}
        for difference in self._differences.values():
            for code in difference.contested:
                counts[code] = counts.get(code, 0) + 1
        return MappingProxyType(counts)

    def settled(self, line: LineId) -> tuple[Coding, ...]:
        """
        Return the adjudicated codings in force on a line, of this adjudicator and of others.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._settled.get(line, ())

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

        Raises
        ------
        StudyError, CodingError, SettlementError
            As `adjudicate` does.
        ValueError
            If the coders do not differ on the line, or as `adjudicate` does.
        """
        difference = self._differences.get(line)
        if difference is None:
            raise ValueError(f"the coders do not differ on the line {line!r}, so there is nothing to adjudicate.")
        adjudicated = adjudicate(
            difference,
            ruling,
            coder=self.coder,
            adjudicators=self._adjudicators,
            codebook=self.codebook,
            left=left,
            right=right,
            codes=codes,
            reason=reason,
            names_hidden=names_hidden,
            milliseconds=milliseconds,
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
