"""How a named human settles the lines on which coders differ: a third reading beside theirs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from types import MappingProxyType

from autocode.codebook import Codebook, CodeId
from autocode.coding import Adjudication, Basis, CoderId, Coding, Codings, Reading, Ruling, human
from autocode.errors import Fault, SettlementError, StudyError
from autocode.journal import Journal, Kind, Undo
from autocode.review._differences import Difference, difference_on
from autocode.review._open_coding import lines_left_to_read
from autocode.transcripts import LineId, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudicated:
    """What a ruling comes to: the third reading, and the record of how it came about."""

    coding: Coding
    adjudication: Adjudication

    @property
    def entries(self) -> tuple[Adjudication, Coding]:
        """What the journal has to hold, to be appended together."""
        return (self.adjudication, self.coding)


def may_adjudicate(coder: str, adjudicators: Collection[CoderId]) -> CoderId:
    """Return the id of a human who is named among the adjudicators; raises `StudyError` for anybody else."""
    name = human(coder)
    if name not in adjudicators:
        named = ", ".join(adjudicators) or "nobody"
        raise StudyError(
            f"{name} may not adjudicate in this study; study.toml names {named}. "
            f"The team can add the name there: adjudicators = {dumps([*adjudicators, name], ensure_ascii=False)}."
        )
    return name


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
    Return the third reading that a human's ruling on one line comes to, and the record of it.

    Left and right are those codes, both is their union, neither is "read, and nothing applies", other is `codes`.

    Parameters
    ----------
    adjudicators : those whom the study names.
    left, right : the two readings compared; by default those of the line, where there are only two.
    codes : what the line is given where the ruling is other; empty else.

    Raises
    ------
    StudyError
        If the study does not name the coder as one who may adjudicate.
    CodingError
        If the coder is not a human.
    SettlementError
        If a code is unknown or a theme, or the ruling is other and no code is named. Every fault is listed.
    """
    name = may_adjudicate(coder, adjudicators)
    left, right = _pair(difference, left, right)
    chosen = frozenset(codes)
    if chosen and ruling is not Ruling.OTHER:
        raise ValueError(f"codes are named only where the ruling is other, not {ruling}.")
    settled = ruling.codes(left, right)
    given = chosen if settled is None else settled
    line = difference.line.id
    SettlementError.raise_if(_faults(line, ruling, given, codebook))
    return Adjudicated(
        coding=Coding(line=line, coder=name, codes=given, basis=Basis.ADJUDICATED, memo=reason, at=at),
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
        raise ValueError(f"left and right are two different readings of the line {difference.line.id}.")
    return left, right


def _faults(line: LineId, ruling: Ruling, given: frozenset[CodeId], codebook: Codebook) -> Iterable[Fault]:
    if ruling is Ruling.OTHER and not given:
        yield Fault(f"{line}: no other code is named; name one, or say that neither reading stands.")
    for code in sorted(given):
        if code not in codebook:
            yield Fault(
                f"{line}: the code {code!r} is not in the codebook; add it there first, or choose another ruling."
            )
        elif not codebook[code].codable:
            yield Fault(f"{line}: {code!r} is a theme; give the line one of its subthemes.")


class AdjudicationSession:
    """One adjudicator at work on the lines on which coders differ; every ruling is durable before the call returns.

    Parameters
    ----------
    adjudicators : those whom the study names as ones who may adjudicate.
    coders : those whom it names as ones who code; without any, everybody may.

    Attributes
    ----------
    coder : who adjudicates.
    left_to_read : lines of their own that this adjudicator, as a coder, has yet to read (`lines_left_to_read`).

    Raises
    ------
    StudyError
        If the study does not name the coder as one who may adjudicate.
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
        self._read_to = 0
        self._lines = {line.id: line for line in lines.participant_lines}
        self._made: dict[LineId, dict[int, Coding]] = {}  # by the numbers of their entries, without those undone
        self._line_of: dict[int, LineId] = {}
        self._differences: dict[LineId, Difference] = {}
        self._settled: dict[LineId, tuple[Coding, ...]] = {}
        self._acts: dict[int, Adjudication] = {}  # of this adjudicator, by the numbers of their entries
        self._look_at_own()
        self.look_again()

    def look_again(self) -> None:
        """Read from the journal what the coders and other adjudicators have done meanwhile, if anything."""
        last = self._journal.last
        if last == self._read_to:
            return
        touched: dict[LineId, None] = {}
        own = False
        for entry in self._journal.history(kinds=(Kind.CODING, Kind.ADJUDICATION, Kind.UNDO), after=self._read_to):
            last = max(last, entry.seq)
            record, number = entry.record, entry.seq
            if entry.undone:
                continue
            if isinstance(record, Undo):
                number = record.entry
                self._acts.pop(number, None)
                if number not in self._line_of:
                    continue
                record = self._made[self._line_of.pop(number)].pop(number)
            elif isinstance(record, Coding):
                self._made.setdefault(record.line, {})[number] = record
                self._line_of[number] = record.line
            elif isinstance(record, Adjudication) and record.coder == self.coder:
                self._acts[number] = record
            if isinstance(record, Coding):
                touched[record.line] = None
                own = own or (record.coder == self.coder and record.basis is not Basis.ADJUDICATED)
        self._read_to = last
        self._look_at(line for line in touched if line in self._lines)
        if own:
            self._look_at_own()

    def _look_at(self, touched: Iterable[LineId]) -> None:
        """Find anew how coders differ on these lines, and how those are settled."""
        added = False
        for line in touched:
            in_force = tuple({(one.coder, one.basis): one for one in self._made[line].values()}.values())
            found = difference_on(self._lines[line], in_force)
            added = added or (found is not None and line not in self._differences)
            self._settled[line] = tuple(one for one in in_force if one.basis is Basis.ADJUDICATED)
            if found is None:
                self._differences.pop(line, None)
            else:
                self._differences[line] = found
        if added:  # in the order of the interviews
            self._differences = {line: self._differences[line] for line in self._lines if line in self._differences}

    def _look_at_own(self) -> None:
        """Find anew which lines this adjudicator, as a coder, has yet to read."""
        in_force = {
            (one.line, one.basis): one
            for made in self._made.values()
            for one in made.values()
            if one.coder == self.coder
        }
        self.left_to_read = lines_left_to_read(self.coder, Codings(in_force.values()), self.lines, coders=self._coders)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every line on which coders differ, settled or not, in the order of the interviews."""
        return tuple(self._differences.values())

    def difference(self, line: LineId) -> Difference | None:
        """Return how coders differ on a line, or None if they do not."""
        return self._differences.get(line)

    @property
    def contested(self) -> Mapping[CodeId, int]:
        """How many lines there are on which coders differ about each code."""
        counts: dict[CodeId, int] = {}
        for one in self._differences.values():
            for code in one.contested:
                counts[code] = counts.get(code, 0) + 1
        return MappingProxyType(counts)

    def settled(self, line: LineId) -> tuple[Coding, ...]:
        """Return the adjudicated readings in force on a line, of this adjudicator and of others."""
        return self._settled.get(line, ())

    def ruling(self, line: LineId) -> Adjudication | None:
        """Return how this adjudicator settled a line, or None."""
        return next((one for one in reversed(self._acts.values()) if one.line == line), None)

    @property
    def open(self) -> tuple[Difference, ...]:
        """The lines on which coders differ and that nobody has adjudicated."""
        return tuple(one for one in self._differences.values() if not self._settled[one.line.id])

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
        """Record a ruling on a line as a third reading and return it; raises as `adjudicate` does.

        A gesture that is stored already is not stored again. Raises `ValueError` if the coders do not differ on the
        line.
        """
        found = self._differences.get(line)
        if found is None:
            raise ValueError(f"the coders do not differ on the line {line!r}, so there is nothing to adjudicate.")
        made = adjudicate(
            found,
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
            return made.coding
        self._journal.append(*made.entries, gesture=gesture)
        self.look_again()
        return made.coding

    def undo(self, *, gesture: str = "") -> LineId | None:
        """Take back this adjudicator's latest ruling and return its line; None if there is nothing to undo.

        A gesture that is stored already takes nothing more back.
        """
        if not self._acts or (gesture and self._journal.stores(gesture)):
            return None
        number, ruled = next(reversed(self._acts.items()))
        entries = (number, number + 1)  # the ruling, and the reading that it came to
        self._journal.append(*(Undo(entry=entry, coder=self.coder) for entry in entries), gesture=gesture)
        self.look_again()
        return ruled.line
