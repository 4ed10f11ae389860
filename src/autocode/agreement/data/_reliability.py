"""The coders-by-units table: applied, not applied, not judged. The only door from codings to arrays in this room."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._frames import Frame, Judgements, Places, of_long, of_wide
from autocode.agreement.data._labels import among, in_order, table_numbered
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Codings
from autocode.errors import AgreementError, Fault
from autocode.transcripts import LineId, TranscriptId, Transcripts

Values: TypeAlias = NDArray[np.int32]
Array: TypeAlias = NDArray[np.float64]

NOT_JUDGED = -1
NOT_APPLIED, APPLIED = "not applied", "applied"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliabilityData:
    """What each coder said of each unit, or that nothing was said.

    Attributes
    ----------
    values : ndarray of int, shape (n_coders, n_units); an index into `labels`, or -1 for not judged.
    labels : the categories, declared or observed. For one code `("not applied", "applied")`; for sets of codes a
        tuple of frozensets.
    interviews : the interview of each unit, or None where they are not known.
    basis : what the coders had seen; None for tables that do not come from codings.
    """

    coders: tuple[CoderId, ...]
    units: tuple[LineId, ...]
    values: Values
    labels: tuple[Hashable, ...]
    interviews: tuple[TranscriptId, ...] | None = None
    basis: Basis | None = None

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.coders), len(self.units)):
            raise ValueError(
                f"values has the shape {self.values.shape}, but there are {len(self.coders)} coders "
                f"and {len(self.units)} units; give one row a coder and one column a unit."
            )
        if self.interviews is not None and len(self.interviews) != len(self.units):
            raise ValueError(
                f"there are {len(self.interviews)} interviews for {len(self.units)} units; name one for each unit."
            )
        if self.values.size and not -1 <= self.values.min() <= self.values.max() < len(self.labels):
            raise ValueError(
                f"values lie between {self.values.min()} and {self.values.max()}, but there are {len(self.labels)} "
                "labels; give -1 for not judged, or the place of a label, counted from 0."
            )
        self.values.flags.writeable = False

    @classmethod
    def for_sets(cls, codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return the whole set of codes that each coder gave to each line; a read line without codes is an empty set.

        Units are the lines that anybody judged. `lines` tells which interview each belongs to.
        Raises `AgreementError` for codings of mixed basis, for adjudicated ones, and for a line that `lines` lacks, and
        `StudyError` if a transcript was edited after it was coded.
        """
        if lines is not None:
            codings.check_lines(lines)
        basis = _one_basis(codings)
        coders, units = codings.coders, codings.lines
        row = {coder: c for c, coder in enumerate(coders)}
        column = {line: u for u, line in enumerate(units)}
        sets = in_order({one.codes for one in codings})
        index = {codes: v for v, codes in enumerate(sets)}
        values = np.full((len(coders), len(units)), NOT_JUDGED, dtype=np.int32)
        for one in codings:
            values[row[one.coder], column[one.line]] = index[one.codes]
        interviews = None if lines is None else _interviews(units, lines)
        return cls(coders=coders, units=units, values=values, labels=tuple(sets), interviews=interviews, basis=basis)

    @classmethod
    def for_code(cls, code: CodeId, codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return whether each coder applied one code to each line that they judged.

        Name `lines` wherever you have them: without, interviews are not known, intervals take every line for
        independent of the others and are too narrow, and each result says so beside its number.
        """
        return cls.for_sets(codings, lines).applied(code)

    @classmethod
    def for_theme(cls, codes: Iterable[CodeId], codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return whether each coder applied any of these codes: a theme, rolled up from its subthemes.

        Without `lines` as in `for_code`.
        """
        return cls.for_sets(codings, lines).applied(*codes)

    @classmethod
    def for_codes(cls, codings: Codings, lines: Transcripts | None, codes: Iterable[CodeId] | None) -> Self:
        """Return whether each coder applied any of `codes` to each line, or their whole sets where `codes` is None."""
        data = cls.for_sets(codings, lines)
        return data if codes is None else data.applied(*codes)

    @classmethod
    def from_table(
        cls,
        values: Sequence[Sequence[Any]] | NDArray[Any],
        *,
        interviews: Sequence[str] | None = None,
        coders: Sequence[str] | None = None,
        labels: Sequence[Hashable] | None = None,
    ) -> Self:
        """Return the data of a table with one row a coder and one column a unit, of any hashable labels or sets.

        None, NaN and -1 (unless `labels` declares it) are not judged. Categories are those in `labels`, in that order,
        or else the observed ones.
        Raises `AgreementError` for rows of unequal length and for labels that were not declared.
        """
        codes, cells = table_numbered(values)
        declared = None if labels is None else list(labels)
        missing: set[Hashable] = {None} if declared is not None and -1 in declared else {None, -1}
        table, known = among(codes, cells, declared, missing)
        n_coders, n_units = table.shape
        return cls(
            coders=tuple(CoderId(c) for c in coders or [f"coder {c}" for c in range(1, n_coders + 1)]),
            units=tuple(LineId(f"{u}") for u in range(1, n_units + 1)),
            values=table,
            labels=known,
            interviews=None if interviews is None else tuple(TranscriptId(i) for i in interviews),
        )

    @classmethod
    def from_long(
        cls,
        frame_or_rows: Frame,
        *,
        unit: str,
        coder: str,
        value: str,
        interview: str | None = None,
        categories: Sequence[Hashable] | None = None,
        places: Places | None = None,
    ) -> Self:
        """Return the data of a table with a row a judgement: a frame of pandas, polars or pyarrow, or a list of dicts.

        `unit`, `coder`, `value` and `interview` name columns. A value may be any hashable label, or a set of them; None
        is not judged. Labels are compared as they are: "a" and "A", 1 and "1" are two. `categories` are those to
        expect, in their order; otherwise those observed. `places` tells the file and line of each row, for what is
        refused.

        Raises `AgreementError` for a unit that a coder judges in two rows, for NaN as a label, for rows without a unit
        or coder, and for labels that are not among the categories.
        """
        said = of_long(frame_or_rows, unit=unit, coder=coder, value=value, interview=interview, places=places)
        return cls._of_judgements(said, categories)

    @classmethod
    def from_wide(
        cls,
        frame_or_rows: Frame,
        *,
        unit: str | None = None,
        coders: Sequence[str] | None = None,
        interview: str | None = None,
        categories: Sequence[Hashable] | None = None,
        places: Places | None = None,
    ) -> Self:
        """Return the data of a table with a row a unit and a column a coder; all columns but `unit` and `interview`.

        None and NaN are not judged: a wide frame has no other way to say so. All else is as in `from_long`.
        """
        said = of_wide(frame_or_rows, unit=unit, coders=coders, interview=interview, places=places)
        return cls._of_judgements(said, categories)

    @classmethod
    def _of_judgements(cls, said: Judgements, categories: Sequence[Hashable] | None) -> Self:
        values, labels = among(said.codes, said.cells, categories, {None})
        return cls(
            coders=tuple(map(CoderId, said.coders)),
            units=tuple(map(LineId, said.units)),
            values=values,
            labels=labels,
            interviews=None if said.interviews is None else tuple(map(TranscriptId, said.interviews)),
        )

    @property
    def of_sets(self) -> bool:
        """Whether the categories are sets of codes."""
        return bool(self.labels) and all(issubclass(kind, frozenset) for kind in set(map(type, self.labels)))

    @property
    def categories(self) -> str:
        """The categories in words: how many, and which if they are few."""
        if self.of_sets:
            return f"{len(self.labels)} different sets of codes"
        named = f": {', '.join(map(str, self.labels))}" if len(self.labels) <= 9 else ""
        return f"{len(self.labels)}{named}"

    def applied(self, *codes: CodeId) -> Self:
        """Return whether any of these codes is in the set that each coder gave."""
        if self.labels and not self.of_sets:
            raise ValueError("only a table of sets of codes can be asked for a code; make it with `for_sets`.")
        wanted = frozenset(codes)
        # the last entry answers for index -1: not judged stays not judged
        answer = [int(isinstance(s, frozenset) and not wanted.isdisjoint(s)) for s in self.labels] + [NOT_JUDGED]
        return self._with(np.array(answer, dtype=np.int32)[self.values], labels=(NOT_APPLIED, APPLIED))

    def against_rest(self, category: Hashable) -> tuple[Self, dict[str, str]]:
        """Return the data with all other categories merged, and the convention; the data itself where it is None."""
        if category is None:
            return self, {}
        if category not in self.labels:
            known = ", ".join(map(repr, self.labels))
            raise ValueError(f"there is no category {category!r}; the categories are {known}.")
        mask = np.array([label == category for label in self.labels] + [NOT_JUDGED], dtype=np.int32)
        merged = self._with(mask[self.values], labels=("all others", str(category)))
        return merged, {"category": f"{category} against all others"}

    def pair(self, a: str, b: str) -> Self:
        """Return the data of two coders only."""
        for name in (a, b):
            if name not in self.coders:
                raise ValueError(f"there is no coder {name!r}; the coders are {_and(self.coders)}.")
        at = [self.coders.index(CoderId(a)), self.coders.index(CoderId(b))]
        return self._with(self.values[at], coders=(self.coders[at[0]], self.coders[at[1]]))

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Whether each coder judged each unit, shape (n_coders, n_units)."""
        return self.values >= 0

    def pairable(self) -> Self:
        """Return the data of the units that at least two coders judged, and of the coders who judged any of them."""
        kept = np.flatnonzero(self.judged.sum(axis=0) >= 2)
        rows = np.flatnonzero(self.judged[:, kept].any(axis=1))
        return type(self)(
            coders=tuple(self.coders[c] for c in rows),
            units=tuple(self.units[u] for u in kept),
            values=self.values[np.ix_(rows, kept)],
            labels=self.labels,
            interviews=None if self.interviews is None else tuple(self.interviews[u] for u in kept),
            basis=self.basis,
        )

    def _with(
        self, values: Values, *, labels: tuple[Hashable, ...] | None = None, coders: tuple[CoderId, ...] | None = None
    ) -> Self:
        return type(self)(
            coders=self.coders if coders is None else coders,
            units=self.units,
            values=values,
            labels=self.labels if labels is None else labels,
            interviews=self.interviews,
            basis=self.basis,
        )

    def __repr__(self) -> str:
        return f"<ReliabilityData: {len(self.coders)} coders, {len(self.units)} units, {len(self.labels)} categories>"


def _one_basis(codings: Codings) -> Basis | None:
    bases = {one.basis for one in codings}
    if Basis.ADJUDICATED in bases:
        raise AgreementError(
            "some codings are adjudicated: coders who settled a line together agree because they talked; "
            "measure agreement on codings.independent()."
        )
    if len(bases) > 1:
        raise AgreementError(
            f"codings of mixed basis ({_and(sorted(bases))}): coders who saw the same suggestions agree for that "
            "reason too; measure agreement on codings.independent()."
        )
    return next(iter(bases), None)


def _interviews(units: Iterable[LineId], lines: Transcripts) -> tuple[TranscriptId, ...]:
    interview_of = {line.id: line.transcript for line in lines}
    AgreementError.raise_if(
        Fault(f"the line {unit} was judged but is in no transcript; correct its id or add its transcript.")
        for unit in units
        if unit not in interview_of
    )
    return tuple(interview_of[unit] for unit in units)


def _and(items: Iterable[object]) -> str:
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last
