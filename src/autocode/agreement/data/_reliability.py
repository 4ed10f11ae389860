"""The coders-by-units table: applied, not applied, not judged. The only door from codings to arrays in this room."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._frames import Frame, Judgements, Places, judgements_from_long, judgements_from_wide
from autocode.agreement.data._labels import encode, factorize_table, sorted_labels
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Codings
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.transcripts import LineId, TranscriptId, Transcripts
from autocode.wording import listing

Values: TypeAlias = NDArray[np.int32]
Array: TypeAlias = NDArray[np.float64]

NOT_JUDGED = -1
NOT_APPLIED, APPLIED = "not applied", "applied"
_MOST_NAMED = 9  # categories that fit into one line of a result, as the values of most rating scales do


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliabilityData:
    """The judgement of each unit by each coder, or that there is none.

    The data are usually made by one of the class methods: from codings (`for_code`, `for_theme`, `for_sets`) or from a
    table (`from_table`, `from_long`, `from_wide`).

    Attributes
    ----------
    coders : tuple of CoderId
        The coders, in the order of the rows of `values`.
    units : tuple of LineId
        The units, in the order of the columns of `values`.
    values : ndarray of int, shape (n_coders, n_units)
        The place in `labels` of the category that each coder gave each unit; -1 where the coder did not judge it.
    labels : tuple of hashable
        The categories, declared or observed: for one code `("not applied", "applied")`, for sets of codes a tuple of
        frozensets.
    interviews : tuple of TranscriptId or None, default None
        The interview of each unit; None where they are not known.
    basis : Basis or None, default None
        What the coders had seen; None for tables that do not come from codings.

    Raises
    ------
    ValueError
        If the shape of `values` does not fit, or a value is no place in `labels`.

    Examples
    --------
    >>> from autocode import ReliabilityData
    >>> data = ReliabilityData.from_table([["a", "b", None], ["a", "a", "b"]], coders=["MO", "JB"])
    >>> data.labels, data.values.tolist()
    (('a', 'b'), [[0, 1, -1], [0, 0, 1]])
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
                f"and {len(self.units)} units; give one row per coder and one column per unit."
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
    @documented
    def for_sets(cls, codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return the whole set of codes that each coder gave to each line; a line read without codes is an empty set.

        Units are the lines that at least one coder judged.

        Parameters
        ----------
        {codings}
        lines : Transcripts or None, default None
            The interviews that the coded lines come from. Without them it is not known which lines belong to the same
            interview: intervals then take all lines to be independent and are too narrow, and each result says so.

        Raises
        ------
        AgreementError
            For codings of mixed basis, for adjudicated codings, and for a coded line that is not in `lines`.
        StudyError
            If a transcript was edited after it was coded.
        """
        if lines is not None:
            codings.check_lines(lines)
        basis = _common_basis(codings)
        coders, units = codings.coders, codings.lines
        row = {coder: c for c, coder in enumerate(coders)}
        column = {line: u for u, line in enumerate(units)}
        sets = sorted_labels({coding.codes for coding in codings})
        index = {codes: v for v, codes in enumerate(sets)}
        values = np.full((len(coders), len(units)), NOT_JUDGED, dtype=np.int32)
        for coding in codings:
            values[row[coding.coder], column[coding.line]] = index[coding.codes]
        interviews = None if lines is None else _interviews(units, lines)
        return cls(coders=coders, units=units, values=values, labels=tuple(sets), interviews=interviews, basis=basis)

    @classmethod
    @documented
    def for_code(cls, code: CodeId, codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return whether each coder applied one code to each line that they judged.

        Parameters
        ----------
        code : CodeId
            The code.
        {codings}
        lines : Transcripts or None, default None
            As in `for_sets`: name them wherever you have them.

        Raises
        ------
        AgreementError
            As in `for_sets`.
        """
        return cls.for_sets(codings, lines).applied(code)

    @classmethod
    @documented
    def for_theme(cls, codes: Iterable[CodeId], codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return whether each coder applied any of these codes: a theme, rolled up from its subthemes.

        Parameters
        ----------
        codes : iterable of CodeId
            The subthemes, and the theme itself if lines can be given the theme.
        {codings}
        lines : Transcripts or None, default None
            As in `for_sets`.

        Raises
        ------
        AgreementError
            As in `for_sets`.
        """
        return cls.for_sets(codings, lines).applied(*codes)

    @classmethod
    @documented
    def for_codes(cls, codings: Codings, lines: Transcripts | None, codes: Iterable[CodeId] | None) -> Self:
        """Return whether each coder applied any of `codes` to each line, or their whole sets where `codes` is None.

        Parameters
        ----------
        {codings}
        lines : Transcripts or None
            As in `for_sets`.
        codes : iterable of CodeId or None
            The codes; None for whole sets of codes.

        Raises
        ------
        AgreementError
            As in `for_sets`.
        """
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
        """Return the data of a table with one row per coder and one column per unit.

        Parameters
        ----------
        values : sequence of sequences or ndarray, shape (n_coders, n_units)
            The category that each coder gave each unit: any hashable label, or a list or set of codes. None, NaN and -1
            (unless it is declared in `labels`) are not judged.
        interviews : sequence of str or None, default None
            The interview of each unit; None where they are not known.
        coders : sequence of str or None, default None
            The names of the coders; None for "coder 1", "coder 2" and so on.
        labels : sequence of hashable or None, default None
            The categories, in their order; None for the observed ones, sorted.

        Raises
        ------
        AgreementError
            For rows of unequal length, for labels that are not among the declared ones, and for labels that are
            declared twice or cannot be compared.

        Examples
        --------
        >>> from autocode import ReliabilityData
        >>> ReliabilityData.from_table([[1, 2, None], [1, 3, 3]], labels=[1, 2, 3, 4])
        <ReliabilityData: 2 coders, 3 units, 4 categories>
        """
        codes, cells = factorize_table(values)
        declared = None if labels is None else list(labels)
        missing: set[Hashable] = {None} if declared is not None and -1 in declared else {None, -1}
        table, known = encode(codes, cells, declared, missing)
        n_coders, n_units = table.shape
        return cls(
            coders=tuple(CoderId(coder) for coder in coders or [f"coder {c}" for c in range(1, n_coders + 1)]),
            units=tuple(LineId(f"{u}") for u in range(1, n_units + 1)),
            values=table,
            labels=known,
            interviews=None if interviews is None else tuple(TranscriptId(interview) for interview in interviews),
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
        """Return the data of a table with one row per judgement.

        Labels are compared as they are: "a" and "A" are two, and so are 1 and "1".

        Parameters
        ----------
        frame_or_rows : data frame or iterable of mappings
            A frame of pandas, polars or pyarrow, or a list of dicts.
        unit : str
            Name of the column with the unit.
        coder : str
            Name of the column with the coder.
        value : str
            Name of the column with the category: any hashable label, or a list or set of codes. None is not judged.
        interview : str or None, default None
            Name of the column with the interview; None where interviews are not known.
        categories : sequence of hashable or None, default None
            The categories, in their order; None for the observed ones, sorted.
        places : sequence of (path, int) or None, default None
            File and line of each row, for error messages; None to number the rows.

        Raises
        ------
        AgreementError
            With all faults: units that a coder judges in two rows, NaN as a label, rows without a unit or coder, and
            labels that are not among the categories.

        Examples
        --------
        >>> from autocode import ReliabilityData
        >>> rows = [
        ...     {"line": "1", "who": "MO", "code": "cost"},
        ...     {"line": "1", "who": "JB", "code": "time"},
        ...     {"line": "2", "who": "JB", "code": "cost"},
        ... ]
        >>> data = ReliabilityData.from_long(rows, unit="line", coder="who", value="code")
        >>> data.coders, data.labels, data.values.tolist()
        (('MO', 'JB'), ('cost', 'time'), [[0, -1], [1, 0]])
        """
        judgements = judgements_from_long(
            frame_or_rows, unit=unit, coder=coder, value=value, interview=interview, places=places
        )
        return cls._from_judgements(judgements, categories)

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
        """Return the data of a table with one row per unit and one column per coder.

        Labels are compared as in `from_long`. None and NaN are not judged: in a wide table an empty cell has no other
        form.

        Parameters
        ----------
        frame_or_rows : data frame or iterable of mappings
            A frame of pandas, polars or pyarrow, or a list of dicts.
        unit : str or None, default None
            Name of the column with the unit; None to number the rows.
        coders : sequence of str or None, default None
            Names of the coders' columns; None for all columns except `unit` and `interview`.
        interview : str or None, default None
            Name of the column with the interview; None where interviews are not known.
        categories : sequence of hashable or None, default None
            The categories, in their order; None for the observed ones, sorted.
        places : sequence of (path, int) or None, default None
            File and line of each row, for error messages; None to number the rows.

        Raises
        ------
        AgreementError
            With all faults: units with two rows, rows without a unit or interview, and labels that are not among the
            categories.

        Examples
        --------
        >>> from autocode import ReliabilityData
        >>> rows = [{"MO": "cost", "JB": "cost"}, {"MO": "time", "JB": None}]
        >>> ReliabilityData.from_wide(rows).values.tolist()
        [[0, 1], [0, -1]]
        """
        judgements = judgements_from_wide(frame_or_rows, unit=unit, coders=coders, interview=interview, places=places)
        return cls._from_judgements(judgements, categories)

    @classmethod
    def _from_judgements(cls, judgements: Judgements, categories: Sequence[Hashable] | None) -> Self:
        values, labels = encode(judgements.codes, judgements.cells, categories, {None})
        interviews = judgements.interviews
        return cls(
            coders=tuple(map(CoderId, judgements.coders)),
            units=tuple(map(LineId, judgements.units)),
            values=values,
            labels=labels,
            interviews=None if interviews is None else tuple(map(TranscriptId, interviews)),
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
        named = f": {', '.join(map(str, self.labels))}" if len(self.labels) <= _MOST_NAMED else ""
        return f"{len(self.labels)}{named}"

    def applied(self, *codes: CodeId) -> Self:
        """Return whether any of these codes is in the set that each coder gave.

        Parameters
        ----------
        *codes : CodeId
            The codes.

        Raises
        ------
        ValueError
            If the categories are not sets of codes.
        """
        if self.labels and not self.of_sets:
            raise ValueError("only a table of sets of codes can be asked for a code; make it with `for_sets`.")
        return self._with(codes_mask(self.labels, codes)[self.values], labels=(NOT_APPLIED, APPLIED))

    def against_rest(self, category: Hashable) -> tuple[Self, dict[str, str]]:
        """Return the data with all other categories merged, and the convention; the data itself where it is None.

        Parameters
        ----------
        category : hashable
            One of the categories, or None.

        Raises
        ------
        ValueError
            If there is no such category.
        """
        if category is None:
            return self, {}
        if category not in self.labels:
            known = ", ".join(map(repr, self.labels))
            raise ValueError(f"there is no category {category!r}; the categories are {known}.")
        mask = _mask(label == category for label in self.labels)
        merged = self._with(mask[self.values], labels=("all others", str(category)))
        return merged, {"category": f"{category} against all others"}

    def pair(self, a: str, b: str) -> Self:
        """Return the data of two coders only.

        Parameters
        ----------
        a, b : str
            The names of the coders.

        Raises
        ------
        ValueError
            If there is no coder of that name.
        """
        for name in (a, b):
            if name not in self.coders:
                raise ValueError(f"there is no coder {name!r}; the coders are {listing(self.coders)}.")
        rows = [self.coders.index(CoderId(a)), self.coders.index(CoderId(b))]
        return self._with(self.values[rows], coders=(self.coders[rows[0]], self.coders[rows[1]]))

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Whether each coder judged each unit, shape (n_coders, n_units)."""
        return self.values >= 0

    def pairable(self) -> Self:
        """Return the data of the units that at least two coders judged, and of the coders who judged any of them."""
        columns = np.flatnonzero(self.judged.sum(axis=0) >= 2)
        rows = np.flatnonzero(self.judged[:, columns].any(axis=1))
        return type(self)(
            coders=tuple(self.coders[c] for c in rows),
            units=tuple(self.units[u] for u in columns),
            values=self.values[np.ix_(rows, columns)],
            labels=self.labels,
            interviews=None if self.interviews is None else tuple(self.interviews[u] for u in columns),
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


def codes_mask(labels: Iterable[Hashable], codes: Iterable[CodeId]) -> Values:
    """Return for each set of codes whether it holds any of these, 1 or 0, and last -1 for not judged.

    The mask is indexed by the values of a table: the last entry is for the index -1.
    """
    wanted = frozenset(codes)
    return _mask(isinstance(label, frozenset) and not wanted.isdisjoint(label) for label in labels)


def _mask(is_in: Iterable[bool]) -> Values:
    return np.array([*is_in, NOT_JUDGED], dtype=np.int32)


def _common_basis(codings: Codings) -> Basis | None:
    bases = {coding.basis for coding in codings}
    if Basis.ADJUDICATED in bases:
        raise AgreementError(
            "some codings are adjudicated: coders who settled a line together agree because they talked; "
            "measure agreement on codings.independent()."
        )
    if len(bases) > 1:
        raise AgreementError(
            f"codings of mixed basis ({listing(sorted(bases))}): coders who saw the same suggestions agree for that "
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
