"""The coders-by-units table: applied, not applied, not judged. The only door from codings to arrays in this room."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from autocode.agreement.data._codes import check_codes
from autocode.agreement.data._frames import Frame, Judgements, Places, judgements_from_long, judgements_from_wide
from autocode.agreement.data._labels import encode, factorize_table, sorted_labels
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, person_key
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault, UnknownNameError
from autocode.names import check_known
from autocode.transcripts import LineId, TranscriptId, Transcripts
from autocode.wording import count_of, listing

D = TypeVar("D", bound="ReliabilityData")
Values: TypeAlias = NDArray[np.int32]
Array: TypeAlias = NDArray[np.float64]

NOT_JUDGED = -1
NOT_APPLIED, APPLIED = "not applied", "applied"
_MOST_NAMED = 9  # categories that fit into one line of a result, as the values of most rating scales do


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class PartReading:
    """What a judgement says of a line if it says nothing about some of the codes.

    Attributes
    ----------
    codes : frozenset of CodeId
        The codes that apply.
    unjudged : frozenset of CodeId
        The codes that it says nothing about.
    waiting_parts : frozenset of frozenset of CodeId
        The parts of each code that was given and split since, see `Coding`.
    """

    codes: frozenset[CodeId]
    unjudged: frozenset[CodeId]
    waiting_parts: frozenset[frozenset[CodeId]]

    def state_of(self, codes: frozenset[CodeId]) -> int:
        """Return 1 if any of these codes applies, 0 if none does, and -1 if the judgement does not tell.

        Parameters
        ----------
        codes : frozenset of CodeId
            One code, or the codes of a theme.
        """
        if not self.codes.isdisjoint(codes):
            return 1
        if self.unjudged.isdisjoint(codes):
            return 0
        # a code is as it was judged; a theme has one of the parts of a code that was given and split since
        is_theme = len(codes) > 1
        return 1 if is_theme and any(parts <= codes for parts in self.waiting_parts) else NOT_JUDGED


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliabilityData(Tabular):
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
    codebook_version : str, default ""
        The version of the codebook that the codings were brought to; empty for other tables.
    n_partly_judged : int, default 0
        Number of judgements that are taken as not judged, as they say nothing about some of the codes.

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
    codebook_version: str = ""
    n_partly_judged: int = 0

    def __post_init__(self) -> None:
        _check(self)
        self.values.flags.writeable = False

    @classmethod
    @documented
    def for_sets(cls, codings: Codings, lines: Transcripts | None = None) -> Self:
        """Return the whole set of codes that each coder gave to each line; a line read without codes is an empty set.

        Units are the lines that at least one coder judged. A judgement that says nothing about some codes, because they
        were added after it was made or wait to be read again, is no whole set: it is left out as not judged, and
        `n_partly_judged` says how many are.

        Parameters
        ----------
        {codings}
        {lines_or_none}

        Raises
        ------
        AgreementError
            For codings of mixed basis, for adjudicated codings, and for a coded line that is not in `lines`.
        StudyError
            If a transcript was edited after it was coded.
        """
        return whole_sets(readings_of(cls, codings, lines))

    @classmethod
    @documented
    @no_single_text
    def for_code(
        cls,
        code: CodeId,
        codings: Codings,
        lines: Transcripts | None = None,
        *,
        codebook: Collection[CodeId] | None = None,
    ) -> Self:
        """Return whether each coder applied one code to each line that they judged; raises as `for_theme`.

        A judgement that says nothing about the code, as one made before the code was added, is not judged.

        Parameters
        ----------
        code : CodeId
            The id of the code.
        {codings}
        {lines_or_none}
        {codebook_or_none}
        """
        return readings_of(cls, codings, lines).applied(code, codebook=codebook)

    @classmethod
    @documented
    @no_single_text
    def for_theme(
        cls,
        codes: Iterable[CodeId],
        codings: Codings,
        lines: Transcripts | None = None,
        *,
        codebook: Collection[CodeId] | None = None,
    ) -> Self:
        """Return whether each coder applied any of these codes, as the subthemes of a theme.

        A judgement that says nothing about one of the codes, and in which none of the others applies, is not judged.
        One of them applies where the coder gave a code that was split since into parts that are all among them.

        Parameters
        ----------
        codes : iterable of CodeId
            The subthemes, and the theme itself if lines can be given the theme.
        {codings}
        {lines_or_none}
        {codebook_or_none}

        Raises
        ------
        UnknownNameError
            For a code that nobody gave and that no codebook has; else as `for_sets`.
        """
        return readings_of(cls, codings, lines).applied(*codes, codebook=codebook)

    @classmethod
    @no_single_text
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
            Declared categories, in their order; None to take the observed ones and sort them.

        Raises
        ------
        AgreementError
            For rows of unequal length, and for labels that are not declared, declared twice, or not comparable.
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
    @documented
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
        {frame_or_rows}
        unit : str
            Name of the column with the unit.
        coder : str
            Name of the column with the coder.
        value : str
            Name of the column with the category: any hashable label, or a list or set of codes. None is not judged.
        {interview_column}
        {categories}
        {places}

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
        return cls(**_fields_of(judgements, categories))

    @classmethod
    @documented
    @no_single_text
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

        Labels are compared as in `from_long`. None and NaN are not judged.

        Parameters
        ----------
        {frame_or_rows}
        unit : str or None, default None
            Name of the column with the unit; None to number the rows.
        coders : sequence of str or None, default None
            Names of the coders' columns; None for all columns except `unit` and `interview`.
        {interview_column}
        {categories}
        {places}

        Raises
        ------
        AgreementError
            With all faults, as in `from_long`; a unit may have one row only.

        Examples
        --------
        >>> from autocode import ReliabilityData
        >>> rows = [{"MO": "cost", "JB": "cost"}, {"MO": "time", "JB": None}]
        >>> ReliabilityData.from_wide(rows).values.tolist()
        [[0, 1], [0, -1]]
        """
        judgements = judgements_from_wide(frame_or_rows, unit=unit, coders=coders, interview=interview, places=places)
        return cls(**_fields_of(judgements, categories))

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

    @documented
    @no_single_text
    def applied(self, *codes: CodeId, codebook: Collection[CodeId] | None = None) -> Self:
        """Return whether any of these codes is in the set that each coder gave.

        Parameters
        ----------
        *codes : CodeId
            The codes.
        {codebook_or_none}

        Raises
        ------
        ValueError
            If the categories are not sets of codes, or a code is known neither from them nor from the codebook.
        """
        return _applied(self, codes, codebook=codebook)

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
        check_known("coder", (a, b), self.coders)
        rows = [self.coders.index(CoderId(a)), self.coders.index(CoderId(b))]
        return replace(self, values=self.values[rows], coders=(self.coders[rows[0]], self.coders[rows[1]]))

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Whether each coder judged each unit, shape (n_coders, n_units)."""
        return self.values >= 0

    def pairable(self) -> Self:
        """Return the data of the units that at least two coders judged, and of the coders who judged any of them."""
        columns = np.flatnonzero(self.judged.sum(axis=0) >= 2)
        rows = np.flatnonzero(self.judged[:, columns].any(axis=1))
        return replace(
            self,
            coders=tuple(self.coders[c] for c in rows),
            units=tuple(self.units[u] for u in columns),
            values=self.values[np.ix_(rows, columns)],
            interviews=None if self.interviews is None else tuple(self.interviews[u] for u in columns),
        )

    def _records(self) -> Iterator[dict[str, Any]]:
        """Yield one row per judgement, as `from_long` takes them."""
        for c, u in zip(*np.nonzero(self.judged), strict=True):
            row = {"unit": self.units[u], "coder": self.coders[c], "value": self.labels[self.values[c, u]]}
            yield row if self.interviews is None else {**row, "interview": self.interviews[u]}

    def __repr__(self) -> str:
        return (
            f"<ReliabilityData: {count_of(len(self.coders), 'coder')}, {count_of(len(self.units), 'unit')}, "
            f"{count_of(len(self.labels), 'category', plural='categories')}>"
        )


def readings_of(cls: type[D], codings: Codings, lines: Transcripts | None = None) -> D:
    """Return what each coder said of each line: a set of codes, or a `PartReading` if it leaves codes open.

    All tables of codings are made of this one, by `ReliabilityData.applied` and `whole_sets`. Raises as `for_sets`.
    """
    if lines is not None:
        codings.check_lines(lines)
    basis = _common_basis(codings)
    values, readings = _table_of_readings(codings)
    return cls(
        coders=codings.coders,
        units=codings.lines,
        values=values,
        labels=readings,
        interviews=None if lines is None else _interviews(codings.lines, lines),
        basis=basis,
        codebook_version=codings.version,
    )


def whole_sets(readings: D) -> D:
    """Return readings with those that leave codes open as not judged; other tables as they are."""
    part = np.array([*(isinstance(label, PartReading) for label in readings.labels), False])
    if not part.any():
        return readings
    is_part = part[readings.values]
    return replace(
        readings,
        values=np.where(is_part, np.int32(NOT_JUDGED), readings.values),
        labels=readings.labels[: int(np.count_nonzero(~part[:-1]))],  # whole sets come first
        n_partly_judged=int(np.count_nonzero(is_part)),
    )


def _applied(data: D, codes: Sequence[CodeId], *, codebook: Collection[CodeId] | None) -> D:
    """Return whether any of these codes is in the set that each coder gave; -1 where a reading leaves that open."""
    if not all(issubclass(kind, frozenset | PartReading) for kind in set(map(type, data.labels))):
        raise ValueError("only a table of sets of codes can be asked for a code; make it with `for_sets`.")
    sets = [
        label.codes | label.unjudged if isinstance(label, PartReading) else label
        for label in data.labels
        if isinstance(label, PartReading | frozenset)
    ]
    check_codes(codes, sets, codebook=codebook)
    mask = codes_mask(data.labels, codes)
    values = mask[data.values]
    # few labels leave a code open: all judgements are looked at only if one does
    left_out = int((data.judged & (values < 0)).sum()) if (mask[:-1] < 0).any() else 0
    return replace(data, values=values, labels=(NOT_APPLIED, APPLIED), n_partly_judged=data.n_partly_judged + left_out)


def _table_of_readings(codings: Codings) -> tuple[Values, tuple[Hashable, ...]]:
    """Return what codings say by coder and line, as places among the different readings, and these readings.

    Sets of codes come first, sorted; readings that leave codes open come after them.
    """
    row = {coder: c for c, coder in enumerate(codings.coders)}
    column = {line: u for u, line in enumerate(codings.lines)}
    readings: list[PartReading | frozenset[CodeId]] = [coding.codes for coding in codings]
    parts: set[PartReading] = set()
    if codings.partly_judged():
        open_readings: dict[tuple[frozenset[Any], ...], PartReading] = {}  # few are different
        readings = [_reading_of(coding, open_readings) if coding.unjudged else coding.codes for coding in codings]
        parts = set(open_readings.values())
    distinct = set(readings)
    labels = (*sorted_labels(distinct - parts), *sorted(parts, key=_sorted_codes))
    index = {reading: v for v, reading in enumerate(labels)}
    values = np.full((len(row), len(column)), NOT_JUDGED, dtype=np.int32)
    for coding, reading in zip(codings, readings, strict=True):
        values[row[coding.coder], column[coding.line]] = index[reading]
    return values, labels


def _reading_of(coding: Coding, known: dict[tuple[frozenset[Any], ...], PartReading]) -> PartReading:
    key = (coding.codes, coding.unjudged, coding.waiting_parts)
    if key not in known:
        known[key] = PartReading(codes=coding.codes, unjudged=coding.unjudged, waiting_parts=coding.waiting_parts)
    return known[key]


def _sorted_codes(reading: PartReading) -> list[Any]:
    return [sorted(reading.codes), sorted(reading.unjudged), sorted(map(sorted, reading.waiting_parts))]


def _fields_of(judgements: Judgements, categories: Sequence[Hashable] | None) -> dict[str, Any]:
    """Return the fields of `ReliabilityData` from the judgements of a frame."""
    _refuse_spellings(judgements.coders)
    values, labels = encode(judgements.codes, judgements.cells, categories, {None})
    interviews = judgements.interviews
    return {
        "coders": tuple(map(CoderId, judgements.coders)),
        "units": tuple(map(LineId, judgements.units)),
        "values": values,
        "labels": labels,
        "interviews": None if interviews is None else tuple(map(TranscriptId, interviews)),
    }


def _refuse_spellings(coders: Iterable[str]) -> None:
    """Raise `AgreementError` where one coder is spelt in several ways, who would agree with themselves."""
    spellings: dict[str, list[str]] = {}
    for coder in coders:
        spellings.setdefault(person_key(coder), []).append(coder)
    AgreementError.raise_if(
        Fault(
            f"the coders {listing(map(repr, same))} have one name, but for case, blanks or how letters are composed; "
            "spell it in one way if they are one person, and name them apart if not."
        )
        for same in spellings.values()
        if len(same) > 1
    )


def codes_mask(labels: Iterable[Hashable], codes: Iterable[CodeId]) -> Values:
    """Return for each set of codes whether it holds any of these, 1 or 0, and last -1 for not judged.

    For a reading that leaves the codes open it is -1, too. The mask is indexed by the values of a table: the last entry
    is for the index -1.
    """
    wanted = frozenset(codes)
    return _mask(
        label.state_of(wanted)
        if isinstance(label, PartReading)
        else isinstance(label, frozenset) and not wanted.isdisjoint(label)
        for label in labels
    )


def _mask(states: Iterable[int]) -> Values:
    return np.array([*states, NOT_JUDGED], dtype=np.int32)


def _check(data: ReliabilityData) -> None:
    """Raise `ValueError` if the parts of the data do not fit together."""
    if data.values.shape != (len(data.coders), len(data.units)):
        raise ValueError(
            f"values has the shape {data.values.shape}, but there are {count_of(len(data.coders), 'coder')} "
            f"and {count_of(len(data.units), 'unit')}; give one row per coder and one column per unit."
        )
    if data.interviews is not None and len(data.interviews) != len(data.units):
        raise ValueError(
            f"found {count_of(len(data.interviews), 'interview')} for {count_of(len(data.units), 'unit')}; "
            "name one for each unit."
        )
    if data.values.size and not -1 <= data.values.min() <= data.values.max() < len(data.labels):
        raise ValueError(
            f"values lie between {data.values.min()} and {data.values.max()}, but there are "
            f"{count_of(len(data.labels), 'label')}; give -1 for not judged, or the place of a label, counted from 0."
        )


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


def data_for(codings: Codings, lines: Transcripts | None, codes: Sequence[CodeId] | None) -> ReliabilityData:
    """Return whether each coder applied any of these codes, which are known, or their whole sets of codes for None."""
    data = readings_of(ReliabilityData, codings, lines)
    return whole_sets(data) if codes is None else data.applied(*codes, codebook=codes)


def against_rest(data: ReliabilityData, category: Hashable) -> tuple[ReliabilityData, dict[str, str]]:
    """Return the data with all other categories merged, and the convention; the data itself where it is None.

    Raises `UnknownNameError` if there is no such category.
    """
    if category is None:
        return data, {}
    if category not in data.labels:
        raise UnknownNameError(
            f"there is no category {category!r}; the categories are {', '.join(map(repr, data.labels))}."
        )
    mask = _mask(label == category for label in data.labels)
    merged = replace(data, values=mask[data.values], labels=("all others", str(category)))
    return merged, {"category": f"{category} against all others"}
