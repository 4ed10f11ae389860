"""All memos of a study in one list, each with the line that it is about."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import CoderId, Coding, Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.frames import Kind
from autocode.frozen import FrozenMapping
from autocode.names import check_known
from autocode.retrieval._reference import reference
from autocode.tables import Table, csv_text, spreadsheet_cell
from autocode.transcripts import Line, Transcripts
from autocode.wording import count_of

_COLUMNS = ("reference", "line", "transcript", "coder", "basis", "memo", "codes", "text", "at")


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class LineMemo:
    """
    A memo that a coder wrote on a line.

    Attributes
    ----------
    line : Line
        The line.
    reference : str
        Where it stands, for a citation: "GP3, line 12".
    coding : Coding
        The judgement that the memo belongs to.
    """

    line: Line
    reference: str
    coding: Coding

    @property
    def quotation(self) -> str:
        """The words and the memo, with where they stand and whose it is."""
        return f"“{self.line.text}” ({self.reference})\n{self.coding.coder}: {self.coding.memo}"


@displayed
@no_single_text
@dataclass(frozen=True, kw_only=True, eq=False)
class Memos(Tabular):
    """
    The memos of a study, in the order of the interviews; made by `memos_on_lines`.

    Attributes
    ----------
    memos : tuple of LineMemo
        The memos.
    names : mapping of CodeId to str
        The names of the codes.
    """

    memos: tuple[LineMemo, ...]
    names: Mapping[CodeId, str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.memos)

    @cached_property
    def by_coder(self) -> Mapping[CoderId, int]:
        """Number of memos of each coder, by name."""
        return FrozenMapping(dict(sorted(Counter(memo.coding.coder for memo in self.memos).items())))

    @cached_property
    def by_code(self) -> Mapping[CodeId, int]:
        """Number of memos on lines that their coder gave each code, in the order of the codebook."""
        counts = Counter(code for memo in self.memos for code in memo.coding.codes)
        return FrozenMapping({code: counts[code] for code in self.names if counts[code]})

    @no_single_text
    def where(self, *, coders: Collection[CoderId] = (), codes: Collection[CodeId] = ()) -> "Memos":
        """
        Return the memos for which all of this holds; what is empty is not asked.

        Parameters
        ----------
        coders : collection of CoderId, default ()
            One of them wrote the memo.
        codes : collection of CodeId, default ()
            Who wrote it gave the line one of these codes.

        Raises
        ------
        UnknownNameError
            If the codebook has no such code.
        """
        check_known("code", codes, tuple(self.names), titles=self.names)
        wanted = frozenset(codes)
        kept = (
            memo
            for memo in self.memos
            if (not coders or memo.coding.coder in coders) and (not wanted or wanted & memo.coding.codes)
        )
        return replace(self, memos=tuple(kept))

    def _rows(self) -> Iterator[dict[str, Any]]:
        for memo in self.memos:
            yield {
                "reference": memo.reference,
                "line": memo.line.id,
                "transcript": memo.line.transcript,
                "coder": memo.coding.coder,
                "basis": memo.coding.basis.value,
                "memo": memo.coding.memo,
                "codes": sorted(memo.coding.codes),
                "text": memo.line.text,
                "at": memo.coding.at,
            }

    def _records(self) -> Iterable[dict[str, object]]:
        return self._rows()

    def _kinds(self) -> dict[str, Kind]:
        kinds: dict[str, Kind] = dict.fromkeys(_COLUMNS, "text")
        return {**kinds, "codes": "texts", "at": "time"}

    def to_csv(self) -> str:
        """Return the memos as a table in CSV, in which no spreadsheet takes words for a formula."""
        rows = (
            {**row, "codes": "; ".join(row["codes"]), "at": "" if row["at"] is None else row["at"].isoformat()}
            for row in self._rows()
        )
        return csv_text(_COLUMNS, ([spreadsheet_cell(str(row[name])) for name in _COLUMNS] for row in rows))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the memos as JSON holds them."""
        return [{**row, "at": None if row["at"] is None else row["at"].isoformat()} for row in self._rows()]

    def table(self) -> Table:
        """Return the memos as a table: where they stand, whose they are, what they say."""
        rows = tuple((m.reference, m.coding.coder, " ".join(m.coding.memo.split())) for m in self.memos)
        return Table(head=("line", "coder", "memo"), rows=rows)

    def __str__(self) -> str:
        return f"{self.table().text()}\n\n{count_of(len(self), 'memo')}." if self.memos else "no memo."


@documented
def memos_on_lines(codings: Codings, lines: Transcripts, codebook: Codebook) -> Memos:
    """
    Return every memo that coders wrote on lines, in the order of the interviews.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}

    Raises
    ------
    StudyError
        If a coded transcript has changed since it was coded.
    """
    codings.check_lines(lines)
    order = {line.id: (place, line) for place, line in enumerate(lines)}
    written = [coding for coding in codings if coding.memo and coding.line in order]
    written.sort(key=lambda coding: (order[coding.line][0], coding.coder))
    memos = [
        LineMemo(line=line, reference=reference(lines, line), coding=coding)
        for coding in written
        for line in [order[coding.line][1]]
    ]
    names = FrozenMapping({code: codebook.label(code) for code in codebook})
    return Memos(memos=tuple(memos), names=names)
